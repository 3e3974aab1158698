r"""Line IV of Lemma 1's proof: the score between translated tokens, expanded; all sizes, any scale c."""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from attention.translation import passes, tk, tq
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Statement, attention_data, equal
from proofs.rules import DISTRIBUTE, LINEARITY, fold, unfold

P, Q, DEFS = passes()


def statement(*, cross: int = 1, square: int = 1, mixed: int = 1) -> Statement:
    """Return s'_ij = s_ij + c q_i.tk + c tq.k_j + c tq.tk, with integer coefficients to mutate."""

    def dot(p: I.Expr, q: I.Expr) -> I.Expr:
        return N.c * sp.Sum(p * q, (N.b, 1, N.d_k))

    q, k = P.q(N.i, N.b), P.k(N.j, N.b)
    right = P.s(N.i, N.j) + cross * dot(q, tk(N.b)) + mixed * dot(tq(N.b), k) + square * dot(tq(N.b), tk(N.b))
    return Statement(
        equal(Q.s(N.i, N.j), right),
        attention_data("x", "t", "W_Q", "W_K", "c"),
        ranges=((N.i, 1, N.n), (N.j, 1, N.n)),
        definitions=DEFS,
        sizes={N.n: 1, N.d: 1, N.d_k: 1},
    )


def derive(proof: Proof) -> Fact:
    """Project the sums, multiply out, and fold what is known by name."""
    chain = proof.chain(Q.s(N.i, N.j)).by(unfold("s'"), unfold("q'"), unfold("k'"))
    chain.by(DISTRIBUTE, LINEARITY, every=True)
    for name in ("q", "k", "tq", "tk"):
        chain.by(fold(name), every=True)
    return chain.while_possible(DISTRIBUTE, LINEARITY).by(fold("s")).ends(proof.goal.rhs)


CLAIM = Claim(
    id="translated_score_expands",
    title="Score between translated tokens",
    document="chapter",
    item="lemma_1",
    label="Lemma 1",
    words="Translating both tokens adds three terms to the score: query by shift, shift by key, shift by shift.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("query-by-shift term left out", statement(cross=0)),
        Mutant("shift-by-key term left out", statement(mixed=0)),
        Mutant("sign of the shift-by-shift term", statement(square=-1)),
    ),
    supporting=True,
    kernel="translated_score_expands",
)
