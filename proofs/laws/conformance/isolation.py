"""What must not count: future keys, masked keys, other heads and batch entries.

Two runs at one shape, in which the arithmetic that leads to the compared rows is the same operation by operation: the
tolerance is zero, bit for bit.
"""

from __future__ import annotations

import numpy as np

from proofs.laws.conformance.call import Array, Call, Truths
from proofs.laws.conformance.law import (
    CAUSAL,
    RESTRICTED,
    ConformanceLaw,
    any_row,
    close,
    judged,
    same_bits,
    spread,
    together,
)
from proofs.laws.conformance.trial import Trial
from proofs.laws.conformance.weights import leaked, recovered
from proofs.laws.law import Measurement


def _causality(trial: Trial) -> Measurement:
    call = trial.call
    L, S = call.sizes[2:]
    offset = call.causal_offset(trial.traits)
    cut = trial.problem.cut % L
    future = np.arange(S) > cut + offset
    rows = call.allowed(trial.traits).any(axis=-1) & (np.arange(L) <= cut)
    return _undisturbed(trial, np.broadcast_to(future, (*call.k.shape[:2], S)), rows)


def _masked_keys(trial: Trial) -> Measurement:
    return _undisturbed(trial, *_hidden(trial))


def _hidden(trial: Trial) -> tuple[Truths, Truths]:
    """Return keys (B, H_kv, S) to replace, and the rows (B, H, L) that attend to none of them.

    Every second problem replaces all keys that one row may not attend to, the others a single one.
    """
    call, problem = trial.call, trial.problem
    B, H, L, S = call.sizes
    allowed = call.allowed(trial.traits)
    groups = allowed.reshape(B, call.k.shape[1], call.groups, L, S)
    if problem.cut % 2:
        keys = np.asarray(~groups[:, :, :, problem.cut % L].any(axis=2))
    else:
        # The first and the last key are where padding and windows end.
        key = (0, S - 1, int(problem.order[0]))[problem.cut // 2 % 3]
        keys = np.broadcast_to(np.arange(S) == key, (B, call.k.shape[1], S))
    seen = np.asarray((groups & keys[:, :, None, None, :]).any(axis=-1)).reshape(B, H, L)
    return keys, np.asarray(~seen & allowed.any(axis=-1))


def _undisturbed(trial: Trial, keys: Truths, rows: Truths, *, other_k: Array | None = None) -> Measurement:
    """Replace some keys and their values; hold some rows to be the same to the bit."""
    call, problem = trial.call, trial.problem
    replaced = keys[..., None]
    after_k = np.where(replaced, problem.other_k if other_k is None else other_k, call.k)
    after_v = np.where(replaced, problem.other_v, call.v)
    before = trial.outputs()
    after = trial.outputs(call.but(k=after_k, v=after_v))
    changed = np.repeat(any_row((after_k != call.k).any(-1) & (after_v != call.v).any(-1)), call.groups, axis=1)
    finite = np.where(rows[..., None], np.isfinite(before), True).all(axis=(2, 3))
    # Scores that overflow are the business of the law about any size.
    applies = True if other_k is not None else calm(trial, call) & calm(trial, call.but(k=after_k))
    return judged(same_bits(before, after, rows), 0, applies=applies, exercised=changed & finite & rows.any(axis=-1))


def calm(trial: Trial, call: Call) -> Truths:
    """Return (B, H): where no score of a call can overflow, however it is computed."""
    E = call.q.shape[3]
    q = np.abs(call.q.astype(np.float64)).max(axis=(2, 3))
    k = np.abs(call.expanded("k").astype(np.float64)).max(axis=(2, 3))
    largest = _largest(trial)
    with np.errstate(over="ignore"):
        scaled = max(1.0, abs(call.factor)) * k
        return np.asarray((scaled <= largest) & (4 * E * q * scaled <= largest))


def _any_size(trial: Trial) -> Measurement:
    keys, rows = _hidden(trial)
    signs = np.where(trial.problem.other_k < 0, -1.0, 1.0)
    return _undisturbed(trial, keys, rows, other_k=(signs * (_largest(trial) / 2)).astype(trial.call.k.dtype))


def _not_a_number(trial: Trial) -> Measurement:
    keys, rows = _hidden(trial)
    call = trial.call
    before = trial.outputs()
    poison = np.where(keys[..., None], np.nan, 1).astype(call.k.dtype)
    try:
        after = trial.outputs(call.but(k=call.k * poison, v=call.v * poison))
    except ValueError as error:
        raise NotImplementedError(f"NaN is refused: {error}") from error
    hit = np.repeat(keys.any(axis=-1), call.groups, axis=1)
    return judged(same_bits(before, after, rows), 0, exercised=hit & rows.any(axis=-1))


def _largest(trial: Trial) -> float:
    """Return the largest number that is finite both as stored and as computed."""
    name = trial.call.k.dtype.name
    return min(float(np.finfo(each).max) for each in (name, trial.traits.compute_dtype(name)))


def _heads(trial: Trial) -> Measurement:
    call, problem = trial.call, trial.problem
    B, H, L, S = call.sizes
    H_kv = call.k.shape[1]
    b, g = problem.cut % B, (problem.cut // B) % H_kv
    target = np.zeros((B, H_kv), dtype=np.bool_)
    target[b, g] = True
    heads = np.repeat(target, call.groups, axis=1)
    other_q = np.where(heads[..., None, None], -call.q, call.q)
    changed = call.but(
        q=other_q,
        k=np.where(target[..., None, None], problem.other_k, call.k),
        v=np.where(target[..., None, None], problem.other_v, call.v),
    )
    rows = np.broadcast_to(~heads[..., None], (B, H, L)) & call.allowed(trial.traits).any(axis=-1)
    before, after = trial.outputs(), trial.outputs(changed)
    differs = bool((changed.k != call.k).any() and (changed.v != call.v).any())
    finite = np.isfinite(before).all(axis=(2, 3))
    return judged(same_bits(before, after, rows), 0, exercised=~heads & finite & differs & (S > 0))


def _masks_apart(trial: Trial) -> Measurement:
    call, problem = trial.call, trial.problem
    B, H, L, S = call.sizes
    # A checkerboard: every entry that is looked at has neighbours in batch and head that change.
    here = ((np.arange(B)[:, None] + np.arange(H) + problem.cut) % 2 == 0)[..., None, None]
    assert call.mask is not None  # noqa: S101 - the kinds of this law have a mask
    own = np.broadcast_to(call.mask, (B, H, L, S))
    # Elsewhere the mask is turned over, and a row that would be empty is left as it was.
    turned = np.where((~own).any(axis=-1, keepdims=True), ~own, own)
    changed = call.but(mask=np.where(here, own, turned))
    before, after = trial.outputs(), trial.outputs(changed)
    limits = trial.limits()
    weights, own_limits = recovered(trial)
    moved, bounds = close(before, after, limits)
    outside = leaked(weights, own_limits)
    error, tolerance = together((np.where(here, moved, 0.0), bounds), (np.where(here, outside, 0.0), 0.0))
    applies = limits.in_scope & here[..., 0, 0]
    return judged(error, tolerance, applies=applies, exercised=applies & spread(limits) & (B * H > 1))


CAUSALITY = ConformanceLaw(
    id="causality",
    title="Future keys and values never change earlier outputs",
    claim="theorem_1_agreement",
    statement=(
        "With is_causal, outputs 0..i are the same to the bit when keys and values after i (after i + S - L, aligned to"
        " the lower right) are replaced by other finite numbers."
    ),
    check=_causality,
    kinds=CAUSAL,
    least=(1, 1, 2, 2, 1),
)

MASKED_KEYS = ConformanceLaw(
    id="masked_keys_do_not_count",
    title="Masked keys and their values change nothing",
    claim="proposition_1_restriction",
    statement=(
        "Output i is the same to the bit when keys and values outside S(i) are replaced by other finite numbers, values"
        " up to the largest, keys as long as scores are finite."
    ),
    check=_masked_keys,
    kinds=RESTRICTED,
    least=(1, 1, 1, 2, 1),
)

ANY_SIZE = ConformanceLaw(
    id="masked_keys_of_any_size",
    title="A masked key may have any finite size",
    claim="proposition_1_restriction",
    statement=(
        "Output i is the same to the bit when keys and values outside S(i) are replaced by finite numbers so large that"
        " their scores overflow."
    ),
    check=_any_size,
    kinds=RESTRICTED,
    least=(1, 1, 1, 2, 1),
)

NOT_A_NUMBER = ConformanceLaw(
    id="masked_nan",
    title="A masked NaN changes nothing",
    claim=None,
    statement="Output i is the same to the bit when keys and values outside S(i) are NaN (0 * NaN is NaN).",
    check=_not_a_number,
    kinds=RESTRICTED,
    least=(1, 1, 1, 2, 1),
    opt_in=True,
)

HEADS = ConformanceLaw(
    id="heads_independent",
    title="Heads and batch entries do not see one another",
    claim="head_groups_independent",
    statement="With the queries, keys and values of one head group replaced, all others are the same to the bit.",
    check=_heads,
    least=(1, 2, 1, 1, 1),
)

MASKS_APART = ConformanceLaw(
    id="masks_per_batch_and_head",
    title="Each batch entry and head has its own mask",
    claim="head_groups_independent",
    statement=(
        "With the masks of its neighbours in batch and head turned over, an output moves within twice its bound; its"
        " weights are 0 outside its own mask."
    ),
    check=_masks_apart,
    kinds=("mask",),
    masks="full",
    least=(2, 2, 1, 2, 1),
)
