r"""The front page of the reports: verdict table, dependency graph, what is trusted, coverage of every source item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from proofs.claim import Claim
from proofs.documents import Document
from proofs.report.claim_page import BADGES
from proofs.verdict import Kind, Verdict


@dataclass(frozen=True)
class AuditSummary:
    """One audited document for the front page: its title, report file and plain sentences."""

    title: str
    file: str
    sentences: Sequence[str]


TRUSTED = (
    (
        "the named rules of `proofs/rules`, each tested on random exact instances, and each step of each derivation "
        "evaluated exactly at small instances when it is built"
    ),
    (
        "SymPy's storage of expressions and its automatic arithmetic (order of terms, 0 + x, 1 x, collecting equal "
        "terms, deltas of integers); its `simplify`, `doit` and `equals` decide nothing"
    ),
    "python-flint's exact rationals and Arb's balls",
    "the theorem of Lindemann and Weierstrass, by which equality of exponential sums is decided",
    (
        "Rocq's kernel and checker and the axioms of its standard library's real numbers, for the "
        "[theorems](kernel.md) proved a second time there, and a reader's eye that such a theorem says what its claim "
        "says"
    ),
    "that the parts of a claim, each a checked statement, together say what its words say",
    "what a single claim names under *trusted* on its page",
)


def index_page(
    claims: Mapping[str, Claim],
    verdicts: Mapping[str, Verdict],
    documents: Sequence[Document],
    audits: Sequence[AuditSummary],
    figures: Sequence[tuple[str, str]],
    checked: Collection[str],
) -> str:
    """Return the Markdown of reports/README.md; `checked` are the claims whose kernel theorem counts."""
    out = ["# Verdicts", _summary(verdicts)]
    out.append(MEANING)
    for document in documents:
        out += [f"## {document.title}", _table(document, claims, verdicts, checked, supporting=False)]
        supporting = _table(document, claims, verdicts, checked, supporting=True)
        if supporting:
            out += ["What the readings, their proofs and their repairs lean on, and what goes with them:", supporting]
    if audits:
        out.append("## Printed numbers")
        for audit in audits:
            out += [f"**[{audit.title}]({audit.file})**", "\n".join(f"- {line}" for line in audit.sentences)]
    out += ["## Released attention code", RELEASED]
    if figures:
        out.append("## Figures")
        out += [f"![{title}]({file})" for title, file in figures]
    out += [
        "## What leans on what",
        "Arrows point from a claim to what it uses; dotted, to the repair of a refuted claim.",
    ]
    out.append(_graph(claims, verdicts))
    out += ["## What is trusted", "\n".join(f"- {line}" for line in TRUSTED)]
    out.append("## Every item of the texts, and every law")
    for document in documents:
        out += [f"### {document.title}", _coverage(document, claims, verdicts)]
    return "\n\n".join(out) + "\n"


def _summary(verdicts: Mapping[str, Verdict]) -> str:
    count = Counter(v.kind for v in verdicts.values())
    parts = [f"{count[kind]} {kind.value}" for kind in Kind]
    return f"{len(verdicts)} claims: {', '.join(parts)}. Written by `attention-proofs`; nothing here is typed by hand."


RELEASED = (
    "The laws behind the claims, held against released packages as black boxes: [which hold, which are broken, with "
    "the smallest case found](conformance.md)."
)

RESULTS = ("lemma", "theorem", "proposition", "corollary")

MEANING = (
    "*Proved, all sizes* means: a derivation at symbolic $n, d, d_k, d_v$ in which every step names its rule, every "
    "step agrees with exact arithmetic at small instances, the assumptions have a model and are needed, every listed "
    "false variant of the claim is refuted, and the same is proved a second time in [Rocq](kernel.md) where its page "
    "says so. *Refuted* means: exact data at which the statement fails. *Not formal* means: a "
    "sentence without mathematical content. *Cited* means: a source is all that it rests on; it counts nowhere as "
    "proved. Fuzzing corroborates and proves nothing."
)


def _table(
    document: Document,
    claims: Mapping[str, Claim],
    verdicts: Mapping[str, Verdict],
    checked: Collection[str],
    *,
    supporting: bool,
) -> str:
    # The text's own results come first, in the order of the text; then its other sentences.
    ranked = sorted(document.items, key=lambda item: item.kind not in RESULTS)
    place = {item.id: k for k, item in enumerate(ranked)}
    mine = [c for c in claims.values() if c.document == document.id and c.id in verdicts]
    mine = [c for c in mine if c.supporting == supporting and verdicts[c.id].kind is not Kind.NOT_FORMAL]
    if not mine:
        return ""
    mine.sort(key=lambda c: (place[c.item], verdicts[c.id].kind is not Kind.REFUTED, c.id))
    rows = ["| item | claim | verdict | scope | Rocq | true instead |", "|---|---|---|---|---|---|"]
    for claim in mine:
        verdict = verdicts[claim.id]
        repair = f"[{claims[claim.repair].title}](claims/{claim.repair}.md)" if claim.repair else ""
        title = f"[{_cell(claim.title)}](claims/{claim.id}.md)"
        mark = "✓" if claim.id in checked else ""
        badge = BADGES[verdict.kind]
        rows.append(f"| {claim.label} | {title} | {badge} | {verdict.scope} | {mark} | {_cell(repair)} |")
    return "\n".join(rows)


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _coverage(document: Document, claims: Mapping[str, Claim], verdicts: Mapping[str, Verdict]) -> str:
    by_item: dict[str, list[Claim]] = {}
    for claim in claims.values():
        if claim.document == document.id and claim.id in verdicts:
            for name in (claim.item, *claim.covers):
                by_item.setdefault(name, []).append(claim)
    rows = ["| line | item | kind | decided by |", "|---|---|---|---|"]
    for item in document.items:
        mine = by_item.get(item.id, [])
        links = ", ".join(f"[`{c.id}`](claims/{c.id}.md) {BADGES[verdicts[c.id].kind][0]}" for c in mine)
        shown = links or ("a definition: nothing to decide" if item.kind == "definition" else "**nothing**")
        place = f"[{item.line}](../proofs/documents/{document.file}#L{item.line})"
        rows.append(f"| {place} | {_cell(item.label)} | {item.kind} | {shown} |")
    return "\n".join(rows)


def _graph(claims: Mapping[str, Claim], verdicts: Mapping[str, Verdict]) -> str:
    edges = [(c.id, used, "-->") for c in claims.values() for used in c.uses]
    edges += [(c.id, c.repair, "-.->") for c in claims.values() if c.repair]
    edges = [edge for edge in edges if edge[0] in verdicts and edge[1] in verdicts]
    shown = sorted({name for edge in edges for name in edge[:2]})
    lines = ["```mermaid", "graph LR"]
    lines += [f'  {name}["{_node(claims[name])}"]:::{_style(verdicts[name])}' for name in shown]
    lines += [f"  {start} {arrow} {end}" for start, end, arrow in edges]
    lines += [
        "  classDef proved fill:#dff3e4,stroke:#2a7d46,color:#111",
        "  classDef refuted fill:#fbe0dd,stroke:#b3382c,color:#111",
        "  classDef open fill:#f3f0d7,stroke:#8a7d1f,color:#111",
        "```",
    ]
    return "\n".join(lines)


def _node(claim: Claim) -> str:
    # Mermaid reads quotes, brackets and semicolons of a label its own way: they are given by number.
    return "".join(c if c.isalnum() or c in " =._-+/," else f"#{ord(c)};" for c in claim.title)


def _style(verdict: Verdict) -> str:
    return {Kind.PROVED: "proved", Kind.REFUTED: "refuted"}.get(verdict.kind, "open")


def table_lines(claims: Iterable[Claim], verdicts: Mapping[str, Verdict]) -> list[tuple[str, str, str, str]]:
    """Return the rows of the table on the terminal: label, claim, verdict, scope."""
    return [(c.label, c.id, verdicts[c.id].kind.value, verdicts[c.id].scope) for c in claims if c.id in verdicts]
