"""The NumPy twin, `attention.numeric`, behind the signature of DESIGN section 6."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from attention import masks, numeric
from proofs.laws.conformance.call import Array, Truths
from proofs.laws.conformance.traits import Traits

TRAITS = Traits(
    empty_row="zero",
    dtypes=("float16", "float32", "float64"),
    sources={
        "empty_row": "attention.numeric.weights, empty_row='zero'",
        "dtypes": "attention.numeric, module docstring",
    },
)


@dataclass(frozen=True)
class NumericTwin:
    """Attention over allowed sets, in NumPy, with grouped heads."""

    name: str = "numeric"
    device: str = "cpu"
    versions: dict[str, str] = field(default_factory=lambda: {"numpy": np.__version__})
    traits: Traits = TRAITS

    def __call__(
        self,
        q: Array,
        k: Array,
        v: Array,
        *,
        mask: Truths | None = None,
        is_causal: bool = False,
        scale: float | None = None,
        window: tuple[int, int] | None = None,
        key_lengths: Array | None = None,
    ) -> Array:
        """Return the outputs (B, H, L, Ev)."""
        B, H, L, E = q.shape
        S, groups = k.shape[2], H // k.shape[1]
        allowed = masks.causal(L, S) if is_causal else masks.full(L, S)
        if mask is not None:
            allowed = allowed & mask
        if window is not None:
            allowed = allowed & masks.window(L, S, *window)
        if key_lengths is not None:
            allowed = allowed & masks.padding(np.asarray(key_lengths), S)[:, None]
        shape = B, k.shape[1], groups, L, S
        grouped = np.broadcast_to(allowed, (B, H, L, S)).reshape(shape)
        found = numeric.attend(
            q.reshape(B, k.shape[1], groups, L, E),
            k[:, :, None],
            v[:, :, None],
            allowed=grouped,
            scale=1 / math.sqrt(E) if scale is None else scale,
            empty_row="zero",
        )
        return np.asarray(found.outputs).reshape(B, H, L, -1)


def _numeric(device: str) -> NumericTwin:
    if device != "cpu":
        raise NotImplementedError("NumPy runs on the CPU only")
    return NumericTwin()


TARGETS: dict[str, Callable[[str], NumericTwin]] = {"numeric": _numeric}
