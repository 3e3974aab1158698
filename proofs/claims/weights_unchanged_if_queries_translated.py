r"""Adding one row to every query leaves the weights unchanged: false, unlike for keys."""

from proofs.claim import Claim, Part
from proofs.claims.weights_unchanged_if_keys_translated import statement

CLAIM = Claim(
    id="weights_unchanged_if_queries_translated",
    title="Translating the queries alone changes no weight",
    document="chapter",
    item="lemma_1",
    label="Lemma 1",
    words="Adding the same row to all queries leaves all weights as they were.",
    parts=(Part("", statement(keys=0, queries=1)),),
    repair="weights_unchanged_iff_query_shift_orthogonal",
    supporting=True,
    kernel="weights_unchanged_if_queries_translated_refuted",
)
