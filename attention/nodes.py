r"""Nodes of indexed expressions as Python functions: what depends on a node alone is worked out once.

One expression is evaluated at many indices and at many instances.  `code` turns it into a function of an evaluator
(`attention.instances`) and of the values of its free letters; sums are loops there, and heads are remembered.

Scope: see `attention.instances`.
"""
# ruff: noqa: SLF001  # these functions are the inner part of an evaluator

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import sympy as sp
from flint import fmpq

from attention import indexed as I
from attention.duals import Value, add, divided, exponential, times
from attention.exact import number

if TYPE_CHECKING:
    from attention.instances import Evaluator

Code: TypeAlias = "Callable[[Evaluator, dict[str, int]], Value]"

_CODES: dict[int, tuple[I.Expr, Code]] = {}
"""Functions by the identity of their node, which is kept beside them so that no other node gets its identity."""
_INDEX_CODES: dict[int, tuple[I.Expr, Callable[[Evaluator, dict[str, int]], int]]] = {}
MOST_CODES = 300_000


def code(node: I.Expr) -> Code:
    """Return the function that evaluates a node at an evaluator and values of its free letters."""
    known = _CODES.get(id(node))
    if known is None:
        if len(_CODES) >= MOST_CODES:
            _CODES.clear()
        known = _CODES[id(node)] = (node, _made(node))
    return known[1]


def _made(node: I.Expr) -> Code:
    """Return the function that evaluates a node."""
    if isinstance(node, (sp.Add, sp.Mul)):
        return _folded(add if isinstance(node, sp.Add) else times, [code(arg) for arg in node.args])
    if isinstance(node, sp.Rational):
        value = number(int(node.p)) if node.q == 1 else number(fmpq(int(node.p), int(node.q)))
        return lambda _at, _env: value
    if isinstance(node, sp.Symbol):
        return lambda at, env: at._symbol(node.name, env)
    if isinstance(node, sp.Indexed):
        name, places = node.args[0].args[0].name, [index_code(k) for k in node.args[1:]]
        return lambda at, env: at._entry(name, tuple([place(at, env) for place in places]))
    if isinstance(node, sp.Sum):
        return _summed(*I.opened(node))
    if isinstance(node, I.Quotient):
        top, bottom = (code(arg) for arg in node.args)
        return lambda at, env: divided(top(at, env), bottom(at, env))
    if isinstance(node, sp.exp):
        power = code(node.args[0])
        return lambda at, env: exponential(power(at, env))
    if isinstance(node, sp.core.function.AppliedUndef):
        return _of_head(node)
    if isinstance(node, (sp.KroneckerDelta, I.AtMost)):
        return _compared(node)
    return lambda at, env: at.rarer(node, env)


def _folded(combine: Callable[[Value, Value], Value], parts: Sequence[Code]) -> Code:
    first, *others = parts

    def fold(at: Evaluator, env: dict[str, int]) -> Value:
        out = first(at, env)
        for part in others:
            out = combine(out, part(at, env))
        return out

    return fold


def _summed(letter: I.Expr, first: I.Expr, last: I.Expr, body: I.Expr) -> Code:
    name, low, high, term = letter.name, index_code(first), index_code(last), code(body)

    def total(at: Evaluator, env: dict[str, int]) -> Value:
        out: Value = number(0)
        inner = dict(env)
        for k in range(low(at, env), high(at, env) + 1):
            inner[name] = k
            out = add(out, term(at, inner))
        return out

    return total


def _of_head(node: I.Expr) -> Code:
    name, places = type(node).__name__, [index_code(arg) for arg in node.args]

    def head(at: Evaluator, env: dict[str, int]) -> Value:
        definition = at.definitions.get(name)
        if definition is None:
            return at._arbitrary(node, env)
        index = tuple([place(at, env) for place in places])
        known = at._memo.get((name, index))
        return at._defined(definition, index) if known is None else known

    return head


def _compared(node: I.Expr) -> Code:
    left, right = node.args
    equal = isinstance(node, sp.KroneckerDelta)
    quick = [_letter_code(arg) for arg in node.args]

    def bracket(at: Evaluator, env: dict[str, int]) -> Value:
        p, q = (place(at, env) for place in quick)
        if p is None or q is None:
            u, v = at._plain(left, env), at._plain(right, env)
            return number(int(u == v if equal else u <= v))
        return number(int(p == q if equal else p <= q))

    return bracket


def index_code(expr: I.Expr) -> Callable[[Evaluator, dict[str, int]], int]:
    """Return the function that evaluates an index expression."""
    known = _INDEX_CODES.get(id(expr))
    if known is None:
        if len(_INDEX_CODES) >= MOST_CODES:
            _INDEX_CODES.clear()
        known = _INDEX_CODES[id(expr)] = (expr, _made_index(expr))
    return known[1]


def _made_index(expr: I.Expr) -> Callable[[Evaluator, dict[str, int]], int]:
    if isinstance(expr, sp.Integer):
        value = int(expr)
        return lambda _at, _env: value
    if isinstance(expr, sp.Symbol):
        name = expr.name

        def letter(at: Evaluator, env: dict[str, int]) -> int:
            found = env.get(name)
            if found is None:
                found = at.instance.sizes.get(name)
            return at._integral(expr, env) if found is None else found

        return letter
    quick = _letter_code(expr)

    def index(at: Evaluator, env: dict[str, int]) -> int:
        found = quick(at, env)
        return at._integral(expr, env) if found is None else found

    return index


def _letter_code(expr: I.Expr) -> Callable[[Evaluator, dict[str, int]], int | None]:
    """Return the function that evaluates a plain letter, size, integer or sum of these; its value is None otherwise."""
    if isinstance(expr, sp.Integer):
        value = int(expr)
        return lambda _at, _env: value
    if isinstance(expr, sp.Symbol):
        name = expr.name

        def letter(at: Evaluator, env: dict[str, int]) -> int | None:
            found = env.get(name)
            return at.instance.sizes.get(name) if found is None else found

        return letter
    if isinstance(expr, sp.Add):
        parts = [_letter_code(arg) for arg in expr.args]

        def total(at: Evaluator, env: dict[str, int]) -> int | None:
            out = 0
            for part in parts:
                found = part(at, env)
                if found is None:
                    return None
                out += found
            return out

        return total
    return lambda _at, _env: None
