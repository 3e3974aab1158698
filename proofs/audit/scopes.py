"""The two ways to look a name up: by its definition, exactly, and as last printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofs.audit import parts
from proofs.audit.definitions import has_names
from proofs.audit.failures import Circular, NotDefined
from proofs.audit.syntax import Call, Table, canonical
from proofs.audit.values import position

if TYPE_CHECKING:
    from collections.abc import Mapping

    from proofs.audit.definitions import Definitions
    from proofs.audit.evaluator import Evaluator, ShapeProblem
    from proofs.audit.reals import Real
    from proofs.audit.syntax import Known, Name, Node, Number
    from proofs.audit.values import Value


class Global:
    """Scope of the exact reference: names by definition, from the inputs on, nothing rounded."""

    def __init__(self, known: Definitions, evaluator: Evaluator) -> None:
        self.known, self.evaluator = known, evaluator
        self.targets: dict[int, Real] = {}
        self.at = 0
        self.ahead = True  # whether inputs printed later count
        self._values: dict[tuple[str, int], Value] = {}
        self._open: set[tuple[str, int]] = set()

    def literal(self, number: Number) -> Real:
        """Return what a number stands for, where it was put in the place of a name; else the number."""
        return self.targets.get(number.start, number.printed.value)

    def problem(self, found: ShapeProblem) -> None:
        """Shape problems are reported where they are printed, not where they are used."""

    def stated(self, node: Known) -> Value | None:
        """Return what the text says a function of something without a value is."""
        try:
            return self.lookup(node)
        except NotDefined:
            return None

    def value(self, node: Node, at: int) -> Value:
        """Return the value of a formula that stands at offset `at`."""
        outer, self.at = self.at, at
        try:
            return self.evaluator.value(node, self)
        finally:
            self.at = outer

    def lookup(self, node: Name | Call | Known) -> Value:
        """Return the value of a name by its definition; without one, the numbers printed for it are an input.

        Raises NotDefined.
        """
        failure = NotDefined(node)
        try:
            value = self.derived(node, self.at)
            if value is not None:
                return value
        except Circular:
            raise
        except NotDefined as error:
            failure = error.with_traceback(None)
        statement = self.known.input(node, self.at)
        if statement is not None and statement.printed is not None and (self.ahead or statement.start <= self.at):
            return self.value(statement.printed, self.at)
        last = self.known.last_printed(node, self.at)
        if last is not None:
            return last.value()
        implied = self._implied(node)
        if implied is None:
            try:
                raise failure
            finally:
                del failure  # else the exception holds this frame, and this frame the exception
        return implied

    def _implied(self, node: Name | Call | Known) -> Value | None:
        """Return x_2 as an entry of x, and A' as the transpose of A, where only x and A are defined; else None."""
        for whole, part in parts.wholes(node):
            found = self._entry(whole, part)
            if found is not None:
                return found
            try:
                value = self.evaluator.value(whole, self)  # which counts how deep it is: A may have a thousand primes
            except NotDefined:
                continue
            found = parts.of_value(value, part)
            if found is not None:
                return found
        return None

    def _entry(self, whole: Name, part: parts.Part) -> Value | None:
        """Return an entry of numbers that are an input, looked at alone: a text may name each entry of a vector."""
        statement = self.known.defining(whole, self.at)
        table = None if statement is None else statement.printed
        if part is None or not isinstance(table, Table) or self._formulas(whole, self.at):
            return None
        place = position((len(table.rows), len(table.rows[0])), part)
        if place is None:
            return None
        row, column = divmod(place, len(table.rows[0]))
        return self.value(table.rows[row][column], self.at)

    def derived(self, node: Node, at: int) -> Value | None:
        """Return the value that a definition gives a name; None if all there is are numbers printed for it.

        Raises NotDefined if what defines the name has no value itself, Circular if that is the name.
        """
        name = canonical(node)
        key = (name, self.known.epoch(at))
        if key in self._values:
            return self._values[key]
        formulas = self._formulas(node, at)
        if not formulas:
            return None
        definition = (name, formulas[0][0].start)
        if definition in self._open:
            raise Circular(node, "is defined through itself")
        self._open.add(definition)
        try:
            self._values[key] = self._first(formulas)
        finally:
            self._open.discard(definition)
        return self._values[key]

    def _first(self, formulas: list[tuple[Node, int]]) -> Value:
        """Return the value of the first formula that has one."""
        failure: NotDefined | None = None
        for formula, place in formulas:
            try:
                return self.value(formula, place)
            except NotDefined as error:
                failure = failure or error.with_traceback(None)
        assert failure is not None  # noqa: S101 - every round failed
        try:
            raise failure
        finally:
            del failure

    def _formulas(self, node: Node, at: int) -> list[tuple[Node, int]]:
        """Return the formulas that can define a name, best first, and where each stands."""
        statement = self.known.defining(node, at)
        ruled = self.known.rule_for(node, at)
        own = statement.derivation if statement is not None else None
        found: list[tuple[Node, int]] = []
        if statement is not None and own is not None and has_names(own):
            found.append((own, statement.start))
        if ruled is not None:
            found.append((ruled[1], at))
        if statement is not None and not statement.formulas:
            symbolic = self.known.symbolic(node, statement)
            if symbolic is not None:
                found.append((symbolic, at))
        if statement is not None:
            found.extend((formula, statement.start) for formula in statement.formulas if not has_names(formula))
        return found


class Local:
    """Scope of the reader who trusts the page: every name as last printed before the formula that uses it."""

    def __init__(self, known: Definitions, evaluator: Evaluator, exact: Global, causes: Mapping[int, int]) -> None:
        self.known, self.evaluator, self.exact = known, evaluator, exact
        self.at = 0
        self._causes = causes
        self.cause: int | None = None
        self.problems: list[ShapeProblem] = []

    def literal(self, number: Number) -> Real:
        """Return the number as printed."""
        if self.cause is None:
            self.cause = self._causes.get(number.start)
        return number.printed.value

    def problem(self, found: ShapeProblem) -> None:
        """Keep a product that does not exist as printed."""
        self.problems.append(found)

    def stated(self, node: Known) -> Value | None:
        """Return what is printed for a function of something without a value, else what the text says it is."""
        try:
            return self.lookup(node)
        except NotDefined:
            return None

    def value(self, node: Node, at: int) -> Value:
        """Return the value of a formula that stands at offset `at`.

        Afterwards `cause` says where the first mistake stands that a printed number used, itself or by name, is wrong
        by; None if all of them are sound.
        """
        self.at, self.cause = at, None
        return self.evaluator.value(node, self)

    def lookup(self, node: Name | Call | Known) -> Value:
        """Return a name as last printed; where it never was, by its definition. Raises NotDefined."""
        printed = parts.printed(self.known, node, self.at)
        if printed is not None:
            if self.cause is None:
                self.cause = printed.cause
            return printed.value()
        ruled = self.known.rule_for(node, self.at)
        if ruled is not None and isinstance(node, Call):  # f(x) at the x that is printed
            return self.evaluator.value(ruled[1], self)
        return self.exact.value(node, self.at)
