"""What an audit costs grows with the length of the document and no faster, whatever its shape.

Each shape is audited at one size and at twice that: processor time (the least of three) and the peak of memory.  Twice
the work is 2; what is squared is 4.  The sizes are small, so that all shapes together take half a minute at most.
"""

import gc
import json
import tracemalloc
from time import process_time

import pytest

from proofs.audit import audit_bytes

ROUNDS = 3
MOST_TIME = 3.0
MOST_MEMORY = 2.4


def each(template, before="", between="\n\n"):
    """Return the shape of a document that says one thing for k = 0, 1, 2, ...; K is k and L is k + 1."""

    def shape(size):
        lines = (template.replace("K", str(k)).replace("L", str(k + 1)) for k in range(size))
        return before + between.join(lines)

    return shape


def listed(opening, item, between, closing):
    """Return the shape of one formula of so many parts."""
    return lambda size: opening + between.join([item] * size) + closing


def notebook(size):
    """Return a notebook of cells with one formula each."""
    cells = [{"cell_type": "markdown", "source": [f"$x_{{{k}}} = {k} + 1 = {k + 1}$\n"]} for k in range(size)]
    return json.dumps({"cells": cells})


def display(size):
    """Return one display of so many lines."""
    lines = each(r"x_{K} = 1 + K = L", between=" \\\\\n")
    return f"$$\n{lines(size)}\n$$"


def vector(size):
    """Return a vector, twice it, and each of its entries by name."""
    numbers = ", ".join(str(k % 10) for k in range(size))
    entries = "".join(f"$x_{{{k + 1}}} + 1 = {k % 10 + 1}$\n\n" for k in range(size))
    return f"$x = ({numbers})$ $y = 2x = ({numbers})$\n\n{entries}"


def matrices(size):
    """Return a sum of matrices of 20 columns."""
    rows = "\\\\".join(["&".join(["0.1"] * 20)] * size)
    return f"$A = \\begin{{bmatrix}}{rows}\\end{{bmatrix}}$ $B = A + A = \\begin{{bmatrix}}{rows}\\end{{bmatrix}}$"


# The name of a file of that kind, the smaller size, and the document of a size.
SHAPES = {
    "paragraphs": ("d.md", 300, each(r"Text $x_{K} = K \cdot 3 + 0.5 = 3$ end.")),
    "one line": ("d.md", 300, each(r"text $x_{K} = K \cdot 3 + 0.5 = 3$ and ", between="")),
    "table": ("d.md", 300, each(r"| $x_{K} = K + 1 = L$ | b |", before="| a | b |\n|---|---|\n", between="\n")),
    "macros": ("d.tex", 300, each(r"$\v{K} = \one + K = L$", before=r"\newcommand{\one}{1}\newcommand{\v}[1]{x_{#1}}")),
    "notebook": ("d.ipynb", 300, notebook),
    "display": ("d.md", 400, display),
    "a name again and again": ("d.md", 150, each(r"$x = K$ $y = 2 x = 7$")),
    "rules": ("d.md", 200, each(r"$f(x) = x + K$ $f(K) = L$")),
    "instances of a rule": ("d.md", 200, each(r"$x_{K} = K$ $q_{K} = L$", before="$q_i = 2 x_i$\n\n")),
    "names through names": ("d.md", 200, each(r"$y_{L} = y_{K} + 1 = L$", before="$y_0 = 0$\n\n")),
    "a mistake carried on": ("d.md", 200, each(r"$y_{L} = y_{K} + 0 = 3$", before="$y_0 = 1 + 1 = 3$\n\n")),
    "not read": ("d.md", 300, each(r"$x_{K} = \frac{1}{ = 3$")),
    "not defined": ("d.md", 200, each(r"$x_{K} = z_{K} + 1 = 3$")),
    "vector": ("d.md", 150, vector),
    "matrices": ("d.md", 30, matrices),
    "sum": ("d.md", 1000, listed("$x = ", "1", " + ", " = 3$")),
    "chain": ("d.md", 300, listed("$x = ", "1 + 1", " = ", "$")),
    "words": ("d.md", 20_000, listed("", "word", " ", " $x = 1 + 1 = 2$")),
}


def seconds(data, name):
    """Return the processor time of an audit, without that of collecting what other tests left."""
    gc.collect()
    gc.disable()
    try:
        start = process_time()
        audit_bytes(data, name)
        return process_time() - start
    finally:
        gc.enable()


def peak(data, name):
    """Return the most memory that an audit holds at once, in bytes."""
    gc.collect()  # what earlier tests left behind is none of it
    tracemalloc.start()
    try:
        document = audit_bytes(data, name)
        assert document.coverage.segments
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("name", "size", "shape"), SHAPES.values(), ids=SHAPES.keys())
def test_twice_the_document_costs_twice(name, size, shape, record_property):
    """Time and memory for twice the size, in units of those for the size itself."""
    small, large = shape(size).encode(), shape(2 * size).encode()
    audit_bytes(small, name)
    pairs = [(seconds(small, name), seconds(large, name)) for _ in range(ROUNDS)]
    times = [min(side) for side in zip(*pairs, strict=True)]  # what a busy machine adds is no cost of ours
    # Other threads of the process, which libraries of other tests may have started, allocate too.
    memory = [min(peak(data, name) for _ in range(3)) for data in (small, large)]
    time, space = times[1] / times[0], memory[1] / memory[0]
    figures = f"{times[0]:.3f} s, times {time:.2f}; {memory[0] / 1e6:.2f} MB, times {space:.2f}"
    record_property("twice the size", figures)
    assert time <= MOST_TIME, figures
    assert space <= MOST_MEMORY, figures
