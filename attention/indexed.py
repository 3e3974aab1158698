r"""Attention at symbolic sizes: SymPy expressions in indexed sums, with definitions kept folded.

Data are `IndexedBase`s (x[i, e], W_Q[e, b]); everything defined from them is an applied function head (`q(i, b)`,
`alpha(i, j)`) with a `Definition`, so that a derivation can show when it unfolds what.  SymPy's own arithmetic
would cancel S/S to 1 without asking whether S is zero; `Quotient` is therefore a head of its own that nothing
cancels but a rule which has proved the divisor positive.

Scope: all n, d, d_k, d_v; nothing here evaluates or simplifies.  Bound variables never clash: `unfold` renames
them apart, and `canonical` decides equality up to their names.

References: [vaswani2017] for attention; [milakov2018] for softmax over a set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

import sympy as sp

from attention import notation as N

Expr: TypeAlias = Any  # a SymPy expression; SymPy ships no types


REMEMBERED = 1 << 15
"""Expressions of which it is remembered what stands in them: the same few are asked about again and again."""


class Quotient(sp.Function):  # type: ignore[misc]
    """num / den, never cancelled automatically."""

    nargs = 2


class AtMost(sp.Function):  # type: ignore[misc]
    """Iverson bracket [u <= v] of two index expressions, or of two reals: 1 or 0."""

    nargs = 2


class IsZero(sp.Function):  # type: ignore[misc]
    """Iverson bracket [u = 0] of a real expression: 1 or 0."""

    nargs = 1


class Absolute(sp.Function):  # type: ignore[misc]
    """Absolute value of a real expression; SymPy's own would simplify itself."""

    nargs = 1


class Maximum(sp.Function):  # type: ignore[misc]
    """The greater of two real expressions."""

    nargs = 2


class Partial(sp.Function):  # type: ignore[misc]
    """Partial derivative of the first argument by the second: an entry such as x[m, e], or a real scalar."""

    nargs = 2


class LimitOf(sp.Function):  # type: ignore[misc]
    """Limit of the first argument as the second, a symbol, tends to the third (oo or 0 from above)."""

    nargs = 3


class Expectation(sp.Function):  # type: ignore[misc]
    """Expected value of an expression in independent random entries with mean 0 and variance 1."""

    nargs = 1


class Cases(sp.Function):  # type: ignore[misc]
    """Definition by recursion on the first argument: the second where it is 0, else the third."""

    nargs = 3


class Row(sp.Function):  # type: ignore[misc]
    """Row(f, v, p, q): the values of f for v = p..q, in order; an argument of an arbitrary function, never a number.

    Like a sum it binds its letter.  The row of a token x_i is Row(x[i, e], e, 1, d); a Row of Rows is a matrix.
    """

    nargs = 4

    @property
    def free_symbols(self) -> set[Any]:
        """What is free in the entries, less the letter, and in the ends."""
        letter, first, last, body = opened(self)
        found: set[Any] = (body.free_symbols - {letter}) | first.free_symbols | last.free_symbols
        return found


def row(body: Expr, letter: Expr, last: Expr) -> Row:
    """Return the row of `body` for letter = 1..last."""
    return Row(body, letter, sp.Integer(1), last)


def slope(name: str, k: int) -> Any:
    """Return the head of the derivative of an arbitrary function of rows by an entry of its k-th argument (from 0).

    It takes the function's arguments, and after them the entry's indices.
    """
    return sp.Function(f"d{k} {name}")


def sloped(name: str) -> tuple[str, int] | None:
    """Return (function, argument) if the name is that of a derivative's head, as `slope` makes it."""
    mark, _, function = name.partition(" ")
    return (function, int(mark[1:])) if function and mark[:1] == "d" and mark[1:].isdigit() else None


class Entries:
    """Weights given by a formula instead of data: Entries(f)[p, q] is f(p, q)."""

    def __init__(self, entry: Callable[..., Expr]) -> None:
        self.entry = entry

    def __getitem__(self, index: tuple[Expr, ...]) -> Expr:
        return sp.sympify(self.entry(*index))


@dataclass(frozen=True)
class Meaning:
    """What a definition is said to be an entry of, in the words of `attention.exact`; the body must agree with it.

    kind: "project" (rows left(i, .) times the matrix right; one row left(.) if the head has one letter), "scores"
    (scale times left(i, .) . right(j, .)), "weights" (softmax of the scores left(i, j) over the allowed j), or
    "outputs" (weights left(i, j) times values right(j, .)).  `inner` is the length of the rows of a product,
    `allowed` the indicator of S(i), and `domain` the last j of a weight that is defined for some j alone.
    """

    kind: str
    left: Callable[..., Expr]
    right: Callable[..., Expr] | None = None
    scale: Expr = 1
    inner: Expr = N.d
    allowed: Callable[[Expr, Expr], Expr] | None = None
    domain: Callable[[Expr], Expr] | None = None


@dataclass(frozen=True)
class Definition:
    """head(params) := body; the body's free symbols are params, sizes, scalars and data only."""

    name: str
    params: tuple[Expr, ...]
    body: Expr
    means: Meaning | None = field(default=None, compare=False)

    @property
    def head(self) -> Any:
        """The function symbol to apply."""
        return sp.Function(self.name)


Definitions: TypeAlias = Mapping[str, Definition]


def define(*definitions: Definition) -> dict[str, Definition]:
    """Collect definitions by name. Raises ValueError if a name is defined twice."""
    out: dict[str, Definition] = {}
    for item in definitions:
        if item.name in out:
            raise ValueError(f"{item.name} is defined twice")
        out[item.name] = item
    return out


def opened(total: Expr) -> tuple[Expr, Expr, Expr, Expr]:
    """Return (letter, first, last, body) of a row or of the outermost sum; SymPy keeps nested sums in one node."""
    if isinstance(total, Row):
        body, letter, first, last = total.args
        return letter, first, last, body
    *inner, (letter, first, last) = total.limits
    return letter, first, last, sp.Sum(total.function, *inner) if inner else total.function


def rebound(binder: Expr, body: Expr, letter: Expr, first: Expr, last: Expr) -> Expr:
    """Return a sum if `binder` is one, else a row, with these parts."""
    return Row(body, letter, first, last) if isinstance(binder, Row) else sp.Sum(body, (letter, first, last))


def reachable(exprs: Iterable[Expr], definitions: Definitions) -> dict[str, Definition]:
    """Return the definitions that unfolding `exprs` to data would use, in an order that is the same in every run."""
    found: dict[str, Definition] = {}
    todo = list(exprs)
    while todo:
        heads = atoms(sp.sympify(todo.pop()), sp.core.function.AppliedUndef)
        for name in sorted({head.func.__name__ for head in heads}):
            if name in definitions and name not in found:
                found[name] = definitions[name]
                todo.append(definitions[name].body)
    return found


def fresh(symbol: Expr, avoid: Iterable[str]) -> Expr:
    """Return a symbol like `symbol` whose name is not in `avoid`.

    It keeps the assumptions: made positive, a letter that starts at 0 would lose its term [letter = 0] in SymPy.
    """
    taken = set(avoid)
    base = symbol.name.rstrip("0123456789").rstrip("_")
    name, k = symbol.name, 1
    while name in taken:
        k += 1
        name = f"{base}_{k}"
    return sp.Symbol(name, **symbol.assumptions0)


@lru_cache(maxsize=REMEMBERED)
def atoms(expr: Expr, kind: type) -> frozenset[Any]:
    """Return the parts of an expression that are of a kind."""
    return frozenset(expr.atoms(kind))


@lru_cache(maxsize=REMEMBERED)
def free_symbols(expr: Expr) -> frozenset[Any]:
    """Return the symbols that an expression does not bind, the names of its arrays among them."""
    if isinstance(expr, sp.Symbol):
        return frozenset({expr})
    if isinstance(expr, (sp.Sum, Row)):
        letter, first, last, body = opened(expr)
        return (free_symbols(body) - {letter}) | free_symbols(first) | free_symbols(last)
    return frozenset().union(*(free_symbols(arg) for arg in expr.args))


@lru_cache(maxsize=REMEMBERED)
def names_in(expr: Expr) -> frozenset[str]:
    """Return the names of all symbols in `expr`, bound ones included."""
    found: set[str] = set()
    todo = [expr]
    while todo:
        node = todo.pop()
        if isinstance(node, sp.Symbol):
            found.add(node.name)
        else:
            todo += node.args
    return frozenset(found)


def rename_apart(expr: Expr, avoid: Iterable[str]) -> Expr:
    """Rename the bound variables of `expr` so that none is in `avoid` and no two are the same."""
    return _renamed_apart(expr, frozenset(avoid))


@lru_cache(maxsize=REMEMBERED)
def _renamed_apart(expr: Expr, avoid: frozenset[str]) -> Expr:
    taken = set(avoid) | {s.name for s in free_symbols(expr)}

    def walk(node: Expr) -> Expr:
        if isinstance(node, (sp.Sum, Row)):
            v, lo, hi, body = opened(node)
            # The new letter must not be one that a sum inside binds: it would be captured there.
            new = fresh(v, taken | (names_in(body) - {v.name}))
            taken.add(new.name)
            return rebound(node, walk(body.xreplace({v: new})), new, walk(lo), walk(hi))
        if node.args and not isinstance(node, sp.Indexed):
            args = [walk(arg) for arg in node.args]
            return node.func(*args) if tuple(args) != node.args else node
        return node

    return walk(expr)


def unfold(applied: Expr, definitions: Definitions, avoid: Iterable[str] = ()) -> Expr:
    """Return the body of a defined head at its arguments, bound variables renamed apart from `avoid`."""
    definition = definitions[applied.func.__name__]
    body = rename_apart(definition.body, set(avoid) | names_in(applied) | {p.name for p in definition.params})
    return body.xreplace(dict(zip(definition.params, applied.args, strict=True)))


@lru_cache(maxsize=REMEMBERED)
def canonical(expr: Expr) -> Expr:
    """Rename bound variables by nesting height: two expressions are equal up to bound names iff these are `==`."""

    def walk(node: Expr) -> tuple[Expr, int]:
        if isinstance(node, (sp.Sum, Row)):
            v, lo, hi, body = opened(node)
            body, height = walk(body)
            lo, h1 = walk(lo)
            hi, h2 = walk(hi)
            height = max(height, h1, h2) + 1
            new = sp.Symbol(f"_{height}", **v.assumptions0)
            # The height names are used by nothing else, and an inner sum has a smaller one: no capture.
            return rebound(node, body.xreplace({v: new}), new, lo, hi), height
        if not node.args:
            return node, 0
        pairs = [walk(arg) for arg in node.args]
        return _same_or(node, tuple(p[0] for p in pairs)), max(p[1] for p in pairs)

    return walk(expr)[0]


def _same_or(node: Expr, args: tuple[Expr, ...]) -> Expr:
    return node if args == node.args else node.func(*args)


def same(left: Expr, right: Expr) -> bool:
    """Decide equality up to the names of bound variables; nothing else is identified."""
    return bool(canonical(sp.sympify(left)) == canonical(sp.sympify(right)))


# -- the definition of attention --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pass:
    """One attention pass: the heads of its quantities and their definitions.

    q(i, b), k(j, b), v(j, g), s(i, j), alpha(i, j), a(i, g); a mark such as "'" tells two passes apart.
    """

    definitions: dict[str, Definition]
    q: Any
    k: Any
    v: Any
    s: Any
    alpha: Any
    a: Any


def causal_upper(i: Expr) -> Expr:
    """Last allowed position under the causal mask: S(i) = {1..i}."""
    return i


def full_upper(i: Expr) -> Expr:  # noqa: ARG001
    """Last allowed position without a mask: S(i) = {1..n}."""
    return N.n


def projection(name: str, tokens: Callable[[Expr, Expr], Expr], W: Any, component: Expr) -> Definition:
    """name(i, component) = sum_e tokens(i, e) W[e, component]."""
    body = sp.Sum(tokens(N.i, N.e) * W[N.e, component], (N.e, 1, N.d))
    return Definition(name, (N.i, component), body, Meaning("project", tokens, lambda e, p: W[e, p]))


def scores(name: str, q: Callable[[Expr, Expr], Expr], k: Callable[[Expr, Expr], Expr], scale: Expr) -> Definition:
    """name(i, j) = scale sum_b q(i, b) k(j, b)."""
    body = scale * sp.Sum(q(N.i, N.b) * k(N.j, N.b), (N.b, 1, N.d_k))
    return Definition(name, (N.i, N.j), body, Meaning("scores", q, k, scale))


def softmax_over(name: str, score: Any, upper: Callable[[Expr], Expr]) -> Definition:
    """name(i, j) = exp(score(i, j)) / sum_{l=1}^{upper(i)} exp(score(i, l)), for 1 <= j <= upper(i)."""
    body = Quotient(sp.exp(score(N.i, N.j)), sp.Sum(sp.exp(score(N.i, N.l)), (N.l, 1, upper(N.i))))
    meaning = Meaning("weights", score, allowed=lambda i, j: AtMost(j, upper(i)), domain=upper)
    return Definition(name, (N.i, N.j), body, meaning)


def masked_softmax(name: str, score: Any, allowed: Callable[[Expr, Expr], Expr]) -> Definition:
    """name(i, j) = m_ij exp(score(i, j)) / sum_{l=1}^{n} m_il exp(score(i, l)), m_ij = 1 where allowed, else 0."""
    top = allowed(N.i, N.j) * sp.exp(score(N.i, N.j))
    body = Quotient(top, sp.Sum(allowed(N.i, N.l) * sp.exp(score(N.i, N.l)), (N.l, 1, N.n)))
    return Definition(name, (N.i, N.j), body, Meaning("weights", score, allowed=allowed))


def weighted(
    name: str,
    weight: Callable[[Expr, Expr], Expr],
    value: Callable[[Expr, Expr], Expr],
    upper: Callable[[Expr], Expr],
) -> Definition:
    """name(i, g) = sum_{j=1}^{upper(i)} weight(i, j) value(j, g)."""
    body = sp.Sum(weight(N.i, N.j) * value(N.j, N.g), (N.j, 1, upper(N.i)))
    meaning = Meaning("outputs", weight, value, allowed=lambda i, j: AtMost(j, upper(i)))
    return Definition(name, (N.i, N.g), body, meaning)


def attention(
    mark: str = "",
    *,
    tokens: Callable[[Expr, Expr], Expr] | None = None,
    W_Q: Any = N.W_Q,
    W_K: Any = N.W_K,
    W_V: Any = N.W_V,
    upper: Callable[[Expr], Expr] = causal_upper,
    scale: Expr = N.c,
) -> Pass:
    """Return a pass over allowed sets S(i) = {1..upper(i)} with scores scale * (q_i . k_j).

    Args:
        mark: appended to every head's name, e.g. "'" for the translated pass.
        tokens: entry (i, e) of the input; the data x[i, e] by default.
        W_Q: (d, d_k) query weights.
        W_K: (d, d_k) key weights.
        W_V: (d, d_v) value weights.
        upper: last allowed position of row i; `causal_upper` or `full_upper`.
        scale: the factor c.
    """
    entry = tokens if tokens is not None else lambda i, e: N.x[i, e]
    q, k, v, s, alpha, a = (sp.Function(name + mark) for name in ("q", "k", "v", "s", "alpha", "a"))
    definitions = define(
        projection("q" + mark, entry, W_Q, N.b),
        projection("k" + mark, entry, W_K, N.b),
        projection("v" + mark, entry, W_V, N.g),
        scores("s" + mark, q, k, scale),
        softmax_over("alpha" + mark, s, upper),
        weighted("a" + mark, alpha, v, upper),
    )
    return Pass(definitions, q, k, v, s, alpha, a)
