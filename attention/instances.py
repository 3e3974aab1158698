r"""Indexed expressions at concrete sizes and rational data, evaluated exactly.

The carrier `indexed` says what holds for all sizes; this module computes what an indexed expression *is* at one
small instance, in the exact field of `attention.exact`.  It shares no code with the rewriting rules: sums are
loops, derivatives are dual numbers, limits are leading exponents, expectations are finite averages.  That makes
it the referee of every rule, every step, every witness and every mutant.

Scope: sizes of a few units; data rational; exponents rational.  What leaves the field raises `NotExact`.
"""
# ruff: noqa: SLF001  # the dispatch table names, and isolated evaluators set, what is private to this module

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, TypeAlias

import sympy as sp
from flint import fmpq

from attention import indexed as I
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


@dataclass(frozen=True)
class Instance:
    """Sizes, scalars and data for the free names of an expression; everything by name, indices 1-based.

    `random` lists arrays whose entries are independent with mean 0 and variance 1: each entry takes the value -2
    with probability 1/5 and 1/2 with probability 4/5, so that no odd moment vanishes by symmetry.
    """

    sizes: Mapping[str, int]
    scalars: Mapping[str, ExpQuotient] = field(default_factory=dict)
    arrays: Mapping[str, Mapping[Index, ExpQuotient]] = field(default_factory=dict)
    functions: Mapping[str, Callable[..., ExpQuotient]] = field(default_factory=dict)
    random: Sequence[str] = ()


TWO_POINT = ((number(-2), number("0.2")), (number("0.5"), number("0.8")))
"""The two-point law with mean 0 and variance 1 that `Expectation` averages over: (value, probability)."""


class Unbounded(ArithmeticError):
    """A limit that does not exist in the reals. Attribute: expression."""

    def __init__(self, expression: object) -> None:
        self.expression = expression
        super().__init__(f"{expression} has no finite limit")


def _add(a: Value, b: Value) -> Value:
    if isinstance(a, Linear) or isinstance(b, Linear):
        p, q = _linear(a), _linear(b)
        return Linear(p.slope + q.slope, p.constant + q.constant)
    if isinstance(a, Dual) or isinstance(b, Dual):
        p2, q2 = _dual(a), _dual(b)
        return Dual(p2.value + q2.value, p2.tangent + q2.tangent)
    return a + b


def _mul(a: Value, b: Value) -> Value:
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
        p2, q2 = _dual(a), _dual(b)
        return Dual(p2.value * q2.value, p2.tangent * q2.value + p2.value * q2.tangent)
    return a * b


def _div(a: Value, b: Value) -> Value:
    if isinstance(b, Linear) and b.slope == 0:
        b = b.constant
    if isinstance(b, Linear):
        raise NotExact("division by a formal parameter", b)
    if isinstance(a, Linear):
        if isinstance(b, Dual):
            raise NotExact("a derivative under a limit", b)
        return Linear(a.slope / b, a.constant / b)
    if isinstance(a, Dual) or isinstance(b, Dual):
        p, q = _dual(a), _dual(b)
        return Dual(p.value / q.value, (p.tangent * q.value - p.value * q.tangent) / (q.value * q.value))
    return a / b


def _exp(a: Value) -> Value:
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


def _dual(a: Value) -> Dual:
    if isinstance(a, Dual):
        return a
    if isinstance(a, Linear):
        raise NotExact("a limit under a derivative", a)
    return Dual(a, number(0))


class Evaluator:
    """Evaluates indexed expressions at one instance; defined heads are unfolded and remembered."""

    def __init__(self, instance: Instance, definitions: I.Definitions) -> None:
        self.instance, self.definitions = instance, definitions
        self._differentiated: dict[tuple[str, Index], Evaluator] = {}
        self._memo: dict[tuple[str, tuple[Any, ...]], Value] = {}
        self._seed: tuple[str, Index] | None = None
        self._formal: str | None = None
        self._drawn: dict[tuple[str, Index], ExpQuotient] = {}
        self._fixed: dict[str, ExpQuotient] = {}

    def __call__(self, expr: I.Expr, indices: Mapping[str, int] | None = None) -> ExpQuotient:
        """Return the exact value of `expr` with the free index letters given by `indices`.

        Raises NotExact if the value leaves the field, KeyError if a name has no value in the instance.
        """
        value = self._value(sp.sympify(expr), dict(indices or {}))
        if not isinstance(value, ExpQuotient):
            raise NotExact("the value", value)
        return value

    def integer(self, expr: I.Expr, indices: Mapping[str, int]) -> int:
        """Return the value of an index expression such as i + 1 or n."""
        quick = self._index(expr, indices)
        if quick is not None:
            return quick
        value = self._value(sp.sympify(expr), dict(indices))
        if not isinstance(value, ExpQuotient):
            raise NotExact("an index", value)
        q = value.rational()
        if q is None or q.denominator != 1:
            raise NotExact("an index", value)
        return q.numerator

    def _index(self, expr: I.Expr, indices: Mapping[str, int]) -> int | None:
        """Return a plain letter, size, integer or sum of these without leaving the integers; None otherwise."""
        if isinstance(expr, int):
            return expr
        if isinstance(expr, sp.Symbol):
            found = indices.get(expr.name)
            return self.instance.sizes.get(expr.name) if found is None else found
        if isinstance(expr, sp.Integer):
            return int(expr)
        if isinstance(expr, sp.Add):
            parts = [self._index(arg, indices) for arg in expr.args]
            return None if None in parts else sum(part for part in parts if part is not None)
        return None

    def _value(self, node: I.Expr, env: dict[str, int]) -> Value:
        kind = type(node)
        method = _DISPATCH.get(kind)
        if method is None:
            method = next((m for base, m in _DISPATCH.items() if issubclass(kind, base)), Evaluator._undefined)
            _DISPATCH[kind] = method
        return method(self, node, env)

    def _rational(self, node: I.Expr, env: dict[str, int]) -> Value:  # noqa: ARG002
        return number(int(node.p)) if node.q == 1 else number(fmpq(int(node.p), int(node.q)))

    def _named(self, node: I.Expr, env: dict[str, int]) -> Value:
        return self._symbol(node.name, env)

    def _indexed(self, node: I.Expr, env: dict[str, int]) -> Value:
        return self._entry(node.args[0].args[0].name, tuple(self.integer(k, env) for k in node.args[1:]))

    def _sum(self, node: I.Expr, env: dict[str, int]) -> Value:
        v, lo, hi, body = I.opened(node)
        total: Value = number(0)
        inner = dict(env)
        for k in range(self.integer(lo, env), self.integer(hi, env) + 1):
            inner[v.name] = k
            total = _add(total, self._value(body, inner))
        return total

    def _plus(self, node: I.Expr, env: dict[str, int]) -> Value:
        return self._fold(_add, number(0), node.args, env)

    def _times(self, node: I.Expr, env: dict[str, int]) -> Value:
        return self._fold(_mul, number(1), node.args, env)

    def _power(self, node: I.Expr, env: dict[str, int]) -> Value:
        if not isinstance(node.exp, sp.Integer):
            raise NotExact("evaluation", node)
        base = self._value(node.base, env)
        out: Value = number(1)
        for _ in range(abs(int(node.exp))):
            out = _mul(out, base)
        return out if node.exp >= 0 else _div(number(1), out)

    def _exponential(self, node: I.Expr, env: dict[str, int]) -> Value:
        return _exp(self._value(node.args[0], env))

    def _e(self, node: I.Expr, env: dict[str, int]) -> Value:  # noqa: ARG002
        return exp(1)

    def _delta(self, node: I.Expr, env: dict[str, int]) -> Value:
        u, v = (self._plain(arg, env) for arg in node.args)
        return number(int(u == v))

    def _quotient(self, node: I.Expr, env: dict[str, int]) -> Value:
        return _div(self._value(node.args[0], env), self._value(node.args[1], env))

    def _at_most(self, node: I.Expr, env: dict[str, int]) -> Value:
        return number(int(self._plain(node.args[0], env) <= self._plain(node.args[1], env)))

    def _is_zero(self, node: I.Expr, env: dict[str, int]) -> Value:
        return number(int(self._plain(node.args[0], env).is_zero()))

    def _cases(self, node: I.Expr, env: dict[str, int]) -> Value:
        return self._value(node.args[1 if self._plain(node.args[0], env) == 0 else 2], env)

    def _applied(self, node: I.Expr, env: dict[str, int]) -> Value:
        name = type(node).__name__
        if name in self.definitions:
            return self._defined(name, node.args, env)
        if name in self.instance.functions:
            return self.instance.functions[name](*(self._plain(arg, env) for arg in node.args))
        raise KeyError(name)

    def _undefined(self, node: I.Expr, env: dict[str, int]) -> Value:  # noqa: ARG002
        raise NotExact("evaluation", node)

    def _symbol(self, name: str, env: dict[str, int]) -> Value:
        if name in env:
            return number(env[name])
        if name in self._fixed:
            return self._fixed[name]
        if name == self._formal:
            return Linear(number(1), number(0))
        if name in self.instance.sizes:
            return number(self.instance.sizes[name])
        return self.instance.scalars[name]

    def _entry(self, name: str, index: Index) -> Value:
        drawn = self._drawn.get((name, index))
        value = self.instance.arrays[name][index] if drawn is None else drawn
        return Dual(value, number(1)) if self._seed == (name, index) else value

    def _plain(self, node: I.Expr, env: dict[str, int]) -> ExpQuotient:
        value = self._value(node, env)
        if not isinstance(value, ExpQuotient):
            raise NotExact("a comparison", value)
        return value

    def _fold(
        self, combine: Callable[[Value, Value], Value], start: Value, args: Sequence[I.Expr], env: dict[str, int]
    ) -> Value:
        for arg in args:
            start = combine(start, self._value(arg, env))
        return start

    def _defined(self, name: str, args: Sequence[I.Expr], env: dict[str, int]) -> Value:
        definition = self.definitions[name]
        at = tuple(self.integer(arg, env) for arg in args)
        key = (name, at)
        if key not in self._memo:
            # A definition is closed but for its parameters, sizes, scalars and data: env does not reach inside.
            inner = {p.name: k for p, k in zip(definition.params, at, strict=True)}
            self._memo[key] = self._value(definition.body, inner)
        return self._memo[key]

    def _isolated(self) -> Evaluator:
        other = Evaluator(self.instance, self.definitions)
        other._seed, other._formal = self._seed, self._formal
        other._drawn, other._fixed = self._drawn, self._fixed
        return other

    def _partial(self, node: I.Expr, env: dict[str, int]) -> Value:
        expr, entry = node.args
        if self._seed is not None:
            raise NotExact("a derivative of a derivative", node)
        seed = (entry.base.label.name, tuple(self.integer(k, env) for k in entry.indices))
        if seed not in self._differentiated:
            # One evaluator for each entry: what it has worked out serves every derivative by that entry.
            self._differentiated[seed] = self._isolated()
            self._differentiated[seed]._seed = seed
        value = self._differentiated[seed]._value(expr, env)
        return value.tangent if isinstance(value, Dual) else number(0)

    def _limit(self, node: I.Expr, env: dict[str, int]) -> Value:
        expr, parameter, to = node.args
        inner = self._isolated()
        if to != sp.oo:
            # The field's operations are continuous where defined: the limit is the value, if it exists.
            if self._jumps(expr, parameter):
                raise NotExact("a limit of a discontinuous expression", expr)
            inner._fixed = {**self._fixed, parameter.name: self._plain(to, env)}
            return inner._value(expr, env)
        inner._formal = parameter.name
        inner._fixed = {name: value for name, value in self._fixed.items() if name != parameter.name}
        value = inner._value(expr, env)
        if isinstance(value, Dual):
            raise NotExact("a limit under a derivative", node)
        if isinstance(value, Linear):
            # A slope that tends to 0 does so like e^(-beta), or is 0: slope * beta tends to 0 with it.
            slope = value.slope.limit()
            limit = value.constant.limit() if slope is not None and slope == 0 else None
        else:
            limit = value.limit()
        if limit is None:
            raise Unbounded(expr)
        return limit

    def _jumps(self, expr: I.Expr, parameter: I.Expr) -> bool:
        """Return whether a bracket, a case or an arbitrary function in `expr` may depend on `parameter`."""

        def unfolded(node: I.Expr) -> list[I.Expr]:
            return [node, *(item.body for item in I.reachable([node], self.definitions).values())]

        for part in unfolded(expr):
            for node in part.atoms(sp.Function, sp.KroneckerDelta):
                known = isinstance(node, (sp.exp, I.Quotient, I.LimitOf, I.Expectation, I.Partial))
                if known or node.func.__name__ in self.definitions:
                    continue
                tests = node.args[:1] if isinstance(node, I.Cases) else node.args
                if any(parameter in inner.free_symbols for test in tests for inner in unfolded(test)):
                    return True
        return False

    def _expectation(self, node: I.Expr, env: dict[str, int]) -> Value:
        entries = [(name, index) for name in self.instance.random for index in self.instance.arrays[name]]
        total: Value = number(0)
        for outcome in product(TWO_POINT, repeat=len(entries)):
            inner = self._isolated()
            if self._seed is not None and self._seed[0] in self.instance.random:
                inner._seed = None  # the expectation is no function of the entries it averages over
            inner._drawn = {key: value for key, (value, _) in zip(entries, outcome, strict=True)}
            chance: Value = number(1)
            for _, p in outcome:
                chance = _mul(chance, p)
            total = _add(total, _mul(chance, inner._value(node.args[0], env)))
        return total


_DISPATCH: dict[type, Callable[[Evaluator, I.Expr, dict[str, int]], Value]] = {
    # The order matters for subclasses: the special heads are functions too.
    sp.Rational: Evaluator._rational,
    sp.Symbol: Evaluator._named,
    sp.Indexed: Evaluator._indexed,
    sp.Sum: Evaluator._sum,
    sp.Add: Evaluator._plus,
    sp.Mul: Evaluator._times,
    sp.exp: Evaluator._exponential,
    type(sp.E): Evaluator._e,  # what SymPy makes of exp(1)
    sp.Pow: Evaluator._power,
    sp.KroneckerDelta: Evaluator._delta,
    I.Quotient: Evaluator._quotient,
    I.AtMost: Evaluator._at_most,
    I.IsZero: Evaluator._is_zero,
    I.Cases: Evaluator._cases,
    I.Partial: Evaluator._partial,
    I.LimitOf: Evaluator._limit,
    I.Expectation: Evaluator._expectation,
    sp.core.function.AppliedUndef: Evaluator._applied,
}
"""How each kind of node is evaluated; new subclasses met on the way are remembered."""
