"""`attention-proofs conform` as a user calls it: contracts, exit codes, one clear line for bad input."""

import json

import pytest
from click.testing import CliRunner

from proofs.cli import main
from proofs.laws.conformance.catalogue import LAWS, laws

LAW_KEYS = {"id", "outcome", "cases", "exercised", "max_error", "bound", "counterexample", "note"}


def run(*arguments):
    """Call the program in this process."""
    return CliRunner().invoke(main, ["conform", *arguments])


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Return a folder, the current one, with a module `mine` that holds attention of several kinds."""
    (tmp_path / "mine.py").write_text(
        """
import numpy as np

def attention(q, k, v, *, mask=None, is_causal=False, scale=None):
    groups = q.shape[1] // k.shape[1]
    k, v = np.repeat(k, groups, 1), np.repeat(v, groups, 1)
    allowed = np.ones((*q.shape[:3], k.shape[2]), bool)
    if mask is not None:
        allowed &= mask
    if is_causal:
        allowed &= np.tri(q.shape[2], k.shape[2], dtype=bool)
    c = q.dtype.type(q.shape[-1] ** -0.5 if scale is None else scale)
    s = np.where(allowed, c * (q @ k.swapaxes(-1, -2)), -np.inf)
    top = np.maximum(s.max(-1, keepdims=True), np.finfo(q.dtype).min)
    e = np.exp(s - top)
    total = e.sum(-1, keepdims=True)
    return np.where(total == 0, 0, e / np.where(total == 0, 1, total)) @ v

def leaking(q, k, v, *, mask=None, is_causal=False, scale=None):
    return attention(q, k, v, mask=mask, scale=scale)

def refusing(q, k, v, *, mask=None, is_causal=False, scale=None):
    raise NotImplementedError("nothing is offered")

def declared(q, k, v, *, mask=None, is_causal=False, scale=None):
    return attention(q, k, v, mask=mask, is_causal=is_causal, scale=scale)
declared.traits = {"alignment": "sideways"}

number = 3
"""
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("module")
def test_a_function_that_obeys_exits_with_0():
    """A table with a line for each law, and a count."""
    found = run("mine:attention", "--examples", "30")
    assert found.exit_code == 0, found.output
    assert all(law.id in found.output for law in laws())
    assert "masked_nan" not in found.output
    assert found.output.rstrip().splitlines()[-1].endswith("unsupported")


@pytest.mark.usefixtures("module")
def test_a_function_that_leaks_exits_with_1():
    """With the law, the size of the error and a program to paste."""
    found = run("mine:leaking", "--laws", "causality", "--examples", "30")
    assert found.exit_code == 1
    assert "causality: broken: Future keys and values never change earlier outputs" in found.output
    assert "from mine import leaking as f" in found.output


@pytest.mark.usefixtures("module")
def test_a_known_failure_does_not_count():
    """Until it is mended; a law that does not exist is named."""
    base = ("mine:leaking", "--laws", "causality,determinism", "--examples", "30")
    assert run(*base, "--xfail", "causality").exit_code == 0
    assert run(*base, "--xfail", "causality,determinism").exit_code == 1
    assert run("mine:leaking", "--laws", "causality", "--examples", "30", "--xfail", "causality").exit_code == 0
    assert "--xfail causalty: expected the id of a law" in run(*base, "--xfail", "causalty").stderr


@pytest.mark.usefixtures("module")
def test_json_contract():
    """DESIGN section 5; nothing but JSON is printed, also where infinities occur."""
    found = run("mine:leaking", "--laws", "causality,row_sums,blocks", "--examples", "20", "--json")
    data = json.loads(found.output, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    assert set(data) >= {"schema", "target", "traits", "laws"}
    assert (data["schema"], data["target"]) == (1, "mine:leaking")
    assert [set(law) for law in data["laws"]] == [LAW_KEYS] * 3
    assert [law["outcome"] for law in data["laws"]] == ["broken", "holds", "unsupported"]
    assert data["laws"][0]["counterexample"]["code"].startswith("# Future keys")
    assert data["traits"]["alignment"] == "upper_left"
    assert data["traits"]["keywords"] == []


@pytest.mark.usefixtures("module")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("none", "expected an array, got NoneType"),
        ("exits", "expected an array, but the call exits with 0"),
        ("raises", "a call with q, k and v of shape (1, 1, 2, 2) raises ValueError: no"),
        ("Class", "it is a class: name an instance"),
        ("short", "expected an output of shape (1, 1, 2, 2) (B, H, L, Ev), got (1, 2, 2)"),
    ],
)
def test_what_cannot_take_a_single_call_gets_one_line(module, name, words):
    """Not the same line for every law; a file is as good as a module, and its name may be one of ours."""
    (module / "attention.py").write_text(
        """
def none(q, k, v, *, mask=None, is_causal=False, scale=None): return None
def exits(q, k, v, *, mask=None, is_causal=False, scale=None): raise SystemExit(0)
def raises(q, k, v, *, mask=None, is_causal=False, scale=None): raise ValueError("no")
def short(q, k, v, *, mask=None, is_causal=False, scale=None): return q[0]
class Class:
    def __call__(self, q, k, v, **options): return q
"""
    )
    found = run(f"attention.py:{name}")
    assert (found.exit_code, found.stdout) == (2, "")
    assert words in found.stderr
    assert found.stderr.count("\n") == 1
    taken = run(f"attention:{name}")
    assert taken.exit_code == 2
    assert "attention-proofs has a package attention of its own; expected another name, or the file" in taken.stderr


@pytest.mark.usefixtures("module")
def test_nothing_offered_cannot_be_run():
    """Every law unsupported is no pass."""
    found = run("mine:refusing", "--laws", "row_sums")
    assert found.exit_code == 2
    assert "nothing is offered" in found.output


@pytest.mark.usefixtures("module")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing"], "nothing: expected a built-in name, module:callable or an .onnx file"),
        (["torhc"], "did you mean torch?"),
        (["nowhere:f"], "nowhere:f: expected a module that can be imported, found no nowhere"),
        (["mine:missing"], "mine:missing: expected a callable missing in mine, found no missing"),
        (["mine:number"], "mine:number: expected a callable, got int"),
        (["mine:"], "mine:: expected module:callable"),
        (["mine:declared"], "mine:declared: alignment: expected one of upper_left, lower_right, got 'sideways'"),
        (["numeric", "--laws", "causalty"], "--laws causalty: expected the id of a law; did you mean causality?"),
        (["numeric", "--device", "cuda"], "numeric: NumPy runs on the CPU only"),
        (["missing.onnx"], "missing.onnx"),
        (["missing.py:f"], "missing.py:f: expected file.py:callable, found no file missing.py"),
        (["mine:attention", "--device", "cuda"], "expected a built-in name or an ONNX file with device cuda"),
    ],
)
def test_bad_input_gets_one_line(arguments, words):
    """Exit 2, one line on standard error, no traceback."""
    found = run(*arguments)
    assert found.exit_code == 2
    assert found.stdout == ""
    assert found.stderr.count("\n") == 1, found.stderr
    assert found.stderr.startswith("attention-proofs: ")
    assert words in found.stderr


def test_laws_are_listed():
    """`list` names every conformance law."""
    shown = CliRunner().invoke(main, ["list"]).output
    assert all(f"conform {law.id}: {law.title}" in shown for law in LAWS)


def test_the_twin_obeys_every_law_it_offers():
    """`conform numeric`, at the default number of calls."""
    found = run("numeric")
    assert found.exit_code == 0, found.output
