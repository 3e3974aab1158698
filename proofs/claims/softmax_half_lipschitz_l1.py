r"""Softmax is 1/2-Lipschitz in l_1: the weights move, all together, by at most half of what the scores do.

With E, h and Z as for the greatest component, and H = sum_j |h_j|, along the segment from s' to s:

    sum_i |d p_i / d theta| <= sum_i E_i sum_{l != i} E_l (|h_i| + |h_l|) / Z^2
                             = 2 sum_i |h_i| E_i (Z - E_i) / Z^2 <= H / 2,

and the mean value inequality does the rest.

References: [nair2025]; [gao2017]; [rudin1976] for the mean value theorem.
"""

from dataclasses import replace

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims import softmax_half_lipschitz_linf as linf
from proofs.claims.softmax_half_lipschitz_linf import HALF, MOVED, SLOPE, Z, h, power
from proofs.derivation import Fact, Proof
from proofs.formula import Relation, Statement, equal
from proofs.rules import (
    CONSTANT_OUT,
    DISTRIBUTE,
    LINEARITY,
    SINGLE_TERM,
    SUMMED,
    divided,
    split,
    weighted,
)

ROW = (N.i, 1, N.n)
SIZE = I.Absolute(h(N.j))
TOTAL = sp.Sum(SIZE, (N.j, 1, N.n))
SCALED = sp.Sum(power(N.j) * SIZE, (N.j, 1, N.n))


def statement(factor: I.Expr = HALF, *, op: str = "<=", last: I.Expr = N.n) -> Statement:
    """Return sum_i |p_i - p'_i| op factor sum_j |s_j - s'_j|, the scores' sum ending at `last`."""
    conclusion = Relation(sp.Sum(MOVED, ROW), op, factor * sp.Sum(SIZE, (N.j, 1, last)))
    base = linf.statement()
    data = tuple(datum for datum in base.data if datum.name != "b")
    return replace(base, conclusion=conclusion, data=data, assumptions={})


def apart(at: I.Expr) -> I.Expr:
    """Return E_i times the sum over l != i of E_l (|h_i| + |h_l|), with the terms of l = i taken off."""
    here, size = power(at), I.Absolute(h(at))
    return here * (size * Z + SCALED - 2 * here * size)


def slope_sum(proof: Proof) -> Fact:
    """Establish sum_i |d p_i / d theta| <= (sum_i of `apart`) / Z^2."""
    here, size = power(N.i), I.Absolute(h(N.i))
    chain = linf.slope_bound(proof)
    top = chain.now.args[0]
    flat = proof.chain(top).while_possible(DISTRIBUTE, LINEARITY, CONSTANT_OUT).done()
    scaled = proof.chain(SCALED).by(split(N.i - 1), split(N.i), SINGLE_TERM).done()
    whole = proof.linear_combination(
        equal(top, apart(N.i)), (1, flat), (-here * size, linf.around(proof)), (-here, scaled)
    )
    slope = chain.by(proof.using(whole), at=top).done()
    total = proof.infer(SUMMED, proof.generalize(slope, N.i))
    outside = proof.chain(total.relation.rhs).by(CONSTANT_OUT).done()
    return proof.infer(weighted(Relation(total.relation.lhs, "<=", outside.relation.rhs), 1, 1), total, outside)


def half(proof: Proof) -> Fact:
    """Establish sum_i of `apart` <= (H / 2) Z^2: term by term 2 E_i (Z - E_i) <= Z^2 / 2."""
    here, size = power(N.i), I.Absolute(h(N.i))
    square = HALF * size * (Z - 2 * here) ** 2
    term = weighted(Relation(2 * Z * here * size - 2 * here**2 * size, "<=", HALF * Z**2 * size), rest=square)
    bound = proof.infer(SUMMED, proof.generalize(proof.infer(term), N.i))

    def flat(expr: I.Expr) -> Fact:
        return proof.chain(expr).while_possible(DISTRIBUTE, LINEARITY, CONSTANT_OUT).done()

    top, left, right = flat(sp.Sum(apart(N.i), ROW)), flat(bound.relation.lhs), flat(bound.relation.rhs)
    conclusion = Relation(top.relation.lhs, "<=", HALF * TOTAL * Z**2)
    return proof.infer(weighted(conclusion, 1, 1, -1, 1), bound, top, left, right)


def derive(proof: Proof) -> Fact:
    """Bound the slopes' sum by H/2, and pass to the difference of the ends."""
    slopes, top = slope_sum(proof), half(proof)
    bound = proof.infer(divided(Relation(slopes.relation.rhs, "<=", HALF * TOTAL)), top)
    goal = Relation(sp.Sum(SLOPE, ROW), "<=", HALF * TOTAL)
    return linf.at_the_ends(proof, proof.infer(weighted(goal, 1, 1), slopes, bound))


CLAIM = Claim(
    id="softmax_half_lipschitz_l1",
    title="Softmax is 1/2-Lipschitz in the sum of absolute components",
    document="field",
    item="softmax_lipschitz",
    label="Softmax Lipschitz",
    words="The weights of a row move, in sum, by at most half of what its scores move, in sum.",
    parts=(
        Part(
            "",
            statement(),
            derive,
            note="In the derivation theta runs from 0 to 1 on the way from the one row of scores to the other.",
        ),
    ),
    mutants=(
        Mutant("a quarter", statement(HALF / 2)),
        Mutant("the last score is not counted", statement(last=N.n - 1)),
        Mutant("strictly", statement(op="<")),
    ),
    trusted=("the mean value theorem, in the rule of that name",),
    kernel="softmax_half_lipschitz_l1",
)
