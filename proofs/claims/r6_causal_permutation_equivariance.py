r"""R6 under the causal mask: permuting the tokens permutes the outputs. False; the smallest witness has n = 2."""

from attention import indexed as I
from proofs.claim import Claim, Part
from proofs.claims.r6_permutation_equivariance import statement

CLAIM = Claim(
    id="r6_causal_permutation_equivariance",
    title="Masked attention is permutation-equivariant",
    document="retrieval",
    item="r6_content_not_position",
    label="R6",
    words="Under the causal mask, permuting the tokens permutes the outputs in the same way.",
    parts=(Part("", statement(I.causal_upper)),),
    repair="r6_permutation_equivariance",
    kernel="r6_causal_permutation_equivariance_refuted",
)
