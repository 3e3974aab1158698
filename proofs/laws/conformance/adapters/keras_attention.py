"""Keras: `keras.ops.dot_product_attention`, `MultiHeadAttention` and `GroupQueryAttention`, on Keras' backend.

Statement: the operation takes (B, L, H, E), so axes 1 and 2 are exchanged on the way in and out; the layers take heads
side by side and have identity projections.  Masks and biases of fewer axes get leading ones of length 1, which
say the same to NumPy; a layer takes (B, L, S), as documented, or (B, H, L, S) where heads differ.

The backend is the one of KERAS_BACKEND, else jax where it is installed, else torch.  Windows of the layers, their
`sliding_window`, are symmetric, and with the causal mask end at the query; key lengths are the masks of padding that
Keras passes between layers.

Sources: Keras 3.15.1, the documentation of the operation and the layers; `keras/src/backend/jax/nn.py`,
`keras/src/backend/torch/nn.py`, `keras/src/backend/common/dtypes.py`,
`keras/src/layers/attention/multi_head_attention.py`.  On GPUs nothing has been run here: none was at hand.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from proofs.laws.conformance.traits import Traits

Array: TypeAlias = "npt.NDArray[Any]"


@dataclass(frozen=True, slots=True)
class Runtime:
    """Keras on one device, between NumPy arrays and tensors of its backend."""

    keras: Any
    device: str

    @classmethod
    def on(cls, device: str) -> Runtime:
        """Import keras; raises ImportError, or NotImplementedError where its backend has no such device."""
        # Read when keras is first imported; without it that would be TensorFlow, or what a file at home says.
        os.environ.setdefault("KERAS_BACKEND", "jax" if importlib.util.find_spec("jax") else "torch")
        runtime = cls(importlib.import_module("keras"), device)
        try:
            with runtime.scope():
                runtime.keras.ops.ones(1)
        except (RuntimeError, AssertionError, ValueError):
            raise NotImplementedError(f"keras on {runtime.backend} sees no {device} device.") from None
        return runtime

    @property
    def backend(self) -> str:
        """Return "jax", "torch", "numpy" or "tensorflow"."""
        return str(self.keras.backend.backend())

    @property
    def versions(self) -> Mapping[str, str]:
        """Names and versions of the packages."""
        return {"keras": str(self.keras.__version__), self.backend: version(self.backend)}

    def scope(self) -> Any:
        """Return the context in which tensors are made on the device."""
        return self.keras.device("gpu:0" if self.device == "cuda" else "cpu:0")

    def array(self, tensor: Any) -> Array:
        """Return a tensor as an array with its own memory."""
        with warnings.catch_warnings():
            # Keras lets NumPy convert torch's tensors, which do not know the keyword `copy` that NumPy 2 tries first.
            warnings.filterwarnings("ignore", "__array__ implementation doesn't accept a copy", DeprecationWarning)
            return np.array(self.keras.ops.convert_to_numpy(tensor), order="C")


@dataclass(frozen=True, slots=True)
class KerasOperation:
    """`keras.ops.dot_product_attention`."""

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
        bias: Array | None = None,
    ) -> Array:
        """Attend; on torch there is a mask or a bias, not both."""
        runtime = self.runtime
        if k.shape[3] != v.shape[3]:
            raise NotImplementedError("dot_product_attention takes values of the shape of the keys.")
        if mask is not None and bias is not None and runtime.backend == "torch":
            raise NotImplementedError("dot_product_attention on torch takes a mask or a bias.")
        with runtime.scope():
            y = runtime.keras.ops.dot_product_attention(
                *(np.swapaxes(x, 1, 2) for x in (q, k, v)),
                bias=four_axes(bias),
                mask=four_axes(mask),
                scale=scale,
                is_causal=is_causal,
            )
            return runtime.array(y).swapaxes(1, 2)


@dataclass(frozen=True, slots=True)
class KerasLayer:
    """`keras.layers.MultiHeadAttention`, or `GroupQueryAttention`, with identity projections."""

    name: str
    device: str
    traits: Traits
    versions: Mapping[str, str]
    runtime: Runtime
    grouped: bool

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
        """Attend; a window is symmetric, or is cut at the query by the causal mask."""
        (B, H, L, _), (_, G, S, _) = q.shape, k.shape
        if scale is not None:
            raise NotImplementedError(f"{self.name}: the layer takes no scale.")
        if G != H and not self.grouped:
            raise NotImplementedError("MultiHeadAttention has as many key heads as query heads.")
        if k.shape[3] != v.shape[3] and self.traits.equal_widths:
            raise NotImplementedError(f"{self.name}: values must be as wide as keys here.")
        reach, causal = sliding_window(window, is_causal=is_causal)
        real = None if key_lengths is None else np.arange(S) < np.asarray(key_lengths)[:, None]
        shown = layer_mask(mask)
        if shown is not None and shown.ndim == 4 and real is not None:
            # Beside padding the layer would take the axis of heads for that of the batch, silently where B = H.
            raise NotImplementedError(f"{self.name}: beside padding, a mask is documented for (B, L, S) only.")
        runtime = self.runtime
        with runtime.scope():
            y = self._layer(q, k, v, reach)(
                *(x.swapaxes(1, 2).reshape(B, x.shape[2], -1) for x in (q, v, k)),
                value_mask=real,
                attention_mask=shown,
                use_causal_mask=causal,
                training=False,
            )
            return runtime.array(y).reshape(B, L, H, -1).swapaxes(1, 2)

    def _layer(self, q: Array, k: Array, v: Array, reach: int | None) -> Any:
        """Return the layer for these shapes, with identity projections."""
        layers, H, G, E, F = self.runtime.keras.layers, q.shape[1], k.shape[1], q.shape[3], v.shape[3]
        common: dict[str, Any] = {
            "use_bias": False,
            "sliding_window": reach,
            # Not the random numbers of the whole process.
            "kernel_initializer": "zeros",
            "dtype": self.runtime.keras.backend.result_type(q.dtype.name),
        }
        if self.grouped:
            layer = layers.GroupQueryAttention(E, H, G, **common)
            layer.build((None, None, H * E), (None, None, G * F), (None, None, G * E))
        else:
            layer = layers.MultiHeadAttention(H, E, F, output_shape=H * F, **common)
            layer.build((None, None, H * E), (None, None, G * F), (None, None, G * E))
        split = [np.eye(n * width).reshape(n * width, n, width) for n, width in ((H, E), (G, E), (G, F))]
        layer.set_weights([*split, np.eye(H * F).reshape(H, F, H * F)])
        return layer


def four_axes(array: Array | None) -> Array | None:
    """Return an array with axes of length 1 in front, up to four."""
    return None if array is None else array.reshape((1,) * (4 - array.ndim) + array.shape)


def layer_mask(mask: Array | None) -> Array | None:
    """Return a mask as the layers take it: (B, L, S) if all heads share it, else (B, H, L, S)."""
    whole = four_axes(mask)
    return whole[:, 0] if whole is not None and whole.shape[1] == 1 else whole


def sliding_window(window: tuple[int, int] | None, *, is_causal: bool) -> tuple[int | None, bool]:
    """Return `sliding_window`, which counts the query itself, and `use_causal_mask`."""
    left, right = (-1, -1) if window is None else window
    if left < 0 and (right < 0 or is_causal):
        return None, is_causal
    if left >= 0 and (right == 0 or is_causal):
        return left + 1, True
    if left == right:
        return left + 1, False
    raise NotImplementedError("Keras' sliding_window is symmetric, or causal with a bound on the left.")


def traits(backend: str, *, operation: bool) -> Traits:
    """Return what attention in Keras declares on a backend."""
    on_torch = backend == "torch"
    kernel = "torch 2.13.0 on the CPU, see torch_sdpa.py"
    sources = {
        "empty_row": "observed with Keras 3.15.1 on jax, torch and numpy: a masked score is replaced by, or on torch "
        "gets added, one large negative number",
        "dtypes": "Keras 3.15.1, keras/src/backend/common/dtypes.py: the type of float64 and float64 is float32",
        "compute": "Keras 3.15.1, keras/src/backend/common/dtypes.py: the type of float64 and float64 is float32",
        "flush_to_zero": kernel if on_torch else "observed with Keras 3.15.1 on jax 0.10.2: weights below 1e-38 are 0",
        **({"exp_ulps": kernel, "block": kernel} if on_torch else {}),
    }
    widths = "keras.ops.dot_product_attention, documentation of 3.15: values have the shape of the keys"
    if not operation and backend == "jax":
        widths = "observed with MultiHeadAttention of Keras 3.15.1: value_dim other than key_dim is an error on jax"
    equal = operation or backend == "jax"
    return Traits(
        empty_row="mean",
        dtypes=("float16", "float32"),
        compute={"float64": "float32"},
        exp_ulps=20.0 if on_torch else 4.0,
        block=512 if on_torch else None,
        flush_to_zero=True,
        equal_widths=equal,
        few_shapes=backend == "jax",
        sources={
            **sources,
            **({"equal_widths": widths} if equal else {}),
            **({"few_shapes": "jax.jit, documentation: compiled anew for every shape"} if backend == "jax" else {}),
        },
    )


def operation(device: str) -> KerasOperation:
    """Return `keras.ops.dot_product_attention` on a device."""
    runtime = Runtime.on(device)
    return KerasOperation("keras", device, traits(runtime.backend, operation=True), runtime.versions, runtime)


def layer(name: str, *, grouped: bool) -> Callable[[str], KerasLayer]:
    """Return a factory for one of the two layers."""

    def factory(device: str) -> KerasLayer:
        runtime = Runtime.on(device)
        declared = traits(runtime.backend, operation=grouped)
        return KerasLayer(name, device, declared, runtime.versions, runtime, grouped)

    return factory


TARGETS: dict[str, Callable[[str], KerasOperation | KerasLayer]] = {
    "keras": operation,
    "keras-mha": layer("keras-mha", grouped=False),
    "keras-gqa": layer("keras-gqa", grouped=True),
}
