"""The generator's own arithmetic: fractions where a value is rational, 70 digits where it is not.

It shares nothing with `proofs.audit`: what both agree on was worked out twice.  A scalar is a Fraction or a
number of `REALS`; a vector is a tuple of scalars and a matrix a tuple of vectors.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb, factorial, floor, isqrt

import mpmath

REALS = mpmath.MPContext()
REALS.dps = 70
NEAR = REALS.mpf(10) ** -50  # what is nearer than this to a rational of few digits is that rational


class NoValue(ArithmeticError):
    """An expression has no value: a zero divisor, a logarithm or a root of what has none."""


def real(x):
    """Return a scalar as a number of 70 digits."""
    return REALS.mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else x


def is_zero(x):
    """Whether a scalar is zero to 50 digits."""
    return abs(real(x)) < NEAR


def both(x, y):
    """Return two scalars of one type, fractions if they can be."""
    return (x, y) if isinstance(x, Fraction) and isinstance(y, Fraction) else (real(x), real(y))


def plus(x, y):
    """Add two scalars, vectors or matrices of one shape."""
    if isinstance(x, tuple):
        return tuple(plus(a, b) for a, b in zip(x, y, strict=True))
    x, y = both(x, y)
    return x + y


def scaled(x, y):
    """Multiply a scalar by a scalar, a vector or a matrix."""
    if isinstance(y, tuple):
        return tuple(scaled(x, b) for b in y)
    x, y = both(x, y)
    return x * y


def divided(x, y):
    """Divide a scalar, a vector or a matrix by a scalar."""
    if isinstance(x, tuple):
        return tuple(divided(a, y) for a in x)
    x, y = both(x, y)
    if is_zero(y):
        raise NoValue
    return x / y


def dot(x, y):
    """Return the dot product of two vectors."""
    total = Fraction(0)
    for a, b in zip(x, y, strict=True):
        total = plus(total, scaled(a, b))
    return total


def turned(x):
    """Return a matrix transposed; a vector is its own transpose."""
    return tuple(zip(*x, strict=True)) if isinstance(x[0], tuple) else x


def times(x, y):
    """Multiply as the shapes say: a scalar by anything, a row by a matrix, a matrix by a column or a matrix."""
    if not isinstance(x, tuple):
        return scaled(x, y)
    if not isinstance(y, tuple):
        return scaled(y, x)
    if not isinstance(y[0], tuple):
        return tuple(dot(row, y) for row in x)
    if not isinstance(x[0], tuple):
        return tuple(dot(x, column) for column in turned(y))
    return tuple(times(row, y) for row in x)


def power(x, n):
    """Raise a scalar to a whole power, or a positive one to any."""
    if isinstance(n, Fraction) and n.denominator == 1:
        if n <= 0 and is_zero(x):
            raise NoValue
        return x ** int(n)
    if x <= 0:
        raise NoValue
    return real(x) ** real(n)


def root(x, degree=2):
    """Return a root: rational where it is one."""
    if x < 0:
        raise NoValue
    if isinstance(x, Fraction):
        parts = [_whole_root(part, degree) for part in (x.numerator, x.denominator)]
        if None not in parts:
            return Fraction(*parts)
    return REALS.root(real(x), degree)


def _whole_root(n, degree):
    guess = isqrt(n) if degree == 2 else round(n ** (1 / degree))
    return guess if guess**degree == n else None


def logarithm(x, base=None):
    """Return a logarithm, natural unless there is a base; whole where the number is a power of the base."""
    if x <= 0:
        raise NoValue
    if x == 1:
        return Fraction(0)
    if base is None:
        return REALS.log(real(x))
    found = REALS.log(real(x)) / REALS.log(base)
    whole = int(REALS.nint(found))
    return Fraction(whole) if abs(found - whole) < NEAR else found


def function(name, x):
    """Return a function of one number by its name."""
    if name == "exp":
        return Fraction(1) if x == 0 else REALS.exp(real(x))
    if name == "ln":
        return logarithm(x)
    if name in {"log10", "log2"}:
        return logarithm(x, int(name[3:]))
    if name == "det":
        return determinant(x)
    if name == "!":
        return Fraction(factorial(int(x)))
    if name in {"floor", "ceil"}:
        return Fraction(floor(x) if name == "floor" else -floor(-x))
    if name == "ReLU":
        return max(x, Fraction(0), key=real)
    if name == "sigmoid":
        return 1 / (1 + REALS.exp(-real(x))) if x else Fraction(1, 2)
    if x == 0:
        return Fraction(name == "cos")
    return getattr(REALS, name)(real(x))


def radians(x):
    """Return an angle in degrees as a number."""
    return real(x) * REALS.pi / 180


def choose(n, k):
    """Return a binomial coefficient."""
    return Fraction(comb(int(n), int(k)))


def minor(x, i, j):
    """Return a matrix without a row and a column."""
    return tuple(row[:j] + row[j + 1 :] for row in x[:i] + x[i + 1 :])


def determinant(x):
    """Return the determinant of a matrix."""
    if len(x) == 1:
        return x[0][0]
    total = Fraction(0)
    for j, entry in enumerate(x[0]):
        total = plus(total, scaled((-1) ** j * entry, determinant(minor(x, 0, j))))
    return total


def inverse(x):
    """Return an inverse matrix."""
    size, whole = range(len(x)), determinant(x)
    return divided(tuple(tuple((-1) ** (i + j) * determinant(minor(x, j, i)) for j in size) for i in size), whole)


def softmax(x):
    """Return the weights of a vector, or of each row of a matrix."""
    if isinstance(x[0], tuple):
        return tuple(softmax(row) for row in x)
    powers = [function("exp", a) for a in x]
    total = Fraction(0)
    for a in powers:
        total = plus(total, a)
    return tuple(divided(a, total) for a in powers)


def size(x):
    """Return the absolute value of a scalar, or the Euclidean norm of a vector."""
    return root(dot(x, x)) if isinstance(x, tuple) else abs(x)


def settled(x, places):
    """Return x, as a fraction if it lies on a grid of half units of the last place."""
    if isinstance(x, Fraction):
        return x
    units = x * 2 * 10**places
    whole = int(REALS.nint(units))
    return Fraction(whole, 2 * 10**places) if abs(units - whole) < NEAR else x


def units(x, places, *, even=False):
    """Return x in units of the last place, rounded to the nearest; halves away from zero, or to even."""
    x = settled(x, places)
    if isinstance(x, Fraction):
        doubled = abs(x) * 2 * 10**places
        whole, rest = divmod(doubled.numerator + doubled.denominator, 2 * doubled.denominator)
        if even and rest == 0 and whole % 2:
            whole -= 1
    else:
        whole = int(REALS.floor(abs(x) * 10**places + REALS.mpf(0.5)))
    return -whole if x < 0 else whole


def cut(x, places):
    """Return x in units of the last place, cut off towards zero."""
    x = settled(x, places)
    whole = int(abs(x) * 10**places) if isinstance(x, Fraction) else int(REALS.floor(abs(x) * 10**places))
    return -whole if x < 0 else whole


def is_tie(x, places):
    """Whether x lies half-way between two printed numbers."""
    x = settled(x, places)
    return isinstance(x, Fraction) and (x * 2 * 10**places).denominator == 1 and (x * 10**places).denominator == 2


def decimals(x, most):
    """Return how many decimals x needs, or None if it needs more than `most`."""
    for places in range(most + 1):
        y = settled(x, places)
        if isinstance(y, Fraction) and (y * 10**places).denominator == 1:
            return places
    return None
