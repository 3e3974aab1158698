"""Batches, measurements, outcomes and narrowing: the tools that judge are themselves tested."""

import json
import math
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from implementations import MUTANTS

from attention import numeric
from proofs.laws import tokenwise
from proofs.laws.batch import ARRAYS, DTYPES, MASKS, REGIMES, SCALES, Structure, draw
from proofs.laws.law import bit_distance, measured
from proofs.laws.registry import law, registry
from proofs.laws.running import judge, run, structures

PRIMES = Structure(n=5, d=3, d_k=2, d_v=7, cases=11)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("regime", REGIMES)
def test_batches_are_finite_of_their_shape_and_dtype_and_repeat(regime, dtype):
    """A structure determines its batch to the bit."""
    structure = replace(PRIMES, regime=regime, dtype=dtype, values=(1e300, -0.0), seed=9)
    batch, again = draw(structure), draw(structure)
    shapes = {"x": (5, 3), "y": (5, 3), "W_Q": (3, 2), "W_K": (3, 2), "W_V": (3, 7), "bias": (2,)}
    for name, shape in shapes.items():
        array = getattr(batch, name)
        assert array.shape == (11, *shape)
        assert array.dtype == dtype
        assert np.isfinite(array).all()
    for name in ARRAYS:
        assert getattr(batch, name).tobytes() == getattr(again, name).tobytes()
    assert batch.sizes == (5, 3, 2, 7)


@pytest.mark.parametrize("mask", MASKS)
def test_no_row_of_a_mask_is_empty(mask):
    """The laws are about attention that is defined."""
    for seed in range(20):
        assert draw(replace(PRIMES, mask=mask, seed=seed)).allowed.any(axis=-1).all()


def test_regimes_hold_what_they_promise():
    """Ties, repeated tokens, subnormals, signed zeros, huge and tiny logits, zero weights do occur."""

    def drawn(regime, dtype="float64"):
        batch = draw(replace(PRIMES, regime=regime, dtype=dtype, cases=64, mask="full"))
        return batch, tokenwise.attention(batch.x, batch.W_Q, batch.W_K, batch.W_V, allowed=batch.allowed)

    batch, _ = drawn("repeated")
    assert all(len(np.unique(tokens, axis=0)) <= 2 for tokens in batch.x)
    batch, result = drawn("ties")
    assert any(len(np.unique(row)) < 5 for case in result.scores for row in case)
    batch, _ = drawn("subnormal")
    assert 0 < np.abs(batch.x).max() < np.finfo(np.float64).smallest_normal
    batch, _ = drawn("signed_zero")
    assert (np.signbit(batch.x) & (batch.x == 0)).any()
    batch, result = drawn("huge", "float16")
    assert np.abs(result.scores).max() > 1e3
    assert ((result.weights == 1).sum(axis=-1) == 1).any(), "one-hot weights"
    batch, result = drawn("tiny")
    assert 0 < np.abs(result.scores).max() < 1e-25
    batch, _ = drawn("zero_weights")
    assert all((getattr(batch, name) == 0).all(axis=(1, 2)).any() for name in ("x", "W_Q", "W_K", "W_V"))
    batch, _ = drawn("one_hot")
    assert ((batch.x != 0).sum(axis=-1) == 1).all()


def test_every_second_case_of_the_other_tokens_is_extreme():
    """Perturbations are finite in size and far apart: ordinary, and near the largest number."""
    y = draw(PRIMES).y
    assert np.abs(y[0::2]).max() < 100
    assert np.abs(y[1::2]).min() > 1e307


def test_a_run_covers_every_regime_dtype_mask_and_scale():
    """The default number of cases is enough for all of them."""
    drawn = list(structures(law("rows_sum_to_one"), 4224, 0))
    assert {(s.regime, s.dtype) for s in drawn} == {(r, t) for r in REGIMES for t in DTYPES}
    assert {s.mask for s in drawn} == set(MASKS)
    assert {s.scale for s in drawn} == set(SCALES)
    assert {s.n for s in drawn} == set(range(1, 9))
    assert sum(s.cases for s in drawn) == 4224


def test_laws_are_named_stated_and_tied_to_a_claim():
    """What a report needs of each law is there."""
    laws = registry()
    assert len({each.id for each in laws}) == len(laws) == 18
    for each in laws:
        assert each.id
        assert each.title
        assert each.claim
        assert each.statement.endswith(".")
        assert set(each.masks) <= set(MASKS)
        assert law(each.id) is each


def test_unknown_law_is_named():
    """The ids there are stand in the message."""
    with pytest.raises(KeyError, match="no law 'causal'; there are causality, prefix"):
        law("causal")


def test_bit_distance_sees_the_sign_of_zero_and_takes_nan_for_nan():
    """Zero tolerance means bits."""
    a = np.array([0.0, 1.0, np.nan, np.inf, 2.0])
    b = np.array([-0.0, 1.0, np.nan, 1.0, np.nan])
    assert (bit_distance(a, b) > 0).tolist() == [True, False, False, True, True]


def test_measurement_keeps_the_pair_that_is_worst_by_ratio():
    """A small error above a smaller tolerance outranks a large one below its tolerance; NaN outranks all."""
    m = measured(np.array([[5.0, 2e-3], [1.0, np.nan]]), np.array([[10.0, 1e-3], [1.0, 1.0]]), exercised=True)
    assert m.error.tolist() == [2e-3, math.inf]
    assert m.tolerance.tolist() == [1e-3, 1.0]
    assert m.broken.tolist() == [True, True]


def test_where_a_law_does_not_apply_it_is_not_broken_and_not_exercised():
    """Out of scope is neither a failure nor a pass."""
    m = measured(np.array([[np.nan], [1.0]]), 0.0, applies=np.array([False, True]), exercised=True)
    assert m.broken.tolist() == [False, True]
    assert m.exercised.tolist() == [False, True]


@pytest.mark.parametrize("name", [each.id for each in registry() if each.id != "exact_agreement"])
def test_a_run_that_could_not_have_failed_is_an_error(name):
    """One token: nothing is masked, nothing moves, nothing to sum."""
    batches = [draw(Structure(n=1, d=2, d_k=2, d_v=2, seed=seed)) for seed in range(3)]
    outcome = judge(law(name), numeric.attention, batches)
    assert outcome.outcome == "error"
    assert outcome.note.startswith("only 0 of ")


def test_nan_everywhere_is_broken_where_nothing_can_overflow():
    """NaN never passes a comparison that is written the right way round."""

    def nan(x, *_, **__):
        n, d_v = x.shape[-2], _[-1].shape[-1]
        return SimpleNamespace(
            scores=np.full((len(x), n, n), np.nan),
            weights=np.full((len(x), n, n), np.nan),
            outputs=np.full((len(x), n, d_v), np.nan),
        )

    bitwise = {"causality", "masked_token", "values_do_not_steer"}
    for each in registry():
        outcome = run(each, nan, cases=264)
        # Where NaN equals NaN to the bit, the case does not count as exercised.
        assert outcome.outcome == ("error" if each.id in bitwise else "broken"), outcome


def test_constant_outputs_do_not_pass_for_causal():
    """The opposite of a leak, an output that hears nothing, is what `reaction` and the others are for."""

    def deaf(x, *weights, allowed, scale=1):
        return numeric.attention(np.zeros_like(x), *weights, allowed=allowed, scale=scale)

    assert run(law("causality"), deaf, cases=528).outcome == "holds"
    assert run(law("unmasked_reacts"), deaf, cases=528).outcome == "broken"


def test_not_implemented_is_unsupported_and_other_exceptions_are_errors():
    """Never a pass, and never a traceback."""

    def refuses(*_, **__):
        raise NotImplementedError("no windows here")

    def fails(*_, **__):
        raise RuntimeError("out of memory")

    refused, failed = (run(law("rows_sum_to_one"), implementation, cases=64) for implementation in (refuses, fails))
    assert (refused.outcome, refused.note) == ("unsupported", "no windows here")
    assert (failed.outcome, failed.note) == ("error", "RuntimeError: out of memory")


def test_failure_narrows_to_two_tokens_of_small_integers():
    """The counterexample of a leaking mask can be checked by hand, and survives JSON."""
    outcome = run(law("causality"), MUTANTS["mask off by one, sees a future token"][0])
    assert outcome.outcome == "broken"
    case = json.loads(json.dumps(outcome.counterexample))
    assert case["x"] == [[0.0], [1.0]]
    assert case["y"] == [[0.0], [0.0]]
    assert case["cut"] == 0
    assert (case["W_Q"], case["W_K"], case["W_V"]) == ([[0.0]], [[0.0]], [[1.0]])
    assert case["allowed"] == [[True, False], [True, True]]
    assert (outcome.max_error, outcome.bound) == (0.5, 0.0)


def test_narrowed_case_replays_from_its_data_alone():
    """The data says everything: the mutant fails on it, the twin does not."""
    implementation = MUTANTS["scale forgotten"][0]
    case = run(law("score_differences"), implementation).counterexample
    arrays = [np.array(case[name], dtype=case["dtype"]) for name in ("x", "W_Q", "W_K", "W_V")]
    given = {"allowed": np.array(case["allowed"]), "scale": case["scale"]}
    wrong, right = implementation(*arrays, **given), numeric.attention(*arrays, **given)
    assert not np.array_equal(wrong.weights, right.weights)


def test_a_failure_that_needs_its_batch_is_said_to_need_it():
    """An implementation that mixes cases is broken, though no case is broken alone."""

    def mixes(*arrays, allowed, scale=1):
        result = numeric.attention(*arrays, allowed=allowed, scale=scale)
        first = np.broadcast_to(result.outputs[:1], result.outputs.shape)
        return SimpleNamespace(scores=result.scores, weights=result.weights, outputs=first)

    outcome = run(law("matrix_form"), mixes)
    assert outcome.outcome == "broken"
    assert outcome.note == "broken only together with the other cases of its batch"


def test_laws_need_neither_hypothesis_nor_pytest():
    """`verify` runs them on a plain install."""
    code = (
        "import sys; from proofs.laws import running, registry; registry.registry();"
        "sys.exit(bool({'hypothesis', 'pytest', 'proofs.claims', 'proofs.audit'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
