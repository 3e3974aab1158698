r"""Verdicts and the evidence behind them. Only `proofs.decide` builds a `Verdict`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from enum import Enum

from attention.instances import Instance
from proofs.derivation import Step
from proofs.formula import Formula, Statement


class Kind(Enum):
    """The verdicts of DESIGN section 3, and what is only cited: it counts neither as proved nor as refuted."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    CITED = "cited"
    NOT_FORMAL = "not formal"


@dataclass(frozen=True)
class Witness:
    """An instance at which a statement fails, with both sides exact and a ball that excludes equality."""

    instance: Instance
    indices: Mapping[str, int]
    statement: Statement
    relation: Formula
    lhs: str
    rhs: str
    difference: str
    tried: int


class Standing(Enum):
    """Why an assumption stands in a statement."""

    NEEDED = "needed"
    GIVES_VALUE = "gives the conclusion a value"
    NOT_NEEDED = "not needed"
    UNSETTLED = "unsettled"


@dataclass(frozen=True)
class Need:
    """What becomes of a statement without one of its assumptions.

    NEEDED comes with a witness, GIVES_VALUE with an instance at which the conclusion divides by zero, NOT_NEEDED
    means that the derivation runs without it, and UNSETTLED that a claim says why neither was found.
    """

    standing: Standing
    witness: Witness | None = None
    instance: Instance | None = None
    reason: str = ""


@dataclass(frozen=True)
class PartEvidence:
    """What was established for one part: derivation steps and exact spot checks of each of them."""

    label: str
    statement: Statement
    steps: tuple[Step, ...]
    spot_checks: int
    not_evaluable: int
    model: Instance | None
    needed: Mapping[str, Need] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class MutantEvidence:
    """A false variant and the witness that refutes it (None: it survived)."""

    change: str
    statement: Statement
    witness: Witness | None


@dataclass(frozen=True)
class LineVerdict:
    """The judgement of one line of a document's proof: holds, fails, or does not follow."""

    label: str
    verdict: str
    note: str


DOOR = object()
"""What `proofs.decide` shows to build a verdict; nothing else may use it, and a test looks for that."""


@dataclass(frozen=True)
class Verdict:
    """The decision of a claim. `residual` says what was left open where the kind is UNDECIDED."""

    claim: str
    kind: Kind
    scope: str
    parts: tuple[PartEvidence, ...] = ()
    witness: Witness | None = None
    mutants: tuple[MutantEvidence, ...] = ()
    residual: str = ""
    tainted_by: tuple[str, ...] = ()
    door: InitVar[object] = None  # not kept: `dataclasses.replace` on a verdict must not pass

    def __post_init__(self, door: object) -> None:
        """Refuse verdicts that were not computed."""
        if door is not DOOR:
            raise TypeError("a Verdict is made by proofs.decide alone")
