"""An audit's findings in SARIF 2.1.0, the format of code scanning. Nothing in a log names the machine it came from."""

from __future__ import annotations

import os
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from proofs.audit.baseline import fingerprints
from proofs.audit.findings import KINDS
from proofs.audit.gathering import STDIN_NAME
from proofs.report.audit_shown import more_exactly, visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from proofs.audit.findings import DocumentAudit, Finding, Hint, PrintedValue

_BASE = "SRCROOT"
_FINGERPRINT = "attentionProofs/v1"
_ABOUT = {
    "value": "A printed number is not the value it should be",
    "shape": "A product or sum of shapes that do not fit",
    "undefined": "A name without a value, or a value without a derivation",
    "redefined": "A name printed again",
    "definition": "Two definitions of one thing disagree",
    "substitution": "A number that differs from the name it stands for",
    "unread": "A formula that was not read",
    "hint": "Something about the document as a whole",
}
_RULES = (*KINDS, "hint")
_EXITS = {0: "nothing found", 1: "findings", 2: "a file could not be read"}


def sarif_results(document: DocumentAudit, findings: Sequence[Finding] | None = None) -> list[dict[str, Any]]:
    """Return the results of one document, one for each finding and hint.

    Args:
        document: the audit.
        findings: those to show, all if None. Fingerprints are the same either way.
    """
    shown = set(document.findings if findings is None else findings)
    marks = zip(document.findings, fingerprints(document.findings), strict=True)
    values = {value.start: value for value in document.values}
    out = []
    for finding, mark in marks:
        if finding in shown:
            out.append(_result(document, finding, mark, values))
    return [*out, *(_hint(document, hint) for hint in document.hints)]


def sarif_log(
    results: Sequence[dict[str, Any]], notifications: Sequence[dict[str, Any]], code: int | None
) -> dict[str, Any]:
    """Return a log with one run.

    Args:
        results: of all documents.
        notifications: on files, from `sarif_notification`.
        code: the exit code.
    """
    rules = [
        {
            "id": kind,
            "shortDescription": {"text": _ABOUT[kind]},
            "defaultConfiguration": {"level": {"unread": "warning", "hint": "note"}.get(kind, "error")},
        }
        for kind in _RULES
    ]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "attention-proofs", "rules": rules}},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {_BASE: {"description": {"text": "The folder the audit was started in."}}},
                "results": list(results),
                "invocations": [
                    {
                        "executionSuccessful": code != 2,
                        "exitCode": code,
                        "exitCodeDescription": _EXITS.get(code or 0, ""),
                        "toolExecutionNotifications": list(notifications),
                    }
                ],
            }
        ],
    }


def sarif_notification(path: str, message: str, level: str = "error") -> dict[str, Any]:
    """Return a notification on one file: that it could not be audited, or what was left out."""
    location = {"physicalLocation": {"artifactLocation": _artifact(path)}}
    return {"level": level, "message": {"text": visible(message)}, "locations": [location]}


def _result(document: DocumentAudit, finding: Finding, mark: str, values: Mapping[int, PrintedValue]) -> dict[str, Any]:
    value = values.get(finding.start) if finding.kind == "value" else None
    more = "" if value is None else more_exactly(value)
    result: dict[str, Any] = {
        "ruleId": finding.kind,
        "ruleIndex": _RULES.index(finding.kind),
        "level": finding.severity,
        "message": {"text": visible(finding.message) + more},
        "locations": [_location(document, finding.start, finding.stop)],
        "partialFingerprints": {_FINGERPRINT: mark},
    }
    if finding.cause is not None and finding.cause != finding.start:
        origin = values.get(finding.cause)
        related = _location(document, finding.cause, finding.cause + 1 if origin is None else origin.stop)
        result["relatedLocations"] = [{"id": 0, **related, "message": {"text": "the mistake that is carried on"}}]
    return result


def _hint(document: DocumentAudit, hint: Hint) -> dict[str, Any]:
    region = {} if hint.line is None else {"region": {"startLine": hint.line}}
    return {
        "ruleId": "hint",
        "ruleIndex": _RULES.index("hint"),
        "level": "note",
        "message": {"text": visible(hint.message)},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(document.path), **region}}],
    }


def _location(document: DocumentAudit, start: int, stop: int) -> dict[str, Any]:
    (line, column), (last_line, last_column) = document.source.place(start), document.source.place(stop)
    region = {"startLine": line, "startColumn": column, "endLine": last_line, "endColumn": last_column}
    return {"physicalLocation": {"artifactLocation": _artifact(document.path), "region": region}}


def _artifact(path: str) -> dict[str, str]:
    """Return where a document is: below the folder the audit was started in, if it is there."""
    if path == STDIN_NAME:
        return {"uri": "stdin"}
    here = os.path.relpath(path)
    if not here.startswith(os.pardir):
        return {"uri": _quoted(here), "uriBaseId": _BASE}
    # Elsewhere: as it was given, for nothing shorter finds it.
    return {"uri": f"file://{_quoted(path)}" if PurePath(path).is_absolute() else _quoted(path)}


def _quoted(path: str) -> str:
    # Bytes: a file's name need not be text.
    return quote(os.fsencode(path.replace(os.sep, "/")))
