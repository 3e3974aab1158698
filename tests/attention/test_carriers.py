"""One definition, four carriers: symbolic, indexed and exact agree exactly, numeric within its bound.

They are written separately; what they share is the reading of the definition, compared here.  The data are
multiples of 1/4 of a few units, exact in binary, so that the twin and the others get the same numbers.
"""

import random
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from attention import exact, indexed, notation, numeric, rounding, symbolic, translation
from attention.exact import number
from attention.instances import Evaluator, Instance

STEPS = ("q", "k", "v", "scores", "weights", "outputs")
SIZES = ((1, 2, 3, 5), (2, 3, 5, 1), (3, 5, 2, 7), (5, 2, 3, 1))  # n, d, d_k, d_v: distinct, so axes tell
MASKS = {"causal": exact.causal, "full": exact.full}
CASES = pytest.mark.parametrize(
    ("sizes", "mask", "scale"),
    [(sizes, mask, scale) for sizes in SIZES for mask in MASKS for scale in (Fraction(1), Fraction(3, 8))],
)


@cache
def data(sizes, seed=0):
    """Return x, W_Q, W_K, W_V and t at the sizes: rows of multiples of 1/4."""
    n, d, d_k, d_v = sizes
    rng = random.Random(f"{sizes}{seed}")  # noqa: S311  # test data, no secret

    def rows(count, length):
        return [[Fraction(rng.randint(-5, 5), 4) for _ in range(length)] for _ in range(count)]

    return rows(n, d), rows(d, d_k), rows(d, d_k), rows(d, d_v), rows(1, d)[0]


def assigned(inputs, x, W_Q, W_K, W_V):
    """Return the substitution of the data for the symbols."""
    pairs = ((inputs.x, x), (inputs.W_Q, W_Q), (inputs.W_K, W_K), (inputs.W_V, W_V))
    return {key: value for names, rows in pairs for key, value in symbolic.substitution(names, rows).items()}


def as_exact(rows):
    """Return closed SymPy expressions as exact numbers."""
    at = Evaluator(Instance({}), {})
    return [[at(entry) for entry in row] for row in rows]


@cache
def symbolic_pass(sizes, mask):
    """Return the symbols and the symbolic pass, its scale a symbol."""
    inputs = symbolic.symbols(*sizes)
    arrays = (inputs.x, inputs.W_Q, inputs.W_K, inputs.W_V)
    return inputs, symbolic.attention(*arrays, allowed=MASKS[mask], scale=notation.c)


def instance(sizes, scale, x, W_Q, W_K, W_V, t):
    """Return the data as an instance with the names and 1-based indices of the indexed carrier."""
    arrays = {
        name: {(r, s): number(entry) for r, row in enumerate(rows, 1) for s, entry in enumerate(row, 1)}
        for name, rows in (("x", x), ("W_Q", W_Q), ("W_K", W_K), ("W_V", W_V))
    }
    arrays["t"] = {(e,): number(entry) for e, entry in enumerate(t, 1)}
    return Instance(dict(zip(("n", "d", "d_k", "d_v"), sizes, strict=True)), {"c": number(scale)}, arrays)


def upper(mask):
    """Return the indexed carrier's form of the mask."""
    return {"causal": indexed.causal_upper, "full": indexed.full_upper}[mask]


def indexed_rows(step, sizes, at, heads, allowed):
    """Return one step of an indexed pass as rows; its weights are defined on the allowed positions alone."""
    n, _, d_k, d_v = sizes
    head = {"scores": heads.s, "weights": heads.alpha, "outputs": heads.a}.get(step) or getattr(heads, step)
    width = {"q": d_k, "k": d_k, "v": d_v, "scores": n, "weights": n, "outputs": d_v}[step]
    return [
        [at(head(r, s)) if step != "weights" or allowed(r - 1, s - 1) else number(0) for s in range(1, width + 1)]
        for r in range(1, n + 1)
    ]


def assert_equal(got, wanted, what):
    """Compare rows of exact numbers entry by entry, naming the first that differs."""
    __tracebackhide__ = True
    assert [len(row) for row in got] == [len(row) for row in wanted], what
    for r, (left, right) in enumerate(zip(got, wanted, strict=True), 1):
        for s, (p, q) in enumerate(zip(left, right, strict=True), 1):
            assert p == q, f"{what}[{r},{s}]: {p} is not {q}"


def test_the_comparison_sees_one_wrong_entry_and_a_wrong_shape():
    """It is itself a test's tool, so it must be able to fail."""
    with pytest.raises(AssertionError, match=r"q\[2,1\]: 3 is not 4"):
        assert_equal([[number(1)], [number(3)]], [[number(1)], [number(4)]], "q")
    with pytest.raises(AssertionError):
        assert_equal([[number(1)]], [[number(1), number(2)]], "q")


@CASES
def test_symbolic_equals_exact(sizes, mask, scale):
    """Every step, by substitution into the fully symbolic pass."""
    *arrays, _ = data(sizes)
    inputs, general = symbolic_pass(sizes, mask)
    at = assigned(inputs, *arrays) | symbolic.substitution([[notation.c]], [[scale]])
    truth = exact.attention(*arrays, allowed=MASKS[mask], scale=scale)
    for step in STEPS:
        got = as_exact(symbolic.evaluate(getattr(general, step), at))
        assert_equal(got, getattr(truth, step), f"{step} at {sizes}")


@CASES
def test_indexed_equals_exact(sizes, mask, scale):
    """Every step, by evaluating the definitions at symbolic sizes."""
    *arrays, t = data(sizes)
    heads = indexed.attention(upper=upper(mask))
    at = Evaluator(instance(sizes, scale, *arrays, t), heads.definitions)
    truth = exact.attention(*arrays, allowed=MASKS[mask], scale=scale)
    for step in STEPS:
        got = indexed_rows(step, sizes, at, heads, MASKS[mask])
        assert_equal(got, getattr(truth, step), f"{step} at {sizes}")


@CASES
def test_numeric_is_within_its_error_bound_of_exact(sizes, mask, scale):
    """The twin errs by no more than attention.rounding derives, compared in rationals; the bound is small.

    Inputs are exact in float64, as the derivation asks. For these sizes and data the bound
    stays below 1e-12: about 1e4 u, from exponents of some tens and sums of a few terms.
    """
    *arrays, _ = data(sizes)
    x, W_Q, W_K, W_V = (np.array(rows, dtype=np.float64) for rows in arrays)
    n = sizes[0]
    allowed = np.array([[MASKS[mask](r, s) for s in range(n)] for r in range(n)])
    computed = numeric.attention(x, W_Q, W_K, W_V, allowed=allowed, scale=float(scale))
    bound = rounding.error_bound(x, W_Q, W_K, W_V, allowed=allowed, scale=float(scale))
    truth = exact.attention(*arrays, allowed=MASKS[mask], scale=scale)
    for step in STEPS:
        got, true, margin = getattr(computed, step), getattr(truth, step), getattr(bound, step)
        assert got.shape == (len(true), len(true[0]))
        assert (margin[allowed] if step == "weights" else margin).max() < 1e-12
        for place in np.ndindex(got.shape):
            reach = Fraction(float(margin[place]))
            gap = true[place[0]][place[1]] - Fraction(float(got[place]))
            assert -reach <= gap <= reach, f"{step}{list(place)} at {sizes}"


@pytest.mark.parametrize("mask", [[[True, False, True], [False, True, False], [True, True, True]]])
def test_arbitrary_allowed_sets(mask):
    """Booleans instead of a predicate: symbolic, exact and the indexed form with a bracket agree."""
    sizes = (3, 5, 2, 7)
    *arrays, t = data(sizes, 1)
    truth = exact.attention(*arrays, allowed=mask)
    inputs = symbolic.symbols(*sizes)
    out = symbolic.attention(inputs.x, inputs.W_Q, inputs.W_K, inputs.W_V, allowed=np.array(mask))
    at = assigned(inputs, *arrays)
    assert_equal(as_exact(symbolic.evaluate(out.outputs, at)), truth.outputs, "outputs")

    case = instance(sizes, 1, *arrays, t)
    case.arrays["S"] = {(r, s): number(int(mask[r - 1][s - 1])) for r in (1, 2, 3) for s in (1, 2, 3)}
    S = indexed.sp.IndexedBase("S")
    heads = indexed.attention()
    softmax = indexed.masked_softmax("masked", heads.s, lambda p, q: S[p, q])
    value = Evaluator(case, {**heads.definitions, "masked": softmax})
    got = [[value(softmax.head(r, s)) for s in (1, 2, 3)] for r in (1, 2, 3)]
    assert_equal(got, truth.weights, "weights")


@pytest.mark.parametrize("mask", sorted(MASKS))
def test_translated_passes_agree(mask):
    """Lemma 1's X + 1t in three carriers: symbols for t, definitions with a mark, and exact sums."""
    sizes = (3, 2, 1, 5)
    *arrays, t = data(sizes, 2)
    moved = [[entry + shift for entry, shift in zip(row, t, strict=True)] for row in arrays[0]]
    truth = exact.attention(moved, *arrays[1:], allowed=MASKS[mask])

    inputs = symbolic.symbols(*sizes)
    translated = symbolic.translate(inputs.x, inputs.t)
    out = symbolic.attention(translated, inputs.W_Q, inputs.W_K, inputs.W_V, allowed=MASKS[mask])
    at = assigned(inputs, *arrays) | symbolic.substitution([inputs.t], [t])
    assert_equal(as_exact(symbolic.evaluate(out.outputs, at)), truth.outputs, "symbolic outputs")

    _, after, definitions = translation.passes(upper(mask))
    value = Evaluator(instance(sizes, 1, *arrays, t), definitions)
    for step in STEPS:
        got = indexed_rows(step, sizes, value, after, MASKS[mask])
        assert_equal(got, getattr(truth, step), f"indexed {step}")


@pytest.mark.parametrize("mask", sorted(MASKS))
def test_jacobians_agree(mask):
    """SymPy's derivative of the symbolic outputs is the dual-number derivative of the indexed ones."""
    sizes = (3, 2, 1, 2)
    n, d, _, d_v = sizes
    *arrays, t = data(sizes, 3)
    inputs = symbolic.symbols(*sizes)
    out = symbolic.attention(inputs.x, inputs.W_Q, inputs.W_K, inputs.W_V, allowed=MASKS[mask])
    blocks = symbolic.jacobian(out.outputs, inputs.x)
    at = assigned(inputs, *arrays)
    heads = indexed.attention(upper=upper(mask), scale=1)
    value = Evaluator(instance(sizes, 1, *arrays, t), heads.definitions)
    seen = 0
    for r in range(1, n + 1):
        for m in range(1, n + 1):
            block = as_exact(symbolic.evaluate(blocks[r - 1][m - 1], at))
            dual = [
                [value(indexed.Partial(heads.a(r, g), notation.x[m, e])) for e in range(1, d + 1)]
                for g in range(1, d_v + 1)
            ]
            assert_equal(block, dual, f"d a_{r} / d x_{m}")
            seen += any(not entry.is_zero() for row in block for entry in row)
    assert seen == (6 if mask == "causal" else 9)
