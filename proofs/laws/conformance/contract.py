"""The contract of a call: what comes back, what stays as it was, and what an empty row gives."""

from __future__ import annotations

import numpy as np

from proofs.laws.conformance.call import Array, Truths
from proofs.laws.conformance.law import RESTRICTED, ConformanceLaw, close, judged
from proofs.laws.conformance.trial import OutputError, Trial, arguments, double_limits
from proofs.laws.law import Measurement, bit_distance, distance


def _whole(trial: Trial, error: float) -> Measurement:
    """Return one error for all cases of a call."""
    B, H = trial.call.sizes[:2]
    return judged(np.full((B, H, 1), error), 0, exercised=True)


def _determinism(trial: Trial) -> Measurement:
    one, other = trial.outputs(), trial.outputs()
    return judged(bit_distance(one, other), 0, exercised=trial.limits().busy)


def _finite(trial: Trial) -> Measurement:
    limits = trial.limits()
    lost = np.where(limits.live[..., None] & ~np.isfinite(trial.outputs()), 1.0, 0.0)
    return judged(lost, 0, applies=limits.in_scope, exercised=limits.in_scope & limits.busy)


def _unchanged(trial: Trial) -> Measurement:
    arrays, keywords = arguments(trial.call, trial.traits)
    given = [*arrays, *(value for value in keywords.values() if isinstance(value, np.ndarray))]
    kept = [array.tobytes() for array in given]
    trial.subject.raw(arrays, keywords, trial.call)
    return _whole(trial, float(sum(array.tobytes() != before for array, before in zip(given, kept, strict=True))))


def _kept(trial: Trial) -> Measurement:
    call, problem = trial.call, trial.problem
    arrays, keywords = arguments(call, trial.traits)
    first = trial.subject.raw(arrays, keywords, call, copied=False)
    before = first.tobytes()
    trial.outputs(call.but(q=-call.q, k=problem.other_k, v=problem.other_v))
    for array in arrays:
        array[...] = 0
    return _whole(trial, float(first.tobytes() != before))


def _dtype_and_shape(trial: Trial) -> Measurement:
    try:
        out = trial.outputs()
    except OutputError:
        return _whole(trial, 1.0)
    return _whole(trial, float(out.dtype != trial.call.q.dtype))


def _empty_row(trial: Trial) -> Measurement:
    limits = trial.limits()
    call, traits = trial.call, trial.traits
    empty = ~limits.live
    if not empty.any():
        return judged(np.zeros((*empty.shape, 1)), 0, exercised=False)
    # Rows that attend to something are as if the empty ones attended to everything.
    filled = call.but(mask=limits.allowed | empty[..., None], is_causal=False, window=None, key_lengths=None)
    full = trial.outputs(filled)
    try:
        out = trial.outputs()
    except (NotImplementedError, OutputError):
        raise
    except Exception:
        # The same call without empty rows went well: it is they that are refused.
        if traits.empty_row in {"error", "unstated"}:
            return judged(np.zeros((*empty.shape, 1)), 0, exercised=empty.any(axis=-1))
        raise
    error, tolerance = close(out, full, limits)
    wrong = np.where(empty[..., None], _convention(trial, out, empty), 0.0)
    margin = np.zeros_like(tolerance)
    if traits.empty_row == "mean":
        margin = np.where(empty[..., None], _mean_margin(trial), 0.0)
    applies = limits.in_scope
    return judged(
        np.where(empty[..., None], wrong, error),
        np.where(empty[..., None], margin, tolerance),
        applies=applies,
        exercised=applies & empty.any(axis=-1),
    )


def _convention(trial: Trial, out: Array, empty: Truths) -> Array:
    """Return how far each entry of an empty row is from the declared convention."""
    wanted = trial.traits.empty_row
    zero = np.where(np.isnan(out), np.inf, np.abs(out.astype(np.float64)))
    nan = np.where(np.isnan(out), 0.0, np.inf)
    if wanted == "zero":
        return zero
    if wanted == "nan":
        return nan
    if wanted == "mean":
        return distance(out, trial.call.expanded("v").astype(np.float64).mean(axis=2, keepdims=True))
    if wanted == "error":
        return np.full(out.shape, np.inf)
    # Nothing is declared: zeros or NaN, but one of them throughout.
    rows = empty[..., None]
    return zero if np.abs(np.where(rows, zero, 0)).sum() <= np.abs(np.where(rows, nan, 0)).sum() else nan


def _mean_margin(trial: Trial) -> Array:
    """Return what rounding may do to the mean of S values: that of attention with equal scores."""
    call = trial.call
    flat = call.but(q=np.zeros_like(call.q), mask=None, is_causal=False, window=None, key_lengths=None, bias=None)
    return trial.limits(flat).outputs


def _accuracy(trial: Trial) -> Measurement:
    limits, double = trial.limits(), double_limits(trial.traits, trial.call)
    error = np.where(limits.live[..., None], distance(trial.outputs(), double.exact), 0.0)
    return judged(
        error, limits.outputs + double.outputs, applies=limits.in_scope, exercised=limits.informative & limits.busy
    )


DETERMINISM = ConformanceLaw(
    id="determinism",
    title="The same call gives the same output",
    claim="outputs_read_inputs_only",
    statement="Two calls with the same arguments give the same to the bit.",
    check=_determinism,
)

FINITE = ConformanceLaw(
    id="finite",
    title="Finite inputs give finite outputs",
    claim="outputs_in_convex_hull",
    statement="No NaN and no infinity where inputs and every intermediate of the definition are finite.",
    check=_finite,
)

UNCHANGED = ConformanceLaw(
    id="inputs_unchanged",
    title="Inputs are not modified",
    claim=None,
    statement="After the call every argument has the bytes that it had before.",
    check=_unchanged,
)

KEPT = ConformanceLaw(
    id="outputs_kept",
    title="An output stays as it is",
    claim=None,
    statement="The array that a call returned is the same after another call and after its inputs were overwritten.",
    check=_kept,
)

DTYPE_AND_SHAPE = ConformanceLaw(
    id="dtype_and_shape",
    title="Outputs have the dtype of q and the shape (B, H, L, Ev)",
    claim=None,
    statement="The output's dtype is that of q, its shape (B, H, L, Ev).",
    check=_dtype_and_shape,
)

EMPTY_ROW = ConformanceLaw(
    id="empty_row",
    title="A query that may attend to nothing gives what is declared",
    claim=None,
    statement=(
        "Its output is zero, NaN, the mean of all values or an exception, as declared; other rows stay within both"
        " bounds."
    ),
    check=_empty_row,
    kinds=("mask", "mask+causal", "window", "lengths"),
    empty_rows=True,
    least=(1, 1, 1, 2, 1),
)

ACCURACY = ConformanceLaw(
    id="accuracy",
    title="Errors are what rounding explains",
    claim="matrix_form_equals_token_form",
    statement="Outputs are within the bound of a float64 computation, plus the bound of that one.",
    check=_accuracy,
)

assert set(RESTRICTED) >= set(EMPTY_ROW.kinds)  # noqa: S101
