"""From what is named on a command line to the documents that are meant: files, patterns, folders, standard input."""

from __future__ import annotations

import glob
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from proofs.audit.limits import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SUFFIXES = (".md", ".markdown", ".tex", ".ipynb")
"""What a folder is searched for; case does not matter."""
STDIN = "-"
STDIN_NAME = "<stdin>"
"""What standard input is called in the output."""
_MAGIC = re.compile(r"[*?\[]")


def gather(names: Iterable[str]) -> tuple[list[str], list[Unreadable]]:
    """Return the documents that are meant, and what is wrong with the rest.

    A file is taken as named, whatever its suffix.  A folder stands for the documents (SUFFIXES) below it, a
    pattern (`*`, `?`, `[...]`; `**` goes into folders) for the files it matches; one whose last part names no suffix
    (`chapters/*`) for documents only.  Hidden files and folders are left out unless they are named.  The order is
    that of the names, sorted below a folder or a pattern; what is the same file as one before is dropped.
    """
    found: dict[str, str] = {}
    wrong: list[Unreadable] = []
    for name in names:
        try:
            for path in _meant(name, wrong):
                found.setdefault(path if path == STDIN else os.path.realpath(path), path)
        except Unreadable as error:
            wrong.append(error)
    return list(found.values()), wrong


def _meant(name: str, wrong: list[Unreadable]) -> list[str]:
    if "\0" in name:  # the system's own complaint would be a ValueError, here or later
        raise Unreadable(name, "the name of a file", "one with a null character")
    if name == STDIN:
        return [name]
    if os.path.isdir(name):  # noqa: PTH112 - what may not be looked at is no folder, and refused as a file
        return _below(name, wrong) or _none(name, f"a folder with documents ({', '.join(SUFFIXES)})", "one without any")
    if _MAGIC.search(name) and not os.path.lexists(name):
        return _matched(name, wrong) or _none(name, "a file", "a pattern that matches none")
    return [name]


def _none(name: str, expected: str, received: str) -> list[str]:
    raise Unreadable(name, expected, received)


def _below(folder: str, wrong: list[Unreadable]) -> list[str]:
    """Return the documents below a folder, file by file in the order of their names; add folders that are closed."""
    return sorted(_walk(folder, wrong), key=lambda path: Path(path).parts)


def _walk(folder: str, wrong: list[Unreadable]) -> Iterator[str]:
    def closed(error: OSError) -> None:
        wrong.append(Unreadable(str(error.filename), "a folder that can be read", error.strerror or "an error"))

    # Links to folders are not followed: they may lead round in a circle, or out of the folder that was named.
    for here, folders, files in os.walk(folder, onerror=closed):
        folders[:] = [name for name in folders if not name.startswith(".")]
        place = "" if here == os.curdir else here.removeprefix(f".{os.sep}") if folder == os.curdir else here
        yield from (os.path.join(place, file) for file in files if _is_document(file))  # noqa: PTH118 - as typed


def _matched(pattern: str, wrong: list[Unreadable]) -> list[str]:
    """Return the files that a pattern matches, those below matched folders included."""
    any_suffix = "." in os.path.basename(pattern)  # noqa: PTH119 - `**` is no path
    found: list[str] = []
    for path in sorted(glob.iglob(pattern, recursive=True), key=lambda path: Path(path).parts):  # noqa: PTH207 - as typed
        if not Path(path).is_dir():
            found += [path] if any_suffix or _is_document(os.path.basename(path)) else []  # noqa: PTH119
        elif not any_suffix:
            found += _below(path, wrong)
    return found


def _is_document(name: str) -> bool:
    return not name.startswith(".") and name.lower().endswith(SUFFIXES)
