"""Hypothesis strategies for structures and plans. Imported by tests alone: the laws do not need Hypothesis."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np
from hypothesis import strategies as st

from proofs.laws.batch import DTYPES, LARGEST, REGIMES, SCALES, Structure
from proofs.laws.conformance import plan

if TYPE_CHECKING:
    from proofs.laws.conformance.law import ConformanceLaw
    from proofs.laws.conformance.trial import Subject
    from proofs.laws.law import Law

T = TypeVar("T")

ADVERSARIAL = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 3e-8, 1e-30, 5e-324, 200.0, -1e4, 1e4, 6e4, 1e30)
CASES = 128


@st.composite
def structures(
    draw: st.DrawFn,
    law: Law,
    *,
    dtypes: tuple[str, ...] = DTYPES,
    largest: int = LARGEST,
    cases: int = CASES,
) -> Structure:
    """Draw the structure of a batch for a law; it shrinks towards two tokens, one feature, small integers."""
    # One token is a case like any other size, no likelier: it exercises few laws.
    n = draw(st.sampled_from([*range(2, largest + 1), 1]))
    dtype = draw(st.sampled_from(dtypes))
    # Larger ones would overflow nearly always; tokens that overflow are the business of `Batch.y`.
    largest_value = float(np.finfo(dtype).max) ** 0.5
    adversarial = [value for value in ADVERSARIAL if abs(value) <= largest_value]
    return Structure(
        n=n,
        d=draw(st.integers(1, largest)),
        d_k=draw(st.integers(1, largest)),
        d_v=draw(st.integers(1, largest)),
        regime=draw(st.sampled_from(sorted(REGIMES, key=lambda name: name != "ties"))),
        dtype=dtype,
        mask=draw(st.sampled_from(law.masks)),
        scale=draw(st.sampled_from(SCALES)),
        cut=draw(st.integers(0, n - 1)),
        seed=draw(st.integers(0, 2**32 - 1)),
        values=tuple(draw(st.lists(st.sampled_from(adversarial), max_size=3))),
        cases=cases,
    )


class _Drawn:
    """Choices of a plan that Hypothesis makes, and shrinks towards the first."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def pick(self, choices: tuple[T, ...]) -> T:
        return self.draw(st.sampled_from(choices))

    def chance(self, share: float) -> bool:
        return self.draw(st.integers(0, 99)) >= 100 * (1 - share)

    def below(self, number: int) -> int:
        return self.draw(st.integers(0, number - 1))


@st.composite
def plans(draw: st.DrawFn, law: ConformanceLaw, subject: Subject, *, small: bool = False) -> plan.Plan:
    """Draw a plan for a conformance law; it shrinks towards small sizes, the first kind and the first regime."""
    kind = draw(st.sampled_from(plan.offered_kinds(law, subject)))
    return plan.choose(_Drawn(draw), law, subject, kind, small=small)
