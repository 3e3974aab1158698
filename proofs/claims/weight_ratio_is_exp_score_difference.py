r"""The ratio of two weights of a row is e to the difference of their scores; so weights are ordered as scores are."""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Statement, attention_data, equal
from proofs.rules import EXPONENTS, MERGE, unfold

P = I.attention()


def unscaled(i: I.Expr, j: I.Expr) -> I.Expr:
    """Return q_i . k_j, the score without its scale."""
    return sp.Sum(P.q(i, N.b) * P.k(j, N.b), (N.b, 1, N.d_k))


def statement(factor: int = 1, score: Callable[[I.Expr, I.Expr], I.Expr] = P.s) -> Statement:
    """Return alpha_ij = e^(factor (s_ij - s_il)) alpha_il."""
    power = sp.exp(factor * (score(N.i, N.j) - score(N.i, N.l)))
    return Statement(
        equal(power * P.alpha(N.i, N.l), P.alpha(N.i, N.j)),
        attention_data("x", "W_Q", "W_K", "c"),
        ranges=((N.i, 1, N.n), (N.j, 1, N.i), (N.l, 1, N.i)),
        definitions=P.definitions,
        sizes={N.n: 1, N.d: 1, N.d_k: 1},
    )


def derive(proof: Proof) -> Fact:
    """The divisor is the same; the exponents add."""
    ratio = proof.chain(proof.goal.lhs).by(unfold("alpha"), MERGE, EXPONENTS).done()
    return proof.transitive(ratio, proof.chain(P.alpha(N.i, N.j)).by(unfold("alpha")).done())


CLAIM = Claim(
    id="weight_ratio_is_exp_score_difference",
    title="The ratio of two weights is e to the difference of their scores",
    document="chapter",
    item="values_weighted",
    label="Weighting of values",
    words="alpha_ij / alpha_il = e^(s_ij - s_il): the larger score has the larger weight.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("a scale of two", statement(2)),
        Mutant("order reversed", statement(-1)),
        Mutant("scores without their scale", statement(score=unscaled)),
    ),
    law="score_differences",
    kernel="weight_ratio_is_exp_score_difference",
    trusted=("that the larger score has the larger weight: e^u > 1 exactly when u > 0, and weights are positive",),
)
