(** * Lemma 1 repaired: exactly when a translation of all tokens is not felt

    For a fixed translation t and fixed weights, all tokens X, n >= 2 positions, under the causal mask and
    without a mask, with A = W_Q W_K^T:
    - the weights stay for every X iff t A = 0;
    - the outputs move by exactly t W_V for every X iff t A = 0 or W_V = 0;
    - the outputs stay for every X iff t W_V = 0 and (t A = 0 or W_V = 0).
    A row with one allowed position always moves by t W_V.

    The only-if directions build X: x_1 = y, all other tokens 0.  Row 2 then has equal weights before the
    translation and the extra c (t A).y in the score of position 1 after it.  If t A <> 0, y = t A moves the
    weights; and if w, a column of W_V, is not 0 either, then y = t A or y = t A + w has both (t A).y <> 0
    and y.w <> 0 (two proper subspaces do not cover the space). *)

From Coq Require Import Reals List Arith Lra Lia.
From SelfAttention Require Import Attention Scores Translation.
Import ListNotations.
Open Scope R_scope.

(** ** If: the shift of a row is one constant *)

Lemma score_shift_if_kernel : forall d dk c WQ WK X t i j,
  (forall e, (1 <= e <= d)%nat -> tA dk d WQ WK t e = 0) ->
  score d dk c WQ WK (translated X t) i j =
  score d dk c WQ WK X i j
  + (c * dot dk (project d (X i) WQ) (project d t WK) + c * dot dk (project d t WQ) (project d t WK)).
Proof.
  intros d dk c WQ WK X t i j H.
  rewrite translated_score_expands, (query_key_is_tA d dk WQ WK t (X j)), (dot_zero_l d _ (X j) H). ring.
Qed.

Lemma alpha_unchanged_if_kernel : forall d dk c WQ WK S X t i j,
  (forall e, (1 <= e <= d)%nat -> tA dk d WQ WK t e = 0) -> In j (S i) ->
  alpha d dk c WQ WK S (translated X t) i j = alpha d dk c WQ WK S X i j.
Proof.
  intros d dk c WQ WK S X t i j H Hj. unfold alpha.
  apply (weight_common_shift (score d dk c WQ WK X i) _ (S i)
    (c * dot dk (project d (X i) WQ) (project d t WK) + c * dot dk (project d t WQ) (project d t WK)));
  [|exact Hj].
  intros l _. apply score_shift_if_kernel. exact H.
Qed.

(** An output whose weights stay moves by t W_V. *)
Lemma attention_moves_if_alpha_unchanged : forall d dk c WQ WK WV S X t i g,
  S i <> [] ->
  (forall j, In j (S i) -> alpha d dk c WQ WK S (translated X t) i j = alpha d dk c WQ WK S X i j) ->
  attention d dk c WQ WK WV S (translated X t) i g =
  attention d dk c WQ WK WV S X i g + project d t WV g.
Proof.
  intros d dk c WQ WK WV S X t i g N H. unfold attention.
  rewrite <- (weighted_sum_equivariant (score d dk c WQ WK X i) (S i)
    (fun j => project d (X j) WV) (project d t WV) g N).
  unfold output. apply sum_ext. intros j Hj. unfold alpha in H. rewrite (H j Hj).
  unfold translated. rewrite project_translate. reflexivity.
Qed.

Lemma project_zero_weights : forall d dv x WV g,
  (forall e b, (1 <= e <= d)%nat -> (1 <= b <= dv)%nat -> WV e b = 0) -> (1 <= g <= dv)%nat ->
  project d x WV g = 0.
Proof.
  intros d dv x WV g H Hg. rewrite project_is_dot. apply dot_zero_r. intros e He. apply H; assumption.
Qed.

Lemma attention_moves_if : forall d dk dv c WQ WK WV S X t i g,
  S i <> [] -> (1 <= g <= dv)%nat ->
  (forall e, (1 <= e <= d)%nat -> tA dk d WQ WK t e = 0) \/
  (forall e b, (1 <= e <= d)%nat -> (1 <= b <= dv)%nat -> WV e b = 0) ->
  attention d dk c WQ WK WV S (translated X t) i g =
  attention d dk c WQ WK WV S X i g + project d t WV g.
Proof.
  intros d dk dv c WQ WK WV S X t i g N Hg [H|H].
  - apply attention_moves_if_alpha_unchanged; [exact N|].
    intros j Hj. apply alpha_unchanged_if_kernel; assumption.
  - rewrite !attention_zero_values; try (intros; apply (project_zero_weights d dv); assumption).
    rewrite (project_zero_weights d dv t WV g H Hg). ring.
Qed.

(** ** Only if: the witness x_1 = y, all other tokens 0 *)

(** y at position 1, 0 elsewhere. *)
Definition first_token_only (y : Vec) : Mat := fun l => if (l =? 1)%nat then y else (fun _ => 0).

Lemma first_token_only_first : forall y, first_token_only y 1%nat = y.
Proof. reflexivity. Qed.

Lemma first_token_only_rest : forall y l e, l <> 1%nat -> first_token_only y l e = 0.
Proof. intros y l e H. unfold first_token_only. destruct (Nat.eqb_spec l 1); [contradiction | reflexivity]. Qed.

Lemma project_first_token_only_rest : forall d y W l b, l <> 1%nat -> project d (first_token_only y l) W b = 0.
Proof.
  intros d y W l b H. rewrite project_is_dot. apply dot_zero_l.
  intros e _. apply first_token_only_rest. exact H.
Qed.

Lemma sum_squares_zero : forall L u, sum L (fun e => u e * u e) = 0 -> forall e, In e L -> u e = 0.
Proof.
  induction L as [|l L IH]; intros u H e He; [destruct He|].
  cbn [sum] in H.
  assert (P : 0 <= sum L (fun a => u a * u a)) by (apply sum_nonneg; intros; apply Rle_0_sqr).
  assert (Q : 0 <= u l * u l) by apply Rle_0_sqr.
  destruct He as [<-|He]; [apply Rsqr_0_uniq; unfold Rsqr; lra | apply IH; [lra | exact He]].
Qed.

Lemma dot_self_zero : forall d u, dot d u u = 0 -> forall e, (1 <= e <= d)%nat -> u e = 0.
Proof. intros d u H e He. apply (sum_squares_zero (positions d) u H). apply positions_in. exact He. Qed.

(** If row 2 keeps two weights at y = t A, then t A = 0. *)
Lemma kernel_if_alpha_unchanged : forall d dk c WQ WK S t, 0 < c ->
  In 1%nat (S 2%nat) -> In 2%nat (S 2%nat) ->
  (forall j, In j (S 2%nat) ->
     alpha d dk c WQ WK S (translated (first_token_only (tA dk d WQ WK t)) t) 2 j =
     alpha d dk c WQ WK S (first_token_only (tA dk d WQ WK t)) 2 j) ->
  forall e, (1 <= e <= d)%nat -> tA dk d WQ WK t e = 0.
Proof.
  intros d dk c WQ WK S t Hc H1 H2 H. apply dot_self_zero.
  assert (F := equal_weights_shift _ _ (S 2%nat) 1%nat 2%nat H1 H2 (H 1%nat H1) (H 2%nat H2)).
  assert (E := translation_shift_within_row d dk c WQ WK (first_token_only (tA dk d WQ WK t)) t 2 1 2).
  rewrite dot_minus_r, first_token_only_first in E.
  rewrite (dot_zero_r d _ (first_token_only _ 2%nat)) in E by (intros; apply first_token_only_rest; lia).
  apply (Rmult_eq_reg_l c); [lra | apply Rgt_not_eq; exact Hc].
Qed.

(** Row 2 allows position 1 once and some other position: S(2) is 1 followed by others. *)
Lemma attention_first_token_only : forall d dk c WQ WK WV S y rest g,
  S 2%nat = (1 :: rest)%nat -> (forall l, In l rest -> l <> 1%nat) ->
  attention d dk c WQ WK WV S (first_token_only y) 2 g =
  alpha d dk c WQ WK S (first_token_only y) 2 1 * project d y WV g.
Proof.
  intros d dk c WQ WK WV S y rest g E H. unfold attention, output, alpha. rewrite E. cbn [sum].
  rewrite (sum_ext rest _ (fun _ => 0)), sum_zero, first_token_only_first; [ring|].
  intros l Hl. rewrite project_first_token_only_rest by (apply H; exact Hl). ring.
Qed.

Lemma attention_first_token_only_translated : forall d dk c WQ WK WV S y t rest g,
  S 2%nat = (1 :: rest)%nat -> (forall l, In l rest -> l <> 1%nat) ->
  attention d dk c WQ WK WV S (translated (first_token_only y) t) 2 g =
  alpha d dk c WQ WK S (translated (first_token_only y) t) 2 1 * project d y WV g + project d t WV g.
Proof.
  intros d dk c WQ WK WV S y t rest g E H. unfold attention.
  rewrite (output_ext _ (score d dk c WQ WK (translated (first_token_only y) t) 2) (S 2%nat) _
    (fun j => translate (project d (first_token_only y j) WV) (project d t WV) g)).
  - rewrite weighted_sum_equivariant by (rewrite E; discriminate).
    f_equal. unfold output, alpha. rewrite E. cbn [sum].
    rewrite (sum_ext rest _ (fun _ => 0)), sum_zero, first_token_only_first; [ring|].
    intros l Hl. rewrite project_first_token_only_rest by (apply H; exact Hl). ring.
  - reflexivity.
  - intros l _. apply project_translate.
Qed.

(** If all scores but the first move by one number and the first weight stays, then the first score moves by
    that number too. *)
Lemma first_weight_unchanged : forall s s' rest, rest <> [] ->
  (forall l, In l rest -> s' l - s l = s' (hd 0%nat rest) - s (hd 0%nat rest)) ->
  weight s' (1 :: rest)%nat 1 = weight s (1 :: rest)%nat 1 ->
  s' 1%nat - s 1%nat = s' (hd 0%nat rest) - s (hd 0%nat rest).
Proof.
  intros s s' rest N H E. set (k := s' (hd 0%nat rest) - s (hd 0%nat rest)) in *.
  assert (P := sum_exp_pos rest s N). assert (P1 := exp_pos (s 1%nat)). assert (P1' := exp_pos (s' 1%nat)).
  unfold weight in E. cbn [sum] in E.
  rewrite (sum_ext rest (fun l => exp (s' l)) (fun l => exp (s l) * exp k)), sum_scale_r in E.
  2: { intros l Hl. rewrite <- exp_plus, <- (H l Hl). f_equal. ring. }
  set (D := sum rest (fun l => exp (s l))) in *. assert (Pk := exp_pos k).
  assert (Q : 0 < D * exp k) by (apply Rmult_lt_0_compat; assumption).
  assert (C : exp (s' 1%nat) * (exp (s 1%nat) + D) = exp (s 1%nat) * (exp (s' 1%nat) + D * exp k)).
  { replace (exp (s' 1%nat))
      with (exp (s' 1%nat) / (exp (s' 1%nat) + D * exp k) * (exp (s' 1%nat) + D * exp k)) at 1 by (field; lra).
    rewrite E. field. lra. }
  assert (F : exp (s' 1%nat) = exp (s 1%nat + k)).
  { rewrite exp_plus. apply (Rmult_eq_reg_r D); [lra | apply Rgt_not_eq; exact P]. }
  apply exp_inv in F. lra.
Qed.

(** If row 2 moves by (t W_V)_g at y, then (t A).y = 0 or (y W_V)_g = 0. *)
Lemma kernel_or_value_zero : forall d dk c WQ WK WV S t y rest g, 0 < c ->
  S 2%nat = (1 :: rest)%nat -> rest <> [] -> (forall l, In l rest -> l <> 1%nat) ->
  attention d dk c WQ WK WV S (translated (first_token_only y) t) 2 g =
  attention d dk c WQ WK WV S (first_token_only y) 2 g + project d t WV g ->
  dot d (tA dk d WQ WK t) y = 0 \/ project d y WV g = 0.
Proof.
  intros d dk c WQ WK WV S t y rest g Hc E N H Eq.
  rewrite (attention_first_token_only d dk c WQ WK WV S y rest g E H) in Eq.
  rewrite (attention_first_token_only_translated d dk c WQ WK WV S y t rest g E H) in Eq.
  destruct (Req_EM_T (project d y WV g) 0) as [Z|Z]; [right; exact Z | left].
  assert (W : alpha d dk c WQ WK S (translated (first_token_only y) t) 2 1 =
              alpha d dk c WQ WK S (first_token_only y) 2 1) by (apply (Rmult_eq_reg_r (project d y WV g)); lra).
  unfold alpha in W. rewrite E in W.
  assert (V : forall l, In l rest -> dot d (tA dk d WQ WK t) (first_token_only y l) = 0).
  { intros l Hl. apply dot_zero_r. intros e _. apply first_token_only_rest. apply H. exact Hl. }
  assert (Hd : In (hd 0%nat rest) rest) by (destruct rest; [congruence | left; reflexivity]).
  apply first_weight_unchanged in W; [| exact N |].
  - assert (B := translation_shift_within_row d dk c WQ WK (first_token_only y) t 2 1 (hd 0%nat rest)).
    rewrite dot_minus_r, first_token_only_first, (V _ Hd) in B.
    apply (Rmult_eq_reg_l c); [lra | apply Rgt_not_eq; exact Hc].
  - intros l Hl.
    assert (B := translation_shift_within_row d dk c WQ WK (first_token_only y) t 2 l (hd 0%nat rest)).
    rewrite dot_minus_r, (V _ Hl), (V _ Hd) in B. lra.
Qed.

(** If it does so at y = u and at y = u + w, where u = t A and w is column g of W_V, then u = 0 or w = 0. *)
Lemma two_subspaces : forall d (u w : Vec),
  (forall y, y = u \/ y = translate u w -> dot d u y = 0 \/ dot d y w = 0) ->
  dot d u u = 0 \/ dot d w w = 0.
Proof.
  intros d u w H.
  destruct (H u (or_introl eq_refl)) as [E|E]; [left; exact E|].
  destruct (H (translate u w) (or_intror eq_refl)) as [F|F].
  - left. rewrite dot_translate_r in F. lra.
  - right. rewrite dot_translate_l in F. lra.
Qed.

Lemma kernel_or_values_zero : forall d dk dv c WQ WK WV S t rest, 0 < c ->
  S 2%nat = (1 :: rest)%nat -> rest <> [] -> (forall l, In l rest -> l <> 1%nat) ->
  (forall X g, (1 <= g <= dv)%nat ->
     attention d dk c WQ WK WV S (translated X t) 2 g =
     attention d dk c WQ WK WV S X 2 g + project d t WV g) ->
  (forall e, (1 <= e <= d)%nat -> tA dk d WQ WK t e = 0) \/
  (forall e g, (1 <= e <= d)%nat -> (1 <= g <= dv)%nat -> WV e g = 0).
Proof.
  intros d dk dv c WQ WK WV S t rest Hc E N H Eq.
  destruct (Req_EM_T (dot d (tA dk d WQ WK t) (tA dk d WQ WK t)) 0) as [Z|Z];
  [left; apply dot_self_zero; exact Z | right].
  intros e g He Hg. apply (dot_self_zero d (fun a => WV a g)); [|exact He].
  destruct (two_subspaces d (tA dk d WQ WK t) (fun a => WV a g)) as [F|F]; [|contradiction | exact F].
  intros y _. rewrite <- project_is_dot.
  apply (kernel_or_value_zero d dk c WQ WK WV S t y rest g Hc E N H). apply Eq. exact Hg.
Qed.

(** ** The two masks *)

Lemma full_is_one_and_rest : forall n i, (2 <= n)%nat ->
  full n i = (1 :: seq 2 (n - 1))%nat /\ seq 2 (n - 1) <> [] /\ (forall l, In l (seq 2 (n - 1)) -> l <> 1%nat).
Proof.
  intros [|[|n]] i H; [lia | lia |]. repeat split; [discriminate|].
  intros l Hl. apply in_seq in Hl. lia.
Qed.

(** ** The repairs *)

(** With one token (n = 1, or row 1 under the causal mask) the weight is 1 and the output moves by t W_V. *)
Theorem single_token_output_moves_by_shift :
  forall (d dk : nat) (c : R) (WQ WK WV X : Mat) (t : Vec) (g : nat),
  (alpha d dk c WQ WK causal X 1 1 = 1 /\
   attention d dk c WQ WK WV causal (translated X t) 1 g =
   attention d dk c WQ WK WV causal X 1 g + project d t WV g) /\
  (alpha d dk c WQ WK (full 1) X 1 1 = 1 /\
   attention d dk c WQ WK WV (full 1) (translated X t) 1 g =
   attention d dk c WQ WK WV (full 1) X 1 g + project d t WV g).
Proof.
  intros d dk c WQ WK WV X t g.
  assert (G : forall S, S 1%nat = [1%nat] ->
    alpha d dk c WQ WK S X 1 1 = 1 /\
    attention d dk c WQ WK WV S (translated X t) 1 g =
    attention d dk c WQ WK WV S X 1 g + project d t WV g).
  { intros S E. split; [unfold alpha; rewrite E; apply weight_single|].
    apply attention_moves_if_alpha_unchanged; [rewrite E; discriminate|].
    intros j Hj. rewrite E in Hj. destruct Hj as [<-|[]]. unfold alpha. rewrite E, !weight_single. reflexivity. }
  split; apply G; reflexivity.
Qed.

(** For fixed t, W_Q, W_K and n >= 2, the weights of all rows stay as they are for every X iff
    t W_Q W_K^T = 0: under the causal mask, and without a mask. *)
Theorem weights_unchanged_iff_shift_in_kernel :
  forall (n d dk : nat) (c : R) (WQ WK : Mat) (t : Vec), (2 <= n)%nat -> 0 < c ->
  ((forall (X : Mat) (i j : nat), (1 <= i <= n)%nat -> (1 <= j <= i)%nat ->
      alpha d dk c WQ WK causal (translated X t) i j = alpha d dk c WQ WK causal X i j) <->
   (forall e, (1 <= e <= d)%nat -> tA dk d WQ WK t e = 0)) /\
  ((forall (X : Mat) (i j : nat), (1 <= i <= n)%nat -> (1 <= j <= n)%nat ->
      alpha d dk c WQ WK (full n) (translated X t) i j = alpha d dk c WQ WK (full n) X i j) <->
   (forall e, (1 <= e <= d)%nat -> tA dk d WQ WK t e = 0)).
Proof.
  intros n d dk c WQ WK t Hn Hc. split; split.
  - intros H. apply (kernel_if_alpha_unchanged d dk c WQ WK causal t Hc);
    try (apply positions_in; lia).
    intros j Hj. apply positions_in in Hj. apply H; lia.
  - intros H X i j Hi Hj. apply alpha_unchanged_if_kernel; [exact H | apply positions_in; exact Hj].
  - intros H. apply (kernel_if_alpha_unchanged d dk c WQ WK (full n) t Hc);
    try (apply positions_in; lia).
    intros j Hj. apply positions_in in Hj. apply H; lia.
  - intros H X i j Hi Hj. apply alpha_unchanged_if_kernel; [exact H | apply positions_in; exact Hj].
Qed.

(** For fixed t, weights and n >= 2, the outputs of all rows move by exactly t W_V for every X iff
    t W_Q W_K^T = 0 or W_V = 0: under the causal mask, and without a mask. *)
Theorem outputs_equivariant_iff_shift_in_kernel :
  forall (n d dk dv : nat) (c : R) (WQ WK WV : Mat) (t : Vec), (2 <= n)%nat -> 0 < c ->
  ((forall (X : Mat) (i g : nat), (1 <= i <= n)%nat -> (1 <= g <= dv)%nat ->
      attention d dk c WQ WK WV causal (translated X t) i g =
      attention d dk c WQ WK WV causal X i g + project d t WV g) <->
   (forall e, (1 <= e <= d)%nat -> tA dk d WQ WK t e = 0) \/
   (forall e g, (1 <= e <= d)%nat -> (1 <= g <= dv)%nat -> WV e g = 0)) /\
  ((forall (X : Mat) (i g : nat), (1 <= i <= n)%nat -> (1 <= g <= dv)%nat ->
      attention d dk c WQ WK WV (full n) (translated X t) i g =
      attention d dk c WQ WK WV (full n) X i g + project d t WV g) <->
   (forall e, (1 <= e <= d)%nat -> tA dk d WQ WK t e = 0) \/
   (forall e g, (1 <= e <= d)%nat -> (1 <= g <= dv)%nat -> WV e g = 0)).
Proof.
  intros n d dk dv c WQ WK WV t Hn Hc.
  destruct (full_is_one_and_rest n 2 Hn) as [E [N R]]. split; split.
  - intros H. apply (kernel_or_values_zero d dk dv c WQ WK WV causal t [2%nat] Hc);
    [reflexivity | discriminate | intros l [<-|[]]; discriminate |].
    intros X g Hg. apply H; [lia | exact Hg].
  - intros H X i g Hi Hg. apply (attention_moves_if d dk dv); try assumption.
    apply positions_cons_nonempty. lia.
  - intros H. apply (kernel_or_values_zero d dk dv c WQ WK WV (full n) t _ Hc E N R).
    intros X g Hg. apply H; [lia | exact Hg].
  - intros H X i g Hi Hg. apply (attention_moves_if d dk dv); try assumption.
    apply positions_cons_nonempty. lia.
Qed.

(** At X = 0 the outputs are 0, and t W_V after the translation. *)
Lemma attention_of_translated_zero : forall d dk c WQ WK WV S t i g, S i <> [] ->
  attention d dk c WQ WK WV S (fun _ _ => 0) i g = 0 /\
  attention d dk c WQ WK WV S (translated (fun _ _ => 0) t) i g = project d t WV g.
Proof.
  intros d dk c WQ WK WV S t i g N.
  assert (Z : project d (fun _ => 0) WV g = 0) by (apply dot_zero_l; reflexivity).
  split; [apply attention_zero_values; intros; exact Z|]. unfold attention.
  rewrite (output_ext _ (score d dk c WQ WK (translated (fun _ _ => 0) t) i) (S i) _
    (fun j => translate (fun _ => 0) (project d t WV) g)).
  - rewrite (weighted_sum_equivariant _ (S i) (fun _ _ => 0) _ g N).
    unfold output. rewrite sum_scale_r. ring.
  - reflexivity.
  - intros l _. unfold translated. rewrite project_translate, Z. reflexivity.
Qed.

Lemma outputs_unchanged_splits : forall n d dk dv c WQ WK WV S t,
  (1 <= n)%nat -> (forall i, (1 <= i <= n)%nat -> S i <> []) ->
  ((forall (X : Mat) (i g : nat), (1 <= i <= n)%nat -> (1 <= g <= dv)%nat ->
      attention d dk c WQ WK WV S (translated X t) i g = attention d dk c WQ WK WV S X i g) <->
   (forall g, (1 <= g <= dv)%nat -> project d t WV g = 0) /\
   (forall (X : Mat) (i g : nat), (1 <= i <= n)%nat -> (1 <= g <= dv)%nat ->
      attention d dk c WQ WK WV S (translated X t) i g =
      attention d dk c WQ WK WV S X i g + project d t WV g)).
Proof.
  intros n d dk dv c WQ WK WV S t Hn N. split.
  - intros H.
    assert (Z : forall g, (1 <= g <= dv)%nat -> project d t WV g = 0).
    { intros g Hg. assert (E := H (fun _ _ => 0) 1%nat g ltac:(lia) Hg).
      destruct (attention_of_translated_zero d dk c WQ WK WV S t 1 g (N 1%nat ltac:(lia))) as [A B]. lra. }
    split; [exact Z|]. intros X i g Hi Hg. rewrite (H X i g Hi Hg), (Z g Hg). ring.
  - intros [Z H] X i g Hi Hg. rewrite (H X i g Hi Hg), (Z g Hg). ring.
Qed.

(** For fixed t, weights and n >= 2, all outputs stay for every X iff t W_V = 0 and
    (t W_Q W_K^T = 0 or W_V = 0): under the causal mask, and without a mask. *)
Theorem outputs_unchanged_iff_shift_in_kernels :
  forall (n d dk dv : nat) (c : R) (WQ WK WV : Mat) (t : Vec), (2 <= n)%nat -> 0 < c ->
  ((forall (X : Mat) (i g : nat), (1 <= i <= n)%nat -> (1 <= g <= dv)%nat ->
      attention d dk c WQ WK WV causal (translated X t) i g = attention d dk c WQ WK WV causal X i g) <->
   (forall g, (1 <= g <= dv)%nat -> project d t WV g = 0) /\
   ((forall e, (1 <= e <= d)%nat -> tA dk d WQ WK t e = 0) \/
    (forall e g, (1 <= e <= d)%nat -> (1 <= g <= dv)%nat -> WV e g = 0))) /\
  ((forall (X : Mat) (i g : nat), (1 <= i <= n)%nat -> (1 <= g <= dv)%nat ->
      attention d dk c WQ WK WV (full n) (translated X t) i g =
      attention d dk c WQ WK WV (full n) X i g) <->
   (forall g, (1 <= g <= dv)%nat -> project d t WV g = 0) /\
   ((forall e, (1 <= e <= d)%nat -> tA dk d WQ WK t e = 0) \/
    (forall e g, (1 <= e <= d)%nat -> (1 <= g <= dv)%nat -> WV e g = 0))).
Proof.
  intros n d dk dv c WQ WK WV t Hn Hc.
  destruct (outputs_equivariant_iff_shift_in_kernel n d dk dv c WQ WK WV t Hn Hc) as [C F].
  rewrite <- C at 1. rewrite <- F. split; apply outputs_unchanged_splits; try lia;
  intros i Hi; apply positions_cons_nonempty; lia.
Qed.
