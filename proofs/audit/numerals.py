r"""How a document writes its numbers, and what one run of digits and marks means in it.

`0,47` is a number where decimals have a comma and a list of two where they have a point; `1,000` is a thousand or
one with three decimals.  The document as a whole tells which, if anything does; where nothing does, the number is
refused by name rather than guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SPACED = r"(?:\\,|\\thinspace\ ?|~|[\u2009\u202f])"
RUN = rf"""
    (?: [1-9]\d{{0,2}}(?:{_SPACED}\d{{3}})+(?!\d) | \d+ )
    (?: (?:\{{[,.]\}}|[.,])\d+ )*
    (?: [eE][-+]?\d+(?!\.?\d) )?
  | \.\d+ (?: [eE][-+]?\d+ )?
"""
"""The longest run of digits and marks that may be one number (verbose regular expression)."""

_POINT = re.compile(r"\d\.(?:\d{1,2}(?!\d)|\d{4})|(?<!\d)0\.\d|(?<![\d.])\d{4,}\.\d|(?<!\d)\.\d")
_BRACED = re.compile(r"(?<!\d)0\{,\}\d|\d\{,\}(?:\d{1,2}(?!\d)|\d{4})|\d{4,}\{,\}\d")
_BRACED_GROUPS = re.compile(r"\d\{,\}\d{3}(?:\{,\}\d{3})*\.\d|\d\{,\}\d{3}\{,\}\d{3}")
_SIGN = r"(?:[+*/≈≃]|\\(?:approx|simeq|cdot|times|leq?|geq?)(?![A-Za-z]))"
_UNGROUPED = r"\d+,(?!\d{3}(?!\d))\d+"
_COMMA = re.compile(
    rf"(?<![\d.,}}])0,\d\d|{_SIGN}\s*-?{_UNGROUPED}(?![\d.,])|(?<![\d.,{{_]){_UNGROUPED}\s*(?:{_SIGN}|=|\^|\\%)"
    rf"|(?:&|matrix\}}|=)\s*-?{_UNGROUPED}\s*(?:&|\\\\|\\end)|=\s*-?\d+,(?:\d\d|\d{{4,}})(?![\d,])"
    r"|[(\[]\s*-?\d+,\d+\s*;|;\s*-?\d+,\d+\s*[;)\]]"
)
_POINT_GROUPS = re.compile(r"(?<![\d.])[1-9]\d{0,2}(?:(?:\.\d{3})+(?:\{,\}|,)\d|(?:\.\d{3}){2,}(?!\d))")
_GROUPS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+\.\d")
_COMMA_LAST = re.compile(r"(?<!\{),\d$")
_HARD = frozenset({",", "{,}", ".", "{.}"})
_PARTS = re.compile(rf"(\{{[,.]\}}|[.,]|{_SPACED})")
_EXPONENT = re.compile(r"(?<=\d)[eE]([-+]?\d+)$")  # behind a digit: \thinspace ends with an e, too
_BARE_COMMA = re.compile(r"(?<!\{),")
_THREE = re.compile(r"\d{3}")
_LEAD = re.compile(r"[1-9]\d{0,2}")

THOUSANDS_OR_DECIMALS = "the comma in a number may part thousands or decimals"
THOUSANDS_OR_LIST = "the comma in a number may part thousands or the entries of a list"
DECIMALS_OR_LIST = "the comma in a number may part decimals or the entries of a list"
EULER_OR_TEN = "the e in a number may be Euler's number or a power of ten; write \\cdot 10^{3}"
UNCLEAR = frozenset({THOUSANDS_OR_DECIMALS, THOUSANDS_OR_LIST, DECIMALS_OR_LIST})
"""Reasons to try `readings`: the numbers themselves may tell."""
TWO_MARKS = "a number with more than one decimal mark"


@dataclass(frozen=True)
class Numerals:
    r"""How the numbers of a document are written.

    Attributes:
        comma: what a bare comma between digits is: "decimal", "list" or "unclear".
        braced: what `{,}` is: "decimal", "thousands" or "unclear".
        grouped: whether the text parts thousands by commas beyond doubt somewhere (`1,234.5`).
        point: whether decimals have a point somewhere.
        points: what a point before three digits is: "decimal", "thousands" (as in `12.000,00`) or "unclear".
    """

    comma: str = "list"
    braced: str = "unclear"
    grouped: bool = False
    point: bool = False
    points: str = "decimal"


def readings(known: Numerals) -> dict[str, Numerals]:
    """Return what the commas and points of a document that leaves it unclear may part."""
    comma = known.comma if known.point else "decimal"
    points = "decimal" if known.point else "thousands"
    out = {
        "decimals": replace(known, comma=comma, braced="decimal", points=points),
        "thousands": replace(known, comma="list", braced="thousands", grouped=True, points="decimal"),
    }
    if known.points == "unclear":
        out["decimals, as points do"] = replace(known, comma=comma, braced="decimal", points="decimal")
    return out


def numerals(texts: Iterable[str]) -> Numerals:
    """Return how the numbers of a document are written, given the text of its formulas."""
    point = braced = braced_groups = comma = grouped = point_groups = False
    for text in texts:
        if "," in text:
            braced = braced or _BRACED.search(text) is not None
            braced_groups = braced_groups or _BRACED_GROUPS.search(text) is not None
            comma = comma or _COMMA.search(text) is not None
            grouped = grouped or _GROUPS.search(text) is not None
        if "." in text:
            point = point or _POINT.search(text) is not None
            groups = _POINT_GROUPS.search(text)
            point_groups = point_groups or groups is not None
            comma = comma or (groups is not None and _COMMA_LAST.search(groups.group()) is not None)
    pointed = point or braced_groups
    what = "list" if not comma else "unclear" if point or grouped else "decimal"
    inner = "unclear" if braced == pointed else "decimal" if braced else "thousands"
    unclear = "unclear" if "decimal" in {what, inner} else "decimal"
    return Numerals(
        comma=what,
        braced=inner,
        grouped=grouped and not comma,
        point=point,
        points="decimal" if point else "thousands" if point_groups else unclear,
    )


class Ambiguous(Exception):
    """A run of digits and marks with more than one meaning. Attribute: reason."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def parts(run: str, known: Numerals, *, claims: bool, inside: bool, index: bool) -> list[tuple[str, str]]:
    """Return the numbers that a run is, each as (its characters, its plain form such as "1234.5e-3").

    Several are the entries of a list, with one comma between each two.

    Args:
        run: what `RUN` matched.
        known: how the document writes numbers.
        claims: whether the formula claims anything: only then is an unclear number worth a refusal.
        inside: whether the run stands inside brackets.
        index: whether it is a subscript.

    Raises:
        Ambiguous: the run may be one number or another.
    """
    if run.isdecimal():
        return [(run, run)]
    mantissa, exponent = _power(run, claims=claims)
    pieces = _PARTS.split(mantissa)
    digits, marks = pieces[::2], pieces[1::2]
    listed = (index and "," in marks) or _listed(digits, marks, known, claims=claims, inside=inside)
    if listed and exponent and claims:
        raise Ambiguous(DECIMALS_OR_LIST)
    if listed:
        entries = _BARE_COMMA.split(run)
        return [one for entry in entries for one in parts(entry, known, claims=claims, inside=True, index=False)]
    return [(run, _plain(digits, marks, known, claims=claims) + exponent)]


def _power(run: str, *, claims: bool) -> tuple[str, str]:
    """Return the mantissa and the exponent ("e-3", or nothing)."""
    found = _EXPONENT.search(run)
    mantissa, exponent = (run, "") if found is None else (run[: found.start()], found[1])
    if claims and exponent.startswith("-") and len(exponent) == 2 and mantissa.isdecimal() and mantissa != "1":
        raise Ambiguous(EULER_OR_TEN)  # 2e-1 may be twice Euler's number, less one
    if not exponent:
        return mantissa, ""
    digits = exponent.lstrip("+-").lstrip("0") or "0"  # not int: it refuses thousands of digits
    return mantissa, f"e{'-' * exponent.startswith('-')}{digits}"


def _listed(digits: list[str], marks: list[str], known: Numerals, *, claims: bool, inside: bool) -> bool:
    """Whether the commas of a run part the entries of a list."""
    commas = marks.count(",")
    if not commas or (known.comma == "decimal" and commas == 1):
        return False
    groups = all(_THREE.fullmatch(d) for d, m in zip(digits[1:], marks, strict=True) if m == ",")
    groups = groups and _LEAD.fullmatch(digits[0]) is not None and marks[:commas] == [","] * commas
    if groups and (known.grouped or (len(marks) == commas + 1 and marks[-1] == ".")) and not inside:
        return False
    if known.comma == "decimal" and claims and not inside:
        raise Ambiguous(DECIMALS_OR_LIST)
    if claims and groups and len(marks) == commas and (not inside or digits[1].startswith("0")):
        raise Ambiguous(THOUSANDS_OR_LIST)
    if claims and not inside and marks == [","] and (digits[0] == "0" or len(digits[1]) > 1):
        raise Ambiguous(DECIMALS_OR_LIST)
    if claims and not inside and known.comma == "unclear":
        raise Ambiguous(DECIMALS_OR_LIST)
    return True


def _plain(digits: list[str], marks: list[str], known: Numerals, *, claims: bool) -> str:
    """Return the digits with the decimal mark as a point and without what parts thousands."""
    hard = [place for place, mark in enumerate(marks) if mark in _HARD]
    decimal = _decimal_mark(digits, marks, hard, known, claims=claims) if hard else None
    before = digits if decimal is None else digits[: decimal + 1]
    if len(before) > 1 and not (_LEAD.fullmatch(before[0]) and all(map(_THREE.fullmatch, before[1:]))):
        raise Ambiguous(TWO_MARKS)
    if decimal is None:
        return "".join(digits)
    return "".join(before) + "." + "".join(digits[decimal + 1 :])


def _decimal_mark(digits: list[str], marks: list[str], hard: list[int], known: Numerals, *, claims: bool) -> int | None:
    """Return which of the marks is that of the decimals; None if all part thousands."""
    last = hard[-1]
    if len(hard) > 1:  # 1,234,567 or 1,234.5: only the last can be the mark of the decimals, if it is another one
        return None if {marks[place] for place in hard} == {marks[last]} else last
    mark = marks[last]
    if len(marks) > 1 or not (_LEAD.fullmatch(digits[0]) and _THREE.fullmatch(digits[1])):
        return last
    role = {",": known.comma, "{,}": known.braced}.get(mark, known.points)
    if role == "unclear" and claims:
        raise Ambiguous(THOUSANDS_OR_DECIMALS)
    return None if role in {"thousands", "list"} else last
