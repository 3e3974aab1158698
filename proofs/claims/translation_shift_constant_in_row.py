r"""What line VII of Lemma 1's proof needs of line IV: the terms added to the scores of a row are one constant."""

from attention import notation as N
from attention.translation import passes
from proofs.claim import Claim, Part
from proofs.formula import Statement, attention_data, equal

P, Q, DEFS = passes()

STATEMENT = Statement(
    equal(Q.s(N.i, N.j) - P.s(N.i, N.j), Q.s(N.i, N.l) - P.s(N.i, N.l)),
    attention_data("x", "t", "W_Q", "W_K", "c"),
    ranges=((N.i, 1, N.n), (N.j, 1, N.i), (N.l, 1, N.i)),
    definitions=DEFS,
    sizes={N.n: 1, N.d: 1, N.d_k: 1},
)

CLAIM = Claim(
    id="translation_shift_constant_in_row",
    title="Translation adds one constant to each row of scores",
    document="chapter",
    item="lemma_1",
    label="Lemma 1",
    words="Translating every token adds the same number to all scores of a row.",
    parts=(Part("", STATEMENT),),
    repair="translation_shift_within_row",
    supporting=True,
    kernel="translation_shift_constant_in_row_refuted",
)
