r"""Repair of R2: q.k equals the scalar projection of q on k iff |k| = 1 or q.k = 0; all d_k."""

import sympy as sp

from attention import indexed as I
from proofs.claim import Claim, Mutant, Part
from proofs.claims.r2_inner_product_is_projection import DOT, nu, statement
from proofs.derivation import Fact, Proof
from proofs.formula import Or, equal
from proofs.rules import DIVIDE, assume

EQUAL = equal(DOT, I.Quotient(DOT, nu))


def derive_unit(proof: Proof) -> Fact:
    """Divide by 1."""
    return proof.transitive(proof.chain(I.Quotient(DOT, nu)).by(assume("unit"), DIVIDE).done(), one(proof))


def one(proof: Proof) -> Fact:
    """Establish q.k/|k| = q.k/|k|, to turn the equation round."""
    return proof.chain(I.Quotient(DOT, nu)).done()


def derive_orthogonal(proof: Proof) -> Fact:
    """Both sides are zero."""
    left = proof.chain(DOT).by(assume("orthogonal")).done()
    return proof.transitive(left, proof.chain(I.Quotient(DOT, nu)).by(assume("orthogonal"), DIVIDE).done())


def derive_only_if(proof: Proof) -> Fact:
    """Multiply by |k|: (q.k)(|k| - 1) = 0."""
    crossed = proof.cross_multiply(proof.assumption("equal"))
    return proof.product_zero(proof.linear_combination(equal(DOT * (nu - 1), sp.Integer(0)), (1, crossed)))


EITHER = Or((equal(nu - 1, sp.Integer(0)), equal(DOT, sp.Integer(0))))

CLAIM = Claim(
    id="r2_inner_product_equals_projection_iff",
    title="Inner product equals projection iff |k| = 1 or q.k = 0",
    document="retrieval",
    item="r2_inner_product_as_projection",
    label="R2",
    words="q.k equals the scalar projection q.k/|k| iff |k| = 1 or q.k = 0.",
    parts=(
        Part("if |k| = 1", statement(EQUAL, unit=equal(nu, 1)), derive_unit),
        Part("if q.k = 0", statement(EQUAL, orthogonal=equal(DOT, 0)), derive_orthogonal),
        Part("only if", statement(EITHER, equal=EQUAL), derive_only_if),
    ),
    mutants=(
        Mutant("no condition", statement(EQUAL)),
        Mutant("|k| = 2", statement(EQUAL, unit=equal(nu, 2))),
        Mutant("only if |k| = 1", statement(equal(nu, 1), equal=EQUAL)),
    ),
    kernel="r2_inner_product_equals_projection_iff",
)
