(** * Softmax over an allowed list: rows, shifts, ratios, values, the hull

    Statements about the weights alpha_ij = exp(s_ij) / sum_{l in S(i)} exp(s_il) of a row and about the
    output sum_{j in S(i)} alpha_ij v_j, for any scores and any allowed list, the causal one included:
    row sums, positivity, shift invariance, failure of linearity, the ratio of two weights, what the weights
    and the output depend on, and that an output is a convex combination of the allowed values.

    Reference: Vaswani et al., Attention is all you need, 2017, section 3.2. *)

From Coq Require Import Reals List Arith Lra Lia.
From SelfAttention Require Import Attention.
Import ListNotations.
Open Scope R_scope.

(** ** Rows of weights *)

Lemma causal_nonempty : forall i, (1 <= i)%nat -> causal i <> [].
Proof. intros i Hi. unfold causal. apply positions_cons_nonempty. exact Hi. Qed.

(** The weights that a token gives to itself and its predecessors sum to one; so do those over any
    non-empty allowed list, whatever the scores. *)
Theorem softmax_rows_sum_to_one :
  (forall d dk c WQ WK X i, (1 <= i)%nat ->
     sum (causal i) (alpha d dk c WQ WK causal X i) = 1) /\
  (forall s S, S <> [] -> sum S (weight s S) = 1).
Proof.
  split; [|exact weight_sum_one].
  intros d dk c WQ WK X i Hi. unfold alpha. apply weight_sum_one. apply causal_nonempty. exact Hi.
Qed.

(** Every token gives a positive weight to itself and to each predecessor, however far; so it does to each
    position of any allowed list, whatever the scores. *)
Theorem softmax_weights_positive :
  (forall d dk c WQ WK X i j, (1 <= j <= i)%nat -> 0 < alpha d dk c WQ WK causal X i j) /\
  (forall s S j, In j S -> 0 < weight s S j).
Proof.
  split.
  - intros d dk c WQ WK X i j H. unfold alpha. apply weight_positive. apply causal_nonempty. lia.
  - intros s S j Hj. apply weight_positive. intros E. rewrite E in Hj. destruct Hj.
Qed.

Lemma weight_at_most_one : forall s S j, In j S -> weight s S j <= 1.
Proof.
  intros s S j Hj.
  assert (HS : S <> []) by (intros E; rewrite E in Hj; destruct Hj).
  rewrite <- (weight_sum_one s S HS). apply (term_le_sum S (weight s S)); [|exact Hj].
  intros l _. left. apply weight_positive. exact HS.
Qed.

(** Adding one number r_i to all scores of row i changes no weight of that row. *)
Theorem softmax_shift_invariance :
  forall (s : Mat) (r : Vec) (S : nat -> list nat) (i j : nat), In j (S i) ->
    weight (fun l => r i + s i l) (S i) j = weight (s i) (S i) j.
Proof.
  intros s r S i j Hj. rewrite <- (weight_shift (s i) (S i) (r i) j).
  apply weight_ext; [|exact Hj]. intros l _. ring.
Qed.

(** Sums that differ have a term that differs. *)
Lemma sum_differs : forall L f g, sum L f <> sum L g -> exists l, In l L /\ f l <> g l.
Proof.
  induction L as [|l L IH]; intros f g H; simpl in H; [congruence|].
  destruct (Req_dec (f l) (g l)) as [E|E].
  - destruct (IH f g) as [k [Hk Hd]].
    + intros E'. apply H. rewrite E, E'. reflexivity.
    + exists k. split; [right; exact Hk | exact Hd].
  - exists l. split; [left; reflexivity | exact E].
Qed.

(** For every row of scores, softmax(2 s) and 2 softmax(s) differ: their entries sum to 1 and to 2, so some
    entry differs. *)
Theorem softmax_not_linear :
  forall (s : nat -> R) (S : list nat), S <> [] ->
    sum S (fun j => 2 * weight s S j) - sum S (weight (fun l => 2 * s l) S) = 1 /\
    exists j, In j S /\ weight (fun l => 2 * s l) S j <> 2 * weight s S j.
Proof.
  intros s S HS.
  assert (H : sum S (fun j => 2 * weight s S j) - sum S (weight (fun l => 2 * s l) S) = 1).
  { rewrite (sum_scale S 2 (weight s S)), !weight_sum_one by exact HS. ring. }
  split; [exact H|].
  apply (sum_differs S (weight (fun l => 2 * s l) S) (fun j => 2 * weight s S j)). lra.
Qed.

Lemma weight_ratio : forall s S j l, S <> [] -> weight s S j = exp (s j - s l) * weight s S l.
Proof.
  intros s S j l HS. unfold weight, Rdiv. rewrite <- Rmult_assoc, <- exp_plus.
  replace (s j - s l + s l) with (s j) by ring. reflexivity.
Qed.

(** alpha_ij = alpha_il exp(s_ij - s_il), and so the larger score has the larger weight. *)
Theorem weight_ratio_is_exp_score_difference :
  forall (s : nat -> R) (S : list nat) (j l : nat), In j S -> In l S ->
    weight s S j = exp (s j - s l) * weight s S l /\
    (weight s S l < weight s S j <-> s l < s j).
Proof.
  intros s S j l Hj Hl.
  assert (HS : S <> []) by (intros E; rewrite E in Hj; destruct Hj).
  split; [apply weight_ratio; exact HS|].
  assert (Hinv : 0 < / sum S (fun l => exp (s l))).
  { apply Rinv_0_lt_compat. apply sum_exp_pos. exact HS. }
  unfold weight, Rdiv. split; intros H.
  - apply exp_lt_inv. apply (Rmult_lt_reg_r (/ sum S (fun l => exp (s l)))); [exact Hinv | exact H].
  - apply Rmult_lt_compat_r; [exact Hinv|]. apply exp_increasing. exact H.
Qed.

(** ** What decides the weights, and what the output carries *)

Lemma alpha_ext : forall d dk c WQ WQ' WK WK' S X X' i j,
  (forall e b, (1 <= e <= d)%nat -> (1 <= b <= dk)%nat -> WQ e b = WQ' e b) ->
  (forall e b, (1 <= e <= d)%nat -> (1 <= b <= dk)%nat -> WK e b = WK' e b) ->
  (forall e, (1 <= e <= d)%nat -> X i e = X' i e) ->
  (forall l e, In l (S i) -> (1 <= e <= d)%nat -> X l e = X' l e) ->
  In j (S i) ->
  alpha d dk c WQ WK S X i j = alpha d dk c WQ' WK' S X' i j.
Proof.
  intros d dk c WQ WQ' WK WK' S X X' i j HQ HK Hi HX Hj. unfold alpha. apply weight_ext; [|exact Hj].
  intros l Hl. unfold score. f_equal. apply dot_ext; intros b Hb; unfold project; apply sum_ext;
    intros e He; apply positions_in in He.
  - rewrite (Hi e He), (HQ e b He Hb). reflexivity.
  - rewrite (HX l e Hl He), (HK e b He Hb). reflexivity.
Qed.

(** The weights are a function of X, W_Q, W_K and the scale c: they are fixed before any W_V is given, and
    equal entries of X, W_Q and W_K give equal weights. *)
Theorem r5_weights_ignore_values :
  (forall d dk c WQ WK S X, exists w : nat -> nat -> R,
     (forall i j, w i j = alpha d dk c WQ WK S X i j) /\
     (forall WV i g,
        attention d dk c WQ WK WV S X i g = sum (S i) (fun j => w i j * project d (X j) WV g))) /\
  (forall d dk c WQ WQ' WK WK' S X X' i j,
     (forall e b, (1 <= e <= d)%nat -> (1 <= b <= dk)%nat -> WQ e b = WQ' e b) ->
     (forall e b, (1 <= e <= d)%nat -> (1 <= b <= dk)%nat -> WK e b = WK' e b) ->
     (forall e, (1 <= e <= d)%nat -> X i e = X' i e) ->
     (forall l e, In l (S i) -> (1 <= e <= d)%nat -> X l e = X' l e) ->
     In j (S i) ->
     alpha d dk c WQ WK S X i j = alpha d dk c WQ' WK' S X' i j).
Proof.
  split; [|exact alpha_ext].
  intros d dk c WQ WK S X. exists (alpha d dk c WQ WK S X). split; reflexivity.
Qed.

(** With the weights fixed, whatever they are, the output is linear in the values. *)
Theorem r5_output_linear_in_values :
  (forall (a v w : Mat) (lambda : R) (S : nat -> list nat) (i g : nat),
     sum (S i) (fun j => a i j * (v j g + lambda * w j g)) =
     sum (S i) (fun j => a i j * v j g) + lambda * sum (S i) (fun j => a i j * w j g)) /\
  (forall (s : nat -> R) (S : list nat) (v w : nat -> R) (lambda : R),
     output s S (fun j => v j + lambda * w j) = output s S v + lambda * output s S w).
Proof.
  assert (H : forall (L : list nat) (a v w : nat -> R) lambda,
    sum L (fun j => a j * (v j + lambda * w j)) =
    sum L (fun j => a j * v j) + lambda * sum L (fun j => a j * w j)).
  { intros L a v w lambda. rewrite <- sum_scale, <- sum_add. apply sum_ext. intros j _. ring. }
  split.
  - intros a v w lambda S i g. exact (H (S i) (a i) (fun j => v j g) (fun j => w j g) lambda).
  - intros s S v w lambda. exact (H S (weight s S) v w lambda).
Qed.

(** ** The hull of the allowed values *)

(** A mean of numbers that are at most hi is at most hi. *)
Lemma mean_at_most : forall L (p v : nat -> R) hi,
  (forall j, In j L -> 0 <= p j) -> sum L p = 1 -> (forall j, In j L -> v j <= hi) ->
  sum L (fun j => p j * v j) <= hi.
Proof.
  intros L p v hi Hp H1 Hv. apply Rle_trans with (sum L (fun j => p j * hi)).
  - apply sum_le. intros j Hj. apply Rmult_le_compat_l; [apply Hp; exact Hj | apply Hv; exact Hj].
  - rewrite (sum_scale_r L hi p), H1. lra.
Qed.

Lemma mean_at_least : forall L (p v : nat -> R) lo,
  (forall j, In j L -> 0 <= p j) -> sum L p = 1 -> (forall j, In j L -> lo <= v j) ->
  lo <= sum L (fun j => p j * v j).
Proof.
  intros L p v lo Hp H1 Hv. apply Rle_trans with (sum L (fun j => p j * lo)).
  - rewrite (sum_scale_r L lo p), H1. lra.
  - apply sum_le. intros j Hj. apply Rmult_le_compat_l; [apply Hp; exact Hj | apply Hv; exact Hj].
Qed.

(** A linear functional of a weighted sum of vectors is the weighted sum of the functional's values. *)
Lemma dot_sum : forall d u L (p : nat -> R) (v : nat -> Vec),
  dot d u (fun g => sum L (fun j => p j * v j g)) = sum L (fun j => p j * dot d u (v j)).
Proof.
  intros d u L p v. unfold dot.
  rewrite (sum_ext (positions d) _ (fun g => sum L (fun j => p j * (u g * v j g)))).
  - rewrite sum_swap. apply sum_ext. intros j _. rewrite sum_scale. reflexivity.
  - intros g _. rewrite <- sum_scale. apply sum_ext. intros j _. ring.
Qed.

Lemma masked_weight_inside : forall s S j, In j S -> masked_weight s S j = weight s S j.
Proof. intros s S j Hj. unfold masked_weight. destruct (in_dec Nat.eq_dec j S); [reflexivity | contradiction]. Qed.

(** For any scores s, values v_j and allowed list S: the weights are not negative and sum to one over S, and the
    output a is the sum of the weights times the values, the same weights for all components: a convex
    combination.  So a bound, lower or upper, on a component of the allowed values bounds that component of a,
    and a bound on the allowed values along a direction u bounds a along u. *)
Theorem outputs_in_convex_hull :
  forall (s : nat -> R) (S : list nat) (dv : nat) (v : nat -> Vec), S <> [] ->
    let a : Vec := fun g => output s S (fun j => v j g) in
    (forall j, 0 <= masked_weight s S j) /\
    sum S (masked_weight s S) = 1 /\
    (forall g, a g = sum S (fun j => masked_weight s S j * v j g)) /\
    (forall g lo, (forall j, In j S -> lo <= v j g) -> lo <= a g) /\
    (forall g hi, (forall j, In j S -> v j g <= hi) -> a g <= hi) /\
    (forall u hi, (forall j, In j S -> dot dv u (v j) <= hi) -> dot dv u a <= hi).
Proof.
  intros s S dv v HS a.
  assert (Hp : forall j, In j S -> 0 <= weight s S j) by (intros j _; left; apply weight_positive; exact HS).
  assert (H1 := weight_sum_one s S HS). split; [|split; [|split; [|split; [|split]]]].
  - intros j. unfold masked_weight. destruct (in_dec Nat.eq_dec j S) as [Hj|_]; [apply Hp; exact Hj | lra].
  - rewrite <- H1. apply sum_ext. apply masked_weight_inside.
  - intros g. unfold a, output. apply sum_ext. intros j Hj. rewrite masked_weight_inside by exact Hj. reflexivity.
  - intros g lo Hv. exact (mean_at_least S (weight s S) (fun j => v j g) lo Hp H1 Hv).
  - intros g hi Hv. exact (mean_at_most S (weight s S) (fun j => v j g) hi Hp H1 Hv).
  - intros u hi Hv. unfold a, output. rewrite dot_sum.
    exact (mean_at_most S (weight s S) (fun j => dot dv u (v j)) hi Hp H1 Hv).
Qed.
