"""Math segments of Markdown, and where each of their characters stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs.audit.markdown import segments
from proofs.audit.source import read


def found(text):
    """Return (line, column, text) of each segment."""
    source = read(text.encode(), "d.md")
    return [(*source.place(s.offset(0)), s.text) for s in segments(source)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a $x$ b $y$", [(1, 4, "x"), (1, 10, "y")]),
        ("a\n$x$", [(2, 2, "x")]),
        ("$$x = 1$$", [(1, 3, "x = 1")]),
        ("text\n$$x$$\nmore", [(2, 3, "x")]),
        ("text $$x$$ more", [(1, 8, "x")]),
        ("> a $x$\n> $y\n> z$", [(1, 6, "x"), (2, 4, "y\nz")]),
        ("1. a\n   $$\n   x\n   $$", [(2, 6, "\nx\n")]),
        ("* > - $x$", [(1, 8, "x")]),
        ("# h $x$ #", [(1, 6, "x")]),
        ("| a | $x$ |\n|---|---|\n| $\\|y\\|$ | $z$ |", [(1, 8, "x"), (3, 5, "|y|"), (3, 14, "z")]),
        ("a\r\n\r\nb $x$", [(3, 4, "x")]),
        ("text\n\n\u00e9 $x$", [(3, 4, "x")]),
        ("II. a:\n    $$x$$", [(2, 7, "x")]),
    ],
)
def test_segments_are_found_in_place(text, expected):
    """Inline and display math in paragraphs, quotations, lists, headings and tables."""
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "`$x$`",
        "```\n$x$\n```",
        "~~~\n$$x$$\n~~~",
        "    $x$",
        "<!-- $x$ -->",
        r"\$5 and \$6",
        "costs $5",
        "$ $",
        "$$ $$",
        "",
    ],
)
def test_what_is_not_math_is_left_alone(text):
    """Code, comments, escaped and lone dollars hold no math."""
    assert found("a\n\n" + text) == []


@given(st.text(alphabet="a$\\ `\n>-|1.#\u00e9\r\t*", max_size=60))
def test_every_character_is_where_its_segment_says(text):
    """For any text, each character of each segment is the document's character at its offset."""
    try:
        source = read(("x" + text).encode(), "d.md")
    except ValueError:
        return
    for segment in segments(source):
        for index, character in enumerate(segment.text):
            if character not in "\n \t":
                assert source.text[segment.offset(index)] == character
