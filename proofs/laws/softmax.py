"""What the weights are: a distribution over the allowed set, with log-ratios equal to score differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from attention.arithmetic import Arithmetic
from attention.rounding import ErrorBound
from proofs.laws.law import (
    Implementation,
    Law,
    Measurement,
    apply,
    bound,
    distance,
    measured,
    over_case,
    rows,
)

if TYPE_CHECKING:
    from proofs.laws.batch import Array, Batch

DOUBLE = Arithmetic.of(np.float64)


def _row_sums(implementation: Implementation, batch: Batch) -> Measurement:
    limits = bound(implementation, batch)
    alpha = np.asarray(apply(implementation, batch).weights, dtype=np.float64)
    # The sum is taken here, in float64: its own rounding belongs to the tolerance.
    tau = limits.row_sums + DOUBLE.gamma(alpha.shape[-1])
    with np.errstate(all="ignore"):
        error = np.stack([distance(alpha.sum(axis=-1), 1.0), alpha.max(axis=-1) - 1, -alpha.min(axis=-1)], axis=-1)
    tolerance = np.stack([tau, tau, np.zeros_like(tau)], axis=-1)
    exercised = limits.in_scope & over_case(rows(batch))
    return measured(np.maximum(error, 0), tolerance, applies=limits.in_scope, exercised=exercised)


def _masked_weights(implementation: Implementation, batch: Batch) -> Measurement:
    limits = bound(implementation, batch)
    alpha = apply(implementation, batch).weights
    error = np.where(batch.allowed, 0, distance(alpha, 0.0))
    exercised = limits.in_scope & over_case(~batch.allowed)
    return measured(error, 0, applies=limits.in_scope, exercised=exercised)


def _positive(implementation: Implementation, batch: Batch) -> Measurement:
    limits = bound(implementation, batch)
    alpha = apply(implementation, batch).weights
    visible = batch.allowed & np.isfinite(limits.log_weights)
    error = np.where(visible & ~(alpha > 0), 1.0, 0.0)
    exercised = limits.in_scope & over_case(visible & rows(batch)[..., None])
    return measured(error, 0, applies=limits.in_scope, exercised=exercised)


def _log_ratio(implementation: Implementation, batch: Batch) -> Measurement:
    limits = bound(implementation, batch)
    alpha = np.asarray(apply(implementation, batch).weights, dtype=np.float64)
    top = np.argmax(limits.reference.weights, axis=-1)[..., None]

    def at_top(array: Array) -> Array:
        return np.take_along_axis(array, top, axis=-1)

    s = limits.reference.scores
    # The scores held against are those of the definition, in float64, so their own error D counts as well.
    reach = limits.log_weights + limits.scores
    with np.errstate(all="ignore"):
        wanted = s - at_top(s)
        tolerance = reach + at_top(reach) + 8 * DOUBLE.unit * (1 + np.abs(wanted))
        error = np.where(np.isfinite(tolerance), distance(np.log(alpha) - np.log(at_top(alpha)), wanted), 0)
        visible = np.isfinite(tolerance) & (np.abs(wanted) > tolerance)
    return measured(error, tolerance, applies=limits.in_scope, exercised=limits.in_scope & over_case(visible))


def _shift(implementation: Implementation, batch: Batch) -> Measurement:
    # A constant feature 1 lets the weights add a bias: k_j + bias, with queries and values as before.
    ones = np.ones_like(batch.x[..., :1])
    still = _extended(batch, ones, key=0, value=0)
    shifted = _extended(batch, ones, key=batch.bias[:, None], value=0)
    limits, other = bound(implementation, batch, **still), bound(implementation, batch, **shifted)
    before, after = apply(implementation, batch, **still), apply(implementation, batch, **shifted)
    tolerance = limits.weights + other.weights
    return measured(
        distance(before.weights, after.weights),
        tolerance,
        applies=limits.in_scope & other.in_scope,
        exercised=_shift_is_visible(batch, limits, other),
    )


def _translation(implementation: Implementation, batch: Batch) -> Measurement:
    # The translation is along a feature of its own that queries do not read: t W_Q = 0, hence t A = 0, while
    # t W_K is the bias and t W_V the first row of W_V plus 1.
    ones = np.ones_like(batch.x[..., :1])
    step = batch.W_V[:, :1] + batch.W_V.dtype.type(1)
    still = _extended(batch, 0 * ones, key=batch.bias[:, None], value=step)
    moved = still | {"x": np.concatenate([batch.x, ones], axis=-1)}
    limits, other = bound(implementation, batch, **still), bound(implementation, batch, **moved)
    before, after = apply(implementation, batch, **still), apply(implementation, batch, **moved)
    with np.errstate(all="ignore"):
        a, b, t = (np.asarray(array, dtype=np.float64) for array in (before.outputs, after.outputs, step))
        outputs = distance(b - a, t)
        # The comparison is in float64, and rounds too.
        comparison = 4 * DOUBLE.unit * (np.abs(a) + np.abs(b) + np.abs(t))
        tolerance = np.concatenate(
            [limits.weights + other.weights, limits.outputs + other.outputs + comparison], axis=2
        )
    error = np.concatenate([distance(before.weights, after.weights), outputs], axis=2)
    return measured(
        error,
        tolerance,
        applies=limits.in_scope & other.in_scope,
        exercised=_shift_is_visible(batch, limits, other),
    )


def _extended(batch: Batch, feature: Array, *, key: Array | float, value: Array | float) -> dict[str, Array]:
    """Return the batch with one more feature: 0 in W_Q, the rows `key` in W_K and `value` in W_V."""

    def with_row(weight: Array, row: Array | float) -> Array:
        last = np.broadcast_to(row, (weight.shape[0], 1, weight.shape[2])).astype(weight.dtype)
        return np.concatenate([weight, last], axis=1)

    return {
        "x": np.concatenate([batch.x, feature], axis=-1),
        "W_Q": with_row(batch.W_Q, 0),
        "W_K": with_row(batch.W_K, key),
        "W_V": with_row(batch.W_V, value),
    }


def _shift_is_visible(batch: Batch, one: ErrorBound, other: ErrorBound) -> Array:
    """Return where scores moved by more than rounding, in a row that allows a choice."""
    moved = distance(one.reference.scores, other.reference.scores) > one.scores + other.scores
    return np.asarray(one.informative & other.informative & over_case(moved & rows(batch)[..., None]))


ROW_SUMS = Law(
    id="rows_sum_to_one",
    title="Weights are a distribution",
    claim="softmax_rows_sum_to_one",
    statement="|sum_j alpha_ij - 1| <= tau, 0 <= alpha_ij <= 1 + tau.",
    check=_row_sums,
)

MASKED_WEIGHTS = Law(
    id="masked_weights",
    title="Masked weights are exactly zero",
    claim="proposition_1_restriction",
    statement="alpha_ij = 0 for every j outside S(i).",
    check=_masked_weights,
    masks=("causal", "window", "padding", "sets"),
)

POSITIVE = Law(
    id="positive_weights",
    title="Allowed weights are positive",
    claim="corollary_1_1_membership",
    statement="alpha_ij > 0 for every j in S(i) whose exact weight is above what underflow can take.",
    check=_positive,
)

LOG_RATIO = Law(
    id="score_differences",
    title="Log-ratios of weights are score differences",
    claim="weight_ratio_is_exp_score_difference",
    statement="|ln(alpha_ij / alpha_il) - c q_i . (k_j - k_l)| <= L_j + L_l, l the largest score of the row.",
    check=_log_ratio,
)

SHIFT = Law(
    id="softmax_shift_invariance",
    title="A constant key bias changes nothing",
    claim="softmax_shift_invariance",
    statement="With k_j + b in place of every k_j, the weights differ by their two bounds together at most.",
    check=_shift,
    data=("x", "W_Q", "W_K", "W_V", "allowed", "bias"),
)

TRANSLATION = Law(
    id="translation_equivariance",
    title="A translation with t A = 0 moves every output by t W_V",
    claim="outputs_equivariant_iff_shift_in_kernel",
    statement=(
        "With x_j + t in place of every x_j and t W_Q = 0, weights stay and outputs move by t W_V, within the"
        " bounds of both runs."
    ),
    check=_translation,
    data=("x", "W_Q", "W_K", "W_V", "allowed", "bias"),
)
