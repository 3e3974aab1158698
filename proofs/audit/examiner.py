r"""The examination of a document: every statement in order, every printed number judged.

For one statement (`A = B = C`) the examiner lays each formula beside the one before it (`pairing`) to learn
what each printed number was put in for, computes every formula from the numbers as printed (local) and the
head from the definitions (global), judges the printed members, and records them as the values last printed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from attention.exact import TooClose
from proofs.audit import judge, wording
from proofs.audit.definitions import Definitions, Global, Local, Record, Statement, record
from proofs.audit.evaluator import Evaluator, NotDefined, ShapeProblem, ShapesDiffer
from proofs.audit.findings import Edit, Finding, PrintedValue, Side
from proofs.audit.limits import TooLarge, Unread
from proofs.audit.pairing import Pair, pairs
from proofs.audit.reals import Real, Undefined
from proofs.audit.syntax import Call, Component, Name, Node, Number, canonical, children, latex, numbers
from proofs.audit.values import Array, Value, component, shape_text

if TYPE_CHECKING:
    from proofs.audit.document import Passage
    from proofs.audit.source import Source

_FAILURES = (NotDefined, ShapesDiffer, Undefined, TooClose, Unread)


@dataclass
class _Reference:
    """What printed numbers are compared with, in their order; `sound`: what `local` used has no mistake."""

    local: list[Real] | None
    exact: list[Real] | None
    sound: bool
    note: str = ""


class Examiner:
    """Judges the statements of one document, in order. Results: values, findings, edits, reading."""

    def __init__(self, source: Source, known: Definitions, reading: str) -> None:
        self.source, self.known = source, known
        self.evaluator = Evaluator(reading)
        self.exact = Global(known, self.evaluator)
        self.local = Local(known, self.evaluator, self.exact)
        self.values: list[PrintedValue] = []
        self.findings: list[Finding] = []
        self.edits: dict[int, Edit] = {}
        self.reading = ""
        self._sound: dict[int, bool] = {}
        self._undefined: set[str] = set()

    def examine(self, passage: Passage) -> bool:
        """Judge the statements of a passage. Return whether it claims any number."""
        self.evaluator.refill()
        return sum(self._statement(statement) for statement in passage.statements) > 0

    def find(
        self, kind: str, name: str, message: str, start: int, stop: int, *, remark: bool = False
    ) -> None:
        """Add a finding at a stretch of the document."""
        line, column = self.source.place(start)
        self.findings.append(Finding(line, column, kind, name, message, start, stop, remark))

    # -- one statement
    # ------------------------------------------------------------------------------------------

    def _statement(self, statement: Statement) -> bool:
        members = statement.equal_members
        if len(members) < 2 or all(numbers(member) is None for member in members):
            return False
        self._lay_beside(statement)
        formulas = self._formulas(statement)
        name = self._name(members)
        for position, member in enumerate(members):
            if numbers(member) is None or (position == 0 and numbers(members[1]) is not None):
                continue
            reference = self._reference(statement, position, formulas)
            printed = record(member)
            self._judge(name, printed, reference)
            if position and statement.key:
                self._repetition(statement, name, printed)
                self.known.print(members[0], printed)
        return True

    def _name(self, members: tuple[Node, ...]) -> str:
        head = next((m for m in members if numbers(m) is None), members[0])
        text = self.source.text[head.start : head.stop]
        return re.sub(r"\s+", " ", re.sub(r"(\r\n|\r|\n)[ \t>]*", " ", text)).strip()

    def _formulas(self, statement: Statement) -> dict[int, Value]:
        """Return the local values of the formulas by their position; report what has none."""
        members = statement.equal_members
        out: dict[int, Value] = {}
        failures: list[Exception] = []
        self.local.problems = []
        for position, member in enumerate(members):
            if numbers(member) is not None or (position == 0 and statement.key):
                continue
            try:
                out[position] = self.local.value(member, statement.start)
            except _FAILURES as error:
                failures.append(error)
        if self.local.problems:
            self._shape(self.local.problems[0])
        for failure in failures:
            if not (isinstance(failure, NotDefined) and out):
                self._failure(failure, statement)
        return out

    def _reference(self, statement: Statement, position: int, formulas: dict[int, Value]) -> _Reference:
        members = statement.equal_members
        printed = record(members[position])
        grounds = range(position - 1, -1, -1) if position else range(1, 2)
        local: list[Real] | None = None
        sound = True
        for place in grounds:
            value = formulas.get(place)
            before = members[place]
            if value is None and place and numbers(before) is not None:
                value = record(before).value()
            if value is not None:
                local = self._entries(value, printed, statement)
                sound = self._is_sound(before, statement.start)
                break
        exact = self._exact(statement, position, printed, formulas)
        return _Reference(local, exact, sound, self._note())

    def _exact(
        self, statement: Statement, position: int, printed: Record, formulas: dict[int, Value]
    ) -> list[Real] | None:
        head = statement.equal_members[0 if position else 1]
        try:
            if isinstance(head, (Name, Call)):
                value = self.exact.derived(head, statement.start + 1)
            else:
                value = self.exact.value(head, statement.start)
        except _FAILURES as error:
            if not isinstance(error, NotDefined) and not formulas:
                self._failure(error, statement)
            return None
        return None if value is None else self._entries(value, printed, statement)

    def _entries(self, value: Value, printed: Record, statement: Statement) -> list[Real] | None:
        """Return the entries of a value in the order of the printed numbers, or None if the sizes differ."""
        entries = list(value) if isinstance(value, Array) else [value]
        shape = value.shape if isinstance(value, Array) else None
        vectors = shape is not None and printed.shape is not None and 1 in shape and 1 in printed.shape
        if len(entries) != len(printed.numbers) or not (
            vectors or shape == printed.shape or len(entries) == 1
        ):
            stop = printed.numbers[-1].stop
            name = self._name(statement.equal_members)
            message = wording.sizes(shape_text(printed.value()), shape_text(value))
            if not any(f.start == printed.start and f.kind == "shape" for f in self.findings[-4:]):
                self.find("shape", name, message, printed.start, stop)
            return None
        return entries

    def _note(self) -> str:
        return f"{self.local.problems[0].reading} reading" if self.local.problems else ""

    # -- judging
    # ------------------------------------------------------------------------------------------------

    def _judge(self, name: str, printed: Record, reference: _Reference) -> None:
        for index, number in enumerate(printed.numbers):
            local = None if reference.local is None else reference.local[index]
            exact = None if reference.exact is None else reference.exact[index]
            value = self._value(name, number, component(printed.shape, index), local, exact, reference)
            printed.sound.append(value.verdict in judge.SOUND | {"given"})
            self._sound[number.start] = printed.sound[-1]

    def _value(
        self,
        name: str,
        number: Number,
        index: tuple[int, ...] | None,
        local: Real | None,
        exact: Real | None,
        reference: _Reference,
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
        if overall == "wrong":
            self._correct(number, exact if exact is not None else local)
        return value

    def _correct(self, number: Number, exact: Real | None) -> None:
        if exact is None:
            return
        try:
            text = number.printed.rewritten(judge.nearest(number.printed, exact))
        except (TooClose, TooLarge):
            return
        if text != number.printed.text:
            self.edits[number.start] = Edit(number.start, number.start + len(number.printed.text), text)

    def _is_sound(self, formula: Node, at: int) -> bool:
        """Whether every printed number that a formula uses, itself or by name, is free of mistakes."""
        if isinstance(formula, Number):
            return self._sound.get(formula.start, True)
        if isinstance(formula, (Name, Call)):
            printed = self.known.last_printed(formula, at)
            return printed is None or all(printed.sound)
        return all(self._is_sound(child, at) for child in children(formula))

    # -- numbers put in the place of names
    # ------------------------------------------------------------------------

    def _lay_beside(self, statement: Statement) -> None:
        """Find what numbers inside formulas were put in for; judge the new, compare the others."""
        members = statement.equal_members
        forms: list[Node] = []
        ruled = self._rule_body(statement)
        if ruled is not None:
            forms.append(ruled)
        for position, member in enumerate(members):
            if numbers(member) is not None or (position == 0 and statement.key):
                continue
            for form in reversed(forms):
                laid = pairs(form, member)
                if laid is not None:
                    for pair in laid:
                        self._put(statement, pair)
                    break
            forms.append(member)

    def _rule_body(self, statement: Statement) -> Node | None:
        try:
            found = self.known.rule_for(statement.chain.members[0], statement.start)
        except TooLarge as error:
            self._failure(error, statement)
            return None
        return found[1] if found else None

    def _put(self, statement: Statement, pair: Pair) -> None:
        printed = record(pair.put)
        formula = pair.formula
        exact = self._target(statement, formula, printed)
        if exact is not None:
            for number, target in zip(printed.numbers, exact, strict=True):
                self.exact.targets[number.start] = target
        if isinstance(formula, Number):
            self._compare(latex(formula), [formula], printed, exact, [self._sound.get(formula.start, True)])
        elif isinstance(formula, (Name, Call, Component)):
            self._put_for_name(statement, formula, printed, exact)
        elif numbers(formula) is None:
            self._put_for_formula(statement, formula, printed, exact)

    def _target(self, statement: Statement, formula: Node, printed: Record) -> list[Real] | None:
        if isinstance(formula, Number) and formula.start not in self.exact.targets:
            return None
        try:
            value = self.exact.value(formula, statement.start)
        except _FAILURES:
            return None
        entries = list(value) if isinstance(value, Array) else [value]
        return entries if len(entries) == len(printed.numbers) else None

    def _put_for_name(
        self,
        statement: Statement,
        formula: Name | Call | Component,
        printed: Record,
        exact: list[Real] | None,
    ) -> None:
        owner = formula.owner if isinstance(formula, Component) else formula
        last = self.known.last_printed(owner, statement.start)
        if last is not None:
            places = [formula.position] if isinstance(formula, Component) else range(len(last.numbers))
            known = [last.numbers[p] for p in places if p < len(last.numbers)]
            self._compare(
                latex(formula), known, printed, exact, [last.sound[p] for p in places if p < len(last.sound)]
            )
            return
        if isinstance(formula, Component):
            return
        name = latex(formula)
        derived = self._derived(formula, statement)
        note = f"stands for {name}, which is printed nowhere before"
        self._judge(name, printed, _Reference(None, exact if derived else None, sound=True, note=note))
        if derived:
            self._not_derived(formula, name, printed)
        self.known.print(formula, printed)

    def _derived(self, formula: Name | Call, statement: Statement) -> bool:
        try:
            return self.exact.derived(formula, statement.start) is not None
        except _FAILURES:
            return False

    def _put_for_formula(
        self, statement: Statement, formula: Node, printed: Record, exact: list[Real] | None
    ) -> None:
        """Judge a number that stands where a part of the formula before had to be computed."""
        try:
            local = self._entries(self.local.value(formula, statement.start), printed, statement)
        except _FAILURES:
            local = None
        sound = self._is_sound(formula, statement.start)
        name = self._name(statement.equal_members)
        self._judge(name, printed, _Reference(local, exact, sound, "a step of the computation"))

    def _compare(
        self, name: str, known: list[Number], printed: Record, exact: list[Real] | None, sound: list[bool]
    ) -> None:
        """Compare the numbers put in with those last printed."""
        if len(known) != len(printed.numbers):
            return
        for index, (number, before) in enumerate(zip(printed.numbers, known, strict=True)):
            same = judge.agree(number.printed, before.printed)
            right = exact is None or judge.verdict(number.printed, exact[index]) in judge.SOUND
            self._sound[number.start] = sound[index] if same else right
            if not same:
                line, _ = self.source.place(before.start)
                message = wording.substitution(name, number.printed.text, before.printed.text, line)
                self.find("substitution", name, message, number.start, number.stop)
            if not self._sound[number.start] and exact is not None:
                self._correct(number, exact[index])

    # -- findings that are not about one number
    # ---------------------------------------------------------------------

    def _repetition(self, statement: Statement, name: str, printed: Record) -> None:
        """Report a name printed again without a derivation, or never derived though a rule would do it."""
        if statement.formulas:
            return
        head = statement.chain.members[0]
        stop = printed.numbers[-1].stop
        last = self.known.last_printed(head, statement.start)
        if last is not None:
            line, _ = self.source.place(last.start)
            same = last.agrees(printed)
            self.find(
                "redefined",
                name,
                wording.redefined(name, line, same=same),
                statement.start,
                stop,
                remark=same,
            )
        else:
            self._not_derived(head, name, printed)

    def _not_derived(self, head: Node, name: str, printed: Record) -> None:
        ruled = self.known.rule_for(head, printed.start)
        if ruled is None or canonical(ruled[0].head) == canonical(head):
            return
        line, _ = self.source.place(ruled[0].offset)
        message = wording.not_derived(name, latex(ruled[0].head), line)
        self.find("undefined", name, message, printed.start, printed.numbers[-1].stop, remark=True)

    def _shape(self, problem: ShapeProblem) -> None:
        self.reading = self.reading or problem.reading
        left, right, whole = (
            re.sub(r"\s+", " ", self.source.text[n.start : n.stop])
            for n in (problem.left, problem.right, problem.node)
        )
        message = wording.shape(left, right, problem.shapes, problem.reading)
        self.find("shape", whole if len(whole) < 40 else left, message, problem.node.start, problem.node.stop)

    def _failure(self, error: Exception, statement: Statement) -> None:
        members = statement.equal_members
        start, stop = members[0].start, members[-1].stop
        if isinstance(error, NotDefined):
            if error.name not in self._undefined:
                self._undefined.add(error.name)
                name = latex(error.node)
                self.find("undefined", name, wording.undefined(name, error.reason), start, stop)
        elif isinstance(error, ShapesDiffer):
            self.find("shape", self._name(members), f"{error}.", start, stop)
        else:
            self.find("unread", self._name(members), wording.unread(str(error)), start, stop)
