r"""Theorem 1, the backward form: a loss of the outputs up to i sends no gradient to later tokens; all sizes.

With G_rg = d loss / d a_rg, the chain rule gives d loss / d x_me = sum_{r <= i} sum_g G_rg d a_rg / d x_me.
"""

from dataclasses import replace

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.theorem_1_derivative import statement as forward
from proofs.derivation import Fact, Proof
from proofs.formula import Statement, equal, real
from proofs.rules import ZERO_SUM

G = sp.IndexedBase("G", real=True)
r = sp.Symbol("r", integer=True, positive=True)


def statement(base: Statement | None = None, last: I.Expr = N.i) -> Statement:
    """Return sum_{r=1}^{last} sum_g G_rg d a_rg / d x_me = 0 for m > i."""
    base = base or forward()
    gradient = G[r, N.g] * I.Partial(sp.Function("a")(r, N.g), N.x[N.m, N.e])
    total = sp.Sum(sp.Sum(gradient, (N.g, 1, N.d_v)), (r, 1, last))
    ranges = tuple(item for item in base.ranges if item[0] != N.g)
    return replace(base, conclusion=equal(total, 0), data=(*base.data, real(G, N.n, N.d_v)), ranges=ranges)


def derive(proof: Proof) -> Fact:
    """Every d a_rg / d x_me with r <= i < m is zero."""
    chain = proof.chain(proof.goal.lhs)
    chain.by(proof.using(proof.other("theorem_1_derivative")), every=True)
    return chain.while_possible(ZERO_SUM).ends(0)


CLAIM = Claim(
    id="theorem_1_backward",
    title="Masked attention is causal: no gradient flows to later tokens",
    document="chapter",
    item="theorem_1",
    label="Theorem 1",
    words="The gradient of any differentiable loss of the outputs up to i by a token after i is zero.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("no mask", statement(forward(I.full_upper))),
        Mutant("loss of all outputs", statement(last=N.n)),
    ),
    uses=("theorem_1_derivative",),
    law="causality",
    trusted=("the chain rule: d loss / d x is the sum of (d loss / d a)(d a / d x)",),
)
