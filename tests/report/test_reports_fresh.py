"""`reports/` is what a run writes: regenerated here, compared with what is committed."""

import re
from pathlib import Path

import pytest

from proofs import run

ROOT = Path(__file__).parents[2]
REPORTS = ROOT / "reports"


@pytest.fixture(scope="module")
def before_and_after(results):
    """Return the reports' text before and after regenerating them in place."""

    def texts():
        return {str(p.relative_to(REPORTS)): p.read_bytes() for p in sorted(REPORTS.rglob("*.md"))}

    before = texts()
    assert not results.failed
    written = run.write_reports(results, REPORTS)
    assert all(path.exists() for path in written)
    return before, texts()


def test_reports_are_fresh(before_and_after):
    """Running it again writes the same bytes (on failure the fresh reports are already in place)."""
    before, after = before_and_after
    assert set(before) == set(after)
    assert [name for name in after if after[name] != before[name]] == []


def test_links_between_reports_lead_somewhere(before_and_after):
    """Every relative link and picture names a file."""
    _, after = before_and_after
    for name, content in after.items():
        text = re.sub(r"```.*?```|`[^`\n]*`", "", content.decode(), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#]+)", text):
            if not target.startswith("http"):
                assert (REPORTS / name).parent.joinpath(target).exists(), (name, target)


def test_math_is_safe_for_github(before_and_after):
    """In `$...$` no backslash stands before punctuation that Markdown would eat, and no bare < or |."""
    _, after = before_and_after
    claims = {name: text.decode() for name, text in after.items() if name.startswith("claims/")}
    seen = 0
    for name, text in claims.items():
        for math in re.findall(r"\$\$?([^$\n]+)\$\$?", re.sub(r"`[^`\n]*`", "", text)):
            seen += 1
            assert not re.search(r"\\[{}_#,;!|*]|[<|]", math), (name, math)
    assert seen > 1000


def test_every_report_says_how_to_rerun_it(before_and_after):
    """A formal claim's page ends with its command."""
    _, after = before_and_after
    pages = {name: text.decode() for name, text in after.items() if name.startswith("claims/")}
    for name, text in pages.items():
        if "not formal" not in text.split("\n")[2]:
            assert f"`attention-proofs verify {Path(name).stem}`" in text
