r"""Corollary 1.1 as dependence, for all parameters: every output reacts to every token. False: W_V = 0."""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Part
from proofs.formula import Relation, Statement, attention_data

P = I.attention(upper=I.full_upper)

ENTRY = I.Partial(P.a(N.i, N.g), N.x[N.m, N.e])
SQUARES = sp.Sum(sp.Sum(ENTRY**2, (N.e, 1, N.d)), (N.g, 1, N.d_v))

CLAIM = Claim(
    id="corollary_1_1_dependence_always",
    title="Without the mask every output reacts to every token",
    document="chapter",
    item="corollary_1_1",
    label="Corollary 1.1",
    words="Without the mask every output has a non-zero derivative by some entry of every token, whatever the weights.",
    parts=(
        Part(
            "",
            Statement(
                Relation(SQUARES, ">", sp.Integer(0)),
                attention_data("x", "W_Q", "W_K", "W_V", "c"),
                ranges=((N.i, 1, N.n), (N.m, 1, N.n)),
                definitions=P.definitions,
                sizes={N.n: 2, N.d: 1, N.d_k: 1, N.d_v: 1},
            ),
        ),
    ),
    repair="corollary_1_1_dependence_generic",
    remark="Dependence for all parameters. At W_V = 0 the output is 0 for every X, so no weaker reading holds either.",
    kernel="corollary_1_1_dependence_always_refuted",
)
