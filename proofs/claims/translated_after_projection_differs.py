r"""Line VI of Lemma 1's proof: that hypothetical score does differ from the original one; for every d_k."""

from dataclasses import replace

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.translated_after_projection_expands import DEFS, LATE
from proofs.derivation import Fact, Proof
from proofs.formula import Relation, Statement, attention_data
from proofs.rules import DELTA_PICKS, ZERO_SUM, unfold

ZERO = I.attention(tokens=lambda i, e: sp.Integer(0), scale=sp.Integer(1))  # noqa: ARG005


def statement(late: I.Expr = sp.KroneckerDelta(N.b, 1), op: str = ">") -> Statement:
    """Return: with zero tokens and t = (1, 0, ..., 0), the late score exceeds the score, which is 0."""
    body = LATE.body.xreplace({sp.Indexed(sp.IndexedBase("t", real=True), N.b): late})
    definitions = {**DEFS, **ZERO.definitions, **I.define(replace(LATE, body=body))}
    return Statement(
        Relation(LATE.head(N.i, N.j) - ZERO.s(N.i, N.j), op, sp.Integer(0)),
        attention_data("W_Q", "W_K"),
        ranges=((N.i, 1, N.n), (N.j, 1, N.n)),
        definitions=definitions,
        sizes={N.n: 1, N.d: 1, N.d_k: 1},
    )


def derive(proof: Proof) -> Fact:
    """Queries and keys are zero; what is left is t.t = 1."""
    chain = proof.chain(proof.goal.lhs)
    for name in ("s''", "s", "q", "k"):
        chain.by(unfold(name), every=True)
    return proof.signed(chain.while_possible(ZERO_SUM, DELTA_PICKS).done(), proof.positive(chain.now))


CLAIM = Claim(
    id="translated_after_projection_differs",
    title="The score with late translation differs",
    document="chapter",
    item="lemma_1",
    label="Lemma 1",
    words="There are tokens and t for which adding t after the projections changes the score, for every d_k.",
    parts=(Part("at X = 0, t = (1, 0, ..., 0)", statement(), derive),),
    mutants=(Mutant("t = 0", statement(late=sp.Integer(0))), Mutant("it stays", statement(op="="))),
    supporting=True,
)
