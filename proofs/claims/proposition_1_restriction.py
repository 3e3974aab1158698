r"""Proposition 1: masked attention is attention over allowed sets with S(i) = {1..i}; all sizes.

General attention is a sum over all n positions with an indicator m_ij of the allowed ones; with m_ij = [j <= i]
its outputs are the chapter's.
"""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Line, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, Statement, equal, real
from proofs.rules import BRACKET, DIVIDE, ZERO_SUM, fold, split, unfold

Allowed = Callable[[I.Expr, I.Expr], I.Expr]
s, v = sp.IndexedBase("s", real=True), sp.IndexedBase("v", real=True)
SCORE = I.Definition("s", (N.i, N.j), s[N.i, N.j])
DATA = (Datum(s, (N.n, N.n)), real(v, N.n, N.d_v))


def masked(allowed: Allowed, mark: str = "'") -> dict[str, I.Definition]:
    """Return weights and outputs of general attention with an indicator of the allowed positions."""
    weight = I.masked_softmax(f"alpha{mark}", SCORE.head, allowed)
    total = sp.Sum(weight.head(N.i, N.j) * v[N.j, N.g], (N.j, 1, N.n))
    return I.define(SCORE, weight, I.Definition(f"a{mark}", (N.i, N.g), total))


def restricted(upper: Callable[[I.Expr], I.Expr] = I.causal_upper) -> dict[str, I.Definition]:
    """Return weights and outputs of attention over S(i) = {1..upper(i)}, as the chapter writes it."""
    weight = I.softmax_over("alpha", SCORE.head, upper)
    return I.define(SCORE, weight, I.weighted("a", weight.head, lambda j, g: v[j, g], upper))


def causal(i: I.Expr, j: I.Expr) -> I.Expr:
    """Return [j <= i]."""
    return I.AtMost(j, i)


def before_or_first(i: I.Expr, j: I.Expr) -> I.Expr:
    """Return [j < i or j = 1]: a mask that is off by one, with its first row kept defined."""
    return I.AtMost(j, i - 1) + I.AtMost(j, 1) * I.AtMost(i, 1)


def statement(allowed: Allowed = causal, upper: Callable[[I.Expr], I.Expr] = I.causal_upper) -> Statement:
    """Return: general attention with this indicator has the outputs of attention over {1..upper(i)}."""
    return Statement(
        equal(sp.Function("a'")(N.i, N.g), sp.Function("a")(N.i, N.g)),
        DATA,
        ranges=((N.i, 1, N.n), (N.g, 1, N.d_v)),
        definitions={**masked(allowed), **restricted(upper)},
        sizes={N.n: 1, N.d_v: 1},
    )


def derive(proof: Proof) -> Fact:
    """Split the sums at i: before it the indicator is 1, after it 0."""
    chain = proof.chain(proof.goal.lhs).by(unfold("a'")).by(split(N.i, until=N.n))
    chain.by(unfold("alpha'"), every=True).by(split(N.i, until=N.n), every=True)
    return chain.while_possible(BRACKET, DIVIDE, ZERO_SUM).by(fold("alpha"), fold("a")).done()


CLAIM = Claim(
    id="proposition_1_restriction",
    title="Masked attention is general attention over {1..i}",
    document="chapter",
    item="proposition_1",
    label="Proposition 1",
    words="Attention over arbitrary allowed sets, with S(i) = {1..i}, is the chapter's masked attention.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("allowed set {j : j >= i}", statement(I.AtMost)),
        Mutant("allowed set {1..i-1} and the first", statement(before_or_first)),
        Mutant("nothing masked", statement(lambda i, j: sp.Integer(1))),  # noqa: ARG005
    ),
    lines=(
        Line("I", note="The definition of general attention."),
        Line("II", ("proposition_1_restriction",), note="The mask is the indicator of {1..i}."),
        Line("III", ("proposition_1_restriction", "theorem_1_agreement"), note="And that choice is causal."),
    ),
    law="matrix_form",
    kernel="proposition_1_restriction",
)
