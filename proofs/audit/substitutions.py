"""Numbers put in the place of names: judged where they are new, else compared with what was printed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from proofs.audit import judge, parts, wording
from proofs.audit.definitions import record
from proofs.audit.ledger import FAILURES, Ledger, Reference
from proofs.audit.limits import TooLarge
from proofs.audit.links import same_value
from proofs.audit.pairing import Pair, pairs
from proofs.audit.reals import as_integer
from proofs.audit.rules import has_sum, written_out
from proofs.audit.syntax import Add, Call, Component, Name, Number, Table, canonical, children, latex, negated, numbers
from proofs.audit.values import Array

if TYPE_CHECKING:
    from collections.abc import Callable

    from proofs.audit.definitions import Definitions, Record, Statement
    from proofs.audit.reals import Real
    from proofs.audit.scopes import Global, Local
    from proofs.audit.syntax import Node


class _Once:
    """A question that is answered once, when it is first asked."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        self._ask = ask
        self._answer: bool | None = None

    def __call__(self) -> bool:
        """Return the answer."""
        if self._answer is None:
            self._answer = self._ask()
        return self._answer


class Substitutions:
    """Follows what printed numbers stand for through the formulas of one chain after another."""

    def __init__(self, ledger: Ledger, known: Definitions, exact: Global, local: Local) -> None:
        self.ledger, self.known, self.exact, self.local = ledger, known, exact, local
        self._named: set[int] = set()  # where numbers stand that were put in for names

    def lay_beside(self, statement: Statement) -> set[int]:
        """Find what numbers inside formulas were put in for; judge the new, compare the others.

        Return the positions of the members in which every number was accounted for so.
        """
        self.exact.ahead = False  # what was put in was put in before anything later was said
        try:
            return self._laid(statement)
        finally:
            self.exact.ahead = True

    def _laid(self, statement: Statement) -> set[int]:
        members = statement.equal_members
        forms: list[Node] = []
        followed: set[int] = set()
        ruled = self._rule_body(statement)
        if ruled is not None:
            forms.append(ruled)
            head = members[0]
            self._named.update(n.start for n in children(head) if isinstance(n, Number))
        for position, member in enumerate(members):
            if numbers(member) is not None or (position == 0 and statement.key):
                continue
            for form in reversed(forms):
                laid = pairs(form, member)
                if laid is None and has_sum(form):
                    laid = self._laid_out(statement, form, member)
                if laid is None:
                    continue
                foreign = any(self._foreign(pair) for pair in laid)
                if foreign:  # another computation: its parts are no steps of this one
                    laid = [pair for pair in laid if numbers(pair.formula) or not children(pair.formula)]
                rearranged = _Once(partial(self._rearranged, statement, form, member))
                for pair in laid:
                    self._put(statement, pair, rearranged)
                if not foreign and form is forms[-1]:
                    followed.add(position)
                break
            forms.append(member)
        return followed

    def _laid_out(self, statement: Statement, form: Node, member: Node) -> list[Pair] | None:
        """Lay a formula beside one whose sums are written out."""

        def integer_of(bound: Node) -> int | None:
            try:
                value = self.local.value(bound, statement.start)
            except FAILURES:
                return None
            return None if isinstance(value, Array) else as_integer(value)

        try:
            return pairs(written_out(form, integer_of), member)
        except TooLarge:
            return None

    def _rearranged(self, statement: Statement, form: Node, member: Node) -> bool:
        """Whether two formulas have the same value: then a number at another place is no mistake."""
        try:
            values = self.local.value(form, statement.start), self.local.value(member, statement.start)
            return same_value(*values)
        except FAILURES:
            return False

    def _rule_body(self, statement: Statement) -> Node | None:
        try:
            found = self.known.rule_for(statement.chain.members[0], statement.start)
        except TooLarge as error:
            self.ledger.failure(error, statement)
            return None
        return found[1] if found else None

    def _foreign(self, pair: Pair) -> bool:
        """Whether a number stands beside another number that was not put in for a name."""
        before, after = numbers(pair.formula), numbers(pair.put)
        if before is None or after is None or all(n.start in self._named for n in before):
            return False
        return [n.printed.value for n in before] != [n.printed.value for n in after]

    def _put(self, statement: Statement, pair: Pair, rearranged: _Once) -> None:
        """Judge or compare what was put in; numbers of another formula of the same value (`rearranged`) may differ."""
        printed = record(pair.put)
        formula = pair.formula
        last = self.known.last_printed(formula, statement.start) if isinstance(formula, (Name, Call)) else None
        if last is not None and last.implied and not last.agrees(printed):
            # Numbers put in for a name are all that said what it is: with others, another example begins.
            self.known.forget(formula)
        exact = self._target(statement, formula, printed)
        if self._put_for_negative(statement, formula, printed, exact):
            return
        before = self._before(statement, formula)
        if before is not None:
            same = len(before) == len(printed.numbers) and all(
                judge.agree(a.printed, b.printed) for a, b in zip(printed.numbers, before, strict=True)
            )
            if not same and rearranged():
                return
            if isinstance(formula, (Number, Table)) and not all(n.start in self._named for n in before):
                # A number beside a number stands for nothing: the two formulas are compared as a whole.
                for number, other in zip(printed.numbers, before, strict=True) if same else ():
                    if other.start in self.ledger.causes:
                        self.ledger.causes[number.start] = self.ledger.causes[other.start]
                    if other.start in self.exact.targets:
                        self.exact.targets[number.start] = self.exact.targets[other.start]
                return
        elif numbers(formula) is None and not isinstance(formula, (Name, Call, Component)) and rearranged():
            local = self._step(statement, formula, printed)
            if local is None or any(
                judge.verdict(n.printed, x) == "wrong" for n, x in zip(printed.numbers, local, strict=True)
            ):
                return
        if exact is not None:
            for number, target in zip(printed.numbers, exact, strict=True):
                self.exact.targets[number.start] = target
        if isinstance(formula, Number):
            self._compare(latex(formula), [formula], printed, exact, [self.ledger.causes.get(formula.start)])
        elif isinstance(formula, (Name, Call, Component)):
            self._put_for_name(statement, formula, printed, exact)
        elif numbers(formula) is None:
            self._put_for_formula(statement, formula, printed, exact)
        if isinstance(formula, (Number, Name, Call, Component)):
            self._named.update(number.start for number in printed.numbers)

    def _put_for_negative(self, statement: Statement, formula: Node, printed: Record, exact: list[Real] | None) -> bool:
        """Compare a number put in for `-b` with the one printed for b, if it is that; return whether it is."""
        if not isinstance(formula, Add) or len(formula.terms) > 1:
            return False
        [(_, name)] = formula.terms
        last = parts.printed(self.known, name, statement.start) if isinstance(name, (Name, Call)) else None
        if last is None or len(last.numbers) != len(printed.numbers):
            return False
        known = [negated(number) for number in last.numbers]
        self._compare(f"-{latex(name)}", known, printed, exact, last.causes or [None] * len(known))
        self._named.update(number.start for number in printed.numbers)
        return True

    def _before(self, statement: Statement, formula: Node) -> list[Number] | None:
        """Return the numbers last printed for what stood here before; None for a formula, or a new name."""
        own = numbers(formula)
        if own is not None:
            return list(own)
        if not isinstance(formula, (Name, Call, Component)):
            return None
        owner = formula.owner if isinstance(formula, Component) else formula
        last = parts.printed(self.known, owner, statement.start)
        if last is None:
            return None
        if isinstance(formula, Component):
            return list(last.numbers[formula.position : formula.position + 1])
        return list(last.numbers)

    def _step(self, statement: Statement, formula: Node, printed: Record) -> list[Real] | None:
        try:
            value = self.local.value(formula, statement.start)
        except FAILURES:
            return None
        entries = list(value) if isinstance(value, Array) else [value]
        return entries if len(entries) == len(printed.numbers) else None

    def _target(self, statement: Statement, formula: Node, printed: Record) -> list[Real] | None:
        try:
            value = self.exact.value(formula, statement.start)
        except FAILURES:
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
        last = parts.printed(self.known, owner, statement.start)
        if last is not None:
            places = [formula.position] if isinstance(formula, Component) else range(len(last.numbers))
            known = [last.numbers[p] for p in places if p < len(last.numbers)]
            causes = [last.causes[p] if p < len(last.causes) else None for p in places if p < len(last.numbers)]
            self._compare(latex(formula), known, printed, exact, causes)
            return
        if isinstance(formula, Component):
            return
        name = latex(formula)
        derived = self._derived(formula, statement)
        note = f"stands for {name}, which is printed nowhere before"
        self.ledger.judge(name, printed, Reference(None, exact if derived else None, None, note))
        if derived:
            self.not_derived(formula, name, printed)
        printed.implied = not derived
        self.known.print(formula, printed)

    def _derived(self, formula: Name | Call, statement: Statement) -> bool:
        try:
            return self.exact.derived(formula, statement.start) is not None
        except FAILURES:
            return False

    def _put_for_formula(self, statement: Statement, formula: Node, printed: Record, exact: list[Real] | None) -> None:
        """Judge a number that stands where a part of the formula before had to be computed."""
        try:
            local = self.ledger.entries(self.local.value(formula, statement.start), printed, statement)
        except FAILURES:
            local = None
        cause = self.local.cause
        name = self.ledger.name(statement.equal_members)
        self.ledger.judge(name, printed, Reference(local, exact, cause, "a step of the computation"))

    def _compare(
        self,
        name: str,
        known: list[Number],
        printed: Record,
        exact: list[Real] | None,
        causes: list[int | None],
    ) -> None:
        """Compare the numbers put in with those last printed."""
        if len(known) != len(printed.numbers):
            return
        for index, (number, before) in enumerate(zip(printed.numbers, known, strict=True)):
            same = judge.agree(number.printed, before.printed)
            right = exact is None or judge.verdict(number.printed, exact[index]) in judge.SOUND
            own = number.start if causes[index] is None else causes[index]
            cause = causes[index] if same else None if right else number.start
            if cause is not None:
                self.ledger.causes[number.start] = cause
            if not same:
                line, _ = self.ledger.source.place(before.start)
                message = wording.substitution(name, number.printed.text, before.printed.text, line)
                self.ledger.find(
                    "substitution", name, message, number.start, number.stop, cause=own if right else number.start
                )
            if cause is not None and exact is not None:
                self.ledger.correct(number, exact[index])

    def not_derived(self, head: Node, name: str, printed: Record) -> None:
        """Remark that a value is printed without a derivation though a rule defines it."""
        ruled = self.known.rule_for(head, printed.start)
        if ruled is None or canonical(ruled[0].head) == canonical(head):
            return
        line, _ = self.ledger.source.place(ruled[0].offset)
        message = wording.not_derived(name, latex(ruled[0].head), line)
        self.ledger.find("undefined", name, message, printed.start, printed.numbers[-1].stop, remark=True)
