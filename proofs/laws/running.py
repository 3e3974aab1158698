"""Holding an implementation to a law: one batch, or a deterministic sequence of batches.

`run` needs no Hypothesis: it walks through regimes, dtypes, masks, scales and sizes in an order that the seed
fixes, so that a command gives the same outcome every time.  The tests drive the same laws through
`proofs.laws.strategies`.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from attention import numeric
from proofs.laws.batch import DTYPES, LARGEST, REGIMES, SCALES, Batch, Structure, draw
from proofs.laws.law import Implementation, Law, Measurement, Outcome, Verdict, as_data
from proofs.laws.narrowing import narrowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CASES = 4224
"""Default number of cases of a run: each regime in each dtype, four times."""
BATCH = 32
ADVERSARIAL = (0.0, -0.0, 1.0, -1.0, 0.5, 1e-30, -1e4, 1e4, 6e4)


def run(
    law: Law,
    implementation: Implementation = numeric.attention,
    *,
    cases: int = CASES,
    seed: int = 0,
) -> Outcome:
    """Hold an implementation to a law on about so many cases, the same ones for the same seed.

    Args:
        law: one of `registry()`.
        implementation: a callable with the signature of `attention.numeric.attention`; the twin by default.
        cases: how many cases are drawn; a law with a slow oracle checks a sample of them.
        seed: fixes every case.

    Returns:
        The outcome; "broken" at the first batch that breaks the law, with one minimal case.
    """
    return judge(law, implementation, (draw(structure) for structure in structures(law, cases, seed)))


def structures(law: Law, cases: int, seed: int) -> Iterator[Structure]:
    """Yield the structures of a run: every regime in every dtype in turn, the rest drawn from the seed."""
    rng = np.random.default_rng(seed)
    kinds = itertools.cycle(itertools.product(REGIMES, DTYPES))
    for drawn in range(0, cases, BATCH):
        regime, dtype = next(kinds)
        n, d, d_k, d_v = (int(size) for size in rng.integers(1, LARGEST + 1, 4))
        extra = int(rng.integers(0, 3))
        yield Structure(
            n=n,
            d=d,
            d_k=d_k,
            d_v=d_v,
            regime=regime,
            dtype=dtype,
            mask=law.masks[int(rng.integers(len(law.masks)))],
            scale=SCALES[int(rng.integers(len(SCALES)))],
            cut=int(rng.integers(n)),
            seed=int(rng.integers(2**32)),
            values=tuple(float(value) for value in rng.choice(ADVERSARIAL, extra)),
            cases=min(BATCH, cases - drawn),
        )


def judge(law: Law, implementation: Implementation, batches: Iterable[Batch]) -> Outcome:
    """Hold an implementation to a law on these batches, up to the first that breaks it."""
    tally = Tally(law.id)
    try:
        for batch in batches:
            measurement = law.check(implementation, batch)
            tally.add(measurement)
            if measurement.broken.any():
                first = int(np.flatnonzero(measurement.broken)[0])
                case, single = narrowed(law, implementation, batch, first)
                tally.error, tally.tolerance = float(single.error[0]), float(single.tolerance[0])
                note = "" if single.broken[0] else "broken only together with the other cases of its batch"
                return replace(tally.outcome("broken", note), counterexample=as_data(law, case))
    except NotImplementedError as error:
        return tally.outcome("unsupported", note=str(error) or "not implemented")
    except Exception as error:  # noqa: BLE001 - whatever a foreign implementation raises is its outcome
        return tally.outcome("error", note=f"{type(error).__name__}: {error}")
    needed = math.ceil(law.quorum * tally.cases)
    if tally.exercised < max(needed, 1):
        note = f"only {tally.exercised} of {tally.cases} cases exercised the law; {max(needed, 1)} are needed"
        return tally.outcome("error", note=note)
    return tally.outcome("holds")


class Tally:
    """Counts over the batches of one law, by its id, and the case that came closest to its tolerance."""

    def __init__(self, law: str) -> None:
        self.law = law
        self.cases = self.exercised = 0
        self.error = self.tolerance = 0.0
        self.ratio = -1.0

    def add(self, measurement: Measurement) -> None:
        """Count one batch."""
        error, tolerance = measurement.error, measurement.tolerance
        self.cases += error.size
        self.exercised += int(measurement.exercised.sum())
        with np.errstate(all="ignore"):
            ratio = np.where(error == 0, 0, error / tolerance)
        ratio = np.where(measurement.exercised, ratio, -1)
        worst = int(np.argmax(ratio))
        if ratio[worst] > self.ratio:
            self.ratio = float(ratio[worst])
            self.error, self.tolerance = float(error[worst]), float(tolerance[worst])

    def outcome(self, outcome: Verdict, note: str = "") -> Outcome:
        """Return what came out so far, under that verdict."""
        return Outcome(self.law, outcome, self.cases, self.exercised, self.error, self.tolerance, None, note)
