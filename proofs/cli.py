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
@click.option("--format", "style", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
def audit(files: tuple[str, ...], style: str) -> None:
    """Re-check every printed number of Markdown documents."""
    sys.exit(0)
