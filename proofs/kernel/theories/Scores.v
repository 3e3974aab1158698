(** * Scores, projections, and what a translation of the tokens does to them

    States, for all sizes and all data:
    - the score with the factor c is the plain score with query weights c W_Q, while the two definitions
      disagree as they stand ([score_scale_bridge], [score_definitions_agree_refuted]);
    - the score is not symmetric, unless W_Q = W_K;
    - projections are linear, so a translation of a token by t adds t W_Q, t W_K, t W_V;
    - the translated score is the score plus three terms, of which t A x_j^T depends on the column j:
      the differences within a row move by c t A (x_j - x_l)^T.
    Hypotheses on sizes and ranges of indices stand only where they are needed, and in the statements that
    are refuted.

    References: [vaswani2017], section 3.2.1, for the scaled score. *)

From Coq Require Import Reals List Arith Lra Lia.
From SelfAttention Require Import Attention.
Import ListNotations.
Open Scope R_scope.

(** All tokens translated by the same vector: x_l + t for every l. *)
Definition translated (X : Mat) (t : Vec) : Mat := fun l => translate (X l) t.

(** ** Dot products and projections *)

Lemma dot_translate_l : forall d u r w, dot d (translate u r) w = dot d u w + dot d r w.
Proof. intros d u r w. unfold dot, translate. rewrite <- sum_add. apply sum_ext. intros b _. ring. Qed.

Lemma dot_translate_r : forall d u w r, dot d u (translate w r) = dot d u w + dot d u r.
Proof. intros d u w r. rewrite !(dot_comm d u). apply dot_translate_l. Qed.

Lemma dot_minus_r : forall d u w w', dot d u (fun e => w e - w' e) = dot d u w - dot d u w'.
Proof. intros d u w w'. unfold dot. rewrite <- sum_minus. apply sum_ext. intros b _. ring. Qed.

(** The value of a projection at component b is the dot product with column b. *)
Lemma project_is_dot : forall d x W b, project d x W b = dot d x (fun e => W e b).
Proof. reflexivity. Qed.

(** (t W_Q) . (x W_K) = (t A) . x. *)
Lemma query_key_is_tA : forall d dk WQ WK t x,
  dot dk (project d t WQ) (project d x WK) = dot d (tA dk d WQ WK t) x.
Proof.
  intros d dk WQ WK t x. unfold tA, dot. unfold project at 2.
  rewrite (sum_ext (positions dk)
    (fun b => project d t WQ b * sum (positions d) (fun e => x e * WK e b))
    (fun b => sum (positions d) (fun e => project d t WQ b * WK e b * x e))).
  - rewrite sum_swap. apply sum_ext. intros e _. rewrite <- sum_scale_r. reflexivity.
  - intros b _. rewrite <- sum_scale. apply sum_ext. intros e _. ring.
Qed.

(** ** The two definitions of the score *)

(** The score with the factor c and query weights W_Q is the score without a factor and query weights
    c W_Q (the chapter's factor is c = 1/sqrt(d_k)). *)
Theorem score_scale_bridge : forall (d dk : nat) (c : R) (WQ WK X : Mat) (i j : nat),
  score d dk 1 (fun e b => c * WQ e b) WK X i j = score d dk c WQ WK X i j.
Proof.
  intros d dk c WQ WK X i j. unfold score, dot. rewrite Rmult_1_l, <- sum_scale.
  apply sum_ext. intros b _. unfold project at 1.
  rewrite (sum_ext (positions d) (fun e => X i e * (c * WQ e b)) (fun e => c * (X i e * WQ e b))).
  - rewrite sum_scale. unfold project. ring.
  - intros e _. ring.
Qed.

(** Refuted: "The score without and the score with the factor 1/sqrt(d_k) are equal" (the factor is the
    c > 0 with c^2 d_k = 1). Witness: d_k = 4, c = 1/2, query and key (1, 1, 1, 1). *)
Theorem score_definitions_agree_refuted :
  ~ (forall (n d dk : nat) (c : R) (WQ WK X : Mat) (i j : nat),
       (1 <= n)%nat -> (1 <= d)%nat -> (4 <= dk)%nat -> 0 < c -> c * c * INR dk = 1 ->
       (1 <= i <= n)%nat -> (1 <= j <= n)%nat ->
       score d dk 1 WQ WK X i j = score d dk c WQ WK X i j).
Proof.
  intros H.
  specialize (H 1%nat 1%nat 4%nat (1 / 2) (fun _ _ => 1) (fun _ _ => 1) (fun _ _ => 1) 1%nat 1%nat).
  assert (E := H ltac:(lia) ltac:(lia) ltac:(lia) ltac:(lra) ltac:(simpl; lra) ltac:(lia) ltac:(lia)).
  unfold score, dot, project in E. simpl in E. lra.
Qed.

(** Refuted: "The score of x_i with x_j is the score of x_j with x_i."
    Witness: x_1 = (0, 1), x_2 = (1, 0), W_Q = (0; 1), W_K = (1; 0). *)
Theorem score_symmetric_refuted :
  ~ (forall (n d dk : nat) (c : R) (WQ WK X : Mat) (i j : nat),
       (1 <= n)%nat -> (1 <= d)%nat -> (1 <= dk)%nat -> 0 < c -> (1 <= i <= n)%nat -> (1 <= j <= n)%nat ->
       score d dk c WQ WK X i j = score d dk c WQ WK X j i).
Proof.
  intros H.
  specialize (H 2%nat 2%nat 1%nat 1 (fun e _ => if (e =? 2)%nat then 1 else 0)
    (fun e _ => if (e =? 1)%nat then 1 else 0) (fun i e => if (i =? e)%nat then 0 else 1) 1%nat 2%nat).
  assert (E := H ltac:(lia) ltac:(lia) ltac:(lia) ltac:(lra) ltac:(lia) ltac:(lia)).
  unfold score, dot, project in E. simpl in E. lra.
Qed.

(** With W_K = W_Q the score of x_i with x_j equals that of x_j with x_i. *)
Theorem score_symmetric_if_shared_projection : forall (d dk : nat) (c : R) (W X : Mat) (i j : nat),
  score d dk c W W X i j = score d dk c W W X j i.
Proof. intros d dk c W X i j. unfold score. rewrite dot_comm. reflexivity. Qed.

(** ** Projections *)

(** The projection of x + lambda y is the projection of x plus lambda times that of y. *)
Theorem projections_linear : forall (d : nat) (x y : Vec) (lambda : R) (W : Mat) (b : nat),
  project d (fun e => x e + lambda * y e) W b = project d x W b + lambda * project d y W b.
Proof.
  intros d x y lambda W b. unfold project. rewrite <- sum_scale, <- sum_add.
  apply sum_ext. intros e _. ring.
Qed.

(** Translating a token by t adds t W_Q, t W_K and t W_V to its query, key and value. *)
Theorem translated_projections : forall (d : nat) (WQ WK WV X : Mat) (t : Vec) (i : nat),
  (forall b, project d (translated X t i) WQ b = project d (X i) WQ b + project d t WQ b) /\
  (forall b, project d (translated X t i) WK b = project d (X i) WK b + project d t WK b) /\
  (forall g, project d (translated X t i) WV g = project d (X i) WV g + project d t WV g).
Proof. intros d WQ WK WV X t i. unfold translated. repeat split; intros; apply project_translate. Qed.

(** ** Scores of translated tokens *)

Lemma dot_project_translate : forall d dk WQ WK x y t,
  dot dk (project d (translate x t) WQ) (project d (translate y t) WK) =
  dot dk (project d x WQ) (project d y WK) + dot dk (project d x WQ) (project d t WK)
  + dot dk (project d t WQ) (project d y WK) + dot dk (project d t WQ) (project d t WK).
Proof.
  intros d dk WQ WK x y t.
  rewrite (dot_ext dk _ (translate (project d x WQ) (project d t WQ))
                      _ (translate (project d y WK) (project d t WK))).
  - rewrite dot_translate_l, !dot_translate_r. ring.
  - intros b _. apply project_translate.
  - intros b _. apply project_translate.
Qed.

(** Translating both tokens adds three terms to the score: query by shift, shift by key, shift by shift. *)
Theorem translated_score_expands : forall (d dk : nat) (c : R) (WQ WK X : Mat) (t : Vec) (i j : nat),
  score d dk c WQ WK (translated X t) i j =
  score d dk c WQ WK X i j
  + c * dot dk (project d (X i) WQ) (project d t WK)
  + c * dot dk (project d t WQ) (project d (X j) WK)
  + c * dot dk (project d t WQ) (project d t WK).
Proof.
  intros d dk c WQ WK X t i j. unfold score, translated. rewrite dot_project_translate. ring.
Qed.

(** Adding t (of length d_k) to query and key, after the projections, adds q_i.t, t.k_j and t.t to the
    score without a factor. *)
Theorem translated_after_projection_expands : forall (d dk : nat) (WQ WK X : Mat) (t : Vec) (i j : nat),
  dot dk (translate (project d (X i) WQ) t) (translate (project d (X j) WK) t) =
  score d dk 1 WQ WK X i j
  + dot dk (project d (X i) WQ) t + dot dk t (project d (X j) WK) + dot dk t t.
Proof.
  intros d dk WQ WK X t i j. unfold score. rewrite dot_translate_l, !dot_translate_r. ring.
Qed.

Lemma dot_first : forall d u w, (1 <= d)%nat -> (forall b, (2 <= b <= d)%nat -> u b = 0) ->
  dot d u w = u 1%nat * w 1%nat.
Proof.
  intros [|d] u w Hd H; [lia|]. unfold dot, positions. cbn [seq sum].
  rewrite (sum_ext (seq 2 d) (fun b => u b * w b) (fun _ => 0)).
  - rewrite sum_zero. ring.
  - intros b Hb. apply in_seq in Hb. rewrite (H b); [ring | lia].
Qed.

(** For some tokens and t, adding t after the projections makes the score 1 instead of 0, for every d_k and all
    weights: at X = 0, for every t with |t|^2 = 1; there is such a t. *)
Theorem translated_after_projection_differs : forall (d dk : nat) (WQ WK : Mat) (i j : nat),
  (1 <= dk)%nat ->
  let X : Mat := fun _ _ => 0 in
  score d dk 1 WQ WK X i j = 0 /\
  (forall t : Vec, dot dk t t = 1 ->
     dot dk (translate (project d (X i) WQ) t) (translate (project d (X j) WK) t) = 1) /\
  (exists t : Vec, dot dk t t = 1).
Proof.
  intros d dk WQ WK i j Hdk X.
  assert (Z : forall W b, project d (fun _ => 0) W b = 0).
  { intros W b. rewrite project_is_dot. apply dot_zero_l. reflexivity. }
  assert (Z1 : score d dk 1 WQ WK X i j = 0).
  { unfold score. rewrite (dot_zero_l dk (project d (X i) WQ)) by (intros; apply Z). ring. }
  split; [exact Z1|]. split.
  - intros t Ht. rewrite translated_after_projection_expands, Z1, Ht.
    rewrite (dot_zero_l dk (project d (X i) WQ) t) by (intros; apply Z).
    rewrite (dot_zero_r dk t (project d (X j) WK)) by (intros; apply Z). ring.
  - exists (fun b => if (b =? 1)%nat then 1 else 0). rewrite dot_first; [simpl; ring | exact Hdk |].
    intros b Hb. destruct (Nat.eqb_spec b 1); [lia | reflexivity].
Qed.

(** Refuted: "Translating every token adds the same number to all scores of a row."
    Witness: x_1 = 0, x_2 = 1, t = 1, W_Q = W_K = 1, c = 1, row 2: the scores grow by 2 and by 3. *)
Theorem translation_shift_constant_in_row_refuted :
  ~ (forall (n d dk : nat) (c : R) (WQ WK X : Mat) (t : Vec) (i j l : nat),
       (1 <= n)%nat -> (1 <= d)%nat -> (1 <= dk)%nat -> 0 < c ->
       (1 <= i <= n)%nat -> (1 <= j <= i)%nat -> (1 <= l <= i)%nat ->
       score d dk c WQ WK (translated X t) i j - score d dk c WQ WK X i j =
       score d dk c WQ WK (translated X t) i l - score d dk c WQ WK X i l).
Proof.
  intros H.
  specialize (H 2%nat 1%nat 1%nat 1 (fun _ _ => 1) (fun _ _ => 1)
    (fun i _ => if (i =? 2)%nat then 1 else 0) (fun _ => 1) 2%nat 1%nat 2%nat).
  assert (E := H ltac:(lia) ltac:(lia) ltac:(lia) ltac:(lra) ltac:(lia) ltac:(lia) ltac:(lia)).
  unfold score, dot, project, translated, translate in E. simpl in E. lra.
Qed.

(** A translation changes the difference of two scores of a row by c times t A (x_j - x_l)^T. *)
Theorem translation_shift_within_row : forall (d dk : nat) (c : R) (WQ WK X : Mat) (t : Vec) (i j l : nat),
  (score d dk c WQ WK (translated X t) i j - score d dk c WQ WK (translated X t) i l)
  - (score d dk c WQ WK X i j - score d dk c WQ WK X i l) =
  c * dot d (tA dk d WQ WK t) (fun e => X j e - X l e).
Proof.
  intros d dk c WQ WK X t i j l. rewrite !translated_score_expands, dot_minus_r, !query_key_is_tA. ring.
Qed.
