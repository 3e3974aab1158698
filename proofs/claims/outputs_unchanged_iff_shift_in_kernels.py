r"""Repair of Lemma 1, read strictly: outputs stay, for every X, iff t W_V = 0 and (t A = 0 or W_V = 0).

Since W_V = 0 implies t W_V = 0, the two sufficient cases are: t A = 0 with t W_V = 0, and W_V = 0.
"""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from attention.exact import exp, number
from attention.first_row import two_tokens
from attention.instances import Instance
from attention.translation import passes, tv, u
from proofs.claim import Claim, Mutant, Part
from proofs.claims.outputs_equivariant_iff_shift_in_kernel import (
    CHOICE,
    KERNEL,
    NO_VALUES,
    Upper,
    derive_necessary,
    necessary,
)
from proofs.derivation import Fact, Proof
from proofs.formula import ForAll, Formula, Statement, attention_data, equal
from proofs.rules import CANCEL, CONSTANT_OUT, ZERO_SUM, assume, fold, unfold

NO_SHIFT = ForAll(((N.g, 1, N.d_v),), equal(tv(N.g), 0))


def sufficient(upper: Upper, **assumptions: Formula) -> Statement:
    """Return: under the assumptions, a'_i = a_i."""
    before, after, definitions = passes(upper)
    return Statement(
        equal(after.a(N.i, N.g), before.a(N.i, N.g)),
        attention_data("x", "t", "W_Q", "W_K", "W_V", "c"),
        ranges=((N.i, 1, N.n), (N.g, 1, N.d_v)),
        assumptions=assumptions,
        definitions=definitions,
    )


def derive_sufficient(part: str) -> Callable[[Proof], Fact]:
    """Outputs move by t W_V, which is zero."""

    def derive(proof: Proof) -> Fact:
        moved = proof.using(proof.other("outputs_equivariant_iff_shift_in_kernel", part))
        chain = proof.chain(proof.goal.lhs).by(moved)
        if "no_shift" in proof.statement.assumptions:
            return chain.by(assume("no_shift")).done()
        return chain.by(unfold("tv"), assume("no values"), ZERO_SUM).done()

    return derive


def at_zero(upper: Upper) -> Statement:
    """Return: if the outputs of all-zero tokens stay, then t W_V = 0."""
    before, after, definitions = passes(upper, lambda i, e: sp.Integer(0))  # noqa: ARG005
    return Statement(
        equal(tv(N.g), 0),
        attention_data("t", "W_Q", "W_K", "W_V", "c"),
        ranges=((N.i, 1, N.n), (N.g, 1, N.d_v)),
        assumptions={"unchanged": equal(after.a(N.i, N.g), before.a(N.i, N.g))},
        definitions=definitions,
    )


def derive_at_zero(proof: Proof) -> Fact:
    """All values are zero before and t W_V after; the weights sum to one."""
    before = proof.chain(sp.Function("a")(N.i, N.g)).by(unfold("a"), unfold("v")).while_possible(ZERO_SUM).done()
    after = proof.chain(sp.Function("a'")(N.i, N.g)).by(unfold("a'"), unfold("v'"), fold("tv"), CONSTANT_OUT)
    moved = after.by(unfold("alpha'"), CONSTANT_OUT, CANCEL).done()
    return proof.transitive(proof.transitive(moved, proof.assumption("unchanged")), before)


def _if(condition: str, mask: str, upper: Upper) -> Part:
    kernels: dict[str, Formula] = {"kernel": KERNEL, "no_shift": NO_SHIFT}
    statement = sufficient(upper, **(kernels if condition == "t A = 0" else {"no values": NO_VALUES}))
    return Part(f"if {condition}, {mask}", statement, derive_sufficient(f"if {condition}, {mask}"))


def balanced() -> Instance:
    """Return t, A, w with t A, w and t W_V not zero, and row 2 unchanged at both chosen inputs.

    With s = |t A|^2 = 9/4 and c = 4/3, a score of c s k makes the first of two weights 1/2 + h(k), where
    h(k) = (e^(3k) - 1) / (2 (e^(3k) + 1)).  At w . t A = p = -4/3 s the inputs t A and t A + w give p h(1) and
    (p + |w|^2) h(-1/3): both are -t W_V if t W_V = -p h(1) and |w|^2 = 4/3 s (1 + h(1)/h(1/3)).
    """
    z = exp(1)
    over = (z + 1) / (z * z - z + 1)
    half = number("1/2")
    rest = [over * (z - half), over * (z - half), over, over * half, over * half]  # squares sum to |w|^2 - p^2/s
    moved = number(3) * (exp(3) - 1) / (number(2) * (exp(3) + 1))
    t, W_Q = (0, moved / rest[0], 0, 0, 0, 0), (0, rest[0] / moved, 0, 0, 0, 0)
    return two_tokens(t, W_Q, ("3/2", 0, 0, 0, 0, 0), [-2, *rest], "4/3")


ALONE = {
    "no shift": balanced(),
    "at t A": two_tokens((1, 1), (1, 0), (1, 0), (-1, 1)),
    "at t A + w": two_tokens((1, 0), (1, 0), (1, 0), (0, 1)),
}
"""Data at which the other two assumptions hold, and neither t A nor w is zero."""

CLAIM = Claim(
    id="outputs_unchanged_iff_shift_in_kernels",
    title="Outputs are unchanged iff t W_V = 0 and (t A = 0 or W_V = 0)",
    document="chapter",
    item="lemma_1",
    label="Lemma 1",
    words="For fixed t, weights and n >= 2, all outputs stay for every X iff t W_V = 0 and (t A = 0 or W_V = 0).",
    parts=(
        _if("t A = 0", "causal", I.causal_upper),
        _if("t A = 0", "unmasked", I.full_upper),
        _if("W_V = 0", "causal", I.causal_upper),
        _if("W_V = 0", "unmasked", I.full_upper),
        Part("only if t W_V = 0, at X = 0, causal", at_zero(I.causal_upper), derive_at_zero),
        Part("only if t W_V = 0, at X = 0, unmasked", at_zero(I.full_upper), derive_at_zero),
        Part(
            "only if t A = 0 or W_V = 0, causal",
            necessary(I.causal_upper, strict=True),
            derive_necessary,
            CHOICE,
            ALONE,
        ),
        Part(
            "only if t A = 0 or W_V = 0, unmasked",
            necessary(I.full_upper, strict=True),
            derive_necessary,
            CHOICE,
            ALONE,
        ),
    ),
    mutants=(
        Mutant("t W_V = 0 left out", sufficient(I.causal_upper, kernel=KERNEL)),
        Mutant("t A = 0 left out", sufficient(I.causal_upper, no_shift=NO_SHIFT)),
        Mutant("no condition", sufficient(I.full_upper)),
        Mutant("only if t A = 0", necessary(I.causal_upper, equal(u(N.f), 0), strict=True)),
    ),
    uses=("outputs_equivariant_iff_shift_in_kernel",),
    law="translation_equivariance",
    kernel="outputs_unchanged_iff_shift_in_kernels",
    remark="That t W_V = 0 is necessary is the part at X = 0; the last two parts assume it.",
)
