"""The audit as a page: complete, deterministic, and inert."""

import pytest
from auditing import TRANSCRIPTION, audited

from proofs.audit import audit_file
from proofs.report.audit_report import audit_markdown
from proofs.report.audit_shown import visible
from proofs.report.audit_summary import summary


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
    assert lines[3] == "58 numbers wrong, from 40 independent mistakes."
    assert lines[4].startswith("Products that do not exist as printed were read row-wise")


def test_the_report_is_deterministic(page):
    """Same input, same bytes; no path of this machine."""
    assert audit_markdown(audit_file(TRANSCRIPTION)) == page
    assert str(TRANSCRIPTION.parent) not in page


def test_every_compared_value_has_a_row(page):
    """72 rows, each with as many cells as the head."""
    table = page.split("## Printed numbers")[1].split("##")[0]
    rows = [line for line in table.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + 72
    assert {row.count("|") for row in rows} == {9}
    [row] = [row for row in rows if "$score(x_1, x_1)$" in row]
    assert row.endswith("|  | 1.4 | 1.3 [1.32] (wrong) | 0.7 [0.73] (wrong) | **wrong** | here |")


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


def test_the_table_has_more_digits_and_the_first_mistake():
    """In brackets where they are not zero; `here`, or where the mistake stands that is carried on."""
    page = audit_markdown(audited("$x = 1/3 = 0.35$ $y = x + 1 = 1.35$ $z = 1/2 = 0.6$"))
    rows = [line for line in page.split("## Printed numbers")[1].splitlines() if line.startswith("| 1:")]
    assert rows == [
        "| 1:12 | $x$ |  | 0.35 | 0.33 [0.33333333] (wrong) | 0.33 [0.33333333] (wrong) | **wrong** | here |",
        "| 1:31 | $y$ |  | 1.35 | 1.35 (exact) | 1.33 [1.33333333] (wrong) | **wrong** | 1:12 |",
        "| 1:48 | $z$ |  | 0.6 | 0.5 (wrong) | 0.5 (wrong) | **wrong** | here |",
    ]


def test_a_page_of_some_findings():
    """Their numbers, and not the others; the counts stay those of the document."""
    document = audited("$x = 1 + 1 = 3$ $y = 2 + 2 = 5$ $z = q + 1 = 2$")
    page = audit_markdown(document, document.findings[:1])
    assert "| $x$ |" in page
    assert "| $y$ |" not in page
    assert "The numbers of the findings that were asked for." in page
    assert "2 numbers wrong, from 2 independent mistakes." in page
    assert page.count("None.") == 1


def test_a_name_is_set_as_math_where_it_is_a_word():
    """Not inside other words: a matrix named e is not in `the`."""
    page = audit_markdown(audited("$f = h + 1 = 3$ $a = g$"))
    [line] = [line for line in page.splitlines() if "undefined" in line]
    assert "$h$" in line
    assert "t$h$e" not in line


def test_the_sentence_on_mistakes():
    """Of what is wrong, in one sentence; none if nothing is. A number cut off is no mistake."""
    assert summary(audited("$x = 1 + 1 = 3$"))[3] == "1 number wrong, from 1 independent mistake."
    text = "$x = 1 + 1 = 3$ $y = 2/3 = 0.66$"
    assert summary(audited(text))[3] == "1 number wrong, from 1 independent mistake."
    assert len(summary(audited("$x = 1 + 1 = 2$"))) == 4


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb", "a b"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x7f\x9b", "\\x7f\\x9b"),
        ("\u202ex", "\\u202ex"),
        ("é 日", "é 日"),
        ("\u2028", "\\u2028"),
    ],
)
def test_control_characters_become_visible(text, shown):
    """What would move the cursor or turn the text around is shown as an escape."""
    assert visible(text) == shown
