r"""What the proof kernel says: a section of a claim's page, and the page of all theorems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from proofs.kernel.source import Named


@dataclass(frozen=True)
class KernelEvidence:
    """A claim's theorem as the kernel reads it, the definitions it speaks of, and whether it was checked.

    Args:
        theorem: the theorem, its text as in the theory.
        definitions: what its text speaks of, in the order of the theories.
        standing: what is known of it, in a few words.
        assumes: the axioms below it.
    """

    theorem: Named
    definitions: Sequence[Named]
    standing: str
    assumes: Sequence[str]


@dataclass(frozen=True)
class KernelSummary:
    """What the page of all theorems shows: theorem -> its claims, and the allowed axioms with what they say."""

    evidence: Sequence[KernelEvidence]
    claims: Mapping[str, Sequence[str]]
    allowed: Mapping[str, str]
    digest: str


def source_link(item: Named, up: str) -> str:
    """Return a link to the line of a theory where a theorem or definition stands."""
    return f"[`{item.theory}.v`, line {item.line}]({up}/proofs/kernel/theories/{item.theory}.v#L{item.line})"


def kernel_section(evidence: KernelEvidence) -> list[str]:
    """Return the blocks of a claim's page about its theorem."""
    theorem = evidence.theorem
    axioms = ", ".join(f"`{axiom}`" for axiom in evidence.assumes)
    leaning = f" It assumes {axioms} (what these say: [kernel](../kernel.md))." if axioms else ""
    out = [
        "## In the proof kernel",
        (
            f"Stated and proved a second time in Rocq, where it may say more: {source_link(theorem, '../..')}, "
            f"**{evidence.standing}**.{leaning}"
        ),
        theorem.says,
        fenced([theorem]),
    ]
    if evidence.definitions:
        inside = fenced(evidence.definitions, comments=True)
        out.append(f"<details><summary>Definitions it speaks of</summary>\n\n{inside}\n\n</details>")
    return out


def fenced(items: Sequence[Named], *, comments: bool = False) -> str:
    """Return the source texts of theorems or definitions as one block of code, with or without their comments."""
    texts = [f"(* {item.says} *)\n{item.text}\n" if comments and item.says else item.text for item in items]
    return "```coq\n" + "\n".join(texts).rstrip("\n") + "\n```"


def kernel_page(summary: KernelSummary) -> str:
    """Return the Markdown of reports/kernel.md."""
    used = sorted({axiom for item in summary.evidence for axiom in item.assumes})
    out = [
        "# The proof kernel",
        (
            "Each theorem is stated and proved a second time in Rocq (Coq), from its standard library alone, over the "
            "real numbers and for all sizes. A theorem counts if its theory compiles, `coqchk` accepts the compiled "
            "theories, no text leaves a hole, and `Print Assumptions` lists nothing but the axioms below. What remains "
            "for a reader is to compare the theorem with the claim's words: each claim's page shows both."
        ),
        "## Axioms",
        "Those of the standard library's real numbers; no theorem assumes another.",
        "\n".join(f"- `{axiom}`: {summary.allowed.get(axiom, 'not allowed')}" for axiom in used) or "None.",
        "## Definitions",
        "What the theorems have in common. What else a theorem speaks of stands beside it on its claim's page.",
        fenced(_definitions(summary.evidence), comments=True),
        "## Theorems",
        _table(summary),
        f"SHA-256 of the theories: `{summary.digest}`",
    ]
    return "\n\n".join(out) + "\n"


def _definitions(evidence: Sequence[KernelEvidence]) -> list[Named]:
    shared = {item.name: item for one in evidence for item in one.definitions}
    # Those of the common theory; a definition made for one theorem is shown on its page.
    return sorted((d for d in shared.values() if d.theory == "Attention"), key=lambda d: d.line)


def _table(summary: KernelSummary) -> str:
    standings = {item.standing for item in summary.evidence}
    rows = ["| theorem | theory | claim | standing |", "|---|---|---|---|"]
    if len(standings) == 1:
        rows = [f"All of them: {standings.pop()}.", "", "| theorem | theory | claim |", "|---|---|---|"]
    for item in summary.evidence:
        claims = ", ".join(f"[`{name}`](claims/{name}.md)" for name in summary.claims[item.theorem.name])
        standing = f" {item.standing} |" if standings else ""
        rows.append(f"| `{item.theorem.name}` | {source_link(item.theorem, '..')} | {claims} |{standing}")
    return "\n".join(rows)
