r"""Plain TeX to math segments: `$`, `$$`, `\(`, `\[` and the environments that are math.

One walk from left to right over the body of the document.  Stepped over are comments, verbatim text, what
stands before `\begin{document}` and what follows `\end{document}`.  Macros are replaced later.  Math ends at a
blank line at the latest, as it does for TeX: what is open there is handed on with the problem named.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from proofs.audit.delimiters import BARE, ENVIRONMENTS, NOT_CLOSED
from proofs.audit.likeness import claims
from proofs.audit.markdown import with_line_feeds
from proofs.audit.segment import Segment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofs.audit.source import Source

_PREAMBLE = re.compile(r"^[^%\n]*?\\begin\{document\}", re.MULTILINE)
_SIGN = re.compile(r"\\(?:begin\s*\{\s*([A-Za-z]+\*?)\s*\}|([A-Za-z]+)\*?|.)|%[^\n]*+|\$\$?", re.DOTALL)
_VERBATIM = frozenset(
    name + star
    for name in ("verbatim", "Verbatim", "lstlisting", "minted", "comment", "alltt", "filecontents")
    for star in ("", "*")
)
_SHOWN = re.compile(r"\s*(?:\[[^\]\n]*\])?(?:\{[a-z]+\}(?=\S))?([^\s*A-Za-z])")
_VERBS = frozenset({"verb", "lstinline", "mintinline"})
_ADDRESSES = frozenset({"url", "href", "path"})
_ARGUMENT = re.compile(r"\s*\{[^{}\n]*+\}")
_BLANK_LINE = re.compile(r"\n[ \t]*+\n")
_CLOSED = {"$": r"\$", "$$": r"\$\$", r"\(": r"\\\)", r"\[": r"\\\]"}


def segments(source: Source) -> list[Segment]:
    """Return the math segments of a TeX document, in order."""
    text = with_line_feeds(source.text)
    return [
        Segment(text[start:stop], [(0, start)], problem)
        for start, stop, problem in _math(text)
        if text[start:stop].strip() and (not problem or claims(text[start:stop]))
    ]


def _math(text: str) -> Iterator[tuple[int, int, str]]:
    preamble = _PREAMBLE.search(text)
    at = 0 if preamble is None else preamble.end()
    missing: set[str] = set()
    blank = -1
    while (sign := _SIGN.search(text, at)) is not None:
        at, opened, name = sign.end(), sign[0], sign[1]
        if opened.startswith("\\end") and text.startswith("{document}", at):
            return
        if name in _VERBATIM:
            at = _verbatim_end(text, at, f"\\end{{{name}}}", missing)
        elif sign[2] in _VERBS:
            at = _shown_end(text, at)
        elif sign[2] in _ADDRESSES:  # a percent sign in an address is no comment
            argument = _ARGUMENT.match(text, at)
            at = at if argument is None else argument.end()
        elif opened in _CLOSED or name in ENVIRONMENTS:
            if blank < at:
                gap = _BLANK_LINE.search(text, at)
                blank = len(text) if gap is None else gap.start() + 1
            closed = _CLOSED.get(opened) or rf"\\end\s*\{{\s*{re.escape(name)}\s*\}}"
            end = _to(closed).match(text, at, blank)
            whole = name is not None and name not in BARE
            start = sign.start() if whole else at
            if end is not None:
                at = end.end()
                yield (start, at if whole else end.start(1), "")
            else:
                at = blank
                yield (start, at, NOT_CLOSED.format(opened))


def bare(text: str) -> str:
    r"""Return text of the same length with blanks for its comments and verbatim text, up to `\end{document}`."""
    parts: list[str] = []
    missing: set[str] = set()
    at = written = 0
    while (sign := _SIGN.search(text, at)) is not None:
        start, at = sign.start(), sign.end()
        if sign[0].startswith("\\end") and text.startswith("{document}", at):
            break
        if sign[0].startswith("%"):
            stop = at
        elif sign[1] in _VERBATIM:
            stop = _verbatim_end(text, at, f"\\end{{{sign[1]}}}", missing)
        elif sign[2] in _VERBS:
            stop = _shown_end(text, at)
        else:
            continue
        parts += [text[written:start], " " * (stop - start)]
        at = written = stop
    else:
        at = len(text)
    return "".join([*parts, text[written:at]])


@cache
def _to(closed: str) -> re.Pattern[str]:
    """Return the pattern of text up to its closing sign: comments and escaped signs close nothing."""
    return re.compile(rf"(?:[^\\$%]++|(?!{closed})(?:\\.|\$)|%[^\n]*+)*+({closed})", re.DOTALL)


def _verbatim_end(text: str, at: int, end: str, missing: set[str]) -> int:
    """Return where verbatim text ends; one that never ends is none, and is searched for once."""
    stop = -1 if end in missing else text.find(end, at)
    if stop < 0:
        missing.add(end)
        return at
    return stop + len(end)


def _shown_end(text: str, at: int) -> int:
    r"""Return where the text of `\verb|...|` ends, which it does on its line."""
    opening = _SHOWN.match(text, at)
    if opening is None:
        return at
    closing = {"{": "}"}.get(opening[1], opening[1])
    line = text.find("\n", opening.end())
    stop = text.find(closing, opening.end(), line if line >= 0 else len(text))
    return stop + 1 if stop >= 0 else at
