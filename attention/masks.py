"""Allowed sets as boolean masks: entry (i, j) is True where query i may attend to key j.

A mask is the family of sets S(i) = {j : mask[i, j]} of the one definition (DESIGN section 2); every variant
of attention (causal, window, padding, cache, blocks) is a choice of S.  Masks combine with `&`, the
intersection of the sets: `causal(n) & padding([3], n)`.

Indices are 0-based and aligned to the upper left: query i stands at the position of key i, also where the
numbers of queries n and keys m differ.

Reference: [vaswani2017], section 3.2.3, for the causal mask (there: set to minus infinity before the
softmax).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from attention.errors import DTypeError, RangeError, ShapeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Mask: TypeAlias = "npt.NDArray[np.bool_]"


def causal(n: int, m: int | None = None) -> Mask:
    """Return S(i) = {j : j <= i}, shape (n, m); m = n by default.

    Raises:
        RangeError: n or m is not a positive integer.
    """
    i, j = _positions(n, m)
    return j <= i


def full(n: int, m: int | None = None) -> Mask:
    """Return S(i) = all keys, shape (n, m); m = n by default.

    Raises:
        RangeError: n or m is not a positive integer.
    """
    i, j = _positions(n, m)
    return np.ones((i.size, j.size), dtype=np.bool_)


def window(n: int, m: int, left: int, right: int) -> Mask:
    """Return S(i) = {j : i - left <= j <= i + right}, shape (n, m); -1 leaves that side unbounded.

    `window(n, n, -1, 0)` is `causal(n)`. A query more than `left` beyond the last key has an empty row.

    Raises:
        RangeError: n or m is not a positive integer, or left or right is below -1.
    """
    i, j = _positions(n, m)
    for argument, reach in (("left", left), ("right", right)):
        if not _is_integer(reach) or reach < -1:
            raise RangeError(argument=argument, expected="an integer >= 0, or -1 for no bound", received=repr(reach))
    reached = np.ones((i.size, j.size), dtype=np.bool_)
    if left >= 0:
        reached &= j >= i - left
    if right >= 0:
        reached &= j <= i + right
    return reached


def padding(lengths: int | Sequence[int] | npt.NDArray[np.integer], m: int) -> Mask:
    """Return S(i) = {j : j < length} for every query i, shape (..., 1, m) for lengths of shape (...).

    The middle axis broadcasts over queries: the mask hides keys, never queries.

    Raises:
        DTypeError: lengths are not integers.
        RangeError: a length is negative or above m, or m is not a positive integer.
    """
    _, j = _positions(1, m)
    counts = np.asarray(lengths)
    if not np.issubdtype(counts.dtype, np.integer):
        raise DTypeError(argument="lengths", expected="integers", received=f"{counts.dtype}")
    outside = counts[(counts < 0) | (counts > m)]
    if outside.size:
        raise RangeError(argument="lengths", expected=f"lengths from 0 to m = {m}", received=f"{outside[0]}")
    return np.asarray(j < counts[..., None, None])


def from_sets(sets: Iterable[Iterable[int]], m: int) -> Mask:
    """Return the mask with S(i) = the i-th of `sets`, shape (len(sets), m). `allowed_sets` is its inverse.

    Raises:
        ShapeError: there is no set.
        RangeError: a position is not an integer from 0 to m - 1, or m is not a positive integer.
    """
    rows = [list(s) for s in sets]
    _positions(1, m)
    if not rows:
        raise ShapeError(argument="sets", expected="one set for each query, at least one", received="none")
    mask = np.zeros((len(rows), m), dtype=np.bool_)
    for i, row in enumerate(rows):
        for j in row:
            if not _is_integer(j) or not 0 <= j < m:
                raise RangeError(
                    argument="sets",
                    expected=f"positions from 0 to m - 1 = {m - 1}",
                    received=f"{j!r} in the set of query {i}",
                )
            mask[i, j] = True
    return mask


def allowed_sets(mask: Mask) -> list[set[int]]:
    """Return the sets S(i) of an (n, m) mask. `from_sets` is its inverse.

    Raises:
        DTypeError: the mask is not boolean.
        ShapeError: the mask is not a matrix.
    """
    array = np.asarray(mask)
    if array.dtype != np.bool_:
        raise DTypeError(argument="mask", expected="booleans", received=f"{array.dtype}")
    if array.ndim != 2:
        raise ShapeError(argument="mask", expected="shape (n, m)", received=f"shape {array.shape}")
    return [{int(j) for j in np.flatnonzero(row)} for row in array]


def _positions(n: int, m: int | None) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the query positions as a column and the key positions as a row."""
    sizes = (n, n if m is None else m)
    for argument, size in zip(("n", "m"), sizes, strict=True):
        if not _is_integer(size) or size < 1:
            raise RangeError(argument=argument, expected="an integer >= 1", received=repr(size))
    return np.arange(sizes[0])[:, None], np.arange(sizes[1])[None, :]


def _is_integer(value: object) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
