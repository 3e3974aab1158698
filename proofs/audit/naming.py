r"""Names: letters and words with their subscripts, superscripts and primes, and calls of named functions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from proofs.audit.cursor import Cursor
from proofs.audit.limits import Unread
from proofs.audit.syntax import Add, Call, Name, Node, Number
from proofs.audit.values import printed
from proofs.audit.vocabulary import KNOWN

if TYPE_CHECKING:
    from proofs.audit.lexer import Token

_GIVEN = frozenset({r"\mid", "∣"})
_TRANSPOSES = frozenset({"T", r"\mathsf{T}", r"\mathbf{T}", r"\mathtt{T}", r"\mathcal{T}"})
_INDEX_LETTERS = frozenset("ijklmnpqrst")


class Naming(Cursor, ABC):
    """The part of the parser that reads names. What a name may hold, the rest of the parser reads."""

    @abstractmethod
    def sum(self) -> Node:
        """Parse a formula without relations."""

    @abstractmethod
    def primary(self) -> Node:
        """Parse the smallest formula that starts here."""

    @abstractmethod
    def known(self, function: str, start: int) -> Node:
        """Parse the argument of a function of common knowledge."""

    def word(self) -> Node:
        """Parse a run of letters: one word, or its first letter."""
        text = self.now.text
        whole = text in self.words.words or (
            len(text) > 1
            and self.peek().text == "("
            and (text in KNOWN or text in self.words.functions or len(text) > 2)
        )
        if not whole:
            self.split(1)
        return self.named(self.take())

    def named(self, token: Token) -> Node:
        """Parse the marks and arguments after a name's base, which was just taken."""
        index: tuple[Node, ...] = ()
        base, stop, label, primes = token.value, token.stop, "", 0
        subscripted = False
        while True:
            kind = self.now.kind
            if kind == "sub" and not subscripted:
                subscripted = True
                self.take()
                found = self.index()
                if len(found) == 1 and base in self.words.pairs:
                    found = _two_indices(found[0])
                index = (*index, *found)
            elif kind == "prime":
                primes += 1
                self.take()
            elif kind == "sup" and not label and (numbered := self.numbered(base)) is not None:
                label, number = numbered
                index = (number, *index)
            elif kind == "sup" and not label and (mark := self.label(base) or self.sign_label()):
                label = mark
            else:
                break
            stop = self.tokens[self.at - 1].stop
        node = Name(token.start, stop, base, index, label, primes)
        known = token.value in KNOWN and token.value not in self.words.functions and not node.index
        if known and (self.now.text == "(" or (token.kind == "upright" and self.applies())):
            return self.known(KNOWN[token.value], token.start)
        own = self.words.letters | self.words.functions
        if (
            token.value == r"\sigma"
            and self.now.text == "("
            and r"\sigma" not in own
            and not (index or label or primes)
        ):
            return self.known("logistic", token.start)  # what every text on networks means by it
        if self.now.text == "(" and (
            token.value in self.words.functions
            or token.kind == "upright"
            or (len(token.text) > 1 and token.kind == "word")
        ):
            arguments = self.arguments()
            return Call(node.start, self.tokens[self.at - 1].stop, node, arguments)
        return node

    def applies(self) -> bool:
        r"""Whether what comes next can be an argument without parentheses: `\mathrm{softmax}[1, 2]`."""
        return self.now.kind in {"begin", "group", "number", "letter", "word", "upright", "command"} or (
            self.now.kind == "open" and self.now.value in {"[", "set"}
        )

    def label(self, base: str) -> str:
        """Take and return a superscript that is part of a name (`W^Q`), if one comes next."""
        opened = self.peek(1).kind == "group"
        token = self.peek(2) if opened else self.peek(1)
        if token.kind == "prime":
            return ""
        value = token.value if opened or token.kind != "word" else token.value[:1]
        if token.kind not in {"word", "letter", "upright"} or (opened and self.peek(3).kind != "ungroup"):
            return ""
        defined = (base, value) in self.words.labelled and value not in _TRANSPOSES
        if not defined and not (
            base not in self.words.letters and base != "e" and value[0].isupper() and value not in _TRANSPOSES
        ):
            return ""
        self.take()
        if opened:
            self.at += 3
        else:
            self.split(1)
            self.take()
        return value

    def sign_label(self) -> str:
        r"""Take and return a superscript that is a sign alone (`w^*`, `x^+`), if one comes next."""
        opened = self.peek(1).kind == "group"
        token, after = (self.peek(2), self.peek(3)) if opened else (self.peek(1), self.peek(2))
        if token.value not in {"*", "+", "-", r"\star", r"\dagger"} or token.kind not in {"operator", "letter"}:
            return ""
        if opened != (after.kind == "ungroup"):
            return ""
        if not opened and token.value != "*" and after.kind in {"number", "word", "letter", "open", "command"}:
            return ""  # x^-1 is no name
        self.at += 4 if opened else 2
        return token.value

    def numbered(self, base: str) -> tuple[str, Node] | None:
        """Take a superscript in brackets that numbers a name: `(1)`, `[l]`, `(t+1)`. Anything else is a power."""
        if base == "e" or self.peek(1).kind != "group" or self.peek(2).kind != "open":
            return None
        at = self.at
        opened = self.peek(2).text
        self.at += 3
        try:
            node = self.nested(self.sum)
            closed = self.expect("close", "").text
            self.expect("ungroup", "}")
        except Unread:
            node = None
        if node is None or not _numbers_something(node):
            self.at = at
            return None
        return opened + closed, node

    def index(self) -> tuple[Node, ...]:
        """Parse a subscript."""
        if self.now.kind != "group":
            return (self.sign_index() or self.single(),)
        self.take()
        parts: list[Node] = []
        if self.peek().kind == "ungroup" and (sign := self.sign_index()) is not None:
            parts.append(sign)
        while self.now.kind != "ungroup":
            parts.extend(self.index_signs() or [self.nested(self.sum)])
            if self.now.value in {",", ";"}:
                self.take()
            elif self.now.kind != "ungroup":
                raise self.unread("expected the end of the subscript")
        self.take()
        return tuple(parts)

    def sign_index(self) -> Node | None:
        r"""Take and return a subscript that is a sign alone (`\lambda_+`), if that is what stands here."""
        token = self.now
        if token.kind == "operator" and token.value in {"*", "+", "-"}:
            self.take()
            return Name(token.start, token.stop, token.value)
        return None

    def index_signs(self) -> list[Node]:
        """Take `ij`, `2j`, `21` or `max`, if nothing else stands there.

        Each letter is one index and so is each run of digits, but a word that is not made of index letters is
        one label.
        """
        if self.now.kind == "command" and self.peek().kind == "ungroup" and self.now.value[1:].isalpha():
            token = self.take()  # x_{\max}
            return [Name(token.start, token.stop, token.value[1:])]
        ahead = 0
        while self.peek(ahead).kind in {"number", "word"}:
            ahead += 1
        if not ahead or (self.peek(ahead).kind != "ungroup" and self.peek(ahead).value not in {",", ";"}):
            return []
        parts: list[Node] = []
        for token in self.tokens[self.at : self.at + ahead]:
            if token.kind == "number":
                parts.append(Number(token.start, token.stop, printed(token.text, token.start, token.value)))
            elif len(token.text) > 2 and not set(token.text) <= _INDEX_LETTERS:
                parts.append(Name(token.start, token.stop, token.text))
            else:
                parts.extend(Name(token.start + i, token.start + i + 1, x) for i, x in enumerate(token.text))
        self.at += ahead
        return parts

    def arguments(self) -> tuple[Node, ...]:
        """Parse `(a, b, ...)`."""
        self.expect("open", "(")
        parts: list[Node] = []
        while self.now.text != ")":
            parts.append(self.nested(self.sum))
            if self.now.value in {",", ";"} or self.now.kind == "bar" or self.now.text in _GIVEN:
                self.take()
            elif self.now.text != ")":
                raise self.unread("expected ',' or ')'")
        self.take()
        return tuple(parts)

    def is_transpose(self) -> bool:
        r"""Take `T`, `\top` or `\mathsf T` after `^`, if that is what comes next."""
        opened = self.now.kind == "group"
        token = self.peek(1) if opened else self.now
        follow = self.peek(2) if opened else self.peek(1)
        if token.kind == "word" and token.text.startswith("T") and not opened:
            self.split(1)
        elif not (token.value in _TRANSPOSES and (not opened or follow.kind == "ungroup")):
            return False
        self.at += 3 if opened else 1
        return True

    def is_degree(self) -> bool:
        r"""Take `\circ` after `^`, if that is what comes next: degrees of an angle."""
        opened = self.now.kind == "group"
        token = self.peek(1) if opened else self.now
        if token.text not in {r"\circ", "∘", "°"} or (opened and self.peek(2).kind != "ungroup"):
            return False
        self.at += 3 if opened else 1
        return True

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


def _numbers_something(node: Node) -> bool:
    """Whether a formula is a number, a letter, or a letter and a number, as in `(t+1)`."""
    if isinstance(node, Add):
        kinds = [type(term) for _, term in node.terms]
        return kinds == [Name, Number] and _numbers_something(node.terms[0][1])
    return isinstance(node, Number) or (isinstance(node, Name) and not (node.index or node.label or node.primes))


def _two_indices(part: Node) -> tuple[Node, ...]:
    """Return `21` as the indices 2 and 1: the document writes this base with two index letters."""
    if not isinstance(part, Number) or not part.printed.text.isdecimal() or len(part.printed.text) != 2:
        return (part,)
    middle = part.start + 1
    first, second = part.printed.text[0], part.printed.text[1]
    return Number(part.start, middle, printed(first)), Number(middle, part.stop, printed(second))
