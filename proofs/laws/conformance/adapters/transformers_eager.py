"""Transformers: the eager attention of Llama, and that of Gemma 2, which caps scores.

Statement: masks are made by the library's own `eager_mask`, from its functions for causal masks and windows, its mask
of padding for key lengths, and for `mask` one function that is ours and looks the answer up; then they are added to
the scores by `eager_attention_forward`.  In place of the layer stands an object with the attributes that are read.

A window of the library is symmetric, or causal and then counts the query itself.

Sources: Transformers 5.24.0, `transformers/masking_utils.py`, `transformers/models/llama/modeling_llama.py` and
`transformers/models/gemma2/modeling_gemma2.py`.  On GPUs nothing has been run here: none was at hand.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from proofs.laws.conformance.traits import Traits

Array: TypeAlias = "npt.NDArray[Any]"

EAGER = "transformers 5.24.0, transformers/models/llama/modeling_llama.py, eager_attention_forward"
MASKING = "transformers 5.24.0, transformers/masking_utils.py, eager_mask"

TRAITS = Traits(
    empty_row="mean",
    dtypes=("float16", "float32"),
    compute={"float64": "float32"},
    sources={
        "empty_row": f"{MASKING}: the smallest finite number is added, which swallows the score in float32",
        "dtypes": f"{EAGER}: the softmax is done in float32, where the smallest number of float64 is -inf, so that an "
        "empty row is NaN in float64 and a mean in the other dtypes",
        "compute": f"{EAGER}: softmax(dtype=torch.float32)",
    },
)


@dataclass(frozen=True, slots=True)
class Runtime:
    """One module of the library on one device, between NumPy arrays and tensors."""

    torch: Any
    masking: Any
    forward: Any
    device: str
    versions: Mapping[str, str]

    @classmethod
    def on(cls, device: str, model: str) -> Runtime:
        """Import transformers; raises ImportError, or NotImplementedError where torch has no such device."""
        library = importlib.import_module("transformers")
        torch = importlib.import_module("torch")
        if device == "cuda" and not torch.cuda.is_available():
            raise NotImplementedError(f"torch {torch.__version__} sees no cuda device.")
        masking = importlib.import_module("transformers.masking_utils")
        modeling = importlib.import_module(f"transformers.models.{model}.modeling_{model}")
        versions = {"transformers": str(library.__version__), "torch": str(torch.__version__)}
        return cls(torch, masking, modeling.eager_attention_forward, device, versions)

    def tensor(self, array: Array) -> Any:
        """Return a tensor with its own memory: torch would share it, and warns where it must not write."""
        return self.torch.from_numpy(np.array(array, order="C")).to(self.device)

    def attend(self, q: Array, k: Array, v: Array, mask: Any, scale: float | None, **keywords: Any) -> Array:
        """Return what eager attention makes of the arrays, a mask of `added_mask` and a scale."""
        E = q.shape[3]
        layer = SimpleNamespace(num_key_value_groups=q.shape[1] // k.shape[1], head_dim=E, training=False)
        tensors = map(self.tensor, (q, k, v))
        # The layers of both models hand over a scale, by default this one; the function of Llama has no default.
        scaling = E**-0.5 if scale is None else scale
        with self.torch.no_grad():
            y, _ = self.forward(layer, *tensors, mask, scaling=scaling, **keywords)
        return np.array(y.transpose(1, 2).cpu().numpy(), order="C")

    def added_mask(
        self,
        shape: tuple[int, int, int, int],
        dtype: str,
        mask: Array | None,
        window: tuple[int, int] | None,
        key_lengths: Array | None,
        *,
        is_causal: bool,
    ) -> Any:
        """Return the mask that is added to the scores, or None where nothing is masked."""
        B, _, L, S = shape
        patterns = self.patterns(window, is_causal=is_causal)
        if mask is not None:
            allowed = self.tensor(np.broadcast_to(mask, shape))
            patterns.append(lambda _batch, _head, _query, _key: allowed)
        if not patterns and key_lengths is None:
            return None
        real = None if key_lengths is None else np.arange(S) < np.asarray(key_lengths)[:, None]
        return self.masking.eager_mask(
            batch_size=B,
            q_length=L,
            kv_length=S,
            mask_function=self.masking.and_masks(*(patterns or [self.masking.bidirectional_mask_function])),
            attention_mask=None if real is None else self.tensor(real),
            dtype=getattr(self.torch, dtype),
            device=self.device,
        )

    def patterns(self, window: tuple[int, int] | None, *, is_causal: bool) -> list[Any]:
        """Return the library's functions for a window and a causal mask."""
        left, right = (-1, -1) if window is None else window
        if left < 0 and (right < 0 or is_causal):
            return [self.masking.causal_mask_function] if is_causal else []
        if left >= 0 and (right == 0 or is_causal):
            return [self.masking.sliding_window_causal_mask_function(left + 1)]
        if left == right:
            return [self.masking.sliding_window_bidirectional_mask_function(left)]
        raise NotImplementedError("transformers' windows are symmetric, or causal with a bound on the left.")


@dataclass(frozen=True, slots=True)
class LlamaEager:
    """`eager_attention_forward` of Llama, shared by most models of the library."""

    name: str
    device: str
    traits: Traits
    versions: Mapping[str, str]
    runtime: Runtime

    def __call__(
        self,
        q: Array,
        k: Array,
        v: Array,
        *,
        mask: Array | None = None,
        is_causal: bool = False,
        scale: float | None = None,
        window: tuple[int, int] | None = None,
        key_lengths: Array | None = None,
    ) -> Array:
        """Attend."""
        shape = (*q.shape[:3], k.shape[2])
        added = self.runtime.added_mask(shape, q.dtype.name, mask, window, key_lengths, is_causal=is_causal)
        return self.runtime.attend(q, k, v, added, scale)


@dataclass(frozen=True, slots=True)
class GemmaEager:
    """`eager_attention_forward` of Gemma 2: scores are capped before the mask is added."""

    name: str
    device: str
    traits: Traits
    versions: Mapping[str, str]
    runtime: Runtime

    def __call__(
        self,
        q: Array,
        k: Array,
        v: Array,
        *,
        mask: Array | None = None,
        is_causal: bool = False,
        scale: float | None = None,
        window: tuple[int, int] | None = None,
        softcap: float | None = None,
        key_lengths: Array | None = None,
    ) -> Array:
        """Attend."""
        shape = (*q.shape[:3], k.shape[2])
        added = self.runtime.added_mask(shape, q.dtype.name, mask, window, key_lengths, is_causal=is_causal)
        return self.runtime.attend(q, k, v, added, scale, softcap=softcap)


def llama(device: str) -> LlamaEager:
    """Return Llama's eager attention on a device."""
    runtime = Runtime.on(device, "llama")
    return LlamaEager("transformers-eager", device, TRAITS, runtime.versions, runtime)


def gemma(device: str) -> GemmaEager:
    """Return Gemma 2's eager attention on a device."""
    runtime = Runtime.on(device, "gemma2")
    return GemmaEager("transformers-eager-gemma2", device, TRAITS, runtime.versions, runtime)


TARGETS: dict[str, Callable[[str], LlamaEager | GemmaEager]] = {
    "transformers-eager": llama,
    "transformers-eager-gemma2": gemma,
}
