(** * Context: under the causal mask an output reacts to its own token and to those before it

    Stated for all sizes: at W_Q = 0 the derivative of a_ig by the entry x_me of a token m <= i is W_V_eg / i,
    so it is positive where the entries of W_V are 1.  Row i of masked attention is row i of unmasked attention
    over i tokens, so this is the generic dependence of Corollary 1.1 at n = i.

    References: that a non-zero analytic function vanishes on a null set only, which turns the point W_Q = 0
    into almost all parameters, is cited [mityagin2020] and not proved here. *)

From Coq Require Import Reals List Arith Lra Lia.
From SelfAttention Require Import Attention Causality Dependence.
Import ListNotations.
Open Scope R_scope.

(** For every i and every m <= i there are parameters for which output i reacts to token m: at W_Q = 0 the
    derivative of a_ig by x_me is W_V_eg / i, for every W_V; and with all entries of W_V equal to 1 it is
    positive. *)
Theorem context_dependence :
  forall (d dk : nat) (c : R) (WK X : Mat) (i m e g : nat),
    (1 <= m <= i)%nat -> (1 <= e <= d)%nat ->
    (forall WV : Mat,
       partial (fun X' => attention d dk c (constant_matrix 0) WK WV causal X' i g) X m e (WV e g / INR i))
    /\
    (exists D, 0 < D /\
       partial (fun X' => attention d dk c (constant_matrix 0) WK (constant_matrix 1) causal X' i g) X m e D).
Proof.
  intros d dk c WK X i m e g Hm He.
  exact (corollary_1_1_dependence_generic i d dk c WK X i m e g ltac:(lia) ltac:(lia) He).
Qed.
