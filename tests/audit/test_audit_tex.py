"""Math segments of plain TeX, and where each of their characters stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs.audit import Unreadable
from proofs.audit.containers import segments
from proofs.audit.source import read


def found(text):
    """Return (line, column, text) of each segment, with the problem of those that have one."""
    source = read(text.encode(), "d.tex")
    return [(*source.place(s.offset(0)), s.text, *[s.problem] * bool(s.problem)) for s in segments(source)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"a $x$ $$y$$ \(z\) \[w\]", [(1, 4, "x"), (1, 9, "y"), (1, 15, "z"), (1, 21, "w")]),
        ("a\r\n$x\r\n$ é $y$", [(2, 2, "x \n"), (3, 6, "y")]),
        (r"\[ \text{if $a$} = 1 \]", [(1, 3, r" \text{if $a$} = 1 ")]),
        (r"\begin{align*}x &= 1\end{align*}", [(1, 1, r"\begin{align*}x &= 1\end{align*}")]),
        (r"\begin {math} x \end {math}", [(1, 14, " x ")]),
        ("$x % not here: $\n$", [(1, 2, "x % not here: $\n")]),
        (r"5\% \$ $x$", [(1, 9, "x")]),
        (r"\\[2pt] $x$", [(1, 10, "x")]),
        (r"$a\$b$", [(1, 2, r"a\$b")]),
        ("\\newcommand{\\R}{$x$}\n% \\begin{document}\n\\begin{document}$y$\\end{document}$z$", [(3, 18, "y")]),
        (r"\url{a%b} $x$", [(1, 12, "x")]),
        ("$x = 1\n\n$y$", [(1, 2, "x = 1\n", "the $ that opens it is not closed in its paragraph"), (3, 2, "y")]),
        (
            "\\begin{gather}x = 1\n  \n\\end{gather} $y$",
            [
                (1, 1, "\\begin{gather}x = 1\n", "the \\begin{gather} that opens it is not closed in its paragraph"),
                (3, 15, "y"),
            ],
        ),
    ],
)
def test_segments_are_found_in_place(text, expected):
    """Every way of TeX to write math, its comments and its paragraphs."""
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "% $x$",
        r"\verb|$x$| \verb*+$x$+ \lstinline[language=C]!$x$! \mintinline{c}{$x$}",
        *(f"\\begin{{{name}}}\n\n$x$ % \n\\end{{{name}}}" for name in ("verbatim", "lstlisting", "minted", "comment")),
        "costs \\$5 and \\$6",
        "$ and\n\nso on",
    ],
)
def test_what_is_not_math_is_left_alone(text):
    """Comments, verbatim text, escaped dollars, and open ones that claim nothing."""
    assert found("a " + text) == []


PIECES = [*"a$\\ \n%{}1=|", "\\(", "\\)", "\\[", "\\]", "$$", "\\begin{align}", "\\end{align}", "\\verb", "\r\n", "\r"]
PIECES += ["\\begin{document}", "\\end{document}", "\\begin{verbatim}", "\\end{verbatim}", "\\url{", "\n\n"]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_every_character_is_where_its_segment_says(text):
    """For any text, each character of each segment is the document's character at its offset."""
    try:
        source = read(text.encode(), "d.tex")
    except Unreadable:
        return
    for segment in segments(source):
        for index, character in enumerate(segment.text):
            if character not in "\n ":
                assert source.text[segment.offset(index)] == character
