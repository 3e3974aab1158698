"""Writing the corrected document, never over an input, never over anything but a file, and never by half."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from proofs.audit.limits import Unreadable

if TYPE_CHECKING:
    from proofs.audit.findings import DocumentAudit

_WANTED = "a file to write the corrected text to"


def write_corrected(document: DocumentAudit, out: str) -> str:
    """Write the corrected document to the file `out`, in the bytes of the original outside the numbers.

    The file appears complete or not at all; a symbolic link is followed, and stays.  Return a sentence that says
    what was written.  Raises Unreadable if `out` is the input (by whatever name), anything that exists and is no
    regular file, or not writable.
    """
    temporary: Path | None = None
    try:
        target = Path(os.path.realpath(out))
        mode = _mode(target, document.path, out)
        handle, name = tempfile.mkstemp(prefix=".attention-proofs.", dir=target.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as stream:
            stream.write(document.corrected_bytes)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o666 & ~_umask() if mode is None else mode & 0o777)
        temporary.replace(target)
    except (OSError, ValueError) as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Unreadable(out, "a file that can be written", reason) from None
    count = len(document.edits)
    return f"wrote {out}: {count} number{'' if count == 1 else 's'} replaced"


def _mode(target: Path, original: str, out: str) -> int | None:
    """Return the mode of what is replaced, None if nothing is. Raises Unreadable if it must not be."""
    if os.path.realpath(original) == str(target):
        raise Unreadable(out, "another file than the input", "the input itself")
    try:
        found = target.stat()
    except FileNotFoundError:
        if target.is_symlink():
            raise Unreadable(out, _WANTED, "a link to itself") from None
        return None
    if stat.S_ISDIR(found.st_mode):
        raise Unreadable(out, _WANTED, "a directory")
    if not stat.S_ISREG(found.st_mode):
        raise Unreadable(out, _WANTED, "no regular file")
    if Path(original).exists() and target.samefile(original):
        raise Unreadable(out, "another file than the input", "the input itself")
    return found.st_mode


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
