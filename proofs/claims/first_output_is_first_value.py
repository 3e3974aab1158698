r"""Repair: under the causal mask a_1 = v_1 = x_1 W_V; all sizes."""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Statement, attention_data, equal
from proofs.rules import CANCEL, SINGLE_TERM, unfold


def statement(row: int = 1, W: I.Expr = N.W_V, upper: Callable[[I.Expr], I.Expr] = I.causal_upper) -> Statement:
    """Return a_row = x_row W."""
    P = I.attention(upper=upper)
    return Statement(
        equal(P.a(row, N.g), sp.Sum(N.x[row, N.e] * W[N.e, N.g], (N.e, 1, N.d))),
        attention_data("x", "W_Q", "W_K", "W_V", "c"),
        ranges=((N.g, 1, N.d_v),),
        definitions=P.definitions,
        sizes={N.n: row, N.d: 1, N.d_k: 1, N.d_v: 1},
    )


def derive(proof: Proof) -> Fact:
    """The sum has one term, whose weight is e^s / e^s = 1."""
    chain = proof.chain(proof.goal.lhs).by(unfold("a"), SINGLE_TERM, unfold("alpha"), SINGLE_TERM)
    return chain.by(CANCEL, unfold("v")).done()


CLAIM = Claim(
    id="first_output_is_first_value",
    title="The first output is the first value",
    document="chapter",
    item="first_output",
    label="First output",
    words="Under the causal mask a_1 = v_1 = x_1 W_V.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("the second row", statement(row=2)),
        Mutant("W_V is the identity", statement(W=I.Entries(sp.KroneckerDelta))),
        Mutant("without a mask", statement(upper=I.full_upper)),
    ),
    kernel="first_output_is_first_value",
)
