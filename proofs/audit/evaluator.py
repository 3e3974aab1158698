r"""Formulas to exact values.

Products mean what the shapes say: a number scales, `\cdot` between vectors of one length is their dot
product, and anything else is the matrix product.  Where the shapes allow no product, as when vectors are
printed as columns and
multiplied from the left, a reading is used to go on and reported through the scope:

    row      x W with x printed as a column (n x 1) means x^T W: the order that is written is kept
    column   x W with x printed as a column means W x: the shape that is printed is kept

The result of either is printed like x, so it keeps the orientation of x.  Nothing is executed: a formula is a
tree of a dozen node kinds, and each has one branch here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Protocol

from proofs.audit import reals
from proofs.audit.limits import MAX_EVALUATION, MAX_TERMS, MAX_WORK, TooDeep, TooLarge, Unread
from proofs.audit.reals import Real, real
from proofs.audit.rules import instantiate, integer
from proofs.audit.syntax import (
    Add,
    Call,
    Component,
    Known,
    Name,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Repeated,
    Table,
    canonical,
)
from proofs.audit.values import Array, Value, shape_text

READINGS = ("auto", "row", "column")


class NotDefined(Exception):
    """A name that the text gives no value. Attributes: name (canonical), node."""

    def __init__(self, node: Name | Call, reason: str = "is not defined") -> None:
        self.name, self.node, self.reason = canonical(node), node, reason
        super().__init__(f"{self.name} {reason}")


class Circular(NotDefined):
    """A name whose definition needs its own value."""


class ShapesDiffer(Exception):
    """An operation between shapes that no reading makes sense of. Attributes: node, left, right."""

    def __init__(self, node: Node, left: Value, right: Value, operation: str) -> None:
        self.node, self.left, self.right = node, shape_text(left), shape_text(right)
        super().__init__(f"the {operation} of {self.left} and {self.right} does not exist")


@dataclass(frozen=True, slots=True)
class ShapeProblem:
    """A product that does not exist as printed, and the reading that was used instead."""

    node: Node
    left: Node
    right: Node
    shapes: tuple[str, str]
    reading: str


class Scope(Protocol):
    """Where names and printed numbers get their values from."""

    def lookup(self, node: Name | Call) -> Value:
        """Return the value of a name or call. Raises NotDefined."""
        ...

    def literal(self, number: Number) -> Real:
        """Return the value to use for a printed number."""
        ...

    def problem(self, found: ShapeProblem) -> None:
        """Take note of a product that does not exist as printed."""
        ...


class Evaluator:
    """Evaluates formulas under one reading, within a budget of work that `refill` renews.

    Args:
        reading: "row" or "column", or "auto": row where it applies.
    """

    def __init__(self, reading: str = "auto") -> None:
        if reading not in READINGS:
            raise ValueError(f"reading: expected one of {READINGS}, got {reading!r}")
        self.reading = reading
        self.left = MAX_WORK
        self.depth = 0

    def refill(self) -> None:
        """Start the budget of a new segment."""
        self.left = MAX_WORK

    def value(self, node: Node, scope: Scope) -> Value:
        """Return the value of a formula.

        Raises NotDefined, ShapesDiffer, reals.Undefined, attention.exact.TooClose, TooLarge, TooDeep, and
        Unread for what has no meaning here.
        """
        if isinstance(node, Number):
            return scope.literal(node)
        self._spend(1)
        self.depth += 1
        try:
            if self.depth > MAX_EVALUATION:
                raise TooDeep(f"more than {MAX_EVALUATION} formulas and names to compute one inside the other")
            return self._value(node, scope)
        finally:
            self.depth -= 1

    def _value(self, node: Node, scope: Scope) -> Value:
        match node:
            case Number():
                return scope.literal(node)
            case Name() | Call():
                return self._named(node, scope)
            case Add():
                return self._added(node, scope)
            case Product():
                return self._product(node, scope)
            case Quotient():
                bottom = self._scalar(node.bottom, scope, "a division by")
                return self._map(self.value(node.top, scope), lambda x: self._divide(x, bottom))
            case Power():
                base = self._scalar(node.base, scope, "a power of")
                return reals.power(base, self._scalar(node.exponent, scope, "an exponent that is"))
            case Known():
                return self._known(node, scope)
            case Table():
                self._spend(len(node.rows) * len(node.rows[0]))
                return Array(
                    tuple(tuple(self._scalar(cell, scope, "an entry that is") for cell in row) for row in node.rows),
                    node.flat,
                )
            case Repeated():
                return self._repeated(node, scope)
            case Component():
                owner = self.value(node.owner, scope)
                return list(owner)[node.position] if isinstance(owner, Array) else owner

    # -- parts

    def _spend(self, work: int) -> None:
        self.left -= work
        if self.left < 0:
            raise TooLarge(f"more than {MAX_WORK:,} arithmetic steps in one formula")

    def _named(self, node: Name | Call, scope: Scope) -> Value:
        try:
            return scope.lookup(node)
        except NotDefined as error:
            constant = constant_value(node)
            if constant is None or error.node is not node:
                raise
            return constant

    def _scalar(self, node: Node, scope: Scope, use: str) -> Real:
        value = self.value(node, scope)
        if isinstance(value, Array):
            if value.shape == (1, 1):
                return value.rows[0][0]
            raise Unread(f"{use} {shape_text(value)} has no meaning here", node.start)
        return value

    def _map(self, value: Value, function: reals.Function) -> Value:
        return value.map(function) if isinstance(value, Array) else function(value)

    def _multiply(self, a: Real, b: Real) -> Real:
        self._spend(reals.cost(a, b))
        return reals.multiply(a, b)

    def _divide(self, a: Real, b: Real) -> Real:
        self._spend(reals.cost(a, b))
        return reals.divide(a, b)

    def _plus(self, a: Real, b: Real) -> Real:
        self._spend(reals.cost(a, b))
        return reals.add(a, b)

    def _added(self, node: Add, scope: Scope) -> Value:
        total: Value | None = None
        for sign, term in node.terms:
            value = self.value(term, scope)
            if sign < 0:
                value = self._map(value, lambda x: reals.subtract(real(0), x))
            total = value if total is None else self._sum(node, total, value)
        assert total is not None  # noqa: S101 - the parser builds no empty sum
        return total

    def _sum(self, node: Node, a: Value, b: Value) -> Value:
        if isinstance(a, Array) and isinstance(b, Array):
            if a.shape != b.shape and (a.flat or b.flat) and a.is_vector and b.is_vector:
                b = Array(_shaped(list(b), a.shape), a.flat) if len(list(a)) == len(list(b)) else b
            if a.shape != b.shape:
                raise ShapesDiffer(node, a, b, "sum")
            rows = zip(a.rows, b.rows, strict=True)
            return Array(tuple(tuple(self._plus(x, y) for x, y in zip(*pair, strict=True)) for pair in rows), a.flat)
        if isinstance(a, Array) or isinstance(b, Array):
            raise ShapesDiffer(node, a, b, "sum")
        return self._plus(a, b)

    def _product(self, node: Product, scope: Scope) -> Value:
        total = self.value(node.factors[0], scope)
        for position, (operator, factor) in enumerate(zip(node.operators, node.factors[1:], strict=True)):
            where = (node, node.factors[position], factor)
            total = self._times(where, total, self.value(factor, scope), operator, scope)
        return total

    def _times(self, where: tuple[Node, Node, Node], a: Value, b: Value, operator: str, scope: Scope) -> Value:
        """Multiply two values; `where` is the product and its two factors, for a message."""
        if not isinstance(a, Array):
            return self._map(b, lambda x: self._multiply(a, x))
        if not isinstance(b, Array):
            return self._map(a, lambda x: self._multiply(x, b))
        (_, inner), (other, _) = a.shape, b.shape
        vectors = a.is_vector and b.is_vector and len(list(a)) == len(list(b))
        if vectors and (operator == "cdot" or a.flat or b.flat):
            return self._dot(list(a), list(b))
        if inner == other:
            return self._matmul(a, b)
        reading, value = self._reading(a, b)
        if value is None and vectors:
            reading, value = "dot", self._dot(list(a), list(b))
        if value is None:
            raise ShapesDiffer(where[0], a, b, "product")
        if not (a.flat or b.flat):
            scope.problem(ShapeProblem(*where, (shape_text(a), shape_text(b)), reading))
        return value

    def _reading(self, a: Array, b: Array) -> tuple[str, Value | None]:
        """Return the reading that gives a product which does not exist as printed a value, and the value.

        A product with a row vector on the right (W x, x printed as a row) is the mirror image of x W.
        """
        rows: Value | None = None
        columns: Value | None = None
        if a.is_vector and a.shape[0] == b.shape[0]:
            rows = self._matmul(a.transposed(), b)
        elif b.is_vector and a.shape[1] == b.shape[1]:
            columns = self._matmul(a, b.transposed())
        if a.is_vector and b.shape[1] == a.shape[0]:
            columns = self._matmul(b, a)
        elif b.is_vector and b.shape[1] == a.shape[0]:
            rows = self._matmul(b, a)
        order = (
            [("column", columns), ("row", rows)] if self.reading == "column" else [("row", rows), ("column", columns)]
        )
        reading, value = next((pair for pair in order if pair[1] is not None), ("", None))
        vector = a if a.is_vector else b
        if isinstance(value, Array) and value.is_vector:
            entries = list(value)
            shape = (len(entries), 1) if vector.shape[1] == 1 else (1, len(entries))
            value = Array(_shaped(entries, shape), vector.flat)
        return reading, value

    def _dot(self, a: list[Real], b: list[Real]) -> Real:
        return reduce(self._plus, (self._multiply(x, y) for x, y in zip(a, b, strict=True)))

    def _matmul(self, a: Array, b: Array) -> Value:
        columns = list(zip(*b.rows, strict=True))
        self._spend(len(a.rows) * len(columns) * len(b.rows))
        out = tuple(tuple(self._dot(list(row), list(column)) for column in columns) for row in a.rows)
        return out[0][0] if len(out) == 1 and len(out[0]) == 1 else Array(out, a.flat or b.flat)

    def _known(self, node: Known, scope: Scope) -> Value:
        values = [self.value(argument, scope) for argument in node.arguments]
        match node.function, values:
            case "exp", [value]:
                return self._map(value, reals.exponential)
            case "sqrt", [value]:
                return self._map(value, reals.root)
            case "log", _:
                raise Unread("the base of log is not said (write \\ln)", node.start)
            case ("ln" | "sin" | "cos" | "tan" | "sinh" | "cosh" | "tanh") as function, [value]:
                return self._map(value, lambda x: reals.apply(function, x))
            case "abs", [value] if not isinstance(value, Array):
                return reals.absolute(value)
            case (("abs" | "norm"), [Array() as vector]) if vector.is_vector:
                return reals.root(self._dot(list(vector), list(vector)))
            case "transpose", [Array() as array]:
                return array.transposed()
            case "transpose", [value]:
                return value
            case "softmax", _:
                return self._softmax(node, values)
            case ("max" | "min" | "sum" | "mean") as function, _:
                return self._folded(function, values)
        raise Unread(f"{node.function} of {', '.join(shape_text(v) for v in values)} has no meaning here", node.start)

    def _softmax(self, node: Known, values: list[Value]) -> Value:
        if len(values) == 1 and isinstance(values[0], Array):
            array = values[0]
        elif values and not any(isinstance(v, Array) for v in values):
            array = Array((tuple(v for v in values if not isinstance(v, Array)),), flat=True)
        else:
            raise Unread("softmax of this has no meaning here", node.start)
        column = array.shape[1] == 1
        rows = array.transposed().rows if column else array.rows
        out = []
        for row in rows:
            exps = [reals.exponential(x) for x in row]
            total = reduce(self._plus, exps)
            out.append(tuple(self._divide(x, total) for x in exps))
        result = Array(tuple(out), array.flat)
        return result.transposed() if column else result

    def _folded(self, function: str, values: list[Value]) -> Real:
        entries = [x for value in values for x in (value if isinstance(value, Array) else (value,))]
        if function in {"sum", "mean"}:
            total = reduce(self._plus, entries)
            return total if function == "sum" else self._divide(total, real(len(entries)))
        wanted = 1 if function == "max" else -1
        return reduce(lambda x, y: y if reals.sign(reals.subtract(y, x)) == wanted else x, entries)

    def _repeated(self, node: Repeated, scope: Scope) -> Value:
        low, high = (reals.as_integer(self._scalar(b, scope, "a bound that is")) for b in (node.low, node.high))
        if low is None or high is None:
            raise Unread("the bounds of this sum are not integers", node.start)
        if high - low >= MAX_TERMS:
            raise TooLarge(f"a sum of {high - low + 1:,} terms (at most {MAX_TERMS:,} are added)", node.start)
        total: Value | None = None
        for k in range(low, high + 1):
            self._spend(4)
            term = self.value(instantiate(node.body, {node.variable: integer(k, node)}), scope)
            if total is None:
                total = term
            elif node.kind == "sum":
                total = self._sum(node, total, term)
            else:
                total = self._times((node, node.body, node.body), total, term, "*", scope)
        return real(0 if node.kind == "sum" else 1) if total is None else total


def _shaped(entries: list[Real], shape: tuple[int, int]) -> tuple[tuple[Real, ...], ...]:
    width = shape[1]
    return tuple(tuple(entries[row * width : (row + 1) * width]) for row in range(shape[0]))


def constant_value(node: Name | Call) -> Real | None:
    """Return e or pi, which need no definition."""
    name = canonical(node)
    if name == "e":
        return reals.exponential(real(1))
    return reals.pi() if name in {"\\pi", "π"} else None
