r"""The chapter's two score definitions, q_i.k_j and q_i.k_j / sqrt(d_k), are the same: false."""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Part
from proofs.formula import Statement, attention_data, equal

D1 = I.attention(scale=sp.Integer(1))
D2 = I.attention("~")

STATEMENT = Statement(
    equal(D1.s(N.i, N.j), D2.s(N.i, N.j)),
    attention_data("x", "W_Q", "W_K", "c"),
    ranges=((N.i, 1, N.n), (N.j, 1, N.n)),
    assumptions={"scale": equal(N.c**2 * N.d_k, 1)},
    definitions={**D1.definitions, **D2.definitions},
    sizes={N.n: 1, N.d: 1, N.d_k: 4},
)

CLAIM = Claim(
    id="score_definitions_agree",
    title="The two score definitions agree",
    document="chapter",
    item="score_definitions",
    label="Score definitions",
    words="The score without and the score with the factor 1/sqrt(d_k) are equal.",
    parts=(Part("", STATEMENT),),
    repair="score_scale_bridge",
    remark="The witness has d_k = 4, the least d_k > 1 whose root is rational.",
    kernel="score_definitions_agree_refuted",
)
