"""ONNX: the operator `Attention` in onnxruntime and in onnx's reference evaluator, and any ONNX file.

A call becomes a model of one node, with the oldest opset that can say it: 23, 24 for key lengths, 25 for windows.
Sizes are symbolic, so one model serves all shapes; scale, softcap, window and the causal flag are attributes, so each
value of them is a model of its own.  onnxruntime 1.32.0 has a CPU kernel for float16 and float32 at opsets 23 and 24;
the rest it runs as the operator's own definition by smaller operators.

What the operator reads otherwise than DESIGN section 6, and what is done about it:

- A mask whose last axis is shorter than the keys is padded with "may not attend", so a last axis of 1 is repeated
  first.  Every other axis goes as it comes.
- Boolean mask and bias share one input: not both.
- With key lengths, `is_causal` and windows are aligned to the last real key, not upper-left: not both.
- Q and K are multiplied by sqrt(scale) each: no negative scale.  Attributes are float32: where float64 is computed as
  such, a scale or cap that is not one is refused.

`from_file` wraps a model by the names of its inputs.

Sources: ONNX 1.23.2, schema of Attention-23, -24 and -25; onnx#7274 (grouped heads), onnx#8068.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from proofs.laws.conformance.traits import Traits

Array: TypeAlias = "npt.NDArray[Any]"
Run: TypeAlias = Callable[[Mapping[str, Array]], Array]
Load: TypeAlias = Callable[[Any], Run]
"""A model, or the path of one -> what runs it."""

ALL = ("float16", "float32", "float64")
SPECIFICATION = "ONNX 1.23.2, operator Attention (with the erratum of 1.23): "

RUNTIME_TRAITS = Traits(
    empty_row="zero",
    dtypes=ALL,
    compute={"float64": "float32"},
    exp_ulps=3.0,
    sources={
        "empty_row": SPECIFICATION + "a row that attends to no key is 0; observed with onnxruntime 1.32.0",
        "dtypes": SPECIFICATION + "type constraint T1",
        "compute": "ONNX 1.23.2, function body of Attention, which onnxruntime runs for float64: sqrt(scale) is taken "
        "in float32; measured with onnxruntime 1.32.0: outputs are off by 1e-7",
        "exp_ulps": "measured with onnxruntime 1.32.0 on a CPU: weights over weights of score 0, 4,000,000 float32 "
        "scores in [-104, 0], are off from exp by at most 1.49 ulp; two-key softmaxes by 2.17 (float64: 2.11)",
    },
)

REFERENCE_TRAITS = Traits(
    empty_row="zero",
    dtypes=ALL,
    sources={
        "empty_row": SPECIFICATION + "a row that attends to no key is 0; observed with onnx 1.23.2",
        "dtypes": SPECIFICATION + "type constraint T1",
    },
)


@dataclass(frozen=True, slots=True)
class Node:
    """What tells one model of one node from another."""

    dtype: str
    mask: Literal["", "bool", "additive"] = ""
    lengths: bool = False
    causal: bool = False
    scale: float | None = None
    softcap: float | None = None
    window: tuple[int, int] | None = None

    @property
    def opset(self) -> int:
        """The oldest opset that has all of it."""
        return 25 if self.window is not None else 24 if self.lengths else 23


def model_of(node: Node) -> Any:
    """Return the ONNX model with inputs q, k, v and, where the node has them, mask and lengths."""
    onnx = importlib.import_module("onnx")
    make, types = onnx.helper, onnx.TensorProto
    number = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(node.dtype))
    value = make.make_tensor_value_info
    inputs = [value("q", number, [*"BHLE"]), value("k", number, [*"BGSE"]), value("v", number, [*"BGSF"])]
    names = ["q", "k", "v", "", "", "", ""]
    if node.mask:
        # No rank and no sizes: whatever broadcasts is to be tried.
        inputs.append(value("mask", types.BOOL if node.mask == "bool" else number, None))
        names[3] = "mask"
    if node.lengths:
        inputs.append(value("lengths", types.INT64, ["B"]))
        names[6] = "lengths"
    while not names[-1]:
        del names[-1]
    attributes: dict[str, Any] = {"is_causal": int(node.causal)}
    if node.scale is not None:
        attributes["scale"] = float(node.scale)
    if node.softcap is not None:
        attributes["softcap"] = float(node.softcap)
    if node.window is not None:
        attributes["left_window_size"], attributes["right_window_size"] = node.window
    attention = make.make_node("Attention", names, ["y"], **attributes)
    graph = make.make_graph([attention], "attention", inputs, [value("y", number, [*"BHLF"])])
    opsets = [make.make_opsetid("", node.opset)]
    try:
        oldest = make.find_min_ir_version_for(opsets)
    except ValueError:
        raise NotImplementedError(f"onnx {onnx.__version__} knows no opset {node.opset}.") from None
    return make.make_model(graph, opset_imports=opsets, ir_version=oldest)


def runtime(device: str) -> Load:
    """Return what loads a model into onnxruntime."""
    ort = importlib.import_module("onnxruntime")
    provider = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}[device]
    if provider not in ort.get_available_providers():
        raise NotImplementedError(f"onnxruntime {ort.__version__} has no {provider} here.")
    states = importlib.import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    refusals = (states.Fail, states.InvalidArgument, states.InvalidGraph, states.NotImplemented)

    def refused(error: Exception) -> NotImplementedError:
        line = str(error).splitlines()[0]
        return NotImplementedError(f"onnxruntime {ort.__version__} refuses: {_last_words(line)}")

    def load(model: Any) -> Run:
        options = ort.SessionOptions()
        options.log_severity_level = 4  # refusals are raised; printing them as well helps nobody
        options.intra_op_num_threads = 1  # a pool of threads for each of many small sessions would cost more
        source = model if isinstance(model, str) else model.SerializeToString()
        try:
            session = ort.InferenceSession(source, options, providers=[provider])
        except refusals as error:
            raise refused(error) from error

        def run(feeds: Mapping[str, Array]) -> Array:
            try:
                outputs = session.run(None, {name: np.ascontiguousarray(x) for name, x in feeds.items()})
            except refusals as error:
                raise refused(error) from error
            return np.array(outputs[0])

        return run

    return load


def reference(device: str) -> Load:
    """Return what loads a model into onnx's reference evaluator."""
    evaluator = importlib.import_module("onnx.reference").ReferenceEvaluator
    if device != "cpu":
        raise NotImplementedError("onnx's reference evaluator runs on the CPU alone.")

    def load(model: Any) -> Run:
        loaded = evaluator(model)

        def run(feeds: Mapping[str, Array]) -> Array:
            # It is NumPy: what overflows would warn, and is for a law to judge.
            with np.errstate(all="ignore"):
                return np.array(loaded.run(None, dict(feeds))[0])

        return run

    return load


def _last_words(line: str) -> str:
    """Return the reason in a message of onnxruntime: what follows the failed condition, or its three codes."""
    return line.rpartition(" was false. ")[2].split(" : ", 3)[-1]


@dataclass(frozen=True, slots=True)
class OnnxAttention:
    """The operator `Attention`, run by onnxruntime or by the reference evaluator."""

    name: str
    device: str
    traits: Traits
    versions: Mapping[str, str]
    run: Callable[[Node], Run]

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
        """Return (B, H, L, Ev); DESIGN section 6.  Raises NotImplementedError for what ONNX has not or is refused."""
        self._check(q.dtype, scale, softcap)
        if mask is not None and bias is not None:
            raise NotImplementedError("ONNX's Attention has one input for masks: boolean or additive, not both.")
        if key_lengths is not None and (is_causal or window is not None):
            raise NotImplementedError(
                "ONNX's Attention aligns is_causal and windows to the last key once lengths are set."
            )
        feeds = {"q": q, "k": k, "v": v}
        if mask is not None:
            feeds["mask"] = _whole_last_axis(mask, k.shape[2])
        if bias is not None:
            feeds["mask"] = _whole_last_axis(np.asarray(bias, q.dtype), k.shape[2])
        if key_lengths is not None:
            feeds["lengths"] = np.asarray(key_lengths, np.int64)
        kind: Literal["", "bool", "additive"] = "bool" if mask is not None else "additive" if bias is not None else ""
        sides = None if window is None else (int(window[0]), int(window[1]))
        node = Node(q.dtype.name, kind, key_lengths is not None, bool(is_causal), scale, softcap, sides)
        return self.run(node)(feeds)

    def _check(self, dtype: np.dtype[Any], scale: float | None, softcap: float | None) -> None:
        if scale is not None and scale < 0:
            raise NotImplementedError("ONNX's Attention takes the square root of scale: it cannot be negative.")
        if self.traits.compute_dtype(dtype.name) == "float64":
            for name, number in (("scale", scale), ("softcap", softcap)):
                if number is not None and float(np.float32(number)) != number:
                    raise NotImplementedError(f"ONNX keeps {name} in float32, which {number!r} is not: not in float64.")


def _whole_last_axis(mask: Array, S: int) -> Array:
    return np.repeat(mask, S, axis=-1) if mask.shape[-1] == 1 else mask


def _cached(load: Load) -> Callable[[Node], Run]:
    return functools.lru_cache(maxsize=256)(lambda node: load(model_of(node)))


def onnxruntime(device: str) -> OnnxAttention:
    """Return the target "onnxruntime"."""
    traits = RUNTIME_TRAITS
    if device == "cuda":
        source = f"{traits.sources['compute']}; CUDA's provider may multiply float32 matrices in TF32"
        sources = {**{n: s for n, s in traits.sources.items() if n != "exp_ulps"}, "compute": source}
        compute = {"float64": "float32", "float32": "float16"}
        traits = replace(traits, compute=compute, exp_ulps=4.0, sources=sources)
    run = _cached(runtime(device))
    versions = {package: version(package) for package in ("onnxruntime", "onnx")}
    return OnnxAttention("onnxruntime", device, traits, versions, run)


def onnx_reference(device: str) -> OnnxAttention:
    """Return the target "onnx-reference"."""
    run = _cached(reference(device))
    return OnnxAttention("onnx-reference", device, REFERENCE_TRAITS, {"onnx": version("onnx")}, run)


TARGETS: dict[str, Callable[[str], OnnxAttention]] = {"onnxruntime": onnxruntime, "onnx-reference": onnx_reference}

ROLES = {
    **dict.fromkeys(("q", "query"), "q"),
    **dict.fromkeys(("k", "key"), "k"),
    **dict.fromkeys(("v", "value"), "v"),
    **dict.fromkeys(("mask", "attn_mask"), "mask"),
    "is_causal": "is_causal",
}
EXPECTED = (
    "expected inputs q, k, v (or query, key, value), optionally mask (or attn_mask) and is_causal, and one output"
)


@dataclass(frozen=True, slots=True)
class OnnxFile:
    """An ONNX file as an implementation.

    Attributes:
        inputs: role -> the file's input: its name, NumPy dtype and declared sizes, None for a size that is free.
        causal: whether the file masks the future: always (True), never (False), or as its input says (None).
    """

    name: str
    device: str
    traits: Traits
    versions: Mapping[str, str]
    inputs: Mapping[str, tuple[str, np.dtype[Any], tuple[int | None, ...] | None]]
    causal: bool | None
    run: Run

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
        """Return (B, H, L, Ev); DESIGN section 6.  Raises NotImplementedError for what the file has no input for."""
        if scale is not None:
            raise NotImplementedError(f"{self.name}: the scale is fixed in the file.")
        if self.causal is not None and is_causal != self.causal:
            raise NotImplementedError(f"{self.name}: the file {'is always' if self.causal else 'is not'} causal.")
        if mask is not None and "mask" not in self.inputs:
            raise NotImplementedError(f"{self.name}: the file has no input for a mask.")
        feeds = {}
        for role, array in (("q", q), ("k", k), ("v", v)):
            name, dtype, _ = self.inputs[role]
            if array.dtype != dtype:
                raise NotImplementedError(f"{self.name}: {name} is {dtype} in the file, got {array.dtype}.")
            feeds[name] = array
        if "mask" in self.inputs:
            name, dtype, sizes = self.inputs["mask"]
            feeds[name] = self._mask(mask, dtype, sizes, q.shape[2], k.shape[2])
        if "is_causal" in self.inputs:
            name, dtype, sizes = self.inputs["is_causal"]
            feeds[name] = np.full([size or 1 for size in sizes or ()], is_causal, dtype)
        return self.run(feeds)

    def _mask(self, mask: Array | None, dtype: np.dtype[Any], sizes: Any, L: int, S: int) -> Array:
        """Return the mask in the file's rank and dtype: all True if none is given, 0 and -inf if it is additive."""
        rank = 4 if sizes is None else len(sizes)
        if mask is None:
            declared = (1,) * rank if sizes is None else tuple(size or 1 for size in sizes)
            mask = np.ones((*declared[: rank - 2], L, S), np.bool_)
        while mask.ndim > rank and mask.shape[0] == 1:
            mask = mask[0]
        if mask.ndim > rank:
            raise NotImplementedError(f"{self.name}: the mask has {rank} axes in the file, got shape {mask.shape}.")
        mask = _whole_last_axis(mask.reshape((1,) * (rank - mask.ndim) + mask.shape), S)
        if dtype == np.bool_:
            return mask
        return np.where(mask, 0, -np.inf).astype(dtype)


def from_file(path: str, device: str) -> OnnxFile:
    """Return an ONNX file as an implementation, run by onnxruntime, or by onnx's evaluator where that is missing.

    Inputs are recognised by name, in any case: q, k, v (or query, key, value) of one dtype, and optionally mask (or
    attn_mask; boolean, or floating to be added to scores) and is_causal.  A file whose only node is an `Attention` is
    causal if its attribute says so; any other without an input is_causal counts as not causal.

    Raises:
        ValueError: the file is no ONNX model, or its inputs and outputs are not those; one line.
        ImportError: onnx is not installed.
        NotImplementedError: it cannot run on this device.
    """
    onnx = importlib.import_module("onnx")
    broken = importlib.import_module("google.protobuf.message").DecodeError
    try:
        model = onnx.load(path)
    except (OSError, ValueError, broken) as error:
        reason = getattr(error, "strerror", None) or "it does not decode"
        raise ValueError(f"{path}: expected an ONNX model; {reason}") from error
    inputs = _inputs(path, onnx, model.graph)
    nodes = model.graph.node
    single = len(nodes) == 1 and nodes[0].op_type == "Attention" and nodes[0].domain in {"", "ai.onnx"}
    causal = single and any(a.name == "is_causal" and a.i == 1 for a in nodes[0].attribute)
    try:
        load, package = runtime(device), "onnxruntime"
    except ImportError:
        load, package = reference(device), "onnx"
    known = (RUNTIME_TRAITS if package == "onnxruntime" else REFERENCE_TRAITS) if single else Traits()
    dtype = inputs["q"][1].name
    traits = replace(known, dtypes=(dtype,), sources={**known.sources, "dtypes": f"{path}: inputs are {dtype}"})
    try:
        run = load(path)
    except NotImplementedError as refusal:
        raise ValueError(f"{path}: expected a model that {package} can run; {refusal}") from refusal
    versions = {each: version(each) for each in sorted({"onnx", package})}
    return OnnxFile(path, device, traits, versions, inputs, None if "is_causal" in inputs else causal, run)


def _inputs(path: str, onnx: Any, graph: Any) -> dict[str, tuple[str, np.dtype[Any], tuple[int | None, ...] | None]]:
    """Return role -> name, dtype and sizes of the file's inputs; raises ValueError if they are not the expected."""
    constants = {each.name for each in graph.initializer}
    given = [each for each in graph.input if each.name not in constants]
    found = {}
    for each in given:
        tensor = each.type.tensor_type
        dtype = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type)) if tensor.elem_type else np.dtype("O")
        sizes = tuple(d.dim_value or None for d in tensor.shape.dim) if tensor.HasField("shape") else None
        found[ROLES.get(each.name.lower(), "")] = (each.name, dtype, sizes)
    recognised = len(found) == len(given) and "" not in found and {"q", "k", "v"} <= set(found)
    if not recognised or len(graph.output) != 1:
        names = [", ".join(each.name for each in part) or "none" for part in (given, graph.output)]
        raise ValueError(f"{path}: {EXPECTED}; found inputs {names[0]} and outputs {names[1]}")
    dtypes = {found[role][1].name for role in "qkv"}
    if len(dtypes) != 1 or not dtypes <= set(ALL):
        raise ValueError(f"{path}: expected q, k, v of one dtype among {', '.join(ALL)}; found {', '.join(dtypes)}")
    if "mask" in found and found["mask"][1].name not in {"bool", *dtypes}:
        raise ValueError(f"{path}: expected a mask of dtype bool or {dtypes.pop()}; found {found['mask'][1].name}")
    return found
