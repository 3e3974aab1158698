"""What a correction would change, as a unified diff; a character that a terminal would obey is escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofs.report.audit_shown import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

_COLOURS = {"@": "36", "-": "31", "+": "32"}


def diff_text(path: str, lines: Iterable[str], *, colour: bool = False) -> str:
    """Return a unified diff with its head, "" if there are no lines.

    Args:
        path: of the document.
        lines: of the diff below its head, each with its line end.
        colour: whether to colour with ANSI escape sequences.
    """
    body = "".join(_line(line, colour=colour) for line in lines)
    if not body:
        return ""
    name = visible(path)
    # Absolute paths get no prefix: `patch` takes the name as it stands.
    old, new = (name, name) if path.startswith("/") else (f"a/{name}", f"b/{name}")
    heads = [_painted(f"{mark} {side}", "1", colour=colour) for mark, side in (("---", old), ("+++", new))]
    return "\n".join([*heads, body])


def _line(line: str, *, colour: bool) -> str:
    text = line.removesuffix("\n").removesuffix("\r")
    # A carriage return alone would let what follows overwrite the line; before a line feed it is a line end.
    end = "\r\n" if line.endswith("\r\n") else "\n"
    text = "\t".join(visible(part) for part in text.split("\t")) + ("\\r" if line.endswith("\r") else "")
    return _painted(text, _COLOURS.get(text[:1], ""), colour=colour) + end


def _painted(text: str, code: str, *, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour and code else text
