(** * Dependence: which tokens an output reacts to, and what it is computed from

    Corollary 1.1 without the mask: every weight is positive and every token enters the sum; not for all
    parameters, but at W_Q = 0 (hence generically) every output reacts to every entry of every token, with
    derivative W_V / n.  Under the mask the first output is the first value, not the first token.  Outputs read
    the inputs alone, so rows may be computed in any order, while a recurrent state nests n evaluations.

    References: [vaswani2017], [jurafsky2024]; that a non-zero analytic function vanishes on a null set only,
    which turns the point W_Q = 0 into almost all parameters, is cited [mityagin2020] and not proved here. *)

From Coq Require Import Reals List Arith Lra Lia.
From SelfAttention Require Import Attention Causality.
Import ListNotations.
Open Scope R_scope.

(** ** Definitions *)

(** The matrix with all entries k. *)
Definition constant_matrix (k : R) : Mat := fun _ _ => k.

(** A table of rows in which row i has been set. *)
Definition set_row (table : Mat) (i : nat) (row : Vec) : Mat :=
  fun r => if Nat.eq_dec r i then row else table r.

(** A table whose rows are set one after the other, in a given order, to row(i). *)
Fixpoint fill_rows (row : nat -> Vec) (order : list nat) (table : Mat) : Mat :=
  match order with
  | [] => table
  | i :: rest => fill_rows row rest (set_row table i (row i))
  end.

(** h_0 = start, h_r = f(h_{r-1}, x_r). *)
Fixpoint recurrent {H T : Type} (f : H -> T -> H) (start : H) (x : nat -> T) (r : nat) : H :=
  match r with
  | O => start
  | S before => f (recurrent f start x before) (x r)
  end.

(** Expressions built from the start and the inputs x_r by evaluations of f. *)
Inductive Expression : Type :=
  | Start : Expression
  | Evaluate (h : Expression) (r : nat) : Expression.

(** The value of an expression: Evaluate h r stands for f(h, x_r). *)
Fixpoint value_of {H T : Type} (f : H -> T -> H) (start : H) (x : nat -> T) (h : Expression) : H :=
  match h with
  | Start => start
  | Evaluate h' r => f (value_of f start x h') (x r)
  end.

(** How many evaluations of f are nested in an expression. *)
Fixpoint depth (h : Expression) : nat :=
  match h with
  | Start => O
  | Evaluate h' _ => S (depth h')
  end.

(** h_r unfolded down to the start and the inputs. *)
Fixpoint unfolded (r : nat) : Expression :=
  match r with
  | O => Start
  | S before => Evaluate (unfolded before) r
  end.

(** ** Auxiliary facts *)

Lemma project_zero : forall d x b, project d x (constant_matrix 0) b = 0.
Proof.
  intros d x b. unfold project. apply sum_vanishes. intros e _. unfold constant_matrix. ring.
Qed.

(** The projection of token j as the entry (m, e) becomes t. *)
Lemma project_set_entry : forall d X W m e t j g, (1 <= e <= d)%nat ->
  project d (set_entry X m e t j) W g =
  project d (X j) W g + (if Nat.eq_dec j m then (t - X m e) * W e g else 0).
Proof.
  intros d X W m e t j g He. destruct (Nat.eq_dec j m) as [E|E].
  - subst j. unfold project.
    rewrite <- (sum_mentions (positions d) e (fun b => X m b * W b g));
      [|apply positions_nodup | apply positions_in; exact He].
    apply sum_ext. intros b _. unfold set_entry. destruct (Nat.eq_dec m m) as [_|N]; [|contradiction].
    destruct (Nat.eq_dec b e) as [E|E]; [subst b; ring | ring].
  - rewrite set_entry_other by exact E. ring.
Qed.

(** With W_Q = 0 every score is 0, every weight 1/n, and an output the mean of the values. *)
Lemma attention_zero_query : forall n d dk c WK WV X i g, (1 <= n)%nat ->
  attention d dk c (constant_matrix 0) WK WV (full n) X i g =
  / INR n * sum (positions n) (fun j => project d (X j) WV g).
Proof.
  intros n d dk c WK WV X i g Hn. unfold attention, output, full.
  rewrite <- sum_scale. apply sum_ext. intros j _. f_equal. unfold weight, score.
  rewrite (sum_ext (positions n) _ (fun _ => 1)).
  - rewrite dot_zero_l by (intros; apply project_zero). rewrite Rmult_0_r, exp_0.
    rewrite sum_const, positions_length. unfold Rdiv. rewrite !Rmult_1_r, Rmult_1_l. reflexivity.
  - intros l _. rewrite dot_zero_l by (intros; apply project_zero). rewrite Rmult_0_r. apply exp_0.
Qed.

(** ** Corollary 1.1 *)

(** Without the mask all weights are positive and every output sums over all tokens. *)
Theorem corollary_1_1_membership :
  forall (n d dk : nat) (c : R) (WQ WK WV X : Mat) (i : nat),
    (1 <= i <= n)%nat ->
    (forall j, (1 <= j <= n)%nat -> 0 < alpha d dk c WQ WK (full n) X i j)
    /\
    (forall g, attention d dk c WQ WK WV (full n) X i g =
               sum (positions n) (fun j => alpha d dk c WQ WK (full n) X i j * project d (X j) WV g)).
Proof.
  intros n d dk c WQ WK WV X i Hi. split.
  - intros j _. apply weight_positive. apply positions_cons_nonempty. lia.
  - intros g. reflexivity.
Qed.

(** For all sizes and positions there are parameters for which output i reacts to token m: at W_Q = 0 the
    derivative of a_ig by x_me is W_V_eg / n, for every W_V; and with all entries of W_V equal to 1 it is
    positive. *)
Theorem corollary_1_1_dependence_generic :
  forall (n d dk : nat) (c : R) (WK X : Mat) (i m e g : nat),
    (1 <= i <= n)%nat -> (1 <= m <= n)%nat -> (1 <= e <= d)%nat ->
    (forall WV : Mat,
       partial (fun X' => attention d dk c (constant_matrix 0) WK WV (full n) X' i g) X m e (WV e g / INR n))
    /\
    (exists D, 0 < D /\
       partial (fun X' => attention d dk c (constant_matrix 0) WK (constant_matrix 1) (full n) X' i g) X m e D).
Proof.
  intros n d dk c WK X i m e g Hi Hm He.
  assert (Hn : 0 < INR n) by (apply lt_0_INR; lia).
  assert (G : forall WV : Mat,
    partial (fun X' => attention d dk c (constant_matrix 0) WK WV (full n) X' i g) X m e (WV e g / INR n)).
  { intros WV. unfold partial. apply derivable_affine. intros t.
    rewrite !attention_zero_query by lia.
    assert (S : forall u, sum (positions n) (fun j => project d (set_entry X m e u j) WV g) =
                          sum (positions n) (fun j => project d (X j) WV g) + (u - X m e) * WV e g).
    { intros u. rewrite <- (sum_mentions (positions n) m);
        [|apply positions_nodup | apply positions_in; exact Hm].
      apply sum_ext. intros j _. apply project_set_entry. exact He. }
    rewrite !S. field. lra. }
  split; [exact G|].
  exists (/ INR n). split; [apply Rinv_0_lt_compat; exact Hn|].
  replace (/ INR n) with (constant_matrix 1 e g / INR n) by (unfold constant_matrix; field; lra).
  apply G.
Qed.

(** Without the mask every output has a non-zero derivative by some entry of every token, whatever the weights:
    refuted (W_V = 0). *)
Theorem corollary_1_1_dependence_always_refuted :
  ~ (forall (n d dk dv : nat) (c : R) (WQ WK WV X : Mat) (i m : nat),
       (2 <= n)%nat -> (1 <= d)%nat -> (1 <= dk)%nat -> (1 <= dv)%nat -> 0 < c ->
       (1 <= i <= n)%nat -> (1 <= m <= n)%nat ->
       exists (e g : nat) (D : R), (1 <= e <= d)%nat /\ (1 <= g <= dv)%nat /\ D <> 0 /\
         partial (fun X' => attention d dk c WQ WK WV (full n) X' i g) X m e D).
Proof.
  intros always.
  destruct (always 2%nat 1%nat 1%nat 1%nat 1 (constant_matrix 0) (constant_matrix 0) (constant_matrix 0)
              (constant_matrix 0) 1%nat 1%nat) as [e [g [D [_ [_ [nonzero derivative]]]]]];
    try lia; try lra.
  apply nonzero. unfold partial in derivative.
  apply (uniqueness_limite _ _ _ _ derivative). apply derivable_affine. intros t.
  rewrite !attention_zero_values by (intros; apply project_zero). ring.
Qed.

(** ** The first output *)

(** Under the causal mask a_1 = v_1 = x_1 W_V. *)
Theorem first_output_is_first_value :
  forall (d dk : nat) (c : R) (WQ WK WV X : Mat) (g : nat),
    attention d dk c WQ WK WV causal X 1 g = project d (X 1%nat) WV g.
Proof.
  intros d dk c WQ WK WV X g. unfold attention, output, weight, causal, positions. simpl.
  assert (H := exp_pos (score d dk c WQ WK X 1 1)). field. lra.
Qed.

(** Under the causal mask a_1 = x_1 (d_v = d): refuted (W_V = 0). *)
Theorem first_output_is_first_token_refuted :
  ~ (forall (n d dk : nat) (c : R) (WQ WK WV X : Mat) (e : nat),
       (1 <= n)%nat -> (1 <= d)%nat -> (1 <= dk)%nat -> 0 < c -> (1 <= e <= d)%nat ->
       attention d dk c WQ WK WV causal X 1 e = X 1%nat e).
Proof.
  intros same.
  specialize (same 1%nat 1%nat 1%nat 1 (constant_matrix 0) (constant_matrix 0) (constant_matrix 0)
                   (constant_matrix 1) 1%nat).
  rewrite attention_zero_values in same by (intros; apply project_zero). unfold constant_matrix in same.
  assert (0 = 1) by (apply same; try lia; lra). lra.
Qed.

(** ** Roles *)

(** For all sizes there are tokens and weights with q_i different from k_i: at X = 1, W_Q = 2, W_K = 1 every
    component of q_i exceeds that of k_i by d. *)
Theorem query_and_key_can_differ :
  forall (d i b : nat), (1 <= d)%nat ->
    let q := project d (constant_matrix 1 i) (constant_matrix 2) in
    let k := project d (constant_matrix 1 i) (constant_matrix 1) in
    q b - k b = INR d /\ q b <> k b.
Proof.
  intros d i b Hd q k. assert (P : 0 < INR d) by (apply lt_0_INR; lia).
  assert (E : q b - k b = INR d); [|split; [exact E | lra]].
  unfold q, k, project, constant_matrix. rewrite !sum_const, positions_length. ring.
Qed.

(** ** What outputs are computed from *)

(** No output is defined through another output: outputs are equal if tokens and weights are, in the entries
    that exist, for every allowed set of positions 1..n; and rows computed in any order, from any start, are the
    outputs. *)
Theorem outputs_read_inputs_only :
  forall (n d dk dv : nat) (c : R) (allowed : nat -> list nat) (WQ WK WV X : Mat),
    (forall i j, (1 <= i <= n)%nat -> In j (allowed i) -> (1 <= j <= n)%nat) ->
    (forall WQ' WK' WV' X' : Mat,
       (forall i e, (1 <= i <= n)%nat -> (1 <= e <= d)%nat -> X i e = X' i e) ->
       (forall e b, (1 <= e <= d)%nat -> (1 <= b <= dk)%nat -> WQ e b = WQ' e b) ->
       (forall e b, (1 <= e <= d)%nat -> (1 <= b <= dk)%nat -> WK e b = WK' e b) ->
       (forall e g, (1 <= e <= d)%nat -> (1 <= g <= dv)%nat -> WV e g = WV' e g) ->
       forall i g, (1 <= i <= n)%nat -> (1 <= g <= dv)%nat ->
         attention d dk c WQ WK WV allowed X i g = attention d dk c WQ' WK' WV' allowed X' i g)
    /\
    (forall (order : list nat) (start : Mat) (i g : nat), In i order ->
       fill_rows (attention d dk c WQ WK WV allowed X) order start i g =
       attention d dk c WQ WK WV allowed X i g).
Proof.
  intros n d dk dv c allowed WQ WK WV X within. split.
  - intros WQ' WK' WV' X' HX HQ HK HV i g Hi Hg.
    assert (P : forall W W' j b, (1 <= j <= n)%nat -> (forall e, (1 <= e <= d)%nat -> W e b = W' e b) ->
                  project d (X j) W b = project d (X' j) W' b).
    { intros W W' j b Hj HW. unfold project. apply sum_ext. intros e He. apply positions_in in He.
      rewrite (HX j e Hj He), (HW e He). reflexivity. }
    unfold attention. apply output_ext.
    + intros l Hl. unfold score. f_equal. apply dot_ext; intros b Hb; apply P; auto.
      apply (within i l Hi Hl).
    + intros l Hl. apply P; [apply (within i l Hi Hl)|]. auto.
  - clear within. set (row := attention d dk c WQ WK WV allowed X).
    assert (kept : forall order start i, start i = row i -> fill_rows row order start i = row i).
    { induction order as [|j order IH]; intros start i H; simpl; [exact H|]. apply IH.
      unfold set_row. destruct (Nat.eq_dec i j) as [E|E]; [subst j; reflexivity|exact H]. }
    assert (every : forall order start i, In i order -> fill_rows row order start i = row i).
    { induction order as [|j order IH]; intros start i Hi; simpl; [contradiction|].
      destruct (Nat.eq_dec i j) as [E|E].
      - subst j. apply kept. unfold set_row. destruct (Nat.eq_dec i i) as [_|N]; [reflexivity|contradiction].
      - apply IH. destruct Hi as [Hi|Hi]; [congruence|exact Hi]. }
    intros order start i g Hi. rewrite (every order start i Hi). reflexivity.
Qed.

(** Unfolded, h_r = f(h_{r-1}, x_r) is a chain of r nested evaluations of f; and no other expression has the value
    h_r for every f, every start and all inputs.  (That no attention output is nested so is
    [outputs_read_inputs_only].) *)
Theorem recurrent_chain_length :
  forall r : nat,
    (forall (H T : Type) (f : H -> T -> H) (start : H) (x : nat -> T),
       value_of f start x (unfolded r) = recurrent f start x r)
    /\ depth (unfolded r) = r
    /\ (forall h : Expression,
          (forall (H T : Type) (f : H -> T -> H) (start : H) (x : nat -> T),
             value_of f start x h = recurrent f start x r) ->
          h = unfolded r).
Proof.
  assert (chain : forall (H T : Type) (f : H -> T -> H) (start : H) (x : nat -> T) r,
            value_of f start x (unfolded r) = recurrent f start x r).
  { intros H T f start x r. induction r as [|r IH]; simpl; [reflexivity|]. rewrite IH. reflexivity. }
  intros r. split; [intros H T f start x; apply chain|]. split.
  - induction r as [|r IH]; simpl; [reflexivity|]. rewrite IH. reflexivity.
  - (* With the expressions themselves for states and f that writes an evaluation down, a value is its expression. *)
    assert (itself : forall h, value_of Evaluate Start (fun l => l) h = h).
    { induction h as [|h IH l]; simpl; [reflexivity|]. rewrite IH. reflexivity. }
    intros h E. rewrite <- (itself h), <- (itself (unfolded r)), chain. apply E.
Qed.
