r"""Softmax is not linear: softmax(2 s) is never 2 softmax(s), for any scores and any n.

The entries of softmax(2 s) sum to 1, those of 2 softmax(s) to 2.
"""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Statement, equal, real
from proofs.rules import CANCEL, CONSTANT_OUT, unfold

s = sp.IndexedBase("s", real=True)
p, p2 = sp.Function("p"), sp.Function("p2")


def soft(name: str, factor: int) -> I.Definition:
    """Return the softmax of factor * s."""
    total = sp.Sum(sp.exp(factor * s[N.l]), (N.l, 1, N.n))
    return I.Definition(name, (N.j,), I.Quotient(sp.exp(factor * s[N.j]), total))


def statement(gap: int = 1, factor: int = 2) -> Statement:
    """Return sum_j factor p_j - sum_j softmax(factor s)_j = gap."""
    total = sp.Sum(factor * p(N.j), (N.j, 1, N.n)) - sp.Sum(p2(N.j), (N.j, 1, N.n))
    return Statement(
        equal(total, gap), (real(s, N.n),), definitions=I.define(soft("p", 1), soft("p2", factor)), sizes={N.n: 1}
    )


def derive(proof: Proof) -> Fact:
    """Both sums are sums of softmax entries."""

    def one(head: I.Expr, name: str) -> Fact:
        return proof.chain(sp.Sum(head(N.j), (N.j, 1, N.n))).by(unfold(name), CONSTANT_OUT, CANCEL).done()

    chain = proof.chain(proof.goal.lhs).by(CONSTANT_OUT, proof.using(one(p, "p")))
    return chain.by(proof.using(one(p2, "p2"))).done()


CLAIM = Claim(
    id="softmax_not_linear",
    title="Softmax is not linear",
    document="chapter",
    item="softmax_not_linear",
    label="Softmax is not linear",
    words="For every row of scores, softmax(2 s) and 2 softmax(s) differ: their entries sum to 1 and to 2.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("the sums agree", statement(0)),
        Mutant("factor 1", statement(factor=1)),
        Mutant("factor 3 with the gap of factor 2", statement(factor=3)),
    ),
    kernel="softmax_not_linear",
)
