"""What the fuzzer starts from, made when it is run: documents of the tests, hand-written nasty ones, its dictionary.

python tests/fuzz/seeds.py FOLDER      writes FOLDER/corpus and FOLDER/math.dict
"""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from auditing import CHAPTER, TRANSCRIPTION
from chapters import chapter
from crashes import CRASHES
from fragments import HOLE, PAGES, SIGNS, STATEMENTS, TEMPLATES
from inputs import seed
from textbooks import CASES

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 4_096
"""Longest input, in bytes: what needs more is a matter for the tests of caps and costs."""
NASTY = (
    b"$x = 1 + 1 = 3$",
    b"\xef\xbb\xbf$x = 1 + 1 = 3$\r\n",
    "$x = 1/3 = 0,34$ n\u221a\u00a3o n\u00c3\u00a3o".encode(),
    "n\u00e3o $1+1=3$".encode("cp1252"),
    "n\u00e3o $1+1=3$".encode("utf-16"),
    b"\x00$1$",
    b"$x = 1$\r$y = 2$\r\n$z=\n3$\x0c",
    b"$$x = \\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}$$ $y = x^{-1} = x^T x$",
    b"$f(x) = g(x)$ $g(x) = f(x)$ $f(1) = 2$",
    b"$x = x + 1 = 2$ $x = y$ $y = x$",
    b"$y_0 = 1$ $y_{i+1} = y_i + 1$ $y_{30} = 31$",
    b"$x = 2^{2^{2^{2^{2}}}} = 1$",
    b"$x = \\sum_{i=1}^{1000} \\sqrt{i} = 3$",
    b"$x = 0/0 = 0^0 = \\ln 0 = \\sqrt{-1}$",
    b"$\\text{softmax}(1, -\\infty) = (1, 0)$",
    b"$x = (-8)^{1/3} = -2$ $\\binom{5}{2} = 5!/(2! 3!) = 10$",
    b"$1{,}234 + 1 = 1{,}235$ $0,5 + 1 = 1,5$ $1.000,5 = 2$",
    b"- $x = 1$\n  > $$ y = 2\n  > = 3 $$\n\n<!-- $z = 4$",
    b"\\newcommand{\\a}{1} $\\a + \\a = 3$ \\verb|$1=2$| % $1=2$\n\\[ 1 = 2 \\]",
    b'{"cells":[{"cell_type":"markdown","source":["$1 + 1 = 3$\\n","$\\\\frac{1}{3} = \\u0030.34$"]}]}',
    b'{"worksheets":[{"cells":[{"cell_type":"markdown","source":"$1+1=3$"}]}]}',
    b'{"cells":[{"cell_type":"markdown","source":["\\ud800 $1=2$ \\ud83d\\ude00"]}]}',
    b'{"cells": [[[[[[',
    b'{"cells":[{"cell_type":"markdown","source":[1e999]}]}',
)


def seeds() -> Iterator[tuple[bytes, str]]:
    """Yield documents and their names."""
    original = CHAPTER if CHAPTER.exists() else TRANSCRIPTION
    for part in original.read_bytes().split(b"\n## "):
        yield part, "d.md"
    for number in range(60):
        made = chapter(number)
        yield made.data, f"d.{made.name.rpartition('.')[2]}"
    for case in CASES:
        yield case.text.encode(), "d.md"
    for data in NASTY:
        for name in ("d.md", "d.tex", "d.ipynb"):
            yield data, name
    for name, data in CRASHES:
        yield data, name
    for page in PAGES:
        for statement in STATEMENTS:
            yield page.replace(HOLE, statement.replace(HOLE, "2")).encode(), "d.md"


def write_corpus(folder: Path) -> None:
    """Write the documents to start from into a folder, one file each."""
    for data, name in seeds():
        if len(data) < LONGEST:
            given = seed(data, name)
            (folder / sha256(given).hexdigest()[:20]).write_bytes(given)


def write_dictionary(path: Path) -> None:
    """Write the fragments as libFuzzer's dictionary: one quoted word a line, all bytes but letters escaped."""
    words = {word for piece in (*SIGNS, *STATEMENTS, *TEMPLATES, *PAGES) for word in piece.split(HOLE) if word.strip()}
    lines = ('"' + "".join(f"\\x{byte:02x}" for byte in word.encode()) + '"\n' for word in sorted(words))
    path.write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    (target / "corpus").mkdir()
    write_corpus(target / "corpus")
    write_dictionary(target / "math.dict")
