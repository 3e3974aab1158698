"""`attention-proofs audit`: its options, and what is printed when.

Only click is imported at start-up; what does the work is imported once the options are right.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING

import click

from proofs.cli import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from proofs.audit_run import Options, Outcome, Task, Totals

_DELAY = 0.7
"""Seconds before progress is shown: what is done by then needs none."""


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "markdown", "json", "github", "sarif"]),
    default="text",
    show_default=True,
    help="How to print the findings.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="NAME,...",
    help="Show these findings only, by verdict (wrong, truncated, undecided) or kind (value, shape, undefined, "
    "redefined, definition, substitution, unread); the exit code then speaks of them alone.",
)
@click.option("--baseline", metavar="FILE", help="Accept the findings in FILE, an earlier output of --format json.")
@click.option("--fix", "out", metavar="OUT", help="Write the document, every wrong number corrected, to OUT.")
@click.option("--in-place", is_flag=True, help="Write each corrected document over the original, whole or not at all.")
@click.option("--diff", is_flag=True, help="Print what a correction changes as a unified diff, and nothing else.")
@click.option(
    "--reading",
    type=click.Choice(["auto", "row", "column"]),
    default="auto",
    show_default=True,
    help="How to read a product of shapes that do not fit: x W as x^T W (row) or as W x (column).",
)
@click.option(
    "-j", "--jobs", type=click.IntRange(min=0), default=1, show_default=True, help="Processes; 0: one for each core."
)
@click.option("--color/--no-color", "colour", default=None, help="Colours; without either, on a terminal only.")
def audit(
    files: tuple[str, ...],
    style: str,
    only: tuple[str, ...],
    baseline: str | None,
    out: str | None,
    in_place: bool,
    diff: bool,
    reading: str,
    jobs: int,
    colour: bool | None,
) -> None:
    """Re-check every printed number of documents: files, patterns, folders, or - for standard input.

    Exits with 0 if nothing is found, 1 if something is, 2 if a file cannot be read. After --fix and --in-place too, the
    exit code says what was found in the original.
    """
    if out is not None and in_place:
        raise UserError("--in-place: expected without --fix, which writes elsewhere")
    if diff and style != "text":
        raise UserError(f"--diff: expected without --format {style}, for it prints the diff alone")
    from proofs.audit.selection import Selection, selection  # noqa: PLC0415 - start-up stays fast
    from proofs.audit_run import Options  # noqa: PLC0415

    try:
        chosen = selection(only) if only else Selection()
    except ValueError as error:
        from proofs.report.audit_shown import visible  # noqa: PLC0415

        raise UserError(f"--only {visible(str(error))}") from None
    options = Options(
        style=style,
        reading=reading,
        only=chosen,
        colour=_coloured(colour) and (style == "text"),
        diff=diff,
        out=out,
        in_place=in_place,
        baseline=baseline is not None,
    )
    with _terminated_by_exit():
        sys.exit(_run(files, options, jobs, baseline))


def _coloured(wanted: bool | None) -> bool:
    """Return whether to colour: as asked for, else on a terminal that takes it, unless NO_COLOR is set."""
    if wanted is not None:
        return wanted
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


@contextmanager
def _terminated_by_exit() -> Iterator[None]:
    """Turn a request to terminate into an exception, so that temporary files are removed and processes ended."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)


def _run(files: Iterable[str], options: Options, jobs: int, baseline: str | None) -> int:
    """Audit and print; return the exit code."""
    from proofs.audit.gathering import gather  # noqa: PLC0415
    from proofs.audit_run import Totals, failed, outcomes  # noqa: PLC0415

    if isinstance(sys.stdout, TextIOWrapper):
        # A letter that the terminal's encoding does not have is shown as an escape.
        sys.stdout.reconfigure(errors="backslashreplace")
    # Formulas are trees: there is nothing that the collector of cycles would find, and looking for it costs a fifth.
    gc.set_threshold(100_000, 50, 50)
    names, wrong = gather(files)
    tasks = _tasks(names, options, baseline)
    output, totals = _Output(options), Totals()

    def take(outcome: Outcome) -> None:
        totals.add(outcome)
        output.add(outcome)

    for error in wrong:
        take(failed(error.name, str(error)))
    with outcomes(tasks, options, _processes(jobs, len(tasks))) as results:
        for outcome in _watched(results, len(tasks)) if sys.stderr.isatty() else results:
            take(outcome)
    output.close(totals)
    return totals.end.code


def _processes(jobs: int, tasks: int) -> int:
    if jobs == 1 or tasks <= 1:
        return 1
    from proofs.audit.batch import processes  # noqa: PLC0415

    return processes(jobs, tasks)


def _tasks(names: list[str], options: Options, baseline: str | None) -> list[Task]:
    from proofs.audit.gathering import STDIN, STDIN_NAME  # noqa: PLC0415
    from proofs.audit.limits import Unreadable  # noqa: PLC0415
    from proofs.audit_run import Task, task_data  # noqa: PLC0415
    from proofs.report.audit_shown import visible  # noqa: PLC0415

    if options.out is not None and len(names) > 1:
        raise UserError(f"--fix {visible(options.out)}: expected one FILE to correct, got {len(names)}")
    if options.in_place and STDIN in names:
        raise UserError("--in-place: expected files to correct, got standard input")
    known = None
    if baseline is not None:
        from proofs.audit.baseline import read_baseline  # noqa: PLC0415

        try:
            known = read_baseline(baseline).known([STDIN_NAME if name == STDIN else name for name in names])
        except Unreadable as error:
            raise UserError(f"--baseline {visible(str(error))}") from None
    # Standard input is read here: processes that are started have none.
    return [
        Task(name, task_data() if name == STDIN else None, None if known is None else known[index])
        for index, name in enumerate(names)
    ]


class _Output:
    """Prints outcomes as they come: documents to standard output, what is said beside them to standard error."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._started = False

    def add(self, outcome: Outcome) -> None:
        """Print one outcome."""
        from proofs.report.audit_output import between, opening  # noqa: PLC0415

        self._say(outcome.said)
        if outcome.text and self._options.diff:
            self._print(outcome.text)
        elif outcome.text:
            self._print((between if self._started else opening)(self._options.style))
            self._print(outcome.text)
            self._started = True

    def close(self, totals: Totals) -> None:
        """Print what stands at the end."""
        from proofs.report.audit_output import between, closing, opening  # noqa: PLC0415

        style, told = self._options.style, self._options.style in {"text", "markdown"}
        if self._options.diff:
            return
        notes = totals.notes(self._options) if told else []
        if not self._started:
            self._print(opening(style))
        elif notes:
            self._print(between(style))
        self._print(closing(style, totals.end, notes))
        self._say([] if told else totals.hidden(self._options))

    def _print(self, text: str) -> None:
        # Escape sequences are there only if they are wanted: click need not look for a terminal.
        click.echo(text, nl=False, color=True)

    def _say(self, sentences: Iterable[str]) -> None:
        from proofs.report.audit_shown import visible  # noqa: PLC0415

        for sentence in sentences:
            click.echo(f"attention-proofs: {visible(sentence)}", err=True)


def _watched(results: Iterable[Outcome], total: int) -> list[Outcome]:
    """Return all outcomes, and show how many are there until then: what is printed meanwhile would tear the line."""
    with _progress(total) as tick:
        return [tick(outcome) for outcome in results]


@contextmanager
def _progress(total: int) -> Iterator[Callable[[Outcome], Outcome]]:
    """Show on standard error how many documents are done; yield a function that counts one and returns it."""
    done, status = 0, None

    def begin() -> None:
        nonlocal status
        from rich.console import Console  # noqa: PLC0415 - for this alone

        status = Console(stderr=True).status(f"auditing {total} file{'' if total == 1 else 's'}")
        status.start()

    def tick(outcome: Outcome) -> Outcome:
        nonlocal done
        done += 1
        if status is not None:
            status.update(f"audited {done} of {total}")
        return outcome

    # One long document gives no sign before it is done, so a clock starts the line.
    timer = threading.Timer(_DELAY, begin)
    timer.daemon = True
    timer.start()
    try:
        yield tick
    finally:
        timer.cancel()
        timer.join()
        if status is not None:
            status.stop()
