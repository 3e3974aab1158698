"""From the fuzzer's bytes to a document, and back for documents to start from."""

from __future__ import annotations

import json

import atheris
from fragments import HOLE, PAGES, SIGNS, STATEMENTS, TEMPLATES

NAMES = ("d.md", "d.tex", "d.ipynb")
MODES = ("raw", "glued", "grown", "grown")
MOST = 60
"""Most fragments of one document: longer ones are found by the raw mode."""


def document(data: bytes) -> tuple[str, bytes]:
    """Return the name and the bytes of the document that the fuzzer's input stands for."""
    given = atheris.FuzzedDataProvider(data)
    choice = given.ConsumeIntInRange(0, len(NAMES) * len(MODES) - 1)  # from the end: what is before stays as it is
    name, mode = NAMES[choice % len(NAMES)], MODES[choice // len(NAMES)]
    if mode == "raw":
        return name, given.ConsumeBytes(len(data))
    text = _glued(given) if mode == "glued" else _grown(given)
    return name, (_notebook(text) if name == "d.ipynb" else text).encode("utf-8", "replace")


def seed(text: bytes, name: str) -> bytes:
    """Return the fuzzer's input that stands for a document as it is."""
    return text + bytes([NAMES.index(name)])


def _glued(given: atheris.FuzzedDataProvider) -> str:
    """Glue fragments together in any order, inside the delimiters of a page."""
    page = given.PickValueInList(list(PAGES))
    while HOLE in page:
        pieces = []
        while given.remaining_bytes() and len(pieces) < MOST and (piece := given.ConsumeIntInRange(0, len(SIGNS))):
            pieces.append(SIGNS[piece - 1])
        page = page.replace(HOLE, (" " if given.ConsumeBool() else "").join(pieces), 1)
    return page


def _grown(given: atheris.FuzzedDataProvider) -> str:
    """Grow a page of whole statements, so that there are numbers to judge."""
    out = "\n\n".join(given.PickValueInList(list(PAGES)) for _ in range(given.ConsumeIntInRange(1, 3)))
    left = MOST
    while HOLE in out and (left := left - 1):
        if given.remaining_bytes() == 0:
            break
        kind = given.ConsumeIntInRange(0, 7)
        statement = kind == 0 or left > MOST - 4
        choices = STATEMENTS if statement else TEMPLATES if kind < 4 else SIGNS
        out = out.replace(HOLE, given.PickValueInList(list(choices)), 1)
    return out.replace(HOLE, "2")


def _notebook(text: str) -> str:
    return json.dumps({"cells": [{"cell_type": "markdown", "source": text.splitlines(keepends=True)}]})
