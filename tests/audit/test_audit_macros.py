r"""Macros that a text defines: what they become, and where each character of it stands."""

import json
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs.audit import Unreadable, audit_bytes
from proofs.audit.containers import segments
from proofs.audit.expansion import expanded
from proofs.audit.macros import Macros
from proofs.audit.segment import Segment
from proofs.audit.source import read


def texts(text, name="d.tex"):
    """Return the text of each segment with single blanks, or its problem."""
    return [s.problem or " ".join(s.text.split()) for s in segments(read(text.encode(), name))]


@pytest.mark.parametrize(
    ("definitions", "formula", "expected"),
    [
        (r"\newcommand{\R}{\mathbb{R}}", r"x \in \R", r"x \in \mathbb{R}"),
        (r"\newcommand\R{\mathbb{R}}", r"\R^2", r"\mathbb{R}^2"),
        (r"\newcommand* { \R } {\mathbb{R}\xspace}", r"\R^2", r"\mathbb{R}^2"),
        (r"\renewcommand{\phi}{\varphi}", r"\phi_1", r"\varphi_1"),
        (r"\providecommand{\R}{R}\providecommand{\R}{Q}", r"\R", "R"),
        (r"\DeclareRobustCommand{\R}{R}", r"\R", "R"),
        (r"\newcommand{\T}{\top}", r"x^\T y, {\T}y", r"x^\top y, {\top}y"),
        (r"\newcommand{\x}{y}", r"\alpha\x", r"\alpha y"),
        ("\\newcommand{\\R}{% the reals\n  \\mathbb{R}% }\n}", r"\R", r"\mathbb{R}"),
        (r"\newcommand{\norm}[1]{\left\lVert#1\right\rVert}", r"\norm{x} \norm y", None),
        (r"\newcommand{\dotp}[2]{#1 \cdot #2}", r"\dotp{a}{b}", r"a \cdot b"),
        (r"\newcommand{\dotp}[2]{#2 \cdot #1}", r"\dotp ab", r"b \cdot a"),
        (r"\newcommand{\pw}[2][2]{{#2}^{#1}}", r"\pw{x} + \pw[3]{x} + \pw[{]}]{x}", "{x}^{2} + {x}^{3} + {x}^{{]}}"),
        (r"\def\sq#1{#1 \cdot #1}", r"\sq{x}", r"x \cdot x"),
        (r"\def\f#1#2{#1 - #2}", r"\f{\f{a}{b}}{c}", "a - b - c"),
        (r"\gdef\R{R}", r"\R", "R"),
        (r"\def\1{x}", r"\1 2", "x 2"),
        (r"\DeclareMathOperator{\tr}{tr}", r"\tr(A)", r"\operatorname{tr}(A)"),
        (r"\DeclareMathOperator*\argmax{arg\,max}", r"\argmax_x", r"\operatorname*{argmax}_x"),
        (r"\DeclareMathOperator{\E}{\mathbb{E}}", r"\E", r"\mathbb{E}"),
        (r"\DeclarePairedDelimiter{\abs}{\lvert}{\rvert}", r"\abs{x}", r"\lvert x \rvert"),
        (r"\DeclarePairedDelimiter\abs\lvert\rvert", r"\abs*{x} \abs[\big]{y}", r"\lvert x \rvert \lvert y \rvert"),
        (r"\let\eps=\varepsilon \let\al\alpha", r"\eps\al", r"\varepsilon\alpha"),
        (r"\let\old\phi \renewcommand{\phi}{\old'}", r"\phi", r"\phi'"),
        (r"\let\phi\varphi \let\varphi\phi", r"\phi \varphi", r"\varphi \varphi"),
        (r"\newcommand{\a}{\b}\newcommand{\b}{\c x}\newcommand{\c}{z}", r"\a", "z x"),
        (r"\renewcommand{\alpha}{\alpha_0}", r"\alpha", r"\alpha_0"),
        (r"\newcommand{\a}{\b}\newcommand{\b}{\a}", r"\a", r"\a"),
        (r"\newcommand{\half}{\tfrac{1}{2}}", r"\frac\half\half", r"\frac{\tfrac{1}{2}}{\tfrac{1}{2}}"),
        (r"\newcommand{\vx}{\mathbf{x}}", r"\hat\vx_\vx", r"\hat{\mathbf{x}}_\mathbf{x}"),
        (r"\newcommand{\bpm}{\begin{pmatrix}}\newcommand{\epm}{\end{pmatrix}}", r"\bpm 1\epm", None),
        (r"\newcommand{\a}[1]{#1", r"\a{x}", r"\a{x}"),
        (r"\newcommand{\a}[2]{#1}", r"\a{x}", r"\a{x}"),
        (r"\newcommand{\a}{x}\def\a#1/#2{y}", r"\a 1/2", r"\a 1/2"),
        ("% \\newcommand{\\a}{x}\n\\verb|\\newcommand{\\a}{x}|", r"\a", r"\a"),
        ("\\begin{verbatim}\n\\newcommand{\\a}{x}\n\\end{verbatim}", r"\a", r"\a"),
        (r"\newcommand{\a}{x}", "b % \\a\n\\a", "b % \\a x"),
        (r"\newcommand{\a}{x}", r"\\a \ab", r"\\a \ab"),
    ],
)
def test_macros_are_replaced(definitions, formula, expected):
    """As TeX prints them."""
    expected = expected or {
        r"\norm{x} \norm y": r"\left\lVert x\right\rVert \left\lVert y\right\rVert",
        r"\bpm 1\epm": r"\begin{pmatrix} 1\end{pmatrix}",
    }.get(formula)
    preamble = "\\documentclass{article}\n" + definitions + "\n\\begin{document}\n"
    assert texts(f"{preamble}${formula}$\n\\end{{document}}") == [expected]


def test_the_last_definition_before_a_use_counts():
    """Or the first one after it, where none stands before."""
    text = r"$\a$ \newcommand{\a}{x} $\a$ $\renewcommand{\a}{y} \a$ \newcommand{\b}{\a} $\b$ \def\a{z} $\b$"
    assert texts(text) == ["x", "x", "y", "y", "z"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$\\newcommand{\\R}{\\mathbb{R}}$\n\n$x \\in \\R$", [r"x \in \mathbb{R}"]),
        ("$$\n\\newcommand{\\R}{R}\n\\newcommand{\\n}[1]{|#1|}\n$$\n\n$\\n{\\R}$", ["|R|"]),
        ("\\newcommand{\\R}{R}\n\n> $\\R$", ["R"]),
        ("```latex\n\\newcommand{\\R}{R}\n```\n\n$\\R$ `\\def\\R{x}`", [r"\R"]),
        ("```math\n\\newcommand{\\R}{R} \\R\n```\n\n~~~\n\\def\\R{x}\n~~~\n\n$\\R$", ["R", "R"]),
        ("$`\\def\\R{R}`$ $\\R$", ["R"]),
    ],
)
def test_markdown_defines_macros_in_math(text, expected):
    """A segment that only defines macros is no formula; code defines nothing."""
    assert texts(text, "d.md") == expected


def test_notebooks_define_macros_for_later_cells():
    """Each character stands in the notebook's JSON."""
    cells = [r"$\newcommand{\dotp}[2]{#1 \cdot #2}$", r"$\dotp{2}{3} = 7$"]
    notebook = json.dumps({"cells": [{"cell_type": "markdown", "source": cell} for cell in cells]})
    assert texts(notebook, "d.ipynb") == [r"2 \cdot 3 = 7"]
    document = audit_bytes(notebook.encode(), "d.ipynb")
    assert document.corrected_text == notebook.replace("= 7", "= 6")


PREAMBLE = r"""\newcommand{\dotp}[2]{#1 \cdot #2}
\newcommand{\pw}[2][2]{{#2}^{#1}}
\newcommand{\norm}[1]{\abs{\abs{#1}}}
\DeclarePairedDelimiter{\abs}{\lvert}{\rvert}
\DeclareMathOperator{\tr}{tr}
\newcommand{\mat}[1]{\begin{pmatrix}#1\end{pmatrix}}
\newcommand{\half}{\tfrac{1}{2}}
\newcommand{\is}[1]{= #1}
\begin{document}
"""


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (r"$\dotp{2}{3} = 7$", r"$\dotp{2}{3} = 6$"),
        (r"$\dotp{\dotp{2}{3}}{4} = \dotp{6}{4} = 25$", r"$\dotp{\dotp{2}{3}}{4} = \dotp{6}{4} = 24$"),
        (r"$x = 2 + 3 \is{6}$", r"$x = 2 + 3 \is{5}$"),
        (r"$\pw{3} = 8$ and $\pw[3]{2} = 9$", r"$\pw{3} = 9$ and $\pw[3]{2} = 8$"),
        (r"$\norm{-3} = 4$, $\abs*{-3} = 4$", r"$\norm{-3} = 3$, $\abs*{-3} = 3$"),
        (r"$\tr \mat{1 & 2 \\ 3 & 4} = 6$", r"$\tr \mat{1 & 2 \\ 3 & 4} = 5$"),
        (r"$2\mat{1 & 2} = \mat{2 & 5}$", r"$2\mat{1 & 2} = \mat{2 & 4}$"),
        (r"$\half + \half = 1.5$", r"$\half + \half = 1.0$"),
        ("\\begin{align}\n\\half &= 0.5 \\\\ \\dotp{2}\n{2} &= 5\n\\end{align}", None),
    ],
)
def test_wrong_numbers_are_found_and_corrected_in_their_places(wrong, right):
    """The document changes in the wrong numbers and nowhere else."""
    right = right or wrong.replace("&= 5\n", "&= 4\n")
    document = audit_bytes((PREAMBLE + wrong).encode(), "d.tex")
    assert document.corrected_text == PREAMBLE + right
    assert all(document.source.text[value.start].isdigit() for value in document.values if value.verdict == "wrong")
    assert audit_bytes(document.corrected_bytes, "d.tex").clean


def test_text_of_a_body_is_fixed_and_arguments_keep_their_places():
    """The body stands for the parts of the use around its arguments; numbers in it have places of their own."""
    text = r"a \def\f#1{1 + #1 + 22 + 3} $\f{45} \f6$"
    [segment] = segments(read(text.encode(), "d.tex"))
    assert segment.text == "1 + 45 + 22 + 3 1 + 6 + 22 + 3"
    at = text.index(r"\f{")
    places = [(segment.offset(index) - at, segment.end(index) - at) for index in range(len(segment.text))]
    assert places[:8] == [(0, 3)] * 4 + [(3, 4), (4, 5)] + [(5, 6)] * 2
    assert places[15] == (6, 7)
    # One letter in the name: the second number is at it, and so are those after it.
    assert places[16:] == [(7, 10)] * 4 + [(8, 10)] * 10
    assert segment.offset(len(segment.text)) == len(text) - 1


def test_arguments_out_of_turn_are_fixed():
    """No character comes before the one on its left: the second 3, and the 2 that was first, have no place."""
    text = r"\def\f#1#2{#2 + #1 + #2} $\f{2}{3}$"
    [segment] = segments(read(text.encode(), "d.tex"))
    at = text.index(r"\f{")
    assert segment.text == "3 + 2 + 3"
    assert [segment.offset(index) - at for index in range(9)] == [6] + [7] * 8


def doubling(count, last="x"):
    """Return macros each of which is the next one twice."""
    names = [f"\\{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(count + 1)]
    pairs = pairwise(names)
    return "".join(f"\\newcommand{{{a}}}{{{b}{b}}}" for a, b in pairs) + f"\\newcommand{{{names[-1]}}}{{{last}}}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (doubling(30) + r"$\aa = 1$", "its macros are nested more than 16 deep"),
        (doubling(15) + r"$\aa = 1$", "its macros make it too long (at most 50,000 characters are read)"),
        (doubling(15, "") + r"$\aa = 1$", "its macros make it too long (at most 50,000 characters are read)"),
        (r"\def\d#1{#1#1}" + "$" + r"\d{" * 17 + "1" + "}" * 17 + "=1$", "its macros are nested more than 16 deep"),
        (
            r"\def\d#1{#1#1#1#1#1}" + "$" + r"\d{" * 12 + "1" + "}" * 12 + "=1$",
            "its macros make it too long (at most 50,000 characters are read)",
        ),
        (doubling(15) + "$\\aa = 1$\n" * 3_000, "the macros of the document make it too long"),
        (
            r"\def\d#1{#1}$=1" + r"\d{" * 15_000 + "$",
            "its macros make it too long (at most 50,000 characters are read)",
        ),
        (r"\def\d#1{#1}$=1" + r"\def\d{" * 7_000 + "$", "its macros make it too long"),
        (r"\newcommand\d[1][]{#1}$=1" + r"\d[" * 15_000 + "$", "its macros make it too long"),
    ],
    ids=["deep", "long", "empty", "arguments", "copies", "many", "open", "definitions", "options"],
)
def test_bombs_end_in_a_named_cap(text, reason):
    """Quickly, and as `unread`."""
    start = time.perf_counter()
    document = audit_bytes(text.encode(), "d.tex")
    assert time.perf_counter() - start < 20
    assert document.findings
    assert all(finding.kind == "unread" for finding in document.findings)
    assert reason in document.findings[-1].message


@pytest.mark.parametrize(
    "piece",
    [
        "\\newcommand{\\a}{",
        "\\def\\a",
        "\\let\\a\\b ",
        "\\newcommand",
        "$\\a$",
        "$\\a{}$",
        "\\def\\a{$",
        "```\n`$",
        "%\n",
    ],
)
@pytest.mark.parametrize("name", ["d.md", "d.tex"])
def test_definitions_cost_their_length(piece, name):
    """Complete or not."""
    source = read((r"\newcommand{\a}{x}" + piece * (200_000 // len(piece))).encode(), name)
    start = time.perf_counter()
    segments(source)
    assert time.perf_counter() - start < 8


PIECES = [*"a1{}[]#$ \n", "\\a", "\\b", "\\norm", "*", "{2}", "$x=3$", "\\frac", "%", "\\\\", "0.5", "^", "\\def\\a{3}"]
BODIES = st.lists(st.sampled_from([*"x1# ", "#1", "#2", "\\a", "\\b", "\\norm", "\\frac", "{#1}", "22"]), max_size=6)


@st.composite
def documents(draw):
    """A few definitions and some uses of them."""
    bodies = ["".join(draw(BODIES)) for _ in range(2)]
    heads = [draw(st.sampled_from(["", "[1]", "[2]", "[1][5]", "[2][\\b]"])) for _ in range(2)]
    defined = "".join(
        f"\\newcommand{{{name}}}{head}{{{body}}}\n"
        for name, head, body in zip(["\\a", "\\b"], heads, bodies, strict=True)
    )
    pieces = draw(st.lists(st.sampled_from(PIECES), max_size=25))
    return defined + "\\DeclarePairedDelimiter{\\norm}{|}{|}\n$" + "".join(pieces) + "$"


@given(documents(), st.sampled_from(["d.tex", "d.md"]))
def test_offsets_never_decrease_and_stay_inside(text, name):
    """And a fixed run never stands at a digit, so that no number in it can be taken for one of the document."""
    try:
        source = read(text.encode(), name)
    except Unreadable:
        return
    for segment in segments(source):
        places = [segment.offset(index) for index in range(len(segment.text) + 1)]
        assert places == sorted(places)
        ends = [segment.end(index) for index in range(len(segment.text))]
        assert all(start < end <= len(text) for start, end in zip(places, ends, strict=False))
        fixed = segment.fixed or {}
        assert not any(text[segment.offset(index)].isdigit() for index in fixed)
        runs = [index for index, _ in segment.origins]
        assert runs[0] == 0
        assert runs == sorted(runs)
        for index, place in enumerate(places[:-1]):
            run = max(at for at in runs if at <= index)
            assert run in fixed or text[place] == segment.text[index]
    audit_bytes(text.encode(), name)


def collected(text):
    """Return the macros that a text defines."""
    out = Macros(len(text))
    out.collect(text)
    return out


@given(st.text(alphabet=st.sampled_from("\\ab{}[]#1$% \n")))
def test_segments_without_macros_are_left_alone(text):
    """Whatever is in them."""
    segment = Segment(text, [(0, 7)])
    assert expanded(segment, Macros()) is segment
    assert expanded(segment, collected(r"\newcommand{\zz}{x}")) is segment


WORDS = ["\\def", "\\let", "\\newcommand", "\\Declare", "MathOperator", "PairedDelimiter", *"\\a{}[]1#= %*"]


@given(st.lists(st.sampled_from(WORDS)).map("".join))
def test_any_text_can_be_searched_for_definitions(text):
    """Nothing but definitions comes out."""
    found = collected(text)
    assert all(found.meaning(name, 0) is None or name.startswith("\\") for name in found._found)
