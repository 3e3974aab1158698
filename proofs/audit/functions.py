r"""Functions of common knowledge, and the signs of sums and products, with their scripts and arguments."""

from __future__ import annotations

from abc import abstractmethod

from proofs.audit.brackets import MATRICES, Brackets
from proofs.audit.syntax import Add, Known, Name, Node, Number, Opaque, Power, Quotient, Repeated, children
from proofs.audit.values import printed

BARE_FUNCTIONS = {
    rf"\{name}": name
    for name in [
        *("exp", "ln", "lg", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "max", "min", "det"),
        *("arcsin", "arccos", "arctan"),
    ]
}
_FRACTIONS = frozenset({r"\frac", r"\dfrac", r"\tfrac", r"\cfrac"})
_AT_MOST = frozenset({"≤", r"\le", r"\leq", r"\leqslant"})
_BELOW = frozenset({"<", r"\lt"})


class Functions(Brackets):
    """The part of the parser that reads functions, fractions, roots, sums and products."""

    @abstractmethod
    def juxtaposition(self) -> Node:
        """Parse factors without a sign between them."""

    @abstractmethod
    def product(self) -> Node:
        """Parse factors with or without a sign between them."""

    def command(self) -> Node:
        """Parse what a command begins. Raises Unread if it is not known."""
        token = self.now
        if token.value in _FRACTIONS:
            self.take()
            top, bottom = self.script(), self.script()
            return Quotient(token.start, self.tokens[self.at - 1].stop, top, bottom)
        if token.value == r"\binom":
            self.take()
            top, bottom = self.script(), self.script()
            return Known(token.start, self.tokens[self.at - 1].stop, "binom", (top, bottom))
        if token.value == r"\sqrt":
            return self.root()
        if token.value in {r"\sum", r"\prod"}:
            return self.repeated()
        if token.value in BARE_FUNCTIONS:
            self.take()
            return self.known(BARE_FUNCTIONS[token.value], token.start)
        raise self.unread("a command without a known meaning here")

    def script(self) -> Node:
        """Parse what stands in a script or after a fraction: a group, or one sign."""
        if self.now.kind == "group":
            return self.group()
        return self.single()

    def group(self) -> Node:
        """Parse `{ ... }`."""
        self.expect("group", "{")
        node = self.nested(self.sum)
        self.skip("align")
        self.expect("ungroup", "}")
        return node

    def root(self) -> Node:
        r"""Parse `\sqrt{x}` or `\sqrt[3]{x}`."""
        token = self.take()
        degree: Node | None = None
        if self.now.value == "[":
            self.take()
            degree = self.nested(self.sum)
            self.expect("close", "]")
        argument = self.script()
        stop = self.tokens[self.at - 1].stop
        if degree is None:
            return Known(token.start, stop, "sqrt", (argument,))
        return Known(token.start, stop, "root", (argument, degree))

    def known(self, function: str, start: int) -> Node:
        """Parse the scripts and the argument of a function of common knowledge, whose name was just taken."""
        base: Node | None = None
        power: Node | None = None
        while self.now.kind in {"sub", "sup"}:
            if self.now.kind == "sub" and function == "log" and base is None:
                self.take()
                base = self.script()
            elif self.now.kind == "sup" and power is None and function not in {"max", "min", "softmax"}:
                self.take()
                power = self.script()
                if isinstance(power, Number) and power.printed.units < 0:
                    raise self.unread(f"{function} with a negative power may be a power or the inverse function")
            else:
                raise self.unread(f"a script on {function} is not read")
        arguments = self.function_arguments()
        if function == "lg":
            function, base = "log", Number(start, start, printed("10"))
        node: Node = Known(
            start, self.tokens[self.at - 1].stop, function, arguments if base is None else (*arguments, base)
        )
        return node if power is None else Power(start, node.stop, node, power)

    def function_arguments(self) -> tuple[Node, ...]:
        """Parse what a function is applied to: what is in brackets, or the product that follows."""
        if self.now.text == "(":
            return self.arguments()
        if self.now.value in {"[", "set"} and self.now.kind == "open":
            return (self.parenthesis(),)
        if self.now.kind == "group":
            return (self.group(),)
        if self.now.kind == "begin" and self.now.value in MATRICES:
            return (self.matrix(),)
        return (self.nested(self.juxtaposition),)

    def repeated(self) -> Node:
        """Parse a sum or product sign, its bounds and its body."""
        token = self.take()
        kind = token.value[1:]
        unsaid = Opaque(token.start, token.stop, f"the bounds of this {kind} are not said")
        letter, low, high = "", None, None
        for _ in range(2):
            if self.now.kind == "sub" and not letter:
                self.take()
                letter, low, high = self.bounds(kind)
            elif self.now.kind == "sup" and high is None:
                self.take()
                high = self.script()
        body = self.nested(self.product)
        return Repeated(token.start, body.stop, kind, letter, low or unsaid, high or unsaid, body)

    def bounds(self, kind: str) -> tuple[str, Node | None, Node | None]:
        r"""Parse what stands below a sign: `j=1`, `j \le i`, `1 \le j \le i`, `j`. Return letter, low and high."""
        relations: list[str] = []
        if self.now.kind != "group":
            members = [self.single()]
        else:
            self.take()
            members = [self.nested(self.sum)]
            while self.now.kind == "relation":
                relations.append(self.take().value)
                members.append(self.nested(self.sum))
            self.expect("ungroup", "}")
        match relations, members:
            case ["="], [Name() as letter, low]:
                return letter.base, low, None
            case [relation], [Name() as letter, high] if relation in _AT_MOST | _BELOW:
                return letter.base, self.first_index(high, kind), _less(high, relation)
            case [before, relation], [low, Name() as letter, high] if (
                before in _AT_MOST and relation in _AT_MOST | _BELOW
            ):
                return letter.base, low, _less(high, relation)
            case _, [Name() as letter, *_]:
                return letter.base, None, None
        raise self.unread(f"expected the index letter of the {kind} sign")

    def first_index(self, where: Node, kind: str) -> Node:
        """Return where a sum over `j <= i` starts: at 1, unless the text counts from 0 somewhere."""
        if self.words.from_zero:
            return Opaque(where.start, where.stop, f"where this {kind} starts is not said")
        return Number(where.start, where.stop, printed("1"))


def _less(bound: Node, relation: str) -> Node:
    """Return the last index of `j < bound` or `j <= bound`."""
    if relation in _AT_MOST:
        return bound
    one = Number(bound.start, bound.stop, printed("1"))
    return Add(bound.start, bound.stop, ((1, bound), (-1, one)))


def is_mixed(number: Number, fraction: Node) -> bool:
    r"""Whether a number and the fraction behind it may be a mixed number, as in `1\frac{1}{2}`."""
    if number.printed.places or not isinstance(fraction, Quotient):
        return False
    top, bottom = children(fraction)
    return (
        isinstance(top, Number)
        and isinstance(bottom, Number)
        and not (top.printed.places or bottom.printed.places)
        and 0 < top.printed.units < bottom.printed.units
    )
