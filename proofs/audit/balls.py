"""Real numbers that no exact field at hand holds: balls that can be computed again, more finely.

A ball is computed with START_BITS bits; a decision that it cannot make is tried again with ever more, up to MAX_BITS,
and then given up (TooClose).  Nothing loops, and no decision is made that the ball does not prove.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flint import arb, ctx

from attention.exact import TooClose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

START_BITS = 160
MAX_BITS = 10_240
"""Enough for every number of up to MAX_DIGITS digits, and as much again to tell it from its neighbours."""
_NOTHING = arb(0)
MAX_CHAIN = 40
"""Most balls computed one from the other that are computed again; a longer chain is computed with LONG_BITS once."""
LONG_BITS = 1_280


class Ball:
    """A real number known to lie in `arb`.

    Args:
        compute: returns the ball from a number of bits; called with Arb's precision set to it.
        operands: the balls that it is computed from.
    """

    __slots__ = ("_bits", "_compute", "arb", "chain")
    chain: int

    def __init__(self, compute: Callable[[int], arb], *operands: Ball) -> None:
        self.chain = 1 + max((ball.chain for ball in operands), default=0)
        self._compute: Callable[[int], arb] | None = compute
        self._bits = START_BITS
        if self.chain > MAX_CHAIN:
            self._bits, self.chain = LONG_BITS, 0
        self.arb = _computed(compute, self._bits)
        if self._bits == LONG_BITS:
            self._compute = None

    def at(self, bits: int) -> arb:
        """Return the number as a ball of at least so many bits, if it can be had."""
        if bits > self._bits and self._compute is not None:
            self.arb, self._bits = _computed(self._compute, bits), bits
        return self.arb

    def finer(self) -> Iterator[arb]:
        """Yield ever finer balls. Raises TooClose after the finest."""
        bits = START_BITS
        while bits <= MAX_BITS:
            yield self.at(bits)
            bits = 4 * bits if self._compute is not None else MAX_BITS + 1
        raise TooClose(max(self._bits, START_BITS))

    def sign(self) -> int:
        """Return -1 or 1. Raises TooClose where no ball excludes 0: it may be 0."""
        for ball in self.finer():
            if ball > 0:
                return 1
            if ball < 0:
                return -1
        raise AssertionError  # pragma: no cover - the balls end with TooClose

    def floor(self) -> int:
        """Return the largest integer not above the number. Raises TooClose."""
        for ball in self.finer():
            lowest = whole(ball)
            if lowest is not None:
                return lowest
        raise AssertionError  # pragma: no cover - the balls end with TooClose


def whole(ball: arb, more: arb = _NOTHING) -> int | None:
    """Return the largest integer not above `ball + more`, None if the ball leaves open which.

    Arb rounds a sum and a floor to the precision that is set: by default that is fewer digits than numbers have.
    """
    saved, ctx.prec = ctx.prec, MAX_BITS
    try:
        lowest = (ball + more).floor().unique_fmpz()
    finally:
        ctx.prec = saved
    return None if lowest is None else int(lowest)


def _computed(compute: Callable[[int], arb], bits: int) -> arb:
    saved = ctx.prec
    ctx.prec = bits
    try:
        return compute(bits)
    finally:
        ctx.prec = saved
