"""What must not count: future tokens, tokens outside the allowed set, the values where weights are concerned.

Each compares two runs at one shape, in which the arithmetic that leads to the compared numbers is the same
operation by operation: the tolerance is zero, bit for bit, for every finite replacement, also one that
overflows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from attention.rounding import hull_margin
from proofs.laws.law import (
    Array,
    Implementation,
    Law,
    Measurement,
    Result,
    apply,
    bit_distance,
    bound,
    distance,
    measured,
    over_case,
)

if TYPE_CHECKING:
    from proofs.laws.batch import Batch


def _causality(implementation: Implementation, batch: Batch) -> Measurement:
    future = np.broadcast_to(batch.positions() > batch.cut, batch.x.shape[:2])
    before = apply(implementation, batch)
    after = apply(implementation, batch, x=np.where(future[..., None], batch.y, batch.x))
    replaced = over_case(future[..., None] & (batch.x != batch.y))
    return _unmoved(before, after, rows=~future, replaced=replaced)


def _masked_token(implementation: Implementation, batch: Batch) -> Measurement:
    chosen = batch.positions() == batch.cut
    blind = ~batch.allowed[:, :, batch.cut]
    before = apply(implementation, batch)
    after = apply(implementation, batch, x=np.where(chosen[..., None], batch.y, batch.x))
    replaced = over_case(chosen[..., None] & (batch.x != batch.y))
    return _unmoved(before, after, rows=blind & ~chosen, replaced=replaced)


def _values(implementation: Implementation, batch: Batch) -> Measurement:
    other = (1 - batch.W_V).astype(batch.x.dtype)
    before = apply(implementation, batch)
    after = apply(implementation, batch, W_V=other)
    finite = np.isfinite(before.weights).all(axis=(1, 2))
    exercised = finite & over_case(other != batch.W_V) & (batch.x.shape[1] > 1)
    return measured(bit_distance(before.weights, after.weights), 0, exercised=exercised)


def _first_token(implementation: Implementation, batch: Batch) -> Measurement:
    limits = bound(implementation, batch)
    first = apply(implementation, batch).outputs[:, 0]
    value = limits.reference.v[:, 0]
    tolerance = hull_margin(limits)[:, 0] + limits.v[:, 0]
    exercised = limits.in_scope & (batch.x.shape[1] > 1) & over_case(np.abs(value) > tolerance)
    return measured(distance(first, value), tolerance, applies=limits.in_scope, exercised=exercised)


def _unmoved(before: Result, after: Result, *, rows: Array, replaced: Array) -> Measurement:
    """Hold the weights and outputs of some rows of two runs to be the same to the bit."""
    error = np.concatenate(
        [
            np.where(rows[..., None], bit_distance(a, b), 0)
            for a, b in ((before.weights, after.weights), (before.outputs, after.outputs))
        ],
        axis=2,
    )
    finite = np.where(rows, np.isfinite(before.outputs).all(axis=-1), True).all(axis=1)
    return measured(error, 0, exercised=replaced & finite & rows.any(axis=1))


CAUSALITY = Law(
    id="causality",
    title="Future tokens never change earlier outputs",
    claim="theorem_1_agreement",
    statement=(
        "Under the causal mask, if x_j = y_j for all j <= i, the rows 1 to i of weights and outputs are the"
        " same to the bit, whatever finite numbers the later tokens hold."
    ),
    check=_causality,
    masks=("causal",),
    data=("x", "W_Q", "W_K", "W_V", "allowed", "y", "cut"),
)

MASKED_TOKEN = Law(
    id="masked_token",
    title="A token outside S(i) does not change output i",
    claim="masked_key_is_deleted_key",
    statement=(
        "If t is not in S(i) and i is not t, row i of weights and outputs is the same to the bit, whatever"
        " finite numbers token t holds."
    ),
    check=_masked_token,
    masks=("causal", "window", "padding", "sets"),
    data=("x", "W_Q", "W_K", "W_V", "allowed", "y", "cut"),
)

VALUES = Law(
    id="values_do_not_steer",
    title="Weights do not depend on the values",
    claim="r5_weights_ignore_values",
    statement="With W_V replaced by 1 - W_V the weights are the same to the bit.",
    check=_values,
)

FIRST_TOKEN = Law(
    id="first_token",
    title="Under the causal mask the first output is the first value",
    claim="first_output_is_first_value",
    statement="|a_1 - x_1 W_V| is within the hull margin of the first row.",
    check=_first_token,
    masks=("causal",),
)
