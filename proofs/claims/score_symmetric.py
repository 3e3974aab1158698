r"""Similarity by dot product is symmetric, score(x_i, x_j) = score(x_j, x_i): false, query and key differ."""

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Part
from proofs.formula import Statement, attention_data, equal

P = I.attention()

CLAIM = Claim(
    id="score_symmetric",
    title="Similarity is symmetric",
    document="chapter",
    item="dot_product_similarity",
    label="Dot product as similarity",
    words="The score of x_i with x_j is the score of x_j with x_i, as one expects of a similarity.",
    parts=(
        Part(
            "",
            Statement(
                equal(P.s(N.i, N.j), P.s(N.j, N.i)),
                attention_data("x", "W_Q", "W_K", "c"),
                ranges=((N.i, 1, N.n), (N.j, 1, N.n)),
                definitions=P.definitions,
                sizes={N.n: 1, N.d: 1, N.d_k: 1},
            ),
        ),
    ),
    repair="score_symmetric_if_shared_projection",
    remark="A similarity need not be symmetric; this only says that the score is not.",
    kernel="score_symmetric_refuted",
)
