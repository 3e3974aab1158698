r"""One claim for a terminal: the verdict and the evidence behind it, in a few plain lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from proofs.claim import Claim
from proofs.report.claim_page import LawEvidence, array_text
from proofs.report.kernel_page import KernelEvidence
from proofs.verdict import LineVerdict, Verdict, Witness


def claim_text(
    claim: Claim,
    verdicts: Mapping[str, Verdict],
    titles: Mapping[str, str],
    lines: Sequence[LineVerdict],
    law: LawEvidence | None,
    kernel: KernelEvidence | None = None,
) -> str:
    """Return the claim's verdict, witness or derivation, repair, and judged proof lines as text."""
    verdict = verdicts[claim.id]
    scope = f", {verdict.scope}" if verdict.scope else ""
    out = [f"{claim.id} ({claim.label}): {verdict.kind.value}{scope}"]
    out += [f"  {text}" for text in (claim.words, claim.remark, verdict.residual) if text]
    if verdict.witness is not None:
        out += _witness(verdict.witness)
    for part in verdict.parts:
        label = f" {part.label}:" if part.label else ""
        how = f"{len(part.steps)} named steps" if part.steps else "exact evaluation"
        out.append(f"  derivation:{label} {how}, {part.spot_checks} exact spot checks")
    if verdict.mutants:
        killed = sum(m.witness is not None for m in verdict.mutants)
        out.append(f"  mutants: {killed} of {len(verdict.mutants)} false variants refuted")
    if kernel is not None:
        out.append(f"  kernel: theorem {kernel.theorem.name}, {kernel.standing}")
    if law is not None:
        out.append(f"  fuzzing: law {law.law} {law.outcome} in {law.cases} cases")
    if claim.repair:
        other = verdicts[claim.repair]
        out.append(f"  true instead: {claim.repair} ({other.kind.value}, {other.scope}): {titles[claim.repair]}")
    broken = [line for line in lines if line.verdict != "holds"]
    out += [f"  the text's proof, line {line.label}: {line.verdict}" for line in broken]
    if lines and not broken:
        out.append(f"  the text's proof: all {len(lines)} lines hold")
    return "\n".join(out)


def _witness(witness: Witness) -> Iterator[str]:
    instance = witness.instance
    parts = [f"{name} = {k}" for name, k in instance.sizes.items()]
    parts += [f"{name} = {value}" for name, value in instance.scalars.items()]
    parts += [f"{name} = {array_text(entries)}" for name, entries in instance.arrays.items()]
    yield "  witness: " + ", ".join(parts)
    if witness.indices:
        yield "  at " + ", ".join(f"{name} = {k}" for name, k in witness.indices.items())
    yield f"    left side   {witness.lhs}"
    yield f"    right side  {witness.rhs}"
    if witness.difference:
        yield f"    difference  {witness.difference}"
