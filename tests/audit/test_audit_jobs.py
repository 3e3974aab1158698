"""Several processes: the same output, the end of one or of all, and what a terminal shows meanwhile."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from auditing import TRANSCRIPTION
from commanding import RIGHT, ROOT, WRONG, command, environment, run, whole_process, write

from proofs.audit.batch import Lost, ordered, processes
from proofs.report.audit_output import STYLES

# Test runners have threads of their own, which newer Pythons warn of when a process is forked; the program has none.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


def square(number):
    """Return its square; end the process at 13, raise at 17, take long at 0."""
    if number == 13:
        os._exit(3)
    if number == 0:
        time.sleep(0.2)
    if number == 19:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def results(tasks, jobs):
    """Return all results."""
    with ordered(square, tasks, jobs) as found:
        return list(found)


@pytest.fixture
def chapters(tmp_path):
    """Documents of several kinds, one of them unreadable."""
    text = TRANSCRIPTION.read_text(encoding="utf-8")
    texts = {
        f"{i}.md": part for i, part in enumerate([text, WRONG, RIGHT, WRONG * 40, "no math", text[: len(text) // 2]])
    }
    write(tmp_path, {**texts, "binary.md": b"\0"})
    return tmp_path


@pytest.mark.parametrize("style", STYLES)
def test_the_output_is_the_same_to_the_byte(chapters, style):
    """Standard output, standard error and the exit code, with one process or three."""
    for more in ([], ["--only", "wrong"], ["--color"]):
        one, three = (run(chapters, "--format", style, *more, "--jobs", jobs) for jobs in (1, 3))
        assert one.exit_code == three.exit_code == 2
        assert one.stdout_bytes == three.stdout_bytes
        assert one.stderr_bytes == three.stderr_bytes


def test_processes_that_are_not_forked_do_the_same(chapters, monkeypatch):
    """Where there is no fork, or none that is safe, they start from nothing."""
    write(chapters, {"known.json": run(chapters / "0.md", "--format", "json").stdout})
    more = ["--format", "json", "--only", "wrong", "--baseline", chapters / "known.json"]
    one = run(chapters, *more)
    monkeypatch.setattr("multiprocessing.get_all_start_methods", lambda: ["spawn"])
    two = run(chapters, *more, "--jobs", 2)
    assert (one.exit_code, one.stdout, one.stderr) == (two.exit_code, two.stdout, two.stderr)
    assert [document["path"] for document in json.loads(one.stdout)["documents"]]


def test_a_diff_with_jobs_is_the_same(chapters):
    """As with one."""
    assert run(chapters, "--diff", "--jobs", 2).stdout_bytes == run(chapters, "--diff").stdout_bytes


def test_standard_input_is_read_once(tmp_path):
    """And by the process that has it."""
    write(tmp_path, {"a.md": RIGHT})
    assert "<stdin>:1:14: value: x is printed as 3" in run("-", tmp_path / "a.md", "--jobs", 2, stdin=WRONG).stdout


def test_results_come_in_order():
    """Though the first takes longest, and whatever the number of processes."""
    tasks = list(range(12))
    assert results(tasks, 1) == results(tasks, 2) == results(tasks, 5) == [n * n for n in tasks]
    assert results([], 2) == []


def test_two_processes_work_at_the_same_time():
    """Eight tasks of which each takes 0.2 s: far from 1.6 s."""
    start = time.perf_counter()
    assert results([0] * 8, 2) == [0] * 8
    assert time.perf_counter() - start < 1.3


@pytest.mark.parametrize(("number", "reason"), [(13, "exit code 3"), (19, "signal SIGKILL")])
def test_a_process_that_ends_costs_its_task_alone(number, reason):
    """The others take over."""
    assert results([1, 2, number, 4, 5, 6, 7], 2) == [1, 4, Lost(reason), 16, 25, 36, 49]


def test_when_all_processes_end_the_rest_is_lost_and_nothing_hangs():
    """One reason each for those that ended one, none for the rest."""
    assert results([13, 1, 13, 2, 3], 2) == [
        Lost("exit code 3"),
        Lost(None),
        Lost("exit code 3"),
        Lost(None),
        Lost(None),
    ]


def test_a_crash_is_one_line_and_exit_2(tmp_path, monkeypatch):
    """The file is named, and how its process ended."""
    write(tmp_path, {f"{i}.md": RIGHT for i in range(6)})
    real = Path.open

    def dies(self, *arguments, **more):
        if self.name == "2.md":
            os.kill(os.getpid(), signal.SIGKILL)
        return real(self, *arguments, **more)

    monkeypatch.setattr(Path, "open", dies)
    result = run(tmp_path, "--jobs", 2)
    assert result.exit_code == 2
    path = tmp_path / "2.md"
    assert (
        result.stderr == f"attention-proofs: {path}: expected an audit, got the end of its process (signal SIGKILL)\n"
    )
    assert result.stdout.splitlines()[-1] == "6 files: 5 clean, 1 with an error."


def test_a_fault_of_the_program_is_one_line(tmp_path, monkeypatch):
    """No traceback, with one process or two; the other files are audited."""
    write(tmp_path, {"a.md": WRONG, "b.md": RIGHT, "c.md": WRONG})

    def broken(data, name):
        if b"= 2" in data:
            raise RecursionError(name)
        return real(data, name)

    import proofs.audit as module  # noqa: PLC0415

    real = module.read
    monkeypatch.setattr(module, "read", broken)
    for jobs in (1, 2):
        result = run(tmp_path, "--jobs", jobs)
        assert result.exit_code == 2
        [line] = result.stderr.splitlines()
        expected = (
            f"attention-proofs: {tmp_path / 'b.md'}: expected an audit, got a fault of this program: RecursionError"
        )
        assert line.startswith(expected)
        assert "3 files: 2 with findings, 1 with an error" in result.stdout


def test_how_many_processes():
    """As many as asked for, at most one a task, at least one; 0 asks for one a core."""
    assert processes(3, 10) == 3
    assert processes(8, 2) == 2
    assert processes(4, 0) == 1
    assert 1 <= processes(0, 1000) <= os.cpu_count()
    assert run("x", "--jobs", -1).exit_code == 2


def children(pid):
    """Return the processes that a process has started."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc here")
@pytest.mark.parametrize("to_all", [True, False], ids=["from a terminal", "to the program alone"])
def test_ctrl_c_ends_every_process(tmp_path, to_all):
    """Exit 130, one line, no traceback, nobody left."""
    text = TRANSCRIPTION.read_text(encoding="utf-8")
    write(tmp_path, {f"{i}.md": text for i in range(300)})
    process = subprocess.Popen(
        command(tmp_path, "--jobs", 2, "--format", "json"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        process.stdout.readline()  # the parts come as they are made: the first one is there
        started = children(process.pid)
        assert len(started) == 2
        (os.killpg if to_all else os.kill)(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert said.strip() == "attention-proofs: interrupted"
    assert not any(Path(f"/proc/{pid}").exists() for pid in started)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc here")
def test_processes_do_not_outlive_the_program(tmp_path):
    """Killed without a chance to say so, it takes the others with it."""
    text = TRANSCRIPTION.read_text(encoding="utf-8")
    write(tmp_path, {f"{i}.md": text for i in range(300)})
    process = subprocess.Popen(command(tmp_path, "--jobs", 2), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with process:
        process.stdout.readline()
        started = children(process.pid)
        process.kill()
        process.communicate(timeout=20)
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in started) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}").exists() for pid in started)


def test_a_closed_pipe_ends_quietly(tmp_path):
    """`| head -1`."""
    write(tmp_path, {f"{i}.md": WRONG * 50 for i in range(40)})
    process = subprocess.Popen(
        command(tmp_path, "--jobs", 2), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(20) == 141


# -- terminals


def on_a_terminal(arguments, *, stdout=None, term="xterm-256color", program=None, **changed):
    """Run the command with standard error, and output if none is given, on a terminal; return exit code and screen."""
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            command(*arguments) if program is None else [*program, *map(str, arguments)],
            cwd=ROOT,
            env=environment(TERM=term, **changed),
            stdin=subprocess.DEVNULL,
            stdout=theirs if stdout is None else stdout,
            stderr=theirs,
        )
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # how the end of a terminal reads
            while part := os.read(ours, 65536):
                shown += part
        return process.wait(30), shown.decode()
    finally:
        os.close(ours)


def test_colour_on_a_terminal_only(tmp_path):
    """NO_COLOR, TERM=dumb and --no-color are obeyed; --color colours a pipe."""
    write(tmp_path, {"d.md": WRONG})
    path = tmp_path / "d.md"
    code, shown = on_a_terminal([path])
    assert code == 1
    assert "\x1b[31;1mvalue\x1b[0m: x is printed as 3, but it is 2." in shown
    assert "\x1b[31;1m^\x1b[0m" in shown
    assert "\x1b" not in on_a_terminal([path], NO_COLOR="1")[1]
    assert "\x1b" not in on_a_terminal([path], term="dumb")[1]
    assert "\x1b" not in on_a_terminal([path, "--no-color"])[1]
    assert "\x1b" not in whole_process(path)[0].stdout
    assert "\x1b[31;1mvalue" in whole_process(path, "--color")[0].stdout


@pytest.mark.parametrize("style", [*STYLES, "diff"])
def test_letters_that_a_terminal_does_not_have_are_escaped(tmp_path, style):
    """No traceback where Latin-1 is spoken."""
    write(tmp_path, {"日本.md": "日本 " + WRONG})
    how = ["--diff"] if style == "diff" else ["--format", style]
    done, _ = whole_process("日本.md", *how, cwd=tmp_path, PYTHONIOENCODING="latin-1")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.isascii()
    if style in {"text", "diff"}:
        assert "\\u65e5\\u672c $x = 1 + 1 = 3$" in done.stdout


@pytest.mark.parametrize("style", ["markdown", "json", "github", "sarif"])
def test_other_formats_have_no_colour(tmp_path, style):
    """Even if it is asked for."""
    write(tmp_path, {"d.md": WRONG})
    assert "\x1b" not in run(tmp_path / "d.md", "--color", "--format", style).stdout


AT_ONCE = """
import sys
import proofs.audit_command as command
command._DELAY = 0.02
sys.argv = ["attention-proofs", "audit", *sys.argv[1:]]
from proofs.cli import main
main()
"""


def test_progress_is_shown_on_a_terminal_and_leaves_nothing_in_the_output(tmp_path):
    """Standard error alone; after it the output is whole and in order."""
    text = TRANSCRIPTION.read_text(encoding="utf-8")
    write(tmp_path, {f"{i:02}.md": text for i in range(12)})
    with (tmp_path / "out.txt").open("w") as out:
        program = [sys.executable, "-c", AT_ONCE]
        code, shown = on_a_terminal([tmp_path, "--jobs", 2], stdout=out, program=program)
    assert code == 1
    assert "audited" in shown
    assert " of 12" in shown
    assert (tmp_path / "out.txt").read_text() == run(*sorted(tmp_path.glob("*.md"))).stdout


def test_short_work_shows_no_progress(tmp_path):
    """What is done in half a second needs none."""
    write(tmp_path, {"d.md": RIGHT})
    with (tmp_path / "out.txt").open("w") as out:
        assert on_a_terminal([tmp_path / "d.md"], stdout=out) == (0, "")
