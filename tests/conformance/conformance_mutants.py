"""Attention that is wrong once: every bug of the list of real ones, and more that a law should catch.

Each mutant is the textbook computation of `conformance_correct` with one step changed.  Its docstring says what is
wrong and which call shows it; outside such calls it is correct.  Where a bug was about something that the signature
lacks (returned weights, a cache object), the docstring names the call that stands for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from conformance_correct import (
    BLOCKED,
    TEXTBOOK,
    ZERO_ROWS,
    banded,
    biased,
    blocks_of,
    built,
    by_causal,
    by_causal_lower_right,
    by_lengths,
    by_window,
    capped,
    folded,
    mean_rows_of,
    nan_rows_of,
    product,
    repeated,
    scale_of,
    scores_of,
    seen_by,
    softmax,
    zero_rows,
)

TILE = 32
LOWER_RIGHT = replace(TEXTBOOK, by_causal=by_causal_lower_right)
BLOCKED_ROWS = ZERO_ROWS | {"block": 1}
LOWER_RIGHT_ROWS = ZERO_ROWS | {"alignment": "lower_right"}
COINS = np.random.default_rng(20240229)


@dataclass(frozen=True)
class Mutant:
    """A wrong implementation.

    Attributes:
        name: its name here.
        threads: where the bug happened, as repository#number; empty for our own.
        implementation: the callable.
        why: what is wrong, and which call shows it.
        laws: ids of the laws that are expected to be broken.
    """

    name: str
    threads: tuple[str, ...]
    implementation: Callable
    why: str
    laws: tuple[str, ...]


MUTANTS: dict[str, Mutant] = {}


def mutant(step, laws, *threads, steps=TEXTBOOK, traits=ZERO_ROWS):
    """Register the textbook with this step replaced by the function; its name becomes the callable."""

    def register(function):
        name, why = function.__name__, function.__doc__
        f = built(name, why, replace(steps, **{step: function}), traits)
        MUTANTS[name] = Mutant(name, threads, f, why, tuple(laws.split()))
        return f

    return register


# Masks and the future.


@mutant("by_causal", "causality truncation weights_in_unit_interval", "keras#23038", "pytorch#99282")
def causal_lost_on_another_path(call):
    """The causal mask is lost where v is not as wide as q (for: the path that returns weights)."""
    return by_causal(call) if call.v.shape[-1] == call.q.shape[-1] else True


@mutant("by_causal", "mask_and_causal all_true_mask causality", "pytorch#99282")
def causal_lost_with_a_mask(call):
    """The causal mask is lost where another mask is given (for: one condition too many)."""
    return by_causal(call) if call.mask is None else True


@mutant("by_causal", "causality truncation all_true_mask", "xformers#103")
def causal_only_with_a_mask(call):
    """The causal mask is applied only where another mask is given."""
    return True if call.mask is None else by_causal(call)


@mutant("by_causal", "causality truncation", "rasbt/LLMs-from-scratch#1061")
def causal_polarity_inverted(call):
    """Under is_causal the strict upper triangle is allowed, and the rest is not."""
    return ~by_causal(call) if call.is_causal else True


@mutant("weights", "bias_before_mask", "transformers#31673")
def bias_multiplied_by_the_mask(call, s, seen):
    """Where a bias is given, forbidden keys lose their bias and nothing else."""
    if call.bias is None:
        return softmax(call, s, seen)
    return softmax(call, np.where(seen, s, s - call.bias), np.True_)


@mutant("allowed", "chunks causality masked_keys_do_not_count", "Mikyx-1/TinyLLM#17")
def unmasked_once_a_cache_exists(call, seen):
    """Mask and causal mask are lost where there are fewer queries than keys."""
    return seen if call.shape[2] >= call.shape[3] else seen_by(replace(call, mask=None, is_causal=False))


@mutant("allowed", "causality truncation key_lengths masked_keys_do_not_count", "tt-metal#41215")
def mask_rounded_up_to_a_tile(call, seen):
    """With more than 32 keys, what a row may attend to reaches to the end of the tile of its last allowed key."""
    if call.shape[3] <= TILE:
        return seen
    j = call.positions[1]
    last = np.where(seen, j, -1).max(axis=-1, keepdims=True)
    return seen | ((j > last) & (j // TILE == last // TILE) & (last >= 0))


@mutant("prepare", "key_lengths broadcast_masks masked_key_is_deleted_key", "hyunwoongko/transformer#40")
def padding_on_the_query_axis(call):
    """Key lengths, and masks without queries where L = S, forbid queries instead of keys."""
    mask = call.mask
    if mask is not None and call.shape[2] == call.shape[3] and (np.ndim(mask) < 2 or np.shape(mask)[-2] == 1):
        mask = np.atleast_2d(mask).swapaxes(-1, -2)
    if call.key_lengths is not None:
        rows = call.positions[0] < np.reshape(call.key_lengths, (-1, 1, 1, 1))
        mask = rows if mask is None else mask & rows
    return replace(call, mask=mask, key_lengths=None)


@mutant("biased", "all_true_mask finite", "onnx#8068")
def mask_times_minus_infinity(call, s, seen):
    """The mask is added as (1 - m) * (-inf), which is NaN at every allowed key."""
    return biased(call, s, seen) + (0 if call.mask is None else (1.0 - np.asarray(call.mask, s.dtype)) * -np.inf)


@mutant("biased", "mask_and_causal all_true_mask finite", "onnx#8068")
def causal_times_minus_infinity(call, s, seen):
    """Where a mask and is_causal meet, their product with -inf is NaN at every allowed key."""
    both = call.mask is not None and call.is_causal
    return biased(call, s, seen) + ((1.0 - seen.astype(s.dtype)) * -np.inf if both else 0)


# Alignment, cache, windows.


@mutant("by_causal", "causality truncation", "mlx#2835", "executorch#22426")
def lower_right_for_upper_left(call):
    """is_causal is aligned to the lower right where L != S, and declared to be upper left."""
    return by_causal_lower_right(call)


@mutant(
    "by_causal",
    "cache_step chunks",
    "executorch#22426",
    "onnx#7297",
    "hyprstream#1521",
    steps=LOWER_RIGHT,
    traits=LOWER_RIGHT_ROWS,
)
def causal_over_the_past_too(call):
    """is_causal starts at key 0 where L < S, and is declared to start after the past."""
    return by_causal(call) if call.shape[2] < call.shape[3] else by_causal_lower_right(call)


@mutant("by_causal", "cache_step", "flax#5591", steps=LOWER_RIGHT, traits=LOWER_RIGHT_ROWS)
def step_sees_only_key_0(call):
    """A single query with is_causal sees only key 0, and is declared to see all."""
    return by_causal(call) if call.shape[2] == 1 else by_causal_lower_right(call)


@mutant("allowed", "chunks masked_key_is_deleted_key", "flax#5591")
def masked_step_sees_only_key_0(call, seen):
    """A single query with a mask sees only key 0 (for: decode and is_causal together)."""
    return seen & (call.positions[1] == 0) if call.shape[2] == 1 and call.mask is not None else seen


@mutant("allowed", "chunks", "hyprstream#1521")
def second_chunk_masked_from_0(call, seen):
    """Where L < S and the mask forbids all that a cached step may not see, queries count from 0, not from S - L."""
    late = call.mask is not None and call.shape[2] < call.shape[3]
    if not late or (call.given("mask") & ~by_causal_lower_right(replace(call, is_causal=True))).any():
        return seen
    return seen & by_causal(replace(call, is_causal=True))


@mutant("by_window", "window_edges all_true_mask", "jax#32300")
def window_lost_without_a_mask(call):
    """The window is lost where no mask is given."""
    return True if call.mask is None else by_window(call)


@mutant("by_window", "window_edges", "transformers#39408")
def window_one_long_at_the_left(call):
    """The window reaches one key further to the left."""
    return _window(call, 1, 0)


@mutant("by_window", "window_edges all_true_mask", "vllm#47332")
def window_lost_with_a_mask(call):
    """The window is lost where a mask is given (for: OR-ed with a prefix)."""
    return by_window(call) if call.mask is None else True


@mutant("by_window", "window_edges", "ollama#15591")
def ring_buffer_truncated(call):
    """The window of left + 1 keys is a ring; once it wraps, keys before its start are lost (S > left + 1)."""
    if call.window is None or call.window[0] < 0:
        return by_window(call)
    (i, j), size = call.positions, call.window[0] + 1
    return by_window(call) & (j // size >= i // size)


# Normalisation, padding, numerics.


@mutant("weights", "row_sums masked_keys_do_not_count causality masked_key_is_deleted_key", "timm#2236")
def masked_after_softmax(call, s, seen):
    """The softmax is over all keys; then forbidden weights become 0, and the row is not normalised again."""
    return np.where(seen, softmax(call, s, np.True_), 0)


@mutant("weights", "row_sums heads_independent", "detr#247")
def softmax_over_heads_and_keys(_call, s, seen):
    """The softmax is over heads and keys together (H > 1)."""
    return _softmax(s, seen, axis=(1, 3))


@mutant("weights", "row_sums truncation cache_step", "PyTorch-NLP#2")
def softmax_over_queries(_call, s, seen):
    """The softmax is over the queries."""
    return _softmax(s, seen, axis=2)


@mutant("weights", "masked_keys_of_any_size", "transformers#10484", "transformers#17306")
def minus_1e4_added(call, s, seen):
    """-1e4 is added to forbidden scores; a forbidden key counts where its score is larger by that much."""
    return softmax(call, np.where(seen, s, s - 1e4), np.True_)


@mutant("weights", "large_common_logits", "transformers#10484", "transformers#17306")
def minus_1e4_put(call, s, seen):
    """Forbidden scores become -1e4; forbidden keys count where allowed logits are as low."""
    return softmax(call, np.where(seen, s, -1e4), np.True_)


@mutant("weights", "masked_key_is_deleted_key masked_keys_do_not_count causality", "RibonanzaNet#5")
def minus_1e_minus_9_put(call, s, seen):
    """Forbidden scores become -1e-9, which is as good as any score."""
    return softmax(call, np.where(seen, s, -1e-9), np.True_)


@mutant("weights", "determinism row_sums", "pytorch#124464", "timm#1978")
def dropout_at_evaluation(call, s, seen):
    """One weight in ten is dropped at random, and the others grow."""
    return softmax(call, s, seen) * (COINS.random(s.shape) >= 0.1).astype(s.dtype) / 0.9


@mutant("prepare", "bias_before_mask", "pytorch#92554")
def float_padding_read_as_boolean(call):
    """A bias without queries is read as a boolean padding mask: keys where it is not 0 are forbidden."""
    if call.bias is None or (np.ndim(call.bias) > 1 and np.shape(call.bias)[-2] > 1):
        return call
    kept = np.asarray(call.bias) == 0
    return replace(call, bias=None, mask=kept if call.mask is None else np.asarray(call.mask, bool) & kept)


@mutant("allowed", "masked_keys_do_not_count masked_key_is_deleted_key", "mlx-vlm#1946", "TransformerLens#1005")
def left_padding_not_masked(call, seen):
    """Leading keys that the mask forbids for all queries are allowed."""
    if call.mask is None:
        return seen
    started = np.logical_or.accumulate(call.given("mask").any(axis=2, keepdims=True), axis=-1)
    return seen | (seen_by(replace(call, mask=None)) & ~started & started[..., -1:])


@mutant("rows", "empty_row", "pytorch#103749")
def empty_row_is_nan(call, out, v, seen):
    """A row that may attend to nothing is NaN, and declared to be zero."""
    return nan_rows_of(call, out, v, seen)


@mutant("rows", "empty_row", "onnxruntime#28904")
def empty_row_is_the_mean(call, out, v, seen):
    """A row that may attend to nothing is the mean of all values, and declared to be zero."""
    return mean_rows_of(call, out, v, seen)


@mutant("rows", "empty_row", "jax 0.10.2")
def empty_row_is_the_mean_with_causal(call, out, v, seen):
    """A row that mask and is_causal leave nothing is the mean of all values, future ones too."""
    both = call.mask is not None and call.is_causal
    return (mean_rows_of if both else zero_rows)(call, out, v, seen)


@mutant("weights", "large_common_logits", "DeepLearningExamples#169")
def no_maximum_subtracted(_call, s, seen):
    """The exponential is taken of the scores themselves: it overflows, or the row underflows to 0."""
    e = np.where(seen, np.exp(s), 0)
    return e / np.where(seen.any(axis=-1, keepdims=True), e.sum(axis=-1, keepdims=True), 1)


@mutant("fold", "blocks finite", "flashinfer#4051", "vllm#39148", steps=BLOCKED, traits=BLOCKED_ROWS)
def empty_block_merged(state, s, seen, v):
    """A block in which a row may attend to nothing, before any it may, is merged with -inf - (-inf)."""
    m, total, out = state
    s = np.where(seen, s, -np.inf)
    new = np.maximum(m, s.max(axis=-1, keepdims=True))
    e, keep = np.exp(s - new), np.exp(m - new)
    return new, total * keep + e.sum(axis=-1, keepdims=True), out * keep + e @ v


@mutant("fold", "blocks", "gcnasm#21", steps=BLOCKED, traits=BLOCKED_ROWS)
def maximum_of_the_tile(state, s, seen, v):
    """Every block is shifted by its own maximum, and what was summed before is not rescaled (S > block_size)."""
    _, total, out = state
    m, z, o = folded((np.full_like(total, -np.inf), np.zeros_like(total), np.zeros_like(out)), s, seen, v)
    return m, total + z, out + o


# Scale and heads.


@mutant("scale", "default_scale", "vit-pytorch#65")
def scale_of_all_heads(call):
    """The default scale is 1/sqrt(H E) (H > 1)."""
    return scale_of(call) if call.scale is not None else (call.shape[1] * call.q.shape[-1]) ** -0.5


@mutant("scale", "default_scale", "transformers#38290")
def scaled_twice(call):
    """The default scale is applied twice (E > 1)."""
    return scale_of(call) if call.scale is not None else 1 / call.q.shape[-1]


@mutant("grouped", "grouped_heads", "onnx#7274", "onnxruntime 1.23.0")
def grouped_heads_tiled(call, x):
    """Query head h reads key head h % Hkv (1 < Hkv < H)."""
    return np.tile(x, (1, call.shape[1] // x.shape[1], 1, 1))


@mutant("result", "heads_independent causality token_permutation", "opacus#825", "pytorch#67651")
def heads_merged_without_transpose(call, out):
    """Heads and queries are merged in the wrong order (H > 1 and L > 1)."""
    batch, heads, queries, _ = call.shape
    return out.reshape(batch, queries, heads, -1).swapaxes(1, 2).astype(call.q.dtype)


# Our own.


@mutant("by_mask", "masks_per_batch_and_head batch_slice")
def mask_of_the_first_batch(call):
    """The mask of batch entry 0 is used for all."""
    return True if call.mask is None else call.given("mask")[:1].astype(bool)


@mutant("by_mask", "masks_per_batch_and_head")
def mask_of_the_first_head(call):
    """The mask of head 0 is used for all."""
    return True if call.mask is None else call.given("mask")[:, :1].astype(bool)


@mutant("by_mask", "broadcast_masks")
def flat_mask_on_the_query_axis(call):
    """A mask of one axis is read as one of queries where L = S."""
    flat = call.mask is not None and np.ndim(call.mask) == 1 and call.shape[2] == call.shape[3]
    return True if call.mask is None else np.reshape(call.mask, (-1, 1)) if flat else np.asarray(call.mask, bool)


@mutant("by_mask", "masked_keys_do_not_count masked_key_is_deleted_key")
def mask_transposed(call):
    """The mask is transposed where L = S."""
    if call.mask is None:
        return True
    full = call.given("mask").astype(bool)
    return full.swapaxes(-1, -2) if call.shape[2] == call.shape[3] else full


@mutant("by_causal", "all_true_mask")
def causal_lost_with_a_true_mask(call):
    """A mask that allows everything takes the causal mask with it (for: the path without masks)."""
    return True if call.mask is not None and np.all(call.mask) else by_causal(call)


@mutant("by_causal", "causality truncation cache_step")
def causal_sees_one_ahead(call):
    """Under is_causal query i sees key i + 1."""
    i, j = call.positions
    return j <= i + 1 if call.is_causal else True


@mutant("by_causal", "mask_and_causal cache_step chunks")
def causal_misses_itself(call):
    """Under is_causal query i does not see key i."""
    i, j = call.positions
    return j < i if call.is_causal else True


@mutant("by_window", "window_edges")
def window_one_long_at_the_right(call):
    """The window reaches one key further to the right."""
    return _window(call, 0, 1)


@mutant("by_window", "window_edges")
def window_one_short_at_the_left(call):
    """The window reaches one key less to the left (left > 0)."""
    return (
        True if call.window is None else banded(call, max(call.window[0] - 1, min(call.window[0], 0)), call.window[1])
    )


@mutant("by_window", "window_edges accuracy")
def window_unbounded_read_as_minus_1(call):
    """A bound of -1 is read as a distance."""
    i, j = call.positions
    return True if call.window is None else (j >= i - call.window[0]) & (j <= i + call.window[1])


@mutant("by_lengths", "key_lengths")
def key_lengths_one_more(call):
    """The key at the length is allowed."""
    return True if call.key_lengths is None else by_lengths(replace(call, key_lengths=np.add(call.key_lengths, 1)))


@mutant("by_lengths", "key_lengths")
def key_lengths_one_less(call):
    """The last key before the length is forbidden."""
    return True if call.key_lengths is None else by_lengths(replace(call, key_lengths=np.subtract(call.key_lengths, 1)))


@mutant("by_lengths", "key_lengths")
def key_length_of_the_first_batch(call):
    """The length of batch entry 0 is used for all."""
    return True if call.key_lengths is None else by_lengths(replace(call, key_lengths=np.ravel(call.key_lengths)[:1]))


@mutant("weights", "softcap_before_mask")
def softcap_after_mask(call, s, seen):
    """Forbidden scores are -inf before the cap, hence -t after it, and count."""
    if call.softcap is None:
        return softmax(call, s, seen)
    low = np.full_like(s, -float(call.softcap))
    return softmax(call, np.where(seen, s, biased(call, low, seen)), np.True_)


@mutant("biased", "bias_before_mask")
def bias_before_softcap(call, _s, seen):
    """The cap is applied to the score and its bias."""
    return capped(call, biased(call, scores_of(call, repeated(call, call.k), scale_of(call)), seen))


@mutant("biased", "bias_before_mask")
def bias_scaled(call, s, seen):
    """The bias is multiplied by the scale."""
    return biased(call, s, seen) if call.bias is None else s + (call.bias * scale_of(call)).astype(s.dtype)


@mutant("attended", "bias_before_mask")
def bias_after_softmax(call, s, v, seen, _steps):
    """The bias is added to the weights."""
    if call.bias is None:
        return softmax(call, s, seen) @ v
    plain = softmax(call, capped(call, scores_of(call, repeated(call, call.k), scale_of(call))), seen)
    return np.where(seen, biased(call, plain, seen), 0) @ v


@mutant("biased", "bias_before_mask")
def bias_of_the_first_head(call, s, _seen):
    """The bias of head 0 is used for all."""
    return s if call.bias is None else s + call.given("bias")[:, :1].astype(s.dtype)


@mutant("scale", "zero_padding score_differences")
def scale_ignored(call):
    """The scale that is given is ignored."""
    return scale_of(replace(call, scale=None))


@mutant("blocks", "blocks", steps=BLOCKED, traits=BLOCKED_ROWS)
def tail_block_dropped(call):
    """Keys after the last full block are lost (S > block_size and no multiple of it)."""
    blocks = blocks_of(call)
    return [b for b in blocks if b.stop - b.start == blocks[0].stop - blocks[0].start]


@mutant("blocks", "blocks", steps=BLOCKED, traits=BLOCKED_ROWS)
def last_block_twice(call):
    """The last block is counted twice (S > block_size)."""
    blocks = blocks_of(call)
    return blocks if len(blocks) < 2 else [*blocks, blocks[-1]]


@mutant("prepare", "inputs_unchanged")
def q_scaled_in_place(call):
    """The caller's q is multiplied by the scale where it lies."""
    np.multiply(call.q, scale_of(call), out=call.q)
    return replace(call, scale=1.0)


_BUFFERS: dict = {}


@mutant("result", "outputs_kept")
def buffer_reused(call, out):
    """What is returned is a buffer that the next call of the same shape writes into."""
    buffer = _BUFFERS.setdefault((out.shape, call.q.dtype), np.empty(out.shape, call.q.dtype))
    buffer[...] = out
    return buffer


@mutant("prepare", "score_differences accuracy")
def features_beyond_64_lost(call):
    """Features of queries and keys after the 64th are left out, the scale is that of all (E > 64)."""
    scale = scale_of(call)
    return replace(call, q=call.q[..., :64], k=call.k[..., :64], scale=scale)


@mutant("grouped", "grouped_heads")
def groups_of_four_tiled(call, heads):
    """Key heads are tiled, not repeated, where four or more query heads read one."""
    group = call.q.shape[1] // heads.shape[1]
    return np.tile(heads, (1, group, 1, 1)) if group > 3 else repeated(call, heads)


@mutant("by_lengths", "masked_keys_do_not_count weights_in_unit_interval")
def lengths_lost_with_a_window(call):
    """Key lengths are ignored where a window is given too."""
    return True if call.window is not None else by_lengths(call)


@mutant("weights", "score_differences key_permutation")
def keys_beyond_1024_lost(_call, s, seen):
    """Keys after the 1024th are left out (S > 1024)."""
    return _softmax(s, seen & (np.arange(s.shape[-1]) < 1024), axis=3)


@mutant("result", "dtype_and_shape")
def always_float64(_call, out):
    """The output is float64 whatever came in."""
    return out.astype(np.float64)


@mutant("scores", "accuracy score_differences")
def float16_inside(call, k, scale):
    """Scores are computed in float16, which is not declared."""
    half = scores_of(replace(call, q=call.q.astype(np.float16)), k.astype(np.float16), scale)
    return half.astype(call.q.dtype)


@mutant("weights", "large_common_logits")
def nan_below_minus_3e4(call, s, seen):
    """A row whose largest score is below -3e4 is NaN (for: a sentinel that was meant for empty rows)."""
    low = np.where(seen, s, -np.inf).max(axis=-1, keepdims=True, initial=-np.inf) < -3e4
    return np.where(low, np.nan, softmax(call, s, seen))


@mutant("weights", "heads_independent causality")
def one_maximum_for_all_rows(_call, s, seen):
    """Every row is shifted by the largest score of all rows; rows that are far below it vanish."""
    s = np.where(seen, s, -np.inf)
    e = np.where(seen, np.exp(s - s.max(initial=-np.inf)), 0)
    return e / np.where(seen.any(axis=-1, keepdims=True), e.sum(axis=-1, keepdims=True), 1)


@mutant("scores", "large_common_logits")
def scores_clipped(call, k, scale):
    """Scores are clipped to 30 in size."""
    return np.clip(scores_of(call, k, scale), -30, 30)


@mutant("output", "convex_hull accuracy")
def values_clipped(call, weights, v, seen):
    """Values are clipped to 1e4 in size."""
    return product(call, weights, np.clip(v, -1e4, 1e4), seen)


@mutant("weights", "score_differences accuracy")
def powers_of_two(call, s, seen):
    """Weights are powers of two, not of e."""
    return softmax(call, s * float(np.log(2)), seen)


@mutant("weights", "row_sums accuracy")
def one_more_in_the_denominator(_call, s, seen):
    """1 is added to the sum of exponentials."""
    return _softmax(s, seen, axis=3, more=1.0)


@mutant("weights", "row_sums accuracy")
def epsilon_in_the_denominator(_call, s, seen):
    """1e-5 is added to the sum of exponentials."""
    return _softmax(s, seen, axis=3, more=1e-5)


@mutant("scale", "scale_sign")
def scale_without_a_sign(call):
    """A negative scale is taken without its sign."""
    return abs(scale_of(call))


@mutant("scale", "scale_sign")
def scale_of_zero_read_as_none(call):
    """A scale of 0 is falsy, and the default is taken instead."""
    return scale_of(call) or scale_of(replace(call, scale=None))


@mutant("prepare", "shift_invariance score_differences")
def keys_normalised(call):
    """Keys are divided by their length, as cosine attention does."""
    length = np.sqrt((call.k.astype(float) ** 2).sum(axis=-1, keepdims=True))
    return replace(call, k=(call.k / np.where(length == 0, 1, length)).astype(call.k.dtype))


@mutant("biased", "key_permutation token_permutation score_differences")
def nearer_keys_preferred(call, s, seen):
    """Scores fall with the distance of query and key, which nobody asked for."""
    i, j = call.positions
    return biased(call, s, seen) - (0.05 * abs(i - j)).astype(s.dtype)


def _window(call, left, right):
    """Keys of the window with its bounds, where there are any, moved outwards."""
    bounds = call.window or (-1, -1)
    return banded(
        call, *(bound + more if bound >= 0 else bound for bound, more in zip(bounds, (left, right), strict=True))
    )


def _softmax(s, seen, *, axis, more=0.0):
    """Return the softmax over these axes, with more added to the sum."""
    s = np.where(seen, s, -np.inf)
    e = np.where(seen, np.exp(s - s.max(axis=axis, keepdims=True, initial=-np.inf)), 0)
    total = e.sum(axis=axis, keepdims=True) + more
    return e / np.where(total == 0, 1, total)
