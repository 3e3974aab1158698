"""The optional keywords: windows, softcap, bias and key lengths mean what DESIGN section 6 says."""

from __future__ import annotations

import numpy as np

from proofs.laws.conformance.call import Array, Call
from proofs.laws.conformance.law import ConformanceLaw, close, judged, same_bits, spread, together
from proofs.laws.conformance.trial import Trial
from proofs.laws.conformance.weights import leaked, log_ratios, recovered, stored_logs
from proofs.laws.law import Measurement


def _window_edges(trial: Trial) -> Measurement:
    alpha, limits = recovered(trial)
    call = trial.call
    window = call.window
    assert window is not None  # noqa: S101 - the kinds of this law have a window
    L, S = call.sizes[2:]
    i, j = np.arange(L)[:, None], np.arange(S)[None, :]
    inside, outside = _edges(i, j, window)
    bound = limits.bound
    reach = bound.log_weights + stored_logs(bound.reference.weights, bound.arithmetic)
    seen = limits.allowed & inside & np.isfinite(reach)
    live = limits.live[..., None]
    missed = np.where(seen & live & ~(alpha > 0), 1.0, 0.0)
    beyond = np.where(outside & live, np.abs(alpha), 0.0)
    error, tolerance = together((missed, 0.0), (beyond, 0.0))
    exercised = limits.in_scope & seen.any(axis=(2, 3)) & bool(outside.any())
    return judged(error, tolerance, applies=limits.in_scope, exercised=exercised)


def _edges(i: Array, j: Array, window: tuple[int, int]) -> tuple[Array, Array]:
    """Return (L, S) truths: the first and last key inside the window, and the ones just outside."""
    left, right = window
    inside = np.zeros(np.broadcast_shapes(i.shape, j.shape), dtype=np.bool_)
    outside = inside.copy()
    if left >= 0:
        inside |= j == i - left
        outside |= j == i - left - 1
    if right >= 0:
        inside |= j == i + right
        outside |= j == i + right + 1
    return inside, outside


def _before_the_mask(trial: Trial) -> Measurement:
    found = log_ratios(trial)
    limits = found.limits
    error, tolerance = together((found.error, found.tolerance), (leaked(found.weights, limits), 0.0))
    exercised = found.visible & ~limits.allowed.all(axis=(2, 3))
    return judged(error, tolerance, applies=limits.in_scope, exercised=exercised)


def _key_lengths(trial: Trial) -> Measurement:
    call, problem = trial.call, trial.problem
    S = call.sizes[3]
    beyond = np.asarray(np.arange(S) >= np.asarray(call.key_lengths)[:, None])
    lengths = np.asarray(~beyond)[:, None, None, :]
    masked: Call = call.but(key_lengths=None, mask=lengths if call.mask is None else lengths & call.mask)
    garbage = call.but(
        k=np.where(beyond[:, None, :, None], problem.other_k, call.k),
        v=np.where(beyond[:, None, :, None], problem.other_v, call.v),
    )
    limits = trial.limits()
    before = trial.outputs()
    replaced = same_bits(before, trial.outputs(garbage), limits.live)
    if "mask" in problem.kind or trial.problem.cut % 2:
        error, tolerance = together(close(before, trial.outputs(masked), limits), (replaced, 0.0))
    else:
        error, tolerance = together((replaced, 0.0))
    exercised = limits.in_scope & spread(limits) & np.asarray(beyond.any(axis=1))[:, None]
    return judged(error, tolerance, applies=limits.in_scope, exercised=exercised)


WINDOW_EDGES = ConformanceLaw(
    id="window_edges",
    title="A window ends where it says, on both sides",
    claim="windowed_stack_reach",
    statement="With V = I: the first and last key of the window have weight above 0, the next ones 0.",
    check=_window_edges,
    kinds=("window", "window+causal", "window+mask"),
    needs=("window",),
    least=(1, 1, 2, 2, 1),
)

SOFTCAP = ConformanceLaw(
    id="softcap_before_mask",
    title="The softcap acts on scores, before the mask",
    claim="weight_ratio_is_exp_score_difference",
    statement="Masked weights are 0, and log-ratios of the others are differences of t tanh(s / t), within L_j + L_l.",
    check=_before_the_mask,
    kinds=("causal", "mask", "mask+causal", "window", "lengths"),
    needs=("softcap",),
    least=(1, 1, 1, 3, 1),
)

BIAS = ConformanceLaw(
    id="bias_before_mask",
    title="The bias is added to scaled scores, before the mask",
    claim="weight_ratio_is_exp_score_difference",
    statement="Masked weights are 0, and log-ratios of the others are differences of s + b, within L_j + L_l.",
    check=_before_the_mask,
    kinds=("causal", "mask", "mask+causal", "window", "lengths"),
    needs=("bias",),
    least=(1, 1, 1, 3, 1),
)

KEY_LENGTHS = ConformanceLaw(
    id="key_lengths",
    title="Keys beyond the length do not exist",
    claim="masked_key_is_deleted_key",
    statement=(
        "Outputs are the same to the bit whatever finite numbers stand beyond the length, and within both bounds those"
        " with the lengths said as a mask."
    ),
    check=_key_lengths,
    kinds=("lengths", "lengths+causal", "lengths+mask"),
    needs=("key_lengths",),
    least=(1, 1, 1, 2, 1),
)
