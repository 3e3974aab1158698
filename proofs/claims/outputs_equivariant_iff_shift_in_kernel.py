r"""Repair of Lemma 1: every output moves by exactly t W_V, for every X, iff t A = 0 or W_V = 0.

If: weights stay, and they sum to one.  Only if: with first token y and all others 0, row 2 moves by t W_V only
if (y W_V)_g (y . t A) = 0; with y = t A, y = a column of W_V, and their sum, one of the two vectors is zero.
"""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from attention.translation import only_first, passes, tq, tv, u
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import ForAll, Formula, Or, Statement, attention_data, equal, real
from proofs.rules import (
    CANCEL,
    CONSTANT_IN,
    CONSTANT_OUT,
    CONSTANT_SUM,
    DELTA_OUTSIDE,
    DELTA_PICKS,
    DISTRIBUTE,
    LINEARITY,
    MERGE,
    SINGLE_TERM,
    SWAP,
    ZERO_SUM,
    assume,
    fold,
    split,
    unfold,
)

Upper = Callable[[I.Expr], I.Expr]
KERNEL = ForAll(((N.f, 1, N.d),), equal(u(N.f), 0))
NO_VALUES = ForAll(((N.e, 1, N.d), (N.g, 1, N.d_v)), equal(N.W_V[N.e, N.g], 0))
y = sp.IndexedBase("y", real=True)
yw, yu = sp.Function("yw"), sp.Function("yu")
ALONG = I.define(
    I.Definition("yw", (N.g,), sp.Sum(y[N.e] * N.W_V[N.e, N.g], (N.e, 1, N.d))),
    I.Definition("yu", (), sp.Sum(y[N.e] * u(N.e), (N.e, 1, N.d))),
)


def sufficient(upper: Upper, name: str, condition: Formula | None, moves_by: I.Expr = tv(N.g)) -> Statement:
    """Return: under the condition, a'_i = a_i + t W_V."""
    before, after, definitions = passes(upper)
    return Statement(
        equal(after.a(N.i, N.g), before.a(N.i, N.g) + moves_by),
        attention_data("x", "t", "W_Q", "W_K", "W_V", "c"),
        ranges=((N.i, 1, N.n), (N.g, 1, N.d_v), (N.j, 1, upper(N.i))),
        assumptions={name: condition} if condition else {},
        definitions=definitions,
    )


def derive_by_weights(part: str) -> Callable[[Proof], Fact]:
    """Weights stay by the repair for the weights; values move by t W_V; the weights of a row sum to one."""

    def derive(proof: Proof) -> Fact:
        value = proof.chain(sp.Function("v'")(N.j, N.g)).by(unfold("v'"), DISTRIBUTE, LINEARITY, fold("tv"), fold("v"))
        moved = proof.using(proof.generalize(value.done(), N.j))
        kept = proof.using(proof.other("weights_unchanged_iff_shift_in_kernel", part))
        chain = proof.chain(proof.goal.lhs).by(unfold("a'"), kept, moved, DISTRIBUTE, LINEARITY)
        chain.by(fold("a"), CONSTANT_OUT, unfold("alpha"), CONSTANT_OUT, CANCEL)
        return chain.ends(proof.goal.rhs)

    return derive


def derive_by_no_values(proof: Proof) -> Fact:
    """Every value is zero before and after, and so is t W_V."""

    def zero(expr: I.Expr, *names: str) -> Fact:
        chain = proof.chain(expr)
        for name in names:
            chain.by(unfold(name), every=True)
        return chain.by(assume("no values"), every=True).while_possible(ZERO_SUM).done()

    return proof.transitive(zero(proof.goal.lhs, "a'", "v'"), zero(proof.goal.rhs, "a", "v", "tv"))


def necessary(upper: Upper, assumptions: dict[str, Formula] | None = None) -> Statement:
    """Return: if row 2 moves by t W_V at x_1 = y, x_j = 0 (j > 1), then (y W_V)_g (y . t A) = 0."""
    before, after, definitions = passes(upper, only_first(lambda e: y[e]))
    given = assumptions or {"moved": equal(after.a(2, N.g), before.a(2, N.g) + tv(N.g))}
    return Statement(
        equal(yw(N.g) * yu(), 0),
        (real(y, N.d), *attention_data("t", "W_Q", "W_K", "W_V", "c")),
        ranges=((N.g, 1, N.d_v), (N.j, 1, upper(sp.Integer(2)))),
        assumptions=given,
        definitions={**definitions, **ALONG},
        sizes={N.n: 2, N.d: 1, N.d_k: 1, N.d_v: 1},
    )


def derive_necessary(proof: Proof) -> Fact:
    """Compare the row's first weight, e^(c y.tA + r) / (e^(c y.tA + r) + (N - 1) e^r), with 1/N."""
    moved = proof.assumption("moved")
    return from_moved(proof, moved)


def from_moved(proof: Proof, moved: Fact) -> Fact:
    """Conclude (y W_V)_g (y . t A) = 0 from a'_2 = a_2 + t W_V."""
    last = proof.statement.ranges[1][2]
    before, after = output_before(proof), output_after(proof)
    weight = sp.Function("alpha'")(2, 1)
    flat = I.Quotient(sp.Integer(1), last)
    kept = equal(weight * yw(N.g), flat * yw(N.g))
    gap = proof.linear_combination(kept, (1, moved), (1, before), (-1, after))
    chain = proof.chain(weight * yw(N.g)).by(unfold("alpha'"))
    chain.by(proof.using(proof.generalize(score_after(proof), N.j)), every=True)
    chain.by(split(sp.Integer(1), until=last), SINGLE_TERM, DELTA_OUTSIDE, CONSTANT_SUM, MERGE)
    crossed = proof.cross_multiply(proof.transitive(chain.done(), proof.transitive(gap, flattened(proof, flat))))
    r = N.c * sp.Sum(tq(N.b) * sp.Function("tk")(N.b), (N.b, 1, N.d_k))
    jump = sp.exp(N.c * yu() + r) - sp.exp(r)
    zero = proof.linear_combination(equal((last - 1) * yw(N.g) * jump, sp.Integer(0)), (1, crossed))
    return proof.positive_factor(proof.exponential_injective(zero))


def flattened(proof: Proof, flat: I.Expr) -> Fact:
    """Write (1/N) f as f/N."""
    return proof.chain(flat * yw(N.g)).by(MERGE).done()


def output_before(proof: Proof) -> Fact:
    """Establish a_2g = (y W_V)_g / N: the query of row 2 is zero, its weights are equal."""
    value = proof.chain(sp.Function("v")(N.j, N.g)).by(unfold("v"), CONSTANT_OUT, fold("yw"))
    values = proof.using(proof.generalize(value.done(), N.j))
    chain = proof.chain(sp.Function("a")(2, N.g)).by(unfold("a"), unfold("alpha")).by(unfold("s"), every=True)
    chain.by(unfold("q"), every=True).while_possible(ZERO_SUM).by(CONSTANT_SUM)
    return chain.by(values, DELTA_PICKS).done()


def output_after(proof: Proof) -> Fact:
    """Establish a'_2g = alpha'_21 (y W_V)_g + (t W_V)_g."""
    value = proof.chain(sp.Function("v'")(N.j, N.g)).by(unfold("v'"), DISTRIBUTE, LINEARITY, fold("tv"))
    value.by(CONSTANT_OUT, fold("yw"))
    values = proof.using(proof.generalize(value.done(), N.j))
    last = proof.statement.ranges[1][2]
    row = proof.chain(sp.Sum(sp.Function("alpha'")(2, N.j), (N.j, 1, last)))
    one = proof.using(row.by(unfold("alpha'"), CONSTANT_OUT, CANCEL).done())
    chain = proof.chain(sp.Function("a'")(2, N.g)).by(unfold("a'"), values, DISTRIBUTE, LINEARITY, DELTA_PICKS)
    return chain.by(CONSTANT_OUT, one).done()


def score_after(proof: Proof) -> Fact:
    """Establish s'_2j = c [j = 1] y.tA + c tq.tk."""
    key = sp.Sum(y[N.e] * N.W_K[N.e, N.b], (N.e, 1, N.d))
    cross = proof.chain(sp.Sum(tq(N.b) * key, (N.b, 1, N.d_k))).while_possible(CONSTANT_IN)
    cross.by(SWAP, CONSTANT_OUT, fold("u"), fold("yu"))
    chain = proof.chain(sp.Function("s'")(2, N.j)).by(unfold("s'"), unfold("q'"), fold("tq"), unfold("k'"))
    chain.by(DISTRIBUTE, LINEARITY, fold("tk"), CONSTANT_OUT, DISTRIBUTE, LINEARITY, DISTRIBUTE, CONSTANT_OUT)
    return chain.by(proof.using(cross.done())).done()


p, r = sp.IndexedBase("p", real=True), sp.IndexedBase("r", real=True)
DOT = sp.Sum(p[N.e] * r[N.e], (N.e, 1, N.d))
PP, RR = sp.Sum(p[N.e] ** 2, (N.e, 1, N.d)), sp.Sum(r[N.e] ** 2, (N.e, 1, N.d))


def no_cover(*, at_sum: bool = True) -> Statement:
    """Return: if (y.p)(y.r) = 0 at y = p and y = p + r, then p = 0 or r = 0: two proper subspaces do not cover."""
    assumptions = {"at p": equal(PP * DOT, 0)}
    if at_sum:
        assumptions["at p + r"] = equal((PP + DOT) * (DOT + RR), 0)
    return Statement(
        Or((equal(p[N.e], 0), equal(r[N.f], 0))),
        (real(p, N.d), real(r, N.d)),
        ranges=((N.e, 1, N.d), (N.f, 1, N.d)),
        assumptions=assumptions,
        sizes={N.d: 1},
    )


def derive_no_cover(proof: Proof) -> Fact:
    """|p|^4 |r|^2 is a combination of the two assumed products, so one of the norms is zero."""
    at_p, at_sum = proof.assumption("at p"), proof.assumption("at p + r")
    norms = equal(PP**2 * RR, sp.Integer(0))
    rest = -(PP + DOT + RR)
    return proof.squares_zero(proof.product_zero(proof.linear_combination(norms, (PP, at_sum), (rest, at_p))), N.e, N.f)


CLAIM = Claim(
    id="outputs_equivariant_iff_shift_in_kernel",
    title="Outputs move with the translation iff t A = 0 or W_V = 0",
    document="chapter",
    item="lemma_1",
    label="Lemma 1",
    words="For fixed t, weights and n >= 2, outputs move by exactly t W_V for every X iff t W_Q W_K^T = 0 or W_V = 0.",
    parts=(
        Part("if t A = 0, causal", sufficient(I.causal_upper, "kernel", KERNEL), derive_by_weights("if, causal")),
        Part("if t A = 0, unmasked", sufficient(I.full_upper, "kernel", KERNEL), derive_by_weights("if, unmasked")),
        Part("if W_V = 0, causal", sufficient(I.causal_upper, "no values", NO_VALUES), derive_by_no_values),
        Part("if W_V = 0, unmasked", sufficient(I.full_upper, "no values", NO_VALUES), derive_by_no_values),
        Part("only if, at first token y, causal", necessary(I.causal_upper), derive_necessary),
        Part("only if, at first token y, unmasked", necessary(I.full_upper), derive_necessary),
        Part("only if, choosing y among p = t A, r = a column of W_V, p + r", no_cover(), derive_no_cover),
    ),
    mutants=(
        Mutant("outputs unchanged instead", sufficient(I.causal_upper, "kernel", KERNEL, sp.Integer(0))),
        Mutant("no condition", sufficient(I.causal_upper, "kernel", None)),
        Mutant("moves by twice t W_V", sufficient(I.causal_upper, "kernel", KERNEL, 2 * tv(N.g))),
        Mutant("y = p + r not tried", no_cover(at_sum=False)),
    ),
    uses=("weights_unchanged_iff_shift_in_kernel",),
    law="translation_equivariance",
)
