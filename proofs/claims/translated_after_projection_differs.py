r"""Line VI of Lemma 1's proof: that hypothetical score does differ from the original one; for every d_k."""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.translated_after_projection_expands import DEFS, LATE, TAU
from proofs.derivation import Fact, Proof
from proofs.formula import Formula, Statement, attention_data, equal, real
from proofs.rules import ZERO_SUM, assume, unfold

ZERO = I.attention(tokens=lambda i, e: sp.Integer(0), scale=sp.Integer(1))  # noqa: ARG005


def length(squared: int = 1) -> Formula:
    """Return t.t = squared."""
    return equal(sp.Sum(TAU[N.b] ** 2, (N.b, 1, N.d_k)), squared)


def statement(head: I.Expr, value: int, assumption: Formula | None = None) -> Statement:
    """Return head_ij = value with zero tokens and the assumption on t."""
    return Statement(
        equal(head(N.i, N.j), value),
        (real(TAU, N.d_k), *attention_data("W_Q", "W_K")),
        ranges=((N.i, 1, N.n), (N.j, 1, N.n)),
        assumptions={} if assumption is None else {"t": assumption},
        definitions={**DEFS, **ZERO.definitions},
        sizes={N.n: 1, N.d: 1, N.d_k: 1},
    )


def derive_late(proof: Proof) -> Fact:
    """Queries and keys are zero; what is left is t.t."""
    chain = proof.chain(proof.goal.lhs)
    for name in ("s''", "q", "k"):
        chain.by(unfold(name), every=True)
    return chain.while_possible(ZERO_SUM).by(assume("t")).done()


def derive_score(proof: Proof) -> Fact:
    """Every product is zero."""
    chain = proof.chain(proof.goal.lhs)
    for name in ("s", "q", "k"):
        chain.by(unfold(name), every=True)
    return chain.while_possible(ZERO_SUM).done()


CLAIM = Claim(
    id="translated_after_projection_differs",
    title="The score with late translation differs",
    document="chapter",
    item="lemma_1",
    label="Lemma 1",
    words="For some tokens and t, adding t after the projections makes the score 1 instead of 0, for every d_k.",
    parts=(
        Part("late score at X = 0, |t| = 1", statement(LATE.head, 1, length()), derive_late),
        Part("score at X = 0", statement(ZERO.s, 0), derive_score),
    ),
    mutants=(
        Mutant("any t", statement(LATE.head, 1)),
        Mutant("t = 0", statement(LATE.head, 1, length(0))),
        Mutant("the late score stays 0", statement(LATE.head, 0, length())),
        Mutant("the score moves too", statement(ZERO.s, 1)),
    ),
    supporting=True,
    kernel="translated_after_projection_differs",
)
