r"""R3 in the plane: the normalised inner product is cos(theta_1 - theta_2).

With q = r_1 (c_1, s_1), k = r_2 (c_2, s_2), where c = cos theta and s = sin theta, it is c_1 c_2 + s_1 s_2, which
the addition theorem calls cos(theta_1 - theta_2).
"""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, Formula, Statement, equal
from proofs.rules import CANCEL, SINGLE_TERM, assume, split, unfold

r1, r2 = sp.Symbol("r_1", positive=True), sp.Symbol("r_2", positive=True)
c1, s1, c2, s2 = sp.symbols("c_1 s_1 c_2 s_2", real=True)
Q = I.Definition("q", (N.b,), r1 * (sp.KroneckerDelta(N.b, 1) * c1 + sp.KroneckerDelta(N.b, 2) * s1))
K = I.Definition("k", (N.b,), r2 * (sp.KroneckerDelta(N.b, 1) * c2 + sp.KroneckerDelta(N.b, 2) * s2))


def statement(sign: int = 1, divisor: I.Expr = r1 * r2, cosine: I.Expr | None = None) -> Statement:
    """Return q.k / divisor = c_1 c_2 + sign s_1 s_2, or another right side."""
    dot = sp.Sum(Q.head(N.b) * K.head(N.b), (N.b, 1, 2))
    return about(equal(I.Quotient(dot, divisor), cosine or c1 * c2 + sign * s1 * s2))


def about(conclusion: Formula, **circle: Formula) -> Statement:
    """Return the statement about two vectors of the plane in polar form."""
    positive = (Datum(r1, (), "positive"), Datum(r2, (), "positive"))
    data = (*positive, *(Datum(z) for z in (c1, s1, c2, s2)))
    return Statement(conclusion, data, assumptions=circle, definitions=I.define(Q, K), sizes={})


def length(head: I.Definition, radius: I.Expr, c: I.Expr, s: I.Expr) -> Statement:
    """Return |q|^2 = r_1^2 if c^2 + s^2 = 1: the divisor r_1 r_2 is |q||k|, so the inner product is normalised."""
    squares = sp.Sum(head.head(N.b) ** 2, (N.b, 1, 2))
    return about(equal(squares, radius**2), circle=equal(c**2 + s**2, 1))


def derive_length(proof: Proof) -> Fact:
    """r^2 (c^2 + s^2) = r^2."""
    first = "q" in str(proof.goal.lhs)
    radius, c, s = (r1, c1, s1) if first else (r2, c2, s2)
    chain = proof.chain(proof.goal.lhs).by(split(sp.Integer(1))).while_possible(SINGLE_TERM)
    chain.by(unfold("q" if first else "k"), every=True).ring(radius**2 * (c**2 + s**2))
    return chain.by(assume("circle")).done()


def derive(proof: Proof) -> Fact:
    """Write the two terms out; r_1 r_2 cancels."""
    chain = proof.chain(proof.goal.lhs).by(split(sp.Integer(1)))
    chain.while_possible(SINGLE_TERM).by(unfold("q"), unfold("k"), every=True)
    inside = chain.now.args[0]
    return chain.ring(r1 * r2 * (c1 * c2 + s1 * s2), at=inside).by(CANCEL).done()


PLANE = {"b": "a vector of the plane has two components; written as here, a third one would be zero"}

CLAIM = Claim(
    id="r3_plane_cosine",
    title="In the plane the normalised inner product is the cosine of the angle between",
    document="retrieval",
    item="r3_normalised_inner_product",
    label="R3",
    words="For q at angle theta_1 and k at angle theta_2 it is cos(theta_1 - theta_2).",
    parts=(
        Part("|q| = r_1", length(Q, r1, c1, s1), derive_length, loose=PLANE),
        Part("|k| = r_2", length(K, r2, c2, s2), derive_length, loose=PLANE),
        Part("q.k/(r_1 r_2)", statement(), derive, loose=PLANE),
    ),
    mutants=(
        Mutant("cosine of the sum", statement(-1)),
        Mutant("sine in place of the cosine", statement(cosine=s1 * c2 - c1 * s2)),
        Mutant("not normalised", statement(divisor=r1)),
    ),
    trusted=("cos(u - v) = cos u cos v + sin u sin v",),
    kernel="r3_plane_cosine",
)
