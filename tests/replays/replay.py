"""Replays: bugs that attention had in released packages, found by the laws and gone in later releases.

    python tests/replays/replay.py [--only NAME,...] [--out FILE] [--cache DIR] [--examples N] [--jobs N]

Makes a virtual environment for each set of pinned packages, with this project built from the checkout, runs
`attention-proofs conform` in it, and writes what came out to `proofs/laws/conformance/record.json`, from which
`reports/conformance.md` is rendered.  Exits with 1 if an expectation fails or a target could not be run.  It needs the
network; pytest does not collect it.  See README.md beside it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, TypeAlias

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE)]  # the checkout, whatever is installed

import narrowed  # noqa: E402

from proofs.laws.conformance.record import RECORD, record  # noqa: E402
from proofs.report.conformance_page import conformance_page  # noqa: E402
from proofs.run import MARK  # noqa: E402

PAGE = ROOT / "reports" / "conformance.md"

Packages: TypeAlias = tuple[str, ...]
Made: TypeAlias = dict[Packages, Path | str]
"""Environment -> its interpreter, or why there is none."""


@dataclass(frozen=True)
class Family:
    """Targets that share an environment, in which the newest releases are.

    Attributes:
        packages: what is installed. targets: what is run.
    """

    packages: Packages
    targets: tuple[str, ...]


FAMILIES = {
    "JAX": Family(
        ("jax", "flax", "keras"),
        ("jax", "flax", "flax-linen", "flax-mha", "flax-decode", "keras", "keras-mha", "keras-gqa"),
    ),
    "PyTorch": Family(
        # Pinned: the CPU build of this release is cheap to get, the newest one's wheels are large.
        ("torch==2.13.0", "transformers"),
        (
            "torch",
            "torch-math",
            "torch-flash",
            "torch-mha",
            "torch-mha-fused",
            "torch-flex",
            "transformers-eager",
            "transformers-eager-gemma2",
        ),
    ),
    "ONNX and NumPy": Family(
        ("onnxruntime", "onnx"),
        ("onnxruntime", "onnxruntime-past", "onnx-reference", "onnx-reference-past", "numeric"),
    ),
}
"""The slowest first, so that none of them is left alone at the end."""
TARGETS = [target for family in reversed(FAMILIES.values()) for target in family.targets]
"""In the order of the page."""
MORE = {"flax-linen": 3, "flax-decode": 6}
"""What the number of examples is multiplied by: of a target that refuses most calls, more must be planned."""


@dataclass(frozen=True)
class Replay:
    """A bug of a released package, the law that finds it, and the release in which it is gone.

    Attributes:
        name: for `--only`. package: whose bug. thread: where it was reported, for the record.
        about: the bug, in a few words. law: its id. part: a key of `narrowed.SLICES`.
        found, gone: requirements of the two environments; `gone` is None where no release without it is known.
    """

    name: str
    package: str
    thread: str
    about: str
    law: str
    part: str
    found: Packages
    gone: Packages | None


# onnxruntime runs its own copy of ONNX; the package onnx only writes the models.
REPLAYS = (
    Replay(
        "onnxruntime-grouped-heads",
        "onnxruntime",
        "onnx/onnx#7274",
        "grouped heads are tiled, not repeated: query head h reads key head h mod H_kv",
        "grouped_heads",
        "ort_grouped",
        ("onnxruntime==1.23.0", "onnx==1.23.2"),
        ("onnxruntime==1.24.4", "onnx==1.23.2"),
    ),
    Replay(
        "onnxruntime-empty-row",
        "onnxruntime",
        "microsoft/onnxruntime#28904",
        "a query that may attend to nothing gets the mean of all values",
        "empty_row",
        "ort_empty_row",
        ("onnxruntime==1.23.0", "onnx==1.23.2"),
        ("onnxruntime==1.28.0", "onnx==1.23.2"),
    ),
    Replay(
        "onnxruntime-float64-shape",
        "onnxruntime",
        "found by these laws",
        "float64 outputs come back without their axes of length 1",
        "dtype_and_shape",
        "ort_shape",
        ("onnxruntime==1.23.0", "onnx==1.23.2"),
        ("onnxruntime==1.24.4", "onnx==1.23.2"),
    ),
    Replay(
        "onnx-grouped-heads",
        "onnx",
        "onnx/onnx#7274",
        "grouped heads are tiled, not repeated, in the reference evaluator",
        "grouped_heads",
        "reference_grouped",
        ("onnx==1.19.0",),
        ("onnx==1.20.0",),
    ),
    Replay(
        "onnx-past-causal",
        "onnx",
        "onnx/onnx#7297",
        "with a cache, the causal mask falls on the past as well",
        "cache_step",
        "reference_past",
        ("onnx==1.19.0",),
        ("onnx==1.20.0",),
    ),
    Replay(
        "onnx-mask-causal",
        "onnx",
        "onnx/onnx#8068",
        "is_causal with a boolean mask is NaN: 0 times infinity",
        "mask_and_causal",
        "reference_mask_and_causal",
        ("onnx==1.19.0",),
        ("onnx==1.23.2",),
    ),
    Replay(
        "jax-window",
        "jax",
        "jax-ml/jax#32300",
        "a window is ignored unless a mask is given as well",
        "window_edges",
        "jax_window",
        ("jax==0.7.2",),
        ("jax==0.10.2",),
    ),
    Replay(
        "flax-decode",
        "flax",
        "google/flax#5591",
        "with decode=True and is_causal=True a step sees the first key alone",
        "accuracy",
        "flax_decode",
        ("flax==0.12.8", "jax==0.10.2"),
        None,
    ),
)


@dataclass(frozen=True)
class Settings:
    """Where environments are kept, and how a run is made."""

    cache: Path
    wheel: Path
    examples: int
    seed: int
    timeout: int


def command(*arguments: object, cwd: Path | None = None, timeout: int | None = None) -> tuple[int, str, str]:
    """Run a command; return its exit code (-1 if it took too long) and what it printed."""
    words = [str(argument) for argument in arguments]
    try:
        done = subprocess.run(words, cwd=cwd, timeout=timeout, capture_output=True, text=True, check=False)
    except subprocess.TimeoutExpired:
        return -1, "", f"stopped after {timeout} s"
    return done.returncode, done.stdout, done.stderr


def built(folder: Path) -> Path:
    """Return a wheel of the checkout, made from a copy: a build leaves files where it works."""
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("attention", "proofs"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    code, out, error = command(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, source)
    if code:
        raise SystemExit(f"the project does not build:\n{out}{error}")
    (wheel,) = folder.glob("*.whl")
    return wheel


def environment(packages: Packages, settings: Settings) -> Path:
    """Return the interpreter of the environment with these packages; it is made if the cache does not have it.

    The project is installed anew each time, the packages are not: remove the cache to get newer ones.
    """
    folder = settings.cache / "_".join(packages).replace("==", "-")
    python = folder / "bin" / "python"
    ready = folder / "ready"
    pip = (python, "-m", "pip", "install", "--quiet")
    steps: list[tuple[object, ...]] = []
    if not ready.exists():
        shutil.rmtree(folder, ignore_errors=True)
        steps.append((sys.executable, "-m", "venv", folder))
        steps.append((*pip, *packages, settings.wheel))
    else:
        # The version of the project is the same: first its files, then what it needs by now.
        steps.append((*pip, "--no-deps", "--force-reinstall", settings.wheel))
        steps.append((*pip, *packages, settings.wheel))
    for step in steps:
        code, out, error = command(*step)
        if code:
            raise RuntimeError((error.strip() or out.strip()).splitlines()[-1])
    ready.touch()
    return python


def environments(wanted: set[Packages], pool: Executor, settings: Settings) -> Made:
    """Return the interpreter of each environment, or why there is none."""

    def attempt(packages: Packages) -> Path | str:
        try:
            return environment(packages, settings)
        except RuntimeError as error:
            say(f"{', '.join(packages)}: {error}")
            return clean(str(error))

    ordered = sorted(wanted)
    return dict(zip(ordered, pool.map(attempt, ordered), strict=True))


def conform(
    python: Path | str, target: str, laws: tuple[str, ...], examples: int, settings: Settings
) -> dict[str, Any]:
    """Return a run as it is recorded; `failed` says why there are no laws in it."""
    if isinstance(python, str):
        return {"target": target, "laws": [], "failed": python}
    options = ["--json", "--examples", examples, "--seed", settings.seed]
    if laws:
        options += ["--laws", ",".join(laws)]
    about = "import json, platform, numpy; print(json.dumps([platform.python_version(), numpy.__version__]))"
    _, versions, _ = command(python, "-c", about)
    python_version, numpy_version = json.loads(versions)
    found: dict[str, Any] = {
        "target": target,
        "versions": {},
        "device": "cpu",
        "python": python_version,
        "numpy": numpy_version,
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "examples": examples,
        "seed": settings.seed,
    }
    # narrowed.py is found in the current folder, the project in the environment alone.
    words = [python.with_name("attention-proofs"), "conform", target, *options]
    code, out, error = command(*words, cwd=HERE, timeout=settings.timeout)
    if code < -1:  # ended by a signal from outside, which says nothing about the target
        code, out, error = command(*words, cwd=HERE, timeout=settings.timeout)
    try:
        said = json.loads(out)
    except ValueError:
        lines = [line for line in error.splitlines() if line.strip()] or [f"exit code {code}"]
        return {**found, "laws": [], "failed": clean(lines[-1])}
    declared = {name: said["traits"][name] for name in ("alignment", "empty_row", "dtypes", "keywords")}
    outcomes = [compact(law) for law in said["laws"]]
    return {**found, "versions": said["versions"], "device": said["device"], "traits": declared, "laws": outcomes}


NUMBERS = ("cases", "exercised", "max_error", "bound")
CODE_LINES, CODE_WIDTH = 60, 400
"""Longest counterexample that is kept whole."""


def compact(law: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of an outcome: no calls, and code only where something is wrong."""
    kept = {"id": law["id"], "outcome": law["outcome"], **{name: law[name] for name in NUMBERS}}
    if law["note"]:
        kept["note"] = clean(law["note"])[:160]
    code = (law["counterexample"] or {}).get("code")
    if code is not None:
        lines = [line if len(line) <= CODE_WIDTH else line[:CODE_WIDTH] + " ..." for line in clean(code).splitlines()]
        if len(lines) > CODE_LINES:
            lines = [*lines[:CODE_LINES], "# ..."]
        kept["code"] = "\n".join(lines).strip("\n")
    return kept


def clean(text: str) -> str:
    """Return a text without the paths of this machine."""
    return re.sub(r"(?<![\w.])/(?:[\w.+-]+/)+", "", text)


def outcome(run: dict[str, Any], law: str) -> dict[str, Any]:
    """Return the outcome of a law in a run, with the reason if there is none."""
    for each in run["laws"]:
        if each["id"] == law:
            return dict(each)
    return {"id": law, "outcome": "not run", "note": run.get("failed", "")}


def replayed(replay: Replay, made: Made, settings: Settings) -> dict[str, Any]:
    """Run a replay on both releases, and compare with what is expected."""
    target = f"narrowed:{replay.part}"

    def on(packages: Packages) -> dict[str, Any]:
        shown = dict(each.split("==") for each in packages)
        # A slice refuses most calls, which costs nothing: enough must be left to show a violation.
        run = conform(made[packages], target, (replay.law,), 10 * settings.examples, settings)
        kept = {name: run[name] for name in ("date", "python", "numpy", "examples", "seed") if name in run}
        return {"version": shown[replay.package], **outcome(run, replay.law), **kept}

    found = on(replay.found)
    gone = None if replay.gone is None else on(replay.gone)
    expected = found["outcome"] == "broken" and (gone is None or gone["outcome"] == "holds")
    if gone is not None:
        gone.pop("code", None)
    return {
        "name": replay.name,
        "package": replay.package,
        "thread": replay.thread,
        "about": replay.about,
        "law": replay.law,
        "target": narrowed.SLICES[replay.part].target,
        "narrowed_to": narrowed.SLICES[replay.part].says(),
        "found": found,
        "gone": gone,
        "as_expected": expected,
    }


def current(name: str, target: str, made: Made, settings: Settings) -> dict[str, Any]:
    """Run a target of a family on the newest releases."""
    started = monotonic()
    examples = settings.examples * MORE.get(target, 1)
    run = conform(made[FAMILIES[name].packages], target, (), examples, settings)
    say(f"{target}: {tally(run)} ({monotonic() - started:.0f} s)")
    return {"family": name, **run}


def tally(run: dict[str, Any]) -> str:
    """Return how many laws had which outcome."""
    if "failed" in run:
        return run["failed"]
    outcomes = [law["outcome"] for law in run["laws"]]
    return ", ".join(f"{outcomes.count(each)} {each}" for each in dict.fromkeys(outcomes))


def say(line: str) -> None:
    """Print a line at once: a run takes minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def chosen(only: str | None) -> tuple[list[Replay], dict[str, tuple[str, ...]]]:
    """Return the replays and the targets that are asked for: names of replays, targets or families, "replays"."""
    names = {name.strip() for name in only.split(",")} if only else set()
    replays = [r for r in REPLAYS if not names or names & {r.name, "replays"}]
    families = {
        name: tuple(t for t in family.targets if not names or names & {t, name, "current"})
        for name, family in FAMILIES.items()
    }
    known = {"replays", "current", *FAMILIES}
    known |= {r.name for r in REPLAYS} | set(TARGETS)
    unknown = names - known
    if unknown:
        raise SystemExit(f"--only: expected some of {', '.join(sorted(known))}; got {', '.join(sorted(unknown))}")
    return replays, {name: targets for name, targets in families.items() if targets}


def merged(old: list[dict[str, Any]], new: list[dict[str, Any]], key: str, order: list[str]) -> list[dict[str, Any]]:
    """Return the entries of an earlier record with the new ones in their places, in the order of this file."""
    entries = {entry[key]: entry for entry in [*old, *new]}
    return [entries[name] for name in order if name in entries]


def written(path: Path, runs: list[dict[str, Any]], replays: list[dict[str, Any]]) -> None:
    """Write the record; what was not run now is kept from before."""
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"runs": [], "replays": []}
    data = {
        "schema": 1,
        "runs": merged(before["runs"], runs, "target", TARGETS),
        "replays": merged(before["replays"], replays, "name", [replay.name for replay in REPLAYS]),
    }
    path.write_text(laid_out(data), encoding="utf-8", newline="\n")


def laid_out(data: dict[str, Any]) -> str:
    """Return JSON with a line for each outcome and each replay: a change of one is a change of one line."""

    def line(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    runs = []
    for run in data["runs"]:
        head = line({name: value for name, value in run.items() if name != "laws"})[:-1]
        laws = ",\n".join(f"    {line(law)}" for law in run["laws"])
        runs.append(f'  {head}, "laws": [\n{laws}\n  ]}}')
    replays = [f"  {line(replay)}" for replay in data["replays"]]
    parts = [f'"schema": {data["schema"]}']
    parts += [f'"{name}": [\n' + ",\n".join(rows) + "\n ]" for name, rows in (("runs", runs), ("replays", replays))]
    return "{\n " + ",\n ".join(parts) + "\n}\n"


def table(replays: list[dict[str, Any]]) -> str:
    """Return the replays as a table for the terminal."""
    rows = [("package", "law", "version", "outcome", "version", "outcome", "")]
    for each in replays:
        gone = each["gone"] or {"version": "-", "outcome": "-"}
        ends = (each["found"]["version"], each["found"]["outcome"], gone["version"], gone["outcome"])
        rows.append((each["package"], each["law"], *ends, "as expected" if each["as_expected"] else "NOT AS EXPECTED"))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def main() -> int:
    """Run what is asked for, write the record and the page, and return the exit code."""
    parser = argparse.ArgumentParser(description="Replays on released packages; see README.md beside this script.")
    parser.add_argument("--only", help="names of replays, targets or families; 'replays' or 'current' for all of them")
    parser.add_argument("--out", type=Path, help="where the record goes, instead of the package; no page is written")
    parser.add_argument("--cache", type=Path, help="keep the environments here, and use those that are here")
    parser.add_argument("--examples", type=int, default=60, help="calls planned for each law (default 60)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2, help="commands that run at a time (default 2)")
    parser.add_argument("--timeout", type=int, default=900, help="seconds for one target (default 900)")
    given = parser.parse_args()
    replays, families = chosen(given.only)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        cache = (given.cache or folder / "environments").resolve()
        cache.mkdir(parents=True, exist_ok=True)
        settings = Settings(cache, built(folder), given.examples, given.seed, given.timeout)
        wanted = {FAMILIES[name].packages for name in families}
        wanted |= {side for replay in replays for side in (replay.found, replay.gone) if side is not None}
        with ThreadPoolExecutor(given.jobs) as pool:
            made = environments(wanted, pool, settings)
            named = [(name, target) for name, targets in families.items() for target in targets]
            working = [pool.submit(current, name, target, made, settings) for name, target in named]
            replaying = [pool.submit(replayed, replay, made, settings) for replay in replays]
            runs, found = ([future.result() for future in futures] for futures in (working, replaying))
    written(given.out or RECORD, runs, found)
    if given.out is None:
        PAGE.write_text(f"{conformance_page(record())}\n{MARK}\n", encoding="utf-8", newline="\n")
    if found:
        say(table(found))
    missed = [each["name"] for each in found if not each["as_expected"]]
    missed += [run["target"] for run in runs if "failed" in run]
    say(f"not as expected: {', '.join(missed)}" if missed else "all as expected")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
