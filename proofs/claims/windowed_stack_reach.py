r"""Windows: with S(i) = {j <= i : j >= i - w} in L layers, state i reads inputs i - L w..i alone; by induction.

With g = h_{r-1}: h_0 = x; h_{r, i} = combine_r(g_i, sum_{j in S(i)} softmax_j(score_r(g_i, g_j)) value_r(g_j)), all
vectors, any functions.  Near the start of the text S(i) begins at the first token, and so does what i reads.
"""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Chain, Fact, Proof
from proofs.formula import Datum, ForAll, Statement, equal, real
from proofs.rules import BRACKET, CASES, DIVIDE, ZERO_SUM, assume, split, unfold

X, Y = N.x, N.y
L, r, w = sp.symbols("L r w", integer=True, nonnegative=True)
j, l, p = sp.symbols("j l p", integer=True)
score, value, combine = (sp.Function(name) for name in ("score", "value", "combine"))
probe = sp.Function("probe")
FUNCTIONS = (Datum(score, (), "function", 3), Datum(value, (), "function", 3), Datum(combine, (), "function", 4))
Layer = tuple[Callable[..., I.Expr], Callable[..., I.Expr], Callable[..., I.Expr]]
ANY: Layer = (score, value, combine)


def stack(
    name: str, tokens: sp.IndexedBase, back: I.Expr, summed: I.Expr | None = None, layer: Layer = ANY
) -> I.Definition:
    """Return h_r,ie by recursion on r, with S(i) = {i - back..i}.

    `summed` is how far back the softmax's divisor runs, if not as far; `layer` the score, value and combining maps.
    """
    h = sp.Function(name)
    scored, valued, combined = layer
    divided = back if summed is None else summed

    def state(at: I.Expr) -> I.Expr:
        return I.row(h(r - 1, at, N.f), N.f, N.d)

    def power(at: I.Expr, reach: I.Expr) -> I.Expr:
        return I.AtMost(N.i - reach, at) * sp.exp(scored(r, state(N.i), state(at)))

    weight = I.Quotient(power(j, back), sp.Sum(power(l, divided), (l, 1, N.i)))
    mixed = sp.Sum(weight * valued(r, N.g, state(j)), (j, 1, N.i))
    step = combined(r, N.e, state(N.i), I.row(mixed, N.g, N.d_v))
    return I.Definition(name, (r, N.i, N.e), I.Cases(r, tokens[N.i, N.e], step))


def statement(
    first: I.Expr, start: I.Expr, last: I.Expr = N.i, back: I.Expr = w, summed: I.Expr | None = None
) -> Statement:
    """Return probe(h_L,i(X)) = probe(h_L,i(Y)) for i from `start` on, if the inputs agree from `first` to `last`."""

    def seen(h: str) -> I.Expr:
        return probe(I.row(sp.Function(h)(L, N.i, N.f), N.f, N.d))

    return Statement(
        equal(seen("h"), seen("h'")),
        (real(X, N.n, N.d), real(Y, N.n, N.d), *FUNCTIONS, Datum(probe, (), "function", 1)),
        ranges=((N.i, start, N.n), (r, 0, L)),
        assumptions={"agree": ForAll(((l, first, last), (N.f, 1, N.d)), equal(X[l, N.f], Y[l, N.f]))},
        definitions=I.define(stack("h", X, back, summed), stack("h'", Y, back, summed)),
        sizes={N.n: 1, N.d: 1, N.d_v: 1, L: 0, w: 0},
    )


FAR, NEAR = N.i - L * w, sp.Integer(1)


def derivation(lowest: Callable[[I.Expr], I.Expr], shown: Callable[[Chain], Chain]) -> Callable[[Proof], Fact]:
    """Return the induction over layers: level r agrees from `lowest(r)` to i; `shown` writes the window plainly."""

    def goal(level: I.Expr) -> ForAll:
        sides = equal(sp.Function("h")(level, p, N.f), sp.Function("h'")(level, p, N.f))
        return ForAll(((p, lowest(level), N.i), (N.f, 1, N.d)), sides)

    def level(at: I.Expr, known: str) -> Callable[[Proof], Fact]:
        def sides(inner: Proof) -> Fact:
            here, there = (inner.chain(sp.Function(h)(at, p, N.f)).by(unfold(h), CASES) for h in ("h", "h'"))
            if at != 0:
                here, there = shown(here), shown(there)
            return inner.transitive(here.by(assume(known), every=True).done(), there.done())

        return lambda proof: proof.for_all(goal(at).ranges, sides)

    def derive(proof: Proof) -> Fact:
        every = proof.induction(r, goal, level(sp.Integer(0), "agree"), level(r + 1, "induction"))
        last = proof.specialize(proof.generalize(every, r), r=L)
        return proof.chain(proof.goal.lhs).by(proof.using(last)).done()

    return derive


def full_window(chain: Chain) -> Chain:
    """Drop the terms before p - w, which the window leaves out."""
    chain.by(split(p - w - 1)).by(split(p - w - 1), every=True)
    return chain.while_possible(BRACKET, DIVIDE, ZERO_SUM)


CLAIM = Claim(
    id="windowed_stack_reach",
    title="A window of w through L layers reaches L w back, no further",
    document="field",
    item="window",
    label="Windows",
    words="If each of L layers reads w positions back, the state at i depends on the inputs i - L w to i alone.",
    parts=(
        Part(
            "i > L w: inputs i - L w..i",
            statement(FAR, L * w + 1),
            derivation(lambda level: FAR + level * w, full_window),
        ),
        Part(
            "any i: inputs 1..i",
            statement(NEAR, sp.Integer(1)),
            derivation(lambda level: NEAR, lambda chain: chain),  # noqa: ARG005
        ),
    ),
    remark="`probe` is any function of the whole state: what it cannot tell apart is equal.",
    mutants=(
        Mutant("one input less", statement(FAR + 1, L * w + 1)),
        Mutant("the window is one wider", statement(FAR, L * w + 1, back=w + 1)),
        Mutant("the softmax's divisor runs over all of 1..i", statement(FAR, L * w + 1, summed=N.i)),
        Mutant("inputs up to i - 1", statement(NEAR, sp.Integer(1), last=N.i - 1)),
    ),
    kernel="windowed_stack_reach",
)
