"""What the README shows is what the commands print."""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"<!-- output: (.+?) -->\n```\n(.*?)```\n", re.DOTALL)


def printed(command: str) -> str:
    """Run a command of the README, with an optional `| head -N`, and return what it prints."""
    line, _, head = command.partition(" | head -")
    program, *arguments = shlex.split(line)
    assert program == "attention-proofs"
    run = subprocess.run(
        [sys.executable, "-m", "proofs", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.stderr == ""
    lines = [text.rstrip() for text in run.stdout.splitlines()]
    return "\n".join(lines[: int(head)] if head else lines) + "\n"


FAILURE = re.compile(r"<!-- failure: np.tril one too many -->\n```\n(.*?)```\n", re.DOTALL)


def example(name: str) -> str:
    """Return a file that the README shows, by its name."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- example: {re.escape(name)} -->\n```python\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1]


def failure(folder: Path) -> str:
    """Return what the command prints of the README's function with a triangle that is one key too large."""
    before = "np.tril(np.ones(allowed.shape[2:], dtype=bool))"
    source = example("my_attention.py")
    assert before in source
    (folder / "my_attention.py").write_text(source.replace(before, f"{before[:-1]}, 1)"), encoding="utf-8")
    command = [sys.executable, "-m", "proofs", "conform", "my_attention:attention", "--laws", "causality"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 1, run.stderr
    return run.stdout[run.stdout.index("causality: broken") :].rpartition("\n\n")[0].rstrip() + "\n"


def test_the_failure_in_the_readme_is_what_is_printed(tmp_path):
    """The README's function, wrong by one key, and the program that the command prints for it."""
    (shown,) = FAILURE.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert shown == failure(tmp_path)


@pytest.mark.parametrize(("command", "shown"), BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8")))
def test_output_in_the_readme_is_what_the_command_prints(command, shown):
    """Each block marked with its command holds that command's output."""
    assert shown == printed(command)


def test_the_readme_shows_output():
    """The pattern still finds the blocks that it should compare."""
    assert len(BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))) == 2


def test_links_of_the_readme_lead_somewhere():
    """Every relative link of the README names a file."""
    for target in re.findall(r"\]\(([^)#]+)", (ROOT / "README.md").read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target


if __name__ == "__main__":  # python tests/command/test_readme.py writes the blocks anew
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8")
    text = BLOCK.sub(lambda m: f"<!-- output: {m[1]} -->\n```\n{printed(m[1])}```\n", text)
    with tempfile.TemporaryDirectory() as folder:
        broken = failure(Path(folder))
    text = FAILURE.sub(lambda _: f"<!-- failure: np.tril one too many -->\n```\n{broken}```\n", text)
    path.write_text(text, encoding="utf-8")
