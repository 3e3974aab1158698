"""Jupyter notebooks: their Markdown cells are read, and corrected in the JSON they are written in."""

import json

import pytest
from auditing import assert_kinds
from hypothesis import given
from hypothesis import strategies as st

from proofs.audit import Unreadable, audit_bytes
from proofs.audit.containers import segments
from proofs.audit.limits import MAX_NESTING
from proofs.audit.source import read


def notebook(*sources, **format_of_json):
    """Return the JSON of a notebook with these Markdown cells."""
    cells = [{"cell_type": "markdown", "metadata": {}, "source": source} for source in sources]
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5}, **format_of_json)


def found(text):
    """Return (raw text up to its last character, text) of each segment."""
    source = read(text.encode(), "d.ipynb")
    return [(source.text[s.offset(0) : s.offset(len(s.text) - 1) + 1], s.text) for s in segments(source)]


@pytest.mark.parametrize("format_of_json", [{}, {"indent": 1, "ensure_ascii": False}, {"separators": (",", ":")}])
def test_markdown_cells_are_read_in_place(format_of_json):
    """Escapes of JSON are undone in the text and kept in the offsets, in every layout."""
    text = notebook(["não 😀 $\\frac{1}{2}\n", "= 0.5$ ```\n"], '"é" $x$', **format_of_json)
    assert found(text) == [
        ("\\\\frac{1}{2}" + text[text.index("{2}") + 3 : text.index("= 0.5")] + "= 0.5", "\\frac{1}{2}\n= 0.5"),
        ("x", "x"),
    ]


def test_cells_do_not_leak():
    """A fence that is open in one cell is closed in the next, and definitions are shared."""
    document = audit_bytes(notebook("$x = 2$\n```\n", "$y = x + 1 = 4$", "$$a = 1").encode(), "d.ipynb")
    assert_kinds(document, ["value", "unread"])


def test_numbers_are_replaced_in_the_json():
    """Nothing but the wrong number changes, and the finding's place is that in the file."""
    text = notebook(["# \u00e9 \U0001f600\n", '$\\frac{1}{4} \\cdot 2 = 0.75$ "q"\n'], indent=1)
    document = audit_bytes(text.encode(), "d.ipynb")
    assert document.corrected_bytes.decode() == text.replace("0.75", "0.50")
    row = next(n for n, line in enumerate(text.split("\n"), start=1) if "0.75" in line)
    assert [(v.line, v.column) for v in document.values] == [(row, text.split("\n")[row - 1].index("0.75") + 1)]


def test_other_cells_and_the_older_format():
    """Code and raw cells and outputs are ignored; format 3 keeps its cells in worksheets."""
    cells = [{"cell_type": kind, "source": f"${kind}$", "input": "$i$"} for kind in ("code", "markdown", "raw")]
    assert found(json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3})) == [("markdown", "markdown")]
    assert found(json.dumps({"metadata": {"source": "$x$"}, "cells": cells})) == [("markdown", "markdown")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "expected a Jupyter notebook (JSON), got Expecting property name"),
        ("[1]", "expected a Jupyter notebook of format 3 or 4, got JSON that is no object"),
        ("{}", "got JSON without cells"),
        ('{"cells": 1}', "got cells that are no list"),
        ('{"cells": [1]}', "expected cell 1 to be an object with a cell_type, got none"),
        (
            '{"cells": [{"cell_type": "markdown"}]}',
            "expected cell 1 to have a string or strings as its source, got none",
        ),
        ('{"cells": [{"cell_type": "markdown", "source": ["a", {}]}]}', "got an object"),
        ('{"a": ' + "[" * (MAX_NESTING + 1) + "]" * (MAX_NESTING + 1) + "}", f"nested more than {MAX_NESTING} deep"),
        ("[" * 100_000, "nested more than"),
        ('{"cells": ' + "9" * 10_000 + "}", "a Jupyter notebook (JSON)"),
    ],
)
def test_broken_notebooks_are_refused(text, words):
    """One line that names the file, what was expected and what came."""
    with pytest.raises(Unreadable, match=r"^d\.ipynb: expected .*, got .*$") as caught:
        segments(read(text.encode(), "d.ipynb"))
    assert words in str(caught.value)


def test_lone_surrogates_do_no_harm():
    """Half a letter becomes the sign for what is no letter."""
    assert found('{"cells": [{"cell_type": "markdown", "source": "$\\ud83d x$"}]}') == [("\\ud83d x", "\ufffd x")]


@given(st.lists(st.text(alphabet='a$\\ \n"\u00e9\U0001f600\t=1>`/', max_size=30), max_size=4), st.booleans())
def test_every_character_is_where_its_segment_says(sources, ensure_ascii):
    """For any cells, the JSON from a character's offset on begins with that character, plain or escaped."""
    source = read(notebook(sources, *sources, ensure_ascii=ensure_ascii).encode(), "d.ipynb")
    for segment in segments(source):
        for index, character in enumerate(segment.text):
            written = json.dumps(character, ensure_ascii=ensure_ascii)[1:-1]
            assert source.text.startswith(written, segment.offset(index)) or character == " "
