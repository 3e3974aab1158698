r"""Formulas: what a claim says, as data that can be printed, evaluated exactly and mutated.

SymPy's own relationals evaluate themselves when built (`Eq(p, p)` becomes true); a verdict must not be decided
that way, so relations are plain records here.

Scope: equations and inequalities between indexed expressions, bounded universal quantifiers, and/or.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from attention import indexed as I
from attention import notation as N
from attention.exact import ExpQuotient
from attention.instances import Evaluator, Instance

Expr: TypeAlias = Any
Range: TypeAlias = "tuple[Expr, Expr, Expr]"  # (index letter, first, last), inclusive

OPS: Mapping[str, Callable[[ExpQuotient, ExpQuotient], bool]] = {
    "=": lambda p, q: p == q,
    "!=": lambda p, q: not p == q,
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

    def holds(self, at: Evaluator, indices: Mapping[str, int]) -> bool:
        """Decide by running through the ranges."""
        return all(self.body.holds(at, inner) for inner in assignments(self.ranges, at, indices))


@dataclass(frozen=True)
class And:
    """All parts hold."""

    parts: tuple[Formula, ...]

    def holds(self, at: Evaluator, indices: Mapping[str, int]) -> bool:
        """Decide part by part."""
        return all(part.holds(at, indices) for part in self.parts)


@dataclass(frozen=True)
class Or:
    """At least one part holds."""

    parts: tuple[Formula, ...]

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
        return reads(self.expr, at.definitions) is not None and (reads(self.expr, at.definitions) or set()) <= self.names


def reads(expr: Expr, definitions: I.Definitions) -> set[str] | None:
    """Return the names of all data that `expr` reads, or None if a definition uses itself."""
    used = I.reachable([expr], definitions)
    below = {name: set(I.reachable([item.body], definitions)) for name, item in used.items()}
    if any(name in inner for name, inner in below.items()):
        return None
    found: set[str] = set()
    for body in (_sympify(expr), *(item.body for item in used.values())):
        found |= {entry.base.label.name for entry in body.atoms(I.sp.Indexed)}
        heads = {head.func.__name__ for head in body.atoms(I.sp.core.function.AppliedUndef)}
        found |= {name for name in heads if name not in definitions}
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
    for k in range(at.integer(first, indices), at.integer(last, indices) + 1):
        yield from assignments(rest, at, {**indices, letter.name: k})


def same_formula(p: Formula, q: Formula) -> bool:
    """Decide equality up to the names of bound variables."""
    if isinstance(p, Relation) and isinstance(q, Relation):
        return p.op == q.op and I.same(p.lhs, q.lhs) and I.same(p.rhs, q.rhs)
    if isinstance(p, ForAll) and isinstance(q, ForAll) and len(p.ranges) == len(q.ranges):
        renaming = {w: v for (v, _, _), (w, _, _) in zip(p.ranges, q.ranges, strict=True)}
        ends = all(
            I.same(a, b.xreplace(renaming))
            for r, s in zip(p.ranges, q.ranges, strict=True)
            for a, b in zip(r[1:], map(_sympify, s[1:]), strict=True)
        )
        return ends and same_formula(p.body, substitute(q.body, renaming))
    if isinstance(p, Reads) or isinstance(q, Reads):
        return p == q
    if isinstance(p, (And, Or)) and type(p) is type(q) and isinstance(q, (And, Or)):
        return len(p.parts) == len(q.parts) and all(map(same_formula, p.parts, q.parts))
    return False


def _sympify(expr: Expr) -> Expr:
    return I.sp.sympify(expr)


def substitute(formula: Formula, mapping: Mapping[Expr, Expr]) -> Formula:
    """Replace free symbols in a formula. The values must not contain letters that the formula quantifies."""
    if isinstance(formula, Relation):
        return Relation(_sympify(formula.lhs).xreplace(mapping), formula.op, _sympify(formula.rhs).xreplace(mapping))
    if isinstance(formula, ForAll):
        inner = {k: v for k, v in mapping.items() if k not in {r[0] for r in formula.ranges}}
        ranges = tuple((v, _sympify(lo).xreplace(inner), _sympify(hi).xreplace(inner)) for v, lo, hi in formula.ranges)
        return ForAll(ranges, substitute(formula.body, inner))
    if isinstance(formula, Reads):
        return Reads(_sympify(formula.expr).xreplace(mapping), formula.names)
    return type(formula)(tuple(substitute(part, mapping) for part in formula.parts))


def expressions(formula: Formula) -> Iterator[Expr]:
    """Yield every expression that stands in a formula."""
    if isinstance(formula, Relation):
        yield from (_sympify(formula.lhs), _sympify(formula.rhs))
    elif isinstance(formula, ForAll):
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
    "permutation" of 1..n, "random" (independent entries, mean 0, variance 1), or "function" (any real function of
    `arity` arguments).  Indices run from `first` (1 unless said) to the shape's sizes.
    """

    symbol: Any
    shape: tuple[Expr, ...] = ()
    kind: str = "real"
    arity: int = 0
    first: int = 1

    @property
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
