"""Hostile and broken documents: a clear refusal or an `unread` finding, quickly, and never a crash."""

import json
import os
import time

import pytest
from auditing import assert_nothing_wrong, audited
from fragments import HOLE, PAGES, SIGNS, STATEMENTS, TEMPLATES
from hypothesis import example, given
from hypothesis import strategies as st
from invariants import assert_sound

from proofs.audit import Unreadable, audit_bytes, audit_file
from proofs.report.audit_report import audit_markdown
from proofs.report.audit_text import audit_text

SECONDS = 10
"""The promise. The inputs below take well under one second each, so a slow machine does not fail it."""

ROW = "&".join(["0.1"] * 1000)
SQUARE = "\\begin{bmatrix}" + "\\\\".join(["&".join(["0.1"] * 100)] * 100) + "\\end{bmatrix}"
UNREAD = {
    "unbalanced braces": "$x = \\frac{1}{2 = 3$",
    "unbalanced bracket": "$x = }1$",
    "tower of powers": "$x = 9^{9^{9}} = 3$",
    "large power": "$x = 2^{1000000} = 3$",
    "large exponent": "$x = e^{1000000} = 3$",
    "5,000 parentheses": "$x = " + "(" * 5000 + "1" + ")" * 5000 + " = 1$",
    "5,000 braces": "$x = " + "{" * 5000 + "1" + "}" * 5000 + " = 1$",
    "5,000 fractions": "$x = " + "\\frac{1}{" * 5000 + "1" + "}" * 5000 + " = 1$",
    "5,000 powers": "$x = " + "2^{" * 5000 + "1" + "}" * 5000 + " = 1$",
    "5,000 subscripts": "$x_" + "{a_" * 5000 + "1" + "}" * 5000 + " = 1$",
    "5,000 bars": "$x = " + "|" * 5000 + " = 1$",
    "5,000 scripts": "$x = x^{2" + "}^{2" * 5000 + "} = 1$",
    "1,000 x 1,000 matrix": "$A = \\begin{bmatrix}" + "\\\\".join([ROW] * 1000) + "\\end{bmatrix}$",
    "product of 100 x 100 matrices": f"$A = {SQUARE}$ $B = A A = {SQUARE}$",
    "20,000 digits": "$x = " + "9" * 20_000 + "$",
    "a billion terms": "$x = \\sum_{i=1}^{10^{9}} i = 3$",
    "sums of sums of sums": "$x = " + "".join(f"\\sum_{{{k}=1}}^{{1000}} " for k in "ijk") + "1 = 3$",
    "squares of squares": "$y_0 = 3$ " + "".join(f"$y_{{{i + 1}}} = y_{{{i}}} y_{{{i}}} = 1$ " for i in range(20)),
    "long way back": "$y_0 = 1$ "
    + "".join(f"$y_{{{i + 1}}} = y_{{{i}}} + 1$ " for i in range(900))
    + "$y_{900} = y_{899} + 1 = 901$",
    "5,000 divisions": "$x = 1" + "/2" * 5000 + " = 1$",
    "5,000 transposes": "$x = y" + "^T" * 5000 + " = 1$",
    "calls in a circle": "$f(x) = g(x+1)$ $g(x) = f(x+1)$ $f(1) = 2$",
    "division by zero": "$x = 1/0 = 3$",
    "root of a negative number": "$x = \\sqrt{-1} = 3$",
}


def timed(function, *arguments):
    """Call a function and fail if it takes longer than promised."""
    __tracebackhide__ = True
    start = time.perf_counter()
    out = function(*arguments)
    took = time.perf_counter() - start
    assert took < SECONDS, f"took {took:.1f} s, promised are {SECONDS}"
    return out


@pytest.mark.parametrize("text", UNREAD.values(), ids=UNREAD.keys())
def test_what_is_too_much_is_unread(text):
    """Deep, large or meaningless formulas are reported as unread, and the document is not clean."""
    document = timed(audited, text)
    assert any(f.kind == "unread" for f in document.findings), [f.message for f in document.findings]
    assert document.coverage.unread >= 1
    assert not document.clean
    assert audit_text(document)
    assert audit_markdown(document)


@pytest.mark.parametrize(
    "data",
    [
        os.urandom(4000),
        b"\x7fELF\x02\x01",
        b"$" * (50 << 20),
        b"$ " * (1 << 20),
        b"$$a\n" * (1 << 18),
    ],
    ids=["random", "binary", "50 MB of dollars", "dollars apart", "open displays"],
)
def test_what_is_no_document_is_refused(data):
    """One line that names the input and what was expected."""
    with pytest.raises(Unreadable) as caught:
        timed(audit_bytes, data, "input")
    assert str(caught.value).startswith("input: expected ")
    assert "\n" not in str(caught.value)


def test_files_that_are_none(tmp_path):
    """Missing files, directories and names no file can have."""
    for path, words in [(tmp_path / "none", "no such file"), (tmp_path, "a directory"), ("a\0b", "null")]:
        with pytest.raises(Unreadable, match=words):
            audit_file(path)


@pytest.mark.parametrize(
    "text",
    [
        "$$\n" * 20_000,
        "$$a\n" * 5_000 + "\n$$",
        "`" * 20_000 + "$x$",
        "> " * 3_000 + "$x = 1$",
        "- " * 3_000 + "$x = 1$",
        "\\" * 20_000 + "$x$",
        "<" * 20_000 + "$x$",
        "[" * 20_000 + "$x$",
        "$x = " + "-" * 40_000 + "1$",
        "$x = 1$ " * 2_000,
        "$x = " + "+".join(["1"] * 10_000) + " = 10000$",
    ],
    ids=lambda text: text[:8],
)
def test_what_is_merely_long_takes_no_time(text):
    """Repetitive Markdown and long sums are read in linear time."""
    document = timed(audited, text)
    assert (
        document.coverage.segments == document.coverage.audited + document.coverage.symbolic + document.coverage.unread
    )


def test_long_chains_of_names_are_read_in_order():
    """A thousand definitions, each through the one before."""
    document = timed(
        audited, "$y_0 = 1$ " + "".join(f"$y_{{{i + 1}}} = y_{{{i}}} + 1 = {i + 2}$ " for i in range(1000))
    )
    assert_nothing_wrong(document)
    assert document.clean


NAMES = st.sampled_from(["d.md", "d.tex", "d.ipynb"])
GLUED = st.lists(st.sampled_from(SIGNS), max_size=40).flatmap(
    lambda signs: st.sampled_from([" ".join(signs), "".join(signs)])
)


def filled(templates, holes):
    """Return templates with each hole filled by one of `holes`."""

    def fill(template):
        first, *rest = template.split(HOLE)
        return st.tuples(*[holes] * len(rest)).map(
            lambda found: first + "".join(piece for pair in zip(found, rest, strict=True) for piece in pair)
        )

    return st.sampled_from(templates).flatmap(fill)


FORMULAS = st.recursive(st.sampled_from(SIGNS), lambda inner: filled(TEMPLATES, inner), max_leaves=8)
DOCUMENTS = st.lists(filled(PAGES, filled(STATEMENTS, FORMULAS) | GLUED), min_size=1, max_size=3).map("\n\n".join)


def in_bytes(text, name):
    """Return a text as a document of that name: a notebook holds it in one cell, a string a line."""
    if name == "d.ipynb":
        text = json.dumps({"cells": [{"cell_type": "markdown", "source": text.splitlines(keepends=True)}]})
    return text.encode()


@given(st.binary(max_size=120), NAMES)
def test_any_bytes_are_audited_or_refused(data, name):
    """Nothing but Unreadable escapes, and every report can be made."""
    assert_sound(data, name)


@given(GLUED, NAMES)
def test_any_formula_is_audited(text, name):
    """Fragments of mathematics in any order: no crash, and the values are where they say."""
    assert_sound(in_bytes(f"${text}$", name), name)


@given(DOCUMENTS, NAMES)
def test_any_document_is_audited(text, name):
    """Whole statements in every notation, in every delimiter and every kind of document."""
    assert_sound(in_bytes(text, name), name)


@given(DOCUMENTS)
@example("$0 = ½$ $β = 1 + 1 = ٣$")  # written as escapes, of which the last character is not the end
def test_a_notebook_says_what_its_text_says(text):
    """A document in the one cell of a notebook has the same numbers, verdicts and corrections."""
    alone, held = (assert_sound(in_bytes(text, name), name) for name in ("d.md", "d.ipynb"))
    if alone is None or held is None:
        return
    assert [(v.label, v.printed, v.verdict) for v in held.values] == [
        (v.label, v.printed, v.verdict) for v in alone.values
    ]
    (cell,) = json.loads(held.corrected_text)["cells"]
    assert "".join(cell["source"]) == alone.corrected_text


@pytest.mark.parametrize("text", ["\\(" * 100_000 + "\\)", "\\(1=" * 50_000, "\\[x\\] " * 50_000])
def test_unclosed_brackets_of_math_cost_little(text):
    """The search for the closing sign is linear."""
    start = time.perf_counter()
    audited(text)
    assert time.perf_counter() - start < 10
