"""A document's math, read once: its segments, their statements, and what could not be read."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from proofs.audit import containers, heads, lexer, parser
from proofs.audit.definitions import Statement
from proofs.audit.limits import Unread
from proofs.audit.numerals import UNCLEAR, Numerals, numerals
from proofs.audit.segment import Segment
from proofs.audit.syntax import Call, Chain, Name, canonical
from proofs.audit.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from proofs.audit.source import Source

_LONE_NAME = re.compile(r"\s*\\?[A-Za-z]+(?:[_^](?:[A-Za-z0-9]|\{[A-Za-z0-9]+\}))*\s*")
_DIGIT = re.compile(r"\d")
_COMMA = re.compile(r"\d,\d")
_KEPT_TOKENS = 100_000
_CLAIMS = re.compile(r"[=\d≈≃≡]|\\approx|\\simeq|\\equiv")


@dataclass(slots=True)
class Passage:
    """One math segment as read.

    Attributes: start, stop (document offsets); statements; failure (why it was not read); digits (has any);
    commas (between digits, any).
    """

    start: int
    stop: int
    statements: list[Statement] = field(default_factory=list)
    failure: Unread | None = None
    digits: bool = False
    commas: bool = False


@dataclass
class Reading:
    """A document's math as read. Attributes: passages; numerals (how it writes numbers)."""

    passages: list[Passage]
    numerals: Numerals

    @property
    def unclear(self) -> int:
        """How many segments are unread for a comma that may part one thing or another."""
        return sum(
            p.failure is not None and (p.failure.reason in UNCLEAR or (p.commas and self.numerals.comma != "decimal"))
            for p in self.passages
        )


def passages(source: Source, known: Numerals | None = None) -> Reading:
    """Return the math segments of a document with their statements.

    `known` says how the document writes numbers, where that is not to be learnt from the document.  A segment that
    cannot be read but holds neither a digit nor an equality claims nothing: it has no failure.
    """
    segments = containers.segments(source)
    out = [
        Passage(
            s.offset(0),
            s.end(len(s.text) - 1),
            digits=_DIGIT.search(s.text) is not None,
            commas="," in s.text and _COMMA.search(s.text) is not None,
        )
        for s in segments
    ]
    known = known or numerals(segment.text for segment in segments)
    lines = _Lines(segments, out, known)
    words = vocabulary(lines.all())
    chains: list[list[Chain]] = []
    for place, (segment, passage) in enumerate(zip(segments, out, strict=True)):
        chains.append([])
        with _refusals(passage, segment):
            line = lines.again(place) if passage.failure is None else None
            if line:
                chains[-1], failure = parser.read(line, words)
                if failure is not None:
                    passage.failure = _failure(failure, segment)
    names = heads.names(chain for found in chains for chain in found)
    valued = heads.bases(chain for found in chains for chain in found)
    for segment, passage, found in zip(segments, out, chains, strict=True):
        with _refusals(passage, segment):
            if found:
                settled = heads.settled([run for chain in found for run in heads.runs(chain)], names)
                passage.statements = [_statement(chain, valued) for chain in settled if chain.relations]
    return Reading(out, known)


class _Lines:
    """The tokens of a document's segments, once for what the notation is and once to be parsed.

    Tokens take more memory than all that is made of them: those of a long document are made twice instead of kept.
    """

    def __init__(self, segments: list[Segment], found: list[Passage], known: Numerals) -> None:
        self.segments, self.found, self.known = segments, found, known
        self._kept: dict[int, list[lexer.Token]] = {}
        self._room = _KEPT_TOKENS
        self._empty: set[int] = set()

    def all(self) -> Iterator[list[lexer.Token]]:
        """Yield the tokens of each segment that can be read; note why the others cannot."""
        lone: set[str] = set()
        for place, (segment, passage) in enumerate(zip(self.segments, self.found, strict=True)):
            if segment.problem:
                passage.failure = Unread(segment.problem, segment.offset(0))
                continue
            if _LONE_NAME.fullmatch(segment.text):  # half the formulas of a text: they state nothing
                self._empty.add(place)
                lone.add(segment.text)
                continue
            try:
                line = lexer.tokens(segment, self.known)
            except Unread as error:
                passage.failure = _failure(error, segment)
                self._empty.add(place)
                continue
            if self._room > 0:
                self._room -= len(line)
                self._kept[place] = line
            yield line
        yield from map(_lone_tokens, sorted(lone))

    def again(self, place: int) -> list[lexer.Token] | None:
        """Return the tokens of one segment for the last time; None where there are none."""
        if place in self._empty:
            return None
        return self._kept.pop(place, None) or lexer.tokens(self.segments[place], self.known)


def _lone_tokens(text: str) -> list[lexer.Token]:
    """Return the tokens of a lone name, nothing where a command in it is not known."""
    try:
        return lexer.tokens(Segment(text, [(0, 0)]))
    except Unread:
        return []


@contextmanager
def _refusals(passage: Passage, segment: Segment) -> Iterator[None]:
    """Keep why a segment is not read."""
    try:
        yield
    except Unread as error:
        passage.failure = _failure(error, segment)


def _failure(error: Unread, segment: Segment) -> Unread | None:
    # Without the frames that it came through: they hold all that was read of the segment.
    return error.with_traceback(None) if _CLAIMS.search(segment.text) else None


def _statement(chain: Chain, valued: Container[str]) -> Statement:
    head = chain.members[0]
    named = isinstance(head, (Name, Call)) or heads.is_quantity(head, valued)
    return Statement(chain, head.start, canonical(head) if named else "")
