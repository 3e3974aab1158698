r"""By how much a translation shifts the scores of a row apart: c u.(x_j - x_l), u = t A; all sizes."""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from attention.translation import passes, tq, u
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Statement, attention_data, equal
from proofs.rules import CONSTANT_IN, CONSTANT_OUT, SWAP, fold, unfold

P, Q, DEFS = passes()


def along(j: I.Expr) -> I.Expr:
    """Return x_j . u = t A x_j^T."""
    return sp.Sum(N.x[j, N.f] * u(N.f), (N.f, 1, N.d))


def statement(first: I.Expr = along(N.j), second: I.Expr = along(N.l)) -> Statement:
    """Return (s'_ij - s_ij) - (s'_il - s_il) = c (first - second)."""
    moved = (Q.s(N.i, N.j) - P.s(N.i, N.j)) - (Q.s(N.i, N.l) - P.s(N.i, N.l))
    return Statement(
        equal(moved, N.c * first - N.c * second),
        attention_data("x", "t", "W_Q", "W_K", "c"),
        ranges=((N.i, 1, N.n), (N.j, 1, N.n), (N.l, 1, N.n)),
        definitions=DEFS,
        sizes={N.n: 1, N.d: 1, N.d_k: 1},
    )


def derive(proof: Proof) -> Fact:
    """Insert the expansion; what does not depend on the column cancels; regroup the term that does."""
    expansion = proof.other("translated_score_expands")
    chain = proof.chain(proof.goal.lhs).by(proof.using(expansion)).by(proof.using(expansion))

    def cross(j: I.Expr) -> I.Expr:
        return N.c * sp.Sum(tq(N.b) * P.k(j, N.b), (N.b, 1, N.d_k))

    chain.ring(cross(N.j) - cross(N.l), note="terms without the column cancel")
    chain.by(unfold("k"), every=True).while_possible(CONSTANT_IN)
    chain.by(SWAP, CONSTANT_OUT, fold("u"), CONSTANT_OUT, every=True)
    return chain.ends(proof.goal.rhs)


CLAIM = Claim(
    id="translation_shift_within_row",
    title="How far a translation drives scores apart",
    document="chapter",
    item="lemma_1",
    label="Lemma 1",
    words="A translation changes the difference of two scores of a row by c times t A (x_j - x_l)^T.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("the term of the other column left out", statement(second=sp.Integer(0))),
        Mutant("columns exchanged", statement(along(N.l), along(N.j))),
        Mutant("the row's own token in place of the column's", statement(along(N.i), along(N.l))),
    ),
    uses=("translated_score_expands",),
    supporting=True,
    kernel="translation_shift_within_row",
)
