"""Rules of inference: what they conclude follows at every instance; what does not follow is refused."""

import inspect

import hypothesis.strategies as st
import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import assume as require
from referee import FREE, SIGNS, STATEMENT, M, atoms, instance, linear, positives, terms, under, w, y, z

from attention import indexed as I
from attention import notation as N
from attention.instances import Evaluator
from proofs.formula import ForAll, Or, Relation, assignments, equal
from proofs.rules import Context, RuleError, inference

c, i, j, l, m, n = N.c, N.i, N.j, N.l, N.m, N.n
S, E, Q = sp.Sum, sp.exp, I.Quotient
ZERO = sp.Integer(0)
QUICK = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


def here(expr=ZERO, statement=STATEMENT):
    """Return the context at the top of an expression."""
    return Context.of(statement, expr)


def follows(premises, conclusion, draw, statement=STATEMENT):
    """Assert at drawn instances that the conclusion holds wherever the premises do; return how often they did."""
    __tracebackhide__ = True
    held = 0
    for _ in range(6):
        at = Evaluator(
            instance(draw(st.integers(0, 10**6)), draw(st.integers(1, 3)), statement=statement),
            statement.definitions,
        )
        for indices in assignments(statement.ranges, at, {}):
            if all(p.holds(at, indices) for p in (*premises, *statement.assumptions.values())):
                held += 1
                assert conclusion.holds(at, indices), f"{premises} without {conclusion} at {at.instance}, {indices}"
    return held


@st.composite
def equations(draw):
    """Draw an equation that holds now and then: two terms, or one term and what it is here."""
    left = draw(terms(FREE, 0))
    return equal(
        left, draw(st.sampled_from([left, left + draw(atoms(FREE)) - draw(atoms(FREE)), draw(terms(FREE, 0))]))
    )


@QUICK
@given(st.data())
def test_transitivity_follows(data):
    """Two equations with a side in common give a third."""
    sides = [data.draw(terms(FREE, 0)) for _ in range(2)]
    p, q, r, s = (data.draw(st.sampled_from(sides)) for _ in range(4))
    first, second = equal(p, q), equal(r, s)
    try:
        out = inference.transitive(first, second)
    except RuleError:
        require(False)
    require(follows([first, second], out, data.draw))


@QUICK
@given(st.data())
def test_a_linear_combination_follows(data):
    """The combination that the rule accepts holds wherever its premises do; with one sign turned it is refused."""
    premises = [data.draw(equations()) for _ in range(2)]
    factors = [data.draw(linear(FREE)) for _ in range(2)]
    rest = data.draw(terms(FREE, 0))
    total = sum(k * (p.lhs - p.rhs) for k, p in zip(factors, premises, strict=True))
    # The rule knows no identity of deltas, and SymPy does: delta^2 = delta.
    require(not sp.sympify(total).has(sp.KroneckerDelta))
    conclusion = equal(sp.expand(total + rest), rest)
    out = inference.linear_combination(list(zip(factors, premises, strict=True)), conclusion)
    follows(premises, out, data.draw)
    with pytest.raises(RuleError, match="linear combination"):
        inference.linear_combination(list(zip(factors, premises, strict=True)), equal(conclusion.lhs + 1, rest))


@QUICK
@given(st.data())
def test_cross_multiplication_follows(data):
    """f/g = h/k with positive divisors gives f k = h g, and is true whenever the premise is."""
    f, h = data.draw(linear(FREE)), data.draw(linear(FREE))
    g, k = data.draw(positives(FREE)), data.draw(positives(FREE))
    premise = data.draw(
        st.sampled_from([equal(Q(f, g), Q(f, g)), equal(Q(f, g), Q(h, k)), equal(Q(f, g), h), equal(Q(f * k, k), f)])
    )
    follows([premise], inference.cross_multiply(premise, here()), data.draw)


@QUICK
@given(st.data())
def test_injectivity_follows(data):
    """F (e^u - e^v) = 0 gives f (u - v) = 0."""
    u, factor = data.draw(linear(FREE)), data.draw(st.one_of(atoms(FREE), st.just(sp.Integer(1))))
    other = data.draw(st.sampled_from([u + data.draw(atoms(FREE)), u + z[i] * w[1, 1], ZERO]))
    difference = data.draw(st.sampled_from([E(u) - E(other), E(other) - E(u)]))
    premise = equal(factor * difference, ZERO)
    try:
        out = inference.exponential_injective(premise)
    except RuleError:
        require(False)
    require(follows([premise], out, data.draw))


@QUICK
@given(st.data())
def test_dropping_a_positive_factor_follows(data):
    """F g = 0 with f > 0 gives g = 0."""
    rest = data.draw(st.sampled_from([data.draw(linear(FREE)), z[i] * w[1, 1], z[j]]).filter(lambda e: not e.is_number))
    factor = data.draw(positives(FREE).filter(lambda drawn: drawn != 1))  # 1 f is f: nothing to drop
    premise = equal(factor * rest, ZERO)
    if data.draw(st.booleans()):
        premise = equal(Q(rest, data.draw(positives(FREE))), ZERO)
    require(follows([premise], inference.positive_factor(premise, here(premise.lhs)), data.draw))


@QUICK
@given(st.data())
def test_a_product_of_zero_has_a_factor_of_zero(data):
    """F g = 0 gives f = 0 or g = 0."""
    premise = equal(z[i] * y[j] ** data.draw(st.integers(1, 2)) * data.draw(st.sampled_from([M, c, w[i, j]])), ZERO)
    require(follows([premise], inference.product_zero(premise), data.draw))


@QUICK
@given(st.data())
def test_a_sum_of_squares_of_zero_has_terms_of_zero(data):
    """Sum f(v)^2 = 0 gives f(p) = 0 at any p in the range."""
    letter = data.draw(st.sampled_from([l, m, i]))
    last = data.draw(st.sampled_from([n, i, sp.Integer(1)]))
    body = data.draw(
        st.sampled_from([z[letter], I.AtMost(letter, j) * z[letter], S(z[m] * w[m, letter], (m, 1, letter))])
    )
    premise = equal(S(body**2, (letter, 1, last)), ZERO)
    at = data.draw(st.sampled_from([i, j, n, m, sp.Integer(1)]))
    try:
        out = inference.squares_zero(premise, at, here())
    except RuleError:
        require(False)
    require(follows([premise], out, data.draw))


PAIR = equal(z[1], y[1])

EXPECTED = [
    (inference.transitive(PAIR, equal(z[1], M)), equal(y[1], M)),
    (inference.transitive(PAIR, equal(y[1], M)), equal(z[1], M)),
    (inference.transitive(PAIR, equal(M, y[1])), equal(z[1], M)),
    (inference.linear_combination([(c, PAIR)], equal(c * z[1], c * y[1])), equal(c * z[1], c * y[1])),
    (inference.cross_multiply(equal(Q(M, c), Q(z[1], E(M))), here()), equal(M * E(M), z[1] * c)),
    (inference.cross_multiply(equal(Q(M, c), Q(z[1], c)), here()), equal(M, z[1])),
    (inference.cross_multiply(equal(Q(M, c), z[1]), here()), equal(M, z[1] * c)),
    (inference.exponential_injective(equal(M * (E(z[1]) - E(y[1])), ZERO)), equal(-M * (y[1] - z[1]), ZERO)),
    (inference.exponential_injective(equal(E(z[1]) - 1, ZERO)), equal(z[1], ZERO)),
    (inference.exponential_injective(equal(1 - E(z[1]), ZERO)), equal(-z[1], ZERO)),
    (inference.positive_factor(equal(c * M, ZERO), here()), equal(M, ZERO)),
    (inference.positive_factor(equal(Q(M, c), ZERO), here()), equal(M, ZERO)),
    (inference.product_zero(equal(M * z[1] ** 2, ZERO)), Or((equal(M, ZERO), equal(z[1], ZERO)))),
    (inference.squares_zero(equal(S(z[l] ** 2, (l, 1, n)), ZERO), i, here()), equal(z[i], ZERO)),
    # m put in for l must not fall under the inner m.
    (
        inference.squares_zero(equal(S(S(w[l, m], (m, 1, n)) ** 2, (l, 1, n)), ZERO), n, here()),
        equal(S(w[n, m], (m, 1, n)), ZERO),
    ),
]


@pytest.mark.parametrize(("out", "expected"), EXPECTED)
def test_an_inference_has_the_form_it_says(out, expected):
    """The written premises give the written conclusion."""
    assert str(out) == str(expected)


def test_a_letter_put_into_a_square_is_not_captured():
    """At p = m, a term that sums over m sums over another letter."""
    ranged = under()
    ranged = type(ranged)(**{**vars(ranged), "ranges": (*ranged.ranges, (m, 1, n))})
    premise = equal(S(S(w[l, m], (m, 1, n)) ** 2, (l, 1, n)), ZERO)
    out = inference.squares_zero(premise, m, here(ZERO, ranged))
    assert I.same(out.lhs, S(w[m, l], (l, 1, n)))


REFUSED = [
    lambda: inference.transitive(PAIR, equal(c, M)),
    lambda: inference.transitive(PAIR, Relation(y[1], "<=", M)),
    lambda: inference.transitive(Relation(z[1], "!=", y[1]), equal(y[1], M)),
    lambda: inference.linear_combination([(c, PAIR)], equal(z[1], y[1])),
    lambda: inference.linear_combination([(1, PAIR)], Relation(z[1], "<=", y[1])),
    lambda: inference.linear_combination([(1, Relation(z[1], "<=", y[1]))], PAIR),
    lambda: inference.linear_combination([(1, equal(Q(M, c), z[1]))], equal(M, c * z[1])),
    lambda: inference.cross_multiply(equal(Q(M, z[1]), c), here()),
    lambda: inference.cross_multiply(equal(Q(M, c), Q(M, c - 1)), here()),
    lambda: inference.cross_multiply(equal(Q(M, S(E(z[l]), (l, i + 1, n))), c), here()),
    lambda: inference.cross_multiply(Relation(Q(M, c), "<=", z[1]), here()),
    lambda: inference.exponential_injective(equal(E(z[1]) + E(y[1]), ZERO)),
    lambda: inference.exponential_injective(equal(E(z[1]) - E(y[1]), M)),
    lambda: inference.exponential_injective(equal(E(z[1]) - 2 * E(y[1]), ZERO)),
    lambda: inference.exponential_injective(equal(E(z[1]) - E(y[1]) - E(M), ZERO)),
    lambda: inference.exponential_injective(equal((E(z[1]) - E(y[1])) ** 2, ZERO)),
    lambda: inference.exponential_injective(Relation(E(z[1]) - E(y[1]), "<=", ZERO)),
    lambda: inference.positive_factor(equal(M * z[1], ZERO), here()),
    lambda: inference.positive_factor(equal(c * M, z[1]), here()),
    lambda: inference.positive_factor(equal(z[j] * M, ZERO), here(ZERO, SIGNS)),
    lambda: inference.positive_factor(equal(Q(M, z[1]), ZERO), here()),
    lambda: inference.product_zero(equal(M, ZERO)),
    lambda: inference.product_zero(equal(M * c, z[1])),
    lambda: inference.product_zero(equal(M + c, ZERO)),
    lambda: inference.product_zero(Relation(M * c, "<=", ZERO)),
    lambda: inference.squares_zero(equal(S(z[l] ** 2, (l, 1, j)), ZERO), i, here()),
    lambda: inference.squares_zero(equal(S(z[l] ** 3, (l, 1, n)), ZERO), i, here()),
    lambda: inference.squares_zero(equal(S(M * z[l] ** 2, (l, 1, n)), ZERO), i, here()),
    lambda: inference.squares_zero(equal(S(z[l] ** 2, (l, 1, n)), ZERO), l, here()),
    lambda: inference.squares_zero(equal(S(z[l] ** 2, (l, 1, n)), M), i, here()),
    lambda: inference.squares_zero(equal(S(z[l] ** 2, (l, i + 1, n)), ZERO), n, here()),
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_an_inference_refuses(number):
    """Another relation, a divisor or factor without a sign, a letter out of range: nothing is concluded."""
    with pytest.raises(RuleError):
        REFUSED[number]()


def test_a_bound_letter_is_no_free_letter_of_an_assumption():
    """z_j > 0 at the statement's j proves no sum over j positive, so nothing is cancelled by one."""
    positive = under(sign=Relation(z[j], ">", ZERO))
    with pytest.raises(RuleError):
        inference.cross_multiply(equal(Q(M, S(z[j], (j, 1, n))), c), here(ZERO, positive))
    everywhere = under(sign=ForAll(((l, 1, n),), Relation(z[l], ">", ZERO)))
    out = inference.cross_multiply(equal(Q(M, S(z[j], (j, 1, n))), c), here(ZERO, everywhere))
    assert out == equal(M, c * S(z[j], (j, 1, n)))


def test_every_inference_is_tested():
    """Each public function of `proofs.rules.inference` stands on this page."""
    source = inspect.getsource(inspect.getmodule(test_every_inference_is_tested))
    public = [k for k, f in vars(inference).items() if inspect.isfunction(f) and f.__module__ == inference.__name__]
    assert {k for k in public if not k.startswith("_")} == {k for k in public if f"inference.{k}(" in source}
