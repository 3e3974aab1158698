r"""The whole job: decide the claims, fuzz the laws, audit the documents, write the reports.

Claims, laws and audits do not know one another; they meet here and in `proofs.report`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from proofs import documents, kernel
from proofs.claim import Claim
from proofs.decide import decide_all, judge_lines, with_kernel
from proofs.registry import check_kernel
from proofs.registry import claims as all_claims
from proofs.report.claim_page import LawEvidence, Page, claim_page
from proofs.report.conformance_page import conformance_page
from proofs.report.index_page import AuditSummary, index_page
from proofs.report.kernel_page import KernelEvidence, KernelSummary, kernel_page
from proofs.verdict import Kind, LineVerdict, Verdict

MARK = "<!-- written by attention-proofs -->"
"""Ends every generated page: what carries it may be overwritten or removed by the next run."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Results:
    """What a run found: claims in order, verdicts, judged proof lines, and law evidence by law id."""

    claims: Sequence[Claim]
    verdicts: Mapping[str, Verdict]
    lines: Mapping[str, Sequence[LineVerdict]]
    laws: Mapping[str, LawEvidence]
    kernel: kernel.Outcome

    @property
    def failed(self) -> bool:
        """Whether a verdict is undecided or evidence fails."""
        wanted = {claim.id for claim in self.claims}
        if any(claim.kernel in self.kernel.failed for claim in self.claims):
            return True
        open_claims = any(self.verdicts[name].kind is Kind.UNDECIDED for name in wanted)
        return open_claims or any(law.outcome != "holds" for law in self.laws.values())


def verify(
    wanted: Iterable[str] | None = None,
    *,
    progress: Progress | None = None,
    rocq: bool = True,
    fresh: bool = False,
) -> Results:
    """Decide the wanted claims (all by default), ask the kernel, and run the laws that corroborate them.

    Args:
        wanted: ids of claims.
        progress: is told what is being done.
        rocq: whether Rocq is run where it is installed; its record alone counts otherwise.
        fresh: whether unchanged theories are compiled again.
    """
    found = all_claims()
    check_kernel(found, kernel.load().theorems)
    names = set(found) if wanted is None else set(wanted)
    with ThreadPoolExecutor(1) as pool:
        # Rocq runs beside the derivations: it is waited for, not computed, here.
        asked = pool.submit(kernel.check, run=rocq, fresh=fresh)
        verdicts = decide_all(None if wanted is None else names, progress=progress)
        if progress is not None:
            progress("waiting for Rocq")
        answers = asked.result()
    verdicts = with_kernel(verdicts, answers.failed)
    chosen = [claim for claim in found.values() if claim.id in names]
    lines = {claim.id: judge_lines(claim, verdicts) for claim in chosen}
    return Results(chosen, verdicts, lines, _laws(chosen, progress), answers)


def kernel_evidence(claim: Claim, answers: kernel.Outcome) -> KernelEvidence | None:
    """Return what the kernel says of a claim's theorem, or None if it names none."""
    if claim.kernel is None:
        return None
    theories = kernel.load()
    theorem = theories.theorems[claim.kernel]
    assumes = answers.assumes.get(theorem.name, ())
    return KernelEvidence(theorem, theories.used_by(theorem), answers.standing(theorem.name), assumes)


def _kernel_page(results: Results) -> str:
    evidence = {e.theorem.name: e for c in results.claims if (e := kernel_evidence(c, results.kernel)) is not None}
    named = {name: [c.id for c in results.claims if c.kernel == name] for name in evidence}
    ordered = [evidence[name] for name in kernel.load().theorems if name in evidence]
    return kernel_page(KernelSummary(ordered, named, kernel.ALLOWED, kernel.load().digest))


def _conformance_page() -> str:
    from proofs.laws.conformance.record import record  # noqa: PLC0415  # NumPy is needed only here

    return conformance_page(record())


def _laws(claims: Sequence[Claim], progress: Progress | None) -> dict[str, LawEvidence]:
    from proofs.laws import registry, running  # noqa: PLC0415  # NumPy is needed only here

    out: dict[str, LawEvidence] = {}
    for name in sorted({claim.law for claim in claims if claim.law}):
        if progress is not None:
            progress(f"law {name}")
        law = registry.law(name)
        outcome = running.run(law)
        out[name] = LawEvidence(name, law.title, outcome.cases, outcome.outcome)
    return out


def write_reports(results: Results, out: Path, *, progress: Progress | None = None) -> list[Path]:
    """Write reports for a full run below `out`; return the files written. Files no longer written are removed."""
    found = {claim.id: claim for claim in results.claims}
    files: dict[str, str] = {}
    texts = documents.documents()
    titles = {document.id: document.title for document in texts}
    items = {(document.id, item.id): item for document in texts for item in document.items}
    for claim in results.claims:
        page = Page(
            claim,
            results.verdicts[claim.id],
            items[claim.document, claim.item],
            titles[claim.document],
            results.lines[claim.id],
            results.verdicts,
            results.laws.get(claim.law or ""),
            [c for c in results.claims if (c.document, c.item) == (claim.document, claim.item) and c is not claim],
            kernel_evidence(claim, results.kernel),
        )
        files[f"claims/{claim.id}.md"] = claim_page(page)
    summaries = []
    for document in texts:
        if progress is not None:
            progress(f"audit of {document.file}")
        summary, text = _audit(document)
        summaries.append(summary)
        files[summary.file] = text
    files["kernel.md"] = _kernel_page(results)
    files["conformance.md"] = _conformance_page()
    figures = _figures(out, results)
    checked = {claim.id for claim in results.claims if results.kernel.checked(claim.kernel)}
    files["README.md"] = index_page(found, results.verdicts, texts, summaries, figures, checked)
    _remove_stale(out, files)
    for name, content in files.items():
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f"{content}\n{MARK}\n", encoding="utf-8", newline="\n")
    return [out / name for name in (*files, *(file for _, file in figures))]


def _remove_stale(out: Path, files: Mapping[str, str]) -> None:
    """Remove pages that a run once wrote and no longer does; they are known by their mark, others are kept."""
    for page in [*(out / "claims").glob("*.md"), *(out / "audit").glob("*.md")]:
        if f"{page.parent.name}/{page.name}" not in files and MARK in page.read_text(
            encoding="utf-8", errors="replace"
        ):
            page.unlink()


def foreign(out: Path) -> Path | None:
    """Return a file that a run would overwrite although no run has written it, or None."""
    page = out / "README.md"
    if page.is_file() and MARK not in page.read_text(encoding="utf-8", errors="replace"):
        return page
    return None


def _audit(document: documents.Document) -> tuple[AuditSummary, str]:
    from proofs.audit import audit_bytes  # noqa: PLC0415
    from proofs.report.audit_report import audit_markdown  # noqa: PLC0415
    from proofs.report.audit_summary import summary  # noqa: PLC0415

    found = audit_bytes(documents.text(document.id).encode(), document.file)
    name = f"audit/{document.id}.md"
    return AuditSummary(document.title, name, summary(found)), audit_markdown(found)


def _figures(out: Path, results: Results) -> list[tuple[str, str]]:
    from proofs import illustrations as data  # noqa: PLC0415
    from proofs.report import figures  # noqa: PLC0415  # matplotlib is slow to import

    folder = out / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    printed, exact = data.example_weights()
    figures.weights_heatmaps(printed, exact, folder / "weights.svg")
    patterns, sizes = data.jacobian_patterns()
    figures.jacobian_sparsity(patterns, folder / "jacobian.svg", **sizes)
    shown = [
        ("Printed and exact attention weights of the worked example", "figures/weights.svg"),
        ("Which blocks of the Jacobian vanish: causality", "figures/jacobian.svg"),
    ]
    witness = results.verdicts["lemma_1_weights"].witness
    if witness is not None:
        before, after = data.counterexample_weights(witness)
        figures.lemma_counterexample(before, after, folder / "lemma_1.svg")
        shown.append(("The counterexample to Lemma 1", "figures/lemma_1.svg"))
    return shown
