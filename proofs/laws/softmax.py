"""What the weights are: a distribution over the allowed set, with log-ratios equal to score differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from attention.rounding import Arithmetic
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
        error = np.stack(
            [distance(alpha.sum(axis=-1), 1.0), alpha.max(axis=-1) - 1, -alpha.min(axis=-1)], axis=-1
        )
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
    def extended(weight: Array, row: Array | float) -> Array:
        last = np.broadcast_to(row, (weight.shape[0], 1, weight.shape[2])).astype(weight.dtype)
        return np.concatenate([weight, last], axis=1)

    x = np.concatenate([batch.x, np.ones_like(batch.x[..., :1])], axis=-1)
    still = {
        "x": x,
        "W_Q": extended(batch.W_Q, 0),
        "W_K": extended(batch.W_K, 0),
        "W_V": extended(batch.W_V, 0),
    }
    shifted = still | {"W_K": extended(batch.W_K, batch.bias[:, None, :])}
    limits, other = bound(implementation, batch, **still), bound(implementation, batch, **shifted)
    before, after = apply(implementation, batch, **still), apply(implementation, batch, **shifted)
    moved = distance(limits.reference.scores, other.reference.scores) > limits.scores + other.scores
    applies = limits.in_scope & other.in_scope
    exercised = limits.informative & other.informative & over_case(moved & rows(batch)[..., None])
    tolerance = limits.weights + other.weights
    return measured(distance(before.weights, after.weights), tolerance, applies=applies, exercised=exercised)


ROW_SUMS = Law(
    id="row_sums",
    title="Weights are a distribution",
    claim="softmax_rows",
    statement="|sum_j alpha_ij - 1| <= tau, 0 <= alpha_ij <= 1 + tau.",
    check=_row_sums,
)

MASKED_WEIGHTS = Law(
    id="masked_weights",
    title="Masked weights are exactly zero",
    claim="proposition_1",
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
    id="log_ratio",
    title="Log-ratios of weights are score differences",
    claim="softmax_log_ratio",
    statement="|ln(alpha_ij / alpha_il) - c q_i . (k_j - k_l)| <= L_j + L_l, l the largest score of the row.",
    check=_log_ratio,
)

SHIFT = Law(
    id="shift_invariance",
    title="A constant key bias changes nothing",
    claim="softmax_shift_invariance",
    statement="With k_j + b in place of every k_j, the weights differ by their two bounds together at most.",
    check=_shift,
    data=("x", "W_Q", "W_K", "W_V", "allowed", "bias"),
)
