r"""The examination of a document: every statement in order, every printed number judged.

For one statement (`A = B = C`) the examiner lays each formula beside the one before it (`pairing`) to learn
what each printed number was put in for, computes every formula from the numbers as printed (local) and the
head from the definitions (global), judges the printed members, and records them as the values last printed.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from flint import fmpq

from proofs.audit import judge, links, parts, reals, wording
from proofs.audit.comparisons import Comparisons
from proofs.audit.definitions import Record, Statement, has_names, record
from proofs.audit.evaluator import Evaluator, ShapeProblem, constant_value
from proofs.audit.failures import NotDefined
from proofs.audit.ledger import FAILURES, Ledger, Reference
from proofs.audit.limits import Unread
from proofs.audit.scopes import Global, Local
from proofs.audit.substitutions import Substitutions
from proofs.audit.syntax import Call, Name, Power, numbers
from proofs.audit.values import Array

if TYPE_CHECKING:
    from proofs.audit.definitions import Definitions
    from proofs.audit.document import Passage
    from proofs.audit.reals import Real
    from proofs.audit.syntax import Node, Number
    from proofs.audit.values import Value


_Formulas: TypeAlias = "dict[int, tuple[Value, int | None]]"
"""Local values by position in the chain, each with the first mistake in what it was computed from (None: sound)."""


_MOST_ROUGH = 24
"""Most rough inputs of which it is asked what their rounding explains."""
_OTHER = {"row": "column", "column": "row"}


class Examiner:
    """Judges the statements of one document, in order. Results: values, findings, edits, reading."""

    def __init__(self, ledger: Ledger, known: Definitions, evaluator: Evaluator) -> None:
        self.ledger, self.known, self.evaluator = ledger, known, evaluator
        self.exact = Global(known, self.evaluator)
        self.local = Local(known, self.evaluator, self.exact, ledger.causes)
        self.reading = ""
        self.fits: Counter[str] = Counter()
        self.comparisons = Comparisons(ledger, self.exact, self.local)
        self.substitutions = Substitutions(ledger, known, self.exact, self.local)

    def examine(self, passage: Passage) -> bool:
        """Judge the statements of a passage. Return whether it claims any number."""
        self.evaluator.refill()
        claims = False
        for statement in passage.statements:
            unread, first = self.ledger.unread, len(self.ledger.values)
            claims = self._statement(statement) or claims
            if self.ledger.unread > unread:
                self.ledger.forget_inputs(first)
            claims = self.comparisons.check(statement) or claims
        return claims

    # -- one statement

    def _statement(self, statement: Statement) -> bool:
        members = statement.equal_members
        if len(members) < 2:
            return False
        if all(numbers(member) is None for member in members):
            return self._bare(statement)
        followed = self.substitutions.lay_beside(statement)
        formulas = self._formulas(statement)
        name = self.ledger.name(members)
        broken = self._links(statement, formulas, followed)
        for position, member in enumerate(members):
            if numbers(member) is None or (position == 0 and numbers(members[1]) is not None):
                continue
            reference = self._reference(statement, position, formulas)
            if broken is not None and position > broken:
                reference.cause, reference.settled = members[broken].start, False
            printed = record(member)
            self.ledger.judge(name, printed, reference)
            if position and statement.key:
                self._repetition(statement, name, printed, derived=reference.exact is not None)
                self.known.print(members[0], printed)
        return True

    def _formulas(self, statement: Statement) -> _Formulas:
        """Return the local values of the formulas by their position; report what has none."""
        members = statement.equal_members
        out: _Formulas = {}
        failures: list[Exception] = []
        self.local.problems = []
        for position, member in enumerate(members):
            if numbers(member) is not None or (position == 0 and statement.key):
                continue
            try:
                out[position] = self.local.value(member, statement.start), self.local.cause
            except FAILURES as error:
                if position or not isinstance(error, NotDefined) or not isinstance(member, Power):
                    failures.append(error.with_traceback(None))  # a square may be given before the name itself is
        if self.local.problems:
            self._shape(self.local.problems[0])
            self._compare_readings(statement, out)
        for failure in failures:
            # What the printed numbers give no value (a divisor rounded to 0) may have one from the inputs.
            if isinstance(failure, Unread) or not (out or self._has_exact_value(statement)):
                self.ledger.failure(failure, statement)
        return out

    def _compare_readings(self, statement: Statement, formulas: _Formulas) -> None:
        """Count how many numbers printed behind impossible products are right, and would be by the other reading."""
        members = statement.equal_members
        used = self.local.problems[0].reading
        if used not in _OTHER:
            return
        for position, (value, _) in formulas.items():
            if position + 1 == len(members) or numbers(members[position + 1]) is None:
                continue
            after = record(members[position + 1])
            saved, self.evaluator.reading = self.evaluator.reading, _OTHER[used]
            try:
                other = self.local.value(members[position], statement.start)
            except FAILURES:
                continue
            finally:
                self.evaluator.reading = saved
            self.fits["all"] += len(after.numbers)
            self.fits[used] += _right(after, value)
            self.fits[_OTHER[used]] += _right(after, other)

    def _bare(self, statement: Statement) -> bool:
        r"""Compare the expressions of numbers in a chain that ends in none: `2 \cdot 3 = 2 + 3`."""
        members = statement.equal_members
        bare = {place: member for place, member in enumerate(members) if not has_names(member)}
        if len(bare) < 2:
            return False
        formulas: _Formulas = {}
        for place, member in bare.items():
            try:
                formulas[place] = self.local.value(member, statement.start), None
            except FAILURES as error:
                self.ledger.failure(error, statement)
        self._links(statement, formulas, set())
        return True

    def _links(self, statement: Statement, formulas: _Formulas, followed: set[int]) -> int | None:
        """Compare each expression with the member before it; return the position of the first that differs."""
        members = statement.equal_members
        first: int | None = None
        places: list[int] = []  # the members before `position` that have a value
        for position in range(1, len(members)):
            if position - 1 in formulas or numbers(members[position - 1]) is not None:
                places.append(position - 1)
            if position not in formulas or position in followed or statement.chain.about[position - 1]:
                continue
            value, _ = formulas[position]
            if not places or (places[-1] == 0 and numbers(members[0]) is not None and position == 1):
                continue  # nothing before it, or a number that is judged by this expression
            if self._agrees(statement, places, position, formulas):
                continue
            before = members[places[-1]]
            known = links.shown(formulas[places[-1]][0]) if places[-1] in formulas else ""
            text, other = (self.ledger.text(node) for node in (members[position], before))
            message = wording.link(text, links.shown(value), other, known)
            name = self.ledger.name(members)
            start, stop = members[position].start, members[position].stop
            self.ledger.find("value", name, message, start, stop, verdict="wrong", cause=start)
            first = position if first is None else first
        return first

    def _agrees(self, statement: Statement, places: list[int], position: int, formulas: _Formulas) -> bool:
        """Whether an expression is what stands before it, or what should stand there if that is a wrong number."""
        members = statement.equal_members
        node = members[position]
        values = [formulas[position][0], self._from_inputs(node, statement)]
        for place in reversed(places):
            before = members[place]
            if place in formulas:
                # Rounding of names printed before is no mistake: the expressions may agree from the inputs.
                known = [formulas[place][0], self._from_inputs(before, statement)]
                return not all(
                    a is None or b is None or links.breaks(a, node, b, before, self.local)
                    for a, b in zip(known, values, strict=True)
                )
            if any(v is not None and not links.breaks_printed(record(before), node, v, self.local) for v in values):
                return True
        return False

    def _from_inputs(self, node: Node, statement: Statement) -> Value | None:
        try:
            return self.exact.value(node, statement.start)
        except FAILURES:
            return None

    def _has_exact_value(self, statement: Statement) -> bool:
        head = statement.equal_members[0]
        try:
            return bool(statement.key) and self.exact.derived(head, statement.start + 1) is not None
        except FAILURES:
            return False

    def _reference(self, statement: Statement, position: int, formulas: _Formulas) -> Reference:
        members = statement.equal_members
        printed = record(members[position])
        grounds = range(position - 1, -1, -1) if position else range(1, 2)
        local: list[Real] | None = None
        cause: int | None = None
        for place in grounds:
            before = members[place]
            if place in formulas:
                value, cause = formulas[place]
            elif place and numbers(before) is not None:
                value = record(before).value()
                cause = next((c for n in numbers(before) or () if (c := self.ledger.causes.get(n.start))), None)
            else:
                continue
            local = self.ledger.entries(value, printed, statement)
            break
        exact = self._exact(statement, position, printed)
        if local is None and position and exact is not None:
            cause, ruled = self._by_rule(statement, printed)
            pairs = zip(printed.numbers, exact, strict=True)
            if ruled is not None and not all(judge.verdict(n.printed, x) in judge.RIGHT for n, x in pairs):
                local = ruled
        about = bool(statement.chain.about) and statement.chain.about[max(position - 1, 0)] == "roughly"
        return Reference(
            local,
            exact,
            cause,
            self._note(),
            about=about,
            places=max(number.printed.places for number in printed.numbers),
            statement=statement.start,
            repeated=self._repeated(statement, printed),
            slack=partial(self._slack, statement, position) if self.known.rough else None,
        )

    def _slack(self, statement: Statement, position: int) -> list[Real] | None:
        """Return how far each entry of what is printed moves, at most, if the rough inputs before it are rounded."""
        head = statement.equal_members[0 if position else 1]
        rough = [number for number in self.known.rough if number.start < statement.start]
        if not rough or len(rough) > _MOST_ROUGH:
            return None
        room: list[Real] | None = None
        try:
            base = self._moved(head, statement, None)
            for number in rough:
                moved = self._moved(head, statement, number)
                steps = [reals.absolute(reals.subtract(x, y)) for x, y in zip(moved, base, strict=True)]
                room = steps if room is None else [reals.add(x, y) for x, y in zip(room, steps, strict=True)]
        except FAILURES:
            return None
        return room

    def _moved(self, head: Node, statement: Statement, number: Number | None) -> list[Real]:
        """Return the entries of a head from the inputs, one of them moved by half a unit of its last place."""
        scope = Global(self.known, self.evaluator)
        if number is not None:
            half = reals.divide(number.printed.step, reals.real(2))
            scope.targets[number.start] = reals.add(number.printed.value, half)
        value = scope.derived(head, statement.start + 1) if statement.key else scope.value(head, statement.start)
        return list(value) if isinstance(value, Array) else [] if value is None else [value]

    def _by_rule(self, statement: Statement, printed: Record) -> tuple[int | None, list[Real] | None]:
        """Return the first mistake in what a rule gives for a number printed without a formula, and that value.

        Nothing if the rule does not give just that number from the numbers printed before.
        """
        try:
            ruled = self.known.rule_for(statement.chain.members[0], statement.start)
            value = None if ruled is None else self.local.value(ruled[1], statement.start)
        except FAILURES:
            return None, None
        if value is None or _right(printed, value) < len(printed.numbers):
            return None, None
        return self.local.cause, list(value) if isinstance(value, Array) else [value]

    def _repeated(self, statement: Statement, printed: Record) -> Record | None:
        """Return what was printed for the name before, if this only prints it again."""
        if statement.formulas or not statement.key:
            return None
        last = self.known.last_printed(statement.chain.members[0], statement.start)
        return last if last is not None and last.agrees(printed) else None

    def _exact(self, statement: Statement, position: int, printed: Record) -> list[Real] | None:
        head = statement.equal_members[0 if position else 1]
        try:
            if statement.key or isinstance(head, (Name, Call)):
                value = self.exact.derived(head, statement.start + 1)
            else:
                value = self.exact.value(head, statement.start)
        except FAILURES as error:
            if not isinstance(error, NotDefined):
                self.ledger.failure(error, statement)
            return None
        if value is None and position and not statement.formulas:
            value = self._constant(head, printed)
            root = self._root(statement, printed) if value is None else None
            if root is not None and judge.verdict(printed.numbers[0].printed, root) not in judge.SOUND:
                number, name = printed.numbers[0], self.ledger.name(statement.equal_members)
                line, _ = self.ledger.source.place(self.known.squares[statement.key].start)
                message = wording.root(name, number.printed.text, links.shown(root), line)
                self.ledger.find("value", name, message, number.start, number.stop, remark=True)
        return None if value is None else self.ledger.entries(value, printed, statement)

    def _root(self, statement: Statement, printed: Record) -> Real | None:
        r"""Return the root of what the text gave before as the square of a name: `s^2 = 13`, so `s = 3.6`."""
        squared = self.known.squares.get(statement.key)
        if squared is None or squared.start > statement.start or printed.shape is not None:
            return None
        defines = squared.derivation or squared.printed
        try:
            value = None if defines is None else self.exact.value(defines, squared.start)
            root = None if value is None or isinstance(value, Array) else reals.root(value)
        except FAILURES:
            return None
        negative = printed.numbers[0].printed.units < 0
        return root if root is None or not negative else reals.subtract(reals.real(0), root)

    @staticmethod
    def _constant(head: Node, printed: Record) -> Real | None:
        r"""Return pi for `\pi = 3.15`; a number further off than 1/2 makes the letter a name of its own."""
        constant = constant_value(head) if isinstance(head, (Name, Call)) else None
        if constant is None or printed.shape is not None:
            return None
        error = reals.absolute(reals.subtract(constant, printed.numbers[0].printed.value))
        return constant if reals.sign(reals.subtract(error, reals.real(fmpq(1, 2)))) < 0 else None

    def _note(self) -> str:
        return f"{self.local.problems[0].reading} reading" if self.local.problems else ""

    # -- findings that are not about one number

    def _repetition(self, statement: Statement, name: str, printed: Record, *, derived: bool) -> None:
        """Report a name printed again without a derivation, or never derived though a rule would do it."""
        if statement.formulas:
            return
        head = statement.chain.members[0]
        stop = max(printed.numbers[-1].stop, head.stop)  # the number may stand first: 0 = x
        last = self.known.last_printed(head, statement.start)
        if last is None and printed.shape is None:
            last = parts.beside(self.known, head, statement.start)
        if last is not None:
            line, _ = self.ledger.source.place(last.start)
            same = last.agrees(printed)
            self.ledger.find(
                "redefined",
                name,
                wording.redefined(name, line, same=same),
                statement.start,
                stop,
                remark=same,
            )
        elif derived:
            self.substitutions.not_derived(head, name, printed)

    def _shape(self, problem: ShapeProblem) -> None:
        self.reading = self.reading or problem.reading
        left, right, whole = (self.ledger.text(n) for n in (problem.left, problem.right, problem.node))
        message = wording.shape(left, right, problem.shapes, problem.reading)
        self.ledger.find("shape", whole if len(whole) < 40 else left, message, problem.node.start, problem.node.stop)


def _right(printed: Record, value: Value) -> int:
    """Return how many printed numbers are right if they should be the entries of a value."""
    entries = list(value) if isinstance(value, Array) else [value]
    if len(entries) != len(printed.numbers):
        return 0
    pairs = zip(printed.numbers, entries, strict=True)
    return sum(judge.verdict(number.printed, entry) in judge.RIGHT for number, entry in pairs)
