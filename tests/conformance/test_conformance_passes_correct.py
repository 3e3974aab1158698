"""No false alarm: correct implementations of different make pass every law that they offer something for.

`EVERY_SEED=1` runs 200 seeds of each (hours on two cores); the default suite runs a few.
"""

import os

import pytest
from conformance_correct import CORRECT

from proofs.laws.conformance.catalogue import laws
from proofs.laws.conformance.running import Options, run
from proofs.laws.conformance.trial import Subject

THOROUGH = os.environ.get("EVERY_SEED") == "1"
SEEDS = range(200) if THOROUGH else range(1)
EXAMPLES = int(os.environ.get("EXAMPLES", "0")) or None


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", CORRECT)
def test_correct_implementation_passes(name, seed):
    """Every law holds or is about something that is not offered; what is offered is said by the signature."""
    subject = Subject.of(CORRECT[name])
    found = {law.id: run(law, subject, Options(seed=seed, examples=EXAMPLES)) for law in laws()}
    assert {each: outcome for each, outcome in found.items() if outcome.outcome in {"broken", "error"}} == {}
    offered = {each for each, outcome in found.items() if outcome.outcome == "holds"}
    needed = {law.id for law in laws() if set(law.needs) <= subject.keywords}
    assert offered == needed


def test_signatures_differ():
    """At least one implementation offers every keyword, and one none."""
    keywords = {name: Subject.of(function).keywords for name, function in CORRECT.items()}
    assert keywords["minimal"] == frozenset()
    assert keywords["blocked"] == {"window", "softcap", "bias", "key_lengths", "block_size"}
