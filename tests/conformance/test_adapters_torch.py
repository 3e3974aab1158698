"""The adapters for PyTorch, Keras and Transformers hand over what they were given, and refuse what is not offered."""

import importlib.util
import inspect
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from proofs.laws.conformance.adapters import keras_attention, torch_sdpa, transformers_eager
from proofs.laws.conformance.traits import Traits

MODULES = {"torch": torch_sdpa, "keras": keras_attention, "transformers": transformers_eager}
FACTORIES = {name: factory for module in MODULES.values() for name, factory in module.TARGETS.items()}
FRAMEWORK = {name: package for package, module in MODULES.items() for name in module.TARGETS}
CUDA_ONLY = ["torch-cudnn", "torch-efficient"]
WINDOWED = ["torch-flex", "keras-mha", "keras-gqa", "transformers-eager", "transformers-eager-gemma2"]
ON_CPU = [name for name in FACTORIES if name not in CUDA_ONLY]

# Distinct primes where they can be: an axis that is swapped does not fit. Heads are grouped in threes.
B, H, G, L, S, E, F = 2, 6, 2, 5, 7, 3, 11
MASKS = [(1, 1, L, S), (B, 1, 1, S), (L, S), (B, H, L, S), (1, H, L, 1), (1, S), (B, 1, L, 1), (1, 1, 1, 1)]
SHAPES = {"few queries": (L, S), "many queries": (S, L), "one query": (1, S), "one key": (L, 1), "one of each": (1, 1)}

# Inputs are drawn in [-2, 2] with 3 features and at most 7 keys: scores stay within 7, and outputs within 2. Twenty
# roundings of numbers of the size of a score bound what any order of these few operations can lose.
TOLERANCE = {name: 20 * 7 * np.finfo(name).eps for name in ("float16", "float32", "float64")}


@cache
def target(name):
    """Return an implementation on the CPU, or skip: its framework is missing."""
    package = FRAMEWORK[name]
    needed = {"transformers": ["transformers", "torch"], "keras": ["keras"], "torch": ["torch"]}[package]
    if package == "keras" and not any(map(importlib.util.find_spec, ("jax", "torch"))):
        needed = [*needed, "jax"]
    for each in needed:
        if importlib.util.find_spec(each) is None:
            pytest.skip(f"{each} is not installed")
    return FACTORIES[name]("cpu")


def drawn(*shape, seed=0, dtype="float32"):
    """Return numbers in [-2, 2]."""
    return np.random.default_rng([seed, *shape]).uniform(-2, 2, shape).astype(dtype)


def inputs(name, *, queries=L, keys=S, heads=H, dtype="float32"):
    """Return q, k and v; values have another width where the target allows it."""
    width = E if target(name).traits.equal_widths else F
    shapes = (B, H, queries, E), (B, heads, keys, E), (B, heads, keys, width)
    return tuple(drawn(*shape, seed=seed, dtype=dtype) for seed, shape in enumerate(shapes))


def some(shape, *, seed=0):
    """Return a mask that leaves no row empty."""
    mask = np.random.default_rng([seed, *shape]).random(shape) < 0.5
    mask[..., 0] = True
    return mask


def reference(
    q, k, v, *, mask=None, is_causal=False, scale=None, window=None, softcap=None, bias=None, key_lengths=None
):
    """Return attention in float64, written from the contract: zeros for a row that may attend to nothing."""
    q, k, v = (x.astype(np.float64) for x in (q, k, v))
    k, v = (np.stack([x[:, h * x.shape[1] // q.shape[1]] for h in range(q.shape[1])], 1) for x in (k, v))
    scores = np.einsum("bhle,bhse->bhls", q, k) * (q.shape[-1] ** -0.5 if scale is None else scale)
    if softcap is not None:
        scores = softcap * np.tanh(scores / softcap)
    if bias is not None:
        scores += bias
    i, j = np.arange(q.shape[2])[:, None], np.arange(k.shape[2])
    left, right = window or (-1, -1)
    allowed = np.broadcast_to(True if mask is None else mask, scores.shape) & (j <= i if is_causal else True)
    allowed = allowed & ((j >= i - left) | (left < 0)) & ((j <= i + right) | (right < 0))
    if key_lengths is not None:
        allowed = allowed & (j < key_lengths[:, None, None, None])
    powers = np.where(allowed, np.exp(scores), 0)
    return powers / np.maximum(powers.sum(-1, keepdims=True), 1e-300) @ v


def agree(name, arrays, *, rows=np.s_[:], **keywords):
    """Assert that a target says what the reference says, and leaves its arguments alone."""
    __tracebackhide__ = True
    given = [*arrays, *(value for value in keywords.values() if isinstance(value, np.ndarray))]
    before = [array.copy() for array in given]
    for array in given:
        array.flags.writeable = False
    result = target(name)(*arrays, **keywords)
    wanted = reference(*arrays, **keywords)
    dtype = arrays[0].dtype.name
    assert isinstance(result, np.ndarray)
    assert result.shape == wanted.shape
    assert result.flags.writeable
    assert not any(np.shares_memory(result, array) for array in given)
    for array, kept in zip(given, before, strict=True):
        np.testing.assert_array_equal(array, kept)
    tolerance = max(TOLERANCE[dtype], TOLERANCE[target(name).traits.compute_dtype(dtype)])
    np.testing.assert_allclose(result[:, :, rows], wanted[:, :, rows], rtol=0, atol=tolerance)


def agree_or_refuse(name, arrays, **keywords):
    """Assert agreement, unless the target says in a sentence that it does not offer this; return whether it agreed."""
    __tracebackhide__ = True
    try:
        agree(name, arrays, **keywords)
    except NotImplementedError as refusal:
        assert str(refusal)  # noqa: PT017 - the other outcome is agreement
        return False
    return True


def keywords_of(name):
    """Return the keywords that a target has."""
    return set(inspect.signature(target(name)).parameters) - {"q", "k", "v"}


@pytest.mark.parametrize("name", ON_CPU)
def test_a_target_says_what_it_is(name):
    """Each has a name, a device, versions, and traits with a source for all that differs from the default."""
    implementation = target(name)
    traits, default = implementation.traits, Traits()
    assert implementation.name == name
    assert implementation.device == "cpu"
    assert FRAMEWORK[name] in implementation.versions
    assert {"mask", "is_causal", "scale"} <= keywords_of(name)
    assert ("window" in keywords_of(name)) == (name in WINDOWED)
    differing = {each for each in traits.as_data() if getattr(traits, each) != getattr(default, each)}
    # That float16 is among the dtypes needs no source: the tests below run it.
    assert differing - {"sources", "dtypes"} <= set(traits.sources)


@pytest.mark.parametrize("shape", MASKS, ids=str)
@pytest.mark.parametrize("name", ON_CPU)
def test_masks_of_every_shape(name, shape):
    """Every shape that broadcasts to (B, H, L, S) is read as NumPy reads it."""
    agree(name, inputs(name), mask=some(shape))


@pytest.mark.parametrize("lengths", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("name", ON_CPU)
def test_lengths_and_the_causal_mask(name, lengths):
    """Lengths of queries and keys may differ, and the causal mask begins at the upper left."""
    arrays = inputs(name, queries=lengths[0], keys=lengths[1])
    agree(name, arrays)
    assert agree_or_refuse(name, arrays, is_causal=True) == (not name.startswith("torch-mha") or len(set(lengths)) == 1)


@pytest.mark.parametrize("name", ON_CPU)
def test_a_causal_mask_beside_a_mask(name):
    """Both count, or the call is refused."""
    agreed = agree_or_refuse(name, inputs(name), mask=some((B, 1, L, S)), is_causal=True)
    refusing = {"torch-math", "torch-mha", "torch-mha-fused"}
    # Where widths differ, PyTorch chooses its math path, which refuses.
    assert agreed == (name not in {*refusing, "torch"})
    q, k, _ = inputs(name)
    assert agree_or_refuse(name, (q, k, k), mask=some((B, 1, L, S)), is_causal=True) == (name not in refusing)


@pytest.mark.parametrize("name", ON_CPU)
def test_grouped_heads(name):
    """Query head h reads key head h // (H / H_kv), or grouped heads are refused."""
    ungrouped = {"torch-mha", "torch-mha-fused", "keras-mha"}
    for heads in (1, G):
        assert agree_or_refuse(name, inputs(name, heads=heads)) == (name not in ungrouped)
        mask = some((B, H, L, S))
        assert agree_or_refuse(name, inputs(name, heads=heads), mask=mask) == (name not in ungrouped)


@pytest.mark.parametrize("name", ON_CPU)
def test_scale(name):
    """An explicit scale is the factor of the scores, or is refused."""
    layers = {"torch-mha", "torch-mha-fused", "keras-mha", "keras-gqa"}
    for scale in (0.3, -0.7, 0.0):
        assert agree_or_refuse(name, inputs(name), scale=scale) == (name not in layers)


@pytest.mark.parametrize("name", ON_CPU)
def test_dtypes(name):
    """What is declared runs, and comes back as it came in."""
    for dtype in target(name).traits.dtypes:
        arrays = inputs(name, dtype=dtype)
        agree(name, arrays, mask=some((B, 1, L, S)))
        assert target(name)(*arrays).dtype == dtype


@pytest.mark.parametrize("name", ON_CPU)
def test_an_empty_row(name):
    """A row that may attend to nothing is what the traits say, and the other rows do not notice."""
    mask = some((L, S))
    mask[2] = False
    q, k, v = inputs(name)
    agree(name, (q, k, v), mask=mask, rows=np.s_[:2])
    agree(name, (q, k, v), mask=mask, rows=np.s_[3:])
    row = target(name)(q, k, v, mask=mask)[:, :, 2]
    wanted = {"zero": np.zeros_like(row), "nan": np.full_like(row, np.nan), "mean": v.mean(axis=2)}
    np.testing.assert_allclose(row, wanted[target(name).traits.empty_row], rtol=0, atol=TOLERANCE["float32"])


@pytest.mark.parametrize("window", [(1, 1), (2, 0), (0, 0), (-1, -1), (1, 3), (-1, 0), (3, -1)], ids=str)
@pytest.mark.parametrize("is_causal", [False, True], ids=["", "causal"])
@pytest.mark.parametrize("name", WINDOWED)
def test_windows(name, is_causal, window):
    """Windows are those of the contract; what a framework cannot say is refused."""
    # As many queries as keys, or a late query sees no key.
    arrays = inputs(name, keys=L)
    agreed = agree_or_refuse(name, arrays, window=window, is_causal=is_causal)
    plain = window in {(1, 1), (2, 0), (0, 0), (-1, -1)} or (is_causal and window in {(1, 3), (-1, 0), (3, -1)})
    assert agreed == (plain or name == "torch-flex")
    if agreed:
        agree(name, arrays, window=window, is_causal=is_causal, mask=some((B, H, L, L)) | np.eye(L, dtype=bool))


@pytest.mark.parametrize("name", ON_CPU)
def test_caps_biases_and_lengths(name):
    """A cap, a bias of any shape and key lengths are those of the contract, alone and together."""
    offered = keywords_of(name)
    lengths, mask = np.array([3, 7]), some((B, 1, L, S))
    everything = {}
    if "softcap" in offered:
        agree(name, inputs(name), softcap=0.8, scale=1.7)
        everything |= {"softcap": 0.8, "scale": 1.7}
    if "bias" in offered:
        for shape in MASKS:
            agree(name, inputs(name), bias=drawn(*shape))
        everything |= {"bias": drawn(H, 1, S)}
    if "key_lengths" in offered:
        agree(name, inputs(name), key_lengths=lengths)
        agree(name, inputs(name, keys=L), key_lengths=lengths, is_causal=True)
        everything |= {"key_lengths": lengths}
    # A bias takes the place of the mask in PyTorch, and so in Keras on top of it.
    one_mask = "bias" in offered and "softcap" not in offered and "torch" in target(name).versions
    assert agree_or_refuse(name, inputs(name), mask=mask, **everything) != one_mask


@pytest.mark.parametrize("name", CUDA_ONLY)
def test_kernels_for_gpus_only(name):
    """A kernel that the CPU does not have is refused where the target is made."""
    with pytest.raises(NotImplementedError, match="for cuda devices only"):
        target(name)


@pytest.mark.parametrize("name", FACTORIES)
def test_a_missing_gpu_is_said(name):
    """Without a GPU, a target for one is refused in a sentence."""
    target(name if name in ON_CPU else "torch")
    torch = importlib.import_module("torch") if importlib.util.find_spec("torch") else None
    if torch is not None and torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(NotImplementedError, match="sees no cuda device"):
        FACTORIES[name]("cuda")


def test_flash_says_why_it_refuses():
    """The reason, which PyTorch gives as a warning, is in the error."""
    q, k, _ = inputs("torch-flash")
    with pytest.raises(NotImplementedError, match="same last dimension"):
        target("torch-flash")(q, k, drawn(B, H, S, F))


def test_other_errors_are_not_refusals():
    """An error that is none of PyTorch's refusals stays what it is."""
    q, k, v = inputs("torch")
    with pytest.raises(RuntimeError, match="size"):
        target("torch")(q, k, v, mask=np.ones((L, S + 1), dtype=bool))


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_keras_on_each_backend(backend):
    """Keras has one backend in a process; the one that is asked for is taken, and does what it says."""
    for each in ("keras", backend):
        if importlib.util.find_spec(each) is None:
            pytest.skip(f"{each} is not installed")
    if backend == keras_attention.Runtime.on("cpu").backend:
        pytest.skip(f"the tests above ran on {backend}")
    chosen = (test_masks_of_every_shape, test_grouped_heads, test_an_empty_row, test_caps_biases_and_lengths)
    tests = [f"{__file__}::{test.__name__}" for test in chosen]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-k", "keras", "--numprocesses=0", *tests],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"KERAS_BACKEND": backend},
        cwd=Path(__file__).parents[2],
    )
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("name", FACTORIES)
def test_a_missing_framework_is_an_import_error(name, monkeypatch):
    """What is missing is named."""
    package = FRAMEWORK[name]
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=package):
        FACTORIES[name]("cpu")
