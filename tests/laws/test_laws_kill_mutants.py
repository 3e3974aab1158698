"""Every mutant of the twin is killed by the law that names its mistake; no law is there for nothing."""

import pytest
from fuzzing import LawBrokenError, fuzz
from implementations import MUTANTS, plain

from attention import numeric
from proofs.laws.registry import law, registry
from proofs.laws.running import run

DEFAULT_EXAMPLES = 100


@pytest.mark.parametrize(("mutant", "killer"), [(name, killer) for name, (_, killer) in MUTANTS.items()])
def test_mutant_is_killed_within_the_default_example_count(mutant, killer):
    """Hypothesis draws no more structures than by default."""
    implementation, _ = MUTANTS[mutant]
    with pytest.raises(LawBrokenError):
        fuzz(law(killer), implementation, examples=DEFAULT_EXAMPLES, shrink=False)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(("mutant", "killer"), [(name, killer) for name, (_, killer) in MUTANTS.items()])
def test_mutant_is_killed_by_the_deterministic_run(mutant, killer, seed):
    """What the command runs kills it as well, with a counterexample as plain data, at small sizes."""
    implementation, _ = MUTANTS[mutant]
    outcome = run(law(killer), implementation, seed=seed)
    assert outcome.outcome == "broken", outcome
    assert outcome.counterexample is not None
    assert len(outcome.counterexample["x"]) <= 6


def test_every_law_is_a_killer():
    """A law that no mutant breaks would not be known to see anything."""
    assert {killer for _, killer in MUTANTS.values()} == {each.id for each in registry()}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_mutant_is_not_the_twin(mutant):
    """A mutant that computes what the twin computes would make its killing law wrong."""
    assert MUTANTS[mutant][0] is not numeric.attention


def test_the_plain_textbook_is_wrong_only_where_values_overflow():
    """The base of most mutants obeys the other laws, so that the changed line is what is killed."""
    for each in registry():
        outcome = run(each, plain, cases=528, seed=5)
        expected = "broken" if each.id in {"causality", "masked_token"} else "holds"
        assert outcome.outcome == expected, outcome
