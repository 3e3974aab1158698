"""The claims, found by importing every module of `proofs.claims`; one result per file, named like its file.

A module with `CLAIMS` holds a list instead: the sentences without mathematical content.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from proofs.claim import Claim


class RegistryError(ValueError):
    """The claims do not fit together. Attributes: claim, problem."""

    def __init__(self, claim: str, problem: str) -> None:
        self.claim, self.problem = claim, problem
        super().__init__(f"claim {claim}: {problem}")


@cache
def claims() -> dict[str, Claim]:
    """Return every claim by id, in the order of the file names; raise RegistryError on a dangling name."""
    package = import_module("proofs.claims")
    found: dict[str, Claim] = {}
    for info in sorted(iter_modules(package.__path__), key=lambda m: m.name):
        module = import_module(f"proofs.claims.{info.name}")
        for claim in getattr(module, "CLAIMS", None) or (module.CLAIM,):
            if hasattr(module, "CLAIM") and claim.id != info.name:
                raise RegistryError(claim.id, f"stands in {info.name}.py")
            if claim.id in found:
                raise RegistryError(claim.id, f"stands in two places, {info.name}.py is the second")
            found[claim.id] = claim
    check(found)
    return found


def check(found: dict[str, Claim]) -> None:
    """Raise RegistryError if a name dangles or the `uses` arrows run in a circle."""
    for claim in found.values():
        mentioned = [*claim.uses, *([claim.repair] if claim.repair else [])]
        mentioned += [name for line in claim.lines for name in (*line.content, *line.supports)]
        for name in mentioned:
            if name not in found:
                raise RegistryError(claim.id, f"names {name}, which is no claim")
    order(found)


def check_kernel(found: dict[str, Claim], theorems: Iterable[str]) -> None:
    """Raise RegistryError if a claim names a theorem that is not there, or no claim names a theorem."""
    named = {claim.kernel: claim for claim in found.values() if claim.kernel is not None}
    there = set(theorems)
    for name, claim in named.items():
        if name not in there:
            raise RegistryError(claim.id, f"names the theorem {name}, which is in no theory")
    for name in sorted(there - set(named)):
        raise RegistryError(name, "is a theorem of the kernel that no claim names")


def order(found: dict[str, Claim]) -> list[Claim]:
    """Return the claims with every claim after those it uses. Raises RegistryError on a circle."""
    done: dict[str, Claim] = {}
    open_names: list[str] = []

    def visit(name: str) -> None:
        if name in done:
            return
        if name in open_names:
            raise RegistryError(name, "uses itself: " + " -> ".join([*open_names, name]))
        open_names.append(name)
        for used in found[name].uses:
            visit(used)
        open_names.pop()
        done[name] = found[name]

    for name in found:
        visit(name)
    return list(done.values())
