r"""Lemma 1, read charitably: translating every token by t moves every output by t W_V."""

from attention import notation as N
from attention.translation import passes, tv
from proofs.claim import Claim, Part
from proofs.formula import Statement, attention_data, equal

P, Q, DEFS = passes()

STATEMENT = Statement(
    equal(Q.a(N.i, N.g), P.a(N.i, N.g) + tv(N.g)),
    attention_data("x", "t", "W_Q", "W_K", "W_V", "c"),
    ranges=((N.i, 1, N.n), (N.g, 1, N.d_v)),
    definitions=DEFS,
)

CLAIM = Claim(
    id="lemma_1_equivariant",
    title="Outputs move with every translation",
    document="chapter",
    item="lemma_1",
    label="Lemma 1",
    words="Translating every token by t moves every output by exactly t W_V.",
    parts=(Part("", STATEMENT),),
    repair="outputs_equivariant_iff_shift_in_kernel",
    remark="The charitable reading: invariance up to the translation's own image.",
    kernel="lemma_1_equivariant_refuted",
)
