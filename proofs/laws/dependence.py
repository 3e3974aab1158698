"""What must count, and how much: outputs react to what they attend to, and stay in the hull of the values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from attention.rounding import hull_margin, largest_allowed
from proofs.laws.law import Implementation, Law, Measurement, apply, bound, distance, measured, over_case

if TYPE_CHECKING:
    from proofs.laws.batch import Batch


def _reaction(implementation: Implementation, batch: Batch) -> Measurement:
    chosen = batch.positions() == batch.cut
    # An extreme token would overflow, and then nothing is known: kept to the size of the other tokens.
    size = np.abs(batch.x).max(axis=(1, 2), keepdims=True)
    other = np.where(chosen[..., None], np.clip(batch.y, -size, size), batch.x)
    limits, after = bound(implementation, batch), bound(implementation, batch, x=other)
    # The float64 outputs, each within its bound of the exact ones, tell how far the exact outputs moved at
    # least; where that exceeds what rounding can do to the two runs, equal outputs are a missing reaction.
    with np.errstate(all="ignore"):
        move = distance(limits.reference.outputs, after.reference.outputs)
        visible = (move > 2 * (limits.outputs + after.outputs)) & ~chosen[..., None]
    one, two = apply(implementation, batch).outputs, apply(implementation, batch, x=other).outputs
    # NaN differs from everything, itself included, and is no reaction.
    still = (one == two) | ~np.isfinite(one) | ~np.isfinite(two)
    applies = limits.in_scope & after.in_scope
    error = np.where(visible & still, 1.0, 0.0)
    return measured(error, 0, applies=applies, exercised=applies & over_case(visible))


def _hull(implementation: Implementation, batch: Batch) -> Measurement:
    limits = bound(implementation, batch)
    a = apply(implementation, batch).outputs
    v = limits.reference.v
    # The hull is that of the float64 values, themselves within Dv of the exact ones.
    tolerance = hull_margin(limits) + largest_allowed(limits.v, limits.allowed)
    with np.errstate(all="ignore"):
        high, low = largest_allowed(v, limits.allowed), -largest_allowed(-v, limits.allowed)
        error = np.maximum(np.maximum(low - a, a - high), 0)
        exercised = over_case(high - low > tolerance)
    return measured(error, tolerance, applies=limits.in_scope, exercised=limits.in_scope & exercised)


REACTION = Law(
    id="unmasked_reacts",
    title="Without a mask every token counts",
    claim="corollary_1_1_dependence_generic",
    statement=(
        "Unmasked, output i changes with any token whose change moves the exact output i by more than the"
        " bounds of both runs can hide."
    ),
    check=_reaction,
    masks=("full",),
    data=("x", "W_Q", "W_K", "W_V", "allowed", "y", "cut"),
)

CONVEX_HULL = Law(
    id="convex_hull",
    title="Outputs lie in the hull of the allowed values",
    claim="outputs_in_convex_hull",
    statement="min v_j - h <= a_i <= max v_j + h over j in S(i), by coordinate; h: the hull margin.",
    check=_hull,
)
