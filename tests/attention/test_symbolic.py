"""The symbolic carrier: the four steps by hand at tiny sizes, shapes at primes, causality as zeros."""

from decimal import Decimal
from fractions import Fraction

import pytest
import sympy as sp

from attention import symbolic
from attention.errors import DTypeError, EmptyRowError, InputError, RangeError, ShapeError

PRIMES = (3, 2, 5, 7)  # n, d, d_k, d_v: all different, so a swapped axis has the wrong length


def causal(i, j):
    """Allow j <= i."""
    return j <= i


def full(i, j):  # noqa: ARG001
    """Allow everything."""
    return True


def shape(rows):
    """Return (rows, columns), with every row as long as the first."""
    __tracebackhide__ = True
    assert {len(row) for row in rows} == {len(rows[0])}
    return len(rows), len(rows[0])


def run(sizes, allowed, **options):
    """Return the symbols at `sizes` and the pass over them."""
    inputs = symbolic.symbols(*sizes)
    return inputs, symbolic.attention(inputs.x, inputs.W_Q, inputs.W_K, inputs.W_V, allowed=allowed, **options)


# -- by hand -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("allowed", [causal, full])
def test_one_token_attends_to_itself_with_weight_one(allowed):
    """For n = 1 alpha_11 = 1 and a_1 = v_1 = x_1 W^V, whatever the score; for d = 1 SymPy sees it unasked."""
    inputs, out = run((1, 1, 1, 2), allowed)
    assert out.weights == [[1]]
    assert out.outputs == out.v == [[inputs.x[0][0] * w for w in inputs.W_V[0]]]
    inputs, out = run((1, 2, 3, 1), allowed)
    at = symbolic.substitution(inputs.x, [["0.5", 3]]) | symbolic.substitution(inputs.W_V, [[4], [-1]])
    at |= symbolic.substitution(inputs.W_Q, [[1, 2, -1], ["0.1", 1, 0]])
    at |= symbolic.substitution(inputs.W_K, [[3, 1, 1], [-2, "0.7", 5]])
    assert symbolic.evaluate(out.weights, at) == [[1]]
    assert symbolic.evaluate(out.outputs, at) == [[-1]]


def test_two_scalar_tokens_by_hand():
    """With n = 2 and d = d_k = d_v = 1, s_ij = c x_i x_j w^Q w^K, and row 2 is a softmax of two."""
    c = sp.Symbol("c", positive=True)
    inputs, out = run((2, 1, 1, 1), causal, scale=c)
    (x1,), (x2,) = inputs.x
    ((wq,),), ((wk,),), ((wv,),) = inputs.W_Q, inputs.W_K, inputs.W_V
    s21, s22 = c * x1 * x2 * wq * wk, c * x2**2 * wq * wk
    assert out.q == [[x1 * wq], [x2 * wq]]
    assert out.k == [[x1 * wk], [x2 * wk]]
    assert out.v == [[x1 * wv], [x2 * wv]]
    assert out.scores == [[c * x1**2 * wq * wk, s21], [s21, s22]]
    total = sp.exp(s21) + sp.exp(s22)
    assert out.weights == [[1, 0], [sp.exp(s21) / total, sp.exp(s22) / total]]
    assert out.outputs == [[x1 * wv], [x1 * wv * sp.exp(s21) / total + x2 * wv * sp.exp(s22) / total]]


def test_without_a_mask_the_first_row_sees_the_second_token():
    """The same sizes, S(1) = {1, 2}."""
    inputs, out = run((2, 1, 1, 1), full)
    (x1,), (x2,) = inputs.x
    w = inputs.W_Q[0][0] * inputs.W_K[0][0]
    assert out.weights[0][1] == sp.exp(x1 * x2 * w) / (sp.exp(x1**2 * w) + sp.exp(x1 * x2 * w))


def test_each_step_by_hand_at_numbers():
    """The steps one by one, on numbers that fit in the head; decimals keep their value."""
    assert symbolic.project([[1, 2]], [[3, "0.1"], [Fraction(1, 2), -1]]) == [[4, sp.Rational(-19, 10)]]
    assert symbolic.scores([[1, 2], [0, 1]], [[3, 4]], scale=Decimal("0.5")) == [[sp.Rational(11, 2)], [2]]
    assert symbolic.weights([[0, 0, 5]], allowed=[[True, True, False]]) == [[sp.Rational(1, 2), sp.Rational(1, 2), 0]]
    assert symbolic.weights([[0, 1]], allowed=full) == [[1 / (1 + sp.E), sp.E / (1 + sp.E)]]
    assert symbolic.outputs([[Fraction(1, 4), Fraction(3, 4)]], [[4, 0], [8, 4]]) == [[7, 3]]


def test_the_scale_may_be_irrational():
    """1/sqrt(d_k) is an expression like any other here."""
    assert symbolic.scores([[1, 1, 1]], [[2, 2, 2]], scale=1 / sp.sqrt(3)) == [[2 * sp.sqrt(3)]]


def test_translation_moves_every_token_by_t():
    """x'_i = x_i + t, row by row, component by component."""
    inputs = symbolic.symbols(2, 3, 1, 1)
    moved = symbolic.translate(inputs.x, inputs.t)
    assert [[str(entry) for entry in row] for row in moved] == [
        ["t_{1} + x_{11}", "t_{2} + x_{12}", "t_{3} + x_{13}"],
        ["t_{1} + x_{21}", "t_{2} + x_{22}", "t_{3} + x_{23}"],
    ]


# -- names, shapes -------------------------------------------------------------------------------------------


def test_symbols_have_the_chapters_names_and_are_real():
    """x_{11} stands in row 1, column 1; two-digit indices are parted."""
    inputs = symbolic.symbols(2, 3, 1, 2)
    assert str(inputs.x[1][2]) == "x_{23}"
    assert [str(row[0]) for row in inputs.W_Q] == ["w^Q_{11}", "w^Q_{21}", "w^Q_{31}"]
    assert str(inputs.W_K[2][0]) == "w^K_{31}"
    assert str(inputs.W_V[2][1]) == "w^V_{32}"
    assert [str(entry) for entry in inputs.t] == ["t_{1}", "t_{2}", "t_{3}"]
    assert all(entry.is_real for row in inputs.x for entry in row)
    long = symbolic.symbols(11, 11, 1, 1).x
    assert str(long[0][10]) == "x_{1,11}"
    assert len({entry for row in long for entry in row}) == 121


def test_shapes_at_distinct_primes():
    """Every intermediate has the shape that the definition gives it."""
    n, _, d_k, d_v = PRIMES
    _, out = run(PRIMES, causal)
    shapes = [shape(rows) for rows in (out.q, out.k, out.v, out.scores, out.weights, out.outputs)]
    assert shapes == [(n, d_k), (n, d_k), (n, d_v), (n, n), (n, n), (n, d_v)]


def test_an_output_is_the_weighted_sum_of_the_values():
    """a_32 = sum_j alpha_3j v_j2, spelt out; and each weight's row is over S(3)."""
    _, out = run(PRIMES, causal)
    expected = sum(out.weights[2][j] * out.v[j][1] for j in range(3))
    assert out.outputs[2][1] == expected
    total = sum(sp.exp(out.scores[2][l]) for l in range(3))
    assert out.weights[2] == [sp.exp(out.scores[2][j]) / total for j in range(3)]


def test_masked_weights_are_the_number_zero():
    """Not an expression that happens to vanish."""
    _, out = run(PRIMES, [[True, False, False], [False, True, True], [True, False, True]])
    zeros = {(i, j) for i in range(3) for j in range(3) if out.weights[i][j] is sp.S.Zero}
    assert zeros == {(0, 1), (0, 2), (1, 0), (2, 1)}


# -- the Jacobian --------------------------------------------------------------------------------------------


def test_jacobian_of_a_linear_map_by_hand():
    """With one token a = x W^V, so the block is W^V transposed: (d_v, d)."""
    inputs, out = run((1, 2, 1, 3), causal)
    blocks = symbolic.jacobian(out.outputs, inputs.x)
    assert blocks == [[[[inputs.W_V[e][g] for e in range(2)] for g in range(3)]]]


def test_jacobian_of_two_scalar_tokens_agrees_with_the_hand_formula():
    """By hand d a_2 / d x_1 = w^V (alpha + alpha (1 - alpha) (x_1 - x_2) x_2 w), alpha = alpha_21."""
    inputs, out = run((2, 1, 1, 1), causal)
    (x1,), (x2,) = inputs.x
    w, wv = inputs.W_Q[0][0] * inputs.W_K[0][0], inputs.W_V[0][0]
    alpha = out.weights[1][0]
    by_hand = wv * (alpha + alpha * (1 - alpha) * (x1 - x2) * x2 * w)
    computed = symbolic.jacobian(out.outputs, inputs.x)[1][0][0][0]
    at = {x1: sp.Rational(1, 2), x2: sp.Integer(2), wv: sp.Integer(3)}
    at |= {inputs.W_Q[0][0]: sp.Integer(1), inputs.W_K[0][0]: sp.Integer(-1)}
    # s_21 = -1 and s_22 = -4: with z = e^3 the weight is z / (z + 1), the derivative as in `value`.
    z = sp.exp(3)
    value = 3 * (z**2 + 4 * z) / (z + 1) ** 2
    for expr in (by_hand, computed):  # 50 digits carried, 40 compared: a dozen operations lose two at most
        assert abs(sp.N(expr.xreplace(at), 50) - sp.N(value, 50)) < sp.Float("1e-40")


def test_causal_blocks_above_the_diagonal_are_literally_zero():
    """Theorem 1 at these sizes: d a_i / d x_m is the number 0 for m > i, entry by entry, and only there."""
    inputs, out = run(PRIMES, causal)
    blocks = symbolic.jacobian(out.outputs, inputs.x)
    assert shape(blocks) == (3, 3)
    assert all(shape(block) == (7, 2) for row in blocks for block in row)
    for i in range(3):
        for m in range(3):
            assert all(entry is sp.S.Zero for line in blocks[i][m] for entry in line) == (m > i)
    assert symbolic.pattern(blocks) == [[True, False, False], [True, True, False], [True, True, True]]


def test_unmasked_outputs_react_to_every_token():
    """Corollary 1.1, seen at one point: at rational data no block vanishes."""
    inputs, out = run((3, 2, 1, 2), full)
    blocks = symbolic.jacobian(out.outputs, inputs.x)
    assert symbolic.pattern(blocks) == [[True] * 3] * 3
    at = (
        symbolic.substitution(inputs.x, [[1, 0], ["0.5", 1], [-1, 2]])
        | symbolic.substitution(inputs.W_Q, [[1], [2]])
        | symbolic.substitution(inputs.W_K, [[1], ["-0.5"]])
        | symbolic.substitution(inputs.W_V, [[1, 3], [0, 2]])
    )
    for row in blocks:
        for block in row:
            assert any(
                abs(sp.N(entry, 30)) > sp.Float("1e-3") for line in symbolic.evaluate(block, at) for entry in line
            )


def test_pattern_sees_a_single_entry():
    """One non-zero among zeros is enough."""
    zeros = [[sp.S.Zero] * 2] * 3
    one = [[sp.S.Zero] * 2, [sp.S.Zero, sp.Symbol("z")], [sp.S.Zero] * 2]
    assert symbolic.pattern([[zeros, one]]) == [[False, True]]


# -- rational data -------------------------------------------------------------------------------------------


def test_evaluation_is_exact_and_simultaneous():
    """Replacing x by y and y by x at once swaps them; a decimal string keeps its value."""
    x, y = sp.symbols("x y", real=True)
    at = symbolic.substitution([[x, y]], [["0.1", Fraction(1, 3)]])
    assert at == {x: sp.Rational(1, 10), y: sp.Rational(1, 3)}
    assert symbolic.evaluate([[x + y, sp.exp(x) * 10]], at) == [[sp.Rational(13, 30), 10 * sp.exp(sp.Rational(1, 10))]]
    assert symbolic.evaluate([[x - y]], {x: y, y: x}) == [[y - x]]


# -- errors --------------------------------------------------------------------------------------------------

ONE = [[1]]
BAD = [
    (lambda: symbolic.symbols(0, 1, 1, 1), RangeError, "n: expected an integer >= 1, got 0"),
    (lambda: symbolic.symbols(1, 1, 2.0, 1), RangeError, "d_k: expected an integer >= 1, got 2.0"),
    (lambda: symbolic.symbols(1, 1, 1, True), RangeError, "d_v: expected an integer >= 1, got True"),
    (
        lambda: symbolic.project([[1, 2]], [[1]]),
        ShapeError,
        "w: expected 2 rows, as x has columns, got 1 rows",
    ),
    (
        lambda: symbolic.project([], ONE),
        ShapeError,
        "x: expected rows of one length, at least one row and one column, got rows of lengths []",
    ),
    (
        lambda: symbolic.project([[1, 2], [3]], ONE),
        ShapeError,
        "x: expected rows of one length, at least one row and one column, got rows of lengths [2, 1]",
    ),
    (
        lambda: symbolic.scores([[1, 2]], [[1]]),
        ShapeError,
        "k: expected d_k = 2 columns, as q has, got 1 columns",
    ),
    (
        lambda: symbolic.scores(ONE, ONE, scale=0.5),
        DTypeError,
        "scale: expected an int, Fraction, Decimal, decimal string or SymPy expression, got float 0.5",
    ),
    (
        lambda: symbolic.weights([[1, 2]], allowed=[[True]]),
        ShapeError,
        "allowed: expected 1 rows of 2, as s has, got rows of lengths [1]",
    ),
    (
        lambda: symbolic.weights([[1, 2], [3, 4]], allowed=lambda i, j: i == 0 and j == 0),
        EmptyRowError,
        "allowed: expected at least one allowed position in every row, got none in row 1",
    ),
    (
        lambda: symbolic.outputs([[1, 2]], [[1]]),
        ShapeError,
        "v: expected m = 2 rows, as alpha has columns, got 1 rows",
    ),
    (
        lambda: symbolic.attention([[1, 2]], [[1]], [[1], [2]], [[1], [2]], allowed=full),
        ShapeError,
        "W_Q: expected d = 2 rows, as x has columns, got 1 rows",
    ),
    (
        lambda: symbolic.attention(ONE, [[1, 2]], ONE, ONE, allowed=full),
        ShapeError,
        "W_K: expected d_k = 2 columns, as W_Q has, got 1 columns",
    ),
    (
        lambda: symbolic.translate([[1, 2]], [1]),
        ShapeError,
        "t: expected d = 2 entries, as x has columns, got 1 entries",
    ),
    (
        lambda: symbolic.project([[sp.Float(1)]], ONE),
        DTypeError,
        "x: expected exact finite numbers and symbols, got 1.00000000000000",
    ),
    (
        lambda: symbolic.project([[True]], ONE),
        DTypeError,
        "x: expected an int, Fraction, Decimal, decimal string or SymPy expression, got bool True",
    ),
    (
        lambda: symbolic.project([["1/0"]], ONE),
        DTypeError,
        "x: expected an int, Fraction, Decimal, decimal string or SymPy expression, got str '1/0'",
    ),
    (lambda: symbolic.jacobian(ONE, [[2]]), DTypeError, "x: expected symbols, got 2"),
    (lambda: symbolic.substitution(ONE, ONE), DTypeError, "names: expected symbols, got 1"),
    (
        lambda: symbolic.substitution([[sp.Symbol("z")]], [[sp.sqrt(2)]]),
        DTypeError,
        "values: expected rational numbers, got sqrt(2)",
    ),
    (
        lambda: symbolic.substitution([[sp.Symbol("z")]], [[1, 2]]),
        ShapeError,
        "values: expected 1 rows of 1, as names has, got 1 rows of 2",
    ),
    (
        lambda: symbolic.evaluate([[sp.Symbol("z")]], {}),
        InputError,
        "values: expected a value for every symbol, got none for z",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD, ids=[message for _, _, message in BAD])
def test_errors_name_the_argument_what_was_expected_and_what_came(call, error, message):
    """One clear line each."""
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message


def test_an_empty_row_carries_its_index():
    """A caller can act on the place without reading the text."""
    with pytest.raises(EmptyRowError) as caught:
        symbolic.weights([[1], [2]], allowed=[[True], [False]])
    assert caught.value.index == (1,)
