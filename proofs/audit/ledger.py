"""The ledger of an audit: printed numbers judged one by one, and the findings and corrections that follow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from attention.exact import TooClose
from proofs.audit import judge, wording
from proofs.audit.evaluator import NotDefined, ShapesDiffer
from proofs.audit.findings import Edit, Finding, PrintedValue, Side
from proofs.audit.limits import TooLarge, Unread
from proofs.audit.reals import Undefined
from proofs.audit.syntax import latex, numbers
from proofs.audit.values import Array, component, shape_text

if TYPE_CHECKING:
    from proofs.audit.definitions import Record, Statement
    from proofs.audit.reals import Real
    from proofs.audit.source import Source
    from proofs.audit.syntax import Node, Number
    from proofs.audit.values import Value

FAILURES = (NotDefined, ShapesDiffer, Undefined, TooClose, Unread)
"""What can keep a formula from having a value."""


@dataclass
class Reference:
    """What printed numbers are compared with, in their order.

    `sound`: what `local` used has no mistake. `settled`: the expressions before agree, so that a wrong number can be
    corrected.
    """

    local: list[Real] | None
    exact: list[Real] | None
    sound: bool
    note: str = ""
    settled: bool = True


class Ledger:
    """Collects values, findings and edits; `sound` says of each number judged whether it holds no mistake."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.values: list[PrintedValue] = []
        self.findings: list[Finding] = []
        self.edits: dict[int, Edit] = {}
        self.sound: dict[int, bool] = {}
        self.unread = 0
        self._undefined: set[str] = set()

    def find(self, kind: str, name: str, message: str, start: int, stop: int, *, remark: bool = False) -> None:
        """Add a finding at a stretch of the document."""
        line, column = self.source.place(start)
        self.unread += kind == "unread"
        self.findings.append(Finding(line, column, kind, name, message, start, stop, remark))

    def name(self, members: tuple[Node, ...]) -> str:
        """Return the left-most name of a chain as printed."""
        return self.text(next((m for m in members if numbers(m) is None), members[0]))

    def text(self, node: Node) -> str:
        """Return a formula as printed, on one line."""
        text = self.source.text[node.start : node.stop]
        return re.sub(r"\s+", " ", re.sub(r"(\r\n|\r|\n)[ \t>]*", " ", text)).strip()

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
        """Judge the numbers printed for a name against what they are compared with; note which are sound."""
        for index, number in enumerate(printed.numbers):
            local = None if reference.local is None else reference.local[index]
            exact = None if reference.exact is None else reference.exact[index]
            value = self._value(name, number, component(printed.shape, index), local, exact, reference)
            printed.sound.append(value.verdict in judge.SOUND | {"given"})
            self.sound[number.start] = printed.sound[-1]

    def _value(
        self,
        name: str,
        number: Number,
        index: tuple[int, ...] | None,
        local: Real | None,
        exact: Real | None,
        reference: Reference,
    ) -> PrintedValue:
        """Judge one printed number; keep the value, and its finding and correction if it is not right."""
        sides = [None if x is None else judge.verdict(number.printed, x) for x in (local, exact)]
        first, second, overall = judge.both(sides[0], sides[1], sound=reference.sound)
        expected = [None if x is None else judge.expected(number.printed, x) for x in (local, exact)]
        line, column = self.source.place(number.start)
        value = PrintedValue(
            line,
            column,
            name,
            index,
            number.printed.text,
            overall,
            None if first is None else Side(expected[0], first),
            None if second is None else Side(expected[1], second),
            reference.note,
            number.start,
            number.stop,
        )
        self.values.append(value)
        if overall in {"wrong", "truncated", "undecided"}:
            self.find("value", name, wording.value(value), number.start, number.stop)
        if overall == "wrong" and reference.settled:
            self.correct(number, exact if exact is not None else local)
        return value

    def forget_inputs(self, first: int) -> None:
        """Drop the values from position `first` on that were compared with nothing: their statement is unread."""
        self.values[first:] = [value for value in self.values[first:] if value.verdict != "given"]

    def correct(self, number: Number, exact: Real | None) -> None:
        """Add the edit that makes a number the rounding of its exact value; None changes nothing."""
        if exact is None:
            return
        try:
            text = number.printed.rewritten(judge.nearest(number.printed, exact))
        except (TooClose, TooLarge):
            return
        if text != number.printed.text:
            self.edits[number.start] = Edit(number.start, number.start + len(number.printed.text), text)

    def failure(self, error: Exception, statement: Statement) -> None:
        """Report why a statement could not be computed; an undefined name is reported once."""
        members = statement.equal_members
        start, stop = members[0].start, members[-1].stop
        if isinstance(error, NotDefined):
            if error.name not in self._undefined:
                self._undefined.add(error.name)
                name = latex(error.node)
                self.find("undefined", name, wording.undefined(name, error.reason), start, stop)
        else:
            kind = "shape" if isinstance(error, ShapesDiffer) else "unread"
            message = f"{error}." if kind == "shape" else wording.unread(str(error))
            if not any(f.start == start and f.message == message for f in self.findings[-3:]):
                self.find(kind, self.name(members), message, start, stop)
