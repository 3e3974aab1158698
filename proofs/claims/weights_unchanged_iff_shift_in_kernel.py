r"""Repair of Lemma 1 for the weights: they are unchanged for every X iff t A = 0, with A = W_Q W_K^T.

If: the shift of the scores apart is c t A (x_j - x_l)^T = 0, so every row moves by one constant.
Only if: the tokens x_1 = t A, all others 0, in row 2; causal or unmasked, for every n >= 2.
"""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from attention.translation import only_first, passes, tk, tq, u
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Chain, Fact, Proof
from proofs.formula import ForAll, Formula, Statement, attention_data, equal
from proofs.rules import (
    CANCEL,
    CONSTANT_IN,
    CONSTANT_OUT,
    DISTRIBUTE,
    LINEARITY,
    SWAP,
    ZERO_SUM,
    assume,
    fold,
    unfold,
)

SIZES = {N.n: 1, N.d: 1, N.d_k: 1}
DATA = attention_data("x", "t", "W_Q", "W_K", "c")
KERNEL = ForAll(((N.f, 1, N.d),), equal(u(N.f), 0))
Upper = Callable[[I.Expr], I.Expr]


TRANSPOSED = ForAll(((N.f, 1, N.d),), equal(sp.Sum(N.W_Q[N.f, N.b] * tk(N.b), (N.b, 1, N.d_k)), 0))


def sufficient(upper: Upper, condition: Formula | None = KERNEL) -> Statement:
    """Return: if t A = 0 then alpha'_ij = alpha_ij for all j in S(i)."""
    before, after, definitions = passes(upper)
    return Statement(
        equal(after.alpha(N.i, N.j), before.alpha(N.i, N.j)),
        DATA,
        ranges=((N.i, 1, N.n), (N.j, 1, upper(N.i))),
        assumptions={"kernel": condition} if condition else {},
        definitions=definitions,
        sizes=SIZES,
    )


def derive_sufficient(proof: Proof) -> Fact:
    """Expand the translated score; the term that depends on the column is x_j (t A)^T = 0; the rest cancels."""
    s, alpha = sp.Function("s'"), sp.Function("alpha'")
    cross = shift_by(proof, sp.Function("k")(N.j, N.b))
    cross.by(assume("kernel"), note="t A = 0").by(ZERO_SUM)
    chain = proof.chain(s(N.i, N.j)).by(proof.using(proof.other("translated_score_expands")))
    moved = proof.generalize(chain.by(proof.using(cross.done())).done(), N.j)
    chain = proof.chain(alpha(N.i, N.j)).by(unfold("alpha'")).by(proof.using(moved), every=True)
    return chain.by(CONSTANT_OUT, CANCEL, fold("alpha")).done()


def shift_by(proof: Proof, key: I.Expr) -> Chain:
    """Start from sum_b tq_b key_b, the key a projected token, and arrive at the sum over (t A)_e and the token."""
    chain = proof.chain(sp.Sum(tq(N.b) * key, (N.b, 1, N.d_k)))
    if not isinstance(key, sp.Sum):
        chain.by(unfold(key.func.__name__))
    return chain.while_possible(CONSTANT_IN).by(SWAP, CONSTANT_OUT, fold("u"))


def necessary(upper: Upper, *, row: int = 2) -> Statement:
    """Return: if row 2 keeps its weights at x_1 = t A, x_j = 0 (j > 1), then (t A)_f = 0 for every f."""
    before, after, definitions = passes(upper, only_first(u))
    kept = ForAll(((N.j, 1, row),), equal(after.alpha(row, N.j), before.alpha(row, N.j)))
    return Statement(
        equal(u(N.f), 0),
        attention_data("t", "W_Q", "W_K", "c"),
        ranges=((N.f, 1, N.d),),
        assumptions={"unchanged": kept},
        definitions=definitions,
        sizes={N.n: 2, N.d: 1, N.d_k: 1},
    )


def derive_necessary(proof: Proof) -> Fact:
    """Row 2 had equal weights; now their ratio is e^(c |t A|^2), which is 1 only if t A = 0."""
    new = sp.Function("alpha'")
    scores = proof.using(translated_score(proof, 1)), proof.using(translated_score(proof, 2))

    def weight_after(j: int) -> Fact:
        chain = proof.chain(new(2, j)).by(unfold("alpha'"))
        return chain.by(scores[j - 1], at=sp.Function("s'")(2, j)).done()

    before = proof.transitive(weight_before(proof, 1), weight_before(proof, 2))
    kept = [proof.assumption("unchanged", j=j) for j in (1, 2)]
    after = proof.transitive(proof.transitive(kept[0], before), kept[1])
    equation = proof.transitive(proof.transitive(weight_after(1), after), weight_after(2))
    powers = proof.cross_multiply(equation)
    left, right = powers.relation.lhs, powers.relation.rhs
    zero = proof.linear_combination(equal(left - right, sp.Integer(0)), (1, powers))
    norm = sp.Sum(u(N.e) ** 2, (N.e, 1, N.d))
    exponent = proof.exponential_injective(zero)
    squared = proof.linear_combination(equal(N.c * norm, sp.Integer(0)), (1, exponent))
    return proof.squares_zero(proof.positive_factor(squared), N.f)


def translated_score(proof: Proof, j: int) -> Fact:
    """Establish s'_2j = c |t A|^2 [j = 1] + c tq.tk."""
    chain = proof.chain(sp.Function("s'")(2, j)).by(unfold("s'"), unfold("q'"), fold("tq"), unfold("k'"))
    if j > 1:
        return chain.by(fold("tk")).done()
    first = shift_by(proof, sp.Sum(u(N.e) * N.W_K[N.e, N.b], (N.e, 1, N.d)))
    chain.by(DISTRIBUTE, LINEARITY, fold("tk"), DISTRIBUTE, LINEARITY, DISTRIBUTE)
    return chain.by(proof.using(first.done())).done()


def weight_before(proof: Proof, j: int) -> Fact:
    """Establish alpha_2j = 1 / sum of ones: the query of row 2 is zero."""
    chain = proof.chain(sp.Function("alpha")(2, j)).by(unfold("alpha")).by(unfold("s"), unfold("q"), every=True)
    return chain.by(ZERO_SUM, every=True).done()


CHOICE = "The input is chosen: $x_1 = tA$, all other tokens 0. If row 2 keeps its weights there, $tA = 0$."

ONE_WOULD_DO = {"unchanged": "one of the two weights would do; the repair speaks of a row that stays"}

CLAIM = Claim(
    id="weights_unchanged_iff_shift_in_kernel",
    title="For two or more tokens: weights are unchanged iff t A = 0",
    document="chapter",
    item="lemma_1",
    label="Lemma 1",
    words="For fixed t, W_Q, W_K and n >= 2, weights stay as they are for every X iff t W_Q W_K^T = 0.",
    parts=(
        Part("if, causal", sufficient(I.causal_upper), derive_sufficient),
        Part("if, unmasked", sufficient(I.full_upper), derive_sufficient),
        Part("only if, causal", necessary(I.causal_upper), derive_necessary, CHOICE, loose=ONE_WOULD_DO),
        Part("only if, unmasked", necessary(I.full_upper), derive_necessary, CHOICE, loose=ONE_WOULD_DO),
    ),
    mutants=(
        Mutant("A t^T = 0 in place of t A = 0", sufficient(I.causal_upper, TRANSPOSED)),
        Mutant("no condition at all", sufficient(I.causal_upper, None)),
        Mutant("only the first component of t A is zero", sufficient(I.causal_upper, equal(u(1), 0))),
        Mutant("only if, from the first row alone", necessary(I.causal_upper, row=1)),
    ),
    uses=("translated_score_expands",),
    law="translation_equivariance",
    kernel="weights_unchanged_iff_shift_in_kernel",
)
