r"""Worked example: the products x_i W are defined as printed, a 4 x 1 column times a 4 x 4 matrix. False."""

import sympy as sp

from attention.exact import number
from attention.instances import Instance
from proofs.claim import Claim, Part
from proofs.documents.worked_example import printed
from proofs.formula import Statement, equal

COLUMNS, ROWS = sp.symbols("columns rows", integer=True, positive=True)
SHAPES = Instance({}, {"columns": number(len(printed()["x_1"][0])), "rows": number(len(printed()["W^Q"]))})

CLAIM = Claim(
    id="worked_example_shapes",
    title="Products are defined as printed",
    document="chapter",
    item="worked_example_shapes",
    label="Worked example shapes",
    words="The left factor x_1 has as many columns as the right factor W^Q has rows.",
    parts=(Part("", Statement(equal(COLUMNS, ROWS), sizes={}, given=SHAPES)),),
    remark="The row formula q_i = x_i W^Q needs x_i as a row; the audit reads the printed columns as rows.",
)
