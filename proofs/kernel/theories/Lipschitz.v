(** * Softmax is 1/2-Lipschitz, and no better constant works

    In the maximum norm and in the sum norm, by the mean value theorem along the segment between two rows of
    scores and the absolute row and column sums of the Jacobian; the constant 1/2 is tight for every
    number of positions above one. *)

From Coq Require Import Reals List Arith Lra Lia.
From SelfAttention Require Import Attention SoftmaxJacobian.
Import ListNotations.
Open Scope R_scope.

Lemma Rabs_sum_le : forall L f, Rabs (sum L f) <= sum L (fun l => Rabs (f l)).
Proof.
  induction L as [|l L IH]; intros f; simpl; [rewrite Rabs_R0; lra|].
  assert (T := Rabs_triang (f l) (sum L f)). assert (H := IH f). lra.
Qed.

(** The row of scores at time x on the way from s' to s. *)
Definition segment (s' s : nat -> R) (x : R) : nat -> R := fun l => s' l + x * (s l - s' l).

(** The output moves along the segment with speed v^T J (s - s'). *)
Lemma output_derivative : forall s s' S v t, NoDup S ->
  derivable_pt_lim (fun x => output (segment s' s x) S v) t
    (sum S (fun i => sum S (fun j => jacobian (segment s' s t) S i j * (s j - s' j)) * v i)).
Proof.
  intros s s' S v t HN. unfold output.
  apply (derivable_pt_lim_sum S (fun i x => weight (segment s' s x) S i * v i)). intros i Hi.
  rewrite (jacobian_apply (segment s' s t) S i (fun j => s j - s' j) HN Hi).
  set (w' := weight (segment s' s t) S i *
    ((s i - s' i) - sum S (fun j => weight (segment s' s t) S j * (s j - s' j)))).
  replace (w' * v i) with (w' * v i + weight (segment s' s t) S i * 0) by ring.
  apply (derivable_pt_lim_mult (fun x => weight (segment s' s x) S i) (fun _ => v i));
    [|apply derivable_pt_lim_const].
  apply (weight_derivative (segment s' s) (fun j => s j - s' j) t S i Hi).
  intros l _. unfold segment. set (u := s l - s' l).
  assert (P : derivable_pt_lim (fun x => s' l + x * u) t (0 + (1 * u + t * 0))).
  { apply (derivable_pt_lim_plus (fun _ => s' l) (fun x => x * u)); [apply derivable_pt_lim_const|].
    apply (derivable_pt_lim_mult (fun x => x) (fun _ => u));
      [apply derivable_pt_lim_id | apply derivable_pt_lim_const]. }
  replace (0 + (1 * u + t * 0)) with u in P by ring. exact P.
Qed.

(** The mean value theorem: a bound of |v^T J (s - s')| for every row of scores bounds the move of the output. *)
Lemma output_move_bounded : forall s s' S v bound, NoDup S ->
  (forall r, Rabs (sum S (fun i => sum S (fun j => jacobian r S i j * (s j - s' j)) * v i)) <= bound) ->
  Rabs (output s S v - output s' S v) <= bound.
Proof.
  intros s s' S v bound HN H.
  destruct (MVT_cor2 (fun x => output (segment s' s x) S v)
    (fun t => sum S (fun i => sum S (fun j => jacobian (segment s' s t) S i j * (s j - s' j)) * v i))
    0 1 Rlt_0_1 (fun t _ => output_derivative s s' S v t HN)) as [t [E _]].
  rewrite (output_ext s (segment s' s 1) S v v), (output_ext s' (segment s' s 0) S v v), E;
    try reflexivity; try (intros l _; unfold segment; ring).
  rewrite Rminus_0_r, Rmult_1_r. apply H.
Qed.

Lemma output_of_delta : forall s S i, NoDup S -> In i S -> output s S (delta i) = weight s S i.
Proof.
  intros s S i HN Hi. rewrite <- (sum_delta S i (weight s S) HN Hi). unfold output.
  apply sum_ext. intros j _. ring.
Qed.

(** If all scores of a row move by at most D, every weight moves by at most D/2. *)
Theorem softmax_half_lipschitz_linf :
  forall (s s' : nat -> R) (S : list nat) (D : R), NoDup S ->
    (forall l, In l S -> Rabs (s l - s' l) <= D) ->
    forall i, In i S -> Rabs (weight s S i - weight s' S i) <= D / 2.
Proof.
  intros s s' S D HN HD i Hi.
  rewrite <- (output_of_delta s S i HN Hi), <- (output_of_delta s' S i HN Hi).
  apply output_move_bounded; [exact HN|]. intros r.
  rewrite (sum_ext S _ (fun k => delta i k * sum S (fun j => jacobian r S k j * (s j - s' j))))
    by (intros; ring).
  rewrite (sum_delta S i (fun k => sum S (fun j => jacobian r S k j * (s j - s' j))) HN Hi).
  apply Rle_trans with (1 := Rabs_sum_le S (fun j => jacobian r S i j * (s j - s' j))).
  apply Rle_trans with (sum S (fun j => Rabs (jacobian r S i j) * D)).
  - apply sum_le. intros j Hj. rewrite Rabs_mult. apply Rmult_le_compat_l; [apply Rabs_pos | apply HD; exact Hj].
  - rewrite (sum_scale_r S D (fun j => Rabs (jacobian r S i j))).
    rewrite (jacobian_absolute_row_sum r S i HN Hi).
    assert (P : 0 <= D) by (apply Rle_trans with (2 := HD i Hi); apply Rabs_pos).
    replace (D / 2) with (1 / 2 * D) by field. apply Rmult_le_compat_r; [exact P | apply spread_at_most_half].
Qed.

(** The moves of the weights of a row sum to at most half the sum of the moves of its scores. *)
Theorem softmax_half_lipschitz_l1 :
  forall (s s' : nat -> R) (S : list nat), NoDup S ->
    sum S (fun i => Rabs (weight s S i - weight s' S i)) <= 1 / 2 * sum S (fun i => Rabs (s i - s' i)).
Proof.
  intros s s' S HN.
  set (sign := fun i => if Rle_dec 0 (weight s S i - weight s' S i) then 1 else -1).
  assert (A : forall i, Rabs (sign i) = 1).
  { intros i. unfold sign. destruct (Rle_dec 0 (weight s S i - weight s' S i));
      [rewrite Rabs_right by lra | rewrite Rabs_left by lra]; ring. }
  assert (E : sum S (fun i => Rabs (weight s S i - weight s' S i)) = output s S sign - output s' S sign).
  { unfold output. rewrite <- sum_minus. apply sum_ext. intros i _. unfold sign.
    destruct (Rle_dec 0 (weight s S i - weight s' S i)) as [C|C];
      [rewrite Rabs_right by lra | rewrite Rabs_left by lra]; ring. }
  rewrite E. apply Rle_trans with (1 := Rle_abs _).
  apply output_move_bounded; [exact HN|]. intros r.
  apply Rle_trans with (1 := Rabs_sum_le S _).
  apply Rle_trans with (sum S (fun i => sum S (fun j => Rabs (jacobian r S i j) * Rabs (s j - s' j)))).
  - apply sum_le. intros i _. rewrite Rabs_mult, A, Rmult_1_r.
    apply Rle_trans with (1 := Rabs_sum_le S _). apply sum_le. intros j _. rewrite Rabs_mult. lra.
  - rewrite sum_swap, <- sum_scale. apply sum_le. intros j Hj.
    rewrite (sum_scale_r S (Rabs (s j - s' j)) (fun i => Rabs (jacobian r S i j))).
    apply Rmult_le_compat_r; [apply Rabs_pos|].
    rewrite (sum_ext S _ (fun i => Rabs (jacobian r S j i))) by (intros; rewrite jacobian_symmetric; reflexivity).
    rewrite (jacobian_absolute_row_sum r S j HN Hj). apply spread_at_most_half.
Qed.

(** ** Tightness *)

(** The scores s with s_1 raised by delta and every other lowered by delta; and with s_1 alone raised. *)
Definition spread (s : nat -> R) (delta : R) : nat -> R := fun l => if Nat.eqb l 1 then s l + delta else s l - delta.
Definition raised (s : nat -> R) (delta : R) : nat -> R := fun l => if Nat.eqb l 1 then s l + delta else s l.

(** The first weight, where all scores but the first move by y. *)
Lemma first_weight : forall n s s' x y,
  s' 1%nat = s 1%nat + x -> (forall l, (2 <= l)%nat -> s' l = s l + y) -> weight s (positions (S n)) 1 = 1 / 2 ->
  weight s' (positions (S n)) 1 = exp x / (exp x + exp y).
Proof.
  intros n s s' x y H1 H H2. unfold weight in *. change (positions (S n)) with (1%nat :: seq 2 n) in *.
  cbn [sum] in *. rewrite H1, exp_plus.
  rewrite (sum_ext (seq 2 n) (fun l => exp (s' l)) (fun l => exp (s l) * exp y)).
  2: { intros l Hl. apply in_seq in Hl. rewrite H by lia. apply exp_plus. }
  rewrite sum_scale_r. set (e := exp (s 1%nat)) in *. set (rest := sum (seq 2 n) (fun l => exp (s l))) in *.
  assert (P : 0 < e) by apply exp_pos. assert (Q : 0 <= rest) by (apply sum_nonneg; intros; left; apply exp_pos).
  assert (E : e = 1 / 2 * (e + rest)) by (rewrite <- H2; field; lra).
  replace rest with e by lra. assert (X := exp_pos x). assert (Y := exp_pos y). field.
  split; [lra | rewrite <- Rmult_plus_distr_l; apply Rmult_integral_contrapositive; lra].
Qed.

Lemma quotient_nonneg : forall a b, 0 <= a -> 0 < b -> 0 <= a / b.
Proof. intros a b Ha Hb. apply Rmult_le_pos; [exact Ha | left; apply Rinv_0_lt_compat; exact Hb]. Qed.

Lemma exp_above : forall x, 0 < x -> 1 + x <= exp x.
Proof. intros x H. left. apply exp_ineq1. lra. Qed.

(** From any row of two or more scores whose first weight is 1/2: each score can move by delta, and a weight by at
    least delta / (2 + 2 delta); or the scores by delta in sum, and the weights in sum by at least delta / (2 + delta).
    There is such a row for every number of positions.  And no constant K below 1/2 bounds these moves. *)
Theorem softmax_half_lipschitz_tight :
  (forall (n : nat) (s : nat -> R) (delta : R), 0 < delta ->
     let L := positions (S n) in
     (forall l, Rabs (spread s delta l - s l) = delta) /\
     sum L (fun l => Rabs (raised s delta l - s l)) = delta /\
     (weight s L 1 = 1 / 2 ->
        delta / (2 + 2 * delta) <= Rabs (weight (spread s delta) L 1 - weight s L 1) /\
        delta / (2 + delta) <= sum L (fun l => Rabs (weight (raised s delta) L l - weight s L l)))) /\
  (forall n : nat, (1 <= n)%nat -> exists s : nat -> R, weight s (positions (S n)) 1 = 1 / 2) /\
  (forall K : R, K < 1 / 2 ->
     exists delta, 0 < delta /\ K * delta < delta / (2 + 2 * delta) /\ K * delta < delta / (2 + delta)).
Proof.
  split; [|split].
  - intros n s delta Hd L. split; [|split; [|intros H; split]].
    + intros l. unfold spread. destruct (Nat.eqb l 1).
      * replace (s l + delta - s l) with delta by ring. apply Rabs_right. lra.
      * replace (s l - delta - s l) with (- delta) by ring. rewrite Rabs_Ropp. apply Rabs_right. lra.
    + change L with (1%nat :: seq 2 n). cbn [sum]. rewrite (sum_vanishes (seq 2 n)).
      * unfold raised. simpl. replace (s 1%nat + delta - s 1%nat) with delta by ring. rewrite Rabs_right by lra. ring.
      * intros l Hl. apply in_seq in Hl. unfold raised. destruct (Nat.eqb_spec l 1) as [E|_]; [lia|].
        rewrite Rminus_diag_eq by reflexivity. apply Rabs_R0.
    + unfold L in *. rewrite (first_weight n s (spread s delta) delta (- delta)); [|reflexivity| |exact H].
      2: { intros l Hl. unfold spread. destruct (Nat.eqb_spec l 1) as [E|_]; [lia | ring]. }
      rewrite H, exp_Ropp. assert (P := exp_pos delta).
      assert (B := exp_above (2 * delta) ltac:(lra)).
      replace (2 * delta) with (delta + delta) in B by ring. rewrite exp_plus in B. set (a := exp delta) in *.
      assert (Q : 0 < a * a) by (apply Rmult_lt_0_compat; exact P).
      apply Rle_trans with (2 := Rle_abs _). apply Rminus_le. apply Ropp_le_cancel. rewrite Ropp_0.
      replace (- (delta / (2 + 2 * delta) - (a / (a + / a) - 1 / 2)))
        with ((a * a - 1 - 2 * delta) / ((2 + 2 * delta) * (a * a + 1))) by (field; repeat split; lra).
      apply quotient_nonneg; [lra|]. apply Rmult_lt_0_compat; lra.
    + assert (F : weight (raised s delta) L 1 = exp delta / (exp delta + exp 0)).
      { apply (first_weight n s); [reflexivity| |exact H].
        intros l Hl. unfold raised. destruct (Nat.eqb_spec l 1) as [E|_]; [lia | ring]. }
      rewrite exp_0 in F. assert (P := exp_pos delta). assert (B := exp_above delta Hd). set (a := exp delta) in *.
      assert (O := weight_sum_one s L ltac:(discriminate)).
      assert (O' := weight_sum_one (raised s delta) L ltac:(discriminate)).
      set (move := fun l => weight (raised s delta) L l - weight s L l).
      assert (Z : sum L move = 0) by (unfold move; rewrite sum_minus, O, O'; ring).
      change (sum L move) with (move 1%nat + sum (seq 2 n) move) in Z.
      assert (T := Rabs_sum_le (seq 2 n) move).
      replace (sum (seq 2 n) move) with (- move 1%nat) in T by lra. rewrite Rabs_Ropp in T.
      change (delta / (2 + delta) <= Rabs (move 1%nat) + sum (seq 2 n) (fun l => Rabs (move l))).
      assert (A := Rle_abs (move 1%nat)).
      apply Rle_trans with (2 * move 1%nat); [|lra].
      unfold move. rewrite F, H. apply Rminus_le. apply Ropp_le_cancel. rewrite Ropp_0.
      replace (- (delta / (2 + delta) - 2 * (a / (a + 1) - 1 / 2)))
        with (2 * (a - 1 - delta) / ((2 + delta) * (a + 1))) by (field; repeat split; lra).
      apply quotient_nonneg; [lra|]. apply Rmult_lt_0_compat; lra.
  - intros n Hn. exists (fun l => if Nat.eqb l 1 then ln (INR n) else 0).
    assert (P : 0 < INR n) by (apply lt_0_INR; lia).
    unfold weight. change (positions (S n)) with (1%nat :: seq 2 n). cbn [sum]. cbn [Nat.eqb].
    rewrite (sum_ext (seq 2 n) _ (fun _ => 1)).
    + rewrite sum_const, length_of_seq, exp_ln by exact P. field. lra.
    + intros l Hl. apply in_seq in Hl. destruct (Nat.eqb_spec l 1) as [E|_]; [lia | apply exp_0].
  - intros K HK. set (delta := 1 / 2 - K). assert (P : 0 < delta) by (unfold delta; lra).
    assert (Q : 0 < delta * delta) by (apply Rmult_lt_0_compat; exact P).
    exists delta. replace K with (1 / 2 - delta) by (unfold delta; ring). clearbody delta. split; [exact P|].
    split; apply Rminus_lt; apply Ropp_lt_cancel; rewrite Ropp_0.
    + replace (- ((1 / 2 - delta) * delta - delta / (2 + 2 * delta)))
        with (delta * (delta + 2 * (delta * delta)) / (2 + 2 * delta)) by (field; lra).
      apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat; lra | lra].
    + replace (- ((1 / 2 - delta) * delta - delta / (2 + delta)))
        with (delta * (3 / 2 * delta + delta * delta) / (2 + delta)) by (field; lra).
      apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat; lra | lra].
Qed.
