r"""Jupyter notebooks to math segments: the Markdown cells, each a document of its own for fences and lists.

Offsets point into the notebook's JSON as it stands, where a backslash is written twice and a letter may be
written "\u00e3", so that a number can be replaced in place.  Python's JSON reader keeps no positions: it
checks the text, and `_Scanner` then says where the strings are.  Notebooks of format 4 and 3 are read.
"""

from __future__ import annotations

import json
import re
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from proofs.audit import markdown
from proofs.audit.limits import MAX_NESTING, Unreadable
from proofs.audit.segment import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofs.audit.segment import Segment
    from proofs.audit.source import Source

_TOKEN = re.compile(r'[ \t\r\n,:]*+("(?:[^"\\]++|\\.)*+"|[{}\[\]]|[^\s{}\[\],:"]++)')
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|u....|.)")

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class _String:
    """A string of the JSON text: where its characters start and stop, quotes left out."""

    start: int
    stop: int


_Node = dict[str, "_Node"] | list["_Node"] | _String | None


def segments(source: Source) -> list[Segment]:
    """Return the math segments of a notebook's Markdown cells, in order. Raises Unreadable if it is broken."""
    found: list[Segment] = []
    for text, layout in cells(source):
        if "$" in text or "\\" in text:
            found.extend(layout.through(segment) for segment in markdown.read(text))
    return found


def cells(source: Source) -> Iterator[tuple[str, Layout]]:
    """Yield the text of each Markdown cell, and where its characters stand."""
    raw = source.text
    for number, cell in enumerate(_cell_nodes(_parsed(source), source.name), start=1):
        kind = cell.get("cell_type") if isinstance(cell, dict) else None
        if not isinstance(cell, dict) or not isinstance(kind, _String):
            raise Unreadable(source.name, f"cell {number} to be an object with a cell_type", _kind(cell, raw))
        if raw[kind.start : kind.stop] != "markdown":
            continue
        lines = cell.get("source")
        strings: list[_Node] = lines if isinstance(lines, list) else [lines]
        yield _joined(strings, raw, source.name, number)


def _parsed(source: Source) -> _Node:
    wanted = "a Jupyter notebook"
    try:
        json.loads(source.text)
        return _scanned(source.text)
    except RecursionError:
        raise Unreadable(source.name, wanted, f"JSON nested more than {MAX_NESTING} deep") from None
    except ValueError as error:  # not JSON, or a number of too many digits
        raise Unreadable(source.name, f"{wanted} (JSON)", str(error).partition("\n")[0]) from None


def _scanned(text: str) -> _Node:
    """Return the structure of JSON text that was found valid. Raises RecursionError beyond MAX_NESTING."""
    root: list[_Node] = []
    stack: list[dict[str, _Node] | list[_Node]] = [root]
    keys: list[str | None] = [None]
    for match in _TOKEN.finditer(text):
        sign = match[1]
        top = stack[-1]
        if sign in {"}", "]"}:
            stack.pop()
            keys.pop()
            continue
        node: _Node = {} if sign == "{" else [] if sign == "[" else None
        if sign.startswith('"'):
            if isinstance(top, dict) and keys[-1] is None:
                keys[-1] = json.loads(sign) if "\\" in sign else sign[1:-1]
                continue
            node = _String(match.start(1) + 1, match.end(1) - 1)
        if isinstance(top, dict):
            top[keys[-1] or ""] = node
            keys[-1] = None
        else:
            top.append(node)
        if isinstance(node, (dict, list)):
            if len(stack) > MAX_NESTING:
                raise RecursionError
            stack.append(node)
            keys.append(None)
    return root[0]


def _cell_nodes(notebook: _Node, name: str) -> Iterator[_Node]:
    wanted = "a Jupyter notebook of format 3 or 4"
    if not isinstance(notebook, dict):
        raise Unreadable(name, wanted, "JSON that is no object")
    sheets = notebook.get("worksheets") if "cells" not in notebook else [notebook]
    if not isinstance(sheets, list):
        raise Unreadable(name, wanted, "JSON without cells")
    for sheet in sheets:
        cells = sheet.get("cells") if isinstance(sheet, dict) else None
        if not isinstance(cells, list):
            raise Unreadable(name, wanted, "cells that are no list")
        yield from cells


def _joined(strings: list[_Node], raw: str, name: str, number: int) -> tuple[str, Layout]:
    """Return the text of a cell's strings, one after the other, and where its characters stand."""
    parts: list[str] = []
    indexes, offsets = array("q", [0]), array("q", [0])
    ends: dict[int, int] = {}
    at = 0

    def add(piece: str, offset: int) -> None:
        nonlocal at
        if piece:
            indexes.append(at)
            offsets.append(offset)
            parts.append(piece)
            at += len(piece)

    for string in strings:
        if not isinstance(string, _String):
            raise Unreadable(name, f"cell {number} to have a string or strings as its source", _kind(string, raw))
        plain = string.start
        for escape in _ESCAPE.finditer(raw, string.start, string.stop):
            add(raw[plain : escape.start()], plain)
            add(_LONE_SURROGATE.sub("\ufffd", json.loads(f'"{escape[0]}"')), escape.start())
            plain = escape.end()
            if plain - escape.start() > 2:  # "\\u00bd" may be a name or a digit; the others are signs
                ends[escape.start()] = plain
        add(raw[plain : string.stop], plain)
    return "".join(parts), Layout(indexes, offsets, ends)


def _kind(node: _Node, raw: str) -> str:
    if isinstance(node, _String):
        return f"the string {raw[node.start : node.stop][:20]!r}"
    return "an object" if isinstance(node, dict) else "a list" if isinstance(node, list) else "none"
