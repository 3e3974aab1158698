r"""Line V of Lemma 1's proof: the score if t were added to query and key themselves (d = d_k); all sizes."""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Statement, attention_data, equal, real
from proofs.rules import DISTRIBUTE, LINEARITY, fold, unfold

P = I.attention(scale=sp.Integer(1))
TAU = sp.IndexedBase("t", real=True)  # here t has the width of a query
LATE = I.Definition("s''", (N.i, N.j), sp.Sum((P.q(N.i, N.b) + TAU[N.b]) * (P.k(N.j, N.b) + TAU[N.b]), (N.b, 1, N.d_k)))
DEFS = {**P.definitions, **I.define(LATE)}


def dot(p: I.Expr, q: I.Expr) -> I.Expr:
    """Return sum_b p_b q_b."""
    return sp.Sum(p * q, (N.b, 1, N.d_k))


def statement(square: int = 1, cross: int = 1, first: int = 1) -> Statement:
    """Return s''_ij = q_i.k_j + q_i.t + t.k_j + t.t, with integer coefficients to mutate."""
    q, k, t = P.q(N.i, N.b), P.k(N.j, N.b), TAU[N.b]
    return Statement(
        equal(LATE.head(N.i, N.j), P.s(N.i, N.j) + first * dot(q, t) + cross * dot(t, k) + square * dot(t, t)),
        (real(TAU, N.d_k), *attention_data("x", "W_Q", "W_K")),
        ranges=((N.i, 1, N.n), (N.j, 1, N.n)),
        definitions=DEFS,
        sizes={N.n: 1, N.d: 1, N.d_k: 1},
    )


def derive(proof: Proof) -> Fact:
    """Multiply out."""
    chain = proof.chain(proof.goal.lhs).by(unfold("s''")).while_possible(DISTRIBUTE, LINEARITY)
    return chain.by(fold("s")).done()


CLAIM = Claim(
    id="translated_after_projection_expands",
    title="Score if t were added after the projections",
    document="chapter",
    item="lemma_1",
    label="Lemma 1",
    words="Adding t to query and key adds q_i.t, t.k_j and t.t to the score.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("t.t left out", statement(square=0)),
        Mutant("t.k_j left out", statement(cross=0)),
        Mutant("sign of q_i.t", statement(first=-1)),
    ),
    supporting=True,
    kernel="translated_after_projection_expands",
)
