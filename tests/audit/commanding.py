"""What the tests of `attention-proofs audit` share: ways to run it, and documents to run it on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from click.testing import CliRunner

from proofs.cli import main
from proofs.report.audit_output import End, between, closing, opening, part

ROOT = Path(__file__).parents[2]
WRONG = "$x = 1 + 1 = 3$\n"
RIGHT = "$x = 1 + 1 = 2$\n"
# Two numbers are wrong and one mistake was made: y only carries it on.
CARRIED = "$x = 1/3 = 0.35$\n\n$y = x + 1 = 1.35$\n"


def run(*arguments, stdin=None):
    """Run the command in this process."""
    return CliRunner().invoke(main, ["audit", *map(str, arguments)], input=stdin)


def command(*arguments):
    """Return the command line that runs the command as a process of its own."""
    return [sys.executable, "-m", "proofs", "audit", *map(str, arguments)]


def environment(**changed):
    """Return the environment, without wishes for colour, and with this checkout on the path in any folder."""
    kept = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
    return {**kept, "PYTHONPATH": str(ROOT), **changed}


def whole_process(*arguments, cwd=ROOT, **changed):
    """Run the command as a process of its own; return it and the seconds it took."""
    start = time.perf_counter()
    done = subprocess.run(
        command(*arguments),
        cwd=cwd,
        env=environment(**changed),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done, time.perf_counter() - start


def rendered(documents, style):
    """Return audits in a style, whole."""
    parts = [part(document, None, style) for document in documents]
    return opening(style) + between(style).join(filter(None, parts)) + closing(style, End(0))


def write(folder, documents):
    """Write documents, {path: content}, below a folder."""
    for name, content in documents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def assert_one_line(result, *words):
    """Exit 2 with exactly one line on standard error, which holds the words, and nothing on standard output."""
    __tracebackhide__ = True
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, result.stderr
    assert result.stderr.startswith("attention-proofs: ")
    assert all(word in result.stderr for word in words), result.stderr
