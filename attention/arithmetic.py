"""The arithmetic of an implementation, as the error analysis of `attention.rounding` sees it.

u is the unit roundoff, eta the smallest positive number, gamma_k = k u / (1 - k u) bounds the product of k
relative roundings [higham2002, lemma 3.1].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Values: TypeAlias = "npt.NDArray[np.float64]"
Truths: TypeAlias = "npt.NDArray[np.bool_]"

EXP_ULPS = 4.0
"""What NumPy documents for its vectorised functions; measured for exp in all three dtypes: below 2."""


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """The compute type and what is known of the order of operations.

    Attributes:
        dtype: the compute dtype. unit: u, half the distance from 1 to the next number. least: eta, the
        smallest positive number; the smallest normal one where subnormals are flushed to zero. largest: the
        largest finite number. exp_ulps: accuracy of exp in units in the last place. rescalings: how often a
        running sum may be rescaled in one row. prescribed: True where scores are computed as c times the dot
        product and exponentials as exp(s - max); False where the factor c may be put on any operand, in powers
        1/2 or 1, and exponentials may be taken to base 2.
        logarithmic: True where the running sum is kept as its logarithm, as merges of separately computed parts do.
        storage: the dtype of inputs and outputs where it differs from the compute dtype: inputs are rounded to
        the compute dtype, outputs to this one.
    """

    dtype: np.dtype[Any]
    unit: float
    least: float
    largest: float
    exp_ulps: float = EXP_ULPS
    rescalings: int = 0
    prescribed: bool = True
    logarithmic: bool = False
    storage: np.dtype[Any] | None = None

    @classmethod
    def of(
        cls,
        dtype: npt.DTypeLike,
        *,
        exp_ulps: float = EXP_ULPS,
        rescalings: int = 0,
        flush_to_zero: bool = False,
        prescribed: bool = True,
        logarithmic: bool = False,
        storage: npt.DTypeLike | None = None,
    ) -> Arithmetic:
        """Return the arithmetic of a floating dtype."""
        kind = np.dtype(dtype)
        limits = np.finfo(kind)
        least = limits.smallest_normal if flush_to_zero else limits.smallest_subnormal
        kept = None if storage is None or np.dtype(storage) == kind else np.dtype(storage)
        numbers = float(limits.eps) / 2, float(least), float(limits.max)
        return cls(kind, *numbers, exp_ulps, rescalings, prescribed, logarithmic, kept)

    def gamma(self, k: npt.ArrayLike) -> Values:
        """Return k u / (1 - k u), infinite where k u >= 1."""
        ku = np.asarray(k, dtype=np.float64) * self.unit
        with np.errstate(divide="ignore"):
            return np.asarray(np.where(ku < 1, ku / np.maximum(1 - ku, 0), np.inf))

    @property
    def narrows(self) -> bool:
        """Whether rounding an input to the compute dtype can change it."""
        return self.storage is not None and float(np.finfo(self.storage).eps) / 2 < self.unit

    def stored(self, magnitude: Values) -> Values:
        """Return what storing numbers of at most this size in the storage dtype can change: u_s |a| + eta_s."""
        if self.storage is None or self.narrows:
            return np.zeros_like(magnitude)
        limits = np.finfo(self.storage)
        return np.asarray(float(limits.eps) / 2 * magnitude + float(limits.smallest_subnormal))


@dataclass(frozen=True, slots=True, eq=False)
class Operand:
    """A float64 matrix known to `error`, None where it is exact; `fits` where computing it cannot overflow."""

    value: Values
    error: Values | None
    fits: Truths

    @property
    def majorant(self) -> Values:
        """A number that neither the exact nor the computed entry exceeds."""
        size = np.abs(self.value)
        return np.asarray(size if self.error is None else size + 2 * self.error)

    def bound(self, factor: float) -> Values:
        """Return the error, zeros where there is none, times a factor."""
        return np.zeros_like(self.value) if self.error is None else factor * self.error
