"""What the tests of the conformance suite share."""

import re
from pathlib import Path

import pytest

BUGS = Path(__file__).parents[3] / "shared" / "attention-bugs.md"


@pytest.fixture(scope="session")
def bug_threads():
    """Return the threads on the list of real bugs, as repository#number; skips where the list is not there."""
    if not BUGS.is_file():
        pytest.skip("the list of real bugs, ../shared/attention-bugs.md, is not here")
    text = BUGS.read_text(encoding="utf-8")
    lists = text[text.index("**Masks and the future**") : text.index("**Replays**")]
    found, repository = set(), ""
    for name, number in re.findall(r"([\w./-]*)#(\d+)", lists):
        repository = name or repository  # "transformers#10484, #17306"
        found.add(f"{repository}#{number}")
    assert len(found) >= 40
    return found
