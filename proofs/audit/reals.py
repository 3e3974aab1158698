"""Real numbers for the evaluator: exact where the field allows, balls where it does not.

A number is a quotient of exponential sums (`attention.exact`) as long as the operations stay in that field:
then equality and order are decided exactly.  Square roots of non-squares, logarithms, powers such as 2^(1/2)
and the like leave it; such a number is a ball of BITS bits, which decides every order except that of numbers
closer than about 2^-BITS: those raise TooClose, and the verdict is `undecided`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt
from operator import add as plus
from operator import mul, sub, truediv
from typing import TYPE_CHECKING, Any, TypeAlias

from flint import arb, ctx, fmpq, fmpz

from attention.exact import ExpQuotient, TooClose, exp, number
from proofs.audit.limits import MAX_BITS, MAX_EXPONENT, MAX_POWER, TooLarge

if TYPE_CHECKING:
    from collections.abc import Callable

BITS = 640
"""Precision of balls. Far above MAX_DIGITS is not needed: a verdict looks half a unit past the last printed
place."""
MAX_SUM = 4_000
"""Terms of an exponential sum beyond which a ball is used instead: the exact decision would cost too much."""


@dataclass(frozen=True, slots=True)
class Ball:
    """A real number known to lie in `arb`, a ball of BITS bits."""

    arb: arb


Real: TypeAlias = "fmpq | ExpQuotient | Ball"
"""Rationals as such (the common case, and fast), irrational quotients, balls."""
Function: TypeAlias = "Callable[[Real], Real]"


class Undefined(ArithmeticError):
    """The operation has no real value: division by zero, root or logarithm of a negative number."""


def real(value: int | fmpq) -> fmpq:
    """Return an integer or rational as a real."""
    return fmpq(value)


def as_integer(a: Real) -> int | None:
    """Return the number as an int if it is known to be one, else None."""
    return int(a.p) if isinstance(a, fmpq) and a.q == 1 else None


def cost(a: Real, b: Real) -> int:
    """Return the number of term products in a * b or a / b: the measure of work."""
    if isinstance(a, ExpQuotient):
        return max(len(a.num), len(a.den)) * (max(len(b.num), len(b.den)) if isinstance(b, ExpQuotient) else 1) + 1
    return cost(b, a) if isinstance(b, ExpQuotient) else 1


def add(a: Real, b: Real) -> Real:
    """Return a + b."""
    return _combined(a, b, plus)


def subtract(a: Real, b: Real) -> Real:
    """Return a - b."""
    return _combined(a, b, sub)


def multiply(a: Real, b: Real) -> Real:
    """Return a b."""
    return _combined(a, b, mul)


def divide(a: Real, b: Real) -> Real:
    """Return a / b. Raises Undefined if b is 0 or cannot be told from 0."""
    if b == 0 if isinstance(b, fmpq) else isinstance(b, ExpQuotient) and b.is_zero():
        raise Undefined("division by 0")
    if isinstance(b, Ball) and b.arb.contains(0):
        raise Undefined("division by a number that cannot be told from 0")
    return _combined(a, b, truediv)


def power(a: Real, b: Real) -> Real:
    """Return a^b for integer b, or for a > 0. Raises Undefined, TooLarge (MAX_POWER)."""
    n = as_integer(b)
    if n is None:
        if isinstance(b, fmpq) and b.q == 2 and abs(b.p) < MAX_POWER:
            return power(root(a), real(fmpq(b.p)))
        if sign(a) <= 0:
            raise Undefined("a fractional power of a number that is not positive")
        return _ball(lambda: _arb(a) ** _arb(b))
    if abs(n) > MAX_POWER:
        raise TooLarge(f"a power with exponent {_short(n)} (at most {MAX_POWER} are computed)")
    if n < 0:
        return divide(real(1), power(a, real(-n)))
    if isinstance(a, Ball):
        return _ball(lambda: a.arb**n)
    if isinstance(a, fmpq):
        if a.height_bits() * n > MAX_BITS:
            raise TooLarge("a power with too many digits")
        return a**n
    if len(a.num) ** n > MAX_SUM or len(a.den) ** n > MAX_SUM:
        return _ball(lambda: _arb(a) ** n)
    return _simplest(a**n)


def exponential(a: Real) -> Real:
    """Return e^a. Raises TooLarge (MAX_EXPONENT)."""
    if sign(subtract(absolute(a), real(MAX_EXPONENT))) > 0:
        raise TooLarge(f"e to a power beyond {MAX_EXPONENT}")
    return _simplest(exp(a)) if isinstance(a, fmpq) else _ball(lambda: _arb(a).exp())


def root(a: Real) -> Real:
    """Return the square root. Raises Undefined for a negative number."""
    if isinstance(a, fmpq) and a >= 0:
        top, bottom = isqrt(int(a.p)), isqrt(int(a.q))
        if top * top == a.p and bottom * bottom == a.q:
            return real(fmpq(top, bottom))
    if sign(a) < 0:
        raise Undefined("the square root of a negative number")
    return _ball(lambda: _arb(a).sqrt())


def apply(function: str, a: Real) -> Real:
    """Return ln, log (the natural one, as in this field), sin, cos, tan, sinh, cosh or tanh of a."""
    if function in {"ln", "log"}:
        if sign(a) <= 0:
            raise Undefined("the logarithm of a number that is not positive")
        return real(0) if isinstance(a, fmpq) and a == 1 else _ball(lambda: _arb(a).log())
    if isinstance(a, fmpq) and a == 0:
        return real(1 if function in {"cos", "cosh"} else 0)
    return _ball(getattr(_arb(a), function))


def absolute(a: Real) -> Real:
    """Return |a|."""
    if isinstance(a, Ball):
        return _ball(lambda: abs(a.arb))
    return subtract(real(0), a) if sign(a) < 0 else a


def sign(a: Real) -> int:
    """Return -1, 0 or 1. Raises TooClose where a ball holds 0."""
    if isinstance(a, fmpq):
        return (a > 0) - (a < 0)
    if isinstance(a, ExpQuotient):
        return a.sign()
    if a.arb > 0:
        return 1
    if a.arb < 0:
        return -1
    raise TooClose(BITS)


def floor(a: Real) -> int:
    """Return the largest integer not above a. Raises TooClose."""
    if isinstance(a, fmpq):
        return int(a.floor())
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
    if isinstance(a, Ball):
        return a.arb
    return arb(a) if isinstance(a, fmpq) else a.ball(BITS)


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


def _combined(a: Real, b: Real, operation: Callable[[Any, Any], Any]) -> Real:
    """Apply an operation where it is exact and affordable, else to balls."""
    if isinstance(a, fmpq) and isinstance(b, fmpq):
        out: fmpq = operation(a, b)
        if out.height_bits() > MAX_BITS:
            raise TooLarge("a number with too many digits")
        return out
    if isinstance(a, Ball) or isinstance(b, Ball) or cost(a, b) > MAX_SUM:
        return _ball(lambda: operation(_arb(a), _arb(b)))
    return _simplest(operation(number(a), number(b)))


def _simplest(a: ExpQuotient) -> fmpq | ExpQuotient:
    q = a.rational()
    return a if q is None else fmpq(q.numerator, q.denominator)


def _short(n: int | fmpz) -> str:
    return str(n) if abs(int(n)) < 10**12 else "of more than 12 digits"


def pi() -> Ball:
    """Return the circle's constant."""
    return _ball(arb.pi)
