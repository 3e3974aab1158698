r"""Lemma 1, read strictly: translating every token leaves the outputs unchanged."""

from attention import notation as N
from attention.translation import passes
from proofs.claim import Claim, Line, Part
from proofs.formula import Statement, attention_data, equal

P, Q, DEFS = passes()

STATEMENT = Statement(
    equal(Q.a(N.i, N.g), P.a(N.i, N.g)),
    attention_data("x", "t", "W_Q", "W_K", "W_V", "c"),
    ranges=((N.i, 1, N.n), (N.g, 1, N.d_v)),
    definitions=DEFS,
)

CLAIM = Claim(
    id="lemma_1_strict",
    title="Outputs are unchanged by every translation",
    document="chapter",
    item="lemma_1",
    label="Lemma 1",
    words="Translating every token by the same vector leaves all outputs as they were.",
    parts=(Part("", STATEMENT),),
    repair="outputs_unchanged_iff_shift_in_kernels",
    lines=(
        Line("I", note="A definition: every token moves by $t$."),
        Line("II", note="Definitions of queries, keys and values."),
        Line("III", ("translated_projections",), note="Projections are linear."),
        Line("IV", ("translated_score_expands",), note="Bilinear expansion."),
        Line("V", ("translated_after_projection_expands",), note="Holds, of its own hypothetical."),
        Line("VI", ("translated_after_projection_differs",), note="The hypothetical score does change."),
        Line(
            "VII.1",
            ("softmax_shift_invariance",),
            ("translation_shift_constant_in_row",),
            r"Softmax ignores one constant added to a row, but IV adds $c tA x_j^{\mathsf T}$, which depends on $j$.",
        ),
        Line("VII.2", ("weighted_sum_invariant",), note="The sum moves by $tW^V$, because weights sum to one."),
        Line("VII.3", ("lemma_1_strict",), note="The conclusion itself."),
    ),
    remark="The Lemma as it is worded: invariant means unchanged.",
    kernel="lemma_1_strict_refuted",
)
