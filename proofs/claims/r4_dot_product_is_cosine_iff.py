r"""Repair of R4: the dot product equals the cosine iff |q||k| = 1 or q.k = 0; all d_k."""

import sympy as sp

from proofs.claim import Claim, Mutant, Part
from proofs.claims.r4_dot_product_is_cosine import COSINE, DOT, m, nu, statement
from proofs.derivation import Fact, Proof
from proofs.formula import Or, equal
from proofs.rules import DIVIDE, assume

EQUAL = equal(DOT, COSINE)


def derive_unit(proof: Proof) -> Fact:
    """Divide by 1."""
    back = proof.chain(COSINE).by(assume("unit"), DIVIDE).done()
    return proof.transitive(back, proof.chain(COSINE).done())


def derive_orthogonal(proof: Proof) -> Fact:
    """Both sides are zero."""
    left = proof.chain(DOT).by(assume("orthogonal")).done()
    return proof.transitive(left, proof.chain(COSINE).by(assume("orthogonal"), DIVIDE).done())


def derive_only_if(proof: Proof) -> Fact:
    """Multiply by |q||k|: (q.k)(|q||k| - 1) = 0."""
    crossed = proof.cross_multiply(proof.assumption("equal"))
    return proof.product_zero(proof.linear_combination(equal(DOT * (m * nu - 1), sp.Integer(0)), (1, crossed)))


EITHER = Or((equal(m * nu - 1, sp.Integer(0)), equal(DOT, sp.Integer(0))))

CLAIM = Claim(
    id="r4_dot_product_is_cosine_iff",
    title="Dot product equals cosine iff |q||k| = 1 or q.k = 0",
    document="retrieval",
    item="r4_dot_product_is_cosine",
    label="R4",
    words="q.k equals the cosine of the angle iff |q||k| = 1 or q.k = 0.",
    parts=(
        Part("if |q||k| = 1", statement(EQUAL, unit=equal(m * nu, 1)), derive_unit),
        Part("if q.k = 0", statement(EQUAL, orthogonal=equal(DOT, 0)), derive_orthogonal),
        Part("only if", statement(EITHER, equal=EQUAL), derive_only_if),
    ),
    mutants=(
        Mutant("no condition", statement(EQUAL)),
        Mutant("|q||k| = 2", statement(EQUAL, unit=equal(m * nu, 2))),
        Mutant("only if |q||k| = 1", statement(equal(m * nu, 1), equal=EQUAL)),
    ),
    kernel="r4_dot_product_is_cosine_iff",
)
