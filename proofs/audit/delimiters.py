r"""Finds math in running text of Markdown: `$`, `$$`, `\(`, `\[`, `\begin`, and GitHub's dollar with backticks.

One walk from left to right; whichever sign comes first decides, as in every Markdown reader: code spans, HTML
tags, comments and escaped signs are stepped over.  Every search either ends before the next sign of its kind
or remembers that there is none, so that the walk is linear whatever the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from proofs.audit.likeness import before_prose, claims, formula, money

ENVIRONMENTS = frozenset(
    name + star
    for name in ("equation", "align", "gather", "eqnarray", "multline", "flalign", "alignat")
    for star in ("", "*")
) | {"math", "displaymath"}
"""Environments that are math by themselves, without dollars around them."""
BARE = frozenset({"math", "displaymath"})
"""Those whose names say no more than dollars do, so that they are left out of the segment."""

NOT_CLOSED = "the {} that opens it is not closed in its paragraph"

Found = tuple[int, int, str]
"""Where a piece of math starts and stops, and what is wrong with it ("" if nothing)."""

_SIGN = re.compile(r"[$\\`<]")
_BEGIN = re.compile(r"\\begin\{([a-z]+\*?)\}")
_TO_DOLLAR = re.compile(r"(?:[^\\$]++|\\.)*+", re.DOTALL)
_TO_DOLLARS = re.compile(r"(?:[^\\$]++|\\.|\$(?!\$))*+", re.DOTALL)
_BLANK_LINE = re.compile(r"\n[ \t]*+\n")
# The bracket that opens or closes next: a line break with a skip, `\\[2pt]`, is neither.
_TO_BRACKET = {
    r"\(": re.compile(r"(?:[^\\]++|\\[^()])*+"),
    r"\[": re.compile(r"(?:[^\\]++|\\[^\[\]])*+"),
    # Renderers that follow CommonMark need the backslash itself escaped.
    r"\\(": re.compile(r"(?:[^\\]++|\\(?!\\[()]))*+"),
    r"\\[": re.compile(r"(?:[^\\]++|\\(?!\\[\[\]]))*+"),
}
_CLOSING = {opened: opened[:-1] + {"(": ")", "[": "]"}[opened[-1]] for opened in _TO_BRACKET}
_TAG = re.compile(
    r"""</?([A-Za-z][A-Za-z0-9-]*+)
        (?:\s++[A-Za-z_:][\w:.-]*+(?:\s*+=\s*+(?:[^\s"'=<>`]++|'[^']*+'|"[^"]*+"))?+)*+\s*+/?>
      | <[A-Za-z][A-Za-z0-9+.-]{1,31}+:[^\s<>]*+>""",
    re.VERBOSE,
)
_UNREAD_TAGS = frozenset({"code", "pre", "script", "style", "textarea", "kbd", "samp"})


def math(text: str, *, html: bool = False) -> Iterator[Found]:
    """Yield the pieces of math in a block's text, in order.

    Args:
        text: the text of one block, without the marks of quotations and lists.
        html: whether it is a block of HTML, which may hold blank lines.
    """
    if "$" not in text and "\\" not in text:
        return
    walk = _Walk(text, html=html)
    at = 0
    while (sign := _SIGN.search(text, at)) is not None:
        found, at = walk.step(sign.start())
        if found is not None and text[found[0] : found[1]].strip():
            yield found


class _Walk:
    def __init__(self, text: str, *, html: bool) -> None:
        self.text, self.html = text, html
        self.missing: set[str] = set()
        self.ticks: dict[int, list[int]] | None = None
        self.lower: str | None = None
        self.idle = len(text)

    def step(self, at: int) -> tuple[Found | None, int]:
        """Return the math that starts at a sign, if any, and where to go on."""
        sign = self.text[at]
        if sign == "$":
            return self.dollar(at)
        if sign == "\\":
            return self.backslash(at)
        return None, self.code(at) if sign == "`" else self.tag(at)

    def dollar(self, at: int) -> tuple[Found | None, int]:
        text = self.text
        if text.startswith("$$", at):
            return self.dollars(at)
        if text.startswith("$`", at):
            stop = self.find("`$", at + 2)
            if stop >= 0:
                return (at + 2, stop, ""), stop + 2
        stop = _end(_TO_DOLLAR, text, at + 1)
        if not text.startswith("$", stop):
            rest = before_prose(text[at + 1 :])
            lost = not rest[:1].isdigit() and claims(rest)
            return self.unclosed(at + 1, "$", at + 1 + len(rest)) if lost else (None, at + 1)
        if money(text, at, stop) or self.parted(at, stop):
            return None, at + 1
        return (at + 1, stop, ""), stop + 1

    def dollars(self, at: int) -> tuple[Found | None, int]:
        text = self.text
        run = at + 2
        while text.startswith("$", run):
            run += 1
        if run > at + 2:
            return None, run
        stop = _end(_TO_DOLLARS, text, run)
        if not text.startswith("$$", stop):
            return self.unclosed(run, "$$") if self.claimed(run) else (None, run)
        if self.parted(at, stop):
            return None, run
        return (run, stop, ""), stop + 2

    def backslash(self, at: int) -> tuple[Found | None, int]:
        text = self.text
        begin = _BEGIN.match(text, at)
        if begin is not None and begin[1] in ENVIRONMENTS:
            end = f"\\end{{{begin[1]}}}"
            stop = self.find(end, begin.end())
            if stop >= 0 and not self.parted(at, stop):
                whole = (begin.end(), stop) if begin[1] in BARE else (at, stop + len(end))
                return (*whole, ""), stop + len(end)
            self.missing.add(end)  # so that many of them cost one search, also where a blank line parts them
            if stop < 0 and self.claimed(begin.end()):
                return self.unclosed(at, begin[0])
            return None, begin.end()
        opened = text[at : at + 3] if text[at : at + 3] in _TO_BRACKET else text[at : at + 2]
        to_bracket = _TO_BRACKET.get(opened)
        if to_bracket is None:
            return None, at + 2
        start = at + len(opened)
        stop = _end(to_bracket, text, start)
        content = text[start:stop]
        if text.startswith(_CLOSING[opened], stop):
            if "$" not in content and formula(content) and not self.parted(at, stop):
                return (start, stop, ""), stop + len(opened)
        elif not text.startswith(opened, stop) and "$" not in content and claims(content) and formula(content):
            return self.unclosed(start, opened)
        return None, start

    def unclosed(self, start: int, opened: str, stop: int | None = None) -> tuple[Found, int]:
        stop = len(self.text) if stop is None else stop
        return (start, stop, NOT_CLOSED.format(opened)), stop

    def claimed(self, start: int) -> bool:
        """Whether the rest of the text claims a number; where one rest does not, no later one does."""
        if start < self.idle and not claims(self.text[start:]):
            self.idle = start
        return start < self.idle

    def parted(self, start: int, stop: int) -> bool:
        """Whether a blank line stands between: only HTML has any."""
        return self.html and _BLANK_LINE.search(self.text, start, stop) is not None

    def code(self, at: int) -> int:
        """Return the end of the code span that starts at a backtick, or of the backticks that start none."""
        if self.ticks is None:
            self.ticks = {}
            for run in re.finditer(r"`+", self.text):
                self.ticks.setdefault(run.end() - run.start(), []).append(run.start())
        stop = at
        while self.text.startswith("`", stop):
            stop += 1
        starts = self.ticks.get(stop - at, [])
        closing = bisect_left(starts, stop)
        return starts[closing] + stop - at if closing < len(starts) else stop

    def tag(self, at: int) -> int:
        """Return the end of the comment, or of the element not to be read, or of the tag, that starts here."""
        text = self.text
        for opened, closed in (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>")):
            if text.startswith(opened, at):
                stop = self.find(closed, at + len(opened))
                if stop < 0:  # a block of HTML is a comment to the document's end
                    return len(text) if self.html else at + len(opened)
                return stop + len(closed)
        tag = _TAG.match(text, at)
        if tag is None:
            return at + 1
        name = (tag[1] or "").lower()
        if name in _UNREAD_TAGS and text[at + 1] != "/" and not tag[0].endswith("/>"):
            if self.lower is None:
                self.lower = text if text.islower() else _lowered(text)
            stop = self.find(f"</{name}", tag.end(), self.lower)
            if stop >= 0:
                return stop
            if self.html and name != "code":  # a block that only the document's end ends
                return len(text)
        return tag.end()

    def find(self, wanted: str, start: int, text: str | None = None) -> int:
        """Return where `wanted` stands next, or -1: searched for once where there is none."""
        if wanted in self.missing:
            return -1
        stop = (self.text if text is None else text).find(wanted, start)
        if stop < 0:
            self.missing.add(wanted)
        return stop


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return at if match is None else match.end()


def _lowered(text: str) -> str:
    # str.lower changes the length of some texts; only ASCII names are looked for.
    return text.translate({upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)})
