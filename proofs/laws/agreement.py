"""One definition, several computations: they agree within what rounding can do.

The oracle of `exact_agreement` is `attention.exact`, quotients of exponential sums over the rationals (every
float is one), compared through certified balls; it is slow, so it sees a few small cases of each batch.
Another carrier that yields such numbers enters the same way: `agreement_with(oracle)`.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from attention import exact
from proofs.laws import tokenwise
from proofs.laws.law import Implementation, Law, Measurement, apply, bound, distance, measured

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from proofs.laws.batch import Array, Batch

    Oracle: TypeAlias = Callable[[Batch, int], exact.Attention]

STAGES = ("scores", "weights", "outputs")
EXACT_CASES = 2
EXACT_SIZE = 3
BALL_BITS = 192


def _tokenwise(implementation: Implementation, batch: Batch) -> Measurement:
    limits = bound(implementation, batch)
    # Both forms are computed in the same dtype and obey the same bound, so they differ by twice it at most.
    result, other = apply(implementation, batch), apply(tokenwise.attention, batch)
    error = _flat([distance(getattr(result, stage), getattr(other, stage)) for stage in STAGES])
    tolerance = 2 * _flat([getattr(limits, stage) for stage in STAGES])
    exercised = limits.informative & (batch.x.shape[1] > 1)
    return measured(error, tolerance, applies=limits.in_scope, exercised=exercised)


def _accuracy(implementation: Implementation, batch: Batch) -> Measurement:
    if batch.x.dtype == np.float64:
        return _within_bound_of(exactly, implementation, batch)
    limits = bound(implementation, batch)
    # The same analysis bounds the float64 reference, with the u of float64.
    double = bound(implementation, batch, **{name: getattr(batch, name).astype(np.float64) for name in _INPUTS})
    result = apply(implementation, batch)
    error = _flat([distance(getattr(result, stage), getattr(double.reference, stage)) for stage in STAGES])
    tolerance = _flat([getattr(limits, stage) + getattr(double, stage) for stage in STAGES])
    exercised = limits.informative & (batch.x.shape[1] > 1)
    return measured(error, tolerance, applies=limits.in_scope, exercised=exercised)


def agreement_with(oracle: Oracle) -> Callable[[Implementation, Batch], Measurement]:
    """Return the check that an implementation is within the bound of what `oracle(batch, case)` returns."""

    def check(implementation: Implementation, batch: Batch) -> Measurement:
        return _within_bound_of(oracle, implementation, batch)

    return check


def _within_bound_of(oracle: Oracle, implementation: Implementation, batch: Batch) -> Measurement:
    few = batch.truncated(EXACT_SIZE).take(slice(EXACT_CASES))
    limits = bound(implementation, few)
    result = apply(implementation, few)
    found = [np.asarray(getattr(result, stage), dtype=np.float64) for stage in STAGES]
    error = np.zeros((few.cases, sum(array[0].size for array in found)))
    for case in np.flatnonzero(limits.in_scope):
        wanted = oracle(few, int(case))
        distances = [
            _distances(array[case], getattr(wanted, stage)) for stage, array in zip(STAGES, found, strict=True)
        ]
        error[case] = np.concatenate(distances)
    tolerance = _flat([getattr(limits, stage) for stage in STAGES])
    exercised = limits.informative & (few.x.shape[1] > 1)
    return measured(error, tolerance, applies=limits.in_scope, exercised=exercised)


def exactly(batch: Batch, case: int) -> exact.Attention:
    """Return exact attention of one case: every float is a rational."""
    inputs = [[[Fraction(float(e)) for e in row] for row in getattr(batch, name)[case]] for name in _INPUTS]
    x, W_Q, W_K, W_V = inputs
    allowed: Sequence[Sequence[bool]] = batch.allowed[case].tolist()
    return exact.attention(x, W_Q, W_K, W_V, allowed=allowed, scale=Fraction(batch.scale))


def _distances(found: Array, wanted: exact.Matrix) -> Array:
    """Return upper ends of certified balls around |found - wanted|, row by row."""
    return np.array(
        [
            float((number - Fraction(float(value))).ball(BALL_BITS).abs_upper()) if np.isfinite(value) else np.inf
            for row, numbers in zip(found, wanted, strict=True)
            for value, number in zip(row, numbers, strict=True)
        ]
    )


def _prefix(implementation: Implementation, batch: Batch) -> Measurement:
    m = batch.cut + 1
    limits = bound(implementation, batch)
    whole = apply(implementation, batch)
    start = apply(implementation, batch, x=batch.x[:, :m], allowed=batch.allowed[:, :m, :m])
    error = np.concatenate(
        [
            distance(whole.weights[:, :m, :m], start.weights),
            distance(whole.outputs[:, :m], start.outputs),
        ],
        axis=2,
    )
    # The exact rows are the same, and so is their bound.
    tolerance = 2 * np.concatenate([limits.weights[:, :m, :m], limits.outputs[:, :m]], axis=2)
    exercised = limits.informative & (m < batch.x.shape[1])
    return measured(error, tolerance, applies=limits.in_scope, exercised=exercised)


def _deleted(implementation: Implementation, batch: Batch) -> Measurement:
    n = batch.x.shape[1]
    if n == 1:
        return measured(np.zeros((batch.cases, 1)), 0, applies=False, exercised=False)
    t = batch.cut
    # Nobody else may attend to token t; a row with nothing else left attends to itself.
    own = np.eye(n, dtype=np.bool_)
    allowed = batch.allowed.copy()
    allowed[:, :, t] = False
    allowed |= ~allowed.any(axis=-1, keepdims=True) & own
    masked = replace(batch, allowed=allowed)
    limits = bound(implementation, masked)
    with_token = np.delete(apply(implementation, masked).outputs, t, axis=1)
    without = apply(implementation, masked.without_token(t)).outputs
    tolerance = 2 * np.delete(limits.outputs, t, axis=1)
    return measured(distance(with_token, without), tolerance, applies=limits.in_scope, exercised=limits.informative)


def _permutation(implementation: Implementation, batch: Batch) -> Measurement:
    order = batch.order[..., None]
    limits = bound(implementation, batch)
    permuted = apply(implementation, batch, x=np.take_along_axis(batch.x, order, axis=1)).outputs
    wanted = np.take_along_axis(apply(implementation, batch).outputs, order, axis=1)
    tolerance = 2 * np.take_along_axis(limits.outputs, order, axis=1)
    a = limits.reference.outputs
    moved = np.any(distance(np.take_along_axis(a, order, axis=1), a) > tolerance, axis=(1, 2))
    return measured(
        distance(permuted, wanted), tolerance, applies=limits.in_scope, exercised=limits.informative & moved
    )


_INPUTS = ("x", "W_Q", "W_K", "W_V")


def _flat(stages: Sequence[Array]) -> Array:
    """Return arrays of shapes (cases, ...) as one of shape (cases, entries)."""
    return np.concatenate([stage.reshape(stage.shape[0], -1) for stage in stages], axis=1)


TOKENWISE = Law(
    id="matrix_form",
    title="The matrix form is the token-by-token form",
    claim="matrix_form_equals_token_form",
    statement="Scores, weights and outputs are within twice the bound of a token-by-token computation.",
    check=_tokenwise,
)

EXACT = Law(
    id="exact_agreement",
    title="The floating-point result is the exact one",
    claim="matrix_form_equals_token_form",
    statement="Scores, weights and outputs are within the bound of exact arithmetic on the same data.",
    check=agreement_with(exactly),
    sample=EXACT_CASES,
)

ACCURACY = Law(
    id="accuracy",
    title="Errors are what rounding explains",
    claim="matrix_form_equals_token_form",
    statement=(
        "Scores, weights and outputs are within the bound of a wider computation: float64 for half and"
        " single, exact arithmetic for double."
    ),
    check=_accuracy,
    sample=EXACT_CASES,
)

PREFIX = Law(
    id="prefix",
    title="A prefix run is the prefix of the run",
    claim="prefix_run_is_prefix_of_run",
    statement="Causally masked, rows 1 to m of the run and the run of m tokens differ by twice the bound.",
    check=_prefix,
    masks=("causal",),
    data=("x", "W_Q", "W_K", "W_V", "allowed", "cut"),
)

DELETED = Law(
    id="masked_is_deleted",
    title="Masking a key is deleting it",
    claim="masked_key_is_deleted_key",
    statement="With token t masked everywhere, the others are within twice the bound of a run without it.",
    check=_deleted,
    data=("x", "W_Q", "W_K", "W_V", "allowed", "cut"),
)

PERMUTATION = Law(
    id="permutation_equivariance",
    title="Unmasked attention is permutation-equivariant",
    claim="r6_permutation_equivariance",
    statement="Unmasked, permuted tokens give the permuted outputs, within twice the bound.",
    check=_permutation,
    masks=("full",),
    data=("x", "W_Q", "W_K", "W_V", "allowed", "order"),
)
