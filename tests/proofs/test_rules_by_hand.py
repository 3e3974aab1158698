"""The rules by hand: what each makes of a written example, and where each must refuse.

The refusals are attempts to prove something false: a captured letter, an empty range, a divisor that may vanish, an
assumption where it does not hold.
"""

import pytest
import sympy as sp
from referee import (
    AGREE,
    BELOW,
    DEFINITIONS,
    SIGNS,
    STATEMENT,
    D,
    M,
    applied,
    beta,
    f,
    g,
    noise,
    other_noise,
    pi,
    under,
    w,
    y,
    z,
)
from test_rules_field import TESTED as FIELD

import proofs.rules
from attention import indexed as I
from attention import notation as N
from proofs import rules as R
from proofs.formula import Datum, ForAll, Relation, Statement, equal, real
from proofs.rules import Context, RuleError, rewrite_upwards

i, j, k, l, m, n, c = N.i, N.j, sp.Symbol("k", integer=True, positive=True), N.l, N.m, N.n, N.c
ONE, ZERO = sp.Integer(1), sp.Integer(0)
S, Q, E = sp.Sum, I.Quotient, sp.exp
delta = sp.KroneckerDelta
v0 = sp.Symbol("v", integer=True)
TOTAL = S(E(z[l]), (l, 1, n))
FALL = E(-beta * z[j])


def limit(expr, to=sp.oo):
    """Return the limit of an expression in beta."""
    return I.LimitOf(expr, beta, sp.sympify(to))


EXAMPLES = {
    "unfold": [
        (f(k), R.unfold("f"), S(w[k, j] * z[j], (j, 1, n))),
        (f(j), R.unfold("f"), S(w[j, m] * z[m], (m, 1, n))),
        (S(f(j), (j, 1, n)), R.unfold("f"), S(S(w[j, m] * z[m], (m, 1, n)), (j, 1, n))),
        (g(l, i), R.unfold("g"), E(w[l, i]) * S(y[m], (m, 1, i))),
    ],
    "fold": [
        (S(w[i, m] * z[m], (m, 1, n)), R.fold("f"), f(i)),
        (S(S(w[l, m] * z[m], (m, 1, n)), (l, 1, n)), R.fold("f"), S(f(l), (l, 1, n))),
        (E(w[2, i]) * S(y[m], (m, 1, i)), R.fold("g"), g(2, i)),
    ],
    "LINEARITY": [
        (S(z[l] + y[l], (l, 1, n)), R.LINEARITY, S(z[l], (l, 1, n)) + S(y[l], (l, 1, n))),
    ],
    "CONSTANT_OUT": [
        (S(c * z[l], (l, 1, n)), R.CONSTANT_OUT, c * S(z[l], (l, 1, n))),
        (S(E(M + z[l]), (l, 1, n)), R.CONSTANT_OUT, E(M) * S(E(z[l]), (l, 1, n))),
        (S(c * E(z[l]), (l, 1, n)), R.CONSTANT_OUT, c * TOTAL),
        (S(Q(z[l], TOTAL), (l, 1, n)), R.CONSTANT_OUT, Q(S(z[l], (l, 1, n)), TOTAL)),
    ],
    "CONSTANT_IN": [(c * S(z[l], (l, 1, n)), R.CONSTANT_IN, S(c * z[l], (l, 1, n)))],
    "SWAP": [
        (S(S(w[l, m], (m, 1, n)), (l, 1, i)), R.SWAP, S(S(w[l, m], (l, 1, i)), (m, 1, n))),
        # The outer range ends at a free m: exchanged, it must not fall under the inner m.
        (S(S(w[l, m], (m, 1, n)), (l, 1, m)), R.SWAP, S(S(w[l, k], (l, 1, m)), (k, 1, n))),
    ],
    "DISTRIBUTE": [
        (c * (z[1] + y[1]), R.DISTRIBUTE, c * z[1] + c * y[1]),
        ((z[1] + y[1]) ** 2, R.DISTRIBUTE, z[1] ** 2 + 2 * z[1] * y[1] + y[1] ** 2),
        (Q(z[1] + y[1], c), R.DISTRIBUTE, Q(z[1], c) + Q(y[1], c)),
    ],
    "PRODUCT_OF_SUMS": [
        (
            S(z[l], (l, 1, n)) * S(y[m], (m, 1, i)),
            R.PRODUCT_OF_SUMS,
            S(S(z[l] * y[m], (l, 1, n)), (m, 1, i)),
        ),
        (S(z[l], (l, 1, n)) ** 2, R.PRODUCT_OF_SUMS, S(S(z[l] * z[m], (m, 1, n)), (l, 1, n))),
    ],
    "CONSTANT_SUM": [
        (S(c, (l, 1, n)), R.CONSTANT_SUM, n * c),
        (S(c, (l, i + 1, n)), R.CONSTANT_SUM, (n - i) * c),
    ],
    "ZERO_SUM": [(S(0, (l, 1, i)), R.ZERO_SUM, ZERO)],
    "SINGLE_TERM": [
        (S(z[l], (l, i, i)), R.SINGLE_TERM, z[i]),
        # A free m put in for l must not fall under the inner m.
        (S(S(w[l, m], (m, 1, n)), (l, m, m)), R.SINGLE_TERM, S(w[m, k], (k, 1, n))),
    ],
    "split": [
        (S(z[l], (l, 1, n)), R.split(i), S(z[l], (l, 1, i)) + S(z[l], (l, i + 1, n))),
        (
            S(z[l], (l, 1, n)) + S(z[l], (l, 1, i)),
            R.split(j, until=i),
            S(z[l], (l, 1, n)) + S(z[l], (l, 1, j)) + S(z[l], (l, j + 1, i)),
        ),
    ],
    "reindex": [
        (S(z[l], (l, i + 1, n)), R.reindex(-i), S(z[i + l], (l, 1, n - i))),
        (
            S(z[l], (l, 1, n)) + S(z[l], (l, 2, n)),
            R.reindex(-1, since=sp.Integer(2)),
            S(z[l], (l, 1, n)) + S(z[l + 1], (l, 1, n - 1)),
        ),
        # The shift's j is the statement's, not the one that the inner sum binds.
        (S(S(w[l, j], (j, 1, n)), (l, 1, n)), R.reindex(j), S(S(w[l - j, k], (k, 1, n)), (l, j + 1, n + j))),
        # The shift's l is not the letter of the sum.
        (S(z[l], (l, 1, n)), R.reindex(l), S(z[k - l], (k, l + 1, n + l))),
    ],
    "permute": [(S(z[pi[l]], (l, 1, n)), R.permute("pi", n), S(z[l], (l, 1, n)))],
    "DELTA_PICKS": [
        (S(delta(l, i) * z[l], (l, 1, n)), R.DELTA_PICKS, z[i]),
        # A free m picked out must not fall under the inner m.
        (S(delta(l, n) * S(w[l, m], (m, 1, n)), (l, 1, n)), R.DELTA_PICKS, S(w[n, m], (m, 1, n))),
    ],
    "DELTA_OUTSIDE": [
        (S(delta(l, i) * z[l], (l, i + 1, n)), R.DELTA_OUTSIDE, S(0, (l, i + 1, n))),
        (delta(j, i + 1), R.DELTA_OUTSIDE, ZERO),
    ],
    "BRACKET": [
        (I.AtMost(j, i), R.BRACKET, ONE),
        (I.AtMost(i + 1, j), R.BRACKET, ZERO),
        (S(I.AtMost(l, i), (l, i + 1, n)), R.BRACKET, S(0, (l, i + 1, n))),
        (I.IsZero(z[j]) ** 2, R.BRACKET, I.IsZero(z[j])),
        (I.AtMost(i, j) ** 3, R.BRACKET, I.AtMost(i, j)),
    ],
    "CASES": [
        (I.Cases(ZERO, z[1], y[1]), R.CASES, z[1]),
        (I.Cases(i, z[1], y[1]), R.CASES, y[1]),
    ],
    "assume": [
        (z[j], R.assume("agree"), y[j]),
        (S(z[l], (l, 1, i)), R.assume("agree"), S(y[l], (l, 1, i))),
        (y[i], R.assume("agree", backwards=True), z[i]),
    ],
    "CANCEL": [
        (Q(E(M) * z[1], E(M) * c), R.CANCEL, Q(z[1], c)),
        (Q(E(M + z[1]), E(M) * TOTAL), R.CANCEL, Q(E(z[1]), TOTAL)),
        (Q(TOTAL, S(E(z[m]), (m, 1, n))), R.CANCEL, ONE),
        (Q(n - i + 1, n - i + 1), R.CANCEL, None),
    ],
    "MERGE": [
        (c * Q(z[1], TOTAL), R.MERGE, Q(c * z[1], TOTAL)),
        (Q(z[1], c) * Q(y[1], TOTAL), R.MERGE, Q(z[1] * y[1], c * TOTAL)),
        (Q(z[1], c) ** 2, R.MERGE, Q(z[1] ** 2, c**2)),
    ],
    "EXPONENTS": [(E(z[1]) * E(y[1]), R.EXPONENTS, E(z[1] + y[1]))],
    "DIVIDE": [
        (Q(ZERO, TOTAL), R.DIVIDE, ZERO),
        (Q(M, ONE), R.DIVIDE, M),
        (Q(M, Q(c, TOTAL)), R.DIVIDE, Q(M * TOTAL, c)),
        (Q(Q(M, c), TOTAL), R.DIVIDE, Q(M, c * TOTAL)),
    ],
    "FACTOR_OUT": [(Q(M * c, TOTAL), R.FACTOR_OUT, None)],
    "COMMON_DENOMINATOR": [
        (Q(M, c) + Q(z[1], TOTAL), R.COMMON_DENOMINATOR, Q(M * TOTAL + z[1] * c, c * TOTAL)),
        (M + Q(z[1], c), R.COMMON_DENOMINATOR, Q(M * c + z[1], c)),
    ],
    "ring": [
        ((M + c) ** 2, R.ring(M**2 + 2 * M * c + c**2), M**2 + 2 * M * c + c**2),
        (E(M + 2 * c) - E(M) * E(c) ** 2, R.ring(ZERO), ZERO),
    ],
    "PARTIAL": [
        (I.Partial(z[i], z[m]), R.PARTIAL, delta(i, m)),
        (
            I.Partial(S(E(z[l]), (l, 1, n)), z[m]),
            R.PARTIAL,
            S(E(z[l]) * delta(l, m), (l, 1, n)),
        ),
        (
            I.Partial(z[1] * f(i), z[m]),
            R.PARTIAL,
            delta(1, m) * f(i) + z[1] * I.Partial(f(i), z[m]),
        ),
        # The bound m of the sum is not the m of the entry.
        (I.Partial(S(z[m] ** 1, (m, 1, n)), z[m]), R.PARTIAL, S(delta(l, m), (l, 1, n))),
    ],
    "LIMIT": [
        (limit(E(-beta * c)), R.LIMIT, ZERO),
        (limit(E(M - beta * z[j])), R.LIMIT, E(M) * I.IsZero(z[j])),
        (limit(E(beta * M), 0), R.LIMIT, ONE),
        (limit(Q(FALL, 1 + FALL)), R.LIMIT, Q(I.IsZero(z[j]), 1 + I.IsZero(z[j]))),
    ],
    "EXPECTATION": [
        (I.Expectation(noise[l] * noise[m]), R.EXPECTATION, delta(l, m)),
        (I.Expectation(noise[l] ** 2 * other_noise[m] ** 2), R.EXPECTATION, ONE),
        (I.Expectation(noise[l] * other_noise[m]), R.EXPECTATION, ZERO),
        (I.Expectation(M * noise[l]), R.EXPECTATION, M * I.Expectation(noise[l])),
        (I.Expectation(M), R.EXPECTATION, M),
    ],
}
"""Rule: (before, the rule, after); after None where only a change is asked for."""

UNDER = {"assume": AGREE, "LIMIT": SIGNS}


@pytest.mark.parametrize(
    ("name", "before", "rule", "after"),
    [
        pytest.param(name, *example, id=f"{name}-{p}")
        for name, examples in EXAMPLES.items()
        for p, example in enumerate(examples, 1)
        if example[2] is not None
    ],
)
def test_a_rule_has_the_form_it_says(name, before, rule, after):
    """The rule turns the written example into the written result."""
    assert I.same(applied(before, rule, UNDER.get(name, STATEMENT)), after)


def test_every_rule_is_written_out():
    """Every rewriting rule has an example here and a refusal below; bounds have theirs at the end.

    Those of absolute values and inequalities have theirs in test_rules_field.
    """
    rules = set(proofs.rules.__all__) - {"positive", "nonnegative", "ring_equal", "SHRINK_DIVISOR", "bound_by"}
    rules -= FIELD | {"Context", "Inference", "Rule", "RuleError", "rewrite", "rewrite_upwards"}
    assert set(EXAMPLES) == rules
    assert set(REFUSED) == rules


# -- refusals ---------------------------------------------------------------------------------------------------

ZERO_AT_J = under(zero=equal(z[j], 0))
ONE_BETA = Statement(
    equal(0, 0), (Datum(beta), real(z, n)), ranges=((j, 1, n),), assumptions={"one": equal(beta, 1)}, sizes={n: 1}
)
HIDDEN = Statement(
    equal(0, 0),
    (real(z, n), Datum(noise, (N.d_k,), "random")),
    ranges=((j, 1, n),),
    definitions=I.define(I.Definition("h", (j,), E(-beta * z[j])), I.Definition("u", (j,), noise[j])),
    sizes={n: 1, N.d_k: 1},
)
h, u = sp.Function("h"), sp.Function("u")
NOISE_IS_ONE = under(one=equal(noise[1], 1))
AT_A_POINT = under(point=equal(z[1], 0))
LATER = Statement(equal(0, 0), (real(z, n),), ranges=((i, 1, n), (j, i + 1, n)), sizes={n: 1})
sigma = sp.IndexedBase("sigma", integer=True, positive=True)
UNDECLARED = Statement(equal(0, 0), (real(y, n), Datum(sigma, (n,))), sizes={n: 1})
ANY_NUMBER = sp.Symbol("any_number", integer=True)
SCALAR = Statement(equal(0, 0), (real(z, n), Datum(ANY_NUMBER)), sizes={n: 1})
PAIRS = under(same=ForAll(((l, 1, n),), equal(f(l), S(z[m] * z[l], (m, 1, n)))))

REFUSED = {
    "unfold": [(f(1), R.unfold("g"), STATEMENT), (sp.Function("nothing")(1), R.unfold("nothing"), STATEMENT)],
    "fold": [
        (S(w[i, m] * z[m], (m, 1, i)), R.fold("f"), STATEMENT),
        (S(w[m, m] * z[m], (m, 1, n)), R.fold("f"), STATEMENT),
        (S(w[m, i] * z[m], (m, 1, n)), R.fold("f"), STATEMENT),
    ],
    "LINEARITY": [(S(z[l] * y[l], (l, 1, n)), R.LINEARITY, STATEMENT)],
    "CONSTANT_OUT": [
        (S(z[l] * y[l], (l, 1, n)), R.CONSTANT_OUT, STATEMENT),
        (S(E(z[l]), (l, 1, n)), R.CONSTANT_OUT, STATEMENT),
        (S(Q(M, 1 + z[l] ** 2), (l, 1, n)) - S(z[l], (l, 1, n)), R.CONSTANT_OUT, STATEMENT),
    ],
    "CONSTANT_IN": [(c * z[1], R.CONSTANT_IN, STATEMENT), (S(z[l], (l, 1, n)) + c, R.CONSTANT_IN, STATEMENT)],
    "SWAP": [(S(S(w[l, m], (m, 1, l)), (l, 1, n)), R.SWAP, STATEMENT)],
    "DISTRIBUTE": [(c * z[1], R.DISTRIBUTE, STATEMENT), (Q(c, z[1] + y[1]), R.DISTRIBUTE, STATEMENT)],
    "PRODUCT_OF_SUMS": [(c * S(z[l], (l, 1, n)), R.PRODUCT_OF_SUMS, STATEMENT)],
    "CONSTANT_SUM": [
        (S(z[l], (l, 1, n)), R.CONSTANT_SUM, STATEMENT),
        # The range may have length -1, where the sum is 0 and the product is not.
        (S(c, (l, i + 1, j)), R.CONSTANT_SUM, STATEMENT),
        (S(c, (l, i + 1, n - 1)), R.CONSTANT_SUM, STATEMENT),
    ],
    "ZERO_SUM": [(S(z[l], (l, 1, n)), R.ZERO_SUM, STATEMENT)],
    "SINGLE_TERM": [
        (S(z[l], (l, 1, 2)), R.SINGLE_TERM, STATEMENT),
        (S(z[l], (l, 1, n)), R.SINGLE_TERM, STATEMENT),
    ],
    "split": [
        (S(z[l], (l, 1, i)), R.split(n), STATEMENT),
        (S(z[l], (l, 1, n)), R.split(i + 1), STATEMENT),
        (S(z[l], (l, 2, n)), R.split(ZERO), STATEMENT),
        (S(z[l], (l, 1, n)), R.split(n), STATEMENT),
        (S(z[l], (l, 1, n)), R.split(j, until=i), STATEMENT),
    ],
    "reindex": [
        (z[l], R.reindex(1), STATEMENT),
        (S(z[l], (l, 1, n)), R.reindex(-1, since=sp.Integer(2)), STATEMENT),
        # A scalar of the data has any value, even where its symbol says that it is an integer.
        (S(z[l], (l, 1, n)), R.reindex(ANY_NUMBER), SCALAR),
    ],
    "permute": [
        (S(z[pi[l]] * z[l], (l, 1, n)), R.permute("pi", n), STATEMENT),
        (S(z[pi[l]], (l, 1, i)), R.permute("pi", n), STATEMENT),
        (S(z[l], (l, 1, n)), R.permute("pi", n), STATEMENT),
        # sigma is data, but not declared a permutation; pi is one of 1..n, not of 1..d_k.
        (S(z[pi[l]], (l, 1, N.d_k)), R.permute("pi", N.d_k), STATEMENT),
        (S(y[sigma[l]], (l, 1, n)), R.permute("sigma", n), UNDECLARED),
        (S(S(z[pi[m]], (m, 1, l)) * z[pi[l]], (l, 1, n)), R.permute("pi", n), STATEMENT),
    ],
    "DELTA_PICKS": [
        (S(delta(l, i) * z[l], (l, 1, j)), R.DELTA_PICKS, STATEMENT),
        (S(delta(l, i + 1) * z[l], (l, 1, n)), R.DELTA_PICKS, STATEMENT),
        (S(delta(m, i) * z[l], (l, 1, n)), R.DELTA_PICKS, STATEMENT),
        (S(delta(l, n + 1 - l) * z[l], (l, 1, n)), R.DELTA_PICKS, STATEMENT),
        (S(delta(l, i) + z[l], (l, 1, n)), R.DELTA_PICKS, STATEMENT),
    ],
    "DELTA_OUTSIDE": [
        (delta(i, j), R.DELTA_OUTSIDE, STATEMENT),
        (delta(l, m), R.DELTA_OUTSIDE, STATEMENT),
        # The sum's j is not the statement's: 1 <= j <= i here, i < j there.
        (S(delta(j, i) * z[j], (j, 1, i)), R.DELTA_OUTSIDE, LATER),
    ],
    "BRACKET": [
        (I.AtMost(i, j), R.BRACKET, STATEMENT),
        (I.AtMost(i, n - 1), R.BRACKET, STATEMENT),
        (S(S(I.AtMost(l, i), (l, 1, n)), (l, i + 1, n)), R.BRACKET, STATEMENT),
        (S(I.AtMost(j, i), (j, 1, n)), R.BRACKET, LATER),
        (I.AtMost(z[1], z[1] + 1), R.BRACKET, STATEMENT),
    ],
    "CASES": [(I.Cases(i - 1, z[1], y[1]), R.CASES, STATEMENT), (I.Cases(l, z[1], y[1]), R.CASES, STATEMENT)],
    "assume": [
        (z[n], R.assume("agree"), AGREE),
        (S(z[l], (l, 1, n)), R.assume("agree"), AGREE),
        (z[j], R.assume("nothing"), AGREE),
        # What holds at the statement's j says nothing of a bound j.
        (S(z[j], (j, 1, n)), R.assume("zero"), ZERO_AT_J),
        # What holds at one point says nothing of the derivative there.
        (I.Partial(z[1] * y[1], z[1]), R.assume("point"), AT_A_POINT),
        # What holds of a value says nothing where an operator lets it vary.
        (limit(E(-beta * z[j])), R.assume("one"), ONE_BETA),
        (I.Expectation(noise[1] ** 3), R.assume("one"), NOISE_IS_ONE),
    ],
    "CANCEL": [
        (Q(M, M), R.CANCEL, STATEMENT),
        (Q(z[1] * y[1], z[1]), R.CANCEL, STATEMENT),
        (Q(n - 1, n - 1), R.CANCEL, STATEMENT),
        # A sum over a range that may be empty is not positive.
        (Q(S(E(z[l]), (l, i + 1, n)), S(E(z[m]), (m, i + 1, n))), R.CANCEL, STATEMENT),
        (Q(c - 1, c - 1), R.CANCEL, STATEMENT),
        (Q(z[j], z[j]), R.CANCEL, SIGNS),
    ],
    "MERGE": [(z[1] * y[1], R.MERGE, STATEMENT), (Q(z[1], c), R.MERGE, STATEMENT)],
    "EXPONENTS": [(E(z[1]) + E(y[1]), R.EXPONENTS, STATEMENT), (c * E(y[1]), R.EXPONENTS, STATEMENT)],
    "DIVIDE": [(Q(z[1], c), R.DIVIDE, STATEMENT), (Q(z[1], z[1]), R.DIVIDE, STATEMENT)],
    "FACTOR_OUT": [(Q(z[1] + y[1], c), R.FACTOR_OUT, STATEMENT)],
    "COMMON_DENOMINATOR": [
        (Q(z[1], c) + Q(y[1], z[1]), R.COMMON_DENOMINATOR, STATEMENT),
        (z[1] + y[1], R.COMMON_DENOMINATOR, STATEMENT),
    ],
    "ring": [
        (Q(z[1], c), R.ring(z[1]), STATEMENT),
        (E(2 * M), R.ring(2 * E(M)), STATEMENT),
        (S(z[l], (l, 1, n)), R.ring(S(z[l], (l, 1, i))), STATEMENT),
    ],
    "PARTIAL": [
        # A head that is not unfolded may hide the entry; one without a definition may hide anything.
        (I.Partial(f(i), z[m]), R.PARTIAL, STATEMENT),
        (I.Partial(z[1] * sp.Function("unknown")(i), z[m]), R.PARTIAL, STATEMENT),
        (I.Partial(I.Cases(i, f(i), M), z[m]), R.PARTIAL, STATEMENT),
        (I.Partial(I.LimitOf(f(i), beta, sp.oo), z[m]), R.PARTIAL, STATEMENT),
        (I.Partial(I.Partial(f(i), y[1]), z[m]), R.PARTIAL, STATEMENT),
        (I.Partial(I.IsZero(z[1]), z[1]), R.PARTIAL, STATEMENT),
        # x/x has no derivative at 0.
        (I.Partial(Q(z[1], z[1]), z[1]), R.PARTIAL, STATEMENT),
        (I.Partial(Q(M, S(E(z[l]), (l, i + 1, n))), z[1]), R.PARTIAL, STATEMENT),
    ],
    "LIMIT": [
        (limit(E(beta * c)), R.LIMIT, STATEMENT),
        (limit(E(-beta * M)), R.LIMIT, STATEMENT),
        (limit(E(-beta * z[n])), R.LIMIT, SIGNS),
        (limit(beta), R.LIMIT, STATEMENT),
        (limit(Q(ONE, E(-beta * c))), R.LIMIT, STATEMENT),
        # A folded head may hide the parameter.
        (limit(h(j)), R.LIMIT, HIDDEN),
        (limit(h(j), 0), R.LIMIT, HIDDEN),
        # Only oo and 0 are this rule's; brackets and quotients are not continuous in the parameter.
        (limit(E(-beta * c), 5), R.LIMIT, STATEMENT),
        (limit(E(-beta * c), -sp.oo), R.LIMIT, STATEMENT),
        (limit(E(I.IsZero(beta)), 0), R.LIMIT, STATEMENT),
        (limit(E(Q(c, beta)), 0), R.LIMIT, STATEMENT),
        (limit(E(-(beta**2) * c)), R.LIMIT, STATEMENT),
    ],
    "EXPECTATION": [
        (I.Expectation(noise[1] ** 3), R.EXPECTATION, STATEMENT),
        (I.Expectation(noise[1] * noise[l] * noise[m]), R.EXPECTATION, STATEMENT),
        (I.Expectation(noise[1] * other_noise[1] ** 3), R.EXPECTATION, STATEMENT),
        (I.Expectation(sp.sqrt(noise[1]) ** 3), R.EXPECTATION, STATEMENT),
        (I.Expectation(1 / noise[1]), R.EXPECTATION, STATEMENT),
        (I.Expectation(E(noise[1])), R.EXPECTATION, STATEMENT),
        # A folded head may hide a random entry.
        (I.Expectation(u(1)), R.EXPECTATION, HIDDEN),
        (I.Expectation(u(1) * noise[1]), R.EXPECTATION, HIDDEN),
    ],
}


@pytest.mark.parametrize(
    ("before", "rule", "statement"),
    [pytest.param(*refusal, id=f"{name}-{p}") for name in REFUSED for p, refusal in enumerate(REFUSED[name], 1)],
)
def test_a_rule_refuses(before, rule, statement):
    """A rule that does not match, or whose condition is not proved, is an error and not a no-op."""
    with pytest.raises(RuleError, match="does not apply to") as caught:
        applied(before, rule, statement)
    assert caught.value.rule == rule.name


def test_the_error_names_rule_and_expression():
    """The message says which rule was applied to what."""
    with pytest.raises(RuleError) as caught:
        applied(z[1], R.SWAP)
    assert str(caught.value) == "the rule 'exchange two sums' does not apply to z[1]"
    assert caught.value.expression == z[1]


# -- places -----------------------------------------------------------------------------------------------------


def test_an_assumed_value_captures_no_letter():
    """Rewriting f(i) inside a sum over m by a right side that sums over m keeps the two apart."""
    before = S(f(m) * y[m], (m, 1, n))
    assert I.same(applied(before, R.assume("same"), PAIRS), S(S(z[k] * z[m], (k, 1, n)) * y[m], (m, 1, n)))


def test_a_definition_captures_no_letter():
    """Unfolding f(j) beside a sum over j, inside a sum over j, keeps all of them apart."""
    before = S(f(j) * S(z[j], (j, 1, n)), (j, 1, n))
    after = S(S(w[l, k] * z[k], (k, 1, n)) * S(z[m], (m, 1, n)), (l, 1, n))
    assert I.same(applied(before, R.unfold("f")), after)


def test_a_positive_letter_keeps_its_first_term():
    """A sum that starts at 0 keeps its term at 0 through every renaming."""
    first = S(delta(v0, 0) * M, (v0, 0, n))
    assert not I.same(first, S(0, (v0, 0, n)))
    assert I.rename_apart(first, {"v"}).has(sp.KroneckerDelta)


def test_at_restricts_the_place_and_every_reaches_all():
    """`at` picks a place up to bound names, `every` all outermost places, and the default is the first."""
    left, right = S(z[l] + M, (l, 1, n)), S(y[l] + M, (l, 1, n))
    only = applied(left + right, R.LINEARITY, at=S(y[m] + M, (m, 1, n)))
    assert I.same(only, left + S(y[l], (l, 1, n)) + S(M, (l, 1, n)))
    assert not applied(left + right, R.LINEARITY, every=True).has(z[l] + M)
    with pytest.raises(RuleError):
        applied(left, R.LINEARITY, at=right)


def test_the_entry_of_a_derivative_is_no_place():
    """No rule touches what an operator binds: the entry, the limit's parameter."""
    vanish = R.Rule("anything to zero", "f -> 0", lambda node, _: ZERO if node in (beta, z[1]) else None)
    for before in (I.Partial(M, z[1]), limit(M)):
        with pytest.raises(RuleError):
            applied(before, vanish)


# -- order ------------------------------------------------------------------------------------------------------


def bounded(expr, rule, statement=BELOW):
    """Return the expression after one bounding step."""
    return rewrite_upwards(expr, rule, Context.of(statement, expr))


UPWARDS = [
    (S(z[l], (l, 1, i)), S(y[l], (l, 1, i))),
    (c * E(z[j]) + M, c * E(y[j]) + M),
    (Q(z[j], TOTAL), Q(y[j], TOTAL)),
    (I.AtMost(i, n) * z[j], I.AtMost(i, n) * y[j]),
]
NOT_UPWARDS = [-z[j], M * z[j], Q(M, z[j]), Q(z[j], M), z[j] ** 2, z[n], S(z[l], (l, 1, n)), -E(z[j]), E(-z[j])]


@pytest.mark.parametrize(("before", "after"), UPWARDS)
def test_a_term_is_bounded_in_a_monotone_place(before, after):
    """Sums, added terms, non-negative co-factors, numerators and exponents are monotone."""
    assert I.same(bounded(before, R.bound_by("below")), after)


@pytest.mark.parametrize("before", NOT_UPWARDS)
def test_a_term_is_not_bounded_elsewhere(before):
    """A sign that may be negative, a divisor, a square, a letter out of range: refused."""
    with pytest.raises(RuleError):
        bounded(before, R.bound_by("below"))


def test_an_assumption_of_another_form_is_no_bound():
    """An equation, or a name that is not assumed, bounds nothing."""
    with pytest.raises(RuleError):
        bounded(z[j], R.bound_by("agree"), AGREE)
    with pytest.raises(RuleError):
        bounded(z[j], R.bound_by("nothing"))


def test_a_bound_captures_no_letter():
    """The bound of z_l sums over m; put under a sum over m, its letter is renamed."""
    most = under(below=ForAll(((l, 1, n),), Relation(z[l], "<=", S(y[m] * y[l], (m, 1, n)))))
    after = bounded(S(z[m], (m, 1, n)), R.bound_by("below"), most)
    assert I.same(after, S(S(y[k] * y[m], (k, 1, n)), (m, 1, n)))


@pytest.mark.parametrize("rest", [E(M), I.AtMost(i, j), M**2, S(E(z[l]), (l, i + 1, n)), z[j] ** 2])
def test_a_non_negative_part_of_a_divisor_is_dropped(rest):
    """f/(g + h) <= f/g."""
    assert I.same(bounded(Q(E(z[1]), c + rest), R.SHRINK_DIVISOR), Q(E(z[1]), c)) or I.same(
        bounded(Q(E(z[1]), c + rest), R.SHRINK_DIVISOR), Q(E(z[1]), rest)
    )


@pytest.mark.parametrize(
    "before", [Q(M, c + E(M)), Q(c, c + M), Q(c, M**2 + z[1] ** 2), Q(c, E(M) - c), Q(-c, c + E(M))]
)
def test_a_divisor_is_not_shrunk_without_its_signs(before):
    """A numerator, a part kept or a part dropped of unknown sign: refused."""
    with pytest.raises(RuleError):
        bounded(before, R.SHRINK_DIVISOR)


# -- provers ----------------------------------------------------------------------------------------------------

POSITIVE = [
    c,
    sp.E,
    E(M),
    TOTAL,
    S(E(z[l]), (l, 1, i)),
    c * E(M) + M**2,
    Q(c, TOTAL),
    n,
    i,
    n + 1,
    E(M) ** 3,
    sp.Rational(1, 2),
    I.AtMost(i, j) + c,
    c**2 * n,
]
NOT_POSITIVE = [
    M,
    z[j],
    ZERO,
    -c,
    c - E(M),
    n - 1,
    n - i,
    c - 1,
    l,
    S(E(z[l]), (l, i + 1, n)),
    S(z[l], (l, 1, n)),
    M**2,
    I.AtMost(i, j),
    delta(i, j),
    Q(c, M),
    f(i),
    D(1),
    c**2 - 1,
    I.Cases(i, c, c),
]


@pytest.mark.parametrize("expr", POSITIVE)
def test_positive_by_form(expr):
    """Exponentials, sums over ranges that are not empty, products and quotients of positive terms."""
    assert R.positive(expr, Context.of(STATEMENT, sp.sympify(expr)))


@pytest.mark.parametrize("expr", NOT_POSITIVE)
def test_not_provably_positive(expr):
    """Data of any sign, zero, differences, empty ranges, letters without a range."""
    assert not R.positive(expr, Context.of(STATEMENT, sp.sympify(expr)))


def test_signs_that_are_assumed_hold_in_their_range_alone():
    """z_l >= 0 for l <= i: known of z_j, unknown of z_n and of a bound letter that runs further."""
    context = Context.of(SIGNS, z[j])
    assert R.nonnegative(z[j], context)
    assert not R.nonnegative(z[n], context)
    assert not R.positive(z[j], context)
    assert R.nonnegative(S(z[l], (l, 1, i)), context)
    assert not R.nonnegative(S(z[l], (l, 1, n)), context)
    assert not R.nonnegative(z[j], context.under_variation())


def test_a_sign_of_a_free_letter_says_nothing_of_a_bound_one():
    """z_j > 0 at the statement's j; under a sum over j it is another j."""
    positive = under(sign=Relation(z[j], ">", ZERO))
    context = Context.of(positive, z[j])
    assert R.positive(z[j], context)
    assert not R.positive(S(z[j], (j, 1, n)), context)


def test_a_scalar_of_the_name_of_a_bound_letter_lends_it_no_sign():
    """C is a positive scalar; a summation letter called c may be 0."""
    letter = sp.Symbol("c", integer=True)
    context = Context.of(STATEMENT, c)
    assert not R.positive(S(letter, (letter, 0, n)), context)


@pytest.mark.parametrize(
    "expr", [ZERO, M**2, S(M**2, (l, i + 1, n)), S(0, (l, 1, n)), I.IsZero(M), delta(i, j), Q(M**2, c)]
)
def test_nonnegative_by_form(expr):
    """Zero, even powers, brackets, sums of such, empty or not."""
    assert R.nonnegative(expr, Context.of(STATEMENT, sp.sympify(expr)))


@pytest.mark.parametrize("expr", [M, M**3, -(M**2), M**2 - 1, Q(c, M**2), S(M, (l, 1, n)), c - c**2])
def test_not_provably_nonnegative(expr):
    """Odd powers, differences, divisors that may vanish."""
    assert not R.nonnegative(expr, Context.of(STATEMENT, expr))


@pytest.mark.parametrize(
    ("p", "q", "equal_in_ring"),
    [
        ((M + c) * (M - c), M**2 - c**2, True),
        (E(M + c), E(M) * E(c), True),
        (E(3 * M), E(M) ** 3, True),
        (S(z[l], (l, 1, n)) * 2, S(z[m], (m, 1, n)) + S(z[k], (k, 1, n)), True),
        (E(-M), -E(M), False),
        (E(M) * E(-M), 2, False),
        ((E(-M) + 1) ** 2, E(-2 * M) + 2 * E(-M) + 1, True),
        (E(-2 * M), E(-M), False),
        (E(M / 2), E(M) / 2, False),
        (E(sp.Rational(1, 2)) ** 2 * M, sp.E * M, True),
        ((E(sp.Rational(1, 2)) + M) * (E(sp.Rational(1, 2)) - M), sp.E - M**2, True),
        ((E(M / 2) + 1) * (E(M / 2) - 1), E(M) - 1, True),
        ((E(M / 2) - E(-M / 3)) ** 2, E(M) - 2 * E(M / 6) + E(-2 * M / 3), True),
        (E(M / 2), E(M / 3), False),
        (E(-M), E(M), False),
        (Q(M, c) * c, M, False),
        (S(z[l], (l, 1, n)), S(z[l], (l, 1, i)), False),
        (I.IsZero(M) ** 2, I.IsZero(M), False),
        (f(i), f(j), False),
        (sp.Integer(2), sp.Integer(2), True),
        (sp.Integer(2), sp.Integer(3), False),
    ],
)
def test_ring_equality(p, q, equal_in_ring):
    """Identities of polynomials hold, with e^(u + v) = e^u e^v; nothing else is identified."""
    assert R.ring_equal(p, q) is equal_in_ring


def test_definitions_are_what_the_referee_says():
    """The page's heads are the ones that the random terms use."""
    assert set(DEFINITIONS) == {"f", "g", "D"}
