"""The audit for a terminal: sentences, source lines, and carets that stand under their numbers."""

import re
import unicodedata
from itertools import pairwise

import pytest
from auditing import TRANSCRIPTION, audited

from proofs.audit import audit_file
from proofs.report.audit_text import audit_text

ANSI = re.compile("\x1b\\[[0-9;]*m")


def columns(text):
    """Return the column of a terminal that each character of a line stands in, and the line's width."""
    out, column = [], 0
    for character in text:
        out.append(column)
        if unicodedata.category(character) not in {"Mn", "Me"} and not "\u1160" <= character <= "\u11ff":
            column += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return [*out, column]


def under_carets(text):
    """Return what stands above the carets of each marked line, in order."""
    found = []
    lines = text.splitlines()
    for line, marks in pairwise(lines):
        if re.fullmatch(r" +\| [ ^]*\^", marks):
            places = columns(line)
            found += [
                "".join(c for c, at in zip(line, places, strict=False) if run.start() <= at < run.end())
                for run in re.finditer(r"\^+", marks)
            ]
    return found


@pytest.mark.parametrize(
    "before",
    [
        "",
        "plain ",
        "a\t\ttabs\t",
        "日本語 全角ＡＢ ",
        "e\u0301 combining o\u0308\u0323 ",
        "\u1112\u1161\u11ab Hangul in parts ",
        "emoji 🎉👍🏽 ",
        "bidi \u202e\u2066 and joiners \u200d\ufe0f ",
        "form\ffeed and \u00a0 spaces\u3000 ",
        "word " * 200,
        "日本" * 100,
        "o\u0301" * 100,
        "\u202e" * 100,
    ],
)
@pytest.mark.parametrize("after", ["", " and 日本 more" * 50])
def test_carets_stand_under_the_number(before, after):
    """Whatever stands before it on the line, and how long the line is."""
    text = audit_text(audited(f"{before}$x = 1 + 1 = 3.25${after}\n"))
    assert under_carets(text) == ["3.25"]


def test_several_numbers_of_one_vector_share_a_line():
    """One sentence each, one source line."""
    text = audit_text(audited("$u = (1, 2, 3)$ $v = 2u = (3, 4, 5)$"))
    assert under_carets(text) == ["3", "5"]
    assert text.count(" | ") == 2


def test_numbers_far_apart_on_one_line_all_get_carets():
    """As many source lines as it takes."""
    entries = ", ".join(["1.0000000000000000000"] * 30)
    wrong = ", ".join(["3.0000000000000000000"] * 30)
    text = audit_text(audited(f"$u = ({entries})$ $v = 2u = ({wrong})$"))
    assert under_carets(text) == ["3.0000000000000000000"] * 30
    assert max(map(len, text.splitlines()[6:])) < 240


def test_long_lines_are_cut_around_the_number():
    """Three dots on both sides."""
    text = audit_text(audited("word " * 100 + "$x = 1 + 1 = 3$" + " word" * 100))
    line = text.splitlines()[-2]
    assert len(line) < 130
    assert re.fullmatch(r"  1 \| \.\.\..*\.\.\.", line)


def test_more_digits_where_they_say_more():
    """Not where they are zeros; both where both are wrong and differ; the wrong side alone otherwise."""
    sentences = [
        line.partition(": value: ")[2]
        for line in audit_text(
            audited("$x = 1/3 = 0.35$ $y = x + 1 = 1.35$ $z = 1/2 = 0.6$ $w = y/7 = 0.25$")
        ).splitlines()
        if ": value: " in line
    ]
    assert sentences == [
        "x is printed as 0.35, but it is 0.33. More exactly: 0.33333333.",
        (
            "y = 1.35 follows from the numbers printed before it, but the inputs give 1.33: "
            "the mistake in x on line 1 is carried on. More exactly: 1.33333333."
        ),
        "z is printed as 0.6, but it is 0.5.",
        "w is printed as 0.25, but it is 0.19. More exactly: 0.19285714 and 0.19047619.",
    ]


def test_colour_changes_nothing_else():
    """Without its escape sequences the text is the same; the kinds and carets have some."""
    document = audit_file(TRANSCRIPTION)
    plain, coloured = audit_text(document), audit_text(document, colour=True)
    assert ANSI.sub("", coloured) == plain
    assert "\x1b" not in plain
    assert "\x1b[31;1mshape\x1b[0m" in coloured
    assert "\x1b[36mnote\x1b[0m" in coloured


def test_some_findings_only():
    """The summary stays that of the document."""
    document = audited("$x = 1 + 1 = 3$ $y = 2 + 2 = 5$")
    text = audit_text(document, document.findings[1:])
    assert "x is printed" not in text
    assert "y is printed" in text
    assert "2 numbers wrong" in text


def test_a_long_line_with_many_findings_costs_little():
    """Each finding shows a piece of the line, and reads no more of it."""
    document = audited("word " * 200_000 + "$x = 1 + 1 = 3$ $y = 2 + 2 = 5$ " * 200)
    assert len(audit_text(document)) < 300_000
