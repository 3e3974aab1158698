r"""Windows: L layers with a window of w do reach L w back: for some parameters state i reacts to input i - L w.

With scores 0 (equal weights), values equal to the states and no residual, each state is the mean of its window.  One
path alone leads from i back to i - L w, w positions a layer, and each of its steps has the weight 1/(w + 1).
"""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.windowed_stack_reach import L, Layer, p, r, stack, w
from proofs.derivation import Chain, Fact, Proof
from proofs.formula import ForAll, Formula, Relation, Statement, equal, real
from proofs.rules import (
    BRACKET,
    CASES,
    CONSTANT_SUM,
    DELTA_OUTSIDE,
    DIVIDE,
    MERGE,
    PARTIAL,
    SINGLE_TERM,
    ZERO_SUM,
    split,
    unfold,
)

FIRST = N.i - L * w
h, share = sp.Function("mean"), sp.Function("share")
SHARE = I.Definition("share", (r,), I.Cases(r, sp.Integer(1), I.Quotient(share(r - 1), w + 1)))


def entry(row: I.Expr, component: I.Expr) -> I.Expr:
    """Return an entry of a row."""
    letter, _, _, body = I.opened(row)
    return body.xreplace({letter: component})


MEAN: Layer = (
    lambda level, here, there: sp.Integer(0),  # noqa: ARG005
    lambda level, component, state: entry(state, component),  # noqa: ARG005
    lambda level, component, here, mixed: entry(mixed, component),  # noqa: ARG005
)
"""Scores 0, values equal to the states, and the mixed value alone as the new state."""


def reaction(level: I.Expr, position: I.Expr, to: I.Expr = FIRST) -> I.Expr:
    """Return d h_level,position / d x_to, in one component."""
    return I.Partial(h(level, position, N.e), N.x[to, N.e])


def statement(conclusion: Formula, start: I.Expr = L * w + 1, back: I.Expr = w) -> Statement:
    """Return the conclusion about means over windows of `back`, for i from `start` on."""
    return Statement(
        conclusion,
        (real(N.x, N.n, N.d),),
        ranges=((N.i, start, N.n), (N.e, 1, N.d), (r, 0, L)),
        definitions=I.define(stack("mean", N.x, back, layer=MEAN), SHARE),
        sizes={N.n: 1, N.d: 1, L: 0, w: 0},
    )


def mean(chain: Chain, position: I.Expr) -> Chain:
    """Differentiate a state one level up: the mean of the derivatives over its window, which is full."""
    chain.by(unfold("mean"), CASES).by(split(position - w - 1)).by(split(position - w - 1), every=True)
    return chain.while_possible(BRACKET, DIVIDE, ZERO_SUM).by(CONSTANT_SUM, PARTIAL)


def reacts(to: I.Expr = FIRST) -> Relation:
    """Return d h_L,i / d x_to > 0."""
    return Relation(reaction(L, N.i, to), ">", sp.Integer(0))


def unreached(proof: Proof) -> Fact:
    """Establish that at level r no state after i - L w + r w reacts."""

    def goal(level: I.Expr) -> ForAll:
        return ForAll(((p, FIRST + level * w + 1, N.n),), equal(reaction(level, p), 0))

    def base(inner: Proof) -> Fact:
        return inner.chain(reaction(sp.Integer(0), p)).by(unfold("mean"), CASES, PARTIAL, DELTA_OUTSIDE).ends(0)

    def step(inner: Proof) -> Fact:
        known = inner.using(inner.assumption("induction"))
        return mean(inner.chain(reaction(r + 1, p)), p).by(known, ZERO_SUM).ends(0)

    every = proof.induction(
        r,
        goal,
        lambda inner: inner.for_all(goal(sp.Integer(0)).ranges, base),
        lambda inner: inner.for_all(goal(r + 1).ranges, step),
    )
    return proof.generalize(every, r)


def derive(proof: Proof) -> Fact:
    """At level r the first state that reacts, i - L w + r w, does so by the share of one path."""
    silent = unreached(proof)

    def goal(level: I.Expr) -> Relation:
        return equal(reaction(level, FIRST + level * w), share(level))

    def base(inner: Proof) -> Fact:
        left = inner.chain(goal(sp.Integer(0)).lhs).by(unfold("mean"), CASES, PARTIAL)
        return inner.transitive(left.done(), inner.chain(share(0)).by(unfold("share"), CASES).done())

    def step(inner: Proof) -> Fact:
        position = FIRST + (r + 1) * w
        left = mean(inner.chain(reaction(r + 1, position)), position).by(split(position - w), SINGLE_TERM)
        left.by(inner.using(inner.specialize(silent, r=r)), ZERO_SUM).ring(FIRST + r * w, at=position - w)
        left.by(inner.using(inner.assumption("induction")), MERGE)
        right = inner.chain(share(r + 1)).by(unfold("share"), CASES)
        return inner.transitive(left.done(), right.done())

    return proof.specialize(proof.generalize(proof.induction(r, goal, base, step), r), r=L)


def derive_sign(proof: Proof) -> Fact:
    """The share of one layer more is a quotient of positive numbers."""

    def goal(level: I.Expr) -> Relation:
        return Relation(share(level), ">", sp.Integer(0))

    def positive(inner: Proof, level: I.Expr) -> Fact:
        chain = inner.chain(share(level)).by(unfold("share"), CASES)
        return inner.signed(chain.done(), inner.positive(chain.now))

    every = proof.induction(r, goal, lambda inner: positive(inner, sp.Integer(0)), lambda inner: positive(inner, r + 1))
    return proof.signed(derive(proof), proof.specialize(proof.generalize(every, r), r=L))


CLAIM = Claim(
    id="windowed_stack_reach_attained",
    title="A window of w through L layers does reach L w back",
    document="field",
    item="window",
    label="Windows",
    words="For all L, w and i > L w there are layers for which the state at i reacts to the input i - L w.",
    parts=(
        Part("it reacts by (w + 1)^-L", statement(equal(reaction(L, N.i), share(L))), derive),
        Part("so it reacts", statement(reacts()), derive_sign),
    ),
    mutants=(
        Mutant("one position further back", statement(reacts(FIRST - 1), L * w + 2)),
        Mutant("with a window of w - 1", statement(reacts(), back=w - 1)),
        Mutant("by the whole of it", statement(equal(reaction(L, N.i), 1))),
        Mutant("by the share of one layer more", statement(equal(reaction(L, N.i), share(L + 1)))),
    ),
    kernel="windowed_stack_reach_attained",
)
