"""Numbers put in the place of names: judged where they are new, else compared with what was printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofs.audit import judge, wording
from proofs.audit.definitions import record
from proofs.audit.ledger import FAILURES, Ledger, Reference
from proofs.audit.limits import TooLarge
from proofs.audit.pairing import Pair, pairs
from proofs.audit.syntax import Call, Component, Name, Number, canonical, latex, numbers
from proofs.audit.values import Array

if TYPE_CHECKING:
    from proofs.audit.definitions import Definitions, Record, Statement
    from proofs.audit.reals import Real
    from proofs.audit.scopes import Global, Local
    from proofs.audit.syntax import Node


class Substitutions:
    """Follows what printed numbers stand for through the formulas of one chain after another."""

    def __init__(self, ledger: Ledger, known: Definitions, exact: Global, local: Local) -> None:
        self.ledger, self.known, self.exact, self.local = ledger, known, exact, local

    def lay_beside(self, statement: Statement) -> None:
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
            self.ledger.failure(error, statement)
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
            self._compare(
                latex(formula), [formula], printed, exact, [self.ledger.sound.get(formula.start, True)]
            )
        elif isinstance(formula, (Name, Call, Component)):
            self._put_for_name(statement, formula, printed, exact)
        elif numbers(formula) is None:
            self._put_for_formula(statement, formula, printed, exact)

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
        self.ledger.judge(name, printed, Reference(None, exact if derived else None, sound=True, note=note))
        if derived:
            self.not_derived(formula, name, printed)
        self.known.print(formula, printed)

    def _derived(self, formula: Name | Call, statement: Statement) -> bool:
        try:
            return self.exact.derived(formula, statement.start) is not None
        except FAILURES:
            return False

    def _put_for_formula(
        self, statement: Statement, formula: Node, printed: Record, exact: list[Real] | None
    ) -> None:
        """Judge a number that stands where a part of the formula before had to be computed."""
        try:
            local = self.ledger.entries(self.local.value(formula, statement.start), printed, statement)
        except FAILURES:
            local = None
        sound = self.local.sound
        name = self.ledger.name(statement.equal_members)
        self.ledger.judge(name, printed, Reference(local, exact, sound, "a step of the computation"))

    def _compare(
        self, name: str, known: list[Number], printed: Record, exact: list[Real] | None, sound: list[bool]
    ) -> None:
        """Compare the numbers put in with those last printed."""
        if len(known) != len(printed.numbers):
            return
        for index, (number, before) in enumerate(zip(printed.numbers, known, strict=True)):
            same = judge.agree(number.printed, before.printed)
            right = exact is None or judge.verdict(number.printed, exact[index]) in judge.SOUND
            self.ledger.sound[number.start] = sound[index] if same else right
            if not same:
                line, _ = self.ledger.source.place(before.start)
                message = wording.substitution(name, number.printed.text, before.printed.text, line)
                self.ledger.find("substitution", name, message, number.start, number.stop)
            if not self.ledger.sound[number.start] and exact is not None:
                self.ledger.correct(number, exact[index])

    def not_derived(self, head: Node, name: str, printed: Record) -> None:
        """Remark that a value is printed without a derivation though a rule defines it."""
        ruled = self.known.rule_for(head, printed.start)
        if ruled is None or canonical(ruled[0].head) == canonical(head):
            return
        line, _ = self.ledger.source.place(ruled[0].offset)
        message = wording.not_derived(name, latex(ruled[0].head), line)
        self.ledger.find("undefined", name, message, printed.start, printed.numbers[-1].stop, remark=True)
