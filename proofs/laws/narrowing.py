"""From a batch that breaks a law to one minimal case.

First the smallest shapes are searched with small integers; if none breaks the law, the failing case itself
is taken.  Then sizes are taken away and numbers made simpler, one at a time, as long as the law stays
broken.  All single simplifications of a case are tried at once, as the cases of one batch.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from proofs.laws.batch import Array, Batch, Structure, draw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from proofs.laws.law import Implementation, Law, Measurement

Found: TypeAlias = "tuple[Batch, Measurement]"
Search: TypeAlias = "Callable[[Batch], Found | None]"

NUMBERS = ("x", "W_Q", "W_K", "W_V", "y", "bias")
CHECKS = 500
"""Checks of the law at most. Most need far fewer; with a slow oracle the case may stay less simple."""


def narrowed(law: Law, implementation: Implementation, batch: Batch, case: int) -> Found:
    """Return a minimal case that breaks the law, with its measurement; `case` is one that does."""
    left = CHECKS

    def measure(cases: Batch) -> Measurement:
        nonlocal left
        left -= 1
        return law.check(implementation, cases)

    def broken(candidates: Batch) -> Found | None:
        start = 0
        while start < candidates.cases and left > 0:
            part = candidates.take(slice(start, None))
            try:
                measurement = measure(part)
                if measurement.broken.any():
                    single = part.take([int(np.flatnonzero(measurement.broken)[0])])
                    # Measured again on its own: what breaks a law only in company is no counterexample.
                    alone = measure(single)
                    return (single, alone) if alone.broken[0] else None
            except Exception:  # noqa: BLE001 - an implementation may refuse a case; that one is not simpler
                return None
            start += measurement.error.size  # a law with a slow oracle measures the first few only
        return None

    found = _smallest(batch, broken)
    if found is None:
        single = batch.take([case])
        found = single, law.check(implementation, single)
    while (simpler := _simpler(found[0], broken)) is not None:
        found = simpler
    return found


def _smallest(batch: Batch, broken: Search) -> Found | None:
    """Search small integers in the smallest shapes that the batch's own shape covers."""
    n, *rest = batch.sizes
    shapes = [sizes for sizes in ((1, 1, 1), (2, 1, 1), (1, 1, 2), (2, 2, 2)) if all(map(int.__le__, sizes, rest))]
    for tokens in range(1, min(n, 4) + 1):
        for d, d_k, d_v in shapes:
            for cut in range(tokens):
                structure = Structure(tokens, d, d_k, d_v, "ties", batch.x.dtype.name, batch.structure.mask, cut=cut)
                found = broken(replace(draw(structure), scale=batch.scale))
                if found is not None:
                    return found
    return None


def _simpler(case: Batch, broken: Search) -> Found | None:
    """Return a broken case that is simpler by one step, or None."""
    for smaller in _smaller(case):
        found = broken(smaller)
        if found is not None:
            return found
    candidates = _simplified(case)
    return None if candidates is None else broken(candidates)


def _smaller(case: Batch) -> Iterator[Batch]:
    """Yield the case with one token, feature, key or value coordinate less, or an earlier cut."""
    n, d, d_k, d_v = case.sizes
    if n > 1:
        for t in range(n):
            smaller = case.without_token(t)
            if smaller.allowed.any(axis=-1).all():
                yield smaller
    if d > 1:
        for f in range(d):
            dropped = {name: np.delete(getattr(case, name), f, axis=2) for name in ("x", "y")}
            dropped |= {name: np.delete(getattr(case, name), f, axis=1) for name in ("W_Q", "W_K", "W_V")}
            yield replace(case, **dropped)
    if d_k > 1:
        for b in range(d_k):
            kept = {name: np.delete(getattr(case, name), b, axis=2) for name in ("W_Q", "W_K")}
            yield replace(case, bias=np.delete(case.bias, b, axis=1), **kept)
    if d_v > 1:
        for b in range(d_v):
            yield replace(case, W_V=np.delete(case.W_V, b, axis=2))


def _simplified(case: Batch) -> Batch | None:
    """Return every case with one simpler number, or one array of simpler numbers; simplest first."""
    edits: list[tuple[float, str, Array]] = []
    for name in NUMBERS:
        array: npt.NDArray[Any] = getattr(case, name)[0]
        total = complexity(array)
        wholes = (np.zeros_like(array), np.ones_like(array), _rounded(array))
        edits += [(complexity(whole) - total, name, whole) for whole in wholes if complexity(whole) < total]
        for index in np.ndindex(array.shape):
            edits += [(gain, name, edited) for gain, edited in _entry_edits(array, index)]
    if not edits:
        return None
    edits.sort(key=lambda edit: edit[0])
    batch = case.take([0] * len(edits))
    for row, (_, name, array) in enumerate(edits):
        getattr(batch, name)[row] = array
    return batch


def _entry_edits(array: Array, index: tuple[int, ...]) -> Iterator[tuple[float, Array]]:
    """Yield the array with a simpler number at one place, and how much simpler it is (below 0)."""
    value = array[index]
    halved = float(_rounded(value / 2))
    for simple in (0.0, 1.0, -1.0, 2.0, -2.0, float(_rounded(value)), halved):
        gain = complexity(np.asarray(simple)) - complexity(np.asarray(value))
        if gain < 0:
            edited = array.copy()
            edited[index] = simple
            yield gain, edited


def _rounded(array: npt.ArrayLike) -> Array:
    return np.asarray(np.rint(array) + 0.0)


def complexity(array: Array) -> float:
    """Return how hard the numbers are to read: 0 first, then 1, small integers, large ones, fractions."""
    size = np.abs(array.astype(np.float64))
    with np.errstate(all="ignore"):
        whole = 1 + np.log2(1 + size) + (array < 0) * 0.5
        cost = np.where(array == 0, np.signbit(array) * 0.5, np.where(size == np.rint(size), whole, whole + 50))
    return float(cost.sum())
