r"""Worked example: the six printed weights are the softmax of the printed scores, to the printed digits. False."""

import sympy as sp

from attention import indexed as I
from proofs.claim import Claim, Part
from proofs.claims.worked_example_projections import given, inputs, rounds_to
from proofs.claims.worked_example_scores import PAIRS, decimal, places
from proofs.formula import Formula


def weight(i: int, j: int) -> I.Expr:
    """Return the softmax weight of the printed scores of row i."""
    powers = [sp.exp(decimal(f"score(x_{i}, x_{r})")) for r in range(1, i + 1)]
    return I.Quotient(powers[j - 1], sp.Add(*powers))


CLAIMED: list[Formula] = [
    rounds_to(weight(i, j), decimal(rf"\alpha_{{{i}{j}}}"), places(rf"\alpha_{{{i}{j}}}")) for i, j in PAIRS
]

CLAIM = Claim(
    id="worked_example_weights",
    title="Printed weights",
    document="chapter",
    item="worked_example_weights",
    label="Worked example weights",
    words="The six printed weights are the softmax of the printed scores, to the printed digits.",
    parts=(Part("", given(CLAIMED, inputs())),),
    remark="Judged against the numbers printed just before; every weight is in the audit report.",
)
