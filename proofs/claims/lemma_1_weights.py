r"""Lemma 1, read as: translating every token leaves the attention weights unchanged."""

from attention import notation as N
from attention.translation import passes
from proofs.claim import Claim, Part
from proofs.formula import Statement, attention_data, equal

P, Q, DEFS = passes()

STATEMENT = Statement(
    equal(Q.alpha(N.i, N.j), P.alpha(N.i, N.j)),
    attention_data("x", "t", "W_Q", "W_K", "c"),
    ranges=((N.i, 1, N.n), (N.j, 1, N.i)),
    definitions=DEFS,
    sizes={N.n: 1, N.d: 1, N.d_k: 1},
)

CLAIM = Claim(
    id="lemma_1_weights",
    title="Weights are unchanged by every translation",
    document="chapter",
    item="lemma_1",
    label="Lemma 1",
    words="Translating every token by the same vector leaves all attention weights as they were.",
    parts=(Part("", STATEMENT),),
    repair="weights_unchanged_iff_shift_in_kernel",
    remark="Lemma 1 about the weights, which its proof needs. Row 2 sees both tokens: it fails without a mask too.",
    kernel="lemma_1_weights_refuted",
)
