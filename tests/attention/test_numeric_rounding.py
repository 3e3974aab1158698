"""The error bound: it holds, it is not idle, it knows its scope."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from attention import exact, masks, numeric, rounding
from attention.arithmetic import Arithmetic
from attention.rounding import attend_error_bound, error_bound, hull_margin
from proofs.laws.batch import DTYPES, REGIMES, Structure, draw

STAGES = ("q", "k", "v", "scores", "weights", "outputs")


def exact_error(found, wanted):
    """Return upper ends of certified balls around |found - wanted|."""
    return np.array(
        [
            [float((number - Fraction(float(value))).ball(192).abs_upper()) for value, number in pairs]
            for pairs in (zip(row, numbers, strict=True) for row, numbers in zip(found, wanted, strict=True))
        ]
    )


def test_unit_and_least_of_each_dtype():
    """The unit is 2^-11, 2^-24, 2^-53; eta the least positive number, normal if flushed."""
    units = [Arithmetic.of(dtype).unit for dtype in DTYPES]
    assert units == [2.0**-11, 2.0**-24, 2.0**-53]
    assert Arithmetic.of("float16").least == 2.0**-24
    assert Arithmetic.of("float32", flush_to_zero=True).least == 2.0**-126
    assert Arithmetic.of("float16").largest == 65504


def test_gamma_by_hand():
    """gamma_3 = 3u / (1 - 3u); nothing is known once k u reaches 1."""
    half = Arithmetic.of("float16")
    assert half.gamma(3) == pytest.approx(3 / 2048 / (1 - 3 / 2048), rel=1e-15)
    assert np.isinf(half.gamma([2048, 5000])).all()


def test_bound_by_hand_for_one_token_of_ones():
    """All sizes 1, all ones: Dq is u/(1-u) + 2 eta, enlarged by a few hundred units of float64."""
    one = np.ones((1, 1), np.float32)
    bound = error_bound(one, one, one, one, allowed=masks.full(1))
    u, eta = 2.0**-24, 2.0**-149
    gamma = u / (1 - u)
    dq = gamma + 2 * eta
    reach = 1 + 2 * dq
    score = gamma * reach**2 + 2 * eta + 2 * dq * reach
    assert bound.q[0, 0] == pytest.approx(dq, rel=1e-12)
    assert bound.scores[0, 0] == pytest.approx(score, rel=1e-12)
    assert bound.q[0, 0] > dq
    assert bound.row_sums[0] == pytest.approx(2 * u / (1 - 2 * u) + eta, rel=1e-12)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("regime", REGIMES)
def test_the_bound_holds_against_exact_arithmetic_in_every_regime(regime, dtype):
    """Every stage of the twin, every entry, with and without a scale that is rounded."""
    checked = 0
    for seed, scale in enumerate(("one", "odd", "rsqrt")):
        structure = Structure(
            n=3, d=2, d_k=3, d_v=2, regime=regime, dtype=dtype, scale=scale, seed=seed, cases=2, mask="sets"
        )
        batch = draw(structure)
        arrays = (batch.x, batch.W_Q, batch.W_K, batch.W_V)
        found = numeric.attention(*arrays, allowed=batch.allowed, scale=batch.scale)
        bound = error_bound(*arrays, allowed=batch.allowed, scale=batch.scale)
        for case in np.flatnonzero(bound.in_scope):
            rationals = [[[Fraction(float(e)) for e in row] for row in array[case]] for array in arrays]
            wanted = exact.attention(*rationals, allowed=batch.allowed[case].tolist(), scale=Fraction(batch.scale))
            for stage in STAGES:
                error = exact_error(getattr(found, stage)[case], getattr(wanted, stage))
                assert (error <= getattr(bound, stage)[case]).all(), (
                    stage,
                    error,
                    getattr(bound, stage)[case],
                )
                reference = exact_error(getattr(bound.reference, stage)[case], getattr(wanted, stage))
                assert (reference <= getattr(bound, stage)[case]).all(), stage
            checked += 1
    assert checked >= 3


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_bound_is_not_idle(dtype):
    """In ordinary data the worst error of a weight reaches at least a hundredth of its bound."""
    batch = draw(Structure(n=5, d=3, d_k=2, d_v=3, dtype=dtype, cases=200))
    arrays = [getattr(batch, name) for name in ("x", "W_Q", "W_K", "W_V")]
    bound = error_bound(*arrays, allowed=batch.allowed)
    wide = [array.astype(np.float64) for array in arrays]
    oracle = error_bound(*wide, allowed=batch.allowed).reference
    found = numeric.attention(*arrays, allowed=batch.allowed)
    assert bound.informative.mean() > 0.9
    if dtype == "float64":  # the oracle is no better than the twin there; tests with exact arithmetic see to it
        return
    ratio = np.abs(found.weights - oracle.weights)[batch.allowed] / bound.weights[batch.allowed]
    assert 0.01 < ratio.max() <= 1


def test_masked_entries_have_weight_bound_zero():
    """They are exactly 0."""
    batch = draw(Structure(n=5, cases=3))
    bound = error_bound(batch.x, batch.W_Q, batch.W_K, batch.W_V, allowed=batch.allowed)
    assert not bound.weights[~batch.allowed].any()


@pytest.mark.parametrize("dtype", DTYPES)
def test_overflow_is_out_of_scope_and_ordinary_data_is_not(dtype):
    """For each case of a batch on its own, and quietly."""
    batch = draw(Structure(n=2, d=2, dtype=dtype, cases=3))
    x = batch.x.copy()
    x[1] = np.finfo(dtype).max
    bound = error_bound(x, batch.W_Q, batch.W_K, batch.W_V, allowed=batch.allowed)
    assert bound.in_scope.tolist() == [True, False, True]
    assert not bound.informative[1]


def test_an_undivided_sum_that_overflows_is_out_of_scope():
    """Half: five values of 2e4 average to 2e4, but an implementation that divides last adds up 1e5."""
    one, v = np.ones((1, 1), np.float16), np.full((5, 1), 2e4, np.float16)
    bound = attend_error_bound(one, np.ones((5, 1), np.float16), v, allowed=masks.full(1, 5))
    assert not bound.in_scope
    assert attend_error_bound(one, one, v[:1], allowed=masks.full(1)).in_scope


def test_a_bound_that_says_nothing_is_not_called_informative():
    """Scores of 1e30 are known to 1e14 only: any weights are possible, but none outside [0, 1]."""
    big = np.full((2, 1), 1e15)
    big[1] *= 1 + 1e-10
    one = np.ones((1, 1))
    bound = error_bound(big, one, one, one, allowed=masks.full(2))
    assert bound.in_scope
    assert not bound.informative
    assert (bound.weights <= 1 + 1e-12).all()


def test_a_huge_score_that_is_dead_costs_nothing():
    """The error of a score 1e4 below the maximum does not count: both weights are known to a few units."""
    q, k = np.array([[1.0]], np.float32), np.array([[1.0], [-1e4]], np.float32)
    bound = attend_error_bound(q, k, np.ones((2, 1), np.float32), allowed=masks.full(1, 2))
    assert bound.weights.max() < 2e-6


def test_given_queries_keys_and_values_are_exact():
    """`attend` starts later: its bound is smaller than that of the projections that gave the same numbers."""
    batch = draw(Structure(n=5, d=3, cases=3))
    wide = [array.astype(np.float64) for array in (batch.x, batch.W_Q, batch.W_K, batch.W_V)]
    projected = error_bound(*wide, allowed=batch.allowed)
    given = numeric.attention(*wide, allowed=batch.allowed)
    attended = attend_error_bound(given.q, given.k, given.v, allowed=batch.allowed)
    assert not attended.q.any()
    assert (attended.scores < projected.scores).all()
    assert (attended.outputs < projected.outputs).all()


def test_hull_margin_and_row_sums_do_not_grow_with_the_scores():
    """The normaliser cancels: huge logits cost the weights, not their sum."""
    structure = Structure(n=5, d=3, regime="huge", dtype="float32", cases=8, seed=1)
    batch = draw(structure)
    bound = error_bound(batch.x, batch.W_Q, batch.W_K, batch.W_V, allowed=batch.allowed)
    assert bound.weights.max() > 1e-3
    assert bound.row_sums.max() < 1e-6
    assert (hull_margin(bound) < 1e-6 * (1 + np.abs(bound.reference.v).max())).all()


def test_rescalings_and_a_worse_exp_enlarge_the_bound():
    """What an implementation declares enters the model."""
    batch = draw(Structure(n=5, d=3, dtype="float32", cases=8))
    arrays = (batch.x, batch.W_Q, batch.W_K, batch.W_V)
    plain = Arithmetic.of("float32")
    models = (plain, replace(plain, rescalings=8), replace(plain, exp_ulps=64.0))
    sizes = [rounding.error_bound(*arrays, allowed=batch.allowed, arithmetic=m).weights.sum() for m in models]
    assert sizes[0] < min(sizes[1:])
