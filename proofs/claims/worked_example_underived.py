r"""Worked example: the vectors used for tokens 2 and 3 are their projections to the printed digits. False."""

from proofs.claim import Claim, Part
from proofs.claims.worked_example_projections import vectors

CLAIM = Claim(
    id="worked_example_underived",
    title="Printed projections of tokens two and three",
    document="chapter",
    item="worked_example_underived",
    label="Worked example values without derivation",
    words="The q, k and v of tokens 2 and 3 that the example uses are the products with the three matrices.",
    parts=(Part("", vectors((2, 3))),),
    remark="Every component, and what should stand there, is in the audit report.",
)
