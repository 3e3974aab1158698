r"""One claim's page: statement, verdict, derivation or witness, the document's proof, mutants, evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from attention.instances import Instance
from proofs.claim import Claim
from proofs.documents import Item
from proofs.formula import Formula, Statement, expressions, substitute
from proofs.report import latex as L
from proofs.report.kernel_page import KernelEvidence, kernel_section
from proofs.report.step_list import step_list
from proofs.verdict import Kind, LineVerdict, Need, PartEvidence, Verdict, Witness

BADGES = {
    Kind.PROVED: "✅ proved",
    Kind.REFUTED: "❌ refuted",
    Kind.UNDECIDED: "❔ undecided",
    Kind.CITED: "🔖 cited",
    Kind.NOT_FORMAL: "➖ not formal",
}
LINE_BADGES = {
    "holds": "✅ holds",
    "fails": "❌ fails",
    "does not follow": "⚠️ does not follow",
    "undecided": "❔ undecided",
}


@dataclass(frozen=True)
class LawEvidence:
    """What fuzzing the numeric twin showed: it corroborates and proves nothing."""

    law: str
    title: str
    cases: int
    outcome: str


@dataclass(frozen=True)
class Page:
    """Everything that a claim's page shows."""

    claim: Claim
    verdict: Verdict
    item: Item
    document: str
    lines: Sequence[LineVerdict]
    verdicts: Mapping[str, Verdict]
    law: LawEvidence | None
    siblings: Sequence[Claim] = ()
    kernel: KernelEvidence | None = None


def link(name: str, verdicts: Mapping[str, Verdict]) -> str:
    """Return a link to another claim's page with its verdict."""
    return f"[`{name}`]({name}.md) ({verdicts[name].kind.value})"


def claim_page(page: Page) -> str:
    """Return the Markdown of one claim's page."""
    claim, verdict = page.claim, page.verdict
    place = f"../../proofs/documents/{claim.document}.md#L{page.item.line}"
    out = [
        f"# {claim.title}",
        f"**{BADGES[verdict.kind]}**" + (f" — scope: {verdict.scope}" if verdict.scope else ""),
        f"{claim.label} of [{page.document}]({place}) · claim `{claim.id}`",
    ]
    if claim.words:
        out.append(f"> {claim.words}")
    if claim.remark:
        out.append(claim.remark)
    if verdict.kind in {Kind.NOT_FORMAL, Kind.CITED}:
        out.append(verdict.residual)
        return _joined(out)
    if verdict.residual:
        out += ["## What is open", verdict.residual]
    if verdict.witness is not None:
        out += _refutation(page, verdict.witness)
    else:
        out += _parts(verdict.parts)
    if page.kernel is not None:
        out += kernel_section(page.kernel)
    if page.lines:
        out += _proof_lines(page)
    if verdict.mutants:
        out += _mutants(page)
    out += _siblings(page)
    out += _evidence(page)
    return _joined(out)


def _siblings(page: Page) -> list[str]:
    if not page.siblings:
        return []
    rows = [f"- {link(claim.id, page.verdicts)}: {claim.title}" for claim in page.siblings]
    return [f"## Other claims about {page.claim.label}", "\n".join(rows)]


def _joined(blocks: Iterable[str]) -> str:
    return "\n\n".join(block for block in blocks if block) + "\n"


def _statement(statement: Statement) -> list[str]:
    out = ["For " + "; ".join(L.quantifiers(statement)) + ":"]
    if statement.assumptions:
        out.append("\n".join(f"- if *{name}*: ${L.formula(a)}$" for name, a in statement.assumptions.items()))
        out.append("then")
    out.append(_display(L.formula(statement.conclusion)))
    meanings = [f"- ${text}$" for text in L.definitions(statement)]
    if meanings:
        out.append("<details><summary>Definitions</summary>\n\n" + "\n".join(meanings) + "\n\n</details>")
    return out


def _display(text: str) -> str:
    return f"$${text}$$"


# -- refuted ---------------------------------------------------------------------------------------------------


def _refutation(page: Page, witness: Witness) -> list[str]:
    out = ["## Statement", *_statement(witness.statement), "## Witness"]
    found = "The first instance found, smallest sizes first and entries then simplified; everything is exact."
    given = witness.statement.given is not None
    out.append("The printed inputs; everything is exact." if given else found)
    out.append(_instance(witness.instance, witness.indices))
    out.append(_separation(witness))
    if page.claim.repair:
        other = page.verdicts[page.claim.repair]
        out += ["## Repair", f"True in its place: {link(page.claim.repair, page.verdicts)}."]
        if other.kind is not Kind.PROVED:
            out.append("The repair is not proved.")
    return out


def _separation(witness: Witness) -> str:
    left = _where(witness.relation, witness.indices)
    rows = [
        f"The statement asks for ${left}$ here.",
        f"- left side: `{witness.lhs}`",
        f"- right side: `{witness.rhs}`",
    ]
    if witness.difference:
        rows.append(f"- difference, certified: `{witness.difference}`")
    return rows[0] + "\n\n" + "\n".join(rows[1:])


def _where(relation: Formula, indices: Mapping[str, int]) -> str:
    values = {s: k for e in expressions(relation) for s in e.free_symbols for n, k in indices.items() if s.name == n}
    return L.formula(substitute(relation, {s: sp.Integer(k) for s, k in values.items()}))


def _instance(instance: Instance, indices: Mapping[str, int]) -> str:
    rows = []
    if instance.sizes:
        rows.append("sizes: " + ", ".join(f"${L.name(n)} = {k}$" for n, k in instance.sizes.items()))
    shown = [*instance.scalars.items()]
    if shown:
        rows.append("numbers: " + ", ".join(f"${L.name(n)} = {v}$" for n, v in shown))
    for name, entries in instance.arrays.items():
        rows.append(f"${L.name(name)}$ = {array_text(entries)}")
    if indices:
        rows.append("at " + ", ".join(f"${L.name(n)} = {k}$" for n, k in indices.items()))
    return "\n".join(f"- {row}" for row in rows)


def array_text(entries: Mapping[tuple[int, ...], object]) -> str:
    """Return an array's entries row by row: (0, 1); (2, 1)."""
    rows: dict[tuple[int, ...], list[str]] = {}
    for index, value in entries.items():
        rows.setdefault(index[:-1], []).append(str(value))
    return "; ".join(f"({', '.join(row)})" for row in rows.values())


# -- proved ----------------------------------------------------------------------------------------------------


def _parts(parts: Sequence[PartEvidence]) -> list[str]:
    out = []
    for part in parts:
        heading = f"## Statement: {part.label}" if part.label else "## Statement"
        out += [heading, part.note, *_statement(part.statement)]
        if part.steps:
            title = f"### Derivation: {part.label}" if part.label else "## Derivation"
            out += [title, "\n".join(step_list(part.steps))]
        else:
            out.append("Decided by exact evaluation at the one instance that the statement is about.")
    return out


# -- the rest --------------------------------------------------------------------------------------------------


def _proof_lines(page: Page) -> list[str]:
    out = ["## The document's proof, line by line"]
    broken = next((line for line in page.lines if line.verdict in {"fails", "does not follow"}), None)
    if broken is not None:
        out.append(f"The first line that breaks is **{broken.label}**.")
    contents = {line.label: line for line in page.item.proof}
    by_label = {line.label: line for line in page.claim.lines}
    rows = ["| line | says | verdict | why |", "|---|---|---|---|"]
    for line in page.lines:
        said = contents[line.label].content if line.label in contents else ""
        leaning = [link(name, page.verdicts) for name in by_label[line.label].content]
        lacking = [link(name, page.verdicts) for name in by_label[line.label].supports]
        why = line.note
        why += f" Content: {', '.join(leaning)}." if leaning else ""
        why += f" Needed as well: {', '.join(lacking)}." if lacking else ""
        badge = LINE_BADGES[line.verdict] if leaning or lacking else "📖 definition"
        rows.append(f"| {line.label} | {_cell(said)} | {badge} | {_cell(why)} |")
    out.append("\n".join(rows))
    return out


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")


def _mutants(page: Page) -> list[str]:
    rows = ["| change | refuted at | left side | right side |", "|---|---|---|---|"]
    for mutant in page.verdict.mutants:
        w = mutant.witness
        if w is None:
            rows.append(f"| {_cell(mutant.change)} | **not refuted** | | |")
            continue
        sizes = ", ".join(f"${L.name(n)} = {k}$" for n, k in w.instance.sizes.items()) or "one instance"
        rows.append(f"| {_cell(mutant.change)} | {sizes} | `{w.lhs}` | `{w.rhs}` |")
    return [
        "## Mutants",
        "False variants of the claim; each must be refuted, or the proof would check nothing.",
        "\n".join(rows),
    ]


def _evidence(page: Page) -> list[str]:
    claim, verdict = page.claim, page.verdict
    rows = []
    for part in verdict.parts:
        label = f"{part.label}: " if part.label else ""
        if part.steps:
            rows.append(
                f"{label}{_count(len(part.steps), 'step')}, {part.spot_checks} exact spot checks of both sides"
                + (f", {part.not_evaluable} not evaluable" if part.not_evaluable else "")
            )
        if part.model is not None and part.statement.assumptions and part.statement.given is None:
            rows.append(f"{label}the assumptions have a model: " + _inline(part.model))
        rows += [f"{label}assumption *{name}*: {_standing(why)}" for name, why in part.needed.items()]
    for stated in claim.parts:
        label = f"{stated.label}: " if stated.label else ""
        rows += [f"{label}*{name}* could go further: {reason}" for name, reason in stated.loose.items()]
    if claim.uses:
        rows.append("uses " + ", ".join(link(name, page.verdicts) for name in claim.uses))
    if page.law is not None:
        law = page.law
        rows.append(
            f"fuzzing (corroborates, proves nothing): law `{law.law}`, {law.title}: {law.outcome} in {law.cases} cases"
        )
    rows += [f"trusted: {item}" for item in claim.trusted]
    rows.append(f"rerun: `attention-proofs verify {claim.id}`")
    return ["## Evidence", "\n".join(f"- {row}" for row in rows)]


def _standing(why: Need) -> str:
    if why.witness is not None:
        return f"needed; without it the statement fails at {_inline(why.witness.instance)}"
    if why.instance is not None:
        return f"needed; without it the conclusion divides by zero at {_inline(why.instance)}"
    return why.reason or "not needed: the derivation runs without it"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _inline(instance: Instance) -> str:
    parts = [f"${L.name(n)} = {k}$" for n, k in instance.sizes.items()]
    parts += [f"${L.name(n)} = {v}$" for n, v in instance.scalars.items()]
    arrays = {n: entries for n, entries in instance.arrays.items() if n not in instance.random}
    parts += [f"${L.name(n)}$ = {array_text(entries)}" for n, entries in arrays.items()]
    return ", ".join(parts)
