r"""Tokens that vanish but for the first: the inputs that show where a translation is felt.

    X = (y, 0, ..., 0):   yw = y W_V,   yu = y . t A.

Scope: all sizes; a mark tells several such inputs apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from attention import indexed as I
from attention import notation as N
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
