(** * Lemma 1: attention and a translation of all tokens

    The lemma of the chapter says that self-attention is invariant under a translation of its inputs.  All
    three readings are refuted here by small exact data, under the causal mask: outputs unchanged, outputs
    moved by exactly t W_V, weights unchanged.  Then the two sentences about translations that its proof
    leans on, and translations of the keys or the queries alone:
    - the weighted sum moves with the values, it does not stay;
    - one row added to all keys changes no weight; added to all queries it does, unless it is orthogonal to
      the differences of the keys.
    The exact repairs of the lemma are in TranslationRepairs.v. *)

From Coq Require Import Reals List Arith Lra Lia.
From SelfAttention Require Import Attention Scores.
Import ListNotations.
Open Scope R_scope.

(** ** What equal weights say about the scores *)

Lemma exp_ratio : forall a a' D D', 0 < D -> 0 < D' -> exp a' / D' = exp a / D -> exp (a' - a) = D' / D.
Proof.
  intros a a' D D' HD HD' H.
  assert (E : exp a' = exp a / D * D').
  { rewrite <- H. field. apply Rgt_not_eq. exact HD'. }
  unfold Rminus. rewrite exp_plus, E, exp_Ropp. field.
  split; apply Rgt_not_eq; first [exact HD | apply exp_pos].
Qed.

(** Two scores of a row whose weights stay move by the same number. *)
Lemma equal_weights_shift : forall s s' S a b,
  In a S -> In b S -> weight s' S a = weight s S a -> weight s' S b = weight s S b ->
  s' a - s a = s' b - s b.
Proof.
  intros s s' S a b Ha Hb Ea Eb.
  assert (N : S <> []) by (intros E; rewrite E in Ha; exact Ha).
  apply exp_inv. unfold weight in Ea, Eb.
  rewrite (exp_ratio _ _ _ _ (sum_exp_pos S s N) (sum_exp_pos S s' N) Ea).
  rewrite (exp_ratio _ _ _ _ (sum_exp_pos S s N) (sum_exp_pos S s' N) Eb). reflexivity.
Qed.

(** Scores that all moved by one number keep the weights. *)
Lemma weight_common_shift : forall s s' S k j,
  (forall l, In l S -> s' l = s l + k) -> In j S -> weight s' S j = weight s S j.
Proof.
  intros s s' S k j H Hj. rewrite (weight_ext s' (fun l => s l + k) S j H Hj). apply weight_shift.
Qed.

(** A row with one allowed position has the weight 1 and that position's value. *)
Lemma weight_single : forall s m, weight s [m] m = 1.
Proof. intros s m. assert (O := weight_sum_one s [m] ltac:(discriminate)). cbn [sum] in O. lra. Qed.

Lemma output_single : forall s v m, output s [m] v = v m.
Proof. intros s v m. unfold output. cbn [sum]. rewrite weight_single. ring. Qed.

(** ** The three readings of Lemma 1 *)

(** The two tokens x_1 = 0, x_2 = 1 (d = 1) of the witnesses. *)
Definition zero_one : Mat := fun i _ => if (i =? 2)%nat then 1 else 0.

(** Refuted: "Translating every token by the same vector leaves all outputs as they were."
    Witness: one token 0, t = 1, W_V = 1: the output moves from 0 to 1. *)
Theorem lemma_1_strict_refuted :
  ~ (forall (n d dk dv : nat) (c : R) (WQ WK WV X : Mat) (t : Vec) (i g : nat),
       (1 <= n)%nat -> (1 <= d)%nat -> (1 <= dk)%nat -> (1 <= dv)%nat -> 0 < c ->
       (1 <= i <= n)%nat -> (1 <= g <= dv)%nat ->
       attention d dk c WQ WK WV causal (translated X t) i g = attention d dk c WQ WK WV causal X i g).
Proof.
  intros H.
  specialize (H 1%nat 1%nat 1%nat 1%nat 1 (fun _ _ => 0) (fun _ _ => 0) (fun _ _ => 1) (fun _ _ => 0)
    (fun _ => 1) 1%nat 1%nat).
  assert (E := H ltac:(lia) ltac:(lia) ltac:(lia) ltac:(lia) ltac:(lra) ltac:(lia) ltac:(lia)).
  unfold attention in E. change (causal 1) with [1%nat] in E. rewrite !output_single in E.
  unfold project, translated, translate in E. simpl in E. lra.
Qed.

(** Refuted: "Translating every token by t moves every output by exactly t W_V."
    Witness: x_1 = 0, x_2 = 1, t = 1, all weights 1, c = 1, row 2. *)
Theorem lemma_1_equivariant_refuted :
  ~ (forall (n d dk dv : nat) (c : R) (WQ WK WV X : Mat) (t : Vec) (i g : nat),
       (1 <= n)%nat -> (1 <= d)%nat -> (1 <= dk)%nat -> (1 <= dv)%nat -> 0 < c ->
       (1 <= i <= n)%nat -> (1 <= g <= dv)%nat ->
       attention d dk c WQ WK WV causal (translated X t) i g =
       attention d dk c WQ WK WV causal X i g + project d t WV g).
Proof.
  intros H.
  specialize (H 2%nat 1%nat 1%nat 1%nat 1 (fun _ _ => 1) (fun _ _ => 1) (fun _ _ => 1) zero_one
    (fun _ => 1) 2%nat 1%nat).
  assert (E := H ltac:(lia) ltac:(lia) ltac:(lia) ltac:(lia) ltac:(lra) ltac:(lia) ltac:(lia)).
  unfold attention, output, causal, positions in E. cbn [seq sum] in E.
  set (s := score 1 1 1 (fun _ _ => 1) (fun _ _ => 1) zero_one 2) in E.
  set (s' := score 1 1 1 (fun _ _ => 1) (fun _ _ => 1) (translated zero_one (fun _ => 1)) 2) in E.
  assert (One := weight_sum_one s [1%nat; 2%nat] ltac:(discriminate)).
  assert (One' := weight_sum_one s' [1%nat; 2%nat] ltac:(discriminate)).
  cbn [sum] in One, One'. unfold project, translated, translate, zero_one in E. simpl in E.
  assert (E2 : weight s' [1%nat; 2%nat] 2 = weight s [1%nat; 2%nat] 2) by lra.
  assert (E1 : weight s' [1%nat; 2%nat] 1 = weight s [1%nat; 2%nat] 1) by lra.
  assert (F := equal_weights_shift s s' [1%nat; 2%nat] 1%nat 2%nat ltac:(simpl; tauto) ltac:(simpl; tauto)
    E1 E2).
  unfold s, s', score, dot, project, translated, translate, zero_one in F. simpl in F. lra.
Qed.

(** Refuted: "Translating every token by the same vector leaves all attention weights as they were."
    Witness: x_1 = 0, x_2 = 1, t = 1, W_Q = W_K = 1, c = 1, row 2. *)
Theorem lemma_1_weights_refuted :
  ~ (forall (n d dk : nat) (c : R) (WQ WK X : Mat) (t : Vec) (i j : nat),
       (1 <= n)%nat -> (1 <= d)%nat -> (1 <= dk)%nat -> 0 < c -> (1 <= i <= n)%nat -> (1 <= j <= i)%nat ->
       alpha d dk c WQ WK causal (translated X t) i j = alpha d dk c WQ WK causal X i j).
Proof.
  intros H.
  assert (F := equal_weights_shift
    (score 1 1 1 (fun _ _ => 1) (fun _ _ => 1) zero_one 2)
    (score 1 1 1 (fun _ _ => 1) (fun _ _ => 1) (translated zero_one (fun _ => 1)) 2)
    (causal 2) 1%nat 2%nat ltac:(simpl; tauto) ltac:(simpl; tauto)
    (H 2%nat 1%nat 1%nat 1 _ _ _ _ 2%nat 1%nat ltac:(lia) ltac:(lia) ltac:(lia) ltac:(lra) ltac:(lia) ltac:(lia))
    (H 2%nat 1%nat 1%nat 1 _ _ _ _ 2%nat 2%nat ltac:(lia) ltac:(lia) ltac:(lia) ltac:(lra) ltac:(lia) ltac:(lia))).
  unfold score, dot, project, translated, translate, zero_one in F. simpl in F. lra.
Qed.

(** ** The weighted sum *)

(** Adding the same row to every value adds exactly that row to the weighted sum. *)
Theorem weighted_sum_equivariant : forall (s : nat -> R) (S : list nat) (v : Mat) (r : Vec) (g : nat),
  S <> [] ->
  output s S (fun j => translate (v j) r g) = output s S (fun j => v j g) + r g.
Proof.
  intros s S v r g N. unfold output, translate.
  rewrite (sum_ext S _ (fun j => weight s S j * v j g + weight s S j * r g)) by (intros; ring).
  rewrite sum_add, sum_scale_r, (weight_sum_one s S N). ring.
Qed.

(** Refuted: "Adding the same row to every value leaves the weighted sum unchanged."
    Witness: one position, value 0, row 1. *)
Theorem weighted_sum_invariant_refuted :
  ~ (forall (n dv : nat) (s v : Mat) (r : Vec) (i g : nat),
       (1 <= n)%nat -> (1 <= dv)%nat -> (1 <= i <= n)%nat -> (1 <= g <= dv)%nat ->
       output (s i) (causal i) (fun j => translate (v j) r g) = output (s i) (causal i) (fun j => v j g)).
Proof.
  intros H.
  specialize (H 1%nat 1%nat (fun _ _ => 0) (fun _ _ => 0) (fun _ => 1) 1%nat 1%nat).
  assert (E := H ltac:(lia) ltac:(lia) ltac:(lia) ltac:(lia)).
  rewrite weighted_sum_equivariant in E; [lra | discriminate].
Qed.

(** ** Keys alone, queries alone *)

Lemma key_shift_weight : forall dk c (q : Vec) (k : Mat) (r : Vec) S j,
  weight (fun l => c * dot dk q (translate (k l) r)) S j = weight (fun l => c * dot dk q (k l)) S j.
Proof.
  intros dk c q k r S j. rewrite <- (weight_shift (fun l => c * dot dk q (k l)) S (c * dot dk q r) j).
  assert (E : forall l, c * dot dk q (translate (k l) r) = c * dot dk q (k l) + c * dot dk q r).
  { intros l. rewrite dot_translate_r. ring. }
  unfold weight. rewrite E. f_equal. apply sum_ext. intros l _. rewrite E. reflexivity.
Qed.

(** Adding the same row r to all keys, for instance a key bias, leaves all weights as they were: under the
    causal mask and without a mask, for any queries q and keys k. *)
Theorem weights_unchanged_if_keys_translated :
  forall (n dk : nat) (c : R) (q k : Mat) (r : Vec) (i j : nat),
  weight (fun l => c * dot dk (q i) (translate (k l) r)) (causal i) j =
    weight (fun l => c * dot dk (q i) (k l)) (causal i) j /\
  weight (fun l => c * dot dk (q i) (translate (k l) r)) (full n i) j =
    weight (fun l => c * dot dk (q i) (k l)) (full n i) j.
Proof. intros n dk c q k r i j. split; apply key_shift_weight. Qed.

(** Refuted: "Adding the same row to all queries leaves all weights as they were."
    Witness: q_1 = q_2 = 0, k_1 = 0, k_2 = 1, r = 1, c = 1, row 2. *)
Theorem weights_unchanged_if_queries_translated_refuted :
  ~ (forall (n dk : nat) (c : R) (q k : Mat) (r : Vec) (i j : nat),
       (1 <= n)%nat -> (1 <= dk)%nat -> 0 < c -> (1 <= i <= n)%nat -> (1 <= j <= i)%nat ->
       weight (fun l => c * dot dk (translate (q i) r) (k l)) (causal i) j =
       weight (fun l => c * dot dk (q i) (k l)) (causal i) j).
Proof.
  intros H. specialize (H 2%nat 1%nat 1 (fun _ _ => 0) zero_one (fun _ => 1) 2%nat).
  assert (F := equal_weights_shift _ _ (causal 2) 1%nat 2%nat ltac:(simpl; tauto) ltac:(simpl; tauto)
    (H 1%nat ltac:(lia) ltac:(lia) ltac:(lra) ltac:(lia) ltac:(lia))
    (H 2%nat ltac:(lia) ltac:(lia) ltac:(lra) ltac:(lia) ltac:(lia))).
  unfold dot, translate, zero_one in F. simpl in F. lra.
Qed.

Lemma query_shift_orthogonal : forall dk c (q : Vec) (k : Mat) (r : Vec) S, 0 < c ->
  ((forall j, In j S ->
     weight (fun l => c * dot dk (translate q r) (k l)) S j = weight (fun l => c * dot dk q (k l)) S j) <->
   (forall j l, In j S -> In l S -> dot dk r (fun b => k j b - k l b) = 0)).
Proof.
  intros dk c q k r S Hc. split.
  - intros H j l Hj Hl. assert (F := equal_weights_shift _ _ S j l Hj Hl (H j Hj) (H l Hl)).
    cbv beta in F. rewrite !dot_translate_l in F. rewrite dot_minus_r.
    apply (Rmult_eq_reg_l c); [lra | apply Rgt_not_eq; exact Hc].
  - intros H j Hj. apply (weight_common_shift _ _ S (c * dot dk r (k j))); [|exact Hj].
    intros l Hl. assert (E := H l j Hl Hj). rewrite dot_minus_r in E. rewrite dot_translate_l.
    replace (dot dk r (k l)) with (dot dk r (k j)) by lra. ring.
Qed.

(** Adding r to all queries keeps the weights of row i iff r . (k_j - k_l) = 0 for all j, l up to i (for
    all j, l up to n without a mask). *)
Theorem weights_unchanged_iff_query_shift_orthogonal :
  forall (n dk : nat) (c : R) (q k : Mat) (r : Vec) (i : nat), 0 < c ->
  ((forall j, (1 <= j <= i)%nat ->
      weight (fun l => c * dot dk (translate (q i) r) (k l)) (causal i) j =
      weight (fun l => c * dot dk (q i) (k l)) (causal i) j) <->
   (forall j l, (1 <= j <= i)%nat -> (1 <= l <= i)%nat -> dot dk r (fun b => k j b - k l b) = 0)) /\
  ((forall j, (1 <= j <= n)%nat ->
      weight (fun l => c * dot dk (translate (q i) r) (k l)) (full n i) j =
      weight (fun l => c * dot dk (q i) (k l)) (full n i) j) <->
   (forall j l, (1 <= j <= n)%nat -> (1 <= l <= n)%nat -> dot dk r (fun b => k j b - k l b) = 0)).
Proof.
  intros n dk c q k r i Hc.
  assert (G : forall m,
    (forall j, (1 <= j <= m)%nat ->
       weight (fun l => c * dot dk (translate (q i) r) (k l)) (positions m) j =
       weight (fun l => c * dot dk (q i) (k l)) (positions m) j) <->
    (forall j l, (1 <= j <= m)%nat -> (1 <= l <= m)%nat -> dot dk r (fun b => k j b - k l b) = 0)).
  { intros m. destruct (query_shift_orthogonal dk c (q i) k r (positions m) Hc) as [F B]. split.
    - intros H j l Hj Hl. apply F; [|apply positions_in; exact Hj | apply positions_in; exact Hl].
      intros a Ha. apply H. apply positions_in. exact Ha.
    - intros H j Hj. apply B; [|apply positions_in; exact Hj].
      intros a b Ha Hb. apply H; apply positions_in; assumption. }
  split; apply G.
Qed.
