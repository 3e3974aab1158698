"""Chooses how a document is read, by the suffix of its name: notebook, TeX, and Markdown for all else."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from proofs.audit import markdown, notebook, tex

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
    suffix = PurePath(source.name).suffix.lower()
    return _READERS.get(suffix, markdown.segments)(source)
