r"""Outputs lie in the convex hull of the allowed values, for arbitrary allowed sets, scores and values; all sizes.

S(i) = {j : eta_ij >= 0} with eta arbitrary, so every allowed set is one of these; the causal one has eta_ij = i - j,
and without a mask eta = 0.  The weights are not negative and sum to one: an output is a convex combination of values.

References: [boyd2004], section 2.1.4, for the hull; [gao2017] for the weights.
"""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, ForAll, Formula, Relation, Statement, free_symbols, real
from proofs.rules import CANCEL, CONSTANT_OUT, MERGE, SUMMED, divided, unfold, weighted

s, eta, v = (sp.IndexedBase(name, real=True) for name in ("s", "eta", "v"))
low, high = sp.symbols("lo hi", real=True)
alpha, a = sp.Function("alpha"), sp.Function("a")


def allowed(i: I.Expr, j: I.Expr) -> I.Expr:
    """Return 1 where j is in S(i), else 0."""
    return I.AtMost(0, eta[i, j])


ALPHA = I.masked_softmax("alpha", lambda i, j: s[i, j], allowed)
OUTPUT = I.weighted("a", alpha, lambda j, g: v[j, g], I.full_upper)
COUNT = sp.Sum(allowed(N.i, N.l), (N.l, 1, N.n))
NOT_EMPTY: dict[str, Formula] = {"not empty": Relation(COUNT, ">", sp.Integer(0))}
MASS = sp.Sum(allowed(N.i, N.l) * sp.exp(s[N.i, N.l]), (N.l, 1, N.n))


def about_weights(conclusion: Formula) -> Statement:
    """Return a statement about the weights of a row."""
    places = ((N.i, 1, N.n), (N.j, 1, N.n))
    return Statement(
        conclusion,
        (real(s, N.n, N.n), real(eta, N.n, N.n)),
        ranges=tuple(place for place in places if place[0] in free_symbols(conclusion)),
        assumptions=NOT_EMPTY,
        definitions=I.define(ALPHA),
        sizes={N.n: 1},
    )


def total(last: I.Expr = N.n) -> Formula:
    """Return: the weights of row i, up to `last`, sum to one."""
    return Relation(sp.Sum(alpha(N.i, N.j), (N.j, 1, last)), "=", sp.Integer(1))


def bounded(bound: sp.Symbol, last: I.Expr = N.n, op: str = "<=") -> Statement:
    """Return low <= a_ig (or a_ig <= high) if the bound holds for the values at allowed positions up to `last`."""
    below = bound == low
    gap = v[N.j, N.g] - low if below else high - v[N.j, N.g]
    inside = ForAll(((N.j, 1, last),), Relation(allowed(N.i, N.j) * gap, ">=", sp.Integer(0)))
    conclusion = Relation(low, op, a(N.i, N.g)) if below else Relation(a(N.i, N.g), op, high)
    return Statement(
        conclusion,
        (real(s, N.n, N.n), real(eta, N.n, N.n), real(v, N.n, N.d_v), Datum(bound)),
        ranges=((N.i, 1, N.n), (N.g, 1, N.d_v)),
        assumptions={**NOT_EMPTY, "bound": inside},
        definitions=I.define(ALPHA, OUTPUT),
        sizes={N.n: 1, N.d_v: 1},
    )


def derive_sign(proof: Proof) -> Fact:
    """A non-negative term over a positive sum."""
    weight = proof.chain(alpha(N.i, N.j)).by(unfold("alpha")).done()
    return proof.signed(weight, proof.nonnegative(weight.relation.rhs))


def derive_total(proof: Proof) -> Fact:
    """The divisor is the sum of the numerators."""
    return proof.chain(proof.goal.lhs).by(unfold("alpha"), CONSTANT_OUT, CANCEL).ends(1)


def derive_bound(bound: sp.Symbol) -> Callable[[Proof], Fact]:
    """Return the derivation of one bound: multiply it by the weights' numerators, add up, divide by their sum."""

    def derive(proof: Proof) -> Fact:
        power, value = sp.exp(s[N.i, N.j]), v[N.j, N.g]
        mine, theirs = (allowed(N.i, N.j) * power * side for side in (bound, value))
        pair = (mine, theirs) if bound == low else (theirs, mine)

        def term(inner: Proof) -> Fact:
            return inner.infer(weighted(Relation(pair[0], "<=", pair[1]), power), inner.assumption("bound", j=N.j))

        sums = proof.infer(SUMMED, proof.for_all(((N.j, 1, N.n),), term))
        constant = proof.chain(sp.Sum(mine, (N.j, 1, N.n))).by(CONSTANT_OUT).ends(bound * MASS)
        output = proof.chain(a(N.i, N.g)).by(unfold("a"), unfold("alpha"), MERGE, CONSTANT_OUT).done()
        fraction = output.relation.rhs
        ends = (bound * MASS, fraction.args[0]) if bound == low else (fraction.args[0], bound * MASS)
        whole = proof.infer(weighted(Relation(ends[0], "<=", ends[1]), 1, -1 if bound == low else 1), sums, constant)
        sides = (bound, fraction) if bound == low else (fraction, bound)
        quotient = proof.infer(divided(Relation(sides[0], "<=", sides[1])), whole)
        return proof.infer(weighted(proof.goal, 1, -1 if bound == low else 1), quotient, output)

    return derive


CLAIM = Claim(
    id="outputs_in_convex_hull",
    title="Outputs lie in the convex hull of the allowed values",
    document="field",
    item="convex_hull",
    label="Convex hull",
    words="Weights are not negative and sum to one, so bounds on the allowed values bound the output.",
    parts=(
        Part("weights are not negative", about_weights(Relation(alpha(N.i, N.j), ">=", sp.Integer(0))), derive_sign),
        Part("weights sum to one", about_weights(total()), derive_total),
        Part("lower bounds", bounded(low), derive_bound(low)),
        Part("upper bounds", bounded(high), derive_bound(high)),
    ),
    mutants=(
        Mutant("every weight is positive", about_weights(Relation(alpha(N.i, N.j), ">", sp.Integer(0)))),
        Mutant("the last weight is left out", about_weights(total(N.n - 1))),
        Mutant("the last value need not be bounded", bounded(low, N.n - 1)),
        Mutant("strictly inside", bounded(high, op="<")),
        Mutant("the bounds exchanged", bounded(low, op=">=")),
    ),
    law="convex_hull",
    kernel="outputs_in_convex_hull",
    remark="Along any direction u the bounds hold for v_j u^T in place of a component: this is the whole hull.",
)
