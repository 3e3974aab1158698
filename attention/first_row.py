r"""Tokens that vanish but for the first: the inputs that show where a translation is felt.

    X = (y, 0, ..., 0):   yw = y W_V,   yu = y . t A.

Scope: all sizes; a mark tells several such inputs apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from attention import indexed as I
from attention import notation as N
from attention.exact import ExpQuotient, number
from attention.instances import Instance
from attention.translation import only_first, passes, u

w = sp.IndexedBase("w", real=True)


@dataclass(frozen=True)
class FirstRow:
    """One such input: the mark of its heads, its first token y (a defined head), and all definitions."""

    mark: str
    y: Callable[[I.Expr], I.Expr]
    definitions: dict[str, I.Definition]

    def head(self, name: str) -> I.Expr:
        """Return a head of the pass before ("a") or after ("a'") the translation, or "yw" or "yu"."""
        core = name.rstrip("'")
        return sp.Function(core + self.mark + "'" * (len(name) - len(core)))


def first_row(mark: str, token: I.Expr, upper: Callable[[I.Expr], I.Expr]) -> FirstRow:
    """Return the input whose first token has the component `token` at e, with its two passes and products."""
    y = sp.Function(f"y{mark}")
    _, _, definitions = passes(upper, only_first(y), mark)
    along = I.define(
        I.Definition(f"y{mark}", (N.e,), token),
        I.Definition(f"yw{mark}", (N.g,), sp.Sum(y(N.e) * N.W_V[N.e, N.g], (N.e, 1, N.d))),
        I.Definition(f"yu{mark}", (), sp.Sum(y(N.e) * u(N.e), (N.e, 1, N.d))),
    )
    return FirstRow(mark, y, {**definitions, **along})


Entries = Sequence["ExpQuotient | int | str"]
Arrays = dict[str, Mapping[tuple[int, ...], ExpQuotient]]


def two_tokens(t: Entries, W_Q: Entries, W_K: Entries, column: Entries, c: int | str = 1) -> Instance:
    """Return data for n = 2 and d_k = d_v = 1: a translation, two weight columns, and W_V = w = `column`."""

    def entries(values: Entries) -> list[ExpQuotient]:
        return [value if isinstance(value, ExpQuotient) else number(value) for value in values]

    rows: Arrays = {name: {(k,): e for k, e in enumerate(entries(v), 1)} for name, v in (("w", column), ("t", t))}
    weights = (("W_Q", W_Q), ("W_K", W_K), ("W_V", column))
    columns: Arrays = {name: {(k, 1): e for k, e in enumerate(entries(v), 1)} for name, v in weights}
    return Instance({"n": 2, "d": len(t), "d_k": 1, "d_v": 1}, {"c": number(c)}, {**rows, **columns})
