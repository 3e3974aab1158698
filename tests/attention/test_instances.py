"""The referee: indexed expressions at small instances, against numbers by hand and plain Python loops."""

from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from attention import indexed as I
from attention import notation as N
from attention.exact import NotExact, exp, number
from attention.instances import Evaluator, Instance, Unbounded

i, j, b, b2, n, c = N.i, N.j, N.b, N.b2, N.n, N.c
z, r = sp.IndexedBase("z", real=True), sp.IndexedBase("r", real=True)
f, g, h = (sp.Function(name) for name in "fgh")
beta, gamma = sp.symbols("beta gamma", real=True)

DATA = Instance(
    {"n": 3},
    scalars={"c": number("0.5")},
    arrays={
        "z": {(1,): number(2), (2,): number("-0.5"), (3,): number(2)},
        "r": {(1,): number(7), (2,): number(7)},
    },
    functions={"h": lambda u: u * u + 1},
    random=("r",),
)


def at(expr, definitions=None, **indices):
    """Return the value of `expr` at DATA."""
    return Evaluator(DATA, definitions or {})(expr, indices)


# -- sums, brackets, cases -----------------------------------------------------------------------------------


def test_data_sizes_scalars_indices_and_functions_are_read_by_name():
    """One of each."""
    assert at(z[2]) == Fraction(-1, 2)
    assert at(z[i + 1], i=1) == Fraction(-1, 2)
    assert at(z[2 * i - n], i=3) == 2
    assert at(n * c) == Fraction(3, 2)
    assert at(i**2 - sp.Rational(1, 3), i=4) == Fraction(47, 3)
    assert at(h(z[2])) == Fraction(5, 4)
    assert at(c**-2) == 4
    assert at(5) == 5


def test_sums_run_over_their_inclusive_range():
    """The sum of z is 3.5; an empty range gives 0; a dependent one follows its letter; shadowing is local."""
    assert at(sp.Sum(z[i], (i, 1, n))) == Fraction(7, 2)
    assert at(sp.Sum(z[i], (i, 2, n))) == Fraction(3, 2)
    assert at(sp.Sum(z[i], (i, j, 2)), j=3) == 0
    assert at(sp.Sum(z[i], (i, j, 1)), j=3) == 0
    assert at(sp.Sum(sp.Sum(i, (j, 1, i)), (i, 1, n))) == 1 + 4 + 9
    assert at(I.Quotient(sp.Sum(z[i], (i, 1, n)), z[i]), i=2) == -7  # the letter is free again after its sum
    assert at(sp.Sum(z[j] * sp.Sum(j, (j, 1, j)), (j, 1, n))) == Fraction(2 * 1 * 2 - 1 * 3 + 4 * 6, 2)


def test_exponentials_and_quotients():
    """A softmax with a tie: z = (2, -1/2, 2)."""
    total = sp.Sum(sp.exp(z[j]), (j, 1, n))
    weight = I.Quotient(sp.exp(z[i]), total)
    assert at(weight, i=1) == 1 / (2 + exp("-2.5"))
    assert at(weight, i=2) == exp("-2.5") / (2 + exp("-2.5"))
    assert at(sp.exp(1) * sp.exp(z[1])) == exp(3)
    assert at(sp.exp(1)) == exp(1)


def test_brackets_and_cases_at_their_edges():
    """[u = v], [u <= v], [u = 0] are 1 or 0; Cases evaluates only the branch it chooses."""
    assert [at(sp.KroneckerDelta(i, 2), i=k) for k in (1, 2, 3)] == [0, 1, 0]
    assert [at(I.AtMost(i, 2), i=k) for k in (1, 2, 3)] == [1, 1, 0]
    assert [at(I.IsZero(z[i] - 2), i=k) for k in (1, 2)] == [1, 0]
    assert at(I.IsZero(sp.exp(z[1]) * sp.exp(z[2]) - sp.exp(sp.Rational(3, 2)))) == 1
    assert [at(I.Cases(i - 1, 10, 20), i=k) for k in (1, 2)] == [10, 20]
    assert at(I.Cases(i - 1, 5, z[i - 1]), i=1) == 5


def test_definitions_unfold_at_their_arguments_and_may_recur():
    """The factorial by recursion; a definition does not see the letters around its use."""
    defs = I.define(
        I.Definition("f", (i,), I.Cases(i, 1, i * f(i - 1))),
        I.Definition("g", (i,), sp.Sum(z[j] * i, (j, 1, i))),
    )
    assert at(f(5), defs) == 120
    assert at(sp.Sum(g(j), (j, 1, 2)), defs) == 2 + Fraction(3, 2) * 2
    assert at(g(j) + j, defs, j=2, i=1) == 5


# -- derivatives ---------------------------------------------------------------------------------------------


def test_derivatives_of_polynomials_and_quotients_by_hand():
    """At z_1 = 2: (z^3)' = 12, (z^3/(z + 1))' = (2 z^3 + 3 z^2)/(z + 1)^2 = 28/9, (1/z^2)' = -1/4."""
    assert at(I.Partial(z[1] ** 3, z[1])) == 12
    assert at(I.Partial(I.Quotient(z[1] ** 3, z[1] + 1), z[1])) == Fraction(28, 9)
    assert at(I.Partial(z[1] ** -2, z[1])) == Fraction(-1, 4)
    assert at(I.Partial(z[1] * z[2], z[2])) == 2
    assert at(I.Partial(z[1] * n + c, z[3])) == 0
    assert at(I.Partial(sp.exp(z[1] * z[2]), z[1])) == Fraction(-1, 2) * exp(-1)


def test_derivative_of_softmax_is_the_finite_formula():
    """The derivative of p_i by z_m is p_i ([i = m] - p_m), at entries named by letters."""
    total = sp.Sum(sp.exp(z[j]), (j, 1, n))
    defs = I.define(I.Definition("f", (i,), I.Quotient(sp.exp(z[i]), total)))
    p = [at(f(k), defs) for k in (1, 2, 3)]
    for k in (1, 2, 3):
        for m in (1, 2, 3):
            expected = p[k - 1] * (int(k == m) - p[m - 1])
            assert at(I.Partial(f(i), z[N.m]), defs, i=k, m=m) == expected


def test_derivative_of_a_sum_meets_the_entry_once():
    """D of sum_j j z_j by z_m is m; nothing outside the range is met."""
    weighted = sp.Sum(j * z[j], (j, 1, i))
    assert [at(I.Partial(weighted, z[N.m]), i=2, m=k) for k in (1, 2, 3)] == [1, 2, 0]


def test_a_remembered_value_does_not_leak_into_a_derivative():
    """The same head inside and outside a derivative."""
    defs = I.define(I.Definition("f", (i,), z[i] ** 2))
    assert at(f(1) + I.Partial(f(1), z[1]) + f(1), defs) == 12


# -- limits --------------------------------------------------------------------------------------------------


def test_limits_at_infinity_read_the_leading_exponent():
    """The softmax of beta z tends to the uniform distribution on its maxima: positions 1 and 3."""
    total = sp.Sum(sp.exp(beta * z[j]), (j, 1, n))
    defs = I.define(I.Definition("f", (i,), I.Quotient(sp.exp(beta * z[i]), total)))
    assert [at(I.LimitOf(f(i), beta, sp.oo), defs, i=k) for k in (1, 2, 3)] == [
        Fraction(1, 2),
        0,
        Fraction(1, 2),
    ]
    assert at(I.LimitOf(sp.exp(z[1] - beta) + sp.exp(z[1]), beta, sp.oo)) == exp(2)
    assert at(I.LimitOf(I.Quotient(sp.exp(beta + 1), 3 * sp.exp(beta) + beta - beta), beta, sp.oo)) == exp(1) / 3


def test_limits_at_zero_are_the_value():
    """The softmax of 0 z is uniform."""
    total = sp.Sum(sp.exp(beta * z[j]), (j, 1, n))
    assert at(I.LimitOf(I.Quotient(sp.exp(beta * z[2]), total), beta, 0)) == Fraction(1, 3)
    assert at(I.LimitOf(beta + z[1], beta, 0)) == 2


def test_linear_terms_under_a_limit():
    """A multiple of beta is unbounded, unless its factor is 0 or decays like e^(-beta)."""
    zero = z[1] - z[3]
    assert at(I.LimitOf(beta * zero + z[2], beta, sp.oo)) == Fraction(-1, 2)
    assert at(I.LimitOf(beta * sp.exp(-beta) + 1, beta, sp.oo)) == 1
    assert at(I.LimitOf(I.Quotient(1, 2 + zero * beta), beta, sp.oo)) == Fraction(1, 2)
    for expr in (beta, -beta, beta * z[2] + sp.exp(-beta), beta * sp.exp(beta), sp.exp(beta)):
        with pytest.raises(Unbounded, match="has no finite limit"):
            at(I.LimitOf(expr, beta, sp.oo))


def test_nested_limits_bind_their_own_parameter():
    """The inner beta is not the outer one; two parameters do not mix."""
    assert at(I.LimitOf(I.LimitOf(sp.exp(-beta), beta, sp.oo), beta, 0)) == 0
    assert at(I.LimitOf(I.LimitOf(sp.exp(-beta), beta, 0) + sp.exp(-beta), beta, sp.oo)) == 1
    assert at(I.LimitOf(I.LimitOf(sp.exp(-beta - gamma), gamma, 0), beta, sp.oo)) == 0
    assert at(I.LimitOf(I.LimitOf(sp.exp(-beta) + gamma, beta, sp.oo), gamma, 0)) == 0


def test_a_limit_at_zero_of_a_bracket_is_refused():
    """[beta = 0] tends to 0 from above but is 1 there: evaluating would be wrong."""
    defs = I.define(I.Definition("f", (i,), beta * i))
    jumps = (
        I.IsZero(beta),
        sp.exp(I.AtMost(beta, 0)),
        I.Cases(beta, 1, 2),
        sp.KroneckerDelta(beta, 0),
        h(beta),
        I.IsZero(f(1)),
    )
    for jump in jumps:
        with pytest.raises(NotExact, match="a limit of a discontinuous expression"):
            at(I.LimitOf(jump, beta, 0), defs)
    still = I.IsZero(z[1]) + I.Cases(z[1] - 2, beta + 3, 0) + h(z[1]) * sp.exp(beta)
    assert at(I.LimitOf(still, beta, 0), defs) == 8


# -- expectations --------------------------------------------------------------------------------------------


def test_moments_of_the_random_entries_by_hand():
    """Mean 0, variance 1, independent; the third moment is (1/5)(-8) + (4/5)(1/8) = -3/2."""
    assert at(I.Expectation(r[1])) == 0
    assert at(I.Expectation(r[1] ** 2)) == 1
    assert at(I.Expectation(r[1] * r[2])) == 0
    assert at(I.Expectation(r[1] ** 3)) == Fraction(-3, 2)
    assert at(I.Expectation(r[1] ** 2 * r[2] ** 2 + z[1])) == 3
    assert at(I.Expectation(sp.exp(2 * r[1]))) == exp(-4) / 5 + 4 * exp(1) / 5


def test_the_variance_of_a_sum_of_two_entries_is_two():
    """Also through a definition; outside, an entry keeps its datum."""
    defs = I.define(I.Definition("f", (i,), sp.Sum(r[j], (j, 1, i))))
    assert at(I.Expectation(f(2) ** 2), defs) == 2
    assert at(f(2) + I.Expectation(f(2)), defs) == 14


def test_derivatives_and_expectations_by_hand():
    """E[r_1'] = 1, E[(r_1^3)'] = 3; E[z_1 r_1^2] has derivative 1 by z_1, E[r_1^3] none by r_1."""
    assert at(I.Expectation(I.Partial(r[1], r[1]))) == 1
    assert at(I.Expectation(I.Partial(r[1] ** 3, r[1]))) == 3
    assert at(I.Partial(I.Expectation(z[1] * r[1] ** 2), z[1])) == 1
    assert at(I.Partial(I.Expectation(r[1] ** 3), r[1])) == 0


# -- errors --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expr", "message"),
    [
        (sp.sqrt(z[1]), "evaluation of sqrt(z[1])"),
        (sp.exp(sp.exp(z[1])), "exp of e^(2)"),
        (sp.Float("0.5"), "evaluation of 0.5"),
        (sp.pi * z[1], "evaluation of pi"),
        (z[n / 2], "an index of 3/2"),
        (z[z[2]], "an index of -1/2"),
        (I.Partial(I.Partial(z[1] * z[2], z[1]), z[2]), "a derivative of a derivative"),
        (I.Partial(I.IsZero(z[1]), z[1]), "a comparison of Dual"),
        (I.LimitOf(I.Quotient(1, beta), beta, sp.oo), "division by a formal parameter"),
        (I.LimitOf(beta * (beta + 1), beta, sp.oo), "the square of a formal parameter"),
        (I.LimitOf(I.IsZero(beta), beta, sp.oo), "a comparison of Linear"),
        (I.Partial(I.LimitOf(z[1] + sp.exp(-beta), beta, sp.oo), z[1]), "a limit under a derivative"),
        (I.Partial(I.LimitOf(z[1] * beta, beta, sp.oo), z[1]), "a derivative under a limit"),
    ],
)
def test_what_leaves_the_field_is_refused_never_guessed(expr, message):
    """Each refusal says what it was."""
    with pytest.raises(NotExact) as caught:
        at(expr)
    assert message in str(caught.value)


def test_missing_names_and_entries_are_key_errors():
    """An instance that does not hold a name cannot value it."""
    for expr in (sp.Symbol("missing"), sp.IndexedBase("missing")[1], f(1), z[4]):
        with pytest.raises(KeyError):
            at(expr)
    with pytest.raises(KeyError):
        at(i)


def test_division_by_an_exact_zero_is_an_error():
    """Zero in disguise included."""
    with pytest.raises(ZeroDivisionError):
        at(I.Quotient(1, z[1] - z[3]))
    with pytest.raises(ZeroDivisionError):
        at(I.Quotient(0, sp.exp(z[1]) - sp.exp(z[3])))


# -- against plain loops -------------------------------------------------------------------------------------

LETTERS = (i, j, b, b2)
FREE = {"i": 1, "j": 2, "b": 3, "b_2": 2}
TABLE = {(p, q): Fraction(p**3 - 2 * q, 1 + p * q) for p in range(1, 4) for q in range(1, 4)}
w = sp.IndexedBase("w", real=True)


@st.composite
def programs(draw, depth=3):
    """Draw an indexed expression together with the Python function of the letters that computes it."""
    kinds = ["entry", "number", "delta", "atmost"]
    if depth:
        kinds += ["sum", "sum", "add", "times", "square", "quotient", "cases"]
    kind = draw(st.sampled_from(kinds))
    p, q = draw(st.sampled_from(LETTERS)), draw(st.sampled_from(LETTERS))
    if kind == "entry":
        return w[p, q], lambda env: TABLE[env[p.name], env[q.name]]
    if kind == "number":
        value = draw(st.fractions(min_value=-3, max_value=3, max_denominator=4))
        return sp.Rational(value.numerator, value.denominator) + p, lambda env: value + env[p.name]
    if kind == "delta":
        return sp.KroneckerDelta(p, q), lambda env: Fraction(env[p.name] == env[q.name])
    if kind == "atmost":
        return I.AtMost(p, q), lambda env: Fraction(env[p.name] <= env[q.name])
    left, run_left = draw(programs(depth=depth - 1))
    if kind == "sum":
        first = draw(st.integers(1, 3))
        last, run_last = draw(st.sampled_from([(n, lambda _: 3), (q, lambda env: env[q.name])]))

        def total(env):
            return sum((run_left({**env, p.name: k}) for k in range(first, run_last(env) + 1)), Fraction(0))

        return sp.Sum(left, (p, first, last)), total
    if kind == "square":
        return left**2, lambda env: run_left(env) ** 2
    right, run_right = draw(programs(depth=depth - 1))
    if kind == "add":
        return left + right, lambda env: run_left(env) + run_right(env)
    if kind == "times":
        return left * right, lambda env: run_left(env) * run_right(env)
    if kind == "quotient":
        return I.Quotient(left, 1 + right**2), lambda env: run_left(env) / (1 + run_right(env) ** 2)
    return I.Cases(p - q, left, right), lambda env: (run_left if env[p.name] == env[q.name] else run_right)(env)


@settings(max_examples=150)
@given(programs())
def test_evaluation_equals_a_plain_python_loop(program):
    """Whatever the nesting, the shadowing and the dependent ranges."""
    expr, run = program
    instance = Instance({"n": 3}, arrays={"w": {key: number(value) for key, value in TABLE.items()}})
    assert Evaluator(instance, {})(expr, FREE).rational() == run(FREE)
