r"""Everything between brackets: parentheses, tuples and lists, bars, matrices."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from proofs.audit.cursor import END
from proofs.audit.limits import MAX_CELLS, TooLarge, Unread
from proofs.audit.naming import Naming
from proofs.audit.syntax import Known, Node, Number, Table

if TYPE_CHECKING:
    from proofs.audit.lexer import Token
    from proofs.audit.vocabulary import Vocabulary

MATRICES = frozenset({"matrix", "pmatrix", "bmatrix", "Bmatrix", "Vmatrix", "smallmatrix", "array"})


class Brackets(Naming):
    """The part of the parser that reads bracketed formulas. `bars` holds the bars that are open."""

    def __init__(self, tokens: list[Token], words: Vocabulary, depth: int = 0) -> None:
        super().__init__(tokens, words, depth)
        self.bars: list[str] = []

    def parenthesis(self) -> Node:
        """Parse `( ... )`, or a tuple or list of numbers, which is a vector."""
        first = self.take()
        bars, self.bars = self.bars, []
        parts = [self.nested(self.sum)]
        self.skip("align")
        while self.now.kind == "separator" and self.now.value in {",", ";"}:
            self.take()
            parts.append(self.nested(self.sum))
            if len(parts) > MAX_CELLS:
                raise TooLarge(f"a vector of more than {MAX_CELLS:,} entries", first.start)
        if self.now.kind != "close":
            raise self.unread("expected a closing bracket")
        last = self.take()
        self.bars = bars
        if len(parts) > 1:
            return Table(first.start, last.stop, (tuple(parts),), flat=True)
        only = parts[0]
        return only if isinstance(only, (Number, Table)) else replace(only, start=first.start, stop=last.stop)

    def barred(self) -> Node:
        r"""Parse `|x|` or `\|x\|`."""
        token = self.take()
        self.bars.append(token.value)
        node = self.nested(self.sum)
        if self.now.kind != "bar" or self.now.value != token.value:
            raise self.unread(f"expected a closing {token.text}")
        self.bars.pop()
        return Known(token.start, self.take().stop, "norm" if token.value == "||" else "abs", (node,))

    def matrix(self) -> Node:
        """Parse a matrix environment. Raises TooLarge (MAX_CELLS), Unread for ragged rows."""
        opened = self.take()
        if opened.value == "array" and self.now.text == "{":
            self.argument_text()
        rows: list[tuple[Node, ...]] = []
        row: list[Node] = []
        cells = 0
        while True:
            if self.now.kind == "newline" or (self.now.kind == "end" and row):
                rows.append(tuple(row))
                row = []
            if self.now.kind == "end":
                break
            if self.now.kind in {"newline", "align"}:
                self.take()
                if self.now.kind == "end":
                    continue
            row.append(self.nested(self.sum_in_cell))
            cells += 1
            if cells > MAX_CELLS:
                raise TooLarge(f"a matrix of more than {MAX_CELLS:,} entries", opened.start)
            if self.now.kind not in {"align", "newline", "end"}:
                raise self.unread("expected '&', '\\\\' or the end of the matrix")
        closed = self.take()
        if closed.value != opened.value:
            raise Unread(f"\\begin{{{opened.value}}} ends with \\end{{{closed.value}}}", closed.start)
        if not rows or len({len(r) for r in rows}) > 1:
            raise Unread(f"a matrix with rows of lengths {sorted({len(r) for r in rows})}", opened.start)
        return Table(opened.start, closed.stop, tuple(rows))

    def sum_in_cell(self) -> Node:
        """Parse one entry: here `&` ends the formula, so it must not be skipped as alignment."""
        stop = self.at
        depth = 0
        while stop < len(self.tokens):
            kind = self.tokens[stop].kind
            if depth == 0 and kind in {"align", "newline", "end"}:
                break
            depth += (kind == "begin") - (kind == "end")
            stop += 1
        inner = type(self)(self.tokens[self.at : stop], self.words, self.depth)
        node = inner.sum()
        if inner.now is not END:
            raise inner.unread("expected the end of the entry")
        self.at = stop
        return node

    def argument_text(self) -> None:
        """Step past a group that is layout, such as the columns of an array."""
        self.expect("group", "{")
        while self.now.kind != "ungroup":
            if self.now is END:
                raise self.unread("expected '}'")
            self.take()
        self.take()
