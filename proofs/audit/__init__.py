"""Audits worked numbers: Markdown -> math -> exact values -> findings.

The front door is `audit_file`, or `audit_bytes` for what is not a file.  Each room has one job:

    reading     source (bytes, text); containers with markdown, tex and notebook (segments) by delimiters and likeness;
                macros and expansion; numerals (how numbers are written); signs, lexer with dress, units, vocabulary
                (the text's own notation), parser with cursor, naming, brackets and functions (formulas: syntax);
                heads and document (statements)
    meaning     rules, definitions, parts, scopes (what names mean); reals with multiples and balls, values, known
                (functions), matrices, evaluator with budget (exact values), failures
    judging     pairing and substitutions (numbers put in for names), links (between expressions), comparisons, judge
                (verdicts), examiner (the walk), disagreements (between definitions), hints (on the whole), ledger,
                findings, wording (what comes out), correction
    many        gathering (which documents), batch (several processes), selection and baseline (which findings)
    limits      caps and named errors

Nothing about attention is built in, no float decides anything, and nothing is executed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from proofs.audit import disagreements, hints
from proofs.audit.definitions import Definitions
from proofs.audit.document import passages
from proofs.audit.evaluator import Evaluator
from proofs.audit.examiner import Examiner
from proofs.audit.findings import Coverage, DocumentAudit, Edit, Finding, Hint, PrintedValue, Side
from proofs.audit.known import LOG_BASES
from proofs.audit.ledger import Ledger
from proofs.audit.limits import MAX_BYTES, Unreadable
from proofs.audit.numerals import readings
from proofs.audit.source import read
from proofs.audit.wording import unread

if TYPE_CHECKING:
    from proofs.audit.document import Passage, Reading
    from proofs.audit.source import Source

__all__ = [
    "Coverage",
    "DocumentAudit",
    "Edit",
    "Finding",
    "Hint",
    "PrintedValue",
    "Side",
    "Unreadable",
    "audit_bytes",
    "audit_file",
]


def audit_file(path: str | Path, *, reading: str = "auto") -> DocumentAudit:
    """Audit one Markdown file.

    Args:
        path: the file; its text as given is the name in the output.
        reading: how a product is read that does not exist as printed: "row", "column" or "auto" (row where it
            applies).

    Raises:
        Unreadable: the file is missing, no regular file, empty, too large or not text.
    """
    name = str(path)
    file = Path(path)
    try:
        if file.is_dir():
            raise Unreadable(name, "a document", "a directory")
        if file.is_file() and file.stat().st_size > MAX_BYTES:
            raise Unreadable(name, f"a text file of at most {MAX_BYTES >> 20} MiB", f"{file.stat().st_size:,} bytes")
        if file.exists() and not file.is_file():
            raise Unreadable(name, "a document", "no regular file")
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise Unreadable(name, "a document", "no such file") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Unreadable(name, "a document that can be read", reason) from None
    return audit_bytes(data, name, reading=reading)


def audit_bytes(data: bytes, name: str, *, reading: str = "auto") -> DocumentAudit:
    """Audit a document given as bytes; `name` stands for its path, else as `audit_file`."""
    source = read(data, name)
    read_first = passages(source)
    notes: list[Hint] = []
    found = _fitting(source, read_first, reading, notes) if read_first.unclear else read_first.passages
    judged = _Pass(source, found, reading)
    if judged.evaluator.bare_logs:
        rivals = [judged, *(_Pass(source, found, reading, base) for base in LOG_BASES[1:])]
        wrong = {rival.evaluator.log_base: rival.wrong for rival in rivals}
        judged = min(rivals, key=lambda rival: rival.wrong)  # of several the first: the natural one
        notes.append(hints.logarithm(judged.evaluator.log_base, wrong))
    if judged.evaluator.logistic:
        notes.append(hints.logistic())
    if judged.examiner.reading in {"row", "column"}:
        notes.append(hints.reading(judged.examiner.reading, judged.examiner.fits))
    return judged.audit(notes)


def _fitting(source: Source, found: Reading, reading: str, notes: list[Hint]) -> list[Passage]:
    """Return the document with its unclear commas read as what fits its numbers better, if one of the two does."""
    rivals = []
    for name, numbers in readings(found.numerals).items():
        again = passages(source, numbers)
        if again.unclear < found.unclear:
            judged = _Pass(source, again.passages, reading)
            rivals.append((judged.wrong + judged.coverage.unread, name, again.passages))
    rivals.sort(key=lambda rival: rival[0])
    if not rivals or (len(rivals) > 1 and rivals[0][0] == rivals[1][0]):
        return found.passages
    notes.append(hints.commas(rivals[0][1], [count for count, *_ in rivals]))
    return rivals[0][2]


class _Pass:
    """One examination of a document under one reading of what it leaves open."""

    def __init__(self, source: Source, found: list[Passage], reading: str, log_base: str = "e") -> None:
        self.source = source
        self.evaluator = Evaluator(reading, log_base)
        self.ledger = Ledger(source)
        known = Definitions([statement for passage in found for statement in passage.statements])
        self.examiner = Examiner(self.ledger, known, self.evaluator)
        self.coverage = Coverage(segments=len(found))
        self.formulas: list[tuple[int, int]] = []
        for passage in found:
            self._examine(passage)
        disagreements.report(known, self.ledger, self.examiner.exact)

    @property
    def wrong(self) -> int:
        """How many printed numbers are wrong."""
        return sum(value.verdict == "wrong" for value in self.ledger.values)

    def _examine(self, passage: Passage) -> None:
        ledger, coverage = self.ledger, self.coverage
        before = ledger.unread
        claims = False
        claims = self.examiner.examine(passage)
        if passage.failure is not None:
            start = passage.failure.offset if passage.failure.offset is not None else passage.start
            ledger.find("unread", "", unread(passage.failure.reason), start, passage.stop)
        failed = ledger.unread > before
        coverage.numeric += claims or (passage.failure is not None and passage.digits)
        coverage.unread += failed
        coverage.audited += claims and not failed
        coverage.symbolic += not claims and not failed
        if claims:
            self.formulas.append((passage.start, passage.stop))

    def audit(self, notes: list[Hint]) -> DocumentAudit:
        """Return the outcome, with hints on the document as a whole."""
        ledger = self.ledger
        judged = sorted(ledger.judged, key=lambda one: one.value.start)
        return DocumentAudit(
            source=self.source,
            reading=self.examiner.reading,
            coverage=self.coverage,
            values=tuple(sorted(ledger.values, key=lambda v: v.start)),
            findings=tuple(sorted(ledger.findings, key=lambda f: (f.start, f.stop, f.kind))),
            edits=tuple(edit for _, edit in sorted(ledger.edits.items())),
            formulas=tuple(self.formulas),
            hints=(*notes, *hints.truncation(ledger.cut, ledger.up), *hints.forced_sums(judged)),
        )
