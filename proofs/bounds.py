r"""Which index inequalities follow: difference constraints between index letters, sizes and integers.

A fact u <= v + k, with u and v index letters or sizes (or absent) and k an integer, is an edge of a graph; p <= q
follows from the facts iff the shortest path says so (Bellman-Ford; complete for this fragment).  Inequalities
between other polynomials in letters, such as p + r <= n or i <= m + L w, are kept beside the graph and added up as
`proofs.combinations` does (sound, not complete).

Scope: polynomials in index letters with integer coefficients.  Anything else is simply not entailed.

References: [cormen2009], section 24.4.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sympy as sp

from proofs.combinations import Form, difference, follows, form

_ORIGIN = "0"


def term(expr: Any) -> tuple[str, int] | None:
    """Split letter + integer; None if the expression has another form."""
    expr = sp.sympify(expr)
    if isinstance(expr, sp.Integer):
        return _ORIGIN, int(expr)
    if isinstance(expr, sp.Symbol):
        return expr.name, 0
    if isinstance(expr, sp.Add) and len(expr.args) == 2:
        constant, letter = sorted(expr.args, key=lambda a: not isinstance(a, sp.Integer))
        if isinstance(constant, sp.Integer) and isinstance(letter, sp.Symbol):
            return letter.name, int(constant)
    return None


def _gap(p: Any, q: Any) -> Form | None:
    """Return q - p as a polynomial in letters; None if either is none."""
    low, high = form(sp.sympify(p)), form(sp.sympify(q))
    return None if low is None or high is None else difference(high, low)


def _shifted(name: str, k: int) -> Form:
    """Return the form of letter + k; the origin is 0."""
    parts = [((), k), ((name,), 1)] if name != _ORIGIN else [((), k)]
    return tuple((key, times) for key, times in parts if times)


@dataclass(frozen=True)
class Facts:
    """Inequalities u <= v + k known to hold, as triples (u, v, k), and polynomials known to be at least 0."""

    edges: tuple[tuple[str, str, int], ...] = ()
    forms: tuple[Form, ...] = ()

    def plus(self, pairs: Iterable[tuple[Any, Any]]) -> Facts:
        """Add p <= q for each pair (p, q); pairs outside the fragment are left out, which is sound."""
        new, others = [], []
        for p, q in pairs:
            u, v = term(p), term(q)
            if u is not None and v is not None:
                new.append((u[0], v[0], v[1] - u[1]))
            elif (gap := _gap(p, q)) is not None:
                others.append(gap)
        return Facts((*self.edges, *new), (*self.forms, *others))

    def without(self, letter: Any) -> Facts:
        """Forget a letter, keeping what follows without it: the letter now means something else."""
        name = sp.sympify(letter).name
        below = [(u, k) for u, v, k in self.edges if v == name != u]
        above = [(v, k) for u, v, k in self.edges if u == name != v]
        kept = [edge for edge in self.edges if name not in edge[:2]]
        forms = tuple(known for known in self.forms if all(name not in key for key, _ in known))
        return Facts((*kept, *((u, v, j + k) for u, j in below for v, k in above)), forms)

    def at_most(self, p: Any, q: Any) -> bool:
        """Decide whether p <= q follows."""
        u, v = term(p), term(q)
        if u is None or v is None:
            return bool(sp.sympify(p) == sp.sympify(q)) or self._added_up(p, q)
        if u[0] == v[0]:
            return u[1] <= v[1]
        return self._path(u, v) or (bool(self.forms) and self._added_up(p, q))

    def _path(self, u: tuple[str, int], v: tuple[str, int]) -> bool:
        # distance[w]: the least k for which u <= w + k is known
        distance = {u[0]: 0}
        for _ in range(len({name for edge in self.edges for name in edge[:2]}) + 1):
            changed = False
            for a, b, k in self.edges:
                if a in distance and distance[a] + k < distance.get(b, distance[a] + k + 1):
                    distance[b] = distance[a] + k
                    changed = True
            if not changed:
                break
        return v[0] in distance and distance[v[0]] + u[1] <= v[1]

    def _added_up(self, p: Any, q: Any) -> bool:
        gap = _gap(p, q)
        if gap is None:
            return False
        # An edge is an inequality like any other; the origin stands for 0.
        edges = (difference(_shifted(v, k), _shifted(u, 0)) for u, v, k in self.edges)
        return follows(gap, (*self.forms, *edges), lambda letter: self._path((_ORIGIN, 0), (letter, 0)))

    def less(self, p: Any, q: Any) -> bool:
        """Decide whether p < q, that is p + 1 <= q, follows."""
        return self.at_most(sp.sympify(p) + 1, q)

    def different(self, p: Any, q: Any) -> bool:
        """Decide whether p != q follows from an order between them."""
        return self.less(p, q) or self.less(q, p)
