"""The adapters of jax, flax and ONNX against plain attention in float64, feature by feature.

A target whose framework is not installed is skipped.  What a target refuses is listed and must be refused; what a
release is known to get wrong is listed with that release and must still be wrong there, so that the list stays true.
"""

import importlib
import inspect
import sys

import numpy as np
import pytest

B, H, L, S, E, EV = 2, 6, 5, 11, 7, 13
MODULES = {
    "jax": "jax_attention",
    "flax": "flax_attention",
    "flax-linen": "flax_attention",
    "flax-mha": "flax_attention",
    "flax-decode": "flax_attention",
    "onnxruntime": "onnx_attention",
    "onnx-reference": "onnx_attention",
}
ALWAYS = {"plain", "one_key", "long_queries"}
MASKS = {"mask_full", "mask_shared", "mask_matrix", "mask_keys", "mask_queries", "mask_heads"}
CAUSAL = {"causal", "causal_square", "causal_mask", "causal_keys", "causal_long"}
BIASES = {"bias", "bias_causal", "bias_mask"}
WINDOWS = {"window", "window_left", "window_right", "window_causal"}
LENGTHS = {"lengths", "lengths_causal", "lengths_mask"}
HEADS = {"grouped", "one_key_head"}
SCALES = {"scale"}
CASES = ALWAYS | MASKS | CAUSAL | BIASES | WINDOWS | LENGTHS | HEADS | SCALES | {"softcap", "wide_values"}
REFUSED = {
    "jax": {"softcap", "wide_values"},
    "flax": {"softcap", "wide_values"} | SCALES | WINDOWS | LENGTHS,
    "flax-linen": {"softcap"} | SCALES | WINDOWS | LENGTHS | HEADS | CAUSAL | {"bias_causal"},
    "flax-mha": {"softcap", "wide_values"} | SCALES | WINDOWS | LENGTHS | BIASES,
    "flax-decode": CASES - {"causal_square"},
    # The kernel wants the query axis whole, against the specification.
    "onnxruntime": {"bias_mask", "lengths_causal", "mask_keys", "mask_heads", "causal_keys", "lengths_mask"},
    "onnx-reference": {"bias_mask", "lengths_causal"},
}
KNOWN_WRONG = {
    ("flax-decode", "causal_square"): ("flax", "0.12.8"),  # flax#5591
    ("onnx-reference", "causal_keys"): ("onnx", "1.23.2"),  # as many causal rows as the mask has, which is one
}


def make(name):
    """Return a target on the CPU, or skip where its framework is missing."""
    module = importlib.import_module(f"proofs.laws.conformance.adapters.{MODULES[name]}")
    try:
        return module.TARGETS[name]("cpu")
    except ImportError as missing:
        pytest.skip(f"{name} needs {str(missing.name).partition('.')[0]}, which is not installed")


@pytest.fixture(scope="module", params=MODULES)
def target(request):
    """Return each target in turn."""
    return make(request.param)


def arrays(case, dtype="float32", *, seed=0):
    """Return q, k, v and keywords of a case; every row may attend to a key."""
    rng = np.random.default_rng(seed)
    sizes = {"long_queries": (17, S), "causal_long": (17, S), "causal_square": (S, S), "one_key": (L, 1)}
    n, m = sizes.get(case, (L, S))
    heads = {"grouped": 3, "one_key_head": 1}.get(case, H)

    def normal(*shape):
        return rng.normal(size=shape).astype(dtype)

    def boolean(*shape):
        chosen = rng.random(shape) < 0.6
        chosen[..., 0] = True
        return chosen

    q, k, v = normal(B, H, n, E), normal(B, heads, m, E), normal(B, heads, m, EV if case == "wide_values" else E)
    keywords = {
        "mask_full": {"mask": boolean(B, H, n, m)},
        "mask_shared": {"mask": boolean(1, 1, n, m)},
        "mask_matrix": {"mask": boolean(n, m)},
        "mask_keys": {"mask": boolean(B, 1, 1, m)},
        "mask_queries": {"mask": boolean(B, 1, n, 1)},
        "mask_heads": {"mask": boolean(1, H, 1, m)},
        "causal_mask": {"mask": boolean(B, 1, n, m), "is_causal": True},
        "causal_keys": {"mask": boolean(B, 1, 1, m), "is_causal": True},
        "scale": {"scale": 0.3125},
        "softcap": {"softcap": 0.75},
        "bias": {"bias": normal(B, 1, n, m)},
        "bias_causal": {"bias": normal(1, H, n, m), "is_causal": True},
        "bias_mask": {"bias": normal(B, 1, n, m), "mask": boolean(1, 1, n, m)},
        "window": {"window": (2, 1)},
        "window_left": {"window": (2, -1)},
        "window_right": {"window": (-1, 3)},
        "window_causal": {"window": (3, 2), "is_causal": True},
        "lengths": {"key_lengths": np.array([3, 11])},
        "lengths_causal": {"key_lengths": np.array([3, 11]), "is_causal": True},
        "lengths_mask": {"key_lengths": np.array([3, 11]), "mask": boolean(B, 1, 1, m)},
    }
    causal = {"is_causal": True} if case in {"causal", "causal_square", "causal_long"} else {}
    return (q, k, v), keywords.get(case, causal)


def attention(
    q, k, v, *, mask=None, is_causal=False, scale=None, window=None, softcap=None, bias=None, key_lengths=None
):
    """Return attention in float64 and what each row may attend to; rows that may attend to nothing are 0."""
    q, k, v = (x.astype(np.float64) for x in (q, k, v))
    k, v = (np.repeat(x, q.shape[1] // x.shape[1], axis=1) for x in (k, v))
    scores = q @ np.swapaxes(k, 2, 3) * (1 / np.sqrt(q.shape[3]) if scale is None else scale)
    if softcap is not None:
        scores = softcap * np.tanh(scores / softcap)
    if bias is not None:
        scores = scores + bias
    i, j = np.arange(q.shape[2])[:, None], np.arange(k.shape[2])
    allowed = np.ones(scores.shape, bool) if mask is None else np.broadcast_to(mask, scores.shape)
    if is_causal:
        allowed = allowed & (j <= i)
    if window is not None:
        left, right = (len(j) + len(i) if side < 0 else side for side in window)
        allowed = allowed & (i - left <= j) & (j <= i + right)
    if key_lengths is not None:
        allowed = allowed & (j < key_lengths[:, None, None, None])
    weights = np.where(allowed, np.exp(np.clip(scores, -700, 700)), 0)
    total = weights.sum(-1, keepdims=True)
    return weights / np.where(total == 0, 1, total) @ v, scores


def tolerance(target, dtype, v, scores):
    """Return how far correct outputs can be: unit roundoff u of the dtype that is computed in, times max |v|.

    A score is off by at most (E + 6) u per unit of sum |q_e k_e| c, for which 4 max |s| stands here, a weight by twice
    that, by 2 exp_ulps u twice and by S u for its sum; the output's sum adds S u, and rounding to a dtype u itself.
    """
    u = np.finfo(target.traits.compute_dtype(dtype)).eps / 2
    size = 4 * np.abs(scores).max()
    return u * np.abs(v).max() * (2 * (E + 6) * size + 4 * target.traits.exp_ulps + 2 * S + 2)


def assert_agrees(target, case, dtype):
    """Compare one case with the reference, or see it refused."""
    __tracebackhide__ = True
    (q, k, v), keywords = arrays(case, dtype)
    refused = case in REFUSED[target.name]
    if not set(keywords) <= set(inspect.signature(target).parameters):
        assert refused
        return
    if refused:
        with pytest.raises(NotImplementedError, match=r"\w") as caught:
            target(q, k, v, **keywords)
        assert "\n" not in str(caught.value)
        return
    expected, scores = attention(q, k, v, **keywords)
    outputs = target(q, k, v, **keywords)
    assert (outputs.shape, outputs.dtype) == (expected.shape, np.dtype(dtype))
    error = np.abs(outputs - expected).max()
    package, release = KNOWN_WRONG.get((target.name, case), ("", ""))
    if package and target.versions[package] != release:
        pytest.skip(f"{package} {release} is known to get this wrong; {target.versions[package]} is not yet known")
    assert bool(error > 0.1) if package else error <= tolerance(target, dtype, v, scores)


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_target_agrees_with_plain_attention_or_refuses(target, case):
    """In float32, each feature."""
    assert_agrees(target, case, "float32")


@pytest.mark.parametrize("case", ["grouped", "causal_mask", "causal_square", "window", "lengths", "bias"])
@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_the_other_dtypes(target, dtype, case):
    """A few features in float16 and float64; the reference reads the same rounded inputs."""
    assert dtype in target.traits.dtypes
    assert_agrees(target, case, dtype)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_empty_rows_are_as_declared(target, dtype):
    """A row that may attend to nothing is the mean of all values, or 0, and no other row moves."""
    if target.name == "flax-decode":
        pytest.skip("flax-decode takes no mask, and a causal row of it is never empty")
    (q, k, v), _ = arrays("plain", dtype)
    mask = np.ones((1, 1, L, S), bool)
    mask[..., 3, :] = False
    expected, scores = attention(q, k, v, mask=mask)
    expected[:, :, 3] = {"mean": v.mean(axis=2, dtype=np.float64), "zero": 0}[target.traits.empty_row]
    assert np.abs(target(q, k, v, mask=mask) - expected).max() <= tolerance(target, dtype, v, scores)


def test_inputs_stay_and_outputs_are_new(target):
    """Read-only inputs are enough, and outputs can be written."""
    (q, k, v), keywords = arrays("causal_square")
    before = [x.copy() for x in (q, k, v)]
    for x in (q, k, v):
        x.flags.writeable = False
    try:
        outputs = target(q, k, v, **keywords)
    except NotImplementedError:
        outputs = target(q, k, v)
    assert outputs.flags.writeable
    assert outputs.flags.c_contiguous
    assert not any(np.shares_memory(outputs, x) for x in (q, k, v))
    assert all(np.array_equal(x, y) for x, y in zip((q, k, v), before, strict=True))


def test_what_differs_has_a_source(target):
    """Every trait that is not the default says where it comes from."""
    traits, default = target.traits, type(target.traits)()
    differing = {name for name, value in traits.as_data().items() if value != default.as_data()[name]}
    # All dtypes of the suite but bfloat16, which NumPy has not, are what the adapters were asked to offer.
    assert differing - {"sources", "dtypes"} <= set(traits.sources)
    assert target.versions
    assert target.device == "cpu"


@pytest.mark.parametrize("name", ["jax", "flax", "onnxruntime"])
def test_the_narrower_compute_dtype_is_real(name):
    """What is said to compute float64 in float32 does: its error is far above float64's roundoff."""
    (q, k, v), _ = arrays("plain", "float64")
    assert np.abs(make(name)(q, k, v) - attention(q, k, v)[0]).max() > 1e-12


def test_devices_that_a_target_lacks():
    """A factory says so in a sentence."""
    make("jax")
    from proofs.laws.conformance.adapters import jax_attention  # noqa: PLC0415  (after the skip)

    with pytest.raises(NotImplementedError, match="cuDNN runs on NVIDIA GPUs alone"):
        jax_attention.TARGETS["jax-cudnn"]("cpu")


def test_onnx_attributes_are_float32():
    """A scale that float32 has not is refused where float64 is computed as such; a negative one always."""
    target = make("onnx-reference")
    (q, k, v), _ = arrays("plain", "float64")
    with pytest.raises(NotImplementedError, match=r"ONNX keeps scale in float32, which 0\.3 is not"):
        target(q, k, v, scale=0.3)
    with pytest.raises(NotImplementedError, match="square root of scale"):
        target(q, k, v, scale=-0.5)


def test_a_refusal_of_onnxruntime_is_one_sentence():
    """Its reason alone is kept, without the signature of a C++ function."""
    target = make("onnxruntime")
    (q, k, v), _ = arrays("plain")
    with pytest.raises(
        NotImplementedError, match=r"^onnxruntime [\d.]+ refuses: attn_mask must be 2D or 3D or 4D tensor$"
    ):
        target(q, k, v, mask=np.ones(S, bool))


def onnx_file(path, names, nodes, outputs=("out",), dtype=1):
    """Write a model with the given inputs, nodes and outputs; returns its path."""
    onnx = importlib.import_module("onnx")
    make_value, flags = onnx.helper.make_tensor_value_info, {"mask", "attn_mask", "is_causal"}
    inputs = [make_value(n, 9 if n in flags else dtype, [] if n == "is_causal" else [None] * 4) for n in names]
    made = [onnx.helper.make_node(*args, **keywords) for *args, keywords in nodes]
    graph = onnx.helper.make_graph(made, "g", inputs, [make_value(n, dtype, None) for n in outputs])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 23)], ir_version=11)
    onnx.save(model, path)
    return str(path)


@pytest.fixture
def from_file():
    """Return the function under test."""
    make("onnx-reference")
    return importlib.import_module("proofs.laws.conformance.adapters.onnx_attention").from_file


def test_a_file_of_one_node(from_file, tmp_path):
    """Its causal flag is read, its mask is fed or made up."""
    nodes = [("Attention", ["Query", "KEY", "v", "attn_mask"], ["out"], {"is_causal": 1})]
    target = from_file(onnx_file(tmp_path / "one.onnx", ["Query", "KEY", "v", "attn_mask"], nodes), "cpu")
    assert (target.causal, target.traits.dtypes, target.traits.empty_row) == (True, ("float32",), "zero")
    for case in ("causal", "causal_mask"):
        (q, k, v), keywords = arrays(case)
        expected, scores = attention(q, k, v, **keywords)
        assert np.abs(target(q, k, v, **keywords) - expected).max() <= tolerance(target, "float32", v, scores)
    with pytest.raises(NotImplementedError, match="the file is always causal"):
        target(q, k, v)
    with pytest.raises(NotImplementedError, match="the scale is fixed in the file"):
        target(q, k, v, is_causal=True, scale=0.5)
    with pytest.raises(NotImplementedError, match="Query is float32 in the file, got float64"):
        target(q.astype(np.float64), k, v, is_causal=True)


def test_a_file_without_onnxruntime(from_file, tmp_path, monkeypatch):
    """The reference evaluator takes its place."""
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    nodes = [("Attention", ["q", "k", "v"], ["out"], {})]
    target = from_file(onnx_file(tmp_path / "one.onnx", ["q", "k", "v"], nodes), "cpu")
    assert (set(target.versions), target.causal) == ({"onnx"}, False)
    (q, k, v), _ = arrays("grouped")
    expected, scores = attention(q, k, v)
    assert np.abs(target(q, k, v) - expected).max() <= tolerance(target, "float32", v, scores)


def test_a_file_with_a_causal_input(from_file, tmp_path):
    """The flag is fed, and a mask it has no input for is refused."""
    nodes = [
        ("Attention", ["q", "k", "v"], ["future"], {"is_causal": 0}),
        ("Attention", ["q", "k", "v"], ["past"], {"is_causal": 1}),
        ("Where", ["is_causal", "past", "future"], ["out"], {}),
    ]
    target = from_file(onnx_file(tmp_path / "flag.onnx", ["q", "k", "v", "is_causal"], nodes), "cpu")
    for case in ("causal", "plain"):
        (q, k, v), keywords = arrays(case)
        expected, scores = attention(q, k, v, **keywords)
        assert np.abs(target(q, k, v, **keywords) - expected).max() <= tolerance(target, "float32", v, scores)
    with pytest.raises(NotImplementedError, match="the file has no input for a mask"):
        target(q, k, v, mask=np.ones((L, S), bool))


def test_files_that_are_none(from_file, tmp_path):
    """One line that names the file and what was expected and found."""
    nodes = [("Attention", ["x", "k", "v"], ["out"], {})]
    wrong = onnx_file(tmp_path / "wrong.onnx", ["x", "k", "v"], nodes)
    with pytest.raises(ValueError, match=r"wrong\.onnx: expected inputs q, k, v .*; found inputs x, k, v and outputs"):
        from_file(wrong, "cpu")
    integers = onnx_file(tmp_path / "integers.onnx", ["q", "k", "v"], [("Add", ["q", "k"], ["out"], {})], dtype=7)
    with pytest.raises(ValueError, match=r"integers\.onnx: expected q, k, v of one dtype .*; found int64$"):
        from_file(integers, "cpu")
    text = tmp_path / "text.onnx"
    text.write_text("no model")
    with pytest.raises(ValueError, match=r"text\.onnx: expected an ONNX model; it does not decode$"):
        from_file(str(text), "cpu")
    with pytest.raises(ValueError, match=r"none\.onnx: expected an ONNX model; No such file or directory$"):
        from_file(str(tmp_path / "none.onnx"), "cpu")
    (tmp_path / "empty.onnx").write_bytes(b"")
    with pytest.raises(ValueError, match=r"empty\.onnx: .* found inputs none and outputs none$"):
        from_file(str(tmp_path / "empty.onnx"), "cpu")
