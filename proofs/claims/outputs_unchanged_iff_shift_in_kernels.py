r"""Repair of Lemma 1, read strictly: outputs stay, for every X, iff t W_V = 0 and (t A = 0 or W_V = 0).

Since W_V = 0 implies t W_V = 0, the two sufficient cases are: t A = 0 with t W_V = 0, and W_V = 0.
"""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
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
        Part("only if t A = 0 or W_V = 0, causal", necessary(I.causal_upper, strict=True), derive_necessary, CHOICE),
        Part("only if t A = 0 or W_V = 0, unmasked", necessary(I.full_upper, strict=True), derive_necessary, CHOICE),
    ),
    mutants=(
        Mutant("t W_V = 0 left out", sufficient(I.causal_upper, kernel=KERNEL)),
        Mutant("t A = 0 left out", sufficient(I.causal_upper, no_shift=NO_SHIFT)),
        Mutant("no condition", sufficient(I.full_upper)),
        Mutant("only if t A = 0", necessary(I.causal_upper, equal(u(N.f), 0), strict=True)),
    ),
    uses=("outputs_equivariant_iff_shift_in_kernel",),
    law="translation_equivariance",
    remark="That t W_V = 0 is necessary is the part at X = 0; the last two parts assume it.",
)
