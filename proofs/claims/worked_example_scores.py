r"""Worked example: the six printed scores are the dot products of the printed queries and keys. False."""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Part
from proofs.claims.worked_example_projections import FOUR, array, given, inputs, rounds_to
from proofs.documents.worked_example import printed
from proofs.formula import Formula

q, k = sp.IndexedBase("q_printed", real=True), sp.IndexedBase("k_printed", real=True)
PAIRS = [(i, j) for i in (1, 2, 3) for j in range(1, i + 1)]


def decimal(name: str) -> I.Expr:
    """Return the printed number as an exact rational."""
    return sp.Rational(printed()[name][0][0])


def score(i: int, j: int) -> I.Expr:
    """Return q_i . k_j of the printed vectors."""
    return sp.Sum(q[i, N.b] * k[j, N.b], (N.b, 1, FOUR))


def places(name: str) -> int:
    """Return how many decimals are printed."""
    return len(printed()[name][0][0].partition(".")[2])


CLAIMED: list[Formula] = [
    rounds_to(score(i, j), decimal(f"score(x_{i}, x_{j})"), places(f"score(x_{i}, x_{j})")) for i, j in PAIRS
]
SHOWN = inputs(q_printed=array("q_1", "q_2", "q_3"), k_printed=array("k_1", "k_2", "k_3"))

CLAIM = Claim(
    id="worked_example_scores",
    title="Printed scores",
    document="chapter",
    item="worked_example_scores",
    label="Worked example scores",
    words="The six printed scores are the dot products of the printed queries and keys, to the printed digits.",
    parts=(Part("", given(CLAIMED, SHOWN)),),
    remark="Judged against the numbers printed just before; every score is in the audit report.",
)
