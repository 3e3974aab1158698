r"""What a derivation is made of: steps that name their rule, and facts that only a proof can make."""

from __future__ import annotations

from dataclasses import InitVar, dataclass, field, replace
from typing import Any

import sympy as sp

from proofs.formula import And, ForAll, Formula, Or, Reads, Relation, Statement, free_symbols, same_formula
from proofs.rules.core import Context, RuleError

FACT_DOOR = object()
"""What `proofs.derivation` shows to make a `Fact`; nothing else may use it, and a test looks for that."""


FORMULAS = (Relation, ForAll, And, Or, Reads)


class DerivationError(ValueError):
    """A derivation does not establish what it should. Attributes: expected, received."""

    def __init__(self, expected: object, received: object) -> None:
        self.expected, self.received = expected, received
        super().__init__(f"expected to arrive at {expected}, arrived at {received}")


@dataclass(frozen=True)
class Step:
    """One step: the rule's name and schema, and the expressions or formulas on both sides.

    relation is "=" or "<=" between before and after, or "=>" for an inference (after is then a formula).
    `ranges` and `assumptions` hold what the step was made under, beyond the statement's own.
    """

    rule: str
    says: str
    relation: str
    before: Any
    after: Any
    note: str = ""
    statement: Statement | None = None
    uses: Formula | None = None
    start: Any = None


@dataclass(frozen=True)
class Fact:
    """An established formula. Built by `Proof` alone."""

    formula: Formula
    under: Statement = field(repr=False, compare=False)
    door: InitVar[object] = None  # not kept: `dataclasses.replace` on a fact must not pass

    def __post_init__(self, door: object) -> None:
        """Refuse facts that did not come through the door."""
        if door is not FACT_DOOR:
            raise TypeError("a Fact is made by a Proof: use its methods")

    @property
    def relation(self) -> Relation:
        """The formula as an equation or inequality. Raises RuleError if it is none."""
        return as_relation(self.formula)


def as_relation(formula: Formula) -> Relation:
    """Return a formula that is an equation or inequality. Raises RuleError if it is none."""
    if not isinstance(formula, Relation):
        raise RuleError("an equation", formula)
    return formula


def closed(statement: Statement) -> Formula:
    """Return the conclusion, quantified over the letters it mentions; the other ranges must not be empty."""
    mentioned = free_symbols(statement.conclusion)
    for v, first, last in reversed(statement.ranges):
        if v in mentioned:
            mentioned |= {s for bound in (first, last) for s in sp.sympify(bound).free_symbols}
    kept = tuple(r for r in statement.ranges if r[0] in mentioned)
    facts = Context.of(replace(statement, ranges=kept), sp.Integer(0)).facts
    for v, first, last in statement.ranges:
        if v not in mentioned and not facts.at_most(first, last):
            raise RuleError("a range that is not empty", (v, first, last))
    return ForAll(kept, statement.conclusion) if kept else statement.conclusion


def conclude(statement: Statement, fact: Fact) -> None:
    """Check that a fact is the statement's conclusion, under no other assumptions. Raises DerivationError."""
    if fact.under is not statement:
        raise DerivationError(statement.conclusion, "a fact under other assumptions")
    if not same_formula(fact.formula, statement.conclusion):
        raise DerivationError(statement.conclusion, fact.formula)
