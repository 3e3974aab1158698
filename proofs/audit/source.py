r"""Bytes to text, and back.

Reads UTF-8 (with or without a byte order mark) and, where the bytes are not UTF-8, Windows-1252 and Latin-1.
Text that was UTF-8, was once read as Mac Roman ("n\u221a\u00a3o" for "n\u00e3o"), Windows-1252 or Latin-1
("n\u00c3\u00a3o") and was saved again is repaired, but only if the round trip loses nothing and the outcome
looks like words.  Lines and columns of findings refer to the text as repaired.  `Source.encode` undoes every
step, so an edited text keeps the bytes of all it did not edit.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from bisect import bisect_right
from dataclasses import dataclass, field

from proofs.audit.limits import MAX_BYTES, MAX_DOLLARS, Unreadable

_BOM = b"\xef\xbb\xbf"
# What UTF-8 was read as, by the name used in the output: the order matters, as the last two share most letters.
_MISREADINGS = {"mac-roman": "mac_roman", "cp1252": "cp1252", "latin-1": "latin-1"}
_LINE_END = re.compile(r"\r\n|\r|\n")
_BETWEEN_STRINGS = re.compile(r'"\s*,\s*"')
_SIZES = re.compile(r"\\(?:left|right|middle|[bB]igg?[lrm]?)(?![A-Za-z])\s*")
_QUOTED_LINE = re.compile(r"(\r\n|\r|\n)[ \t>]*")
# What text files never hold: C0 controls other than tab, line feed, form feed and carriage return; DEL; and C1.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_EXPECTED = f"a text file of at most {MAX_BYTES >> 20} MiB (UTF-8, Windows-1252 or Latin-1)"


@dataclass(frozen=True)
class Source:
    """A document's text with what is needed to point into it and to write it back.

    Attributes: name; text; encoding (in words, for the output); sha256 (of the bytes as read).
    """

    name: str
    text: str
    encoding: str
    sha256: str
    codec: str
    bom: bool = False
    misread: str = ""
    starts: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        ends = (match.end() for match in _LINE_END.finditer(self.text))
        object.__setattr__(self, "starts", (0, *ends))

    def place(self, offset: int) -> tuple[int, int]:
        """Return the 1-based line and column of a character offset."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Return the text of a 1-based line, without its line end."""
        stop = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : stop].rstrip("\r\n")

    @property
    def is_json(self) -> bool:
        """Whether the text is a notebook's: every character of its mathematics stands in a JSON string."""
        return self.name.lower().endswith(".ipynb")

    def written(self, text: str) -> str:
        """Return new text as it has to be written in this document."""
        return json.dumps(text, ensure_ascii=False)[1:-1] if self.is_json else text

    def decoded(self, text: str) -> str:
        """Return a stretch of the document's text as its author typed it: in a notebook it stands in JSON strings."""
        if self.is_json:
            text = _BETWEEN_STRINGS.sub("", text)
            with contextlib.suppress(ValueError):  # cut in the middle of an escape
                text = str(json.loads(f'"{text}"'))
        return text

    def excerpt(self, start: int, stop: int) -> str:
        r"""Return a stretch of the document as its author sees it, on one line, without `\left` and the like.

        A formula begins behind its `\left` and would show its `\right` alone.
        """
        text = self.decoded(self.text[start:stop])
        return " ".join(_SIZES.sub("", _QUOTED_LINE.sub(" ", text)).split())

    def encode(self, text: str) -> bytes:
        """Return `text` in the bytes this document is written in: same encoding, mark and mojibake."""
        if self.misread:
            text = _misread(text.encode("utf-8"), self.misread)
        return (_BOM if self.bom else b"") + text.encode(self.codec)


def read(data: bytes, name: str) -> Source:
    """Return the text of `data`; no text at all is one too. Raises Unreadable if it is too large or not text."""
    if len(data) > MAX_BYTES:
        raise Unreadable(name, _EXPECTED, f"{len(data):,} bytes")
    if data.count(b"$") > MAX_DOLLARS:
        raise Unreadable(name, f"a text with at most {MAX_DOLLARS:,} dollar signs", f"{data.count(b'$'):,}")
    bom = data.startswith(_BOM)
    text, codec = _decoded(data[len(_BOM) :] if bom else data, name)
    misread = ""
    encoding = "utf-8 with byte order mark" if bom else codec
    repaired = _repaired(text) if codec == "utf-8" else None
    if repaired is not None:
        text, misread = repaired
        encoding = f"utf-8 read as {misread}, repaired"
    control = _CONTROLS.search(text)
    if control is not None:
        raise Unreadable(name, _EXPECTED, f"binary data (character U+{ord(control.group()):04X})")
    return Source(
        name=name,
        text=text,
        encoding=encoding,
        sha256=hashlib.sha256(data).hexdigest(),
        codec=codec,
        bom=bom,
        misread=misread,
    )


def _decoded(data: bytes, name: str) -> tuple[str, str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(name, _EXPECTED, "UTF-16")
    for codec in ("utf-8", "cp1252"):
        try:
            return data.decode(codec), codec
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"


# Two letters side by side.  A root sign, a pound sign or a logic sign inside a word is what mojibake looks like,
# and no honest text: so at least one repaired letter must stand beside another letter.
_BESIDE = re.compile(r"[^\W\d_](?=[^\W\d_])")
# The five bytes that Windows-1252 leaves open are read as the controls of the same number, as browsers do.
_WINDOWS = {
    byte: bytes([byte]).decode("cp1252") for byte in range(0x80, 0xA0) if byte not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}
_WINDOWS_BYTES = {ord(sign): byte for byte, sign in _WINDOWS.items()}


def _repaired(text: str) -> tuple[str, str] | None:
    """Return `text` with mojibake undone and what it had been read as, or None if it has none."""
    if text.isascii():
        return None
    for name, codec in _MISREADINGS.items():
        try:
            raw = text.translate(_WINDOWS_BYTES).encode("latin-1") if codec == "cp1252" else text.encode(codec)
            repaired = raw.decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
        words = any(
            not match.group().isascii() or not repaired[match.end()].isascii() for match in _BESIDE.finditer(repaired)
        )
        if words and _misread(raw, name) == text:
            return repaired, name
    return None


def _misread(data: bytes, name: str) -> str:
    """Return bytes as the encoding of that name in the output shows them."""
    if name == "cp1252":
        return data.decode("latin-1").translate(_WINDOWS)
    return data.decode(_MISREADINGS[name])
