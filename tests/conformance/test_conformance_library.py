"""The laws as others use them: checked at once, as parameters of their tests, and through the pytest plugin."""

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from conformance_correct import CORRECT
from conformance_mutants import MUTANTS

from proofs.laws import LawBrokenError, check_implementation, checks, parametrize_with_laws
from proofs.laws.conformance.catalogue import UnknownLawError
from proofs.laws.conformance.checking import UnsupportedError
from proofs.laws.conformance.traits import TraitError

ROOT = Path(__file__).parents[2]
TEXTBOOK = CORRECT["textbook"]
WRONG = MUTANTS["causal_sees_one_ahead"].implementation
FEW = ("causality", "row_sums", "blocks")


def test_check_implementation_returns_results():
    """One outcome for each law, whatever it is."""
    results = check_implementation(WRONG, only=["causality", "row_sums"], examples=30)
    assert [outcome.law for outcome in results.outcomes] == ["causality", "row_sums"]
    assert [outcome.law for outcome in results.broken] == ["causality"]
    assert results["row_sums"].outcome == "holds"
    assert not results.passed
    assert [outcome.law for outcome in results] == ["causality", "row_sums"]
    assert len(results) == 2
    assert str(results).splitlines()[0].split()[:2] == ["causality", "broken"]
    with pytest.raises(UnknownLawError):
        results["convexity"]


def test_expected_failures_are_strict():
    """An expected failure that fails is fine; one that holds is not."""
    expected = check_implementation(WRONG, only=["causality"], expected_failures={"causality": "known"}, examples=30)
    assert expected.passed
    assert expected.broken
    stale = check_implementation(TEXTBOOK, only=["causality"], expected_failures={"causality": "known"}, examples=30)
    assert [outcome.law for outcome in stale.unexpected] == ["causality"]


def test_nothing_checked_is_no_pass():
    """An implementation that offers nothing of what was asked has not passed."""
    assert not check_implementation(CORRECT["minimal"], only=["blocks"]).passed


def test_checks_raise_what_is_wrong():
    """A broken law is an assertion error with a reproduction, what is not offered an exception of its own."""
    broken, held, absent = checks(WRONG, only=["causality", "row_sums", "blocks"], examples=30)
    with pytest.raises(LawBrokenError, match=r"(?s)causality: broken.*import numpy as np.*out_2 = f") as caught:
        broken()
    assert caught.value.outcome.outcome == "broken"
    assert held().outcome == "holds"
    (absent,) = checks(CORRECT["minimal"], only=["blocks"])
    with pytest.raises(UnsupportedError, match="blocks: not offered: no keyword block_size"):
        absent()


def test_wrong_arguments_are_named():
    """A law or trait that does not exist, something that cannot be called."""
    with pytest.raises(UnknownLawError, match="did you mean causality"):
        checks(TEXTBOOK, only=["causalty"])
    with pytest.raises(UnknownLawError, match="did you mean row_sums"):
        parametrize_with_laws(TEXTBOOK, expected_failures={"row_sum": "?"})
    with pytest.raises(TraitError, match="alignment"):
        checks(TEXTBOOK, traits={"alignment": "left"})
    with pytest.raises(TypeError, match="implementation: expected a callable, got int"):
        checks(3)
    with pytest.raises(ValueError, match="examples: expected an integer >= 1, got 0"):
        checks(TEXTBOOK, examples=0)
    with pytest.raises(ValueError, match="seed: expected an integer >= 0, got -1"):
        checks(TEXTBOOK, seed=-1)
    with pytest.raises(TypeError, match="only: expected a sequence of ids"):
        checks(TEXTBOOK, only="finite")


@parametrize_with_laws(TEXTBOOK, only=FEW, examples=20)
def test_parameters_are_laws(law):
    """The decorator works in this very suite."""
    law()


@parametrize_with_laws(WRONG, only=["causality"], expected_failures={"causality": "a mutant"}, examples=20)
def test_expected_failures_are_marked(law):
    """A strict xfail: were the law to hold, this test would fail."""
    law()


# -- in somebody else's project ------------------------------------------------------------------------------------


def readme_block(marker):
    """Return the code block of the README that stands after a marker."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- {marker} -->\n```python\n(.*?)```", text, re.DOTALL)
    assert found, f"README.md has no block after <!-- {marker} -->"
    return found[1]


def pytest_in(folder, *arguments):
    """Run pytest in a folder as its owner would."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments]
    if "attention_proofs" not in plugins():
        command += ["-p", "proofs.laws.pytest_plugin"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(folder)}
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=environment, timeout=300
    )


def plugins():
    """Return the names of installed pytest plugins."""
    from importlib.metadata import entry_points  # noqa: PLC0415

    return {each.name for each in entry_points(group="pytest11")}


@pytest.fixture
def project(tmp_path):
    """Return somebody's project: a module with their attention, and the test that the README shows."""
    (tmp_path / "my_attention.py").write_text(readme_block("example: my_attention.py"), encoding="utf-8")
    (tmp_path / "test_my_attention.py").write_text(readme_block("example: test_my_attention.py"), encoding="utf-8")
    return tmp_path


def test_the_readme_example_works_when_pasted(project):
    """The function of the README passes, in a project that knows nothing of this repository."""
    found = pytest_in(project)
    assert found.returncode == 0, found.stdout + found.stderr
    assert re.search(r"\d\d passed", found.stdout)
    assert "skipped" in found.stdout


def test_the_readme_example_finds_a_bug(project):
    """With one character changed the same test fails, and prints a program that shows it."""
    module = project / "my_attention.py"
    text = module.read_text(encoding="utf-8")
    assert "np.tril(" in text
    module.write_text(text.replace("np.tril(", "np.triu("), encoding="utf-8")
    found = pytest_in(project, "-k", "causality")
    assert found.returncode == 1
    assert "causality: broken" in found.stdout
    assert "from my_attention import attention as f" in found.stdout


def test_the_plugin_runs_the_laws(project):
    """`--attention-impl` adds one test for each law to whatever else is collected."""
    found = pytest_in(
        project, "--attention-impl", "my_attention:attention", "-k", "not test_", "--attention-examples", "50"
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert re.search(r"\d\d passed", found.stdout)


def test_the_plugin_says_what_is_wrong(project):
    """A broken law fails with its reproduction; an expected one does not; a stale expectation does."""
    (project / "wrong.py").write_text(
        textwrap.dedent(
            """
            from my_attention import attention

            def attend(q, k, v, *, mask=None, is_causal=False, scale=None):
                return attention(q, k, v, mask=mask, scale=scale)
            """
        )
    )
    base = ["--attention-impl", "wrong:attend", "--attention-laws", "causality,determinism", "-k", "attention-laws"]
    found = pytest_in(project, *base)
    assert found.returncode == 1
    assert "causality: broken" in found.stdout
    assert "from wrong import attend as f" in found.stdout
    assert "Traceback" not in found.stdout
    assert pytest_in(project, *base, "--attention-xfail", "causality=not done yet").returncode == 0
    assert pytest_in(project, *base, "--attention-xfail", "determinism=not done yet").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--attention-impl", "nowhere:f"], "nowhere:f: expected a module that can be imported"),
        (["--attention-impl", "my_attention:attention", "--attention-laws", "x"], "expected the id of a law"),
        (["--attention-impl", "my_attention:attention", "--attention-xfail", "causality"], "expected ID=REASON"),
    ],
)
def test_the_plugin_names_bad_input(project, arguments, words):
    """One line, no traceback."""
    found = pytest_in(project, *arguments)
    assert found.returncode == 4
    assert words in found.stderr + found.stdout
    assert "Traceback" not in found.stderr + found.stdout
