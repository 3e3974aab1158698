r"""Var(q.k) = d_k for independent entries with mean 0 and variance 1, and Var(c q.k) = c^2 d_k; any d_k.

With c = 1/sqrt(d_k) the variance is 1.  The mean is 0, so the variance is the second moment.
"""

from dataclasses import replace

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, Formula, Statement, equal
from proofs.rules import CONSTANT_SUM, DELTA_PICKS, EXPECTATION, PRODUCT_OF_SUMS, ZERO_SUM, assume

q, k = sp.IndexedBase("q", real=True), sp.IndexedBase("k", real=True)
DOT = sp.Sum(q[N.b] * k[N.b], (N.b, 1, N.d_k))
DATA = (Datum(q, (N.d_k,), "random"), Datum(k, (N.d_k,), "random"), Datum(N.c, (), "positive"))
INVERSE_ROOT: dict[str, Formula] = {"c": equal(N.c**2 * N.d_k, 1)}


def second_moment(value: I.Expr, scaled: bool = False) -> Statement:
    """Return E[(q.k)^2] = value, or E[(c q.k)^2] = value with c^2 d_k = 1."""
    inside = (N.c * DOT) ** 2 if scaled else DOT**2
    assumptions = INVERSE_ROOT if scaled else {}
    return Statement(equal(I.Expectation(inside), value), DATA, assumptions=assumptions, sizes={N.d_k: 1})


def mean(value: I.Expr) -> Statement:
    """Return E[q.k] = value."""
    return Statement(equal(I.Expectation(DOT), value), DATA, sizes={N.d_k: 1})


def derive_second(proof: Proof) -> Fact:
    """Square the sum; E[q_b q_b'] E[k_b k_b'] is a delta; its double sum counts d_k terms."""
    chain = proof.chain(proof.goal.lhs).by(PRODUCT_OF_SUMS).while_possible(EXPECTATION)
    chain.while_possible(DELTA_PICKS).by(CONSTANT_SUM)
    return chain.by(assume("c")).done() if proof.statement.assumptions else chain.done()


def derive_mean(proof: Proof) -> Fact:
    """Every term is a product of independent entries with mean 0."""
    return proof.chain(proof.goal.lhs).while_possible(EXPECTATION).by(ZERO_SUM).done()


CLAIM = Claim(
    id="dot_product_variance",
    title="Dividing by sqrt(d_k) keeps the variance of a score at 1",
    document="chapter",
    item="scaling",
    label="Scaling by sqrt(d_k)",
    words="For independent entries of mean 0 and variance 1, Var(q.k) = d_k and Var(q.k/sqrt(d_k)) = 1.",
    parts=(
        Part("mean", mean(sp.Integer(0)), derive_mean),
        Part("Var(q.k)", second_moment(N.d_k), derive_second),
        Part("Var(q.k/sqrt(d_k))", second_moment(sp.Integer(1), scaled=True), derive_second),
    ),
    mutants=(
        Mutant("variance d_k squared", second_moment(N.d_k**2)),
        Mutant("variance 1 without the factor", second_moment(sp.Integer(1))),
        Mutant("variance d_k with the factor", replace(second_moment(N.d_k, scaled=True), sizes={N.d_k: 4})),
    ),
    trusted=("expectation is linear and multiplies over independent factors",),
    kernel="dot_product_variance",
)
