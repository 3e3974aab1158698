"""Claims made executable: laws that any attention implementation can be held to, over whole batches of cases.

`law` says what a law and an outcome are, `batch` draws cases from a small structure, `running` judges and
runs, `narrowing` reduces a failure to one minimal case, `registry` lists the laws.  These look inside the NumPy twin;
`conformance` holds the laws for anyone's code, which is a black box.  `strategies` needs Hypothesis and is for tests;
nothing else here does.

A passing law corroborates; it proves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from proofs.laws.conformance.checking import (
        LawBrokenError,
        Results,
        check_implementation,
        checks,
        parametrize_with_laws,
    )
    from proofs.laws.conformance.targets import target
    from proofs.laws.conformance.traits import Traits

_PUBLIC = {
    "LawBrokenError": "checking",
    "Results": "checking",
    "Traits": "traits",
    "check_implementation": "checking",
    "checks": "checking",
    "parametrize_with_laws": "checking",
    "target": "targets",
}

__all__ = [
    "LawBrokenError",
    "Results",
    "Traits",
    "check_implementation",
    "checks",
    "parametrize_with_laws",
    "target",
]


def __getattr__(name: str) -> Any:
    """Return what is public, imported when it is first asked for: the command line needs none of it."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    return getattr(import_module(f"proofs.laws.conformance.{_PUBLIC[name]}"), name)
