r"""What an instance computes with: exact numbers, dual numbers, and linear forms in the parameter of a limit.

    (a + a' eps)(b + b' eps) = ab + (a'b + ab') eps,   e^(a + a' eps) = e^a (1 + a' eps),   eps^2 = 0

An exact number is the dual number without a tangent and the linear form without a slope.  What leaves these raises
`NotExact`: a product of two linear forms, a derivative under a limit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from attention.exact import ExpQuotient, NotExact, exp, number

Index: TypeAlias = "tuple[int, ...]"


@dataclass(frozen=True)
class Dual:
    """value + tangent * epsilon with epsilon^2 = 0: forward differentiation, exact."""

    value: ExpQuotient
    tangent: ExpQuotient


@dataclass(frozen=True)
class Linear:
    """slope * beta + constant, where beta is the formal parameter of a limit."""

    slope: ExpQuotient
    constant: ExpQuotient


Value: TypeAlias = "ExpQuotient | Dual | Linear"


def add(a: Value, b: Value) -> Value:
    """Return a + b."""
    if a.__class__ is b.__class__ is ExpQuotient:  # nearly always
        return a + b
    if isinstance(a, Linear) or isinstance(b, Linear):
        p, q = _linear(a), _linear(b)
        return Linear(p.slope + q.slope, p.constant + q.constant)
    if isinstance(a, Dual) or isinstance(b, Dual):
        p2, q2 = dual(a), dual(b)
        return Dual(p2.value + q2.value, p2.tangent + q2.tangent)
    return a + b


def times(a: Value, b: Value) -> Value:
    """Return a b. Raises NotExact for a product of two linear forms."""
    if a.__class__ is b.__class__ is ExpQuotient:  # nearly always
        return a * b
    if isinstance(a, Linear) or isinstance(b, Linear):
        if isinstance(a, Linear) and isinstance(b, Linear):
            if b.slope != 0 and a.slope != 0:
                raise NotExact("the square of a formal parameter", a)
            a, b = (a, b) if b.slope == 0 else (b, a)
        if isinstance(b, Linear):
            a, b = b, a
        p = _linear(a)
        r = b.constant if isinstance(b, Linear) else b
        if isinstance(r, Dual):
            raise NotExact("a derivative under a limit", r)
        return Linear(p.slope * r, p.constant * r)
    if isinstance(a, Dual) or isinstance(b, Dual):
        p2, q2 = dual(a), dual(b)
        return Dual(p2.value * q2.value, p2.tangent * q2.value + p2.value * q2.tangent)
    return a * b


def divided(a: Value, b: Value) -> Value:
    """Return a / b. Raises NotExact if b is a linear form."""
    if isinstance(b, Linear) and b.slope == 0:
        b = b.constant
    if isinstance(b, Linear):
        raise NotExact("division by a formal parameter", b)
    if isinstance(a, Linear):
        if isinstance(b, Dual):
            raise NotExact("a derivative under a limit", b)
        return Linear(a.slope / b, a.constant / b)
    if isinstance(a, Dual) or isinstance(b, Dual):
        p, q = dual(a), dual(b)
        return Dual(p.value / q.value, (p.tangent * q.value - p.value * q.tangent) / (q.value * q.value))
    return a / b


def exponential(a: Value) -> Value:
    """Return e^a. Raises NotExact if a, or its slope, is not rational."""
    if isinstance(a, Linear):
        slope = a.slope.rational()
        if slope is None:
            raise NotExact("exp", a)
        return exp(a.constant, beta=slope)
    if isinstance(a, Dual):
        value = exp(a.value)
        return Dual(value, value * a.tangent)
    return exp(a)


def _linear(a: Value) -> Linear:
    if isinstance(a, Linear):
        return a
    if isinstance(a, Dual):
        raise NotExact("a derivative under a limit", a)
    return Linear(number(0), a)


def dual(a: Value) -> Dual:
    """Return a number as a dual number. Raises NotExact for a linear form."""
    if isinstance(a, Dual):
        return a
    if isinstance(a, Linear):
        raise NotExact("a limit under a derivative", a)
    return Dual(a, number(0))


@dataclass(frozen=True)
class Polynomial:
    """A differentiable function of rows: sum_p c_p u_p + sum_{p <= q} c_pq u_p u_q over the rows' entries u.

    `coefficient` gives c for the function's indices and one place or two; a place is the argument's number, from 0,
    and the entry's indices.  It depends on nothing else, so the function may be applied to rows of any length.
    """

    coefficient: Callable[[Index, tuple[Index, ...]], ExpQuotient]

    def __call__(self, fixed: Index, entries: Mapping[Index, Value]) -> Value:
        """Return the value at these indices and entries."""
        total: Value = self.coefficient(fixed, ())
        places = sorted(entries)
        for k, p in enumerate(places):
            inner: Value = self.coefficient(fixed, (p,))
            for q in places[k:]:
                c = self.coefficient(fixed, (p, q))
                inner = inner if c.is_zero() else add(inner, times(c, entries[q]))
            total = add(total, times(inner, entries[p]))
        return total
