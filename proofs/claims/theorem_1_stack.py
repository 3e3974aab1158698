r"""A stack of causal layers is causal: for every number of layers, by induction; any scores, values, per-token maps.

h_0 = x; h_{L+1, i} = combine(h_{L, i}, sum_{j <= i} softmax_j(score(h_{L,i}, h_{L,j})) value(h_{L,j})), all vectors.
"""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, ForAll, Statement, equal, real
from proofs.rules import CASES, assume, unfold

X, Y = N.x, N.y
L = sp.Symbol("L", integer=True)
p, layers = sp.symbols("p layers", integer=True, positive=True)
score, value, combine = (sp.Function(name) for name in ("score", "value", "combine"))


def stack(name: str, tokens: sp.IndexedBase, last: I.Expr, sums: I.Expr = N.i) -> I.Definition:
    """Return h_L,ie by recursion on L; each layer may have functions of its own (they take L).

    S(i) = {1..last}: the softmax's divisor runs over it, and the weighted sum up to `sums`.
    """
    h = sp.Function(name)
    below = L - 1

    def state(j: I.Expr) -> I.Expr:
        return I.row(h(below, j, N.f), N.f, N.d)

    def power(j: I.Expr) -> I.Expr:
        return sp.exp(score(L, state(N.i), state(j)))

    weight = I.Quotient(power(N.j), sp.Sum(power(N.l), (N.l, 1, last)))
    mixed = sp.Sum(weight * value(L, N.g, state(N.j)), (N.j, 1, sums))
    step = combine(L, N.e, state(N.i), I.row(mixed, N.g, N.d_v))
    return I.Definition(name, (L, N.i, N.e), I.Cases(L, tokens[N.i, N.e], step))


def statement(last: I.Expr = N.i, sums: I.Expr = N.i, upto: I.Expr = p) -> Statement:
    """Return h_L,je(X) = h_L,je(Y) at L = layers for all j <= p and every e, if the inputs agree up to `upto`."""
    functions = (Datum(score, (), "function", 3), Datum(value, (), "function", 3), Datum(combine, (), "function", 4))
    agree = ForAll(((N.l, 1, upto), (N.f, 1, N.d)), equal(X[N.l, N.f], Y[N.l, N.f]))
    return Statement(
        goal(layers).body,
        (real(X, N.n, N.d), real(Y, N.n, N.d), *functions),
        ranges=((p, 1, N.n), (N.j, 1, p), (N.e, 1, N.d), (L, 0, layers)),
        assumptions={"agree": agree},
        definitions=I.define(stack("h", X, last, sums), stack("h'", Y, last, sums)),
        sizes={N.n: 1, N.d: 1, N.d_v: 1, layers: 1},
    )


def goal(level: I.Expr) -> ForAll:
    """Return: at this level the two stacks agree at every position up to p, in every component."""
    sides = equal(sp.Function("h")(level, N.j, N.e), sp.Function("h'")(level, N.j, N.e))
    return ForAll(((N.j, 1, p), (N.e, 1, N.d)), sides)


def derive(proof: Proof) -> Fact:
    """Level 0 is the input; level L + 1 reads level L at positions up to p alone."""

    def sides(inner: Proof, level: I.Expr, assumption: str) -> Fact:
        here = inner.chain(sp.Function("h")(level, N.j, N.e)).by(unfold("h"), CASES).by(assume(assumption), every=True)
        there = inner.chain(sp.Function("h'")(level, N.j, N.e)).by(unfold("h'"), CASES)
        return inner.generalize(inner.transitive(here.done(), there.done()), N.j, N.e)

    every = proof.induction(
        L,
        goal,
        lambda inner: sides(inner, sp.Integer(0), "agree"),
        lambda inner: sides(inner, L + 1, "induction"),
    )
    return proof.specialize(proof.specialize(proof.generalize(every, L), L=layers), j=N.j, e=N.e)


LOOSE = {
    "e": "above the input, `combine` may have as many components as one likes",
}

CLAIM = Claim(
    id="theorem_1_stack",
    title="A stack of causal layers is causal",
    document="chapter",
    item="theorem_1",
    label="Theorem 1",
    words="Inputs that agree up to p give states that agree up to p at every layer, with any per-token maps between.",
    parts=(Part("", statement(), derive, loose=LOOSE),),
    mutants=(
        Mutant("layers without a mask", statement(last=N.n, sums=N.n)),
        Mutant("the softmax's divisor alone runs over all tokens", statement(last=N.n)),
        Mutant("inputs agree up to p - 1 only", statement(upto=p - 1)),
    ),
    law="causality",
    kernel="theorem_1_stack",
    supporting=True,
)
