"""What the weights are: a distribution over the allowed keys whose log-ratios are score differences.

A black box returns outputs only.  Values that are all 1 make them the row sums; the identity matrix for values makes
them the weights themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from attention.arithmetic import Arithmetic
from attention.rounding import largest_allowed
from proofs.laws.conformance.call import Array, Call, Truths
from proofs.laws.conformance.law import ConformanceLaw, judged, together
from proofs.laws.conformance.trial import Limits, Trial
from proofs.laws.law import Measurement, distance

DOUBLE = Arithmetic.of(np.float64)


def recovered(trial: Trial, given: Call | None = None) -> tuple[Array, Limits]:
    """Return weights (B, H, L, S) of a call through V = I, in float64, and the limits of that call.

    Where values must be as wide as queries, the identity matrix is fed in pieces of that width.
    """
    call = trial.call if given is None else given
    B, _, _, S = call.sizes
    H_kv, E = call.k.shape[1], call.q.shape[3]
    identity = np.broadcast_to(np.eye(S, dtype=call.v.dtype), (B, H_kv, S, S))
    whole = call.but(v=identity)
    limits = trial.limits(whole)
    if not trial.traits.equal_widths or E == S:
        return trial.outputs(whole).astype(np.float64), limits
    wide = np.concatenate([identity, np.zeros((B, H_kv, S, -S % E), dtype=call.v.dtype)], axis=3)
    pieces = [trial.outputs(call.but(v=wide[..., start : start + E])) for start in range(0, S, E)]
    return np.concatenate(pieces, axis=3)[..., :S].astype(np.float64), limits


def _row_sums(trial: Trial) -> Measurement:
    call = trial.call.but(v=np.ones_like(trial.call.v))
    limits = trial.limits(call)
    error = np.where(limits.live[..., None], distance(trial.outputs(call), 1.0), 0.0)
    return judged(error, limits.hull, applies=limits.in_scope, exercised=limits.in_scope & limits.busy)


def _unit_interval(trial: Trial) -> Measurement:
    alpha, limits = recovered(trial)
    live = limits.live[..., None]
    # The hull of the values 0 and 1 is the unit interval.
    above = np.where(live, np.maximum(alpha - 1, 0), 0.0)
    below = np.where(live, np.maximum(-alpha, 0), 0.0)
    lost = np.where(live, np.isnan(alpha), 0.0)
    error, tolerance = together((above, limits.hull), (below, 0.0), (leaked(alpha, limits), 0.0), (lost, 0.0))
    return judged(error, tolerance, applies=limits.in_scope, exercised=limits.in_scope & limits.busy)


def _convex_hull(trial: Trial) -> Measurement:
    limits = trial.limits()
    a = np.asarray(trial.outputs(), dtype=np.float64)
    v, allowed, live = limits.bound.reference.v, limits.bound.allowed, limits.live[..., None]
    high, low = largest_allowed(v, allowed), -largest_allowed(-v, allowed)
    tolerance = limits.hull
    error = np.where(live, np.maximum(np.maximum(low - a, a - high), np.where(np.isnan(a), np.nan, 0)), 0.0)
    visible = ((high - low > tolerance) & live).any(axis=(2, 3))
    return judged(error, tolerance, applies=limits.in_scope, exercised=limits.in_scope & visible)


@dataclass(frozen=True, slots=True, eq=False)
class LogRatios:
    """ln(alpha_ij / alpha_il) held against s_ij - s_il, l the key with the largest exact weight of row i.

    Attributes:
        weights: (B, H, L, S), recovered. error, tolerance: (B, H, L, S), both 0 where nothing is asked, since the
        weight may have underflowed. visible: (B, H) where a ratio differs from 1 by more than the tolerance.
    """

    weights: Array
    error: Array
    tolerance: Array
    limits: Limits
    visible: Truths


def leaked(weights: Array, limits: Limits) -> Array:
    """Return |alpha_ij| outside S(i), 0 inside, (B, H, L, S): it must be exactly 0."""
    return np.where(limits.live[..., None] & ~limits.allowed, np.abs(weights), 0.0)


def log_ratios(trial: Trial, call: Call | None = None) -> LogRatios:
    """Recover the weights of a call and compare their log-ratios with score differences."""
    alpha, limits = recovered(trial, call)
    bound = limits.bound
    top = np.argmax(bound.reference.weights, axis=-1)[..., None]

    def at_top(array: Array) -> Array:
        return np.take_along_axis(array, top, axis=-1)

    s = bound.reference.scores
    reach = bound.log_weights + bound.scores + stored_logs(bound.reference.weights, bound.arithmetic)
    with np.errstate(all="ignore"):
        wanted = s - at_top(s)
        tolerance = reach + at_top(reach) + 8 * DOUBLE.unit * (1 + np.abs(wanted))
        asked = np.isfinite(tolerance) & limits.allowed & limits.live[..., None]
        error = np.where(asked, distance(np.log(alpha) - np.log(at_top(alpha)), wanted), 0.0)
    tolerance = np.where(asked, tolerance, 0.0)
    visible = (asked & (np.abs(wanted) > tolerance)).any(axis=(2, 3))
    return LogRatios(alpha, error, tolerance, limits, np.asarray(visible & limits.in_scope))


def stored_logs(p: Array, model: Arithmetic) -> Array:
    """Return what rounding a weight to a coarser storage dtype does to its logarithm; infinite where it may vanish."""
    if model.storage is None or model.narrows:
        return np.zeros_like(p)
    stored = np.finfo(model.storage)
    unit = float(stored.eps) / 2
    return np.where(p > 4 * float(stored.smallest_normal), 2 * unit, np.inf)


def _score_differences(trial: Trial) -> Measurement:
    found = log_ratios(trial)
    return judged(found.error, found.tolerance, applies=found.limits.in_scope, exercised=found.visible)


ROW_SUMS = ConformanceLaw(
    id="row_sums",
    title="Weights sum to one",
    claim="softmax_rows_sum_to_one",
    statement="With all values 1, every output is 1 within the hull margin.",
    check=_row_sums,
)

UNIT_INTERVAL = ConformanceLaw(
    id="weights_in_unit_interval",
    title="Weights are in [0, 1], and 0 outside S(i)",
    claim="softmax_weights_positive",
    statement="With V = I, outputs are at least 0, at most 1 within the hull margin, and 0 where masked.",
    check=_unit_interval,
)

CONVEX_HULL = ConformanceLaw(
    id="convex_hull",
    title="Outputs lie in the hull of the allowed values",
    claim="outputs_in_convex_hull",
    statement="min v_j - h <= a_i <= max v_j + h over j in S(i), by coordinate; h: the hull margin.",
    check=_convex_hull,
)

SCORE_DIFFERENCES = ConformanceLaw(
    id="score_differences",
    title="Log-ratios of weights are score differences",
    claim="weight_ratio_is_exp_score_difference",
    statement="With V = I, |ln(a_ij / a_il) - (s_ij - s_il)| <= L_j + L_l for j, l in S(i).",
    check=_score_differences,
)
