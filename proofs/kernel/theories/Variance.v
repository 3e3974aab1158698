(** * The variance of a score

    For independent random entries q_b, k_b, b = 1..d, of mean 0 and variance 1, the inner product q.k has
    mean 0 and variance d, and q.k/sqrt(d) has variance 1.  Random variables are functions of an outcome w;
    nothing is assumed of the expectation but that it is linear and keeps constants, so that integrals and
    finite averages are both covered.  Independence is used as it is for integrals: the expectation of a product
    of powers (none above 2) of the entries is the product of their expectations.  Independent signs are a
    model, for every d.

    Reference: Vaswani et al., Attention is all you need, 2017, section 3.2.1. *)

From Coq Require Import Reals List Arith Lra Lia FunctionalExtensionality.
From SelfAttention Require Import Attention SoftmaxJacobian.
Import ListNotations.
Open Scope R_scope.

(** prod_{l in L} f(l). *)
Fixpoint product (L : list nat) (f : nat -> R) : R :=
  match L with
  | [] => 1
  | l :: rest => f l * product rest f
  end.

(** E is an expectation for the random variables that satisfy [has]: these contain the constants and are
    closed under sums and multiples; E keeps constants and is linear. *)
Definition is_expectation {Outcome : Type} (has : (Outcome -> R) -> Prop) (E : (Outcome -> R) -> R) : Prop :=
  (forall a, has (fun _ => a) /\ E (fun _ => a) = a) /\
  (forall a f, has f -> has (fun w => a * f w) /\ E (fun w => a * f w) = a * E f) /\
  (forall f g, has f -> has g -> has (fun w => f w + g w) /\ E (fun w => f w + g w) = E f + E g).

(** The entries q_1..q_d, k_1..k_d are independent: products of their powers, with exponents up to 2, have an
    expectation, and it is the product of the expectations. *)
Definition independent {Outcome : Type} (has : (Outcome -> R) -> Prop) (E : (Outcome -> R) -> R)
    (d : nat) (q k : nat -> Outcome -> R) : Prop :=
  forall m n : nat -> nat, (forall b, (m b <= 2)%nat /\ (n b <= 2)%nat) ->
    has (fun w => product (positions d) (fun b => q b w ^ m b * k b w ^ n b)) /\
    E (fun w => product (positions d) (fun b => q b w ^ m b * k b w ^ n b)) =
    product (positions d) (fun b => E (fun w => q b w ^ m b) * E (fun w => k b w ^ n b)).

(** f has an expectation and a variance, E[(f - E f)^2], and the latter is v. *)
Definition has_variance {Outcome : Type} (has : (Outcome -> R) -> Prop) (E : (Outcome -> R) -> R)
    (f : Outcome -> R) (v : R) : Prop :=
  has f /\ has (fun w => (f w - E f) ^ 2) /\ E (fun w => (f w - E f) ^ 2) = v.

(** q.k at the outcome w. *)
Definition inner_product {Outcome : Type} (d : nat) (q k : nat -> Outcome -> R) : Outcome -> R :=
  fun w => dot d (fun b => q b w) (fun b => k b w).

(** ** Products *)

Lemma product_ext : forall L f g, (forall l, In l L -> f l = g l) -> product L f = product L g.
Proof.
  induction L as [|l L IH]; intros f g H; simpl; [reflexivity|].
  rewrite (H l (or_introl eq_refl)), (IH f g); [reflexivity|]. intros k Hk. apply H. right. exact Hk.
Qed.

Lemma product_mult : forall L f g, product L (fun l => f l * g l) = product L f * product L g.
Proof. induction L as [|l L IH]; intros f g; simpl; [ring|]. rewrite IH. ring. Qed.

Lemma product_ones : forall L f, (forall l, In l L -> f l = 1) -> product L f = 1.
Proof.
  induction L as [|l L IH]; intros f H; simpl; [reflexivity|].
  rewrite (H l (or_introl eq_refl)), IH by (intros k Hk; apply H; right; exact Hk). ring.
Qed.

Lemma product_factor_zero : forall L f b, In b L -> f b = 0 -> product L f = 0.
Proof.
  induction L as [|l L IH]; intros f b Hb H; [destruct Hb|]. simpl. destruct Hb as [E|Hb].
  - subst l. rewrite H. ring.
  - rewrite (IH f b Hb H). ring.
Qed.

(** Powers with exponent 1 at b and 0 elsewhere pick the factor at b. *)
Definition at_position (b : nat) : nat -> nat := fun a => if Nat.eqb a b then 1%nat else 0%nat.

Lemma product_pick : forall L (x : nat -> R) b, NoDup L -> In b L ->
  product L (fun a => if Nat.eqb a b then x a else 1) = x b.
Proof.
  induction L as [|l L IH]; intros x b HN Hb; [destruct Hb|].
  inversion HN as [|l' L' Hl HL]; subst. simpl. destruct Hb as [E|Hb].
  - subst l. rewrite Nat.eqb_refl, product_ones; [ring|].
    intros a Ha. destruct (Nat.eqb_spec a b) as [E|_]; [subst a; contradiction | reflexivity].
  - destruct (Nat.eqb_spec l b) as [E|_]; [subst l; contradiction|]. rewrite IH by assumption. ring.
Qed.

Lemma product_power_pick : forall L (x : nat -> R) b, NoDup L -> In b L ->
  product L (fun a => x a ^ at_position b a) = x b.
Proof.
  intros L x b HN Hb. rewrite <- (product_pick L x b HN Hb). apply product_ext. intros a _.
  unfold at_position. destruct (Nat.eqb a b); simpl; ring.
Qed.

(** ** Moments *)

Lemma expectation_sum : forall (Outcome : Type) has E (f : nat -> Outcome -> R) L,
  is_expectation has E -> (forall l, In l L -> has (f l)) ->
  has (fun w => sum L (fun l => f l w)) /\ E (fun w => sum L (fun l => f l w)) = sum L (fun l => E (f l)).
Proof.
  intros Outcome has E f L [HC [_ HA]]. induction L as [|l L IH]; intros H; simpl; [apply HC|].
  destruct IH as [IH1 IH2]; [intros k Hk; apply H; right; exact Hk|]. rewrite <- IH2.
  apply HA; [apply H; left; reflexivity | exact IH1].
Qed.

(** The mean of q_b k_b is 0. *)
Lemma term_mean : forall (Outcome : Type) has E d (q k : nat -> Outcome -> R) b,
  independent has E d q k -> E (q b) = 0 -> (1 <= b <= d)%nat ->
  has (fun w => q b w * k b w) /\ E (fun w => q b w * k b w) = 0.
Proof.
  intros Outcome has E d q k b HI H0 Hb. apply positions_in in Hb. assert (HN := positions_nodup d).
  destruct (HI (at_position b) (at_position b)) as [H1 H2].
  { intros a. unfold at_position. destruct (Nat.eqb a b); lia. }
  assert (F : (fun w => product (positions d) (fun a => q a w ^ at_position b a * k a w ^ at_position b a)) =
    (fun w => q b w * k b w)).
  { apply functional_extensionality. intros w. rewrite product_mult.
    rewrite (product_power_pick (positions d) (fun a => q a w) b HN Hb).
    rewrite (product_power_pick (positions d) (fun a => k a w) b HN Hb). reflexivity. }
  rewrite F in H1, H2. split; [exact H1|]. rewrite H2. apply (product_factor_zero _ _ b Hb).
  unfold at_position. rewrite Nat.eqb_refl.
  replace (fun w => q b w ^ 1) with (q b); [rewrite H0; ring|].
  apply functional_extensionality. intros w. ring.
Qed.

(** The mean of (q_b k_b)(q_b' k_b') is delta_bb'. *)
Lemma term_covariance : forall (Outcome : Type) has E d (q k : nat -> Outcome -> R) b b',
  is_expectation has E -> independent has E d q k ->
  (forall a, (1 <= a <= d)%nat -> E (q a) = 0 /\ E (fun w => q a w ^ 2) = 1 /\ E (fun w => k a w ^ 2) = 1) ->
  (1 <= b <= d)%nat -> (1 <= b' <= d)%nat ->
  has (fun w => (q b w * k b w) * (q b' w * k b' w)) /\
  E (fun w => (q b w * k b w) * (q b' w * k b' w)) = delta b b'.
Proof.
  intros Outcome has E d q k b b' HE HI HM Hb Hb'. assert (HN := positions_nodup d).
  destruct (HM b Hb) as [M1 [M2 M3]]. apply positions_in in Hb. apply positions_in in Hb'.
  set (e := fun a => (at_position b a + at_position b' a)%nat).
  destruct (HI e e) as [H1 H2].
  { intros a. unfold e, at_position. destruct (Nat.eqb a b), (Nat.eqb a b'); lia. }
  assert (P : forall x : nat -> R, product (positions d) (fun a => x a ^ e a) = x b * x b').
  { intros x. rewrite <- (product_power_pick (positions d) x b HN Hb) at 1.
    rewrite <- (product_power_pick (positions d) x b' HN Hb') at 1.
    rewrite <- product_mult. apply product_ext. intros a _. unfold e. apply pow_add. }
  assert (F : (fun w => product (positions d) (fun a => q a w ^ e a * k a w ^ e a)) =
    (fun w => (q b w * k b w) * (q b' w * k b' w))).
  { apply functional_extensionality. intros w. rewrite product_mult.
    rewrite (P (fun a => q a w)), (P (fun a => k a w)). ring. }
  rewrite F in H1, H2. split; [exact H1|]. rewrite H2.
  assert (One : E (fun _ => 1) = 1) by apply HE.
  destruct (Nat.eq_dec b b') as [B|B].
  - subst b'. rewrite delta_self. apply product_ones. intros a _. unfold e, at_position.
    destruct (Nat.eqb_spec a b) as [A|A].
    + subst a. change (1 + 1)%nat with 2%nat. rewrite M2, M3. ring.
    + simpl. rewrite One. ring.
  - rewrite delta_other by exact B. apply (product_factor_zero _ _ b Hb). unfold e, at_position.
    rewrite Nat.eqb_refl. destruct (Nat.eqb_spec b b') as [A|_]; [contradiction|].
    replace (fun w => q b w ^ (1 + 0)) with (q b); [rewrite M1; ring|].
    apply functional_extensionality. intros w. simpl. ring.
Qed.

(** For independent entries of mean 0 and variance 1, q.k has mean 0 and variance d, and q.k/sqrt(d) has
    variance 1.  The assumptions have a model for every d ([dot_product_variance_model]). *)
Theorem dot_product_variance :
  forall (Outcome : Type) (has : (Outcome -> R) -> Prop) (E : (Outcome -> R) -> R)
    (d : nat) (q k : nat -> Outcome -> R), (1 <= d)%nat ->
    is_expectation has E ->
    independent has E d q k ->
    (forall b, (1 <= b <= d)%nat -> E (q b) = 0 /\ E (k b) = 0) ->
    (forall b, (1 <= b <= d)%nat -> E (fun w => q b w ^ 2) = 1 /\ E (fun w => k b w ^ 2) = 1) ->
    E (inner_product d q k) = 0 /\
    has_variance has E (inner_product d q k) (INR d) /\
    has_variance has E (fun w => inner_product d q k w / sqrt (INR d)) 1.
Proof.
  intros Outcome has E d q k Hd HE HI H0 HV. assert (HN := positions_nodup d).
  assert (M : has (inner_product d q k) /\ E (inner_product d q k) = 0).
  { destruct (expectation_sum Outcome has E (fun b w => q b w * k b w) (positions d) HE) as [A B].
    - intros b Hb. apply positions_in in Hb. exact (proj1 (term_mean _ _ _ _ _ _ b HI (proj1 (H0 b Hb)) Hb)).
    - split; [exact A|]. unfold inner_product, dot. rewrite B. rewrite <- (sum_zero (positions d)). apply sum_ext.
      intros b Hb. apply positions_in in Hb. exact (proj2 (term_mean _ _ _ _ _ _ b HI (proj1 (H0 b Hb)) Hb)). }
  assert (C : forall b b', In b (positions d) -> In b' (positions d) ->
    has (fun w => (q b w * k b w) * (q b' w * k b' w)) /\
    E (fun w => (q b w * k b w) * (q b' w * k b' w)) = delta b b').
  { intros b b' Hb Hb'. apply positions_in in Hb. apply positions_in in Hb'.
    apply (term_covariance _ _ _ d); try assumption. intros a Ha. destruct (H0 a Ha), (HV a Ha). auto. }
  assert (S2 : has (fun w => inner_product d q k w ^ 2) /\ E (fun w => inner_product d q k w ^ 2) = INR d).
  { assert (R1 : forall b, In b (positions d) ->
      has (fun w => sum (positions d) (fun b' => (q b w * k b w) * (q b' w * k b' w))) /\
      E (fun w => sum (positions d) (fun b' => (q b w * k b w) * (q b' w * k b' w))) = 1).
    { intros b Hb.
      destruct (expectation_sum Outcome has E (fun b' w => (q b w * k b w) * (q b' w * k b' w)) (positions d) HE)
        as [A B]; [intros b' Hb'; apply C; assumption|].
      split; [exact A|]. rewrite B.
      rewrite (sum_ext (positions d) _ (fun b' => delta b b' * 1)).
      - apply (sum_delta (positions d) b (fun _ => 1) HN Hb).
      - intros b' Hb'. rewrite (proj2 (C b b' Hb Hb')). ring. }
    destruct (expectation_sum Outcome has E
      (fun b w => sum (positions d) (fun b' => (q b w * k b w) * (q b' w * k b' w))) (positions d) HE) as [A B].
    - intros b Hb. apply R1. exact Hb.
    - assert (F : (fun w => inner_product d q k w ^ 2) = (fun w => sum (positions d) (fun b =>
        sum (positions d) (fun b' => (q b w * k b w) * (q b' w * k b' w))))).
      { apply functional_extensionality. intros w. unfold inner_product, dot.
        rewrite (sum_ext (positions d) (fun b => sum (positions d) (fun b' => (q b w * k b w) * (q b' w * k b' w)))
          (fun b => (q b w * k b w) * sum (positions d) (fun b' => q b' w * k b' w)))
          by (intros b _; apply sum_scale).
        rewrite sum_scale_r. ring. }
      rewrite F. split; [exact A|]. rewrite B.
      rewrite (sum_ext (positions d) _ (fun _ => 1)) by (intros b Hb; apply R1; exact Hb).
      rewrite sum_const, positions_length. ring. }
  destruct M as [M1 M2]. destruct S2 as [V1 V2].
  assert (P : 0 < INR d) by (apply lt_0_INR; lia). assert (Q := sqrt_lt_R0 _ P).
  assert (Sq : sqrt (INR d) * sqrt (INR d) = INR d) by (apply sqrt_sqrt; lra).
  set (c := / sqrt (INR d)).
  assert (F0 : (fun w => (inner_product d q k w - 0) ^ 2) = (fun w => inner_product d q k w ^ 2)).
  { apply functional_extensionality. intros w. rewrite Rminus_0_r. reflexivity. }
  assert (F1 : (fun w => inner_product d q k w / sqrt (INR d)) = (fun w => c * inner_product d q k w)).
  { apply functional_extensionality. intros w. unfold c, Rdiv. ring. }
  destruct HE as [HC [HS HA]].
  destruct (HS c _ M1) as [C1 C2]. destruct (HS (c * c) _ V1) as [D1 D2].
  assert (F2 : (fun w => (c * inner_product d q k w - c * 0) ^ 2) = (fun w => c * c * inner_product d q k w ^ 2)).
  { apply functional_extensionality. intros w. ring. }
  split; [exact M2|]. split.
  - unfold has_variance. rewrite M2, F0. split; [exact M1|]. split; [exact V1 | exact V2].
  - rewrite F1. unfold has_variance. cbv beta. rewrite C2, M2, F2. split; [exact C1|]. split; [exact D1|].
    rewrite D2, V2. rewrite <- Sq at 1. unfold c. field. lra.
Qed.

(** ** A model: independent signs *)

(** An outcome shows two coins for each b; heads is +1, tails -1. *)
Definition coins : Type := nat -> bool * bool.
Definition sign (x : bool) : R := if x then 1 else -1.
Definition first_sign (b : nat) : coins -> R := fun w => sign (fst (w b)).
Definition second_sign (b : nat) : coins -> R := fun w => sign (snd (w b)).

(** The average over the four outcomes of two coins. *)
Definition mean4 (h : bool * bool -> R) : R :=
  (h (true, true) + h (true, false) + h (false, true) + h (false, false)) / 4.

Definition replaced (w : coins) (b : nat) (x : bool * bool) : coins := fun a => if Nat.eqb a b then x else w a.

(** The average over all outcomes of the coins in L. *)
Fixpoint average (L : list nat) (f : coins -> R) : R :=
  match L with
  | [] => f (fun _ => (true, true))
  | b :: rest => average rest (fun w => mean4 (fun x => f (replaced w b x)))
  end.

Lemma average_constant : forall L a, average L (fun _ => a) = a.
Proof.
  induction L as [|b L IH]; intros a; simpl; [reflexivity|].
  unfold mean4. rewrite IH. field.
Qed.

Lemma average_scale : forall L a f, average L (fun w => a * f w) = a * average L f.
Proof.
  induction L as [|b L IH]; intros a f; simpl; [reflexivity|]. rewrite <- IH. f_equal.
  apply functional_extensionality. intros w. unfold mean4. field.
Qed.

Lemma average_add : forall L f g, average L (fun w => f w + g w) = average L f + average L g.
Proof.
  induction L as [|b L IH]; intros f g; simpl; [reflexivity|]. rewrite <- IH. f_equal.
  apply functional_extensionality. intros w. unfold mean4. field.
Qed.

Lemma average_product : forall L (h : nat -> bool * bool -> R), NoDup L ->
  average L (fun w => product L (fun b => h b (w b))) = product L (fun b => mean4 (h b)).
Proof.
  induction L as [|b L IH]; intros h HN; simpl; [reflexivity|].
  inversion HN as [|b' L' Hb HL]; subst. rewrite <- (IH h HL), <- average_scale. f_equal.
  apply functional_extensionality. intros w. unfold mean4.
  assert (E : forall x, product L (fun a => h a (replaced w b x a)) = product L (fun a => h a (w a))).
  { intros x. apply product_ext. intros a Ha. unfold replaced.
    destruct (Nat.eqb_spec a b) as [A|_]; [subst a; contradiction | reflexivity]. }
  rewrite !E. unfold replaced. rewrite !Nat.eqb_refl. field.
Qed.

(** The average of a function of the coins of one b. *)
Lemma average_single : forall L b h, NoDup L -> In b L -> average L (fun w => h (w b)) = mean4 h.
Proof.
  intros L b h HN Hb.
  assert (H := average_product L (fun a x => if Nat.eqb a b then h x else 1) HN).
  replace (fun w : coins => h (w b))
    with (fun w : coins => product L (fun a => if Nat.eqb a b then h (w a) else 1)).
  - rewrite H. rewrite <- (product_pick L (fun _ => mean4 h) b HN Hb). apply product_ext. intros a _.
    destruct (Nat.eqb a b); [reflexivity | unfold mean4; field].
  - apply functional_extensionality. intros w. apply (product_pick L (fun a => h (w a)) b HN Hb).
Qed.

(** The assumptions of [dot_product_variance] have a model for every d: two fair coins for each b. *)
Lemma dot_product_variance_model : forall d : nat,
  let has := fun _ : coins -> R => True in
  let E := average (positions d) in
  is_expectation has E /\
  independent has E d first_sign second_sign /\
  (forall b, (1 <= b <= d)%nat -> E (first_sign b) = 0 /\ E (second_sign b) = 0) /\
  (forall b, (1 <= b <= d)%nat -> E (fun w => first_sign b w ^ 2) = 1 /\ E (fun w => second_sign b w ^ 2) = 1).
Proof.
  intros d has E. assert (HN := positions_nodup d).
  assert (A : forall b h, In b (positions d) -> E (fun w => h (w b)) = mean4 h).
  { intros b h Hb. apply average_single; assumption. }
  split; [|split; [|split]].
  - split; [|split]; intros; (split; [exact I|]);
      [apply average_constant | apply average_scale | apply average_add].
  - intros m n _. split; [exact I|]. unfold E, first_sign, second_sign.
    rewrite (average_product (positions d) (fun b x => sign (fst x) ^ m b * sign (snd x) ^ n b) HN).
    apply product_ext. intros b Hb.
    assert (Q := A b (fun x => sign (fst x) ^ m b) Hb). assert (K := A b (fun x => sign (snd x) ^ n b) Hb).
    cbv beta in Q, K. unfold E in Q, K. rewrite Q, K.
    unfold mean4. cbn [fst snd]. field.
  - intros b Hb. apply positions_in in Hb.
    assert (Q := A b (fun x => sign (fst x)) Hb). assert (K := A b (fun x => sign (snd x)) Hb).
    unfold first_sign, second_sign. rewrite Q, K. unfold mean4. cbn [fst snd sign]. split; field.
  - intros b Hb. apply positions_in in Hb.
    assert (Q := A b (fun x => sign (fst x) ^ 2) Hb). assert (K := A b (fun x => sign (snd x) ^ 2) Hb).
    unfold first_sign, second_sign. rewrite Q, K. unfold mean4. cbn [fst snd sign]. split; field.
Qed.
