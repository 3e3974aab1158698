"""What the auditor computes with: printed numbers, exact reals, and arrays of them.

A printed number keeps its characters and the place of its last digit, because that is what it claims; the
reals are those of `proofs.audit.reals`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from flint import fmpq

from proofs.audit.limits import MAX_DIGITS, TooLarge
from proofs.audit.multiples import PI, Multiple
from proofs.audit.reals import Real

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_MINUS = "-\u2212"
_DECIMAL_COMMA = re.compile(r"\{,\}|,")
_MARKS = re.compile(r"\{[,.]\}|[.,]|\\,|\\thinspace ?|~|[\u2009\u202f]")


@dataclass(frozen=True, slots=True)
class Printed:
    """A decimal number as printed.

    Attributes:
        text: its characters, sign included.
        units: its value in units of the last printed place, an integer.
        places: decimals after the mark; the last place is worth 10^-places.
        mark: the decimal mark as written (".", ",", "{,}"), "" if there is none.
        group: what parts its thousands as written (a thin space, "{,}"), "" if nothing does.
        degrees: whether it counts degrees of an angle, each of them pi/180.
        power: whether a power of ten is printed beside it.
        shift: a power of ten written beside it: 2 in "47%", 3 in "1.2 * 10^{-3}" (text and places are those
            of "1.2").
    """

    text: str
    units: int
    places: int
    mark: str
    shift: int = 0
    group: str = ""
    degrees: bool = False
    power: bool = False

    @property
    def step(self) -> Real:
        """What one unit in the last printed place is worth."""
        step = fmpq(10) ** -(self.places + self.shift)
        return Multiple(step / 180, PI) if self.degrees else step

    @property
    def value(self) -> Real:
        """The number itself, exactly."""
        value = self.units * fmpq(10) ** -(self.places + self.shift)
        return Multiple(value / 180, PI) if self.degrees and self.units else value

    def rewritten(self, units: int, minus: str = "-") -> str:
        """Return another number, given in the same units, in the same style: places, mark, minus sign.

        `minus` is the sign to use where this number has none.
        """
        sign = ""
        if units < 0:
            sign = self.text[0] if self.text[0] in _MINUS else minus
        whole, point, rest = decimal(abs(units), self.places, self.mark or ".").partition(self.mark or ".")
        if self.group and len(whole) > 3:
            lead = len(whole) % 3 or 3
            whole = self.group.join([whole[:lead], *(whole[i : i + 3] for i in range(lead, len(whole), 3))])
        return sign + whole + point + rest


def decimal(units: int, places: int, mark: str = ".") -> str:
    """Return units * 10^-places as decimal text with exactly `places` decimals."""
    digits = str(abs(units)).rjust(places + 1, "0")
    whole, rest = digits[: len(digits) - places], digits[len(digits) - places :]
    return ("-" if units < 0 else "") + whole + (mark + rest if places else "")


def printed(text: str, offset: int | None = None, plain: str = "") -> Printed:
    """Return the number printed as `text`: a sign or none, digits with their marks.

    `plain` is the same with a point for the decimals, nothing between thousands and the power of ten that follows, if
    any ("1234.5e-3"), where that is not `text` itself.  Raises TooLarge beyond MAX_DIGITS digits (`offset` is where it
    stands).
    """
    try:
        return _printed(text, plain)
    except TooLarge as error:
        raise TooLarge(error.reason, offset) from None


@lru_cache(maxsize=1024)  # 0, 1, 0.5 stand everywhere, and are one object
def _printed(text: str, plain: str) -> Printed:
    if text.isdecimal() and plain in {"", text} and len(text) <= MAX_DIGITS:
        return Printed(text, int(text), 0, "")
    mantissa, _, exponent = (plain or _DECIMAL_COMMA.sub(".", text)).partition("e")
    whole, mark, rest = mantissa.lstrip(_MINUS + "+ ").partition(".")
    if len(whole) + len(rest) > MAX_DIGITS:
        raise TooLarge(f"a number of {len(whole) + len(rest)} digits (at most {MAX_DIGITS} are read)")
    if len(exponent) > len(str(MAX_DIGITS)) + 1 or abs(int(exponent or "0")) > MAX_DIGITS:
        raise TooLarge(f"a power of ten beyond 10^{MAX_DIGITS}")
    units = int(whole + rest or "0")
    negative = text[0] in _MINUS
    group = ""
    if mantissa != text:
        marks = _MARKS.findall(text)
        mark = marks[-1] if mark else ""
        group = marks[0] if len(marks) > bool(mark) else ""
    shift = -int(exponent or "0")
    return Printed(text, -units if negative else units, len(rest), mark, shift, group, power=bool(exponent))


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


def position(shape: tuple[int, int], index: Sequence[int]) -> int | None:
    """Return the flat 0-based position of the entry with 1-based `index` in an array; None if there is none.

    One number of two digits is two indices in a matrix: `A_{21}`.
    """
    rows, columns = shape
    if len(index) == 1 and 1 in shape:
        return index[0] - 1 if 0 < index[0] <= rows * columns else None
    if len(index) == 1 and 10 < index[0] < 100:
        index = [index[0] // 10, index[0] % 10]
    if len(index) != 2 or not (0 < index[0] <= rows and 0 < index[1] <= columns):
        return None
    return (index[0] - 1) * columns + index[1] - 1


def shape_text(value: Value) -> str:
    """Return "4x1" for an array and "a number" for a scalar."""
    return f"{value.shape[0]}x{value.shape[1]}" if isinstance(value, Array) else "a number"
