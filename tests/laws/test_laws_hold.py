"""The twin obeys every law, in every dtype; so do correct implementations of another make."""

import pytest
from fuzzing import fuzz
from implementations import CORRECT

from attention import numeric
from proofs.laws.batch import DTYPES
from proofs.laws.registry import registry
from proofs.laws.running import run


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("law", registry(), ids=lambda law: law.id)
def test_twin_obeys_the_law(law, dtype):
    """Drawn structures, whole batches, enough cases that could have shown a violation."""
    seen = fuzz(law, numeric.attention, dtypes=(dtype,), examples=20)
    assert seen.examples >= 10


@pytest.mark.parametrize("law", registry(), ids=lambda law: law.id)
def test_deterministic_run_holds_and_repeats(law):
    """What the command runs: no Hypothesis, the same outcome each time, every regime and dtype exercised."""
    cases = 528 if law.sample else 2112
    first = run(law, cases=cases, seed=3)
    assert first.outcome == "holds", first
    assert first.max_error <= first.bound
    assert first.exercised >= law.quorum * first.cases
    assert first == run(law, numeric.attention, cases=cases, seed=3)


@pytest.mark.parametrize("name", CORRECT)
@pytest.mark.parametrize("law", registry(), ids=lambda law: law.id)
def test_no_false_alarm_for_a_correct_implementation_of_another_make(law, name):
    """Loops, BLAS and the online softmax differ from the twin in every rounding, and are right."""
    for seed in (11, 12):
        outcome = run(law, CORRECT[name], cases=264, seed=seed)
        assert outcome.outcome == "holds", outcome
