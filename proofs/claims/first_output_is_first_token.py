r"""The sentence that a_1 is the initial representation with weight 1, a_1 = x_1: false as written."""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Part
from proofs.formula import Statement, attention_data, equal, real

P = I.attention(W_V=sp.IndexedBase("W_V", real=True))
VALUES = real(N.W_V, N.d, N.d)

CLAIM = Claim(
    id="first_output_is_first_token",
    title="The first output is the first token",
    document="chapter",
    item="first_output",
    label="First output",
    words="Under the causal mask a_1 = x_1 (d_v = d).",
    parts=(
        Part(
            "",
            Statement(
                equal(P.a(1, N.e), N.x[1, N.e]),
                (*attention_data("x", "W_Q", "W_K", "c"), VALUES),
                ranges=((N.e, 1, N.d),),
                definitions=P.definitions,
                sizes={N.n: 1, N.d: 1, N.d_k: 1},
            ),
        ),
    ),
    repair="first_output_is_first_value",
    kernel="first_output_is_first_token_refuted",
)
