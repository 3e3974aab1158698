"""Several audits in one of the command line's formats. Imports only what the format needs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofs.audit.findings import DocumentAudit

SCHEMA = 1


def rendered(documents: Sequence[DocumentAudit], style: str) -> str:
    """Return the audits as "text", "markdown", "json" (DESIGN section 5), "github" or "sarif"."""
    if style == "json":
        return _json({"schema": SCHEMA, "documents": [document.to_json() for document in documents]})
    if style in {"github", "sarif"}:
        from proofs.report.audit_annotations import audit_github, audit_sarif  # noqa: PLC0415

        return audit_github(documents) if style == "github" else _json(audit_sarif(documents))
    from proofs.report.audit_report import audit_markdown, audit_text  # noqa: PLC0415

    render = audit_markdown if style == "markdown" else audit_text
    return "\n".join(render(document) for document in documents)


def _json(data: object) -> str:
    return json.dumps(data, indent=2, ensure_ascii=True) + "\n"
