"""Chooses how a document is read, by the suffix of its name: notebook, TeX, and Markdown for all else.

Then the macros that it defines are put in their places, in all of its math.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from proofs.audit import markdown, notebook, tex
from proofs.audit.expansion import expanded
from proofs.audit.macros import Macros, defines

if TYPE_CHECKING:
    from collections.abc import Callable

    from proofs.audit.segment import Segment
    from proofs.audit.source import Source

_READERS: dict[str, Callable[[Source], list[Segment]]] = {
    ".ipynb": notebook.segments,
    ".tex": tex.segments,
    ".ltx": tex.segments,
    ".latex": tex.segments,
}


def segments(source: Source) -> list[Segment]:
    """Return the math segments of a document, in order. Raises Unreadable if it is a broken notebook."""
    reader = _READERS.get(PurePath(source.name).suffix.lower(), markdown.segments)
    found = reader(source)
    if not defines(source.text):
        return found
    macros = Macros(len(source.text))
    if reader is notebook.segments:
        for text, layout in notebook.cells(source):
            macros.collect(markdown.bare(text), layout.offset)
    else:
        text = markdown.with_line_feeds(source.text)
        macros.collect(tex.bare(text) if reader is tex.segments else markdown.bare(text))
    if not macros:
        return found
    whole = (expanded(segment, macros) for segment in found)
    return [segment for segment in whole if segment.text.strip()]  # what only defines macros is no formula
