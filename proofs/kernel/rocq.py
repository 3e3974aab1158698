r"""Running Rocq: compile theories, check the compiled files again with `coqchk`, ask what each theorem assumes.

Theories are compiled in a folder of their own, below the user's cache, as many at once as there are cores; a theory
is compiled again only if its text, or that of one it requires, or the version of Rocq has changed.

Scope: Coq 8.16 and later, under its old command names or `rocq`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

from proofs.kernel.source import ROOT, Theorem, Theories

MOST_SECONDS = 300.0
"""One run of a tool that takes longer is stopped, and has failed."""
CORES = os.cpu_count() or 1
MAKER = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
"""Reports that another version of this module has made do not count."""
KEPT = 3
"""How many compiled folders stay in the cache."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Rocq:
    """The tools found on this machine: how to call the compiler and the checker, and their version."""

    compiler: tuple[str, ...]
    checker: tuple[str, ...]
    version: str


@dataclass(frozen=True)
class Report:
    """What Rocq said. assumes: the axioms below each theorem; failed: theorem or theory -> why; problems: of all."""

    assumes: Mapping[str, tuple[str, ...]]
    failed: Mapping[str, str]
    problems: tuple[str, ...]


def find() -> Rocq | None:
    """Return the tools of this machine, or None where Rocq is not installed or does not run."""
    candidates = (("coqc",), ("coqchk",)), (("rocq", "compile"), ("rocqchk",))
    for compiler, checker in candidates:
        if shutil.which(compiler[0]) and shutil.which(checker[0]):
            done = _run((*compiler, "--print-version"), Path.cwd())
            if done.returncode == 0 and done.stdout.strip():
                return Rocq(compiler, checker, done.stdout.split()[0])
    return None


def cache_folder() -> Path:
    """Return where compiled theories are kept: `attention-proofs` in the user's cache."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(base) / "attention-proofs" / "kernel"


def report(
    rocq: Rocq, theories: Theories, *, fresh: bool = False, deep: bool = False, progress: Progress | None = None
) -> Report:
    """Compile the theories, check them again and ask for the assumptions.

    Args:
        rocq: the tools.
        theories: what to check.
        fresh: use nothing kept from before.
        deep: let the checker go through what is required of the standard library too, which takes most of a minute.
        progress: is told what is being done.
    """
    try:
        kept = cache_folder() / rocq.version / MAKER
        kept.mkdir(parents=True, exist_ok=True)
    except OSError:  # a home that cannot be written to: work in a temporary folder and keep nothing
        with tempfile.TemporaryDirectory() as passing:
            return _report(rocq, theories, Path(passing), None, deep, progress)
    if not (fresh or deep):
        stored = _stored(kept / theories.digest)
        if stored is not None:
            return stored
    folder = Path(tempfile.mkdtemp(dir=kept, prefix="run-"))
    try:
        found = _report(rocq, theories, folder, None if fresh else _latest(kept), deep, progress)
        if not found.failed and not found.problems:
            _keep(folder, kept / theories.digest, found)
            _prune(kept)
        return found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _report(
    rocq: Rocq, theories: Theories, folder: Path, earlier: Path | None, deep: bool, progress: Progress | None
) -> Report:
    failed = _compile(rocq, theories, folder, earlier, progress)
    good = [name for name in theories.theories if name not in failed]
    problems: list[str] = []
    assumes: dict[str, tuple[str, ...]] = {}
    if good:
        if progress is not None:
            progress("kernel: coqchk")
        asked = [theorem for theorem in theories.theorems.values() if theorem.theory in good]
        with ThreadPoolExecutor(CORES) as pool:
            checking = pool.submit(_recheck, rocq, good, folder, deep)
            # Each answer walks through the library's proofs again: the questions are shared out among the cores.
            shares = [asked[k::CORES] for k in range(CORES)]
            for found, more in pool.map(lambda k: _assumptions(rocq, shares[k], f"Ask{k}", folder), range(CORES)):
                assumes.update(found)
                problems += more
            problems += checking.result()
    for theorem in theories.theorems.values():
        if theorem.theory in failed:
            failed[theorem.name] = failed[theorem.theory]
    return Report(assumes, failed, tuple(problems))


# -- compiling -------------------------------------------------------------------------------------------------


def keys(rocq: Rocq, theories: Theories) -> dict[str, str]:
    """Return what each compiled theory depends on: its text, that of what it requires, and the version."""
    out: dict[str, str] = {}
    for name, theory in theories.theories.items():
        parts = [rocq.version, theory.text, *(out[used] for used in theory.requires)]
        out[name] = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return out


def _compile(
    rocq: Rocq, theories: Theories, folder: Path, earlier: Path | None, progress: Progress | None
) -> dict[str, str]:
    """Compile every theory into `folder`, taking over unchanged ones; return theory -> error for those that fail."""
    wanted = keys(rocq, theories)
    had: Mapping[str, object] = _read_json(earlier / "keys.json") if earlier is not None else {}
    failed: dict[str, str] = {}
    sorter = TopologicalSorter({t.name: t.requires for t in theories.theories.values()})
    sorter.prepare()

    def build(name: str) -> str:
        target = folder / f"{name}.vo"
        (folder / f"{name}.v").write_text(theories.theories[name].text, encoding="utf-8", newline="\n")
        if earlier is not None and had.get(name) == wanted[name] and (earlier / target.name).is_file():
            shutil.copy2(earlier / target.name, target)
            return ""
        if progress is not None:
            progress(f"kernel: {name}.v")
        done = _run((*rocq.compiler, "-q", "-R", ".", ROOT, f"{name}.v"), folder)
        return "" if done.returncode == 0 and target.is_file() else _first_error(done)

    with ThreadPoolExecutor(CORES) as pool:
        running: dict[Future[str], str] = {}
        while sorter.is_active():
            for name in sorter.get_ready():
                broken = [used for used in theories.theories[name].requires if used in failed]
                if broken:
                    failed[name] = f"requires {broken[0]}.v, which fails"
                    sorter.done(name)
                else:
                    running[pool.submit(build, name)] = name
            finished = wait(running, return_when=FIRST_COMPLETED).done if running else ()
            for future in finished:
                name = running.pop(future)
                if future.result():
                    failed[name] = f"{name}.v does not compile: {future.result()}"
                sorter.done(name)
    (folder / "keys.json").write_text(json.dumps({n: k for n, k in wanted.items() if n not in failed}))
    return failed


def _first_error(done: subprocess.CompletedProcess[str]) -> str:
    text = " ".join(f"{done.stdout}\n{done.stderr}".split())
    where = re.search(r"line (\d+)", text)
    error = text[text.find("Error") :] if "Error" in text else text or "no output"
    return (f"line {where.group(1)}: " if where else "") + error[:300]


# -- checking --------------------------------------------------------------------------------------------------


def _recheck(rocq: Rocq, names: Iterable[str], folder: Path, deep: bool) -> list[str]:
    """Run the stand-alone checker over the compiled theories; unless `deep`, the standard library is taken as it is."""
    modules = [word for name in names for word in ([] if deep else ["-norec"]) + [f"{ROOT}.{name}"]]
    done = _run((*rocq.checker, "-R", ".", ROOT, "-silent", "-o", *modules), folder)
    if done.returncode != 0:
        return [f"coqchk: {' '.join((done.stdout + done.stderr).split())[:300] or 'failed'}"]
    return checker_problems(done.stdout + done.stderr)


def checker_problems(text: str) -> list[str]:
    """Read the checker's summary: no check was switched off, and no axiom is of our own making."""
    if "CONTEXT SUMMARY" not in text:
        return ["coqchk: no summary was printed"]
    out = []
    for heading, body in re.findall(r"^\* ([^:\n]+):(.*?)(?=^\* |\Z)", text, re.DOTALL | re.MULTILINE):
        entries = [entry for entry in body.split() if entry != "<none>"]
        if heading == "Axioms":
            out += [f"coqchk: {entry} is an axiom" for entry in entries if entry.startswith(f"{ROOT}.")]
        elif heading != "Theory" and entries:
            out.append(f"coqchk: {heading}: {' '.join(entries)}")
    return out


def _assumptions(
    rocq: Rocq, asked: Sequence[Theorem], name: str, folder: Path
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    lines = [f"From {ROOT} Require {theory}." for theory in sorted({theorem.theory for theorem in asked})]
    for theorem in asked:
        # The mark tells whose answer follows.
        lines += [
            f'Goal True. idtac "@@ {theorem.name}". Abort.',
            f"Print Assumptions {ROOT}.{theorem.theory}.{theorem.name}.",
        ]
    (folder / f"{name}.v").write_text("\n".join(lines) + "\n")
    done = _run((*rocq.compiler, "-q", "-R", ".", ROOT, f"{name}.v"), folder)
    if done.returncode != 0:
        return {}, [f"Print Assumptions: {_first_error(done)}"]
    found = printed_assumptions(done.stdout)
    missing = [t.name for t in asked if t.name not in found]
    return found, [f"Print Assumptions: no answer for {name}" for name in missing]


def printed_assumptions(text: str) -> dict[str, tuple[str, ...]]:
    """Read the answers of `Print Assumptions`, each after its mark; an answer of another form is left out."""
    out: dict[str, tuple[str, ...]] = {}
    for part in re.split(r"^@@ ", text, flags=re.MULTILINE)[1:]:
        name, _, answer = part.partition("\n")
        if "Closed under the global context" in answer:
            out[name.strip()] = ()
        elif "Axioms:" in answer:
            listed = answer.split("Axioms:", 1)[1]
            out[name.strip()] = tuple(sorted(re.findall(r"^([\w.']+)(?=\s*(?::|$))", listed, re.MULTILINE)))
    return out


# -- what is kept ----------------------------------------------------------------------------------------------


def _keep(folder: Path, place: Path, found: Report) -> None:
    (folder / "report.json").write_text(json.dumps({name: list(axioms) for name, axioms in found.assumes.items()}))
    try:
        folder.replace(place)
    except OSError:  # another run has put it there
        return


def _stored(place: Path) -> Report | None:
    if not (place / "report.json").is_file():
        return None
    return Report({name: tuple(axioms) for name, axioms in _read_json(place / "report.json").items()}, {}, ())


def _latest(kept: Path) -> Path | None:
    done = [place for place in kept.iterdir() if (place / "report.json").is_file()]
    return max(done, key=lambda place: place.stat().st_mtime) if done else None


def _prune(kept: Path) -> None:
    done = [place for place in kept.iterdir() if (place / "report.json").is_file()]
    for place in sorted(done, key=lambda place: place.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(place, ignore_errors=True)


def _read_json(path: Path) -> dict[str, list[str]]:
    try:
        data = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _run(command: Iterable[str], folder: Path) -> subprocess.CompletedProcess[str]:
    words = tuple(command)
    try:
        return subprocess.run(  # noqa: S603  # the words are ours: names of tools and of theories
            words, cwd=folder, capture_output=True, text=True, check=False, timeout=MOST_SECONDS
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(words, 124, "", f"{words[0]} took longer than {MOST_SECONDS:.0f} s")
    except OSError as error:
        return subprocess.CompletedProcess(words, 127, "", f"{words[0]} does not run: {error.strerror}")
