(** * Retrieval: inner product, projection and cosine

    For a query q and a key k in R^d, with |k| = sqrt(k.k): the scalar projection of q on k is q.k/|k| and
    the cosine of the angle between them is q.k/(|q||k|).  When the inner product equals either, the bounds
    of the cosine (Cauchy-Schwarz, any d), and the cosine in the plane. *)

From Coq Require Import Reals List Arith Lra Lia.
From SelfAttention Require Import Attention.
Import ListNotations.
Open Scope R_scope.

(** |k| = sqrt(sum_b k_b^2). *)
Definition norm (d : nat) (k : Vec) : R := sqrt (dot d k k).

(** q.k/|k|. *)
Definition scalar_projection (d : nat) (q k : Vec) : R := dot d q k / norm d k.

(** q.k/(|q||k|). *)
Definition cosine (d : nat) (q k : Vec) : R := dot d q k / (norm d q * norm d k).

(** The vector of the plane with length r at angle theta. *)
Definition polar (r theta : R) : Vec :=
  fun b => match b with 1%nat => r * cos theta | 2%nat => r * sin theta | _ => 0 end.

Lemma dot_self_nonneg : forall d u, 0 <= dot d u u.
Proof. intros d u. unfold dot. apply sum_nonneg. intros b _. apply Rle_0_sqr. Qed.

Lemma norm_square : forall d u, norm d u * norm d u = dot d u u.
Proof. intros d u. unfold norm. apply sqrt_sqrt. apply dot_self_nonneg. Qed.

(** A non-negative number is the norm if its square is u.u. *)
Lemma norm_unique : forall d u r, 0 <= r -> r * r = dot d u u -> norm d u = r.
Proof. intros d u r Hr H. unfold norm. rewrite <- H. apply sqrt_square. exact Hr. Qed.

(** The norm of a vector other than zero is positive: the assumption 0 < |k| below is k <> 0. *)
Lemma norm_positive : forall d u b, (1 <= b <= d)%nat -> u b <> 0 -> 0 < norm d u.
Proof.
  intros d u b Hb Hu. apply sqrt_lt_R0. apply positions_in in Hb. apply Rlt_le_trans with (u b * u b).
  - apply (Rlt_0_sqr (u b) Hu).
  - unfold dot. apply (term_le_sum (positions d) (fun a => u a * u a)); [|exact Hb]. intros a _. apply Rle_0_sqr.
Qed.

(** ** The scalar projection *)

(** False: q.k equals the scalar projection q.k/|k| of q on k, for every k other than 0.
    Here q = (1) and k = (2): the inner product is 2, the projection 1. *)
Theorem r2_inner_product_is_projection_refuted :
  ~ (forall (d : nat) (q k : Vec), 0 < norm d k -> dot d q k = scalar_projection d q k).
Proof.
  intros H. specialize (H 1%nat (fun _ => 1) (fun _ => 2)). unfold scalar_projection in H.
  rewrite (norm_unique 1 (fun _ => 2) 2) in H; [|lra|unfold dot; simpl; ring].
  unfold dot in H. simpl in H. lra.
Qed.

(** |k| times the scalar projection q.k/|k| of q on k is q.k, for every k other than 0. *)
Theorem r2_inner_product_is_scaled_projection :
  forall (d : nat) (q k : Vec), 0 < norm d k -> norm d k * scalar_projection d q k = dot d q k.
Proof. intros d q k Hk. unfold scalar_projection. field. apply Rgt_not_eq. exact Hk. Qed.

(** x = x / r exactly if r = 1 or x = 0. *)
Lemma equals_quotient_iff : forall x r, 0 < r -> (x = x / r <-> r = 1 \/ x = 0).
Proof.
  intros x r Hr. split.
  - intros H.
    assert (H' : (r - 1) * x = 0).
    { assert (E : r * (x / r) = x) by (field; apply Rgt_not_eq; exact Hr). rewrite <- H in E. lra. }
    apply Rmult_integral in H'. destruct H' as [H'|H']; [left; lra | right; exact H'].
  - intros [E|E]; subst; field. apply Rgt_not_eq. exact Hr.
Qed.

(** q.k equals the scalar projection q.k/|k| iff |k| = 1 or q.k = 0, for every k other than 0. *)
Theorem r2_inner_product_equals_projection_iff :
  forall (d : nat) (q k : Vec), 0 < norm d k ->
    (dot d q k = scalar_projection d q k <-> norm d k = 1 \/ dot d q k = 0).
Proof. intros d q k Hk. unfold scalar_projection. apply equals_quotient_iff. exact Hk. Qed.

(** ** The cosine *)

(** Lagrange: sum_a sum_b (q_a k_b - q_b k_a)^2 = 2 (|q|^2 |k|^2 - (q.k)^2). *)
Lemma lagrange_identity : forall L (q k : Vec),
  sum L (fun a => sum L (fun b => (q a * k b - q b * k a) * (q a * k b - q b * k a))) =
  2 * (sum L (fun b => q b * q b) * sum L (fun b => k b * k b)
       - sum L (fun b => q b * k b) * sum L (fun b => q b * k b)).
Proof.
  intros L q k.
  rewrite (sum_ext L _ (fun a =>
    (q a * q a) * sum L (fun b => k b * k b) + (k a * k a) * sum L (fun b => q b * q b)
    - 2 * ((q a * k a) * sum L (fun b => q b * k b)))).
  - rewrite sum_minus, sum_add, sum_scale, !sum_scale_r. ring.
  - intros a _. rewrite <- !sum_scale, <- sum_add, <- sum_minus. apply sum_ext. intros b _. ring.
Qed.

Lemma cauchy_schwarz : forall d q k, dot d q k * dot d q k <= dot d q q * dot d k k.
Proof.
  intros d q k. assert (H := lagrange_identity (positions d) q k). unfold dot.
  assert (H' : 0 <= sum (positions d) (fun a => sum (positions d) (fun b =>
    (q a * k b - q b * k a) * (q a * k b - q b * k a)))).
  { apply sum_nonneg. intros a _. apply sum_nonneg. intros b _. apply Rle_0_sqr. }
  lra.
Qed.

(** (q.k)^2 <= |q|^2 |k|^2, so q.k/(|q||k|) lies in [-1, 1], in any dimension. *)
Theorem r3_cosine_bounds :
  forall (d : nat) (q k : Vec),
    (dot d q k) ^ 2 <= (norm d q) ^ 2 * (norm d k) ^ 2 /\
    (0 < norm d q -> 0 < norm d k -> -1 <= cosine d q k <= 1).
Proof.
  intros d q k.
  assert (H : (dot d q k) ^ 2 <= (norm d q) ^ 2 * (norm d k) ^ 2).
  { replace ((norm d q) ^ 2) with (dot d q q) by (rewrite <- norm_square; ring).
    replace ((norm d k) ^ 2) with (dot d k k) by (rewrite <- norm_square; ring).
    assert (C := cauchy_schwarz d q k). simpl. lra. }
  split; [exact H|]. intros Hq Hk.
  assert (P : 0 < norm d q * norm d k) by (apply Rmult_lt_0_compat; assumption).
  assert (E : dot d q k = cosine d q k * (norm d q * norm d k)).
  { unfold cosine. field. split; apply Rgt_not_eq; assumption. }
  rewrite E in H. set (x := cosine d q k) in *. set (p := norm d q * norm d k) in *.
  replace ((norm d q) ^ 2 * (norm d k) ^ 2) with (p * p) in H by (unfold p; ring).
  assert (P2 : 0 < p * p) by (apply Rmult_lt_0_compat; exact P).
  assert (X : x * x <= 1).
  { apply (Rmult_le_reg_r (p * p)); [exact P2|]. replace (x * x * (p * p)) with ((x * p) ^ 2) by ring. lra. }
  split; nra.
Qed.

(** For q of length r_1 at angle theta_1 and k of length r_2 at angle theta_2 in the plane, the normalised
    inner product is cos(theta_1 - theta_2). *)
Theorem r3_plane_cosine :
  forall r1 r2 theta1 theta2 : R, 0 < r1 -> 0 < r2 ->
    norm 2 (polar r1 theta1) = r1 /\
    norm 2 (polar r2 theta2) = r2 /\
    cosine 2 (polar r1 theta1) (polar r2 theta2) = cos (theta1 - theta2).
Proof.
  assert (N : forall r theta, 0 < r -> norm 2 (polar r theta) = r).
  { intros r theta Hr. apply norm_unique; [lra|]. unfold dot. simpl.
    assert (C := sin2_cos2 theta). unfold Rsqr in C.
    replace (r * r) with (r * r * (sin theta * sin theta + cos theta * cos theta)) by (rewrite C; ring). ring. }
  intros r1 r2 theta1 theta2 H1 H2. split; [apply N; exact H1|]. split; [apply N; exact H2|].
  unfold cosine. rewrite (N r1 theta1 H1), (N r2 theta2 H2), cos_minus. unfold dot. simpl.
  field. split; apply Rgt_not_eq; assumption.
Qed.

(** False: q.k equals the cosine q.k/(|q||k|) of the angle between q and k, both other than 0.
    Here q = k = (2, 0): the inner product is 4, the cosine 1. *)
Theorem r4_dot_product_is_cosine_refuted :
  ~ (forall (d : nat) (q k : Vec), 0 < norm d q -> 0 < norm d k -> dot d q k = cosine d q k).
Proof.
  intros H. set (u := fun b : nat => match b with 1%nat => 2 | _ => 0 end).
  specialize (H 2%nat u u). unfold cosine in H.
  rewrite (norm_unique 2 u 2) in H; [|lra|unfold dot, u; simpl; ring].
  unfold dot, u in H. simpl in H. lra.
Qed.

(** q.k equals the cosine of the angle iff |q||k| = 1 or q.k = 0, for q and k other than 0. *)
Theorem r4_dot_product_is_cosine_iff :
  forall (d : nat) (q k : Vec), 0 < norm d q -> 0 < norm d k ->
    (dot d q k = cosine d q k <-> norm d q * norm d k = 1 \/ dot d q k = 0).
Proof.
  intros d q k Hq Hk. unfold cosine. apply equals_quotient_iff. apply Rmult_lt_0_compat; assumption.
Qed.
