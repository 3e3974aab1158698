"""The audit of many documents: what is done with each, and what they come to together.

`examine` does all that concerns one document, in whatever process, and returns no more than is printed and counted.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING

from proofs.audit import Unreadable, audit_bytes, audit_file
from proofs.audit.baseline import Known, divide
from proofs.audit.gathering import STDIN, STDIN_NAME
from proofs.audit.limits import MAX_BYTES
from proofs.report.audit_output import End, part
from proofs.report.audit_shown import count
from proofs.report.audit_summary import faulty, mistakes, unread

if TYPE_CHECKING:
    from proofs.audit.findings import DocumentAudit
    from proofs.audit.selection import Selection

_FIXED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked for.

    Attributes: style (one of `audit_output.STYLES`); reading; only; colour; diff (print that and nothing else);
    out (the file for the corrected document, or None); in_place; baseline (whether there is one).
    """

    style: str
    reading: str
    only: Selection
    colour: bool = False
    diff: bool = False
    out: str | None = None
    in_place: bool = False
    baseline: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """One document. Attributes: name; data (None: read the file); known (findings of the baseline)."""

    name: str
    data: bytes | None = None
    known: Known | None = None


@dataclass(slots=True)
class Outcome:
    """What came of one document.

    Attributes: name; text (to print); said (sentences for standard error); code (as the program's own); error (why it
    was not audited or written, or ""); numbers (how many are wrong, by verdict); mistakes; unread (formulas); untold (a
    sentence on unread formulas that no shown finding tells of); known, unselected (findings not shown); fixed.
    """

    name: str
    text: str = ""
    said: list[str] = field(default_factory=list)
    code: int = 0
    error: str = ""
    numbers: Counter[str] = field(default_factory=Counter)
    mistakes: int = 0
    unread: int = 0
    untold: str = ""
    known: int = 0
    unselected: int = 0
    fixed: list[str] = field(default_factory=list)


def examine(task: Task, options: Options) -> Outcome:
    """Audit one document and do with it what is asked for. Whatever goes wrong is in the outcome, in one line."""
    name = STDIN_NAME if task.name == STDIN else task.name
    try:
        if task.data is None:
            document = audit_file(name, reading=options.reading)
        else:
            document = audit_bytes(task.data, name, reading=options.reading)
        return _outcome(document, task, options)
    except Unreadable as error:
        return failed(name, str(error))
    except Exception as error:  # noqa: BLE001 - a fault of ours: the other documents still count
        return failed(name, f"{name}: expected an audit, got a fault of this program: {_fault(error)}")


def failed(name: str, error: str) -> Outcome:
    """Return the outcome for what could not be audited; `error` is the whole line."""
    return Outcome(name, code=2, error=error, said=[error])


def _fault(error: Exception) -> str:
    frame = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(frame.filename).name}, line {frame.lineno}"


def _outcome(document: DocumentAudit, task: Task, options: Options) -> Outcome:
    division = divide(document.findings, task.known)
    shown = [finding for finding in division.new if finding in options.only]
    out = Outcome(
        name=document.path,
        code=0 if all(finding.remark for finding in shown) else 1,
        numbers=faulty(document),
        mistakes=document.mistakes,
        unread=document.coverage.unread,
        untold=unread(document, shown),
        known=sum(finding in options.only for finding in division.known),
        unselected=len(division.new) - len(shown),
        fixed=[f"{document.path}: {kind}: {message}" for kind, _, message in division.fixed],
    )
    if options.diff:
        from proofs.audit.correction import difference  # noqa: PLC0415
        from proofs.report.audit_diff import diff_text  # noqa: PLC0415

        out.text = diff_text(document.path, difference(document), colour=options.colour)
    else:
        everything = len(shown) == len(document.findings)
        out.text = part(document, None if everything else shown, options.style, colour=options.colour)
    try:
        out.said = _written(document, options)
    except Unreadable as error:
        # The audit itself stands, and is shown.
        out.said, out.code, out.error = [str(error)], 2, str(error)
    return out


def _written(document: DocumentAudit, options: Options) -> list[str]:
    """Write what is to be written; return what to say about it."""
    if options.out is None and not options.in_place:
        return []
    from proofs.audit.correction import rewrite, write_corrected  # noqa: PLC0415

    sentence = rewrite(document) if options.out is None else write_corrected(document, options.out)
    return [] if sentence is None else [sentence]


@contextmanager
def outcomes(tasks: Sequence[Task], options: Options, jobs: int) -> Iterator[Iterator[Outcome]]:
    """Yield an iterator of the outcomes, in the order of the tasks; `jobs` processes work on them."""
    work = partial(examine, options=options)
    if jobs <= 1:
        yield map(work, tasks)
        return
    from proofs.audit.batch import Lost, ordered  # noqa: PLC0415 - start-up stays fast

    def told(results: Iterator[Outcome | Lost]) -> Iterator[Outcome]:
        for task, result in zip(tasks, results, strict=True):
            if not isinstance(result, Lost):
                yield result
            elif result.reason is not None:
                yield failed(task.name, f"{task.name}: expected an audit, got the end of its process ({result.reason})")
            else:
                yield failed(task.name, f"{task.name}: expected an audit, got no process that is left to make it")

    _import_all(options)
    with ordered(work, tasks, jobs) as results:
        yield told(results)


def _import_all(options: Options) -> None:
    """Import once, before the processes are forked, what each would import for itself."""
    examine(Task(STDIN, b"$x = 1 + 1 = 3$"), Options(options.style, options.reading, options.only, diff=options.diff))


def task_data() -> bytes:
    """Return what stands on standard input, one byte more than an audit reads at most."""
    return sys.stdin.buffer.read(MAX_BYTES + 1)


class Totals:
    """What several outcomes come to."""

    def __init__(self) -> None:
        self._codes: Counter[int] = Counter()
        self._numbers: Counter[str] = Counter()
        self._mistakes = self._unread = self._known = self._unselected = 0
        self._fixed: list[str] = []
        self._errors: list[tuple[str, str]] = []
        self._untold: list[tuple[str, str]] = []

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        self._codes[outcome.code] += 1
        self._numbers += outcome.numbers
        self._mistakes += outcome.mistakes
        self._unread += outcome.unread
        self._known += outcome.known
        self._unselected += outcome.unselected
        self._fixed += outcome.fixed
        if outcome.error:
            self._errors.append((outcome.name, outcome.error))
        if outcome.untold:
            self._untold.append((outcome.name, outcome.untold))

    @property
    def end(self) -> End:
        """How the run ended, with its exit code: the worst of all."""
        return End(max(self._codes, default=0), self._errors, self._untold)

    def notes(self, options: Options) -> list[str]:
        """Return sentences on all documents together: what was found in several, and what is not shown."""
        out = []
        total = self._codes.total()
        if total > 1:
            clean = "clean" if not (options.baseline or options.only.names) else "with nothing to show"
            words = enumerate((clean, "with findings", "with an error"))
            told = [f"{self._codes[code]} {word}" for code, word in words if self._codes[code]]
            more = [mistakes(self._numbers, self._mistakes)] if self._mistakes else []
            more += [f"{count(self._unread, 'formula')} unread"] if self._unread else []
            out.append(f"{count(total, 'file')}: {', '.join(told)}{''.join('; ' + text for text in more)}.")
        return out + self.hidden(options)

    def hidden(self, options: Options) -> list[str]:
        """Return sentences on the findings that are not shown."""
        out = []
        if self._unselected:
            out.append(f"{count(self._unselected, 'other finding')} not shown: not selected by --only.")
        if options.baseline:
            out += self._against_baseline()
        return out

    def _against_baseline(self) -> list[str]:
        fixed = f", {len(self._fixed):,} fixed" if self._fixed else ""
        out = [f"{count(self._known, 'known finding')} accepted{fixed}."]
        out += [f"Fixed: {text}" for text in self._fixed[:_FIXED_SHOWN]]
        if len(self._fixed) > _FIXED_SHOWN:
            out.append(f"Fixed: {len(self._fixed) - _FIXED_SHOWN} more.")
        return out
