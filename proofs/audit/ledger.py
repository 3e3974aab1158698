"""The ledger of an audit: printed numbers judged one by one, and the findings and corrections that follow."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from sys import intern
from typing import TYPE_CHECKING

from flint import fmpq

from attention.exact import TooClose
from proofs.audit import judge, reals, wording
from proofs.audit.failures import NotDefined, ShapesDiffer
from proofs.audit.findings import MORE_DIGITS, VERDICTS, Edit, Finding, PrintedValue, Side
from proofs.audit.limits import TooLarge, Unread
from proofs.audit.reals import Undefined
from proofs.audit.syntax import Call, latex, numbers
from proofs.audit.values import Array, Printed, component, decimal, shape_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from proofs.audit.definitions import Record, Statement
    from proofs.audit.reals import Real
    from proofs.audit.source import Source
    from proofs.audit.syntax import Node, Number
    from proofs.audit.values import Printed, Value

_LONG_MINUS = "\u2212"
_SHORT_MINUSES = re.compile(r"[^\w\s]\s*-\s*[\d.]")
_AFTER_OPERATOR = re.compile(r"(?:[-+*/\u2212·×⋅]|\\(?:cdot|times|div|ast))\s*$")
_EXPONENT = re.compile(r"[eE]([-+]?\d+)|\}?\s*(?:\\{1,2}(?:times|cdot)|[·×*])\s*10\s*\^\s*\{?\s*([-+\u2212]?\d+)")
FAILURES = (NotDefined, ShapesDiffer, Undefined, TooClose, Unread)
"""What can keep a formula from having a value."""


@dataclass
class Reference:
    """What printed numbers are compared with, in their order.

    `cause`: where the first mistake stands in what `local` used; None if it has none. `settled`: the expressions
    before agree, so that a wrong number can be corrected. `about`: said to be so only roughly. `places`: the most
    decimals of any of them. `repeated`: the same numbers, printed before. `slack`: how far each entry moves with the
    rounding of inputs that hold only roughly.
    """

    local: list[Real] | None
    exact: list[Real] | None
    cause: int | None
    note: str = ""
    settled: bool = True
    about: bool = False
    places: int = 0
    statement: int = -1
    repeated: Record | None = None
    slack: Callable[[], list[Real] | None] | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A printed number with what it was compared with, exactly.

    Attributes: value; number; local, exact (references, or None); statement (where its statement
    starts).
    """

    value: PrintedValue
    number: Printed
    local: Real | None
    exact: Real | None
    statement: int


class Ledger:
    """Collects values, findings and edits.

    `causes` says of each number that is wrong where the mistake stands: at the number itself, or before it.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.values: list[PrintedValue] = []
        self.judged: list[Judged] = []  # those that may be weights: there may be very many others
        self.cut = self.up = 0
        self.findings: list[Finding] = []
        self.edits: dict[int, Edit] = {}
        self.causes: dict[int, int] = {}
        self._labels: dict[int, str] = {}
        self.unread = 0
        self._undefined: set[str] = set()

    def find(
        self,
        kind: str,
        name: str,
        message: str,
        start: int,
        stop: int,
        *,
        remark: bool = False,
        verdict: str = "",
        cause: int | None = None,
    ) -> None:
        """Add a finding at a stretch of the document."""
        line, column = self.source.place(start)
        self.unread += kind == "unread"
        if cause == start:
            self._labels.setdefault(start, name)
        self.findings.append(Finding(line, column, kind, name, message, start, stop, remark, verdict, cause))

    def name(self, members: tuple[Node, ...]) -> str:
        """Return the left-most name of a chain as printed."""
        return self.text(next((m for m in members if numbers(m) is None), members[0]))

    def text(self, node: Node) -> str:
        """Return a formula as printed, on one line."""
        return intern(self.source.excerpt(node.start, node.stop))  # names recur, and every value keeps its own

    def entries(self, value: Value, printed: Record, statement: Statement) -> list[Real] | None:
        """Return the entries of a value in the order of the printed numbers, or None if the sizes differ."""
        entries = list(value) if isinstance(value, Array) else [value]
        shape = value.shape if isinstance(value, Array) else None
        vectors = shape is not None and printed.shape is not None and 1 in shape and 1 in printed.shape
        if len(entries) != len(printed.numbers) or not (vectors or shape == printed.shape or len(entries) == 1):
            stop = printed.numbers[-1].stop
            name = self.name(statement.equal_members)
            message = wording.sizes(shape_text(printed.value()), shape_text(value))
            if not any(f.start == printed.start and f.kind == "shape" for f in self.findings[-4:]):
                self.find("shape", name, message, printed.start, stop)
            return None
        return entries

    def judge(self, name: str, printed: Record, reference: Reference) -> None:
        """Judge the numbers printed for a name against what they are compared with; note what they are wrong by."""
        for index, number in enumerate(printed.numbers):
            local = None if reference.local is None else reference.local[index]
            exact = None if reference.exact is None else reference.exact[index]
            again = None if reference.repeated is None else reference.repeated.causes[index : index + 1]
            before = reference.cause if not again else again[0]
            value = self._value(name, number, index, component(printed.shape, index), local, exact, reference, before)
            printed.causes.append(value.cause)
            if value.cause is not None:
                self.causes[number.start] = value.cause

    def _value(
        self,
        name: str,
        number: Number,
        place: int,
        index: tuple[int, ...] | None,
        local: Real | None,
        exact: Real | None,
        reference: Reference,
        before: int | None,
    ) -> PrintedValue:
        """Judge one printed number; keep the value, and its finding and correction if it is not right."""
        sides = [None if x is None else judge.verdict(number.printed, x) for x in (local, exact)]
        if "wrong" in sides and reference.about:
            whole = _whole_tens(number.printed)
            if whole is not None:  # 1024 is roughly 1000
                pairs = zip((local, exact), sides, strict=True)
                sides = [
                    "rounded" if side == "wrong" and x is not None and judge.verdict(whole, x) in judge.RIGHT else side
                    for x, side in pairs
                ]
        if "wrong" in sides and reference.slack is not None:
            sides = [
                self._eased(number, x, side, place, reference) for x, side in zip((local, exact), sides, strict=True)
            ]
        first, second, overall = judge.both(sides[0], sides[1], sound=reference.cause is None)
        inherits = before is not None and (
            not reference.settled or local is None or not {sides[0], sides[1]}.isdisjoint(judge.SOUND)
        )
        cause = None if overall in judge.SOUND | {"given"} else before if inherits else number.start
        line, column = self.source.place(number.start)
        here = None if local is None or first is None else _side(number, local, first)
        there = None if exact is None or second is None else _side(number, exact, second, here, local)
        value = PrintedValue(
            line,
            column,
            name,
            index,
            number.printed.text,
            overall,
            here,
            there,
            reference.note,
            number.start,
            number.stop,
            cause,
        )
        self.values.append(value)
        if overall != "given":
            self._count(number.printed, value, local, exact)
            if number.printed.units >= 0 and _is_weight(number.printed):
                self.judged.append(Judged(value, number.printed, local, exact, reference.statement))
        if overall in VERDICTS:
            origin = None if cause is None or cause == number.start else self._origin(cause)
            message = wording.value(value, origin)
            if cause == number.start:
                self._labels[cause] = value.label
            self.find("value", name, message, number.start, number.stop, verdict=overall, cause=cause)
        # One whole number among decimals is remarked in any case.
        lone = bool(reference.places) if index is not None else not reference.about
        if overall in {"rounded", "tie"} and lone:
            self._coarse(number, exact if exact is not None else local, value)
        if overall == "wrong" and reference.settled:
            self.correct(number, exact if exact is not None else local)
        return value

    def _count(self, number: Printed, value: PrintedValue, local: Real | None, exact: Real | None) -> None:
        """Count a number that is cut off, or rounded up."""
        side, reference = (value.local, local) if value.local is not None else (value.exact, exact)
        if side is None or reference is None:
            return
        self.cut += side.verdict == "truncated"
        if side.verdict == "rounded":
            try:
                self.up += reals.sign(reals.subtract(reals.absolute(number.value), reals.absolute(reference))) > 0
            except FAILURES:
                return

    @staticmethod
    def _eased(number: Number, exact: Real | None, side: str | None, place: int, reference: Reference) -> str | None:
        """Return `carried` for a wrong side that the rounding of the inputs explains."""
        room = reference.slack() if reference.slack is not None and side == "wrong" and exact is not None else None
        if room is None or exact is None or place >= len(room):
            return side
        try:
            error = reals.absolute(reals.subtract(number.printed.value, exact))
            half = reals.divide(number.printed.step, reals.real(2))
            near = reals.sign(reals.subtract(error, reals.add(half, room[place]))) <= 0
        except FAILURES:
            return side
        return "carried" if near else side

    def _coarse(self, number: Number, exact: Real | None, value: PrintedValue) -> None:
        """Remark that a number said to be equal is right only because it is rounded to a whole one, and far off."""
        p = number.printed
        if p.places or p.shift or exact is None:
            return
        try:
            error = reals.absolute(reals.subtract(p.value, exact))
            far = reals.sign(reals.subtract(error, reals.divide(reals.absolute(exact), reals.real(20)))) > 0
            far = far or (value.component is None and isinstance(exact, fmpq) and 10**MORE_DIGITS % int(exact.q) == 0)
        except FAILURES:
            return
        if far:
            self.find("value", value.name, wording.coarse(value), number.start, number.stop, remark=True)

    def forget_inputs(self, first: int) -> None:
        """Drop the values from position `first` on that were compared with nothing: their statement is unread."""
        self.values[first:] = [value for value in self.values[first:] if value.verdict != "given"]

    def correct(self, number: Number, exact: Real | None) -> None:
        """Add the edit that makes a number the rounding of its exact value; None changes nothing."""
        if exact is None or not self._stands(number):
            return
        printed, power = number.printed, judge.power_of_ten(number.printed, exact)
        if power is not None:
            self._correct_power(number, power)
            printed = replace(printed, shift=-power)
        try:
            units = judge.nearest(printed, exact)
        except (TooClose, TooLarge):
            return
        if units == number.printed.units:
            return
        start = number.start
        if units < 0 and number.printed.units < 0 and number.digits >= 0:
            start, units = number.digits, -units  # the sign and what stands behind it stay
        elif number.digits == number.start:
            return  # its sign is that of a difference: a number of the other sign does not fit there
        elif number.digits > start and self.source.text[start + 1 : number.digits].strip():
            return  # something stands between the sign and the digits, and would be cut in two
        text = number.printed.rewritten(units, self._minus if units < 0 <= number.printed.units else "-")
        if units < 0 <= number.printed.units and _AFTER_OPERATOR.search(self.source.text, max(0, start - 12), start):
            text = f"({text})"  # 2 \cdot 5 becomes 2 \cdot (-5)
        self.edits[number.start] = Edit(start, number.stop, self.source.written(text))

    def _correct_power(self, number: Number, power: int) -> None:
        """Add the edit that corrects the power of ten printed beside a number."""
        found = _EXPONENT.match(self.source.text, number.stop)
        if found is not None:
            group = 1 if found[1] is not None else 2
            start, stop = found.span(group)
            sign = self._minus if power < 0 and group == 2 else "-" if power < 0 else ""
            braced = group == 1 or "{" in found[0] or 0 <= power <= 9
            text = sign + str(abs(power))
            self.edits[start] = Edit(start, stop, text if braced else f"{{{text}}}")

    def _stands(self, number: Number) -> bool:
        """Whether the document holds the digits of a number: those of a macro's body are printed elsewhere."""
        text = number.printed.text
        whole, digits = (
            self.source.excerpt(at, number.stop) for at in (number.start, max(number.start, number.digits))
        )
        signed = number.digits == number.start or whole[:1] == text[:1]  # the sign of a difference stands before it
        return signed and "".join(digits.split()) == "".join(text.lstrip("-\u2212+").split())

    @cached_property
    def _minus(self) -> str:
        """The minus sign that the document writes before numbers."""
        text = self.source.text
        return _LONG_MINUS if text.count(_LONG_MINUS) > len(_SHORT_MINUSES.findall(text)) else "-"

    def _origin(self, cause: int) -> tuple[str, int]:
        """Return the name of what stands where a mistake was made, and its line."""
        return self._labels.get(cause, ""), self.source.place(cause)[0]

    def failure(self, error: Exception, statement: Statement) -> None:
        """Report why a statement could not be computed; an undefined name is reported once."""
        members = statement.equal_members
        start, stop = members[0].start, members[-1].stop
        if isinstance(error, NotDefined):
            # The arguments of a call may be anything: they are shown as the text has them.
            name = self.text(error.node) if isinstance(error.node, Call) else latex(error.node)
            known = error.name in self._undefined  # said once; after that it is a remark
            self._undefined.add(error.name)
            self.find("undefined", name, wording.undefined(name, error.reason), start, stop, remark=known)
        else:
            kind = "shape" if isinstance(error, ShapesDiffer) else "unread"
            message = f"{error}." if kind == "shape" else wording.unread(str(error))
            if not any(f.start == start and f.message == message for f in self.findings[-3:]):
                self.find(kind, self.name(members), message, start, stop)


def _is_weight(number: Printed) -> bool:
    """Whether a number that is not negative is at most 1."""
    places = number.places + number.shift
    return not number.degrees and places >= 0 and number.units <= 10**places


def _whole_tens(number: Printed) -> Printed | None:
    """Return 1200 as 12 hundreds, if it ends in zeros that may be no digits of the number."""
    zeros = len(number.text) - len(number.text.rstrip("0"))
    if number.places or number.shift or not zeros or not number.units:
        return None
    return replace(number, units=number.units // 10**zeros, shift=-zeros)


def _side(number: Number, exact: Real, verdict: str, other: Side | None = None, same: Real | None = None) -> Side:
    """Return one comparison: the expected value at the printed precision, and to MORE_DIGITS more digits.

    `other` is the comparison with `same`: it serves again where that is the same value.
    """
    rational = isinstance(exact, fmpq) and isinstance(same, fmpq)
    if other is not None and other.verdict == verdict and rational and exact == same:
        return other
    p = number.printed
    if verdict == "exact":
        text = decimal(p.units, p.places)
        text = p.text if p.text == text else text
        return Side(text, verdict, text + ("." if not p.places else "") + "0" * MORE_DIGITS)
    power = judge.power_of_ten(p, exact) if verdict == "wrong" else None
    beside = "" if power is None else f"e{power}"
    p = p if power is None else replace(p, shift=-power)
    finer = replace(p, places=p.places + MORE_DIGITS)
    expected, precise = judge.expected(p, exact), judge.expected(finer, exact)
    return Side(expected and intern(expected + beside), verdict, precise and intern(precise + beside))
