r"""How far computed scores can be from exact ones, entry by entry.

Notation of `attention.rounding`: a hat is what is computed, A a majorant, D an error bound, u and eta those of the
compute dtype; R := Aq Ak^T.

*Prescribed order*, c times the dot product:

    |s^ - s| <= D := (1 + u) |c^| (gamma_{d_k} R + 2 d_k eta + Dq Ak + Aq Dk) + (u |c^| + |c^ - c|) R + eta,

where the terms of the multiplication by c fall away for c = 1.

*Any order*: c may be split over q, k and their product as a b e = c with a, b, e among 1, sqrt(c), c, each constant
rounded at most four times, and the product may be scaled by log2(e) as well.  At most two of the constants differ
from 1, so with the two products by them, the dot product and the products by and the rounding of log2(e), d_k + 16
relative roundings are enough; each product a q_r that underflows adds eta times at most max(1, c) |k_r|, and
likewise for k, each product of the sum eta times at most max(1, c):

    D := gamma_{d_k + 16} |c| R + 2 |c| (Dq Ak + Aq Dk) + 2 eta (max(1, |c|) (2 d_k + sum Aq + sum Ak) + 2).

*Softcap* t tanh(s / t), with s^ / t^ rounded and tanh off by 2 exp_ulps u absolutely, as where it is made of
exponentials.  As tanh is 1-Lipschitz and at most 1:

    D' := D + 2 u (|s| + D) + t eta + (4 exp_ulps + 4) u t + (exp_ulps + 1) (t + 1) eta.

*Bias* b, finite, rounded to the compute dtype, perhaps scaled by a rounded log2(e), and added:

    D'' := (1 + u) D' + u (|s'| + 4 |b|) + 2 eta.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from attention.arithmetic import Arithmetic, Operand, Values


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Float64 scores, D, and the largest intermediate on the way to them; all (..., n, m)."""

    value: Values
    error: Values
    largest: Values


def score_bound(q: Operand, k: Operand, c: float, model: Arithmetic) -> Scores:
    """Return the scores c q k^T with their error, for (..., n, d_k) queries and (..., m, d_k) keys."""
    u, eta = model.unit, model.least
    d_k = k.value.shape[-1]
    reach = q.majorant @ _T(k.majorant)
    given: Values | float = 0.0
    if q.error is not None:
        given = q.error @ _T(k.majorant)
    if k.error is not None:
        given = given + q.majorant @ _T(k.error)
    s = c * (q.value @ _T(k.value))
    if not model.prescribed:
        most = max(1.0, abs(c))
        sums = q.majorant.sum(axis=-1)[..., :, None] + k.majorant.sum(axis=-1)[..., None, :]
        D = model.gamma(d_k + 16) * abs(c) * reach + 2 * abs(c) * given + 2 * eta * (most * (2 * d_k + sums) + 2)
        return Scores(s, np.asarray(D), np.asarray(2 * most * reach))
    rounded = abs(float(model.dtype.type(c)))
    D = model.gamma(d_k) * reach + 2 * d_k * eta + given
    if c != 1:
        D = (1 + u) * rounded * D + (u * rounded + abs(rounded - abs(c))) * reach + eta
    return Scores(s, np.asarray(D), np.asarray(max(1.0, rounded) * reach))


def capped(scores: Scores, t: float, model: Arithmetic) -> Scores:
    """Return t tanh(s / t) with its error."""
    u, eta, ulps = model.unit, model.least, model.exp_ulps
    size = np.abs(scores.value) + scores.error
    D = scores.error + 2 * u * size + t * eta + (4 * ulps + 4) * u * t + (ulps + 1) * (t + 1) * eta
    return Scores(np.asarray(t * np.tanh(scores.value / t)), np.asarray(D), scores.largest)


def biased(scores: Scores, bias: Values, model: Arithmetic) -> Scores:
    """Return s + b with its error."""
    u = model.unit
    D = (1 + u) * scores.error + u * (np.abs(scores.value) + 4 * np.abs(bias)) + 2 * model.least
    return Scores(np.asarray(scores.value + bias), np.asarray(D), np.asarray(scores.largest + 2 * np.abs(bias)))


def _T(array: Values) -> Values:
    return np.swapaxes(array, -1, -2)
