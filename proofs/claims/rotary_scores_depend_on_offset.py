r"""Rotary positions: <R_m q, R_n k> depends on n - m alone; any number of pairs of components, any angles.

Pair b of a vector at position m is turned m times by the angle theta_b, with c_b = cos theta_b and s_b = sin theta_b:
(u, v) becomes (c u - s v, s u + c v).  Two pairs of positions have the same offset iff a shift of both by some p
leads from one to the other; so the claim is that no shift of both positions changes the inner product.

References: [su2021].
"""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import ForAll, Formula, Relation, Statement, equal, real
from proofs.rules import CASES, assume, unfold

q, k, c, s = (sp.IndexedBase(name, real=True) for name in ("q", "k", "c", "s"))
m, n, p, r = sp.symbols("m n p r", integer=True, nonnegative=True)
pairs = sp.Symbol("pairs", integer=True, positive=True)
ZERO = sp.Integer(0)
Q, K = sp.Function("q'"), sp.Function("k'")


def turned(name: str, vector: sp.IndexedBase, sine: I.Expr = s[N.b]) -> I.Definition:
    """Return component g (1 or 2) of pair b after r turns, by recursion on r."""
    one, two = (sp.Function(name)(r - 1, N.b, component) for component in (1, 2))
    first, second = c[N.b] * one - sine * two, sine * one + c[N.b] * two
    step = sp.KroneckerDelta(N.g, 1) * first + sp.KroneckerDelta(N.g, 2) * second
    return I.Definition(name, (r, N.b, N.g), I.Cases(r, vector[N.b, N.g], step))


def product(query: I.Expr, key: I.Expr) -> I.Expr:
    """Return <R_query q, R_key k>, pair by pair."""
    return sp.Sum(Q(query, N.b, 1) * K(key, N.b, 1) + Q(query, N.b, 2) * K(key, N.b, 2), (N.b, 1, pairs))


def statement(conclusion: Formula, sine: I.Expr = s[N.b], by: I.Expr = p) -> Statement:
    """Return the conclusion about any contents q, k and positions; keys turn by `sine`; r counts turns up to `by`."""
    return Statement(
        conclusion,
        (real(q, pairs, 2), real(k, pairs, 2), real(c, pairs), real(s, pairs)),
        ranges=((r, 0, by),),
        assumptions={"circle": ForAll(((N.b, 1, pairs),), equal(c[N.b] ** 2 + s[N.b] ** 2, 1))},
        definitions=I.define(turned("q'", q), turned("k'", k, sine)),
        sizes={pairs: 1, m: 0, n: 0, p: 0},
    )


def shifted(query: I.Expr, key: I.Expr, by: I.Expr) -> Relation:
    """Return <R_{query + by} q, R_{key + by} k> = <R_query q, R_key k>."""
    return equal(product(query + by, key + by), product(query, key))


def part(label: str, query: I.Expr, key: I.Expr, by: I.Expr) -> Part:
    """Return the part for one pair of positions: one turn more of both multiplies each product by c^2 + s^2."""

    def goal(turns: I.Expr) -> Relation:
        return shifted(query, key, turns)

    def step(inner: Proof) -> Fact:
        chain = inner.chain(goal(r + 1).lhs).by(unfold("q'"), unfold("k'"), CASES, every=True)
        b, _, _, body = I.opened(chain.now)
        before = I.opened(goal(r).lhs.xreplace({N.b: b}))[3]
        chain.ring((c[b] ** 2 + s[b] ** 2) * before, at=body).by(assume("circle"))
        return chain.by(inner.using(inner.assumption("induction"))).done()

    def derive(proof: Proof) -> Fact:
        every = proof.induction(r, goal, lambda inner: inner.chain(goal(ZERO).lhs).done(), step)
        return proof.specialize(proof.generalize(every, r), r=by)

    return Part(label, statement(goal(by), by=by), derive)


CLAIM = Claim(
    id="rotary_scores_depend_on_offset",
    title="Scores of rotated vectors depend on the offset alone",
    document="field",
    item="rotary",
    label="Rotary positions",
    words="A shift of both positions leaves the inner product of a rotated query and key as it is.",
    parts=(
        part("a shift of both positions", m, n, p),
        part("the key n after the query", ZERO, n, m),
        part("the query m after the key", m, ZERO, n),
    ),
    mutants=(
        Mutant("keys turn the other way", statement(shifted(m, n, p), -s[N.b])),
        Mutant("the query's position alone is shifted", statement(equal(product(m + p, n), product(m, n)))),
        Mutant("a turn need not keep lengths", statement(shifted(m, n, p)).without("circle")),
        Mutant("the offset does not matter either", statement(equal(product(m, n), product(ZERO, ZERO)))),
    ),
    trusted=("cos^2 + sin^2 = 1; turning m times by theta is the rotation by m theta",),
    remark="Here c_b = cos theta_b and s_b = sin theta_b turn the b-th pair of components; a position is the number of "
    "turns, a whole number from 0. Theorem and derivation count the pairs, whichever two components form one.",
    kernel="rotary_scores_depend_on_offset",
)
