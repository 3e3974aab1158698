"""Calls that mean the same: masks said in other ways, the default scale said aloud, scores shifted by a constant."""

from __future__ import annotations

import numpy as np

from attention.arithmetic import Arithmetic
from proofs.laws.conformance.call import Array, Call
from proofs.laws.conformance.law import ConformanceLaw, close, judged, spread, together
from proofs.laws.conformance.threads import one_thread
from proofs.laws.conformance.trial import Limits, Trial
from proofs.laws.conformance.weights import leaked, log_ratios, recovered
from proofs.laws.law import Measurement, distance

DOUBLE = Arithmetic.of(np.float64)


def _same(trial: Trial, one: Call, other: Call) -> Measurement:
    """Hold two calls with the same allowed sets and exact outputs to one another."""
    limits = trial.limits(one)
    error, tolerance = close(trial.outputs(one), trial.outputs(other), limits)
    return judged(error, tolerance, applies=limits.in_scope, exercised=limits.in_scope & spread(limits))


def _same_and_weighed(trial: Trial, one: Call, other: Call, weighed: Call) -> Measurement:
    """Hold two calls to one another, and, as both might be wrong alike, the weights of one of them to its scores."""
    found, limits = log_ratios(trial, weighed), trial.limits(one)
    same = close(trial.outputs(one), trial.outputs(other), limits)
    error, tolerance = together(same, (found.error, found.tolerance))
    applies = limits.in_scope & found.limits.in_scope
    return judged(error, tolerance, applies=applies, exercised=applies & found.visible)


def _default_scale(trial: Trial) -> Measurement:
    call = trial.call.but(scale=None)
    return _same_and_weighed(trial, call, call.but(scale=call.factor), weighed=call)


def _scale_sign(trial: Trial) -> Measurement:
    call = trial.call.but(scale=trial.call.factor)
    if trial.problem.cut % 3:
        turned = call.but(q=-call.q, scale=-call.factor)
        return _same_and_weighed(trial, call, turned, weighed=turned)
    # A scale of 0 spreads every row evenly over what it may attend to: visible where that is not so for another scale.
    nothing = call.but(q=np.zeros_like(call.q), scale=1.0)
    limits = trial.limits(nothing)
    error, tolerance = close(trial.outputs(nothing), trial.outputs(call.but(scale=0.0)), limits)
    before = trial.limits(call)  # what is multiplied by 0 must be finite
    applies = limits.in_scope & before.in_scope
    return judged(error, tolerance, applies=applies, exercised=applies & spread(before))


def _all_true(trial: Trial) -> Measurement:
    call, cut = trial.call, trial.problem.cut
    shape = [size if cut >> axis & 1 else 1 for axis, size in enumerate(call.sizes)]
    return _same(trial, call, call.but(mask=np.ones(shape, dtype=np.bool_)))


def _mask_and_causal(trial: Trial) -> Measurement:
    call = trial.call
    both = call.allowed(trial.traits)
    limits = trial.limits()
    one, other = trial.outputs(), trial.outputs(call.but(mask=both, is_causal=False))
    weights, own = recovered(trial)
    error, tolerance = together(close(one, other, limits), (leaked(weights, own), 0.0))
    # Where either mask would do alone, their combination shows nothing.
    alone = call.but(mask=None).allowed(trial.traits)
    combined = (both != alone).any(axis=(2, 3)) & (both != call.but(is_causal=False).allowed(trial.traits)).any((2, 3))
    return judged(error, tolerance, applies=limits.in_scope, exercised=limits.in_scope & spread(limits) & combined)


def _broadcast(trial: Trial) -> Measurement:
    call = trial.call
    assert call.mask is not None  # noqa: S101 - the kinds of this law have a mask
    limits = trial.limits()
    weights, own = recovered(trial)
    same = close(trial.outputs(), trial.outputs(call.but(mask=np.broadcast_to(call.mask, call.sizes))), limits)
    error, tolerance = together(same, (leaked(weights, own), 0.0))
    return judged(error, tolerance, applies=limits.in_scope, exercised=limits.in_scope & spread(limits))


def _shift(trial: Trial) -> Measurement:
    call, problem = trial.call, trial.problem
    shifted = call.but(k=(call.k + problem.shift[:, :, None]).astype(call.k.dtype))
    # The shifted keys were rounded: the shift is a constant of the row only up to what that changed.
    k, u = call.k.astype(np.float64), problem.shift[:, :, None].astype(np.float64)
    rounding = np.abs(shifted.k.astype(np.float64) - k - u) + 4 * DOUBLE.unit * (np.abs(k) + np.abs(u))
    slack = _moved_scores(call, rounding)
    return _shifted(trial, call, shifted, slack)


@one_thread
def _moved_scores(call: Call, change: Array) -> Array:
    """Return (B, H, L): the largest |c| |q_i| . |dk_j|, given bounds (B, H_kv, S, E) on changes of the keys."""
    moved = np.repeat(change, call.groups, axis=1).swapaxes(-1, -2)
    return np.asarray((abs(call.factor) * np.abs(call.q.astype(np.float64)) @ moved).max(axis=-1))


def _large_logits(trial: Trial) -> Measurement:
    call, cut = trial.call, trial.problem.cut
    narrow = "float16" in {call.q.dtype.name, trial.traits.compute_dtype(call.q.dtype.name)}
    # In half precision exp(12) overflows already, and scores beyond that differ by what rounding hides.
    amounts = (12.0, -12.0) if narrow else (1e4, -1e4, -6e4, 6e4)
    amount = amounts[cut % len(amounts)]
    explicit = call.but(scale=call.factor)

    def extended(array: Array, feature: float) -> Array:
        column = np.full((*array.shape[:3], 1), feature, dtype=array.dtype)
        return np.concatenate([array, column], axis=3)

    still = explicit.but(q=extended(call.q, 1.0), k=extended(call.k, 0.0))
    moved = still.but(k=extended(call.k, amount / call.factor))
    if trial.traits.equal_widths:
        still, moved = still.but(v=extended(call.v, 0.0)), moved.but(v=extended(call.v, 0.0))
    return _shifted(trial, still, moved, np.zeros(call.q.shape[:3]))


def _shifted(trial: Trial, one: Call, other: Call, slack: Array) -> Measurement:
    """Hold a call to another whose scores differ by a constant in each row, up to `slack` (B, H, L)."""
    before, after = trial.limits(one), trial.limits(other)
    error = np.where(before.live[..., None], distance(trial.outputs(one), trial.outputs(other)), 0.0)
    # Scores that move by at most e change each weight by a factor within e^(+-2 e).
    reach = np.expm1(2 * slack)[..., None] * _largest_value(before)
    tolerance = before.outputs + after.outputs + reach
    moved = distance(before.bound.reference.scores, after.bound.reference.scores)
    visible = (moved > before.bound.scores + after.bound.scores).any(axis=(2, 3))
    applies = before.in_scope & after.in_scope
    return judged(error, tolerance, applies=applies, exercised=applies & visible & spread(before) & after.informative)


def _largest_value(limits: Limits) -> Array:
    return np.asarray(np.abs(limits.bound.reference.v).max(axis=(2, 3))[..., None, None])


DEFAULT_SCALE = ConformanceLaw(
    id="default_scale",
    title="The default scale is 1/sqrt(E)",
    claim="score_scale_bridge",
    statement=(
        "Without a scale outputs are those with scale = 1/sqrt(E), within both bounds, and log-ratios of weights those"
        " scores' differences, within L_j + L_l."
    ),
    check=_default_scale,
    scales=("default",),
    least=(1, 1, 1, 2, 2),
)

SCALE_SIGN = ConformanceLaw(
    id="scale_sign",
    title="A scale may be negative or zero",
    claim="score_scale_bridge",
    statement=(
        "With -q and -c outputs are those with q and c, and log-ratios of weights the same scores' differences; with"
        " c = 0 outputs are those with q = 0, within both bounds."
    ),
    check=_scale_sign,
    kinds=("none", "causal", "mask", "window", "lengths"),
    least=(1, 1, 1, 2, 1),
)

ALL_TRUE = ConformanceLaw(
    id="all_true_mask",
    title="A mask that allows everything is no mask",
    claim="all_true_mask_is_no_mask",
    statement="With an all-true mask of any shape that broadcasts, outputs are those without one, within both bounds.",
    check=_all_true,
    kinds=("none", "causal", "window", "lengths"),
)

MASK_AND_CAUSAL = ConformanceLaw(
    id="mask_and_causal",
    title="A mask and is_causal combine",
    claim="proposition_1_restriction",
    statement=(
        "With a mask and is_causal, weights outside the intersection are 0, and outputs those with the intersection as"
        " the mask, within both bounds."
    ),
    check=_mask_and_causal,
    kinds=("mask+causal",),
    least=(1, 1, 3, 3, 1),
)

BROADCAST = ConformanceLaw(
    id="broadcast_masks",
    title="A broadcast mask is the expanded mask",
    claim="proposition_1_restriction",
    statement=(
        "Weights outside a mask of a smaller shape are 0, and outputs those with it expanded to (B, H, L, S), within"
        " both bounds."
    ),
    check=_broadcast,
    kinds=("mask", "mask+causal"),
    masks="narrow",
    least=(2, 2, 2, 2, 1),
)

SHIFT = ConformanceLaw(
    id="shift_invariance",
    title="A constant added to every key changes nothing",
    claim="weights_unchanged_if_keys_translated",
    statement="With k_j + u in place of every k_j outputs stay within both bounds and what rounding k_j + u changes.",
    check=_shift,
    modifiers=("bias", "block_size"),
)

LARGE_LOGITS = ConformanceLaw(
    id="large_common_logits",
    title="Scores may all be very large or very negative",
    claim="softmax_shift_invariance",
    statement="With +-1e4 or +-6e4 (float16: +-12) added to every score outputs stay within both bounds.",
    check=_large_logits,
    regimes=("unit", "spread", "integers", "ties", "repeated", "one_hot", "zero", "common_negative"),
    modifiers=("bias", "block_size"),
)
