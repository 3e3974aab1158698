"""Laws that change shapes: prefixes, cache steps, chunks, deleted keys, padding, slices, permutations.

Both runs have the same exact outputs but other orders of summation, so they agree within the sum of their bounds.
"""

from __future__ import annotations

import numpy as np

from proofs.laws.conformance.call import Array, Call
from proofs.laws.conformance.law import ConformanceLaw, close, judged, spread, together
from proofs.laws.conformance.trial import Limits, Trial
from proofs.laws.law import Measurement, distance


def _agree(one: Array, other: Array, limits: Limits, rows: slice = slice(None)) -> Measurement:
    """Hold some rows of one run to the rows of the other, within the bounds of both."""
    error, tolerance = close(one, other, limits)
    return judged(
        error[:, :, rows], tolerance[:, :, rows], applies=limits.in_scope, exercised=limits.in_scope & spread(limits)
    )


def _truncation(trial: Trial) -> Measurement:
    call = trial.call
    L, S = call.sizes[2:]
    offset = call.causal_offset(trial.traits)
    longest = min(L, S - offset) - 1
    m = max(longest - trial.problem.cut % (longest // 2 + 1), 1)
    start = call.at(queries=slice(m), keys=slice(m + offset))
    whole, prefix = trial.outputs()[:, :, :m], trial.outputs(start)
    return _agree(whole, prefix, trial.limits(start))


def _cache_step(trial: Trial) -> Measurement:
    call = trial.call
    i = trial.problem.cut % call.sizes[2]
    step = call.at(queries=slice(i, i + 1), keys=slice(i + 1))
    if trial.traits.alignment == "upper_left":
        # The newest query sees every key in the cache, and needs no mask for it.
        step = step.but(is_causal=False)
    row, alone = trial.outputs()[:, :, i : i + 1], trial.outputs(step)
    return _agree(row, alone, trial.limits(step))


def _chunks(trial: Trial) -> Measurement:
    call = trial.call
    L, S = call.sizes[2:]
    m = 1 + trial.problem.cut % (L - 1)
    rest = call.at(queries=slice(m, None))
    if trial.traits.alignment == "upper_left":
        rest = rest.but(is_causal=False, mask=np.arange(S)[None, :] <= np.arange(m, L)[:, None])
    whole = trial.outputs()
    first = trial.outputs(call.at(queries=slice(m), keys=slice(m)))
    second = trial.outputs(rest)
    return _agree(whole, np.concatenate([first, second], axis=2), trial.limits())


def _deleted(trial: Trial) -> Measurement:
    call = trial.call
    B, H, L, S = call.sizes
    j = trial.problem.cut % S
    others = np.arange(S) != j
    if call.mask is None:
        masked = call.but(mask=others.reshape(1, 1, 1, S))
    else:
        hidden = np.broadcast_to(call.mask, (B, H, L, S)) & others
        # A row that has nothing else left attends to the next key.
        masked = call.but(mask=hidden | ~hidden.any(axis=-1, keepdims=True) & (np.arange(S) == (j + 1) % S))
    deleted = masked.at(keys=np.flatnonzero(others))
    if call.mask is None:
        deleted = deleted.but(mask=None)
    limits = trial.limits(masked)
    return _agree(trial.outputs(masked), trial.outputs(deleted), limits)


def _zero_padding(trial: Trial) -> Measurement:
    call = trial.call
    extra = 1 + trial.problem.cut % 9
    explicit = call.but(scale=call.factor)
    values = _padded(call.v, extra) if trial.traits.equal_widths else call.v
    padded = explicit.but(q=_padded(call.q, extra), k=_padded(call.k, extra), v=values)
    one, other = trial.outputs(explicit), trial.outputs(padded)[..., : call.v.shape[3]]
    return _agree(one, other, trial.limits(explicit))


def _padded(array: Array, extra: int) -> Array:
    return np.pad(array, [(0, 0), (0, 0), (0, 0), (0, extra)])


def _batch_slice(trial: Trial) -> Measurement:
    call = trial.call
    b = trial.problem.cut % call.sizes[0]
    part = call.batches([b])
    whole, alone = trial.outputs()[[b]], trial.outputs(part)
    return _agree(whole, alone, trial.limits(part))


def _key_permutation(trial: Trial) -> Measurement:
    order = trial.problem.order
    permuted = trial.call.at(keys=order)
    measurement = _agree(trial.outputs(), trial.outputs(permuted), trial.limits())
    return _only_if(bool((order != np.arange(order.size)).any()), measurement)


def _token_permutation(trial: Trial) -> Measurement:
    order = trial.problem.order
    permuted = trial.call.at(queries=order, keys=order)
    measurement = _agree(trial.outputs()[:, :, order], trial.outputs(permuted), trial.limits(permuted))
    return _only_if(bool((order != np.arange(order.size)).any()), measurement)


def _only_if(moved: bool, measurement: Measurement) -> Measurement:
    """Return the measurement, with no case counted as exercised unless something moved."""
    if moved:
        return measurement
    nothing = np.zeros_like(measurement.exercised)
    return Measurement(measurement.error, measurement.tolerance, measurement.applies, nothing)


def _grouped_heads(trial: Trial) -> Measurement:
    call = trial.call
    whole, limits = trial.outputs(), trial.limits()
    repeated = close(whole, trial.outputs(call.but(k=call.expanded("k"), v=call.expanded("v"))), limits)
    # Both might read the same wrong head: one group on its own has only its own.
    group, size = trial.problem.cut % call.k.shape[1], call.groups
    heads = slice(group * size, (group + 1) * size)
    alone = trial.outputs(call.heads(np.arange(heads.start, heads.stop), np.array([group])))
    error, tolerance = repeated
    own = np.zeros_like(error)
    own[:, heads] = np.where(limits.live[:, heads, :, None], distance(whole[:, heads], alone), 0.0)
    error, tolerance = together((error, tolerance), (own, tolerance))
    return judged(error, tolerance, applies=limits.in_scope, exercised=limits.in_scope & spread(limits))


def _blocks(trial: Trial) -> Measurement:
    call = trial.call
    size = 1 + trial.problem.cut % (call.sizes[3] + 2)
    blocked: Call = call.but(block_size=size)
    limits, dense = trial.limits(blocked), trial.limits()
    error, tolerance = close(trial.outputs(blocked), trial.outputs(), limits, dense)
    applies = limits.in_scope & dense.in_scope
    return judged(error, tolerance, applies=applies, exercised=applies & spread(limits))


TRUNCATION = ConformanceLaw(
    id="truncation",
    title="A prefix run is the prefix of the run",
    claim="prefix_run_is_prefix_of_run",
    statement="With is_causal, the first m outputs are those of the first m tokens alone, within both bounds.",
    check=_truncation,
    kinds=("causal", "mask+causal", "window+causal"),
    least=(1, 1, 2, 2, 1),
)

CACHE_STEP = ConformanceLaw(
    id="cache_step",
    title="One query against the cache is a row of the causal run",
    claim="cache_equals_causal_row",
    statement="Row i of the causal run is what query i gives with the first i + 1 keys, within both bounds.",
    check=_cache_step,
    kinds=("causal",),
    square=True,
    least=(1, 1, 2, 2, 1),
)

CHUNKS = ConformanceLaw(
    id="chunks",
    title="Chunks are the whole",
    claim="chunks_equal_whole",
    statement=(
        "The causal run is the run of a first chunk followed by that of the remaining queries against all keys, within"
        " both bounds."
    ),
    check=_chunks,
    kinds=("causal",),
    square=True,
    least=(1, 1, 2, 2, 1),
)

DELETED = ConformanceLaw(
    id="masked_key_is_deleted_key",
    title="Masking a key is deleting it",
    claim="masked_key_is_deleted_key",
    statement="With key j masked for every query, outputs are those without key j, within both bounds.",
    check=_deleted,
    kinds=("none", "mask"),
    least=(1, 1, 1, 3, 1),
)

ZERO_PADDING = ConformanceLaw(
    id="zero_padding",
    title="Features that are zero change nothing",
    claim="zero_padding_changes_nothing",
    statement="With zeros appended to queries and keys, at the same explicit scale, outputs stay within both bounds.",
    check=_zero_padding,
    kinds=("none", "causal", "mask"),
)

BATCH_SLICE = ConformanceLaw(
    id="batch_slice",
    title="A slice of the batch is the batch of a slice",
    claim="head_groups_independent",
    statement="One batch entry gives the same alone as among others, within both bounds.",
    check=_batch_slice,
    least=(2, 1, 1, 2, 1),
)

KEY_PERMUTATION = ConformanceLaw(
    id="key_permutation",
    title="The order of the keys does not matter",
    claim="r6_permutation_equivariance",
    statement="With keys, values and the columns of mask and bias permuted, outputs stay within both bounds.",
    check=_key_permutation,
    kinds=("none", "mask"),
    least=(1, 1, 1, 2, 1),
)

TOKEN_PERMUTATION = ConformanceLaw(
    id="token_permutation",
    title="Unmasked attention is permutation-equivariant",
    claim="r6_permutation_equivariance",
    statement="With tokens permuted (queries, keys and values alike), outputs are permuted, within both bounds.",
    check=_token_permutation,
    kinds=("none",),
    square=True,
    least=(1, 1, 2, 2, 1),
)

GROUPED_HEADS = ConformanceLaw(
    id="grouped_heads",
    title="Query head h reads key head h // (H / H_kv)",
    claim="head_groups_independent",
    statement=(
        "Outputs are those with every key head repeated H / H_kv times in place, and those of each group alone, within"
        " both bounds."
    ),
    check=_grouped_heads,
    grouped=True,
    least=(1, 4, 1, 1, 1),
)

BLOCKS = ConformanceLaw(
    id="blocks",
    title="Blocks of every size give the dense result",
    claim="blocks_fold_to_dense",
    statement="For block sizes from 1 to beyond S, outputs are those without blocks, within both bounds.",
    check=_blocks,
    needs=("block_size",),
    modifiers=("softcap", "bias"),
)
