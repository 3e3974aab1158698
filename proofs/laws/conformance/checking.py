"""The laws as a library: check an implementation at once, or law by law as parameters of a pytest test.

`check_implementation(f)` returns structured results.  `parametrize_with_laws(f)` decorates a test that takes `law` and
calls it; laws that are known to fail are named with their reason and must then fail (in the style of scikit-learn's
estimator checks).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from proofs.laws.conformance.catalogue import UnknownLawError, laws
from proofs.laws.conformance.law import ConformanceLaw
from proofs.laws.conformance.running import Options, run
from proofs.laws.conformance.traits import Traits
from proofs.laws.conformance.trial import Function, Subject
from proofs.laws.law import Outcome


class LawBrokenError(AssertionError):
    """An implementation breaks a law, or too little of it could be tried. Attribute: outcome."""

    def __init__(self, title: str, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(failure(title, outcome))


class UnsupportedError(Exception):
    """An implementation does not offer what a law is about. Attribute: outcome."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(f"{outcome.law}: not offered: {outcome.note}")


def failure(title: str, outcome: Outcome) -> str:
    """Return what a person needs to know of an outcome that is not a pass, its reproduction included."""
    if outcome.outcome == "broken":
        said = f"{outcome.law}: broken: {title}: error {outcome.max_error:.3g}, allowed {outcome.bound:.3g}"
    else:
        said = f"{outcome.law}: {outcome.outcome}: {title}: {outcome.note}"
    code = (outcome.counterexample or {}).get("code")
    return said if code is None else f"{said}\n\n{code}"


@dataclass(frozen=True, slots=True)
class Check:
    """One law and one implementation; calling it checks, and raises what is wrong.

    Attributes:
        law: the law. subject: the implementation with its traits. options: how the run is made.
    """

    law: ConformanceLaw
    subject: Subject
    options: Options

    @property
    def id(self) -> str:
        """The id of the law."""
        return self.law.id

    def outcome(self) -> Outcome:
        """Return what comes out, whatever it is."""
        return run(self.law, self.subject, self.options)

    def __call__(self) -> Outcome:
        """Return the outcome if the law holds.

        Raises:
            LawBrokenError: it does not, or too few cases could show it.
            UnsupportedError: the implementation does not offer what the law is about. pytest skips such a test where
                it is made by `parametrize_with_laws`.
        """
        __tracebackhide__ = True
        found = self.outcome()
        if found.outcome == "unsupported":
            raise UnsupportedError(found)
        if found.outcome != "holds":
            raise LawBrokenError(self.law.title, found)
        return found

    def __repr__(self) -> str:
        return f"<law {self.law.id}>"


def checks(
    implementation: Function,
    *,
    traits: Traits | Mapping[str, Any] | None = None,
    only: Sequence[str] | None = None,
    examples: int | None = None,
    seed: int = 0,
    name: str | None = None,
) -> list[Check]:
    """Return one check for each law.

    Args:
        implementation: f(q, k, v, *, mask=None, is_causal=False, scale=None, ...); see README and DESIGN section 6.
        traits: what differs from the defaults; by default what the implementation carries as `traits`.
        only: ids of laws; by default all that need not be asked for by name.
        examples: calls planned for each law, each with many cases; 100 by default, 20 with `few_shapes`.
        seed: fixes every case.
        name: `module:callable` for the reproduction; by default where the implementation was defined.

    Raises:
        UnknownLawError: `only` names a law that does not exist.
        TraitError: `traits` holds a name or value that does not exist.
        ValueError: examples is below 1, or seed below 0.
    """
    if examples is not None and examples < 1:
        raise ValueError(f"examples: expected an integer >= 1, got {examples!r}")
    if seed < 0:
        raise ValueError(f"seed: expected an integer >= 0, got {seed!r}")
    if isinstance(only, str):
        raise TypeError(f"only: expected a sequence of ids, got the string {only!r}")
    subject = Subject.of(implementation, traits)
    options = Options(examples=examples, seed=seed, name=_where(implementation) if name is None else name)
    chosen = laws(None if only is None else tuple(only))
    return [Check(law, subject, options) for law in chosen]


def _where(implementation: Function) -> str:
    """Return `module:callable` for a function that can be imported again, else nothing."""
    module, qualified = getattr(implementation, "__module__", ""), getattr(implementation, "__qualname__", "")
    found: Any = sys.modules.get(module) if module != "__main__" else None
    for part in qualified.split("."):
        found = getattr(found, part, None)
    return f"{module}:{qualified}" if found is implementation else ""


def check_implementation(
    implementation: Function,
    *,
    traits: Traits | Mapping[str, Any] | None = None,
    only: Sequence[str] | None = None,
    expected_failures: Mapping[str, str] | None = None,
    examples: int | None = None,
    seed: int = 0,
) -> Results:
    """Return the outcome of every law; nothing is raised for a broken one.

    Args:
        implementation: as for `checks`.
        traits: as for `checks`.
        only: as for `checks`.
        expected_failures: id of a law -> why it fails; see `Results.unexpected`.
        examples: as for `checks`.
        seed: as for `checks`.

    Raises:
        UnknownLawError, TraitError: as `checks`; the former for `expected_failures` too.
    """
    expected = _expected(expected_failures)
    found = [
        check.outcome() for check in checks(implementation, traits=traits, only=only, examples=examples, seed=seed)
    ]
    return Results(tuple(found), expected)


@dataclass(frozen=True, slots=True)
class Results:
    """What came of holding an implementation to laws.

    Attributes:
        outcomes: one for each law, in order. expected_failures: law -> reason, as given.
    """

    outcomes: tuple[Outcome, ...]
    expected_failures: Mapping[str, str]

    def __iter__(self) -> Iterator[Outcome]:
        """Yield the outcomes in order."""
        return iter(self.outcomes)

    def __len__(self) -> int:
        """Return how many laws there are."""
        return len(self.outcomes)

    def __str__(self) -> str:
        """Return a line for each law."""
        width = max((len(outcome.law) for outcome in self.outcomes), default=0)
        return "\n".join(f"{each.law:{width}}  {each.outcome:11}  {each.note}".rstrip() for each in self.outcomes)

    def __getitem__(self, law: str) -> Outcome:
        """Return the outcome of the law of this id."""
        for outcome in self.outcomes:
            if outcome.law == law:
                return outcome
        raise UnknownLawError(law)

    @property
    def broken(self) -> tuple[Outcome, ...]:
        """The outcomes of broken laws."""
        return tuple(outcome for outcome in self.outcomes if outcome.outcome == "broken")

    @property
    def unexpected(self) -> tuple[Outcome, ...]:
        """What a strict reader minds: failures that were not expected, and passes that were expected to fail."""
        return tuple(
            outcome
            for outcome in self.outcomes
            if outcome.outcome in ({"holds"} if outcome.law in self.expected_failures else {"broken", "error"})
        )

    @property
    def passed(self) -> bool:
        """Whether nothing is unexpected, and something was checked."""
        return not self.unexpected and any(outcome.outcome != "unsupported" for outcome in self.outcomes)


def _expected(expected_failures: Mapping[str, str] | None) -> Mapping[str, str]:
    known = dict(expected_failures or {})
    laws(tuple(known))
    return known


def parametrize_with_laws(
    implementation: Function,
    *,
    traits: Traits | Mapping[str, Any] | None = None,
    only: Sequence[str] | None = None,
    expected_failures: Mapping[str, str] | None = None,
    examples: int | None = None,
    seed: int = 0,
) -> Any:
    """Return a decorator for a test that takes `law`: one test for each law, which calls `law()`.

        @parametrize_with_laws(my_attention, expected_failures={"empty_row": "documented to be the mean"})
        def test_attention(law):
            law()

    Args:
        implementation: as for `checks`.
        traits: as for `checks`.
        only: as for `checks`.
        examples: as for `checks`.
        seed: as for `checks`.
        expected_failures: id of a law -> why it fails. Such a test must fail (a strict xfail).

    Raises:
        UnknownLawError, TraitError: as `checks`.
    """
    import pytest  # noqa: PLC0415 - the library does not need it otherwise

    expected = _expected(expected_failures)
    made = checks(implementation, traits=traits, only=only, examples=examples, seed=seed)
    parameters = []
    for check in made:
        reason = expected.get(check.id)
        marks = [] if reason is None else [pytest.mark.xfail(reason=reason, strict=True, raises=LawBrokenError)]
        parameters.append(pytest.param(skipping(check), id=check.id, marks=marks))
    return pytest.mark.parametrize("law", parameters)


def skipping(check: Check) -> Callable[[], Outcome]:
    """Return the check as a test calls it: skipped where the implementation does not offer what the law is about."""
    import pytest  # noqa: PLC0415

    def law() -> Outcome:
        __tracebackhide__ = True
        try:
            return check()
        except UnsupportedError as error:
            pytest.skip(str(error))

    return law
