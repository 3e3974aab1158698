(** * Attention and the order of the tokens

    States, for all sizes and all data:
    - without a mask, permuting the tokens permutes the outputs in the same way: for any score function and
      any value map of tokens, hence for dot-product attention;
    - under the causal mask it does not. *)

From Coq Require Import Reals List Arith Lra Lia Permutation.
From SelfAttention Require Import Attention Translation.
Import ListNotations.
Open Scope R_scope.

(** ** Permuted positions *)

Lemma nodup_map_if_injective : forall (p : nat -> nat) L,
  (forall a b, In a L -> In b L -> p a = p b -> a = b) -> NoDup L -> NoDup (map p L).
Proof.
  intros p L H N. induction N as [|a L Ha N IH]; cbn [map]; constructor.
  - intros B. apply in_map_iff in B. destruct B as [b [E Hb]]. apply Ha.
    rewrite (H a b); [exact Hb | left; reflexivity | right; exact Hb | symmetry; exact E].
  - apply IH. intros b b' Hb Hb'. apply H; right; assumption.
Qed.

(** A map of 1, ..., n into itself that sends no two positions to one permutes the list of positions. *)
Lemma positions_permuted : forall n p,
  (forall j, (1 <= j <= n)%nat -> (1 <= p j <= n)%nat) ->
  (forall j l, (1 <= j <= n)%nat -> (1 <= l <= n)%nat -> p j = p l -> j = l) ->
  Permutation (map p (positions n)) (positions n).
Proof.
  intros n p Into Inj. apply NoDup_Permutation_bis.
  - apply nodup_map_if_injective; [|apply positions_nodup].
    intros a b Ha Hb. apply Inj; apply positions_in; assumption.
  - rewrite length_of_map. apply Nat.le_refl.
  - intros a Ha. apply in_map_iff in Ha. destruct Ha as [b [<- Hb]].
    apply positions_in. apply Into. apply positions_in. exact Hb.
Qed.

(** Scores and values read through p, over all positions, give the same output. *)
Lemma output_permuted : forall n p s v,
  Permutation (map p (positions n)) (positions n) ->
  output (fun j => s (p j)) (positions n) (fun j => v (p j)) = output s (positions n) v.
Proof.
  intros n p s v H. unfold output, weight.
  rewrite <- (sum_permutation _ _ (fun j => exp (s j) / sum (positions n) (fun l => exp (s l)) * v j) H).
  rewrite sum_map. apply sum_ext. intros j _.
  rewrite <- (sum_permutation _ _ (fun l => exp (s l)) H), sum_map. reflexivity.
Qed.

(** ** The claims *)

(** Without a mask, permuting the tokens permutes the outputs in the same way: for every permutation p of
    1, ..., n the outputs of the tokens x_p(1), ..., x_p(n) are a_p(1), ..., a_p(n).  First for any score
    function f(x_i, x_j) and any value map v(x_j), then for dot-product attention. *)
Theorem r6_permutation_equivariance : forall (n : nat) (p : nat -> nat) (X : Mat),
  (forall j, (1 <= j <= n)%nat -> (1 <= p j <= n)%nat) ->
  (forall j l, (1 <= j <= n)%nat -> (1 <= l <= n)%nat -> p j = p l -> j = l) ->
  (forall (f : Vec -> Vec -> R) (v : Vec -> R) (i : nat),
     output (fun j => f (X (p i)) (X (p j))) (full n i) (fun j => v (X (p j))) =
     output (fun j => f (X (p i)) (X j)) (full n (p i)) (fun j => v (X j))) /\
  (forall (d dk : nat) (c : R) (WQ WK WV : Mat) (i g : nat),
     attention d dk c WQ WK WV (full n) (fun l => X (p l)) i g =
     attention d dk c WQ WK WV (full n) X (p i) g).
Proof.
  intros n p X Into Inj. assert (P := positions_permuted n p Into Inj). split.
  - intros f v i. apply (output_permuted n p (fun j => f (X (p i)) (X j)) (fun j => v (X j)) P).
  - intros d dk c WQ WK WV i g.
    apply (output_permuted n p (score d dk c WQ WK X (p i)) (fun j => project d (X j) WV g) P).
Qed.

(** Refuted: "Under the causal mask, permuting the tokens permutes the outputs in the same way."
    Witness: x_1 = 0, x_2 = 1 exchanged, W_Q = W_K = 0, W_V = 1: the first output is 1, the second was 1/2. *)
Theorem r6_causal_permutation_equivariance_refuted :
  ~ (forall (n d dk dv : nat) (c : R) (p : nat -> nat) (WQ WK WV X : Mat) (i g : nat),
       (1 <= n)%nat -> (1 <= d)%nat -> (1 <= dk)%nat -> (1 <= dv)%nat -> 0 < c ->
       (forall j, (1 <= j <= n)%nat -> (1 <= p j <= n)%nat) ->
       (forall j l, (1 <= j <= n)%nat -> (1 <= l <= n)%nat -> p j = p l -> j = l) ->
       (1 <= i <= n)%nat -> (1 <= g <= dv)%nat ->
       attention d dk c WQ WK WV causal (fun l => X (p l)) i g =
       attention d dk c WQ WK WV causal X (p i) g).
Proof.
  intros H.
  specialize (H 2%nat 1%nat 1%nat 1%nat 1 (fun j => (3 - j)%nat) (fun _ _ => 0) (fun _ _ => 0) (fun _ _ => 1)
    (fun i _ => if (i =? 2)%nat then 1 else 0) 1%nat 1%nat).
  assert (E := H ltac:(lia) ltac:(lia) ltac:(lia) ltac:(lia) ltac:(lra) ltac:(cbv beta; intros; lia)
    ltac:(cbv beta; intros; lia) ltac:(lia) ltac:(lia)).
  assert (Z : forall X i j, score 1 1 1 (fun _ _ => 0) (fun _ _ => 0) X i j = 0).
  { intros X i j. unfold score, dot, project. simpl. ring. }
  unfold attention in E. change (causal 1) with [1%nat] in E. change (causal (3 - 1)) with [1%nat; 2%nat] in E.
  rewrite output_single in E. unfold output, weight in E. cbn [sum] in E. rewrite !Z, exp_0 in E.
  unfold project in E. simpl in E. replace (1 + (1 + 0)) with 2 in E by ring. lra.
Qed.
