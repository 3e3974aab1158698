"""Absolute values, maxima, inequalities and the mean value inequality: what they give is true, the rest is refused."""

from dataclasses import replace

import hypothesis.strategies as st
import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import assume as require
from referee import (
    FREE,
    SIGNS,
    STATEMENT,
    M,
    applied,
    atoms,
    beta,
    bounds,
    check,
    f,
    full_bounds,
    instance,
    linear,
    positives,
    sums,
    surrounded,
    terms,
    under,
    w,
    y,
    z,
)

from attention import indexed as I
from attention import notation as N
from attention.exact import NotExact, exp, number
from attention.instances import Evaluator, Instance
from proofs import rules as R
from proofs.derivation import Proof
from proofs.formula import Datum, ForAll, Relation, Statement, assignments, equal, real
from proofs.rules import Context, RuleError, rewrite_upwards
from proofs.wellformed import IllFormed, require_well_formed

c, i, j, l, m, n = N.c, N.i, N.j, N.l, N.m, N.n
A, E, P, Q, S = I.Absolute, sp.exp, I.Partial, I.Quotient, sp.Sum
ONE, ZERO = sp.Integer(1), sp.Integer(0)
theta = sp.Symbol("theta", real=True)
QUICK = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
ORDER = under(order=Relation(z[j], "<=", M))


def here(statement=STATEMENT):
    """Return the context at the top of an expression."""
    return Context.of(statement, ZERO, ())


def follows(premises, conclusion, draw, statement=STATEMENT):
    """Assert at drawn instances that the conclusion holds wherever the premises do; return how often they did."""
    __tracebackhide__ = True
    held = 0
    for _ in range(6):
        drawn = instance(draw(st.integers(0, 10**6)), draw(st.integers(1, 3)), statement=statement)
        value = {"theta": number(draw(st.sampled_from(["0", "1", "1/2", "-2"])))}
        at = Evaluator(replace(drawn, scalars={**drawn.scalars, **value}), statement.definitions)
        for indices in assignments(statement.ranges, at, {}):
            if all(p.holds(at, indices) for p in (*premises, *statement.assumptions.values())):
                held += 1
                assert conclusion.holds(at, indices), f"{premises} without {conclusion} at {at.instance}, {indices}"
    return held


# -- the heads --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "size"), [("3", "3"), ("-3/2", "3/2"), ("0", "0")])
def test_absolute_values_and_maxima_are_evaluated_exactly(at, size):
    """Signs are decided, irrational numbers included."""
    here = Evaluator(Instance({}, {"M": number(at)}), {})
    assert here(A(M)) == number(size)
    assert here(A(1 - E(M * M + 1))) == exp(number(at) ** 2 + 1) - 1
    assert here(I.Maximum(M, ZERO)) == (number(at) if number(at) > 0 else number(0))


def test_an_absolute_value_is_not_simplified_unasked():
    """SymPy knows nothing of the heads: |c| stays although c is positive."""
    assert A(c) != c
    assert I.Maximum(c, c) != c
    assert A(-M) != A(M)


def test_a_derivative_by_a_scalar_is_exact():
    """The product and chain rules, at a value; a limit's parameter is another letter of the same name."""
    here = Evaluator(Instance({}, {"theta": number(2), "M": number(3)}), {})
    assert here(P(theta * E(M * theta), theta)) == exp(6) * 7
    assert here(P(M * M, theta)) == number(0)
    assert here(P(theta * I.LimitOf(E(theta * M), theta, ZERO), theta)) == number(1)
    assert here(I.LimitOf(P(theta * theta, theta), theta, ZERO)) == number(0)
    with pytest.raises(NotExact):
        here(P(A(theta), theta))


def test_a_derivative_by_what_is_not_there_has_no_value():
    """It is not 0: the entry lies beyond the data."""
    here = Evaluator(Instance({"n": 1}, {}, {"z": {(1,): number(1)}}), {})
    assert here(P(z[1] * z[1], z[1])) == number(2)
    for entry in (z[2], theta):
        with pytest.raises(KeyError):
            here(P(z[1], entry))


@pytest.mark.parametrize("by", [n, i, ONE])
def test_no_statement_differentiates_by_a_position(by):
    """Positions and sizes are no variables of the calculus."""
    conclusion = equal(P(E(M * i), by), 0)
    with pytest.raises(IllFormed, match="a derivative is one by an entry of an array or by a real scalar"):
        require_well_formed(Statement(conclusion, (Datum(M),), ranges=((i, 1, n),), sizes={n: 1}))
    assert by == 1 or R.PARTIAL.apply(P(E(M * i), by), here()) is None


# -- rewriting --------------------------------------------------------------------------------------------------

CASES = {}


@st.composite
def magnitudes(draw, scope):
    """Draw the absolute value of a term whose sign may or may not follow from its form."""
    kind = draw(st.integers(0, 5))
    inside = (
        draw(positives(scope))
        if kind == 0
        else -draw(positives(scope))
        if kind == 1
        else draw(linear(scope)) ** 2
        if kind == 2
        else draw(atoms(scope)) * draw(terms(scope, 0))
        if kind == 3
        else Q(draw(linear(scope)), draw(positives(scope)))
        if kind == 4
        else draw(sums(scope, linear))
    )
    return A(inside)


@st.composite
def maxima(draw, scope):
    """Draw a maximum of three, nested on the left, or of two that may be in order."""
    u, v, t = (draw(linear(scope)) for _ in range(3))
    return draw(
        st.sampled_from([I.Maximum(I.Maximum(u, v), t), I.Maximum(u, u), I.Maximum(z[j], M), I.Maximum(M, z[j])])
    )


CASES["ABSOLUTE"] = (magnitudes, SIGNS)
CASES["ABSOLUTE_PRODUCT"] = (magnitudes, STATEMENT)
CASES["MAXIMUM_ASSOCIATIVE"] = (maxima, STATEMENT)
CASES["MAXIMUM_ORDERED"] = (maxima, ORDER)
CASES["EMPTY_SUM"] = (lambda scope: st.one_of(sums(scope, terms, bounds), sums(scope, terms, full_bounds)), STATEMENT)


@pytest.mark.parametrize("name", sorted(CASES))
@QUICK
@given(st.data())
def test_both_sides_have_the_same_value(name, data):
    """A rewriting never changes the value, in any place."""
    node, statement = CASES[name]
    before = data.draw(surrounded(node))
    try:
        after = applied(before, getattr(R, name), statement, every=data.draw(st.booleans()))
    except RuleError:
        require(False)
    check(before, after, statement, data.draw, largest=4)


@QUICK
@given(st.data())
def test_the_triangle_inequality_bounds_from_above(data):
    """Of sums and of added terms, in monotone places."""
    inside = data.draw(st.one_of(sums(FREE, linear), st.builds(sp.Add, linear(FREE), terms(FREE, 0))))
    before = data.draw(st.sampled_from([A(inside), c * A(inside) + M, Q(A(inside), c), S(A(inside), (m, 1, i))]))
    try:
        after = rewrite_upwards(before, R.TRIANGLE, here())
    except RuleError:
        require(False)
    check(before, after, STATEMENT, data.draw, "<=", largest=4)


EMPTY = S(z[l], (l, i + 1, j))
EXAMPLES = {
    "ABSOLUTE": [(A(c), R.ABSOLUTE, c), (A(-E(M)), R.ABSOLUTE, E(M)), (A(M**2), R.ABSOLUTE, M**2)],
    "ABSOLUTE_PRODUCT": [
        (A(-M), R.ABSOLUTE_PRODUCT, A(-ONE) * A(M)),
        (A(z[1] * z[2]), R.ABSOLUTE_PRODUCT, A(z[1]) * A(z[2])),
        (A(Q(M, c)), R.ABSOLUTE_PRODUCT, Q(A(M), c)),
    ],
    "MAXIMUM_ASSOCIATIVE": [
        (I.Maximum(I.Maximum(M, c), z[1]), R.MAXIMUM_ASSOCIATIVE, I.Maximum(M, I.Maximum(c, z[1])))
    ],
    "MAXIMUM_ORDERED": [(I.Maximum(M, M), R.MAXIMUM_ORDERED, M)],
    "EMPTY_SUM": [(EMPTY, R.EMPTY_SUM, ZERO), (S(z[l], (l, 1, 0)), R.EMPTY_SUM, ZERO)],
    "CANCEL": [(Q(c**2 * M, c**3), R.CANCEL, Q(M, c)), (Q(c * E(M), c**2 * E(M)), R.CANCEL, Q(ONE, c))],
    "PARTIAL": [(P(E(M * z[1]), M), R.PARTIAL, z[1] * E(M * z[1])), (P(z[1], M), R.PARTIAL, ZERO)],
}
AT_J = under(sign=Relation(z[j], ">=", ZERO))
REFUSED = [
    (A(M), R.ABSOLUTE, STATEMENT),
    (A(z[n]), R.ABSOLUTE, SIGNS),
    # What is assumed of z_j at one point says nothing of its derivative there, nor of another j.
    (P(A(z[j]) * M, M), R.ABSOLUTE, AT_J),
    (S(A(z[j]), (j, 1, n)), R.ABSOLUTE, AT_J),
    (A(M + c), R.ABSOLUTE_PRODUCT, STATEMENT),
    (A(Q(c, M)), R.ABSOLUTE_PRODUCT, STATEMENT),
    (I.Maximum(M, I.Maximum(c, M)), R.MAXIMUM_ASSOCIATIVE, STATEMENT),
    (I.Maximum(M, c), R.MAXIMUM_ORDERED, STATEMENT),
    (I.Maximum(z[i], M), R.MAXIMUM_ORDERED, ORDER),
    (S(I.Maximum(z[j], M), (j, 1, n)), R.MAXIMUM_ORDERED, ORDER),
    (P(I.Maximum(z[j], M), M), R.MAXIMUM_ORDERED, ORDER),
    (S(z[l], (l, 1, n)), R.EMPTY_SUM, STATEMENT),
    (S(z[l], (l, i, j)), R.EMPTY_SUM, STATEMENT),
    (Q(M**2, M), R.CANCEL, STATEMENT),
    # A bounding rule is none of equality, not even where it would match.
    (A(M + c), R.TRIANGLE, STATEMENT),
    (Q(c, c + E(M)), R.SHRINK_DIVISOR, STATEMENT),
    (P(A(M), M), R.PARTIAL, STATEMENT),
    (P(I.Maximum(M, c), M), R.PARTIAL, STATEMENT),
    (P(f(i) * M, M), R.PARTIAL, replace(STATEMENT, definitions={})),
]


@pytest.mark.parametrize(
    ("before", "rule", "after"),
    [example for name in EXAMPLES for example in EXAMPLES[name]],
    ids=lambda value: getattr(value, "name", None) or str(value),  # a rule's own text holds addresses
)
def test_a_rule_has_the_form_it_says(before, rule, after):
    """The rule turns the written example into the written result."""
    assert I.same(applied(before, rule), after)


@pytest.mark.parametrize(("before", "rule", "statement"), REFUSED)
def test_a_rule_refuses(before, rule, statement):
    """A rule that does not match, or whose condition is not proved, is an error and not a no-op."""
    with pytest.raises(RuleError, match="does not apply to"):
        applied(before, rule, statement)


@pytest.mark.parametrize("before", [-A(M + c), M * A(M + c), Q(c, A(M + c) + 1), A(2 * A(M + c)), A(M + c) ** 2])
def test_the_triangle_inequality_keeps_to_monotone_places(before):
    """Behind a minus sign, a factor of unknown sign, in a divisor, an absolute value or a square: refused."""
    with pytest.raises(RuleError):
        rewrite_upwards(before, R.TRIANGLE, here())


def test_a_chain_of_equations_takes_no_bound():
    """The relation that a chain proves is = only if every step was an equation."""
    proof = Proof(Statement(equal(0, 0), (Datum(M),), sizes={}))
    chain = proof.chain(A(M + 1))
    for step in (lambda: chain.by(R.TRIANGLE), lambda: chain.while_possible(R.TRIANGLE, R.ABSOLUTE)):
        with pytest.raises(RuleError):
            step()
    assert chain.at_most(R.TRIANGLE).by(R.ABSOLUTE).done().relation.op == "<="


# -- a sum over a set that is not empty -------------------------------------------------------------------------

MARK = I.AtMost(0, z[l])
COUNTED = under(some=Relation(S(MARK, (l, 1, n)), ">", ZERO))
MASS = S(MARK * E(y[l]), (l, 1, n))


@QUICK
@given(st.data())
def test_a_sum_over_a_set_that_is_not_empty_is_positive(data):
    """If its terms are; where the set is empty the assumption fails, and nothing is said."""
    inside = data.draw(positives((l, *FREE)))
    for expr in (MASS, S(MARK * inside, (l, 1, n)), S(MARK * I.AtMost(0, M) * inside, (l, 1, n))):
        if R.positive(expr, Context.of(COUNTED, expr)):
            check(expr, ZERO, COUNTED, data.draw, ">", largest=4)


@pytest.mark.parametrize(
    "expr",
    [
        S(MARK * E(y[l]), (l, 1, i)),
        S(MARK * y[l], (l, 1, n)),
        S(MARK * I.AtMost(0, y[l]), (l, 1, n)),
        S(I.AtMost(0, y[l]) * E(y[l]), (l, 1, n)),
        S(S(I.AtMost(0, z[l]) * E(M), (l, 1, n)) * y[m], (m, 1, n)),
    ],
)
def test_a_sum_over_another_set_is_not(expr):
    """Another range, a term of unknown sign, another set."""
    assert not R.positive(expr, Context.of(COUNTED, expr))
    assert R.positive(MASS, Context.of(COUNTED, MASS))
    assert not R.positive(MASS, Context.of(COUNTED, MASS).under_variation())


# -- inequalities -----------------------------------------------------------------------------------------------


def concluded(rule, *premises, statement=STATEMENT):
    """Return what a rule of inference concludes from formulas."""
    return rule.conclude(premises, here(statement))


def inequalities():
    """Draw an inequality or equation between two terms, true now and then."""
    return st.builds(Relation, linear(FREE), st.sampled_from(["<=", "<", ">=", ">", "="]), linear(FREE))


@QUICK
@given(st.data())
def test_weighted_inequalities_follow(data):
    """With factors that are not negative, and a rest that is not; strict where something is."""
    premises = [data.draw(inequalities()) for _ in range(2)]
    factors = [data.draw(st.one_of(positives(FREE), linear(FREE).map(lambda t: t**2))) for _ in range(2)]
    rest = data.draw(st.one_of(positives(FREE), linear(FREE).map(lambda t: t**2), st.just(ZERO)))
    gaps = [p.lhs - p.rhs if p.op in {">", ">="} else p.rhs - p.lhs for p in premises]
    total = rest + sum(k * gap for k, gap in zip(factors, gaps, strict=True))
    require(not sp.sympify(total).has(sp.KroneckerDelta, I.AtMost))  # SymPy knows more of these than a ring does
    low = data.draw(linear(FREE))
    conclusion = Relation(low, data.draw(st.sampled_from(["<=", "<"])), low + total)
    try:
        out = concluded(R.weighted(conclusion, *factors, rest=rest), *premises)
    except RuleError:
        assert conclusion.op == "<"
        require(False)
    require(follows(premises, out, data.draw))
    wrong = Relation(low, conclusion.op, low + total - 1)
    with pytest.raises(RuleError, match="weighted inequalities"):
        concluded(R.weighted(wrong, *factors, rest=rest), *premises)


LESS, EQUAL = Relation(z[1], "<=", y[1]), equal(z[1], y[1])
NO_WEIGHT = [
    (R.weighted(Relation(-y[1], "<=", -z[1]), -ONE), [LESS]),
    (R.weighted(Relation(M * z[1], "<=", M * y[1]), M), [LESS]),
    (R.weighted(Relation(z[1], "<", y[1]), 1), [LESS]),
    (R.weighted(equal(z[1], y[1]), 1), [LESS]),
    (R.weighted(Relation(z[1], "!=", y[1]), 1), [Relation(z[1], "<", y[1])]),
    (R.weighted(Relation(z[1], "<=", y[1]), 1), [Relation(z[1], "!=", y[1])]),
    (R.weighted(Relation(z[1], "<=", y[1] + M), 1, rest=M), [LESS]),
    (R.weighted(Relation(z[1], "<=", y[1] - 1), 1, rest=-ONE), [LESS]),
    (R.weighted(Relation(z[1], "<=", y[1])), [LESS]),
    (R.weighted(Relation(2 * z[1], "<=", 2 * y[1]), 1, 1), [LESS]),
    (R.weighted(Relation(z[1], "<=", y[1]), 1), [ForAll(((l, 1, n),), Relation(z[l], "<=", y[l]))]),
    (R.weighted(Relation(z[1], "<=", y[1]), 1), [Relation(y[1], "<=", z[1])]),
    (R.divided(Relation(Q(z[1], M), "<=", y[1])), [Relation(z[1], "<=", y[1] * M)]),
    (R.divided(Relation(Q(z[1], c), "<", y[1])), [Relation(z[1], "<=", y[1] * c)]),
    (R.divided(Relation(Q(z[1], c), "<=", y[1])), [Relation(z[1], "<=", y[1])]),
    (R.divided(Relation(Q(z[1], c), "<=", y[1])), [Relation(z[1], ">=", y[1] * c)]),
    (R.divided(Relation(z[1], "<=", y[1])), [LESS]),
    (R.SUMMED, [LESS]),
    (R.SUMMED, [ForAll(((l, i + 1, j),), Relation(z[l], "<", y[l]))]),
    (R.SUMMED, [ForAll(((l, 1, n),), Relation(z[l], "!=", y[l]))]),
    (R.SUMMED, [ForAll(((l, 1, n),), ForAll(((m, 1, n),), Relation(z[l], "<=", y[m])))]),
    (R.above_tangent(M), [LESS]),
    (R.below_absolute(M, 2), []),
    (R.below_absolute(M), [LESS]),
]


@pytest.mark.parametrize(("rule", "premises"), NO_WEIGHT)
def test_what_does_not_follow_is_refused(rule, premises):
    """A negative factor, a factor of unknown sign, a strictness that nothing gives, a rest that is negative, ..."""
    with pytest.raises(RuleError):
        concluded(rule, *premises)


@QUICK
@given(st.data())
def test_a_sum_of_inequalities_follows(data):
    """Over any range, an empty one too, and over two ranges of which the second ends at the first letter."""
    ends = data.draw(st.one_of(bounds(FREE), full_bounds(FREE)))
    op = data.draw(st.sampled_from(["<=", ">=", "="]))
    body = Relation(data.draw(linear((l, *FREE))), op, data.draw(linear((l, *FREE))))
    ranges = data.draw(st.sampled_from([((l, *ends),), ((l, *ends), (m, 1, l))]))
    premise = ForAll(ranges, body)
    require(follows([premise], concluded(R.SUMMED, premise), data.draw))


@QUICK
@given(st.data())
def test_a_divided_inequality_follows(data):
    """On either side, strict or not, by a positive divisor."""
    p, g, h = data.draw(linear(FREE)), data.draw(linear(FREE)), data.draw(positives(FREE))
    op = data.draw(st.sampled_from(["<", "<=", ">", ">="]))
    above = Relation(p, op, g * h), Relation(Q(p, h), op, g)
    below = Relation(g * h, op, p), Relation(g, op, Q(p, h))
    premise, conclusion = data.draw(st.sampled_from([above, below]))
    require(follows([premise], concluded(R.divided(conclusion), premise), data.draw))


@QUICK
@given(st.data())
def test_what_needs_no_premise_is_true(data):
    """The tangent of the exponential, and a term beside its absolute value."""
    expr = data.draw(linear(FREE))
    for rule in (R.above_tangent(expr), R.below_absolute(expr), R.below_absolute(expr, -1)):
        assert follows([], concluded(rule), data.draw)


# -- the mean value inequality ----------------------------------------------------------------------------------

PATH = replace(STATEMENT, data=(*STATEMENT.data, Datum(theta)))
WAVE = z[l] * E(w[1, l] * theta)
SLOPES = A(z[l]) * A(w[1, l]) * E(A(w[1, l]))
"""An upper bound of |d WAVE / d theta| for theta from 0 to 1."""


def test_the_mean_value_inequality_has_the_form_it_says():
    """The function at 1 and at 0, the bound as it was."""
    out = concluded(R.mean_value(theta), Relation(A(P(E(M * theta), theta)), "<=", c), statement=PATH)
    assert (I.same(out.lhs, A(E(M) - 1)), out.op, out.rhs) == (True, "<=", c)
    row = Relation(S(A(P(WAVE, theta)), (l, 1, n)), "<=", S(SLOPES, (l, 1, n)))
    out = concluded(R.mean_value(theta), row, statement=PATH)
    assert I.same(out.lhs, S(A(z[m] * E(w[1, m]) - z[m]), (m, 1, n)))


@QUICK
@given(st.data())
def test_the_mean_value_inequality_is_true(data):
    """Where the bound holds for all theta between 0 and 1: sums of exponentials, and quotients that are steep."""
    ends = data.draw(st.one_of(bounds(FREE), full_bounds(FREE)))
    over = (l, *ends)
    # For 0 < theta < 1 and d > 0: |d/dtheta of a/(d + e^{b theta})| <= |a b| e^{|b|} / (d + e^{-|b|})^2.
    a, b = z[l], w[1, l]
    steep = Q(a, c + E(b * theta)), Q(A(a) * A(b) * E(A(b)), (c + E(-A(b))) ** 2)
    path, bound = data.draw(st.sampled_from([(WAVE, SLOPES), steep, (WAVE + a * theta, SLOPES + A(a))]))
    total = Relation(S(A(P(path, theta)), over), "<=", S(bound, over))
    assert follows([], concluded(R.mean_value(theta), total, statement=PATH), data.draw, PATH)


h, hidden = sp.Function("h"), sp.Function("hidden")
HIDING = replace(PATH, definitions=I.define(I.Definition("h", (i,), E(theta * z[i])), I.Definition("u", (i,), z[i])))
ARBITRARY = replace(PATH, data=(*PATH.data, Datum(hidden, (), "function", 1)))
OTHER = sp.Symbol("other", real=True)
SLOPE = A(P(E(M * theta), theta))
NO_MEAN = {
    "undeclared": (STATEMENT, Relation(SLOPE, "<=", c)),
    "positive": (replace(STATEMENT, data=(*STATEMENT.data, Datum(theta, (), "positive"))), Relation(SLOPE, "<=", c)),
    "an array": (replace(STATEMENT, data=(*STATEMENT.data, Datum(theta, (n,)))), Relation(SLOPE, "<=", c)),
    "assumed": (replace(PATH, assumptions={"zero": equal(theta, 0)}), Relation(SLOPE, "<=", c)),
    "assumed in a definition": (
        replace(HIDING, assumptions={"zero": equal(h(1), 1)}),
        Relation(SLOPE, "<=", c),
    ),
    "a bound that moves": (PATH, Relation(SLOPE, "<=", SLOPE + theta**2)),
    "a bound that hides it": (HIDING, Relation(SLOPE, "<=", h(1))),
    "a function that hides it": (HIDING, Relation(A(P(h(i), theta)), "<=", c)),
    "a factor that hides it": (HIDING, Relation(A(P(theta * h(i), theta)), "<=", c)),
    "not smooth": (PATH, Relation(A(P(A(theta), theta)), "<=", c)),
    "a maximum": (PATH, Relation(A(P(I.Maximum(theta, M), theta)), "<=", c)),
    "a jump": (PATH, Relation(A(P(M * I.IsZero(theta), theta)), "<=", c)),
    "a bracket": (PATH, Relation(A(P(I.AtMost(theta, M) * M, theta)), "<=", c)),
    "a pole": (PATH, Relation(A(P(Q(ONE, theta), theta)), "<=", c)),
    "an arbitrary function": (ARBITRARY, Relation(A(P(hidden(theta), theta)), "<=", c)),
    "another parameter": (PATH, Relation(A(P(E(M * theta), M)), "<=", c)),
    "no absolute value": (PATH, Relation(P(E(M * theta), theta), "<=", c)),
    "from below": (PATH, Relation(SLOPE, ">=", c)),
    "at one point": (PATH, equal(SLOPE, c)),
    "a factor outside": (PATH, Relation(M * SLOPE, "<=", c)),
    "a limit": (PATH, Relation(A(P(I.LimitOf(E(-beta * c) + theta, beta, sp.oo), theta)), "<=", c)),
    "quantified": (PATH, ForAll(((l, 1, n),), Relation(SLOPE, "<=", c))),
}


@pytest.mark.parametrize("what", NO_MEAN)
def test_a_mean_value_without_its_conditions_is_refused(what):
    """The parameter is arbitrary and in plain sight, the bound does not move, the function is smooth everywhere."""
    statement, premise = NO_MEAN[what]
    with pytest.raises(RuleError, match="mean value"):
        concluded(R.mean_value(theta), premise, statement=statement)


def test_a_parameter_must_be_a_real_scalar():
    """No position, no size, no undeclared letter."""
    for by in (i, n, OTHER):
        with pytest.raises(RuleError, match="mean value"):
            concluded(R.mean_value(by), Relation(A(P(E(M * by), by)), "<=", c), statement=PATH)


def test_a_bound_at_one_point_proves_nothing():
    """With theta held at 0 the slope of e^(M theta) is M; that e^M - 1 is M does not follow."""
    claim = Relation(A(E(M) - 1), "<=", A(M))  # false at M = 1
    statement = Statement(
        claim, (Datum(M), Datum(theta), real(z, n)), ranges=((i, 1, n),), assumptions={}, sizes={n: 1}
    )

    def cheat(inner):
        slope = inner.chain(SLOPE).by(R.PARTIAL, R.assume("at zero")).done()
        bound = inner.infer(R.weighted(Relation(SLOPE, "<=", A(M)), 1), slope)
        return inner.infer(R.mean_value(theta), bound)

    pinned = replace(statement, assumptions={"at zero": equal(E(M * theta), 1)})
    with pytest.raises(RuleError, match="mean value"):
        cheat(Proof(pinned))
    assert Evaluator(Instance({}, {"M": number(1)}), {})(A(E(M) - 1)) > 1


# -- facts ------------------------------------------------------------------------------------------------------


def test_an_inference_takes_no_fact_of_another_proof():
    """A fact under other assumptions is no premise."""
    other = Proof(AT_J)
    mine = Proof(replace(STATEMENT, ranges=STATEMENT.ranges))
    with pytest.raises(RuleError, match="a fact under its own assumptions only"):
        mine.infer(R.weighted(Relation(-z[j], "<=", ZERO), 1), other.assumption("sign"))


def test_an_inference_is_recorded_with_its_premises():
    """The step shows the rule, what it was applied to, and what came out."""
    proof = Proof(AT_J)
    fact = proof.infer(R.weighted(Relation(-z[j], "<=", ZERO), 1), proof.assumption("sign"))
    step = proof.steps[-1]
    assert (step.rule, step.relation, step.after) == ("weighted inequalities", "=>", fact.formula)
    assert step.before == (AT_J.assumptions["sign"],)


TESTED = {
    *CASES,
    "TRIANGLE",
    "SUMMED",
    "above_tangent",
    "below_absolute",
    "divided",
    "mean_value",
    "weighted",
}
"""The names of `proofs.rules` that this page tests; the tests of completeness ask for them."""
