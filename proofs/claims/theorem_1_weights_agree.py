r"""Line II of Theorem 1's proof: the weights of row i read no token after i; any score."""

import sympy as sp

from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.theorem_1_agreement import X, Y, definitions
from proofs.claims.theorem_1_scores_agree import statement
from proofs.derivation import Fact, Proof
from proofs.formula import Statement
from proofs.rules import assume, unfold


def unmasked() -> Statement:
    """Return the false variant whose softmax runs over all columns."""
    base = statement(head="alpha")
    both = {**definitions(X, "", N.n), **definitions(Y, "'", N.n)}
    return Statement(base.conclusion, base.data, base.ranges, base.assumptions, both, base.sizes)


def derive(proof: Proof) -> Fact:
    """Numerator and divisor are functions of the kept scores."""
    here = proof.chain(sp.Function("alpha")(N.i, N.j)).by(unfold("alpha")).by(unfold("s"), every=True)
    there = proof.chain(sp.Function("alpha'")(N.i, N.j)).by(unfold("alpha'")).by(unfold("s'"), every=True)
    return proof.transitive(here.by(assume("agree"), every=True).done(), there.done())


CLAIM = Claim(
    id="theorem_1_weights_agree",
    title="Weights read the past alone",
    document="chapter",
    item="theorem_1",
    label="Theorem 1",
    words="Weights alpha_ij with j <= i agree if the inputs agree up to i.",
    parts=(Part("", statement(head="alpha"), derive),),
    mutants=(
        Mutant("softmax over all columns", unmasked()),
        Mutant("inputs agree up to i - 1 only", statement(head="alpha", upto=N.i - 1)),
        Mutant("inputs need not agree", statement(head="alpha").without("agree")),
    ),
    supporting=True,
    kernel="theorem_1_weights_agree",
)
