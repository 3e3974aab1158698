"""Real numbers for the evaluator: exact where the field allows, balls where it does not.

A number is a quotient of exponential sums (`attention.exact`) as long as the operations stay in that field: then
equality and order are decided exactly.  Square roots of non-squares, logarithms, powers such as 2^(1/2) and the like leave it; such
a number is a ball of BITS bits, which decides every order except that of numbers closer than about 2^-BITS: those
raise TooClose, and the verdict is `undecided`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isqrt
from typing import TypeAlias

from flint import arb, ctx, fmpq, fmpz

from attention.exact import ExpQuotient, NotExact, TooClose, exp, number
from proofs.audit.limits import MAX_BITS, MAX_EXPONENT, MAX_POWER, TooLarge

BITS = 640
"""Precision of balls. Far above MAX_DIGITS is not needed: a verdict looks half a unit past the last printed place."""
MAX_SUM = 4_000
"""Terms of an exponential sum beyond which a ball is used instead: the exact decision would cost too much."""


@dataclass(frozen=True, slots=True)
class Ball:
    """A real number known to lie in `arb`, a ball of BITS bits."""

    arb: arb


Real: TypeAlias = "ExpQuotient | Ball"
Function: TypeAlias = "Callable[[Real], Real]"


class Undefined(ArithmeticError):
    """The operation has no real value: division by zero, root or logarithm of a negative number."""


def real(value: int | fmpq) -> ExpQuotient:
    """Return a rational as a real."""
    return number(value)


def as_rational(a: Real) -> fmpq | None:
    """Return the number as a rational if it is known to be one, else None."""
    if isinstance(a, Ball):
        return None
    q = a.rational()
    return None if q is None else fmpq(q.numerator, q.denominator)


def as_integer(a: Real) -> int | None:
    """Return the number as an int if it is known to be one, else None."""
    q = as_rational(a)
    return int(q.p) if q is not None and q.q == 1 else None


def cost(a: Real, b: Real) -> int:
    """Return the number of term products in a * b or a / b: the measure of work."""
    if isinstance(a, Ball) or isinstance(b, Ball):
        return 1
    return max(len(a.num), len(a.den)) * max(len(b.num), len(b.den), 1) + 1


def add(a: Real, b: Real) -> Real:
    """Return a + b."""
    return _combined(a, b, lambda x, y: x + y, lambda x, y: x + y)


def subtract(a: Real, b: Real) -> Real:
    """Return a - b."""
    return _combined(a, b, lambda x, y: x - y, lambda x, y: x - y)


def multiply(a: Real, b: Real) -> Real:
    """Return a b."""
    return _combined(a, b, lambda x, y: x * y, lambda x, y: x * y)


def divide(a: Real, b: Real) -> Real:
    """Return a / b. Raises Undefined if b is 0 or cannot be told from 0."""
    if isinstance(b, Ball):
        if b.arb.contains(0):
            raise Undefined("division by a number that cannot be told from 0")
    elif b.is_zero():
        raise Undefined("division by 0")
    return _combined(a, b, lambda x, y: x / y, lambda x, y: x / y)


def power(a: Real, b: Real) -> Real:
    """Return a^b for integer b, or for a > 0. Raises Undefined, TooLarge (MAX_POWER)."""
    n = as_integer(b)
    if n is None:
        half = as_rational(b)
        if half is not None and half.q == 2 and abs(half.p) < MAX_POWER:
            return power(root(a), real(fmpq(half.p)))
        if sign(a) <= 0:
            raise Undefined("a fractional power of a number that is not positive")
        return _ball(lambda: _arb(a) ** _arb(b))
    if abs(n) > MAX_POWER:
        raise TooLarge(f"a power with exponent {_short(n)} (at most {MAX_POWER} are computed)")
    if n < 0:
        return divide(real(1), power(a, real(-n)))
    if isinstance(a, Ball):
        return _ball(lambda: a.arb**n)
    q = as_rational(a)
    if q is not None:
        if max(q.p.bit_length(), q.q.bit_length()) * n > MAX_BITS:
            raise TooLarge("a power with too many digits")
        return real(q**n)
    if len(a.num) ** n > MAX_SUM or len(a.den) ** n > MAX_SUM:
        return _ball(lambda: _arb(a) ** n)
    return a**n


def exponential(a: Real) -> Real:
    """Return e^a. Raises TooLarge (MAX_EXPONENT)."""
    if sign(subtract(absolute(a), real(MAX_EXPONENT))) > 0:
        raise TooLarge(f"e to a power beyond {MAX_EXPONENT}")
    try:
        return exp(a) if isinstance(a, ExpQuotient) else _ball(lambda: a.arb.exp())
    except NotExact:
        return _ball(lambda: _arb(a).exp())


def root(a: Real) -> Real:
    """Return the square root. Raises Undefined for a negative number."""
    q = as_rational(a)
    if q is not None and q >= 0:
        top, bottom = isqrt(int(q.p)), isqrt(int(q.q))
        if top * top == q.p and bottom * bottom == q.q:
            return real(fmpq(top, bottom))
    if sign(a) < 0:
        raise Undefined("the square root of a negative number")
    return _ball(lambda: _arb(a).sqrt())


def apply(function: str, a: Real) -> Real:
    """Return ln, log (base 10 where written so), sin, cos, tan, sinh, cosh or tanh of a."""
    q = as_rational(a)
    if function in {"ln", "log"}:
        if sign(a) <= 0:
            raise Undefined(f"the logarithm of {'0' if q == 0 else 'a negative number'}")
        if q == 1:
            return real(0)
        return _ball(lambda: _arb(a).log())
    if q == 0:
        return real(1 if function in {"cos", "cosh"} else 0)
    return _ball(lambda: getattr(_arb(a), function)())


def absolute(a: Real) -> Real:
    """Return |a|."""
    return subtract(real(0), a) if sign(a) < 0 else a


def sign(a: Real) -> int:
    """Return -1, 0 or 1. Raises TooClose where a ball holds 0."""
    if isinstance(a, ExpQuotient):
        q = a.rational()
        return a.sign() if q is None else (q > 0) - (q < 0)
    if a.arb > 0:
        return 1
    if a.arb < 0:
        return -1
    raise TooClose(BITS)


def floor(a: Real) -> int:
    """Return the largest integer not above a. Raises TooClose."""
    if isinstance(a, ExpQuotient):
        return a.floor()
    lowest = _ball(a.arb.floor).arb.unique_fmpz()
    if lowest is None:
        raise TooClose(BITS)
    return int(lowest)


def equal(a: Real, b: Real) -> bool:
    """Decide a = b. Raises TooClose where balls overlap."""
    return sign(subtract(a, b)) == 0


def _arb(a: Real) -> arb:
    return a.arb if isinstance(a, Ball) else a.ball(BITS)


def _ball(compute: Callable[[], arb]) -> Ball:
    saved = ctx.prec
    ctx.prec = BITS
    try:
        out = compute()
    finally:
        ctx.prec = saved
    if not out.is_finite():
        raise Undefined("an operation without a finite value")
    return Ball(out)


def _combined(
    a: Real,
    b: Real,
    exactly: Callable[[ExpQuotient, ExpQuotient], ExpQuotient],
    roughly: Callable[[arb, arb], arb],
) -> Real:
    if isinstance(a, ExpQuotient) and isinstance(b, ExpQuotient) and cost(a, b) <= MAX_SUM:
        out = exactly(a, b)
        q = as_rational(out) if len(out.num) == 1 else None
        if q is not None and max(q.p.bit_length(), q.q.bit_length()) > MAX_BITS:
            raise TooLarge("a number with too many digits")
        return out
    return _ball(lambda: roughly(_arb(a), _arb(b)))


def _short(n: int | fmpz) -> str:
    return str(n) if abs(n) < 10**12 else "of more than 12 digits"


def pi() -> Ball:
    """Return the circle's constant."""
    return _ball(arb.pi)
