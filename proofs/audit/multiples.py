r"""Rational multiples of a square root or of pi, exactly: lengths of vectors, cosines, angles.

    q sqrt(n), n > 1 without a square factor      q pi

With them the cosine of the angle between (1, 1, 0) and (1, 0, 1) is exactly 1/2, and a tie is known to be one.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt

from flint import arb, fmpq, fmpz

PI = 0
"""The unit pi; any other unit is the number below the root."""
MAX_RADICAND = 1 << 64
"""Largest number below a root that is taken apart into its factors."""


@dataclass(frozen=True, slots=True)
class Multiple:
    """factor * pi, or factor * sqrt(unit). The factor is not 0."""

    factor: fmpq
    unit: int

    def ball(self) -> arb:
        """Return the number as a ball at the precision that is set."""
        return arb(self.factor) * (arb.pi() if self.unit == PI else arb(self.unit).sqrt())


def root(a: fmpq) -> fmpq | Multiple | None:
    """Return the square root of a rational that is not negative; None if it is too large to be taken apart."""
    top, bottom = isqrt(int(a.p)), isqrt(int(a.q))
    if top * top == a.p and bottom * bottom == a.q:
        return fmpq(top, bottom)
    radicand = int(a.p) * int(a.q)  # sqrt(p/q) = sqrt(p q)/q
    return None if radicand > MAX_RADICAND else _simplest(fmpq(1, a.q), radicand)


def times(a: Multiple, b: Multiple) -> fmpq | Multiple | None:
    """Return the product of two roots, None for what is no such number."""
    if PI in {a.unit, b.unit}:
        return None
    if a.unit == b.unit:
        return a.factor * b.factor * a.unit
    product = a.unit * b.unit
    return None if product > MAX_RADICAND else _simplest(a.factor * b.factor, product)


def inverse(a: Multiple) -> Multiple | None:
    """Return 1 / a for a root: sqrt(n)/(q n)."""
    return None if a.unit == PI else Multiple(1 / (a.factor * a.unit), a.unit)


def _simplest(factor: fmpq, radicand: int) -> fmpq | Multiple:
    unit = 1
    for prime, power in fmpz(radicand).factor():
        factor *= int(prime) ** (power // 2)
        unit *= int(prime) ** (power % 2)
    return factor if unit == 1 else Multiple(factor, unit)


def of_angle(function: str, turns: fmpq) -> fmpq | None:
    """Return sin, cos or tan of turns * pi where it is rational: 0, 1/2, 1 and their negatives (Niven), else None."""
    if function == "cos":
        return of_angle("sin", turns + fmpq(1, 2))
    if function == "tan":
        quarter = turns * 4
        if quarter.q != 1 or int(quarter.p) % 4 == 2:
            return None
        return fmpq((0, 1, 0, -1)[int(quarter.p) % 4])
    twelfth = turns * 6
    if twelfth.q != 1:
        return None
    return {
        0: fmpq(0),
        1: fmpq(1, 2),
        3: fmpq(1),
        5: fmpq(1, 2),
        6: fmpq(0),
        7: fmpq(-1, 2),
        9: fmpq(-1),
        11: fmpq(-1, 2),
    }.get(int(twelfth.p) % 12)
