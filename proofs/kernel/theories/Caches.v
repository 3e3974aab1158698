(** * Caches, chunks and deleted keys

    The laws that incremental decoding rests on, for all sizes.  A cache is the list of the keys and values of
    the tokens read so far.  Row i of the causal pass is one query against the first i of them; the pass over a
    prefix is the prefix of the pass; a sequence cut into chunks of any lengths, each read against the cache
    left by the chunks before it, gives the outputs of the whole; and masking a key (padding) gives the outputs
    of the sequence from which that token was deleted.

    A pass over a whole sequence is the matrix form of Masks.v: n x n scores, causal mask, softmax of rows.

    References: [vaswani2017], [jurafsky2024]. *)

From Coq Require Import Reals List Arith Bool Lra Lia FunctionalExtensionality.
From SelfAttention Require Import Attention Masks.
Import ListNotations.
Open Scope R_scope.

(** ** Definitions *)

(** The key and the value of a token. *)
Definition KeyValue : Type := (Vec * Vec)%type.
Definition key_value (d : nat) (WK WV : Mat) (x : Vec) : KeyValue := (project d x WK, project d x WV).

(** The sum of f over the entries of a cache. *)
Fixpoint cache_sum (cache : list KeyValue) (f : KeyValue -> R) : R :=
  match cache with
  | [] => 0
  | entry :: rest => f entry + cache_sum rest f
  end.

(** One query against a cache: sum of exp(c (q . k)) v_g over the entries (k, v), over the sum of exp(c (q . k)). *)
Definition cached_output (dk : nat) (c : R) (q : Vec) (cache : list KeyValue) : Vec :=
  fun g =>
    cache_sum cache (fun entry =>
      exp (c * dot dk q (fst entry)) / cache_sum cache (fun other => exp (c * dot dk q (fst other)))
      * snd entry g).

(** The cache after tokens 1..i were read one by one, each appended at the end. *)
Fixpoint cache_after (d : nat) (WK WV X : Mat) (i : nat) : list KeyValue :=
  match i with
  | O => []
  | S before => cache_after d WK WV X before ++ [key_value d WK WV (X i)]
  end.

(** Tokens given as a list: token i, i = 1, 2, ... *)
Definition token_of (tokens : list Vec) : Mat := fun i => nth (pred i) tokens (fun _ => 0).

(** The outputs of the causal pass over a whole sequence, in the matrix form. *)
Definition causal_pass (d dk : nat) (c : R) (WQ WK WV : Mat) (tokens : list Vec) : list Vec :=
  let n := length tokens in
  map (matrix_attention n d dk c WQ WK WV causal_mask (token_of tokens)) (positions n).

(** The outputs of a chunk against a cache: its r-th query sees the cache and the first r tokens of the chunk. *)
Definition chunk_pass (d dk : nat) (c : R) (WQ WK WV : Mat) (cache : list KeyValue) (chunk : list Vec) : list Vec :=
  map (fun r => cached_output dk c (project d (token_of chunk r) WQ)
                  (cache ++ map (key_value d WK WV) (firstn r chunk)))
      (positions (length chunk)).

(** The outputs of chunks read one after the other, each leaving its keys and values in the cache. *)
Fixpoint chunked_pass (d dk : nat) (c : R) (WQ WK WV : Mat) (cache : list KeyValue) (chunks : list (list Vec))
  : list Vec :=
  match chunks with
  | [] => []
  | chunk :: rest =>
      chunk_pass d dk c WQ WK WV cache chunk
      ++ chunked_pass d dk c WQ WK WV (cache ++ map (key_value d WK WV) chunk) rest
  end.

(** Where token j of a sequence without token p stood in the whole sequence. *)
Definition skip (p j : nat) : nat := if Nat.ltb j p then j else S j.

(** The sequence without token p. *)
Definition delete_token (p : nat) (X : Mat) : Mat := fun j => X (skip p j).

(** A list of positions without p. *)
Definition without (p : nat) (L : list nat) : list nat := filter (fun j => negb (Nat.eqb j p)) L.

(** ** Auxiliary facts *)

Lemma cache_sum_map : forall L (entry : nat -> KeyValue) f,
  cache_sum (map entry L) f = sum L (fun j => f (entry j)).
Proof.
  intros L entry f. induction L as [|l L IH]; simpl; [reflexivity|]. rewrite IH. reflexivity.
Qed.

Lemma positions_last : forall n, positions (S n) = positions n ++ [S n].
Proof. intros n. unfold positions. replace (S n) with (n + 1)%nat at 1 by lia. apply seq_app. Qed.

Lemma cache_after_is_map : forall d WK WV X i,
  cache_after d WK WV X i = map (fun j => key_value d WK WV (X j)) (positions i).
Proof.
  intros d WK WV X i. induction i as [|i IH]; [reflexivity|].
  rewrite positions_last, map_app. rewrite <- IH. reflexivity.
Qed.

Lemma cached_output_is_output : forall d dk c WQ WK WV X L x g,
  cached_output dk c (project d x WQ) (map (fun j => key_value d WK WV (X j)) L) g =
  output (fun j => c * dot dk (project d x WQ) (project d (X j) WK)) L (fun j => project d (X j) WV g).
Proof.
  intros. unfold cached_output, output, weight. rewrite cache_sum_map. apply sum_ext. intros j _.
  rewrite cache_sum_map. reflexivity.
Qed.

Lemma length_of_app : forall (A : Type) (L L' : list A), length (L ++ L') = (length L + length L')%nat.
Proof. intros A L L'. induction L as [|l L IH]; simpl; [reflexivity|]. rewrite IH. reflexivity. Qed.

Lemma map_token_of : forall tokens, map (token_of tokens) (positions (length tokens)) = tokens.
Proof.
  induction tokens as [|x tokens IH]; [reflexivity|].
  change (positions (length (x :: tokens))) with (1%nat :: seq 2 (length tokens)).
  rewrite <- seq_shift. rewrite map_cons, map_map.
  change (token_of (x :: tokens) 1%nat) with x. f_equal.
  transitivity (map (token_of tokens) (positions (length tokens))); [|exact IH].
  apply map_ext_in. intros j Hj. apply positions_in in Hj. destruct j as [|j]; [lia|reflexivity].
Qed.

Lemma token_of_app_left : forall before after j, (1 <= j <= length before)%nat ->
  token_of (before ++ after) j = token_of before j.
Proof. intros before after j Hj. unfold token_of. apply app_nth1. lia. Qed.

Lemma token_of_app_right : forall before after j, (1 <= j)%nat ->
  token_of (before ++ after) (length before + j)%nat = token_of after j.
Proof.
  intros before after j Hj. unfold token_of. rewrite app_nth2 by lia. f_equal. lia.
Qed.

(** ** The cache *)

(** Row i of the causal pass is one query against the cache of the first i keys and values. *)
Theorem cache_equals_causal_row :
  forall (d dk : nat) (c : R) (WQ WK WV X : Mat) (i g : nat),
    cached_output dk c (project d (X i) WQ) (cache_after d WK WV X i) g =
    attention d dk c WQ WK WV causal X i g.
Proof.
  intros d dk c WQ WK WV X i g. rewrite cache_after_is_map. apply cached_output_is_output.
Qed.

(** A row of the causal pass over a sequence is attention over {1..i}, whatever follows. *)
Lemma causal_pass_rows : forall d dk c WQ WK WV tokens,
  causal_pass d dk c WQ WK WV tokens =
  map (attention d dk c WQ WK WV causal (token_of tokens)) (positions (length tokens)).
Proof.
  intros d dk c WQ WK WV tokens. unfold causal_pass. apply map_ext_in. intros i Hi. apply positions_in in Hi.
  apply functional_extensionality. intros g. apply matrix_form_equals_token_form. exact Hi.
Qed.

(** The same row by the first i tokens of the list. *)
Lemma causal_row_reads_prefix : forall d dk c WQ WK WV X Y i,
  (forall j, (1 <= j <= i)%nat -> X j = Y j) ->
  attention d dk c WQ WK WV causal X i = attention d dk c WQ WK WV causal Y i.
Proof.
  intros d dk c WQ WK WV X Y i agree. apply functional_extensionality. intros g.
  unfold attention, score. apply output_ext; intros l Hl; apply positions_in in Hl.
  - rewrite (agree i) by lia. rewrite (agree l) by lia. reflexivity.
  - rewrite (agree l) by lia. reflexivity.
Qed.

Lemma causal_pass_app : forall d dk c WQ WK WV before after,
  causal_pass d dk c WQ WK WV (before ++ after) =
  causal_pass d dk c WQ WK WV before ++
  map (fun r => attention d dk c WQ WK WV causal (token_of (before ++ after)) (length before + r)%nat)
      (positions (length after)).
Proof.
  intros d dk c WQ WK WV before after. rewrite !causal_pass_rows, length_of_app.
  unfold positions at 1. rewrite seq_app, map_app. f_equal.
  - apply map_ext_in. intros i Hi. apply positions_in in Hi. apply causal_row_reads_prefix.
    intros j Hj. apply token_of_app_left. lia.
  - generalize (length after). intros n.
    replace (seq (1 + length before) n) with (map (fun r => length before + r)%nat (positions n)).
    + rewrite map_map. reflexivity.
    + unfold positions. generalize 1%nat (length before). clear.
      induction n as [|n IH]; intros first shift; simpl; [reflexivity|].
      rewrite IH. replace (shift + first)%nat with (first + shift)%nat by lia. reflexivity.
Qed.

Lemma causal_pass_firstn : forall d dk c WQ WK WV tokens m,
  causal_pass d dk c WQ WK WV (firstn m tokens) = firstn m (causal_pass d dk c WQ WK WV tokens).
Proof.
  intros d dk c WQ WK WV tokens m.
  rewrite <- (firstn_skipn m tokens) at 2. rewrite causal_pass_app.
  assert (size : length (causal_pass d dk c WQ WK WV (firstn m tokens)) = length (firstn m tokens)).
  { unfold causal_pass. rewrite length_of_map. apply positions_length. }
  destruct (Nat.le_gt_cases m (length tokens)) as [short|long].
  - assert (H : length (firstn m tokens) = m) by (apply firstn_length_le; exact short).
    rewrite firstn_app, size, H, Nat.sub_diag, firstn_O, app_nil_r.
    symmetry. apply firstn_all2. lia.
  - rewrite (skipn_all2 tokens) by lia. rewrite app_nil_r. symmetry. apply firstn_all2.
    rewrite size, (firstn_all2 tokens) by lia. lia.
Qed.

(** The causal pass over the first m tokens gives the first m rows of the pass over all tokens, for every m: for
    dot-product attention over a list of tokens; and row by row for tokens of any type, any score function and
    any value map, each run written with the mask over all of its positions. *)
Theorem prefix_run_is_prefix_of_run :
  (forall (d dk : nat) (c : R) (WQ WK WV : Mat) (tokens : list Vec) (m : nat),
     causal_pass d dk c WQ WK WV (firstn m tokens) = firstn m (causal_pass d dk c WQ WK WV tokens))
  /\
  (forall (T : Type) (score : T -> T -> R) (value : T -> Vec) (x y : nat -> T) (m n i g : nat),
     (m <= n)%nat -> (1 <= i <= m)%nat ->
     (forall l, (1 <= l <= m)%nat -> x l = y l) ->
     indicator_output m (fun j => score (y i) (y j)) (causal_mask i) (fun j => value (y j) g) =
     indicator_output n (fun j => score (x i) (x j)) (causal_mask i) (fun j => value (x j) g)).
Proof.
  split; [exact causal_pass_firstn|].
  intros T score value x y m n i g Hmn Hi agree.
  rewrite !indicator_output_is_filter, !filter_causal by lia.
  apply output_ext; intros l Hl; apply positions_in in Hl.
  - rewrite (agree i) by lia. rewrite (agree l) by lia. reflexivity.
  - rewrite (agree l) by lia. reflexivity.
Qed.

(** ** Chunks *)

Lemma chunk_pass_rows : forall d dk c WQ WK WV before chunk,
  chunk_pass d dk c WQ WK WV (map (key_value d WK WV) before) chunk =
  map (fun r => attention d dk c WQ WK WV causal (token_of (before ++ chunk)) (length before + r)%nat)
      (positions (length chunk)).
Proof.
  intros d dk c WQ WK WV before chunk. unfold chunk_pass. apply map_ext_in. intros r Hr. apply positions_in in Hr.
  rewrite <- map_app. set (seen := before ++ firstn r chunk).
  assert (size : length seen = (length before + r)%nat).
  { unfold seen. rewrite length_of_app, firstn_length_le by lia. reflexivity. }
  rewrite <- (map_token_of seen). rewrite map_map. apply functional_extensionality. intros g.
  rewrite (cached_output_is_output d dk c WQ WK WV (token_of seen)). rewrite size.
  assert (same : forall j, (1 <= j <= length before + r)%nat ->
                   token_of seen j = token_of (before ++ chunk) j).
  { intros j Hj. rewrite <- (firstn_skipn r chunk), app_assoc. symmetry. apply token_of_app_left.
    fold seen. lia. }
  unfold attention, score. rewrite token_of_app_right by lia.
  apply output_ext; intros l Hl; apply positions_in in Hl; rewrite (same l Hl); reflexivity.
Qed.

Lemma chunked_pass_continues : forall d dk c WQ WK WV chunks before,
  causal_pass d dk c WQ WK WV before ++ chunked_pass d dk c WQ WK WV (map (key_value d WK WV) before) chunks =
  causal_pass d dk c WQ WK WV (before ++ concat chunks).
Proof.
  intros d dk c WQ WK WV. induction chunks as [|chunk chunks IH]; intros before; simpl.
  - rewrite !app_nil_r. reflexivity.
  - rewrite (app_assoc before chunk), <- IH, causal_pass_app, <- chunk_pass_rows, map_app, <- app_assoc.
    reflexivity.
Qed.

(** Reading a sequence in chunks of any lengths, each against the cache left by the chunks before it, gives the
    outputs of the whole sequence. *)
Theorem chunks_equal_whole :
  forall (d dk : nat) (c : R) (WQ WK WV : Mat) (chunks : list (list Vec)),
    chunked_pass d dk c WQ WK WV [] chunks = causal_pass d dk c WQ WK WV (concat chunks).
Proof.
  intros d dk c WQ WK WV chunks. apply (chunked_pass_continues d dk c WQ WK WV chunks []).
Qed.

(** ** Deleted keys *)

(** The positions up to that of token i of the shortened sequence, without p: those of its tokens 1..i. *)
Lemma positions_without : forall p i, (1 <= p)%nat -> without p (positions (skip p i)) = map (skip p) (positions i).
Proof.
  intros p i Hp. induction i as [|i IH].
  - unfold skip. destruct (Nat.ltb_spec 0 p) as [_|H]; [reflexivity|lia].
  - rewrite positions_last, map_app. rewrite <- IH. unfold without.
    assert (keep : forall j, j <> p -> filter (fun k => negb (Nat.eqb k p)) [j] = [j]).
    { intros j H. simpl. rewrite (proj2 (Nat.eqb_neq j p) H). reflexivity. }
    unfold skip. destruct (Nat.ltb_spec (S i) p) as [H|H]; destruct (Nat.ltb_spec i p) as [H'|H']; try lia.
    + rewrite positions_last, filter_append. rewrite keep by lia. simpl.
      rewrite (proj2 (Nat.ltb_lt (S i) p)) by exact H. reflexivity.
    + assert (p = S i) by lia. subst p. rewrite !positions_last, !filter_append.
      rewrite (keep (S (S i))) by lia. simpl. rewrite Nat.eqb_refl, Nat.ltb_irrefl, app_nil_r. reflexivity.
    + rewrite (positions_last (S i)), filter_append. rewrite (keep (S (S i))) by lia. simpl.
      rewrite (proj2 (Nat.ltb_ge (S i) p)) by exact H. reflexivity.
Qed.

Lemma output_map : forall (s v : nat -> R) (r : nat -> nat) L,
  output s (map r L) v = output (fun j => s (r j)) L (fun j => v (r j)).
Proof.
  intros s v r L. unfold output, weight. rewrite !sum_map. reflexivity.
Qed.

Lemma sum_without : forall p L f, f p = 0 -> sum L f = sum (without p L) f.
Proof.
  intros p L f H. unfold without. induction L as [|l L IH]; simpl; [reflexivity|]. rewrite IH.
  destruct (Nat.eqb_spec l p) as [E|E]; simpl; [subst l; rewrite H; ring|reflexivity].
Qed.

(** Masking key p gives the weights and outputs of the sequence from which token p was deleted: for any scores, values
    and factors of a row (any other mask, or a bias), where the divisor is not 0; and for dot-product attention at every
    other token, without a mask and under the causal one. *)
Theorem masked_key_is_deleted_key :
  forall (n p : nat), (1 <= p <= n)%nat ->
    (forall (s m : nat -> R),
       let masked := fun j => if Nat.eqb j p then 0 else m j in
       sum (positions n) (fun l => exp (s l) * masked l) <> 0 ->
       sum (positions (n - 1)) (fun l => exp (s (skip p l)) * m (skip p l)) <> 0 /\
       (forall j, factor_weight n s masked (skip p j) =
                  factor_weight (n - 1) (fun l => s (skip p l)) (fun l => m (skip p l)) j) /\
       factor_weight n s masked p = 0 /\
       (forall v, factor_output n s masked v =
                  factor_output (n - 1) (fun l => s (skip p l)) (fun l => m (skip p l)) (fun l => v (skip p l))))
    /\
    (forall (d dk : nat) (c : R) (WQ WK WV X : Mat) (i g : nat),
       attention d dk c WQ WK WV (fun r => without p (full n r)) X (skip p i) g =
       attention d dk c WQ WK WV (full (n - 1)) (delete_token p X) i g)
    /\
    (forall (d dk : nat) (c : R) (WQ WK WV X : Mat) (i g : nat),
       attention d dk c WQ WK WV (fun r => without p (causal r)) X (skip p i) g =
       attention d dk c WQ WK WV causal (delete_token p X) i g).
Proof.
  intros n p Hp.
  assert (whole : without p (positions n) = map (skip p) (positions (n - 1))).
  { rewrite <- positions_without by lia. unfold skip.
    destruct (Nat.ltb_spec (n - 1) p) as [H|H].
    - replace n with (S (n - 1)) at 1 by lia. rewrite positions_last. unfold without at 1. rewrite filter_append.
      replace (S (n - 1)) with p by lia. simpl. rewrite Nat.eqb_refl, app_nil_r. reflexivity.
    - replace (S (n - 1)) with n by lia. reflexivity. }
  split; [|split].
  - intros s m masked Hz.
    assert (kept : forall j, masked (skip p j) = m (skip p j)).
    { intros j. unfold masked. destruct (Nat.eqb_spec (skip p j) p) as [E|_]; [|reflexivity].
      unfold skip in E. destruct (Nat.ltb_spec j p); lia. }
    assert (gone : masked p = 0) by (unfold masked; rewrite Nat.eqb_refl; reflexivity).
    assert (divisor : sum (positions n) (fun l => exp (s l) * masked l) =
                      sum (positions (n - 1)) (fun l => exp (s (skip p l)) * m (skip p l))).
    { rewrite (sum_without p) by (rewrite gone; ring). rewrite whole, sum_map.
      apply sum_ext. intros l _. rewrite kept. reflexivity. }
    assert (weights : forall j, factor_weight n s masked (skip p j) =
                                factor_weight (n - 1) (fun l => s (skip p l)) (fun l => m (skip p l)) j).
    { intros j. unfold factor_weight. rewrite divisor, kept. reflexivity. }
    assert (none : factor_weight n s masked p = 0).
    { unfold factor_weight. rewrite gone. unfold Rdiv. ring. }
    rewrite divisor in Hz. split; [exact Hz|]. split; [exact weights|]. split; [exact none|].
    intros v. unfold factor_output. rewrite (sum_without p) by (rewrite none; ring). rewrite whole, sum_map.
    apply sum_ext. intros j _. rewrite weights. reflexivity.
  - intros d dk c WQ WK WV X i g. unfold attention, full. rewrite whole. apply output_map.
  - intros d dk c WQ WK WV X i g. unfold attention, causal. rewrite positions_without by lia. apply output_map.
Qed.
