"""Changes to a document's text that mean nothing, and what an audit says without its places.

A document here has its formulas between dollars, none of which are escaped within a line of code.
"""

from __future__ import annotations

import re
from functools import partial
from string import ascii_letters

from proofs.audit import audit_bytes

MATH = re.compile(r"(?<!\\)(\$\$?)(.+?)(?<!\\)\1", re.DOTALL)
_UPRIGHT = re.compile(
    r"\\(?:text|mathrm|operatorname|mathsf|begin|end)\s*\{[^{}]*\}|\\[A-Za-z]+|\^[{]?\\?T[}]?|[A-Za-z]{2,}|([A-Za-z])"
)
KEPT = frozenset("ceijT")  # columns of an array, Euler's number, bound letters, transposes


def outcome(text, name="document.md"):
    """Return what an audit says of a text: values, findings, corrections, without places and names."""
    return said(audit_bytes(text.encode(), name))


def said(document):
    """Return what a document's audit says, without places and names."""
    sides = [[None if x is None else (x.expected, x.verdict) for x in (v.local, v.exact)] for v in document.values]
    values = [(v.printed, v.verdict, *side) for v, side in zip(document.values, sides, strict=True)]
    findings = [(f.kind, f.remark, f.verdict, f.cause is not None) for f in document.findings]
    return values, findings, [edit.text for edit in document.edits], document.mistakes


def in_math(change):
    """Return a change of text that changes every formula."""
    return lambda text: MATH.sub(lambda found: found[1] + change(found[2]) + found[1], text)


def letters(text):
    """Return the letters that stand alone in the formulas of a text."""
    return {found[1] for _, math in MATH.findall(text) for found in _UPRIGHT.finditer(math) if found[1]}


def renamed(text):
    """Rename the first letter that may be renamed to one that the text does not use."""
    used = letters(text)
    for old in sorted(used - KEPT):
        free = [x for x in ascii_letters if x not in used | KEPT and x.isupper() == old.isupper()]
        if free:
            return in_math(partial(_with, old, free[0]))(text)
    return text


def _with(old, new, math):
    return _UPRIGHT.sub(lambda found: new if found[1] == old else found[0], math)


def _stretched(math):
    r"""Put \left and \right at plain parentheses."""
    if re.search(r"\\left|\\[Bb]ig", math):
        return math
    return math.replace("(", "\\left(").replace(")", "\\right)")


def _between_blocks(text, block):
    """Put a block after the first one and at the end."""
    first, mark, rest = text.partition("\n\n")
    return f"{first}\n\n{block}{mark}{rest}\n\n{block}\n"


PROSE = "We owe this to 3 friends, who paid 5% more in 2024 (see page 12, or section 4.2)."
SYMBOLS = "For every $\\xi \\in \\Xi$ and $g \\colon \\Xi \\to \\mathbb{R}$ we have $g(\\xi) \\le \\|g\\|$."

RESPELLINGS = {
    "dfrac": in_math(lambda math: re.sub(r"\\[td]?frac(?![A-Za-z])", r"\\dfrac", math)),
    "frac": in_math(lambda math: re.sub(r"\\[td]?frac(?![A-Za-z])", r"\\frac", math)),
    "cdot": in_math(lambda math: math.replace("*", "\\cdot ")),
    "spaces": in_math(lambda math: re.sub(r"(?<!:)=", " = ", math.replace(" ", "  "))),
    "big spaces": in_math(lambda math: re.sub(r"(?<![:<>!\\]) ?=(?!=)", r"\\;=\\;", math)),
    "left and right": in_math(_stretched),
    "displaystyle": in_math(lambda math: "\\displaystyle " + math),
    "braces": in_math(lambda math: re.sub(r"_(\d)", r"_{\1}", math)),
    "two dollars": lambda text: MATH.sub(lambda found: f"$${found[2]}$$", text),
    "escaped brackets": lambda text: MATH.sub(
        lambda found: f"\\({found[2]}\\)" if found[1] == "$" and "=" in found[2] else found[0], text
    ),
    "another letter": renamed,
    "carriage returns": lambda text: text.replace("\n", "\r\n"),
    "prose": lambda text: _between_blocks(text, PROSE),
    "symbols": lambda text: _between_blocks(text, SYMBOLS),
    "full stop": in_math(lambda math: math + "."),
    "thin space": in_math(lambda math: math + "\\,"),
    "tag": in_math(lambda math: math + "\\tag{1}"),
    "label": in_math(lambda math: math + "\\label{eq:1}"),
    "textstyle": in_math(lambda math: math.replace("=", "= \\textstyle ", 1)),
    "upright": in_math(lambda math: re.sub(r"\\(?:text|operatorname)\{(?=\w+\})", r"\\mathrm{", math)),
    "numbers in braces": in_math(lambda math: re.sub(r"(?<== )(\d+)(?![\d.,\\{])", r"{\1}", math)),
}
