r"""The first row under a translation: its only weight is 1, so its output moves by t W_V; all sizes."""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from attention.translation import passes, tv
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Statement, attention_data, equal
from proofs.rules import CANCEL, DISTRIBUTE, LINEARITY, SINGLE_TERM, fold, unfold


def statement(row: int = 1, factor: int = 1, upper: Callable[[I.Expr], I.Expr] = I.causal_upper) -> Statement:
    """Return a'_row = a_row + factor t W_V."""
    P, Q, definitions = passes(upper)
    return Statement(
        equal(Q.a(row, N.g), P.a(row, N.g) + factor * tv(N.g)),
        attention_data("x", "t", "W_Q", "W_K", "W_V", "c"),
        ranges=((N.g, 1, N.d_v),),
        definitions=definitions,
        sizes={N.n: row, N.d: 1, N.d_k: 1, N.d_v: 1},
    )


def derive(proof: Proof) -> Fact:
    """Both rows are sums of one term whose weight is 1."""

    def value(name: str) -> Fact:
        chain = proof.chain(sp.Function(f"a{name}")(1, N.g)).by(unfold(f"a{name}"), SINGLE_TERM)
        return chain.by(unfold(f"alpha{name}"), SINGLE_TERM, CANCEL).done()

    before = value("")
    chain = proof.chain(proof.goal.lhs).by(proof.using(value("'")), unfold("v'"), DISTRIBUTE, LINEARITY, fold("tv"))
    return chain.by(fold("v"), proof.using(before, backwards=True)).done()


CLAIM = Claim(
    id="single_token_output_moves_by_shift",
    title="A row with one allowed token moves by t W_V",
    document="chapter",
    item="lemma_1",
    label="Lemma 1",
    words="With one token (n = 1, or row 1 under the causal mask) the weight is 1 and the output moves by t W_V.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("row 2", statement(row=2)),
        Mutant("does not move", statement(factor=0)),
        Mutant("row 1 without a mask", statement(upper=I.full_upper)),
    ),
    supporting=True,
    kernel="single_token_output_moves_by_shift",
)
