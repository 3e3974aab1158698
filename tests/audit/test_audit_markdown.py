"""Math segments of Markdown, and where each of their characters stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs.audit.markdown import segments
from proofs.audit.source import read

ENVIRONMENTS_WITHOUT_DOLLARS = ["equation", "align", "gather", "eqnarray", "multline", "flalign", "alignat"]


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
        ("[^1]: $x = 1$", [(1, 8, "x = 1")]),
        ("$x$$y$ $$$ $z$", [(1, 2, "x"), (1, 5, "y"), (1, 13, "z")]),
        (r"a \(x = 1\) b \[y_1 = 2\]", [(1, 5, "x = 1"), (1, 17, "y_1 = 2")]),
        (r"a \\(x = 1\\) b \\[y_1 = 2\\]", [(1, 6, "x = 1"), (1, 20, "y_1 = 2")]),
        ("a \\(x =\n1\\)", [(1, 5, "x =\n1")]),
        ("\\[\nx = 1\n+ 2\n= 3\n\\]", [(1, 3, "\nx = 1\n+ 2\n= 3\n")]),
        ("> a\n> \\[\n> x = 1\n> \\]\n\n- \\(y = 2\\)", [(2, 5, "\nx = 1\n"), (6, 5, "y = 2")]),
        ("|a|\n|-|\n|\\(x = 1\\) `$y$` $y$|", [(3, 4, "x = 1"), (3, 19, "y")]),
        (r"\[ a \\[2pt] b = 1 \]", [(1, 3, r" a \\[2pt] b = 1 ")]),
        ("$$\nx\n- 1\n# = 3\n$$", [(1, 3, "\nx\n- 1\n# = 3\n")]),
        ("a $$\nx\n$$ b", [(1, 5, "\nx\n")]),
        ("```math\nx = 1\n```", [(2, 1, "x = 1\n")]),
        ("- ~~~ Math\n  x = 1\n  ~~~", [(2, 3, "x = 1\n")]),
        ("> ```{math}\n> :label: a\n> x = 1\n> ```", [(3, 3, "x = 1\n")]),
        (r"a \begin{math}x = 1\end{math}", [(1, 15, "x = 1")]),
        ("a $`x = 1`$ b", [(1, 5, "x = 1")]),
        ("<div>\n$x$ <code>$y$</code> $z$\n</div>", [(2, 2, "x"), (2, 23, "z")]),
        ("a <code>$y$</code> <b>$z$</b>", [(1, 24, "z")]),
        ("---\na: $x$\n\nb: c\n---\n$y$", [(6, 2, "y")]),
        ("---\na $x$\n\n---\n", [(2, 4, "x")]),
        ("costs $5 and $6 = cheap, $x = 1$", [(1, 27, "x = 1")]),
        ("$x = 1.22 $\n $ y $", [(1, 2, "x = 1.22 "), (2, 3, " y ")]),
        ("$x = 1.22 $and", [(1, 2, "x = 1.22 ")]),
        ("$HOME and $PATH, $x$", [(1, 19, "x")]),
    ],
)
def test_segments_are_found_in_place(text, expected):
    """Inline and display math in paragraphs, quotations, lists, headings and tables."""
    assert found(text) == expected


@pytest.mark.parametrize("name", [name + star for name in ENVIRONMENTS_WITHOUT_DOLLARS for star in ("", "*")])
def test_environments_need_no_dollars(name):
    """They are read with their names, at the start of a line, in quotations, in lists and in running text."""
    math = f"\\begin{{{name}}}\nx &= 1 \\\\\n- 2 &= 3\n\\end{{{name}}}"
    assert found(f"a\n{math}") == [(2, 1, math)]
    assert found("> " + math.replace("\n", "\n> ")) == [(1, 3, math)]
    assert found("1. a\n   " + math.replace("\n", "\n   ") + " b") == [(2, 4, math)]
    line = math.replace("\n", " ")
    assert found(f"a {line} b $y$") == [(1, 3, line), (1, len(line) + 7, "y")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$$\n\nx = 1\n\n$$\n\n$y$", [("x = 1", "a blank line"), ("y", "")]),
        ("a\n$$\nx = 1\n\ny = 2\n$$\n$z$", [("x = 1\n\ny = 2", "a blank line"), ("z", "")]),
        ("$$x = 1\n\n$$y$$", [("x = 1", "the $$ that opens it is not closed"), ("y", "")]),
        ("\\[\nx = 1\n\ny", [("x = 1", "the \\[ that opens it is not closed")]),
        ("a \\(x = 1", [("x = 1", "the \\( that opens it is not closed")]),
        ("a $x = 1 and so on", [("x = 1", "the $ that opens it is not closed")]),
        (
            "\\begin{align}\nx = 1\n\ny",
            [("\\begin{align}\nx = 1", "the \\begin{align} that opens it is not closed")],
        ),
        ("|a|b|\n|-|-|\n|$|x| = 1$|y|", [("|x| = 1", "a bar inside it")]),
    ],
)
def test_claims_that_cannot_be_read_are_named(text, expected):
    """What looks like a claim and is not closed where Markdown ends it is reported, and reading goes on after it."""
    got = [(s.text.strip(), s.problem) for s in segments(read(text.encode(), "d.md"))]
    assert [
        (math, problem[: len(start)]) for (math, problem), (_, start) in zip(got, expected, strict=True)
    ] == expected


@pytest.mark.parametrize(
    "text",
    [
        r"\[x\] \(see above\) \[1\] \(a\)",
        r"\(see Section 3, where the value = 2\)",
        r"\[file_1\] and \[link\](a_b)",
        "\\(see above",
        "$$\n\nprose\n\n$$",
        "<pre>\n$x = 1$\n\n$y = 1$\n</pre>",
        "<script>\n$x = 1$\n</script>",
        "<!--\n\n$x = 1$\n\n-->",
        '<a href="$x = 1$">b</a>',
        "<https://a.b/$x=1$>",
        "```tex\n\\begin{align}x = 1\\end{align}\n```",
        "`\\(x = 1\\)` `\\begin{align}x = 1\\end{align}`",
        "from $5 to $6 or US$6 = x",
        "only $5 = cheap",
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


PIECES = [*"a$\\ `\n>-|1.#=\u00e9\r\t*<", "\\(", "\\)", "\\[", "\\]", "$$", "x_1", "```math\n", "\n\n", "\r\n", "> "]
PIECES += [
    "\\begin{align}",
    "\\end{align}",
    "$`",
    "`$",
    "|a|\n|-|\n|",
    "\\|",
    "<pre>",
    "<code>",
    "</code>",
    "<!--",
    "-->",
]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_every_character_is_where_its_segment_says(text):
    """For any text, each character of each segment is the document's character at its offset."""
    source = read(("x" + text).encode(), "d.md")
    for segment in segments(source):
        for index, character in enumerate(segment.text):
            if character not in "\n \t":
                assert source.text[segment.offset(index)] == character
