"""One call together with what laws put in its place: other keys and values, a permutation, a position."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

from proofs.laws.conformance.call import Array, Call


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """A case of a law: B x H slices of one call.

    Attributes:
        call: the arguments.
        kind: how the call restricts attention; one of `plan.KINDS`.
        other_k, other_v: (B, H_kv, S, E), (B, H_kv, S, Ev) finite numbers to replace keys and values by.
        shift: (B, H_kv, E) a constant to add to every key.
        order: (S,) a permutation of the keys.
        cut: a number from which laws take a position.
    """

    call: Call
    kind: str
    other_k: Array
    other_v: Array
    shift: Array
    order: Array
    cut: int

    def but(self, **changes: Any) -> Self:
        """Return the problem with some of its fields replaced."""
        return replace(self, **changes)
