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

from flint import fmpq

from proofs.audit import matrices, reals
from proofs.audit.budget import Budget
from proofs.audit.failures import NotDefined, ShapesDiffer
from proofs.audit.known import applied
from proofs.audit.limits import MAX_BITS, MAX_EVALUATION, MAX_TERMS, TooDeep, TooLarge, Unread
from proofs.audit.reals import Real, real
from proofs.audit.rules import instantiate, integer
from proofs.audit.syntax import (
    Add,
    Call,
    Cases,
    Chain,
    Component,
    Entry,
    Known,
    Name,
    Node,
    Number,
    Opaque,
    Power,
    Product,
    Quotient,
    Repeated,
    Table,
    canonical,
)
from proofs.audit.values import Array, Value, position, shape_text

READINGS = ("auto", "row", "column")
_ZERO = fmpq(0)
ORDERS: dict[str, frozenset[int]] = {
    **dict.fromkeys(("<", r"\lt"), frozenset({-1})),
    **dict.fromkeys((">", r"\gt"), frozenset({1})),
    **dict.fromkeys(("≤", r"\le", r"\leq", r"\leqslant"), frozenset({-1, 0})),
    **dict.fromkeys(("≥", r"\ge", r"\geq", r"\geqslant"), frozenset({0, 1})),
    **dict.fromkeys(("≠", r"\ne", r"\neq"), frozenset({-1, 1})),
    "=": frozenset({0}),
}
"""What the sign of left - right may be where a relation holds."""


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

    def lookup(self, node: Name | Call | Known) -> Value:
        """Return the value of a name or call. Raises NotDefined."""
        ...

    def literal(self, number: Number) -> Real:
        """Return the value to use for a printed number."""
        ...

    def stated(self, node: Known) -> Value | None:
        """Return the value printed for a function of something that has none, if there is one."""
        ...

    def problem(self, found: ShapeProblem) -> None:
        """Take note of a product that does not exist as printed."""
        ...


class Evaluator(Budget):
    """Evaluates formulas under one reading, within a budget of work that `refill` renews.

    Args:
        reading: "row" or "column", or "auto": row where it applies.
        log_base: what a logarithm without a base is, one of `known.LOG_BASES`.
    """

    def __init__(self, reading: str = "auto", log_base: str = "e") -> None:
        if reading not in READINGS:
            raise ValueError(f"reading: expected one of {READINGS}, got {reading!r}")
        super().__init__()
        self.reading, self.log_base = reading, log_base
        self.bare_logs = self.logistic = 0
        self.depth = 0

    def value(self, node: Node, scope: Scope) -> Value:
        """Return the value of a formula.

        Raises NotDefined, ShapesDiffer, reals.Undefined, attention.exact.TooClose, TooLarge, TooDeep, and
        Unread for what has no meaning here.
        """
        if isinstance(node, Number):
            return scope.literal(node)
        self.spend(1)
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
                return self._map(self.value(node.top, scope), lambda x: self.divide(x, bottom))
            case Power():
                return self._power(node, scope)
            case Known():
                return self._known(node, scope)
            case Table():
                self.spend(len(node.rows) * len(node.rows[0]))
                return Array(
                    tuple(tuple(self._scalar(cell, scope, "an entry that is") for cell in row) for row in node.rows),
                    node.flat,
                )
            case Repeated():
                return self._repeated(node, scope)
            case Component():
                owner = self.value(node.owner, scope)
                return list(owner)[node.position] if isinstance(owner, Array) else owner
            case Entry():
                return self._entry(node, scope)
            case Cases():
                return self._cases(node, scope)
            case Opaque():
                raise Unread(node.reason, node.start)

    # -- parts

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

    def _power(self, node: Power, scope: Scope) -> Value:
        base = self.value(node.base, scope)
        if isinstance(base, Array) and base.shape != (1, 1):
            if isinstance(node.exponent, Name) and canonical(node.exponent) == "t":
                return base.transposed()  # the other letter for it; a power to a vector has no meaning
            exponent = reals.as_integer(self._scalar(node.exponent, scope, "an exponent that is"))
            if exponent is None or base.shape[0] != base.shape[1]:
                raise Unread(f"a power of {shape_text(base)} has no meaning here", node.start)
            return matrices.power(base, exponent, self)
        scalar = base.rows[0][0] if isinstance(base, Array) else base
        return reals.power(scalar, self._scalar(node.exponent, scope, "an exponent that is"))

    def _map(self, value: Value, function: reals.Function) -> Value:
        return value.map(function) if isinstance(value, Array) else function(value)

    def multiply(self, a: Real, b: Real) -> Real:
        """Return a b, within the budget."""
        self.spend(1 if a.__class__ is b.__class__ is fmpq else reals.cost(a, b))
        return reals.multiply(a, b)

    def divide(self, a: Real, b: Real) -> Real:
        """Return a / b, within the budget."""
        self.spend(reals.cost(a, b))
        return reals.divide(a, b)

    def plus(self, a: Real, b: Real) -> Real:
        """Return a + b, within the budget."""
        self.spend(1 if a.__class__ is b.__class__ is fmpq else reals.cost(a, b))
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
            return Array(tuple(tuple(self.plus(x, y) for x, y in zip(*pair, strict=True)) for pair in rows), a.flat)
        if isinstance(a, Array) or isinstance(b, Array):
            raise ShapesDiffer(node, a, b, "sum")
        return self.plus(a, b)

    def _product(self, node: Product, scope: Scope) -> Value:
        total = self.value(node.factors[0], scope)
        for place, (operator, factor) in enumerate(zip(node.operators, node.factors[1:], strict=True)):
            where = (node, node.factors[place], factor)
            total = self._times(where, total, self.value(factor, scope), operator, scope)
        return total

    def _times(self, where: tuple[Node, Node, Node], a: Value, b: Value, operator: str, scope: Scope) -> Value:
        """Multiply two values; `where` is the product and its two factors, for a message."""
        if not isinstance(a, Array):
            return self._map(b, lambda x: self.multiply(a, x))
        if not isinstance(b, Array):
            return self._map(a, lambda x: self.multiply(x, b))
        if operator == "odot":
            if a.shape != b.shape:
                raise ShapesDiffer(where[0], a, b, "elementwise product")
            rows = zip(a.rows, b.rows, strict=True)
            return Array(tuple(tuple(map(self.multiply, *pair)) for pair in rows), a.flat)
        if operator == "times" and a.is_vector and b.is_vector and len(list(a)) == 3 == len(list(b)):
            return Array(_shaped(self._cross(list(a), list(b)), a.shape), a.flat)
        (_, inner), (other, _) = a.shape, b.shape
        vectors = a.is_vector and b.is_vector and len(list(a)) == len(list(b))
        if (
            vectors
            and operator != "cdot"
            and a.flat
            and b.flat
            and _is_transpose(where[2])
            and not _is_transpose(where[1])
        ):
            column = [(x,) for x in a]  # u u^T: a vector written as a tuple is a column where it matters
            return self.matmul(Array(tuple(column)), Array((tuple(b),)))
        if vectors and (operator == "cdot" or a.flat or b.flat):
            return self.dot(list(a), list(b))
        if b.flat and not a.is_vector and inner == len(list(b)):
            # Written as a tuple or list, a vector is neither row nor column: it fits where it stands.
            product = self.matmul(a, b.transposed())
            return product.transposed() if isinstance(product, Array) else product
        if inner == other:
            return self.matmul(a, b)
        reading, value = self._reading(a, b)
        if value is None and vectors:
            reading, value = "dot", self.dot(list(a), list(b))
        if value is None and operator == "*" and not (a.is_vector or b.is_vector):
            raise Unread("an asterisk between these matrices may be a convolution", where[0].start)
        if value is None:
            raise ShapesDiffer(where[0], a, b, "product")
        if not (a.flat or b.flat):
            scope.problem(ShapeProblem(*where, (shape_text(a), shape_text(b)), reading))
        return value

    def _cross(self, a: list[Real], b: list[Real]) -> list[Real]:
        """Return the vector product of two vectors of three."""
        return [
            reals.subtract(self.multiply(a[i], b[j]), self.multiply(a[j], b[i])) for i, j in ((1, 2), (2, 0), (0, 1))
        ]

    def _reading(self, a: Array, b: Array) -> tuple[str, Value | None]:
        """Return the reading that gives a product which does not exist as printed a value, and the value.

        A product with a row vector on the right (W x, x printed as a row) is the mirror image of x W.
        """
        rows: Value | None = None
        columns: Value | None = None
        if a.is_vector and a.shape[0] == b.shape[0]:
            rows = self.matmul(a.transposed(), b)
        elif b.is_vector and a.shape[1] == b.shape[1]:
            columns = self.matmul(a, b.transposed())
        if a.is_vector and b.shape[1] == a.shape[0]:
            columns = self.matmul(b, a)
        elif b.is_vector and b.shape[1] == a.shape[0]:
            rows = self.matmul(b, a)
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

    def dot(self, a: list[Real], b: list[Real]) -> Real:
        """Return the sum of the products of two rows of one length."""
        exact = _rational_dot(a, b)
        if exact is not None:
            self.spend(len(a))
            return exact
        return reduce(self.plus, (self.multiply(x, y) for x, y in zip(a, b, strict=True)))

    def matmul(self, a: Array, b: Array) -> Value:
        """Return the matrix product, as a number if it is 1x1."""
        columns = [list(column) for column in zip(*b.rows, strict=True)]
        self.spend(len(a.rows) * len(columns) * len(b.rows))
        out = tuple(tuple(self.dot(list(row), column) for column in columns) for row in a.rows)
        return out[0][0] if len(out) == 1 and len(out[0]) == 1 else Array(out, a.flat or b.flat)

    def _known(self, node: Known, scope: Scope) -> Value:
        try:
            values = [self.value(argument, scope) for argument in node.arguments]
        except NotDefined:
            stated = scope.stated(node)  # the cosine of an angle that is given no value may be printed itself
            if stated is None:
                raise
            return stated
        return applied(node, values, self)

    def _entry(self, node: Entry, scope: Scope) -> Value:
        owner = self.value(node.owner, scope)
        index = [reals.as_integer(self._scalar(part, scope, "an index that is")) for part in node.index]
        place = None
        if isinstance(owner, Array):
            place = position(owner.shape, [-1 if i is None else i for i in index])
        if place is None:
            raise Unread(f"{shape_text(owner)} has no such entry", node.start)
        return list(owner)[place] if isinstance(owner, Array) else owner

    def _cases(self, node: Cases, scope: Scope) -> Value:
        for value, condition in node.rows:
            if condition is None or self.holds(condition, scope):
                return self.value(value, scope)
        raise Unread("no case holds", node.start)

    def holds(self, chain: Chain, scope: Scope) -> bool:
        """Decide whether every relation of a chain of numbers holds, exactly.

        Raises what `value` raises, TooClose included, and Unread for relations that are not of order or equality.
        """
        values = [self._scalar(member, scope, "a comparison of") for member in chain.members]
        if not chain.relations:
            raise Unread("the condition of a case is not read", chain.members[0].start)
        for place, relation in enumerate(chain.relations):
            wanted = ORDERS.get(relation)
            if wanted is None:
                raise Unread(f"the relation {relation} is not read", chain.members[place].start)
            if reals.sign(reals.subtract(values[place], values[place + 1])) not in wanted:
                return False
        return True

    def _repeated(self, node: Repeated, scope: Scope) -> Value:
        low, high = (reals.as_integer(self._scalar(b, scope, "a bound that is")) for b in (node.low, node.high))
        if low is None or high is None:
            raise Unread("the bounds of this sum are not integers", node.start)
        if high - low >= MAX_TERMS:
            raise TooLarge(f"a sum of {high - low + 1:,} terms (at most {MAX_TERMS:,} are added)", node.start)
        total: Value | None = None
        for k in range(low, high + 1):
            self.spend(4)
            term = self.value(instantiate(node.body, {node.variable: integer(k, node)}), scope)
            if total is None:
                total = term
            elif node.kind == "sum":
                total = self._sum(node, total, term)
            else:
                total = self._times((node, node.body, node.body), total, term, "*", scope)
        return real(0 if node.kind == "sum" else 1) if total is None else total


def _is_transpose(node: Node) -> bool:
    return isinstance(node, Known) and node.function == "transpose"


def _rational_dot(a: list[Real], b: list[Real]) -> fmpq | None:
    """Return the sum of products of rationals of moderate size, at once; None for anything else."""
    total = _ZERO
    for x, y in zip(a, b, strict=True):
        if x.__class__ is not fmpq or y.__class__ is not fmpq:
            return None
        total += x * y
    return None if total.height_bits() > MAX_BITS else total


def _shaped(entries: list[Real], shape: tuple[int, int]) -> tuple[tuple[Real, ...], ...]:
    width = shape[1]
    return tuple(tuple(entries[row * width : (row + 1) * width]) for row in range(shape[0]))


def constant_value(node: Node) -> Real | None:
    """Return e, pi or infinity, which need no definition."""
    name = canonical(node)
    if name == "e":
        return reals.exponential(real(1))
    if name == "\\infty":
        return reals.Infinite(1)
    return reals.pi() if name in {"\\pi", "π"} else None
