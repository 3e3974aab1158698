(** * Masks: Proposition 1, additive masks, and the matrix form

    General attention sums over all n positions with an indicator of the allowed ones.  With the indicator of
    {1..i} it is the chapter's masked attention, with every position allowed it is attention without a mask
    (Proposition 1 and its converse).  A mask that subtracts a finite M from the scores of later positions tends
    to the mask as M -> infinity, leaks at most (n - i) e^(mu - M) / sum_{l <= i} e^(s_il), and always leaks.
    The matrix form - products, mask, softmax of rows - is the token-by-token form.

    References: [vaswani2017], [jurafsky2024]. *)

From Coq Require Import Reals List Arith Bool Lra Lia.
From SelfAttention Require Import Attention.
Import ListNotations.
Open Scope R_scope.

(** ** Definitions *)

(** 1 if true, 0 if false. *)
Definition indicator (b : bool) : R := if b then 1 else 0.

(** exp(s_j) [j allowed] / sum_{l=1}^n exp(s_l) [l allowed]. *)
Definition indicator_weight (n : nat) (s : nat -> R) (mask : nat -> bool) (j : nat) : R :=
  exp (s j) * indicator (mask j) / sum (positions n) (fun l => exp (s l) * indicator (mask l)).

(** General attention: the sum over all positions 1..n of these weights times the values. *)
Definition indicator_output (n : nat) (s : nat -> R) (mask : nat -> bool) (v : nat -> R) : R :=
  sum (positions n) (fun j => indicator_weight n s mask j * v j).

(** The same with any factors m_j beside the exponentials: 0 or 1 for a mask, e^bias for a bias. *)
Definition factor_weight (n : nat) (s m : nat -> R) (j : nat) : R :=
  exp (s j) * m j / sum (positions n) (fun l => exp (s l) * m l).
Definition factor_output (n : nat) (s m v : nat -> R) : R :=
  sum (positions n) (fun j => factor_weight n s m j * v j).

(** The causal mask as an indicator: [j <= i]. *)
Definition causal_mask (i j : nat) : bool := Nat.leb j i.

(** The scores of row i with M subtracted at the later positions: s_j - M (1 - [j <= i]). *)
Definition penalised (M : R) (s : nat -> R) (i : nat) : nat -> R :=
  fun j => s j - M * (1 - indicator (causal_mask i j)).

(** The later positions i+1, ..., n. *)
Definition later (i n : nat) : list nat := seq (S i) (n - i).

(** A B, with `inner` columns in A and rows in B. *)
Definition matmul (inner : nat) (A B : Mat) : Mat := fun i j => sum (positions inner) (fun b => A i b * B b j).

Definition transpose (A : Mat) : Mat := fun i j => A j i.

Definition scale_by (c : R) (A : Mat) : Mat := fun i j => c * A i j.

(** Softmax of each row over the n positions, restricted by the mask. *)
Definition masked_softmax (n : nat) (mask : nat -> nat -> bool) (A : Mat) : Mat :=
  fun i j => indicator_weight n (A i) (mask i) j.

(** softmax(mask(c Q K^T)) V with Q = X W_Q, K = X W_K, V = X W_V. *)
Definition matrix_attention (n d dk : nat) (c : R) (WQ WK WV : Mat) (mask : nat -> nat -> bool) (X : Mat) : Mat :=
  let Q := matmul d X WQ in
  let K := matmul d X WK in
  let V := matmul d X WV in
  matmul n (masked_softmax n mask (scale_by c (matmul dk Q (transpose K)))) V.

(** ** Auxiliary facts *)

Lemma sum_indicator : forall L (mask : nat -> bool) f,
  sum L (fun l => indicator (mask l) * f l) = sum (filter mask L) f.
Proof.
  induction L as [|l L IH]; intros mask f; simpl; [reflexivity|].
  rewrite IH. destruct (mask l); simpl; ring.
Qed.

(** Summing over all positions with an indicator is summing over the list of the allowed ones. *)
Lemma indicator_output_is_filter : forall n s mask v,
  indicator_output n s mask v = output s (filter mask (positions n)) v.
Proof.
  intros n s mask v. unfold indicator_output, output, indicator_weight, weight.
  rewrite (sum_ext (positions n) (fun l => exp (s l) * indicator (mask l))
                                 (fun l => indicator (mask l) * exp (s l))) by (intros; ring).
  rewrite sum_indicator.
  rewrite <- (sum_indicator _ _ (fun j => exp (s j) / sum (filter mask (positions n)) (fun l => exp (s l)) * v j)).
  apply sum_ext. intros j _. unfold Rdiv. ring.
Qed.

Lemma positions_split : forall i n, (i <= n)%nat -> positions n = positions i ++ later i n.
Proof.
  intros i n H. unfold positions, later. replace n with (i + (n - i))%nat at 1 by lia. apply seq_app.
Qed.

Lemma later_in : forall i n j, In j (later i n) <-> (i < j <= n)%nat.
Proof. intros i n j. unfold later. rewrite in_seq. lia. Qed.

Lemma later_length : forall i n, length (later i n) = (n - i)%nat.
Proof. intros i n. unfold later. apply length_of_seq. Qed.

Lemma filter_causal : forall i n, (i <= n)%nat -> filter (causal_mask i) (positions n) = causal i.
Proof.
  intros i n H. rewrite (positions_split i n H), filter_append.
  rewrite (filter_all _ (positions i)), (filter_none _ (later i n)); [apply app_nil_r| |].
  - intros l Hl. apply later_in in Hl. apply Nat.leb_gt. lia.
  - intros l Hl. apply positions_in in Hl. apply Nat.leb_le. lia.
Qed.

Lemma penalised_kept : forall M s i j, (j <= i)%nat -> penalised M s i j = s j.
Proof.
  intros M s i j H. unfold penalised, causal_mask.
  rewrite (proj2 (Nat.leb_le j i)) by exact H. simpl. ring.
Qed.

Lemma penalised_later : forall M s i j, (i < j)%nat -> penalised M s i j = s j - M.
Proof.
  intros M s i j H. unfold penalised, causal_mask.
  rewrite (proj2 (Nat.leb_gt j i)) by exact H. simpl. ring.
Qed.

(** The divisor: what is kept, and e^(-M) times what is masked. *)
Lemma penalised_divisor : forall M s i n, (i <= n)%nat ->
  sum (positions n) (fun l => exp (penalised M s i l)) =
  sum (causal i) (fun l => exp (s l)) + exp (- M) * sum (later i n) (fun l => exp (s l)).
Proof.
  intros M s i n H. rewrite (positions_split i n H), sum_app. f_equal.
  - apply sum_ext. intros l Hl. apply positions_in in Hl. rewrite penalised_kept by lia. reflexivity.
  - rewrite <- sum_scale. apply sum_ext. intros l Hl. apply later_in in Hl.
    rewrite penalised_later by lia. rewrite <- exp_plus. f_equal. ring.
Qed.

(** ** Proposition 1 *)

(** Attention over arbitrary allowed sets, with S(i) = {1..i}, is the chapter's masked attention. *)
Theorem proposition_1_restriction :
  forall (n : nat) (s v : Mat) (i g : nat),
    (1 <= i <= n)%nat ->
    indicator_output n (s i) (causal_mask i) (fun j => v j g) = output (s i) (causal i) (fun j => v j g).
Proof.
  intros n s v i g Hi. rewrite indicator_output_is_filter.
  rewrite filter_causal by lia. reflexivity.
Qed.

(** General attention with every position allowed is unmasked attention: with a mask of truth values that is true
    throughout row i, and with a mask of real factors that is 1 there. *)
Theorem all_true_mask_is_no_mask :
  forall (n : nat) (s v : Mat) (i g : nat),
    (1 <= i <= n)%nat ->
    (forall mask : nat -> nat -> bool,
       (forall j, (1 <= j <= n)%nat -> mask i j = true) ->
       indicator_output n (s i) (mask i) (fun j => v j g) = output (s i) (full n i) (fun j => v j g))
    /\
    (forall mask : Mat,
       (forall j, (1 <= j <= n)%nat -> mask i j = 1) ->
       factor_output n (s i) (mask i) (fun j => v j g) = output (s i) (full n i) (fun j => v j g)).
Proof.
  intros n s v i g Hi. split; intros mask all.
  - rewrite indicator_output_is_filter, filter_all; [reflexivity|].
    intros l Hl. apply all. apply positions_in. exact Hl.
  - unfold factor_output, factor_weight, output, weight, full.
    rewrite (sum_ext (positions n) (fun l => exp (s i l) * mask i l) (fun l => exp (s i l))).
    + apply sum_ext. intros j Hj. rewrite all by (apply positions_in; exact Hj). rewrite Rmult_1_r. reflexivity.
    + intros l Hl. rewrite all by (apply positions_in; exact Hl). ring.
Qed.

(** ** Additive masks *)

(** Every weight is positive at every finite penalty: no position is excluded exactly. *)
Theorem additive_mask_leaks :
  forall (n : nat) (s : Mat) (M : R) (i j : nat),
    (1 <= i <= n)%nat -> (1 <= j <= n)%nat ->
    0 < weight (penalised M (s i) i) (positions n) j.
Proof.
  intros n s M i j Hi Hj. apply weight_positive. apply positions_cons_nonempty. lia.
Qed.

(** With a finite penalty M the weight on later tokens is at most (n - i) e^(mu - M) over the kept sum. *)
Theorem additive_mask_leak_bound :
  forall (n : nat) (s : Mat) (mu M : R) (i : nat),
    (1 <= i <= n)%nat ->
    (forall j, (i < j <= n)%nat -> s i j <= mu) ->
    sum (later i n) (weight (penalised M (s i) i) (positions n)) <=
    INR (n - i) * exp (mu - M) / sum (causal i) (fun l => exp (s i l)).
Proof.
  intros n s mu M i Hi largest.
  assert (kept : 0 < sum (causal i) (fun l => exp (s i l))).
  { apply sum_exp_pos. apply positions_cons_nonempty. lia. }
  unfold Rdiv. replace (INR (n - i) * exp (mu - M)) with (sum (later i n) (fun _ => exp (mu - M))).
  2: { rewrite sum_const. rewrite later_length. reflexivity. }
  rewrite <- sum_scale_r. apply sum_le. intros j Hj. apply later_in in Hj.
  unfold weight. rewrite penalised_divisor by lia. rewrite penalised_later by lia.
  unfold Rdiv. apply Rmult_le_compat.
  - left. apply exp_pos.
  - left. apply Rinv_0_lt_compat. apply Rplus_lt_le_0_compat; [exact kept|].
    apply Rmult_le_pos; [left; apply exp_pos|]. apply sum_nonneg. intros. left. apply exp_pos.
  - destruct (Req_dec (s i j) mu) as [E|E]; [rewrite E; lra|].
    left. apply exp_increasing. specialize (largest j Hj). lra.
  - apply Rinv_le_contravar; [exact kept|].
    assert (0 <= exp (- M) * sum (later i n) (fun l => exp (s i l))); [|lra].
    apply Rmult_le_pos; [left; apply exp_pos|]. apply sum_nonneg. intros. left. apply exp_pos.
Qed.

(** e^(-M) k -> 0. *)
Lemma penalty_vanishes : forall k eps, 0 <= k -> 0 < eps ->
  exists M0, forall M, M0 <= M -> 0 <= exp (- M) * k < eps.
Proof.
  intros k eps Hk Heps. exists (k / eps). intros M HM.
  assert (HkM : k <= M * eps).
  { apply (Rmult_le_compat_r eps) in HM; [|lra]. unfold Rdiv in HM.
    rewrite Rmult_assoc, Rinv_l, Rmult_1_r in HM by lra. exact HM. }
  assert (HM0 : 0 <= M).
  { apply Rle_trans with (2 := HM). unfold Rdiv. apply Rmult_le_pos; [exact Hk|].
    left. apply Rinv_0_lt_compat. exact Heps. }
  assert (Hexp := exp_pos (- M)).
  assert (Hbig : 1 + M <= exp M).
  { destruct (Req_dec M 0) as [E|E]; [rewrite E, exp_0; lra|]. left. apply exp_ineq1. lra. }
  assert (Hone : exp (- M) * exp M = 1).
  { rewrite <- exp_plus. replace (- M + M) with 0 by ring. apply exp_0. }
  split; [apply Rmult_le_pos; lra|].
  apply Rle_lt_trans with (exp (- M) * (M * eps)); [apply Rmult_le_compat_l; lra|].
  apply Rlt_le_trans with (exp (- M) * (exp M * eps)).
  - apply Rmult_lt_compat_l; [exact Hexp|]. apply Rmult_lt_compat_r; [exact Heps|]. lra.
  - rewrite <- Rmult_assoc, Hone. lra.
Qed.

(** Subtracting M from the scores of later tokens gives the masked weights in the limit of large M: the causal
    weight at a kept position, 0 at a masked one. *)
Theorem additive_mask_limit :
  forall (n : nat) (s : Mat) (i : nat),
    (1 <= i <= n)%nat ->
    (forall j, (1 <= j <= i)%nat ->
       tends_at_infinity (fun M => weight (penalised M (s i) i) (positions n) j) (weight (s i) (causal i) j))
    /\
    (forall j, (i < j <= n)%nat ->
       tends_at_infinity (fun M => weight (penalised M (s i) i) (positions n) j) 0).
Proof.
  intros n s i Hi.
  set (kept := sum (causal i) (fun l => exp (s i l))).
  set (masked := sum (later i n) (fun l => exp (s i l))).
  assert (Hkept : 0 < kept).
  { apply sum_exp_pos. apply positions_cons_nonempty. lia. }
  assert (Hmasked : 0 <= masked).
  { apply sum_nonneg. intros. left. apply exp_pos. }
  split; intros j Hj eps Heps.
  - assert (Hterm := exp_pos (s i j)).
    destruct (penalty_vanishes (exp (s i j) / (kept * kept) * masked) eps) as [M0 HM0]; [|exact Heps|].
    { apply Rmult_le_pos; [|exact Hmasked]. left. apply Rdiv_lt_0_compat; [exact Hterm|].
      apply Rmult_lt_0_compat; exact Hkept. }
    exists M0. intros M HM. specialize (HM0 M HM). unfold weight.
    rewrite penalised_divisor by lia. rewrite penalised_kept by lia. fold kept masked.
    set (small := exp (- M) * masked).
    assert (Hsmall : 0 <= small).
    { apply Rmult_le_pos; [left; apply exp_pos | exact Hmasked]. }
    replace (exp (s i j) / (kept + small) - exp (s i j) / kept)
      with (- (exp (s i j) / kept * (small / (kept + small)))) by (field; lra).
    rewrite Rabs_Ropp, Rabs_pos_eq.
    2: { apply Rmult_le_pos; apply Rmult_le_pos; try lra; left; apply Rinv_0_lt_compat; lra. }
    apply Rle_lt_trans with (2 := proj2 HM0).
    replace (exp (- M) * (exp (s i j) / (kept * kept) * masked))
      with (exp (s i j) / kept * (small / kept)) by (unfold small; field; lra).
    apply Rmult_le_compat_l.
    { left. apply Rdiv_lt_0_compat; assumption. }
    unfold Rdiv. apply Rmult_le_compat_l; [exact Hsmall|]. apply Rinv_le_contravar; lra.
  - assert (Hterm := exp_pos (s i j)).
    destruct (penalty_vanishes (exp (s i j) / kept) eps) as [M0 HM0]; [|exact Heps|].
    { left. apply Rdiv_lt_0_compat; assumption. }
    exists M0. intros M HM. specialize (HM0 M HM). unfold weight.
    rewrite penalised_divisor by lia. rewrite penalised_later by lia. fold kept masked.
    set (small := exp (- M) * masked).
    assert (Hsmall : 0 <= small).
    { apply Rmult_le_pos; [left; apply exp_pos | exact Hmasked]. }
    assert (Hexp := exp_pos (s i j - M)).
    rewrite Rminus_0_r, Rabs_pos_eq.
    2: { left. apply Rdiv_lt_0_compat; lra. }
    apply Rle_lt_trans with (2 := proj2 HM0).
    replace (exp (s i j - M)) with (exp (- M) * exp (s i j)) by (rewrite <- exp_plus; f_equal; ring).
    unfold Rdiv. rewrite Rmult_assoc. apply Rmult_le_compat_l; [left; apply exp_pos|].
    apply Rmult_le_compat_l; [lra|]. apply Rinv_le_contravar; lra.
Qed.

(** ** The matrix form *)

(** Computing all positions at once with matrices, mask and row-wise softmax gives the token-by-token
    outputs. *)
Theorem matrix_form_equals_token_form :
  forall (n d dk : nat) (c : R) (WQ WK WV X : Mat) (i g : nat),
    (1 <= i <= n)%nat ->
    matrix_attention n d dk c WQ WK WV causal_mask X i g = attention d dk c WQ WK WV causal X i g.
Proof.
  intros n d dk c WQ WK WV X i g Hi.
  change (indicator_output n (score d dk c WQ WK X i) (causal_mask i) (fun j => project d (X j) WV g) =
          attention d dk c WQ WK WV causal X i g).
  rewrite indicator_output_is_filter, filter_causal by lia. reflexivity.
Qed.
