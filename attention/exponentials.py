r"""The field of quotients of exponential sums, in which attention at rational inputs lives.

Attention at rational inputs, with a rational scale, never leaves the field of quotients

    N / D,    N = sum_k c_k e^{r_k},    D = sum_k d_k e^{t_k},    c_k, r_k, d_k, t_k rational.

Equality in this field is decidable without approximation: by the theorem of Lindemann and Weierstrass the
numbers e^{r} with distinct rational r are linearly independent over the rationals, so an exponential sum is
zero exactly when, equal exponents combined, every coefficient is zero.  Order is decided by ball arithmetic
(Arb) whose precision is raised until the ball excludes zero; it ends, because zero was excluded exactly first.

An exponent may also hold a multiple of one formal parameter beta that tends to infinity; `limit` then reads
off the leading term.  Such a number has a limit but no ball.

Scope: witnesses, audits and the spot checks of derivations.  No float enters or decides anything here.

References: [baker1990] for Lindemann-Weierstrass; [johansson2017] for ball arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import gcd
from typing import TypeAlias

from flint import arb, ctx, fmpq, fmpz

Rational: TypeAlias = "int | str | Fraction | Decimal | fmpq"
Exponent: TypeAlias = "tuple[int, int, int, int]"
"""The exponent (a/b) beta + c/d in lowest terms, as (a, b, c, d): plain integers hash fast."""

_ZERO, _ONE = fmpq(0), fmpq(1)
_CONSTANT: Exponent = (0, 1, 0, 1)

_UNIT: Mapping[Exponent, fmpq] = {_CONSTANT: _ONE}

START_BITS = 64
"""Working precision, in bits, of the first attempt to separate a number from zero."""
MAX_BITS = 1 << 20
"""Precision at which a sign is given up as too expensive (only astronomically small differences get there)."""


class NotExact(ArithmeticError):
    """The operation leaves the field of quotients of exponential sums.

    Attributes: operation, value.
    """

    def __init__(self, operation: str, value: object) -> None:
        self.operation, self.value = operation, value
        super().__init__(f"{operation} of {value} is not a quotient of exponential sums")


class TooClose(ArithmeticError):
    """Two unequal numbers could not be ordered with MAX_BITS bits. Attribute: bits."""

    def __init__(self, bits: int) -> None:
        self.bits = bits
        super().__init__(f"not separated from zero with {bits} bits")


def rational(value: Rational) -> fmpq:
    """Return `value` as an exact rational; a decimal string such as "0.10" keeps its value exactly.

    Raises TypeError for a float: its decimal form is not what the text printed.
    """
    if isinstance(value, fmpq):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, str, Fraction, Decimal, fmpz)):
        raise TypeError(f"expected an int, Fraction, Decimal or decimal string, got {type(value).__name__} {value!r}")
    if isinstance(value, (int, fmpz)):
        return fmpq(value)
    fraction = Fraction(value)
    return fmpq(fraction.numerator, fraction.denominator)


class _WorkingPrecision:
    """Sets Arb's precision in bits and restores it: python-flint keeps it in a global context."""

    def __init__(self, bits: int) -> None:
        self.bits = bits

    def __enter__(self) -> None:
        self.saved = ctx.prec
        ctx.prec = self.bits

    def __exit__(self, *_: object) -> None:
        ctx.prec = self.saved


def _exponent(beta: fmpq, constant: fmpq) -> Exponent:
    return int(beta.p), int(beta.q), int(constant.p), int(constant.q)


def _beta(exponent: Exponent) -> fmpq:
    return fmpq(exponent[0], exponent[1])


def _constant(exponent: Exponent) -> fmpq:
    return fmpq(exponent[2], exponent[3])


def _order(exponent: Exponent) -> tuple[fmpq, fmpq]:
    return _beta(exponent), _constant(exponent)


def _product(a: Exponent, b: Exponent) -> Exponent:
    """Return the exponent of e^a e^b."""
    p, q, r, s = a
    t, u, v, w = b
    if s == w:
        if s == 1:
            r += v
        else:
            r, s = _lowest(r + v, s)
    else:
        r, s = _lowest(r * w + v * s, s * w)
    if p or t:
        p, q = _lowest(p * u + t * q, q * u)
    return p, q, r, s


def _lowest(top: int, bottom: int) -> tuple[int, int]:
    common = gcd(top, bottom)
    return top // common, bottom // common


def _clean(terms: Mapping[Exponent, fmpq]) -> dict[Exponent, fmpq]:
    return {r: c for r, c in terms.items() if c != 0}


def _times(a: Mapping[Exponent, fmpq], b: Mapping[Exponent, fmpq]) -> Mapping[Exponent, fmpq]:
    if a is _UNIT:
        return b
    if b is _UNIT:
        return a
    if len(a) == 1 and len(b) == 1:
        ((r, c),), ((s, d),) = a.items(), b.items()
        return {_CONSTANT if r == s == _CONSTANT else _product(r, s): c * d}
    out: dict[Exponent, fmpq] = {}
    for r, c in a.items():
        for s, d in b.items():
            key = _product(r, s)
            out[key] = out.get(key, _ZERO) + c * d
    return _clean(out)


def _plus(a: Mapping[Exponent, fmpq], b: Mapping[Exponent, fmpq]) -> dict[Exponent, fmpq]:
    out = dict(a)
    for r, c in b.items():
        total = out[r] + c if r in out else c
        if total:
            out[r] = total
        else:
            del out[r]
    return out


def _sorted(terms: Mapping[Exponent, fmpq]) -> list[tuple[fmpq, fmpq, fmpq]]:
    """Return (multiple of beta, constant, coefficient) by growing exponent."""
    return [(*_order(r), terms[r]) for r in sorted(terms, key=_order)]


@dataclass(frozen=True, slots=True, eq=False)
class ExpQuotient:
    """A real number N / D with N, D sums of rational multiples of e^(rational), D not zero.

    Build one with `number`, `exp` and the operators; compare with ==, <, <=, >, >=.
    """

    num: Mapping[Exponent, fmpq]
    den: Mapping[Exponent, fmpq]

    # -- arithmetic ----------------------------------------------------------------------------------------

    def __add__(self, other: ExpQuotient | Rational) -> ExpQuotient:
        o = other if other.__class__ is ExpQuotient else number(other)
        if self.den is o.den and self.den is _UNIT:
            return ExpQuotient(_plus(self.num, o.num), _UNIT)
        if self.den == o.den:
            return _reduced(_plus(self.num, o.num), self.den)
        return _reduced(_plus(_times(self.num, o.den), _times(o.num, self.den)), _times(self.den, o.den))

    __radd__ = __add__

    def __neg__(self) -> ExpQuotient:
        return ExpQuotient({r: -c for r, c in self.num.items()}, self.den)

    def __sub__(self, other: ExpQuotient | Rational) -> ExpQuotient:
        return self + (-number(other))

    def __rsub__(self, other: ExpQuotient | Rational) -> ExpQuotient:
        return number(other) + (-self)

    def __mul__(self, other: ExpQuotient | Rational) -> ExpQuotient:
        o = other if other.__class__ is ExpQuotient else number(other)
        if not self.num or not o.num:
            return _SMALL[0]
        if self.den is o.den and self.den is _UNIT:
            return ExpQuotient(_times(self.num, o.num), _UNIT)
        return _reduced(_times(self.num, o.num), _times(self.den, o.den))

    __rmul__ = __mul__

    def __truediv__(self, other: ExpQuotient | Rational) -> ExpQuotient:
        o = number(other)
        if not o.num:
            raise ZeroDivisionError("division by an exponential sum that is exactly zero")
        if self.den == o.den:
            return _reduced(self.num, o.num)
        return _reduced(_times(self.num, o.den), _times(self.den, o.num))

    def __rtruediv__(self, other: ExpQuotient | Rational) -> ExpQuotient:
        return number(other) / self

    def __pow__(self, power: int) -> ExpQuotient:
        if power < 0:
            return number(1) / self ** (-power)
        out = number(1)
        for _ in range(power):
            out = out * self
        return out

    # -- decisions, all exact ------------------------------------------------------------------------------

    def is_zero(self) -> bool:
        """Decide whether the number is 0: every combined coefficient of the numerator vanishes."""
        return not self.num

    def __eq__(self, other: object) -> bool:
        # A float is let through to `number`, which refuses it: answering False would decide by its absence.
        if not isinstance(other, (ExpQuotient, int, float, str, Fraction, Decimal, fmpq, fmpz)):
            return NotImplemented
        o = number(other)  # type: ignore[arg-type]  # a float raises TypeError
        # Over one divisor equal numbers have equal sums: no coefficient in them is 0.
        return self.num == o.num if self.den is o.den else (self - o).is_zero()

    __hash__ = None  # type: ignore[assignment]  # equal numbers have many representations

    def sign(self) -> int:
        """Return -1, 0 or 1. Raises TooClose if MAX_BITS bits do not separate the number from 0."""
        if not self.num:
            return 0
        bits = START_BITS
        while bits <= MAX_BITS:
            ball = self.ball(bits)
            if ball > 0:
                return 1
            if ball < 0:
                return -1
            bits *= 2
        raise TooClose(bits // 2)

    def __lt__(self, other: ExpQuotient | Rational) -> bool:
        return (self - other).sign() < 0

    def __le__(self, other: ExpQuotient | Rational) -> bool:
        return (self - other).sign() <= 0

    def __gt__(self, other: ExpQuotient | Rational) -> bool:
        return (self - other).sign() > 0

    def __ge__(self, other: ExpQuotient | Rational) -> bool:
        return (self - other).sign() >= 0

    # -- views ---------------------------------------------------------------------------------------------

    def rational(self) -> Fraction | None:
        """Return the number as a Fraction if it is rational, else None. Exact: N = q D term by term."""
        if not self.num:
            return Fraction(0)
        if len(self.num) != len(self.den):
            return None
        if len(self.num) == 1:
            ((r, c),), ((t, k),) = self.num.items(), self.den.items()
            q = c / k
            return Fraction(int(q.p), int(q.q)) if r == t else None
        if self.num.keys() != self.den.keys():
            return None
        ratios = {self.num[r] / self.den[r] for r in self.den}
        if len(ratios) > 1:
            return None
        q = ratios.pop()
        return Fraction(int(q.p), int(q.q))

    def ball(self, bits: int = START_BITS) -> arb:
        """Return an Arb ball that contains the number, computed with `bits` bits."""
        with _WorkingPrecision(bits):
            return _sum_ball(self.num) / _sum_ball(self.den)

    def separation(self, bits: int = 128) -> str:
        """Return the enclosing ball as decimal text, for a report: evidence that the number is not zero."""
        q = self.rational()
        if q is not None:
            return str(q)
        with _WorkingPrecision(bits):
            return str(self.ball(bits).str(12))

    def round(self, places: int, half: str = "even") -> Decimal:
        """Return the number rounded to `places` decimals, exactly, however many they are.

        `half` is "even" or "up" (away from 0) for ties, or "cut" for truncation towards 0. Raises ValueError for
        any other.
        """
        if half not in {"even", "up", "cut"}:
            raise ValueError(f"half: expected 'even', 'up' or 'cut', got {half!r}")
        scale = fmpq(10) ** places
        scaled = self * fmpq(scale)
        below = scaled.floor()
        if half == "cut":
            digits = below if scaled.sign() >= 0 or scaled == below else below + 1
        else:
            order = (scaled - below - fmpq(1, 2)).sign()
            upper = order > 0 or (order == 0 and (below % 2 == 1 if half == "even" else scaled.sign() > 0))
            digits = below + 1 if upper else below
        # Not scaleb: it rounds to the 28 digits of Python's decimal context.
        return Decimal((int(digits < 0), tuple(map(int, str(abs(digits)))), -places))

    def floor(self) -> int:
        """Return the largest integer not above the number. Exact."""
        q = self.rational()
        if q is not None:
            return q.numerator // q.denominator
        bits = START_BITS
        while bits <= MAX_BITS:
            with _WorkingPrecision(bits):
                lowest = self.ball(bits).floor().unique_fmpz()
            if lowest is not None:
                return int(lowest)
            bits *= 2
        raise TooClose(bits // 2)

    def limit(self) -> ExpQuotient | None:
        """Return the limit as beta -> infinity, or None if the number is unbounded."""
        if not self.num:
            return self
        top_num, top_den = (max(map(_beta, t)) for t in (self.num, self.den))
        if top_num > top_den:
            return None
        if top_num < top_den:
            return number(0)
        lead = [{(0, 1, *r[2:]): c for r, c in t.items() if _beta(r) == top_num} for t in (self.num, self.den)]
        return _reduced(lead[0], lead[1])

    def __str__(self) -> str:
        q = self.rational()
        if q is not None:
            return str(q)
        top, bottom = _sum_text(self.num), _sum_text(self.den)
        return top if bottom == "1" else f"({top})/({bottom})"

    __repr__ = __str__


def _reduced(num: Mapping[Exponent, fmpq], den: Mapping[Exponent, fmpq]) -> ExpQuotient:
    """Divide both sums by the leading term of the denominator: rationals get denominator 1, sums stay small."""
    if not num:
        return ExpQuotient({}, _UNIT)
    lead = next(iter(den)) if len(den) == 1 else max(den, key=_order)
    c = den[lead]
    if lead == _CONSTANT and c == 1:
        return ExpQuotient(num, _UNIT if len(den) == 1 else den)
    back = (-lead[0], lead[1], -lead[2], lead[3])
    if len(den) == 1:
        return ExpQuotient({_product(r, back): d / c for r, d in num.items()}, _UNIT)
    shifted = ({_product(r, back): d / c for r, d in terms.items()} for terms in (num, den))
    return ExpQuotient(*shifted)


def _sum_ball(terms: Mapping[Exponent, fmpq]) -> arb:
    total = arb(0)
    for r, c in terms.items():
        if r[0] != 0:
            raise NotExact("ball", "a number with a formal parameter")
        total += arb(c) * arb(_constant(r)).exp()
    return total


def _sum_text(terms: Mapping[Exponent, fmpq]) -> str:
    parts = []
    for p, r, c in _sorted(terms):
        exponent = str(r) if p == 0 else f"{p}*beta" if r == 0 else f"{p}*beta + {r}"
        parts.append(str(c) if exponent == "0" else f"e^({exponent})" if c == 1 else f"{c}*e^({exponent})")
    return " + ".join(parts) if parts else "0"


def number(value: ExpQuotient | Rational) -> ExpQuotient:
    """Return `value` as an ExpQuotient."""
    if isinstance(value, ExpQuotient):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(_SMALL):
        return _SMALL[value]
    q = rational(value)
    return ExpQuotient({_CONSTANT: q} if q != 0 else {}, _UNIT)


_SMALL = tuple(ExpQuotient({_CONSTANT: fmpq(k)} if k else {}, _UNIT) for k in range(16))
"""The small integers, which evaluation asks for again and again."""


def exp(value: ExpQuotient | Rational, *, beta: Rational = 0) -> ExpQuotient:
    """Return e^(value + beta * B) for a rational value; B is the formal parameter of `ExpQuotient.limit`.

    Raises NotExact if `value` is not rational (e^(e^1) leaves the field).
    """
    power = number(value)
    if power.den is _UNIT and power.num.keys() <= {_CONSTANT}:
        q = power.num.get(_CONSTANT, _ZERO)
    else:
        plain = power.rational()
        if plain is None:
            raise NotExact("exp", value)
        q = rational(plain)
    return ExpQuotient({_exponent(rational(beta), q): _ONE}, _UNIT)
