"""The hook for pre-commit: its definition, and its entry called with file names as pre-commit calls it."""

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
[HOOK] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def called(files, *arguments, cwd):
    """Call the entry as pre-commit does: split like a shell's line, then the arguments, then the file names."""
    program, *rest = shlex.split(HOOK["entry"])
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    module, _, function = scripts[program].partition(":")
    path = f"import sys; sys.path.insert(0, {str(ROOT)!r})"
    code = f"{path}; from {module} import {function}; {function}(prog_name={program!r})"
    return subprocess.run(
        [sys.executable, "-c", code, *rest, *HOOK.get("args", []), *arguments, *files],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_definition_has_what_pre_commit_asks_for():
    """The keys that it requires, and none that it does not know."""
    assert HOOK["id"] == "attention-proofs-audit"
    assert HOOK["language"] == "python"
    known = {"id", "name", "description", "entry", "language", "files", "types", "require_serial"}
    assert {"id", "name", "entry", "language"} <= set(HOOK) <= known | {"minimum_pre_commit_version"}


def test_it_is_called_for_documents():
    """By what a name ends with."""
    wanted = ["a.md", "sub/b.markdown", "c.tex", "d.ipynb", "E.MD"]
    others = ["a.py", "md", "a.md.bak", "tex/x.png"]
    assert [name for name in [*wanted, *others] if re.search(HOOK["files"], name)] == wanted


def test_it_fails_with_findings_and_passes_without(tmp_path):
    """Exit codes are what pre-commit looks at; names with spaces and a leading dash after `./` are names."""
    (tmp_path / "a b.md").write_text("$x = 1 + 1 = 3$\n")
    (tmp_path / "ok.md").write_text("$x = 1 + 1 = 2$\n")
    done = called(["a b.md", "ok.md"], cwd=tmp_path)
    assert done.returncode == 1
    assert "a b.md:1:14: value: x is printed as 3, but it is 2." in done.stdout
    assert "2 files: 1 clean, 1 with findings" in done.stdout
    done = called(["ok.md"], cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_arguments_stand_before_the_names(tmp_path):
    """As `args` in a configuration: a selection, and a correction in place."""
    (tmp_path / "a.md").write_text("$x = 1 + 1 = 3$\n")
    assert called(["a.md"], "--only", "shape", cwd=tmp_path).returncode == 0
    assert called(["a.md"], "--in-place", cwd=tmp_path).returncode == 1
    assert (tmp_path / "a.md").read_text() == "$x = 1 + 1 = 2$\n"
    assert called(["a.md"], "--in-place", cwd=tmp_path).returncode == 0
