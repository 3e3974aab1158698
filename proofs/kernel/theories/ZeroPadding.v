(** * Zero-padding of queries and keys

    Queries and keys of width d, filled up with zeros to a larger width d', have the same scores at the same
    explicit scale c, and so the same weights and outputs.  (A scale taken from the width, 1/sqrt(d'), would
    change them.) *)

From Coq Require Import Reals List Arith Lra Lia.
From SelfAttention Require Import Attention.
Import ListNotations.
Open Scope R_scope.

(** u filled up with zeros after component d. *)
Definition padded (d : nat) (u : Vec) : Vec := fun b => if Nat.leb b d then u b else 0.

Lemma dot_padded : forall d d' u w, (d <= d')%nat -> dot d' (padded d u) (padded d w) = dot d u w.
Proof.
  intros d d' u w H. unfold dot, positions. replace d' with (d + (d' - d))%nat by lia.
  rewrite seq_app, sum_app.
  rewrite (sum_ext (seq (1 + d) (d' - d)) _ (fun _ => 0)), sum_zero, Rplus_0_r.
  - apply sum_ext. intros b Hb. apply in_seq in Hb. unfold padded.
    destruct (Nat.leb_spec b d) as [_|C]; [reflexivity | lia].
  - intros b Hb. apply in_seq in Hb. unfold padded.
    destruct (Nat.leb_spec b d) as [C|_]; [lia | ring].
Qed.

(** Queries and keys padded with zeros to a width d' >= d, at the same scale c, have the same scores, weights
    and outputs. *)
Theorem zero_padding_changes_nothing :
  forall (d d' : nat) (c : R) (q k : Mat) (S : nat -> list nat) (v : nat -> R) (i j : nat), (d <= d')%nat ->
    c * dot d' (padded d (q i)) (padded d (k j)) = c * dot d (q i) (k j) /\
    weight (fun l => c * dot d' (padded d (q i)) (padded d (k l))) (S i) j =
      weight (fun l => c * dot d (q i) (k l)) (S i) j /\
    output (fun l => c * dot d' (padded d (q i)) (padded d (k l))) (S i) v =
      output (fun l => c * dot d (q i) (k l)) (S i) v.
Proof.
  intros d d' c q k S v i j H.
  assert (E : forall l, c * dot d' (padded d (q i)) (padded d (k l)) = c * dot d (q i) (k l)).
  { intros l. rewrite dot_padded by exact H. reflexivity. }
  split; [apply E|]. split.
  - unfold weight. rewrite E. f_equal. apply sum_ext. intros l _. rewrite E. reflexivity.
  - apply output_ext; [intros l _; apply E | reflexivity].
Qed.
