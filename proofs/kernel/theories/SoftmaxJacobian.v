(** * The derivative of softmax

    With p_i = exp(s_i) / sum_{l in S} exp(s_l) over a list S of distinct positions, the Jacobian is
    J = diag(p) - p p^T: J_ij = p_i (delta_ij - p_j).  Its rows and columns sum to 0, it is positive
    semidefinite, and its absolute row and column sums are 2 p_i (1 - p_i) <= 1/2. *)

From Coq Require Import Reals List Arith Lra Lia.
From SelfAttention Require Import Attention Softmax.
Import ListNotations.
Open Scope R_scope.

(** delta_ij: 1 if i = j, else 0. *)
Definition delta (i j : nat) : R := if Nat.eqb i j then 1 else 0.

(** J_ij = p_i (delta_ij - p_j), that is diag(p) - p p^T. *)
Definition jacobian (s : nat -> R) (S : list nat) (i j : nat) : R := weight s S i * (delta i j - weight s S j).

(** J holds the derivatives of the weights over S: J_ij is the derivative of p_i with respect to s_j.
    There is one, by [softmax_jacobian]. *)
Definition is_jacobian (s : nat -> R) (S : list nat) (J : Mat) : Prop :=
  forall i j, In i S -> In j S -> derivable_pt_lim (fun x => weight (update s j x) S i) (s j) (J i j).

(** ** Sums with a delta *)

Lemma delta_self : forall i, delta i i = 1.
Proof. intros i. unfold delta. rewrite Nat.eqb_refl. reflexivity. Qed.

Lemma delta_other : forall i j, i <> j -> delta i j = 0.
Proof. intros i j H. unfold delta. apply Nat.eqb_neq in H. rewrite H. reflexivity. Qed.

Lemma delta_symmetric : forall i j, delta i j = delta j i.
Proof. intros i j. unfold delta. rewrite Nat.eqb_sym. reflexivity. Qed.

Lemma sum_delta_absent : forall L i f, ~ In i L -> sum L (fun j => delta i j * f j) = 0.
Proof.
  intros L i f H. rewrite <- (sum_zero L). apply sum_ext. intros j Hj.
  rewrite delta_other by (intros E; subst j; contradiction). ring.
Qed.

Lemma sum_delta : forall L i f, NoDup L -> In i L -> sum L (fun j => delta i j * f j) = f i.
Proof.
  induction L as [|l L IH]; intros i f HN Hi; [destruct Hi|].
  inversion HN as [|l' L' Hl HL]; subst. simpl. destruct Hi as [E|Hi].
  - subst l. rewrite delta_self, sum_delta_absent by exact Hl. ring.
  - rewrite delta_other by (intros E; subst l; contradiction). rewrite IH by assumption. ring.
Qed.

(** The Jacobian applied to h: (J h)_i = p_i (h_i - sum_j p_j h_j). *)
Lemma jacobian_apply : forall s S i h, NoDup S -> In i S ->
  sum S (fun j => jacobian s S i j * h j) = weight s S i * (h i - sum S (fun j => weight s S j * h j)).
Proof.
  intros s S i h HN Hi. rewrite <- (sum_delta S i h HN Hi) at 1.
  rewrite <- sum_minus, <- sum_scale. apply sum_ext. intros j _. unfold jacobian. ring.
Qed.

Lemma jacobian_symmetric : forall s S i j, jacobian s S i j = jacobian s S j i.
Proof.
  intros s S i j. unfold jacobian. destruct (Nat.eq_dec i j) as [E|E]; [subst j; reflexivity|].
  rewrite (delta_other i j E), (delta_other j i) by (intros E'; apply E; symmetry; exact E'). ring.
Qed.

(** ** Derivatives *)

Lemma derivable_pt_lim_sum : forall L (f : nat -> R -> R) (f' : nat -> R) t,
  (forall l, In l L -> derivable_pt_lim (f l) t (f' l)) ->
  derivable_pt_lim (fun x => sum L (fun l => f l x)) t (sum L f').
Proof.
  induction L as [|l L IH]; intros f f' t H; simpl; [apply derivable_pt_lim_const|].
  apply (derivable_pt_lim_plus (f l) (fun x => sum L (fun l => f l x))).
  - apply H. left. reflexivity.
  - apply IH. intros k Hk. apply H. right. exact Hk.
Qed.

(** Scores that move with speed h move the weight of i with speed (J h)_i. *)
Lemma weight_derivative : forall (g : R -> nat -> R) (h : nat -> R) t S i, In i S ->
  (forall l, In l S -> derivable_pt_lim (fun x => g x l) t (h l)) ->
  derivable_pt_lim (fun x => weight (g x) S i) t
    (weight (g t) S i * (h i - sum S (fun j => weight (g t) S j * h j))).
Proof.
  intros g h t S i Hi H.
  assert (HS : S <> []) by (intros E; rewrite E in Hi; destruct Hi).
  assert (He : forall l, In l S -> derivable_pt_lim (fun x => exp (g x l)) t (exp (g t l) * h l)).
  { intros l Hl. apply (derivable_pt_lim_comp (fun x => g x l) exp); [apply H; exact Hl|].
    apply derivable_pt_lim_exp. }
  assert (HD := derivable_pt_lim_sum S (fun l x => exp (g x l)) (fun l => exp (g t l) * h l) t He).
  assert (P : sum S (fun l => exp (g t l)) <> 0) by (apply Rgt_not_eq; apply sum_exp_pos; exact HS).
  assert (Q := derivable_pt_lim_div (fun x => exp (g x i)) (fun x => sum S (fun l => exp (g x l))) t _ _
    (He i Hi) HD P).
  assert (E : sum S (fun j => weight (g t) S j * h j) =
    sum S (fun l => exp (g t l) * h l) / sum S (fun l => exp (g t l))).
  { unfold Rdiv. rewrite <- sum_scale_r. apply sum_ext. intros j _. unfold weight. field. exact P. }
  rewrite E. unfold weight.
  replace (exp (g t i) / sum S (fun l => exp (g t l)) *
    (h i - sum S (fun l => exp (g t l) * h l) / sum S (fun l => exp (g t l))))
    with ((exp (g t i) * h i * sum S (fun l => exp (g t l)) - sum S (fun l => exp (g t l) * h l) * exp (g t i))
      / Rsqr (sum S (fun l => exp (g t l)))) by (unfold Rsqr; field; exact P).
  exact Q.
Qed.

(** The derivative of p_i with respect to s_j is p_i (delta_ij - p_j), for distinct positions. *)
Theorem softmax_jacobian :
  forall (s : nat -> R) (S : list nat) (i j : nat), NoDup S -> In i S -> In j S ->
    derivable_pt_lim (fun x => weight (update s j x) S i) (s j)
      (weight s S i * (delta i j - weight s S j)).
Proof.
  intros s S i j HN Hi Hj.
  assert (U : forall l, update s j (s j) l = s l).
  { intros l. unfold update. destruct (Nat.eqb_spec l j) as [E|E]; [rewrite E|]; reflexivity. }
  assert (H := weight_derivative (update s j) (fun l => delta l j) (s j) S i Hi).
  rewrite (weight_ext (update s j (s j)) s S i (fun l _ => U l) Hi) in H.
  rewrite (sum_ext S (fun l => weight (update s j (s j)) S l * delta l j)
    (fun l => delta j l * weight s S l)) in H.
  - rewrite (sum_delta S j (weight s S) HN Hj) in H. apply H. intros l _. unfold update, delta.
    destruct (Nat.eqb l j); [apply derivable_pt_lim_id | apply derivable_pt_lim_const].
  - intros l Hl. rewrite (weight_ext (update s j (s j)) s S l (fun k _ => U k) Hl), (delta_symmetric l j). ring.
Qed.

(** So the derivatives, whatever they are called, are the entries of diag(p) - p p^T. *)
Lemma jacobian_unique : forall s S J i j, NoDup S -> is_jacobian s S J -> In i S -> In j S ->
  J i j = jacobian s S i j.
Proof.
  intros s S J i j HN HJ Hi Hj.
  exact (uniqueness_limite _ _ _ _ (HJ i j Hi Hj) (softmax_jacobian s S i j HN Hi Hj)).
Qed.

(** ** Row sums, definiteness, absolute sums *)

Lemma jacobian_row_sum : forall s S i, NoDup S -> In i S -> sum S (fun j => jacobian s S i j) = 0.
Proof.
  intros s S i HN Hi.
  assert (HS : S <> []) by (intros E; rewrite E in Hi; destruct Hi).
  rewrite (sum_ext S _ (fun j => jacobian s S i j * 1)) by (intros; ring).
  rewrite (jacobian_apply s S i (fun _ => 1) HN Hi).
  rewrite (sum_scale_r S 1 (weight s S)), (weight_sum_one s S HS). ring.
Qed.

(** The derivatives of a weight by all scores sum to 0, and so do those of all weights by a score: the rows
    and the columns of the softmax Jacobian sum to 0. *)
Theorem softmax_jacobian_row_sums_zero :
  forall (s : nat -> R) (S : list nat) (J : Mat), NoDup S -> is_jacobian s S J ->
    (forall i, In i S -> sum S (fun j => J i j) = 0) /\
    (forall j, In j S -> sum S (fun i => J i j) = 0).
Proof.
  intros s S J HN HJ. split.
  - intros i Hi. rewrite <- (jacobian_row_sum s S i HN Hi). apply sum_ext.
    intros j Hj. apply jacobian_unique; assumption.
  - intros j Hj. rewrite <- (jacobian_row_sum s S j HN Hj). apply sum_ext.
    intros i Hi. rewrite jacobian_symmetric. apply jacobian_unique; assumption.
Qed.

Lemma jacobian_form_is_variance : forall s S h mean, NoDup S -> mean = sum S (fun l => weight s S l * h l) ->
  sum S (fun i => sum S (fun j => h i * jacobian s S i j * h j)) =
  sum S (fun i => weight s S i * (h i - mean) ^ 2).
Proof.
  intros s S h mean HN HM. destruct S as [|l S]; [reflexivity|]. set (L := l :: S) in *.
  assert (HS : L <> []) by discriminate.
  rewrite (sum_ext L (fun i => sum L _) (fun i => weight s L i * (h i * h i) - mean * (weight s L i * h i))).
  - rewrite sum_minus, sum_scale, <- HM.
    rewrite (sum_ext L (fun i => weight s L i * (h i - mean) ^ 2)
      (fun i => weight s L i * (h i * h i) - (2 * mean) * (weight s L i * h i) + mean * mean * weight s L i))
      by (intros; ring).
    rewrite sum_add, sum_minus, !sum_scale, (weight_sum_one s L HS), <- HM. ring.
  - intros i Hi. rewrite (sum_ext L _ (fun j => h i * (jacobian s L i j * h j))) by (intros; ring).
    rewrite sum_scale, (jacobian_apply s L i h HN Hi), <- HM. ring.
Qed.

(** For every h, h^T J h is the variance of h under the weights, which is not negative: the softmax Jacobian
    is positive semidefinite. *)
Theorem softmax_jacobian_positive_semidefinite :
  forall (s : nat -> R) (S : list nat) (J : Mat) (h : nat -> R), NoDup S -> is_jacobian s S J ->
    let mean := sum S (fun l => weight s S l * h l) in
    sum S (fun i => sum S (fun j => h i * J i j * h j)) = sum S (fun i => weight s S i * (h i - mean) ^ 2) /\
    0 <= sum S (fun i => sum S (fun j => h i * J i j * h j)).
Proof.
  intros s S J h HN HJ mean.
  assert (V : sum S (fun i => sum S (fun j => h i * J i j * h j)) =
    sum S (fun i => weight s S i * (h i - mean) ^ 2)).
  { rewrite <- (jacobian_form_is_variance s S h mean HN eq_refl). apply sum_ext. intros i Hi.
    apply sum_ext. intros j Hj. rewrite (jacobian_unique s S J i j HN HJ Hi Hj). reflexivity. }
  split; [exact V|]. rewrite V. apply sum_nonneg. intros i Hi. apply Rmult_le_pos; [|apply pow2_ge_0].
  left. apply weight_positive. intros E. rewrite E in Hi. destruct Hi.
Qed.

Lemma jacobian_absolute : forall s S i j, In i S ->
  Rabs (jacobian s S i j) = weight s S i * (delta i j * (1 - 2 * weight s S j) + weight s S j).
Proof.
  intros s S i j Hi.
  assert (HS : S <> []) by (intros E; rewrite E in Hi; destruct Hi).
  assert (P := weight_positive s S i HS). assert (P' := weight_positive s S j HS).
  assert (O := weight_at_most_one s S i Hi). unfold jacobian.
  rewrite Rabs_mult, (Rabs_right (weight s S i)) by lra. f_equal.
  destruct (Nat.eq_dec i j) as [E|E].
  - subst j. rewrite delta_self, Rabs_right by lra. ring.
  - rewrite (delta_other i j E), Rabs_left by lra. ring.
Qed.

Lemma jacobian_absolute_row_sum : forall s S i, NoDup S -> In i S ->
  sum S (fun j => Rabs (jacobian s S i j)) = 2 * weight s S i * (1 - weight s S i).
Proof.
  intros s S i HN Hi.
  assert (HS : S <> []) by (intros E; rewrite E in Hi; destruct Hi).
  rewrite (sum_ext S _ (fun j => weight s S i * (delta i j * (1 - 2 * weight s S j) + weight s S j)))
    by (intros; apply jacobian_absolute; exact Hi).
  rewrite sum_scale, sum_add, (sum_delta S i (fun j => 1 - 2 * weight s S j) HN Hi).
  rewrite (weight_sum_one s S HS). ring.
Qed.

(** 2 p (1 - p) is at most 1/2. *)
Lemma spread_at_most_half : forall p, 2 * p * (1 - p) <= 1 / 2.
Proof. intros p. assert (Q := Rle_0_sqr (2 * p - 1)). unfold Rsqr in Q. lra. Qed.

(** In row i, and in column i, of the softmax Jacobian the absolute values of the derivatives sum to
    2 p_i (1 - p_i), which is at most 1/2. *)
Theorem softmax_jacobian_absolute_row_sums :
  forall (s : nat -> R) (S : list nat) (J : Mat) (i : nat), NoDup S -> is_jacobian s S J -> In i S ->
    sum S (fun j => Rabs (J i j)) = 2 * weight s S i * (1 - weight s S i) /\
    sum S (fun j => Rabs (J j i)) = 2 * weight s S i * (1 - weight s S i) /\
    2 * weight s S i * (1 - weight s S i) <= 1 / 2.
Proof.
  intros s S J i HN HJ Hi. rewrite <- (jacobian_absolute_row_sum s S i HN Hi). split; [|split].
  - apply sum_ext. intros j Hj. f_equal. apply jacobian_unique; assumption.
  - apply sum_ext. intros j Hj. f_equal. rewrite jacobian_symmetric. apply jacobian_unique; assumption.
  - rewrite (jacobian_absolute_row_sum s S i HN Hi). apply spread_at_most_half.
Qed.
