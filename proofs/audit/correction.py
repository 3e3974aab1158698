"""Writing corrected documents, to another file or in place: nothing but a regular file, and never by half."""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from proofs.audit.limits import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofs.audit.findings import DocumentAudit

_WANTED = "a file to write the corrected text to"
_WRITABLE = "a file that can be written"
_NO_END = "\\ No newline at end of file\n"


def write_corrected(document: DocumentAudit, out: str) -> str:
    """Write the corrected document to the file `out`, in the bytes of the original outside the numbers.

    The file appears complete or not at all; a symbolic link is followed, and stays.  Return a sentence that says
    what was written.  Raises Unreadable if `out` is the input (by whatever name), anything that exists and is no
    regular file, or not writable.
    """
    try:
        target = Path(os.path.realpath(out))
        _replace(target, document.corrected_bytes, _mode(target, document.path, out))
    except (OSError, ValueError) as error:
        raise Unreadable(out, _WRITABLE, _reason(error)) from None
    return f"wrote {out}: {_replaced(document)}"


def rewrite(document: DocumentAudit) -> str | None:
    """Write the corrected document over the original; return a sentence, or None if nothing is to be corrected.

    At every moment the file is the original or the corrected document, whatever ends the program; a symbolic link
    is followed, and stays; the permissions are kept.  Raises Unreadable if the file is no longer the one that was
    audited, is no regular file, or cannot be written.
    """
    if not document.edits:
        return None
    path = document.path
    try:
        target = Path(os.path.realpath(path))
        found = target.stat()
        if not stat.S_ISREG(found.st_mode):
            raise Unreadable(path, "a regular file", "something else")
        # The new file comes in by the folder's permissions; the old one's must still count.
        if not os.access(target, os.W_OK):
            raise Unreadable(path, _WRITABLE, "a file without permission to write")
        if hashlib.sha256(target.read_bytes()).hexdigest() != document.source.sha256:
            raise Unreadable(path, "the text that was audited", "a file that was changed meanwhile")
        _replace(target, document.corrected_bytes, stat.S_IMODE(found.st_mode), (found.st_uid, found.st_gid))
    except (OSError, ValueError) as error:
        raise Unreadable(path, _WRITABLE, _reason(error)) from None
    return f"corrected {path}: {_replaced(document)}"


def difference(document: DocumentAudit) -> Iterator[str]:
    """Yield the lines of a unified diff from the document to the corrected one, each with its line end.

    The lines are those of the text as it was decoded; the head is left to the caller.
    """
    old, new = (_lines(text) for text in (document.source.text, document.corrected_text))
    for line in list(difflib.unified_diff(old, new))[2:]:
        if line.endswith(("\n", "\r")):
            yield line
        else:
            yield from (line + "\n", _NO_END)


def _lines(text: str) -> list[str]:
    """Return lines with their ends; `str.splitlines` would also break at characters that end no line of a file."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", text)


def _replaced(document: DocumentAudit) -> str:
    count = len(document.edits)
    return f"{count} number{'' if count == 1 else 's'} replaced"


def _reason(error: OSError | ValueError) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def _replace(target: Path, data: bytes, mode: int, owner: tuple[int, int] | None = None) -> None:
    """Put `data` in the place of a file: all of it under another name in the same folder first, then the name."""
    handle, name = tempfile.mkstemp(prefix=".attention-proofs.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            if owner is not None and hasattr(os, "fchown"):
                with suppress(PermissionError):  # only root gives files away
                    os.fchown(stream.fileno(), *owner)
            os.fsync(stream.fileno())
        Path(name).chmod(mode)
        os.replace(name, target)  # noqa: PTH105 - the tests make this one fail
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut, where folders can be synchronised (not on Windows)."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _mode(target: Path, original: str, out: str) -> int:
    """Return the mode for a file that is written new or replaced. Raises Unreadable if it must not be."""
    if os.path.realpath(original) == str(target):
        raise Unreadable(out, "another file than the input", "the input itself")
    try:
        found = target.stat()
    except FileNotFoundError:
        if target.is_symlink():
            raise Unreadable(out, _WANTED, "a link to itself") from None
        return 0o666 & ~_umask()
    if stat.S_ISDIR(found.st_mode):
        raise Unreadable(out, _WANTED, "a directory")
    if not stat.S_ISREG(found.st_mode):
        raise Unreadable(out, _WANTED, "no regular file")
    if Path(original).exists() and target.samefile(original):
        raise Unreadable(out, "another file than the input", "the input itself")
    return found.st_mode & 0o777


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
