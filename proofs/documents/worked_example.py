r"""The chapter's worked example as data: every name it prints, with its last printed value, digits untouched.

A reading of its own, much simpler than the auditor's: the first name of a `$...$` segment and the last vector,
matrix or number in it.  That the two readings agree is a test.

Scope: the example block of `chapter.md`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from proofs.documents import text

Printed = tuple[tuple[str, ...], ...]

_SEGMENT = re.compile(r"(?<!\$)\$(?!\$)([^$]+)\$(?!\$)")
_NAME = re.compile(r"^\s*([a-zA-Z]\^[A-Z]|[a-z]_\d|\\alpha_\{\d\d\}|score\(x_\d, x_\d\))\s*=")
_MATRIX = re.compile(r"\\begin\{bmatrix\}(.*?)\\end\{bmatrix\}", re.DOTALL)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@cache
def printed() -> Mapping[str, Printed]:
    r"""Return name -> rows of printed decimal strings; a number is 1 x 1, a column vector n x 1.

    Names as printed: x_1, W^Q, q_1, score(x_2, x_1), \alpha_{21}, a_3.
    """
    found: dict[str, Printed] = {}
    for segment in _SEGMENT.findall(text("chapter")):
        name = _NAME.match(segment)
        if name is None:
            continue
        matrices = _MATRIX.findall(segment)
        last = segment.rsplit("=", 1)[1]
        if matrices and "begin" in last:
            rows = tuple(tuple(cell.strip() for cell in row.split("&")) for row in matrices[-1].split(r"\\"))
        elif number := _NUMBER.findall(last):
            rows = ((number[-1],),)
        else:
            continue
        found[name.group(1)] = rows
        if name.group(1) == "a_3":
            # v_2 and v_3 are printed only where they are multiplied by their weights.
            for other, matrix in zip(("v_2", "v_3"), matrices[1:3], strict=True):
                found[other] = tuple((cell.strip(),) for cell in matrix.split(r"\\"))
    return found
