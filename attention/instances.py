r"""Indexed expressions at concrete sizes and rational data, evaluated exactly.

The carrier `indexed` says what holds for all sizes; this module computes what an indexed expression *is* at one
small instance, in the exact field of `attention.exact`.  It shares no code with the rewriting rules: sums are
loops, derivatives are dual numbers, limits are leading exponents, expectations are finite averages.  That makes
it the referee of every rule, every step, every witness and every mutant.

Scope: sizes of a few units; data rational; exponents rational.  What leaves the field raises `NotExact`.
"""
# ruff: noqa: SLF001  # isolated evaluators set, and a table names, what is private to this module

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import sympy as sp

from attention import indexed as I
from attention.duals import Dual, Index, Linear, Polynomial, Value, add, divided, dual, times
from attention.exact import ExpQuotient, NotExact, exp, number
from attention.nodes import code, index_code


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
    smooth: Mapping[str, Polynomial] = field(default_factory=dict)


TWO_POINT = ((number(-2), number("0.2")), (number("0.5"), number("0.8")))
"""The two-point law with mean 0 and variance 1 that `Expectation` averages over: (value, probability)."""


class Unbounded(ArithmeticError):
    """A limit that does not exist in the reals. Attribute: expression."""

    def __init__(self, expression: object) -> None:
        self.expression = expression
        super().__init__(f"{expression} has no finite limit")


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
        value = self._value(expr if isinstance(expr, sp.Basic) else sp.sympify(expr), dict(indices or {}))
        if not isinstance(value, ExpQuotient):
            raise NotExact("the value", value)
        return value

    def integer(self, expr: I.Expr, indices: Mapping[str, int]) -> int:
        """Return the value of an index expression such as i + 1 or n."""
        if isinstance(expr, int):
            return expr
        expr = expr if isinstance(expr, sp.Basic) else sp.sympify(expr)
        return index_code(expr)(self, indices if isinstance(indices, dict) else dict(indices))

    def _integral(self, expr: I.Expr, env: dict[str, int]) -> int:
        value = self._plain(expr, env)
        q = value.rational()
        if q is None or q.denominator != 1:
            raise NotExact("an index", value)
        return q.numerator

    def _value(self, node: I.Expr, env: dict[str, int]) -> Value:
        return code(node)(self, env)

    def rarer(self, node: I.Expr, env: dict[str, int]) -> Value:
        """Return the value of a node that `attention.nodes` leaves to the evaluator. Raises NotExact for others."""
        method = _METHODS.get(type(node))
        if method is None:
            raise NotExact("evaluation", node)
        return method(self, node, env)

    def _power(self, node: I.Expr, env: dict[str, int]) -> Value:
        if not isinstance(node.exp, sp.Integer):
            raise NotExact("evaluation", node)
        base = self._value(node.base, env)
        out: Value = number(1)
        for _ in range(abs(int(node.exp))):
            out = times(out, base)
        return out if node.exp >= 0 else divided(number(1), out)

    def _e(self, node: I.Expr, env: dict[str, int]) -> Value:  # noqa: ARG002
        return exp(1)

    def _is_zero(self, node: I.Expr, env: dict[str, int]) -> Value:
        return number(int(self._plain(node.args[0], env).is_zero()))

    def _absolute(self, node: I.Expr, env: dict[str, int]) -> Value:
        value = self._plain(node.args[0], env)
        return -value if value < 0 else value

    def _maximum(self, node: I.Expr, env: dict[str, int]) -> Value:
        u, v = (self._plain(arg, env) for arg in node.args)
        return max(u, v)

    def _cases(self, node: I.Expr, env: dict[str, int]) -> Value:
        return self._value(node.args[1 if self._plain(node.args[0], env) == 0 else 2], env)

    def _arbitrary(self, node: I.Expr, env: dict[str, int]) -> Value:
        name = type(node).__name__
        derived = I.sloped(name)
        if derived is not None and derived[0] in self.instance.smooth:
            return self._slope(*derived, node.args, env)
        if name in self.instance.smooth:
            return self.instance.smooth[name](*self._rows(node.args, env))
        if name in self.instance.functions:
            return self.instance.functions[name](*(self._argument(arg, env) for arg in node.args))
        raise KeyError(name)

    def _argument(self, node: I.Expr, env: dict[str, int]) -> Any:
        """Return a number, or the tuple of a row's entries."""
        if not isinstance(node, I.Row):
            return self._plain(node, env)
        return tuple(self._argument(body, inner) for _, body, inner in self._entries(node, env))

    def _entries(self, row: I.Expr, env: dict[str, int]) -> Iterator[tuple[int, I.Expr, dict[str, int]]]:
        v, first, last, body = I.opened(row)
        for k in range(self.integer(first, env), self.integer(last, env) + 1):
            yield k, body, {**env, v.name: k}

    def _rows(self, args: Sequence[I.Expr], env: dict[str, int]) -> tuple[Index, dict[Index, Value]]:
        """Return the indices among the arguments of a function of rows, and the rows' entries by place."""
        fixed = tuple(self.integer(arg, env) for arg in args if not isinstance(arg, I.Row))
        entries: dict[Index, Value] = {}

        def collect(node: I.Expr, place: Index, inside: dict[str, int]) -> None:
            if not isinstance(node, I.Row):
                entries[place] = self._value(node, inside)
                return
            for k, body, inner in self._entries(node, inside):
                collect(body, (*place, k), inner)

        for k, arg in enumerate(args):
            if isinstance(arg, I.Row):
                collect(arg, (k,), env)
        return fixed, entries

    def _slope(self, name: str, k: int, args: Sequence[I.Expr], env: dict[str, int]) -> Value:
        """Return the derivative of a function of rows by one entry of its k-th argument."""
        depth, inner = 0, args[k]
        while isinstance(inner, I.Row):
            depth, inner = depth + 1, inner.args[0]
        place = (k, *(self.integer(at, env) for at in args[len(args) - depth :]))
        fixed, entries = self._rows(args[: len(args) - depth], env)
        at = entries[place]
        if any(isinstance(entry, (Dual, Linear)) for entry in entries.values()):
            raise NotExact("a derivative of a derivative", name)
        value = self.instance.smooth[name](fixed, {**entries, place: Dual(dual(at).value, number(1))})
        return value.tangent if isinstance(value, Dual) else number(0)

    def _symbol(self, name: str, env: dict[str, int]) -> Value:
        if name in env:
            return number(env[name])
        if name not in self._fixed:
            if name == self._formal:
                return Linear(number(1), number(0))
            if name in self.instance.sizes:
                return number(self.instance.sizes[name])
        value = self._fixed[name] if name in self._fixed else self.instance.scalars[name]
        return Dual(value, number(1)) if self._seed == (name, ()) else value

    def _entry(self, name: str, index: Index) -> Value:
        drawn = self._drawn.get((name, index))
        value = self.instance.arrays[name][index] if drawn is None else drawn
        return Dual(value, number(1)) if self._seed == (name, index) else value

    def _plain(self, node: I.Expr, env: dict[str, int]) -> ExpQuotient:
        value = self._value(node, env)
        if not isinstance(value, ExpQuotient):
            raise NotExact("a comparison", value)
        return value

    def _defined(self, definition: I.Definition, at: Index) -> Value:
        # A definition is closed but for its parameters, sizes, scalars and data: env does not reach inside.
        inner = {p.name: k for p, k in zip(definition.params, at, strict=True)}
        value = self._memo[definition.name, at] = self._value(definition.body, inner)
        return value

    def _isolated(self) -> Evaluator:
        other = Evaluator(self.instance, self.definitions)
        other._seed, other._formal = self._seed, self._formal
        other._drawn, other._fixed = self._drawn, self._fixed
        return other

    def _partial(self, node: I.Expr, env: dict[str, int]) -> Value:
        expr, entry = node.args
        if self._seed is not None:
            raise NotExact("a derivative of a derivative", node)
        name, *at = (entry.base.label.name, *entry.indices) if isinstance(entry, sp.Indexed) else (entry.name,)
        if name == self._formal:
            raise NotExact("a derivative by a formal parameter", node)
        self._value(entry, env)  # a KeyError where there is no such entry: the derivative is not 0, it is none
        seed = (name, tuple(self.integer(k, env) for k in at))
        if seed not in self._differentiated:
            # One evaluator for each entry: what it has worked out serves every derivative by that entry.
            self._differentiated[seed] = self._isolated()
            self._differentiated[seed]._seed = seed
        value = self._differentiated[seed]._value(expr, env)
        return value.tangent if isinstance(value, Dual) else number(0)

    def _limit(self, node: I.Expr, env: dict[str, int]) -> Value:
        expr, parameter, to = node.args
        inner = self._isolated()
        inner._seed = None if self._seed == (parameter.name, ()) else self._seed  # bound here
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
                chance = times(chance, p)
            total = add(total, times(chance, inner._value(node.args[0], env)))
        return total


_METHODS: Mapping[type, Callable[[Evaluator, I.Expr, dict[str, int]], Value]] = {
    type(sp.E): Evaluator._e,  # what SymPy makes of exp(1)
    sp.Pow: Evaluator._power,
    I.IsZero: Evaluator._is_zero,
    I.Absolute: Evaluator._absolute,
    I.Maximum: Evaluator._maximum,
    I.Cases: Evaluator._cases,
    I.Partial: Evaluator._partial,
    I.LimitOf: Evaluator._limit,
    I.Expectation: Evaluator._expectation,
}
"""How the nodes are evaluated that `attention.nodes` does not know."""
