"""jax.nn.dot_product_attention, compiled by XLA or done by cuDNN.

Statement: `mask`, `bias`, `is_causal`, `scale`, `window` and `key_lengths` are handed over as they are, all at once if
they come at once.  Layout: jax takes (B, L, H, E), so axes 1 and 2 are exchanged on the way in and out.

`local_window_size=(left, right)` lets query i see keys i - left to i + right, both included, and knows no sign for
an unbounded side; a side as long as the longer sequence says the same, and that is what -1 becomes.

Calls are compiled once for each shape: over many shapes, each called three times, that took a sixth of the time of
calling jax operation by operation (jax 0.10.2, two cores).  `scale` is traced by XLA, so a new number compiles nothing.
Float16 on the CPU is the exception.  jax wants the product F16_F16_F32, which XLA's CPU has not, and falls back only
where the refusal is raised at once: under `jax.jit` it is an error.  So these calls go operation by operation.

Sources: jax 0.10.2, `jax/_src/nn/functions.py` (`_dot_product_attention_core`, `_apply_masks`, `_get_window_mask`),
`jax/_src/cudnn/fused_attention_stablehlo.py`.  The cuDNN target has never been run here: no machine with a GPU was at
hand.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from proofs.laws.conformance.traits import Traits

Array: TypeAlias = "npt.NDArray[Any]"

FUNCTIONS = "jax 0.10.2, jax/_src/nn/functions.py"

CPU_ARITHMETIC: Mapping[str, str] = {
    "exp_ulps": "measured with jax 0.10.2 on XLA's CPU: jnp.exp on 4,000,001 float32 arguments in [-104, 0] is off by "
    "at most 1.01 ulp where the result is normal, and on 2,000,001 float64 arguments in [-700, 0] by at most 1.68",
    "flush_to_zero": "measured with jax 0.10.2 on XLA's CPU: exp of what should be subnormal is 0, and one key whose "
    "value is subnormal gives 0, in float32 and float64",
}
TF32 = "; on NVIDIA GPUs XLA may multiply float32 matrices in TF32, whose fraction is as long as float16's"


def jax_traits(device: str) -> Traits:
    """Return what every path through `jax.nn.dot_product_attention` compiled by XLA has in common."""
    cuda = device == "cuda"
    return Traits(
        empty_row="mean",
        dtypes=("float16", "float32", "float64"),
        compute={"float64": "float32", **({"float32": "float16"} if cuda else {})},
        exp_ulps=4.0 if cuda else 2.0,
        flush_to_zero=True,
        equal_widths=True,
        few_shapes=True,
        sources={
            "empty_row": f"{FUNCTIONS}, _apply_masks: a masked score is replaced by one finite number, so a row "
            "without keys weighs all S values alike",
            "compute": f"{FUNCTIONS}, _dot_product_attention_core: the softmax of every dtype is done in float32; with "
            "float16, scores are float32 but weights are rounded to float16" + (TF32 if cuda else ""),
            "equal_widths": f"{FUNCTIONS}: the shape of value is checked to be the shape of key",
            "few_shapes": "jax.jit, documentation: compiled anew for every shape",
            **({} if cuda else CPU_ARITHMETIC),
        },
    )


@dataclass(frozen=True, slots=True)
class Runtime:
    """Jax on one device, between NumPy arrays with heads before lengths and functions with lengths before heads."""

    jax: Any
    device: Any

    @classmethod
    def on(cls, device: str) -> Runtime:
        """Import jax and find the device; raises ImportError, or NotImplementedError where there is no such device."""
        jax = importlib.import_module("jax")
        try:
            return cls(jax, jax.devices(device)[0])
        except RuntimeError:
            raise NotImplementedError(f"jax {jax.__version__} sees no {device} device.") from None

    def compiled(self, function: Any, jit: Any) -> Any:
        """Return a function of q and more, compiled by jit, except where float16 does not compile."""
        jitted = jit(function)
        if self.device.platform != "cpu":
            return jitted

        def either(q: Any, *arguments: Any, **keywords: Any) -> Any:
            return (function if q.dtype == np.float16 else jitted)(q, *arguments, **keywords)

        return either

    def call(self, function: Any, q: Array, k: Array, v: Array, **keywords: Any) -> Array:
        """Return what the function makes of the arrays, in memory of its own."""
        wide = self.jax.enable_x64(True) if q.dtype == np.float64 else contextlib.nullcontext()
        with self.jax.default_device(self.device), wide:
            y = np.asarray(function(*(np.swapaxes(x, 1, 2) for x in (q, k, v)), **keywords))
        return np.array(np.swapaxes(y, 1, 2), order="C")


def check_widths(name: str, k: Array, v: Array) -> None:
    """Raise NotImplementedError if values are wider or narrower than keys."""
    if k.shape[-1] != v.shape[-1]:
        raise NotImplementedError(f"{name}: values must be as wide as keys, got {v.shape[-1]} and {k.shape[-1]}.")


@dataclass(frozen=True, slots=True)
class JaxAttention:
    """`jax.nn.dot_product_attention` with one of its two implementations."""

    name: str
    device: str
    traits: Traits
    versions: Mapping[str, str]
    runtime: Runtime
    attend: Any

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
        bias: Array | None = None,
        key_lengths: Array | None = None,
    ) -> Array:
        """Return (B, H, L, Ev); DESIGN section 6.  Raises NotImplementedError for what jax refuses."""
        check_widths(self.name, k, v)
        longest = max(q.shape[2], k.shape[2])
        try:
            return self.runtime.call(
                self.attend,
                q,
                k,
                v,
                mask=mask,
                bias=None if bias is None else np.asarray(bias, q.dtype),
                is_causal=is_causal,
                scale=scale,
                key_value_seq_lengths=None if key_lengths is None else np.asarray(key_lengths, np.int32),
                local_window_size=None if window is None else tuple(longest if side < 0 else side for side in window),
            )
        except ValueError as refusal:
            if self.name == "jax":  # XLA takes every shape that DESIGN allows: an error there is one
                raise
            # cuDNN's limits (head widths, dtypes, windows) depend on its version and on the card
            raise NotImplementedError(f"{self.name}: {str(refusal).splitlines()[0]}") from refusal


def _versions() -> dict[str, str]:
    return {package: version(package) for package in ("jax", "jaxlib")}


def _attention(runtime: Runtime, implementation: str, *static: str) -> Any:
    attend = functools.partial(runtime.jax.nn.dot_product_attention, implementation=implementation)
    jit = functools.partial(runtime.jax.jit, static_argnames=("is_causal", "local_window_size", *static))
    return runtime.compiled(attend, jit)


def xla(device: str) -> JaxAttention:
    """Return the target "jax": implementation="xla"."""
    runtime = Runtime.on(device)
    return JaxAttention("jax", device, jax_traits(device), _versions(), runtime, _attention(runtime, "xla"))


def cudnn(device: str) -> JaxAttention:
    """Return the target "jax-cudnn": implementation="cudnn", on NVIDIA GPUs alone."""
    if device != "cuda":
        raise NotImplementedError("jax-cudnn: cuDNN runs on NVIDIA GPUs alone; ask for the device cuda.")
    runtime = Runtime.on(device)
    traits = Traits(
        dtypes=("float16",),
        flush_to_zero=True,
        equal_widths=True,
        sources={
            "dtypes": "jax 0.10.2, jax/_src/cudnn/fused_attention_stablehlo.py, check_layout: of ours, float16",
            "equal_widths": f"{FUNCTIONS}: the shape of value is checked to be the shape of key",
            "flush_to_zero": "assumed: not measured",
        },
    )
    attend = _attention(runtime, "cudnn", "scale")  # cuDNN wants the number when it compiles
    return JaxAttention("jax-cudnn", device, traits, _versions(), runtime, attend)


TARGETS: dict[str, Callable[[str], JaxAttention]] = {"jax": xla, "jax-cudnn": cudnn}
