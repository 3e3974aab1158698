"""What the auditor computes with: printed numbers, exact reals, and arrays of them.

A printed number keeps its characters and the place of its last digit, because that is what it claims; the
reals are those of `proofs.audit.reals`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from flint import fmpq

from proofs.audit.limits import MAX_DIGITS, TooLarge
from proofs.audit.reals import Real, real

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MINUS = "-\u2212"


@dataclass(frozen=True, slots=True)
class Printed:
    """A decimal number as printed.

    Attributes:
        text: its characters, sign included.
        units: its value in units of the last printed place, an integer.
        places: decimals after the mark; the last place is worth 10^-places.
        mark: the decimal mark as written (".", ",", "{,}"), "" if there is none.
        shift: a power of ten written beside it: 2 in "47%", 3 in "1.2 * 10^{-3}" (text and places are those
            of "1.2").
    """

    text: str
    units: int
    places: int
    mark: str
    shift: int = 0

    @property
    def step(self) -> Real:
        """What one unit in the last printed place is worth."""
        return real(fmpq(10) ** -(self.places + self.shift))

    @property
    def value(self) -> Real:
        """The number itself, exactly."""
        return real(self.units * fmpq(10) ** -(self.places + self.shift))

    def rewritten(self, units: int) -> str:
        """Return another number, given in the same units, in the same style: places, mark, minus sign."""
        sign = ""
        if units < 0:
            sign = self.text[0] if self.text[0] in _MINUS else "-"
        return sign + decimal(abs(units), self.places, self.mark or ".")


def decimal(units: int, places: int, mark: str = ".") -> str:
    """Return units * 10^-places as decimal text with exactly `places` decimals."""
    digits = str(abs(units)).rjust(places + 1, "0")
    whole, rest = digits[: len(digits) - places], digits[len(digits) - places :]
    return ("-" if units < 0 else "") + whole + (mark + rest if places else "")


def printed(text: str, offset: int | None = None) -> Printed:
    """Return the number printed as `text`: a sign or none, digits, a decimal mark or none.

    Raises TooLarge beyond MAX_DIGITS digits (`offset` is where it stands).
    """
    mark = next((m for m in ("{,}", ".", ",") if m in text), "")
    whole, _, rest = text.lstrip(_MINUS + "+ ").partition(mark) if mark else (text.lstrip(_MINUS + "+ "), "", "")
    if len(whole) + len(rest) > MAX_DIGITS:
        raise TooLarge(f"a number of {len(whole) + len(rest)} digits (at most {MAX_DIGITS} are read)", offset)
    units = int(whole + rest or "0")
    return Printed(text, -units if text[0] in _MINUS else units, len(rest), mark)


@dataclass(frozen=True, slots=True)
class Array:
    """A rows x columns array of reals, row by row; a vector is an array with one row or one column.

    `flat` marks a vector written as a tuple or list, which is neither row nor column.
    """

    rows: tuple[tuple[Real, ...], ...]
    flat: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return len(self.rows), len(self.rows[0])

    @property
    def is_vector(self) -> bool:
        """Whether there is one row or one column."""
        return 1 in self.shape

    def __iter__(self) -> Iterator[Real]:
        return (entry for row in self.rows for entry in row)

    def map(self, function: Callable[[Real], Real]) -> Array:
        """Apply a function to every entry."""
        return Array(tuple(tuple(function(entry) for entry in row) for row in self.rows), self.flat)

    def transposed(self) -> Array:
        """Return the array with rows and columns exchanged."""
        return Array(tuple(zip(*self.rows, strict=True)), self.flat)


Value: TypeAlias = "Real | Array"


def component(shape: tuple[int, int] | None, index: int) -> tuple[int, ...] | None:
    """Return the 1-based component of the entry with flat 0-based `index`; None in a scalar (no shape)."""
    if shape is None:
        return None
    if 1 in shape:
        return (index + 1,)
    return index // shape[1] + 1, index % shape[1] + 1


def shape_text(value: Value) -> str:
    """Return "4x1" for an array and "a number" for a scalar."""
    return f"{value.shape[0]}x{value.shape[1]}" if isinstance(value, Array) else "a number"
