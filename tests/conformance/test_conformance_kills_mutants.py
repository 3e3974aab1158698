"""Every mutant is killed by each law that names its mistake, under 20 seeds, within the default number of calls."""

import pytest
from conformance_mutants import MUTANTS

from proofs.laws.conformance.catalogue import LAWS, laws
from proofs.laws.conformance.running import Options, run
from proofs.laws.conformance.trial import Subject

SEEDS = range(20)
CONTRACT_ALONE = {"masked_nan"}
"""Asked for by name only: what most correct implementations break."""


@pytest.mark.parametrize("name", MUTANTS)
def test_mutant_is_killed_under_every_seed(name):
    """By every law that its description names, with the default number of calls."""
    mutant = MUTANTS[name]
    subject = Subject.of(mutant.implementation)
    assert mutant.laws
    survived = [
        (law.id, seed)
        for law in laws(tuple(mutant.laws))
        for seed in SEEDS
        if run(law, subject, Options(seed=seed, shrink=False)).outcome != "broken"
    ]
    assert survived == []


def test_every_law_is_a_killer():
    """A law that no mutant breaks would not be known to see anything."""
    killers = {law for mutant in MUTANTS.values() for law in mutant.laws}
    assert killers | CONTRACT_ALONE == {law.id for law in LAWS}


def test_every_thread_of_the_list_is_rebuilt(bug_threads):
    """No bug of the list is left out."""
    cited = {thread for mutant in MUTANTS.values() for thread in mutant.threads}
    assert bug_threads - cited == set()


@pytest.mark.parametrize(
    "name", ["causal_sees_one_ahead", "scale_of_all_heads", "grouped_heads_tiled", "softcap_after_mask"]
)
def test_failure_shrinks_to_few_small_integers(name):
    """What is shown to a person has at most four keys and whole numbers in every input."""
    mutant = MUTANTS[name]
    (law,) = laws(mutant.laws[:1])
    outcome = run(law, Subject.of(mutant.implementation), Options(seed=1))
    assert outcome.outcome == "broken"
    first = outcome.counterexample["calls"][0]
    assert len(first["k"][0][0]) <= 4
    assert all(float(x).is_integer() for key in ("q", "k", "v") for x in flat(first[key]))


def flat(values):
    """Yield the numbers of nested lists."""
    if isinstance(values, list):
        for each in values:
            yield from flat(each)
    else:
        yield values
