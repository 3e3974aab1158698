"""Corrected documents: in place, as a diff, and what is left after a crash in the middle."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commanding import RIGHT, ROOT, WRONG, assert_one_line, environment, run, write

from proofs.audit import audit_file
from proofs.audit.correction import rewrite
from proofs.audit.limits import Unreadable


@pytest.fixture
def path(tmp_path):
    """A document with one wrong number."""
    write(tmp_path, {"d.md": WRONG})
    return tmp_path / "d.md"


def names(folder):
    """Return what is in a folder, hidden files included."""
    return sorted(p.name for p in folder.iterdir())


def test_in_place_rewrites_what_is_wrong_and_nothing_else(tmp_path):
    """Bytes outside the numbers, the mode, and clean files stay; the exit code speaks of the original."""
    write(
        tmp_path, {"a.md": b"\xef\xbb\xbfa\r\n" + WRONG.encode(), "b.md": RIGHT, "c.md": b"caf\xe9 " + WRONG.encode()}
    )
    (tmp_path / "a.md").chmod(0o640)
    before = (tmp_path / "b.md").stat()
    result = run(tmp_path, "--in-place")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"attention-proofs: corrected {tmp_path / name}: 1 number replaced" for name in ("a.md", "c.md")
    ]
    assert (tmp_path / "a.md").read_bytes() == b"\xef\xbb\xbfa\r\n" + RIGHT.encode()
    assert (tmp_path / "c.md").read_bytes() == b"caf\xe9 " + RIGHT.encode()
    assert stat.S_IMODE((tmp_path / "a.md").stat().st_mode) == 0o640
    assert (tmp_path / "b.md").stat().st_mtime_ns == before.st_mtime_ns
    assert names(tmp_path) == ["a.md", "b.md", "c.md"]
    assert run(tmp_path).exit_code == 0


def test_in_place_follows_a_link_and_keeps_it(path, tmp_path):
    """As --fix does."""
    link = tmp_path / "other" / "link.md"
    link.parent.mkdir()
    link.symlink_to(path)
    assert run(link, "--in-place").exit_code == 1
    assert link.is_symlink()
    assert path.read_text() == RIGHT
    assert names(link.parent) == ["link.md"]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_in_place_with_several_processes(tmp_path):
    """Each writes its own files."""
    write(tmp_path, {f"{i}.md": WRONG for i in range(8)})
    assert run(tmp_path, "--in-place", "--jobs", 2).exit_code == 1
    assert {p.read_text() for p in tmp_path.iterdir()} == {RIGHT}


def test_what_in_place_refuses(path):
    """Standard input, --fix beside it, a format beside --diff."""
    assert_one_line(run("-", "--in-place", stdin=WRONG), "expected files to correct, got standard input")
    assert_one_line(run(path, "--in-place", "--fix", "x.md"), "expected without --fix")
    assert_one_line(run(path, "--diff", "--format", "json"), "expected without --format json")
    assert path.read_text() == WRONG


def test_a_file_that_changed_meanwhile_is_left_alone(path):
    """What somebody wrote while the audit ran is not lost."""
    document = audit_file(path)
    path.write_text("new " + WRONG)
    with pytest.raises(Unreadable, match="expected the text that was audited, got a file that was changed meanwhile"):
        rewrite(document)
    assert path.read_text() == "new " + WRONG


def test_the_permission_is_asked_for(path, monkeypatch):
    """Though the folder would let a new file take its name; asked by hand, for root may write anything."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    result = run(path, "--in-place")
    assert result.exit_code == 2
    assert "got a file without permission to write" in result.stderr
    assert path.read_text() == WRONG


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), MemoryError()])
@pytest.mark.parametrize("call", ["replace", "fsync"])
def test_an_error_in_the_middle_leaves_the_original_and_no_debris(path, tmp_path, monkeypatch, error, call):
    """Whatever it is, and wherever: before the new text is on the disk, and before it has its name."""

    def fails(*_):
        raise error

    monkeypatch.setattr(os, call, fails)
    result = run(path, "--in-place")
    monkeypatch.undo()
    assert result.exit_code == (130 if isinstance(error, KeyboardInterrupt) else 2)
    assert "Traceback" not in result.output
    assert path.read_text() == WRONG
    assert names(tmp_path) == ["d.md"]


def test_fix_leaves_no_debris_either(path, tmp_path, monkeypatch):
    """The same road is taken."""
    write(tmp_path, {"out.md": "kept"})

    def fails(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fails)
    result = run(path, "--fix", tmp_path / "out.md")
    assert result.exit_code == 2
    assert "expected a file that can be written, got No space left on device" in result.stderr
    assert (tmp_path / "out.md").read_text() == "kept"
    assert names(tmp_path) == ["d.md", "out.md"]


SLOW = """
import os, sys, time
real = os.replace
def slow(*names):
    print("now", flush=True)
    time.sleep(60)
    real(*names)
os.replace = slow
from proofs.cli import main
sys.argv = ["attention-proofs", "audit", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize(("how", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_process_that_is_killed_in_the_middle_leaves_the_original(path, tmp_path, how, code):
    """Killed, with nothing left to clean up after it: the original is whole; one hidden file is all there can be."""
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, str(path), "--in-place", "--format", "github"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "now\n"
        process.send_signal(how)
        assert process.wait(10) == code
    assert path.read_text() == WRONG
    debris = [name for name in names(tmp_path) if name != "d.md"]
    assert all(name.startswith(".attention-proofs.") for name in debris)
    assert len(debris) == (1 if how == signal.SIGKILL else 0)
    assert run(path, "--in-place").exit_code == 1
    assert path.read_text() == RIGHT


def test_at_every_moment_the_file_is_one_or_the_other(tmp_path):
    """A reader that looks all the time sees the original or the corrected text, and never a part."""
    long = ("text " * 2_000 + "\n") * 20 + WRONG
    write(tmp_path, {"d.md": long})
    process = subprocess.Popen(
        [sys.executable, "-m", "proofs", "audit", str(tmp_path / "d.md"), "--in-place"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    seen = set()
    with process:
        while process.poll() is None:
            seen.add((tmp_path / "d.md").read_text())
            time.sleep(0.0005)
    seen.add((tmp_path / "d.md").read_text())
    assert seen == {long, long.replace("3$", "2$")}


# -- diffs


def applied(folder, diff):
    """Apply a diff with `git apply` and return whether it took."""
    return subprocess.run(
        [shutil.which("git"), "apply", "--unsafe-paths", "-"], cwd=folder, input=diff, check=False, capture_output=True
    )


@pytest.mark.skipif(shutil.which("git") is None, reason="no git here")
def test_a_diff_of_several_files_is_what_git_applies(tmp_path, monkeypatch):
    """Line ends of every kind and a last line without one."""
    texts = {"a.md": WRONG, "sub/b.md": b"x\r\n" + WRONG.strip().encode() + b"\r\ny\r\n", "c.md": "a\n" + WRONG.strip()}
    write(tmp_path, {**texts, "ok.md": RIGHT})
    monkeypatch.chdir(tmp_path)
    result = run(".", "--diff")
    assert result.exit_code == 1
    assert result.stderr == ""
    assert result.stdout_bytes.startswith(b"--- a/a.md\n+++ b/a.md\n@@ -1 +1 @@\n-$x = 1 + 1 = 3$\n+$x = 1 + 1 = 2$\n")
    assert "ok.md" not in result.stdout
    assert Path("a.md").read_text() == WRONG
    done = applied(tmp_path, result.stdout_bytes)
    assert done.returncode == 0, done.stderr
    for name, text in texts.items():
        old = text if isinstance(text, bytes) else text.encode()
        assert (tmp_path / name).read_bytes() == old.replace(b"3$", b"2$")


def test_a_diff_beside_a_correction(path, tmp_path):
    """--diff shows what --in-place and --fix write."""
    assert "+$x = 1 + 1 = 2$" in run(path, "--diff", "--fix", tmp_path / "out.md").stdout
    assert "+$x = 1 + 1 = 2$" in run(path, "--diff", "--in-place").stdout
    assert path.read_text() == (tmp_path / "out.md").read_text() == RIGHT
    assert run(path, "--diff").stdout == ""


def test_what_a_terminal_would_obey_is_escaped(tmp_path):
    """A lone carriage return, a form feed, a bidirectional mark: shown; tabs stay."""
    write(tmp_path, {"d.md": "a\tb\f\u202ec\rover\n" + WRONG})
    out = run(tmp_path / "d.md", "--diff").stdout_bytes.decode()
    assert " a\tb\\x0c\\u202ec\\r\n over\n" in out
    assert "\r" not in out
    assert "\u202e" not in out


def test_a_diff_of_other_encodings_can_be_read(tmp_path):
    """The text as it was decoded."""
    write(tmp_path, {"d.md": "café ".encode("latin-1") + WRONG.encode()})
    assert "-café $x = 1 + 1 = 3$" in run(tmp_path / "d.md", "--diff").stdout


def test_diffs_are_coloured_when_asked(path):
    """And only then."""
    assert "\x1b[31m-$x = 1 + 1 = 3$\x1b[0m\n" in run(path, "--diff", "--color").stdout
    assert "\x1b" not in run(path, "--diff").stdout
