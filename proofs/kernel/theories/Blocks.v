(** * Attention in blocks: merging (maximum, denominator, output)

    The state of a block S of positions, for a row with scores s and values v, is
      m = max_{l in S} s_l,   z = sum_{l in S} exp(s_l - m),   o = sum_{l in S} exp(s_l - m) v_l;
    the empty block has the state None.  Two states merge as
      m = max(m_1, m_2),   z = z_1 exp(m_1 - m) + z_2 exp(m_2 - m),   o = o_1 exp(m_1 - m) + o_2 exp(m_2 - m).
    The merge is associative with identity None, and merging the states of any partition of S into blocks,
    then dividing o by z, gives the output of the whole row.  o is one component of the output before the
    division; the others are merged in the same way.

    References: Milakov & Gimelshein, Online normalizer calculation for softmax, 2018; Dao et al.,
    FlashAttention, 2022. *)

From Coq Require Import Reals List Arith Lra Lia Permutation.
From SelfAttention Require Import Attention.
Import ListNotations.
Open Scope R_scope.

(** The state of a non-empty block: m, z and o. *)
Record block := Block { maximum : R; denominator : R; numerator : R }.

(** x_1 exp(m_1 - m) + x_2 exp(m_2 - m): two sums with references m_1 and m_2, joined at the reference m. *)
Definition joined (m m1 x1 m2 x2 : R) : R := x1 * exp (m1 - m) + x2 * exp (m2 - m).

(** With outputs y = o / z in place of numerators: each output is weighted by its denominator. *)
Definition joined_output (m m1 z1 y1 m2 z2 y2 : R) : R := joined m m1 (z1 * y1) m2 (z2 * y2) / joined m m1 z1 m2 z2.

(** The merge of two states. *)
Definition merge (a b : option block) : option block :=
  match a, b with
  | None, _ => b
  | _, None => a
  | Some (Block m1 z1 o1), Some (Block m2 z2 o2) =>
      let m := Rmax m1 m2 in Some (Block m (joined m m1 z1 m2 z2) (joined m m1 o1 m2 o2))
  end.

(** max_{l in k :: L} s_l. *)
Fixpoint maximum_score (s : nat -> R) (k : nat) (L : list nat) : R :=
  match L with
  | [] => s k
  | l :: rest => Rmax (s k) (maximum_score s l rest)
  end.

(** The state of the block S. *)
Definition state (s v : nat -> R) (S : list nat) : option block :=
  match S with
  | [] => None
  | k :: rest =>
      let m := maximum_score s k rest in
      Some (Block m (sum S (fun l => exp (s l - m))) (sum S (fun l => exp (s l - m) * v l)))
  end.

(** o / z; 0 for the empty block. *)
Definition finish (a : option block) : R :=
  match a with
  | None => 0
  | Some b => numerator b / denominator b
  end.

(** ** A monoid *)

(** Exactly, any real numbers serve as references. *)
Lemma joined_associative : forall m m12 m23 m1 x1 m2 x2 m3 x3,
  joined m m1 x1 m23 (joined m23 m2 x2 m3 x3) = joined m m12 (joined m12 m1 x1 m2 x2) m3 x3.
Proof.
  intros m m12 m23 m1 x1 m2 x2 m3 x3. unfold joined.
  assert (E : forall x y z, exp (x - y) * exp (y - z) = exp (x - z)).
  { intros x y z. rewrite <- exp_plus. f_equal. ring. }
  rewrite !Rmult_plus_distr_r, !Rmult_assoc, !E. ring.
Qed.

Lemma joined_positive : forall m m1 x1 m2 x2, 0 < x1 -> 0 < x2 -> 0 < joined m m1 x1 m2 x2.
Proof.
  intros m m1 x1 m2 x2 H1 H2. unfold joined.
  assert (P1 := Rmult_lt_0_compat _ _ H1 (exp_pos (m1 - m))).
  assert (P2 := Rmult_lt_0_compat _ _ H2 (exp_pos (m2 - m))). lra.
Qed.

Lemma joined_output_numerator : forall m m1 z1 y1 m2 z2 y2, 0 < z1 -> 0 < z2 ->
  joined m m1 z1 m2 z2 * joined_output m m1 z1 y1 m2 z2 y2 = joined m m1 (z1 * y1) m2 (z2 * y2).
Proof.
  intros m m1 z1 y1 m2 z2 y2 H1 H2. unfold joined_output. field. apply Rgt_not_eq.
  apply joined_positive; assumption.
Qed.

(** Merging three states in either grouping gives the same state; and for any choice of references m, m_12,
    m_23, whatever the denominators or numerators x are, and whatever the outputs y are if the denominators z
    are positive, the joined sums and the joined outputs are the same in either grouping. *)
Theorem block_merge_associative :
  (forall a b c : option block, merge a (merge b c) = merge (merge a b) c) /\
  (forall m m12 m23 m1 x1 m2 x2 m3 x3 : R,
     joined m m1 x1 m23 (joined m23 m2 x2 m3 x3) = joined m m12 (joined m12 m1 x1 m2 x2) m3 x3) /\
  (forall m m12 m23 m1 z1 y1 m2 z2 y2 m3 z3 y3 : R, 0 < z1 -> 0 < z2 -> 0 < z3 ->
     joined_output m m1 z1 y1 m23 (joined m23 m2 z2 m3 z3) (joined_output m23 m2 z2 y2 m3 z3 y3) =
     joined_output m m12 (joined m12 m1 z1 m2 z2) (joined_output m12 m1 z1 y1 m2 z2 y2) m3 z3 y3).
Proof.
  split; [|split; [exact joined_associative|]].
  - intros [[m1 z1 o1]|] [[m2 z2 o2]|] [[m3 z3 o3]|]; try reflexivity.
    unfold merge. rewrite <- (Rmax_assoc m1 m2 m3). f_equal. f_equal; apply joined_associative.
  - intros m m12 m23 m1 z1 y1 m2 z2 y2 m3 z3 y3 H1 H2 H3. unfold joined_output at 1 3.
    rewrite (joined_output_numerator m23) by assumption. rewrite (joined_output_numerator m12) by assumption.
    rewrite (joined_associative m m12 m23 m1 z1 m2 z2 m3 z3), (joined_associative m m12 m23 m1 (z1 * y1)).
    reflexivity.
Qed.

(** As the reference of a block falls to minus infinity, the block vanishes from a sum joined at m. *)
Lemma joined_limit : forall m x1 x2 eps, 0 < eps ->
  exists B, forall m2, m2 <= B -> Rabs (joined m m x1 m2 x2 - x1) < eps.
Proof.
  intros m x1 x2 eps He. assert (A := Rabs_pos x2). set (r := eps / (Rabs x2 + 1)).
  assert (P : 0 < r) by (apply Rdiv_lt_0_compat; lra).
  exists (m + ln r). intros m2 H. unfold joined.
  replace (x1 * exp (m - m) + x2 * exp (m2 - m) - x1) with (x2 * exp (m2 - m))
    by (rewrite (Rminus_diag_eq m m eq_refl), exp_0; ring).
  assert (Q := exp_pos (m2 - m)). rewrite Rabs_mult, (Rabs_right (exp (m2 - m))) by lra.
  assert (L : exp (m2 - m) <= r).
  { rewrite <- (exp_ln r P). destruct (Req_dec (m2 - m) (ln r)) as [E|E]; [rewrite E; lra|].
    left. apply exp_increasing. lra. }
  apply Rle_lt_trans with (Rabs x2 * r); [apply Rmult_le_compat_l; assumption|].
  replace eps with ((Rabs x2 + 1) * r) by (unfold r; field; lra).
  apply Rmult_lt_compat_r; [exact P | lra].
Qed.

(** ** Two blocks together *)

Lemma maximum_score_app : forall A s k j B,
  maximum_score s k (A ++ j :: B) = Rmax (maximum_score s k A) (maximum_score s j B).
Proof.
  induction A as [|a A IH]; intros s k j B; simpl; [reflexivity|]. rewrite IH, Rmax_assoc. reflexivity.
Qed.

(** Sums relative to m_1 become sums relative to m by the factor exp(m_1 - m). *)
Lemma sum_rescaled : forall S (s w : nat -> R) m1 m,
  sum S (fun l => exp (s l - m1) * w l) * exp (m1 - m) = sum S (fun l => exp (s l - m) * w l).
Proof.
  intros S s w m1 m. rewrite <- sum_scale_r. apply sum_ext. intros l _.
  replace (s l - m) with ((s l - m1) + (m1 - m)) by ring. rewrite exp_plus. ring.
Qed.

Lemma sum_rescaled_ones : forall S (s : nat -> R) m1 m,
  sum S (fun l => exp (s l - m1)) * exp (m1 - m) = sum S (fun l => exp (s l - m)).
Proof.
  intros S s m1 m. assert (H := sum_rescaled S s (fun _ => 1) m1 m).
  rewrite !(sum_scale_r S 1) in H. lra.
Qed.

(** The state of two blocks together is the merge of their states. *)
Lemma state_app : forall s v A B, state s v (A ++ B) = merge (state s v A) (state s v B).
Proof.
  intros s v [|a A] [|b B]; try reflexivity.
  - rewrite app_nil_r. reflexivity.
  - unfold state, merge, joined. change ((a :: A) ++ b :: B) with (a :: (A ++ b :: B)). cbv beta iota zeta.
    rewrite maximum_score_app. set (m := Rmax (maximum_score s a A) (maximum_score s b B)).
    change (a :: (A ++ b :: B)) with ((a :: A) ++ b :: B).
    rewrite !sum_app, !sum_rescaled_ones, !sum_rescaled. reflexivity.
Qed.

(** Two blocks merge into the block of their keys: as states, and as sums of exp(s_l - m) w_l at any references.  The
    state of the empty block is an identity of the merge, on both sides.  With a number m_0 for its reference: its
    sums are 0, so joining it in leaves the other block's sum, at the new reference m, and its output (not undefined:
    z other than 0) as they were; the greater reference is the other's if m_0 is not above it; and as m_0 falls to
    minus infinity, whatever stood in the block is gone. *)
Theorem block_merge_identity :
  (forall (s v : nat -> R) (A B : list nat), state s v (A ++ B) = merge (state s v A) (state s v B)) /\
  (forall (s w : nat -> R) (A B : list nat) (m m1 m2 : R),
     joined m m1 (sum A (fun l => exp (s l - m1) * w l)) m2 (sum B (fun l => exp (s l - m2) * w l)) =
     sum (A ++ B) (fun l => exp (s l - m) * w l)) /\
  (forall a : option block, merge None a = a /\ merge a None = a) /\
  (forall (m m1 x m0 : R) (f : nat -> R), joined m m1 x m0 (sum [] f) = x * exp (m1 - m)) /\
  (forall (m m1 z y m0 y0 : R) (f : nat -> R), z <> 0 -> joined_output m m1 z y m0 (sum [] f) y0 = y) /\
  (forall m1 m0 : R, m0 <= m1 -> Rmax m1 m0 = m1) /\
  (forall m1 x1 x0 eps : R, 0 < eps ->
     exists B, forall m0, m0 <= B -> Rabs (joined m1 m1 x1 m0 x0 - x1) < eps).
Proof.
  split; [exact state_app|].
  split; [intros s w A B m m1 m2; unfold joined; rewrite !sum_rescaled, sum_app; reflexivity|].
  split; [intros [[m z o]|]; split; reflexivity|].
  split; [intros m m1 x m0 f; unfold joined; simpl; ring|].
  split; [|split; [intros m1 m0 H; apply Rmax_left; exact H | exact joined_limit]].
  intros m m1 z y m0 y0 f Hz. unfold joined_output, joined. simpl. assert (P := exp_pos (m1 - m)).
  field. split; [apply Rgt_not_eq; exact P | exact Hz].
Qed.

(** ** Folding *)

Lemma fold_right_states : forall s v blocks,
  fold_right merge None (map (state s v) blocks) = state s v (concat blocks).
Proof.
  intros s v. induction blocks as [|B blocks IH]; [reflexivity|].
  change (concat (B :: blocks)) with (B ++ concat blocks). rewrite state_app, <- IH. reflexivity.
Qed.

Lemma fold_left_states : forall s v blocks A,
  fold_left merge (map (state s v) blocks) (state s v A) = state s v (A ++ concat blocks).
Proof.
  intros s v. induction blocks as [|B blocks IH]; intros A; simpl; [rewrite app_nil_r; reflexivity|].
  rewrite <- state_app, IH, app_assoc. reflexivity.
Qed.

(** The reference m cancels: o / z is the output. *)
Lemma output_at_reference : forall s v S m,
  sum S (fun l => exp (s l - m) * v l) / sum S (fun l => exp (s l - m)) = output s S v.
Proof.
  intros s v S m. unfold output, Rdiv. rewrite <- sum_scale_r. apply sum_ext. intros j _.
  rewrite <- (weight_shift s S (- m) j). unfold weight, Rdiv, Rminus. ring.
Qed.

Lemma finish_state : forall s v S, finish (state s v S) = output s S v.
Proof. intros s v S. destruct S as [|k L]; [reflexivity|]. apply output_at_reference. Qed.

Lemma output_any_order : forall s v S S', Permutation S S' -> output s S v = output s S' v.
Proof.
  intros s v S S' H. unfold output, weight.
  rewrite (sum_permutation S S' (fun l => exp (s l)) H). apply sum_permutation. exact H.
Qed.

(** One step of a fold with any references: the positions of the block, its own reference, and the reference of
    the fold after this step. *)
Record step := Step { keys : list nat; own_reference : R; next_reference : R }.

(** The fold of the blocks' sums of exp(s_l - m) w_l, from the sum x at the reference mu. *)
Fixpoint folded (s w : nat -> R) (mu x : R) (steps : list step) : R :=
  match steps with
  | [] => x
  | Step B m mu' :: rest => folded s w mu' (joined mu' mu x m (sum B (fun l => exp (s l - m) * w l))) rest
  end.

(** The reference of the fold after all steps. *)
Fixpoint last_reference (mu : R) (steps : list step) : R :=
  match steps with
  | [] => mu
  | Step _ _ mu' :: rest => last_reference mu' rest
  end.

Lemma folded_sum : forall s w steps mu A,
  folded s w mu (sum A (fun l => exp (s l - mu) * w l)) steps =
  sum (A ++ concat (map keys steps)) (fun l => exp (s l - last_reference mu steps) * w l).
Proof.
  intros s w. induction steps as [|[B m mu'] steps IH]; intros mu A; simpl; [rewrite app_nil_r; reflexivity|].
  unfold joined. rewrite !sum_rescaled, <- sum_app, IH, app_assoc. reflexivity.
Qed.

(** Blocks by the numbers kappa(j) of their positions: the block r of L. *)
Definition block_of (kappa : nat -> nat) (L : list nat) (r : nat) : list nat :=
  filter (fun j => Nat.eqb (kappa j) r) L.

Lemma blocks_one_more : forall kappa a L numbers, NoDup numbers -> In (kappa a) numbers ->
  Permutation (concat (map (block_of kappa (a :: L)) numbers)) (a :: concat (map (block_of kappa L) numbers)).
Proof.
  intros kappa a L numbers N. induction N as [|r numbers Hr N IH]; intros Ha; [destruct Ha|].
  cbn [map concat]. unfold block_of at 1. cbn [filter]. destruct (Nat.eqb_spec (kappa a) r) as [E|E].
  - apply perm_skip. fold (block_of kappa L r). apply Permutation_app_head.
    rewrite (map_ext_in (block_of kappa (a :: L)) (block_of kappa L)); [apply Permutation_refl|].
    intros q Hq. unfold block_of. cbn [filter]. destruct (Nat.eqb_spec (kappa a) q) as [F|_]; [|reflexivity].
    exfalso. apply Hr. rewrite <- E, F. exact Hq.
  - destruct Ha as [Ha|Ha]; [congruence|]. fold (block_of kappa L r).
    apply Permutation_trans with (block_of kappa L r ++ a :: concat (map (block_of kappa L) numbers)).
    + apply Permutation_app_head. exact (IH Ha).
    + apply Permutation_sym. apply Permutation_middle.
Qed.

Lemma blocks_partition : forall kappa numbers L, NoDup numbers -> (forall j, In j L -> In (kappa j) numbers) ->
  Permutation (concat (map (block_of kappa L) numbers)) L.
Proof.
  intros kappa numbers L N. induction L as [|a L IH]; intros H.
  - clear N H. induction numbers as [|r numbers IH]; [apply Permutation_refl | exact IH].
  - apply Permutation_trans with (a :: concat (map (block_of kappa L) numbers)).
    + apply blocks_one_more; [exact N | apply H; left; reflexivity].
    + apply perm_skip. apply IH. intros j Hj. apply H. right. exact Hj.
Qed.

(** For any partition of S into blocks, in any order: merging the states of the blocks one after another (or
    from the other end) and dividing gives the output of the whole row; and so does a fold with any references,
    whose denominator and numerator are the sums over all of S at the last reference.  Giving each of n positions
    a number from 1 to B is such a partition. *)
Theorem blocks_fold_to_dense :
  (forall (s v : nat -> R) (S : list nat) (blocks : list (list nat)), Permutation (concat blocks) S ->
     finish (fold_left merge (map (state s v) blocks) None) = output s S v /\
     finish (fold_right merge None (map (state s v) blocks)) = output s S v) /\
  (forall (s v : nat -> R) (S : list nat) (steps : list step) (mu : R),
     Permutation (concat (map keys steps)) S ->
     let m := last_reference mu steps in
     folded s (fun _ => 1) mu 0 steps = sum S (fun l => exp (s l - m)) /\
     folded s v mu 0 steps = sum S (fun l => exp (s l - m) * v l) /\
     folded s v mu 0 steps / folded s (fun _ => 1) mu 0 steps = output s S v) /\
  (forall (n B : nat) (kappa : nat -> nat), (forall j, (1 <= j <= n)%nat -> (1 <= kappa j <= B)%nat) ->
     Permutation (concat (map (block_of kappa (positions n)) (positions B))) (positions n)).
Proof.
  split; [|split].
  - intros s v S blocks H. rewrite <- (output_any_order s v (concat blocks) S H). split.
    + change (@None block) with (state s v []). rewrite fold_left_states. apply finish_state.
    + rewrite fold_right_states. apply finish_state.
  - intros s v S steps mu H m.
    assert (F : forall w, folded s w mu 0 steps = sum S (fun l => exp (s l - m) * w l)).
    { intros w. rewrite <- (sum_permutation _ _ (fun l => exp (s l - m) * w l) H). exact (folded_sum s w steps mu []). }
    assert (O : folded s (fun _ => 1) mu 0 steps = sum S (fun l => exp (s l - m))).
    { rewrite F. apply sum_ext. intros l _. ring. }
    split; [exact O|]. split; [apply F|]. rewrite O, F. apply output_at_reference.
  - intros n B kappa H. apply blocks_partition; [apply positions_nodup|].
    intros j Hj. apply positions_in. apply H. apply positions_in. exact Hj.
Qed.
