(** * Attention over an allowed list of positions

    Everything that the theorems of this folder speak of is defined here, for all sizes, over the real
    numbers with the real exponential.  Positions and components count from 1, as in the text:

      q_i = x_i W_Q,   k_j = x_j W_K,   v_j = x_j W_V,   s_ij = c (q_i . k_j),
      alpha_ij = exp(s_ij) / sum_{l in S(i)} exp(s_il)   for j in S(i), else 0,
      a_i = sum_{j in S(i)} alpha_ij v_j.

    S(i) is a list of positions: {1..i} under the causal mask, {1..n} without a mask; windows, deletions,
    caches and permutations are other lists.  A matrix with d rows is a function of (row, column); entries
    beyond its sizes exist and are never read. *)

From Coq Require Import Reals List Arith Lra Lia Permutation.
Import ListNotations.
Open Scope R_scope.

(** ** Data and sums *)

(** A vector: component e is [x e], e = 1..d. *)
Definition Vec := nat -> R.

(** A matrix: row e, column b is [W e b].  Also n tokens: component e of token i is [X i e]. *)
Definition Mat := nat -> nat -> R.

(** The positions 1, ..., n. *)
Definition positions (n : nat) : list nat := seq 1 n.

(** sum_{l in L} f(l). *)
Fixpoint sum (L : list nat) (f : nat -> R) : R :=
  match L with
  | [] => 0
  | l :: rest => f l + sum rest f
  end.

(** sum_b u_b w_b, b = 1..d. *)
Definition dot (d : nat) (u w : Vec) : R := sum (positions d) (fun b => u b * w b).

(** The row x W: component b is sum_e x_e W_eb, e = 1..d. *)
Definition project (d : nat) (x : Vec) (W : Mat) : Vec :=
  fun b => sum (positions d) (fun e => x e * W e b).

(** x + t, component by component. *)
Definition translate (x t : Vec) : Vec := fun e => x e + t e.

(** ** Softmax over an allowed list *)

(** exp(s_j) / sum_{l in S} exp(s_l): the weight of an allowed position j. *)
Definition weight (s : nat -> R) (S : list nat) (j : nat) : R :=
  exp (s j) / sum S (fun l => exp (s l)).

(** The weight of any position: 0 outside S. *)
Definition masked_weight (s : nat -> R) (S : list nat) (j : nat) : R :=
  if in_dec Nat.eq_dec j S then weight s S j else 0.

(** sum_{j in S} weight_j v_j: one component of the output of a row with scores s and values v. *)
Definition output (s : nat -> R) (S : list nat) (v : nat -> R) : R :=
  sum S (fun j => weight s S j * v j).

(** ** Dot-product attention *)

(** S(i) under the causal mask, and without a mask. *)
Definition causal (i : nat) : list nat := positions i.
Definition full (n : nat) (i : nat) : list nat := positions n.

(** s_ij = c (x_i W_Q . x_j W_K). *)
Definition score (d dk : nat) (c : R) (WQ WK : Mat) (X : Mat) (i j : nat) : R :=
  c * dot dk (project d (X i) WQ) (project d (X j) WK).

(** alpha_ij for j in S(i). *)
Definition alpha (d dk : nat) (c : R) (WQ WK : Mat) (S : nat -> list nat) (X : Mat) (i j : nat) : R :=
  weight (score d dk c WQ WK X i) (S i) j.

(** Component g of a_i. *)
Definition attention (d dk : nat) (c : R) (WQ WK WV : Mat) (S : nat -> list nat) (X : Mat) (i g : nat) : R :=
  output (score d dk c WQ WK X i) (S i) (fun j => project d (X j) WV g).

(** Component e of t A, A = W_Q W_K^T: (t A)_e = sum_b (t W_Q)_b (W_K)_eb. *)
Definition tA (dk d : nat) (WQ WK : Mat) (t : Vec) : Vec :=
  fun e => dot dk (project d t WQ) (WK e).

(** The row s with s_j replaced by x. *)
Definition update (s : nat -> R) (j : nat) (x : R) : nat -> R := fun l => if Nat.eqb l j then x else s l.

(** f(x) -> limit as x -> infinity. *)
Definition tends_at_infinity (f : R -> R) (limit : R) : Prop :=
  forall eps, 0 < eps -> exists bound, forall x, bound <= x -> Rabs (f x - limit) < eps.

(** ** Facts about lists and positions *)

Lemma filter_all : forall (f : nat -> bool) L, (forall l, In l L -> f l = true) -> filter f L = L.
Proof.
  intros f. induction L as [|l L IH]; intros H; simpl; [reflexivity|].
  rewrite (H l (or_introl eq_refl)). f_equal. apply IH. intros k Hk. apply H. right. exact Hk.
Qed.

Lemma filter_none : forall (f : nat -> bool) L, (forall l, In l L -> f l = false) -> filter f L = [].
Proof.
  intros f. induction L as [|l L IH]; intros H; simpl; [reflexivity|].
  rewrite (H l (or_introl eq_refl)). apply IH. intros k Hk. apply H. right. exact Hk.
Qed.

Lemma filter_append : forall (f : nat -> bool) L L', filter f (L ++ L') = filter f L ++ filter f L'.
Proof.
  intros f. induction L as [|l L IH]; intros L'; simpl; [reflexivity|].
  rewrite IH. destruct (f l); reflexivity.
Qed.

Lemma length_of_map : forall (A B : Type) (f : A -> B) L, length (map f L) = length L.
Proof. intros A B f L. induction L as [|l L IH]; simpl; [reflexivity|]. rewrite IH. reflexivity. Qed.

Lemma length_of_seq : forall len start, length (seq start len) = len.
Proof. induction len as [|len IH]; intros start; simpl; [reflexivity|]. rewrite IH. reflexivity. Qed.

Lemma positions_length : forall n, length (positions n) = n.
Proof. intros n. apply length_of_seq. Qed.

Lemma positions_in : forall n j, In j (positions n) <-> (1 <= j <= n)%nat.
Proof. intros n j. unfold positions. rewrite in_seq. lia. Qed.

Lemma positions_cons_nonempty : forall n, (1 <= n)%nat -> positions n <> [].
Proof. intros [|n] H; [lia | discriminate]. Qed.

Lemma positions_nodup : forall n, NoDup (positions n).
Proof. intros n. apply seq_NoDup. Qed.

(** ** Facts about sums *)

Lemma sum_ext : forall L f g, (forall l, In l L -> f l = g l) -> sum L f = sum L g.
Proof.
  induction L as [|l L IH]; intros f g H; simpl; [reflexivity|].
  rewrite (H l (or_introl eq_refl)), (IH f g); [reflexivity|].
  intros k Hk. apply H. right. exact Hk.
Qed.

Lemma sum_add : forall L f g, sum L (fun l => f l + g l) = sum L f + sum L g.
Proof. induction L as [|l L IH]; intros f g; simpl; [ring|]. rewrite IH. ring. Qed.

Lemma sum_scale : forall L k f, sum L (fun l => k * f l) = k * sum L f.
Proof. induction L as [|l L IH]; intros k f; simpl; [ring|]. rewrite IH. ring. Qed.

Lemma sum_scale_r : forall L k f, sum L (fun l => f l * k) = sum L f * k.
Proof. induction L as [|l L IH]; intros k f; simpl; [ring|]. rewrite IH. ring. Qed.

Lemma sum_minus : forall L f g, sum L (fun l => f l - g l) = sum L f - sum L g.
Proof. induction L as [|l L IH]; intros f g; simpl; [ring|]. rewrite IH. ring. Qed.

Lemma sum_zero : forall L, sum L (fun _ => 0) = 0.
Proof. induction L as [|l L IH]; simpl; [reflexivity|]. rewrite IH. ring. Qed.

Lemma sum_vanishes : forall L f, (forall l, In l L -> f l = 0) -> sum L f = 0.
Proof. intros L f H. rewrite (sum_ext L f (fun _ => 0) H). apply sum_zero. Qed.

Lemma sum_const : forall L k, sum L (fun _ => k) = INR (length L) * k.
Proof.
  induction L as [|l L IH]; intros k; [simpl; ring|].
  change (sum (l :: L) (fun _ => k)) with (k + sum L (fun _ => k)).
  rewrite IH. change (length (l :: L)) with (S (length L)). rewrite S_INR. ring.
Qed.

Lemma sum_app : forall L L' f, sum (L ++ L') f = sum L f + sum L' f.
Proof. induction L as [|l L IH]; intros L' f; simpl; [ring|]. rewrite IH. ring. Qed.

Lemma sum_swap : forall L L' (f : nat -> nat -> R),
  sum L (fun l => sum L' (f l)) = sum L' (fun k => sum L (fun l => f l k)).
Proof.
  induction L as [|l L IH]; intros L' f; simpl; [rewrite sum_zero; reflexivity|].
  rewrite IH. rewrite <- sum_add. reflexivity.
Qed.

Lemma sum_le : forall L f g, (forall l, In l L -> f l <= g l) -> sum L f <= sum L g.
Proof.
  induction L as [|l L IH]; intros f g H; simpl; [lra|].
  apply Rplus_le_compat; [apply H; left; reflexivity | apply IH; intros k Hk; apply H; right; exact Hk].
Qed.

Lemma sum_nonneg : forall L f, (forall l, In l L -> 0 <= f l) -> 0 <= sum L f.
Proof. intros L f H. rewrite <- (sum_zero L). apply sum_le. exact H. Qed.

Lemma sum_pos : forall L f, L <> [] -> (forall l, In l L -> 0 < f l) -> 0 < sum L f.
Proof.
  intros [|l L] f H Hf; [congruence|]. simpl.
  apply Rplus_lt_le_0_compat; [apply Hf; left; reflexivity|].
  apply sum_nonneg. intros k Hk. left. apply Hf. right. exact Hk.
Qed.

(** A term of a sum of non-negative terms is at most the sum. *)
Lemma term_le_sum : forall L f j, (forall l, In l L -> 0 <= f l) -> In j L -> f j <= sum L f.
Proof.
  induction L as [|l L IH]; intros f j H Hj; [destruct Hj|]. simpl.
  assert (H0 : forall k, In k L -> 0 <= f k) by (intros k Hk; apply H; right; exact Hk).
  destruct Hj as [E|Hj].
  - subst l. assert (H' := sum_nonneg L f H0). lra.
  - assert (H' := IH f j H0 Hj). assert (H'' := H l (or_introl eq_refl)). lra.
Qed.

Lemma sum_exp_pos : forall L s, L <> [] -> 0 < sum L (fun l => exp (s l)).
Proof. intros L s H. apply sum_pos; [exact H|]. intros. apply exp_pos. Qed.

(** Sums depend on the terms as a multiset only, and a map of the list moves into the term. *)
Lemma sum_map : forall L (p : nat -> nat) f, sum (map p L) f = sum L (fun l => f (p l)).
Proof. induction L as [|l L IH]; intros p f; simpl; [reflexivity|]. rewrite IH. reflexivity. Qed.

Lemma sum_permutation : forall L L' f, Permutation L L' -> sum L f = sum L' f.
Proof.
  intros L L' f H. induction H; cbn [sum]; [reflexivity | rewrite IHPermutation; reflexivity | ring |].
  rewrite IHPermutation1. exact IHPermutation2.
Qed.

(** D, where it is added to the term of one position, is added to the sum. *)
Lemma sum_mentions : forall (L : list nat) (k : nat) (f : nat -> R) (D : R), NoDup L -> In k L ->
  sum L (fun l => f l + (if Nat.eq_dec l k then D else 0)) = sum L f + D.
Proof.
  intros L k f D. rewrite sum_add. intros Hnd Hin. f_equal.
  induction L as [|l L IH]; [contradiction|].
  apply NoDup_cons_iff in Hnd. destruct Hnd as [Hl Hnd]. simpl.
  destruct (Nat.eq_dec l k) as [E|E].
  - subst l. rewrite (sum_ext L _ (fun _ => 0)); [rewrite sum_zero; ring|].
    intros j Hj. destruct (Nat.eq_dec j k) as [E|E]; [subst j; contradiction|reflexivity].
  - destruct Hin as [Hin|Hin]; [contradiction|]. rewrite (IH Hnd Hin). ring.
Qed.

(** ** Facts about weights *)

Lemma weight_sum_one : forall s S, S <> [] -> sum S (weight s S) = 1.
Proof.
  intros s S H. unfold weight, Rdiv.
  rewrite (sum_scale_r S (/ sum S (fun l => exp (s l))) (fun j => exp (s j))).
  apply Rinv_r. apply Rgt_not_eq. apply sum_exp_pos. exact H.
Qed.

Lemma weight_positive : forall s S j, S <> [] -> 0 < weight s S j.
Proof. intros s S j H. unfold weight. apply Rdiv_lt_0_compat; [apply exp_pos | apply sum_exp_pos; exact H]. Qed.

(** Weights and outputs read the scores and the values at the allowed positions alone. *)
Lemma weight_ext : forall s s' S j,
  (forall l, In l S -> s l = s' l) -> In j S -> weight s S j = weight s' S j.
Proof.
  intros s s' S j H Hj. unfold weight. rewrite (H j Hj). f_equal.
  apply sum_ext. intros l Hl. rewrite (H l Hl). reflexivity.
Qed.

Lemma output_ext : forall s s' S v v',
  (forall l, In l S -> s l = s' l) -> (forall l, In l S -> v l = v' l) -> output s S v = output s' S v'.
Proof.
  intros s s' S v v' Hs Hv. unfold output. apply sum_ext. intros j Hj.
  rewrite (weight_ext s s' S j Hs Hj), (Hv j Hj). reflexivity.
Qed.

(** One constant added to all scores of a row changes no weight. *)
Lemma weight_shift : forall s S k j, weight (fun l => s l + k) S j = weight s S j.
Proof.
  intros s S k j. unfold weight, Rdiv.
  rewrite (sum_ext S (fun l => exp (s l + k)) (fun l => exp (s l) * exp k)) by (intros; apply exp_plus).
  rewrite sum_scale_r, exp_plus.
  destruct S as [|m S]; [simpl; rewrite Rmult_0_l, Rinv_0; ring|].
  assert (H := sum_exp_pos (m :: S) s ltac:(discriminate)).
  assert (H' := exp_pos k). field. split; apply Rgt_not_eq; assumption.
Qed.

(** ** Facts about dot products and projections *)

(** The projection is linear in the token. *)
Lemma project_translate : forall d x t W b,
  project d (translate x t) W b = project d x W b + project d t W b.
Proof.
  intros. unfold project, translate. rewrite <- sum_add. apply sum_ext. intros. ring.
Qed.

Lemma dot_ext : forall d u u' w w',
  (forall b, (1 <= b <= d)%nat -> u b = u' b) -> (forall b, (1 <= b <= d)%nat -> w b = w' b) ->
  dot d u w = dot d u' w'.
Proof.
  intros d u u' w w' Hu Hw. unfold dot. apply sum_ext. intros b Hb. apply positions_in in Hb.
  rewrite (Hu b Hb), (Hw b Hb). reflexivity.
Qed.

Lemma dot_comm : forall d u w, dot d u w = dot d w u.
Proof. intros d u w. unfold dot. apply sum_ext. intros b _. ring. Qed.

Lemma dot_zero_l : forall d u w, (forall e, (1 <= e <= d)%nat -> u e = 0) -> dot d u w = 0.
Proof.
  intros d u w H. unfold dot. apply sum_vanishes. intros e He. apply positions_in in He. rewrite (H e He). ring.
Qed.

Lemma dot_zero_r : forall d u w, (forall e, (1 <= e <= d)%nat -> w e = 0) -> dot d u w = 0.
Proof. intros d u w H. rewrite dot_comm. apply dot_zero_l. exact H. Qed.

(** With values 0 an output is 0. *)
Lemma attention_zero_values : forall d dk c WQ WK WV S X i g,
  (forall j, In j (S i) -> project d (X j) WV g = 0) -> attention d dk c WQ WK WV S X i g = 0.
Proof.
  intros d dk c WQ WK WV S X i g H. unfold attention, output. apply sum_vanishes.
  intros j Hj. rewrite (H j Hj). ring.
Qed.
