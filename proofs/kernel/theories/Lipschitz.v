(** * Softmax is 1/2-Lipschitz, and no better constant works

    In the maximum norm and in the sum norm, by the mean value theorem along the segment between two rows of
    scores and the absolute row and column sums of the Jacobian; the constant 1/2 is tight already for two
    positions. *)

From Coq Require Import Reals List Arith Lra Lia.
From SelfAttention Require Import Attention Softmax SoftmaxJacobian.
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

(** The scores (u, -u) of two positions. *)
Definition opposite (u : R) : nat -> R := fun l => if Nat.eqb l 1 then u else - u.

Lemma sum_two : forall f, sum (positions 2) f = f 1%nat + f 2%nat.
Proof. intros f. simpl. ring. Qed.

(** At u = 0 the first weight moves with speed 1/2. *)
Lemma opposite_derivative : derivable_pt_lim (fun u => weight (opposite u) (positions 2) 1) 0 (1 / 2).
Proof.
  assert (H1 : In 1%nat (positions 2)) by (apply positions_in; lia).
  assert (H := weight_derivative opposite (fun l => if Nat.eqb l 1 then 1 else -1) 0 (positions 2) 1 H1).
  assert (W : forall j, weight (opposite 0) (positions 2) j = 1 / 2).
  { intros j. unfold weight, opposite. simpl. destruct j as [|[|j]]; simpl; rewrite ?Ropp_0, exp_0; field. }
  replace (1 / 2) with (weight (opposite 0) (positions 2) 1 * (1 -
    sum (positions 2) (fun j => weight (opposite 0) (positions 2) j * (if Nat.eqb j 1 then 1 else -1)))).
  2: { rewrite (sum_ext (positions 2) _ (fun j => 1 / 2 * (if Nat.eqb j 1 then 1 else -1)))
         by (intros j _; rewrite W; reflexivity).
       rewrite W. simpl. field. }
  apply H. intros l _. unfold opposite. destruct (Nat.eqb l 1); [apply derivable_pt_lim_id|].
  apply (derivable_pt_lim_opp (fun u => u)). apply derivable_pt_lim_id.
Qed.

(** No constant K below 1/2 works, in either norm: for two positions there are rows of scores s and s', all
    at most D apart, such that the first weight moves by more than K D and the moves of the weights sum to
    more than K times the sum of the moves of the scores. *)
Theorem softmax_half_lipschitz_tight :
  forall K : R, K < 1 / 2 ->
    exists (s s' : nat -> R) (D : R),
      (forall l, In l (positions 2) -> Rabs (s l - s' l) <= D) /\
      K * D < Rabs (weight s (positions 2) 1 - weight s' (positions 2) 1) /\
      K * sum (positions 2) (fun l => Rabs (s l - s' l)) <
      sum (positions 2) (fun l => Rabs (weight s (positions 2) l - weight s' (positions 2) l)).
Proof.
  intros K HK. destruct (opposite_derivative (1 / 2 - K)) as [[r Hr] H]; [lra|]. simpl in H.
  set (u := r / 2). assert (Hu : 0 < u) by (unfold u; lra).
  specialize (H u ltac:(lra)). rewrite (Rabs_right u), Rplus_0_l in H by lra.
  specialize (H ltac:(unfold u; lra)).
  set (p := fun l => weight (opposite u) (positions 2) l - weight (opposite 0) (positions 2) l).
  change (weight (opposite u) (positions 2) 1 - weight (opposite 0) (positions 2) 1) with (p 1%nat) in H.
  assert (M : K * u < p 1%nat).
  { assert (T := Rabs_def2 _ _ H). apply (Rmult_lt_reg_r (/ u)); [apply Rinv_0_lt_compat; exact Hu|].
    rewrite Rmult_assoc, Rinv_r by lra. unfold Rdiv in T. lra. }
  assert (Z : p 1%nat + p 2%nat = 0).
  { assert (A := weight_sum_one (opposite u) (positions 2) ltac:(discriminate)).
    assert (B := weight_sum_one (opposite 0) (positions 2) ltac:(discriminate)).
    unfold p. rewrite sum_two in A, B. lra. }
  assert (Q : p 1%nat <= Rabs (p 1%nat)) by apply Rle_abs.
  assert (Q' : Rabs (p 2%nat) = Rabs (p 1%nat)).
  { replace (p 2%nat) with (- p 1%nat) by lra. apply Rabs_Ropp. }
  assert (D1 : Rabs (opposite u 1 - opposite 0 1) = u).
  { unfold opposite. simpl. rewrite Rminus_0_r. apply Rabs_right. lra. }
  assert (D2 : Rabs (opposite u 2 - opposite 0 2) = u).
  { unfold opposite. simpl. rewrite Rabs_left by lra. ring. }
  exists (opposite u), (opposite 0), u. split; [|split].
  - intros l [E|[E|[]]]; subst l; [rewrite D1 | rewrite D2]; lra.
  - fold (p 1%nat). lra.
  - rewrite !sum_two, D1, D2. fold (p 1%nat). fold (p 2%nat). rewrite Q'. lra.
Qed.
