r"""Corollary 1.1 as membership: without the mask every weight is positive and the sum runs over all tokens."""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Line, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Relation, Statement, attention_data, equal
from proofs.rules import unfold

Upper = Callable[[I.Expr], I.Expr]


def positive(upper: Upper, op: str = ">") -> Statement:
    """Return alpha_ij op 0 for all j in {1..upper(i)}."""
    P = I.attention(upper=upper)
    return Statement(
        Relation(P.alpha(N.i, N.j), op, sp.Integer(0)),
        attention_data("x", "W_Q", "W_K", "c"),
        ranges=((N.i, 1, N.n), (N.j, 1, upper(N.i))),
        definitions=P.definitions,
        sizes={N.n: 1, N.d: 1, N.d_k: 1},
    )


def runs_over_all(last: I.Expr = N.n, upper: Upper = I.full_upper, first: int = 1) -> Statement:
    """Return a_ig = sum_{j=first}^{last} alpha_ij v_jg."""
    P = I.attention(upper=upper)
    return Statement(
        equal(P.a(N.i, N.g), sp.Sum(P.alpha(N.i, N.j) * P.v(N.j, N.g), (N.j, first, last))),
        attention_data("x", "W_Q", "W_K", "W_V", "c"),
        ranges=((N.i, 1, N.n), (N.g, 1, N.d_v)),
        definitions=P.definitions,
    )


def derive_positive(proof: Proof) -> Fact:
    """An exponential over a non-empty sum of exponentials."""
    chain = proof.chain(proof.goal.lhs).by(unfold("alpha"))
    return proof.signed(chain.done(), proof.positive(chain.now))


def derive_sum(proof: Proof) -> Fact:
    """By definition."""
    return proof.chain(proof.goal.lhs).by(unfold("a")).done()


CLAIM = Claim(
    id="corollary_1_1_membership",
    title="Without the mask every token has a positive weight",
    document="chapter",
    item="corollary_1_1",
    label="Corollary 1.1",
    words="Without the mask all weights are positive and every output sums over all tokens.",
    parts=(
        Part("weights", positive(I.full_upper), derive_positive),
        Part("sum", runs_over_all(), derive_sum),
    ),
    mutants=(
        Mutant("some weight is zero", positive(I.full_upper, "=")),
        Mutant("the sum stops at i", runs_over_all(last=N.i)),
        Mutant("the sum leaves out the first token", runs_over_all(first=2)),
    ),
    lines=(
        Line("I", ("corollary_1_1_membership",), note="The divisor sums over all positions."),
        Line("II", ("corollary_1_1_membership",), note="So does the weighted sum."),
        Line(
            "III",
            ("corollary_1_1_dependence_generic",),
            ("corollary_1_1_dependence_always",),
            "A positive weight is not yet a dependence: with $W^V = 0$ nothing depends on anything. Generically it is.",
        ),
    ),
    law="unmasked_reacts",
    kernel="corollary_1_1_membership",
)
