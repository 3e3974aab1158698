r"""R1, the other end: softmax(beta s) tends to the uniform distribution on all positions as beta -> 0; all n."""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.r1_soft_retrieval_limit import UNIFORM_ON_TIES, statement
from proofs.derivation import Fact, Proof
from proofs.rules import CONSTANT_SUM, LIMIT, unfold

UNIFORM = I.Quotient(sp.Integer(1), N.n)


def derive(proof: Proof) -> Fact:
    """Every exponential tends to e^0 = 1."""
    chain = proof.chain(proof.goal.lhs).by(unfold("p"))
    return chain.by(LIMIT, CONSTANT_SUM).done()


CLAIM = Claim(
    id="r1_uniform_limit",
    title="Soft retrieval tends to uniform weights",
    document="retrieval",
    item="r1_soft_retrieval",
    label="R1",
    words="As beta tends to 0, softmax(beta s) tends to equal weights on all positions.",
    parts=(Part("beta to 0", statement(UNIFORM, sp.Integer(0), {}), derive),),
    mutants=(
        Mutant("uniform on the positions of maximal score", statement(UNIFORM_ON_TIES, sp.Integer(0))),
        Mutant("as beta grows", statement(UNIFORM)),
        Mutant("shared by one position too few", statement(I.Quotient(1, N.n - 1), sp.Integer(0), {})),
    ),
    kernel="r1_uniform_limit",
)
