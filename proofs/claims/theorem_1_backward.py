r"""Theorem 1, the backward form: a loss of the outputs up to i sends no gradient to later tokens; all sizes.

The loss is any differentiable function of the outputs a_1..a_i; by the chain rule d loss / d x_me is
sum_{r <= i} sum_g (d loss / d a_rg) (d a_rg / d x_me), and every term is zero.
"""

from dataclasses import replace

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.theorem_1_derivative import ANY, DOT, any_score
from proofs.claims.theorem_1_derivative import statement as dot_products
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, Statement, equal
from proofs.rules import PARTIAL, ZERO_SUM
from proofs.steps import as_relation

loss = sp.Function("loss")
r = sp.Symbol("r", integer=True, positive=True)


def statement(forward: Statement, last: I.Expr = N.i) -> Statement:
    """Return d loss(a_1, ..., a_last) / d x_me = 0 for m > i, for a loss of whole output vectors."""
    a = type(as_relation(forward.conclusion).lhs.args[0])
    outputs = I.row(I.row(a(r, N.g), N.g, N.d_v), r, last)
    ranges = tuple(item for item in forward.ranges if item[0] in {N.i, N.m, N.e})
    conclusion = equal(I.Partial(loss(outputs), N.x[N.m, N.e]), 0)
    return replace(forward, conclusion=conclusion, data=(*forward.data, Datum(loss, (), "smooth", 1)), ranges=ranges)


def derive(part: str) -> Part:
    """Return the part for one kind of score: every d a_rg / d x_me with r <= i < m is zero."""

    def chain_rule(proof: Proof) -> Fact:
        chain = proof.chain(proof.goal.lhs).by(PARTIAL)
        chain.by(proof.using(proof.other("theorem_1_derivative", part)), every=True)
        return chain.while_possible(ZERO_SUM).ends(0)

    return Part(part, statement({ANY: any_score, DOT: dot_products}[part]()), chain_rule)


CLAIM = Claim(
    id="theorem_1_backward",
    title="Masked attention is causal: no gradient flows to later tokens",
    document="chapter",
    item="theorem_1",
    label="Theorem 1",
    words="The gradient of any differentiable loss of the outputs up to i by a token after i is zero.",
    parts=(derive(ANY), derive(DOT)),
    mutants=(
        Mutant("any score, no mask", statement(any_score(I.full_upper))),
        Mutant("any score, loss of all outputs", statement(any_score(), last=N.n)),
        Mutant("any score, by the token itself too", statement(any_score(first=N.i))),
        Mutant("no mask", statement(dot_products(I.full_upper))),
        Mutant("loss of all outputs", statement(dot_products(), last=N.n)),
    ),
    uses=("theorem_1_derivative",),
    law="causality",
    kernel="theorem_1_backward",
    trusted=("the chain rule for a differentiable function of finitely many variables, as the rules state it",),
)
