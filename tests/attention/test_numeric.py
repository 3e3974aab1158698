"""The NumPy twin: hand-derived numbers, shapes, dtypes, masks, and what may not leak."""

import inspect
from fractions import Fraction

import numpy as np
import pytest

from attention import exact, masks, numeric

DTYPES = (np.float16, np.float32, np.float64)


def drawn(dtype, *shapes, seed=0):
    """Return standard normal arrays of these shapes."""
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape).astype(dtype) for shape in shapes]


def test_hand_derived_weights_and_output():
    """Scores 0 and ln 3 give weights 1/4 and 3/4; values 2 and 10 give 2/4 + 30/4 = 8."""
    result = numeric.attend([[1.0]], [[0.0], [np.log(3)]], [[2.0, 0.0], [10.0, 4.0]], allowed=masks.full(1, 2))
    np.testing.assert_allclose(result.weights, [[0.25, 0.75]], rtol=4e-16)
    np.testing.assert_allclose(result.outputs, [[8.0, 3.0]], rtol=4e-16)


@pytest.mark.parametrize("dtype", DTYPES)
def test_hand_derived_self_attention_with_equal_scores(dtype):
    """W_Q = 0 makes every score 0: the output is the mean of the allowed values, exact for 1, 2 or 4."""
    x = np.array([[4.0], [8.0], [12.0], [16.0]], dtype=dtype)
    zero, one = np.zeros((1, 1), dtype), np.ones((1, 1), dtype)
    result = numeric.attention(x, zero, one, one, allowed=masks.causal(4))
    assert result.outputs[[0, 1, 3], 0].tolist() == [4.0, 6.0, 10.0]
    assert result.weights[1].tolist() == [0.5, 0.5, 0.0, 0.0]
    assert numeric.attention(x, zero, one, one, allowed=masks.full(4)).outputs[:, 0].tolist() == [10.0] * 4


def test_hand_derived_projection_and_scores():
    """Small integers are exact."""
    q = numeric.project([[1.0, 2.0], [3.0, 4.0], [0.0, -1.0]], [[1.0, 0.0, 5.0], [2.0, 1.0, 0.0]])
    assert q.tolist() == [[5.0, 2.0, 5.0], [11.0, 4.0, 15.0], [-2.0, -1.0, 0.0]]
    assert numeric.scores([[1.0, 2.0]], [[3.0, 4.0], [0.0, 1.0]], scale=0.5).tolist() == [[5.5, 1.0]]


@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes_and_dtype_at_distinct_primes(dtype):
    """A swapped axis would fail: every size is another prime."""
    x, W_Q, W_K, W_V = drawn(dtype, (2, 13, 7, 5), (5, 3), (5, 3), (5, 11))
    result = numeric.attention(x, W_Q, W_K, W_V, allowed=masks.causal(7), scale=3**-0.5)
    expected = {
        "q": (2, 13, 7, 3),
        "k": (2, 13, 7, 3),
        "v": (2, 13, 7, 11),
        "scores": (2, 13, 7, 7),
        "weights": (2, 13, 7, 7),
        "outputs": (2, 13, 7, 11),
    }
    for name, shape in expected.items():
        assert getattr(result, name).shape == shape
        assert getattr(result, name).dtype == dtype


def test_cross_attention_with_more_keys_than_queries():
    """`attend` takes n queries and m keys."""
    q, k, v = drawn(np.float64, (3, 2, 5), (3, 7, 5), (3, 7, 11))
    result = numeric.attend(q, k, v, allowed=masks.causal(2, 7))
    assert result.weights.shape == (3, 2, 7)
    assert result.outputs.shape == (3, 2, 11)
    assert np.count_nonzero(result.weights, axis=-1).tolist() == [[1, 2]] * 3


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_batch_is_its_cases_one_by_one_to_the_bit(dtype):
    """Batch dimensions broadcast: one set of weights for all, or one for each; one mask for each case."""
    x, W_Q, W_K, W_V = drawn(dtype, (5, 7, 3), (5, 3, 2), (3, 2), (5, 3, 11))
    allowed = np.random.default_rng(1).random((5, 7, 7)) < 0.5
    allowed |= np.eye(7, dtype=bool)
    whole = numeric.attention(x, W_Q, W_K, W_V, allowed=allowed, scale=0.7)
    for b in range(5):
        one = numeric.attention(x[b], W_Q[b], W_K, W_V[b], allowed=allowed[b], scale=0.7)
        assert one.outputs.tobytes() == whole.outputs[b].tobytes()
        assert one.weights.tobytes() == whole.weights[b].tobytes()


def test_an_empty_batch_gives_an_empty_result():
    """No case is no error; an empty sequence is."""
    x, W_Q, W_K, W_V = drawn(np.float32, (0, 3, 2), (2, 2), (2, 2), (2, 5))
    assert numeric.attention(x, W_Q, W_K, W_V, allowed=masks.full(3)).outputs.shape == (0, 3, 5)


def test_the_steps_compose_to_the_whole():
    """project, scores, weights, outputs are the four steps of `attention`."""
    x, W_Q, W_K, W_V = drawn(np.float32, (7, 5), (5, 3), (5, 3), (5, 2))
    allowed = masks.window(7, 7, 2, 1)
    whole = numeric.attention(x, W_Q, W_K, W_V, allowed=allowed, scale=0.3)
    q, k, v = (numeric.project(x, W) for W in (W_Q, W_K, W_V))
    s = numeric.scores(q, k, scale=0.3)
    alpha = numeric.weights(s, allowed=allowed)
    a = numeric.outputs(alpha, v)
    for step, name in zip((q, k, v, s, alpha, a), ("q", "k", "v", "scores", "weights", "outputs"), strict=True):
        assert step.tobytes() == getattr(whole, name).tobytes()
    attended = numeric.attend(q, k, v, allowed=allowed, scale=0.3)
    assert attended.outputs.tobytes() == a.tobytes()


def test_exact_and_numeric_share_names_and_argument_order():
    """The twin can stand in for the exact carrier; only the treatment of an empty row is its own."""
    for name in ("project", "scores", "weights", "outputs", "attention"):
        order = [p.lower() for p in inspect.signature(getattr(numeric, name)).parameters if p != "empty_row"]
        assert order == [p.lower() for p in inspect.signature(getattr(exact, name)).parameters]


def test_float16_is_rounded_once_in_each_stage():
    """2048 + 1 + 1 is 2050 when summed wide; half precision would lose each 1 on its own."""
    row = np.array([[2048.0, 1.0, 1.0]], dtype=np.float16)
    assert numeric.project(row, np.ones((3, 1), np.float16))[0, 0] == 2050
    assert (row[0, 0] + row[0, 1]) + row[0, 2] == 2048


# -- what may not leak -----------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2, 5, 17, 129])
@pytest.mark.parametrize("dtype", DTYPES)
def test_future_tokens_of_any_finite_size_leave_earlier_rows_the_same_to_the_bit(dtype, n):
    """Ordinary numbers, the largest, the smallest, zeros of either sign: also where products overflow."""
    x, W_Q, W_K, W_V = drawn(dtype, (n, 7), (7, 5), (7, 5), (7, 3), seed=n)
    limits = np.finfo(dtype)
    before = numeric.attention(x, W_Q, W_K, W_V, allowed=masks.causal(n))
    cut = n // 2
    for future in (1.0, -3.0, limits.max, -limits.max, limits.smallest_subnormal, 0.0, -0.0):
        moved = x.copy()
        moved[cut:] = future
        moved[cut:, ::2] *= -1
        after = numeric.attention(moved, W_Q, W_K, W_V, allowed=masks.causal(n))
        assert after.outputs[:cut].tobytes() == before.outputs[:cut].tobytes()
        assert after.weights[:cut].tobytes() == before.weights[:cut].tobytes()


def test_a_masked_value_that_overflowed_does_not_enter():
    """0 * inf is NaN; the row is left out instead."""
    x = np.array([[1.0], [1e300]])
    W = np.array([[1e300]])
    result = numeric.attention(x, np.zeros((1, 1)), np.zeros((1, 1)), W, allowed=masks.causal(2))
    assert np.isinf(result.v[1, 0])
    assert result.outputs[0, 0] == 1e300
    assert np.isinf(result.outputs[1, 0])


def test_a_masked_score_that_overflowed_does_not_enter():
    """An infinite score is replaced before the maximum is taken."""
    x = np.array([[1.0, 0.0], [1e300, -1e300]])
    query, keys = np.array([[1.0], [0.0]]), np.array([[1.0], [-1e300]])
    result = numeric.attention(x, query, keys, np.eye(2), allowed=masks.causal(2))
    assert np.isinf(result.scores[0, 1])
    assert result.weights[0].tolist() == [1.0, 0.0]
    assert result.outputs[0].tolist() == [1.0, 0.0]


def test_the_sign_of_a_masked_zero_product_does_not_enter():
    """An output of 0 has the same sign whatever the masked value's sign is."""
    for future in (1.0, -1.0, 0.0, -0.0):
        v = np.array([[-0.0], [future]])
        a = numeric.outputs(np.array([[1.0, 0.0]]), v)
        assert a.tobytes() == np.zeros((1, 1)).tobytes()


def test_scores_far_apart_are_no_overflow_error():
    """The difference of the largest and the smallest number overflows to -inf, whose exponential is 0."""
    largest = np.finfo(np.float64).max
    assert numeric.weights([[largest, -largest]], allowed=masks.full(1, 2)).tolist() == [[1.0, 0.0]]


def test_inputs_are_not_modified():
    """Read-only inputs are enough."""
    arrays = drawn(np.float64, (5, 3), (3, 2), (3, 2), (3, 7))
    for array in arrays:
        array.flags.writeable = False
    numeric.attention(*arrays, allowed=masks.causal(5))


# -- empty rows ------------------------------------------------------------------------------------


def test_an_empty_row_is_zero_or_nan_on_request():
    """The convention holds for the row alone, and outputs follow."""
    x, W_Q, W_K, W_V = drawn(np.float32, (3, 2), (2, 2), (2, 2), (2, 5))
    allowed = masks.from_sets([{0}, set(), {1, 2}], 3)
    zero = numeric.attention(x, W_Q, W_K, W_V, allowed=allowed, empty_row="zero")
    nan = numeric.attention(x, W_Q, W_K, W_V, allowed=allowed, empty_row="nan")
    assert not zero.weights[1].any()
    assert not zero.outputs[1].any()
    assert np.isnan(nan.weights[1]).all()
    assert np.isnan(nan.outputs[1]).all()
    for row in (0, 2):
        assert zero.outputs[row].tobytes() == nan.outputs[row].tobytes()
        assert np.isfinite(zero.outputs[row]).all()


def test_nan_rows_of_weights_are_accepted_by_outputs():
    """The steps compose for the NaN convention too."""
    alpha = numeric.weights(np.zeros((2, 2)), allowed=masks.from_sets([set(), {0}], 2), empty_row="nan")
    assert np.isnan(numeric.outputs(alpha, np.ones((2, 1)))[0, 0])


# -- against the exact carrier ---------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1, Fraction(3, 8)])
def test_rational_data_agrees_with_exact_attention(scale):
    """Distinct prime sizes; the exact weights rounded to 12 places are the computed ones rounded so."""
    rng = np.random.default_rng(4)
    x, W_Q, W_K, W_V = (rng.integers(-8, 9, shape) / 8 for shape in ((3, 5), (5, 2), (5, 2), (5, 7)))
    rows = [[[Fraction(e) for e in row] for row in array.tolist()] for array in (x, W_Q, W_K, W_V)]
    wanted = exact.attention(*rows, allowed=exact.causal, scale=scale)
    found = numeric.attention(x, W_Q, W_K, W_V, allowed=masks.causal(3), scale=scale)
    found_q = [[Fraction(e) for e in row] for row in found.q.tolist()]
    assert found_q == [[e.rational() for e in row] for row in wanted.q]
    for stage in ("scores", "weights", "outputs"):
        rounded = [[float(e.round(16)) for e in row] for row in getattr(wanted, stage)]
        np.testing.assert_allclose(getattr(found, stage), rounded, rtol=1e-14, atol=1e-15)
