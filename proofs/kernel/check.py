r"""What the kernel says of each theorem: checked here, checked on record, or not checked.

A theorem counts as checked if its theory compiles, `coqchk` accepts all theories, the text of no theory opens a hole,
and everything that `Print Assumptions` lists is in `ALLOWED`.

References: [coq2022].
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from proofs.kernel import record, rocq
from proofs.kernel.source import Theories, load

ALLOWED: Mapping[str, str] = {
    "ClassicalDedekindReals.sig_forall_dec": (
        "a decidable property of natural numbers either holds of all or fails at one that can be named"
    ),
    "ClassicalDedekindReals.sig_not_dec": "for every proposition, its double negation or its negation is known",
    "Classical_Prop.classic": "every proposition or its negation holds",
    "FunctionalExtensionality.functional_extensionality_dep": "functions with equal values are equal",
}
"""The axioms of the standard library's real numbers, each with what it says; a theorem may assume no other."""


class How(Enum):
    """Where the answers come from."""

    HERE = "checked here"
    RECORD = "on record"
    NONE = "not checked here"


@dataclass(frozen=True)
class Outcome:
    """The kernel's answers.

    Args:
        how: whether Rocq ran here, a record stands in, or nothing is known.
        version: of the Rocq that ran here; "" where none did.
        recorded: the version on record, if the record is about these theories and gives these answers; else "".
        assumes: for every checked theorem, the axioms below it.
        failed: for every theorem that does not count, why.
    """

    how: How
    version: str = ""
    recorded: str = ""
    assumes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)

    def checked(self, theorem: str | None) -> bool:
        """Whether a theorem was checked, here or on record."""
        return theorem in self.assumes and theorem not in self.failed

    @property
    def summary(self) -> str:
        """One line about all theorems, for a terminal."""
        count = f"{len(set(self.assumes) - set(self.failed))} theorems"
        if self.how is How.HERE:
            return f"{count} checked here with Rocq {self.version}" + ("" if self.recorded else ", not on record")
        if self.how is How.RECORD:
            return f"{count} checked with Rocq {self.recorded} on record; not run here"
        return "not checked here: Rocq did not run, and no record is about these theories"

    def standing(self, theorem: str) -> str:
        """Say in a few words what is known of a theorem; the same on every machine where the record holds."""
        if theorem in self.failed:
            return f"not accepted: {self.failed[theorem]}"
        if theorem not in self.assumes:
            return "not checked here"
        return f"checked with Rocq {self.recorded} on record" if self.recorded else f"checked with Rocq {self.version}"


def check(
    theories: Theories | None = None,
    *,
    run: bool = True,
    fresh: bool = False,
    deep: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Outcome:
    """Ask the kernel about every theorem.

    Args:
        theories: those of this package by default.
        run: whether Rocq is run where it is installed; the record alone counts otherwise.
        fresh: whether unchanged theories are compiled again.
        deep: whether `coqchk` goes through the parts of the standard library that are used, too.
        progress: is told what is being done.
    """
    found = load() if theories is None else theories
    kept = record.read()
    if kept is not None and (kept.digest != found.digest or set(kept.assumes) != set(found.theorems)):
        kept = None
    # What stands in the text that must not counts against every theorem, whether Rocq runs or not.
    tool = rocq.find() if run else None
    if tool is None:
        if kept is None:
            return Outcome(How.NONE, failed=_judged(found, {}, {}, found.problems))
        failed = _judged(found, kept.assumes, {}, found.problems)
        return Outcome(How.RECORD, recorded=kept.version, assumes=kept.assumes, failed=failed)
    said = rocq.report(tool, found, fresh=fresh, deep=deep, progress=progress)
    failed = _judged(found, said.assumes, said.failed, (*found.problems, *said.problems))
    silent = [name for name in found.theorems if name not in said.assumes and name not in failed]
    failed |= dict.fromkeys(silent, "Rocq gave no answer")
    recorded = kept.version if kept is not None and kept.assumes == said.assumes else ""
    return Outcome(How.HERE, tool.version, recorded, said.assumes, failed)


def _judged(
    theories: Theories,
    assumes: Mapping[str, tuple[str, ...]],
    failed: Mapping[str, str],
    problems: tuple[str, ...],
) -> dict[str, str]:
    """Return theorem -> why it does not count, for those that do not."""
    out: dict[str, str] = {}
    for name in theories.theorems:
        unlisted = [axiom for axiom in assumes.get(name, ()) if axiom not in ALLOWED]
        if name in failed:
            out[name] = failed[name]
        elif unlisted:
            out[name] = f"{name} assumes {', '.join(unlisted)}"
        elif problems:
            out[name] = problems[0]
    return out
