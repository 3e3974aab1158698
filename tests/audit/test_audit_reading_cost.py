r"""Reading is linear in time and memory, whatever the document."""

import json
import time
import tracemalloc

import pytest

from proofs.audit.containers import segments
from proofs.audit.source import read

LENGTH = 60_000
SECONDS = 2
"""Each document below takes a fifth of a second; what is not linear takes five and more."""

REPEATED = [
    *(
        "\\(",
        "\\(1=",
        "\\[1=\n",
        "\\[\n",
        "\\\\(",
        "\\\\[ ",
        "$$\n",
        "$$\n\n",
        "$$\n\n1=\n\n",
        "$`",
        "$a ",
        "$5 ",
        "$=1 ",
    ),
    *(
        "\\begin{align}\n",
        "\\begin{align}1=\n",
        "\\begin{align}\n\n",
        "a \\begin{align} ",
        "\\end{align}\n",
        "a\n$$b\n",
    ),
    *("a <!-- ", "a <code>", 'a <a b="', "<a  ", "<pre>\n", "<div>\n$a\n", "a <![CDATA[", "`a``b```c", "```math\n"),
    *(
        "> $$\n",
        "- $$\n",
        "> - $a\n",
        "1. \\[\n",
        "> " * 45 + "$x=1$\n",
        "# $\n",
        "\r$$",
        "$$\n-\n",
        "\\a{",
        "aaaa",
        "\\",
    ),
    *("\\verb|a", "\\url{", "%\n", "$\n\n", "\\begin{minted}", "\\begin{verbatim}\n", "|$a|\n"),
]
ENDINGS = ["", "\n\\end{align}$$\n\n", '`$ --> </code> " \\) \\] ]] ?> $']


@pytest.mark.parametrize("name", ["d.md", "d.tex"])
@pytest.mark.parametrize("piece", REPEATED, ids=lambda piece: repr(piece[:16]))
def test_repetition_costs_its_length(piece, name):
    """Signs that open something, over and over, closed at the far end or never."""
    for ending in ENDINGS:
        source = read(("x " + piece * (LENGTH // len(piece)) + ending).encode(), name)
        start = time.perf_counter()
        segments(source)
        assert time.perf_counter() - start < SECONDS


@pytest.mark.parametrize("name", ["d.md", "d.tex", "d.ipynb"])
def test_long_documents_are_read_block_by_block(name):
    """20,000 formulas take a fifth of the memory that 100,000 may, 200 MB; their 8 seconds are far off."""
    count = 20_000
    text = "".join(f"Text $x_{{{n}}} = {n % 97} \\cdot {n % 13} + 0.5 = 3$ end.\n\n" for n in range(count))
    if name.endswith("ipynb"):
        text = json.dumps({"cells": [{"cell_type": "markdown", "source": text}]})
    source = read(text.encode(), name)
    start = time.perf_counter()
    assert len(segments(source)) == count
    assert time.perf_counter() - start < 8
    tracemalloc.start()
    segments(source)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200e6 / 5


@pytest.mark.parametrize(
    "text",
    ["[" * 50 + "]" * 50, '{"a":' * 90 + "1" + "}" * 90, '["' + "\\\\" * 300_000 + '"]', "[" + "1," * 300_000 + "1]"],
    ids=["lists", "objects", "escapes", "numbers"],
)
def test_odd_json_costs_its_length(text):
    """Deep, long and escaped JSON in a notebook's metadata."""
    cell = {"cell_type": "markdown", "source": "$x$"}
    source = read(f'{{"metadata": {text}, "cells": [{json.dumps(cell)}]}}'.encode(), "d.ipynb")
    start = time.perf_counter()
    assert [s.text for s in segments(source)] == ["x"]
    assert time.perf_counter() - start < SECONDS
