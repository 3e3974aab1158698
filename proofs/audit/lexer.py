r"""Math text to tokens; each keeps its exact characters and its offsets in the document.

Layout (spacing, sizes, line comments) is dropped here, and the many spellings of one sign become one `value`,
so the parser sees meaning only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from proofs.audit.limits import MAX_SEGMENT, TooLarge, Unread
from proofs.audit.signs import LAYOUT, SIGNS

if TYPE_CHECKING:
    from proofs.audit.markdown import Segment


@dataclass(frozen=True, slots=True)
class Token:
    """One sign.

    Attributes: kind; value (what it means); text (its characters); start, stop (document offsets).
    """

    kind: str
    value: str
    text: str
    start: int
    stop: int


_TOKEN = re.compile(
    r"""
      (?P<space>[\s~\u00a0\u2009\u202f]+|%[^\n]*)
    | (?P<scientific>(?:\d+(?:\.\d+)?|\.\d+)[eE][-+]?\d+)
    | (?P<grouped>[1-9]\d{0,2}(?:(?:\{,\}|\\,)\d{3})+(?!\d))
    | (?P<number>(?:\d+(?:\{,\}\d+|\.\d+)?|\.\d+))
    | (?P<environment>\\(?:begin|end)\s*\{\s*([A-Za-z]+\*?)\s*\})
    | (?P<upright>\\(?:text|textrm|textit|textbf|textsf|texttt|mbox|mathrm|mathsf|mathit|operatorname\*?)
        \s*\{([^{}\\$]*)\})
    | (?P<styled>\\(?:mathbf|boldsymbol|bm|mathcal|mathbb|mathfrak|mathscr|hat|widehat|bar|overline|tilde
        |widetilde|vec|dot|ddot|underline)(?![A-Za-z])\s*(?:\{\s*(\\?[^\W\d_]+)\s*\}|(\\?[^\W\d_]+?(?![a-z])|[^\W\d_])))
    | (?P<aside>\\(?:label|tag\*?|hspace\*?|vspace\*?|phantom|color|ref|eqref)\s*\{[^{}]*\})
    | (?P<newline>\\\\\*?(?:\s*\[[\d.]+\s*[a-z]{2}\])?|\\cr\b|\\newline\b)
    | (?P<command>\\(?:[A-Za-z]+|.))
    | (?P<word>[^\W\d_]+)
    | (?P<sign>:=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CLAIMS = re.compile(r"[=<>≈≃≡≤≥≠]|\\(?:approx|simeq|equiv|cong|le|ge|lt|gt|neq?|[lg]eq)(?![A-Za-z])")
_DECIMAL_COMMA = re.compile(r"(?<!\d)0\{,\}\d|\d\{,\}\d(?:\d|\d{3,})?(?!\d|\{,\})")
_LISTED = re.compile(r",\d{3}(?!\d)")
_OPERATIONS = frozenset({"of", "times", "plus", "minus", "per", "mod", "divided by", "percent of", "out of"})
_PROSE = frozenset({"text", "textrm", "textit", "textbf", "mbox"})


def tokens(segment: Segment) -> list[Token]:
    """Return the tokens of a math segment. Raises TooLarge (MAX_SEGMENT), Unread (a sign nobody knows)."""
    if len(segment.text) > MAX_SEGMENT:
        raise TooLarge(
            f"a formula of {len(segment.text):,} characters (at most {MAX_SEGMENT:,} are read)",
            segment.offset(0),
        )
    out: list[Token] = []
    skip_delimiter = False
    claims = _CLAIMS.search(segment.text) is not None
    for match in _TOKEN.finditer(segment.text):
        kind, text = match.lastgroup or "", match.group()
        start = segment.offset(match.start())
        stop = segment.offset(match.end() - 1) + 1
        if kind in {"space", "aside"}:
            continue
        if skip_delimiter and text == ".":
            skip_delimiter = False
            continue
        skip_delimiter = text in {r"\left", r"\right"}
        if kind in {"scientific", "grouped"} or (
            kind == "number" and claims and _is_grouped(out, text, segment.text[match.end() : match.end() + 5])
        ):
            if claims and not (kind == "grouped" and _DECIMAL_COMMA.search(segment.text)):
                raise Unread(_AMBIGUOUS[kind], start)
            kind = "number"
        named = _meaning(kind, text, start)
        if named is not None:
            out.append(Token(*named, text, start, stop))
    return out


_AMBIGUOUS = {
    "scientific": "the e in a number may be Euler's number or a power of ten; write \\cdot 10^{3}",
    "grouped": "the comma in a number may part thousands or decimals",
    "number": "the comma in a number may part thousands or the entries of a list",
}


def _is_grouped(before: list[Token], text: str, after: str) -> bool:
    """Whether a number may be the first group of thousands: `1,000`, but not `(100,200)`."""
    if not (re.fullmatch(r"[1-9]\d{0,2}", text) and _LISTED.match(after)):
        return False
    if before and before[-1].kind == "sub":
        return False
    depth = sum((t.kind in {"open", "group"}) - (t.kind in {"close", "ungroup"}) for t in before)
    return depth <= 0 or after[1] == "0"


def _meaning(kind: str, text: str, start: int) -> tuple[str, str] | None:
    """Return the token's kind and value, or None for layout."""
    if kind == "environment":
        command, _, name = text[1:-1].partition("{")
        return command.strip(), name.strip()
    if kind == "upright":
        content = text[text.index("{") + 1 : -1]
        prose = text[1:].partition("{")[0].strip() in _PROSE and (content != content.strip() or " " in content.strip())
        if prose and content.strip().lower() in _OPERATIONS:
            return "operator", "other"
        return ("separator", "prose") if prose or not content.strip() else ("upright", content.strip())
    if kind == "styled":
        command, letter = re.fullmatch(r"(\\[a-z]+)\s*\{?\s*(.*?)\s*\}?", text, re.DOTALL).groups()  # type: ignore[union-attr]
        return "letter", f"{command}{{{letter}}}"
    if text in LAYOUT:
        return None
    if text in SIGNS:
        return SIGNS[text]
    if kind in {"number", "word", "newline"}:
        return kind, text
    raise Unread(f"the sign {text!r} is not known here", start)
