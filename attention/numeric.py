r"""The NumPy twin: attention over allowed sets, batched, in float16, float32 or float64.

    q = x W_Q     k = x W_K     v = x W_V
    s_ij = c (q_i . k_j)
    alpha_ij = exp(s_ij - M_i) / sum_{l in S(i)} exp(s_il - M_i)  for j in S(i), else 0
    a_i = sum_{j in S(i)} alpha_ij v_j

with M_i = max_{l in S(i)} s_il.

Same names and argument order as `attention.exact`.  Leading dimensions are batch dimensions and broadcast.

*Compute dtype.*  Each stage (projection, scores, weights, outputs) takes and returns the dtype of the
inputs, so `attention.rounding` can bound the error from that dtype alone.  float32 and float64 are computed
as they are; inside a stage float16 is widened to float32 and the result rounded once, as hardware does it
(NumPy's own float16 loops do the same, one operation at a time and several times slower).

*Sums run in index order*, one elementwise multiplication and one addition for each term, and not through
BLAS. So an entry of a result is a fixed sequence of roundings of its own row and its own column: no
blocking, thread count, alignment or neighbouring value can change a bit of it.  It is slower than BLAS at
large sizes; the twin is a reference, not a kernel.

*What is not allowed does not enter.*  A masked score is replaced, not multiplied or shifted; a value row
whose weight is 0 is left out of the sum, so that neither 0 * inf nor the sign of 0 * v can leak.  Hence a
change of tokens outside S(i), of any finite size, also where it overflows, leaves a_i the same to the bit,
given the same shapes.  Finite inputs may overflow inside: what depends on it is then inf or NaN, as IEEE
754 has it, and without a warning, since a warning raised by a masked token would be a leak as well.

References: [vaswani2017], eq. 1: Attention(Q, K, V) = softmax(Q K^T / sqrt(d_k)) V, where their Q, K, V
have the rows q_i, k_j, v_j and their 1/sqrt(d_k) is `scale`; [milakov2018] and [blanchard2021] for the
shifted softmax.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, SupportsFloat, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from attention.errors import DTypeError, EmptyRowError, NonFiniteError, RangeError, ShapeError

Array: TypeAlias = "npt.NDArray[np.floating[Any]]"
EmptyRow: TypeAlias = Literal["error", "zero", "nan"]

DTYPES = (np.dtype(np.float16), np.dtype(np.float32), np.dtype(np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class Attention:
    """Every intermediate of one attention pass; shapes as in `attention`."""

    q: Array
    k: Array
    v: Array
    scores: Array
    weights: Array
    outputs: Array


def project(x: npt.ArrayLike, W: npt.ArrayLike) -> Array:
    """Return x W: (..., n, d) by (..., d, m) gives (..., n, m).

    Raises:
        DTypeError: an array is not float16, float32 or float64, or the two differ.
        ShapeError: the inner sizes differ, a size is 0, or batch dimensions do not broadcast.
        NonFiniteError: an array holds NaN or an infinity.

    Source: [vaswani2017], section 3.2.2 (their Q W_i^Q).
    """
    X, weight = _matrices(x=x, W=W)
    _match("W", f"{X.shape[-1]} rows, as x has columns", weight.shape[-2], X.shape[-1], "rows")
    return _project(X, weight)


def scores(q: npt.ArrayLike, k: npt.ArrayLike, *, scale: SupportsFloat = 1) -> Array:
    """Return s_ij = scale * (q_i . k_j): (..., n, d_k) and (..., m, d_k) give (..., n, m).

    Args:
        q: queries as rows.
        k: keys as rows.
        scale: the factor c, rounded to the dtype of q; 1/sqrt(d_k) in [vaswani2017].

    Raises:
        DTypeError: an array is not float16, float32 or float64, the two differ, or scale is not a number.
        ShapeError: d_k differs, a size is 0, or batch dimensions do not broadcast.
        NonFiniteError: an array or the scale, in the dtype of q, holds NaN or an infinity.

    Source: [vaswani2017], eq. 1 (their Q K^T / sqrt(d_k)).
    """
    Q, K = _matrices(q=q, k=k)
    _match("k", f"d_k = {Q.shape[-1]} columns, as q has", K.shape[-1], Q.shape[-1], "columns")
    return _scores(Q, K, _scale(scale, Q.dtype))


def weights(s: npt.ArrayLike, *, allowed: npt.ArrayLike, empty_row: EmptyRow = "error") -> Array:
    """Return alpha_ij = exp(s_ij - M_i) / sum over allowed l of exp(s_il - M_i), 0 where j is not allowed.

    (..., n, m) gives (..., n, m). M_i is the largest allowed score of row i, so no exponential overflows and
    the sum is at least 1.

    Args:
        s: (..., n, m) scores.
        allowed: booleans that broadcast to the shape of s; True = i may attend to j.
        empty_row: what a row that allows nothing becomes: an error, zeros, or NaN.

    Raises:
        DTypeError: s is not float16, float32 or float64, or allowed is not boolean.
        ShapeError: a size is 0, or allowed does not broadcast to s.
        NonFiniteError: s holds NaN or an infinity.
        EmptyRowError: a row allows nothing and empty_row is "error".
        RangeError: empty_row is none of the three.

    Source: [vaswani2017], eq. 1 (their softmax); [milakov2018], Algorithm 2, for the shift by the maximum.
    """
    (S,) = _matrices(s=s)
    return _weights(S, _allowed(allowed, S.shape, empty_row), empty_row)


def outputs(alpha: npt.ArrayLike, v: npt.ArrayLike) -> Array:
    """Return a_i = sum_j alpha_ij v_j over the j with alpha_ij != 0.

    (..., n, m) and (..., m, d_v) give (..., n, d_v).

    Raises:
        DTypeError: an array is not float16, float32 or float64, or the two differ. ShapeError: m differs, a
        size is 0, or batch dimensions do not broadcast. NonFiniteError: an array holds NaN or an infinity.
        A row of alpha that is NaN throughout, which is what
            `weights` makes of an empty row on request, is accepted, and so is its output.

    Source: [vaswani2017], eq. 1 (the product with their V).
    """
    weight, V = _matrices(finite=False, alpha=alpha, v=v)
    _finite("v", V)
    _finite("alpha", np.where(np.isnan(weight).all(axis=-1, keepdims=True), weight.dtype.type(0), weight))
    _match("v", f"m = {weight.shape[-1]} rows, as alpha has columns", V.shape[-2], weight.shape[-1], "rows")
    return _outputs(weight, V)


def attend(
    q: npt.ArrayLike,
    k: npt.ArrayLike,
    v: npt.ArrayLike,
    *,
    allowed: npt.ArrayLike,
    scale: SupportsFloat = 1,
    empty_row: EmptyRow = "error",
) -> Attention:
    """Return scores, weights and outputs of queries, keys and values that are given.

    Args:
        q: (..., n, d_k) queries as rows.
        k: (..., m, d_k) keys as rows.
        v: (..., m, d_v) values as rows.
        allowed: booleans that broadcast to (..., n, m); True = i may attend to j.
        scale: the factor c of the score.
        empty_row: what a row that allows nothing becomes: an error, zeros, or NaN.

    Raises:
        InputError: as `scores`, `weights` and `outputs` do, each for its arguments.

    Source: [vaswani2017], eq. 1.
    """
    Q, K, V = _matrices(q=q, k=k, v=v)
    _match("k", f"d_k = {Q.shape[-1]} columns, as q has", K.shape[-1], Q.shape[-1], "columns")
    _match("v", f"m = {K.shape[-2]} rows, as k has", V.shape[-2], K.shape[-2], "rows")
    return _attend(Q, K, V, allowed, scale, empty_row)


def attention(
    x: npt.ArrayLike,
    W_Q: npt.ArrayLike,
    W_K: npt.ArrayLike,
    W_V: npt.ArrayLike,
    *,
    allowed: npt.ArrayLike,
    scale: SupportsFloat = 1,
    empty_row: EmptyRow = "error",
) -> Attention:
    """Return every intermediate of self-attention over the allowed sets.

    Args:
        x: (..., n, d) tokens as rows.
        W_Q: (..., d, d_k) query weights.
        W_K: (..., d, d_k) key weights.
        W_V: (..., d, d_v) value weights.
        allowed: booleans that broadcast to (..., n, n); True = i may attend to j. See `attention.masks`.
        scale: the factor c of the score, rounded to the dtype of x.
        empty_row: what a row that allows nothing becomes: an error, zeros, or NaN.

    Returns:
        q, k (..., n, d_k); v (..., n, d_v); scores, weights (..., n, n); outputs (..., n, d_v); all in x's
        dtype.

    Raises:
        DTypeError: an array is not float16, float32 or float64, they differ, or allowed is not boolean.
        ShapeError: sizes do not match, one is 0, or batch dimensions do not broadcast.
        NonFiniteError: an input holds NaN or an infinity.
        EmptyRowError: a row allows nothing and empty_row is "error".
        RangeError: empty_row is none of the three.

    Source: [vaswani2017], eq. 1 with Q = x W_Q, K = x W_K, V = x W_V (section 3.2.2, one head).
    """
    X, query, key, value = _matrices(x=x, W_Q=W_Q, W_K=W_K, W_V=W_V)
    for argument, weight in (("W_Q", query), ("W_K", key), ("W_V", value)):
        _match(argument, f"d = {X.shape[-1]} rows, as x has columns", weight.shape[-2], X.shape[-1], "rows")
    _match("W_K", f"d_k = {query.shape[-1]} columns, as W_Q has", key.shape[-1], query.shape[-1], "columns")
    q, k, v = (_project(X, weight) for weight in (query, key, value))
    return _attend(q, k, v, allowed, scale, empty_row)


# -- the four steps, arguments checked: intermediates may have overflowed
# -------------------------------------------


def _attend(
    q: Array, k: Array, v: Array, allowed: npt.ArrayLike, scale: SupportsFloat, empty_row: EmptyRow
) -> Attention:
    _batch(q=q, k=k, v=v)
    s = _scores(q, k, _scale(scale, q.dtype))
    alpha = _weights(s, _allowed(allowed, s.shape, empty_row), empty_row)
    return Attention(q, k, v, s, alpha, _outputs(alpha, v))


def _project(x: Array, W: Array) -> Array:
    with np.errstate(over="ignore", invalid="ignore"):
        return _contract(_widened(x), _widened(W)).astype(x.dtype, copy=False)


def _scores(q: Array, k: Array, scale: np.floating[Any]) -> Array:
    with np.errstate(over="ignore", invalid="ignore"):
        return (scale * _contract(_widened(q), np.swapaxes(_widened(k), -1, -2))).astype(q.dtype, copy=False)


def _weights(s: Array, allowed: npt.NDArray[np.bool_], empty_row: EmptyRow) -> Array:
    wide = _widened(s)
    zero, lowest = wide.dtype.type(0), wide.dtype.type(-np.inf)
    reachable = np.where(allowed, wide, lowest)
    peak = reachable.max(axis=-1, keepdims=True)
    # Differences may overflow to -inf, whose exponential is the right 0; only inf - inf and empty rows are
    # invalid.
    with np.errstate(over="ignore", invalid="ignore"):
        exps = np.where(allowed, np.exp(reachable - peak), zero)
        total = exps[..., 0].copy()
        for j in range(1, exps.shape[-1]):
            total += exps[..., j]
        alpha = np.where(allowed, exps / total[..., None], zero)
    if empty_row == "nan":
        alpha = np.where(allowed.any(axis=-1, keepdims=True), alpha, wide.dtype.type(np.nan))
    return alpha.astype(s.dtype, copy=False)


def _outputs(alpha: Array, v: Array) -> Array:
    weight, value = _widened(alpha), _widened(v)
    batch = np.broadcast_shapes(alpha.shape[:-2], v.shape[:-2])
    total = np.zeros((*batch, alpha.shape[-2], v.shape[-1]), dtype=value.dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        for j in range(v.shape[-2]):
            share = weight[..., :, j, None]
            total += np.where(share != 0, share * value[..., None, j, :], value.dtype.type(0))
        return total.astype(v.dtype, copy=False)


def _contract(a: Array, b: Array) -> Array:
    """Return a b, each entry summed over the inner index in its order."""
    total = np.asarray(a[..., :, 0, None] * b[..., None, 0, :])
    for r in range(1, a.shape[-1]):
        total += a[..., :, r, None] * b[..., None, r, :]
    return total


def _widened(array: Array) -> Array:
    """Return float16 as float32, the other dtypes as they are."""
    return array.astype(np.float32) if array.dtype == np.float16 else array


# -- checks
# ---------------------------------------------------------------------------------------------------------


def _matrices(*, finite: bool = True, **given: npt.ArrayLike) -> tuple[Array, ...]:
    """Return the arguments as arrays of one floating dtype, at least two-dimensional, no size 0."""
    arrays = {argument: np.asarray(value) for argument, value in given.items()}
    first = next(iter(arrays))
    for argument, array in arrays.items():
        if array.dtype not in DTYPES:
            raise DTypeError(argument=argument, expected="float16, float32 or float64", received=f"{array.dtype}")
        if array.dtype != arrays[first].dtype:
            expected = f"{arrays[first].dtype}, the dtype of {first} (dtypes are not mixed)"
            raise DTypeError(argument=argument, expected=expected, received=f"{array.dtype}")
        if array.ndim < 2:
            raise ShapeError(argument=argument, expected="at least 2 dimensions", received=f"shape {array.shape}")
        if 0 in array.shape[-2:]:
            expected = "at least one row and one column"
            raise ShapeError(argument=argument, expected=expected, received=f"shape {array.shape}")
        if finite:
            _finite(argument, array)
    _batch(**arrays)
    return tuple(arrays.values())


def _finite(argument: str, array: Array) -> None:
    good = np.isfinite(array)
    if good.all():
        return
    index = tuple(int(i) for i in np.argwhere(~good)[0])
    place = "".join(f"[{i}]" for i in index)
    raise NonFiniteError(
        argument=argument,
        expected="finite numbers",
        received=f"{array[index]} at {argument}{place}",
        index=index,
    )


def _match(argument: str, expected: str, size: int, wanted: int, noun: str) -> None:
    if size != wanted:
        raise ShapeError(argument=argument, expected=expected, received=f"{size} {noun}")


def _batch(**arrays: npt.NDArray[Any]) -> None:
    try:
        np.broadcast_shapes(*(array.shape[:-2] for array in arrays.values()))
    except ValueError as error:
        shapes = ", ".join(f"{argument} {array.shape[:-2]}" for argument, array in arrays.items())
        raise ShapeError(
            argument=" and ".join(arrays), expected="batch dimensions that broadcast", received=shapes
        ) from error


def _scale(scale: SupportsFloat, dtype: np.dtype[Any]) -> np.floating[Any]:
    try:
        value = float(scale)
    except (TypeError, ValueError) as error:
        raise DTypeError(argument="scale", expected="a real number", received=repr(scale)) from error
    with np.errstate(over="ignore"):
        rounded: np.floating[Any] = dtype.type(value)
    if not math.isfinite(rounded):
        raise NonFiniteError(argument="scale", expected=f"a finite {dtype} number", received=f"{value}")
    return rounded


def _allowed(allowed: npt.ArrayLike, shape: tuple[int, ...], empty_row: EmptyRow) -> npt.NDArray[np.bool_]:
    if empty_row not in get_args(EmptyRow):
        raise RangeError(argument="empty_row", expected="'error', 'zero' or 'nan'", received=repr(empty_row))
    mask = np.asarray(allowed)
    if mask.dtype != np.bool_:
        raise DTypeError(argument="allowed", expected="booleans", received=f"{mask.dtype}")
    try:
        mask = np.broadcast_to(mask, shape)
    except ValueError as error:
        raise ShapeError(
            argument="allowed", expected=f"a shape that broadcasts to {shape}", received=f"shape {mask.shape}"
        ) from error
    empty = ~mask.any(axis=-1)
    if empty_row == "error" and empty.any():
        index = tuple(int(i) for i in np.argwhere(empty)[0])
        raise EmptyRowError(
            argument="allowed",
            expected="at least one allowed position in every row",
            received=f"none in row {index[-1]}" + (f" of batch {index[:-1]}" if index[:-1] else ""),
            index=index,
        )
    return mask
