"""An audit's findings as annotations on a forge: GitHub workflow commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofs.report.audit_shown import groups, more_exactly, visible
from proofs.report.audit_summary import unread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofs.audit.findings import DocumentAudit, Finding

_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}
_ORDER = ("error", "warning", "note")


def audit_github(document: DocumentAudit, findings: Sequence[Finding] | None = None) -> str:
    """Return workflow commands, a line each: one for all findings in one vector or matrix, one for any other.

    Args:
        document: the audit.
        findings: those to show, all if None. Formulas that were not read are told in any case.
    """
    shown = document.findings if findings is None else findings
    values = {value.start: value for value in document.values}
    lines = []
    for group in groups(shown):
        stop = max(finding.stop for finding in group)
        last_line, last_column = document.source.place(stop)
        where = {"line": group[0].line, "endLine": last_line, "col": group[0].column, "endColumn": last_column}
        text = [
            finding.message + (more_exactly(values[finding.start]) if finding.start in values else "")
            for finding in group
        ]
        level = min((finding.severity for finding in group), key=_ORDER.index)
        lines.append(_command(level, document.path, where, group[0].kind, text))
    if untold := unread(document, shown):
        lines.append(_command("note", document.path, {}, "unread", [untold]))
    for hint in document.hints:
        where = {} if hint.line is None else {"line": hint.line}
        lines.append(_command("note", document.path, where, "hint", [hint.message]))
    return "".join(lines)


def audit_github_error(path: str, message: str) -> str:
    """Return the workflow command for a file that could not be audited."""
    return _command("error", path, {}, "unreadable", [message])


def _command(severity: str, path: str, where: dict[str, int], title: str, message: Sequence[str]) -> str:
    properties = {"file": visible(path), **where, "title": title}
    listed = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{_LEVELS[severity]} {listed}::{_data(chr(10).join(visible(line) for line in message))}\n"


def _data(text: str) -> str:
    """Return text in the encoding of workflow commands; nothing in it can start another command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
