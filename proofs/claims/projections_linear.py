r"""Projections are linear: (x + lambda y) W = x W + lambda y W; all sizes."""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, Statement, attention_data, equal
from proofs.rules import CONSTANT_OUT, DISTRIBUTE, LINEARITY

LAMBDA = sp.Symbol("lambda", real=True)


def projected(row: Callable[[I.Expr], I.Expr]) -> I.Expr:
    """Return the component b of row W_Q."""
    return sp.Sum(row(N.e) * N.W_Q[N.e, N.b], (N.e, 1, N.d))


def statement(factor: I.Expr = LAMBDA, offset: int = 0) -> Statement:
    """Return (x_i + lambda y_j) W = x_i W + factor y_j W, with an offset to mutate."""
    mixed = projected(lambda e: N.x[N.i, e] + LAMBDA * N.y[N.j, e] + offset)
    parts = projected(lambda e: N.x[N.i, e]) + factor * projected(lambda e: N.y[N.j, e])
    return Statement(
        equal(mixed, parts),
        (*attention_data("x", "y", "W_Q"), Datum(LAMBDA)),
        ranges=((N.i, 1, N.n), (N.j, 1, N.n), (N.b, 1, N.d_k)),
        sizes={N.n: 1, N.d: 1, N.d_k: 1},
    )


def derive(proof: Proof) -> Fact:
    """Distribute, split the sum, pull lambda out."""
    return proof.chain(proof.goal.lhs).by(DISTRIBUTE, LINEARITY, CONSTANT_OUT).done()


CLAIM = Claim(
    id="projections_linear",
    title="Projections are linear",
    document="chapter",
    item="projections_linear",
    label="Projections are linear",
    words="The projection of x + lambda y is the projection of x plus lambda times that of y.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("lambda squared", statement(LAMBDA**2)),
        Mutant("lambda left out", statement(sp.Integer(1))),
        Mutant("a constant added", statement(offset=1)),
    ),
    kernel="projections_linear",
)
