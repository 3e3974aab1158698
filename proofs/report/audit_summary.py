"""The outcome of audits in plain sentences: of one document, and of all of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from proofs.audit.findings import SOUND, VERDICTS
from proofs.report.audit_shown import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofs.audit.findings import DocumentAudit, Finding

_READINGS = {
    "row": "Products that do not exist as printed were read row-wise: "
    "a vector printed as a column and multiplied from the left stands for its transpose.",
    "column": "Products that do not exist as printed were read column-wise: "
    "the vector stays a column and the matrix goes to its left.",
    "dot": "Products of two vectors that do not exist as printed were read as dot products.",
}


def summary(document: DocumentAudit) -> list[str]:
    """Return the outcome in plain sentences."""
    values = document.values
    local = [v.local.verdict for v in values if v.local is not None]
    exact = [v.exact.verdict for v in values if v.exact is not None]
    given = sum(v.verdict == "given" for v in values)
    inputs = "1 is an input" if given == 1 else f"{given} are inputs"
    c = document.coverage
    out = [
        f"{count(len(values), 'printed number')} with a claim; {inputs}, with nothing to compare.",
        f"Against what is printed just before them: {_tally(local)}.",
        f"Against the inputs, with nothing rounded on the way: {_tally(exact)}.",
    ]
    if document.mistakes:
        out.append(f"{mistakes(faulty(document), document.mistakes)}.")
    if document.reading:
        out.append(_READINGS[document.reading])
    out.append(
        f"{count(c.segments, 'formula')}: {c.audited} audited, {c.symbolic} with no number to check, {c.unread} unread."
    )
    return out


def hints(document: DocumentAudit) -> list[str]:
    """Return what is to say about the document as a whole, one sentence each."""
    return [f"Hint{'' if h.line is None else f' (line {h.line})'}: {h.message}" for h in document.hints]


def unread(document: DocumentAudit, findings: Sequence[Finding]) -> str:
    """Return a sentence on formulas that were not read, if none of `findings` tells of them; else ""."""
    if not document.coverage.unread or any(finding.kind == "unread" for finding in findings):
        return ""
    return f"{document.coverage.unread} of {count(document.coverage.segments, 'formula')} not read."


def faulty(document: DocumentAudit) -> Counter[str]:
    """Return how many numbers have each verdict that is a mistake."""
    return Counter(value.verdict for value in document.values if value.cause is not None)


def mistakes(numbers: Counter[str], independent: int) -> str:
    """Return how many numbers are wrong, and from how many mistakes: the others only carry one on.

    Args:
        numbers: how many have each verdict that is a mistake.
        independent: how many mistakes there are.
    """
    told = [f"{numbers[verdict]} {verdict}" for verdict in VERDICTS if numbers[verdict]]
    if not told:
        return count(independent, "independent mistake")
    first, _, verdict = told[0].partition(" ")
    told[0] = f"{count(int(first), 'number')} {verdict}"
    # Mistakes in comparisons and in what was put in count too: there may be more of them than of wrong numbers.
    link = ", from" if independent <= sum(numbers.values()) else ";"
    return f"{', '.join(told)}{link} {count(independent, 'independent mistake')}"


def _tally(verdicts: Sequence[str]) -> str:
    if not verdicts:
        return "nothing to compare"
    counts = Counter(verdicts)
    right = sum(counts[verdict] for verdict in SOUND)
    parts = [f"{right} of {len(verdicts)} right"]
    parts += [f"{counts[verdict]} {verdict}" for verdict in ("truncated", "wrong", "undecided") if counts[verdict]]
    return ", ".join(parts)
