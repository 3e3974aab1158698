"""Hypothesis drives the laws: it draws structures, each is checked as a whole batch of cases."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, settings

from proofs.laws.batch import DTYPES, draw
from proofs.laws.running import judge
from proofs.laws.strategies import structures

LEAST_SHARE = 0.01
"""Share of cases that must have been exercised: a short random run may draw many unlucky structures, so this
is far below the quorum of a law, which the deterministic run has to meet."""


class LawBrokenError(AssertionError):
    """A law is broken; the counterexample is in the message."""


@dataclass
class Fuzzed:
    """What a fuzz run saw."""

    examples: int = 0
    cases: int = 0
    exercised: int = 0
    notes: set[str] = field(default_factory=set)


def fuzz(law, implementation, *, dtypes=DTYPES, examples=100, shrink=True):
    """Hold an implementation to a law on drawn structures; raise LawBrokenError with one minimal case."""
    __tracebackhide__ = True
    seen = Fuzzed()

    # The order of examples is fixed, so that a test of mutants says the same thing every time; the twin's own
    # fuzzing keeps Hypothesis' randomness.
    phases = set(Phase) if shrink else {Phase.generate}

    @settings(
        max_examples=examples,
        deadline=None,
        phases=phases,
        derandomize=not shrink,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(structures(law, dtypes=dtypes))
    def check(structure):
        outcome = judge(law, implementation, [draw(structure)])
        seen.examples += 1
        seen.cases += outcome.cases
        seen.exercised += outcome.exercised
        if outcome.outcome == "broken":
            raise LawBrokenError(f"{law.id}: error {outcome.max_error} > {outcome.bound} for {outcome.counterexample}")
        # A single structure may exercise nothing (one token, say): that is judged over the whole run, below.
        if outcome.note and not outcome.note.startswith("only "):
            raise LawBrokenError(f"{law.id}: {outcome.note}")

    check()
    assert seen.exercised >= LEAST_SHARE * seen.cases, (
        f"{law.id}: only {seen.exercised} of {seen.cases} cases exercised the law"
    )
    return seen
