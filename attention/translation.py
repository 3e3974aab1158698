r"""Translating every token by one row vector t: the definitions that Lemma 1 is about.

    x'_i = x_i + t,   tq = t W_Q,   tk = t W_K,   tv = t W_V,   u = t A with A = W_Q W_K^T.

Scope: all sizes; the untranslated pass has no mark, the translated one the mark "'".
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N

Expr = I.Expr

tq, tk, tv, u = (sp.Function(name) for name in ("tq", "tk", "tv", "u"))


def _image(name: str, W: Expr, component: Expr) -> I.Definition:
    """Return name(component) = sum_e t_e W[e, component]."""
    body = sp.Sum(N.t[N.e] * W[N.e, component], (N.e, 1, N.d))
    return I.Definition(name, (component,), body, I.Meaning("project", lambda e: N.t[e], lambda e, p: W[e, p]))


_TRANSPOSED = I.Meaning("project", tq, lambda b, f: N.W_K[f, b], inner=N.d_k)

SHIFT = I.define(
    _image("tq", N.W_Q, N.b),
    _image("tk", N.W_K, N.b),
    _image("tv", N.W_V, N.g),
    I.Definition("u", (N.f,), sp.Sum(tq(N.b) * N.W_K[N.f, N.b], (N.b, 1, N.d_k)), _TRANSPOSED),
)
"""The images of t under the three projections, and u = t A."""


def tokens(i: Expr, e: Expr) -> Expr:
    """Return the entry x_ie of the data."""
    return N.x[i, e]


def passes(
    upper: Callable[[Expr], Expr] = I.causal_upper,
    entry: Callable[[Expr, Expr], Expr] = tokens,
    mark: str = "",
) -> tuple[I.Pass, I.Pass, dict[str, I.Definition]]:
    """Return the pass over `entry`, the pass over `entry` + t, and all definitions with those of the shift."""
    before = I.attention(mark, upper=upper, tokens=entry)
    after = I.attention(mark + "'", upper=upper, tokens=lambda i, e: entry(i, e) + N.t[e])
    return before, after, {**before.definitions, **after.definitions, **SHIFT}


def only_first(row: Callable[[Expr], Expr]) -> Callable[[Expr, Expr], Expr]:
    """Return the tokens whose first is `row` and whose others are zero: the witness of the only-if directions."""
    return lambda i, e: sp.KroneckerDelta(i, 1) * row(e)
