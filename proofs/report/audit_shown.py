r"""How text of a document is shown anywhere: control characters become visible escapes, never obeyed."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby
from typing import TYPE_CHECKING

from proofs.audit.findings import SOUND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from proofs.audit.findings import Finding, PrintedValue, Side


def visible(text: str) -> str:
    r"""Return text without control, format and bidirectional characters: each becomes its escape, `\x1b`."""
    if text.isprintable():
        return text
    return "".join(
        " " if character == "\t" else character if unicodedata.category(character)[0] != "C" else _escape(character)
        for character in text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )


def _escape(character: str) -> str:
    if character.isascii():
        return repr(character)[1:-1]
    return character.encode("ascii", "backslashreplace").decode("ascii")


def count(number: int, noun: str) -> str:
    """Return `1,234 findings`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def groups(findings: Iterable[Finding]) -> Iterator[list[Finding]]:
    """Yield findings together that point into one printed vector or matrix."""
    for (_, kind, *_rest), group in groupby(findings, key=lambda f: (f.line, f.kind, f.name)):
        if kind == "value":
            yield list(group)
        else:
            yield from ([finding] for finding in group)


def more_digits(side: Side | None) -> str:
    """Return the expected value to more digits, without zeros at its end; "" where these are all there is."""
    if side is None or side.precise is None or side.expected is None:
        return ""
    beyond = side.precise.removeprefix(side.expected)
    if beyond != side.precise and not beyond.strip("0."):
        return ""
    return side.precise.rstrip("0") if re.fullmatch(r"-?\d+\.\d*[1-9]0*", side.precise) else side.precise


def more_exactly(value: PrintedValue) -> str:
    """Return a sentence with what a number should be, to more digits; "" where that says no more."""
    sides = [side for side in (value.local, value.exact) if side is not None and side.verdict not in SOUND]
    digits = list(dict.fromkeys(more_digits(side) for side in sides))
    return f" More exactly: {' and '.join(digits)}." if digits and all(digits) else ""
