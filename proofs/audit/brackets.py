r"""Everything between brackets: parentheses, tuples and lists, bars, matrices."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING

from proofs.audit.cursor import END
from proofs.audit.limits import MAX_CELLS, TooLarge, Unread
from proofs.audit.naming import Naming
from proofs.audit.syntax import Cases, Chain, Known, Node, Number, Opaque, Table, canonical
from proofs.audit.values import printed

if TYPE_CHECKING:
    from proofs.audit.lexer import Token
    from proofs.audit.vocabulary import Vocabulary

_STARRED = frozenset({"matrix*", "pmatrix*", "bmatrix*", "Bmatrix*", "vmatrix*", "Vmatrix*"})
_NORMS = {"2": "norm", "1": "norm_1", "\\infty": "norm_max", "F": "norm_F"}
_OTHERWISE = frozenset({"otherwise", "else", "caso contrário", "senão", "sonst", "sinon", "otherwise.", "if otherwise"})
_IF = frozenset({"if", "for", "when", "se", "para", "si", "wenn", "quando"})
_CELL_ENDS = frozenset({"align", "newline", "end"})
OPENERS = frozenset({"(", "[", "set", "angle", "floor", "ceil"})
_CLOSERS = {"angle": "angle", "floor": "floor", "ceil": "ceil"}
CASES = frozenset({"cases", "dcases", "rcases"})
MATRICES = frozenset(
    {"matrix", "pmatrix", "bmatrix", "Bmatrix", "Vmatrix", "smallmatrix", "vmatrix", "array", *_STARRED}
)


class Brackets(Naming):
    """The part of the parser that reads bracketed formulas. `bars` holds the bars that are open."""

    @abstractmethod
    def chain(self) -> Chain:
        """Parse formulas joined by relations."""

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
        if self.now.kind != "close" or (first.value in _CLOSERS and self.now.value != first.value):
            raise self.unread("expected a closing bracket")
        last = self.take()
        self.bars = bars
        if first.value in {"floor", "ceil"}:
            return Known(first.start, last.stop, first.value, tuple(parts))
        if first.value == "angle" and len(parts) == 2:
            return Known(first.start, last.stop, "inner", tuple(parts))
        if len(parts) > 1 or (first.value == "[" and isinstance(parts[0], Table) and parts[0].flat):
            return _nested_rows(first.start, last.stop, parts) or Table(
                first.start, last.stop, (tuple(parts),), flat=True
            )
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
        closed = self.take()
        function, stop = "norm" if token.value == "||" else "abs", closed.stop
        if function == "norm" and self.now.kind == "sub":
            self.take()
            which = self.index()
            stop = self.tokens[self.at - 1].stop
            function = _NORMS.get(canonical(which[0]), "") if len(which) == 1 else ""
            if not function:
                raise Unread("a norm of this kind is not read", token.start)
        return Known(token.start, stop, function, (node,))

    def cases(self) -> Node:
        r"""Parse `\begin{cases} value & condition \\ ... \end{cases}`; a condition that is not read stays open."""
        opened = self.take()
        rows: list[tuple[Node, Chain | None]] = []
        while self.now.kind != "end":
            if self.now is END:
                raise self.unread("expected the end of the cases")
            value = self.nested(self.sum_in_cell)
            self.skip("align", "separator")
            rows.append((value, self.condition()))
            self.skip("newline")
        closed = self.take()
        if closed.value != opened.value or not rows:
            raise Unread(f"\\begin{{{opened.value}}} ends with \\end{{{closed.value}}}", closed.start)
        return Cases(opened.start, closed.stop, tuple(rows))

    def condition(self) -> Chain | None:
        """Parse the condition of one case, to the end of its line; None for "otherwise"."""
        stop, depth = self.at, 0
        while stop < len(self.tokens):
            token = self.tokens[stop]
            if depth == 0 and token.kind in {"newline", "end"}:
                break
            depth += (token.kind == "begin") - (token.kind == "end")
            stop += 1
        own = [token for token in self.tokens[self.at : stop] if token.kind not in {"separator", "align"}]
        first, self.at = self.now, stop
        if not own or (len(own) == 1 and own[0].kind == "upright" and own[0].value.lower() in _OTHERWISE):
            return None
        if own[0].kind == "upright" and own[0].value.lower() in _IF:
            own = own[1:]
        inner = type(self)(own, self.words, self.depth)
        try:
            chain = inner.chain()
        except Unread:
            chain = None
        if chain is None or inner.now is not END or len(chain.members) < 2:
            unread = Opaque(first.start, first.stop, "the condition of a case is not read")
            return Chain((unread,), ())
        return chain

    def matrix(self) -> Node:
        """Parse a matrix environment. Raises TooLarge (MAX_CELLS), Unread for ragged rows."""
        opened = self.take()
        if opened.value == "array" and self.now.text == "{":
            self.argument_text()
        elif opened.value in _STARRED and self.now.value == "[":
            while self.now.kind != "close":
                if self.now is END:
                    raise self.unread("expected ']'")
                self.take()
            self.take()
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
            row.append(self.number_cell() or self.nested(self.sum_in_cell))
            cells += 1
            if cells > MAX_CELLS:
                raise TooLarge(f"a matrix of more than {MAX_CELLS:,} entries", opened.start)
            if self.now.kind not in {"align", "newline", "end"}:
                raise self.unread("expected '&', '\\\\' or the end of the matrix")
        closed = self.take()
        if closed.value != opened.value:
            raise Unread(f"\\begin{{{opened.value}}} ends with \\end{{{closed.value}}}", closed.start)
        if not rows or len({len(r) for r in rows}) > 1 or not rows[0]:
            raise Unread(f"a matrix with rows of lengths {sorted({len(r) for r in rows})}", opened.start)
        table = Table(opened.start, closed.stop, tuple(rows))
        return Known(opened.start, closed.stop, "det", (table,)) if opened.value.startswith("vmatrix") else table

    def number_cell(self) -> Number | None:
        """Take an entry that is a lone number, the common case; else nothing."""
        at, tokens = self.at, self.tokens
        sign = tokens[at] if at < len(tokens) and tokens[at].value == "-" else None
        at += sign is not None
        if at + 1 >= len(tokens) or tokens[at].kind != "number" or tokens[at + 1].kind not in _CELL_ENDS:
            return None
        token = tokens[at]
        self.at = at + 1
        number = Number(token.start, token.stop, printed(token.text, token.start, token.value))
        return number if sign is None else signed(sign, number)

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


def signed(sign: Token, number: Number) -> Number:
    """Return a number with the minus sign in front of it."""
    p = number.printed
    return Number(sign.start, number.stop, replace(p, text=sign.text + p.text, units=-p.units), number.start)


def _nested_rows(start: int, stop: int, parts: list[Node]) -> Table | None:
    """Return `[[1, 2], [3, 4]]` as the matrix with these rows, None if the parts are no lists of one length."""
    rows = [part.rows[0] for part in parts if isinstance(part, Table) and part.flat]
    if len(rows) != len(parts) or len({len(row) for row in rows}) > 1:
        return None
    return Table(start, stop, tuple(rows))
