"""Cases by the batch: a small structure is drawn, the many numbers follow from its seed.

A `Structure` (sizes, regime, dtype, mask, scale, seed, a few adversarial values) is what Hypothesis draws
and shrinks, and what the deterministic run enumerates; `draw` turns it into arrays of many cases at once.
That is what makes tens of thousands of cases a second possible: the cost of a draw is paid once for each
batch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from attention import masks

if TYPE_CHECKING:
    from collections.abc import Callable

Array: TypeAlias = "npt.NDArray[Any]"
Generator: TypeAlias = np.random.Generator

DTYPES = ("float16", "float32", "float64")
MASKS = ("causal", "full", "window", "padding", "sets")
SCALES = ("one", "rsqrt", "odd")
LARGEST = 8
"""Largest n, d, d_k and d_v by default."""
ARRAYS = ("x", "W_Q", "W_K", "W_V", "allowed", "y", "bias", "order")


@dataclass(frozen=True, slots=True)
class Structure:
    """What determines a batch.

    Attributes:
        n, d, d_k, d_v: sizes.
        regime: what the numbers are like; a key of REGIMES.
        dtype, mask, scale: one of DTYPES, MASKS, SCALES.
        cut: a position, modulo n.
        seed: of the numbers.
        values: adversarial numbers, put at random places of tokens and weights.
        cases: how many.
    """

    n: int = 3
    d: int = 2
    d_k: int = 2
    d_v: int = 2
    regime: str = "normal"
    dtype: str = "float64"
    mask: str = "causal"
    scale: str = "one"
    cut: int = 0
    seed: int = 0
    values: tuple[float, ...] = ()
    cases: int = 64


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Many cases of one shape and dtype.

    Attributes:
        structure: what it was drawn from.
        x: (cases, n, d) tokens.
        W_Q, W_K: (cases, d, d_k) query and key weights.
        W_V: (cases, d, d_v) value weights.
        allowed: (cases, n, n) masks, no row empty.
        y: (cases, n, d) other tokens, to replace those of x; extreme in every second case.
        bias: (cases, d_k) a constant to add to every key.
        order: (cases, n) a permutation of the positions.
        cut: a position from 0 to n - 1: where a prefix ends, or the token that is replaced or deleted.
        scale: the factor c.
    """

    structure: Structure
    x: Array
    W_Q: Array
    W_K: Array
    W_V: Array
    allowed: Array
    y: Array
    bias: Array
    order: Array
    cut: int
    scale: float

    @property
    def cases(self) -> int:
        """How many cases there are."""
        return int(self.x.shape[0])

    @property
    def sizes(self) -> tuple[int, int, int, int]:
        """The sizes n, d, d_k, d_v."""
        return (*self.x.shape[1:], self.W_Q.shape[-1], self.W_V.shape[-1])

    def take(self, cases: Any) -> Self:
        """Return some of the cases, by index or slice."""
        return replace(self, **{name: getattr(self, name)[cases] for name in ARRAYS})

    def positions(self) -> Array:
        """Return 0, ..., n - 1 as a row."""
        return np.arange(self.x.shape[1])[None, :]

    def without_token(self, t: int) -> Self:
        """Return the cases without position t; at least one position must remain."""
        order = self.order[self.order != t].reshape(self.cases, -1)
        return replace(
            self,
            x=np.delete(self.x, t, axis=1),
            y=np.delete(self.y, t, axis=1),
            allowed=np.delete(np.delete(self.allowed, t, axis=1), t, axis=2),
            cut=min(self.cut - (self.cut > t), self.x.shape[1] - 2),
            order=np.where(order > t, order - 1, order),
        )

    def truncated(self, size: int) -> Self:
        """Return the cases with every size at most `size`: first tokens, first features."""
        batch = self
        while batch.x.shape[1] > size:
            batch = batch.without_token(batch.x.shape[1] - 1)
        alone = ~batch.allowed.any(axis=-1, keepdims=True) & np.eye(batch.x.shape[1], dtype=np.bool_)
        return replace(
            batch,
            x=batch.x[:, :, :size],
            y=batch.y[:, :, :size],
            W_Q=batch.W_Q[:, :size, :size],
            W_K=batch.W_K[:, :size, :size],
            W_V=batch.W_V[:, :size, :size],
            bias=batch.bias[:, :size],
            allowed=batch.allowed | alone,
        )


def draw(structure: Structure) -> Batch:
    """Return the batch that the structure determines, always the same."""
    rng = np.random.default_rng(structure.seed)
    dtype = np.dtype(structure.dtype)
    cases, n, d, d_k, d_v = structure.cases, structure.n, structure.d, structure.d_k, structure.d_v
    regime = REGIMES[structure.regime]
    tokens, (query, key, value) = regime(rng, dtype, (cases, n, d), ((d, d_k), (d, d_k), (d, d_v)))
    others, _ = regime(rng, dtype, (cases, n, d), ())
    others[1::2] = _extreme(rng, dtype, others[1::2].shape)
    for array in (tokens, query, key, value):
        _sprinkle(rng, array, structure.values)
    return Batch(
        structure=structure,
        x=_cast(tokens, dtype),
        W_Q=_cast(query, dtype),
        W_K=_cast(key, dtype),
        W_V=_cast(value, dtype),
        allowed=_allowed(rng, structure.mask, cases, n),
        y=_cast(others, dtype),
        bias=_cast(2 * rng.standard_normal((cases, d_k)), dtype),
        order=rng.permuted(np.tile(np.arange(n), (cases, 1)), axis=1),
        cut=structure.cut % n,
        scale={"one": 1.0, "rsqrt": 1 / math.sqrt(d_k), "odd": 0.37}[structure.scale],
    )


def _cast(values: Array, dtype: np.dtype[Any]) -> Array:
    largest = float(np.finfo(dtype).max)
    return np.clip(values, -largest, largest).astype(dtype)


def _sprinkle(rng: Generator, array: Array, values: tuple[float, ...]) -> None:
    """Put each value at one random place of about half of the cases."""
    for value in values:
        flat = array.reshape(array.shape[0], -1)
        where = rng.integers(0, flat.shape[1], flat.shape[0])
        chosen = np.flatnonzero(rng.random(flat.shape[0]) < 0.5)
        flat[chosen, where[chosen]] = value


def _allowed(rng: Generator, mask: str, cases: int, n: int) -> Array:
    shape = (cases, n, n)
    if mask == "causal":
        return np.broadcast_to(masks.causal(n), shape).copy()
    if mask == "full":
        return np.broadcast_to(masks.full(n), shape).copy()
    if mask == "window":
        left, right = (int(reach) for reach in rng.integers(-1, n, 2))
        return np.broadcast_to(masks.window(n, n, left, right), shape).copy()
    if mask == "padding":
        return np.broadcast_to(masks.padding(rng.integers(1, n + 1, cases), n), shape).copy()
    chosen = rng.random(shape) < 0.5
    one = rng.integers(0, n, (cases, n))
    return np.asarray(chosen | (np.arange(n) == one[..., None]))


# -- regimes: what the numbers are like ---------------------------------------------------------------------

Shape: TypeAlias = "tuple[int, ...]"
Drawn: TypeAlias = "tuple[Array, list[Array]]"
Entries: TypeAlias = "Callable[[Shape], Array]"


def _each(entries: Entries, tokens: Shape, weights: tuple[Shape, ...]) -> Drawn:
    return entries(tokens), [entries((tokens[0], *shape)) for shape in weights]


def _normal(rng: Generator, _: np.dtype[Any], tokens: Shape, weights: tuple[Shape, ...]) -> Drawn:
    return _each(rng.standard_normal, tokens, weights)


def _integers(rng: Generator, _: np.dtype[Any], tokens: Shape, weights: tuple[Shape, ...]) -> Drawn:
    return _each(lambda shape: rng.integers(-2, 3, shape).astype(float), tokens, weights)


def _repeated(rng: Generator, _: np.dtype[Any], tokens: Shape, weights: tuple[Shape, ...]) -> Drawn:
    """Tokens from a pool of two: repeated tokens, hence tied scores."""
    cases, n, d = tokens
    pool = rng.standard_normal((cases, 2, d))
    chosen = np.take_along_axis(pool, rng.integers(0, 2, (cases, n, 1)), axis=1)
    return chosen, [rng.standard_normal((cases, *shape)) for shape in weights]


def _ties(rng: Generator, _: np.dtype[Any], tokens: Shape, weights: tuple[Shape, ...]) -> Drawn:
    return _each(lambda shape: rng.integers(-1, 2, shape).astype(float), tokens, weights)


def _huge(rng: Generator, dtype: np.dtype[Any], tokens: Shape, weights: tuple[Shape, ...]) -> Drawn:
    """Scores of 1e2 to 1e4 in half, 1e3 to 1e6 in single, 1e3 to 1e8 and now and then 1e30 in double."""
    low, high = {2: (2.0, 3.7), 4: (3.0, 6.0)}.get(dtype.itemsize, (3.0, 8.0))
    exponent = rng.uniform(low, high, (tokens[0], 1, 1))
    if dtype.itemsize == 8:
        exponent[::16] = 30
    # A score is a product of two tokens and two weights.
    factor = 10 ** (exponent / 4)
    x = factor * rng.standard_normal(tokens) / math.sqrt(tokens[-1])
    scaled = [factor * rng.standard_normal((tokens[0], *shape)) for shape in weights[:2]]
    return x, scaled + [rng.standard_normal((tokens[0], *shape)) for shape in weights[2:]]


def _tiny(rng: Generator, dtype: np.dtype[Any], tokens: Shape, weights: tuple[Shape, ...]) -> Drawn:
    """Scores near 1e-30, near 1e-6 in half."""
    factor = 10.0 ** (-1.5 if dtype.itemsize == 2 else -7.5)
    return _each(lambda shape: factor * rng.standard_normal(shape), tokens, weights)


def _subnormal(rng: Generator, dtype: np.dtype[Any], tokens: Shape, weights: tuple[Shape, ...]) -> Drawn:
    least = float(np.finfo(dtype).smallest_subnormal)
    x = least * rng.integers(-9, 10, tokens).astype(float)
    return x, [rng.integers(-2, 3, (tokens[0], *shape)).astype(float) for shape in weights]


def _signed_zero(rng: Generator, _: np.dtype[Any], tokens: Shape, weights: tuple[Shape, ...]) -> Drawn:
    return _each(lambda shape: rng.choice([0.0, -0.0, 1.0, -1.0, 0.5], shape), tokens, weights)


def _one_hot(rng: Generator, _: np.dtype[Any], tokens: Shape, weights: tuple[Shape, ...]) -> Drawn:
    """Rows with one entry that is not 0: a token is a symbol, a weight matrix selects."""

    def entries(shape: Shape) -> Array:
        hot = rng.integers(0, shape[-1], shape[:-1])[..., None] == np.arange(shape[-1])
        return np.asarray(hot * rng.choice([1.0, 1.0, 2.0, -1.0], (*shape[:-1], 1)))

    return _each(entries, tokens, weights)


def _zero_weights(rng: Generator, _: np.dtype[Any], tokens: Shape, weights: tuple[Shape, ...]) -> Drawn:
    """One weight matrix is 0, or all three, or tokens are."""
    x, drawn = _each(rng.standard_normal, tokens, weights)
    for index, array in enumerate([*drawn, x]):
        array[index::5] = 0
        array[4::5] *= index == 3
    return x, drawn


def _wide(rng: Generator, dtype: np.dtype[Any], tokens: Shape, weights: tuple[Shape, ...]) -> Drawn:
    """Entries over many orders of magnitude within one case."""
    low, high = (-3.0, 1.0) if dtype.itemsize == 2 else (-8.0, 3.0)
    return _each(lambda shape: rng.standard_normal(shape) * 10 ** rng.uniform(low, high, shape), tokens, weights)


def _extreme(rng: Generator, dtype: np.dtype[Any], shape: Shape) -> Array:
    """Finite numbers whose products overflow: a quarter of the largest number, up to it, of either sign."""
    largest = float(np.finfo(dtype).max)
    return np.asarray(rng.choice([-1.0, 1.0], shape) * rng.uniform(0.25, 1, shape) * largest)


Regime: TypeAlias = "Callable[[Generator, np.dtype[Any], Shape, tuple[Shape, ...]], Drawn]"
REGIMES: dict[str, Regime] = {
    "normal": _normal,
    "integers": _integers,
    "ties": _ties,
    "repeated": _repeated,
    "huge": _huge,
    "tiny": _tiny,
    "subnormal": _subnormal,
    "signed_zero": _signed_zero,
    "one_hot": _one_hot,
    "zero_weights": _zero_weights,
    "wide": _wide,
}

assert {field.name for field in fields(Batch)} == {"structure", "cut", "scale", *ARRAYS}  # noqa: S101
