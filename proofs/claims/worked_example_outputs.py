r"""Worked example: the printed outputs are the printed values weighted by the printed weights. False."""

import sympy as sp

from attention import notation as N
from proofs.claim import Claim, Part
from proofs.claims.worked_example_projections import FOUR, array, given, inputs, rounds_to
from proofs.claims.worked_example_scores import decimal
from proofs.documents.worked_example import printed
from proofs.formula import ForAll, Formula

v, a = sp.IndexedBase("v_printed", real=True), sp.IndexedBase("a_printed", real=True)


def places(row: int) -> int:
    """Return how many decimals the outputs of a row are printed with."""
    return max(len(cell.partition(".")[2]) for (cell,) in printed()[f"a_{row}"])


def claimed(row: int) -> Formula:
    """Return: a_row is the sum of the printed values, weighted by the printed weights."""
    total = sp.Add(*(decimal(rf"\alpha_{{{row}{j}}}") * v[j, N.g] for j in range(1, row + 1)))
    return ForAll(((N.g, 1, FOUR),), rounds_to(total, a[row, N.g], places(row)))


SHOWN = inputs(v_printed=array("v_1", "v_2", "v_3"), a_printed=array("a_1", "a_2", "a_3"))

CLAIM = Claim(
    id="worked_example_outputs",
    title="Printed outputs",
    document="chapter",
    item="worked_example_outputs",
    label="Worked example outputs",
    words="The three printed outputs are the printed values weighted by the printed weights, to the printed digits.",
    parts=(Part("", given([claimed(row) for row in (1, 2, 3)], SHOWN)),),
    remark="Judged against the numbers printed just before; every component is in the audit report.",
)
