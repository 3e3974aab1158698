r"""Line VII of Lemma 1's proof, second sentence: adding one row to all values leaves the weighted sum unchanged."""

from attention import notation as N
from proofs.claim import Claim, Part
from proofs.claims.weighted_sum_equivariant import statement

CLAIM = Claim(
    id="weighted_sum_invariant",
    title="Weighted sum ignores a translation of the values",
    document="chapter",
    item="lemma_1",
    label="Lemma 1",
    words="Adding the same row to every value leaves the weighted sum unchanged.",
    parts=(Part("", statement(0 * N.c)),),
    repair="weighted_sum_equivariant",
    supporting=True,
    kernel="weighted_sum_invariant_refuted",
)
