r"""Softmax weights are positive, at any distance: alpha_ij > 0 for all j <= i; all sizes."""

from dataclasses import replace

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.corollary_1_1_membership import derive_positive, positive
from proofs.formula import Relation, Statement


def above_half() -> Statement:
    """Return the false variant: every weight is more than one half."""
    alpha = sp.Function("alpha")(N.i, N.j)
    return replace(positive(I.causal_upper), conclusion=Relation(alpha, ">", sp.Rational(1, 2)))


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
        Mutant("weights exceed one half", above_half()),
    ),
    law="rows_sum_to_one",
    covers=("contextual_representation", "distant_words"),
)
