"""Every rewriting rule, at random terms in random places: both sides have the same exact value, or are ordered.

The terms reuse the letters i, j, l, m for free letters, bound letters and the parameters of definitions, so that
a rule which captures one, forgets a range or leaves a condition out is caught here.
"""

from importlib import import_module
from pkgutil import iter_modules

import hypothesis.strategies as st
import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import assume as require
from referee import (
    AGREE,
    BELOW,
    DEFINITIONS,
    FREE,
    LETTERS,
    SIGNS,
    STATEMENT,
    D,
    M,
    applied,
    atoms,
    beta,
    bounds,
    check,
    f,
    full_bounds,
    g,
    linear,
    noise,
    other_noise,
    pi,
    positions,
    positives,
    sums,
    surrounded,
    terms,
    w,
    z,
)
from test_rules_field import TESTED as FIELD

import proofs.rules
from attention import indexed as I
from attention import notation as N
from proofs import rules as R
from proofs.formula import replaced
from proofs.rules import Context, Rule, RuleError, rewrite_upwards

QUICK = settings(
    max_examples=16,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
CASES = {}


def case(*names):
    """Register a drawing of (expression, rule, statement) for the rules it exercises."""

    def register(draw_case):
        for name in names:
            CASES[name] = draw_case
        return draw_case

    return register


def plain(rule, node):
    """Return a drawing that puts a node in a random place, under no assumption."""
    return lambda draw: (draw(surrounded(node)), rule, STATEMENT)


@st.composite
def added(draw, scope):
    """Draw a sum of two terms."""
    return sp.Add(draw(terms(scope)), draw(terms(scope)))


@st.composite
def scaled(draw, scope):
    """Draw a body with a factor, an exponent or a divisor in which the letter of the sum may be missing."""
    outer = scope[1:] or scope
    kind = draw(st.sampled_from(["factor", "exponent", "divisor"]))
    if kind == "factor":
        return draw(terms(outer, 0)) * draw(terms(scope, 0))
    if kind == "exponent":
        return sp.exp(draw(linear(outer)) + draw(linear(scope))) * draw(atoms(scope))
    return I.Quotient(draw(terms(scope, 0)), draw(positives(outer)))


CASES["LINEARITY"] = plain(R.LINEARITY, lambda scope: sums(scope, added))
CASES["CONSTANT_OUT"] = plain(R.CONSTANT_OUT, lambda scope: sums(scope, scaled))
CASES["CONSTANT_IN"] = plain(R.CONSTANT_IN, lambda scope: st.builds(sp.Mul, terms(scope), sums(scope, terms)))
CASES["SWAP"] = plain(R.SWAP, lambda scope: sums(scope, lambda inner: sums(inner, lambda k: terms(k, 0))))


@st.composite
def products(draw, scope):
    """Draw what distributes: a product with a sum of terms, a square of one, a quotient of one."""
    left = draw(added(scope))
    kind = draw(st.sampled_from(["product", "square", "quotient"]))
    if kind == "square":
        return left**2
    return left * draw(terms(scope)) if kind == "product" else I.Quotient(left, draw(positives(scope)))


CASES["DISTRIBUTE"] = plain(R.DISTRIBUTE, products)


@st.composite
def sums_multiplied(draw, scope):
    """Draw a product of two sums, or a square of one; one factor more now and then."""
    left = draw(sums(scope, lambda k: terms(k, 0)))
    if draw(st.booleans()):
        return left**2
    return left * draw(sums(scope, lambda k: terms(k, 0))) * draw(atoms(scope))


CASES["PRODUCT_OF_SUMS"] = plain(R.PRODUCT_OF_SUMS, sums_multiplied)


@st.composite
def constant_sums(draw, scope):
    """Draw a sum in which the letter may not occur, over ranges that may be empty or of negative length."""
    v = draw(st.sampled_from(LETTERS))
    ends = draw(st.one_of(bounds(scope), full_bounds(scope)))
    return sp.Sum(draw(terms(scope, 0)), (v, *ends))


CASES["CONSTANT_SUM"] = plain(R.CONSTANT_SUM, constant_sums)
CASES["ZERO_SUM"] = plain(
    R.ZERO_SUM, lambda scope: st.builds(sp.Add, sums(scope, lambda _: st.just(sp.Integer(0))), terms(scope))
)


@st.composite
def short_sums(draw, scope):
    """Draw a sum whose two ends are often the same."""
    v, first = draw(st.sampled_from(LETTERS)), draw(positions(scope))
    last = draw(st.sampled_from([first, first, draw(positions(scope))]))
    return sp.Sum(draw(terms((v, *scope))), (v, first, last))


CASES["SINGLE_TERM"] = plain(R.SINGLE_TERM, short_sums)


@case("split")
def draw_split(draw):
    """Split at any position in sight or beside one, in or out of the range."""
    at = draw(st.sampled_from([*FREE, N.n, sp.Integer(1), N.i - 1, N.j - 1, N.i + 1]))
    until = draw(st.sampled_from([None, None, N.n, N.i]))
    return draw(surrounded(lambda scope: sums(scope, terms))), R.split(at, until=until), STATEMENT


@case("reindex")
def draw_reindex(draw):
    """Shift a range by letters in sight, out of sight, bound inside, or by numbers; the range may be empty."""
    shift = draw(st.sampled_from([sp.Integer(1), sp.Integer(-2), N.i, -N.j, N.i - N.j, N.n - 2 * N.i, N.i * N.j]))
    since = draw(st.sampled_from([None, None, sp.Integer(1), N.i + 1]))
    return draw(surrounded(lambda scope: sums(scope, terms))), R.reindex(shift, since=since), STATEMENT


@case("permute")
def draw_permute(draw):
    """Sum terms in which the letter enters through pi alone, and sometimes otherwise."""
    v = draw(st.sampled_from(LETTERS))
    body = replaced(draw(terms((v, *FREE))), {v: draw(st.sampled_from([pi[v], pi[v], pi[pi[v]]]))})
    node = sp.Sum(body * draw(st.sampled_from([1, 1, z[v], w[v, pi[v]]])), (v, 1, N.n))
    return node + draw(terms(FREE, 0)), R.permute("pi", N.n), STATEMENT


@st.composite
def picked(draw, scope):
    """Draw a sum over a delta of its letter, and now and then of its letter twice."""
    v = draw(st.sampled_from(LETTERS))
    inner = tuple(dict.fromkeys([v, *scope]))
    at = draw(positions(scope))
    factor = draw(st.sampled_from([sp.KroneckerDelta(v, at), sp.KroneckerDelta(v, N.n + 1 - v)]))
    return sp.Sum(factor * draw(terms(inner)), (v, *draw(st.one_of(bounds(scope), full_bounds(scope)))))


CASES["DELTA_PICKS"] = plain(R.DELTA_PICKS, picked)


def compared(head):
    """Return a node with a delta or a bracket of two positions near each other, in a sum or out of one."""

    def pair(scope):
        near = st.sampled_from([*scope, *(p + 1 for p in scope), *(p - 1 for p in scope), sp.Integer(1), N.n])
        return st.builds(head, near, near)

    return lambda scope: st.one_of(
        pair(scope), sums(scope, lambda inner: st.builds(sp.Mul, pair(inner), terms(inner, 0)))
    )


CASES["DELTA_OUTSIDE"] = plain(R.DELTA_OUTSIDE, compared(sp.KroneckerDelta))
CASES["BRACKET"] = plain(R.BRACKET, compared(I.AtMost))
CASES["CASES"] = plain(
    R.CASES,
    lambda scope: st.builds(
        I.Cases, st.sampled_from([sp.Integer(0), *scope, *(p - 1 for p in scope)]), terms(scope), terms(scope)
    ),
)


@case("unfold")
def draw_unfold(draw):
    """Unfold heads at arguments that have the names of the definitions' own letters."""

    def heads(scope):
        return st.one_of(positions(scope).map(f), st.builds(g, positions(scope), positions(scope)), st.just(D(2)))

    return draw(surrounded(heads)), R.unfold(draw(st.sampled_from(["f", "g", "D"]))), STATEMENT


@case("fold")
def draw_fold(draw):
    """Fold what a definition unfolds to, and near misses of it."""

    def bodies(scope):
        unfolded = positions(scope).map(lambda p: I.unfold(f(p), DEFINITIONS))
        near = sums(scope, lambda k: st.builds(lambda p, q: w[p, q] * z[q], positions(k), positions(k)))
        return st.one_of(unfolded, near)

    return draw(surrounded(bodies)), R.fold("f"), STATEMENT


@case("assume")
def draw_assume(draw):
    """Rewrite z by y where they agree: up to i, which some instances pass and some do not."""

    def places(scope):
        return st.one_of(positions(scope).map(lambda p: z[p]), sums(scope, lambda k: terms(k, 0)))

    return draw(surrounded(places)), R.assume("agree", backwards=draw(st.booleans())), AGREE


@st.composite
def fractions(draw, scope):
    """Draw a quotient with factors in common, in any order, with different bound letters."""
    common, rest = draw(positives(scope)), draw(positives(scope))
    tail = draw(linear(scope))
    return draw(
        st.sampled_from(
            [
                I.Quotient(common * draw(terms(scope, 0)), common * rest),
                I.Quotient(common, common),
                I.Quotient(sp.exp(tail + draw(linear(scope))), sp.exp(tail) * rest),
                I.Quotient(draw(terms(scope, 0)) * z[1], z[1]),
            ]
        )
    )


CASES["CANCEL"] = plain(R.CANCEL, fractions)
CASES["MERGE"] = plain(
    R.MERGE,
    lambda scope: st.one_of(
        st.builds(lambda a, p, b: a * I.Quotient(b, p), terms(scope, 0), positives(scope), linear(scope)),
        st.builds(lambda a, p, b, q: I.Quotient(a, p) * I.Quotient(b, q), *[linear(scope), positives(scope)] * 2),
        st.builds(lambda a, p: I.Quotient(a, p) ** 2, linear(scope), positives(scope)),
    ),
)
CASES["EXPONENTS"] = plain(
    R.EXPONENTS,
    lambda scope: st.builds(lambda a, b, t: sp.exp(a) * sp.exp(b) * t, *[linear(scope)] * 2, atoms(scope)),
)
CASES["DIVIDE"] = plain(
    R.DIVIDE,
    lambda scope: st.one_of(
        st.builds(lambda a: I.Quotient(a, sp.Integer(1)), terms(scope, 0)),
        st.builds(lambda p: I.Quotient(sp.Integer(0), p), positives(scope)),
        st.builds(lambda a, p, q: I.Quotient(a, I.Quotient(p, q)), linear(scope), *[positives(scope)] * 2),
        st.builds(lambda a, p, q: I.Quotient(I.Quotient(a, p), q), linear(scope), *[positives(scope)] * 2),
    ),
)
CASES["FACTOR_OUT"] = plain(
    R.FACTOR_OUT, lambda scope: st.builds(lambda a, b, p: I.Quotient(a * b, p), *[linear(scope)] * 2, positives(scope))
)
CASES["COMMON_DENOMINATOR"] = plain(
    R.COMMON_DENOMINATOR,
    lambda scope: st.builds(
        lambda a, p, b, q: I.Quotient(a, p) + b * I.Quotient(b, q), *[linear(scope), positives(scope)] * 2
    ),
)


@case("ring")
def draw_ring(draw):
    """Expand a product of sums of terms."""
    p, q, t = (draw(terms(FREE, 0)) for _ in range(3))
    return (p + q) * (p - q) * t, R.ring(sp.expand(p * p * t) - sp.expand(q * q * t)), STATEMENT


@st.composite
def differentiable(draw, scope):
    """Draw a composition of sums, products, quotients and exponentials of z and w."""
    entry = st.builds(lambda p, q: z[p] * w[p, q], positions(scope), positions(scope))
    exponent = draw(st.sampled_from([draw(entry), draw(linear(scope))]))
    inner = draw(sums(scope, lambda k: positions(k).map(lambda p: sp.exp(z[p] * w[1, p]))))
    top = draw(st.sampled_from([draw(entry), sp.exp(exponent), inner * draw(entry), sp.Integer(1)]))
    return draw(st.sampled_from([top, I.Quotient(top, draw(positives(scope))), top + draw(linear(scope))]))


@case("PARTIAL")
def draw_partial(draw):
    """Differentiate by an entry of z whose letters may be bound inside."""
    entry = z[draw(positions(FREE))]
    return I.Partial(draw(differentiable(FREE)), entry), R.PARTIAL, STATEMENT


@case("LIMIT")
def draw_limit(draw):
    """Let beta tend to infinity where the exponents are gaps, or to 0 where they are polynomials."""
    seen = SIGNS
    gap = draw(st.sampled_from([z[N.j], z[1], N.c, sp.Integer(1), I.AtMost(N.j, 1), z[N.n]]))
    falling = sp.exp(draw(linear(FREE)) - beta * gap)
    if draw(st.booleans()):
        divisor = sp.Sum(sp.exp(-beta * I.AtMost(N.l, N.j) + w[1, N.l]), (N.l, 1, N.i)) + draw(positives(FREE))
        expr = I.Quotient(draw(linear(FREE)) * falling + draw(linear(FREE)), divisor)
        return I.LimitOf(expr, beta, sp.oo), R.LIMIT, seen
    top = sp.exp(draw(linear(FREE)) + beta * draw(linear(FREE)) + beta**2 * draw(atoms(FREE)))
    summed = sp.Sum(sp.exp(beta * z[N.l]), (N.l, 1, N.n))
    return I.LimitOf(I.Quotient(top, summed), beta, sp.Integer(0)), R.LIMIT, seen


@case("EXPECTATION")
def draw_expectation(draw):
    """Average products of entries of two independent arrays, repeated entries included."""
    bound = sp.Symbol("b", integer=True, positive=True)
    index = st.sampled_from([sp.Integer(1), bound])
    parts = [draw(st.sampled_from([noise, other_noise]))[draw(index)] for _ in range(draw(st.integers(1, 4)))]
    inside = sp.Sum(sp.Mul(*parts) * draw(atoms(FREE)), (bound, 1, N.d_k))
    return I.Expectation(draw(st.sampled_from([inside, inside + noise[1] * M]))), R.EXPECTATION, STATEMENT


@pytest.mark.parametrize("name", sorted(CASES))
@QUICK
@given(st.data())
def test_both_sides_have_the_same_value(name, data):
    """A rewriting never changes the value, at any instance; what does not match is refused."""
    before, rule, statement = CASES[name](data.draw)
    after = sp.sympify(before)
    matched = 0
    for _ in range(data.draw(st.integers(1, 3))):
        try:
            after = applied(after, rule, statement, every=data.draw(st.booleans()))
        except RuleError:
            break
        matched += 1
    require(matched)
    check(before, after, statement, data.draw, largest=3 if name == "EXPECTATION" else 5)


# -- order ------------------------------------------------------------------------------------------------------


@case("bound_by")
def draw_bound(draw):
    """Bound z by y in sums, numerators, exponents and beside factors of any sign."""
    node = draw(
        st.sampled_from(
            [
                sp.Sum(sp.exp(z[N.l]), (N.l, 1, N.i)),
                sp.Sum(z[N.l] * draw(linear(FREE)), (N.l, 1, N.j)),
                I.Quotient(z[N.j], draw(positives(FREE))),
                I.Quotient(z[N.j] * draw(atoms(FREE)), N.c),
                I.Quotient(N.c, z[N.j]),
                sp.exp(-z[N.i]),
                z[N.j] * sp.exp(M),
                sp.Sum(sp.Sum(sp.exp(z[N.m]), (N.m, N.l, N.i)), (N.l, 1, N.n)),
            ]
        )
    )
    return node + draw(linear(())), R.bound_by("below"), BELOW


@case("SHRINK_DIVISOR")
def draw_shrink(draw):
    """Drop a part of a divisor that may or may not be non-negative."""
    rest = draw(st.sampled_from([draw(positives(FREE)), I.AtMost(N.j, 1), z[N.j] ** 2, z[N.j], z[N.n]]))
    top = draw(st.sampled_from([draw(positives(FREE)), z[N.j], -N.c, z[N.i] ** 2]))
    return I.Quotient(top, draw(positives(FREE)) + rest), R.SHRINK_DIVISOR, SIGNS


@pytest.mark.parametrize("name", ["SHRINK_DIVISOR", "bound_by"])
@QUICK
@given(st.data())
def test_a_bound_is_never_below(name, data):
    """Rewriting upwards gives a value that is at least as large, wherever it applies."""
    before, rule, statement = CASES[name](data.draw)
    try:
        after = rewrite_upwards(before, rule, Context.of(statement, before))
    except RuleError:
        require(False)
    check(before, after, statement, data.draw, "<=")


# -- provers ----------------------------------------------------------------------------------------------------


@st.composite
def signed(draw, scope=FREE):
    """Draw a term whose sign may or may not follow from its form."""
    kind = draw(st.integers(0, 7))
    if kind == 0:
        return draw(positives(scope))
    if kind == 1:
        return draw(sums(scope, lambda k: positions(k).map(lambda p: z[p])))
    if kind == 2:
        return draw(sums(scope, lambda k: linear(k).map(sp.exp)))
    if kind == 3:
        return draw(st.sampled_from([N.n - 1, N.i - 1, N.i, N.n + 1, N.n - N.i, M, M + 3, N.c, N.c - 1, z[1]]))
    if kind == 4:
        return draw(linear(scope)) ** draw(st.integers(1, 4))
    if kind == 5:
        return I.Quotient(draw(signed(scope)), draw(signed(scope)))
    left, right = draw(signed(scope)), draw(signed(scope))
    return left + right if kind == 6 else left * right


@pytest.mark.parametrize(("prove", "op"), [(R.positive, ">"), (R.nonnegative, ">=")])
@QUICK
@given(st.data())
def test_what_is_proved_to_have_a_sign_has_it(prove, op, data):
    """`positive` and `nonnegative` are right at every instance, assumptions used in their range."""
    expr = data.draw(signed())
    require(prove(expr, Context.of(SIGNS, expr)))
    check(expr, sp.Integer(0), SIGNS, data.draw, op)


@QUICK
@given(st.data())
def test_ring_equal_terms_have_equal_values(data):
    """`ring_equal` may miss an identity, but never asserts a false one; a difference of one is seen."""
    # No deltas: their squares SymPy simplifies, and the identity below is one of polynomials.
    entries = st.builds(lambda p, q: w[p, q] * z[q], positions(FREE), positions(FREE))
    drawn = [data.draw(st.one_of(entries, sums(FREE, lambda _: entries), positions(FREE).map(f))) for _ in range(3)]
    parts = [*drawn, sp.exp(M), sp.exp(2 * M), sp.exp(M + z[1])]
    k = data.draw(st.integers(0, 4))
    p = sp.Mul(*data.draw(st.lists(st.sampled_from(parts), min_size=1, max_size=3)))
    q = sp.Mul(*data.draw(st.lists(st.sampled_from(parts), min_size=1, max_size=3)))
    left, right = (p + k * q) ** 2, p**2 + 2 * k * p * q + k**2 * q**2
    assert R.ring_equal(left, right)
    assert not R.ring_equal(left, right + 1)
    if R.ring_equal(p, q):
        check(p, q, STATEMENT, data.draw)


# -- completeness of this page ----------------------------------------------------------------------------------

PROVERS = {"positive", "nonnegative", "ring_equal"}
MACHINERY = {"Context", "Inference", "Rule", "RuleError", "rewrite", "rewrite_upwards"}


def test_every_exported_rule_is_tested():
    """A rule that `proofs.rules` exports has a random test here or in test_rules_field, or is a prover tested here."""
    assert set(proofs.rules.__all__) == set(CASES) | FIELD | PROVERS | MACHINERY
    rules = {name for name in proofs.rules.__all__ if isinstance(getattr(proofs.rules, name), Rule)}
    assert rules <= set(CASES) | FIELD


def test_every_rule_in_the_modules_is_exported():
    """No rule hides in a module of `proofs.rules`."""
    modules = [import_module(f"proofs.rules.{info.name}") for info in iter_modules(proofs.rules.__path__)]
    found = {name for module in modules for name, value in vars(module).items() if isinstance(value, Rule)}
    assert found <= set(proofs.rules.__all__)
