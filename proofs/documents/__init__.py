r"""The documents: the texts under test and the laws of the field, item by item and proof line by proof line.

Each document is a pair of files in this folder:

* ``<id>.md`` restates the text in our own words, with its equations, numbers and labels unaltered, wrong ones
  included; ``field.md`` has no text behind it and states laws, each with its source;
* ``<id>.toml`` lists its *items*: every definition, result, observation, example and sentence with
  mathematical or empirical content. An item is tied to its place in the Markdown by an *anchor*, a string
  that occurs there exactly once.

Nothing here says whether an item is true. Claims refer to an item by its document's id and its label.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import TypeVar

__all__ = [
    "Document",
    "DocumentError",
    "Item",
    "Kind",
    "ProofLine",
    "UnknownDocumentError",
    "documents",
    "load",
    "read",
    "text",
]

T = TypeVar("T")

_ID = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_PROOF_LABEL = re.compile(r"(?P<numeral>[IVX]+)(?:\.[1-9])?")


class DocumentError(ValueError):
    """A document's list of items is malformed or does not match its text.

    Attributes:
        document: the document's id.
        problem: what was expected and what was found.
    """

    def __init__(self, *, document: str, problem: str) -> None:
        super().__init__(f"document {document!r}: {problem}")
        self.document = document
        self.problem = problem


class UnknownDocumentError(LookupError):
    """No document has the requested id.

    Attributes:
        document: the id that was asked for.
        known: the ids there are.
    """

    def __init__(self, *, document: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no document {document!r}; expected one of: {', '.join(known) or '(none)'}")
        self.document = document
        self.known = known


class Kind(StrEnum):
    """What an item is in its document."""

    DEFINITION = "definition"
    LEMMA = "lemma"
    THEOREM = "theorem"
    PROPOSITION = "proposition"
    COROLLARY = "corollary"
    OBSERVATION = "observation"
    SENTENCE = "sentence"
    EXAMPLE = "example"
    LAW = "law"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofLine:
    """One step of a document's own proof.

    Attributes:
        label: the Roman numeral in the document, with a part number where one line makes several statements
            (``"IV"``, ``"VII.2"``).
        content: what the step asserts, in our words.
        equations: its equations in LaTeX, as the document prints them.
        line: where it stands in the Markdown, counted from 1.
    """

    label: str
    content: str
    equations: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing a document says.

    Attributes:
        id: snake_case, unique in the document.
        label: the item's name in its document (``"Lemma 1"``), else a short phrase; unique in the document.
        kind: what the item is there.
        content: what is claimed, mathematically, or why the item has no mathematical content.
        anchor: the string that marks its place in the Markdown.
        line: the line of the anchor, counted from 1.
        proof: the document's own proof, step by step; empty where it gives none.
    """

    id: str
    label: str
    kind: Kind
    content: str
    anchor: str
    line: int
    proof: tuple[ProofLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text under test, or the list of laws.

    Attributes:
        id: the stem of its two files.
        title: its title, in our words.
        file: the name of its Markdown file in this folder.
        items: what it says, in the order of the text.
    """

    id: str
    title: str
    file: str
    items: tuple[Item, ...]

    def item(self, label: str) -> Item:
        """Return the item with this label; ``KeyError`` names the label and the document if there is none."""
        for item in self.items:
            if item.label == label:
                return item
        raise KeyError(f"document {self.id!r} has no item labelled {label!r}")


def documents() -> tuple[Document, ...]:
    """Return all documents, ordered by id."""
    return tuple(load(document_id) for document_id in _known())


@cache
def load(document_id: str) -> Document:
    """Return the document with this id, checked against its text.

    Raises:
        UnknownDocumentError: no such document.
        DocumentError: its list of items is malformed, or an anchor is not found exactly once.
    """
    _require_known(document_id)
    return read(_folder(), document_id)


@cache
def text(document_id: str) -> str:
    """Return the Markdown of the document with this id.

    Raises:
        UnknownDocumentError: no such document.
    """
    return _folder().joinpath(load(document_id).file).read_text(encoding="utf-8")


def read(folder: Traversable, document_id: str) -> Document:
    """Read ``<document_id>.toml`` and the Markdown it names from ``folder``; the door ``load`` goes through.

    Raises:
        DocumentError: a file is missing or malformed, or the two do not match.
    """
    try:
        source = folder.joinpath(f"{document_id}.toml").read_text(encoding="utf-8")
        table = tomllib.loads(source)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DocumentError(document=document_id, problem=f"cannot read {document_id}.toml: {error}") from error
    header = _Table(table, document=document_id, where="document", keys={"file", "id", "items", "title"})
    if header.string("id") != document_id:
        raise header.error(f"id is {header.string('id')!r}, expected {document_id!r}, the name of its file")
    file = header.string("file")
    try:
        markdown = folder.joinpath(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise header.error(f"cannot read its text {file!r}: {error}") from error
    place = _Places(markdown)
    items = tuple(_item(entry, place) for entry in header.tables("items", _ITEM_KEYS))
    if not items:
        raise header.error("has no items")
    _require_unique(header, "item id", (item.id for item in items))
    _require_unique(header, "item label", (item.label for item in items))
    _require_text_order(header, items)
    return Document(id=document_id, title=header.string("title"), file=file, items=items)


_ITEM_KEYS = frozenset({"anchor", "content", "id", "kind", "label", "proof"})
_PROOF_KEYS = frozenset({"anchor", "content", "equations", "label"})


class _Table:
    """A TOML table that knows where it stands, so that every complaint names the place."""

    def __init__(self, values: Mapping[str, object], *, document: str, where: str, keys: Iterable[str]) -> None:
        self.values = values
        self.document = document
        self.where = where
        if unknown := sorted(set(values) - set(keys)):
            raise self.error(f"unknown key {unknown[0]!r}; expected one of: {', '.join(sorted(keys))}")

    def error(self, problem: str) -> DocumentError:
        return DocumentError(document=self.document, problem=f"{self.where}: {problem}")

    def has(self, key: str) -> bool:
        return key in self.values

    def string(self, key: str) -> str:
        value = self._get(key, str)
        if not value.strip() or "\n" in value:
            raise self.error(f"{key!r} must be one line of text, got {value!r}")
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        values = self._get(key, list)
        if not all(isinstance(value, str) for value in values):
            raise self.error(f"{key!r} must be a list of strings, got {values!r}")
        return tuple(values)

    def tables(self, key: str, keys: Iterable[str]) -> list["_Table"]:
        values = self._get(key, list)
        if not all(isinstance(value, dict) for value in values):
            raise self.error(f"{key!r} must be a list of tables, got {values!r}")
        return [
            _Table(value, document=self.document, where=self._name(key, number, value), keys=keys)
            for number, value in enumerate(values, start=1)
        ]

    def _name(self, key: str, number: int, value: Mapping[str, object]) -> str:
        name = value.get("id", value.get("label", f"number {number}"))
        prefix = "" if self.where == "document" else f"{self.where}, "
        return f"{prefix}{'item' if key == 'items' else 'proof line'} {name!s}"

    def _get(self, key: str, expected: type[T]) -> T:
        if key not in self.values:
            raise self.error(f"{key!r} is missing")
        value = self.values[key]
        if not isinstance(value, expected):
            raise self.error(f"{key!r} must be a {expected.__name__}, got {value!r}")
        return value


class _Places:
    """Where things stand in a Markdown text, in lines counted from 1."""

    def __init__(self, markdown: str) -> None:
        self.markdown = markdown
        self.lines = markdown.splitlines()

    def line(self, table: _Table) -> int:
        anchor = table.string("anchor")
        count = self.markdown.count(anchor)
        if count != 1:
            raise table.error(f"anchor {anchor!r} must occur exactly once in the text, found {count} times")
        return self.markdown.count("\n", 0, self.markdown.index(anchor)) + 1

    def line_of_step(self, table: _Table, numeral: str, after: int) -> int:
        """Return the first line below ``after`` that starts with the numeral."""
        for number, line in enumerate(self.lines[after:], start=after + 1):
            if line.startswith(f"{numeral}. "):
                return number
        raise table.error(f"no line below line {after} of the text starts with '{numeral}. '")


def _item(table: _Table, place: _Places) -> Item:
    identifier = table.string("id")
    if not _ID.fullmatch(identifier):
        raise table.error(f"id must be in snake_case, got {identifier!r}")
    kind = table.string("kind")
    if kind not in set(Kind):
        raise table.error(f"unknown kind {kind!r}; expected one of: {', '.join(Kind)}")
    line = place.line(table)
    entries = table.tables("proof", _PROOF_KEYS) if table.has("proof") else []
    proof = tuple(_proof_line(entry, place, after=line) for entry in entries)
    _require_unique(table, "proof label", (step.label for step in proof))
    return Item(
        id=identifier,
        label=table.string("label"),
        kind=Kind(kind),
        content=table.string("content"),
        anchor=table.string("anchor"),
        line=line,
        proof=proof,
    )


def _proof_line(table: _Table, place: _Places, *, after: int) -> ProofLine:
    label = table.string("label")
    match = _PROOF_LABEL.fullmatch(label)
    if match is None:
        raise table.error(f"label must be a Roman numeral, as 'IV' or 'VII.2', got {label!r}")
    return ProofLine(
        label=label,
        content=table.string("content"),
        equations=table.strings("equations"),
        line=place.line(table) if table.has("anchor") else place.line_of_step(table, match["numeral"], after),
    )


def _require_unique(table: _Table, what: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise table.error(f"{what} {value!r} is used twice")
        seen.add(value)


def _require_text_order(table: _Table, items: tuple[Item, ...]) -> None:
    """Items are listed as they are read, so that a missing one is noticed by whoever reads along."""
    for earlier, later in pairwise(items):
        if later.line < earlier.line:
            raise table.error(
                f"items must be in the order of the text: {later.id!r} (line {later.line}) "
                f"stands before {earlier.id!r} (line {earlier.line})"
            )


def _folder() -> Traversable:
    return resources.files(__name__)


@cache
def _known() -> tuple[str, ...]:
    names = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def _require_known(document_id: str) -> None:
    if document_id not in _known():
        raise UnknownDocumentError(document=document_id, known=_known())
