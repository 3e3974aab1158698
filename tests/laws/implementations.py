"""Implementations to hold the laws against: correct ones of another make, and mutants, each wrong once.

Every mutant is the plain textbook computation with one line changed; most rebuild a bug that was shipped.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from attention import masks, numeric


def plain(
    x,
    W_Q,
    W_K,
    W_V,
    *,
    allowed,
    scale=1,
    project=np.matmul,
    scores=None,
    mask=lambda s, allowed: np.where(allowed, s, -np.inf),
    shift=lambda s: s.max(axis=-1, keepdims=True),
    exp=np.exp,
    axis=-1,
    reweigh=lambda alpha, allowed: alpha,  # noqa: ARG005
    outputs=np.matmul,
):
    """Attention as a textbook writes it, through BLAS; each step can be replaced."""
    q, k, v = project(x, W_Q), project(x, W_K), project(x, W_V)
    c = x.dtype.type(scale)
    s = (scores or (lambda q, k, c: c * (q @ k.swapaxes(-1, -2))))(q, k, c)
    masked = mask(s, allowed).astype(x.dtype)
    exps = exp(masked - shift(masked)).astype(x.dtype)
    alpha = reweigh(exps / exps.sum(axis=axis, keepdims=True), allowed).astype(x.dtype)
    return SimpleNamespace(q=q, k=k, v=v, scores=s, weights=alpha, outputs=outputs(alpha, v).astype(x.dtype))


# -- correct, of another make ----------------------------------------------------------------------


def blas(*arrays, allowed, scale=1):
    """Textbook attention through BLAS that leaves masked values out of the product, as the twin does."""

    def outputs(alpha, v):
        # One matrix product for each query, over the values that count: what is masked never enters.
        kept = np.where((alpha != 0)[..., None], v[..., None, :, :], 0)
        return np.matmul(alpha[..., None, :], kept)[..., 0, :] + 0.0

    return plain(*arrays, allowed=allowed, scale=scale, outputs=outputs)


def loops(x, W_Q, W_K, W_V, *, allowed, scale=1):
    """Python loops over cases and allowed keys only; sums run backwards."""
    q, k, v = x @ W_Q, x @ W_K, x @ W_V
    c = x.dtype.type(scale)
    s = (q[:, :, None, :] * k[:, None, :, :])[..., ::-1].sum(axis=-1).astype(x.dtype) * c
    alpha = np.zeros_like(s)
    a = np.zeros_like(v)
    for b in range(x.shape[0]):
        for i in range(x.shape[1]):
            keys = np.flatnonzero(allowed[b, i])[::-1]
            row = s[b, i, keys]
            e = np.exp(row - row.max())
            alpha[b, i, keys] = e / e.sum()
            a[b, i] = (alpha[b, i, keys, None] * v[b, keys]).sum(axis=0)
    return SimpleNamespace(scores=s, weights=alpha, outputs=a)


def online(x, W_Q, W_K, W_V, *, allowed, scale=1):
    """Online softmax: running maximum, denominator and output, key by key (Milakov & Gimelshein 2018)."""
    zero = x.dtype.type(0)
    q, k, v = x @ W_Q, x @ W_K, x @ W_V
    s = (q @ k.swapaxes(-1, -2)).astype(x.dtype) * x.dtype.type(scale)
    top = np.full(s.shape[:-1], -np.inf, dtype=x.dtype)
    total = np.zeros_like(top)
    a = np.zeros_like(v)
    for j in range(s.shape[-1]):
        here = allowed[..., j]
        new = np.where(here, np.maximum(top, s[..., j]), top)
        rescale = np.where(np.isneginf(top), zero, np.exp(top - new))
        e = np.where(here, np.exp(s[..., j] - new), zero)
        total = total * rescale + e
        a = np.where(here[..., None], a * rescale[..., None] + e[..., None] * v[..., None, j, :], a)
        top = new
    alpha = np.where(allowed, np.exp(s - top[..., None]) / total[..., None], zero)
    return SimpleNamespace(scores=s, weights=alpha, outputs=a / total[..., None])


online.traits = {"rescalings": 8}

CORRECT = {"blas": blas, "loops": loops, "online": online}


# -- wrong once ------------------------------------------------------------------------------------


def _shifted(offset):
    """Return the twin with every allowed set moved by so many keys; an emptied row keeps its first key."""

    def mutant(*arrays, allowed, scale=1):
        moved = np.zeros_like(allowed)
        if offset > 0:
            moved[..., offset:] = allowed[..., :-offset]
            moved |= allowed
        else:
            moved[..., :offset] = allowed[..., -offset:]
            moved &= allowed
        moved[..., 0] |= ~moved.any(axis=-1)
        return numeric.attention(*arrays, allowed=moved, scale=scale)

    return mutant


def _transposed(*arrays, allowed, scale=1):
    turned = np.swapaxes(allowed, -1, -2).copy()
    turned[..., 0] |= ~turned.any(axis=-1)
    return numeric.attention(*arrays, allowed=turned, scale=scale)


def _inverted(*arrays, allowed, scale=1):
    other = ~allowed
    other[..., 0] |= ~other.any(axis=-1)
    return numeric.attention(*arrays, allowed=other, scale=scale)


def _ignored(*arrays, allowed, scale=1):
    return numeric.attention(*arrays, allowed=np.ones_like(allowed), scale=scale)


def _only_causal(*arrays, allowed, scale=1):
    """Other masks are lost on the path that is causal anyway."""
    return numeric.attention(*arrays, allowed=allowed | masks.causal(allowed.shape[-1]), scale=scale)


def _tiled(*arrays, allowed, scale=1):
    """A tile of 4 keys is computed whole as soon as one of them is allowed."""
    wide = allowed.copy()
    for start in range(0, allowed.shape[-1], 4):
        wide[..., start : start + 4] |= allowed[..., start : start + 4].any(axis=-1, keepdims=True)
    return numeric.attention(*arrays, allowed=wide, scale=scale)


def _rescaled(factor):
    def mutant(x, W_Q, W_K, W_V, *, allowed, scale=1):
        return numeric.attention(x, W_Q, W_K, W_V, allowed=allowed, scale=factor(scale, x, W_Q))

    return mutant


def _variant(**changes):
    def mutant(*arrays, allowed, scale=1):
        return plain(*arrays, allowed=allowed, scale=scale, **changes)

    return mutant


def _narrow(*arrays, allowed, scale=1):
    narrow = [array.astype(np.float32) if array.dtype == np.float64 else array for array in arrays]
    result = numeric.attention(*narrow, allowed=allowed, scale=scale)
    stages = ("q", "k", "v", "scores", "weights", "outputs")
    return SimpleNamespace(**{stage: getattr(result, stage).astype(arrays[0].dtype) for stage in stages})


def _projected(query=0, key=1, value=2):
    """Return the twin with projections mixed up where the shapes agree."""

    def mutant(x, *weights, allowed, scale=1):
        chosen = [weights[role] for role in (query, key, value)]
        if chosen[0].shape != chosen[1].shape or chosen[2].shape != weights[2].shape:
            chosen = weights
        return numeric.attention(x, *chosen, allowed=allowed, scale=scale)

    return mutant


def _mixed(*arrays, allowed, scale=1):
    """Weights applied along the queries: alpha^T v."""
    result = numeric.attention(*arrays, allowed=allowed, scale=scale)
    a = numeric._outputs(np.swapaxes(result.weights, -1, -2), result.v)
    return SimpleNamespace(scores=result.scores, weights=result.weights, outputs=a)


def _positional(*arrays, allowed, scale=1):
    """A bias that favours near keys was left in."""
    n = allowed.shape[-1]
    near = -np.abs(np.arange(n)[:, None] - np.arange(n))
    return plain(*arrays, allowed=allowed, scale=scale, mask=lambda s, ok: np.where(ok, s + near, -np.inf))


def _frozen(x, W_Q, W_K, W_V, *, allowed, scale=1):
    """The cache was filled for the first token and never again."""
    result = numeric.attention(x, W_Q, W_K, W_V, allowed=allowed, scale=scale)
    v = np.broadcast_to(result.v[..., :1, :], result.v.shape)
    return SimpleNamespace(scores=result.scores, weights=result.weights, outputs=numeric._outputs(result.weights, v))


def _centred(x, *weights, allowed, scale=1):
    """Tokens lose their mean over features first, as a layer norm would have it."""
    centred = (x - x.mean(axis=-1, keepdims=True)).astype(x.dtype)
    return numeric.attention(centred, *weights, allowed=allowed, scale=scale)


def _dropout(x, *weights, allowed, scale=1):
    """Dropout left on at evaluation, without the rescaling."""
    result = numeric.attention(x, *weights, allowed=allowed, scale=scale)
    kept = np.random.default_rng(0).random(result.weights.shape) > 0.1
    alpha = np.where(kept, result.weights, 0).astype(x.dtype)
    return SimpleNamespace(scores=result.scores, weights=alpha, outputs=numeric._outputs(alpha, result.v))


def _renormalise_not(alpha, allowed):
    return np.where(allowed, alpha, 0)


def _no_mask(s, allowed):  # noqa: ARG001
    return s


# mutant: (implementation, the law that is named as its killer)
MUTANTS = {
    "mask off by one, sees a future token": (_shifted(1), "causality"),
    "mask off by one, hides the token itself": (_shifted(-1), "positive_weights"),
    "mask transposed": (_transposed, "causality"),
    "mask inverted": (_inverted, "masked_weights"),
    "mask ignored": (_ignored, "first_token"),
    "mask ignored for windows and padding": (_only_causal, "masked_token"),
    "softmax over the wrong axis": (_variant(axis=-2), "rows_sum_to_one"),
    "mask after softmax, not renormalised": (
        _variant(mask=_no_mask, reweigh=_renormalise_not),
        "rows_sum_to_one",
    ),
    "finite mask -1e4": (_variant(mask=lambda s, ok: np.where(ok, s, -1e4)), "masked_weights"),
    "finite mask -1e4, added": (_variant(mask=lambda s, ok: s + np.where(ok, 0, -1e4)), "masked_weights"),
    "mask value -1e-9": (_variant(mask=lambda s, ok: np.where(ok, s, -1e-9)), "masked_weights"),
    "bias multiplied by the mask": (_variant(mask=lambda s, ok: s * ok), "causality"),
    "mask as (1 - m) * -inf": (_variant(mask=lambda s, ok: s + (1.0 - ok) * -np.inf), "accuracy"),
    "masked values enter as 0 * v": (_variant(), "causality"),
    "scale forgotten": (_rescaled(lambda scale, x, W: 1), "score_differences"),  # noqa: ARG005
    "scaled twice": (_rescaled(lambda scale, x, W: scale * scale), "score_differences"),  # noqa: ARG005
    "scale by sqrt(d) for sqrt(d_k)": (
        _rescaled(lambda scale, x, W: scale * (W.shape[-1] / x.shape[-1]) ** 0.5),
        "score_differences",
    ),
    "scaled by the sequence length": (
        _rescaled(lambda scale, x, W: scale / x.shape[-2] ** 0.5),  # noqa: ARG005
        "prefix",
    ),
    "scores clipped at 5": (
        _variant(mask=lambda s, ok: np.where(ok, np.clip(s, -5, 5), -np.inf)),
        "softmax_shift_invariance",
    ),
    "base 2 for base e": (
        _variant(scores=lambda q, k, c: q @ k.swapaxes(-1, -2) * c, exp=np.exp2),
        "score_differences",
    ),
    "features of k reversed": (
        _variant(scores=lambda q, k, c: c * (q @ k[..., ::-1].swapaxes(-1, -2))),
        "matrix_form",
    ),
    "mask rounded up to a tile of 4": (_tiled, "masked_is_deleted"),
    "no maximum subtracted": (_variant(shift=lambda s: s.dtype.type(0)), "accuracy"),
    "maximum of the whole matrix": (
        _variant(shift=lambda s: s.max(axis=(-1, -2), keepdims=True)),
        "causality",
    ),
    "float32 inside float64": (_narrow, "exact_agreement"),
    "weights transposed": (_mixed, "convex_hull"),
    "V used for K": (_projected(key=2), "values_do_not_steer"),
    "K used for V": (_projected(value=1), "convex_hull"),
    "Q used for K": (_projected(key=0), "score_differences"),
    "values of the first token only": (_frozen, "unmasked_reacts"),
    "position enters the scores": (_positional, "permutation_equivariance"),
    "tokens centred first": (_centred, "translation_equivariance"),
    "dropout at evaluation": (_dropout, "rows_sum_to_one"),
}
