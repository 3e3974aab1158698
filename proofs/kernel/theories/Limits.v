(** * Soft retrieval: the weights softmax(beta s) as beta grows, and as it tends to 0

    As beta -> infinity the weights tend to the uniform distribution on the positions of maximal score
    (one-hot exactly if the maximum is unique); as beta -> 0 they tend to equal weights on all positions.
    Limits are stated with epsilon and a bound. *)

From Coq Require Import Reals List Arith Lra Lia.
From SelfAttention Require Import Attention.
Import ListNotations.
Open Scope R_scope.

(** f(beta) -> limit as beta -> 0. *)
Definition tends_at_zero (f : R -> R) (limit : R) : Prop :=
  forall eps, 0 < eps -> exists r, 0 < r /\ forall beta, Rabs beta < r -> Rabs (f beta - limit) < eps.

(** The weight softmax(beta s)_j. *)
Definition soft (s : nat -> R) (S : list nat) (j : nat) (beta : R) : R := weight (fun l => beta * s l) S j.

(** The bracket [x = y]: 1 if x = y, else 0. *)
Definition bracket (x y : R) : R := if Req_EM_T x y then 1 else 0.

(** The number of positions of S with score m, as a real number. *)
Definition ties (s : nat -> R) (S : list nat) (m : R) : R := sum S (fun l => bracket (s l) m).

(** ** Quotients whose parts are close *)

Lemma bracket_values : forall x y, (x = y /\ bracket x y = 1) \/ (x <> y /\ bracket x y = 0).
Proof. intros x y. unfold bracket. destruct (Req_EM_T x y); [left | right]; split; auto. Qed.

Lemma sum_close : forall L f g eta, (forall l, In l L -> Rabs (f l - g l) <= eta) ->
  Rabs (sum L f - sum L g) <= INR (length L) * eta.
Proof.
  intros L f g eta H. rewrite <- sum_minus, <- (sum_const L eta). revert H.
  induction L as [|l L IH]; intros H; simpl; [rewrite Rabs_R0; lra|].
  assert (T := Rabs_triang (f l - g l) (sum L (fun l => f l - g l))).
  assert (H1 := H l (or_introl eq_refl)).
  assert (H2 := IH (fun k Hk => H k (or_intror Hk))). lra.
Qed.

(** If positive terms f_l are within eta of g_l and sum g >= 1, then f_j / sum f is within (n + 1) eta of
    g_j / sum g. *)
Lemma quotient_close : forall L f g eta j, In j L ->
  (forall l, In l L -> 0 < f l) -> 1 <= sum L g -> (forall l, In l L -> Rabs (f l - g l) <= eta) ->
  Rabs (f j / sum L f - g j / sum L g) <= (INR (length L) + 1) * eta.
Proof.
  intros L f g eta j Hj Hf Hg Hfg.
  assert (D := sum_close L f g eta Hfg). assert (A := Hfg j Hj).
  assert (T : f j <= sum L f) by (apply term_le_sum; [intros l Hl; left; apply Hf; exact Hl | exact Hj]).
  assert (P := Hf j Hj). set (a := f j) in *. set (b := g j) in *.
  set (F := sum L f) in *. set (G := sum L g) in *. set (n := INR (length L)) in *.
  replace (a / F - b / G) with ((a / F * (G - F) + (a - b)) * / G) by (field; lra).
  rewrite Rabs_mult, (Rabs_right (/ G)) by (apply Rle_ge, Rlt_le, Rinv_0_lt_compat; lra).
  assert (Q : 0 <= a / F <= 1).
  { split; [left; apply Rdiv_lt_0_compat; lra|].
    apply (Rmult_le_reg_r F); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
  assert (N : Rabs (a / F * (G - F) + (a - b)) <= (n + 1) * eta).
  { assert (T2 := Rabs_triang (a / F * (G - F)) (a - b)). rewrite Rabs_mult in T2.
    rewrite (Rabs_right (a / F)) in T2 by lra. rewrite Rabs_minus_sym in D.
    assert (M : a / F * Rabs (G - F) <= 1 * Rabs (G - F)).
    { apply Rmult_le_compat_r; [apply Rabs_pos | lra]. }
    lra. }
  assert (I : 0 < / G <= 1).
  { split; [apply Rinv_0_lt_compat; lra|]. rewrite <- Rinv_1. apply Rinv_le_contravar; lra. }
  assert (X := Rabs_pos (a / F * (G - F) + (a - b))).
  apply Rle_trans with (Rabs (a / F * (G - F) + (a - b)) * 1); [apply Rmult_le_compat_l; lra | lra].
Qed.

(** ** beta to infinity *)

(** exp(-beta gap) tends to 0 for a positive gap, for all the positions of a list at once. *)
Lemma exponentials_close_at_infinity : forall L (s : nat -> R) m eta, 0 < eta ->
  (forall l, In l L -> s l <= m) ->
  exists B, forall beta, B <= beta -> forall l, In l L ->
    Rabs (exp (beta * s l + - (beta * m)) - bracket (s l) m) <= eta.
Proof.
  intros L s m eta He. induction L as [|l L IH]; intros H.
  - exists 0. intros beta _ l [].
  - destruct IH as [B HB]; [intros k Hk; apply H; right; exact Hk|].
    assert (Hl := H l (or_introl eq_refl)).
    assert (C : exists B', forall beta, B' <= beta ->
      Rabs (exp (beta * s l + - (beta * m)) - bracket (s l) m) <= eta).
    { destruct (bracket_values (s l) m) as [[E V]|[E V]]; rewrite V.
      - exists 0. intros beta _. rewrite E. replace (beta * m + - (beta * m)) with 0 by ring.
        rewrite exp_0, Rminus_diag_eq, Rabs_R0 by reflexivity. lra.
      - assert (G : 0 < m - s l) by lra. exists (- ln eta / (m - s l)). intros beta Hb.
        rewrite Rminus_0_r, Rabs_right by (apply Rle_ge, Rlt_le, exp_pos).
        rewrite <- (exp_ln eta He).
        assert (X : - ln eta <= beta * (m - s l)).
        { replace (- ln eta) with (- ln eta / (m - s l) * (m - s l)) by (field; lra).
          apply Rmult_le_compat_r; lra. }
        destruct (Req_dec (beta * s l + - (beta * m)) (ln eta)) as [Y|Y]; [rewrite Y; lra|].
        left. apply exp_increasing. lra. }
    destruct C as [B' HB']. exists (Rmax B B'). intros beta Hb k [Hk|Hk].
    + subst k. apply HB'. apply Rle_trans with (Rmax B B'); [apply Rmax_r | exact Hb].
    + apply HB; [apply Rle_trans with (Rmax B B'); [apply Rmax_l | exact Hb] | exact Hk].
Qed.

Lemma ties_at_least_one : forall s S m, (exists l, In l S /\ s l = m) -> 1 <= ties s S m.
Proof.
  intros s S m [l [Hl E]]. unfold ties.
  assert (T : bracket (s l) m <= sum S (fun l => bracket (s l) m)).
  { apply (term_le_sum S (fun l => bracket (s l) m)); [|exact Hl].
    intros k _. destruct (bracket_values (s k) m) as [[_ V]|[_ V]]; rewrite V; lra. }
  destruct (bracket_values (s l) m) as [[_ V]|[C _]]; [rewrite V in T; exact T | contradiction].
Qed.

Lemma soft_limit : forall s S m, (forall l, In l S -> s l <= m) -> (exists l, In l S /\ s l = m) ->
  forall j, In j S -> tends_at_infinity (soft s S j) (bracket (s j) m / ties s S m).
Proof.
  intros s S m Hm Ha j Hj eps He. assert (K := ties_at_least_one s S m Ha).
  assert (N := pos_INR (length S)). set (eta := eps / (INR (length S) + 2)).
  assert (P : 0 < eta) by (apply Rdiv_lt_0_compat; lra).
  destruct (exponentials_close_at_infinity S s m eta P Hm) as [B HB].
  exists B. intros beta Hb. unfold soft. rewrite <- (weight_shift _ S (- (beta * m)) j).
  assert (Q := quotient_close S (fun l => exp (beta * s l + - (beta * m))) (fun l => bracket (s l) m) eta j Hj
    (fun l _ => exp_pos _) K (HB beta Hb)).
  apply Rle_lt_trans with (1 := Q).
  replace eps with ((INR (length S) + 2) * eta) by (unfold eta; field; lra).
  apply Rmult_lt_compat_r; [exact P | lra].
Qed.

Lemma limit_unique : forall f a b, tends_at_infinity f a -> tends_at_infinity f b -> a = b.
Proof.
  intros f a b Ha Hb. destruct (Req_dec a b) as [E|E]; [exact E | exfalso].
  assert (P : 0 < Rabs (a - b) / 2) by (assert (H := Rabs_pos_lt (a - b)); lra).
  destruct (Ha _ P) as [A HA]. destruct (Hb _ P) as [B HB].
  assert (X := HA (Rmax A B) (Rmax_l A B)). assert (Y := HB (Rmax A B) (Rmax_r A B)).
  set (y := f (Rmax A B)) in *. rewrite Rabs_minus_sym in X.
  assert (T := Rabs_triang (a - y) (y - b)). replace (a - y + (y - b)) with (a - b) in T by ring. lra.
Qed.

(** The assumptions on m below have a model for any scores: every non-empty list has a maximal score. *)
Lemma maximum_exists : forall (s : nat -> R) S, S <> [] ->
  exists m, (forall l, In l S -> s l <= m) /\ (exists l, In l S /\ s l = m).
Proof.
  intros s S. induction S as [|k S IH]; intros H; [congruence|]. destruct S as [|k' S].
  - exists (s k). split; [intros l [E|[]]; subst; lra | exists k; split; [left|]; reflexivity].
  - destruct IH as [m [Hm [l [Hl E]]]]; [discriminate|]. destruct (Rle_dec (s k) m) as [C|C].
    + exists m. split; [|exists l; split; [right; exact Hl | exact E]].
      intros i [Hi|Hi]; [subst i; exact C | apply Hm; exact Hi].
    + exists (s k). split; [|exists k; split; [left|]; reflexivity].
      intros i [Hi|Hi]; [subst i; lra | assert (X := Hm i Hi); lra].
Qed.

(** As beta grows, softmax(beta s) tends to the uniform distribution on the positions of maximal score m: to
    1/(number of ties) there and to 0 elsewhere.  If the maximum is unique the limit is one-hot, and if the
    limit at some position is 1, the maximum is unique.  Every non-empty list has such an m ([maximum_exists]). *)
Theorem r1_soft_retrieval_limit :
  forall (s : nat -> R) (S : list nat) (m : R),
    (forall l, In l S -> s l <= m) -> (exists l, In l S /\ s l = m) ->
    (forall j, In j S -> tends_at_infinity (soft s S j) (bracket (s j) m / ties s S m)) /\
    (ties s S m = 1 -> forall j, In j S -> tends_at_infinity (soft s S j) (bracket (s j) m)) /\
    (forall j, In j S -> tends_at_infinity (soft s S j) 1 -> ties s S m = 1).
Proof.
  intros s S m Hm Ha. assert (L := soft_limit s S m Hm Ha). split; [exact L|]. split.
  - intros U j Hj. assert (H := L j Hj). rewrite U in H.
    replace (bracket (s j) m) with (bracket (s j) m / 1) by field. exact H.
  - intros j Hj H1. assert (H := limit_unique _ _ _ (L j Hj) H1).
    assert (K := ties_at_least_one s S m Ha).
    destruct (bracket_values (s j) m) as [[_ V]|[_ V]]; rewrite V in H; [|unfold Rdiv in H; lra].
    apply (Rmult_eq_reg_r (/ ties s S m)); [|apply Rinv_neq_0_compat; lra].
    rewrite Rinv_r by lra. unfold Rdiv in H. lra.
Qed.

(** ** beta to 0 *)

Lemma exponentials_close_at_zero : forall L (s : nat -> R) eta, 0 < eta ->
  exists r, 0 < r /\ forall beta, Rabs beta < r -> forall l, In l L -> Rabs (exp (beta * s l) - 1) <= eta.
Proof.
  intros L s eta He. induction L as [|l L IH].
  - exists 1. split; [lra | intros beta _ l []].
  - destruct IH as [r [Hr H]].
    assert (C : continuity_pt (fun beta => exp (beta * s l)) 0).
    { apply derivable_continuous_pt. exists (exp (0 * s l) * (1 * s l + 0 * 0)).
      apply (derivable_pt_lim_comp (fun beta => beta * s l) exp); [|apply derivable_pt_lim_exp].
      apply (derivable_pt_lim_mult (fun beta => beta) (fun _ => s l));
        [apply derivable_pt_lim_id | apply derivable_pt_lim_const]. }
    destruct (C eta He) as [r' [Hr' H']]. exists (Rmin r r'). split; [apply Rmin_glb_lt; lra|].
    intros beta Hb k [Hk|Hk].
    + subst k. destruct (Req_dec beta 0) as [E|E].
      * rewrite E, Rmult_0_l, exp_0, Rminus_diag_eq, Rabs_R0 by reflexivity. lra.
      * left. rewrite <- exp_0, <- (Rmult_0_l (s l)).
        change (dist R_met (exp (beta * s l)) (exp (0 * s l)) < eta). apply (H' beta).
        split; [split; [exact I | intros X; apply E; symmetry; exact X]|].
        change (Rabs (beta - 0) < r'). rewrite Rminus_0_r.
        apply Rlt_le_trans with (1 := Hb). apply Rmin_r.
    + apply H; [apply Rlt_le_trans with (1 := Hb); apply Rmin_l | exact Hk].
Qed.

(** As beta tends to 0, softmax(beta s) tends to equal weights 1/n on all n positions of the list. *)
Theorem r1_uniform_limit :
  (forall (s : nat -> R) (n j : nat), (1 <= j <= n)%nat ->
     tends_at_zero (soft s (positions n) j) (1 / INR n)) /\
  (forall (s : nat -> R) (S : list nat) (j : nat), In j S ->
     tends_at_zero (soft s S j) (1 / INR (length S))).
Proof.
  assert (U : forall (s : nat -> R) (S : list nat) (j : nat), In j S ->
    tends_at_zero (soft s S j) (1 / INR (length S))).
  { intros s S j Hj eps He. assert (N := pos_INR (length S)). set (eta := eps / (INR (length S) + 2)).
    assert (P : 0 < eta) by (apply Rdiv_lt_0_compat; lra).
    destruct (exponentials_close_at_zero S s eta P) as [r [Hr H]].
    exists r. split; [exact Hr|]. intros beta Hb. unfold soft, weight.
    assert (O : sum S (fun _ => 1) = INR (length S)) by (rewrite sum_const; ring).
    assert (G : 1 <= sum S (fun _ => 1)).
    { apply (term_le_sum S (fun _ => 1) j); [intros; lra | exact Hj]. }
    assert (Q := quotient_close S (fun l => exp (beta * s l)) (fun _ => 1) eta j Hj
      (fun l _ => exp_pos _) G (H beta Hb)).
    cbv beta in Q. rewrite O in Q. apply Rle_lt_trans with (1 := Q).
    replace eps with ((INR (length S) + 2) * eta) by (unfold eta; field; lra).
    apply Rmult_lt_compat_r; [exact P | lra]. }
  split; [|exact U].
  intros s n j Hj. assert (H := U s (positions n) j (proj2 (positions_in n j) Hj)).
  rewrite positions_length in H. exact H.
Qed.
