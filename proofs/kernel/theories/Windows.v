(** * Windows through layers, and groups of heads

    A window of width w lets position i attend to the positions j with i - w <= j <= i.  Through L such layers
    the state at i reads the inputs i - L w, ..., i and no further, whatever the scores, values and combining
    maps of the layers; and it does react to each of them, whatever the scores.  With grouped heads, the first
    `group` query heads read key head 1 alone, the next `group` ones key head 2, and so on; so a query head reacts
    to no other key head.

    References: [vaswani2017], [jurafsky2024]. *)

From Coq Require Import Reals List Arith Lra Lia FunctionalExtensionality.
From SelfAttention Require Import Attention Causality.
Import ListNotations.
Open Scope R_scope.

(** ** Definitions *)

(** The positions j >= 1 with i - w <= j <= i. *)
Definition window (w i : nat) : list nat := filter (fun j => Nat.leb i (j + w)) (positions i).

(** The key and value head that query head h reads: 1 for h = 1..group, 2 for the next `group` ones, and so on. *)
Definition key_head (group h : nat) : nat := S (Nat.div (h - 1) group).

(** Component g of query head h at position i. *)
Definition grouped_attention (dk : nat) (c : R) (group : nat) (Q K V : nat -> Mat) (allowed : nat -> list nat)
  (h i g : nat) : R :=
  output (fun j => c * dot dk (Q h i) (K (key_head group h) j)) (allowed i) (fun j => V (key_head group h) j g).

(** ** Auxiliary facts *)

Lemma window_in : forall w i j, In j (window w i) <-> (1 <= j <= i)%nat /\ (i <= j + w)%nat.
Proof.
  intros w i j. unfold window. rewrite filter_In, positions_in, Nat.leb_le. reflexivity.
Qed.

(** Outputs of non-negative values are non-negative, and positive where an allowed value is. *)
Lemma output_nonneg : forall s L v, (forall j, In j L -> 0 <= v j) -> 0 <= output s L v.
Proof.
  intros s L v H. unfold output. apply sum_nonneg. intros j Hj. apply Rmult_le_pos; [|apply H; exact Hj].
  left. apply weight_positive. intros E. subst L. contradiction.
Qed.

Lemma output_positive : forall s L v k,
  (forall j, In j L -> 0 <= v j) -> In k L -> 0 < v k -> 0 < output s L v.
Proof.
  intros s L v k H Hk Hv. assert (nonempty : L <> []) by (intros E; subst L; contradiction).
  apply Rlt_le_trans with (weight s L k * v k).
  - apply Rmult_lt_0_compat; [apply weight_positive; exact nonempty | exact Hv].
  - unfold output. apply (term_le_sum L (fun j => weight s L j * v j)); [|exact Hk].
    intros j Hj. apply Rmult_le_pos; [left; apply weight_positive; exact nonempty | apply H; exact Hj].
Qed.

(** A stack of layers that hand on the attended number itself. *)
Definition mixing_stack (score : nat -> R -> R -> R) (w : nat) (x : nat -> R) (L i : nat) : R :=
  stack score (fun _ h _ => h) (fun _ _ a => a 1%nat) (window w) x L i.

Lemma mixing_stack_step : forall score w x L i,
  mixing_stack score w x (S L) i =
  output (fun j => score (S L) (mixing_stack score w x L i) (mixing_stack score w x L j)) (window w i)
         (fun j => mixing_stack score w x L j).
Proof. reflexivity. Qed.

Lemma mixing_stack_zero : forall score w L i, mixing_stack score w (fun _ => 0) L i = 0.
Proof.
  intros score w L. induction L as [|L IH]; intros i; [reflexivity|].
  rewrite mixing_stack_step. unfold output. apply sum_vanishes. intros j _. rewrite (IH j). ring.
Qed.

(** The sequence that is 1 at j and 0 elsewhere. *)
Definition spike (j : nat) : nat -> R := fun i => if Nat.eq_dec i j then 1 else 0.

Lemma mixing_stack_nonneg : forall score w j L i, 0 <= mixing_stack score w (spike j) L i.
Proof.
  intros score w j L. induction L as [|L IH]; intros i.
  - unfold mixing_stack, spike. simpl. destruct (Nat.eq_dec i j); lra.
  - rewrite mixing_stack_step. apply output_nonneg. intros k _. apply IH.
Qed.

Lemma mixing_stack_positive : forall score w j L i,
  (1 <= j <= i)%nat -> (i <= j + L * w)%nat -> 0 < mixing_stack score w (spike j) L i.
Proof.
  intros score w j L. induction L as [|L IH]; intros i Hji Hi.
  - assert (i = j) by lia. subst i. unfold mixing_stack, spike. simpl.
    destruct (Nat.eq_dec j j) as [_|N]; [lra|contradiction].
  - rewrite mixing_stack_step. simpl in Hi.
    apply (output_positive _ _ _ (Nat.max j (i - w))).
    + intros k _. apply mixing_stack_nonneg.
    + apply window_in. lia.
    + apply IH; lia.
Qed.

(** ** Windows *)

(** The state at i after L layers of window w depends on the inputs at i - L w, ..., i alone. *)
Theorem windowed_stack_reach :
  forall (T : Type) (score : nat -> T -> T -> R) (value : nat -> T -> Vec) (combine : nat -> T -> Vec -> T)
         (x y : nat -> T) (w L i : nat),
    (1 <= i)%nat ->
    (forall j, (1 <= j)%nat -> (i - L * w <= j <= i)%nat -> x j = y j) ->
    stack score value combine (window w) x L i = stack score value combine (window w) y L i.
Proof.
  intros T score value combine x y w L. induction L as [|L IH]; intros i Hi agree.
  - simpl. apply agree; lia.
  - assert (below : forall j, In j (window w i) ->
              stack score value combine (window w) x L j = stack score value combine (window w) y L j).
    { intros j Hj. apply window_in in Hj. apply IH; [lia|]. intros k Hk Hkj. apply agree; [exact Hk|].
      simpl. lia. }
    simpl. assert (self : In i (window w i)) by (apply window_in; lia).
    rewrite (below i self). f_equal. apply functional_extensionality. intros g.
    unfold token_attention. rewrite (below i self). apply output_ext; intros j Hj; rewrite (below j Hj); reflexivity.
Qed.

(** The uniform mean over w + 1 positions. *)
Lemma window_is_range : forall w i, (w < i)%nat -> window w i = seq (i - w) (w + 1).
Proof.
  intros w i H. unfold window, positions.
  assert (E : seq 1 i = seq 1 (i - w - 1) ++ seq (i - w) (w + 1)).
  { replace i with ((i - w - 1) + (w + 1))%nat at 1 by lia. rewrite seq_app. f_equal. f_equal. lia. }
  rewrite E, filter_append, (filter_none _ (seq 1 (i - w - 1))), (filter_all _ (seq (i - w) (w + 1))); [reflexivity| |].
  - intros l Hl. apply in_seq in Hl. apply Nat.leb_le. lia.
  - intros l Hl. apply in_seq in Hl. apply Nat.leb_gt. lia.
Qed.

Lemma output_uniform : forall L v, output (fun _ => 0) L v = / INR (length L) * sum L v.
Proof.
  intros L v. unfold output, weight. rewrite sum_const, exp_0, <- sum_scale. apply sum_ext. intros j _.
  unfold Rdiv. rewrite Rmult_1_r, Rmult_1_l. reflexivity.
Qed.

(** With all scores 0, the state at j + L w moves by the (w + 1)^-L part of a move of the input at j. *)
Lemma mixing_stack_moves : forall w x j t L, (1 <= j)%nat ->
  mixing_stack (fun _ _ _ => 0) w (update x j t) L (j + L * w) =
  mixing_stack (fun _ _ _ => 0) w x L (j + L * w) + (t - x j) * (/ INR (w + 1)) ^ L.
Proof.
  intros w x j t L Hj. induction L as [|L IH].
  - rewrite Nat.mul_0_l, Nat.add_0_r. unfold mixing_stack, update. simpl. rewrite Nat.eqb_refl. ring.
  - rewrite !mixing_stack_step, !output_uniform.
    rewrite window_is_range by lia. rewrite length_of_seq.
    rewrite (sum_ext _ (fun k => mixing_stack _ w (update x j t) L k)
      (fun k => mixing_stack (fun _ _ _ => 0) w x L k +
                (if Nat.eq_dec k (j + L * w) then (t - x j) * (/ INR (w + 1)) ^ L else 0))).
    + rewrite sum_mentions; [|apply seq_NoDup | apply in_seq; simpl; lia].
      cbn [pow]. rewrite Rmult_plus_distr_l. f_equal. ring.
    + intros k Hk. apply in_seq in Hk. simpl in Hk. destruct (Nat.eq_dec k (j + L * w)) as [E|E].
      * subst k. exact IH.
      * rewrite Rplus_0_r. apply windowed_stack_reach; [lia|]. intros l Hl Hlk. unfold update.
        destruct (Nat.eqb_spec l j) as [F|_]; [lia | reflexivity].
Qed.

(** That reach is attained, at position i - L w and at every position between, whatever the scores: with values
    and combining maps that hand on the attended number, the state at i changes with the input at j alone.  Its
    derivative by the input at i - L w, with all scores 0, is (w + 1)^-L, which is positive. *)
Theorem windowed_stack_reach_attained :
  forall (w L i : nat),
    (forall (score : nat -> R -> R -> R) (j : nat), (1 <= j)%nat -> (i - L * w <= j <= i)%nat ->
       exists x y : nat -> R,
         (forall k, k <> j -> x k = y k) /\
         stack score (fun _ h _ => h) (fun _ _ a => a 1%nat) (window w) x L i <>
         stack score (fun _ h _ => h) (fun _ _ a => a 1%nat) (window w) y L i) /\
    (forall x : nat -> R, (L * w < i)%nat ->
       let far := (i - L * w)%nat in
       let reached t :=
         stack (fun _ _ _ => 0) (fun _ h _ => h) (fun _ _ a => a 1%nat) (window w) (update x far t) L i in
       derivable_pt_lim reached (x far) ((/ INR (w + 1)) ^ L) /\ 0 < (/ INR (w + 1)) ^ L).
Proof.
  intros w L i. split.
  - intros score j Hj Hi. exists (fun _ => 0), (spike j). split.
    + intros k Hk. unfold spike. destruct (Nat.eq_dec k j) as [E|E]; [contradiction|reflexivity].
    + change (mixing_stack score w (fun _ => 0) L i <> mixing_stack score w (spike j) L i).
      rewrite mixing_stack_zero. apply Rlt_not_eq. apply mixing_stack_positive; lia.
  - intros x Hi far reached. split.
    + assert (M : forall t, reached t = mixing_stack (fun _ _ _ => 0) w x L i + (t - x far) * (/ INR (w + 1)) ^ L).
      { intros t. change (reached t) with (mixing_stack (fun _ _ _ => 0) w (update x far t) L i).
        assert (I : i = (far + L * w)%nat) by (unfold far; lia). rewrite I at 1 2.
        apply mixing_stack_moves. unfold far. lia. }
      apply derivable_affine. intros t. rewrite !M. ring.
    + apply pow_lt. apply Rinv_0_lt_compat. apply lt_0_INR. lia.
Qed.

(** ** Groups of heads *)

(** Query head r of group z reads key head z.  The outputs of a query head do not change if the queries of other
    heads, and the keys and values of other key heads than its own, are changed at will. *)
Theorem head_groups_independent :
  (forall group z r : nat, (1 <= z)%nat -> (1 <= r <= group)%nat -> key_head group (group * (z - 1) + r) = z) /\
  (forall (dk : nat) (c : R) (group : nat) (Q K V Q' K' V' : nat -> Mat) (allowed : nat -> list nat) (h i g : nat),
     let z := key_head group h in
     (forall b, (1 <= b <= dk)%nat -> Q h i b = Q' h i b) ->
     (forall j b, In j (allowed i) -> (1 <= b <= dk)%nat -> K z j b = K' z j b) ->
     (forall j, In j (allowed i) -> V z j g = V' z j g) ->
     grouped_attention dk c group Q K V allowed h i g = grouped_attention dk c group Q' K' V' allowed h i g).
Proof.
  split.
  - intros group z r Hz Hr. unfold key_head.
    assert (E : Nat.div (group * (z - 1) + r - 1) group = (z - 1)%nat).
    { symmetry. apply (Nat.div_unique _ _ _ (r - 1)); [lia|]. generalize (group * (z - 1))%nat. lia. }
    rewrite E. lia.
  - intros dk c group Q K V Q' K' V' allowed h i g z HQ HK HV. unfold grouped_attention. apply output_ext.
    + intros j Hj. f_equal. apply dot_ext; [exact HQ|]. intros b Hb. apply HK; assumption.
    + exact HV.
Qed.
