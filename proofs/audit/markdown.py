r"""Markdown to math segments, each of which knows where every one of its characters came from.

markdown-it-py finds the blocks, one by one: its tokens are used up as they come, so a long document costs no
more memory than its longest block.  Within a block, `delimiters` finds the math.  The parser reports lines and
no columns, so the text of a block is laid back over its lines.

Math is read in paragraphs, headings, quotations, lists, tables, fences named `math` and blocks of HTML.
Ignored are front matter, code, comments, and the elements of HTML that show text as it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from proofs.audit import delimiters
from proofs.audit.delimiters import ENVIRONMENTS
from proofs.audit.likeness import claims
from proofs.audit.limits import MAX_QUOTES
from proofs.audit.segment import Layout, Segment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.ruler import RuleOptionsType
    from markdown_it.token import Token

    from proofs.audit.source import Source

__all__ = ["Segment", "read", "segments", "with_line_feeds"]

# A reference (`[a]: target`) shows nothing, but `[^1]: $x = 1$` is a footnote, and the rule would swallow it.
_BLOCKS = ["table", "code", "fence", "blockquote", "hr", "list", "html_block", "heading", "lheading"]
_INTERRUPTS: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
_CONTAINERS = frozenset({"blockquote_open", "bullet_list_open", "ordered_list_open", "list_item_open"})
_FENCES = frozenset({"math", "{math}"})
# The first line must name something: a text that begins and ends with a rule is no front matter.
_FRONT_MATTER = re.compile(r"---[ \t]*\n[\w\"'-][\w \"'.-]*:(?:.*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_OPENING = re.compile(r"\$\$|\\\\?\[|\\begin\{([a-z]+\*?)\}")
_CODE = re.compile(r"^[ \t>]*(`{3,}|~{3,})([^`\n]*)$|(?<![$`\\])`[^`\n]+`(?!`)", re.MULTILINE)
_BLANK = re.compile(r"^[ \t>]*+$", re.MULTILINE)
_BAR = re.compile(r"(?<!\\)\|")
_MARK = re.compile(r"\$|\\[(\[]|\\begin\{")
_MORE = re.compile(r"[$`]|\\[(\[]|\\begin\{")

_DEEP = "it stands too deep in quotations and lists"
_PARTED = "a bar inside it ends the table's cell; write \\vert or \\|"
_GAP = "a blank line stands inside the display, and Markdown ends it there"


def segments(source: Source) -> list[Segment]:
    """Return the math segments of a Markdown document, in order."""
    text = with_line_feeds(source.text)
    front = _FRONT_MATTER.match(text)
    return read(text, 0 if front is None else text.count("\n", 0, front.end()))


def read(text: str, first: int = 0) -> list[Segment]:
    """Return the math segments of Markdown text from its line `first` on; offsets are those in `text`."""
    page = _Page(with_line_feeds(text), first)
    page.read()
    # What stands too deep is known only at the end.
    return sorted(page.found, key=lambda segment: segment.origins[0][1])


def with_line_feeds(text: str) -> str:
    r"""Return text of the same length whose lines all end with "\n", so that offsets hold for both."""
    return text.replace("\r\n", " \n").replace("\r", "\n") if "\r" in text else text


def bare(text: str) -> str:
    """Return text of the same length with blanks for its code, as far as fences and backticks on one line tell."""
    parts: list[str] = []
    at, fence, opened = 0, "", -1  # opened: where the code began that is open
    for mark in _CODE.finditer(text):
        sign = mark[1] or ""
        if fence:
            if not sign.startswith(fence) or mark[2].strip():
                continue
            fence = ""
        elif sign:
            fence = sign
            opened = mark.start() if mark[2].strip().lower() not in _FENCES else -1
            continue
        else:
            opened = mark.start()
        if opened >= 0:
            parts += [text[at:opened], " " * (mark.end() - opened)]
            at, opened = mark.end(), -1
    if opened >= 0:
        parts += [text[at:opened], " " * (len(text) - opened)]
        at = len(text)
    return "".join([*parts, text[at:]])


class _Page(StateBlock):
    """markdown-it's view of the document, which hands on each block as soon as it is complete."""

    def __init__(self, text: str, first: int) -> None:
        super().__init__(text, _reader(), {}, [])
        self.line = first
        self.starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self.found: list[Segment] = []
        self.deep: list[Token] = []
        self.cells: tuple[int, int] = (-1, 0)
        self.lines_with: dict[str, list[int]] = {}

    def read(self) -> None:
        rules = self.md.block.ruler.getRules("")
        while (line := self.skipEmptyLines(self.line)) < self.lineMax:
            self.line = line
            for rule in rules:
                if rule(self, line, self.lineMax, False):
                    break
            self.line = max(self.line, line + 1)
            self.hand_on()
        self.found.extend(self.too_deep())

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        self.hand_on()  # a rule completes a token before it pushes the next one, but for the lines of containers
        token = super().push(ttype, tag, nesting)
        if ttype == "inline" and self.parentType == "table":
            token.meta["cell"] = True
        elif ttype in _CONTAINERS and token.level >= MAX_QUOTES - 1:
            self.deep.append(token)
        return token

    def hand_on(self) -> None:
        for token in self.tokens:
            if token.content and token.map:
                self.found.extend(self.math(token, token.map[0]))
        self.tokens.clear()

    def math(self, token: Token, first: int) -> Iterator[Segment]:
        content = token.content
        if token.type in {"inline", "html_block", "math_lines"}:
            if "$" not in content and "\\" not in content:
                return
            # Every cell is laid back, also one without math: the next is searched for after it.
            layout = self.cell(content, first) if "cell" in token.meta else None
            for start, stop, problem in delimiters.math(content, html=token.type == "html_block"):
                layout = layout or self.layout(content, first)
                yield Segment(content[start:stop], layout.cut(start, stop), problem)
        elif token.type == "math_gap":
            yield Segment(content, self.layout(content, first + 1).cut(0, len(content)), _GAP)
        elif token.type == "fence" and token.info.split()[:1] and token.info.split()[0].lower() in _FENCES:
            start = 0
            while content.startswith(":", start):  # MyST's options, as `:label: name`
                start = content.find("\n", start) + 1 or len(content)
            if content[start:].strip():
                yield Segment(content[start:], self.layout(content, first + 1).cut(start, len(content)))

    def layout(self, content: str, first: int) -> Layout:
        """Lay a block's text back over its lines, each of which is the end of a line of the document."""
        indexes, offsets = [], []
        at = 0
        for number, line in enumerate(content.removesuffix("\n").split("\n"), start=first):
            start, stop = self.starts[number], self.starts[number + 1] - 1
            offset = self.src.rfind(line, start, stop)
            if offset < 0:  # a tab that a list's indentation ends in has become blanks
                bare = line.strip(" \t")
                offset = self.src.rfind(bare, start, stop) - line.index(bare)
            indexes.append(at)
            offsets.append(offset)
            at += len(line) + 1
        return Layout(indexes, offsets)

    def cell(self, content: str, number: int) -> Layout:
        """Lay the text of a table's cell back over its row: an escaped bar has lost its backslash in it."""
        row, column = self.cells
        if row != number:
            self.found.extend(self.parted(number))
        written = content.replace("|", "\\|")
        offset = self.src.find(written, column if row == number else self.starts[number])
        self.cells = (number, offset + len(written))
        bars = [match.start() for match in re.finditer(r"\|", content)]
        return Layout([0, *bars], [offset, *(offset + bar + lost for lost, bar in enumerate(bars, start=1))])

    def parted(self, number: int) -> Iterator[Segment]:
        """Yield the claims of a table's row that a bar parts, as the cells hold no whole formula."""
        begin, end = self.starts[number], self.starts[number + 1] - 1
        for start, stop, _ in delimiters.math(self.src[begin:end]):
            text = self.src[begin + start : begin + stop]
            if _BAR.search(text) and claims(text):
                yield Segment(text, [(0, begin + start)], _PARTED)

    def too_deep(self) -> Iterator[Segment]:
        """Yield what the reader left out because it stands too deep in quotations and lists, if it holds math."""
        read = 0
        for token in self.deep:
            first, last = token.map or [0, 0]
            if first < read:
                continue
            read = last
            start, stop = self.starts[first], self.starts[min(last, len(self.starts) - 1)]
            for mark in _MARK.finditer(self.src, start, stop):
                end = self.src.find("\n", mark.start())
                text = self.src[mark.start() : end if end >= 0 else len(self.src)]
                if text.startswith("$") or claims(text):
                    yield Segment(text, [(0, mark.start())], _DEEP)
                    break

    def after(self, line: int, sign: str) -> int:
        """Return the first line after `line` that holds a sign ("" for a blank line), or the number of lines."""
        if sign not in self.lines_with:
            # Without these lists a text of unclosed displays would be searched to its end once for each of them.
            found = _BLANK.finditer(self.src) if not sign else re.finditer(re.escape(sign), self.src)
            self.lines_with[sign] = [bisect_right(self.starts, match.start()) - 1 for match in found]
        lines = self.lines_with[sign]
        place = bisect_right(lines, line)
        return lines[place] if place < len(lines) else len(self.starts)


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("zero", {"html": True, "maxNesting": MAX_QUOTES}).enable(_BLOCKS)
    reader.block.ruler.before("fence", "math_lines", _display, _INTERRUPTS)
    return reader


def _display(state: Any, first: int, last: int, silent: bool) -> bool:
    r"""Keep the lines of a display together: `+ 2` in one is no list, `= 3` is no heading's underline."""
    page: _Page = state
    start, end = page.bMarks[first] + page.tShift[first], page.eMarks[first]
    if not page.src.startswith(("$", "\\"), start) or page.is_code_block(first):
        return False
    opening = _OPENING.match(page.src, start, end)
    if opening is None or (opening[1] and opening[1] not in ENVIRONMENTS):
        return False
    closed = f"\\end{{{opening[1]}}}" if opening[1] else "$$" if opening[0] == "$$" else "\\]"
    if page.src.find(closed, opening.end(), end) >= 0:
        return False
    closing = page.after(first, closed)
    if closing >= last:
        return False
    tail = page.src.find(closed, page.bMarks[closing]) + len(closed)
    gap = page.after(first, "") < closing
    between = ""
    if gap:
        # Only where both dollars stand alone is it certain that they belong together.
        own = page.src[opening.end() : end] + page.src[page.bMarks[closing] : page.eMarks[closing]]
        if closed != "$$" or own.strip() != "$$":
            return False
        between = page.getLines(first + 1, closing, page.blkIndent, keepLastLF=False)
        if "$" in between or not claims(between):
            return False
    if _MORE.search(page.src, tail, page.eMarks[closing]):
        return False
    if not silent:
        page.line = closing + 1
        token = page.push("math_gap" if gap else "math_lines", "", 0)
        token.map = [first, page.line]
        token.content = between if gap else page.getLines(first, page.line, page.blkIndent, keepLastLF=False)
    return True
