r"""Formulas: what a claim says, as data that can be printed, evaluated exactly and mutated.

SymPy's own relationals evaluate themselves when built (`Eq(p, p)` becomes true); a verdict must not be decided
that way, so relations are plain records here.

Scope: equations and inequalities between indexed expressions, bounded universal quantifiers, and/or.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeAlias

import sympy as sp

from attention import indexed as I
from attention import notation as N
from attention.exact import ExpQuotient
from attention.instances import Evaluator, Instance

Expr: TypeAlias = Any
Range: TypeAlias = "tuple[Expr, Expr, Expr]"  # (index letter, first, last), inclusive

OPS: Mapping[str, Callable[[ExpQuotient, ExpQuotient], bool]] = {
    "=": lambda p, q: p == q,
    "!=": lambda p, q: p != q,
    "<": lambda p, q: p < q,
    "<=": lambda p, q: p <= q,
    ">": lambda p, q: p > q,
    ">=": lambda p, q: p >= q,
}


@dataclass(frozen=True)
class Relation:
    """lhs op rhs, with op one of = != < <= > >=."""

    lhs: Expr
    op: str
    rhs: Expr

    def holds(self, at: Evaluator, indices: Mapping[str, int]) -> bool:
        """Decide the relation exactly at an instance and index values."""
        return OPS[self.op](at(self.lhs, indices), at(self.rhs, indices))


@dataclass(frozen=True)
class ForAll:
    """The body holds for all index values in the ranges."""

    ranges: tuple[Range, ...]
    body: Formula

    def __post_init__(self) -> None:
        """Copy the ranges: what was established may not change."""
        object.__setattr__(self, "ranges", tuple(map(tuple, self.ranges)))

    def holds(self, at: Evaluator, indices: Mapping[str, int]) -> bool:
        """Decide by running through the ranges."""
        return all(self.body.holds(at, inner) for inner in assignments(self.ranges, at, indices))


@dataclass(frozen=True)
class And:
    """All parts hold."""

    parts: tuple[Formula, ...]

    def __post_init__(self) -> None:
        """Copy the parts: what was established may not change."""
        object.__setattr__(self, "parts", tuple(self.parts))

    def holds(self, at: Evaluator, indices: Mapping[str, int]) -> bool:
        """Decide part by part."""
        return all(part.holds(at, indices) for part in self.parts)


@dataclass(frozen=True)
class Or:
    """At least one part holds."""

    parts: tuple[Formula, ...]

    def __post_init__(self) -> None:
        """Copy the parts: what was established may not change."""
        object.__setattr__(self, "parts", tuple(self.parts))

    def holds(self, at: Evaluator, indices: Mapping[str, int]) -> bool:
        """Decide part by part."""
        return any(part.holds(at, indices) for part in self.parts)


@dataclass(frozen=True)
class Reads:
    """Unfolding every definition in an expression ends, and leaves data among the named ones only."""

    expr: Expr
    names: frozenset[str]

    def holds(self, at: Evaluator, indices: Mapping[str, int]) -> bool:  # noqa: ARG002
        """Decide from the definitions; the instance does not matter."""
        found = reads(self.expr, at.definitions)
        return found is not None and found <= self.names


def reads(expr: Expr, definitions: I.Definitions) -> set[str] | None:
    """Return the names of all data that `expr` reads, or None if a definition uses itself."""
    used = I.reachable([expr], definitions)
    below = {name: set(I.reachable([item.body], definitions)) for name, item in used.items()}
    if any(name in inner for name, inner in below.items()):
        return None
    found: set[str] = set()
    for body in (_sympify(expr), *(item.body for item in used.values())):
        found |= {entry.base.label.name for entry in body.atoms(sp.Indexed)}
        heads = {head.func.__name__ for head in I.atoms(body, sp.core.function.AppliedUndef)}
        found |= {name for name in heads if name not in definitions}
        # Scalars are data too; sizes, letters and parameters are integers, and no scalar is.
        found |= {s.name for s in body.free_symbols if isinstance(s, sp.Symbol) and not s.is_integer}
    return found


Formula: TypeAlias = Relation | ForAll | And | Or | Reads


def equal(lhs: Expr, rhs: Expr) -> Relation:
    """Return the formula lhs = rhs."""
    return Relation(lhs, "=", rhs)


def assignments(ranges: Sequence[Range], at: Evaluator, indices: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """Yield every assignment of the ranges' letters, on top of `indices`."""
    if not ranges:
        yield dict(indices)
        return
    (letter, first, last), *rest = ranges
    inner = dict(indices)
    for k in range(at.integer(first, indices), at.integer(last, indices) + 1):
        inner[letter.name] = k
        yield from assignments(rest, at, inner)


def same_formula(p: Formula, q: Formula) -> bool:
    """Decide equality up to the names of bound variables."""
    if isinstance(p, Relation) and isinstance(q, Relation):
        return p.op == q.op and I.same(p.lhs, q.lhs) and I.same(p.rhs, q.rhs)
    if isinstance(p, ForAll) and isinstance(q, ForAll) and len(p.ranges) == len(q.ranges):
        return _same_for_all(p, q)
    if isinstance(p, Reads) or isinstance(q, Reads):
        return p == q
    if isinstance(p, (And, Or)) and type(p) is type(q) and isinstance(q, (And, Or)):
        return len(p.parts) == len(q.parts) and all(map(same_formula, p.parts, q.parts))
    return False


def _same_for_all(p: ForAll, q: ForAll) -> bool:
    # Both sides' letters become new ones: renaming q's to p's would capture a letter of p that is free in q.
    taken = {symbol.name for formula in (p, q) for symbol in _symbols(formula)}
    ours: dict[Expr, Expr] = {}
    theirs: dict[Expr, Expr] = {}
    for (v, *ends), (w, *other_ends) in zip(p.ranges, q.ranges, strict=True):
        # A range ends before its own letter is known.
        if not all(I.same(replaced(a, ours), replaced(b, theirs)) for a, b in zip(ends, other_ends, strict=True)):
            return False
        new = I.fresh(sp.Symbol("v", integer=True), taken)
        taken.add(new.name)
        ours, theirs = {**ours, v: new}, {**theirs, w: new}
    return same_formula(substitute(p.body, ours), substitute(q.body, theirs))


def _sympify(expr: Expr) -> Expr:
    return sp.sympify(expr)


def replaced(expr: Expr, values: Mapping[Expr, Expr], avoid: Iterable[str] = ()) -> Expr:
    """Replace free symbols by values; no bound letter captures a value, is replaced, or has a name in `avoid`."""
    names = {name for pair in values.items() for side in pair for name in I.names_in(side)}
    return I.rename_apart(_sympify(expr), names | set(avoid)).xreplace(dict(values))


def substitute(formula: Formula, mapping: Mapping[Expr, Expr]) -> Formula:
    """Replace free symbols in a formula; letters that it binds are renamed out of the way."""
    if isinstance(formula, Relation):
        return Relation(replaced(formula.lhs, mapping), formula.op, replaced(formula.rhs, mapping))
    if isinstance(formula, ForAll):
        return _substitute_in_for_all(formula, mapping)
    if isinstance(formula, Reads):
        return Reads(replaced(formula.expr, mapping), formula.names)
    return type(formula)(tuple(substitute(part, mapping) for part in formula.parts))


def _substitute_in_for_all(formula: ForAll, mapping: Mapping[Expr, Expr]) -> ForAll:
    arriving = {name for value in mapping.values() for name in I.names_in(value)}
    taken = arriving | {symbol.name for symbol in _symbols(formula)}
    inner, ranges = dict(mapping), []
    for v, first, last in formula.ranges:
        ends = replaced(first, inner), replaced(last, inner)
        new = I.fresh(v, taken) if v.name in arriving else v
        taken.add(new.name)
        inner[v] = new
        ranges.append((new, *ends))
    return ForAll(tuple(ranges), substitute(formula.body, inner))


def free_symbols(formula: Formula) -> set[Expr]:
    """Return the symbols that a formula does not bind: sizes, scalars and free index letters."""
    if isinstance(formula, ForAll):
        free = free_symbols(formula.body)
        for v, first, last in reversed(formula.ranges):
            free = (free - {v}) | I.free_symbols(_sympify(first)) | I.free_symbols(_sympify(last))
        return {symbol for symbol in free if isinstance(symbol, sp.Symbol)}
    if isinstance(formula, (And, Or)):
        return {symbol for part in formula.parts for symbol in free_symbols(part)}
    found = {symbol for expr in expressions(formula) for symbol in I.free_symbols(expr)}
    return {symbol for symbol in found if isinstance(symbol, sp.Symbol)}


def names_read(formula: Formula, definitions: I.Definitions) -> set[str]:
    """Return the names of all symbols, arrays and heads in a formula and in the definitions it unfolds to."""
    found = list(expressions(formula))
    found += [item.body for item in I.reachable(found, definitions).values()]
    heads = {head.func.__name__ for expr in found for head in I.atoms(expr, sp.core.function.AppliedUndef)}
    return heads | {name for expr in found for name in I.names_in(expr)}


def _symbols(formula: Formula) -> set[Expr]:
    """Return every symbol in a formula, bound ones included."""
    bound = {r[0] for r in formula.ranges} | _symbols(formula.body) if isinstance(formula, ForAll) else set()
    inside = (
        {symbol for part in formula.parts for symbol in _symbols(part)} if isinstance(formula, (And, Or)) else set()
    )
    found = {s for e in expressions(formula) for s in sp.preorder_traversal(e) if isinstance(s, sp.Symbol)}
    return bound | inside | found


def expressions(formula: Formula) -> Iterator[Expr]:
    """Yield every expression that stands in a formula."""
    if isinstance(formula, Relation):
        yield from (_sympify(formula.lhs), _sympify(formula.rhs))
    elif isinstance(formula, ForAll):
        yield from (_sympify(end) for _, *ends in formula.ranges for end in ends)
        yield from expressions(formula.body)
    elif isinstance(formula, Reads):
        yield _sympify(formula.expr)
    else:
        for part in formula.parts:
            yield from expressions(part)


# -- statements -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Datum:
    """A free name of a statement and the set it ranges over.

    kind: "real" array, "positive" or "real" scalar (shape ()), "token" (elements of an arbitrary set),
    "permutation" of 1..n, "random" (independent entries, mean 0, variance 1), "function" (any real function of
    `arity` arguments, numbers or rows), or "smooth" (one that is differentiable in its rows' entries).  Indices run
    from `first` (1 unless said) to the shape's sizes.
    """

    symbol: Any
    shape: tuple[Expr, ...] = ()
    kind: str = "real"
    arity: int = 0
    first: int = 1

    @cached_property
    def name(self) -> str:
        """The name under which an instance holds the data."""
        return str(getattr(self.symbol, "label", self.symbol))


@dataclass(frozen=True)
class Statement:
    """For all sizes, data and indices that satisfy the assumptions, the conclusion holds.

    Args:
        conclusion: the formula claimed.
        data: every free array, scalar and function, with its shape.
        ranges: the free index letters with their inclusive ranges.
        assumptions: named formulas.
        definitions: what the defined heads mean.
        sizes: the symbolic sizes with their least value.
        given: the one instance that the statement is about (a worked example); None for all instances.
    """

    conclusion: Formula
    data: tuple[Datum, ...] = ()
    ranges: tuple[Range, ...] = ()
    assumptions: Mapping[str, Formula] = field(default_factory=dict)
    definitions: I.Definitions = field(default_factory=dict)
    sizes: Mapping[Expr, int] = field(default_factory=lambda: {N.n: 1, N.d: 1, N.d_k: 1, N.d_v: 1})
    given: Instance | None = None

    def __post_init__(self) -> None:
        """Copy what could be changed later, after something was derived from it, and let no one change the copy."""
        for name in ("assumptions", "definitions", "sizes"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        object.__setattr__(self, "data", tuple(self.data))
        object.__setattr__(self, "ranges", tuple(map(tuple, self.ranges)))

    def without(self, assumption: str) -> Statement:
        """Return the statement with one assumption dropped."""
        return replace(self, assumptions={k: v for k, v in self.assumptions.items() if k != assumption})

    def check(self, instance: Instance) -> Check:
        """Decide the statement at one instance, for all index values."""
        at = Evaluator(instance, self.definitions)
        exercised = 0
        for indices in assignments(self.ranges, at, {}):
            if all(a.holds(at, indices) for a in self.assumptions.values()):
                exercised += 1
                if not self.conclusion.holds(at, indices):
                    return Check(exercised, indices)
        return Check(exercised, None)


@dataclass(frozen=True)
class Check:
    """How many index assignments met the assumptions, and the first that broke the conclusion, if any."""

    exercised: int
    broken_at: Mapping[str, int] | None


def real(symbol: Any, *shape: Expr) -> Datum:
    """Declare a real array of the given shape, or a real scalar."""
    return Datum(symbol, shape)


def attention_data(*names: str) -> tuple[Datum, ...]:
    """Declare the usual inputs among x, y, t, W_Q, W_K, W_V, c with their shapes."""
    shapes = {
        "x": real(N.x, N.n, N.d),
        "y": real(N.y, N.n, N.d),
        "t": real(N.t, N.d),
        "W_Q": real(N.W_Q, N.d, N.d_k),
        "W_K": real(N.W_K, N.d, N.d_k),
        "W_V": real(N.W_V, N.d, N.d_v),
        "c": Datum(N.c, (), "positive"),
    }
    return tuple(shapes[name] for name in names)
