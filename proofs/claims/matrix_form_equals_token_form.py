r"""The matrix form, softmax by rows of the masked (X W_Q)(X W_K)^T times X W_V, equals the token form; all sizes.

Products of matrices are their entries' sums: (A B)_ij = sum_k A_ik B_kj, (K^T)_bj = K_jb.
"""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Statement, attention_data, equal
from proofs.rules import BRACKET, DIVIDE, ZERO_SUM, fold, split, unfold

P = I.attention()
Q_, K_, V_, KT, S_, O_ = (sp.Function(name) for name in ("Q", "K", "V", "KT", "S", "O"))


def x(i: I.Expr, e: I.Expr) -> I.Expr:
    """Return the entry of X."""
    return N.x[i, e]


def statement(scale: I.Expr = N.c, allowed: Callable[[I.Expr, I.Expr], I.Expr] | None = None) -> Statement:
    """Return O_ig = a_ig, with the matrix form's scale and mask."""
    mask = allowed or (lambda i, j: I.AtMost(j, i))

    score = scale * sp.Sum(Q_(N.i, N.b) * KT(N.b, N.j), (N.b, 1, N.d_k))
    soft = I.masked_softmax("A", S_, mask)
    definitions = I.define(
        I.projection("Q", x, N.W_Q, N.b),
        I.projection("K", x, N.W_K, N.b),
        I.projection("V", x, N.W_V, N.g),
        I.Definition("KT", (N.b, N.j), K_(N.j, N.b)),
        I.Definition("S", (N.i, N.j), score),
        soft,
        I.Definition("O", (N.i, N.g), sp.Sum(soft.head(N.i, N.j) * V_(N.j, N.g), (N.j, 1, N.n))),
    )
    return Statement(
        equal(O_(N.i, N.g), P.a(N.i, N.g)),
        attention_data("x", "W_Q", "W_K", "W_V", "c"),
        ranges=((N.i, 1, N.n), (N.g, 1, N.d_v), (N.j, 1, N.n)),
        definitions={**definitions, **P.definitions},
    )


def derive(proof: Proof) -> Fact:
    """Entries of the products are the tokens' projections and scores; the mask cuts the sums at i."""
    score = proof.chain(S_(N.i, N.j)).by(unfold("S"), unfold("KT"), unfold("Q"), unfold("K"))
    scores = proof.using(proof.generalize(score.by(fold("q"), fold("k"), fold("s")).done(), N.j))
    chain = proof.chain(O_(N.i, N.g)).by(unfold("O"), unfold("V"), fold("v"), split(N.i, until=N.n))
    chain.by(unfold("A"), every=True).by(split(N.i, until=N.n), every=True).while_possible(BRACKET, DIVIDE, ZERO_SUM)
    return chain.by(scores, every=True).by(fold("alpha"), fold("a")).done()


CLAIM = Claim(
    id="matrix_form_equals_token_form",
    title="Matrix form and token form agree",
    document="chapter",
    item="matrix_form",
    label="Matrix form",
    words="Computing all positions at once with matrices, mask and row-wise softmax gives the token-by-token outputs.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("scale forgotten", statement(scale=sp.Integer(1))),
        Mutant("mask transposed", statement(allowed=I.AtMost)),
        Mutant("mask off by one", statement(allowed=lambda i, j: I.AtMost(j, i + 1))),
    ),
    law="matrix_form",
    kernel="matrix_form_equals_token_form",
)
