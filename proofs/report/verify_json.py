r"""`verify --json`: the contract of DESIGN section 5, schema 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from proofs.claim import Claim
from proofs.kernel import Outcome
from proofs.report.claim_page import LawEvidence
from proofs.verdict import LineVerdict, Verdict, Witness

SCHEMA = 1


def verify_json(
    claims: Sequence[Claim],
    verdicts: Mapping[str, Verdict],
    lines: Mapping[str, Sequence[LineVerdict]],
    laws: Mapping[str, LawEvidence],
    kernel: Outcome,
) -> dict[str, Any]:
    """Return the verdicts as plain data."""
    entries = [_claim(c, verdicts[c.id], lines[c.id], laws.get(c.law or ""), kernel) for c in claims]
    return {"schema": SCHEMA, "claims": entries}


def _claim(
    claim: Claim, verdict: Verdict, lines: Sequence[LineVerdict], law: LawEvidence | None, kernel: Outcome
) -> dict[str, Any]:
    refuted = sum(m.witness is not None for m in verdict.mutants)
    return {
        "id": claim.id,
        "title": claim.title,
        "document": claim.document,
        "label": claim.label,
        "verdict": verdict.kind.value,
        "scope": verdict.scope,
        "witness": None if verdict.witness is None else _witness(verdict.witness),
        "repair": claim.repair,
        "steps": [{"label": line.label, "verdict": line.verdict, "note": line.note} for line in lines],
        "kernel": {
            "theorem": claim.kernel,
            "checked": kernel.checked(claim.kernel),
            "assumptions": list(kernel.assumes.get(claim.kernel or "", ())),
        },
        "law": {"cases": law.cases if law else 0, "outcome": law.outcome if law else None},
        "mutants": {"total": len(verdict.mutants), "refuted": refuted},
        "uses": list(claim.uses),
        "trusted": [*claim.trusted, *(f"[{key}]" for key in claim.cites)],
    }


def _witness(witness: Witness) -> dict[str, Any]:
    instance = witness.instance
    return {
        "sizes": dict(instance.sizes),
        "scalars": {name: str(value) for name, value in instance.scalars.items()},
        "arrays": {
            name: [{"index": list(index), "value": str(value)} for index, value in entries.items()]
            for name, entries in instance.arrays.items()
        },
        "indices": dict(witness.indices),
        "lhs": witness.lhs,
        "rhs": witness.rhs,
        "difference": witness.difference,
    }
