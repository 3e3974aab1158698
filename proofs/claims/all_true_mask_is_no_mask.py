r"""The converse embedding: with every position allowed, general attention is unmasked attention; all sizes."""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.proposition_1_restriction import causal, statement
from proofs.derivation import Fact, Proof
from proofs.rules import BRACKET, fold, unfold


def everything(i: I.Expr, j: I.Expr) -> I.Expr:  # noqa: ARG001
    """Return [j <= n], which is 1 for every position."""
    return I.AtMost(j, N.n)


def derive(proof: Proof) -> Fact:
    """An indicator that is 1 everywhere is a factor 1."""
    chain = proof.chain(sp.Function("a'")(N.i, N.g)).by(unfold("a'"), unfold("alpha'"))
    return chain.by(BRACKET, every=True).by(fold("alpha"), fold("a")).done()


CLAIM = Claim(
    id="all_true_mask_is_no_mask",
    title="An all-true mask is no mask",
    document="chapter",
    item="proposition_1",
    label="Proposition 1",
    words="General attention with every position allowed is unmasked attention.",
    parts=(Part("", statement(everything, I.full_upper), derive),),
    mutants=(
        Mutant("the causal mask is no mask", statement(causal, I.full_upper)),
        Mutant("no mask is the causal mask", statement(everything, I.causal_upper)),
    ),
    supporting=True,
)
