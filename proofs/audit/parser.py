r"""Tokens to chains: a precedence parser for the mathematics that worked examples use.

From loose to tight: statements (`,` `;` `\quad`), relations, sums, products with a sign (`*`, `\cdot`, `\times`,
`/`), products without one, scripts.  A product without a sign binds tighter than one with: `q \cdot tW` is
`q \cdot (tW)`, as it is read.  Nesting is counted, and beyond MAX_DEPTH refused by name: the parser never meets
Python's recursion limit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from proofs.audit.lexer import Token
from proofs.audit.limits import MAX_CELLS, MAX_DEPTH, MAX_DIGITS, TooDeep, TooLarge, Unread
from proofs.audit.syntax import (
    Add,
    Call,
    Chain,
    Known,
    Name,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Repeated,
    Table,
)
from proofs.audit.values import printed
from proofs.audit.vocabulary import KNOWN, Vocabulary

_MATRICES = frozenset("matrix pmatrix bmatrix Bmatrix Vmatrix smallmatrix array".split())
_LAYOUTS = frozenset("aligned align align* gather gathered gather* equation equation* split eqnarray eqnarray*".split())
_INDEX_LETTERS = frozenset("ijklmnpqrst")
_BARE_FUNCTIONS = {rf"\{name}": name for name in "exp ln log sin cos tan sinh cosh tanh max min".split()}
_END = Token("end of formula", "", "", -1, -1)


def chains(tokens: Sequence[Token], words: Vocabulary) -> list[Chain]:
    """Return the chains of one segment; a lone formula is a chain of one member.

    Raises Unread with the reason and the place, TooDeep, TooLarge.
    """
    return _Parser(list(tokens), words).segment()


class _Parser:
    def __init__(self, tokens: list[Token], words: Vocabulary) -> None:
        self.tokens, self.words = tokens, words
        self.at = 0
        self.depth = 0
        self.bars: list[str] = []

    # -- reading tokens -------------------------------------------------------------------------------------

    @property
    def now(self) -> Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _END

    def peek(self, ahead: int = 1) -> Token:
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else _END

    def take(self) -> Token:
        token = self.now
        self.at += 1
        return token

    def skip(self, *kinds: str) -> None:
        while self.now.kind in kinds:
            self.at += 1

    def expect(self, kind: str, value: str) -> Token:
        if self.now.kind != kind or (value and self.now.value != value):
            raise self.unread(f"expected {value or kind!r}")
        return self.take()

    def unread(self, reason: str) -> Unread:
        token = self.now
        found = f"{token.text!r}" if token is not _END else "the end of the formula"
        last = self.tokens[-1].stop - 1 if self.tokens else None
        return Unread(f"{reason}, found {found}", token.start if token is not _END else last)

    def nested(self, parse: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise TooDeep(f"nesting deeper than {MAX_DEPTH} levels", self.now.start if self.now is not _END else None)
        node = parse()
        self.depth -= 1
        return node

    def split(self, length: int) -> None:
        """Cut the current token after `length` characters, as TeX does: `\frac12`, `x_iW`."""
        token = self.now
        if len(token.text) > length and token.kind in {"number", "word"}:
            head, tail = token.text[:length], token.text[length:]
            middle = token.start + length
            self.tokens[self.at : self.at + 1] = [
                Token(token.kind, head, head, token.start, middle),
                Token(token.kind, tail, tail, middle, token.stop),
            ]

    # -- statements -----------------------------------------------------------------------------------------

    def segment(self) -> list[Chain]:
        out: list[Chain] = []
        while True:
            self.skip("separator", "newline", "align")
            if self.now is _END:
                return out
            if self.now.kind == "begin" and self.now.value in _LAYOUTS:
                self.take()
                if self.now.text == "{":  # alignedat and array take arguments
                    self.argument_text()
                continue
            if self.now.kind == "end" and self.now.value in _LAYOUTS:
                self.take()
                continue
            if self.now.kind == "quantifier":
                self.skip_statement()
                continue
            out.append(self.chain())
            if self.now is not _END and self.now.kind not in {"separator", "newline", "end", "quantifier"}:
                raise self.unread("expected the end of the statement")

    def skip_statement(self) -> None:
        while self.now is not _END and self.now.kind not in {"separator", "newline"}:
            self.take()

    def chain(self) -> Chain:
        members, relations = [self.member()], []
        while self.continues():
            relations.append(self.take().value)
            self.skip("align", "newline")
            if self.now.kind == "relation":
                raise self.unread("expected a formula after the relation")
            members.append(self.member())
        return Chain(tuple(members), tuple(relations))

    def continues(self) -> bool:
        """Whether a relation comes next, on this line or at the start of the next one of a display."""
        ahead = 0
        while self.peek(ahead).kind in {"align", "newline"}:
            ahead += 1
        if self.peek(ahead).kind != "relation":
            return False
        self.at += ahead
        return True

    def member(self) -> Node:
        return self.nested(self.sum)

    # -- arithmetic -----------------------------------------------------------------------------------------

    def sum(self) -> Node:
        opening = self.now
        terms: list[tuple[int, Node]] = []
        sign = self.sign()
        while True:
            terms.append((sign, self.product()))
            self.skip("align")
            if self.now.kind != "operator" or self.now.value not in {"+", "-"}:
                break
            sign = self.sign()
        if len(terms) > 1:
            return Add(opening.start, terms[-1][1].stop, tuple(terms))
        return _signed(opening, *terms[0])

    def sign(self) -> int:
        sign = 1
        while self.now.kind == "operator" and self.now.value in {"+", "-"}:
            sign = -sign if self.take().value == "-" else sign
            self.skip("align")
        return sign

    def product(self) -> Node:
        first = self.now.start
        left = self.signed_juxtaposition()
        factors, operators = [left], []
        while self.now.kind == "operator" and self.now.value not in {"+", "-"}:
            operator = self.now.value
            if operator in {"±", "other"}:
                raise self.unread("an operator without a known meaning here")
            self.take()
            right = self.signed_juxtaposition()
            if operator == "/":
                top = _product(first, factors, operators)
                factors, operators = [Quotient(first, right.stop, top, right)], []
            else:
                factors.append(right)
                operators.append(operator)
        return _product(first, factors, operators)

    def signed_juxtaposition(self) -> Node:
        self.skip("align")
        if self.now.kind == "operator" and self.now.value in {"+", "-"}:
            opening = self.now
            return _signed(opening, self.sign(), self.juxtaposition())
        return self.juxtaposition()

    def juxtaposition(self) -> Node:
        first = self.now.start
        factors = [self.scripted()]
        while self.starts_factor():
            if self.now.kind == "number" and isinstance(factors[-1], Number):
                raise self.unread("two numbers side by side")
            factors.append(self.scripted())
        return _product(first, factors, [""] * (len(factors) - 1))

    def starts_factor(self) -> bool:
        token = self.now
        if token.kind == "bar":
            return not self.bars
        if token.kind == "open":
            return token.value in {"(", "[", "set"}
        if token.kind == "begin":
            return token.value in _MATRICES
        return token.kind in {"number", "word", "letter", "upright", "command", "group"}

    # -- scripts ----------------------------------------------------------------------------------------------

    def scripted(self) -> Node:
        node = self.primary()
        while self.now.kind in {"sup", "sub", "prime", "percent", "factorial", "transpose"}:
            token = self.now
            if token.kind == "percent" and isinstance(node, Number):
                node = replace(node, stop=self.take().stop, printed=replace(node.printed, shift=2))
            elif token.kind == "sup":
                node = self.superscript(node)
            elif token.kind == "transpose":
                node = Known(node.start, self.take().stop, "transpose", (node,))
            else:
                raise self.unread("a mark without a known meaning here")
        return node

    def superscript(self, base: Node) -> Node:
        self.expect("sup", "^")
        if self.is_transpose():
            return Known(base.start, self.tokens[self.at - 1].stop, "transpose", (base,))
        exponent = self.script()
        if isinstance(base, Name) and base.base == "e" and not base.index and "e" not in self.words.letters:
            return Known(base.start, exponent.stop, "exp", (exponent,))
        return Power(base.start, exponent.stop, base, exponent)

    def is_transpose(self) -> bool:
        """Take `T`, `\\top` or `\\mathsf T` after `^`, if that is what comes next."""
        opened = self.now.kind == "group"
        token = self.peek(1) if opened else self.now
        follow = self.peek(2) if opened else self.peek(1)
        if token.kind == "word" and token.text.startswith("T") and not opened:
            self.split(1)
        elif not (token.value == "T" and (not opened or follow.kind == "ungroup")):
            return False
        self.at += 3 if opened else 1
        return True

    def script(self) -> Node:
        """Parse what stands in a superscript: a group, or one sign."""
        if self.now.kind == "group":
            return self.group()
        return self.single()

    def single(self) -> Node:
        """Parse the one sign that TeX takes as a script or argument without braces."""
        self.split(1)
        token = self.now
        if token.kind in {"word", "letter", "upright"}:
            self.take()
            return Name(token.start, token.stop, token.value)
        if token.kind not in {"number", "command"}:
            raise self.unread("expected one sign or a group")
        return self.nested(self.primary)

    def group(self) -> Node:
        self.expect("group", "{")
        node = self.nested(self.sum)
        self.skip("align")
        self.expect("ungroup", "}")
        return node

    # -- primaries ----------------------------------------------------------------------------------------------

    def primary(self) -> Node:
        token = self.now
        match token.kind:
            case "number":
                self.take()
                return Number(token.start, token.stop, printed(token.text, token.start))
            case "word":
                return self.word()
            case "letter" | "upright" | "dots":
                return self.named(self.take())
            case "command":
                return self.command()
            case "group":
                return self.group()
            case "open" if token.value in {"(", "[", "set"}:
                return self.parenthesis()
            case "begin" if token.value in _MATRICES:
                return self.matrix()
            case "bar":
                return self.barred()
            case _:
                raise self.unread("expected a number, a name or a bracket")

    def word(self) -> Node:
        text = self.now.text
        whole = text in self.words.words or (
            len(text) > 1 and self.peek().text == "(" and (text in KNOWN or text in self.words.functions or len(text) > 2)
        )
        if not whole:
            self.split(1)
        return self.named(self.take())

    def named(self, token: Token) -> Node:
        node = Name(token.start, token.stop, token.value)
        while True:
            if self.now.kind == "prime":
                node = replace(node, primes=node.primes + 1, stop=self.take().stop)
            elif self.now.kind == "sub" and not node.index:
                self.take()
                index = self.index()
                if len(index) == 1 and node.base in self.words.pairs:
                    index = _two_indices(index[0])
                node = replace(node, index=index, stop=self.tokens[self.at - 1].stop)
            elif self.now.kind == "sup" and not node.label and (mark := self.label(node.base)):
                node = replace(node, label=node.label + mark, stop=self.tokens[self.at - 1].stop)
            else:
                break
        if self.now.text == "(":
            if token.value in KNOWN and token.value not in self.words.functions and not node.index:
                return self.known(KNOWN[token.value], token.start)
            if token.value in self.words.functions or token.kind == "upright" or len(token.text) > 1 and token.kind == "word":
                arguments = self.arguments()
                return Call(node.start, self.tokens[self.at - 1].stop, node, arguments)
        return node

    def label(self, base: str) -> str:
        """Take a superscript that is part of a name (`W^Q`), and return it; take and return nothing otherwise."""
        opened = self.peek(1).kind == "group"
        token = self.peek(2) if opened else self.peek(1)
        if token.kind == "prime":
            return ""
        value = token.value if opened or token.kind != "word" else token.value[:1]
        if token.kind not in {"word", "letter", "upright"} or (opened and self.peek(3).kind != "ungroup"):
            return ""
        defined = (base, value) in self.words.labelled
        if not defined and not (base not in self.words.letters and base != "e" and value[0].isupper() and value != "T"):
            return ""
        self.take()
        if opened:
            self.at += 3
        else:
            self.split(1)
            self.take()
        return value

    def index(self) -> tuple[Node, ...]:
        if self.now.kind != "group":
            return (self.single(),)
        self.take()
        parts: list[Node] = []
        while self.now.kind != "ungroup":
            parts.extend(self.index_signs() or [self.nested(self.sum)])
            if self.now.value in {",", ";"}:
                self.take()
            elif self.now.kind != "ungroup":
                raise self.unread("expected the end of the subscript")
        self.take()
        return tuple(parts)

    def index_signs(self) -> list[Node]:
        """Take `ij`, `2j`, `21` or `max`, if nothing else stands there.

        Each letter is one index and so is each run of digits, but a word that is not made of index letters is one label.
        """
        ahead = 0
        while self.peek(ahead).kind in {"number", "word"}:
            ahead += 1
        if not ahead or (self.peek(ahead).kind != "ungroup" and self.peek(ahead).value not in {",", ";"}):
            return []
        parts: list[Node] = []
        for token in self.tokens[self.at : self.at + ahead]:
            if token.kind == "number":
                parts.append(Number(token.start, token.stop, printed(token.text, token.start)))
            elif len(token.text) > 2 and not set(token.text) <= _INDEX_LETTERS:
                parts.append(Name(token.start, token.stop, token.text))
            else:
                parts.extend(Name(token.start + i, token.start + i + 1, x) for i, x in enumerate(token.text))
        self.at += ahead
        return parts

    def arguments(self) -> tuple[Node, ...]:
        self.expect("open", "(")
        parts: list[Node] = []
        while self.now.text != ")":
            parts.append(self.nested(self.sum))
            if self.now.value in {",", ";"} or self.now.kind == "bar":
                self.take()
            elif self.now.text != ")":
                raise self.unread("expected ',' or ')'")
        self.take()
        return tuple(parts)

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
        token = self.take()
        self.bars.append(token.value)
        node = self.nested(self.sum)
        if self.now.kind != "bar" or self.now.value != token.value:
            raise self.unread(f"expected a closing {token.text}")
        self.bars.pop()
        return Known(token.start, self.take().stop, "norm" if token.value == "||" else "abs", (node,))

    def command(self) -> Node:
        token = self.now
        if token.value in {r"\frac", r"\dfrac", r"\tfrac", r"\cfrac"}:
            self.take()
            top, bottom = self.script(), self.script()
            return Quotient(token.start, self.tokens[self.at - 1].stop, top, bottom)
        if token.value == r"\sqrt":
            return self.square_root()
        if token.value in {r"\sum", r"\prod"}:
            return self.repeated()
        if token.value in _BARE_FUNCTIONS:
            self.take()
            return self.known(_BARE_FUNCTIONS[token.value], token.start)
        raise self.unread("a command without a known meaning here")

    def square_root(self) -> Node:
        token = self.take()
        if self.now.text == "[":
            raise self.unread("roots other than square roots are not read")
        argument = self.script()
        return Known(token.start, self.tokens[self.at - 1].stop, "sqrt", (argument,))

    def known(self, function: str, start: int) -> Node:
        if self.now.kind in {"sub", "sup"}:
            raise self.unread(f"a script on {function} is not read")
        if self.now.text == "(" or self.now.value == "[":
            opened = self.now
            arguments = self.arguments() if opened.text == "(" else (self.parenthesis(),)
        elif self.now.kind == "group":
            arguments = (self.group(),)
        else:
            arguments = (self.nested(self.juxtaposition),)
        return Known(start, self.tokens[self.at - 1].stop, function, arguments)

    def repeated(self) -> Node:
        token = self.take()
        kind = token.value[1:]
        low = high = None
        variable = ""
        for _ in range(2):
            if self.now.kind == "sub" and low is None:
                self.take()
                self.expect("group", "{")
                variable = self.now.value
                if self.now.kind not in {"word", "letter"} or len(self.now.text) > 1:
                    raise self.unread(f"expected the index letter of the {kind} sign")
                self.take()
                self.expect("relation", "=")
                low = self.nested(self.sum)
                self.expect("ungroup", "}")
            elif self.now.kind == "sup" and high is None:
                self.take()
                high = self.script()
        if low is None or high is None:
            raise self.unread(f"expected both bounds of the {kind} sign")
        body = self.nested(self.product)
        return Repeated(token.start, body.stop, kind, variable, low, high, body)

    def matrix(self) -> Node:
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
        inner = _Parser(self.tokens[self.at : stop], self.words)
        inner.depth = self.depth
        node = inner.sum()
        if inner.now is not _END:
            raise inner.unread("expected the end of the entry")
        self.at = stop
        return node

    def argument_text(self) -> None:
        self.expect("group", "{")
        while self.now.kind != "ungroup":
            if self.now is _END:
                raise self.unread("expected '}'")
            self.take()
        self.take()


def _product(first: int, factors: list[Node], operators: list[str]) -> Node:
    if len(factors) == 1:
        return factors[0]
    number = _scientific(factors, operators)
    if number is not None:
        return number
    return Product(first, factors[-1].stop, tuple(factors), tuple(operators))


def _two_indices(part: Node) -> tuple[Node, ...]:
    """Return `21` as the indices 2 and 1: the document writes this base with two index letters."""
    if not isinstance(part, Number) or not part.printed.text.isdecimal() or len(part.printed.text) != 2:
        return (part,)
    middle = part.start + 1
    first, second = part.printed.text
    return Number(part.start, middle, printed(first)), Number(middle, part.stop, printed(second))


def _scientific(factors: list[Node], operators: list[str]) -> Number | None:
    """Return `1.2 \\times 10^{-3}` as one printed number; what a correction replaces is the 1.2."""
    if len(factors) != 2 or operators[0] not in {"times", "cdot"}:
        return None
    mantissa, power = factors
    if not (isinstance(mantissa, Number) and isinstance(power, Power) and not mantissa.printed.shift):
        return None
    if not (isinstance(power.base, Number) and isinstance(power.exponent, Number)):
        return None
    ten, exponent = power.base.printed, power.exponent.printed
    if ten.text != "10" or exponent.places or abs(exponent.units) > MAX_DIGITS:
        return None
    return replace(mantissa, printed=replace(mantissa.printed, shift=-exponent.units))


def _signed(opening: Token, sign: int, node: Node) -> Node:
    """Return `node` with a sign in front of it; a minus sign before a bare number belongs to the number."""
    if sign > 0:
        return node
    if isinstance(node, Number) and node.printed.text[0] not in "-\u2212":
        p = node.printed
        return Number(opening.start, node.stop, replace(p, text=opening.text + p.text, units=-p.units))
    return Add(opening.start, node.stop, ((-1, node),))
