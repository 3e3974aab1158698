"""`attention-proofs conform`: its options, and what is printed.

Only click is imported at start-up.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import click

from proofs.cli import UserError, progress_line

if TYPE_CHECKING:
    from proofs.laws.conformance.law import ConformanceLaw
    from proofs.laws.conformance.trial import Subject
    from proofs.laws.law import Outcome


@click.command()
@click.argument("target", required=True)
@click.option("--laws", "ids", metavar="ID,...", help="Check these laws only; `attention-proofs list` shows them.")
@click.option(
    "--examples",
    type=click.IntRange(min=1),
    help="Calls planned for each law, each with many cases; 100 by default, 20 where every shape is compiled anew.",
)
@click.option(
    "--xfail",
    "expected",
    metavar="ID,...",
    help="Laws that are known to be broken: they do not count, unless they hold.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Fixes every case.")
@click.option("--device", type=click.Choice(["cpu", "cuda"]), default="cpu", show_default=True, help="Where it runs.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (schema 1) instead of a table.")
def conform(
    target: str,
    ids: str | None,
    examples: int | None,
    expected: str | None,
    seed: int,
    device: str,
    as_json: bool,
) -> None:
    """Hold an attention implementation to the laws.

    TARGET is a built-in name (numeric, torch, torch-math, jax, onnxruntime, ...), module:callable, file.py:callable, or
    an ONNX file. The callable has the signature f(q, k, v, *, mask=None, is_causal=False, scale=None).

    Exits with 0 if every law that applies holds, 1 if one is broken, else 2 if one ended with an error or nothing could
    be checked.
    """
    from proofs.laws.conformance.catalogue import UnknownLawError, laws  # noqa: PLC0415 - start-up stays fast
    from proofs.laws.conformance.running import Options, run  # noqa: PLC0415
    from proofs.laws.conformance.targets import TargetError  # noqa: PLC0415
    from proofs.laws.conformance.targets import target as load  # noqa: PLC0415
    from proofs.laws.conformance.traits import TraitError  # noqa: PLC0415
    from proofs.laws.conformance.trial import Subject, probe  # noqa: PLC0415

    option = "--laws"
    try:
        chosen = laws(None if ids is None else _split(ids))
        option = "--xfail"
        known = {law.id for law in laws(_split(expected))} if expected is not None else set()
    except UnknownLawError as error:
        raise UserError(f"{option} {error}") from None
    try:
        implementation = load(target, device)
        subject = Subject.of(implementation)
    except (TargetError, TraitError) as error:
        raise UserError(str(error) if isinstance(error, TargetError) else f"{target}: {error}") from None
    wrong = probe(subject)
    if wrong is not None:
        raise UserError(f"{target}: {wrong}")
    outcomes = []
    with progress_line() as progress:
        for law in chosen:
            if progress is not None:
                progress(f"{target}: {law.title}")
            outcomes.append(run(law, subject, Options(examples=examples, seed=seed, name=target)))
    versions = dict(getattr(implementation, "versions", {}))
    if as_json:
        click.echo(json.dumps(as_data(target, device, versions, subject, outcomes), indent=2))
    else:
        _print(target, device, versions, chosen, outcomes)
    sys.exit(exit_code(outcomes, known))


def _split(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(","))


def exit_code(outcomes: Sequence[Outcome], known: Collection[str] = ()) -> int:
    """Return 1 if a law is broken, or one that is known to be broken holds, else 2 if one could not be run, else 0."""
    found = {outcome.outcome for outcome in outcomes if outcome.law not in known}
    if "broken" in found or any(outcome.outcome == "holds" for outcome in outcomes if outcome.law in known):
        return 1
    if not found and outcomes:
        return 0
    return 2 if "error" in found or found == {"unsupported"} else 0


def as_data(
    target: str, device: str, versions: dict[str, str], subject: Subject, outcomes: Sequence[Outcome]
) -> dict[str, Any]:
    """Return what `--json` prints: DESIGN section 5."""
    return {
        "schema": 1,
        "target": target,
        "device": device,
        "versions": versions,
        "traits": subject.traits.as_data() | {"keywords": sorted(subject.keywords)},
        "laws": [
            {
                "id": outcome.law,
                "outcome": outcome.outcome,
                "cases": outcome.cases,
                "exercised": outcome.exercised,
                "max_error": _number(outcome.max_error),
                "bound": _number(outcome.bound),
                "counterexample": _plain(outcome.counterexample),
                "note": outcome.note,
            }
            for outcome in outcomes
        ],
    }


def _number(value: float) -> float | str:
    """Return a number that JSON has; infinity and NaN as words."""
    return value if abs(value) < float("inf") else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return _number(value) if isinstance(value, float) else value


def _print(
    target: str,
    device: str,
    versions: dict[str, str],
    laws: Sequence[ConformanceLaw],
    outcomes: Sequence[Outcome],
) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    said = ", ".join(f"{package} {number}" for package, number in versions.items())
    click.echo(f"{target}{f' ({said})' if said else ''} on {device}")
    colours = {"holds": "green", "broken": "red", "error": "yellow", "unsupported": "dim"}
    table = Table("law", "outcome", "cases", "exercised", "worst error / bound", "note", box=None, pad_edge=False)
    for outcome in outcomes:
        note = escape(outcome.note if len(outcome.note) < 100 else outcome.note[:99] + "…")
        shown = "" if outcome.outcome == "unsupported" else _ratio(outcome)
        counts = (str(outcome.cases), str(outcome.exercised))
        table.add_row(outcome.law, f"[{colours[outcome.outcome]}]{outcome.outcome}[/]", *counts, shown, note)
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    titles = {law.id: law.title for law in laws}
    from proofs.laws.conformance.checking import failure  # noqa: PLC0415

    for outcome in outcomes:
        if outcome.outcome in {"broken", "error"}:
            click.echo(f"\n{failure(titles[outcome.law], outcome)}")
    counts_by = {kind: sum(outcome.outcome == kind for outcome in outcomes) for kind in colours}
    click.echo("\n" + ", ".join(f"{count} {kind}" for kind, count in counts_by.items() if count))


def _ratio(outcome: Outcome) -> str:
    if outcome.bound == 0:
        return "0 / 0" if outcome.max_error == 0 else f"{outcome.max_error:.1e} / 0"
    return f"{outcome.max_error:.1e} / {outcome.bound:.1e}"
