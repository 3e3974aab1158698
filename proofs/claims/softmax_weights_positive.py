r"""Softmax weights are positive, at any distance: alpha_ij > 0 for all j <= i; all sizes."""

from dataclasses import replace

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.corollary_1_1_membership import derive_positive, positive
from proofs.formula import Relation, Statement


def bounded(op: str, bound: I.Expr) -> Statement:
    """Return the false variant: every weight is op bound."""
    alpha = sp.Function("alpha")(N.i, N.j)
    return replace(positive(I.causal_upper), conclusion=Relation(alpha, op, bound))


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
        Mutant("weights exceed one half", bounded(">", sp.Rational(1, 2))),
        Mutant("no weight is one", bounded("<", sp.Integer(1))),
    ),
    law="rows_sum_to_one",
    kernel="softmax_weights_positive",
    covers=("contextual_representation", "distant_words"),
)
