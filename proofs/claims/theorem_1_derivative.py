r"""Theorem 1, causality as a vanishing derivative: d a_ig / d x_me = 0 for m > i; all sizes."""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Statement, attention_data, equal
from proofs.rules import DELTA_OUTSIDE, DIVIDE, PARTIAL, ZERO_SUM, unfold


def statement(upper: Callable[[I.Expr], I.Expr] = I.causal_upper, first: I.Expr = N.i + 1) -> Statement:
    """Return d a_ig / d x_me = 0 for all m from `first` to n."""
    P = I.attention(upper=upper)
    return Statement(
        equal(I.Partial(P.a(N.i, N.g), N.x[N.m, N.e]), 0),
        attention_data("x", "W_Q", "W_K", "W_V", "c"),
        ranges=(
            (N.i, 1, N.n),
            (N.m, first, N.n),
            (N.g, 1, N.d_v),
            (N.e, 1, N.d),
            (N.j, 1, upper(N.i)),
            (N.b, 1, N.d_k),
        ),
        definitions=P.definitions,
        sizes={N.n: 2, N.d: 1, N.d_k: 1, N.d_v: 1},
    )


def derive(proof: Proof) -> Fact:
    """Queries, keys, values up to i do not read x_m, so neither do scores; the quotient rule does the rest."""

    def still(head: I.Expr) -> Fact:
        chain = proof.chain(I.Partial(head, N.x[N.m, N.e])).by(unfold(type(head).__name__), PARTIAL)
        return chain.by(DELTA_OUTSIDE, every=True).by(ZERO_SUM).ends(0)

    query = proof.using(proof.generalize(still(sp.Function("q")(N.i, N.b)), N.b))
    key = proof.using(proof.generalize(still(sp.Function("k")(N.j, N.b)), N.j, N.b))
    value = proof.using(proof.generalize(still(sp.Function("v")(N.j, N.g)), N.j))
    moved = proof.chain(I.Partial(sp.Function("s")(N.i, N.j), N.x[N.m, N.e])).by(unfold("s"), PARTIAL)
    score = proof.using(proof.generalize(moved.by(query, key, ZERO_SUM).ends(0), N.j))
    chain = proof.chain(proof.goal.lhs).by(unfold("a"), unfold("alpha"), PARTIAL)
    return chain.by(score, every=True).by(value).while_possible(ZERO_SUM, DIVIDE).ends(0)


CLAIM = Claim(
    id="theorem_1_derivative",
    title="Masked attention is causal: outputs do not react to later tokens",
    document="chapter",
    item="theorem_1",
    label="Theorem 1",
    words="The derivative of the output at i by any entry of a token after i is zero.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("no mask", statement(I.full_upper)),
        Mutant("by the token itself too", statement(first=N.i)),
        Mutant("no mask, by the last token alone", statement(I.full_upper, N.n)),
    ),
    law="causality",
    remark="For any score and value map it follows from equal pasts giving equal outputs: a_i is constant in x_m.",
    trusted=("the derivative of a finite composition of sums, products, quotients and exp is given by the rules",),
)
