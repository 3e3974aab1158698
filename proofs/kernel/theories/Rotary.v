(** * Rotary positions

    The components of q and k come in p pairs (2r - 1, 2r), r = 1..p.  At position m pair r is turned by the
    angle m theta_r.  The inner product of a query turned at position m with a key turned at position n
    depends on the offset n - m alone.  Positions are real numbers here, whole ones included.

    Reference: Su et al., RoFormer: enhanced transformer with rotary position embedding, 2021. *)

From Coq Require Import Reals List Arith Lra Lia.
From SelfAttention Require Import Attention.
Import ListNotations.
Open Scope R_scope.

(** u turned at position m: for each pair (x, y) = (u_{2r-1}, u_{2r}) with angle a = m theta_r,
    component 2r - 1 is cos(a) x - sin(a) y and component 2r is sin(a) x + cos(a) y. *)
Definition rotary (theta : nat -> R) (m : R) (u : Vec) : Vec :=
  fun b =>
    let r := Nat.div2 (b + 1) in
    if Nat.odd b
    then cos (m * theta r) * u (2 * r - 1)%nat - sin (m * theta r) * u (2 * r)%nat
    else sin (m * theta r) * u (2 * r - 1)%nat + cos (m * theta r) * u (2 * r)%nat.

(** The two components of pair r, as the text states them. *)
Lemma rotary_pair : forall theta m u r, (1 <= r)%nat ->
  rotary theta m u (2 * r - 1)%nat =
    cos (m * theta r) * u (2 * r - 1)%nat - sin (m * theta r) * u (2 * r)%nat /\
  rotary theta m u (2 * r)%nat =
    sin (m * theta r) * u (2 * r - 1)%nat + cos (m * theta r) * u (2 * r)%nat.
Proof.
  intros theta m u r Hr. unfold rotary. split.
  - replace (2 * r - 1 + 1)%nat with (2 * r)%nat by lia. rewrite Nat.div2_double.
    replace (2 * r - 1)%nat with (S (2 * (r - 1))) at 1 by lia.
    rewrite Nat.odd_succ, Nat.even_mul. reflexivity.
  - rewrite Nat.add_1_r, Nat.div2_succ_double, Nat.odd_mul. reflexivity.
Qed.

(** Turning at n and then at m is turning at m + n; so whole positions are repeated turns by theta. *)
Lemma rotary_add : forall theta m n u b, (1 <= b)%nat ->
  rotary theta (m + n) u b = rotary theta m (rotary theta n u) b.
Proof.
  assert (P : forall theta m n u r, (1 <= r)%nat ->
    rotary theta (m + n) u (2 * r - 1)%nat = rotary theta m (rotary theta n u) (2 * r - 1)%nat /\
    rotary theta (m + n) u (2 * r)%nat = rotary theta m (rotary theta n u) (2 * r)%nat).
  { intros theta m n u r Hr.
    destruct (rotary_pair theta (m + n) u r Hr) as [A B]. rewrite A, B.
    destruct (rotary_pair theta m (rotary theta n u) r Hr) as [C D]. rewrite C, D.
    destruct (rotary_pair theta n u r Hr) as [E F]. rewrite E, F.
    rewrite (Rmult_plus_distr_r m n (theta r)), cos_plus, sin_plus. split; ring. }
  intros theta m n u b Hb. destruct (Nat.Even_or_Odd b) as [[r E]|[r E]].
  - rewrite E. apply P. lia.
  - replace b with (2 * (r + 1) - 1)%nat by lia. apply P. lia.
Qed.

(** An inner product is a sum over pairs. *)
Lemma dot_pairs : forall p u w, dot (2 * p) u w =
  sum (positions p) (fun r => u (2 * r - 1)%nat * w (2 * r - 1)%nat + u (2 * r)%nat * w (2 * r)%nat).
Proof.
  intros p u w. induction p as [|p IH]; [reflexivity|]. unfold dot, positions in *.
  replace (2 * S p)%nat with (2 * p + 2)%nat by lia. replace (S p) with (p + 1)%nat by lia.
  rewrite !seq_app, !sum_app, IH. cbn [seq sum].
  replace (2 * (1 + p) - 1)%nat with (1 + 2 * p)%nat by lia.
  replace (2 * (1 + p))%nat with (S (1 + 2 * p)) by lia. ring.
Qed.

(** <R_m q, R_n k> = <q, R_{n-m} k> = <R_{m-n} q, k>: the inner product of the turned query and key depends on the
    offset n - m alone, so it is the same at two pairs of positions with the same offset, shifted ones included.  And
    a turn at m + n is one at n and then one at m, so whole positions are repeated turns. *)
Theorem rotary_scores_depend_on_offset :
  forall (p : nat) (theta : nat -> R) (q k : Vec),
    (forall m n, dot (2 * p) (rotary theta m q) (rotary theta n k) =
                 dot (2 * p) q (rotary theta (n - m) k)) /\
    (forall m n, dot (2 * p) (rotary theta m q) (rotary theta n k) =
                 dot (2 * p) (rotary theta (m - n) q) k) /\
    (forall m n m' n', n - m = n' - m' ->
       dot (2 * p) (rotary theta m q) (rotary theta n k) =
       dot (2 * p) (rotary theta m' q) (rotary theta n' k)) /\
    (forall m n t, dot (2 * p) (rotary theta (m + t) q) (rotary theta (n + t) k) =
                   dot (2 * p) (rotary theta m q) (rotary theta n k)) /\
    (forall m n b, (1 <= b)%nat -> rotary theta (m + n) q b = rotary theta m (rotary theta n q) b).
Proof.
  intros p theta q0 k0.
  assert (H : forall q k m n, dot (2 * p) (rotary theta m q) (rotary theta n k) =
    dot (2 * p) q (rotary theta (n - m) k)).
  { intros q k m n. rewrite !dot_pairs. apply sum_ext. intros r Hr. apply positions_in in Hr.
    destruct (rotary_pair theta m q r (proj1 Hr)) as [A B]. rewrite A, B.
    destruct (rotary_pair theta n k r (proj1 Hr)) as [C D]. rewrite C, D.
    destruct (rotary_pair theta (n - m) k r (proj1 Hr)) as [E F]. rewrite E, F.
    replace ((n - m) * theta r) with (n * theta r - m * theta r) by ring.
    rewrite cos_minus, sin_minus. ring. }
  assert (O : forall m n m' n', n - m = n' - m' ->
    dot (2 * p) (rotary theta m q0) (rotary theta n k0) = dot (2 * p) (rotary theta m' q0) (rotary theta n' k0)).
  { intros m n m' n' E. rewrite H, (H _ _ m' n'), E. reflexivity. }
  split; [apply H|]. split; [|split; [exact O|split; [|intros; apply rotary_add; assumption]]].
  - intros m n. rewrite (dot_comm _ _ (rotary theta n k0)), H. apply dot_comm.
  - intros m n t. apply O. ring.
Qed.
