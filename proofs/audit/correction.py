"""Writing the corrected document, never over an input and never by half."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from proofs.audit.limits import Unreadable

if TYPE_CHECKING:
    from proofs.audit.findings import DocumentAudit


def write_corrected(document: DocumentAudit, out: str) -> None:
    """Write the corrected document to the file `out`, in the bytes of the original outside the numbers.

    The file appears complete or not at all.  Raises Unreadable if `out` is the input, a directory, or not
    writable.
    """
    target, original = Path(out), Path(document.path)
    if target.is_dir():
        raise Unreadable(out, "a file to write the corrected text to", "a directory")
    if target.exists() and original.exists() and target.samefile(original):
        raise Unreadable(out, "another file than the input", "the input itself")
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise Unreadable(out, "a file that can be written", error.strerror or str(error)) from None
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(document.corrected_bytes)
            stream.flush()
            os.fsync(stream.fileno())
        mode = target.stat().st_mode if target.exists() else 0o666 & ~_umask()
        Path(temporary).chmod(mode & 0o777)
        Path(temporary).replace(target)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise Unreadable(out, "a file that can be written", error.strerror or str(error)) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
