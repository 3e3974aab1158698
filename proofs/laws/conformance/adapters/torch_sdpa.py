"""PyTorch: `scaled_dot_product_attention` on each of its paths, `nn.MultiheadAttention` and `flex_attention`.

Statement: arrays become tensors of the same dtype and layout, are handed over with `mask`, `bias`, `is_causal` and
`scale` as they came, and the result is copied back.

- `torch` lets PyTorch choose the path; `torch-math`, `torch-flash`, `torch-efficient` and `torch-cudnn` allow one.  On
  CPUs the choice is flash where it can (equal widths), else math, and there are no others.
- `torch-mha` is the layer with identity projections, called as by default, which computes weights and returns them;
  `torch-mha-fused` asks for no weights, and then the layer calls `scaled_dot_product_attention`.
- `torch-flex` is not compiled.  Masks, windows, caps and biases are functions that the caller writes: those are ours,
  written as its documentation shows, and what is tested is what PyTorch makes of them.

Sources: PyTorch 2.13.0, the documentation of the functions; `torch/nn/modules/activation.py`,
`torch/nn/functional.py`, `torch/_higher_order_ops/flex_attention.py`; in its repository
`aten/src/ATen/native/cpu/FlashAttentionKernel.cpp` and `aten/src/ATen/native/transformers/sdp_utils_cpp.cpp`.  The CUDA
paths have never been run here: no machine with a GPU was at hand.
"""

from __future__ import annotations

import contextlib
import importlib
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from proofs.laws.conformance.traits import Traits

Array: TypeAlias = "npt.NDArray[Any]"

FLASH_CPU = "pytorch, aten/src/ATen/native/cpu/FlashAttentionKernel.cpp"
FLASH_WIDTHS = "pytorch, aten/src/ATen/native/transformers/sdp_utils_cpp.cpp, check_head_dim_size_cpp"
EXP_U20 = "torch 2.13.0, torch/include/ATen/cpu/vec/vec512/vec512_float.h, exp_u20"
UNTRIED = "assumed, not observed: no GPU was at hand"
REFUSALS = ("No available kernel", "No viable backend", "Explicit attn_mask should not be set when is_causal")


@dataclass(frozen=True, slots=True)
class Runtime:
    """PyTorch on one device, between NumPy arrays and tensors."""

    torch: Any
    device: str

    @classmethod
    def on(cls, device: str) -> Runtime:
        """Import torch; raises ImportError, or NotImplementedError where torch has no such device."""
        torch = importlib.import_module("torch")
        if device == "cuda" and not torch.cuda.is_available():
            raise NotImplementedError(f"torch {torch.__version__} sees no cuda device.")
        return cls(torch, device)

    @property
    def versions(self) -> Mapping[str, str]:
        """Name and version of the package."""
        return {"torch": str(self.torch.__version__)}

    def tensor(self, array: Array) -> Any:
        """Return a tensor with its own memory: torch would share it, and warns where it must not write."""
        return self.torch.from_numpy(np.array(array, order="C")).to(self.device)

    def truths(self, mask: Array | None) -> Any:
        """Return a mask as a tensor, or None."""
        return None if mask is None else self.tensor(mask)

    def weighted(self, bias: Array | None, like: Array) -> Any:
        """Return a bias as a tensor of the dtype of the scores, or None."""
        return None if bias is None else self.tensor(np.asarray(bias, dtype=like.dtype))

    @staticmethod
    def array(tensor: Any) -> Array:
        """Return a tensor as an array with its own memory."""
        found: Array = np.array(tensor.cpu().numpy(), order="C")
        return found


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    """Turn the refusals of `scaled_dot_product_attention`, and no other error, into NotImplementedError."""
    # Why a kernel refuses is said in warnings, in front of an error that says nothing.
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", UserWarning)
        try:
            yield
        except RuntimeError as error:
            if not any(refusal in str(error) for refusal in REFUSALS):
                raise
            reasons = [str(each.message).split(" (Triggered", maxsplit=1)[0] for each in said]
            reason = reasons[-1] if reasons else str(error).splitlines()[0]
            raise NotImplementedError(f"scaled_dot_product_attention refuses: {reason}") from error
    for each in said:
        warnings.warn_explicit(each.message, each.category, each.filename, each.lineno)


@dataclass(frozen=True, slots=True)
class TorchAttention:
    """`torch.nn.functional.scaled_dot_product_attention`, on one path or on whichever PyTorch chooses."""

    name: str
    device: str
    traits: Traits
    versions: Mapping[str, str]
    runtime: Runtime
    path: Any = None

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
        """Attend; a bias is a float `attn_mask`, of which there is only one."""
        if mask is not None and bias is not None:
            raise NotImplementedError("scaled_dot_product_attention takes one attn_mask: a mask or a bias.")
        runtime, torch = self.runtime, self.runtime.torch
        only = contextlib.nullcontext() if self.path is None else torch.nn.attention.sdpa_kernel(self.path)
        with torch.no_grad(), only, refusals():
            y = torch.nn.functional.scaled_dot_product_attention(
                *map(runtime.tensor, (q, k, v)),
                attn_mask=runtime.truths(mask) if bias is None else runtime.weighted(bias, q),
                is_causal=is_causal,
                scale=scale,
                enable_gqa=q.shape[1] != k.shape[1],
            )
        return runtime.array(y)


@dataclass(frozen=True, slots=True)
class TorchMultihead:
    """`torch.nn.MultiheadAttention` with identity projections."""

    name: str
    device: str
    traits: Traits
    versions: Mapping[str, str]
    runtime: Runtime
    need_weights: bool = True

    def __call__(
        self,
        q: Array,
        k: Array,
        v: Array,
        *,
        mask: Array | None = None,
        is_causal: bool = False,
        scale: float | None = None,
        key_lengths: Array | None = None,
    ) -> Array:
        """Attend; `is_causal` is a hint beside the causal mask, which torch.nn.Transformer makes for L = S."""
        (B, H, L, E), S = q.shape, k.shape[2]
        if k.shape[1] != H or v.shape[3] != E:
            raise NotImplementedError("MultiheadAttention has one number of heads and one width of a head.")
        if scale is not None:
            raise NotImplementedError("MultiheadAttention takes no scale.")
        if is_causal and (mask is not None or L != S):
            raise NotImplementedError("MultiheadAttention takes is_causal beside the square causal mask only.")
        runtime, torch = self.runtime, self.runtime.torch
        hidden = None if mask is None else ~mask_of_heads(mask, (B, H, L, S))
        masked_out = runtime.truths(hidden)
        if is_causal:
            # Made of 0 and -inf; as booleans, because both masks of a call must be of one type.
            masked_out = torch.nn.Transformer.generate_square_subsequent_mask(L, device=self.device) != 0
        padding = None if key_lengths is None else np.arange(S) >= np.asarray(key_lengths)[:, None]
        with torch.no_grad():
            y, _ = self._layer(H, E, runtime.tensor(q).dtype)(
                *(runtime.tensor(x.swapaxes(1, 2).reshape(B, -1, H * E)) for x in (q, k, v)),
                attn_mask=masked_out,
                key_padding_mask=runtime.truths(padding),
                is_causal=is_causal,
                need_weights=self.need_weights,
            )
        return runtime.array(y.reshape(B, L, H, E).transpose(1, 2))

    def _layer(self, heads: int, width: int, dtype: Any) -> Any:
        """Return the layer with identity projections."""
        torch = self.runtime.torch
        # Without initialisation, which would draw from the random numbers of the whole process.
        layer = torch.nn.utils.skip_init(
            torch.nn.MultiheadAttention,
            heads * width,
            heads,
            bias=False,
            batch_first=True,
            device=self.device,
            dtype=dtype,
        )
        one = torch.eye(heads * width, device=self.device, dtype=dtype)
        layer.in_proj_weight.copy_(one.repeat(3, 1))
        layer.out_proj.weight.copy_(one)
        return layer.eval()


@dataclass(frozen=True, slots=True)
class TorchFlex:
    """`torch.nn.attention.flex_attention`, not compiled."""

    name: str
    device: str
    traits: Traits
    versions: Mapping[str, str]
    runtime: Runtime
    flex: Any

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
        bias: Array | None = None,
        key_lengths: Array | None = None,
    ) -> Array:
        """Attend; the cap is applied before the bias is added."""
        runtime, torch, shape = self.runtime, self.runtime.torch, (*q.shape[:3], k.shape[2])
        left, right = (-1, -1) if window is None else window
        allowed = None if mask is None else runtime.truths(np.broadcast_to(mask, shape))
        added = None if bias is None else runtime.weighted(np.broadcast_to(bias, shape), q)
        lengths = None if key_lengths is None else runtime.tensor(np.asarray(key_lengths))

        def mask_mod(b: Any, h: Any, i: Any, j: Any) -> Any:
            may = j >= 0
            if allowed is not None:
                may = may & allowed[b, h, i, j]
            if is_causal:
                may = may & (j <= i)
            if left >= 0:
                may = may & (j >= i - left)
            if right >= 0:
                may = may & (j <= i + right)
            return may if lengths is None else may & (j < lengths[b])

        def score_mod(score: Any, b: Any, h: Any, i: Any, j: Any) -> Any:
            capped = score if softcap is None else softcap * torch.tanh(score / softcap)
            return capped if added is None else capped + added[b, h, i, j]

        restricted = is_causal or any(each is not None for each in (mask, window, key_lengths))
        modified = softcap is not None or bias is not None
        with torch.no_grad(), self._not_compiled():
            y = self.flex.flex_attention(
                *map(runtime.tensor, (q, k, v)),
                score_mod=score_mod if modified else None,
                block_mask=self.flex.create_block_mask(mask_mod, *shape, device=self.device) if restricted else None,
                scale=scale,
                enable_gqa=q.shape[1] != k.shape[1],
            )
        return runtime.array(y)

    @contextlib.contextmanager
    def _not_compiled(self) -> Iterator[None]:
        """Set PyTorch's own switch against tracing anew for most shapes.

        What is traced runs operation by operation all the same.  Over 150 random shapes that took 0.14 s a call,
        with the switch 0.02 s (torch 2.13.0, two cores); without it there is a warning about speed, too.
        """
        before = self.flex._FLEX_ATTENTION_DISABLE_COMPILE_DEBUG  # noqa: SLF001 - the warning names this switch
        self.flex._FLEX_ATTENTION_DISABLE_COMPILE_DEBUG = True  # noqa: SLF001
        try:
            yield
        finally:
            self.flex._FLEX_ATTENTION_DISABLE_COMPILE_DEBUG = before  # noqa: SLF001


def mask_of_heads(mask: Array, shape: tuple[int, int, int, int]) -> Array:
    """Return a mask as MultiheadAttention takes it: (L, S) if all heads share it, else (B H, L, S)."""
    B, H, L, S = shape
    if all(size == 1 for size in mask.shape[:-2]):
        return np.broadcast_to(mask.reshape(mask.shape[-2:]), (L, S))
    return np.broadcast_to(mask, shape).reshape(B * H, L, S)


def sdpa_traits(path: str | None, device: str) -> Traits:
    """Return what one path of `scaled_dot_product_attention` declares, None for PyTorch's choice."""
    empty = "observed with torch 2.13.0 on the CPU, flash and math; pytorch/pytorch#131060 (_safe_softmax)"
    if path == "MATH":
        return Traits(
            empty_row="zero",
            dtypes=("float16", "float32", "float64"),
            compute={"float16": "float32"},
            sources={
                "empty_row": empty,
                "compute": "torch.nn.functional.scaled_dot_product_attention, documentation of 2.13: the math path "
                "keeps all intermediates of float16 in float32",
            },
        )
    if device == "cuda":
        half = path in {"FLASH_ATTENTION", "CUDNN_ATTENTION"}
        whole = ("float16", "float32", "float64") if path is None else ("float16", "float32")
        return Traits(
            empty_row="zero",
            dtypes=("float16",) if half else whole,
            block=32,
            flush_to_zero=True,
            sources={
                "empty_row": f"{UNTRIED}; {empty}",
                "dtypes": "torch.nn.functional.scaled_dot_product_attention, documentation of 2.13: each fused kernel "
                "has limitations of its own; flash and cuDNN know half precision only",
                "block": UNTRIED,
                "flush_to_zero": UNTRIED,
            },
        )
    return Traits(
        empty_row="zero",
        dtypes=("float16", "float32", "float64"),
        exp_ulps=20.0,
        block=512,
        flush_to_zero=True,
        equal_widths=path is not None,
        sources={
            "empty_row": f"{empty}; {FLASH_CPU}: the sum of a row without keys is set to 1",
            "exp_ulps": f"{EXP_U20}, which says 20; measured with torch 2.13.0: weights off by at most 4.1 units",
            "block": f"{FLASH_CPU}: keys are split by 512",
            "flush_to_zero": f"{EXP_U20}: 0 for arguments below ln of the smallest normal number, in float32",
            **({} if path is None else {"equal_widths": FLASH_WIDTHS}),
        },
    )


def multihead_traits(device: str, *, need_weights: bool) -> Traits:
    """Return what the layer declares: without weights it calls `scaled_dot_product_attention`."""
    widths = "torch.nn.MultiheadAttention, documentation of 2.13: one embed_dim, split among the heads"
    if need_weights:
        return Traits(
            empty_row="nan",
            dtypes=("float16", "float32", "float64"),
            equal_widths=True,
            sources={
                "empty_row": "torch 2.13.0, torch/nn/functional.py, multi_head_attention_forward: a softmax of nothing "
                "but -inf; pytorch/pytorch#160064",
                "equal_widths": widths,
            },
        )
    below = sdpa_traits(None, device)
    return replace(below, equal_widths=True, sources={**below.sources, "equal_widths": widths})


def flex_traits() -> Traits:
    """Return what `flex_attention` declares where it is not compiled."""
    return Traits(
        empty_row="zero",
        dtypes=("float16", "float32", "float64"),
        sources={
            "empty_row": "torch 2.13.0, torch/_higher_order_ops/flex_attention.py, math_attention: _safe_softmax",
        },
    )


def sdpa(name: str, path: str | None) -> Callable[[str], TorchAttention]:
    """Return a factory for one path of `scaled_dot_product_attention`, None for PyTorch's choice."""

    def factory(device: str) -> TorchAttention:
        runtime = Runtime.on(device)
        attention = importlib.import_module("torch.nn.attention")
        if device == "cpu" and path in {"EFFICIENT_ATTENTION", "CUDNN_ATTENTION"}:
            raise NotImplementedError(f"{name}: PyTorch has this kernel for cuda devices only.")
        only = None if path is None else getattr(attention.SDPBackend, path)
        return TorchAttention(name, device, sdpa_traits(path, device), runtime.versions, runtime, only)

    return factory


def multihead(name: str, *, need_weights: bool) -> Callable[[str], TorchMultihead]:
    """Return a factory for `torch.nn.MultiheadAttention`."""

    def factory(device: str) -> TorchMultihead:
        runtime = Runtime.on(device)
        traits = multihead_traits(device, need_weights=need_weights)
        return TorchMultihead(name, device, traits, runtime.versions, runtime, need_weights)

    return factory


def flex(device: str) -> TorchFlex:
    """Return `torch.nn.attention.flex_attention` on a device."""
    runtime = Runtime.on(device)
    module = importlib.import_module("torch.nn.attention.flex_attention")
    return TorchFlex("torch-flex", device, flex_traits(), runtime.versions, runtime, module)


TARGETS: dict[str, Callable[[str], TorchAttention | TorchMultihead | TorchFlex]] = {
    "torch": sdpa("torch", None),
    "torch-math": sdpa("torch-math", "MATH"),
    "torch-flash": sdpa("torch-flash", "FLASH_ATTENTION"),
    "torch-efficient": sdpa("torch-efficient", "EFFICIENT_ATTENTION"),
    "torch-cudnn": sdpa("torch-cudnn", "CUDNN_ATTENTION"),
    "torch-mha": multihead("torch-mha", need_weights=True),
    "torch-mha-fused": multihead("torch-mha-fused", need_weights=False),
    "torch-flex": flex,
}
