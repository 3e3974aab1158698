"""A place in a list of tokens: looking, taking, and counting how deep the parser is nested."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofs.audit.lexer import Token
from proofs.audit.limits import MAX_DEPTH, TooDeep, Unread

if TYPE_CHECKING:
    from collections.abc import Callable

    from proofs.audit.syntax import Node
    from proofs.audit.vocabulary import Vocabulary

END = Token("end of formula", "", "", -1, -1)


class Cursor:
    """Steps through tokens; `words` is the document's notation."""

    def __init__(self, tokens: list[Token], words: Vocabulary, depth: int = 0) -> None:
        self.tokens, self.words, self.depth = tokens, words, depth
        self.at = 0

    @property
    def now(self) -> Token:
        """The next token; END after the last."""
        try:
            return self.tokens[self.at]
        except IndexError:
            return END

    def peek(self, ahead: int = 1) -> Token:
        """Return a later token."""
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else END

    def take(self) -> Token:
        """Return the next token and step past it."""
        token = self.now
        self.at += 1
        return token

    def skip(self, *kinds: str) -> None:
        """Step past tokens of these kinds."""
        while self.now.kind in kinds:
            self.at += 1

    def expect(self, kind: str, value: str) -> Token:
        """Take a token of this kind and value. Raises Unread."""
        if self.now.kind != kind or (value and self.now.value != value):
            raise self.unread(f"expected {value or kind!r}")
        return self.take()

    def unread(self, reason: str) -> Unread:
        """Return the error for what stands here, to be raised."""
        token = self.now
        found = f"{token.text!r}" if token is not END else "the end of the formula"
        last = self.tokens[-1].stop - 1 if self.tokens else None
        return Unread(f"{reason}, found {found}", token.start if token is not END else last)

    def nested(self, parse: Callable[[], Node]) -> Node:
        """Parse one level deeper. Raises TooDeep beyond MAX_DEPTH."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise TooDeep(f"nesting deeper than {MAX_DEPTH} levels", self.now.start if self.now is not END else None)
        node = parse()
        self.depth -= 1
        return node

    def split(self, length: int) -> None:
        r"""Cut the current token after `length` characters, as TeX does: `\frac12`, `x_iW`."""
        token = self.now
        if len(token.text) > length and token.kind in {"number", "word"}:
            if token.kind == "number" and not token.text.isdecimal():
                raise self.unread("a number of several signs needs braces in this place")
            head, tail = token.text[:length], token.text[length:]
            middle = token.start + length
            self.tokens[self.at : self.at + 1] = [
                Token(token.kind, head, head, token.start, middle),
                Token(token.kind, tail, tail, middle, token.stop),
            ]
