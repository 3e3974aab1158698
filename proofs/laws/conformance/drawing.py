"""From a plan to arrays.

Logits from 1e-30 to 1e30, masks of many patterns and shapes, garbage to replace what may not count.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from proofs.laws.conformance.call import Array, Call, Truths
from proofs.laws.conformance.problem import Problem

if TYPE_CHECKING:
    from proofs.laws.conformance.plan import Plan
    from proofs.laws.conformance.traits import Traits

Generator: TypeAlias = np.random.Generator
Shapes: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]
Regime: TypeAlias = Callable[[Generator, Shapes, float, str], tuple[Array, Array]]
"""Entries of queries and keys for shapes, scale c and the name of the compute dtype."""


def draw(plan: Plan, traits: Traits) -> Problem:
    """Return the problem that a plan determines, always the same."""
    rng = np.random.default_rng(plan.seed)
    dtype = np.dtype(plan.dtype)
    compute = traits.compute_dtype(plan.dtype)
    q_shape = plan.B, plan.H, plan.L, plan.E
    k_shape = plan.B, plan.H_kv, plan.S, plan.E
    v_shape = plan.B, plan.H_kv, plan.S, plan.Ev
    scale = {"default": None, "one": 1.0, "odd": 0.37, "large": 3.0}[plan.scale]
    factor = 1 / math.sqrt(plan.E) if scale is None else scale
    # Half precision cannot hold what the others can: the compute dtype decides, or the stored one if that is narrower.
    narrow = min((plan.dtype, compute), key=lambda name: float(np.finfo(name).max))
    q, k = REGIMES[plan.regime](rng, (q_shape, k_shape), factor, narrow)
    v = _values(rng, plan, v_shape, narrow)
    q, k, v = (_cast(array, dtype, narrow) for array in (q, k, v))
    other_k, other_v = _others(rng, q, k, v_shape, factor, narrow)
    call = _restricted(rng, plan, Call(q, k, v, scale=scale), traits)
    return Problem(
        call=call,
        kind=plan.kind,
        other_k=_cast(other_k, dtype, narrow),
        other_v=_cast(other_v, dtype, narrow),
        shift=_cast((1 + np.abs(k).max()) * rng.standard_normal((plan.B, plan.H_kv, plan.E)), dtype, narrow),
        order=rng.permutation(plan.S),
        cut=plan.cut,
    )


def _cast(values: Array, dtype: np.dtype[Any], narrow: str) -> Array:
    largest = float(np.finfo(narrow).max) / 2
    return np.clip(values, -largest, largest).astype(dtype)


def _values(rng: Generator, plan: Plan, shape: tuple[int, ...], narrow: str) -> Array:
    if plan.regime in {"ties", "integers", "one_hot"}:
        return rng.integers(-2, 3, shape).astype(float)
    if plan.regime == "wide":
        return np.asarray(rng.standard_normal(shape) * 10 ** rng.uniform(-3, 3, shape))
    # Now and then very large or small: what clips, or adds a constant, shows only there.
    sizes = (1.0, 1.0, 1.0, 1.0, 1e3, 1e-2) if narrow == "float16" else (1.0, 1.0, 1.0, 1.0, 1e9, 1e-9)
    return rng.standard_normal(shape) * sizes[int(rng.integers(len(sizes)))]


def _others(
    rng: Generator, q: Array, k: Array, v_shape: tuple[int, ...], factor: float, narrow: str
) -> tuple[Array, Array]:
    """Return keys and values to replace others by, as large as finite scores allow in every second batch entry."""
    top = float(np.finfo(narrow).max)
    size = float(np.abs(q).max(initial=0)) * q.shape[-1] * max(1.0, factor)
    most = top / 4 / max(4 * size, 1.0)
    moderate = min(2 * float(np.abs(k).max(initial=0)) + 1, most)
    k_other = moderate * np.clip(rng.standard_normal(k.shape), -1, 1)
    v_other = 3 * rng.standard_normal(v_shape)
    k_other[::2] = most * _signs(rng, k_other[::2].shape)
    v_other[::2] = top / 4 * _signs(rng, v_other[::2].shape)
    return k_other, v_other


def _signs(rng: Generator, shape: tuple[int, ...]) -> Array:
    return np.asarray(rng.choice([-1.0, 1.0], shape) * rng.uniform(0.25, 1, shape))


# -- restrictions ------------------------------------------------------------------------------------------------


def _restricted(rng: Generator, plan: Plan, call: Call, traits: Traits) -> Call:
    """Return the call with the keywords that the plan asks for, no row left empty unless it asks for that."""
    L, S = plan.L, plan.S
    parts = plan.kind.split("+")
    if "causal" in parts:
        call = call.but(is_causal=True)
    keys = S
    if "lengths" in parts:
        # Beside a window more keys are kept, or there would be little left of both.
        least = 0 if plan.empty_rows else max(S // 2, 1) if "window" in parts else 1
        lengths = rng.integers(least, S + 1, plan.B)
        call, keys = call.but(key_lengths=lengths), int(lengths.min())
    if "window" in parts:
        left, right = (int(reach) for reach in rng.integers(0, max(S // 2, 1) + 1, 2))
        if plan.few_windows:
            left, right = ((1, 0), (0, 1), (1, 1))[int(rng.integers(3))]
        if not plan.empty_rows:
            left = max(left, L - keys)  # a query beyond the last key still sees it
        bounds = ((-1, right), (left, -1), (-1, -1), (left, right), (left, right), (left, right))
        call = call.but(window=bounds[int(rng.integers(len(bounds)))])
    if plan.softcap:
        call = call.but(softcap=float(rng.choice([0.5, 2.0, 30.0, 50.0])))
    if plan.biased:
        call = call.but(
            bias=_trimmed(rng.choice([1.0, 2.0, 20.0]) * rng.standard_normal(_shape(plan)), plan).astype(call.q.dtype)
        )
    if plan.blocked:
        call = call.but(block_size=int(rng.integers(1, S + 2)))
    if "mask" in parts:
        call = call.but(mask=_mask(rng, plan, call, traits))
    return call


def _shape(plan: Plan) -> tuple[int, ...]:
    whole = plan.B, plan.H, plan.L, plan.S
    return tuple(size if full else 1 for size, full in zip(whole, plan.full_axes, strict=True))


def _trimmed(array: Array, plan: Plan) -> Array:
    """Return the array without leading axes of length 1, as far as the plan's rank allows."""
    while array.ndim > plan.rank and array.shape[0] == 1:
        array = array[0]
    return array


def _mask(rng: Generator, plan: Plan, call: Call, traits: Traits) -> Truths:
    shape = _shape(plan)
    mask = _pattern(rng, plan, shape)
    rest = call.allowed(traits)
    if plan.empty_rows:
        mask &= rng.random((*shape[:3], 1)) < 0.7
    else:
        empty = np.asarray(~(rest & mask).any(axis=-1))
        if empty.any():
            # One key that the other restrictions allow is opened in each empty row, and in those that share its mask.
            opened = np.argmax(rest * rng.random(rest.shape), axis=-1)[..., None] == np.arange(plan.S)
            opened &= rest & empty[..., None]
            for axis, full in enumerate(plan.full_axes):
                if not full:
                    opened = opened.any(axis=axis, keepdims=True)
            mask = mask | opened
    return _trimmed(np.ascontiguousarray(mask), plan)


PATTERNS = ("random", "sparse", "dense", "single", "right_padding", "left_padding", "triangle", "band", "tiles")


def _pattern(rng: Generator, plan: Plan, shape: tuple[int, ...]) -> Truths:
    i, j = np.arange(shape[2])[:, None], np.arange(shape[3])[None, :]
    share = {"random": 0.5, "sparse": 0.15, "dense": 0.9}.get(plan.pattern)
    if share is not None or shape[3] == 1:
        return np.asarray(rng.random(shape) < (0.5 if share is None else share))
    S = shape[3]
    edge = rng.integers(0, S, (*shape[:2], 1, 1))
    patterns: dict[str, Callable[[], Truths]] = {
        "single": lambda: j == rng.integers(0, S, (*shape[:3], 1)),
        "right_padding": lambda: j <= edge,
        "left_padding": lambda: j >= edge,
        "triangle": lambda: j <= i + S - plan.L,
        "band": lambda: np.abs(i - j) <= edge // 2,
        "tiles": lambda: (j // 8 + i // 8 + edge) % 2 == 0,
    }
    return np.broadcast_to(patterns[plan.pattern](), shape).copy()


# -- regimes -----------------------------------------------------------------------------------------------------


def _logits(target: float, half: float) -> Regime:
    """Return the regime with scores of about this size, of `half` in float16."""

    def regime(rng: Generator, shapes: Shapes, factor: float, narrow: str) -> tuple[Array, Array]:
        size = half if narrow == "float16" else target
        each = math.sqrt(size / (factor * math.sqrt(shapes[0][-1])))
        return each * rng.standard_normal(shapes[0]), each * rng.standard_normal(shapes[1])

    return regime


def _common(rng: Generator, shapes: Shapes, factor: float, narrow: str) -> tuple[Array, Array]:
    """Scores near 1 apart from one another, all of them near -6e4 (float16: -300)."""
    q, k = REGIMES["unit"](rng, shapes, factor, narrow)
    if shapes[0][-1] > 1:
        each = math.sqrt((300 if narrow == "float16" else 6e4) / factor)
        q[..., 0], k[..., 0] = each, -each
    return q, k


def _integers(reach: int) -> Regime:
    def regime(rng: Generator, shapes: Shapes, factor: float, narrow: str) -> tuple[Array, Array]:
        del factor, narrow
        q, k = (rng.integers(-reach, reach + 1, shape).astype(float) for shape in shapes)
        return q, k

    return regime


def _repeated(rng: Generator, shapes: Shapes, factor: float, narrow: str) -> tuple[Array, Array]:
    """Keys from a pool of two: tied scores."""
    q, k = REGIMES["unit"](rng, shapes, factor, narrow)
    return q, np.take(k, rng.integers(0, min(2, k.shape[2]), k.shape[2]), axis=2)


def _one_hot(rng: Generator, shapes: Shapes, factor: float, narrow: str) -> tuple[Array, Array]:
    """One feature of each query and key is not 0."""
    del factor, narrow
    E = shapes[0][-1]
    q, k = (
        (rng.integers(0, E, shape[:-1])[..., None] == np.arange(E))
        * rng.choice([1.0, 2.0, -1.0, 4.0], (*shape[:-1], 1))
        for shape in shapes
    )
    return q, k


def _zero(rng: Generator, shapes: Shapes, factor: float, narrow: str) -> tuple[Array, Array]:
    """Some queries or keys are 0, of either sign."""
    q, k = REGIMES["unit"](rng, shapes, factor, narrow)
    q[..., ::3, :] *= 0
    k[..., 1::3, :] *= 0
    return q, k


def _wide(rng: Generator, shapes: Shapes, factor: float, narrow: str) -> tuple[Array, Array]:
    """Entries over many orders of magnitude."""
    del factor
    low, high = (-3.0, 1.0) if narrow == "float16" else (-8.0, 2.0)
    q, k = (rng.standard_normal(shape) * 10 ** rng.uniform(low, high, shape) for shape in shapes)
    return q, k


REGIMES: dict[str, Regime] = {
    "unit": _logits(1, 1),
    "spread": _logits(8, 8),
    "integers": _integers(2),
    "ties": _integers(1),
    "repeated": _repeated,
    "tiny": _logits(1e-30, 1e-6),
    "large": _logits(1e4, 300),
    "huge": _logits(1e30, 5e3),
    "common_negative": _common,
    "one_hot": _one_hot,
    "zero": _zero,
    "wide": _wide,
}
