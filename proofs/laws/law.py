"""What a law is, what one check of it measures, and what comes out.

A law measures, for each case of a batch, one error and the tolerance that the theory gives for it: zero
where arithmetic is bitwise, else the bound of `attention.rounding` from the data.  It says to which cases
it applies and which of those *exercised* it: a law that saw only overflow, or never met a masked entry, has
not passed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from attention import rounding
from attention.arithmetic import Arithmetic
from proofs.laws.batch import ARRAYS, MASKS, Batch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Array: TypeAlias = "npt.NDArray[Any]"
Truths: TypeAlias = "npt.NDArray[np.bool_]"
Verdict: TypeAlias = Literal["holds", "broken", "unsupported", "error"]


class Result(Protocol):
    """What an implementation returns: scores, weights (..., n, n) and outputs (..., n, d_v)."""

    @property
    def scores(self) -> Array:
        """The scores."""

    @property
    def weights(self) -> Array:
        """The weights, after the softmax."""

    @property
    def outputs(self) -> Array:
        """The outputs."""


Implementation: TypeAlias = "Callable[..., Result]"
"""A callable with the signature of `attention.numeric.attention`; a mapping `traits` may say what differs."""


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """One law on one batch, case by case: it holds where error <= tolerance.

    Attributes:
        error, tolerance: (cases,) the worst pair of each case.
        applies: (cases,) False where the law says nothing, e.g. where the data may overflow.
        exercised: (cases,) True where a violation would have been visible.
    """

    error: npt.NDArray[np.float64]
    tolerance: npt.NDArray[np.float64]
    applies: Truths
    exercised: Truths

    @property
    def broken(self) -> Truths:
        """Where the law applies and the error is NaN, infinite or above the tolerance."""
        return np.asarray(self.applies & ~(np.isfinite(self.error) & (self.error <= self.tolerance)))


@dataclass(frozen=True, slots=True)
class Law:
    """A claim about attention in executable form.

    Attributes:
        id, title: its name, and the name a reader sees.
        claim: id of the claim that it makes executable.
        statement: what must hold, with the tolerance.
        check: measures a batch.
        masks: the kinds of mask for which the law is stated.
        data: the fields of a batch that a counterexample needs.
        quorum: the share of cases that must exercise the law for a pass.
        sample: how many cases of a batch are checked, where the oracle is slow; None for all.
    """

    id: str
    title: str
    claim: str
    statement: str
    check: Callable[[Implementation, Batch], Measurement]
    masks: tuple[str, ...] = MASKS
    data: tuple[str, ...] = ("x", "W_Q", "W_K", "W_V", "allowed")
    quorum: float = 0.1
    sample: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of holding an implementation to a law.

    Attributes:
        law: its id.
        outcome: "holds", "broken", "unsupported" or "error" (too little exercised, or an exception).
        cases: how many were checked. exercised: how many of them could have shown a violation.
        max_error, bound: the error, and its tolerance, of the case that came closest to its tolerance.
        counterexample: one minimal case as plain data, if broken.
        note: why, where the outcome alone does not say it.
    """

    law: str
    outcome: Verdict
    cases: int
    exercised: int
    max_error: float
    bound: float
    counterexample: Mapping[str, Any] | None = None
    note: str = ""


def apply(implementation: Implementation, batch: Batch, **changes: Any) -> Result:
    """Return what the implementation makes of the batch, with some of its fields replaced.

    Floating-point warnings are silenced: the law judges results, and extreme inputs are part of it.
    """
    given = replace(batch, **changes) if changes else batch
    with np.errstate(all="ignore"):
        return implementation(given.x, given.W_Q, given.W_K, given.W_V, allowed=given.allowed, scale=given.scale)


def bound(implementation: Implementation, batch: Batch, **changes: Any) -> rounding.ErrorBound:
    """Return the error bound of the batch for the arithmetic that the implementation declares."""
    given = replace(batch, **changes) if changes else batch
    traits: Mapping[str, Any] = getattr(implementation, "traits", {})
    declared = {name: traits[name] for name in ("exp_ulps", "rescalings", "flush_to_zero") if name in traits}
    arithmetic = Arithmetic.of(given.x.dtype, **declared)
    return rounding.error_bound(
        given.x,
        given.W_Q,
        given.W_K,
        given.W_V,
        allowed=given.allowed,
        scale=given.scale,
        arithmetic=arithmetic,
    )


def measured(
    error: Array,
    tolerance: npt.ArrayLike,
    *,
    applies: npt.ArrayLike = True,
    exercised: npt.ArrayLike,
) -> Measurement:
    """Reduce errors and tolerances of shape (cases, ...) to the pair of each case that is worst by ratio."""
    cases = error.shape[0]
    errors = np.where(np.isnan(error), np.inf, error).astype(np.float64).reshape(cases, -1)
    tolerances = np.broadcast_to(np.asarray(tolerance, dtype=np.float64), error.shape).reshape(cases, -1)
    with np.errstate(all="ignore"):
        ratio = np.where(errors == 0, 0, errors / tolerances)
    worst = np.argmax(np.where(np.isnan(ratio), np.inf, ratio), axis=1)[:, None]
    reach = np.broadcast_to(np.asarray(applies, dtype=np.bool_), (cases,))
    return Measurement(
        error=np.take_along_axis(errors, worst, axis=1)[:, 0],
        tolerance=np.take_along_axis(tolerances, worst, axis=1)[:, 0],
        applies=reach,
        exercised=reach & np.broadcast_to(np.asarray(exercised, dtype=np.bool_), (cases,)),
    )


def distance(a: npt.ArrayLike, b: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return |a - b| in float64."""
    with np.errstate(all="ignore"):
        return np.asarray(np.abs(np.asarray(a, dtype=np.float64) - np.asarray(b, dtype=np.float64)))


def bit_distance(a: Array, b: Array) -> npt.NDArray[np.float64]:
    """Return 0 where a and b are the same to the bit (NaN is NaN), else |a - b|, never 0."""
    same = (a == b) & (np.signbit(a) == np.signbit(b)) | np.isnan(a) & np.isnan(b)
    apart = np.nan_to_num(distance(a, b), nan=np.inf, posinf=np.inf)
    return np.where(same, 0.0, np.maximum(apart, np.finfo(np.float64).smallest_subnormal))


def over_case(truths: Array) -> Truths:
    """Return for each case whether any entry is true."""
    return np.asarray(truths.reshape(truths.shape[0], -1).any(axis=1))


def rows(batch: Batch, least: int = 2) -> Truths:
    """Return (cases, n): which rows allow at least so many positions."""
    return np.asarray(batch.allowed.sum(axis=-1) >= least)


def as_data(law: Law, batch: Batch) -> dict[str, Any]:
    """Return the one case of a batch as plain data, with what the law needs of it."""
    needed = {name: getattr(batch, name)[0].tolist() for name in ARRAYS if name in law.data}
    position = {"cut": batch.cut} if "cut" in law.data else {}
    return {"dtype": batch.x.dtype.name, "scale": batch.scale, **needed, **position}
