r"""Which assumptions a statement needs: a witness without one, or a derivation without it.

Scope: one part of a claim at a time; the caller brings the derivation.
"""

from __future__ import annotations

from collections.abc import Callable

from proofs import search
from proofs.claim import Part
from proofs.formula import Statement
from proofs.verdict import Need, Standing

FEW, MANY = 80, 2000
"""Instances tried before the derivation is asked, and after."""


def need(part: Part, name: str, arrives: Callable[[Statement], bool]) -> Need | None:
    """Return why an assumption of a part stands, or None if that stays in the dark.

    Args:
        part: the part.
        name: the assumption.
        arrives: whether the part's derivation arrives at a statement's conclusion.
    """
    bare = part.statement.without(name)
    if name in part.needed_at:
        found = search.witness_at(bare, part.needed_at[name])
        return None if found is None else Need(Standing.NEEDED, found)
    found = search.witness(bare, most=FEW)
    if found is not None:
        return Need(Standing.NEEDED, found)
    empty = search.without_value(bare, part.statement.assumptions[name], most=FEW)
    if empty is not None:
        return Need(Standing.GIVES_VALUE, instance=empty)
    if arrives(bare):
        return Need(Standing.NOT_NEEDED)
    if name in part.unsettled:
        return Need(Standing.UNSETTLED, reason=part.unsettled[name])
    found = search.witness(bare, most=MANY)
    return None if found is None else Need(Standing.NEEDED, found)
