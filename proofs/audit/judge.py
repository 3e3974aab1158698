"""The verdict on one printed number, given the exact value that it should have.

With p the printed number, E the exact value and u one unit in p's last printed place:

    exact       E = p, and known to be
    rounded     |E - p| < u/2
    tie         |E - p| = u/2: E lies half way between p and its neighbour. Rounding half up gives one of the
    two,
                rounding half to even one of the two, and both are right
    truncated   p is E with its further digits cut off: |p| <= |E| < |p| + u, and p is not one of the above
    wrong       anything else
    undecided   E is too close to one of these borders for the precision at hand

`carried` compares two such verdicts and is given by `both`.  All decisions are exact.
"""

from __future__ import annotations

from dataclasses import replace

from flint import arb, ctx, fmpq

from attention.exact import ExpQuotient, TooClose
from proofs.audit import reals
from proofs.audit.balls import Ball, whole
from proofs.audit.limits import MAX_DIGITS, TooLarge
from proofs.audit.multiples import PI, Multiple
from proofs.audit.reals import Infinite, Real, real
from proofs.audit.values import Printed, decimal

VERDICTS = ("exact", "rounded", "tie", "carried", "truncated", "undecided", "wrong")
"""From best to worst. A number without anything to compare with is `given`."""
_HALF = arb(fmpq(1, 2))
_SPARE_BITS = 64
_MOST_UNITS = 10 ** (2 * MAX_DIGITS)
RIGHT = frozenset({"exact", "rounded", "tie"})
SOUND = RIGHT | {"carried", "truncated"}
"""Verdicts of a number that holds no mistake beyond the place of its last digit."""


def verdict(number: Printed, exact: Real) -> str:
    """Return the verdict on a printed number against its exact value."""
    if isinstance(exact, Infinite):
        return "wrong"
    if number.degrees:
        number, exact = _in_degrees(number, exact)
    if isinstance(exact, fmpq):
        return _rational_verdict(number, exact)
    if isinstance(exact, (ExpQuotient, Multiple)):  # irrational: no tie, no equality, and a fine ball decides
        found = _ball_verdict(number, _scaled(number, exact))
        if found is not None:
            return found
    try:
        return _verdict(number, exact)
    except TooClose:
        return "undecided"


def _in_degrees(number: Printed, exact: Real) -> tuple[Printed, Real]:
    """Return a number of degrees as a plain number, and what it should be in degrees."""
    return replace(number, degrees=False), reals.divide(exact, Multiple(fmpq(1, 180), PI))


def _rational_verdict(number: Printed, exact: fmpq) -> str:
    # In units of the last printed place the value is top/bottom and the number an integer.
    top, bottom = _in_units(number, exact)
    error = top - number.units * bottom
    size = 2 * abs(error)
    if size < bottom:
        return "rounded" if error else "exact"
    if size == bottom:
        return "tie"
    cut = size < 2 * bottom and (error > 0) == (top > 0) and number.units * top >= 0
    return "truncated" if cut else "wrong"


def _in_units(number: Printed, exact: fmpq) -> tuple[int, int]:
    """Return the value in units of the last printed place, as numerator and denominator."""
    places = number.places + number.shift
    if places >= 0:
        return int(exact.p) * 10**places, int(exact.q)
    return int(exact.p), int(exact.q) * 10**-places


def _scaled(number: Printed, exact: ExpQuotient | Multiple) -> arb:
    """Return the value in units of the last printed place, as a ball far finer than one of them."""
    bits = _SPARE_BITS + 4 * (len(number.text) + abs(number.shift))
    saved, ctx.prec = ctx.prec, bits
    try:
        ball = exact.ball(bits) if isinstance(exact, ExpQuotient) else exact.ball()
        places = number.places + number.shift
        return ball * arb(10**places) if places >= 0 else ball / arb(10**-places)
    finally:
        ctx.prec = saved


def _ball_verdict(number: Printed, scaled: arb) -> str | None:
    """Return the verdict if the ball of an irrational number decides it, else None."""
    error = scaled - number.units
    size = abs(error)
    if size < _HALF:
        return "rounded"
    if not size > _HALF:
        return None
    if size > 1:
        return "wrong"
    if not size < 1 or scaled.contains(0) or error.contains(0):
        return None
    side = 1 if scaled > 0 else -1
    return "truncated" if error * side > 0 and number.units * side >= 0 else "wrong"


def _verdict(number: Printed, exact: Real) -> str:
    # In units of the last printed place: the number is an integer, half a unit is 1/2.
    error = reals.subtract(reals.divide(exact, number.step), real(number.units))
    size = reals.absolute(error)
    half = reals.sign(reals.subtract(size, real(fmpq(1, 2))))
    if half < 0:
        return "exact" if _is_zero(error) else "rounded"
    if half == 0:
        return "tie"
    side = reals.sign(exact)
    cut = reals.sign(error) == side and number.units * side >= 0 and reals.sign(reals.subtract(size, real(1))) < 0
    return "truncated" if cut else "wrong"


def _is_zero(error: Real) -> bool:
    """Whether a number is known to be 0; a ball about 0 is not, and `rounded` is then all that is certain."""
    try:
        return reals.sign(error) == 0
    except TooClose:
        return False


def nearest(number: Printed, exact: Real) -> int:
    """Return the exact value in units of the number's last printed place, halves away from zero, as schools round.

    Half way between two of them, as far as can be told, either will do.  Raises TooLarge for a value of more than
    MAX_DIGITS digits or none.
    """
    if isinstance(exact, Infinite):
        raise TooLarge("a value that is not finite")
    if number.degrees:
        number, exact = _in_degrees(number, exact)
    if isinstance(exact, fmpq):
        top, bottom = _in_units(number, exact)
        units = (2 * abs(top) + bottom) // (2 * bottom)
        units = units if top >= 0 else -units
    else:
        units = _floor(number, exact)
    if abs(units) >= _MOST_UNITS:
        raise TooLarge(f"a value of more than {2 * MAX_DIGITS} digits")
    return units


def _floor(number: Printed, exact: Real) -> int:
    if isinstance(exact, (ExpQuotient, Multiple)):
        units = whole(_scaled(number, exact), _HALF)
        if units is not None:
            return units
    scaled = reals.divide(exact, number.step)
    try:
        return reals.floor(reals.add(scaled, real(fmpq(1, 2))))
    except TooClose:
        if isinstance(scaled, Ball):
            return int((scaled.arb.mid().fmpq() + fmpq(1, 2)).floor())
        raise


def expected(number: Printed, exact: Real) -> str | None:
    """Return the exact value at the printed precision, as decimal text; None where it cannot be decided."""
    try:
        return decimal(nearest(number, exact), number.places)
    except (TooClose, TooLarge):
        return None


def power_of_ten(number: Printed, exact: Real) -> int | None:
    """Return the power of ten to print beside the value in scientific notation, where it is not the printed one."""
    digits = len(str(abs(number.units))) - number.places
    if not number.power or number.units == 0 or isinstance(exact, Infinite):
        return None
    try:
        if reals.sign(exact) == 0:
            return None
        size = reals.floor(reals.logarithm(reals.absolute(exact), real(10)))
        best = size + 1 - max(digits, 1)
        units = nearest(replace(number, shift=-best), exact)
    except (TooClose, TooLarge, reals.Undefined):
        return None
    best += len(str(abs(units))) > len(str(abs(number.units)))  # 9.96 is 10.0
    return None if best == -number.shift or abs(best) > MAX_DIGITS else best


def both(local: str | None, exact: str | None, *, sound: bool) -> tuple[str | None, str | None, str]:
    """Return the local, the global and the overall verdict, `carried` put where it belongs.

    A side on which the number is wrong or cut off is `carried` if it is right on the other and everything
    it was computed from is `sound`: then nothing but the rounding of those numbers stands between the two.
    (Cut off on the other side excuses a wrong one as well, and the number is `truncated`.)  The overall
    verdict is the worse one; a number with nothing to compare with is `given`.

    Args:
        local: verdict against the expression just before, or None.
        exact: verdict against the inputs, or None.
        sound: whether every printed number that the local expression uses is itself free of mistakes.
    """
    if sound and _excused(local, exact):
        local = "carried"
    elif sound and _excused(exact, local):
        exact = "carried"
    sides = [side for side in (local, exact) if side is not None]
    if not sides:
        return local, exact, "given"
    return local, exact, max(sides, key=VERDICTS.index)


def _excused(side: str | None, other: str | None) -> bool:
    return (side in {"wrong", "truncated"} and other in RIGHT) or (side == "wrong" and other == "truncated")


def agree(a: Printed, b: Printed) -> bool:
    """Return whether two printed numbers can be the same number, printed to different lengths."""
    finer, coarser = (a, b) if a.places + a.shift >= b.places + b.shift else (b, a)
    return verdict(coarser, finer.value) in RIGHT | {"truncated"}
