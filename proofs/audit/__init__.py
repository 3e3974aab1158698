"""Audits worked numbers: Markdown -> math -> exact values -> findings.

The front door is `audit_file`, or `audit_bytes` for what is not a file.  Each room has one job:

    reading     source (bytes, text), markdown (segments), signs, lexer, vocabulary (the text's own notation),
                parser with cursor, naming and brackets (formulas: syntax), document (statements)
    meaning     rules, definitions, scopes (what names mean), reals, values, evaluator (exact values)
    judging     pairing and substitutions (numbers put in for names), links (between expressions),
                judge (verdicts), examiner (the walk),
                disagreements (between definitions), ledger, findings, wording (what comes out), correction
    many          gathering (which documents), batch (several processes), selection and baseline (which findings)
    limits      caps and named errors

Nothing about attention is built in, no float decides anything, and nothing is executed.
"""

from __future__ import annotations

from pathlib import Path

from proofs.audit import disagreements
from proofs.audit.definitions import Definitions
from proofs.audit.document import passages
from proofs.audit.examiner import Examiner
from proofs.audit.findings import Coverage, DocumentAudit, Edit, Finding, PrintedValue, Side
from proofs.audit.ledger import Ledger
from proofs.audit.limits import MAX_BYTES, Unreadable
from proofs.audit.source import read
from proofs.audit.wording import unread

__all__ = [
    "Coverage",
    "DocumentAudit",
    "Edit",
    "Finding",
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
            raise Unreadable(name, "a Markdown file", "a directory")
        if file.is_file() and file.stat().st_size > MAX_BYTES:
            raise Unreadable(name, f"a text file of at most {MAX_BYTES >> 20} MiB", f"{file.stat().st_size:,} bytes")
        if file.exists() and not file.is_file():
            raise Unreadable(name, "a Markdown file", "no regular file")
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise Unreadable(name, "a Markdown file", "no such file") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Unreadable(name, "a readable Markdown file", reason) from None
    return audit_bytes(data, name, reading=reading)


def audit_bytes(data: bytes, name: str, *, reading: str = "auto") -> DocumentAudit:
    """Audit a Markdown document given as bytes; `name` stands for its path, else as `audit_file`."""
    source = read(data, name)
    found = passages(source)
    known = Definitions([statement for passage in found for statement in passage.statements])
    ledger = Ledger(source)
    examiner = Examiner(ledger, known, reading)
    coverage = Coverage(segments=len(found))
    formulas = []
    for passage in found:
        before = ledger.unread
        claims = False
        if passage.failure is None:
            claims = examiner.examine(passage)
        else:
            start = passage.failure.offset if passage.failure.offset is not None else passage.start
            ledger.find("unread", "", unread(passage.failure.reason), start, passage.stop)
        failed = ledger.unread > before
        coverage.numeric += claims or (passage.failure is not None and passage.digits)
        coverage.unread += failed
        coverage.audited += claims and not failed
        coverage.symbolic += not claims and not failed
        if claims:
            formulas.append((passage.start, passage.stop))
    disagreements.report(known, ledger, examiner.exact)
    return DocumentAudit(
        source=source,
        reading=examiner.reading,
        coverage=coverage,
        values=tuple(sorted(ledger.values, key=lambda v: v.start)),
        findings=tuple(sorted(ledger.findings, key=lambda f: (f.start, f.stop, f.kind))),
        edits=tuple(edit for _, edit in sorted(ledger.edits.items())),
        formulas=tuple(formulas),
    )
