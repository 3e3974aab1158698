"""What the README shows is what the commands print."""

import re
import shlex
import subprocess
import sys
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
    path.write_text(BLOCK.sub(lambda m: f"<!-- output: {m[1]} -->\n```\n{printed(m[1])}```\n", text), encoding="utf-8")
