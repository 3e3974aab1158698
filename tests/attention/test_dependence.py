"""Dependence decided at given sizes: against SymPy's derivatives, and against masks that leak."""

import numpy as np
import pytest
import sympy as sp

from attention import dependence as dep
from attention import masks, symbolic
from attention.errors import DTypeError, EmptyRowError, InputError, ShapeError
from attention.program import Program


def at_primes(n, d):
    """Return tokens with d entries and widths that differ."""
    return symbolic.symbols(n, d, 2, 3)


def decided(inputs, allowed, **options):
    """Return what is decided for these inputs, with nothing left open."""
    __tracebackhide__ = True
    found = dep.dependence(inputs.x, inputs.W_Q, inputs.W_K, inputs.W_V, allowed=allowed, **options)
    assert not (found.vanishes & found.differs).any()
    assert (found.vanishes | found.differs).all()
    assert not found.undecided
    return found


def entry(matrix, *values):
    """Return the map from a matrix's symbols to rationals drawn without order: primes over powers of two."""
    flat = [symbol for row in matrix for symbol in row if isinstance(symbol, sp.Symbol)]
    return {symbol: sp.Rational(values[k % len(values)] + k, 4) for k, symbol in enumerate(flat)}


POINTS = ((2, -3, 5, -7, 11), (-1, 4, -6, 9, 1), (3, 3, -8, 2, -5))


def assert_agrees_with_sympy(inputs, allowed, **options):
    """Every entry: 0 is literally SymPy's 0, or 0 at three points; otherwise it is clearly not 0 at one of them.

    50 digits are carried, and the numbers have few: 1e-30 is far above rounding and far below any true value here.
    """
    __tracebackhide__ = True
    found = decided(inputs, allowed, **options)
    out = symbolic.attention(inputs.x, inputs.W_Q, inputs.W_K, inputs.W_V, allowed=allowed, **options)
    blocks = symbolic.jacobian(out.outputs, inputs.x)
    n, d_v, _, d = found.vanishes.shape
    given = [options.get("scale", sp.Integer(1))]
    for i, g, m, e in np.ndindex(n, d_v, n, d):
        exact = blocks[i][m][g][e]
        largest = sp.Integer(0)
        for values in POINTS if exact != 0 else ():
            at = {}
            for matrix in (inputs.x, inputs.W_Q, inputs.W_K, inputs.W_V, [given]):
                at |= entry(matrix, *values)
            largest = max(largest, abs(sp.N(exact.xreplace(at), 50)))
        assert (largest < sp.Float("1e-30")) == found.vanishes[i, g, m, e], (i, g, m, e, largest)


MASKS = {
    "causal": masks.causal(3),
    "full": masks.full(3),
    "the past alone": masks.from_sets([[0], [0], [0, 1]], 3),
    "the future": masks.window(3, 3, 0, -1),
    "window": masks.window(3, 3, 1, 0),
    "padding": np.broadcast_to(masks.padding(2, 3), (3, 3)),
    "one key a row": masks.from_sets([[2], [0], [1]], 3),
    "scattered": masks.from_sets([[0, 2], [1], [0, 1]], 3),
}


@pytest.mark.parametrize("name", MASKS)
def test_every_entry_agrees_with_sympys_derivative(name):
    """Symbolic weights, n = 3 and d = 2."""
    assert_agrees_with_sympy(symbolic.symbols(3, 2, 1, 2), MASKS[name])


WEIGHTS = {
    "no values": {"W_V": [[0, 0], [0, 0]]},
    "a column of values": {"W_V": [[0, 2], [0, -1]]},
    "a row of values": {"W_V": [[0, 0], [3, 1]], "W_K": [[0, 0], [1, 2]], "W_Q": [[0, 0], [1, 1]]},
    "no queries": {"W_Q": [[0, 0], [0, 0]]},
    "keys and queries that cancel": {"W_Q": [[1, 1], [2, 2]], "W_K": [[1, 3], [-1, -3]]},
    "a product that cancels": {"W_Q": [[1, 1], [2, 2]], "W_K": [[1, 2], [-1, -2]], "W_V": [[1, 1], [0, 0]]},
}


@pytest.mark.parametrize("name", WEIGHTS)
@pytest.mark.parametrize("mask", ["causal", "full"])
def test_degenerate_weights_agree_with_sympys_derivative(name, mask):
    """Weights given as numbers, some of which hide tokens from the scores or from the values."""
    inputs = symbolic.symbols(2, 2, 2, 2)
    given = {key: [[sp.Integer(k) for k in row] for row in rows] for key, rows in WEIGHTS[name].items()}
    replaced = symbolic.Inputs(
        inputs.x,
        given.get("W_Q", inputs.W_Q),
        given.get("W_K", inputs.W_K),
        given.get("W_V", inputs.W_V),
        inputs.t,
    )
    assert_agrees_with_sympy(replaced, getattr(masks, mask)(2))


def test_scores_that_cancel_leave_the_values():
    """With W_Q W_K^T = 0, by cancellation and not entry by entry, row i reads its keys through the values alone."""
    inputs = symbolic.symbols(3, 1, 2, 1)
    found = dep.dependence(inputs.x, [[1, 1]], [[1, -1]], inputs.W_V, allowed=[[0, 1, 1], [0, 1, 0], [1, 1, 0]])
    assert found.pairs == {(0, 1), (0, 2), (1, 1), (2, 0), (2, 1)}
    assert not found.undecided


def test_one_key_in_a_row_hides_the_query():
    """With S(1) = {3} the weight is 1: row 1 depends on token 3 and not on its own."""
    assert decided(at_primes(3, 2), MASKS["one key a row"]).pairs == {(0, 2), (1, 0), (2, 1)}


@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize("scale", [1, sp.Rational(1, 2), sp.Symbol("c", positive=True)])
def test_the_causal_mask_is_causal_and_every_earlier_entry_counts(n, scale):
    """Theorem 1 and its converse at these sizes: d a_i / d x_m vanishes for m > i and for no other m."""
    found = decided(at_primes(n, 2), masks.causal(n), scale=scale)
    assert found.causal is True
    assert found.pairs == {(i, m) for i in range(n) for m in range(i + 1)}
    assert (found.vanishes.all(axis=(1, 3)) == ~masks.causal(n)).all()


def test_without_a_mask_every_entry_counts():
    """Corollary 1.1 for parameters in general position."""
    found = decided(at_primes(4, 3), masks.full(4))
    assert found.causal is False
    assert found.differs.all()


def test_one_leaked_key_is_found_where_it_is():
    """The causal mask with one future key more: exactly that pair is added, wherever it stands."""
    n = 5
    clean = {(i, m) for i in range(n) for m in range(i + 1)}
    for i, m in [(0, 4), (1, 2), (2, 4), (3, 4)]:
        leaky = masks.causal(n)
        leaky[i, m] = True
        found = decided(at_primes(n, 2), leaky)
        assert found.pairs == clean | {(i, m)}
        assert found.causal is False


def test_a_flipped_mask_is_not_causal():
    """S(i) = {i..n}: every dependence is on the token itself or later."""
    found = decided(at_primes(4, 2), ~masks.causal(4) | np.eye(4, dtype=bool))
    assert found.causal is False
    assert found.pairs == {(i, m) for i in range(4) for m in range(4) if m >= i}


def causal_but(n, divisor=None, values=None, queries=None):
    """Return what is decided for causal attention with one step done wrongly, by a program of its own.

    Args:
        n: tokens.
        divisor: the positions that row i's divisor sums over.
        values: the position whose value row i takes in place of position j's.
        queries: the position whose query row i takes.
    """
    inputs, program = at_primes(n, 2), Program()
    x, W_Q, W_K, W_V = (dep.entries(program, "x", m) for m in (inputs.x, inputs.W_Q, inputs.W_K, inputs.W_V))
    q, k, v = (dep.project(program, x, w) for w in (W_Q, W_K, W_V))
    outputs = []
    for i in range(n):
        query = q[queries(i) if queries else i]
        powers = [program.exp(program.dot(query, key)) for key in k]
        total = program.total([powers[j] for j in (divisor(i) if divisor else range(i + 1))])
        alpha = [program.quotient(powers[j], total) for j in range(i + 1)]
        taken = [v[values(i, j) if values else j] for j in range(i + 1)]
        outputs.append([program.dot(alpha, [value[g] for value in taken]) for g in range(len(v[0]))])
    return dep.decide(program, outputs, [[symbol.name for symbol in row] for row in inputs.x])


def test_leaks_past_a_correct_mask_are_found():
    """The mask on the weights is causal in each; the divisor, one value or one query is not."""
    n = 4
    clean = {(i, m) for i in range(n) for m in range(i + 1)}
    assert causal_but(n).pairs == clean
    assert causal_but(n).causal is True
    leaks = {
        "the divisor of row 2 runs one further": (
            causal_but(n, divisor=lambda i: range(i + 1 + (i == 1))),
            clean | {(1, 2)},
        ),
        "row 3 takes its last value from the next token": (
            causal_but(n, values=lambda i, j: j + (i == j == 2)),
            clean | {(2, 3)},
        ),
        "row 2 asks with the next token's query": (
            causal_but(n, queries=lambda i: i + (i == 1)),
            clean | {(1, 2)},
        ),
    }
    for what, (found, pairs) in leaks.items():
        assert found.pairs == pairs, what
        assert found.causal is False, what
        assert not found.undecided, what


def test_the_program_is_the_symbolic_pass():
    """The same expressions as `symbolic.attention` builds, entry by entry."""
    inputs, program = symbolic.symbols(3, 2, 2, 2), Program()
    built = [dep.entries(program, "x", m) for m in (inputs.x, inputs.W_Q, inputs.W_K, inputs.W_V)]
    steps = dep.attention(program, *built, allowed=masks.causal(3), scale=program.constant(2))
    names = {s.name: s for m in (inputs.x, inputs.W_Q, inputs.W_K, inputs.W_V) for row in m for s in row}
    out = symbolic.attention(inputs.x, inputs.W_Q, inputs.W_K, inputs.W_V, allowed=masks.causal(3), scale=2)
    assert [[program.expression(step, names) for step in row] for row in steps[1:]] == out.outputs[1:]
    # Row 1 has one key: e^s/e^s is folded to 1 here.
    assert [program.expression(step, names) for step in steps[0]] == out.v[0]


def test_what_is_open_is_not_counted_as_vanishing():
    """Exponentials that are equal but not written alike: e^a e^b and e^(a+b) cancel, and nothing here sees it."""
    program = Program()
    a, b = program.read("a"), program.read("b")
    product = program.dot([program.exp(a)], [program.exp(b)])
    together = program.exp(program.total([a, b]))
    out = program.dot([product, together], [program.constant(1), program.constant(-1)])
    found = dep.decide(program, [[out], [program.read("c")]], [["a"], ["b"]])
    assert found.undecided == {(0, 0), (0, 1)}
    assert not found.pairs
    assert found.causal is None
    assert found.vanishes[1].all()
    assert not found.vanishes[0].any()


def test_an_unlucky_point_is_left_out(monkeypatch):
    """Where the prime divides a divisor nothing is concluded; if it does so everywhere, everything stays open."""
    real = Program.slopes
    calls = []

    def unlucky(self, *args):
        calls.append(1)
        if len(calls) == 1:
            raise dep.RangeError(argument="at", expected="a", received="b")
        return real(self, *args)

    monkeypatch.setattr(Program, "slopes", unlucky)
    assert decided(at_primes(2, 1), masks.causal(2)).causal is True
    assert len(calls) == 2

    def hopeless(*_):
        raise dep.RangeError(argument="at", expected="a", received="b")

    monkeypatch.setattr(Program, "slopes", hopeless)
    inputs = at_primes(2, 1)
    found = dep.dependence(inputs.x, inputs.W_Q, inputs.W_K, inputs.W_V, allowed=masks.causal(2))
    assert found.undecided == {(0, 0), (1, 0), (1, 1)}
    assert not found.differs.any()


def test_errors():
    """What is no symbol, stands twice, has no room, or does not fit."""
    inputs = symbolic.symbols(2, 1, 1, 1)
    weights = (inputs.W_Q, inputs.W_K, inputs.W_V)
    (x1,), (x2,) = inputs.x
    with pytest.raises(DTypeError, match="x: expected symbols, got 2"):
        dep.dependence([[2], [x1]], *weights, allowed=masks.full(2))
    with pytest.raises(InputError, match=r"x: expected every name once, got x_\{11\} twice"):
        dep.dependence([[x1], [x1]], *weights, allowed=masks.full(2))
    with pytest.raises(InputError, match="x: expected symbols of different names, got two of one name"):
        dep.dependence([[x1], [x2]], [[sp.Symbol("x_{11}")]], *weights[1:], allowed=masks.full(2))
    with pytest.raises(DTypeError, match=r"W_Q: expected symbols and rational numbers, got sqrt\(2\)"):
        dep.dependence(inputs.x, [[sp.sqrt(2)]], *weights[1:], allowed=masks.full(2))
    with pytest.raises(EmptyRowError, match="none in row 1"):
        dep.dependence(inputs.x, *weights, allowed=[[True, True], [False, False]])
    with pytest.raises(ShapeError, match="v: expected 1 terms, as u has, got 2 terms"):
        dep.dependence(inputs.x, [[1], [2]], *weights[1:], allowed=masks.full(2))
