"""Flax: the functions and the layer, with a cache and without.

- `flax`: `flax.nnx.dot_product_attention`, which calls jax.nn's when nothing is dropped out.
- `flax-linen`: `flax.linen.dot_product_attention`, the older module's own computation, without a causal flag.
- `flax-mha`: `flax.nnx.MultiHeadAttention`; its four projections are identities, which copy every finite number.
- `flax-decode`: the same layer with `decode=True`, fed one token at a time, `is_causal=True` handed on at each step.
  Its cache makes it causal whatever is asked, so only causal calls with L = S are taken.  flax#5591, open in 0.12.8:
  with that flag a step sees key 0 alone.

None has a scale of the caller's.  Calls are compiled once for each shape, or not, as in `jax_attention`.

Sources: flax 0.12.8, `flax/nnx/nn/attention.py` and `flax/linen/attention.py`.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from proofs.laws.conformance.adapters.jax_attention import CPU_ARITHMETIC, TF32, Runtime, check_widths, jax_traits
from proofs.laws.conformance.traits import Traits

Array: TypeAlias = "npt.NDArray[Any]"


@dataclass(frozen=True, slots=True)
class FlaxTarget:
    """What the adapters of flax have in common."""

    name: str
    device: str
    traits: Traits
    versions: Mapping[str, str]
    runtime: Runtime
    attend: Any

    def check(self, k: Array, v: Array, scale: float | None) -> None:
        """Raise NotImplementedError for what no target of flax takes."""
        if scale is not None:
            raise NotImplementedError(f"{self.name}: flax has no argument for the scale; it is 1/sqrt(E).")
        if self.traits.equal_widths:
            check_widths(self.name, k, v)


@dataclass(frozen=True, slots=True)
class FlaxFunction(FlaxTarget):
    """`dot_product_attention` of nnx or of linen."""

    grouped: bool
    causal: bool

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
        """Return (B, H, L, Ev); DESIGN section 6.  Raises NotImplementedError for what flax does not offer."""
        self.check(k, v, scale)
        if is_causal and not self.causal:
            raise NotImplementedError(f"{self.name}: this function has no causal flag; a causal mask is the caller's.")
        if q.shape[1] != k.shape[1] and not self.grouped:
            raise NotImplementedError(f"{self.name}: this function asserts as many key heads as query heads.")
        bias = None if bias is None else np.asarray(bias, q.dtype)
        flag = {"is_causal": is_causal} if self.causal else {}
        return self.runtime.call(self.attend, q, k, v, mask=mask, bias=bias, **flag)


@dataclass(frozen=True, slots=True)
class FlaxLayer(FlaxTarget):
    """`MultiHeadAttention` over whole sequences."""

    def __call__(
        self,
        q: Array,
        k: Array,
        v: Array,
        *,
        mask: Array | None = None,
        is_causal: bool = False,
        scale: float | None = None,
    ) -> Array:
        """Return (B, H, L, Ev); DESIGN section 6.  Raises NotImplementedError for what flax does not offer."""
        self.check(k, v, scale)
        return self.runtime.call(self.attend, q, k, v, mask=mask, is_causal=is_causal)


@dataclass(frozen=True, slots=True)
class FlaxDecoding(FlaxTarget):
    """`MultiHeadAttention` with a cache, token by token."""

    def __call__(
        self,
        q: Array,
        k: Array,
        v: Array,
        *,
        mask: Array | None = None,
        is_causal: bool = False,
        scale: float | None = None,
    ) -> Array:
        """Return (B, H, L, Ev); DESIGN section 6.  Raises NotImplementedError for all but plain causal calls."""
        self.check(k, v, scale)
        if mask is not None or not is_causal or q.shape[2] != k.shape[2]:
            raise NotImplementedError(f"{self.name}: decoding is causal; it takes is_causal=True, L = S and no mask.")
        return self.runtime.call(self.attend, q, k, v)


def nnx_function(device: str) -> FlaxFunction:
    """Return the target "flax"."""
    runtime, function = Runtime.on(device), importlib.import_module("flax.nnx").dot_product_attention
    attend = runtime.compiled(function, functools.partial(runtime.jax.jit, static_argnames=("is_causal",)))
    return FlaxFunction("flax", device, jax_traits(device), _versions(), runtime, attend, grouped=True, causal=True)


def linen_function(device: str) -> FlaxFunction:
    """Return the target "flax-linen"."""
    runtime, function = Runtime.on(device), importlib.import_module("flax.linen").dot_product_attention
    attend = runtime.jax.jit(function)
    cuda = device == "cuda"
    source = "flax 0.12.8, flax/linen/attention.py, dot_product_attention_weights: "
    traits = Traits(
        empty_row="mean",
        dtypes=("float16", "float32", "float64"),
        compute={"float32": "float16"} if cuda else {},
        exp_ulps=4.0 if cuda else 2.0,
        flush_to_zero=True,
        sources={
            "empty_row": source
            + "a masked score is replaced by the dtype's least finite number, so a row without keys "
            "weighs all S values alike",
            **({"compute": "XLA" + TF32} if cuda else CPU_ARITHMETIC),
        },
    )
    return FlaxFunction("flax-linen", device, traits, _versions(), runtime, attend, grouped=False, causal=False)


def _identity(_: Any, shape: tuple[int, ...], dtype: Any, **__: Any) -> Array:
    return np.eye(*shape, dtype=dtype)


def _layer(nnx: Any, q: Any, k: Any, *, decode: bool) -> Any:
    """Return a layer whose projections are identities, for queries (B, L, H, E)."""
    H, E, G = q.shape[2], q.shape[3], k.shape[2]
    return nnx.MultiHeadAttention(
        num_heads=H,
        num_kv_heads=G,
        in_features=H * E,
        in_kv_features=G * E,
        dtype=q.dtype,
        param_dtype=q.dtype,
        use_bias=False,
        kernel_init=_identity,
        deterministic=True,
        decode=decode,
        precision="highest",  # the default on a GPU would round what an identity copies
        rngs=nnx.Rngs(0),
    )


def _merged(x: Any) -> Any:
    B, L, H, E = x.shape
    return x.reshape(B, L, H * E)


def _layer_traits(device: str) -> Traits:
    """Return the traits of the layer, which has the heads' width from its queries."""
    traits = jax_traits(device)
    return replace(traits, sources={**traits.sources, "equal_widths": "flax 0.12.8: one head_dim for q, k and v"})


def layer(device: str) -> FlaxLayer:
    """Return the target "flax-mha"."""
    runtime, nnx = Runtime.on(device), importlib.import_module("flax.nnx")

    def attend(q: Any, k: Any, v: Any, mask: Any, is_causal: bool) -> Any:
        module = _layer(nnx, q, k, decode=False)
        return module(_merged(q), _merged(k), _merged(v), mask=mask, is_causal=is_causal).reshape(q.shape)

    compiled = runtime.compiled(attend, functools.partial(runtime.jax.jit, static_argnames=("is_causal",)))
    return FlaxLayer("flax-mha", device, _layer_traits(device), _versions(), runtime, compiled)


def decoding(device: str) -> FlaxDecoding:
    """Return the target "flax-decode"."""
    runtime, nnx = Runtime.on(device), importlib.import_module("flax.nnx")
    # A step is compiled and not the loop, whose time to compile would grow with the length.
    step = runtime.compiled(lambda q, k, v, module: module(q, k, v, is_causal=True), nnx.jit)

    def attend(q: Array, k: Array, v: Array) -> Array:
        module = _layer(nnx, q, k, decode=True)
        q_, k_, v_ = (_merged(x) for x in (q, k, v))
        module.init_cache(q_.shape, q.dtype)
        tokens = (slice(t, t + 1) for t in range(q.shape[1]))
        outputs = [np.asarray(step(q_[:, t], k_[:, t], v_[:, t], module)) for t in tokens]
        return np.concatenate(outputs, axis=1).reshape(q.shape)

    return FlaxDecoding("flax-decode", device, _layer_traits(device), _versions(), runtime, attend)


def _versions() -> dict[str, str]:
    return {package: version(package) for package in ("flax", "jax", "jaxlib")}


TARGETS: dict[str, Callable[[str], FlaxFunction | FlaxLayer | FlaxDecoding]] = {
    "flax": nnx_function,
    "flax-linen": linen_function,
    "flax-mha": layer,
    "flax-decode": decoding,
}
