"""How fast the laws are fuzzed, and what drawing a structure instead of every element gains.

Both sides are timed in the same run on one core: whole Hypothesis runs, strategies and shrink bookkeeping
included.  A law-case is one law checked on one case (tokens, weights, mask, and what the law replaces).
"""

from statistics import median
from time import perf_counter

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from attention import masks, numeric
from proofs.laws.batch import LARGEST, Batch, Structure, draw
from proofs.laws.registry import law, registry
from proofs.laws.strategies import structures

EXAMPLES = 20
REPEATS = 3
LEAST_RATE = 10_000
LEAST_GAIN = 20

QUIET = settings(
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def batched_seconds_per_case(subject):
    """Return the median time of one law-case when structures are drawn."""

    def once():
        checked = 0

        @settings(QUIET, max_examples=EXAMPLES)
        @given(structures(subject))
        def check(structure):
            nonlocal checked
            measurement = subject.check(numeric.attention, draw(structure))
            assert not measurement.broken.any()
            checked += measurement.error.size

        start = perf_counter()
        check()
        return (perf_counter() - start) / checked

    return median(once() for _ in range(REPEATS))


@st.composite
def elementwise_cases(draw_from):
    """Draw one case with every element drawn by Hypothesis: sizes to 8, as for the batches."""
    n, d, d_k, d_v = (draw_from(st.integers(1, LARGEST)) for _ in range(4))
    numbers = st.floats(-4, 4, width=32)

    def drawn(*shape):
        return draw_from(arrays(np.float64, (1, *shape), elements=numbers, fill=st.nothing()))

    return Batch(
        structure=Structure(n, d, d_k, d_v),
        x=drawn(n, d),
        y=drawn(n, d),
        W_Q=drawn(d, d_k),
        W_K=drawn(d, d_k),
        W_V=drawn(d, d_v),
        bias=np.zeros((1, d_k)),
        allowed=masks.causal(n)[None],
        order=np.arange(n)[None],
        cut=draw_from(st.integers(0, n - 1)),
        scale=1.0,
    )


def elementwise_seconds_per_case(subject):
    """Return the median time of one law-case when every element is drawn."""

    def once():
        checked = 0

        @settings(QUIET, max_examples=EXAMPLES)
        @given(elementwise_cases())
        def check(batch):
            nonlocal checked
            assert not subject.check(numeric.attention, batch).broken.any()
            checked += 1

        start = perf_counter()
        check()
        return (perf_counter() - start) / checked

    return median(once() for _ in range(REPEATS))


def test_laws_are_fuzzed_at_ten_thousand_cases_a_second(record_property):
    """Over all laws whose oracle is vectorised: one case of each, divided by the time of all."""
    seconds = {each.id: batched_seconds_per_case(each) for each in registry() if each.sample is None}
    rate = len(seconds) / sum(seconds.values())
    record_property("law_cases_per_second", round(rate))
    slowest = max(seconds, key=seconds.get)
    summary = f"{rate:,.0f} law-cases/s over {len(seconds)} laws; {slowest}: {1 / seconds[slowest]:,.0f}/s"
    print("\n" + summary)  # noqa: T201 - shown with -s
    assert rate >= LEAST_RATE, summary


@pytest.mark.parametrize("name", ["causality", "rows_sum_to_one"])
def test_drawing_structures_beats_drawing_elements_twentyfold(name, record_property):
    """The same law, the same sizes, the same process."""
    subject = law(name)
    elementwise, batched = elementwise_seconds_per_case(subject), batched_seconds_per_case(subject)
    gain = elementwise / batched
    record_property("gain", round(gain))
    summary = f"{name}: {1 / batched:,.0f}/s batched, {1 / elementwise:,.0f}/s elementwise, {gain:,.0f} times"
    print("\n" + summary)  # noqa: T201 - shown with -s
    assert gain >= LEAST_GAIN, summary
