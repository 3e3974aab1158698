r"""No constant below 1/2 is a Lipschitz constant of softmax, in l_inf or in l_1, for any number of scores from 2 on.

There are n + 1 scores.  Start at scores s' that give the first weight 1/2.  For l_inf let the first score rise by
delta > 0 and all others fall by delta; for l_1 let the first rise by delta alone.  The scores have then moved by
delta, and the weights by at least delta / (2 + 2 delta), or delta / (2 + delta): a Lipschitz constant is at least
1 / (2 + 2 delta), or 1 / (2 + delta), for every delta > 0, and so at least 1/2.

With u = 2 delta, or delta, the first weight becomes e^u / (e^u + 1) >= (1 + u) / (2 + u), since e^u >= 1 + u.

References: [nair2025].
"""

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, Formula, Relation, Statement, equal, expressions, free_symbols, real
from proofs.rules import (
    ABSOLUTE,
    BRACKET,
    CANCEL,
    CONSTANT_OUT,
    LINEARITY,
    MERGE,
    SINGLE_TERM,
    SUMMED,
    ZERO_SUM,
    above_tangent,
    below_absolute,
    divided,
    split,
    unfold,
    weighted,
)

delta = sp.Symbol("delta", positive=True)
s2 = sp.IndexedBase("s'", real=True)
start = sp.Function("w")
LAST = N.n + 1
HALF = sp.Rational(1, 2)
FIRST = I.AtMost(N.i, 1)
ROW, LATER = (N.i, 1, LAST), (N.j, 2, LAST)


def softmax(score: Callable[[I.Expr], I.Expr]) -> I.Expr:
    """Return the weight at i."""
    return I.Quotient(sp.exp(score(N.i)), sp.Sum(sp.exp(score(N.l)), (N.l, 1, LAST)))


@dataclass(frozen=True)
class Move:
    """How the scores move: the first by u more than the others, which fall by -fall; `step` is the move over delta."""

    weights: str
    scores: str
    step: I.Expr
    fall: I.Expr
    u: I.Expr

    @property
    def constant(self) -> I.Expr:
        """The constant that a Lipschitz constant must reach."""
        return I.Quotient(sp.Integer(1), 2 + self.u)

    def weight(self, i: I.Expr) -> I.Expr:
        """Return the weight after the move."""
        return sp.Function(self.weights)(i)

    def score(self, i: I.Expr) -> I.Expr:
        """Return the score after the move."""
        return sp.Function(self.scores)(i)

    @property
    def definitions(self) -> tuple[I.Definition, I.Definition]:
        """The moved scores and their weights."""
        return (
            I.Definition(self.scores, (N.i,), s2[N.i] + delta * self.step),
            I.Definition(self.weights, (N.i,), softmax(self.score)),
        )


EVERY = Move("w1", "t1", 2 * FIRST - 1, -delta, 2 * delta)
ONE = Move("w2", "t2", FIRST, sp.Integer(0), delta)
DEFS = I.define(I.Definition("w", (N.i,), softmax(lambda i: s2[i])), *EVERY.definitions, *ONE.definitions)
START: dict[str, Formula] = {"start": equal(start(1), HALF)}
FAR = I.Absolute(EVERY.weight(1) - start(1))
SUM = sp.Sum(I.Absolute(ONE.weight(N.i) - start(N.i)), ROW)
STEP = I.Absolute(EVERY.score(N.i) - s2[N.i])
STEPS = sp.Sum(I.Absolute(ONE.score(N.i) - s2[N.i]), ROW)


def statement(conclusion: Formula, assumptions: dict[str, Formula] | None = None) -> Statement:
    """Return the conclusion for all scores s' (those with the first weight 1/2 unless said) and every delta > 0."""
    given = START if assumptions is None else assumptions
    data = (real(s2, LAST), Datum(delta, (), "positive"))
    heads = (e for formula in (conclusion, *given.values()) for e in expressions(formula))
    places = (ROW,) if N.i in free_symbols(conclusion) else ()
    return Statement(conclusion, data, places, given, I.reachable(heads, DEFS), {N.n: 1})


def derive_step(proof: Proof) -> Fact:
    """The first score rises, and every later one falls."""

    def size(inner: Proof, at: I.Expr) -> Fact:
        chain = inner.chain(I.Absolute(EVERY.score(at) - s2[at])).by(unfold(EVERY.scores), BRACKET, ABSOLUTE)
        return chain.ends(delta)

    def goal(at: I.Expr) -> Relation:
        return equal(I.Absolute(EVERY.score(at) - s2[at]), delta)

    return proof.induction(N.i, goal, lambda p: size(p, sp.Integer(1)), lambda p: size(p, N.i + 1), first=1)


def derive_steps(proof: Proof) -> Fact:
    """One term is left."""
    chain = proof.chain(proof.goal.lhs).by(unfold(ONE.scores), ABSOLUTE, split(1), SINGLE_TERM)
    return chain.by(BRACKET, every=True).by(ZERO_SUM).ends(delta)


def balance(proof: Proof) -> Fact:
    """Establish that the exponentials after the first sum to the first one."""
    first = proof.transitive(proof.chain(start(1)).by(unfold("w")).done(), proof.assumption("start"))
    parts = proof.chain(sp.Sum(sp.exp(s2[N.l]), (N.l, 1, LAST))).by(split(1), SINGLE_TERM).done()
    rest = parts.relation.rhs - sp.exp(s2[1])
    return proof.linear_combination(equal(rest, sp.exp(s2[1])), (-2, proof.cross_multiply(first)), (-1, parts))


def first_weight(proof: Proof, move: Move) -> tuple[Fact, Fact]:
    """Establish that the first weight, after the move, is at least (1 + u) K, and that K = 1 / (2 + u)."""
    chain = proof.chain(move.weight(1)).by(unfold(move.weights)).by(unfold(move.scores), every=True)
    chain.by(split(1), SINGLE_TERM).by(BRACKET, every=True)
    weight = chain.by(CONSTANT_OUT).done() if move.fall else chain.done()
    top, below = weight.relation.rhs.args
    constant, u, fall = move.constant, move.u, sp.exp(move.fall)
    one = proof.chain(constant * (2 + u)).by(MERGE, CANCEL).ends(1)
    least = (1 + u) * constant
    rule = weighted(Relation(least * below, "<=", top), constant * sp.exp(s2[1] + move.fall), least * fall, top)
    enough = proof.infer(rule, proof.infer(above_tangent(u)), balance(proof), one)
    bound = proof.infer(divided(Relation(least, "<=", weight.relation.rhs)), enough)
    return proof.infer(weighted(Relation(least, "<=", move.weight(1)), 1, -1), bound, weight), one


def derive_far(proof: Proof) -> Fact:
    """(1 + u) K - 1/2 = u K / 2, which is delta K."""
    first, one = first_weight(proof, EVERY)
    apart = proof.infer(below_absolute(EVERY.weight(1) - start(1)))
    return proof.infer(weighted(proof.goal, 1, 1, 1, -HALF), first, apart, proof.assumption("start"), one)


def derive_sum(proof: Proof) -> Fact:
    """What the first weight gains the others lose, so that the sum is twice its gain."""

    def lost(inner: Proof) -> Fact:
        return inner.infer(below_absolute(ONE.weight(N.j) - start(N.j), -1))

    def others(name: str) -> Fact:
        """Establish that the weights after the first sum to 1 minus the first."""
        total = sp.Sum(sp.Function(name)(N.j), (N.j, 1, LAST))
        parts = proof.chain(total).by(split(1), SINGLE_TERM).done()
        one = proof.chain(total).by(unfold(name), CONSTANT_OUT, CANCEL).ends(1)
        first = sp.Function(name)(1)
        return proof.linear_combination(equal(parts.relation.rhs - first, 1 - first), (1, one), (-1, parts))

    whole = proof.chain(SUM).by(split(1), SINGLE_TERM).done()
    losses = proof.infer(SUMMED, proof.for_all((LATER,), lost))
    apart = proof.chain(losses.relation.lhs).by(LINEARITY).by(CONSTANT_OUT).done()
    gained = proof.infer(below_absolute(ONE.weight(1) - start(1)))
    first, one = first_weight(proof, ONE)
    facts = (first, one, proof.assumption("start"), gained, losses)
    equations = (whole, apart, others("w"), others(ONE.weights))
    return proof.infer(weighted(proof.goal, 2, -1, 2, 1, 1, -1, -1, -1, 1), *facts, *equations)


CLAIM = Claim(
    id="softmax_half_lipschitz_tight",
    title="No constant below 1/2 is a Lipschitz constant of softmax",
    document="field",
    item="softmax_lipschitz",
    label="Softmax Lipschitz",
    words="Scores can move by any delta > 0 and a weight by delta/(2 + 2 delta), or in sum by delta/(2 + delta).",
    parts=(
        Part("each score moves by delta", statement(equal(STEP, delta), {}), derive_step),
        Part("then a weight moves so far", statement(Relation(FAR, ">=", delta * EVERY.constant)), derive_far),
        Part("the scores move by delta in sum", statement(equal(STEPS, delta), {}), derive_steps),
        Part("then the weights in sum move so far", statement(Relation(SUM, ">=", delta * ONE.constant)), derive_sum),
    ),
    mutants=(
        Mutant("by delta/2", statement(Relation(FAR, ">=", HALF * delta))),
        Mutant("from any scores", statement(Relation(FAR, ">=", delta * EVERY.constant), {})),
        Mutant("in sum, by delta/2", statement(Relation(SUM, ">=", HALF * delta))),
        Mutant("in sum, when each score moves", statement(equal(STEPS, LAST * delta), {})),
    ),
    trusted=("that some scores give the first weight 1/2: s'_1 = ln n and s'_j = 0 for the others",),
    remark="As delta tends to 0, both constants, 1 / (2 + 2 delta) and 1 / (2 + delta), tend to 1/2.",
    kernel="softmax_half_lipschitz_tight",
)
