"""Attention token by token, as the chapter says it: one query, one key, one number at a time.

Written apart from `attention.numeric` on purpose, so that the two can be held against each other.  It
computes in the dtype of its inputs; the batch of cases is its only vectorised dimension.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = "npt.NDArray[Any]"


@dataclass(frozen=True, slots=True, eq=False)
class Tokenwise:
    """Scores, weights (cases, n, n) and outputs (cases, n, d_v)."""

    scores: Array
    weights: Array
    outputs: Array


def attention(x: Array, W_Q: Array, W_K: Array, W_V: Array, *, allowed: Array, scale: float = 1) -> Tokenwise:
    """Return attention of (cases, n, d) tokens, as `attention.numeric.attention` defines it."""
    cases, n, _ = x.shape
    c = x.dtype.type(scale)
    s = np.zeros((cases, n, n), dtype=x.dtype)
    alpha = np.zeros((cases, n, n), dtype=x.dtype)
    a = np.zeros((cases, n, W_V.shape[-1]), dtype=x.dtype)
    keys = [_row(x[:, j], W_K) for j in range(n)]
    values = [_row(x[:, j], W_V) for j in range(n)]
    for i in range(n):
        query = _row(x[:, i], W_Q)
        largest = np.full(cases, -np.inf, dtype=x.dtype)
        for j in range(n):
            s[:, i, j] = c * (query * keys[j]).sum(axis=-1)
            largest = np.where(allowed[:, i, j], np.maximum(largest, s[:, i, j]), largest)
        total = np.zeros(cases, dtype=x.dtype)
        for j in range(n):
            e = np.exp(np.where(allowed[:, i, j], s[:, i, j], -np.inf).astype(x.dtype) - largest)
            alpha[:, i, j] = e
            total = total + e
        for j in range(n):
            alpha[:, i, j] = alpha[:, i, j] / total
            counts = (alpha[:, i, j] != 0)[:, None]
            a[:, i] += np.where(counts, alpha[:, i, j, None] * values[j], 0).astype(x.dtype)
    return Tokenwise(s, alpha, a)


def _row(token: Array, W: Array) -> Array:
    """Return (cases, d) times (cases, d, m)."""
    return np.asarray((token[:, :, None] * W).sum(axis=1))
