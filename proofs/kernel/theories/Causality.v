(** * Causality: masked attention reads no later token

    Theorem 1 of the chapter, for all sizes, any score function, any value map: under the causal mask
    S(i) = {1..i} the output a_i is a function of the tokens 1..i alone.  Stated three ways - equal pasts give
    equal outputs; the derivative by an entry of a later token is 0; so is the derivative of any loss of
    a_1, ..., a_i - and for stacks of layers with any per-token maps between them.  Tokens may be of any type;
    sums, weights and outputs are those of Attention.v.

    References: [vaswani2017], [jurafsky2024]. *)

From Coq Require Import Reals List Arith Lra Lia FunctionalExtensionality.
From SelfAttention Require Import Attention.
Import ListNotations.
Open Scope R_scope.

(** ** Definitions *)

(** Component g of a_i for tokens of any type T: s_ij = score(x_i, x_j), v_j = value(x_j). *)
Definition token_attention {T : Type} (score : T -> T -> R) (value : T -> Vec)
  (allowed : nat -> list nat) (x : nat -> T) (i g : nat) : R :=
  output (fun j => score (x i) (x j)) (allowed i) (fun j => value (x j) g).

(** Layer L of a stack: h_0 = x and h_{L,i} = combine_L(h_{L-1,i}, a_{L,i}), where a_{L,i} is attention with
    score_L and value_L over the states h_{L-1}.  The combining map stands for residual sums, normalisation,
    feed-forward maps and so on. *)
Fixpoint stack {T : Type} (score : nat -> T -> T -> R) (value : nat -> T -> Vec)
  (combine : nat -> T -> Vec -> T) (allowed : nat -> list nat) (x : nat -> T) (L : nat) (i : nat) : T :=
  match L with
  | O => x i
  | S below =>
      let h := stack score value combine allowed x below in
      combine L (h i) (token_attention (score L) (value L) allowed h i)
  end.

(** X with its entry (m, e) replaced by t. *)
Definition set_entry (X : Mat) (m e : nat) (t : R) : Mat :=
  fun i => if Nat.eq_dec i m then (fun b => if Nat.eq_dec b e then t else X i b) else X i.

(** d F / d x_me = D at X: the derivative at t = x_me of t -> F(X with entry (m, e) replaced by t). *)
Definition partial (F : Mat -> R) (X : Mat) (m e : nat) (D : R) : Prop :=
  derivable_pt_lim (fun t => F (set_entry X m e t)) (X m e) D.

(** ** Auxiliary facts *)

Lemma causal_in : forall i j, In j (causal i) <-> (1 <= j <= i)%nat.
Proof. intros i j. apply positions_in. Qed.

Lemma set_entry_other : forall X m e t i, i <> m -> set_entry X m e t i = X i.
Proof.
  intros X m e t i H. unfold set_entry. destruct (Nat.eq_dec i m) as [E|E]; [contradiction|reflexivity].
Qed.

Lemma derivable_affine : forall (f : R -> R) (x D : R),
  (forall t, f t = f x + (t - x) * D) -> derivable_pt_lim f x D.
Proof.
  intros f x D H eps Heps. exists (mkposreal 1 Rlt_0_1). intros h Hh _.
  rewrite (H (x + h)).
  replace ((f x + (x + h - x) * D - f x) / h - D) with 0 by (field; exact Hh).
  rewrite Rabs_R0. exact Heps.
Qed.

(** A function that never changes with the entry has derivative 0 by it. *)
Lemma partial_constant : forall (F : Mat -> R) X m e,
  (forall t u, F (set_entry X m e t) = F (set_entry X m e u)) -> partial F X m e 0.
Proof.
  intros F X m e H. unfold partial. apply derivable_affine. intros t.
  rewrite (H t (X m e)). ring.
Qed.

(** ** Theorem 1, lines I to III of its proof *)

(** Scores s_ij with j <= i agree if the inputs agree up to i. *)
Theorem theorem_1_scores_agree :
  forall (T : Type) (score : T -> T -> R) (x y : nat -> T) (i j : nat),
    (1 <= j <= i)%nat ->
    (forall l, (1 <= l <= i)%nat -> x l = y l) ->
    score (x i) (x j) = score (y i) (y j).
Proof.
  intros T score x y i j Hj agree.
  rewrite (agree i) by lia. rewrite (agree j) by lia. reflexivity.
Qed.

(** Weights alpha_ij with j <= i agree if the inputs agree up to i. *)
Theorem theorem_1_weights_agree :
  forall (T : Type) (score : T -> T -> R) (x y : nat -> T) (i j : nat),
    (1 <= j <= i)%nat ->
    (forall l, (1 <= l <= i)%nat -> x l = y l) ->
    weight (fun l => score (x i) (x l)) (causal i) j = weight (fun l => score (y i) (y l)) (causal i) j.
Proof.
  intros T score x y i j Hj agree. apply weight_ext.
  - intros l Hl. apply causal_in in Hl. apply theorem_1_scores_agree; assumption.
  - apply causal_in. exact Hj.
Qed.

(** Weighted sums over j <= i agree if the weights and the values agree for all j <= i. *)
Theorem theorem_1_sums_agree :
  forall (A B V W : Mat) (i g : nat),
    (forall l, (1 <= l <= i)%nat -> A i l = B i l) ->
    (forall l, (1 <= l <= i)%nat -> V l g = W l g) ->
    sum (causal i) (fun j => A i j * V j g) = sum (causal i) (fun j => B i j * W j g).
Proof.
  intros A B V W i g weights values. apply sum_ext. intros j Hj. apply causal_in in Hj.
  rewrite (weights j Hj), (values j Hj). reflexivity.
Qed.

(** ** Theorem 1: equal pasts *)

(** Two inputs that agree up to token i have the same output at i, whatever score and value functions are
    used. *)
Theorem theorem_1_agreement :
  forall (T : Type) (score : T -> T -> R) (value : T -> Vec) (x y : nat -> T) (i g : nat),
    (forall l, (1 <= l <= i)%nat -> x l = y l) ->
    token_attention score value causal x i g = token_attention score value causal y i g.
Proof.
  intros T score value x y i g agree. unfold token_attention. apply output_ext.
  - intros l Hl. apply causal_in in Hl. apply theorem_1_scores_agree; assumption.
  - intros l Hl. apply causal_in in Hl. rewrite (agree l Hl). reflexivity.
Qed.

(** ** Theorem 1: derivatives *)

Lemma causal_ignores_entry : forall (score : Vec -> Vec -> R) (value : Vec -> Vec) X i m e g t u,
  (i < m)%nat ->
  token_attention score value causal (set_entry X m e t) i g =
  token_attention score value causal (set_entry X m e u) i g.
Proof.
  intros score value X i m e g t u Him. apply theorem_1_agreement. intros l Hl.
  rewrite !set_entry_other by lia. reflexivity.
Qed.

(** The derivative of the output at i by any entry of a token after i is zero: for dot-product attention, and
    for any score function and value map of real vectors. *)
Theorem theorem_1_derivative :
  forall (X : Mat) (i m e g : nat),
    (i < m)%nat ->
    (forall (d dk : nat) (c : R) (WQ WK WV : Mat),
       partial (fun X' => attention d dk c WQ WK WV causal X' i g) X m e 0)
    /\
    (forall (score : Vec -> Vec -> R) (value : Vec -> Vec),
       partial (fun X' => token_attention score value causal X' i g) X m e 0).
Proof.
  intros X i m e g Him.
  assert (G : forall (score : Vec -> Vec -> R) (value : Vec -> Vec),
            partial (fun X' => token_attention score value causal X' i g) X m e 0).
  { intros score value. apply partial_constant. intros t u.
    apply causal_ignores_entry. exact Him. }
  split; [|exact G].
  intros d dk c WQ WK WV.
  exact (G (fun x y => c * dot dk (project d x WQ) (project d y WK)) (fun x => project d x WV)).
Qed.

(** The gradient of any loss of the outputs up to i by a token after i is zero, for any score function and value map
    of real vectors, dot products of projections among them: the derivative of the loss itself, whatever function of
    a_1, ..., a_i it is; and the sum of the chain rule, whatever the gradient G of the loss by the outputs. *)
Theorem theorem_1_backward :
  forall (dv : nat) (X : Mat) (i m e : nat),
    (i < m)%nat ->
    let zero_gradient (outputs : Mat -> Mat) :=
      (forall loss : Mat -> R,
         (forall A B : Mat, (forall r g, (1 <= r <= i)%nat -> A r g = B r g) -> loss A = loss B) ->
         partial (fun X' => loss (outputs X')) X m e 0)
      /\
      (forall G D : Mat,
         (forall r g, (1 <= r <= i)%nat -> (1 <= g <= dv)%nat -> partial (fun X' => outputs X' r g) X m e (D r g)) ->
         sum (positions i) (fun r => sum (positions dv) (fun g => D r g * G r g)) = 0) in
    (forall (score : Vec -> Vec -> R) (value : Vec -> Vec), zero_gradient (token_attention score value causal))
    /\
    (forall (d dk : nat) (c : R) (WQ WK WV : Mat), zero_gradient (attention d dk c WQ WK WV causal)).
Proof.
  intros dv X i m e Him zero_gradient.
  assert (general : forall (score : Vec -> Vec -> R) (value : Vec -> Vec),
            zero_gradient (token_attention score value causal)).
  { intros score value. split.
    - intros loss reads. apply partial_constant. intros t u. apply reads. intros r g Hr.
      apply causal_ignores_entry. lia.
    - intros G D derivative.
      apply sum_vanishes. intros r Hr. apply positions_in in Hr.
      apply sum_vanishes. intros g Hg. apply positions_in in Hg.
      assert (Hrm : (r < m)%nat) by lia.
      destruct (theorem_1_derivative X r m e g Hrm) as [_ zero].
      specialize (zero score value). specialize (derivative r g Hr Hg). unfold partial in zero, derivative.
      rewrite (uniqueness_limite _ _ _ _ derivative zero). ring. }
  split; [exact general|]. intros d dk c WQ WK WV.
  exact (general (fun x y => c * dot dk (project d x WQ) (project d y WK)) (fun x => project d x WV)).
Qed.

(** ** Theorem 1: stacks *)

(** Inputs that agree up to p give states that agree up to p at every layer, with any per-token maps between. *)
Theorem theorem_1_stack :
  forall (T : Type) (score : nat -> T -> T -> R) (value : nat -> T -> Vec) (combine : nat -> T -> Vec -> T)
         (x y : nat -> T) (p : nat),
    (forall l, (1 <= l <= p)%nat -> x l = y l) ->
    forall L j, (1 <= j <= p)%nat ->
      stack score value combine causal x L j = stack score value combine causal y L j.
Proof.
  intros T score value combine x y p agree L.
  induction L as [|L IH]; intros j Hj; simpl; [apply agree; exact Hj|].
  rewrite (IH j Hj). f_equal. apply functional_extensionality. intros g.
  apply theorem_1_agreement. intros l Hl. apply IH. lia.
Qed.
