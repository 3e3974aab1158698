"""ONNX: the operator `Attention` with a cache, that is with `past_key` and `past_value`.

Statement: of S keys the first S - L go in as the past and the last L with the queries, as in a step of decoding.  The
operator joins them, so without `is_causal` this is the call without a past.  With `is_causal`, query i attends key j if
j <= i + past_sequence_length: all of the past, and the current keys up to its own.  As the past is all that precedes
the queries, that is alignment to the lower right.  Fewer keys than queries have no such reading and are refused.

A window would be aligned to the past too, where DESIGN section 6 has it upper-left, and key lengths go with no past:
neither is offered.

Sources: ONNX 1.23.2, schema of Attention-23 (inputs `past_key` and `past_value`, attribute `is_causal`); onnx#7297 (the
causal mask fell on the past as well).
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from proofs.laws.conformance.adapters import onnx_attention
from proofs.laws.conformance.adapters.onnx_attention import Array, Load, Node, OnnxAttention, Run, model_of
from proofs.laws.conformance.traits import Traits

ALIGNMENT = "ONNX 1.23.2, operator Attention, is_causal: query i attends key j iff j <= i + past_sequence_length"


def with_past(node: Node) -> Any:
    """Return the model of a node with inputs past_key and past_value, and the outputs that must come with them."""
    make = importlib.import_module("onnx").helper
    model = model_of(node)
    (attention,) = model.graph.node
    number = model.graph.input[0].type.tensor_type.elem_type
    value = make.make_tensor_value_info
    attention.input.extend([""] * (4 - len(attention.input)) + ["past_key", "past_value"])
    attention.output.extend(["present_key", "present_value"])
    model.graph.input.extend([value("past_key", number, [*"BGPE"]), value("past_value", number, [*"BGPF"])])
    model.graph.output.extend([value("present_key", number, [*"BGTE"]), value("present_value", number, [*"BGTF"])])
    return model


def split(run: Run) -> Run:
    """Return what hands over the first S - L keys and values as the past."""

    def parted(feeds: Mapping[str, Array]) -> Array:
        past = feeds["k"].shape[2] - feeds["q"].shape[2]
        k, v = feeds["k"], feeds["v"]
        parts = {"past_key": k[:, :, :past], "k": k[:, :, past:], "past_value": v[:, :, :past], "v": v[:, :, past:]}
        return run({**feeds, **parts})

    return parted


@dataclass(frozen=True, slots=True)
class OnnxPast:
    """The operator `Attention` with a past, run by onnxruntime or by the reference evaluator."""

    name: str
    device: str
    traits: Traits
    versions: Mapping[str, str]
    whole: OnnxAttention

    def __call__(
        self,
        q: Array,
        k: Array,
        v: Array,
        *,
        mask: Array | None = None,
        is_causal: bool = False,
        scale: float | None = None,
        softcap: float | None = None,
        bias: Array | None = None,
    ) -> Array:
        """Return (B, H, L, Ev); DESIGN section 6.  Raises NotImplementedError for what ONNX has not or is refused."""
        if k.shape[2] < q.shape[2]:
            raise NotImplementedError(f"{self.name}: the keys of the queries are the last ones, so at least as many.")
        return self.whole(q, k, v, mask=mask, is_causal=is_causal, scale=scale, softcap=softcap, bias=bias)


def _target(name: str, plain: Callable[[str], OnnxAttention], load: Callable[[str], Load]) -> Callable[[str], OnnxPast]:
    """Return a factory for the target beside `plain`, the one without a past."""

    def factory(device: str) -> OnnxPast:
        without = plain(device)
        loaded = load(device)
        run = functools.lru_cache(maxsize=256)(lambda node: split(loaded(with_past(node))))
        sources = {**without.traits.sources, "alignment": ALIGNMENT}
        traits = replace(without.traits, alignment="lower_right", sources=sources)
        return OnnxPast(name, device, traits, without.versions, replace(without, name=name, run=run))

    return factory


TARGETS: dict[str, Callable[[str], OnnxPast]] = {
    "onnxruntime-past": _target("onnxruntime-past", onnx_attention.onnxruntime, onnx_attention.runtime),
    "onnx-reference-past": _target("onnx-reference-past", onnx_attention.onnx_reference, onnx_attention.reference),
}
