r"""Softmax weights are positive, at any distance: alpha_ij > 0 for all j <= i; all sizes."""

from attention import indexed as I
from proofs.claim import Claim, Mutant, Part
from proofs.claims.corollary_1_1_membership import derive_positive, positive

CLAIM = Claim(
    id="softmax_weights_positive",
    title="Softmax weights are positive",
    document="chapter",
    item="softmax_rows",
    label="Softmax rows",
    words="Every token gives a positive weight to itself and to each predecessor, however far.",
    parts=(Part("", positive(I.causal_upper), derive_positive),),
    mutants=(
        Mutant("some weight is zero", positive(I.causal_upper, "=")),
        Mutant("some weight is negative", positive(I.causal_upper, "<")),
    ),
    law="rows_sum_to_one",
    covers=("contextual_representation", "distant_words"),
)
