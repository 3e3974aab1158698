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
    "shown [below](#what-was-observed). – not offered: the target has no such option, or refused every call that was "
    "tried. ? too few cases: not enough of them could have shown a violation, so nothing is said. ! the target raised "
    "an exception."
)


def conformance_page(record: Data) -> str:
    """Return the Markdown of reports/conformance.md.

    Args:
        record: `runs` (one a target: target, family, versions, python, numpy, date, examples, seed, laws), `replays`,
            `promises` (title, targets, laws, promise, source, observed) and `laws` (id, title, statement) in order.
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
        "Every entry can be had again, the laws being those of its day, with `attention-proofs conform TARGET "
        "--examples N --seed S` in an environment with the [versions](#versions) below; all of them with "
        "`python tests/replays/replay.py`, which writes this page."
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
            f"| {until} | {expected} | `{each['target']}`: {each['narrowed_to']} |"
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
    "not by itself a bug of the package: the law may ask for more than was ever promised, and then that is said. What "
    "one and the same behaviour breaks stands together."
)
UNKNOWN = "Whether the documentation promises anything here is not recorded."


def _observations(record: Data) -> list[str]:
    """Return one section for each behaviour, and one for each broken law of which nothing is recorded."""
    titles = {law["id"]: law["title"] for law in record["laws"]}
    wrong = {
        (run["target"], law["id"]): law
        for run in record["runs"]
        for law in run["laws"]
        if state(law) in {"broken", "raised"}
    }
    out = []
    for promise in record["promises"]:
        pairs = {pair for pair in wrong if pair[0] in promise["targets"] and pair[1] in promise["laws"]}
        mine = {pair: wrong.pop(pair) for pair in list(wrong) if pair in pairs}
        if mine:
            source = f" ({promise['source']})" if promise["source"] else ""
            out += [f"### {promise['title']}", _where(mine, record["runs"], titles)]
            out += [f"Promised: {promise['promise'].strip()}{source}", f"Observed: {promise['observed'].strip()}"]
            out += _shown(mine)
    for pair, law in wrong.items():
        out += [f"### `{pair[0]}`: {titles[pair[1]]}", _where({pair: law}, record["runs"], titles), UNKNOWN]
        out += _shown({pair: law})
    return out or ["No law is broken."]


def _where(pairs: Mapping[tuple[str, str], Data], runs: Sequence[Data], titles: Mapping[str, str]) -> str:
    """Return the targets with their versions and the laws that a behaviour breaks, each law with its targets."""
    versions = {
        run["target"]: ", ".join(f"{name} {number}" for name, number in run["versions"].items())
        for run in runs
        if run["laws"]
    }
    targets = list(dict.fromkeys(target for target, _ in pairs))
    lines = ["Targets: " + "; ".join(f"`{target}` ({versions[target]})" for target in targets) + ".", "Laws:"]
    for name in dict.fromkeys(law for _, law in pairs):
        mine = [target for target in targets if (target, name) in pairs]
        only = "" if mine == targets else " (" + ", ".join(f"`{target}`" for target in mine) + ")"
        lines.append(f"- `{name}`: {titles[name]}{only}")
    return "\n\n".join(lines[:2]) + "\n\n" + "\n".join(lines[2:])


def _shown(pairs: Mapping[tuple[str, str], Data]) -> list[str]:
    """Return the shortest program of several, which says most, and what was raised."""
    codes = [law["code"] for law in pairs.values() if "code" in law]
    out = [_fenced(min(codes, key=len))] if codes else []
    raised = dict.fromkeys(law["note"] for law in pairs.values() if state(law) == "raised" and law.get("note"))
    if raised:
        out.append("Raised: " + "; ".join(f"`{note}`" for note in raised))
    return out


def _fenced(code: str) -> str:
    return f"```python\n{code}\n```"


def _laws(laws: Sequence[Data]) -> str:
    rows = ["| law | in words | what is held |", "|---|---|---|"]
    rows += [f"| `{law['id']}` | {_cell(law['title'])} | {_cell(law['statement'])} |" for law in laws]
    return "\n".join(rows)
