r"""Bridge between the score definitions: D2 with W_Q is D1 with W_Q / sqrt(d_k); all sizes.

So whatever holds for one definition for all weights holds for the other.
"""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Statement, attention_data, equal
from proofs.rules import CONSTANT_OUT, fold, unfold

D2 = I.attention("~")


def statement(factor: I.Expr = N.c, keys: I.Expr = sp.Integer(1)) -> Statement:
    """Return: c (q_i.k_j) = q*_i.k*_j with W_Q* = factor W_Q, W_K* = keys W_K; c is 1/sqrt(d_k)."""
    D1 = I.attention(
        scale=sp.Integer(1),
        W_Q=I.Entries(lambda e, b: factor * N.W_Q[e, b]),
        W_K=I.Entries(lambda e, b: keys * N.W_K[e, b]),
    )
    return Statement(
        equal(D1.s(N.i, N.j), D2.s(N.i, N.j)),
        attention_data("x", "W_Q", "W_K", "c"),
        ranges=((N.i, 1, N.n), (N.j, 1, N.n)),
        definitions={**D1.definitions, **D2.definitions},
        sizes={N.n: 1, N.d: 1, N.d_k: 1},
    )


def derive(proof: Proof) -> Fact:
    """The factor leaves both sums."""
    chain = proof.chain(sp.Function("s")(N.i, N.j)).by(unfold("s"), unfold("q"), unfold("k"))
    chain.by(CONSTANT_OUT, at=sp.Sum(N.c * N.x[N.i, N.e] * N.W_Q[N.e, N.b], (N.e, 1, N.d)))
    return chain.by(fold("q~"), fold("k~"), CONSTANT_OUT, fold("s~")).done()


CLAIM = Claim(
    id="score_scale_bridge",
    title="The scaled score is the plain score with scaled query weights",
    document="chapter",
    item="score_definitions",
    label="Score definitions",
    words="The score with the factor 1/sqrt(d_k) and weights W_Q is the score without it and weights W_Q/sqrt(d_k).",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("factor left out", statement(sp.Integer(1))),
        Mutant("factor on queries and keys", statement(keys=N.c)),
        Mutant("factor squared", statement(N.c**2)),
    ),
    remark="Proved for any positive factor c; the chapter's is c = 1/sqrt(d_k).",
    law="score_differences",
    kernel="score_scale_bridge",
    covers=("four_steps",),
)
