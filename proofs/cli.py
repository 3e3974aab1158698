"""The command line: `attention-proofs` and `python -m proofs`.

Only click is imported at start-up; each command imports what it needs.  Exit codes: DESIGN section 4.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from proofs.run import Results


class UserError(click.ClickException):
    """One line that names the input and what was expected; exit 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:  # noqa: ARG002
        """Print the line to standard error."""
        click.echo(f"attention-proofs: {self.format_message()}", err=True)


_ELSEWHERE = {"audit": "proofs.audit_command", "conform": "proofs.conform_command"}
"""Commands that stand in a module of their own, which is imported when one of them is wanted."""


class ClosedPipe(Exception):
    """Nobody reads the output any more. Click would take a BrokenPipeError for exit 1, which here means findings."""


class Program(click.Group):
    """The command group, with one line and a telling exit code where Click would print a traceback or exit with 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted([*super().list_commands(ctx), *_ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, from its own module if it has one."""
        if cmd_name not in _ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        command = getattr(import_module(_ELSEWHERE[cmd_name]), cmd_name)
        return command if isinstance(command, click.Command) else None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a closed pipe is told apart from its outcome."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise ClosedPipe from None

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run; an interrupt exits with 130, a full disk with 2, a closed pipe quietly with 141."""
        for name in ("stdin", "stdout", "stderr"):
            if getattr(sys, name) is None:  # closed by the caller: nothing is read there, and what is said is lost
                setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), "r" if name == "stdin" else "w"))
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
            sys.stdout.flush()
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except (click.Abort, KeyboardInterrupt):
            click.echo("attention-proofs: interrupted", err=True)
            sys.exit(130)
        except (BrokenPipeError, ClosedPipe):
            # Python would complain once more when it flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(141)
        except OSError as error:
            click.echo(f"attention-proofs: cannot write the output: {error.strerror}", err=True)
            os._exit(2)
        sys.exit(code if isinstance(code, int) else 0)


def _version(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    del parameter
    if wanted:
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

        try:
            click.echo(f"attention-proofs {version('attention-proofs')}")
        except PackageNotFoundError:
            click.echo("attention-proofs, run from a checkout that is not installed")
        context.exit()


kernel_option = click.option(
    "--kernel",
    "rocq",
    type=click.Choice(["auto", "fresh", "record"]),
    default="auto",
    show_default=True,
    help="Check the theories with Rocq if it is there: what changed (auto), all of it (fresh), or only look up what "
    "was recorded (record).",
)


@click.group(cls=Program, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
@click.option("--out", default="reports", show_default=True, metavar="DIR", help="Where the reports are written.")
@kernel_option
@click.pass_context
def main(context: click.Context, out: str, rocq: str) -> None:
    """Decide what a text claims about self-attention, and re-check the numbers it prints.

    Without a command: decide every claim, audit the documents, write the reports and print one table.
    """
    if context.invoked_subcommand is None:
        _verify((), as_json=False, out=out, rocq=rocq)


@main.command()
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (schema 1) instead of a table.")
@click.option("--out", metavar="DIR", help="Write the reports of a full run to DIR.")
@kernel_option
def verify(ids: tuple[str, ...], as_json: bool, out: str | None, rocq: str) -> None:
    """Decide claims: all of them, or those named.

    Exits with 0, or 1 if a verdict is undecided or evidence fails.
    """
    _verify(ids, as_json=as_json, out=out, rocq=rocq)


def _verify(ids: tuple[str, ...], *, as_json: bool, out: str | None, rocq: str) -> None:
    import difflib  # noqa: PLC0415

    from proofs import registry, run  # noqa: PLC0415

    known = registry.claims()
    for name in ids:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]}?" if near else "; `attention-proofs list` shows them"
            raise UserError(f"{name or repr(name)}: expected the id of a claim{hint}")
    if out == "":
        raise UserError("--out: expected the name of a folder, got none")
    if rocq == "fresh":
        from proofs.kernel.rocq import find  # noqa: PLC0415

        if find() is None:
            raise UserError("--kernel fresh: Rocq is not installed here; expected coqc and coqchk")
    if ids and out is not None:
        raise UserError(f"--out {out}: reports are written for a full run; leave the ids out")
    folder = _folder(out)
    with progress_line() as progress:
        results = run.verify(ids or None, progress=progress, rocq=rocq != "record", fresh=rocq == "fresh")
        written = run.write_reports(results, folder, progress=progress) if folder is not None else []
    if as_json:
        from proofs.report.verify_json import verify_json  # noqa: PLC0415

        data = verify_json(results.claims, results.verdicts, results.lines, results.laws, results.kernel)
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
    elif ids:
        _print_claims(results)
        if rocq == "fresh":
            click.echo(f"kernel: {results.kernel.summary}")
    else:
        _print_table(results)
        if folder is not None:
            click.echo(f"{len(written)} files written; start with {folder / 'README.md'}")
    sys.exit(1 if results.failed else 0)


def _folder(out: str | None) -> Path | None:
    if out is None:
        return None
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--out {out}: expected a folder to write to: {error.strerror}") from None
    from proofs.run import foreign  # noqa: PLC0415

    taken = foreign(folder)
    if taken is not None:
        raise UserError(f"--out {out}: {taken} was not written by attention-proofs; name an empty folder")
    return folder


def _print_claims(results: Results) -> None:
    from proofs.registry import claims  # noqa: PLC0415
    from proofs.report.claim_text import claim_text  # noqa: PLC0415
    from proofs.run import kernel_evidence  # noqa: PLC0415

    titles = {name: claim.title for name, claim in claims().items()}
    for claim in results.claims:
        law = results.laws.get(claim.law or "")
        evidence = kernel_evidence(claim, results.kernel)
        click.echo(claim_text(claim, results.verdicts, titles, results.lines[claim.id], law, evidence))


def _print_table(results: Results) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from proofs.report.index_page import table_lines  # noqa: PLC0415

    colours = {"proved": "green", "refuted": "red", "undecided": "yellow", "not formal": "dim"}
    table = Table("item", "claim", "verdict", "scope", box=None, pad_edge=False)
    for label, name, verdict, scope in table_lines(results.claims, results.verdicts):
        table.add_row(label, name, f"[{colours[verdict]}]{verdict}[/]", scope)
    # A pipe gets the whole line: nothing is cut to a terminal's width there.
    console = Console() if sys.stdout.isatty() else Console(width=200)
    console.print(table)
    counts = Counter(results.verdicts[claim.id].kind.value for claim in results.claims)
    click.echo(", ".join(f"{count} {kind}" for kind, count in counts.items()))
    for claim in results.claims:
        decided = results.verdicts[claim.id]
        if decided.kind.value == "undecided":
            click.echo(f"{claim.id} is undecided: {decided.residual}")
    for law in results.laws.values():
        if law.outcome != "holds":
            click.echo(f"law {law.law}: {law.outcome} in {law.cases} cases")
    click.echo(f"kernel: {results.kernel.summary}")
    for why in sorted(set(results.kernel.failed.values())):
        click.echo(f"kernel: {why}")


@contextmanager
def progress_line() -> Iterator[Callable[[str], None] | None]:
    """Show what is being worked on, on a terminal only; yield None in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415

    with Console(stderr=True).status("starting") as status:
        yield status.update


@main.command("list")
def list_command() -> None:
    """Print the claims and the laws, one a line."""
    from proofs import registry  # noqa: PLC0415
    from proofs.laws.conformance.catalogue import LAWS  # noqa: PLC0415
    from proofs.laws.registry import registry as laws  # noqa: PLC0415

    for claim in registry.claims().values():
        click.echo(f"claim {claim.id}: {claim.label}: {claim.title}")
    for law in laws():
        click.echo(f"law {law.id}: {law.title}")
    for each in LAWS:
        click.echo(f"conform {each.id}: {each.title}{' (on request)' if each.opt_in else ''}")
