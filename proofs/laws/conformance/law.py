"""What a conformance law is, and the comparisons that laws are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from proofs.laws.conformance.call import Array, Truths
from proofs.laws.conformance.threads import one_thread
from proofs.laws.conformance.trial import Limits, Trial
from proofs.laws.law import Measurement, bit_distance, distance, measured

RESTRICTED = (
    "causal",
    "mask",
    "mask+causal",
    "window",
    "window+causal",
    "window+mask",
    "lengths",
    "lengths+causal",
    "lengths+mask",
    "window+lengths",
    "window+mask+causal",
    "lengths+mask+causal",
)
"""Ways to restrict attention: single keywords, pairs and triples of them."""
CAUSAL = tuple(kind for kind in RESTRICTED if "causal" in kind)
KINDS = ("none", *RESTRICTED)
MODIFIERS = ("softcap", "bias", "block_size")


@dataclass(frozen=True, slots=True)
class ConformanceLaw:
    """A claim about attention, made executable for a black box.

    Attributes:
        id, title: its name, and the name a reader sees.
        claim: id of the claim behind it; None for what is a matter of contract (DESIGN section 6), not mathematics.
        statement: what must hold, with the tolerance.
        check: measures a problem, case by case.
        kinds: the ways of restricting attention for which it is stated.
        needs: optional keywords without which there is nothing to check.
        modifiers: optional keywords that may be set besides.
        square: whether it is about as many queries as keys.
        scales: which scale is asked for: "default" (None), "one", "odd" (0.37), "large" (3).
        least: the smallest B, H, L, S, E that can exercise it.
        grouped: True where fewer key heads than query heads are needed.
        regimes: what the numbers are like; keys of `drawing.REGIMES`, all of them if empty.
        masks: the shape of masks: "any" that broadcasts, "full", or "narrow" (at least one axis of length 1).
        empty_rows: whether masks leave rows empty.
        quorum: the share of cases that must exercise the law for a pass.
        opt_in: True where it is checked only when asked for by name.
    """

    id: str
    title: str
    claim: str | None
    statement: str
    check: Callable[[Trial], Measurement]
    kinds: tuple[str, ...] = KINDS
    needs: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = MODIFIERS
    square: bool = False
    scales: tuple[str, ...] = ("default", "one", "odd", "large")
    least: tuple[int, int, int, int, int] = (1, 1, 1, 1, 1)
    grouped: bool = False
    regimes: tuple[str, ...] = ()
    masks: str = "any"
    empty_rows: bool = False
    quorum: float = 0.03
    opt_in: bool = False


def judged(
    error: Array, tolerance: npt.ArrayLike, *, applies: npt.ArrayLike = True, exercised: npt.ArrayLike
) -> Measurement:
    """Return the measurement of errors (B, H, ...), each with its tolerance, as B x H cases."""
    B, H = error.shape[:2]

    def flat(array: npt.ArrayLike) -> Array:
        return np.broadcast_to(np.asarray(array), (B, H)).reshape(-1)

    wide = np.broadcast_to(np.asarray(tolerance, dtype=np.float64), error.shape)
    return measured(error.reshape(B * H, -1), wide.reshape(B * H, -1), applies=flat(applies), exercised=flat(exercised))


def together(*pairs: tuple[Array, npt.ArrayLike]) -> tuple[Array, Array]:
    """Return several (error, tolerance) pairs of shape (B, H, ...) as one pair of shape (B, H, entries)."""
    errors = [error.reshape(*error.shape[:2], -1) for error, _ in pairs]
    tolerances = [
        np.broadcast_to(np.asarray(tolerance, dtype=np.float64), error.shape).reshape(*error.shape[:2], -1)
        for error, tolerance in pairs
    ]
    return np.concatenate(errors, axis=2), np.concatenate(tolerances, axis=2)


def same_bits(before: Array, after: Array, rows: Truths) -> Array:
    """Return 0 where outputs are the same to the bit, in the rows (B, H, L) that are asked about.

    Zeros of either sign are the same: a sum of terms -0 and +0 depends on the sign of a value with weight 0.
    """
    return np.where(rows[..., None], bit_distance(before + 0.0, after + 0.0), 0.0)


def close(one: Array, other: Array, one_limits: Limits, other_limits: Limits | None = None) -> tuple[Array, Array]:
    """Return distances and tolerances of two runs with the same exact outputs: the sum of both bounds, in live rows."""
    second = one_limits if other_limits is None else other_limits
    error = np.where(one_limits.live[..., None], distance(one, other), 0.0)
    return error, one_limits.outputs + second.outputs


@one_thread
def spread(limits: Limits) -> Truths:
    """Return (B, H): where the outputs of some row would move visibly if its weights were spread evenly.

    A law that compares two runs is exercised only where wrong weights can be seen.
    """
    allowed = limits.allowed
    count = np.maximum(allowed.sum(axis=-1, keepdims=True), 1)
    with np.errstate(all="ignore"):
        even = (allowed / count) @ limits.bound.reference.v
        seen = distance(even, limits.exact) > 4 * limits.outputs
    return np.asarray(limits.informative & (seen & limits.live[..., None]).any(axis=(2, 3)))


def any_row(truths: Truths) -> Truths:
    """Return (B, H): whether any entry of (B, H, ...) is true."""
    return np.asarray(truths.reshape(*truths.shape[:2], -1).any(axis=2))
