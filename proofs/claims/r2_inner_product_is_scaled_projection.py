r"""R2 as a repair of words: q.k is |k| times the scalar projection of q on k; all d_k."""

from attention import indexed as I
from proofs.claim import Claim, Mutant, Part
from proofs.claims.r2_inner_product_is_projection import DOT, nu, statement
from proofs.derivation import Fact, Proof
from proofs.formula import equal
from proofs.rules import CANCEL, MERGE


def derive(proof: Proof) -> Fact:
    """Multiply and cancel |k| > 0."""
    return proof.chain(proof.goal.lhs).by(MERGE, CANCEL).done()


CLAIM = Claim(
    id="r2_inner_product_is_scaled_projection",
    title="The inner product is |k| times the scalar projection",
    document="retrieval",
    item="r2_inner_product_as_projection",
    label="R2",
    words="|k| times the scalar projection q.k/|k| of q on k is q.k, for every k other than 0.",
    parts=(Part("", statement(equal(nu * I.Quotient(DOT, nu), DOT)), derive),),
    mutants=(
        Mutant("|k| squared times the projection", statement(equal(nu**2 * I.Quotient(DOT, nu), DOT))),
        Mutant("the projection alone", statement(equal(I.Quotient(DOT, nu), DOT))),
        Mutant("divided by |k| once more", statement(equal(I.Quotient(I.Quotient(DOT, nu), nu), DOT))),
    ),
    kernel="r2_inner_product_is_scaled_projection",
)
