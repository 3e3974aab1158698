"""The command line: `attention-proofs` and `python -m proofs`.

Only click is imported at start-up; each command imports what it needs.  Exit codes: DESIGN section 4.
"""

from __future__ import annotations

import sys

import click


class UserError(click.ClickException):
    """One line that names the input and what was expected; exit 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:  # noqa: ARG002
        """Print the line to standard error."""
        click.echo(f"attention-proofs: {self.format_message()}", err=True)


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="attention-proofs")
@click.pass_context
def main(context: click.Context) -> None:
    """Decide what a text claims about self-attention, and re-check the numbers it prints.

    Without a command: decide every claim, audit the worked example and write reports/.
    """
    if context.invoked_subcommand is None:
        context.invoke(verify)


@main.command()
def verify() -> None:
    """Decide claims."""


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "markdown", "json", "github", "sarif"]),
    default="text",
    show_default=True,
    help="How to print the findings.",
)
@click.option("--fix", "out", metavar="OUT", help="Write the document, every wrong number corrected, to OUT.")
@click.option(
    "--reading",
    type=click.Choice(["auto", "row", "column"]),
    default="auto",
    show_default=True,
    help="How to read a product of shapes that do not fit: x W as x^T W (row) or as W x (column).",
)
def audit(files: tuple[str, ...], style: str, out: str | None, reading: str) -> None:
    """Re-check every printed number of Markdown documents.

    Exits with 0 if nothing is found, 1 if something is, 2 if a file cannot be read.
    """
    from proofs.audit import Unreadable, audit_file  # noqa: PLC0415 - start-up stays fast
    from proofs.report.audit_output import rendered  # noqa: PLC0415

    if out is not None and len(files) > 1:
        raise UserError(f"--fix {out}: expected one FILE to correct, got {len(files)}")
    documents, unreadable = [], False
    for file in files:
        try:
            documents.append(audit_file(file, reading=reading))
            if out is not None:
                from proofs.audit.correction import write_corrected  # noqa: PLC0415

                write_corrected(documents[-1], out)
        except Unreadable as error:
            click.echo(f"attention-proofs: {error}", err=True)
            unreadable = True
    if documents or style == "json":
        click.echo(rendered(documents, style), nl=False)
    sys.exit(2 if unreadable else 0 if all(document.clean for document in documents) else 1)
