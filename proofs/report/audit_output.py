"""Audits in one of the command line's formats, part by part: what stands before, a document each, what stands after.

The parts of one document can be made in another process than the one that prints them. Imports only what the format
needs.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofs.audit.findings import DocumentAudit, Finding

SCHEMA = 1
STYLES = ("text", "markdown", "json", "github", "sarif")
_HOLE = "{}"
"""What stands in a frame for the parts that come later."""


class End(NamedTuple):
    """How a run ended. Attributes: code (of the exit); errors and unread (path and sentence each)."""

    code: int
    errors: Sequence[tuple[str, str]] = ()
    unread: Sequence[tuple[str, str]] = ()


def part(document: DocumentAudit, findings: Sequence[Finding] | None, style: str, *, colour: bool = False) -> str:
    """Return one document's part; "" if it has none.

    Args:
        document: the audit.
        findings: those to show; None for all.
        style: one of STYLES.
        colour: whether text may be coloured.
    """
    if style == "json":
        from dataclasses import replace  # noqa: PLC0415

        shown = document if findings is None else replace(document, findings=tuple(findings))
        return _indented(shown.to_json(), 4)
    if style == "sarif":
        from proofs.report.audit_sarif import sarif_results  # noqa: PLC0415

        return ",\n".join(_indented(result, 8) for result in sarif_results(document, findings))
    if style == "github":
        from proofs.report.audit_annotations import audit_github  # noqa: PLC0415

        return audit_github(document, findings)
    if style == "markdown":
        from proofs.report.audit_report import audit_markdown  # noqa: PLC0415

        return audit_markdown(document, findings)
    from proofs.report.audit_text import audit_text  # noqa: PLC0415

    return audit_text(document, findings, colour=colour)


def opening(style: str) -> str:
    """Return what stands before all documents."""
    return _frame(style, End(0))[0] if style in {"json", "sarif"} else ""


def between(style: str) -> str:
    """Return what stands between two documents."""
    return {"json": ",\n", "sarif": ",\n", "github": "", "text": "\n", "markdown": "\n"}[style]


def closing(style: str, end: End, notes: Sequence[str] = ()) -> str:
    """Return what stands after all documents.

    Args:
        style: one of STYLES.
        end: how the run ended.
        notes: sentences on the run as a whole; the formats for programs have no place for them.
    """
    if style in {"json", "sarif"}:
        return _frame(style, end)[1]
    if style == "github":
        from proofs.report.audit_annotations import audit_github_error  # noqa: PLC0415

        return "".join(audit_github_error(path, message) for path, message in end.errors)
    if not notes:
        return ""
    if style == "markdown":
        from proofs.report.audit_report import bullets  # noqa: PLC0415

        return f"# All files\n\n{bullets(notes)}\n"
    from proofs.report.audit_shown import visible  # noqa: PLC0415

    return "".join(f"{visible(note)}\n" for note in notes)


def _frame(style: str, end: End) -> tuple[str, str]:
    """Return what stands before and after the documents in JSON."""
    if style == "json":
        text = _json({"schema": SCHEMA, "documents": [{}]})
    else:
        from proofs.report.audit_sarif import sarif_log, sarif_notification  # noqa: PLC0415

        notifications = [sarif_notification(*error) for error in end.errors]
        notifications += [sarif_notification(*sentence, "note") for sentence in end.unread]
        text = _json(sarif_log([{}], notifications, end.code))
    before, _, after = text.partition(_HOLE)
    return before.rstrip(" "), after.lstrip(" ") + "\n"


def _indented(data: object, spaces: int) -> str:
    # A line feed inside a string is written as an escape: these are the lines of the layout.
    return " " * spaces + _json(data).replace("\n", "\n" + " " * spaces)


def _json(data: object) -> str:
    # The one control character that JSON leaves as it is.
    return json.dumps(data, indent=2).replace("\x7f", "\\u007f")
