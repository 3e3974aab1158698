r"""A stack of causal layers is causal: for every number of layers, by induction; any scores, values, per-token maps.

h_0 = x; h_{L+1, i} = combine(h_{L, i}, sum_{j <= i} softmax_j(score(h_{L,i}, h_{L,j})) value(h_{L,j})).
"""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, ForAll, Statement, equal
from proofs.rules import CASES, assume, unfold

X, Y = (sp.IndexedBase(name) for name in ("x", "y"))
L, p = sp.symbols("L p", integer=True)
layers = sp.Symbol("layers", integer=True, positive=True)
score, value, combine = (sp.Function(name) for name in ("score", "value", "combine"))


def stack(name: str, token: sp.IndexedBase, last: I.Expr) -> I.Definition:
    """Return h_L,i by recursion on L; each layer may have functions of its own (they take L)."""
    h = sp.Function(name)
    below = L - 1

    def power(j: I.Expr) -> I.Expr:
        return sp.exp(score(L, h(below, N.i), h(below, j)))

    weight = I.Quotient(power(N.j), sp.Sum(power(N.l), (N.l, 1, last)))
    mixed = sp.Sum(weight * value(L, h(below, N.j)), (N.j, 1, last))
    return I.Definition(name, (L, N.i), I.Cases(L, token[N.i], combine(L, h(below, N.i), mixed)))


def statement(last: I.Expr = N.i, upto: I.Expr = p) -> Statement:
    """Return h_L,j(X) = h_L,j(Y) for all j <= p and every L, if the inputs agree up to `upto`."""
    functions = (Datum(score, (), "function", 3), Datum(value, (), "function", 2), Datum(combine, (), "function", 3))
    return Statement(
        goal(L).body,
        (Datum(X, (N.n,), "token"), Datum(Y, (N.n,), "token"), *functions),
        ranges=((p, 1, N.n), (N.j, 1, p), (L, 0, layers)),
        assumptions={"agree": ForAll(((N.l, 1, upto),), equal(X[N.l], Y[N.l]))},
        definitions=I.define(stack("h", X, last), stack("h'", Y, last)),
        sizes={N.n: 1, layers: 1},
    )


def goal(level: I.Expr) -> ForAll:
    """Return: at this level the two stacks agree at every position up to p."""
    return ForAll(((N.j, 1, p),), equal(sp.Function("h")(level, N.j), sp.Function("h'")(level, N.j)))


def derive(proof: Proof) -> Fact:
    """Level 0 is the input; level L + 1 reads level L at positions up to p alone."""

    def sides(inner: Proof, level: I.Expr, assumption: str) -> Fact:
        here = inner.chain(sp.Function("h")(level, N.j)).by(unfold("h"), CASES).by(assume(assumption), every=True)
        there = inner.chain(sp.Function("h'")(level, N.j)).by(unfold("h'"), CASES)
        return inner.generalize(inner.transitive(here.done(), there.done()), N.j)

    every = proof.induction(
        L,
        goal,
        lambda inner: sides(inner, sp.Integer(0), "agree"),
        lambda inner: sides(inner, L + 1, "induction"),
    )
    return proof.specialize(every, j=N.j)


CLAIM = Claim(
    id="theorem_1_stack",
    title="A stack of causal layers is causal",
    document="chapter",
    item="theorem_1",
    label="Theorem 1",
    words="Inputs that agree up to p give states that agree up to p at every layer, with any per-token maps between.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("layers without a mask", statement(last=N.n)),
        Mutant("inputs agree up to p - 1 only", statement(upto=p - 1)),
    ),
    law="causality",
    trusted=("the sum is written for one value component; the rules used hold for values in any vector space",),
    supporting=True,
)
