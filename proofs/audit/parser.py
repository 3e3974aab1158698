r"""Tokens to chains: a precedence parser for the mathematics that worked examples use.

From loose to tight: statements (`,` `;` `\quad`), relations, sums, products with a sign (`*`, `\cdot`,
`\times`, `/`), products without one, scripts.  A product without a sign binds tighter than one with: `q \cdot
tW` is `q \cdot (tW)`, as it is read.  Nesting is counted, and beyond MAX_DEPTH refused by name: the parser
never meets Python's recursion limit.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from proofs.audit import units
from proofs.audit.brackets import CASES, MATRICES, OPENERS, signed
from proofs.audit.cursor import END
from proofs.audit.functions import Functions, is_mixed
from proofs.audit.limits import MAX_DIGITS, MAX_HEIGHT, TooDeep, Unread
from proofs.audit.signs import ABOUT
from proofs.audit.syntax import (
    Add,
    Chain,
    Entry,
    Known,
    Name,
    Node,
    Number,
    Opaque,
    Power,
    Product,
    Quotient,
    Table,
    height,
)
from proofs.audit.values import printed
from proofs.audit.vocabulary import LAYOUTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofs.audit.lexer import Token
    from proofs.audit.vocabulary import Vocabulary

_MOST_SHARED = 1_000
_SHARED: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[tuple[str, ...], tuple[str, ...]]] = {}
"""The relations of chains: most are one of a few, and a long document has many."""
_CONJUNCTIONS = frozenset({"e", "and", "y", "et", "und"})
_STATEMENT_MARKS = frozenset({"relation", "separator", "newline"})


def chains(tokens: Sequence[Token], words: Vocabulary) -> list[Chain]:
    """Return the chains of one segment; a lone formula is a chain of one member.

    Raises Unread with the reason and the place, TooDeep, TooLarge.
    """
    found, failure = read(tokens, words)
    if failure is not None:
        raise failure
    return found


def read(tokens: Sequence[Token], words: Vocabulary) -> tuple[list[Chain], Unread | None]:
    """Return the chains of one segment that could be read, and why the first of the others could not."""
    measured = units.places(tokens, words) if any(token.kind == "relation" for token in tokens) else []
    plain = units.without(tokens, measured)
    if plain is None:
        return _lines(tokens, words)
    found, failure = _lines(plain, words)
    try:
        return units.bare(found, [tokens[place].start for place in measured]), failure
    except Unread as error:
        return [], error


def _lines(tokens: Sequence[Token], words: Vocabulary) -> tuple[list[Chain], Unread | None]:
    """Return the chains of the lines that could be read, and why the first of the others could not."""
    parser = _Parser(list(tokens), words)
    found: list[Chain] = []
    failure: Unread | None = None
    while True:
        try:
            parser.segment(found)
        except Unread as error:
            failure = failure or error.with_traceback(None)
            if not parser.next_line():
                return found, failure
        else:
            return found, failure


class _Parser(Functions):
    # -- statements

    def segment(self, out: list[Chain]) -> None:
        while True:
            self.skip("separator", "newline", "align")
            if self.now is END:
                return
            if self.now.kind == "begin" and self.now.value in LAYOUTS:
                self.take()
                if self.now.text == "{":  # alignedat and array take arguments
                    self.argument_text()
                continue
            if self.now.kind == "end" and self.now.value in LAYOUTS:
                self.take()
                continue
            if self.now.kind == "quantifier":
                self.skip_statement()
                continue
            chain = self.chain()
            if self.now.value in _CONJUNCTIONS and self.is_conjunction():
                self.take()
                out.append(chain)
                continue
            ahead = self.peek()
            if self.now.value == "prose" and (
                ahead.kind == "relation" or (ahead.kind == "operator" and ahead.value != "-")
            ):
                raise self.unread("words inside arithmetic are not read")
            if self.now is not END and self.now.kind not in {"separator", "newline", "end", "quantifier"}:
                raise self.unread("expected the end of the statement")
            out.append(chain)

    def next_line(self) -> bool:
        """Go to the next line of a display that does not continue the one which could not be read, if there is one."""
        self.depth, self.bars = 0, []
        depth = 0
        for place, token in enumerate(self.tokens):
            if token.kind in {"begin", "end"} and token.value not in LAYOUTS:
                depth += 1 if token.kind == "begin" else -1
            if token.kind != "newline" or depth or place < self.at:
                continue
            after = place + 1
            while after < len(self.tokens) and self.tokens[after].kind in {"align", "newline", "separator"}:
                after += 1
            if after < len(self.tokens) and self.tokens[after].kind != "relation":
                self.at = after
                return True
        return False

    def skip_statement(self) -> None:
        while self.now is not END and self.now.kind not in {"separator", "newline"}:
            self.take()

    def chain(self) -> Chain:
        first = self.at
        members, relations, about = [self.member()], [], []
        while self.continues():
            about.append(ABOUT.get(self.now.text, ""))
            relations.append(self.take().value)
            self.skip("align", "newline")
            if self.now.kind == "relation":
                raise self.unread("expected a formula after the relation")
            members.append(self.member())
        for member in members if self.at - first > MAX_HEIGHT else ():  # each level takes a token at least
            if height(member) > MAX_HEIGHT:
                raise TooDeep(f"a formula more than {MAX_HEIGHT} levels tall", member.start)
        marks = tuple(relations), tuple(about)
        if len(_SHARED) > _MOST_SHARED:
            _SHARED.clear()
        return Chain(tuple(members), *_SHARED.setdefault(marks, marks))

    def continues(self) -> bool:
        """Whether a relation comes next, on this line or, behind a remark or none, at the start of the next one."""
        ahead = 0
        parted = crossed = False
        while (kind := self.peek(ahead).kind) in {"align", "newline", "separator"}:
            parted = parted or kind == "separator"
            crossed = crossed or kind == "newline"
            ahead += 1
        if kind != "relation" or (parted and not crossed):
            return False
        self.at += ahead
        return True

    def member(self) -> Node:
        return self.nested(self.sum)

    # -- arithmetic

    def sum(self) -> Node:
        opening = self.now
        terms: list[tuple[int, Node]] = []
        sign = self.sign()
        while True:
            terms.append((sign, self.product()))
            stop = self.tokens[self.at - 1].stop
            self.skip("align")
            if self.now.kind != "operator" or self.now.value not in {"+", "-"}:
                break
            sign = self.sign()
        if len(terms) > 1:
            first = terms[0]
            if first[0] < 0 and isinstance(first[1], Number):
                terms[0] = 1, _signed(opening, *first)  # in -3 + 4 the sign is that of the number
            return Add(opening.start, stop, tuple(terms))
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
        factors: list[Node] = [left]
        operators: list[str] = []
        while (self.now.kind == "operator" and self.now.value not in {"+", "-"}) or self.is_ratio():
            operator = "/" if self.now.value == ":" else self.now.value
            if operator in {"±", "other", "mod"}:
                raise self.unread("an operator without a known meaning here")
            self.take()
            right = self.signed_juxtaposition()
            if operator == "/" and _divides_unclear(factors[-1], right) and self.claims:
                raise Unread("a slash before factors without a sign may divide by the first or by all", right.start)
            if operator == "/":
                top = _product(first, factors[-1].stop, factors, operators)
                factors, operators = [Quotient(first, self.tokens[self.at - 1].stop, top, right)], []
            else:
                factors.append(right)
                operators.append(operator)
        return _product(first, self.tokens[self.at - 1].stop, factors, operators)

    def is_ratio(self) -> bool:
        """Whether a colon comes next that divides two numbers: `20 : 4 = 5`."""
        if self.now.value != ":" or self.now.kind != "separator" or not self.at:
            return False
        return self.tokens[self.at - 1].kind in {"number", "close"} and (
            self.peek().kind == "number" or self.peek().text == "("
        )

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
            before = factors[-1]
            if isinstance(before.base if isinstance(before, Power) else before, Number) and self.is_unit():
                raise self.unread(units.NOT_READ)
            place = self.now.start
            factors.append(self.scripted())
            if isinstance(before, Number) and is_mixed(before, factors[-1]):
                raise Unread("a number and a fraction side by side may be their product or a mixed number", place)
        return _product(first, self.tokens[self.at - 1].stop, factors, [""] * (len(factors) - 1))

    def is_conjunction(self) -> bool:
        """Whether a word parts two statements, as in `x = 1 e y = 2`: an equality stands before it and one follows."""
        if self.now.kind not in {"word", "upright"} or (self.now.value == "e" and "e" in self.words.letters):
            return False
        if self.peek().kind not in {"word", "letter", "upright"}:
            return False
        places, kinds = self.marks
        place = bisect_left(places, self.at - len(self.tokens))
        return 0 < place < len(kinds) and kinds[place - 1] == kinds[place] == "relation"

    @cached_property
    def marks(self) -> tuple[list[int], list[str]]:
        """Where the marks of statements stand, counted from the end because `split` adds tokens, and what they are."""
        found = [(place, token.kind) for place, token in enumerate(self.tokens) if token.kind in _STATEMENT_MARKS]
        return [place - len(self.tokens) for place, _ in found], [kind for _, kind in found]

    @cached_property
    def claims(self) -> bool:
        """Whether there is any relation."""
        return "relation" in self.marks[1]

    def is_unit(self) -> bool:
        r"""Whether `\text{km}`, `\Omega` or `\frac{\mathrm{m}}{...}` comes next, in a formula that claims anything."""
        place = self.at
        if self.now.value in {r"\frac", r"\tfrac", r"\dfrac"} and self.peek().kind == "group":
            place += 2
        return place < len(self.tokens) and units.is_unit(self.tokens, place, self.words) and self.claims

    def starts_factor(self) -> bool:
        token = self.now
        if token.value in _CONJUNCTIONS and self.is_conjunction():
            return False
        if token.kind == "bar":
            return not self.bars
        if token.kind == "open":
            return token.value in OPENERS
        if token.kind == "begin":
            return token.value in MATRICES
        return token.kind in {"number", "word", "letter", "upright", "command", "group"}

    # -- scripts

    def scripted(self) -> Node:
        opening = self.now.start
        node = self.primary()
        while self.now.kind in {"sup", "sub", "prime", "percent", "factorial", "transpose"} or self.now.text == "°":
            token = self.now
            if token.kind == "percent" and isinstance(node, Number):
                self.take()
                node = replace(node, printed=replace(node.printed, shift=2))
            elif token.kind == "sup":
                node = replace(self.superscript(node), start=opening)
            elif token.kind == "transpose":
                node = Known(opening, self.take().stop, "transpose", (node,))
            elif token.text == "°":
                stop = self.take().stop
                if isinstance(node, Number):
                    node = replace(node, printed=replace(node.printed, degrees=True))
                else:
                    node = Known(opening, stop, "degrees", (node,))
            elif token.kind == "factorial":
                node = Known(opening, self.take().stop, "factorial", (node,))
            elif token.kind == "prime" and isinstance(node, Table):
                node = Known(opening, self.take().stop, "transpose", (node,))
            elif token.kind == "sub":
                self.take()
                node = Entry(opening, self.tokens[self.at - 1].stop, node, self.index())
                node = replace(node, stop=self.tokens[self.at - 1].stop)
            else:
                raise self.unread("a mark without a known meaning here")
        return node

    def superscript(self, base: Node) -> Node:
        self.expect("sup", "^")
        if self.is_transpose():
            return Known(base.start, self.tokens[self.at - 1].stop, "transpose", (base,))
        if self.is_degree():
            if isinstance(base, Number):
                return replace(base, printed=replace(base.printed, degrees=True))
            return Known(base.start, self.tokens[self.at - 1].stop, "degrees", (base,))
        exponent = self.script()
        if isinstance(base, Name) and base.base == "e" and not base.index and "e" not in self.words.letters:
            return Known(base.start, self.tokens[self.at - 1].stop, "exp", (exponent,))
        return Power(base.start, self.tokens[self.at - 1].stop, base, exponent)

    # -- primaries

    def primary(self) -> Node:
        token = self.now
        match token.kind:
            case "number":
                self.take()
                return Number(token.start, token.stop, printed(token.text, token.start, token.value))
            case "word":
                return self.word()
            case "letter" | "upright" | "dots":
                return self.named(self.take())
            case "command":
                return self.command()
            case "group":
                return self.group()
            case "open" if token.value in OPENERS:
                node = self.parenthesis()
                if token.value == "set" and isinstance(node, Table):
                    return Opaque(node.start, node.stop, "sets are not read")
                return node
            case "begin" if token.value in MATRICES:
                return self.matrix()
            case "begin" if token.value in CASES:
                return self.cases()
            case "bar":
                return self.barred()
            case _:
                raise self.unread("expected a number, a name or a bracket")


def _divides_unclear(left: Node, right: Node) -> bool:
    """Whether `1/2 m` or `6/2(1+2)` stands there: half of m, or one through 2m."""
    return (
        isinstance(left, Number)
        and isinstance(right, Product)
        and isinstance(right.factors[0], Number)
        and right.operators[0] == ""
    )


def _product(first: int, stop: int, factors: list[Node], operators: list[str]) -> Node:
    if len(factors) == 1:
        return factors[0]
    number = _scientific(factors, operators)
    if number is not None:
        return number
    return Product(first, stop, tuple(factors), tuple(operators))


def _scientific(factors: list[Node], operators: list[str]) -> Number | None:
    r"""Return `1.2 \times 10^{-3}` as one printed number; what a correction replaces is the 1.2."""
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
    return replace(mantissa, printed=replace(mantissa.printed, shift=-exponent.units, power=True))


def _signed(opening: Token, sign: int, node: Node) -> Node:
    """Return `node` with a sign in front of it; a minus sign before a bare number belongs to the number."""
    if sign > 0:
        return node
    if isinstance(node, Number) and node.printed.text[0] not in "-\u2212":
        return signed(opening, node)
    return Add(opening.start, node.stop, ((-1, node),))
