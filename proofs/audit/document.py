"""A document's math, read once: its segments, their statements, and what could not be read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from proofs.audit import containers, lexer, parser
from proofs.audit.definitions import Statement
from proofs.audit.limits import Unread
from proofs.audit.syntax import Call, Chain, Name, canonical
from proofs.audit.vocabulary import vocabulary

if TYPE_CHECKING:
    from proofs.audit.segment import Segment
    from proofs.audit.source import Source

_CLAIMS = re.compile(r"[=\d≈≃≡]|\\approx|\\simeq|\\equiv")


@dataclass
class Passage:
    """One math segment as read.

    Attributes: start, stop (document offsets); statements; failure (why it was not read); digits (has any).
    """

    start: int
    stop: int
    statements: list[Statement] = field(default_factory=list)
    failure: Unread | None = None
    digits: bool = False


def passages(source: Source) -> list[Passage]:
    """Return the math segments of a document with their statements.

    A segment that cannot be read but holds neither a digit nor an equality claims nothing: it has no failure.
    """
    segments = containers.segments(source)
    out = [Passage(s.offset(0), s.offset(len(s.text) - 1) + 1, digits=any(map(str.isdigit, s.text))) for s in segments]
    tokens: list[list[lexer.Token]] = []
    for segment, passage in zip(segments, out, strict=True):
        if segment.problem:
            tokens.append([])
            passage.failure = Unread(segment.problem, segment.offset(0))
            continue
        try:
            tokens.append(lexer.tokens(segment))
        except Unread as error:
            tokens.append([])
            passage.failure = _failure(error, segment)
    words = vocabulary(tokens)
    for segment, passage, line in zip(segments, out, tokens, strict=True):
        if passage.failure is not None:
            continue
        try:
            passage.statements = [_statement(chain) for chain in parser.chains(line, words)]
        except Unread as error:
            passage.failure = _failure(error, segment)
    return out


def _failure(error: Unread, segment: Segment) -> Unread | None:
    return error if _CLAIMS.search(segment.text) else None


def _statement(chain: Chain) -> Statement:
    head = chain.members[0]
    return Statement(chain, head.start, canonical(head) if isinstance(head, (Name, Call)) else "")
