r"""Heads that mean what they are called: attention as `attention.exact` computes it.

A definition that says what it means (`attention.indexed.Meaning`) is compared with that carrier at one generic
instance, entry by entry, the heads that it is built from standing for any functions: a changed sign, bound or mask
in its body is noticed although a theorem may not mind.

Scope: statements of `proofs.formula`; one instance of a few units.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import sympy as sp

from attention import exact
from attention import indexed as I
from attention import notation as N
from attention.exact import ExpQuotient, Matrix, NotExact, TooClose, number
from attention.instances import Evaluator, Instance, Unbounded
from proofs import search
from proofs.formula import Formula, Statement, expressions

SIZE_OF = {N.i: N.n, N.j: N.n, N.b: N.d_k, N.g: N.d_v, N.e: N.d, N.f: N.d}
"""The size that bounds each letter of a head."""

NO_VALUE = (NotExact, ZeroDivisionError, Unbounded, TooClose)
"""What evaluation raises where an expression has no exact value."""


def unfaithful(statement: Statement) -> list[str]:
    """Compare every head that says what it means with `attention.exact`, at one generic instance."""
    heads = reached(statement)
    if not any(item.means for item in heads.values()):
        return []
    instance = statement.given or _generic(statement)
    # Each head alone, the others standing for any function: what vanishes here for other reasons hides no change.
    functions = {**instance.functions, **{name: _any_function(name) for name in heads}}
    free = replace(instance, functions=functions)
    return [
        f"{name} is not what it says it is"
        for name, item in heads.items()
        if not _agrees(item, Evaluator(free, {name: item}))
    ]


_ENTRIES = tuple(number(entry) for entry in ("1/3", "3", "-1/2", "5", "-7/2"))  # no two products of these cancel


def _any_function(name: str) -> Callable[..., ExpQuotient]:
    def value(*arguments: ExpQuotient) -> ExpQuotient:
        at = ",".join(str(argument) for argument in arguments)
        return random.Random(f"{name}({at})").choice(_ENTRIES)  # noqa: S311  # test data, no secret

    return value


def reached(statement: Statement) -> dict[str, I.Definition]:
    """Return the definitions that a statement unfolds to."""
    formulas = (statement.conclusion, *statement.assumptions.values())
    return I.reachable([e for p in formulas for e in expressions(p)], statement.definitions)


def _generic(statement: Statement) -> Instance:
    """Return an instance with different sizes and with entries that are neither zero nor all alike."""
    wanted = {"n": 3, "d": 2, "d_k": 2, "d_v": 1}
    sizes = {str(size): max(least, wanted.get(str(size), 1)) for size, least in statement.sizes.items()}
    rng = random.Random(0)  # noqa: S311  # test data, no secret
    base = search.filled(statement, sizes, rng)
    plain = {datum.name for datum in statement.data if datum.kind in {"real", "random"}}
    arrays = {
        name: {index: rng.choice(_ENTRIES) if name in plain else old for index, old in array.items()}
        for name, array in base.arrays.items()
    }
    formulas = (statement.conclusion, *statement.assumptions.values())
    moving = {limit.args[1].name for formula in formulas for limit in atoms(formula, I.LimitOf)}
    return replace(base, arrays=arrays, scalars=dict.fromkeys([*base.scalars, *moving], number(2)))


def _agrees(item: I.Definition, at: Evaluator) -> bool:
    means = item.means
    if means is None:
        return True
    try:
        here, should = _values(item, at), _should(item.params, means, at)
    except (KeyError, ValueError, *NO_VALUE):
        return False
    allowed = _mask(means, at) if means.domain is not None else None
    pairs = ((i, j) for i, row in enumerate(should) for j in range(len(row)) if allowed is None or allowed(i, j))
    return len(here) == len(should) and all(here[i][j] == should[i][j] for i, j in pairs)


def _values(item: I.Definition, at: Evaluator) -> Matrix:
    """Return the values of a head of one or two letters as a matrix; out of its domain, zeros."""
    letters = item.params
    rows = range(1, _length(letters[0], at) + 1) if len(letters) == 2 else (0,)
    columns = range(1, _length(letters[-1], at) + 1)
    inside = _mask(item.means, at) if item.means is not None and item.means.domain is not None else None

    def entry(p: int, q: int) -> ExpQuotient:
        if inside is not None and not inside(p - 1, q - 1):
            return number(0)
        index = {letters[-1].name: q} if len(letters) == 1 else {letters[0].name: p, letters[1].name: q}
        return at(item.head(*letters), index)

    return [[entry(p, q) for q in columns] for p in rows]


def _length(letter: I.Expr, at: Evaluator) -> int:
    return at.integer(SIZE_OF[letter], {})


def _should(params: Sequence[I.Expr], means: I.Meaning, at: Evaluator) -> Matrix:
    """Return what the carrier `attention.exact` makes of the head's two factors."""

    def table(factor: Callable[..., I.Expr], rows: I.Expr, columns: I.Expr) -> Matrix:
        height, width = at.integer(rows, {}), at.integer(columns, {})
        p, q = sp.Symbol("p_", integer=True, positive=True), sp.Symbol("q_", integer=True, positive=True)
        entry = factor(p, q)
        return [[at(entry, {"p_": i, "q_": j}) for j in range(1, width + 1)] for i in range(1, height + 1)]

    last = SIZE_OF[params[-1]]
    if means.kind == "project":
        if len(params) == 1:
            left = [[at(means.left(sp.Integer(k)), {}) for k in range(1, at.integer(means.inner, {}) + 1)]]
        else:
            left = table(means.left, N.n, means.inner)
        return exact.project(left, table(_given(means.right), means.inner, last))
    if means.kind == "scores":
        q, k = table(means.left, N.n, N.d_k), table(_given(means.right), N.n, N.d_k)
        return exact.scores(q, k, scale=at(sp.sympify(means.scale), {}))
    if means.kind == "weights":
        return exact.weights(table(means.left, N.n, N.n), allowed=_mask(means, at))
    allowed, tokens = _mask(means, at), range(at.integer(N.n, {}))

    def weight(i: int, j: int) -> ExpQuotient:
        return at(means.left(sp.Integer(i + 1), sp.Integer(j + 1)), {}) if allowed(i, j) else number(0)

    weights = [[weight(i, j) for j in tokens] for i in tokens]
    return exact.outputs(weights, table(_given(means.right), N.n, last))


def _given(factor: Callable[..., I.Expr] | None) -> Callable[..., I.Expr]:
    if factor is None:
        raise ValueError("a product needs two factors")
    return factor


def _mask(means: I.Meaning, at: Evaluator) -> Callable[[int, int], bool]:
    allowed = _given(means.allowed)
    return lambda i, j: at(sp.sympify(allowed(sp.Integer(i + 1), sp.Integer(j + 1))), {}) != 0


def atoms(formula: Formula, kind: type) -> set[I.Expr]:
    """Return the parts of a kind that stand in a formula, outside definitions."""
    return {node for expr in expressions(formula) for node in expr.atoms(kind)}
