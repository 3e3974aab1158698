"""Any bytes at all are audited or refused: a fuzzer guided by coverage looks for those that are not, for a while.

Twelve seconds by default; FUZZ_SECONDS says how many.  Where chance is switched off (CI), every run starts alike.
"""

import ast
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from crashes import CRASHES
from invariants import assert_sound

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
PATHS = (ROOT, FOLDER, FOLDER.parent / "audit")
SECONDS = int(os.environ.get("FUZZ_SECONDS", "12"))
FAILING = re.compile(r"failing input: ('[\w.]+') (b'.*'|b\".*\")$", re.MULTILINE)
# A harness whose auditor knows no absolute values: what it says when it finds one is what it would say of a real bug.
BROKEN = (
    "import runpy; from proofs.audit import reals; reals.absolute = None; runpy.run_path({!r}, run_name='__main__')"
)

fuzzing = pytest.mark.skipif(
    find_spec("atheris") is None, reason="needs atheris: pip install '.[fuzz]' (Linux, Python 3.11 to 3.13)"
)


def python(*arguments, seconds=60):
    """Run Python with the harness and what it needs on the path."""
    path = os.pathsep.join(map(str, PATHS))
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        check=False,
        timeout=seconds,
    )


def said(done):
    """Return what a process wrote, and the failing documents in it as they can be put into `crashes.py`."""
    output = (done.stdout + done.stderr).decode("utf-8", "replace")
    return output, [(ast.literal_eval(name), ast.literal_eval(data)) for name, data in FAILING.findall(output)]


def hung(folder):
    """Return the documents of the inputs that libFuzzer kept: those that never came back are only there."""
    from inputs import document  # noqa: PLC0415 - needs atheris

    return [document(path.read_bytes()) for path in sorted(folder.glob("kept-*"))]


@fuzzing
def test_nothing_crashes(tmp_path, record_property):
    """The fuzzer finds no document that breaks a promise, in the time it has."""
    made = python(FOLDER / "seeds.py", tmp_path)
    assert made.returncode == 0, made.stderr.decode()
    options = [
        f"-max_total_time={SECONDS}",
        f"-dict={tmp_path / 'math.dict'}",
        f"-artifact_prefix={tmp_path / 'kept-'}",
        "-max_len=4096",
        "-timeout=60",
        "-rss_limit_mb=2048",
        *(["-seed=1"] if "CI" in os.environ else []),
    ]
    done = python(FOLDER / "fuzz_audit.py", *options, tmp_path / "corpus", seconds=SECONDS + 120)
    output, failing = said(done)
    failing = failing or hung(tmp_path)
    assert done.returncode == 0, f"add to crashes.py: {failing}\n{output[-3000:]}"
    record_property("inputs", output.rpartition("Done ")[2].partition(" ")[0])


@fuzzing
def test_a_crash_is_found_and_printed(tmp_path):
    """An auditor that crashes fails the run, and the document that does it is printed whole."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "one").write_bytes(b"$x = |1 - 3| = 2$\x00")
    done = python("-c", BROKEN.format(str(FOLDER / "fuzz_audit.py")), "-runs=1", corpus)
    output, failing = said(done)
    assert done.returncode != 0, output
    assert failing == [("d.md", b"$x = |1 - 3| = 2$")], output


@pytest.mark.parametrize(("name", "data"), CRASHES, ids=lambda part: repr(part[:24]))
def test_what_once_failed_does_not(name, data):
    """Every input that ever crashed the auditor is audited or refused."""
    assert_sound(data, name)
