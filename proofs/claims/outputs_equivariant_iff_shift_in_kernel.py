r"""Repair of Lemma 1: every output moves by exactly t W_V, for every X, iff t A = 0 or W_V = 0.

If: weights stay, and they sum to one.  Only if: with first token y and all others 0, row 2 moves by t W_V only
if (y . w)(y . t A) = 0, where w is a column of W_V; y = t A and y = t A + w together leave t A = 0 or w = 0.
"""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from attention.first_row import FirstRow, first_row, two_tokens, w
from attention.translation import passes, tk, tq, tv, u
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
DOT = sp.Sum(u(N.e) * w[N.e], (N.e, 1, N.d))
UU, WW = sp.Sum(u(N.e) ** 2, (N.e, 1, N.d)), sp.Sum(w[N.e] ** 2, (N.e, 1, N.d))
EITHER = Or((equal(u(N.f), sp.Integer(0)), equal(w[N.e], sp.Integer(0))))


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


def necessary(upper: Upper, conclusion: Formula = EITHER, *, strict: bool = False) -> Statement:
    """Return: if row 2 moves by t W_V at first tokens t A and t A + w, w column g of W_V, one of the two is zero.

    With `strict` the row stays instead, and t W_V is assumed to be zero.
    """
    one, two = first_row("1", u(N.e), upper), first_row("2", u(N.e) + w[N.e], upper)
    assumptions: dict[str, Formula] = {"column": ForAll(((N.e, 1, N.d),), equal(w[N.e], N.W_V[N.e, N.g]))}
    if strict:
        assumptions["no shift"] = equal(tv(N.g), 0)
    for row, name in ((one, "at t A"), (two, "at t A + w")):
        moved = row.head("a")(2, N.g) + (0 if strict else tv(N.g))
        assumptions[name] = equal(row.head("a'")(2, N.g), moved)
    return Statement(
        conclusion,
        (real(w, N.d), *attention_data("t", "W_Q", "W_K", "W_V", "c")),
        ranges=((N.g, 1, N.d_v), (N.j, 1, upper(sp.Integer(2))), (N.e, 1, N.d), (N.f, 1, N.d)),
        assumptions=assumptions,
        definitions={**one.definitions, **two.definitions},
        sizes={N.n: 2, N.d: 1, N.d_k: 1, N.d_v: 1},
    )


def derive_necessary(proof: Proof) -> Fact:
    """At each of the two inputs (y.w)(y.tA) = 0; together these give |t A|^4 |w|^2 = 0."""
    upper = I.full_upper if proof.statement.ranges[1][2] == N.n else I.causal_upper
    one, two = first_row("1", u(N.e), upper), first_row("2", u(N.e) + w[N.e], upper)
    at_one = from_moved(proof, moved(proof, one, "at t A"), one)
    at_two = from_moved(proof, moved(proof, two, "at t A + w"), two)
    first = product_of(proof, one, at_one, DOT, UU)
    second = product_of(proof, two, at_two, DOT + WW, UU + DOT)
    norms = equal(UU**2 * WW, sp.Integer(0))
    both = proof.linear_combination(norms, (UU, second), (-(UU + DOT + WW), first))
    return proof.squares_zero(proof.product_zero(both), N.f, N.e)


def moved(proof: Proof, row: FirstRow, assumption: str) -> Fact:
    """Return the assumption as a' = a + t W_V; where the row stays, t W_V is zero."""
    fact = proof.assumption(assumption)
    if "no shift" not in proof.statement.assumptions:
        return fact
    goal = equal(row.head("a'")(2, N.g), row.head("a")(2, N.g) + tv(N.g))
    return proof.linear_combination(goal, (1, fact), (-1, proof.assumption("no shift")))


def product_of(proof: Proof, row: FirstRow, zero: Fact, along_w: I.Expr, along_u: I.Expr) -> Fact:
    """Write (y.w)(y.tA) = 0 in terms of t A and w alone."""
    yw, yu = row.head("yw")(N.g), row.head("yu")()
    value = proof.chain(yw).by(unfold(f"yw{row.mark}"), unfold(f"y{row.mark}"))
    value.by(proof.using(proof.assumption("column"), backwards=True), every=True)
    shift = proof.chain(yu).by(unfold(f"yu{row.mark}"), unfold(f"y{row.mark}"))
    for chain in (value, shift):
        if row.mark == "2":
            chain.by(DISTRIBUTE, LINEARITY)
    facts = value.ends(along_w), shift.ends(along_u)
    goal = equal(along_w * along_u, sp.Integer(0))
    return proof.linear_combination(goal, (1, zero), (-along_u, facts[0]), (-yw, facts[1]))


def from_moved(proof: Proof, moved_by: Fact, row: FirstRow) -> Fact:
    """From a'_2 = a_2 + t W_V conclude (y W_V)_g (y . t A) = 0, comparing the row's first weight with 1/N."""
    last = proof.statement.ranges[1][2]
    yw, yu, weight = row.head("yw")(N.g), row.head("yu")(), row.head("alpha'")(2, 1)
    before, after = output_before(proof, row), output_after(proof, row)
    flat = I.Quotient(sp.Integer(1), last)
    gap = proof.linear_combination(equal(weight * yw, flat * yw), (1, moved_by), (1, before), (-1, after))
    flattened = proof.chain(flat * yw).by(MERGE).done()
    chain = proof.chain(weight * yw).by(unfold(f"alpha{row.mark}'"))
    chain.by(proof.using(proof.generalize(score_after(proof, row), N.j)), every=True)
    chain.by(split(sp.Integer(1), until=last), SINGLE_TERM, DELTA_OUTSIDE, CONSTANT_SUM, MERGE)
    crossed = proof.cross_multiply(proof.transitive(chain.done(), proof.transitive(gap, flattened)))
    r = N.c * sp.Sum(tq(N.b) * tk(N.b), (N.b, 1, N.d_k))
    jump = sp.exp(N.c * yu + r) - sp.exp(r)
    zero = proof.linear_combination(equal((last - 1) * yw * jump, sp.Integer(0)), (1, crossed))
    return proof.positive_factor(proof.exponential_injective(zero))


def output_before(proof: Proof, row: FirstRow) -> Fact:
    """Establish a_2g = (y W_V)_g / N: the query of row 2 is zero, its weights are equal."""
    m = row.mark
    value = proof.chain(row.head("v")(N.j, N.g)).by(unfold(f"v{m}"), CONSTANT_OUT, fold(f"yw{m}"))
    values = proof.using(proof.generalize(value.done(), N.j))
    chain = proof.chain(row.head("a")(2, N.g)).by(unfold(f"a{m}"), unfold(f"alpha{m}"))
    chain.by(unfold(f"s{m}"), every=True).by(unfold(f"q{m}"), every=True).while_possible(ZERO_SUM)
    return chain.by(CONSTANT_SUM, values, DELTA_PICKS).done()


def output_after(proof: Proof, row: FirstRow) -> Fact:
    """Establish a'_2g = alpha'_21 (y W_V)_g + (t W_V)_g."""
    m, last = row.mark, proof.statement.ranges[1][2]
    value = proof.chain(row.head("v'")(N.j, N.g)).by(unfold(f"v{m}'"), DISTRIBUTE, LINEARITY, fold("tv"))
    values = proof.using(proof.generalize(value.by(CONSTANT_OUT, fold(f"yw{m}")).done(), N.j))
    total = proof.chain(sp.Sum(row.head("alpha'")(2, N.j), (N.j, 1, last)))
    one = proof.using(total.by(unfold(f"alpha{m}'"), CONSTANT_OUT, CANCEL).done())
    chain = proof.chain(row.head("a'")(2, N.g)).by(unfold(f"a{m}'"), values, DISTRIBUTE, LINEARITY, DELTA_PICKS)
    return chain.by(CONSTANT_OUT, one).done()


def score_after(proof: Proof, row: FirstRow) -> Fact:
    """Establish s'_2j = c [j = 1] y.tA + c tq.tk."""
    m = row.mark
    key = sp.Sum(row.y(N.e) * N.W_K[N.e, N.b], (N.e, 1, N.d))
    cross = proof.chain(sp.Sum(tq(N.b) * key, (N.b, 1, N.d_k))).while_possible(CONSTANT_IN)
    cross.by(SWAP, CONSTANT_OUT, fold("u"), fold(f"yu{m}"))
    chain = proof.chain(row.head("s'")(2, N.j)).by(unfold(f"s{m}'"), unfold(f"q{m}'"), fold("tq"), unfold(f"k{m}'"))
    chain.by(DISTRIBUTE, LINEARITY, fold("tk"), CONSTANT_OUT, DISTRIBUTE, LINEARITY, DISTRIBUTE, CONSTANT_OUT)
    return chain.by(proof.using(cross.done())).done()


OPPOSITE = {"at t A": two_tokens((1, 0), (1, 0), (1, 0), (-1, 1))}
"""Here t A = (1, 0) and w = (-1, 1), so the first token t A + w is orthogonal to t A: it shows nothing alone."""

CHOICE = (
    "Two inputs are chosen: $x_1 = tA$ and $x_1 = tA + w$, all other tokens 0, where $w$ is column $g$ of $W^V$. If "
    "row 2 moves by $tW^V$ at both, then $tA = 0$ or $w = 0$, for every $g$."
)

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
        Part("only if, causal", necessary(I.causal_upper), derive_necessary, CHOICE, OPPOSITE),
        Part("only if, unmasked", necessary(I.full_upper), derive_necessary, CHOICE, OPPOSITE),
    ),
    mutants=(
        Mutant("outputs unchanged instead", sufficient(I.causal_upper, "kernel", KERNEL, sp.Integer(0))),
        Mutant("no condition", sufficient(I.causal_upper, "kernel", None)),
        Mutant("moves by twice t W_V", sufficient(I.causal_upper, "kernel", KERNEL, 2 * tv(N.g))),
        Mutant("only if t A = 0", necessary(I.causal_upper, equal(u(N.f), 0))),
        Mutant("only if W_V = 0", necessary(I.causal_upper, equal(w[N.e], 0))),
    ),
    uses=("weights_unchanged_iff_shift_in_kernel",),
    law="translation_equivariance",
    kernel="outputs_equivariant_iff_shift_in_kernel",
)
