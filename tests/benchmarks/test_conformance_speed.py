"""How fast the conformance laws run, and how much of the time is the implementation's own.

Both sides are timed in one run.  A law-case is one law checked on one (batch entry, head) slice.
"""

import time
from importlib.util import find_spec

import pytest

from proofs.laws.conformance.adapters.numeric_twin import NumericTwin
from proofs.laws.conformance.catalogue import laws
from proofs.laws.conformance.drawing import draw
from proofs.laws.conformance.plan import Plan, plans
from proofs.laws.conformance.running import Options, run
from proofs.laws.conformance.targets import target
from proofs.laws.conformance.trial import Subject, Trial

LEAST_RATE = 10_000
"""Law-cases a second and core: 20,000 on two."""
LONGEST = 60.0
MOST_OUTSIDE = 0.5


class Timed:
    """An implementation that adds up the processor time spent inside it."""

    def __init__(self, function):
        self.function, self.traits, self.seconds = function, function.traits, 0.0

    def __call__(self, q, k, v, *, mask=None, is_causal=False, scale=None):
        """Call the implementation."""
        start = time.process_time()
        try:
            return self.function(q, k, v, mask=mask, is_causal=is_causal, scale=scale)
        finally:
            self.seconds += time.process_time() - start


def test_small_cases_run_at_twenty_thousand_a_second_on_two_cores(record_property):
    """On the twin, all default laws that it offers, by processor time: a busy machine is no failure."""
    subject = Subject.of(NumericTwin())

    def once():
        start, cases = time.process_time(), 0
        for law in laws():
            cases += run(law, subject, Options(small=True)).cases
        return cases / (time.process_time() - start)

    rate = max(once() for _ in range(2))
    record_property("law_cases_per_second_and_core", round(rate))
    print(f"\n{rate:,.0f} law-cases per second of one core")  # noqa: T201 - shown with -s
    assert rate >= LEAST_RATE


def medium(law, subject):
    """Return a problem of a law at L = S = 128, E = Ev = 64."""
    (plan,) = plans(law, subject, 1, 0)
    sizes = {"B": 2, "H_kv": 2, "group": 2 if law.grouped else 1, "L": 128, "S": 128, "E": 64, "Ev": 64}
    kept = {name: getattr(plan, name) for name in ("kind", "regime", "pattern", "scale", "full_axes", "rank", "cut")}
    return draw(Plan(**sizes, **kept, dtype="float32", empty_rows=law.empty_rows), subject.traits)


@pytest.mark.parametrize("name", ["numeric", "torch-math"])
def test_most_time_is_the_implementations_own_at_medium_sizes(name, record_property):
    """Drawing, bounds and comparisons against the twin; against a BLAS of its own the share is only reported."""
    if name != "numeric" and find_spec("torch") is None:
        pytest.skip("torch is not installed")
    timed = Timed(target(name))
    subject = Subject.of(timed)
    start = time.process_time()
    for law in laws():
        if set(law.needs) - subject.keywords:
            continue
        try:
            law.check(Trial(subject, medium(law, subject)))
        except NotImplementedError:
            continue
    whole = time.process_time() - start
    outside = 1 - timed.seconds / whole
    record_property(f"share_outside_{name}", round(outside, 2))
    print(f"\n{name}: {outside:.0%} of {whole:.1f} s outside the implementation")  # noqa: T201
    assert timed.seconds > 0
    if name == "numeric":
        assert outside <= MOST_OUTSIDE


def test_all_laws_against_torch_take_less_than_a_minute(record_property):
    """At the default number of calls, shrinking included, by processor time over the cores it ran on."""
    if find_spec("torch") is None:
        pytest.skip("torch is not installed")
    subject = Subject.of(target("torch"))
    start, wall = time.process_time(), time.perf_counter()
    for law in laws():
        run(law, subject)
    seconds, elapsed = time.process_time() - start, time.perf_counter() - wall
    record_property("seconds_torch", round(seconds, 1))
    print(f"\n{seconds:.0f} s of processor time, {elapsed:.0f} s elapsed")  # noqa: T201
    assert min(seconds, elapsed) <= LONGEST
