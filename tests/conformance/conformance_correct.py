"""Correct attention of different make, each honest about its traits, and the steps that mutants change.

The signature is that of DESIGN section 6.  `attend` is the textbook computation cut into named steps; `built` makes a
callable of it with some steps replaced.  `einsum`, `loops`, `heads_first` and `chunked_queries` share only the allowed
set with it.  What a masked key or value holds must never matter, so masked scores are replaced, not added to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

BLOCK = 16
ZERO_ROWS = {"empty_row": "zero"}


@dataclass(frozen=True)
class Call:
    """The arguments of one call."""

    q: Any
    k: Any
    v: Any
    mask: Any = None
    is_causal: bool = False
    scale: float | None = None
    window: tuple[int, int] | None = None
    softcap: float | None = None
    bias: Any = None
    key_lengths: Any = None
    block_size: int | None = None

    @property
    def shape(self):
        """Batch, query heads, queries, keys."""
        return (*self.q.shape[:3], self.k.shape[2])

    @property
    def positions(self):
        """Queries i as a column, keys j as a row."""
        return np.arange(self.shape[2])[:, None], np.arange(self.shape[3])

    def given(self, name):
        """Return the mask or the bias, broadcast to (B, H, L, S)."""
        return np.broadcast_to(getattr(self, name), self.shape)


def by_mask(call):
    """Keys that the mask allows."""
    return True if call.mask is None else np.asarray(call.mask, dtype=bool)


def by_causal(call):
    """Keys 0..i."""
    i, j = call.positions
    return j <= i if call.is_causal else True


def by_causal_lower_right(call):
    """Keys 0..i + S - L."""
    i, j = call.positions
    return j <= i + call.shape[3] - call.shape[2] if call.is_causal else True


def by_window(call):
    """Keys i - left..i + right, where -1 is no bound."""
    return True if call.window is None else banded(call, *call.window)


def banded(call, left, right):
    """Keys i - left..i + right of a window with these bounds, negative ones unbounded."""
    i, j = call.positions
    return ((left < 0) | (j >= i - left)) & ((right < 0) | (j <= i + right))


def by_lengths(call):
    """Keys before the length of their batch entry."""
    return True if call.key_lengths is None else call.positions[1] < np.reshape(call.key_lengths, (-1, 1, 1, 1))


def as_seen(_call, seen):
    """Leave the allowed set as it is."""
    return seen


def repeated(call, x):
    """Give query head h the key head h // (H / Hkv)."""
    return np.repeat(x, call.shape[1] // x.shape[1], axis=1)


def scale_of(call):
    """Return the scale, 1/sqrt(E) by default."""
    return call.q.shape[-1] ** -0.5 if call.scale is None else float(call.scale)


def scores_of(call, k, scale):
    """Return the scaled scores."""
    return call.q @ k.swapaxes(-1, -2) * scale


def capped(call, s):
    """Return t tanh(s / t)."""
    return s if call.softcap is None else np.tanh(s / float(call.softcap)) * float(call.softcap)


def biased(call, s, _seen):
    """Add the bias."""
    return s if call.bias is None else s + np.asarray(call.bias).astype(s.dtype)


def softmax(_call, s, seen):
    """Return the shifted softmax over the allowed keys, 0 elsewhere."""
    s = np.where(seen, s, -np.inf)
    e = np.where(seen, np.exp(s - s.max(axis=-1, keepdims=True, initial=-np.inf)), 0)
    return divided(e, e.sum(axis=-1, keepdims=True))


def divided(e, total):
    """Return e / total, with 0 for 0 / 0."""
    return e / np.where(total == 0, 1, total)


def product(_call, weights, v, _seen):
    """Return the weighted sum of the values."""
    return weights @ v


def zero_rows(_call, out, _v, seen):
    """Put zeros into rows that may attend to nothing."""
    return np.where(seen.any(axis=-1, keepdims=True), out, 0)


def nan_rows_of(_call, out, _v, seen):
    """Put NaN into rows that may attend to nothing."""
    return np.where(seen.any(axis=-1, keepdims=True), out, np.nan)


def mean_rows_of(_call, out, v, seen):
    """Put the mean of all values into rows that may attend to nothing."""
    return np.where(seen.any(axis=-1, keepdims=True), out, v.mean(axis=-2, keepdims=True))


def refused_rows(_call, out, _v, seen):
    """Raise ValueError where a row may attend to nothing."""
    if not seen.any(axis=-1).all():
        raise ValueError("mask: expected at least one allowed key in every row, got a row with none")
    return out


def blocks_of(call):
    """Return the slices of keys that are folded one after the other."""
    size, keys = call.block_size or BLOCK, call.shape[3]
    return [slice(start, min(start + size, keys)) for start in range(0, keys, size)]


def folded(state, s, seen, v):
    """Fold a block into the running maximum, total and output."""
    m, total, out = state
    s = np.where(seen, s, -np.inf)
    new = np.maximum(m, s.max(axis=-1, keepdims=True))
    shift = np.where(new == -np.inf, 0, new)
    e, keep = np.exp(s - shift), np.exp(m - shift)
    return new, total * keep + e.sum(axis=-1, keepdims=True), out * keep + e @ v


def in_dtype(call, out):
    """Return the output in the dtype of q."""
    return out.astype(call.q.dtype, copy=False)


def same(call):
    """Leave the arguments as they are."""
    return call


def whole(call, s, v, seen, steps):
    """See a whole row of scores at once."""
    return steps.output(call, steps.weights(call, s, seen), v, seen)


def in_blocks(call, s, v, seen, steps):
    """See a block of keys at a time, with a running softmax."""
    start = np.full((*s.shape[:-1], 1), -np.inf, s.dtype), np.zeros((*s.shape[:-1], 1), s.dtype)
    state = *start, np.zeros((*s.shape[:-1], v.shape[-1]), s.dtype)
    for block in steps.blocks(call):
        state = steps.fold(state, s[..., block], seen[..., block], v[..., block, :])
    return divided(state[2], state[1])


@dataclass(frozen=True)
class Steps:
    """The steps of the textbook computation, in the order in which they are taken."""

    prepare: Callable = same
    by_mask: Callable = by_mask
    by_causal: Callable = by_causal
    by_window: Callable = by_window
    by_lengths: Callable = by_lengths
    allowed: Callable = as_seen
    grouped: Callable = repeated
    scale: Callable = scale_of
    scores: Callable = scores_of
    capped: Callable = capped
    biased: Callable = biased
    attended: Callable = whole
    weights: Callable = softmax
    output: Callable = product
    blocks: Callable = blocks_of
    fold: Callable = folded
    rows: Callable = zero_rows
    result: Callable = in_dtype


TEXTBOOK = Steps()
BLOCKED = Steps(attended=in_blocks)


def seen_by(call, steps=TEXTBOOK):
    """Return the allowed set, boolean of shape (B, H, L, S)."""
    seen = np.ones(call.shape, dtype=bool)
    for restriction in (steps.by_mask, steps.by_causal, steps.by_window, steps.by_lengths):
        seen &= restriction(call)
    return steps.allowed(call, seen)


def attend(call, steps=TEXTBOOK):
    """Take all steps."""
    call = steps.prepare(call)
    seen = seen_by(call, steps)
    k, v = steps.grouped(call, call.k), steps.grouped(call, call.v)
    s = steps.biased(call, steps.capped(call, steps.scores(call, k, steps.scale(call))), seen)
    return steps.result(call, steps.rows(call, steps.attended(call, s, v, seen, steps), v, seen))


def implementation(name, doc, of_call, traits):
    """Return a callable with the full signature that answers with a function of the call."""

    def f(
        q,
        k,
        v,
        *,
        mask=None,
        is_causal=False,
        scale=None,
        window=None,
        softcap=None,
        bias=None,
        key_lengths=None,
        block_size=None,
    ):
        with np.errstate(all="ignore"):
            return of_call(Call(q, k, v, mask, is_causal, scale, window, softcap, bias, key_lengths, block_size))

    f.__name__ = f.__qualname__ = name
    f.__doc__ = doc
    f.traits = dict(traits)
    return f


def built(name, doc, steps=TEXTBOOK, traits=ZERO_ROWS):
    """Return the textbook computation with these steps."""
    return implementation(name, doc, lambda call: attend(call, steps), traits)


def correct(**traits):
    """Make an implementation, which puts zeros into empty rows unless declared otherwise, of a function of the call."""
    return lambda of_call: implementation(of_call.__name__, of_call.__doc__, of_call, ZERO_ROWS | traits)


def by_root_of_scale(call, k, scale):
    """Return the scores of operands that each carry the square root of the scale."""
    root = abs(scale) ** 0.5
    return (call.q * np.copysign(root, scale)).astype(call.q.dtype) @ (k * root).swapaxes(-1, -2)


def softmax_of_base_two(_call, s, seen):
    """Return the softmax by powers of two."""
    s = np.where(seen, s * float(np.log2(np.e)), -np.inf)
    e = np.where(seen, np.exp2(s - s.max(axis=-1, keepdims=True, initial=-np.inf)), 0)
    return divided(e, e.sum(axis=-1, keepdims=True))


def one_head(q, k, v, seen, call, bias):
    """Return the attention of matrices q (L, E), k (S, E), v (S, Ev), normalised after the sum over the values."""
    s = capped(call, (q @ k.T) * scale_of(call))
    s = np.where(seen, s if bias is None else s + bias.astype(s.dtype), -np.inf)
    m = s.max(axis=-1, keepdims=True, initial=-np.inf)
    e = np.where(seen, np.exp(s - m), 0)
    return divided(e @ v, e.sum(axis=-1, keepdims=True))


@correct()
def einsum(call):
    """Group the query heads by key head and contract with einsum."""
    (batch, heads, queries, keys), groups = call.shape, call.k.shape[1]
    grouped = (batch, groups, heads // max(groups, 1), queries)
    q = call.q.reshape(*grouped, call.q.shape[-1])
    s = np.einsum("bgrle,bgse->bgrls", q, call.k).reshape(call.shape) * scale_of(call)
    seen = seen_by(call)
    weights = softmax(call, biased(call, capped(call, s), seen), seen).reshape(*grouped, keys)
    return np.einsum("bgrls,bgsv->bgrlv", weights, call.v).reshape(batch, heads, queries, call.v.shape[-1])


@correct()
def loops(call):
    """Visit every query and read its allowed keys only."""
    seen, share = seen_by(call), call.shape[1] // max(call.k.shape[1], 1)
    bias = None if call.bias is None else call.given("bias")
    out = np.zeros((*call.shape[:3], call.v.shape[-1]), call.q.dtype)
    for b, h, i in np.ndindex(*call.shape[:3]):
        js = np.flatnonzero(seen[b, h, i])
        if js.size:
            s = capped(call, (call.k[b, h // share, js] @ call.q[b, h, i]) * scale_of(call))
            s = s if bias is None else s + bias[b, h, i, js].astype(s.dtype)
            e = np.exp(s - s.max())
            out[b, h, i] = (e / e.sum()) @ call.v[b, h // share, js]
    return out


@correct()
def heads_first(call):
    """Call a function of matrices once for every head of every batch entry."""
    seen, share = seen_by(call), call.shape[1] // max(call.k.shape[1], 1)
    bias = None if call.bias is None else call.given("bias")
    out = np.zeros((*call.shape[:3], call.v.shape[-1]), call.q.dtype)
    for b, h in np.ndindex(*call.shape[:2]):
        k, v = call.k[b, h // share], call.v[b, h // share]
        out[b, h] = one_head(call.q[b, h], k, v, seen[b, h], call, None if bias is None else bias[b, h])
    return out


@correct()
def chunked_queries(call):
    """Take five queries at a time."""
    seen, k, v = seen_by(call), repeated(call, call.k).swapaxes(-1, -2), repeated(call, call.v)
    bias = np.zeros(call.shape, call.q.dtype) if call.bias is None else call.given("bias").astype(call.q.dtype)
    out = np.zeros((*call.shape[:3], call.v.shape[-1]), call.q.dtype)
    for start in range(0, call.shape[2], 5):
        rows = np.s_[:, :, start : start + 5]
        s = capped(call, (call.q[rows] @ k) * scale_of(call)) + bias[rows]
        out[rows] = softmax(call, s, seen[rows]) @ v
    return out


@correct(compute={"float64": "float32", "float16": "float32"}, dtypes=("float16", "float32", "float64"))
def float32_inside(call):
    """Compute everything in float32; what float32 cannot hold becomes its largest number."""
    most = float(np.finfo(np.float32).max)
    names = ("q", "k", "v") if call.bias is None else ("q", "k", "v", "bias")
    single = {name: np.clip(getattr(call, name), -most, most).astype(np.float32) for name in names}
    return in_dtype(call, attend(replace(call, **single)))


@correct(compute={"float64": "float32"})
def float32_softmax(call):
    """Compute scores and softmax in float32, and weigh the values as they came."""
    single = replace(call, q=call.q.astype(np.float32), k=call.k.astype(np.float32))
    steps = replace(TEXTBOOK, output=lambda _call, weights, v, _seen: weights.astype(v.dtype) @ v)
    return in_dtype(call, attend(single, replace(steps, result=lambda _call, out: out)))


@correct(layout="BLHE")
def layout_BLHE(call):
    """Take and return (batch, length, heads, width)."""
    moved = {name: getattr(call, name).swapaxes(1, 2) for name in ("q", "k", "v")}
    return attend(replace(call, **moved)).swapaxes(1, 2)


def minimal(q, k, v, *, mask=None, is_causal=False, scale=None):
    """Take no optional keyword."""
    with np.errstate(all="ignore"):
        return attend(Call(q, k, v, mask, is_causal, scale))


minimal.traits = ZERO_ROWS


def one_by_one(call):
    """Return a slice for each key."""
    return [slice(j, j + 1) for j in range(call.shape[3])]


textbook = built("textbook", "The formula.", TEXTBOOK, ZERO_ROWS | {"dtypes": ("float16", "float32", "float64")})
blocked = built("blocked", "Fold blocks of any size.", BLOCKED, ZERO_ROWS | {"block": 1})
online = built("online", "Fold key by key.", replace(BLOCKED, blocks=one_by_one), ZERO_ROWS | {"block": 1})
lower_right = built(
    "lower_right",
    "Align the last query with the last key.",
    Steps(by_causal=by_causal_lower_right),
    ZERO_ROWS | {"alignment": "lower_right"},
)
nan_rows = built("nan_rows", "Empty rows are NaN.", Steps(rows=nan_rows_of), {"empty_row": "nan"})
mean_rows = built(
    "mean_rows", "Empty rows are the mean of the values.", Steps(rows=mean_rows_of), {"empty_row": "mean"}
)
raising_rows = built("raising_rows", "Empty rows are refused.", Steps(rows=refused_rows), {"empty_row": "error"})
scaled_operands = built("scaled_operands", "Scale q and k by the root.", Steps(scores=by_root_of_scale))
two_pass_exp2 = built("two_pass_exp2", "Powers of two.", Steps(weights=softmax_of_base_two))

float16_alone = built("float16_alone", "Half precision only.", TEXTBOOK, ZERO_ROWS | {"dtypes": ("float16",)})


def capped_by_exponentials(call, s):
    """Return scores after the softcap, its tanh made of exponentials."""
    if call.softcap is None:
        return s
    t = s.dtype.type(call.softcap)
    e = np.exp(-2 * np.abs(s / t))
    return (t * np.sign(s) * ((1 - e) / (1 + e))).astype(s.dtype)


tanh_of_exponentials = built("tanh_of_exponentials", "Softcap by exponentials.", Steps(capped=capped_by_exponentials))


def merged_by_logarithms(call, s, v, seen, steps):
    """Return the outputs of blocks that are computed apart and weighed by the logarithms of their sums."""
    del steps
    parts = []
    for block in blocks_of(call):
        here = seen[..., block]
        masked = np.where(here, s[..., block], -np.inf)
        m = masked.max(axis=-1, keepdims=True, initial=-np.inf)
        e = np.where(here, np.exp(masked - m), 0)
        total = e.sum(axis=-1, keepdims=True)
        parts.append((np.where(total > 0, m + np.log(total), -np.inf), divided(e, total) @ v[..., block, :]))
    top = np.max([lse for lse, _ in parts], axis=0)
    lse = top + np.log(sum(np.where(np.isfinite(each), np.exp(each - top), 0) for each, _ in parts))
    return sum(np.where(np.isfinite(each), np.exp(each - lse), 0) * out for each, out in parts).astype(s.dtype)


split_and_merged = built(
    "split_and_merged",
    "Blocks computed apart, as when keys are split over processors.",
    Steps(attended=merged_by_logarithms),
    ZERO_ROWS | {"block": 1, "logsumexp": True},
)

CORRECT = {
    f.__name__: f
    for f in (
        textbook,
        einsum,
        loops,
        heads_first,
        chunked_queries,
        blocked,
        online,
        float32_inside,
        float32_softmax,
        lower_right,
        nan_rows,
        mean_rows,
        raising_rows,
        scaled_operands,
        two_pass_exp2,
        layout_BLHE,
        minimal,
        float16_alone,
        tanh_of_exponentials,
        split_and_merged,
    )
}
