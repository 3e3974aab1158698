"""`python -m proofs.kernel`: check every theory, and the library below, from scratch with Rocq; write the record."""

from __future__ import annotations

import sys

import click

from proofs.kernel import record
from proofs.kernel.check import ALLOWED, How, check
from proofs.kernel.source import load


@click.command()
def main() -> None:
    """Check every theory, and what it uses of the standard library, from scratch; write `proofs/kernel/record.json`.

    Exits with 0, 1 if a theorem does not count, 2 where Rocq is not installed.
    """
    theories = load()
    outcome = check(theories, fresh=True, deep=True, progress=lambda what: click.echo(what, err=True))
    if outcome.how is not How.HERE:
        click.echo("attention-proofs: Rocq is not installed here: expected coqc and coqchk", err=True)
        sys.exit(2)
    for why in sorted(set(outcome.failed.values())):
        click.echo(f"attention-proofs: {why}", err=True)
    if outcome.failed:
        sys.exit(1)
    record.write(record.Record(theories.digest, outcome.version, outcome.assumes))
    used = sorted({axiom for axioms in outcome.assumes.values() for axiom in axioms})
    click.echo(f"{len(outcome.assumes)} theorems checked with Rocq {outcome.version}; recorded")
    for axiom in used:
        click.echo(f"  {axiom}: {ALLOWED[axiom]}")


if __name__ == "__main__":
    main(prog_name="python -m proofs.kernel")
