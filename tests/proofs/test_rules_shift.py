"""Shifted ranges, sums of inequalities, new letters: what they give agrees with exact instances, and nothing false."""

from dataclasses import replace
from itertools import product

import hypothesis.strategies as st
import pytest
import sympy as sp
from hypothesis import HealthCheck, assume, given, settings
from referee import AGREE, FREE, STATEMENT, applied, bounds, check, sums, terms, y, z

from attention import indexed as I
from attention import notation as N
from attention.exact import number
from attention.instances import Evaluator, Instance
from proofs import rules as R
from proofs.bounds import Facts
from proofs.claims.rotary_scores_depend_on_offset import CLAIM as ROTARY
from proofs.claims.windowed_stack_reach_attained import CLAIM as ATTAINED
from proofs.combinations import difference, follows, form
from proofs.derivation import Fact, Proof, conclude
from proofs.formula import Datum, ForAll, Statement, equal, same_formula
from proofs.rules import RuleError
from proofs.wellformed import IllFormed

i, j, l, m, n = N.i, N.j, N.l, N.m, N.n
k = sp.Symbol("k", integer=True)
S = sp.Sum
QUICK = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


# -- shifted ranges ---------------------------------------------------------------------------------------------

SHIFTS = st.sampled_from([sp.Integer(1), sp.Integer(-3), i, -j, i - j, n - 2 * i])


@QUICK
@given(st.data())
def test_a_shifted_sum_has_the_same_value(data):
    """Also where the range is empty, and where the body binds or reads the letters of the shift."""
    before = data.draw(sums(FREE, terms, bounds))
    after = applied(before, R.reindex(data.draw(SHIFTS)), STATEMENT)
    assert I.opened(after)[1:3] != I.opened(before)[1:3]
    check(before, after, STATEMENT, data.draw)


@QUICK
@given(st.data())
def test_a_shift_back_is_the_sum_as_it_was(data):
    """Up to what SymPy knows of the letter's sign."""
    before, by = data.draw(sums(FREE, terms, bounds)), data.draw(SHIFTS)
    there = applied(before, R.reindex(by), STATEMENT)
    back = applied(there, R.reindex(-by), STATEMENT)
    letter, old = I.opened(back)[0], I.opened(before)[0]
    plain = {letter: sp.Symbol("v", integer=True), old: sp.Symbol("v", integer=True)}
    if letter.is_positive == old.is_positive:
        assert I.same(back, before)
    assert [p.xreplace(plain) for p in I.opened(back)[1:3]] == [p.xreplace(plain) for p in I.opened(before)[1:3]]


@QUICK
@given(st.data())
def test_split_and_shift(data):
    """A tail of its own is a sum from 1: the two together keep the value."""
    before = data.draw(sums(FREE, terms, lambda _: st.just((sp.Integer(1), n))))
    parts = applied(before, R.split(i), STATEMENT)
    after = applied(parts, R.reindex(-i, since=i + 1), STATEMENT, every=True)
    assert (1, n - i) in [I.opened(part)[1:3] for part in after.atoms(S)]
    check(before, after, STATEMENT, data.draw)


@pytest.mark.parametrize("shift", [0, sp.Rational(1, 2), i / 2, N.c, z[1], I.AtMost(i, j), sp.oo, 2 ** sp.Symbol("t")])
def test_a_shift_is_an_integer_that_is_not_zero(shift):
    """Anything else is no polynomial in index letters, or moves nothing."""
    with pytest.raises(RuleError, match="a shift by an integer that is not 0"):
        R.reindex(shift)


@pytest.mark.parametrize(
    ("wrong", "shift"),
    [
        (S(z[l + 1], (l, 1, n)), -1),  # the ends did not move
        (S(z[l], (l, 1, n - 1)), -1),  # the body did not move
        (S(z[l - 1], (l, 1, n - 1)), -1),  # the body moved the other way
        (S(z[l + 1], (l, 0, n - 1)), -1),  # one term too many
    ],
)
def test_a_wrong_shift_is_not_derived(wrong, shift):
    """The rule has one result; a chain that ends elsewhere is an error."""
    chain = Proof(replace(STATEMENT, ranges=())).chain(S(z[l], (l, 2, n))).by(R.reindex(shift))
    with pytest.raises((RuleError, ValueError)):
        chain.ends(wrong.xreplace({l: k}) if wrong.limits[0][1] == 0 else wrong)


def test_a_letter_that_may_start_at_zero_loses_its_sign():
    """SymPy would drop the delta of a positive letter and 0: a shifted letter is positive only if its range is."""
    delta = sp.KroneckerDelta
    before = S(delta(l, j) * z[l], (l, j, n))
    after = applied(before, R.reindex(-j), STATEMENT)
    letter, first, _, body = I.opened(after)
    assert first == 0
    assert not letter.is_positive
    assert body.subs(letter, 0) == z[j]


def test_a_letter_declared_not_negative_starts_at_zero_or_later():
    """Else SymPy's own arithmetic would not hold for it."""
    p = sp.Symbol("p", integer=True, nonnegative=True)
    Proof(Statement(equal(p, p), ranges=((p, 0, n),), sizes={n: 1}))
    with pytest.raises(IllFormed, match="a letter declared non-negative starts at -1"):
        Proof(Statement(equal(p, p), ranges=((p, -1, n),), sizes={n: 1}))


def test_a_scalar_of_the_data_is_no_integer():
    """Else u < v would be taken for u + 1 <= v."""
    scalar = sp.Symbol("u", integer=True)
    with pytest.raises(IllFormed, match="may not be declared an integer"):
        Proof(Statement(equal(scalar, scalar), (Datum(scalar),), sizes={n: 1}))


# -- sums of inequalities ---------------------------------------------------------------------------------------

LETTERS = tuple(sp.symbols("a b d", integer=True))
BOX = range(-4, 5)
POLYNOMIALS = st.builds(
    lambda parts, constant: sp.Add(*(times * key for times, key in parts), constant),
    st.lists(st.tuples(st.integers(-2, 2), st.sampled_from([*LETTERS, LETTERS[0] * LETTERS[1]])), max_size=2),
    st.integers(-2, 2),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(POLYNOMIALS, POLYNOMIALS), max_size=4), POLYNOMIALS, POLYNOMIALS)
def test_what_is_added_up_holds_for_all_integers(pairs, p, q):
    """By brute force: no assignment meets the facts and breaks what follows from them."""
    if Facts().plus(pairs).at_most(p, q):
        for values in product(BOX, repeat=len(LETTERS)):
            at = dict(zip(LETTERS, values, strict=True))
            met = all(u.xreplace(at) <= v.xreplace(at) for u, v in pairs)
            assert not met or p.xreplace(at) <= q.xreplace(at)


@QUICK
@given(st.data())
def test_a_sum_of_facts_follows(data):
    """Two facts, each taken as often as drawn, give their combination; one less on its greater side not by itself."""
    a, b, d = LETTERS
    facts = [(a, b + d), (b, data.draw(st.sampled_from([2 * d, d + a, a * d])))]
    often = [data.draw(st.integers(1, 2)) for _ in facts]
    low = sp.Add(*(times * p for times, (p, _) in zip(often, facts, strict=True)))
    high = sp.Add(*(times * q for times, (_, q) in zip(often, facts, strict=True)))
    assume(form(high - low))
    assert Facts().plus(facts).at_most(low, high)
    assert not Facts().plus(facts).at_most(low, high - 1)


def test_inequalities_of_a_window_and_of_a_head():
    """Those that claims lean on, and the nearest false ones."""
    L, p, r, u, x, G, H = sp.symbols("L p r u x G H", integer=True)
    facts = Facts().plus([(1, i), (m + L * N.c, n), (m + L * r + r, p), (p - r, u), (1, m), (0, r), (0, L)])
    assert facts.at_most(m + L * r, u)
    assert not facts.at_most(m + L * r + 1, u)
    assert facts.at_most(1, u)
    group = Facts().plus([(1, G), (1, r), (r, G), (1, x), (x, H - 1)])
    assert group.less(x * G, (H - 1) * G + r)
    assert not group.less(x * G + 1, (H - 1) * G + r)
    assert group.at_most((H - 1) * G + r, H * G)
    assert not group.less((H - 1) * G + r, H * G)
    # A product with a letter that may be negative is not to be had.
    assert not Facts().plus([(x, H), (r, G)]).at_most(x * G, H * G)
    assert Facts().plus([(x, H), (0, G)]).at_most(x * G, H * G)


def test_a_forgotten_letter_leaves_the_sums():
    """What a sum binds means something else inside: facts about the outer letter are gone."""
    facts = Facts().plus([(i + j, n), (1, i)])
    assert facts.at_most(j + 1, n)
    assert not facts.without(j).at_most(i + j, n)
    assert not facts.without(i).at_most(j + 1, n)


def test_forms():
    """Monomials with integer coefficients, or nothing."""
    assert form(sp.Integer(0)) == ()
    assert form((i + 1) * j - i * j) == ((("j",), 1),)
    assert form(i**2 + 3) == (((), 3), (("i", "i"), 1))
    assert [form(e) for e in (i / 2, N.c, z[1], sp.sqrt(2), 1 / i, sp.Symbol("t", real=True))] == [None] * 6
    assert difference(form(i + 2), form(i - 1)) == (((), 3),)
    assert follows(form(i), [form(i - 1)], lambda _: False)
    assert not follows(form(i - 1), [form(i)], lambda _: False)


# -- new letters ------------------------------------------------------------------------------------------------

t = sp.Symbol("t", integer=True, positive=True)


def test_a_new_letter_is_generalised_over_its_range():
    """Its range may mention the letters there are; what holds in it holds for all of it."""
    proof = Proof(AGREE)

    def same(inner: Proof) -> Fact:
        return inner.chain(z[t]).by(R.assume("agree")).done()

    fact = proof.for_all(((t, j, i),), same)
    assert same_formula(fact.formula, ForAll(((m, j, i),), equal(z[m], y[m])))
    assert same_formula(proof.specialize(fact, t=i).formula, equal(z[i], y[i]))
    with pytest.raises(RuleError, match="the rule 'congruence' does not apply"):
        proof.for_all(((t, j, n),), same)


@pytest.mark.parametrize("letter", [i, j, n, N.c, sp.Symbol("z", integer=True, positive=True)])
def test_a_letter_that_is_known_is_not_new(letter):
    """What is assumed of it would be taken for all."""
    with pytest.raises(RuleError, match="generalisation over new letters"):
        Proof(AGREE).for_all(((letter, 1, n),), lambda inner: inner.chain(z[1]).done())


def test_a_letter_of_an_assumption_is_not_new():
    """Nor is one that stands free in the conclusion, or twice among the new ones."""
    given_at = replace(STATEMENT, assumptions={"here": equal(z[t], 0)}, ranges=(*STATEMENT.ranges, (t, 1, n)))
    for statement, ranges in (
        (given_at, ((t, 1, n),)),
        (replace(STATEMENT, conclusion=equal(z[t], 0)), ((t, 1, n),)),
        (STATEMENT, ((t, 1, n), (t, 1, i))),
    ):
        with pytest.raises((RuleError, IllFormed)):
            Proof(statement).for_all(ranges, lambda inner: inner.chain(z[t]).done())


def test_what_is_said_of_a_new_letter_stays_inside():
    """A fact made with the letter in range is none outside, where it means nothing."""
    proof, kept = Proof(AGREE), []

    def keep(inner: Proof) -> Fact:
        kept.append(inner.chain(z[t]).by(R.assume("agree")).done())
        return kept[0]

    proof.for_all(((t, 1, i),), keep)
    with pytest.raises(RuleError, match="under its own assumptions only"):
        proof.transitive(kept[0], kept[0])
    with pytest.raises(RuleError, match="under its own assumptions only"):
        proof.for_all(((m, 1, i),), lambda inner: kept[0])  # noqa: ARG005


def test_induction_over_a_range_that_moves_with_it():
    """The row sums S_r = sum_{l=1}^{r} z_l of zeros are zero, for all rows from r on: no range may be left behind."""
    r, p = sp.symbols("r p", integer=True)
    total = sp.Function("total")
    running = I.Definition("total", (r, k), I.Cases(r, sp.Integer(0), total(r - 1, k - 1)))
    statement = Statement(equal(total(r, n), 0), ranges=((r, 0, n),), definitions=I.define(running), sizes={n: 1})

    def goal(level: I.Expr) -> ForAll:
        return ForAll(((p, level, n),), equal(total(level, p), 0))

    def base(inner: Proof) -> Fact:
        return inner.for_all(goal(sp.Integer(0)).ranges, lambda q: q.chain(total(0, p)).by(*UNFOLD).done())

    def step(inner: Proof) -> Fact:
        def below(q: Proof) -> Fact:
            return q.chain(total(r + 1, p)).by(*UNFOLD).by(q.using(q.assumption("induction"))).done()

        return inner.for_all(goal(r + 1).ranges, below)

    def too_far(inner: Proof) -> Fact:
        def below(q: Proof) -> Fact:
            return q.chain(total(r + 1, p)).by(*UNFOLD).by(q.using(q.assumption("induction"))).done()

        return inner.for_all(((p, r, n),), below)

    proof = Proof(statement)
    every = proof.induction(r, goal, base, step)
    conclude(statement, proof.specialize(every, p=n))
    with pytest.raises(RuleError):
        Proof(statement).induction(r, goal, base, too_far)


UNFOLD = (R.unfold("total"), R.CASES)


# -- larger instances than the search draws ---------------------------------------------------------------------


@pytest.mark.parametrize(("depth", "window", "length"), [(2, 1, 5), (1, 3, 5), (3, 1, 4), (2, 2, 5)])
def test_the_reach_of_a_window_at_larger_sizes(depth, window, length):
    """The derivative of the last state is the share of one path L w back, and 0 before; early rows are means too."""
    sizes = {"n": length, "d": 1, "L": depth, "w": window}
    at = Instance(sizes, arrays={"x": {(k, 1): number(k * k - 2) for k in range(1, length + 1)}})
    for part in ATTAINED.parts:
        found = part.statement.check(at)
        assert found.exercised == (length - depth * window) * (depth + 1)
        assert found.broken_at is None
    evaluator = Evaluator(at, ATTAINED.parts[0].statement.definitions)
    for position in range(1, length + 1):
        slope = evaluator(I.Partial(sp.Function("mean")(depth, length, 1), N.x[position, 1]), {})
        assert (slope > number(0)) == (position >= length - depth * window)
    first_two = (evaluator(N.x[1, 1], {}) + evaluator(N.x[2, 1], {})) / number(2)
    assert evaluator(sp.Function("mean")(1, 2, 1), {}) == first_two


# -- rotations by other angles than quarter turns ------------------------------------------------------------------


@pytest.mark.parametrize(("cosine", "sine"), [("3/5", "4/5"), ("-5/13", "12/13"), ("8/17", "-15/17")])
def test_rotary_scores_at_unit_vectors_of_the_plane(cosine, sine):
    """The search draws quarter turns alone, where a square of 1 is easy to meet; here are turns in between."""
    row = {(1, 1): number("2"), (1, 2): number("-1/2")}
    other = {(1, 1): number("1/3"), (1, 2): number("5")}
    for turn, holds in ((cosine, True), ("1/2", False)):
        angle = {"c": {(1,): number(turn)}, "s": {(1,): number(sine)}}
        at = Instance({"pairs": 1, "m": 1, "n": 2, "p": 2}, arrays={"q": row, "k": other, **angle})
        for part in ROTARY.parts:
            check_at = part.statement.check(at)
            assert (check_at.exercised > 0) == holds
            assert check_at.broken_at is None
            loose = part.statement.without("circle").check(at)
            assert (loose.broken_at is None) == holds
        evaluator = Evaluator(at, ROTARY.parts[0].statement.definitions)
        first, second = (evaluator(sp.Function("q'")(2, 1, g), {}) for g in (1, 2))
        assert (first * first + second * second == number("17/4")) == holds
