"""Derivations: facts come through one door, chains arrive where they say, hypotheses stay where they were made."""

import time
from dataclasses import replace

import pytest
import sympy as sp
from referee import AGREE, BELOW, DEFINITIONS, SIGNS, STATEMENT, D, M, beta, f, noise, r, under, w, y, z

from attention import indexed as I
from attention import notation as N
from attention.exact import number
from attention.instances import Instance
from proofs.derivation import DerivationError, Fact, Proof, closed, conclude
from proofs.formula import And, Datum, ForAll, Or, Reads, Relation, Statement, equal, real, same_formula
from proofs.rules import (
    BRACKET,
    CANCEL,
    CASES,
    CONSTANT_OUT,
    LIMIT,
    LINEARITY,
    ZERO_SUM,
    RuleError,
    assume,
    bound_by,
    fold,
    unfold,
)
from proofs.wellformed import IllFormed

i, j, l, m, n, c = N.i, N.j, N.l, N.m, N.n, N.c
S, E, Q = sp.Sum, sp.exp, I.Quotient
ZERO = sp.Integer(0)


def fact(formula, assumptions=None, ranges=None):
    """Return a fact that a made-up assumption gives."""
    statement = replace(STATEMENT, assumptions={"given": formula, **(assumptions or {})})
    return Proof(replace(statement, ranges=statement.ranges if ranges is None else ranges)).assumption("given")


# -- the door ---------------------------------------------------------------------------------------------------


def test_a_fact_is_not_built_by_hand():
    """Neither the class nor `replace` makes a fact."""
    true = Proof(STATEMENT).chain(M).done()
    with pytest.raises(TypeError, match="a Fact is made by a Proof: use its methods"):
        Fact(equal(0, 1), STATEMENT)
    with pytest.raises(TypeError, match="a Fact is made by a Proof"):
        replace(true, formula=equal(0, 1))
    with pytest.raises(TypeError, match="a Fact is made by a Proof"):
        Fact(equal(0, 1), STATEMENT, object())


def test_a_chain_stands_where_rules_put_it():
    """Its ends cannot be set."""
    chain = Proof(STATEMENT).chain(M)
    for name in ("start", "now"):
        with pytest.raises(AttributeError):
            setattr(chain, name, ZERO)


def test_a_chain_records_every_step():
    """Each step names its rule and shows before and after; the fact joins the ends."""
    proof = Proof(STATEMENT)
    out = proof.chain(S(c * z[l] + y[l], (l, 1, n))).by(LINEARITY, CONSTANT_OUT).done()
    assert [step.rule for step in proof.steps] == ["linearity", "pull a constant out of a sum"]
    assert proof.steps[0].after == proof.steps[1].before
    assert all(step.relation == "=" and step.statement is STATEMENT for step in proof.steps)
    assert same_formula(out.formula, equal(S(c * z[l] + y[l], (l, 1, n)), c * S(z[l], (l, 1, n)) + S(y[m], (m, 1, n))))


def test_a_chain_that_ends_elsewhere_is_an_error():
    """The error shows both ends."""
    chain = Proof(STATEMENT).chain(S(z[l] + y[l], (l, 1, n))).by(LINEARITY)
    with pytest.raises(DerivationError, match="expected to arrive at M, arrived at Sum") as caught:
        chain.ends(M)
    assert caught.value.expected == M
    assert chain.ends(S(y[m], (m, 1, n)) + S(z[m], (m, 1, n))).formula.op == "="


def test_a_chain_with_a_bound_proves_an_inequality():
    """One bounding step makes the whole chain <=, later equalities too."""
    chain = Proof(BELOW).chain(S(c * E(z[l]), (l, 1, i)))
    assert chain.done().formula.op == "="
    chain.at_most(bound_by("below")).by(CONSTANT_OUT)
    total = c * S(E(y[l]), (l, 1, i))
    assert same_formula(chain.done().formula, Relation(S(c * E(z[l]), (l, 1, i)), "<=", total))
    assert [step.relation for step in chain.proof.steps] == ["<=", "="]


def test_rules_run_while_they_can():
    """`while_possible` needs one match, and an end."""
    proof = Proof(STATEMENT)
    assert proof.chain(S(S(0, (l, 1, n)), (m, 1, n))).while_possible(ZERO_SUM).ends(0)
    with pytest.raises(RuleError, match="sum of zeros"):
        proof.chain(M).while_possible(ZERO_SUM)
    flip = proof.using(fact_here(proof, equal(M, c))), proof.using(fact_here(proof, equal(c, M)))
    with pytest.raises(RuleError, match="rules that come to rest"):
        proof.chain(M).while_possible(*flip)


def fact_here(proof, formula):
    """Return a fact of this proof by putting the assumption into its statement."""
    object.__setattr__(proof, "statement", replace(proof.statement, assumptions={"x": formula}))
    proof._lineage = (*proof._lineage, proof.statement)
    return proof.assumption("x")


def test_a_derivation_ends_at_its_deadline():
    """The step after the deadline is an error that shows where it stands."""
    proof = Proof(STATEMENT, deadline=time.perf_counter() - 1)
    with pytest.raises(TimeoutError, match="the derivation took too long; it stands at"):
        proof.chain(S(z[l] + y[l], (l, 1, n))).by(LINEARITY)


# -- conclusions ------------------------------------------------------------------------------------------------


def test_a_conclusion_is_the_statement_itself():
    """Another formula, or the same one from another statement, is refused."""
    goal = replace(STATEMENT, conclusion=equal(f(1), S(w[1, l] * z[l], (l, 1, n))))
    good = Proof(goal).chain(f(1)).by(unfold("f")).done()
    conclude(goal, good)
    with pytest.raises(DerivationError, match="a fact under other assumptions"):
        conclude(replace(goal, sizes=goal.sizes), good)
    with pytest.raises(DerivationError, match="expected to arrive at"):
        conclude(goal, Proof(goal).chain(f(1)).done())


def test_a_fact_under_other_assumptions_is_refused():
    """No method takes a fact of an unrelated proof."""
    mine, alien = Proof(STATEMENT), fact(equal(M, 0))
    own = mine.chain(M).done()
    for use in (
        lambda: mine.using(alien),
        lambda: mine.transitive(own, alien),
        lambda: mine.linear_combination(equal(M, 0), (1, alien)),
        lambda: mine.cross_multiply(alien),
        lambda: mine.positive_factor(fact(equal(c * M, 0))),
        lambda: mine.product_zero(fact(equal(M * c, 0))),
        lambda: mine.exponential_injective(fact(equal(E(M) - 1, 0))),
        lambda: mine.squares_zero(fact(equal(S(z[l] ** 2, (l, 1, n)), 0)), i),
        lambda: mine.signed(own, fact(Relation(M, ">", ZERO))),
        lambda: mine.generalize(alien, j),
        lambda: mine.specialize(fact(ForAll(((l, 1, n),), equal(z[l], 0))), l=i),
    ):
        with pytest.raises(RuleError, match="under its own assumptions only"):
            use()


# -- assumptions and their values -------------------------------------------------------------------------------


def test_an_assumption_is_specialised_in_its_range():
    """Every letter must get a value that is provably in range."""
    proof = Proof(AGREE)
    assert proof.assumption("agree", l=j).formula == equal(z[j], y[j])
    for values in ({"l": n}, {"l": ZERO}, {"l": m}):
        with pytest.raises(RuleError, match="a quantified fact at l in its range"):
            proof.assumption("agree", **values)
    with pytest.raises(KeyError):
        proof.assumption("agree", k=j)
    with pytest.raises(RuleError, match="about all values of a letter"):
        Proof(under(one=equal(M, 1))).assumption("one", l=j)


def test_a_value_is_not_captured_when_a_fact_is_specialised():
    """At i = j, f_i = sum_j ... keeps its sum's letter apart."""
    proof = Proof(replace(STATEMENT, assumptions={"all": ForAll(((i, 1, n),), equal(z[i], S(w[i, j], (j, 1, n))))}))
    out = proof.assumption("all", i=j)
    assert same_formula(out.formula, equal(z[j], S(w[j, l], (l, 1, n))))


def test_a_letter_is_generalised_only_if_arbitrary():
    """Not if an assumption mentions it, nor another letter's range, nor if it has no range."""
    proof = Proof(STATEMENT)
    least = proof.chain(I.AtMost(j, i)).by(BRACKET).done()
    assert same_formula(proof.generalize(least, j).formula, ForAll(((j, 1, i),), equal(I.AtMost(j, i), 1)))
    both = proof.generalize(least, i, j)
    assert same_formula(both.formula, ForAll(((i, 1, n), (j, 1, i)), equal(I.AtMost(j, i), 1)))
    # j <= i holds for this j; for all i it is false.
    with pytest.raises(RuleError, match="letters that are arbitrary"):
        proof.generalize(least, i)
    with pytest.raises(RuleError, match="letters that are arbitrary"):
        proof.generalize(least, m)
    fixed = Proof(under(zero=equal(z[j], 0)))
    with pytest.raises(RuleError, match="letters that are arbitrary"):
        fixed.generalize(fixed.assumption("zero"), j)
    bounded = Proof(under(zero=ForAll(((l, 1, j),), equal(z[l], 0))))
    with pytest.raises(RuleError, match="letters that are arbitrary"):
        bounded.generalize(bounded.chain(M).done(), j)


# -- using facts ------------------------------------------------------------------------------------------------


def test_a_fact_about_one_letter_is_not_used_for_another():
    """A fact at the statement's j does not rewrite under a sum over j, or for another letter; generalised, it does."""
    proof = Proof(STATEMENT)
    at_j = proof.chain(I.AtMost(j, i)).by(BRACKET).done()
    for expr in (S(I.AtMost(j, i), (j, 1, n)), I.AtMost(l, i), I.AtMost(j, n)):
        with pytest.raises(RuleError):
            proof.chain(expr).by(proof.using(at_j))
    for_all = proof.using(proof.generalize(at_j, j))
    assert proof.chain(S(I.AtMost(j, i), (j, 1, i))).by(for_all).ends(S(1, (j, 1, i)))
    with pytest.raises(RuleError):
        proof.chain(S(I.AtMost(l, i), (l, 1, n))).by(for_all)


def test_a_fact_that_holds_at_a_point_is_not_differentiated():
    """z_1 = 0 says nothing about the derivative by z_1; an identity may be used there."""
    proof = Proof(under(point=equal(z[1], 0)))
    point = proof.using(proof.assumption("point"))
    derived = proof.using(proof.linear_combination(equal(z[1] * M, 0), (M, proof.assumption("point"))))
    for rule in (point, derived):
        with pytest.raises(RuleError):
            proof.chain(I.Partial(z[1] * M, z[1])).by(rule)
    free = Proof(STATEMENT)
    identity = free.using(free.chain(f(1)).by(unfold("f")).done())
    assert free.chain(I.Partial(f(1), z[1])).by(identity).now.has(w)


def test_a_fact_about_one_value_is_not_used_where_it_varies():
    """Beta = 1, or a random entry = 1, says nothing inside a limit in beta or an expectation."""
    fixed = Statement(equal(0, 0), (Datum(beta), real(z, n)), ((j, 1, n),), {"one": equal(beta, 1)}, {}, {n: 1})
    proof = Proof(fixed)
    fall = E(-beta * z[j])
    chain = proof.chain(fall).by(assume("one"))
    with pytest.raises(RuleError):
        proof.chain(I.LimitOf(fall, beta, sp.oo)).by(proof.using(chain.done()))
    proof = Proof(under(one=equal(noise[1], 1)))
    squared = proof.chain(noise[1] ** 2).by(assume("one")).done()
    with pytest.raises(RuleError):
        proof.chain(I.Expectation(noise[1] ** 2)).by(proof.using(squared))


def test_a_rule_made_of_a_hypothesis_does_not_leave_its_proof():
    """A rule made inside the step of an induction is refused in the proof around it."""
    proof, kept = Proof(COUNT), []

    def step(inner):
        hypothesis = inner.assumption("induction")
        kept.append(inner.using(hypothesis))
        kept.append(hypothesis)
        return inner.chain(D(r + 1)).by(unfold("D"), CASES).by(inner.using(hypothesis)).done()

    proof.induction(r, lambda at: equal(D(at), at), counted, step)
    with pytest.raises(RuleError):
        proof.chain(D(r)).by(kept[0])
    with pytest.raises(RuleError, match="under its own assumptions only"):
        proof.using(kept[1])


# -- induction --------------------------------------------------------------------------------------------------

COUNT = Statement(
    equal(D(r), r),
    ranges=((r, 0, n),),
    definitions=I.define(I.Definition("D", (r,), I.Cases(r, ZERO, D(r - 1) + 1))),
    sizes={n: 1},
)


def counted(inner):
    """Return D(0) = 0."""
    return inner.chain(D(0)).by(unfold("D"), CASES).done()


def next_one(inner):
    """Return D(r + 1) = r + 1 from the hypothesis."""
    return inner.chain(D(r + 1)).by(unfold("D"), CASES).by(assume("induction")).done()


def same_length(at):
    """Return D(at) = at."""
    return equal(D(at), at)


def test_induction_proves_for_all():
    """Base and step give the property at the letter."""
    proof = Proof(COUNT)
    conclude(COUNT, proof.induction(r, same_length, counted, next_one))
    assert proof.steps[-1].rule == "induction"


def test_an_induction_needs_base_and_step():
    """A base or a step that proves something else is an error."""
    with pytest.raises(DerivationError):
        Proof(COUNT).induction(r, same_length, lambda inner: inner.chain(D(0)).done(), next_one)
    with pytest.raises(DerivationError):
        Proof(COUNT).induction(r, same_length, counted, lambda inner: inner.assumption("induction"))


def test_the_parts_of_an_induction_come_from_their_own_proofs():
    """A base or step smuggled in from a proof with stronger assumptions is refused."""
    everything = replace(COUNT, assumptions={"wished": equal(D(0), 0)})
    wished = Proof(everything).assumption("wished")
    with pytest.raises(RuleError, match="under its own assumptions only"):
        Proof(COUNT).induction(r, same_length, lambda _: wished, next_one)
    above = Proof(replace(COUNT, assumptions={"wished": equal(D(r + 1), r + 1)})).assumption("wished")
    with pytest.raises(RuleError, match="under its own assumptions only"):
        Proof(COUNT).induction(r, same_length, counted, lambda _: above)


def test_an_induction_is_on_one_property():
    """A goal that is trivial at 0 and false after, with a step from itself to itself, is refused."""

    def shifty(at):
        return equal(0, 0) if at == 0 else equal(D(r), 0)

    with pytest.raises(RuleError, match="one property of a letter"):
        Proof(COUNT).induction(
            r, shifty, lambda inner: inner.chain(ZERO).done(), lambda inner: inner.assumption("induction")
        )


def test_an_induction_is_on_an_arbitrary_letter_from_its_first_value():
    """Not on a letter without a range, or with an earlier start, or that an assumption or a range mentions."""
    steps = counted, next_one
    bad = [
        replace(COUNT, ranges=((r, -1, n),)),
        replace(COUNT, assumptions={"zero": equal(D(r), 0)}),
        replace(COUNT, ranges=((r, 0, n), (l, 1, r))),
    ]
    for statement in bad:
        with pytest.raises(RuleError, match="induction on an arbitrary letter with a range"):
            Proof(statement).induction(r, same_length, *steps)
    with pytest.raises(RuleError, match="induction on an arbitrary letter with a range"):
        Proof(COUNT).induction(l, same_length, *steps)
    with pytest.raises(RuleError, match="induction on an arbitrary letter with a range"):
        Proof(COUNT).induction(r, same_length, *steps, first=1)


def test_a_dependent_range_does_not_make_an_induction_vacuous():
    """P(L, j) for j <= L: the step would never reach P(L, L); so "L is 0" would follow for all L."""
    L = sp.Symbol("L", integer=True)
    is_zero = Statement(equal(I.Cases(L, ZERO, 1), 0), ranges=((L, 0, n), (l, 1, L)), sizes={n: 1})

    def step(inner):
        absurd = inner.chain(I.Cases(L, ZERO, 1)).by(CASES).done()
        one = inner.transitive(absurd, inner.assumption("induction"))
        return inner.linear_combination(equal(I.Cases(L + 1, ZERO, 1), 0), (I.Cases(L + 1, ZERO, 1), one))

    with pytest.raises(RuleError, match="induction on an arbitrary letter with a range"):
        Proof(is_zero).induction(
            L,
            lambda at: equal(I.Cases(at, ZERO, 1), 0),
            lambda inner: inner.chain(I.Cases(0, ZERO, 1)).by(CASES).done(),
            step,
        )


# -- other claims -----------------------------------------------------------------------------------------------


def known(theirs):
    """Return the access to one other claim."""
    return lambda name, part: theirs  # noqa: ARG005


EXPANDED = replace(STATEMENT, conclusion=equal(f(i), S(w[i, l] * z[l], (l, 1, n))))


def test_another_claim_gives_its_conclusion():
    """Quantified over its own letters; it is noted as used."""
    proof = Proof(STATEMENT, known(EXPANDED))
    out = proof.other("expanded")
    assert same_formula(out.formula, ForAll(((m, 1, n),), equal(f(m), S(w[m, l] * z[l], (l, 1, n)))))
    assert proof.used == ["expanded"]


ONE = Instance({"n": 1, "d_k": 1}, {"M": number(0), "c": number(1)}, {"z": {}, "y": {}, "w": {}, "pi": {}})

UNFIT = {
    "an assumption more": replace(EXPANDED, assumptions={"zero": equal(M, 0)}),
    "data of another kind": replace(EXPANDED, data=(*STATEMENT.data[:-1], Datum(c))),
    "data of another shape": replace(EXPANDED, data=(real(z, N.d_k), *STATEMENT.data[1:])),
    "a larger least size": replace(EXPANDED, sizes={n: 2, N.d_k: 1}),
    "a size more": replace(EXPANDED, sizes={n: 1, N.d_k: 1, N.d: 1}),
    "another definition": replace(
        EXPANDED, definitions={**DEFINITIONS, "f": replace(DEFINITIONS["f"], body=S(w[i, l], (l, 1, n)))}
    ),
    "one instance": replace(EXPANDED, given=ONE),
}


@pytest.mark.parametrize("difference", sorted(UNFIT))
def test_another_claim_must_fit(difference):
    """What was proved of other data, sizes, definitions or of one example is not taken over."""
    with pytest.raises(RuleError, match="under these assumptions"):
        Proof(STATEMENT, known(UNFIT[difference])).other("unfit")


def test_an_assumption_about_one_letter_does_not_prove_for_all():
    """Theirs: z_i = 0 gives M z_i = 0. Mine assumes it of my i alone, so nothing follows for all i."""
    zero = equal(z[i], 0)
    theirs = replace(STATEMENT, conclusion=equal(M * z[i], 0), assumptions={"zero": zero})
    with pytest.raises(RuleError, match="under these assumptions"):
        Proof(under(zero=zero), known(theirs)).other("pointwise")


def test_no_other_claim_is_known():
    """Without access to claims there are none."""
    with pytest.raises(RuleError, match="another claim"):
        Proof(STATEMENT).other("expanded")


def test_a_quantifier_is_dropped_only_over_a_range_that_is_not_empty():
    """A letter that the conclusion does not mention may go if its range has a member."""
    about_i = replace(STATEMENT, conclusion=equal(z[i], z[i]))
    assert closed(about_i) == ForAll(((i, 1, n),), about_i.conclusion)
    alone = Statement(equal(M, M), (Datum(M),), ((i, 1, n),), sizes={n: 1})
    assert closed(alone) == equal(M, M)
    later = Statement(equal(M, 0), (Datum(M),), ((i, 1, n), (j, i + 1, n)), sizes={n: 1})
    with pytest.raises(RuleError, match="a range that is not empty"):
        closed(later)


def test_a_letter_in_the_end_of_a_range_is_mentioned():
    """Conclusion: for all j <= i ...; i keeps its quantifier."""
    inner = ForAll(((l, 1, i),), equal(z[l], 0))
    statement = Statement(inner, (real(z, n),), ((i, 1, n),), sizes={n: 1})
    assert same_formula(closed(statement), ForAll(((i, 1, n),), inner))


# -- inference by a proof ---------------------------------------------------------------------------------------


def test_each_inference_is_a_step():
    """Premises and conclusion are recorded, and the formula is the rule's."""
    assumptions = {
        "product": equal(c * M * z[1], 0),
        "jump": equal(E(z[1]) - E(y[1]), 0),
        "ratio": equal(Q(M, c), z[1]),
        "squares": equal(S(z[l] ** 2, (l, 1, n)), 0),
        "either": Or((equal(S(z[l] ** 2, (l, 1, n)), 0), equal(S(y[l] ** 2, (l, 1, n)), 0))),
    }
    proof = Proof(under(**assumptions))
    given = proof.assumption
    zero = proof.positive_factor(given("product"))
    assert zero.formula == equal(M * z[1], 0)
    assert proof.product_zero(zero).formula == Or((equal(M, 0), equal(z[1], 0)))
    assert proof.exponential_injective(given("jump")).formula == equal(z[1] - y[1], 0)
    assert proof.cross_multiply(given("ratio")).formula == equal(M, c * z[1])
    assert proof.squares_zero(given("squares"), j).formula == equal(z[j], 0)
    assert proof.squares_zero(given("either"), j, i).formula == Or((equal(z[j], 0), equal(y[i], 0)))
    assert proof.positive(E(M)).formula == Relation(E(M), ">", 0)
    assert proof.nonnegative(M**2).formula == Relation(M**2, ">=", 0)
    same = proof.chain(E(M)).done()
    assert proof.signed(same, proof.positive(E(M))).formula == Relation(E(M), ">", 0)
    assert proof.reads_only(f(1), "w", "z").formula == Reads(f(1), frozenset({"w", "z"}))
    assert len(proof.steps) == 11
    assert all(step.relation == "=>" for step in proof.steps)


def test_inferences_refuse():
    """A sign without a proof, a sign of something else, data that is read besides."""
    proof = Proof(STATEMENT)
    with pytest.raises(RuleError, match="positive by form"):
        proof.positive(M)
    with pytest.raises(RuleError, match="non-negative by form"):
        proof.nonnegative(M)
    with pytest.raises(RuleError, match="substitution of equals"):
        proof.signed(proof.chain(M).done(), proof.positive(c))
    with pytest.raises(RuleError, match="unfolding to data"):
        proof.reads_only(f(1), "w")
    quantified = Proof(AGREE).assumption("agree")
    with pytest.raises(RuleError, match="an equation"):
        Proof(AGREE).transitive(quantified, quantified)


def test_signs_by_assumption():
    """z_j >= 0 is assumed for j <= i."""
    proof = Proof(SIGNS)
    assert proof.nonnegative(z[j]).formula == Relation(z[j], ">=", 0)
    with pytest.raises(RuleError):
        proof.nonnegative(z[n])


# -- what a statement may be made of ----------------------------------------------------------------------------

plain_x, real_x = sp.IndexedBase("x"), sp.IndexedBase("x", real=True)
positive_k, plain_k = sp.Symbol("k", integer=True, positive=True), sp.Symbol("k", integer=True)
h = sp.Function("h")


def about(conclusion, **changes):
    """Return a statement with this conclusion."""
    return replace(STATEMENT, conclusion=conclusion, **changes)


ILL_FORMED = {
    "is not in the vocabulary": about(equal(sp.sin(M), 0)),
    "a power that is no positive integer": about(equal(z[1] / z[1] ** 2, 0)),
    "a power that is no positive": about(equal(sp.sqrt(c), 0)),
    "Float is not in": about(equal(M * 0.5, 0)),
    "Abs is not in": about(equal(abs(M), 0)),
    "two arrays have this name": about(equal(plain_x[1], real_x[1]), data=(real(real_x, n),)),
    "two symbols have this name": about(
        equal(positive_k, z[1]), ranges=((plain_k, 1, n), (i, 1, n)), data=(real(z, n),)
    ),
    "a symbol and an array have this name": about(equal(sp.Symbol("z"), z[1])),
    "a letter declared positive starts at 0": about(equal(S(z[l], (l, 0, n)), 0)),
    "declared positive starts at i - 1": about(ForAll(((l, i - 1, n),), equal(z[1], 0))),
    "declared positive starts at -1": about(equal(z[1], 0), ranges=((i, -1, n),)),
    "an index letter is an integer symbol": about(equal(S(M, (M, 1, n)), 0)),
    "declared positive starts at 0, of sizes": about(equal(z[1], 0), sizes={n: 0}),
    "reads the letter l, which is no parameter": about(
        equal(h(1), 0), definitions=I.define(I.Definition("h", (i,), z[i] + l))
    ),
    "an array that the statement does not declare": about(equal(N.x[1, 1], 0)),
    "neither defined nor declared as a function": about(equal(h(1), 0)),
    "nor a letter with a range": about(equal(z[m], 0)),
    "neither a size, a scalar": about(equal(sp.Symbol("mu", real=True), 0)),
    "a permutation is one of 1..n": about(
        equal(z[1], 0), data=(real(z, n), Datum(sp.IndexedBase("pi"), (N.d_k,), "permutation"))
    ),
    "recursion on its first argument": about(equal(h(1), 0), definitions=I.define(I.Definition("h", (i,), h(i) + 1))),
    "by itself otherwise than by recursion": about(
        equal(h(1), 0), definitions=I.define(I.Definition("h", (r,), I.Cases(r, ZERO, h(r + 1) + 1)))
    ),
    "defined by itself otherwise": about(
        equal(h(1), 0),
        definitions=I.define(I.Definition("h", (i,), D(i) + 1), I.Definition("D", (i,), h(i))),
    ),
}


@pytest.mark.parametrize("problem", sorted(ILL_FORMED))
def test_a_statement_that_may_mean_two_things_is_refused(problem):
    """Undeclared or double names, open definitions, circular ones, and operations that SymPy simplifies unasked."""
    with pytest.raises(IllFormed, match=problem.split(", of")[0]):
        Proof(ILL_FORMED[problem])


def test_a_chain_keeps_to_the_vocabulary():
    """Neither the start nor what a step brings in may leave it."""
    proof = Proof(STATEMENT)
    with pytest.raises(IllFormed, match="no positive integer"):
        proof.chain(1 / z[1])
    with pytest.raises(IllFormed, match="vocabulary"):
        proof.positive(E(sp.sin(M)))
    with pytest.raises(IllFormed, match="vocabulary"):
        proof.linear_combination(equal(sp.sin(M), sp.sin(M)))


def test_well_formed_statements_pass():
    """The statements of this suite, and connectives."""
    for statement in (STATEMENT, AGREE, SIGNS, BELOW, COUNT):
        Proof(statement)
    Proof(about(And((equal(M, 0), Or((equal(c, 0), ForAll(((l, 1, n),), equal(z[l], 0))))))))


def test_a_small_derivation_end_to_end():
    """Softmax of one row sums to one."""
    p = sp.Function("p")
    soft = I.Definition("p", (j,), Q(E(z[j]), S(E(z[l]), (l, 1, i))))
    soft = replace(soft, params=(i, j))
    row = Statement(
        equal(S(p(i, j), (j, 1, i)), 1), (real(z, n),), ((i, 1, n),), definitions=I.define(soft), sizes={n: 1}
    )
    proof = Proof(row)
    conclude(row, proof.chain(row.conclusion.lhs).by(unfold("p"), CONSTANT_OUT, CANCEL).done())
    assert proof.chain(Q(E(z[1]), S(E(z[l]), (l, 1, i)))).by(fold("p")).ends(p(i, 1))
    with pytest.raises(RuleError):
        proof.chain(I.LimitOf(p(i, 1), beta, sp.oo)).by(CANCEL)
    assert proof.chain(I.LimitOf(p(i, 1), beta, sp.oo)).by(LIMIT).ends(p(i, 1))


# -- one name, one meaning ----------------------------------------------------------------------------------------


def test_a_name_is_one_symbol_throughout_a_derivation():
    """Two symbols called k, bound one at a time, would give [n <= 1] = 1."""
    free, bound = (sp.Symbol("k", integer=True, **sign) for sign in ({}, {"positive": True}))
    proof = Proof(STATEMENT)
    with pytest.raises(IllFormed, match="two symbols have this name"):
        proof.for_all(((free, 1, n),), lambda inner: inner.chain(I.AtMost(free, bound)).by(BRACKET).done())
    with pytest.raises(IllFormed, match="two symbols have this name"):
        proof.for_all(((bound, 1, n),), lambda inner: inner.chain(I.AtMost(bound, n)).by(BRACKET).done())


HALF = sp.Rational(1, 2)
WHOLE = sp.Symbol("u", integer=True)


def test_a_sum_or_a_range_ends_at_integers():
    """Over u = 1/2..1/2, delta_{2 u, 1} is 0 for SymPy, and 1 at its one place."""
    mark = I.Definition("mark", (WHOLE,), sp.KroneckerDelta(WHOLE, 1))
    proof = Proof(replace(STATEMENT, definitions={**STATEMENT.definitions, "mark": mark}))
    with pytest.raises(IllFormed, match="a range ends at integers"):
        proof.chain(S(mark.head(2 * WHOLE), (WHOLE, HALF, HALF)))
    with pytest.raises(IllFormed, match="a range ends at integers"):
        proof.for_all(((WHOLE, HALF, HALF),), lambda inner: inner.chain(mark.head(2 * WHOLE)).by(unfold("mark")).done())


def test_a_range_ends_at_letters_known_before_it():
    """A range k + 1 <= k <= n of k itself would make everything true."""
    k = sp.Symbol("k", integer=True)
    with pytest.raises(IllFormed, match="its range ends at a letter that is not known before it"):
        Proof(STATEMENT).for_all(((k, k + 1, n),), lambda inner: inner.chain(M).done())


def test_a_letter_is_an_integer_and_nothing_more():
    """A letter declared odd is never 2 for SymPy, nor an entry declared zero anything but 0."""
    odd = sp.Symbol("o", integer=True, odd=True)
    zero = sp.IndexedBase("q", zero=True)
    for expr in (S(f(odd), (odd, 1, n)), zero[1], sp.Function("h", zero=True)(1)):
        with pytest.raises(IllFormed, match="SymPy assumes"):
            Proof(STATEMENT).chain(expr)


def test_a_limit_is_in_a_real_parameter():
    """What is known of a letter in its range says nothing where it tends to infinity."""
    with pytest.raises(IllFormed, match="a limit is one in a real parameter"):
        Proof(STATEMENT).chain(I.LimitOf(I.AtMost(i, n), i, sp.oo))


def test_an_induction_from_below_a_range_uses_nothing_established_in_it():
    """With [1 <= r] = 1, established for r = 1..n, a step from r = 0 would show that every number is 0."""
    start = Statement(equal(M, 0), data=(real(M),), ranges=((r, 1, n),), sizes={n: 2})
    proof = Proof(start)
    one = proof.chain(I.AtMost(1, r)).by(BRACKET).done()

    def step(inner):
        zero = inner.transitive(
            inner.chain(I.AtMost(1, r) * M).by(inner.using(one)).done(), inner.assumption("induction")
        )
        return inner.transitive(inner.chain(I.AtMost(1, r + 1) * M).by(BRACKET).done(), zero)

    with pytest.raises(RuleError, match="a fact under its own assumptions only"):
        proof.induction(
            r,
            lambda at: equal(I.AtMost(1, at) * M, 0),
            lambda inner: inner.chain(I.AtMost(1, 0) * M).by(BRACKET).done(),
            step,
        )


def test_what_a_sum_starts_after_is_not_its_own_letter():
    """The sum over l = i+1..n written with a bound i: its end i + 1 is not above its letter i."""
    proof = Proof(replace(STATEMENT, ranges=((i, 1, n - 1),), assumptions={}))
    with pytest.raises(RuleError, match="positive by form"):
        proof.positive(S(n - i - 5, (i, i + 1, n)))


def test_a_statement_and_the_steps_of_a_proof_cannot_be_changed():
    """An assumption that is put in for a moment would prove anything; a step taken out is not spot-checked."""
    proof = Proof(STATEMENT)
    with pytest.raises(TypeError, match="does not support item assignment"):
        proof.statement.assumptions["planted"] = equal(0, 1)
    with pytest.raises(AttributeError):
        proof.steps.clear()
    parts, ranges = [equal(M, M)], [[i, 1, n]]
    both, every = And(parts), ForAll(ranges, equal(M, M))
    parts[0], ranges[0][2] = equal(0, 1), n + 1
    assert both == And((equal(M, M),))
    assert every == ForAll(((i, 1, n),), equal(M, M))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ranges": ((i, 1, 1), (i, 1, n))}, "a letter with two ranges"),
        ({"ranges": ((n, 1, 5),)}, "a letter with two ranges"),
        ({"ranges": ((i, 1, sp.Symbol("t", real=True)),)}, "a range ends at integers"),
        ({"data": (Datum(sp.Symbol("u_0", real=True), (), "random"),)}, "what is random is the entries of an array"),
        ({"data": (Datum(sp.Symbol("u_0", positive=True), ()),)}, "it is not declared positive"),
        (
            {
                "data": (Datum(sp.Symbol("F"), (), "smooth", 1),),
                "definitions": I.define(I.Definition("d0 F", (i, j), sp.Integer(0))),
            },
            "a definition of what has a meaning already",
        ),
        ({"definitions": {"f": I.Definition("g", (i,), sp.Integer(0))}}, "a definition of what has a meaning already"),
    ],
)
def test_a_statement_gives_every_name_one_meaning(change, message):
    """A letter with two ranges, a defined slope, a random number that is no entry: each would prove too much."""
    with pytest.raises(IllFormed, match=message):
        Proof(replace(Statement(equal(0, 0), sizes={n: 1}), **change))
