"""An audit's findings as annotations: GitHub workflow commands and SARIF 2.1.0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from proofs.audit.findings import KINDS, DocumentAudit, Finding
from proofs.report.audit_report import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

_ABOUT = {
    "value": "A printed number is not the value it should be",
    "shape": "A product or sum of shapes that do not fit",
    "undefined": "A name without a value, or a value without a derivation",
    "redefined": "A name printed again",
    "definition": "Two definitions of one thing disagree",
    "substitution": "A number that differs from the name it stands for",
    "unread": "A formula that was not read",
}


def audit_github(documents: Sequence[DocumentAudit]) -> str:
    """Return one workflow command for each finding."""
    return "".join(
        f"::{'notice' if f.remark else 'error'} file={_escaped(visible(d.path), property_=True)},"
        f"line={f.line},col={f.column},title={f.kind}::{_escaped(visible(f.message))}\n"
        for d in documents
        for f in d.findings
    )


def _escaped(text: str, *, property_: bool = False) -> str:
    """Return text in the encoding of workflow commands; nothing in it can start another command."""
    out = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return out.replace(":", "%3A").replace(",", "%2C") if property_ else out


def audit_sarif(documents: Sequence[DocumentAudit]) -> dict[str, Any]:
    """Return a SARIF 2.1.0 log with one run."""
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "attention-proofs",
                        "rules": [{"id": kind, "shortDescription": {"text": _ABOUT[kind]}} for kind in KINDS],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(d, f) for d in documents for f in d.findings],
            }
        ],
    }


def _result(document: DocumentAudit, finding: Finding) -> dict[str, Any]:
    last_line, last_column = document.source.place(finding.stop)
    return {
        "ruleId": finding.kind,
        "level": "note" if finding.remark else "error",
        "message": {"text": visible(finding.message)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(document.path)},
                    "region": {
                        "startLine": finding.line,
                        "startColumn": finding.column,
                        "endLine": last_line,
                        "endColumn": last_column,
                    },
                }
            }
        ],
    }


def _uri(path: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415 - needed by this format alone

    return quote(path.replace("\\", "/"))
