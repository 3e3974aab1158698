"""The chain rule for differentiable functions of rows: by hand, at exact instances, and where it does not apply."""

import random
from dataclasses import replace

import hypothesis.strategies as st
import pytest
import sympy as sp
from hypothesis import given, settings

from attention import indexed as I
from attention import notation as N
from attention.instances import Evaluator
from proofs import search
from proofs.claims.theorem_1_derivative import any_score
from proofs.derivation import Proof
from proofs.formula import Datum, ForAll, Statement, assignments, equal, real
from proofs.rules import DELTA_OUTSIDE, PARTIAL, ZERO_SUM, Context, RuleError, assume, rewrite
from proofs.wellformed import IllFormed, require_well_formed

x, y = N.x, N.y
F, G, H = (sp.Function(name) for name in "FGH")
v, w = (sp.Symbol(letter, integer=True, positive=True) for letter in "vw")

DEFINITIONS = I.define(I.Definition("h", (N.i, N.e), x[N.i, N.e] * sp.Sum(x[N.j, N.e], (N.j, 1, N.i))))
h = sp.Function("h")
STATEMENT = Statement(
    equal(0, 0),
    (
        real(x, N.n, N.d),
        real(y, N.n, N.d),
        Datum(F, (), "smooth", 2),
        Datum(G, (), "smooth", 1),
        Datum(H, (), "function", 2),
    ),
    ranges=((N.i, 1, N.n), (N.m, 1, N.n), (N.e, 1, N.d)),
    definitions=DEFINITIONS,
    sizes={N.n: 1, N.d: 1},
)
ENTRY = x[N.m, N.e]


def token(j, of=x, letter=v):
    """Return a token, whole."""
    return I.row(of[j, letter], letter, N.d)


def differentiated(expr, entry=ENTRY):
    """Return what the rule makes of the derivative of an expression."""
    before = I.Partial(expr, entry)
    return rewrite(before, PARTIAL, Context.of(STATEMENT, before))


def agrees(before, after, seed, statement=STATEMENT):
    """Assert that both sides agree exactly at a drawn instance, at every place; return how many places there were."""
    __tracebackhide__ = True
    rng = random.Random(seed)  # noqa: S311  # test data, no secret
    sizes = {"n": rng.randint(1, 3), "d": rng.randint(1, 3)}
    at = Evaluator(search.filled(statement, sizes, rng), statement.definitions)
    count = 0
    for indices in assignments(statement.ranges, at, {}):
        assert at(before, indices) == at(after, indices), (sizes, indices, before, after)
        count += 1
    return count


# -- by hand --------------------------------------------------------------------------------------------------


def test_a_function_of_two_tokens_by_hand():
    """By hand d F(x_i, y_1) / d x_me = sum_v D_1v F(x_i, y_1) delta_im delta_ve; y is another array."""
    before = F(token(N.i), token(1, y))
    slope = I.slope("F", 0)(token(N.i), token(1, y), w)
    expected = sp.Sum(slope * sp.KroneckerDelta(N.i, N.m) * sp.KroneckerDelta(w, N.e), (w, 1, N.d))
    assert I.same(differentiated(before), expected)


def test_an_entry_that_stands_in_both_arguments_counts_in_both():
    """In d F(x_i, x_i) one term for each."""
    after = differentiated(F(token(N.i), token(N.i)))
    assert isinstance(after, sp.Add)
    heads = {I.sloped(type(head).__name__) for head in after.atoms(sp.core.function.AppliedUndef)}
    assert heads == {("F", 0), ("F", 1)}


def test_a_matrix_has_a_sum_for_each_index():
    """By hand d G((x_1, ..., x_i)) = sum_w sum_v D_wv G delta_wm delta_ve."""
    matrix = I.row(token(w), w, N.i)
    after = differentiated(G(matrix))
    slope = I.slope("G", 0)(matrix, w, v)
    inner = sp.Sum(slope * sp.KroneckerDelta(w, N.m) * sp.KroneckerDelta(v, N.e), (v, 1, N.d))
    assert I.same(after, sp.Sum(inner, (w, 1, N.i)))


def test_a_defined_head_in_a_row_keeps_its_derivative():
    """G((h_i1, ..., h_id)): the slope times d h_iv / d x_me, which another step unfolds."""
    after = differentiated(G(I.row(h(N.i, v), v, N.d)))
    slope = I.slope("G", 0)(I.row(h(N.i, v), v, N.d), w)
    assert I.same(after, sp.Sum(slope * I.Partial(h(N.i, w), ENTRY), (w, 1, N.d)))


def test_rows_that_do_not_read_the_array_add_nothing():
    """Here d G(y_i) = 0."""
    assert differentiated(G(token(N.i, y))) == 0


# -- where it does not apply ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expr",
    [
        pytest.param(H(N.i, token(N.i)), id="a function that need not be differentiable"),
        pytest.param(F(x[N.i, N.e], token(N.i)), id="an entry that stands outside a row"),
        pytest.param(F(h(N.i, N.e), token(1)), id="a head outside a row"),
        pytest.param(G(I.row(H(v, token(N.i)), v, N.d)), id="such a function inside a row"),
        pytest.param(I.slope("G", 0)(token(N.i), N.e), id="a slope: nothing says that it is differentiable"),
    ],
)
def test_the_rule_keeps_away(expr):
    """What is not declared differentiable is not differentiated."""
    with pytest.raises(RuleError):
        differentiated(expr)


def test_an_assumption_says_nothing_inside_a_derivative():
    """That x = y at one point does not make their functions' derivatives equal, in a row as anywhere."""
    agree = ForAll(((N.l, 1, N.i), (N.f, 1, N.d)), equal(x[N.l, N.f], y[N.l, N.f]))
    statement = replace(STATEMENT, assumptions={"agree": agree})
    outside, inside = G(token(N.i)), I.Partial(G(token(N.i)), ENTRY)
    assert I.same(rewrite(outside, assume("agree"), Context.of(statement, outside)), G(token(N.i, y)))
    with pytest.raises(RuleError):
        rewrite(inside, assume("agree"), Context.of(statement, inside))


def test_congruence_inside_a_row_keeps_to_its_range():
    """Entries that agree up to i are replaced in a row up to i, and not in one up to n."""
    agree = ForAll(((N.l, 1, N.i),), equal(x[N.l, 1], y[N.l, 1]))
    statement = replace(STATEMENT, assumptions={"agree": agree})
    short, long = (G(I.row(x[w, 1], w, last)) for last in (N.i, N.n))
    assert I.same(rewrite(short, assume("agree"), Context.of(statement, short)), G(I.row(y[w, 1], w, N.i)))
    with pytest.raises(RuleError):
        rewrite(long, assume("agree"), Context.of(statement, long))


# -- against exact instances ----------------------------------------------------------------------------------


@st.composite
def entries(draw, depth=1):
    """Draw an entry of a row, in the letters i and v: polynomials, exponentials, heads, functions of rows."""
    kinds = ["x", "product", "exp", "head", "other"] + ["function", "plus"] * (depth > 0)
    kind = draw(st.sampled_from(kinds))
    p = draw(st.sampled_from([N.i, sp.Integer(1), N.n]))
    if kind == "x":
        return x[p, v]
    if kind == "product":
        return 2 * x[p, v] * x[N.i, 1]
    if kind == "exp":
        return sp.exp(x[p, v])
    if kind == "head":
        return h(p, v)
    if kind == "other":
        return y[p, v]
    if kind == "function":
        return G(I.row(draw(entries(depth - 1)).xreplace({v: w}), w, draw(st.sampled_from([N.d, v]))))
    return draw(entries(depth - 1)) + draw(entries(depth - 1))


@settings(max_examples=60, deadline=None)
@given(entries(), entries(), st.integers(0, 10**6))
def test_both_sides_of_the_chain_rule_agree_exactly(left, right, seed):
    """Random rows of random entries, random polynomials for the functions, random sizes."""
    expr = F(I.row(left, v, N.d), I.row(right, v, N.i if right.has(N.i) and not right.has(v) else N.d))
    assert agrees(I.Partial(expr, ENTRY), differentiated(expr), seed)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_a_loss_of_a_matrix_agrees_exactly(seed):
    """A loss of h_1..h_i, whole vectors, times another function: product rule and chain rule together."""
    matrix = I.row(I.row(h(w, v), v, N.d), w, N.i)
    expr = G(matrix) * F(token(N.i), token(1))
    assert agrees(I.Partial(expr, ENTRY), differentiated(expr), seed)


WRONG = {
    "the other argument's slope": lambda a, b: I.slope("F", 1)(a, b, N.e) * sp.KroneckerDelta(N.i, N.m),
    "the next entry's slope": lambda a, b: I.slope("F", 0)(a, b, N.d + 1 - N.e) * sp.KroneckerDelta(N.i, N.m),
    "the token's place forgotten": lambda a, b: I.slope("F", 0)(a, b, N.e),
    "a sign": lambda a, b: -I.slope("F", 0)(a, b, N.e) * sp.KroneckerDelta(N.i, N.m),
    "nothing": lambda a, b: sp.Integer(0) * I.slope("F", 0)(a, b, N.e),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_chain_rule_is_noticed(name):
    """The instances tell a right slope from a wrong one, soon."""
    a, b = token(N.i), token(1, y)
    before = I.Partial(F(a, b), ENTRY)
    right = I.slope("F", 0)(a, b, N.e) * sp.KroneckerDelta(N.i, N.m)
    assert all(agrees(before, right, seed) for seed in range(12))
    with pytest.raises(AssertionError):
        all(agrees(before, WRONG[name](a, b), seed) for seed in range(12))


def test_a_derivation_with_any_score_shows_its_slopes():
    """The step before the deltas vanish names both slopes of the score."""
    proof = Proof(any_score())
    chain = proof.chain(I.Partial(sp.Function("score")(token(N.i), token(N.j)), ENTRY)).by(PARTIAL)
    heads = {type(head).__name__ for head in chain.now.atoms(sp.core.function.AppliedUndef)}
    assert heads == {"d0 score", "d1 score"}
    assert chain.by(DELTA_OUTSIDE, every=True).while_possible(ZERO_SUM).now == 0


# -- statements about rows ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conclusion", "problem"),
    [
        (equal(token(N.i), 0), "Row is not in the vocabulary of statements"),
        (equal(1 + token(N.i), 0), "Row is not in the vocabulary of statements"),
        (equal(sp.exp(token(N.i)), 0), "Row is not in the vocabulary of statements"),
        (equal(I.slope("H", 0)(token(N.i), N.e), 0), "neither defined nor declared as a function"),
        (equal(I.slope("h", 0)(token(N.i), N.e), 0), "neither defined nor declared as a function"),
        (equal(G(I.row(x[N.i, N.b], N.b, N.d_k)), 0), "neither a size, a scalar of the data, nor a letter"),
        (equal(G(I.Row(x[N.i, v], v, 0, N.d)), 0), "a letter declared positive starts at 0"),
    ],
)
def test_a_row_stands_in_an_argument_of_a_function_alone(conclusion, problem):
    """Elsewhere it means nothing; only functions declared differentiable have slopes."""
    with pytest.raises(IllFormed, match=problem):
        require_well_formed(replace(STATEMENT, conclusion=conclusion))


def test_rows_that_are_well_formed():
    """Rows, rows of rows, slopes of what is declared differentiable."""
    for expr in (G(token(N.i)), G(I.row(token(w), w, N.n)), I.slope("G", 0)(token(N.i), N.e)):
        require_well_formed(replace(STATEMENT, conclusion=equal(expr, 0)))


def test_functions_of_rows_differ_and_are_functions():
    """Equal rows give equal values, in every representation; other rows, lengths or functions soon give others."""
    at = Evaluator(search.filled(STATEMENT, {"n": 3, "d": 3}, random.Random(5)), DEFINITIONS)  # noqa: S311
    same = H(1, I.row(sp.exp(x[1, v]) * sp.exp(-x[1, v]), v, N.d)), H(1, I.row(x[1, v] - x[1, v] + 1, v, N.d))
    assert at(same[0]) == at(same[1])
    functions = [search._function(Datum(H, (), "function", 2), seed) for seed in range(20)]
    rows = [(1, 2), (2, 1), (1, 2, 1), (1,), ()]
    numbers = [tuple(search.number(k) for k in row) for row in rows]
    assert all(f(numbers[0]) == f(tuple(numbers[0])) for f in functions)
    for p in range(len(rows)):
        for q in range(p):
            assert any(f(numbers[p]) != f(numbers[q]) for f in functions), (rows[p], rows[q])
