"""The audit as a page: complete, deterministic, and inert."""

import re

import pytest
from auditing import TRANSCRIPTION, audited

from proofs.audit import audit_file
from proofs.report.audit_report import audit_markdown
from proofs.report.audit_shown import visible
from proofs.report.audit_summary import summary
from proofs.report.audit_text import audit_text


@pytest.fixture(scope="module")
def page():
    """The report on the transcription."""
    return audit_markdown(audit_file(TRANSCRIPTION))


def test_the_summary_counts_in_plain_sentences():
    """How many numbers, how many right against the page and the inputs, how products were read."""
    lines = summary(audit_file(TRANSCRIPTION))
    assert lines[:3] == [
        "132 printed numbers with a claim; 60 are inputs, with nothing to compare.",
        "Against what is printed just before them: 14 of 36 right, 4 truncated, 18 wrong.",
        "Against the inputs, with nothing rounded on the way: 14 of 72 right, 58 wrong.",
    ]
    assert lines[3].startswith("Products that do not exist as printed were read row-wise")


def test_the_report_is_deterministic(page):
    """Same input, same bytes; no path of this machine."""
    assert audit_markdown(audit_file(TRANSCRIPTION)) == page
    assert str(TRANSCRIPTION.parent) not in page


def test_every_compared_value_has_a_row(page):
    """72 rows, each with as many cells as the head."""
    table = page.split("## Printed numbers")[1].split("##")[0]
    rows = [line for line in table.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + 72
    assert {row.count("|") for row in rows} == {8}
    assert re.search(
        r"\| \$score\(x_1, x_1\)\$ \|  \| 1\.4 \| 1\.3 \(wrong\) \| 0\.7 \(wrong\) \| \*\*wrong\*\* \|", table
    )


def test_the_corrected_example_stands_at_the_end(page):
    """Fenced math, so that no renderer touches its backslashes; with the exact values."""
    corrected = page.split("## The formulas as they should have been printed")[1]
    assert corrected.count("```math") == corrected.count("```") / 2
    assert "\\begin{bmatrix} 0.35 \\\\ 0.40 \\\\ 0.59 \\\\ 0.59 \\end{bmatrix}" in corrected
    assert "\\alpha_{21} = \\frac{e^{0.88}}{e^{0.88} + e^{0.36}} = 0.63" in corrected


def test_the_report_says_what_the_corrections_are(page):
    """Which column is used, why weights may not sum to one, what is carried."""
    about = page.split("## The formulas as they should have been printed")[1].split("```")[0]
    for words in ("*Expected from the inputs*", "rounded once", "may sum to 0.99", "`carried`"):
        assert words in about


def test_one_input_is_one_input():
    """Grammar."""
    assert summary(audited("$x = 1$"))[0] == "1 printed number with a claim; 1 is an input, with nothing to compare."


def test_counts_add_up(page):
    """The columns of the counts are 36, 72 and 132."""
    table = page.split("## Counts")[1].split("##")[0]
    rows = [line.split("|")[2:5] for line in table.splitlines() if line.startswith("|")][2:]
    assert [sum(int(row[column]) for row in rows) for column in range(3)] == [36, 72, 132]


def test_a_clean_document_says_so():
    """Nothing to correct and no other findings."""
    page = audit_markdown(audited("$x = 1 + 1 = 2$"))
    assert "Nothing to correct." in page
    assert "None." in page
    assert audit_markdown(audited("no math")).count("None.") == 2


def test_long_lines_are_cut_around_the_number():
    """A caret stands under its number even when the line is cut."""
    text = audit_text(audited("word " * 100 + "$x = 1 + 1 = 3$" + " word" * 100))
    line, marks = text.splitlines()[-2:]
    assert line[marks.index("^")] == "3"
    assert len(line) < 130


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb", "a b"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\u202ex", "\\u202ex"),
        ("é 日", "é 日"),
        ("\u2028", "\\u2028"),
    ],
)
def test_control_characters_become_visible(text, shown):
    """What would move the cursor or turn the text around is shown as an escape."""
    assert visible(text) == shown
