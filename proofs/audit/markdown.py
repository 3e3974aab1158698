r"""Markdown to math segments, each of which knows where every one of its characters came from.

markdown-it-py finds the blocks; its dollar-math rules find `$...$` and `$$...$$`.  Code, comments and escaped
dollars are left alone by the same rules that leave them alone when the text is rendered.  The parser reports
no positions inside a line, so the math rules are wrapped to keep theirs, and inline text is laid back over
its lines.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath.index import math_block_dollar, math_inline_dollar

from proofs.audit.limits import MAX_QUOTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

    from proofs.audit.source import Source

# Links, images and emphasis are not read: math inside them is found all the same, and their rules are the
# ones whose cost is not linear.
_BLOCKS = [
    "table",
    "code",
    "fence",
    "blockquote",
    "hr",
    "list",
    "reference",
    "html_block",
    "heading",
    "lheading",
]
_INLINES = ["escape", "backticks", "html_inline"]
_INTERRUPTS: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}

_BRACKETS = r"math in \(...\) or \[...\] is not math in Markdown; write $...$ or $$...$$"
_DEEP = "it stands too deep in quotations and lists"

Origins = list[tuple[int, int]]


@dataclass(frozen=True)
class Segment:
    """One piece of math, without its dollars.

    Attributes: text; origins, pairs (index in text, offset in the document): from each index on, both run in
    step; problem: why it cannot be read, if its place alone says so.
    """

    text: str
    origins: Origins
    problem: str = ""

    def offset(self, index: int) -> int:
        """Return the document offset of the character at `index` (the end is allowed)."""
        at, offset = self.origins[bisect_right(self.origins, (index, 1 << 62)) - 1]
        return offset + index - at


@dataclass(frozen=True)
class _Page:
    """The document's lines, and where each begins: for the reader (line ends of one sign), and really."""

    lines: list[str]
    starts: list[int]
    source_starts: tuple[int, ...]

    def offset(self, reader_offset: int) -> int:
        line = bisect_right(self.starts, reader_offset) - 1
        return self.source_starts[line] + reader_offset - self.starts[line]


def segments(source: Source) -> list[Segment]:
    """Return the math segments of a Markdown document, in order."""
    text = re.sub(r"\r\n|\r", "\n", source.text)
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    page = _Page(lines, starts, source.starts)
    found: list[Segment] = []
    cells: dict[int, int] = {}
    before = ""
    deep = 0
    for token in _reader(lines).parse(text):
        cell = before in {"th_open", "td_open"}
        before = token.type
        if token.level >= MAX_QUOTES - 1 and token.nesting == 1 and token.map and token.map[0] >= deep:
            deep = token.map[1]
            lost = _too_deep(token, page)
            if lost is not None:
                found.append(lost)
        elif token.type == "math_block":
            found.append(_display(token, page))
        elif token.type == "inline" and token.map and any(child.meta for child in token.children or ()):
            origins = list(_laid_back(token, page, cells if cell else None))
            found.extend(_inline(token, origins))
    return [segment for segment in found if segment.text.strip()]


def _too_deep(token: Token, page: _Page) -> Segment | None:
    """Return what the reader left out because it stands too deep in quotations and lists, if it holds math."""
    first, last = token.map or (0, 0)
    for number in range(first, min(last, len(page.lines))):
        column = page.lines[number].find("$")
        if column >= 0:
            text = page.lines[number][column:]
            return Segment(text, [(0, page.source_starts[number] + column)], _DEEP)
    return None


def _reader(lines: list[str]) -> MarkdownIt:
    reader = MarkdownIt("zero", {"html": True, "maxNesting": MAX_QUOTES}).enable([*_BLOCKS, *_INLINES])
    inline = math_inline_dollar(allow_space=True, allow_digits=True, allow_double=True)
    reader.inline.ruler.before("escape", "math_brackets", _bracketed())
    block = math_block_dollar(allow_labels=False, allow_blank_lines=False)
    reader.inline.ruler.before("escape", "math_inline", _keeping_inline(inline))
    reader.block.ruler.before("fence", "math_block", _keeping_block(block, lines), _INTERRUPTS)
    return reader


def _bracketed() -> Callable[[StateInline, bool], bool]:
    r"""Return the rule that finds `\(...\)` and `\[...\]`, which Markdown shows as plain brackets."""

    def found(state: StateInline, silent: bool) -> bool:
        start = state.pos
        opened = state.src[start : start + 2]
        close = {r"\(": r"\)", r"\[": r"\]"}.get(opened)
        if close is None:
            return False
        # Searched to the next opening sign at most: a text of unclosed ones costs no more than its length.
        again = state.src.find(opened, start + 2)
        stop = state.src.find(close, start + 2, again if again >= 0 else len(state.src))
        content = state.src[start + 2 : stop] if stop >= 0 else ""
        if "$" in content or "=" not in content or not any(map(str.isdigit, content)):
            return False
        if not silent:
            token = state.push("math_brackets", "", 0)
            token.content, token.markup = content, opened
            token.meta = {"at": start + 2}
        state.pos = stop + 2
        return True

    return found


def _keeping_inline(rule: Callable[[StateInline, bool], bool]) -> Callable[[StateInline, bool], bool]:
    def kept(state: StateInline, silent: bool) -> bool:
        start = state.pos
        matched = rule(state, silent)
        if matched and not silent:
            state.tokens[-1].meta = {"at": start + len(state.tokens[-1].markup)}
        return matched

    return kept


def _keeping_block(rule: Callable[..., bool], lines: list[str]) -> Callable[[StateBlock, int, int, bool], bool]:
    # Without these lists a text of unclosed displays would be searched to its end once for each of them.
    closing = [number for number, line in enumerate(lines) if line.rstrip().endswith("$$")]
    blank = [number for number, line in enumerate(lines) if not line.strip(" \t>")]

    def closes(first: int) -> bool:
        after = first if lines[first].count("$$") > 1 else first + 1
        place, gap = bisect_left(closing, after), bisect_left(blank, after)
        return place < len(closing) and (gap == len(blank) or closing[place] < blank[gap])

    def kept(state: StateBlock, first: int, last: int, silent: bool) -> bool:
        if "$$" not in lines[first] or not closes(first):
            return False
        opened = state.bMarks[first] + state.tShift[first] + 2
        line, tokens = state.line, len(state.tokens)
        matched: bool = rule(state, first, last, silent)
        if matched and silent:  # the wrapped rule acts even when it is only asked
            state.line = line
            del state.tokens[tokens:]
        elif matched:
            later = [state.bMarks[number] for number in range(first + 1, state.line)]
            state.tokens[-1].meta = {"starts": [opened, *later]}
        return matched

    return kept


def _display(token: Token, page: _Page) -> Segment:
    origins: Origins = []
    at = 0
    for line, start in zip(token.content.split("\n"), token.meta["starts"], strict=True):
        origins.append((at, page.offset(start)))
        at += len(line) + 1
    return Segment(token.content, origins)


def _laid_back(token: Token, page: _Page, cells: dict[int, int] | None) -> Iterator[tuple[int, int]]:
    """Yield the origins of a block's inline text, line by line.

    A line of it is the end of a source line after its quotation marks and indentation, or, in a table, one of
    the cells of the row (where an escaped bar has lost its backslash); `cells` remembers how far each row was
    read.
    """
    assert token.map is not None  # noqa: S101 - the caller looked
    at = 0
    for number, line in enumerate(token.content.split("\n"), start=token.map[0]):
        source_line = page.lines[number]
        bare = line.strip()
        column = source_line.rfind(bare)
        indent = len(line) - len(line.lstrip())
        if cells is not None:
            written = bare.replace("|", "\\|")
            column = source_line.find(written, cells.get(number, 0))
            cells[number] = column + len(written)
            for piece in _bars(bare, column):
                yield (at + indent + piece[0], page.source_starts[number] + piece[1])
        else:
            yield (at + indent, page.source_starts[number] + column)
        at += len(line) + 1


def _bars(cell: str, column: int) -> Iterator[tuple[int, int]]:
    yield (0, column)
    for escaped, match in enumerate(re.finditer(r"\|", cell), start=1):
        yield (match.start(), column + match.start() + escaped)


def _inline(token: Token, origins: Origins) -> Iterator[Segment]:
    indexes = [index for index, _ in origins]
    for child in token.children or ():
        if "at" not in child.meta:
            continue
        start, stop = child.meta["at"], child.meta["at"] + len(child.content)
        run = slice(bisect_right(indexes, start) - 1, bisect_left(indexes, stop))
        own = [(max(index - start, 0), offset + max(start - index, 0)) for index, offset in origins[run]]
        yield Segment(child.content, own, _BRACKETS if child.type == "math_brackets" else "")
