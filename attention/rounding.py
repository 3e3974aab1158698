r"""The a-priori error bound of attention in floating point, computed from the data at hand.

*Model* [higham2002, section 2.2].  u is the unit roundoff and eta the smallest positive number of the compute
dtype; fl(a op b) = (a op b)(1 + e) + f with |e| <= u and |f| <= eta, where f = 0 for sums and differences.
gamma_k = k u / (1 - k u) bounds |prod (1 + e_i)^{+-1} - 1| over k factors.  exp is off by at most
`exp_ulps` units in the last place: by a factor 1 + e, |e| <= 2 exp_ulps u, plus at most exp_ulps eta.
Inputs are exact. A hat marks what is computed.  |.| of an array is taken entry by entry and products of
arrays are matrix products.

*Dot products* [higham2002, eq. 3.5], in any order of summation, with or without fused multiply-add:

    |q^ - q| <= Dq := gamma_d |x||W_Q| + 2 d eta     (each f is amplified by at most 1 + gamma_d <= 2),

so that q and q^ both lie within Aq := |q*| + 2 Dq, where q* is the float64 value computed here, itself within
Dq of q; the same for k and v.  From q^ k^ - q k = (q^ - q) k^ + q (k^ - k) and the rounded scale c^,

    |s^ - s| <= D := (1 + u) |c^| (gamma_{d_k} Aq Ak + 2 d_k eta + Dq Ak + Aq Dk)
                     + (u |c^| + |c^ - c|) Aq Ak + eta,

where the terms of the multiplication by c fall away for c = 1.

*Shifted softmax.*  Fix a row, let S be its allowed set, k = |S|, M = max_S s^ (exact), f_j = e^{s_j - M}
and F = sum_S f_j: then p_j = f_j / F, for any M.  An entry whose score lies so far below the maximum that
f_j and its computed value both are below eta is *dead*; let delta be the largest D and R the largest
M - s^_j over the live entries.  The difference s^_j - M is rounded once, so

    e^_j = f_j e^{theta_j} + g_j,   |theta_j| <= phi := delta + u R + 2 exp_ulps u / (1 - 2 exp_ulps u),
                                    |g_j| <= g := (exp_ulps + 2) eta,

which holds for dead entries as well, with theta_j = 0.  The entry that attains M is live and there
f >= e^{-delta}, so F >= e^{-delta}, and the k terms g change the sum by a relative A := k g e^{phi + delta}
at most.  The sum adds k - 1 factors and the division at most two (a reciprocal, a product): with
H := 1 + gamma_{k+1},

    p_j / G - b <= w^_j <= p_j G + b,    G := H e^{2 phi} / (1 - A),    b := g e^{delta} G + eta,

where e^{2 phi} stands because an error of phi enters both the numerator and the sum.  So

    |w^_j - p_j| <= Dw_j := P_j (G - 1) + b,

where P_j := min(1, G (p*_j + b)) >= p_j, since the float64 softmax p* computed here obeys the same
inequalities.  To first order in u this is [blanchard2021, section 3], a relative error of about (k + 2 R) u
and small multiples of u, and 2 delta for the scores.  As 0 <= w^_j <= 1 + gamma_{k+1} always, the error is
never more than that; a bound that large says nothing.

*Outputs*, one more product and k - 1 more sums, dividing before or after them:

    |a^ - a| <= Dw Av + P Dv + gamma_{k+2} (P + Dw) Av + 2 k eta,

from w^ v^ - p v = (w^ - p) v^ + p (v^ - v).

*Consequences that are sharper than the difference of two bounds*, since the normaliser or the scores cancel:

    |sum_j w^_j - 1| <= tau := gamma_{k+1} + k eta;
    min_S v - h <= a^ <= max_S v + h,
        h := (tau + gamma_{k+2} (1 + tau)) max_S Av + max_S Dv + 2 k eta;
    |ln(w^_j / w^_l) - (s_j - s_l)| <= L_j + L_l,   L_j := phi_j + 3 u + 2 r_j,

where phi_j is phi with D_j and M - s^_j of the entry itself in place of delta and R, and
r_j := (2 g + 2 k eta) e^{phi_j + delta} / p_j is the part that underflow may have taken, evaluated with
p_j >= p*_j / (2 G); L_j is infinite where p*_j is below 2 b or r_j above 1/2.

*Running sums.*  An implementation that rescales a running sum (online softmax, blocks) rounds exp and a
product once more for each of its `rescalings`; the exponents telescope to M - s^_j at most, so phi grows by
rescalings (2 exp_ulps u / (1 - 2 exp_ulps u) + 2 u), and, since numerator and sum now round differently,
tau becomes G - 1 + k b at delta = 0.

*Out of scope*: overflow.  `in_scope` is False where a majorant of an intermediate, sum_S Av of an undivided
output among them, exceeds half the largest number.

The bound is evaluated in float64: its terms are non-negative sums of products, so evaluation is off by a
relative gamma_N of float64, N the number of operations in a row, and the result is enlarged by that; 2 eta
in place of eta covers the underflow of the evaluation itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, SupportsFloat, TypeAlias

import numpy as np
import numpy.typing as npt

Values: TypeAlias = "npt.NDArray[np.float64]"
Truths: TypeAlias = "npt.NDArray[np.bool_]"

EXP_ULPS = 4.0
"""What NumPy documents for its vectorised functions; measured for exp in all three dtypes: below 2."""


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """The arithmetic of an implementation, as the model sees it.

    Attributes:
        dtype: the compute dtype. unit: u, half the distance from 1 to the next number. least: eta, the
        smallest positive number; the smallest normal one where subnormals are flushed to zero. largest: the
        largest finite number. exp_ulps: accuracy of exp in units in the last place. rescalings: how often a
        running sum may be rescaled in one row.
    """

    dtype: np.dtype[Any]
    unit: float
    least: float
    largest: float
    exp_ulps: float = EXP_ULPS
    rescalings: int = 0

    @classmethod
    def of(
        cls,
        dtype: npt.DTypeLike,
        *,
        exp_ulps: float = EXP_ULPS,
        rescalings: int = 0,
        flush_to_zero: bool = False,
    ) -> Arithmetic:
        """Return the arithmetic of a floating dtype."""
        kind = np.dtype(dtype)
        limits = np.finfo(kind)
        least = limits.smallest_normal if flush_to_zero else limits.smallest_subnormal
        return cls(kind, float(limits.eps) / 2, float(least), float(limits.max), exp_ulps, rescalings)

    def gamma(self, k: npt.ArrayLike) -> Values:
        """Return k u / (1 - k u), infinite where k u >= 1."""
        ku = np.asarray(k, dtype=np.float64) * self.unit
        with np.errstate(divide="ignore"):
            return np.asarray(np.where(ku < 1, ku / np.maximum(1 - ku, 0), np.inf))


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Attention in float64 through BLAS: not the twin and not exact, but bounded by the same analysis."""

    q: Values
    k: Values
    v: Values
    scores: Values
    weights: Values
    outputs: Values


@dataclass(frozen=True, slots=True, eq=False)
class ErrorBound:
    """Bounds on |computed - exact|, entry by entry; vacuous or infinite where nothing is known.

    Attributes:
        q, k, v: Dq, Dk, Dv; (..., n, d_k), (..., m, d_k), (..., m, d_v).
        scores, weights: D, Dw; (..., n, m).
        outputs: (..., n, d_v).
        row_sums: tau; (..., n).
        log_weights: L; (..., n, m).
        in_scope: (...,) True where no intermediate can overflow.
        informative: (...,) True where in scope and every Dw is below 1/2.
        reference: float64 values, each within the bound of the exact ones.
        allowed: (..., n, m) the mask.
        arithmetic: the model that the bound is for.
    """

    q: Values
    k: Values
    v: Values
    scores: Values
    weights: Values
    outputs: Values
    row_sums: Values
    log_weights: Values
    in_scope: Truths
    informative: Truths
    reference: Reference
    allowed: Truths
    arithmetic: Arithmetic


@dataclass(frozen=True, slots=True, eq=False)
class _Operand:
    """A matrix known to `error`: its float64 value, and whether computing it can overflow, for each batch."""

    value: Values
    error: Values
    fits: Truths

    @property
    def majorant(self) -> Values:
        return np.asarray(np.abs(self.value) + 2 * self.error)


def error_bound(
    x: npt.ArrayLike,
    W_Q: npt.ArrayLike,
    W_K: npt.ArrayLike,
    W_V: npt.ArrayLike,
    *,
    allowed: npt.ArrayLike,
    scale: SupportsFloat = 1,
    arithmetic: Arithmetic | None = None,
) -> ErrorBound:
    """Return how far a computed `attention` of these arguments can be from the exact one.

    Args:
        x: (..., n, d) tokens.
        W_Q: (..., d, d_k) query weights.
        W_K: (..., d, d_k) key weights.
        W_V: (..., d, d_v) value weights.
        allowed: booleans that broadcast to (..., n, n), no row empty.
        scale: the factor c of the score.
        arithmetic: the compute dtype and its exp; those of x in NumPy by default.

    Source: the docstring of this module, after [higham2002] and [blanchard2021].
    """
    model = arithmetic or Arithmetic.of(np.asarray(x).dtype)
    X = np.asarray(x, dtype=np.float64)
    inner = X.shape[-1]

    def product(weight: npt.ArrayLike) -> _Operand:
        W = np.asarray(weight, dtype=np.float64)
        reach = np.abs(X) @ np.abs(W)
        error = model.gamma(inner) * reach + 2 * inner * model.least
        return _Operand(X @ W, error, _fits(reach, model))

    with np.errstate(all="ignore"):  # what overflows here is out of scope, and reported so
        return _bound(product(W_Q), product(W_K), product(W_V), np.asarray(allowed), float(scale), model, inner)


def attend_error_bound(
    q: npt.ArrayLike,
    k: npt.ArrayLike,
    v: npt.ArrayLike,
    *,
    allowed: npt.ArrayLike,
    scale: SupportsFloat = 1,
    arithmetic: Arithmetic | None = None,
) -> ErrorBound:
    """Return how far a computed `attend` of given queries, keys and values can be from the exact one.

    Args:
        q: (..., n, d_k) queries.
        k: (..., m, d_k) keys.
        v: (..., m, d_v) values.
        allowed: booleans that broadcast to (..., n, m), no row empty.
        scale: the factor c of the score.
        arithmetic: the compute dtype and its exp; those of q in NumPy by default.

    Source: the docstring of this module with Dq = Dk = Dv = 0.
    """
    model = arithmetic or Arithmetic.of(np.asarray(q).dtype)

    def given(array: npt.ArrayLike) -> _Operand:
        value = np.asarray(array, dtype=np.float64)
        return _Operand(value, np.zeros_like(value), _fits(np.abs(value), model))

    with np.errstate(all="ignore"):
        return _bound(given(q), given(k), given(v), np.asarray(allowed), float(scale), model, 0)


def hull_margin(bound: ErrorBound) -> Values:
    """Return h, (..., n, d_v): how far an output can lie outside the hull of its allowed values."""
    model = bound.arithmetic
    count = bound.allowed.sum(axis=-1)[..., None]
    tau = bound.row_sums[..., None]
    with np.errstate(all="ignore"):
        largest = largest_allowed(np.abs(bound.reference.v) + 2 * bound.v, bound.allowed)
        slack = (tau + model.gamma(count + 2) * (1 + tau)) * largest
        return np.asarray(slack + largest_allowed(bound.v, bound.allowed) + 2 * count * model.least)


def largest_allowed(v: Values, allowed: Truths) -> Values:
    """Return max over j in S(i) of v_j, entry by entry: (..., m, d_v) and (..., n, m) give (..., n, d_v)."""
    batch = np.broadcast_shapes(v.shape[:-2], allowed.shape[:-2])
    largest = np.full((*batch, allowed.shape[-2], v.shape[-1]), -np.inf)
    for j in range(v.shape[-2]):
        np.maximum(largest, v[..., None, j, :], out=largest, where=allowed[..., :, j, None])
    return largest


def _fits(reach: Values, model: Arithmetic) -> Truths:
    """Return whether all entries of each matrix stay below half the largest number; NaN does not."""
    return np.asarray(np.all(reach <= model.largest / 2, axis=(-1, -2)))


def _bound(
    q: _Operand, k: _Operand, v: _Operand, allowed: Truths, c: float, model: Arithmetic, inner: int
) -> ErrorBound:
    u, eta = model.unit, model.least
    d_k, m = k.value.shape[-1], k.value.shape[-2]
    # The longest chain of operations below, generously: sums over d, d_k and m, and what stands between them.
    enlarged = 1 + float(Arithmetic.of(np.float64).gamma(8 * (inner + d_k + m) + 200))

    reach = q.majorant @ _T(k.majorant)
    D = model.gamma(d_k) * reach + 2 * d_k * eta + q.error @ _T(k.majorant) + q.majorant @ _T(k.error)
    rounded = abs(float(model.dtype.type(c)))
    if c != 1:
        D = (1 + u) * rounded * D + (u * rounded + abs(rounded - abs(c))) * reach + eta
    D = enlarged * D
    s = c * (q.value @ _T(k.value))
    mask = np.broadcast_to(allowed, s.shape)

    softmax = _softmax_bound(s, D, mask, model)
    Dw, P = enlarged * softmax.error, softmax.majorant
    count = mask.sum(axis=-1)[..., None]
    total = (P + Dw) @ v.majorant
    Da = Dw @ v.majorant + P @ v.error + model.gamma(count + 2) * total + 2 * count * eta

    largest_score = max(1.0, rounded) * reach
    # Sums that are divided afterwards hold exponentials up to 1 in place of weights: they overflow first.
    fits = q.fits & k.fits & v.fits & _fits(largest_score, model) & _fits(mask @ v.majorant, model)
    informative = fits & np.all(Dw < 0.5, axis=(-1, -2))
    return ErrorBound(
        q=enlarged * q.error,
        k=enlarged * k.error,
        v=enlarged * v.error,
        scores=D,
        weights=Dw,
        outputs=np.asarray(enlarged * Da),
        row_sums=enlarged * softmax.row_sums,
        log_weights=enlarged * softmax.logs,
        in_scope=fits,
        informative=informative,
        reference=Reference(q.value, k.value, v.value, s, softmax.value, np.asarray(softmax.value @ v.value)),
        allowed=mask,
        arithmetic=model,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Softmax:
    """p*, Dw, P, tau and L of the derivation."""

    value: Values
    error: Values
    majorant: Values
    row_sums: Values
    logs: Values


def _softmax_bound(s: Values, D: Values, mask: Truths, model: Arithmetic) -> _Softmax:
    u, eta = model.unit, model.least
    count = mask.sum(axis=-1, keepdims=True)
    exp_error = 2 * model.exp_ulps * u / (1 - 2 * model.exp_ulps * u)
    fixed = exp_error + model.rescalings * (exp_error + 2 * u)

    # Both s and s^ lie within 2 D of the float64 scores, so M - s_j and M - s^_j lie between these two.
    gap_low = _row_max(s - 2 * D, mask) - (s + 2 * D)
    gap_high = np.maximum(_row_max(s + 2 * D, mask) - (s - 2 * D), 0)
    live = mask & (gap_low < -np.log(eta) * (1 + 4 * u))
    delta = _row_max(D, live)
    phi = delta + u * _row_max(gap_high, live) + fixed

    g = (model.exp_ulps + 2) * eta
    A = count * g * np.exp(phi + delta)
    vacuous = ~(A < 0.5)
    log_H = np.log1p(model.gamma(count + 1)) - np.log1p(-np.where(vacuous, 0, A))
    excess = np.where(vacuous, np.inf, np.expm1(2 * phi + log_H))
    b = g * np.exp(delta) * (1 + excess) + eta

    exps = np.where(mask, np.exp(np.where(mask, s - _row_max(s, mask), 0)), 0)
    p = exps / exps.sum(axis=-1, keepdims=True)
    known = np.isfinite(excess)
    P = np.where(known, np.minimum(1, (1 + excess) * (p + b)), 1) * mask
    Dw = np.where(known, np.minimum(P * excess + b, 1 + model.gamma(count + 1)), 1 + model.gamma(count + 1))

    phi_j = D + u * gap_high + fixed
    r = (2 * g + 2 * count * eta) * np.exp(phi_j + delta) * 2 * (1 + excess) / p
    usable = live & (p >= 2 * b) & (r <= 0.5)
    logs = np.where(usable, phi_j + 3 * u + 2 * r, np.inf)

    tau = model.gamma(count + 1) + count * eta
    if model.rescalings:
        without_scores = np.expm1(2 * (phi - delta) + log_H)
        tau = without_scores + count * (g * (1 + without_scores) + eta)
    return _Softmax(p, Dw * mask, P, tau[..., 0], logs)


def _row_max(values: Values, mask: Truths) -> Values:
    return np.asarray(np.where(mask, values, -np.inf).max(axis=-1, keepdims=True))


def _T(array: Values) -> Values:
    return np.swapaxes(array, -1, -2)
