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
Dq of q; the same for k and v.  From q^ k^ - q k = (q^ - q) k^ + q (k^ - k) follows |s^ - s| <= D, with D as derived
in `attention.score_rounding`.

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
tau becomes G - 1 + k b at delta = 0, where R <= -ln(eta) (1 + 4 u).

*Logarithms of sums.*  Parts that are computed separately may be merged by L = M + ln(sum), rounded at u |L| each, with
|L| <= max |s| + D + ln k: their shares, exp of a difference of two, are off by 4 u (max |s| + D + ln k) more, which
tau does not cancel (`Arithmetic.logarithmic`).

*Any order of operations* (`Arithmetic.prescribed` False): the difference s^_j - M may be formed in base 2 or before
the factor c is applied, which rounds it up to four times: 4 u R in place of u R.  Errors of the scores themselves:
`attention.score_rounding`.

*Storage.*  Where inputs are rounded to the compute dtype, Dq = u |q| + eta, and so on; where outputs are rounded to a
coarser dtype with u_s, eta_s, they move by at most u_s |a^| + eta_s more.

*Out of scope*: overflow.  `in_scope` is False where a majorant of an intermediate, sum_S Av of an undivided
output among them, exceeds half the largest number.

The bound is evaluated in float64: its terms are non-negative sums of products, so evaluation is off by a
relative gamma_N of float64, N the number of operations in a row, and the result is enlarged by that; 2 eta
in place of eta covers the underflow of the evaluation itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import SupportsFloat

import numpy as np
import numpy.typing as npt

from attention.arithmetic import Arithmetic, Operand, Truths, Values
from attention.score_rounding import biased, capped, score_bound


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

    def product(weight: npt.ArrayLike) -> Operand:
        W = np.asarray(weight, dtype=np.float64)
        reach = np.abs(X) @ np.abs(W)
        error = model.gamma(inner) * reach + 2 * inner * model.least
        return Operand(X @ W, error, _fits(reach, model))

    with np.errstate(all="ignore"):  # what overflows here is out of scope, and reported so
        return _bound(product(W_Q), product(W_K), product(W_V), np.asarray(allowed), float(scale), model, inner)


def attend_error_bound(
    q: npt.ArrayLike,
    k: npt.ArrayLike,
    v: npt.ArrayLike,
    *,
    allowed: npt.ArrayLike,
    scale: SupportsFloat = 1,
    softcap: float | None = None,
    bias: npt.ArrayLike | None = None,
    arithmetic: Arithmetic | None = None,
) -> ErrorBound:
    """Return how far a computed `attend` of given queries, keys and values can be from the exact one.

    Args:
        q: (..., n, d_k) queries.
        k: (..., m, d_k) keys.
        v: (..., m, d_v) values.
        allowed: booleans that broadcast to (..., n, m), no row empty.
        scale: the factor c of the score.
        softcap: t, where scores are replaced by t tanh(s / t).
        bias: finite numbers that broadcast to (..., n, m), added to the scores after that.
        arithmetic: the compute dtype and its exp; those of q in NumPy by default.

    Source: the docstring of this module with Dq = Dk = Dv = 0, or u |q| + eta and so on where inputs are rounded to
    the compute dtype.
    """
    model = arithmetic or Arithmetic.of(np.asarray(q).dtype)

    def given(array: npt.ArrayLike) -> Operand:
        value = np.asarray(array, dtype=np.float64)
        size = np.abs(value)
        error = model.unit * size + model.least if model.narrows else None
        return Operand(value, error, _fits(size, model))

    added = None if bias is None else np.asarray(bias, dtype=np.float64)
    with np.errstate(all="ignore"):
        return _bound(
            given(q), given(k), given(v), np.asarray(allowed), float(scale), model, 0, softcap=softcap, bias=added
        )


def hull_margin(bound: ErrorBound) -> Values:
    """Return h, (..., n, d_v): how far an output can lie outside the hull of its allowed values."""
    model = bound.arithmetic
    count = bound.allowed.sum(axis=-1)[..., None]
    tau = bound.row_sums[..., None]
    with np.errstate(all="ignore"):
        largest = largest_allowed(np.abs(bound.reference.v) + 2 * bound.v, bound.allowed)
        # Nothing is known where tau is infinite, also where all values are 0.
        slack = np.where(np.isfinite(tau), (tau + model.gamma(count + 2) * (1 + tau)) * largest, np.inf)
        slack = slack + model.stored((1 + tau) * largest)
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
    q: Operand,
    k: Operand,
    v: Operand,
    allowed: Truths,
    c: float,
    model: Arithmetic,
    inner: int,
    *,
    softcap: float | None = None,
    bias: Values | None = None,
) -> ErrorBound:
    eta = model.least
    d_k, m = k.value.shape[-1], k.value.shape[-2]
    # The longest chain of operations below, generously: sums over d, d_k and m, and what stands between them.
    enlarged = 1 + float(Arithmetic.of(np.float64).gamma(8 * (inner + d_k + m) + 200))

    scores = score_bound(q, k, c, model)
    if softcap is not None:
        scores = capped(scores, softcap, model)
    if bias is not None:
        scores = biased(scores, bias, model)
    s, D = scores.value, enlarged * scores.error
    mask = np.broadcast_to(allowed, s.shape)

    softmax = _softmax_bound(s, D, mask, model)
    Dw, P = enlarged * softmax.error, softmax.majorant
    count = mask.sum(axis=-1)[..., None]
    Av = v.majorant
    moved = Dw @ Av
    total = P @ Av + moved
    Da = moved + model.gamma(count + 2) * total + 2 * count * eta
    if v.error is not None:
        Da = Da + P @ v.error
    Da = Da + model.stored(total)

    # Sums that are divided afterwards hold exponentials up to 1 in place of weights: they overflow first.
    fits = q.fits & k.fits & v.fits & _fits(scores.largest, model)
    if not _fits(Av.sum(axis=-2, keepdims=True), model).all():
        fits = fits & _fits(mask @ Av, model)
    informative = fits & np.all(Dw < 0.5, axis=(-1, -2))
    return ErrorBound(
        q=q.bound(enlarged),
        k=k.bound(enlarged),
        v=v.bound(enlarged),
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
    roundings = u if model.prescribed else 4 * u
    phi = delta + roundings * _row_max(gap_high, live) + fixed

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

    phi_j = D + roundings * gap_high + fixed
    r = (2 * g + 2 * count * eta) * np.exp(phi_j + delta) * 2 * (1 + excess) / p
    usable = live & (p >= 2 * b) & (r <= 0.5)
    logs = np.where(usable, phi_j + 3 * u + 2 * r, np.inf)

    tau = model.gamma(count + 1) + count * eta
    if model.rescalings:
        # Here the computed scores are the given ones, D = 0: what is live lies within -ln(eta) of the maximum.
        farthest = np.minimum(_row_max(gap_high, live), -np.log(eta) * (1 + 4 * u))
        phi_0 = roundings * farthest + fixed
        if model.logarithmic:
            phi_0 = phi_0 + 4 * u * (_row_max(np.abs(s) + D, live) + np.log(count))
        phi_0 = np.where(count * g * np.exp(phi_0) < 0.5, phi_0, np.inf)
        excess_0 = np.expm1(2 * phi_0 + np.log1p(model.gamma(count + 1)) - np.log1p(-count * g * np.exp(phi_0)))
        tau = np.where(np.isfinite(phi_0), excess_0 + count * (g * (1 + excess_0) + eta), np.inf)
    return _Softmax(p, Dw * mask, P, tau[..., 0], logs)


def _row_max(values: Values, mask: Truths) -> Values:
    return np.asarray(np.where(mask, values, -np.inf).max(axis=-1, keepdims=True))


def _T(array: Values) -> Values:
    return np.swapaxes(array, -1, -2)
