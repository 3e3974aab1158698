"""Holding an implementation to conformance laws: the same cases for the same seed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from proofs.laws.conformance.drawing import draw
from proofs.laws.conformance.law import MODIFIERS, ConformanceLaw
from proofs.laws.conformance.plan import EXAMPLES, EXAMPLES_COMPILED, NothingToPlanError, Plan, plans
from proofs.laws.conformance.problem import Problem
from proofs.laws.conformance.reproduction import reproduction
from proofs.laws.conformance.shrinking import shrunk
from proofs.laws.conformance.trial import Subject, Trial, first_line
from proofs.laws.law import Outcome
from proofs.laws.running import Tally

LEAST = 20
"""Cases that must exercise a law, however few there are in all."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a run is made.

    Attributes:
        examples: calls planned for each law; by default as many as suits the implementation.
        seed: fixes them all.
        small: small sizes only.
        shrink: whether a failure is reduced to a minimal one.
        name: what the implementation is called in a reproduction, e.g. "torch" or "module:callable".
    """

    examples: int | None = None
    seed: int = 0
    small: bool = False
    shrink: bool = True
    name: str = ""


def run(
    law: ConformanceLaw,
    subject: Subject,
    options: Options | None = None,
) -> Outcome:
    """Hold an implementation to one law."""
    chosen = options or Options()
    examples = chosen.examples or (EXAMPLES_COMPILED if subject.traits.few_shapes else EXAMPLES)
    tally = _Tally(law.id)
    try:
        planned: Iterable[Plan] = plans(law, subject, examples, chosen.seed, small=chosen.small)
        for plan in planned:
            outcome = _step(law, subject, draw(plan, subject.traits), tally, chosen)
            if outcome is not None:
                return outcome
    except NothingToPlanError as error:
        return tally.outcome("unsupported", note=str(error))
    if not tally.cases:
        return tally.outcome("unsupported", note=tally.refusals())
    needed = max(math.ceil(law.quorum * tally.cases), min(LEAST, examples))
    if tally.exercised < needed and tally.refused.total() > examples // 2:
        return tally.outcome("unsupported", note=tally.refusals())
    if tally.exercised < needed:
        note = f"only {tally.exercised} of {tally.cases} cases exercised the law; {needed} are needed (more examples)"
        return tally.outcome("error", note=note)
    return tally.outcome("holds", note=f"not offered: {tally.refusals()}" if tally.refused else "")


def _step(law: ConformanceLaw, subject: Subject, problem: Problem, tally: _Tally, options: Options) -> Outcome | None:
    """Check one problem; return an outcome if the run ends with it."""
    try:
        with np.errstate(all="ignore"):
            measurement = law.check(Trial(subject, problem))
    except NotImplementedError as error:
        tally.refused[str(error) or "not implemented"] += 1
        plain = _plain(law, problem)
        return None if plain is None else _step(law, subject, plain, tally, options)
    except Exception as error:  # noqa: BLE001 - whatever a foreign implementation raises is its outcome
        note = f"{type(error).__name__}: {first_line(error)[:300]}"
        smaller = shrunk(law, subject, problem, raises=type(error)) if options.shrink else problem
        found = tally.outcome("error", note=note)
        return replace(found, counterexample=reproduction(law, subject, smaller, options.name))
    tally.add(measurement)
    if not measurement.broken.any():
        return None
    smallest = shrunk(law, subject, problem) if options.shrink else problem
    with np.errstate(all="ignore"):
        again = law.check(Trial(subject, smallest))
    worst = int(np.argmax(again.broken)) if again.broken.any() else int(np.argmax(measurement.broken))
    shown = again if again.broken.any() else measurement
    tally.error, tally.tolerance = float(shown.error[worst]), float(shown.tolerance[worst])
    return replace(tally.outcome("broken"), counterexample=reproduction(law, subject, smallest, options.name))


def _plain(law: ConformanceLaw, problem: Problem) -> Problem | None:
    """Return the problem without options that the law does not need and that may have been refused, if it has any."""
    call = problem.call
    given = {name for name in MODIFIERS if getattr(call, name) is not None and name not in law.needs}
    if call.scale is not None and "default" in law.scales:
        given.add("scale")
    return problem.but(call=call.but(**dict.fromkeys(given))) if given else None


class _Tally(Tally):
    """Counts over the problems of one law, and what was refused."""

    def __init__(self, law: str) -> None:
        super().__init__(law)
        self.refused: Counter[str] = Counter()

    def refusals(self) -> str:
        """Return what was refused, most often first."""
        return "; ".join(reason for reason, _ in self.refused.most_common(3))
