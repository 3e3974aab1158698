r"""The links between the expressions of one chain: `2 \cdot 3 = 2 + 3` claims that 6 is 5.

Numbers printed alone are judged elsewhere, at their printed precision.  Here an expression is compared with the
member before it, exactly; only a decimal that may itself be rounded gives it room: half a unit of its last place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flint import fmpq

from attention.exact import TooClose
from proofs.audit import judge, reals
from proofs.audit.ledger import FAILURES
from proofs.audit.reals import real
from proofs.audit.syntax import Number, children
from proofs.audit.values import Array, Value, decimal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofs.audit.definitions import Record
    from proofs.audit.evaluator import ShapeProblem
    from proofs.audit.reals import Real
    from proofs.audit.scopes import Local
    from proofs.audit.syntax import Call, Known, Name, Node

_MAX_ROUNDED = 40
"""Most decimals of one expression that are given room for their rounding."""


def same_value(a: Value, b: Value) -> bool:
    """Whether two values are equal entry by entry. Raises TooClose."""
    left, right = _entries(a), _entries(b)
    return len(left) == len(right) and all(reals.equal(x, y) for x, y in zip(left, right, strict=True))


def breaks(before: Value, node: Node, value: Value, earlier: Node, scope: Local) -> bool:
    """Whether an expression differs from the expression before it by more than rounding explains."""
    left, right = _entries(before), _entries(value)
    if len(left) != len(right):
        return False
    try:
        if same_value(before, value):
            return False
        room = _room(node, earlier, scope)
        return any(
            reals.sign(reals.subtract(reals.absolute(reals.subtract(x, y)), slack)) > 0
            for x, y, slack in zip(left, right, room or [real(0)] * len(left), strict=True)
        )
    except (TooClose, *FAILURES):
        return False


def breaks_printed(before: Record, node: Node, value: Value, scope: Local) -> bool:
    """Whether an expression is not what is printed before it, at the printed precision."""
    entries = _entries(value)
    if len(entries) != len(before.numbers) or all(
        judge.verdict(number.printed, entry) != "wrong" for number, entry in zip(before.numbers, entries, strict=True)
    ):
        return False
    try:
        room = _room(node, None, scope) or [real(0)] * len(entries)
        return any(
            reals.sign(
                reals.subtract(
                    reals.absolute(reals.subtract(number.printed.value, entry)), reals.add(_half(number), slack)
                )
            )
            > 0
            for number, entry, slack in zip(before.numbers, entries, room, strict=True)
        )
    except (TooClose, *FAILURES):
        return False


def _half(number: Number) -> Real:
    return reals.divide(number.printed.step, real(2))


def shown(value: Value) -> str:
    """Return a value for a message: exactly if it is short, else to six places."""
    if isinstance(value, Array):
        return f"({', '.join(shown(entry) for entry in value)})"
    if isinstance(value, fmpq):
        if value.q == 1 and len(str(value.p)) <= 24:
            return str(value.p)
        for places in range(1, 7):
            scaled = value * fmpq(10) ** places
            if scaled.q == 1 and len(str(scaled.p)) <= 24:
                return decimal(int(scaled.p), places)
        if len(str(value.p)) + len(str(value.q)) <= 8:
            return f"{value.p}/{value.q}"
    try:
        units = reals.floor(reals.add(reals.multiply(value, real(10**6)), real(fmpq(1, 2))))
    except TooClose:
        return "another number"
    return f"about {decimal(units, 6)}" if abs(units) < 10**24 else "a long number"


def _entries(value: Value) -> list[Real]:
    return list(value) if isinstance(value, Array) else [value]


def _literals(node: Node) -> Iterator[Number]:
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Number):
            yield part
        waiting.extend(children(part))


def _room(node: Node, earlier: Node | None, scope: Local) -> list[Real] | None:
    """Return how far each entry moves, at most, if new decimals of an expression were rounded to what is printed."""
    known = {number.printed.value for number in (_literals(earlier) if earlier is not None else ())}
    rounded = [n for n in _literals(node) if n.printed.places + n.printed.shift > 0 and n.printed.value not in known]
    if not rounded or len(rounded) > _MAX_ROUNDED:
        return None
    base = _entries(scope.evaluator.value(node, _Moved(scope, -1, real(0))))
    room: list[Real] = [real(0)] * len(base)
    for number in rounded:
        moved = _entries(scope.evaluator.value(node, _Moved(scope, number.start, _half(number))))
        room = [
            reals.add(total, reals.absolute(reals.subtract(x, y)))
            for total, x, y in zip(room, moved, base, strict=True)
        ]
    return room


class _Moved:
    """A local scope with one printed number moved."""

    def __init__(self, scope: Local, start: int, by: Real) -> None:
        self.scope, self.start, self.by = scope, start, by

    def literal(self, number: Number) -> Real:
        """Return the number as printed, or moved."""
        value = number.printed.value
        return reals.add(value, self.by) if number.start == self.start else value

    def lookup(self, node: Name | Call | Known) -> Value:
        """Look a name up as the local scope does."""
        return self.scope.lookup(node)

    def stated(self, node: Known) -> Value | None:
        """Look up what is printed for a function as the local scope does."""
        return self.scope.stated(node)

    def problem(self, found: ShapeProblem) -> None:
        """Shape problems were reported when the expression was computed first."""
