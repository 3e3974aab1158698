(** * Windows through layers, and groups of heads

    A window of width w lets position i attend to the positions j with i - w <= j <= i.  Through L such layers
    the state at i reads the inputs i - L w, ..., i and no further, whatever the scores, values and combining
    maps of the layers; and it does react to each of them, whatever the scores.  With grouped heads, query head h
    reads key head h / group alone, so head h reacts to no other head.

    References: [vaswani2017], [jurafsky2024]. *)

From Coq Require Import Reals List Arith Lra Lia FunctionalExtensionality.
From SelfAttention Require Import Attention Causality.
Import ListNotations.
Open Scope R_scope.

(** ** Definitions *)

(** The positions j >= 1 with i - w <= j <= i. *)
Definition window (w i : nat) : list nat := filter (fun j => Nat.leb i (j + w)) (positions i).

(** Component g of head h at position i: query head h, and key and value head h / group (integer division). *)
Definition grouped_attention (dk : nat) (c : R) (group : nat) (Q K V : nat -> Mat) (allowed : nat -> list nat)
  (h i g : nat) : R :=
  output (fun j => c * dot dk (Q h i) (K (Nat.div h group) j)) (allowed i) (fun j => V (Nat.div h group) j g).

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

Lemma sum_positive_term : forall L f k, (forall l, In l L -> 0 <= f l) -> In k L -> 0 < f k -> 0 < sum L f.
Proof.
  induction L as [|l L IH]; intros f k H Hk Hf; [contradiction|]. simpl.
  assert (Hl : 0 <= f l) by (apply H; left; reflexivity).
  assert (HL : 0 <= sum L f) by (apply sum_nonneg; intros j Hj; apply H; right; exact Hj).
  destruct Hk as [E|Hk]; [subst l; lra|].
  assert (0 < sum L f); [|lra].
  apply (IH f k); [|exact Hk|exact Hf]. intros j Hj. apply H. right. exact Hj.
Qed.

Lemma output_positive : forall s L v k,
  (forall j, In j L -> 0 <= v j) -> In k L -> 0 < v k -> 0 < output s L v.
Proof.
  intros s L v k H Hk Hv. assert (nonempty : L <> []) by (intros E; subst L; contradiction).
  unfold output. apply (sum_positive_term L _ k); [|exact Hk|].
  - intros j Hj. apply Rmult_le_pos; [left; apply weight_positive; exact nonempty | apply H; exact Hj].
  - apply Rmult_lt_0_compat; [apply weight_positive; exact nonempty | exact Hv].
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

(** That reach is attained, at position i - L w and at every position between, whatever the scores: with values
    and combining maps that hand on the attended number, the state at i changes with the input at j alone. *)
Theorem windowed_stack_reach_attained :
  forall (score : nat -> R -> R -> R) (w L i j : nat),
    (1 <= j)%nat -> (i - L * w <= j <= i)%nat ->
    exists x y : nat -> R,
      (forall k, k <> j -> x k = y k) /\
      stack score (fun _ h _ => h) (fun _ _ a => a 1%nat) (window w) x L i <>
      stack score (fun _ h _ => h) (fun _ _ a => a 1%nat) (window w) y L i.
Proof.
  intros score w L i j Hj Hi. exists (fun _ => 0), (spike j). split.
  - intros k Hk. unfold spike. destruct (Nat.eq_dec k j) as [E|E]; [contradiction|reflexivity].
  - change (mixing_stack score w (fun _ => 0) L i <> mixing_stack score w (spike j) L i).
    rewrite mixing_stack_zero. apply Rlt_not_eq. apply mixing_stack_positive; lia.
Qed.

(** ** Groups of heads *)

(** The outputs of query head h do not change if the queries of other heads, and the keys and values of other
    key heads than h / group, are changed at will. *)
Theorem head_groups_independent :
  forall (dk : nat) (c : R) (group : nat) (Q K V Q' K' V' : nat -> Mat) (allowed : nat -> list nat) (h i g : nat),
    (forall b, (1 <= b <= dk)%nat -> Q h i b = Q' h i b) ->
    (forall j b, In j (allowed i) -> (1 <= b <= dk)%nat -> K (Nat.div h group) j b = K' (Nat.div h group) j b) ->
    (forall j, In j (allowed i) -> V (Nat.div h group) j g = V' (Nat.div h group) j g) ->
    grouped_attention dk c group Q K V allowed h i g = grouped_attention dk c group Q' K' V' allowed h i g.
Proof.
  intros dk c group Q K V Q' K' V' allowed h i g HQ HK HV. unfold grouped_attention. apply output_ext.
  - intros j Hj. f_equal. apply dot_ext; [exact HQ|]. intros b Hb. apply HK; assumption.
  - exact HV.
Qed.
