r"""What a derivation is made of: steps that name their rule, and facts that only a proof can make."""

from __future__ import annotations

from dataclasses import InitVar, dataclass, field
from typing import Any

from proofs.formula import And, ForAll, Formula, Or, Reads, Relation, Statement
from proofs.rules.core import RuleError

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
