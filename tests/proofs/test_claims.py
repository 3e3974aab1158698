"""The claims: decided, as the mathematics says, covering the documents; and derivations that notice a change.

The expected verdicts are typed in here, from a reading of the mathematics and not from the program: that is what
makes this a test.
"""

import os
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from mutation import as_it_was, changed_statements, equivalent

import proofs
from proofs import decide as deciding
from proofs import gates, search
from proofs.decide import decide, judge_lines
from proofs.derivation import Proof, conclude
from proofs.documents import Kind as ItemKind
from proofs.documents import documents
from proofs.formula import Relation, equal
from proofs.registry import claims
from proofs.verdict import Kind, Standing

CLAIMS = claims()
FORMAL = [name for name, claim in CLAIMS.items() if claim.not_formal is None]
DERIVED = [(name, k) for name in FORMAL for k, part in enumerate(CLAIMS[name].parts) if part.derive is not None]
ITEMS = {(document.id, item.id): item for document in documents() for item in document.items}

PROVED, REFUTED = Kind.PROVED, Kind.REFUTED
EXPECTED = {
    # Lemma 1: all three readings are false; each has an exact repair.
    "lemma_1_strict": REFUTED,
    "lemma_1_equivariant": REFUTED,
    "lemma_1_weights": REFUTED,
    "weights_unchanged_iff_shift_in_kernel": PROVED,
    "outputs_equivariant_iff_shift_in_kernel": PROVED,
    "outputs_unchanged_iff_shift_in_kernels": PROVED,
    "single_token_output_moves_by_shift": PROVED,
    "weights_unchanged_if_keys_translated": PROVED,
    "weights_unchanged_if_queries_translated": REFUTED,
    "weights_unchanged_iff_query_shift_orthogonal": PROVED,
    # The lines of its proof: III to VI hold, the shift is not constant along a row, the sum is equivariant.
    "translated_projections": PROVED,
    "translated_score_expands": PROVED,
    "translated_after_projection_expands": PROVED,
    "translated_after_projection_differs": PROVED,
    "softmax_shift_invariance": PROVED,
    "translation_shift_constant_in_row": REFUTED,
    "translation_shift_within_row": PROVED,
    "weighted_sum_invariant": REFUTED,
    "weighted_sum_equivariant": PROVED,
    # Theorem 1, in three forms and for stacks, and the lines of its proof.
    "theorem_1_agreement": PROVED,
    "theorem_1_derivative": PROVED,
    "theorem_1_backward": PROVED,
    "theorem_1_stack": PROVED,
    "theorem_1_scores_agree": PROVED,
    "theorem_1_weights_agree": PROVED,
    "theorem_1_sums_agree": PROVED,
    # Proposition 1, the additive mask and its leak, the converse embedding.
    "proposition_1_restriction": PROVED,
    "additive_mask_limit": PROVED,
    "additive_mask_leaks": PROVED,
    "additive_mask_leak_bound": PROVED,
    "all_true_mask_is_no_mask": PROVED,
    # Corollary 1.1: membership and generic dependence hold, dependence for all parameters does not.
    "corollary_1_1_membership": PROVED,
    "corollary_1_1_dependence_always": REFUTED,
    "corollary_1_1_dependence_generic": PROVED,
    # Definitions, observations and sentences of the chapter.
    "score_definitions_agree": REFUTED,
    "score_scale_bridge": PROVED,
    "softmax_rows_sum_to_one": PROVED,
    "softmax_weights_positive": PROVED,
    "weight_ratio_is_exp_score_difference": PROVED,
    "matrix_form_equals_token_form": PROVED,
    "outputs_read_inputs_only": PROVED,
    "recurrent_chain_length": PROVED,
    "projections_linear": PROVED,
    "softmax_not_linear": PROVED,
    "dot_product_variance": PROVED,
    "first_output_is_first_token": REFUTED,
    "first_output_is_first_value": PROVED,
    "context_dependence": PROVED,
    "query_and_key_can_differ": PROVED,
    "score_symmetric": REFUTED,
    "score_symmetric_if_shared_projection": PROVED,
    # The worked example: what is printed does not follow from what is given.
    "example_dependence": PROVED,
    "worked_example_shapes": REFUTED,
    "worked_example_projections": REFUTED,
    "worked_example_underived": REFUTED,
    "worked_example_scores": REFUTED,
    "worked_example_weights": REFUTED,
    "worked_example_outputs": REFUTED,
    # The retrieval text.
    "r1_soft_retrieval_limit": PROVED,
    "r1_uniform_limit": PROVED,
    "r2_inner_product_is_projection": REFUTED,
    "r2_inner_product_is_scaled_projection": PROVED,
    "r2_inner_product_equals_projection_iff": PROVED,
    "r3_cosine_bounds": PROVED,
    "r3_plane_cosine": PROVED,
    "r4_dot_product_is_cosine": REFUTED,
    "r4_dot_product_is_cosine_iff": PROVED,
    "r5_weights_ignore_values": PROVED,
    "r5_output_linear_in_values": PROVED,
    "r6_permutation_equivariance": PROVED,
    "r6_causal_permutation_equivariance": REFUTED,
    # Laws of the field: the hull, softmax's Jacobian and Lipschitz constants, blocks.
    "outputs_in_convex_hull": PROVED,
    "softmax_jacobian": PROVED,
    "softmax_jacobian_row_sums_zero": PROVED,
    "softmax_jacobian_positive_semidefinite": PROVED,
    "softmax_jacobian_absolute_row_sums": PROVED,
    "softmax_half_lipschitz_linf": PROVED,
    "softmax_half_lipschitz_l1": PROVED,
    "softmax_half_lipschitz_tight": PROVED,
    "block_merge_associative": PROVED,
    "block_merge_identity": PROVED,
    "blocks_fold_to_dense": PROVED,
    # Laws of the field: caching, padding, windows, zero-padding, rotary positions, head groups.
    "cache_equals_causal_row": PROVED,
    "prefix_run_is_prefix_of_run": PROVED,
    "chunks_equal_whole": PROVED,
    "masked_key_is_deleted_key": PROVED,
    "windowed_stack_reach": PROVED,
    "windowed_stack_reach_attained": PROVED,
    "zero_padding_changes_nothing": PROVED,
    "rotary_scores_depend_on_offset": PROVED,
    "head_groups_independent": PROVED,
}

LINES = {
    "lemma_1_strict": {
        **dict.fromkeys(("I", "II", "III", "IV", "V", "VI"), "holds"),
        "VII.1": "does not follow",
        "VII.2": "fails",
        "VII.3": "fails",
    },
    "theorem_1_agreement": dict.fromkeys(("I", "II", "III", "IV", "V"), "holds"),
    "proposition_1_restriction": dict.fromkeys(("I", "II", "III"), "holds"),
    "corollary_1_1_membership": {"I": "holds", "II": "holds", "III": "does not follow"},
}


# -- verdicts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(CLAIMS))
def test_every_claim_is_decided(name, verdicts):
    """Proved, refuted or not formal; nothing is left open and nothing is tainted."""
    verdict = verdicts[name]
    assert verdict.kind is not Kind.UNDECIDED, verdict.residual
    assert verdict.tainted_by == ()
    assert (verdict.kind is Kind.NOT_FORMAL) == (CLAIMS[name].not_formal is not None)


def test_the_table_is_complete():
    """Every formal claim has an expected verdict, and every expectation a claim."""
    assert set(EXPECTED) == set(FORMAL)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_verdict_is_what_the_mathematics_says(name, verdicts):
    """The program and the table were made apart."""
    assert verdicts[name].kind is EXPECTED[name]


@pytest.mark.parametrize("name", [name for name in EXPECTED if EXPECTED[name] is REFUTED])
def test_a_refutation_shows_a_witness_that_fails(name, verdicts):
    """The witness breaks the statement when it is checked afresh, and its relation is false there."""
    found = verdicts[name].witness
    check = found.statement.check(found.instance)
    assert check.exercised
    assert check.broken_at is not None
    assert found.statement in [part.statement for part in CLAIMS[name].parts]


@pytest.mark.parametrize("name", [name for name in EXPECTED if EXPECTED[name] is PROVED])
def test_a_proof_passes_every_gate(name, verdicts):
    """Steps that were all evaluated, a model, at least three mutants and all refuted, a scope."""
    claim, verdict = CLAIMS[name], verdicts[name]
    assert len(verdict.mutants) == len(claim.mutants) >= 3
    assert all(mutant.witness is not None for mutant in verdict.mutants)
    assert all(not same_statement(m.statement, part.statement) for m in claim.mutants for part in claim.parts)
    assert len({repr(m.statement) for m in claim.mutants}) == len(claim.mutants)
    assert len(verdict.parts) == len(claim.parts)
    for evidence, part in zip(verdict.parts, claim.parts, strict=True):
        assert evidence.model is not None
        assert search.met(part.statement, evidence.model)
        assert evidence.spot_checks >= len(evidence.steps)
        assert evidence.not_evaluable == 0
        assert bool(evidence.steps) == (part.derive is not None)
        assert set(evidence.needed) == (set(part.statement.assumptions) if part.derive else set())
    about_examples = any(part.statement.given is not None for part in claim.parts)
    sized = any(part.statement.sizes for part in claim.parts)
    assert verdict.scope == ("the given example" if about_examples else "all sizes" if sized else "all data")


@pytest.mark.parametrize("name", [name for name in EXPECTED if CLAIMS[name].repair])
def test_a_repair_is_proved(name, verdicts):
    """A refuted claim names the claim to put in its place."""
    assert verdicts[name].kind is REFUTED
    assert verdicts[CLAIMS[name].repair].kind is PROVED


def test_refuted_claims_without_a_repair():
    """Only the printed numbers have none; the audit corrects those."""
    bare = {name for name in EXPECTED if EXPECTED[name] is REFUTED and not CLAIMS[name].repair}
    assert all(name.startswith("worked_example_") for name in bare)


@pytest.mark.parametrize("name", [name for name in EXPECTED if "_iff_" in name or name.endswith("_iff")])
def test_an_iff_has_both_directions(name):
    """Parts named "if" and parts named "only if"."""
    labels = [part.label for part in CLAIMS[name].parts]
    assert any(label.startswith("if") for label in labels)
    assert any(label.startswith("only if") for label in labels)


def test_both_masks_are_treated():
    """The repairs of Lemma 1 are proved under the causal mask and without one, both directions."""
    for name in ("weights_unchanged_iff_shift_in_kernel", "outputs_unchanged_iff_shift_in_kernels"):
        labels = [part.label for part in CLAIMS[name].parts]
        for mask in ("causal", "unmasked"):
            assert any(label.startswith("if") and mask in label for label in labels)
            assert any(label.startswith("only if") and mask in label for label in labels)


# -- documents --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(CLAIMS))
def test_a_claim_names_an_item_of_its_document(name):
    """By id, and by the label that the item has there."""
    claim = CLAIMS[name]
    for item in (claim.item, *claim.covers):
        assert (claim.document, item) in ITEMS
    assert claim.label == ITEMS[claim.document, claim.item].label
    assert claim.item not in claim.covers


@pytest.mark.parametrize("place", [k for k, item in ITEMS.items() if item.kind is not ItemKind.DEFINITION], ids=str)
def test_every_item_is_covered(place):
    """What a document says is claimed, unless it is a definition."""
    document, item = place
    covering = [c for c in CLAIMS.values() if c.document == document and item in (c.item, *c.covers)]
    assert covering
    empty = "No mathematical content" in ITEMS[place].content
    # The formal half of these two is a definition: the numbers given, and the score as one dot product.
    halves = item in {"worked_example_inputs", "basic_operation"}
    assert all(c.not_formal for c in covering) is (empty or halves)
    if "not formal" in ITEMS[place].content:
        assert any(c.not_formal for c in CLAIMS.values() if c.item == item)


@pytest.mark.parametrize("place", [k for k, item in ITEMS.items() if item.proof], ids=str)
def test_every_line_of_a_proof_is_judged(place, verdicts):
    """One claim of the item has the lines, labelled as in the document, and they are judged as they should be."""
    document, item = place
    with_lines = [c for c in CLAIMS.values() if (c.document, c.item) == (document, item) and c.lines]
    (claim,) = with_lines
    assert [line.label for line in claim.lines] == [line.label for line in ITEMS[place].proof]
    assert {line.label: line.verdict for line in judge_lines(claim, verdicts)} == LINES[claim.id]


def test_lines_belong_to_items_with_a_proof():
    """No claim judges lines that its document does not have."""
    judged = {name for name, claim in CLAIMS.items() if claim.lines}
    assert judged == set(LINES)


def test_the_first_broken_line_of_lemma_1(verdicts):
    """It is the step from the expanded score to the invariance of softmax."""
    judged = judge_lines(CLAIMS["lemma_1_strict"], verdicts)
    broken = next(line for line in judged if line.verdict != "holds")
    assert broken.label == "VII.1"
    assert re.search(r"depends on \$?j", broken.note)


# -- derivations that notice ------------------------------------------------------------------------------------


def derived(part, statement):
    """Run a part's derivation on a statement; return whether it ends in the conclusion."""

    def known(name, label):
        return next(p.statement for p in CLAIMS[name].parts if p.label == label)

    try:
        conclude(statement, part.derive(Proof(statement, known)))
    except Exception:  # noqa: BLE001  # whatever stops a derivation, it proves nothing
        return False
    return True


@pytest.mark.parametrize("name", [name for name in FORMAL if CLAIMS[name].mutants])
def test_no_derivation_proves_a_mutant(name):
    """A mutant is false: the claim's own derivations, run on it, must not arrive."""
    for part in CLAIMS[name].parts:
        for mutant in CLAIMS[name].mutants if part.derive else ():
            assert not derived(part, mutant.statement), f"{part.label}: {mutant.change}"


NEEDLESS = {
    ("r2_inner_product_equals_projection_iff", "norm"),
    ("r2_inner_product_is_scaled_projection", "norm"),
    ("r4_dot_product_is_cosine_iff", "|k|"),
    ("r4_dot_product_is_cosine_iff", "|q|"),
}
"""Assumptions that no truth depends on: they say what the symbol of a length stands for."""

UNSETTLED = set()
"""Assumptions that are neither shown to be needed nor derived to be needless: none."""


@pytest.mark.parametrize(("name", "k"), DERIVED)
def test_every_assumption_has_a_reason(name, k, verdicts):
    """Without it the statement fails, or has no value, at the data shown; or the derivation runs without it."""
    part, evidence = CLAIMS[name].parts[k], verdicts[name].parts[k]
    for assumption, why in evidence.needed.items():
        bare = part.statement.without(assumption)
        assert (why.standing is Standing.NOT_NEEDED) == ((name, assumption) in NEEDLESS)
        assert (why.standing is Standing.UNSETTLED) == ((name, assumption) in UNSETTLED)
        if why.standing is Standing.NEEDED:
            assert why.witness.statement == bare
            assert search.still_refutes(why.witness)
            assert part.statement.check(why.witness.instance).broken_at is None
        if why.standing is Standing.GIVES_VALUE:
            with pytest.raises(ZeroDivisionError):
                bare.check(why.instance)
        # Where the assumption gives a quotient its value, the derivation may run without: it never divides.
        assert derived(part, bare) == (why.standing is Standing.NOT_NEEDED) or why.standing is Standing.GIVES_VALUE


def test_lists_of_assumptions_are_current(verdicts):
    """What is excused above is there."""
    found = {
        (name, assumption)
        for name in FORMAL
        for evidence in verdicts[name].parts
        for assumption, why in evidence.needed.items()
        if why.standing in {Standing.NOT_NEEDED, Standing.UNSETTLED}
    }
    assert found == NEEDLESS | UNSETTLED


def test_what_a_claim_cites_is_in_the_bibliography():
    """By its key."""
    bibliography = (Path(proofs.__file__).parent / "references.bib").read_text(encoding="utf-8")
    for claim in CLAIMS.values():
        assert all(f"{{{key}," in bibliography for key in claim.cites)
        assert not (claim.cites and claim.parts), f"{claim.id}: what it states is derived; its source is trusted"


def same_statement(one, other):
    """Decide whether two statements are the same up to bound names."""
    return as_it_was(one, other) and one.data == other.data


@pytest.mark.parametrize(("name", "k"), DERIVED)
def test_a_derivation_proves_its_own_statement_alone(name, k):
    """It does not arrive at the same statement with another right side."""
    part = CLAIMS[name].parts[k]
    goal = part.statement.conclusion
    if isinstance(goal, Relation):
        other = type(part.statement)(**{**vars(part.statement), "conclusion": equal(goal.lhs, goal.rhs + 1)})
        assert not derived(part, other)


# -- mutation of the claims themselves --------------------------------------------------------------------------


STATED = [*DERIVED, ("example_dependence", 0)]
"""The parts that are proved: by a derivation, or by evaluation at the one example that they are about."""


@cache
def changes(name, k):
    """Return every small change of one part's statement."""
    return tuple(changed_statements(CLAIMS[name].parts[k].statement))


def noticed(name, k, statement):
    """Return how it is noticed that a part says something else: the claim is then not proved. None if it is not.

    "equivalent" if it says the same, and that is seen mechanically.
    """
    claim, part = CLAIMS[name], CLAIMS[name].parts[k]
    changed = replace(part, statement=statement)
    whole = replace(claim, parts=(*claim.parts[:k], changed, *claim.parts[k + 1 :]))
    try:
        (deciding._establish if part.derive else deciding._evaluate)(whole, changed)
    except deciding._Refused:
        return "gate"
    except Exception:  # noqa: BLE001  # whatever stops a derivation, it proves nothing
        return "derivation"
    if gates.conclusions_differ([(p.label, p.statement) for p in whole.parts]):
        return "gate"
    return "equivalent" if equivalent(part.statement, statement) else None


UNNOTICED = {"r4_dot_product_is_cosine_iff": 1}
"""How many changes of a claim are not noticed: d_k >= 2 in place of d_k >= 1, where no vectors but 0 are orthogonal."""

EQUIVALENT = 60
"""At most so many changes, over all claims, only say the same again."""


@settings(max_examples=25)
@given(st.data())
def test_a_changed_statement_is_noticed(data):
    """Change a sign, an end of a range, a mask, a size or a relation: the claim is not proved any more."""
    name, k = data.draw(st.sampled_from(STATED))
    what, statement = data.draw(st.sampled_from(changes(name, k)), label="change")
    if name not in UNNOTICED:
        assert noticed(name, k, statement) is not None, what


@pytest.mark.parametrize("name", ["softmax_weights_positive", "outputs_read_inputs_only", "r1_uniform_limit"])
def test_a_change_turns_the_verdict(name, verdicts):
    """The whole verdict, that is: the claim with the change is decided afresh. Here, every seventh change."""
    claim, part = CLAIMS[name], CLAIMS[name].parts[0]
    for what, statement in changes(name, 0)[::7]:
        changed = replace(claim, parts=(replace(part, statement=statement), *claim.parts[1:]))
        assert decide(changed, verdicts).kind is not PROVED, what


@pytest.mark.skipif("EVERY_CHANGE" not in os.environ, reason="takes minutes: set EVERY_CHANGE to try every change")
def test_every_changed_statement_is_noticed(capsys):
    """All changes of all claims; what only says the same again is counted apart."""
    ways, lost = Counter(), Counter()
    for name, k in STATED:
        for _, statement in changes(name, k):
            how = noticed(name, k, statement)
            ways[how] += 1
            lost[name] += how is None
    with capsys.disabled():
        print(f"\n{sum(ways.values())} changed statements: {dict(ways)}")  # noqa: T201  # counts to read
    assert +lost == Counter(UNNOTICED)
    assert ways["equivalent"] <= EQUIVALENT
