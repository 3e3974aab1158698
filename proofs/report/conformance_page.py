"""What released attention code did under the laws: from plain data, the Markdown of reports/conformance.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Data = Mapping[str, Any]
"""A run, an outcome, a replay or a promise, as in `proofs/laws/conformance/record.json`."""

SYMBOLS = {
    "holds": "✓",
    "broken": "✗",
    "unsupported": "–",
    "few": "?",
    "raised": "!",
    "not run": " ",
}
LEGEND = (
    "✓ holds: no violation in all cases that were tried. ✗ broken: at least one case violates the law; a small one is "
    "shown [below](#what-was-observed). – not offered: the target has no such option, or refuses it. ? too few cases: "
    "not enough of the cases could have shown a violation, so nothing is said. ! the target raised an exception."
)


def conformance_page(record: Data) -> str:
    """Return the Markdown of reports/conformance.md.

    Args:
        record: `runs` (one a target: target, family, versions, python, numpy, date, examples, seed, laws), `replays`,
            `promises` (targets, laws, promise, source, observed) and `laws` (id, title, statement) in order.
    """
    runs = record["runs"]
    out = ["# Attention in released packages", _introduction(record)]
    out += ["## Which laws hold", LEGEND]
    for family in dict.fromkeys(run["family"] for run in runs):
        out += [f"### {family}", _matrix([run for run in runs if run["family"] == family], record["laws"])]
    out += ["## Versions", _versions(runs)]
    out += ["## Bugs of earlier releases, found again", REPLAYED, _replays(record)]
    out += ["## What was observed", OBSERVED, *_observations(record)]
    out += ["## The laws", _laws(record["laws"])]
    return "\n\n".join(out) + "\n"


def _introduction(record: Data) -> str:
    runs = [run for run in record["runs"] if run["laws"]]
    cases = sum(law["cases"] for run in runs for law in run["laws"])
    dates = sorted({run["date"] for run in runs})
    when = f"on {dates[0]}" if len(dates) == 1 else f"between {dates[0]} and {dates[-1]}" if dates else "never"
    return (
        "Attention has a definition, and from the definition follow laws: a masked key changes nothing, weights sum to "
        "one, a prefix gives the prefix of the result. Here implementations that people use, *targets*, are held to "
        f"them, as black boxes: {len(runs)} targets, {when}, on a CPU, {_count(cases)} cases in all. Each law comes "
        "with a tolerance, either zero or derived from the rounding of the dtype in use. A law that *holds* was "
        "corroborated on the cases that were tried; that is evidence, not proof. Where correct implementations may "
        "differ by convention, say in what a query gets that may attend to nothing, each is held to what it declares. "
        "Every entry can be had again with `attention-proofs conform TARGET --examples N --seed S`, in an environment "
        "with the [versions](#versions) below; all of them with `python tests/replays/replay.py`, which writes this "
        "page."
    )


def _count(number: int) -> str:
    return f"{number:,}"


def state(law: Data) -> str:
    """Return the key of SYMBOLS for an outcome: an "error" is an exception where a program shows it."""
    found = str(law["outcome"])
    if found != "error":
        return found
    return "raised" if "code" in law else "few"


def _matrix(runs: Sequence[Data], laws: Sequence[Data]) -> str:
    """Return laws as rows and targets as columns; heads break at hyphens, so they are not set as code."""
    rows = [
        "| law | " + " | ".join(run["target"] for run in runs) + " |",
        "|---|" + ":-:|" * len(runs),
    ]
    outcomes = [{law["id"]: law for law in run["laws"]} for run in runs]
    for law in laws:
        if not any(law["id"] in found for found in outcomes):
            continue
        marks = [SYMBOLS[state(found.get(law["id"], {"outcome": "not run"}))] for found in outcomes]
        rows.append(f"| `{law['id']}` | " + " | ".join(marks) + " |")
    failed = [f"- `{run['target']}` could not be run: {run['failed']}" for run in runs if "failed" in run]
    return "\n".join(rows) + ("\n\n" + "\n".join(failed) if failed else "")


def _versions(runs: Sequence[Data]) -> str:
    rows = [
        "| target | packages | Python | NumPy | date | examples, seed | cases | could have shown a violation |",
        "|---|---|---|---|---|---|--:|--:|",
    ]
    for run in runs:
        if "date" not in run:
            continue
        packages = ", ".join(f"{name} {version}" for name, version in run["versions"].items() if name != "numpy")
        cases, exercised = (sum(law[name] for law in run["laws"]) for name in ("cases", "exercised"))
        made = f"{run['examples']}, {run['seed']}"
        rows.append(
            f"| `{run['target']}` | {packages} | {run['python']} | {run['numpy']} | {run['date']} | {made} "
            f"| {_count(cases)} | {_count(exercised)} |"
        )
    return "\n".join(rows)


REPLAYED = (
    "Each row is a bug that a release had and that was reported or mended. The law is broken in the first version and "
    "holds in the second, on the same cases. An old release may have several bugs at once; so that one is seen and not "
    "its neighbours, a replay narrows the target to one dtype and few options, as said in the last column and done in "
    "`tests/replays/narrowed.py`."
)


def _replays(record: Data) -> str:
    titles = {law["id"]: law["title"] for law in record["laws"]}
    rows = [
        "| package | bug | law | broken in | holds in | as expected | target, narrowed to |",
        "|---|---|---|---|---|---|---|",
    ]
    shown = []
    for each in record["replays"]:
        found, gone = each["found"], each["gone"]
        until = "no release known" if gone is None else _ending(gone, "holds")
        expected = "yes" if each["as_expected"] else "**no**"
        thread = _thread(each["thread"])
        rows.append(
            f"| {each['package']} | {each['about']} ({thread}) | `{each['law']}` | {_ending(found, 'broken')} "
            f"| {until} | {expected} | `{each['target']}`: {each['narrowed']} |"
        )
        if "code" in found:
            summary = f"{each['package']} {found['version']}: {titles[each['law']]}"
            shown.append(f"<details><summary>{summary}</summary>\n\n{_fenced(found['code'])}\n\n</details>")
    return "\n\n".join(["\n".join(rows), *shown])


def _ending(side: Data, wanted: str) -> str:
    if side["outcome"] == wanted:
        return str(side["version"])
    note = f" ({side['note']})" if side.get("note") else ""
    return f"{side['version']}: **{side['outcome']}**{_cell(note)}"


def _thread(name: str) -> str:
    repository, _, number = name.partition("#")
    return f"[{name}](https://github.com/{repository}/issues/{number})" if number else name


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")


OBSERVED = (
    "For each broken law: what the documentation of the package promises, in our words, what was seen, and a program "
    "that shows it. `f` has the signature `f(q, k, v, *, mask=None, is_causal=False, scale=None, ...)` with "
    "q (B, H, L, E), k (B, H, S, E), v (B, H, S, Ev); in `mask`, True means that a query may attend. A broken law is "
    "not by itself a bug of the package: the law may ask for more than was ever promised, and then that is said. Laws "
    "that one and the same behaviour breaks stand together."
)
UNKNOWN = "Whether the documentation promises anything here is not recorded."


def _observations(record: Data) -> list[str]:
    titles = {law["id"]: law["title"] for law in record["laws"]}
    out = []
    for run in record["runs"]:
        wrong = {law["id"]: law for law in run["laws"] if state(law) in {"broken", "raised"}}
        if not wrong:
            continue
        packages = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
        out.append(f"### `{run['target']}` ({packages})")
        for names, promise in _grouped(list(wrong), run["target"], record["promises"]):
            out += _observation([wrong[name] for name in names], promise, titles)
    return out or ["No law is broken."]


def _grouped(names: Sequence[str], target: str, promises: Sequence[Data]) -> list[tuple[list[str], Data | None]]:
    """Return the broken laws in groups of one behaviour, each with what is known of it."""
    groups: list[tuple[list[str], Data | None]] = []
    left = list(names)
    for promise in promises:
        mine = [name for name in left if target in promise["targets"] and name in promise["laws"]]
        if mine:
            groups.append((mine, promise))
            left = [name for name in left if name not in mine]
    groups += [([name], None) for name in left]
    return sorted(groups, key=lambda group: list(names).index(group[0][0]))


def _observation(laws: Sequence[Data], promise: Data | None, titles: Mapping[str, str]) -> list[str]:
    heads = "; ".join(f"{titles[law['id']]} (`{law['id']}`)" for law in laws)
    out = [f"**{heads}**"]
    if promise is None:
        out.append(UNKNOWN)
    else:
        source = f" ({promise['source']})" if promise.get("source") else ""
        out.append(f"Promised: {promise['promise'].strip()}{source}\n\nObserved: {promise['observed'].strip()}")
    # The shortest program of a group says most.
    shortest = min((law for law in laws if "code" in law), key=lambda law: len(law["code"]), default=None)
    if shortest is not None:
        out.append(_fenced(shortest["code"]))
    notes = [f"`{law['id']}`: {law['note']}" for law in laws if law["outcome"] == "error" and law.get("note")]
    if notes:
        out.append("Raised: " + "; ".join(notes))
    return out


def _fenced(code: str) -> str:
    return f"```python\n{code}\n```"


def _laws(laws: Sequence[Data]) -> str:
    rows = ["| law | in words | what is held |", "|---|---|---|"]
    rows += [f"| `{law['id']}` | {_cell(law['title'])} | {_cell(law['statement'])} |" for law in laws]
    return "\n".join(rows)
