"""Real numbers for the evaluator: exact where a field at hand allows, balls where none does.

A number is a quotient of exponential sums (`attention.exact`) or a multiple of a root or of pi (`multiples`) as long
as the operations stay there: then equality and order are decided exactly.  Logarithms, powers such as 2^(1/3), sums
of different roots and the like leave them; such a number is a ball (`balls`), computed more finely until it decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import add as plus
from operator import mul, sub, truediv
from typing import Any, TypeAlias

from flint import arb, fmpq, fmpz

from attention.exact import ExpQuotient, TooClose, exp, number
from proofs.audit import multiples
from proofs.audit.balls import Ball
from proofs.audit.limits import MAX_BITS, MAX_EXPONENT, MAX_POWER, TooLarge
from proofs.audit.multiples import PI, Multiple

MAX_SUM = 4_000
"""Terms of an exponential sum beyond which a ball is used instead: the exact decision would cost too much."""


@dataclass(frozen=True, slots=True)
class Infinite:
    """Plus or minus infinity, as in the scores of a mask: e to the power of minus infinity is 0."""

    side: int


Real: TypeAlias = "fmpq | ExpQuotient | Multiple | Ball | Infinite"
"""Rationals as such (the common case, and fast), quotients, multiples of roots and of pi, balls; infinity."""
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
    if isinstance(a, fmpq) and not isinstance(b, ExpQuotient):
        return 1
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
    if isinstance(b, Ball):
        try:
            b.sign()
        except TooClose:
            raise Undefined("division by a number that cannot be told from 0") from None
    return _combined(a, b, truediv)


def power(a: Real, b: Real) -> Real:
    """Return a^b for integer b, or for a > 0. Raises Undefined, TooLarge (MAX_POWER)."""
    n = as_integer(b)
    if n is None:
        return _fractional(a, b)
    if isinstance(a, Infinite):
        raise Undefined("a power of infinity")
    if abs(n) > MAX_POWER:
        raise TooLarge(f"a power with exponent {_short(n)} (at most {MAX_POWER} are computed)")
    if n < 0:
        return divide(real(1), power(a, real(-n)))
    if isinstance(a, Multiple):
        half = power(multiply(a, a), real(n // 2))
        return multiply(half, a) if n % 2 else half
    if isinstance(a, Ball):
        return _ball(lambda bits: _arb(a, bits) ** n, a)
    if isinstance(a, fmpq):
        if a.height_bits() * n > MAX_BITS:
            raise TooLarge("a power with too many digits")
        return a**n
    if len(a.num) ** n > MAX_SUM or len(a.den) ** n > MAX_SUM:
        return _ball(lambda bits: _arb(a, bits) ** n, a)
    return _simplest(a**n)


def _fractional(a: Real, b: Real) -> Real:
    if isinstance(b, fmpq) and b.q == 2 and abs(b.p) < MAX_POWER:
        return power(root(a), real(fmpq(b.p)))
    if isinstance(b, fmpq) and isinstance(a, fmpq) and a >= 0 and b > 0 and b.q < MAX_POWER:
        exact = _exact_root(a, int(b.q))
        if exact is not None:
            return power(exact, real(fmpq(b.p)))
    if sign(a) <= 0:
        raise Undefined("a fractional power of a number that is not positive")
    return _ball(lambda bits: _arb(a, bits) ** _arb(b, bits), a, b)


def _exact_root(a: fmpq, degree: int) -> fmpq | None:
    top, bottom = (fmpz(part).root(degree) for part in (a.p, a.q))
    return fmpq(top, bottom) if top**degree == a.p and bottom**degree == a.q else None


def nth_root(a: Real, degree: Real) -> Real:
    """Return the root of integer degree, of a negative number too if that is odd. Raises Undefined."""
    n = as_integer(degree)
    if n is None or n < 1:
        raise Undefined("a root whose degree is not a positive integer")
    if n % 2 and sign(a) < 0:
        return subtract(real(0), nth_root(subtract(real(0), a), degree))
    return power(a, real(fmpq(1, n)))


def exponential(a: Real) -> Real:
    """Return e^a. Raises TooLarge (MAX_EXPONENT)."""
    if isinstance(a, fmpq):
        if abs(a) > MAX_EXPONENT:
            raise TooLarge(f"e to a power beyond {MAX_EXPONENT}")
        return _simplest(exp(a))
    if isinstance(a, Infinite):
        if a.side > 0:
            raise Undefined("e to the power of infinity")
        return real(0)
    if sign(subtract(absolute(a), real(MAX_EXPONENT))) > 0:
        raise TooLarge(f"e to a power beyond {MAX_EXPONENT}")
    return _ball(lambda bits: _arb(a, bits).exp(), a)


def root(a: Real) -> Real:
    """Return the square root. Raises Undefined for a negative number."""
    if isinstance(a, fmpq) and a >= 0:
        exact = multiples.root(a)
        if exact is not None:
            return exact
    if sign(a) < 0:
        raise Undefined("the square root of a negative number")
    return _ball(lambda bits: _arb(a, bits).sqrt(), a)


def logarithm(a: Real, base: Real | None = None) -> Real:
    """Return the logarithm of a, the natural one without a base. Raises Undefined."""
    for value in (a,) if base is None else (a, base):
        if sign(value) <= 0:
            raise Undefined("the logarithm of a number that is not positive")
    if isinstance(a, fmpq) and a == 1:
        return real(0)
    if base is None:
        if isinstance(a, ExpQuotient) and len(a.num) == 1 == len(a.den) and a == exp(_exponent(a)):
            return _exponent(a)
        return _ball(lambda bits: _arb(a, bits).log(), a)
    if isinstance(base, fmpq) and isinstance(a, fmpq):
        whole = _whole_logarithm(a, base)
        if whole is not None:
            return real(whole)
    return divide(logarithm(a), logarithm(base))


def _exponent(a: ExpQuotient) -> fmpq:
    """Return r of e^r, given a quotient with one term above and one below."""
    ((_, _, r, s),) = a.num
    ((_, _, t, u),) = a.den
    return fmpq(r, s) - fmpq(t, u)


def _whole_logarithm(a: fmpq, base: fmpq) -> int | None:
    """Return the integer n with base^n = a, if there is one of moderate size."""
    if base == 1 or a.height_bits() > MAX_BITS:
        return None
    estimate = arb(a).log() / arb(base).log()
    n = int(float(estimate) + (0.5 if estimate > 0 else -0.5))
    return n if abs(n) <= MAX_POWER and base.height_bits() * abs(n) <= MAX_BITS and base**n == a else None


def apply(function: str, a: Real) -> Real:
    """Return ln, sin, cos, tan, arcsin, arccos, arctan, sinh, cosh or tanh of a."""
    if function == "ln":
        return logarithm(a)
    if isinstance(a, fmpq) and a == 0 and function != "arccos":
        return real(1 if function in {"cos", "cosh"} else 0)
    if isinstance(a, Multiple) and a.unit == PI and function in {"sin", "cos", "tan"}:
        exact = multiples.of_angle(function, a.factor)
        if exact is not None:
            return exact
    if function in {"arcsin", "arccos"} and sign(subtract(absolute(a), real(1))) > 0:
        raise Undefined(f"the {function} of a number beyond 1")
    method = {"arcsin": "asin", "arccos": "acos", "arctan": "atan"}.get(function, function)
    out: Real = _ball(lambda bits: getattr(_arb(a, bits), method)(), a)
    return out


def absolute(a: Real) -> Real:
    """Return |a|."""
    if isinstance(a, fmpq):
        return abs(a)
    if isinstance(a, Ball):
        return _ball(lambda bits: abs(_arb(a, bits)), a)
    return subtract(real(0), a) if sign(a) < 0 else a


def sign(a: Real) -> int:
    """Return -1, 0 or 1. Raises TooClose where a ball holds 0, however fine."""
    if isinstance(a, fmpq):
        return (a > 0) - (a < 0)
    if isinstance(a, (ExpQuotient, Ball)):
        return a.sign()
    if isinstance(a, Infinite):
        return a.side
    return 1 if a.factor > 0 else -1


def floor(a: Real) -> int:
    """Return the largest integer not above a. Raises TooClose."""
    if isinstance(a, fmpq):
        return int(a.floor())
    if isinstance(a, Multiple):
        return _ball(lambda bits: _arb(a, bits)).floor()
    if isinstance(a, Infinite):
        raise Undefined("infinity is no number of units")
    return a.floor()


def equal(a: Real, b: Real) -> bool:
    """Decide a = b. Raises TooClose where balls overlap."""
    if isinstance(a, fmpq) and isinstance(b, fmpq):
        return bool(a == b)
    if isinstance(a, Infinite) or isinstance(b, Infinite):
        return a == b
    return sign(subtract(a, b)) == 0


def _arb(a: Real, bits: int) -> arb:
    if isinstance(a, Ball):
        return a.at(bits)
    if isinstance(a, fmpq):
        return arb(a)
    if isinstance(a, Infinite):
        raise Undefined("a function of infinity")
    return a.ball() if isinstance(a, Multiple) else a.ball(bits)


def _ball(compute: Callable[[int], arb], *operands: Real) -> Ball:
    out = Ball(compute, *(a for a in operands if isinstance(a, Ball)))
    if not out.arb.is_finite():
        raise Undefined("an operation without a finite value")
    return out


def _combined(a: Real, b: Real, operation: Callable[[Any, Any], Any]) -> Real:
    """Apply an operation where it is exact and affordable, else to balls."""
    if isinstance(a, fmpq) and isinstance(b, fmpq):
        out: fmpq = operation(a, b)
        if out.height_bits() > MAX_BITS:
            raise TooLarge("a number with too many digits")
        return out
    if isinstance(a, Infinite) or isinstance(b, Infinite):
        return _with_infinity(a, b, operation)
    if isinstance(a, Multiple) or isinstance(b, Multiple):
        exact = _with_multiple(a, b, operation)
        if exact is not None:
            return exact
    elif not (isinstance(a, Ball) or isinstance(b, Ball)) and cost(a, b) <= MAX_SUM:
        return _simplest(operation(number(a), number(b)))
    return _ball(lambda bits: operation(_arb(a, bits), _arb(b, bits)), a, b)


def _with_infinity(a: Real, b: Real, operation: Callable[[Any, Any], Any]) -> Real:
    """Return the result where one of the two is infinite. Raises Undefined for inf - inf, 0 inf, inf / inf."""
    if operation in {plus, sub}:
        right = Infinite(-b.side) if operation is sub and isinstance(b, Infinite) else b
        if isinstance(a, Infinite) and isinstance(right, Infinite) and a != right:
            raise Undefined("infinity less infinity")
        return a if isinstance(a, Infinite) else right
    if operation is truediv and not isinstance(a, Infinite):
        return real(0)
    side = sign(a) * sign(b)
    if side == 0 or (operation is truediv and isinstance(b, Infinite)):
        raise Undefined("infinity times 0, or infinity divided by infinity")
    return Infinite(side)


def _with_multiple(a: Real, b: Real, operation: Callable[[Any, Any], Any]) -> Real | None:
    """Return the result where one of the two is a multiple of a root or of pi and so is the result, else None."""
    if operation is truediv:
        if isinstance(b, fmpq):
            return _with_multiple(a, 1 / b, mul)
        if isinstance(a, Multiple) and isinstance(b, Multiple) and a.unit == b.unit:
            return a.factor / b.factor
        other = multiples.inverse(b) if isinstance(b, Multiple) else None
        return None if other is None else _with_multiple(a, other, mul)
    if operation is mul:
        if isinstance(a, Multiple) and isinstance(b, Multiple):
            return multiples.times(a, b)
        one, factor = (a, b) if isinstance(a, Multiple) else (b, a)
        if not isinstance(one, Multiple) or not isinstance(factor, fmpq):
            return None
        return _multiple(one.factor * factor, one.unit)
    if isinstance(a, fmpq) and a == 0 and isinstance(b, Multiple):
        return b if operation is plus else Multiple(-b.factor, b.unit)
    if isinstance(b, fmpq) and b == 0:
        return a
    if isinstance(a, Multiple) and isinstance(b, Multiple) and a.unit == b.unit:
        return _multiple(operation(a.factor, b.factor), a.unit)
    return None


def _multiple(factor: fmpq, unit: int) -> fmpq | Multiple:
    if factor.height_bits() > MAX_BITS:
        raise TooLarge("a number with too many digits")
    return Multiple(factor, unit) if factor != 0 else real(0)


def _simplest(a: ExpQuotient) -> fmpq | ExpQuotient:
    q = a.rational()
    return a if q is None else fmpq(q.numerator, q.denominator)


def _short(n: int | fmpz) -> str:
    return str(n) if abs(int(n)) < 10**12 else "of more than 12 digits"


def pi() -> Multiple:
    """Return the circle's constant."""
    return Multiple(fmpq(1), PI)
