"""The laws, in the order in which they are reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofs.laws import agreement, dependence, independence, softmax

if TYPE_CHECKING:
    from proofs.laws.law import Law

_LAWS = (
    independence.CAUSALITY,
    agreement.PREFIX,
    independence.MASKED_TOKEN,
    agreement.DELETED,
    softmax.MASKED_WEIGHTS,
    softmax.ROW_SUMS,
    softmax.POSITIVE,
    softmax.LOG_RATIO,
    softmax.SHIFT,
    softmax.TRANSLATION,
    dependence.REACTION,
    dependence.CONVEX_HULL,
    independence.VALUES,
    independence.FIRST_TOKEN,
    agreement.PERMUTATION,
    agreement.TOKENWISE,
    agreement.ACCURACY,
    agreement.EXACT,
)


def registry() -> tuple[Law, ...]:
    """Return every law."""
    return _LAWS


def law(name: str) -> Law:
    """Return the law with this id. Raises KeyError, with the ids there are."""
    for candidate in _LAWS:
        if candidate.id == name:
            return candidate
    raise KeyError(f"no law {name!r}; there are {', '.join(candidate.id for candidate in _LAWS)}")
