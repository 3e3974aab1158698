r"""Attention in exact numbers: the carrier for witnesses, audits and spot checks.

    s_ij = c (q_i . k_j),   alpha_ij = exp(s_ij) / sum_{l in S(i)} exp(s_il),   a_i = sum_{j in S(i)} alpha_ij v_j

At rational inputs and a rational scale every quantity is a quotient of exponential sums (`attention.exponentials`),
where equality is decided exactly and order by certified balls.  No float enters or decides anything.

Scope: small sizes; any allowed sets.  The field's names are offered here too, so that one import is enough.

References: [vaswani2017].
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from attention.exponentials import (
    MAX_BITS,
    START_BITS,
    ExpQuotient,
    NotExact,
    Rational,
    TooClose,
    exp,
    number,
    rational,
)

__all__ = [
    "MAX_BITS",
    "START_BITS",
    "Attention",
    "ExpQuotient",
    "Mask",
    "Matrix",
    "NotExact",
    "Rational",
    "TooClose",
    "attention",
    "causal",
    "exp",
    "full",
    "matrix",
    "number",
    "outputs",
    "project",
    "rational",
    "scores",
    "weights",
]

Matrix: TypeAlias = "list[list[ExpQuotient]]"
Mask: TypeAlias = "Sequence[Sequence[bool]] | Callable[[int, int], bool]"


@dataclass(frozen=True, slots=True)
class Attention:
    """Every intermediate of one attention pass, row by row; shapes as in `attention`."""

    q: Matrix
    k: Matrix
    v: Matrix
    scores: Matrix
    weights: Matrix
    outputs: Matrix


def matrix(rows: Iterable[Iterable[ExpQuotient | Rational]]) -> Matrix:
    """Return `rows` as exact numbers. Raises ValueError if they differ in length."""
    out = [[number(e) for e in row] for row in rows]
    if len({len(row) for row in out}) > 1:
        raise ValueError(f"expected rows of one length, got lengths {[len(row) for row in out]}")
    return out


def project(x: Matrix, w: Matrix) -> Matrix:
    """Return x W: (n, d) by (d, m) gives (n, m). Raises ValueError if the inner sizes differ."""
    if x and len(x[0]) != len(w):
        raise ValueError(f"x has {len(x[0])} columns but W has {len(w)} rows: x W is not defined")
    columns = list(zip(*w, strict=True))
    return [[_dot(row, column) for column in columns] for row in x]


def scores(q: Matrix, k: Matrix, *, scale: ExpQuotient | Rational = 1) -> Matrix:
    """Return s_ij = scale * (q_i . k_j): (n, d_k) and (m, d_k) give (n, m).

    Raises ValueError if d_k differs.
    """
    if q and k and len(q[0]) != len(k[0]):
        raise ValueError(f"q has {len(q[0])} columns but k has {len(k[0])}: q_i . k_j is not defined")
    c = number(scale)
    return [[c * _dot(qi, kj) for kj in k] for qi in q]


def weights(s: Matrix, *, allowed: Mask) -> Matrix:
    """Return alpha_ij = exp(s_ij) / sum over allowed l of exp(s_il), 0 where j is not allowed.

    Args:
        s: (n, m) rational scores.
        allowed: (n, m) booleans, or a predicate of the 0-based (i, j).

    Raises:
        ValueError: a row allows nothing, or the booleans have not the shape of s.
    """
    if not callable(allowed) and [len(row) for row in allowed] != [len(row) for row in s]:
        shapes = [[len(row) for row in rows] for rows in (s, allowed)]
        raise ValueError(f"allowed: expected rows of lengths {shapes[0]}, as s has, got {shapes[1]}")
    ok = allowed if callable(allowed) else lambda i, j: bool(allowed[i][j])
    out: Matrix = []
    for i, row in enumerate(s):
        exps = {j: exp(e) for j, e in enumerate(row) if ok(i, j)}
        if not exps:
            raise ValueError(f"row {i + 1} of the mask allows no position: its softmax is not defined")
        total = sum(exps.values(), number(0))
        out.append([exps[j] / total if j in exps else number(0) for j in range(len(row))])
    return out


def outputs(alpha: Matrix, v: Matrix) -> Matrix:
    """Return a_i = sum_j alpha_ij v_j: (n, m) and (m, d_v) give (n, d_v)."""
    return project(alpha, v)


def attention(
    x: Iterable[Iterable[ExpQuotient | Rational]],
    W_Q: Iterable[Iterable[ExpQuotient | Rational]],
    W_K: Iterable[Iterable[ExpQuotient | Rational]],
    W_V: Iterable[Iterable[ExpQuotient | Rational]],
    *,
    allowed: Mask,
    scale: ExpQuotient | Rational = 1,
) -> Attention:
    """Return every intermediate of attention over the allowed sets (DESIGN section 2), exactly.

    Args:
        x: (n, d) tokens as rows.
        W_Q: (d, d_k) query weights.
        W_K: (d, d_k) key weights.
        W_V: (d, d_v) value weights.
        allowed: (n, n) booleans or a predicate of the 0-based (i, j); True = i may attend to j.
        scale: the factor c of the score; rational, since 1/sqrt(d_k) with d_k not a square leaves the field.
    """
    X = matrix(x)
    q, k, v = (project(X, matrix(w)) for w in (W_Q, W_K, W_V))
    s = scores(q, k, scale=scale)
    alpha = weights(s, allowed=allowed)
    return Attention(q, k, v, s, alpha, outputs(alpha, v))


def causal(i: int, j: int) -> bool:
    """Allow j <= i: the chapter's mask, as a predicate."""
    return j <= i


def full(i: int, j: int) -> bool:  # noqa: ARG001
    """Allow every position: no mask, as a predicate."""
    return True


def _dot(a: Sequence[ExpQuotient], b: Sequence[ExpQuotient]) -> ExpQuotient:
    return sum((x * y for x, y in zip(a, b, strict=True)), number(0))
