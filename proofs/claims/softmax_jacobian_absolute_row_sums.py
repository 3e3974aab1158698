r"""Absolute row and column sums of the softmax Jacobian: 2 p_i (1 - p_i), which is at most 1/2.

The diagonal entry p_i (1 - p_i) is the only one that is not negative; the others of its row are -p_i p_j.

References: [gao2017].
"""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.softmax_jacobian import DATA, PLACES, SOFTMAX, p, s, sum_to_one
from proofs.derivation import Fact, Proof
from proofs.formula import Relation, Statement, equal
from proofs.rules import (
    ABSOLUTE,
    CONSTANT_OUT,
    DELTA_OUTSIDE,
    SINGLE_TERM,
    fold,
    split,
    unfold,
    weighted,
)

HALF = sp.Rational(1, 2)
ENTRY = I.Absolute(I.Partial(p(N.i), s[N.j]))


def spread(at: I.Expr, factor: int = 2) -> I.Expr:
    """Return factor p (1 - p) at a position."""
    return factor * p(at) * (1 - p(at))


def statement(over: I.Expr, op: str, value: I.Expr, entry: I.Expr = ENTRY) -> Statement:
    """Return sum |d p_i / d s_j| op value, over j (row i) or over i (column j)."""
    conclusion = Relation(sp.Sum(entry, (over, 1, N.n)), op, value)
    place = tuple(p for p in PLACES if p[0] != over)
    return Statement(conclusion, DATA, place, definitions=I.define(SOFTMAX), sizes={N.n: 1})


def others(proof: Proof, at: I.Expr) -> Fact:
    """Establish 1 - p = the sum of the weights before and after a position."""
    total = sp.Sum(p(N.l), (N.l, 1, N.n))
    parts = proof.chain(total).by(split(at - 1), split(at), SINGLE_TERM).done()
    rest = parts.relation.rhs - p(at)
    one = proof.transitive(proof.chain(total).by(proof.using(sum_to_one(proof))).done(), parts)
    return proof.linear_combination(equal(1 - p(at), rest), (1, one))


def derive_sum(over: I.Expr, at: I.Expr) -> Callable[[Proof], Fact]:
    """Return the derivation for the sum over one letter, at the other."""

    def derive(proof: Proof) -> Fact:
        """Take the diagonal entry out; then every sign is known."""
        rest = others(proof, at)
        chain = proof.chain(sp.Sum(ENTRY, (over, 1, N.n))).by(proof.using(proof.other("softmax_jacobian")))
        chain.by(split(at - 1), split(at), SINGLE_TERM).by(DELTA_OUTSIDE, every=True).by(proof.using(rest))
        chain.by(unfold("p"), ABSOLUTE, fold("p"), every=True).while_possible(CONSTANT_OUT)
        conclusion = equal(chain.start, spread(at))
        return proof.linear_combination(conclusion, (1, chain.done()), (-2 * p(at), rest))

    return derive


def derive_bound(over: I.Expr, at: I.Expr) -> Callable[[Proof], Fact]:
    """Return the derivation of the bound: 1/2 - 2 p (1 - p) is half the square of 1 - 2 p."""

    def derive(proof: Proof) -> Fact:
        equation = derive_sum(over, at)(proof)
        return proof.infer(weighted(proof.goal, 1, rest=HALF * (1 - 2 * p(at)) ** 2), equation)

    return derive


CLAIM = Claim(
    id="softmax_jacobian_absolute_row_sums",
    title="Absolute row and column sums of the softmax Jacobian are 2 p_i (1 - p_i), at most 1/2",
    document="field",
    item="softmax_jacobian",
    label="Softmax Jacobian",
    words="In row i, and in column i, the absolute values of the derivatives sum to 2 p_i (1 - p_i) <= 1/2.",
    parts=(
        Part("rows", statement(N.j, "=", spread(N.i)), derive_sum(N.j, N.i)),
        Part("columns", statement(N.i, "=", spread(N.j)), derive_sum(N.i, N.j)),
        Part("rows are bounded", statement(N.j, "<=", HALF), derive_bound(N.j, N.i)),
        Part("columns are bounded", statement(N.i, "<=", HALF), derive_bound(N.i, N.j)),
    ),
    mutants=(
        Mutant("the diagonal entry alone", statement(N.j, "=", spread(N.i, 1))),
        Mutant("signs kept", statement(N.j, "=", spread(N.i), I.Partial(p(N.i), s[N.j]))),
        Mutant("at most 1/4", statement(N.j, "<=", HALF / 2)),
        Mutant("columns strictly below 1/2", statement(N.i, "<", HALF)),
    ),
    uses=("softmax_jacobian",),
    kernel="softmax_jacobian_absolute_row_sums",
)
