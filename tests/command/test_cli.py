"""The command line as a user calls it: contracts, exit codes, one clear line for bad input."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from proofs.cli import main

ROOT = Path(__file__).parents[2]
CLAIM_KEYS = {
    "id",
    "title",
    "document",
    "label",
    "verdict",
    "scope",
    "witness",
    "repair",
    "steps",
    "kernel",
    "law",
    "mutants",
    "uses",
    "trusted",
}


def run(*arguments):
    """Call the program in this process."""
    return CliRunner().invoke(main, list(arguments))


def assert_one_line(result, *words):
    """Exit 2 with exactly one line on standard error, which holds the words."""
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("attention-proofs: ")
    assert all(word in result.stderr for word in words), result.stderr


def test_verify_json_of_named_claims():
    """The JSON has the contract's keys, a refuted witness, judged lines and a repair."""
    result = run("verify", "lemma_1_strict", "theorem_1_agreement", "--json", "--kernel", "record")
    assert result.exit_code == 0
    data = json.loads(result.stdout)
    assert data["schema"] == 1
    by_id = {claim["id"]: claim for claim in data["claims"]}
    assert set(by_id) == {"lemma_1_strict", "theorem_1_agreement"}
    assert all(set(claim) == CLAIM_KEYS for claim in by_id.values())
    lemma = by_id["lemma_1_strict"]
    assert (lemma["label"], lemma["verdict"]) == ("Lemma 1", "refuted")
    assert lemma["witness"]["sizes"]["n"] == 1
    assert lemma["repair"] == "outputs_unchanged_iff_shift_in_kernels"
    assert [(s["label"], s["verdict"]) for s in lemma["steps"]] == [
        ("I", "holds"),
        ("II", "holds"),
        ("III", "holds"),
        ("IV", "holds"),
        ("V", "holds"),
        ("VI", "holds"),
        ("VII.1", "does not follow"),
        ("VII.2", "fails"),
        ("VII.3", "fails"),
    ]
    theorem = by_id["theorem_1_agreement"]
    assert (theorem["verdict"], theorem["scope"], theorem["witness"]) == ("proved", "all sizes", None)
    assert theorem["mutants"]["total"] == theorem["mutants"]["refuted"] >= 3
    assert theorem["kernel"]["checked"]
    assert lemma["kernel"]["theorem"] == "lemma_1_strict_refuted"
    assert theorem["law"]["outcome"] == "holds"
    assert theorem["law"]["cases"] > 1000


def test_verify_names_an_unknown_claim_and_the_nearest():
    """An id that is none gets one line with the nearest id."""
    assert_one_line(run("verify", "lemma_1_strickt"), "lemma_1_strickt", "did you mean lemma_1_strict?")


def test_verify_refuses_reports_of_a_partial_run(tmp_path):
    """Reports are of a full run: ids and --out together are refused before any work."""
    assert_one_line(run("verify", "lemma_1_strict", "--out", str(tmp_path / "r")), "--out", "full run")
    assert not (tmp_path / "r").exists()


def test_out_must_be_a_folder(tmp_path):
    """A file where the reports should go gets one line and is left alone."""
    target = tmp_path / "taken"
    target.write_text("mine")
    assert_one_line(run("--out", str(target)), str(target), "folder")
    assert target.read_text() == "mine"


def test_list_names_claims_and_laws():
    """One line for every claim and law."""
    lines = run("list").stdout.splitlines()
    assert sum(line.startswith("claim lemma_1_strict: Lemma 1: ") for line in lines) == 1
    assert sum(line.startswith("law causality: ") for line in lines) == 1


@pytest.mark.parametrize("words", [("verify", "--nope"), ("nope",), ("audit",)])
def test_wrong_usage_exits_with_two(words):
    """Click's usage errors keep the exit code of unusable input."""
    assert run(*words).exit_code == 2


def test_the_audit_of_both_texts_needs_neither_sympy_nor_numpy():
    """Start-up imports only what the command needs."""
    code = (
        "import sys\n"
        "from proofs.cli import main\n"
        "try:\n    main(['audit', 'proofs/documents/retrieval.md'])\nexcept SystemExit:\n    pass\n"
        "loaded = {'sympy', 'numpy', 'matplotlib', 'hypothesis'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)


def test_help_is_quick():
    """`--help` comes without the mathematics: at most three bare interpreter starts and 0.25 s more."""

    def seconds(*command):
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        return time.perf_counter() - start

    bare = min(seconds(sys.executable, "-c", "pass") for _ in range(3))
    helped = min(seconds(sys.executable, "-m", "proofs", "--help") for _ in range(3))
    assert helped < 0.25 + 3 * bare


def test_an_interrupt_exits_with_130(monkeypatch):
    """Ctrl-C is neither `undecided` nor a finding: one line, exit 130."""

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("proofs.run.verify", interrupted)
    result = run("verify")
    assert result.exit_code == 130
    assert result.stderr == "\nattention-proofs: interrupted\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_gets_one_line():
    """Output that cannot be written exits with 2 and says so, without a traceback."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "proofs", "list"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "attention-proofs: cannot write the output: No space left on device\n"


def test_foreign_pages_are_not_overwritten(tmp_path):
    """A README that no run has written stops the run before it starts and stays as it was."""
    (tmp_path / "README.md").write_text("mine")
    assert_one_line(run("--out", str(tmp_path)), "README.md", "not written by attention-proofs")
    assert (tmp_path / "README.md").read_text() == "mine"
