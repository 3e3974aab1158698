r"""Math text to tokens; each keeps its exact characters and its offsets in the document.

Layout (spacing, sizes, line comments) and dress (boxes, braces with a caption, emphasis) are dropped here, and the
many spellings of one sign become one `value`, so the parser sees meaning only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from proofs.audit import dress
from proofs.audit.limits import MAX_SEGMENT, TooLarge, Unread
from proofs.audit.numerals import RUN, Ambiguous, Numerals, parts
from proofs.audit.signs import LAYOUT, SIGNS

if TYPE_CHECKING:
    from proofs.audit.segment import Segment


class Token(NamedTuple):
    """One sign.

    Attributes: kind; value (what it means); text (its characters); start, stop (document offsets).
    """

    kind: str
    value: str
    text: str
    start: int
    stop: int


_STYLES = (
    r"mathbf|mathsf|mathtt|boldsymbol|bm|pmb|mathcal|mathbb|mathfrak|mathscr|hat|widehat|bar|overline|tilde|widetilde"
    r"|vec|dot|ddot|underline|overrightarrow"
)
_TOKEN = re.compile(
    rf"""
      (?P<space>[\s~\u00a0\u2009\u202f]+|%[^\n]*)
    | (?P<number>{RUN})
    | (?P<word>[^\W\d_]+)
    | (?P<environment>\\(?:begin|end)\s*\{{\s*([A-Za-z]+\*?)\s*\}})
    | (?P<prose>\\(?:text|textrm|textit|textbf|mbox|intertext|shortintertext)(?![A-Za-z])
        \s*\{{(?:[^{{}}]|\{{[^{{}}]*\}})*\}})
    | (?P<upright>\\(?:text|textrm|textup|textnormal|textit|textbf|textsf|texttt|mbox|mathrm|mathit|operatorname\*?)
        (?![A-Za-z])\s*(?:\{{([^{{}}\\$]*)\}}|([A-Za-z])))
    | (?P<styled>\\(?:{_STYLES})(?![A-Za-z])
        \s*(?:\{{\s*(\\?[^\W\d_]+)\s*\}}|(\\[A-Za-z]+|[^\W\d_])))
    | (?P<aside>\\(?:label|tag\*?|hspace\*?|vspace\*?|phantom|hphantom|vphantom|color|ref|eqref|textcolor|colorbox)
        \s*(?:\[[A-Za-z]*\]\s*)?\{{[^{{}}]*\}})
    | (?P<wrapped>\{{\s*(?:=|\\cdot|\\times|:)\s*\}})
    | (?P<empty>\{{\s*\}})
    | (?P<newline>\\\\\*?(?:\s*\[[\d.]+\s*[a-z]{{2}}\])?|\\cr\b|\\newline\b)
    | (?P<command>\\(?:[A-Za-z]+|.))
    | (?P<sign>:=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CLAIMS = re.compile(r"[=<>≈≃≡≤≥≠≅]|\\(?:approx|simeq|equiv|cong|leq?|geq?|lt|gt|neq?|[lg]eqslant)(?![A-Za-z])")
_REPEATING = re.compile(r"\d\.\d*\s*\\(?:overline|bar|dot)(?![A-Za-z])")
_OPERATIONS = frozenset({"of", "times", "plus", "minus", "per", "mod", "divided by", "percent of", "out of"})
_PROSE = frozenset({"text", "textrm", "textup", "textnormal", "textit", "textbf", "mbox"})
_BETWEEN = frozenset(
    {"and", "e", "y", "et", "und", "or", "ou", "o", "oder", "with", "com", "where", "onde", "for", "para"}
)
_STYLE = re.compile(rf"\\(?:{_STYLES})(?![A-Za-z])")
_STYLED = re.compile(r"(\\[a-zA-Z]+)\s*\{?\s*(.*?)\s*\}?", re.DOTALL)
_POWER = re.compile(r"(?<=\d)[eE](?=[-+]?\d+$)")
_NOT_FIXED = ("", "")
_FIXED: dict[str, tuple[str, str] | None] = {**dict.fromkeys(LAYOUT), **SIGNS}
"""Signs with one meaning wherever they stand; None for layout."""
_BRACKETS = frozenset({"open", "close", "begin", "end", "group", "ungroup"})
_IN_BRACES = frozenset({"wrapped", "empty"})
_TAKES_BRACES = frozenset({"sub", "sup", "command"})
_INSIDE_MARKS = re.compile(r"[\\${]")
_OPENING = frozenset({"open", "begin"})
_CLOSING = frozenset({"close", "end"})


def tokens(segment: Segment, known: Numerals | None = None) -> list[Token]:
    """Return the tokens of a math segment.

    Args:
        segment: the math.
        known: how the document writes numbers.

    Raises:
        TooLarge: MAX_SEGMENT.
        Unread: a sign nobody knows, a number with two meanings.
    """
    text = segment.text
    if len(text) > MAX_SEGMENT:
        raise TooLarge(
            f"a formula of {len(text):,} characters (at most {MAX_SEGMENT:,} are read)",
            segment.offset(0),
        )
    if "." in text and (repeating := _REPEATING.search(text)) is not None:
        raise Unread("repeating decimals are not read", segment.offset(repeating.start()))
    out: list[Token] = []
    reader = _Numbers(known or Numerals(), claims=_CLAIMS.search(text) is not None)
    whole = len(segment.origins) == 1 and segment.fixed is None
    shift = segment.origins[0][1] - segment.origins[0][0] if whole else None
    skip_delimiter = False
    dressed = "\\" in text and dress.worn(text)
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "space" or kind == "aside":  # noqa: PLR1714 - met for every second sign: a set would be slower
            continue
        sign = match.group()
        if skip_delimiter:
            skip_delimiter = False
            if sign == ".":
                continue
        first = match.start()
        if kind == "number":
            reader.read(sign, first, segment, out)
            continue
        start = first + shift if shift is not None else segment.offset(first)
        named = _FIXED.get(sign, _NOT_FIXED)
        if kind in _IN_BRACES and not (out and out[-1].kind in _TAKES_BRACES):
            named = _FIXED[sign[1:-1].strip()] if kind == "wrapped" else None
        elif named is _NOT_FIXED:
            try:
                named = _meaning(kind or "", sign, start)
            except Unread:
                if not dressed:
                    raise
                named = "unknown", sign
        if named is None:
            skip_delimiter = sign in {r"\left", r"\right"}
            continue
        last = first + len(sign)
        stop = last + shift if shift is not None else segment.end(last - 1)
        out.append(Token(named[0], named[1], sign, start, stop))
        if named[0] in _BRACKETS:
            reader.follow(named[0], out)
    return _known(dress.undressed(out)) if dressed else out


def _known(out: list[Token]) -> list[Token]:
    """Return the tokens, if all are known: what stood in a caption is gone."""
    for token in out:
        if token.kind == "unknown":
            raise Unread(f"the sign {token.text!r} is not known here", token.start)
    return out


class _Numbers:
    """Reads runs of digits by where they stand: inside brackets, in a subscript, or in the open."""

    def __init__(self, known: Numerals, *, claims: bool) -> None:
        self.known, self.claims = known, claims
        self.depth = 0
        self.groups: list[bool] = []  # of the braces that are open: whether each is a subscript

    def follow(self, kind: str, before: list[Token]) -> None:
        """Take note of a token that was just added."""
        if kind in _OPENING:
            self.depth += 1
        elif kind in _CLOSING:
            self.depth -= 1
        elif kind == "group":
            self.groups.append(len(before) > 1 and before[-2].kind == "sub")
        elif kind == "ungroup" and self.groups:
            self.groups.pop()

    def read(self, run: str, first: int, segment: Segment, out: list[Token]) -> None:
        """Add the numbers of a run, and the commas between them if it is a list."""
        start = segment.offset(first)
        if run.isdecimal():
            out.append(Token("number", run, run, start, segment.end(first + len(run) - 1)))
            return
        index = (bool(self.groups) and any(self.groups)) or (bool(out) and out[-1].kind == "sub")
        try:
            found = parts(run, self.known, claims=self.claims, inside=self.depth > 0, index=index)
        except Ambiguous as error:
            raise Unread(error.reason, start) from None
        for place, (part, plain) in enumerate(found):
            if place:
                comma = segment.offset(first)
                out.append(Token("separator", ",", ",", comma, comma + 1))
                first += 1
            length = len(_POWER.split(part)[0])
            stop = segment.end(first + length - 1)
            out.append(Token("number", plain, part[:length], segment.offset(first), stop))
            first += len(part)


def _meaning(kind: str, text: str, start: int) -> tuple[str, str] | None:
    """Return the token's kind and value, or None for layout."""
    if kind in {"word", "newline"}:
        return ("transpose", "T") if text == "ᵀ" else (kind, text)
    if kind == "environment":
        command, _, name = text[1:-1].partition("{")
        return command.strip(), name.strip()
    if kind == "prose" and (
        text.startswith((r"\intertext", r"\short")) or _INSIDE_MARKS.search(text, text.index("{") + 1)
    ):
        return "separator", "prose"
    if kind in {"upright", "prose"}:
        return _upright(text)
    if kind == "styled":
        found = _STYLED.fullmatch(text)
        assert found is not None  # noqa: S101 - the token was matched by a narrower expression
        return "letter", f"{found[1]}{{{found[2]}}}"
    if _STYLE.fullmatch(text):
        return None  # emphasis of more than a letter: \mathbf{0.47}
    if text in dress.COMMANDS:
        return "dress", text
    raise Unread(f"the sign {text!r} is not known here", start)


def _upright(text: str) -> tuple[str, str]:
    """Return the meaning of upright text: an operation, words between statements, or a name."""
    command = text[1:].partition("{")[0].strip()
    content = text[text.index("{") + 1 : -1] if "{" in text else text[-1]
    word = content.strip()
    prose = command in _PROSE and (content != word or " " in word or word.lower() in _BETWEEN - {"e"})
    if prose and word.lower() in _OPERATIONS:
        return "operator", "other"
    return ("separator", "prose") if prose or not word else ("upright", word)
