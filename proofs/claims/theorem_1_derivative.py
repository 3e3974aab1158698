r"""Theorem 1, causality as a vanishing derivative: d a_ig / d x_me = 0 for m > i; all sizes.

For every differentiable score function and value map of token vectors, and for dot products of projections.
"""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, Range, Statement, attention_data, equal, real
from proofs.rules import DELTA_OUTSIDE, DIVIDE, PARTIAL, ZERO_SUM, unfold

score, value = sp.Function("score"), sp.Function("value")
SMOOTH = (Datum(score, (), "smooth", 2), Datum(value, (), "smooth", 2))
ANY, DOT = "any differentiable score and value map", "dot products of projections"


def token(j: I.Expr) -> I.Expr:
    """Return the token x_j, whole."""
    return I.row(N.x[j, N.e], N.e, N.d)


def with_any_score(upper: Callable[[I.Expr], I.Expr]) -> dict[str, I.Definition]:
    """Return sigma_ij = score(x_i, x_j), v~_jg = value_g(x_j), their weights and outputs; S(i) = {1..upper(i)}."""
    s = I.Definition("sigma", (N.i, N.j), score(token(N.i), token(N.j)))
    v = I.Definition("v~", (N.j, N.g), value(N.g, token(N.j)))
    alpha = I.softmax_over("alpha~", s.head, upper)
    return I.define(s, v, alpha, I.weighted("a~", alpha.head, v.head, upper))


def ranges(first: I.Expr, last: I.Expr) -> tuple[Range, ...]:
    """Return: m runs from `first` on; i, the components g and e, and the allowed positions j up to `last`."""
    return ((N.i, 1, N.n), (N.m, first, N.n), (N.g, 1, N.d_v), (N.e, 1, N.d), (N.j, 1, last))


def any_score(upper: Callable[[I.Expr], I.Expr] = I.causal_upper, first: I.Expr = N.i + 1) -> Statement:
    """Return d a_ig / d x_me = 0 for all m from `first` to n, whatever the differentiable functions are."""
    return Statement(
        equal(I.Partial(sp.Function("a~")(N.i, N.g), N.x[N.m, N.e]), 0),
        (real(N.x, N.n, N.d), *SMOOTH),
        ranges=ranges(first, upper(N.i)),
        definitions=with_any_score(upper),
        sizes={N.n: 2, N.d: 1, N.d_v: 1},
    )


def statement(upper: Callable[[I.Expr], I.Expr] = I.causal_upper, first: I.Expr = N.i + 1) -> Statement:
    """Return d a_ig / d x_me = 0 for all m from `first` to n, for queries, keys and values as projections."""
    P = I.attention(upper=upper)
    return Statement(
        equal(I.Partial(P.a(N.i, N.g), N.x[N.m, N.e]), 0),
        attention_data("x", "W_Q", "W_K", "W_V", "c"),
        ranges=(*ranges(first, upper(N.i)), (N.b, 1, N.d_k)),
        definitions=P.definitions,
        sizes={N.n: 2, N.d: 1, N.d_k: 1, N.d_v: 1},
    )


def still(proof: Proof, head: I.Expr) -> Fact:
    """A head that unfolds to tokens up to i does not react to x_m: every delta is outside its range."""
    chain = proof.chain(I.Partial(head, N.x[N.m, N.e])).by(unfold(type(head).__name__), PARTIAL)
    return chain.by(DELTA_OUTSIDE, every=True).while_possible(ZERO_SUM).ends(0)


def outputs(proof: Proof, score_still: Fact, value_still: Fact) -> Fact:
    """Scores and values up to i do not react to x_m: the quotient rule does the rest."""
    chain = proof.chain(proof.goal.lhs).by(unfold("a", "a~"), unfold("alpha", "alpha~"), PARTIAL)
    chain.by(proof.using(score_still), every=True).by(proof.using(value_still))
    return chain.while_possible(ZERO_SUM, DIVIDE).ends(0)


def derive_any(proof: Proof) -> Fact:
    """Score and value read x_i and x_j with j <= i; by the chain rule neither reacts to x_m."""
    s = proof.generalize(still(proof, sp.Function("sigma")(N.i, N.j)), N.j)
    return outputs(proof, s, proof.generalize(still(proof, sp.Function("v~")(N.j, N.g)), N.j))


def derive(proof: Proof) -> Fact:
    """Queries, keys, values up to i do not read x_m, so neither do scores; the quotient rule does the rest."""
    query = proof.using(proof.generalize(still(proof, sp.Function("q")(N.i, N.b)), N.b))
    key = proof.using(proof.generalize(still(proof, sp.Function("k")(N.j, N.b)), N.j, N.b))
    value_still = proof.generalize(still(proof, sp.Function("v")(N.j, N.g)), N.j)
    moved = proof.chain(I.Partial(sp.Function("s")(N.i, N.j), N.x[N.m, N.e])).by(unfold("s"), PARTIAL)
    return outputs(proof, proof.generalize(moved.by(query, key, ZERO_SUM).ends(0), N.j), value_still)


CLAIM = Claim(
    id="theorem_1_derivative",
    title="Masked attention is causal: outputs do not react to later tokens",
    document="chapter",
    item="theorem_1",
    label="Theorem 1",
    words=(
        "The derivative of the output at i by any entry of a token after i is zero, whatever differentiable score and "
        "value functions are used."
    ),
    parts=(Part(ANY, any_score(), derive_any), Part(DOT, statement(), derive)),
    mutants=(
        Mutant("any score, no mask", any_score(I.full_upper)),
        Mutant("any score, by the token itself too", any_score(first=N.i)),
        Mutant("any score, the mask lets the next token through", any_score(lambda i: i + 1, N.i + 1)),
        Mutant("no mask", statement(I.full_upper)),
        Mutant("by the token itself too", statement(first=N.i)),
        Mutant("no mask, by the last token alone", statement(I.full_upper, N.n)),
    ),
    law="causality",
    kernel="theorem_1_derivative",
    trusted=("the derivative of a finite composition of differentiable functions is given by the rules",),
)
