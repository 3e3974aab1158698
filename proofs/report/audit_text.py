"""An audit as text for a terminal: plain sentences, source lines with carets, colour if that is asked for."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from proofs.report.audit_shown import groups, more_exactly, visible
from proofs.report.audit_summary import hints, summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from proofs.audit.findings import DocumentAudit, Finding

_WIDTH = 96
_BEFORE = _WIDTH // 3
_CODES = {"error": "31;1", "warning": "33;1", "note": "36", "place": "1", "number": "34"}


class _Paint:
    """Colours, or none. Escape sequences come from here alone: all other text has been through `visible`."""

    def __init__(self, *, on: bool) -> None:
        self._on = on

    def __call__(self, text: str, what: str) -> str:
        return f"\x1b[{_CODES[what]}m{text}\x1b[0m" if self._on and text else text


def audit_text(document: DocumentAudit, findings: Sequence[Finding] | None = None, *, colour: bool = False) -> str:
    """Return the audit for a terminal: the outcome, then each finding with its source line and carets.

    Args:
        document: the audit.
        findings: those to show, all if None.
        colour: whether to colour with ANSI escape sequences.
    """
    paint = _Paint(on=colour)
    shown = document.findings if findings is None else findings
    values = {value.start: value for value in document.values}
    name = visible(document.path)
    lines = [paint(f"{name} ({document.source.encoding})", "place")]
    lines += [f"  {sentence}" for sentence in [*summary(document), *map(visible, hints(document))]]
    source = _Lines(document)
    for group in groups(shown):
        lines.append("")
        for finding in group:
            kind = paint("note" if finding.remark else finding.kind, finding.severity)
            place = paint(f"{name}:{finding.line}:{finding.column}:", "place")
            value = values.get(finding.start) if finding.kind == "value" else None
            more = "" if value is None else more_exactly(value)
            lines.append(f"{place} {kind}: {visible(finding.message)}{more}")
        lines += _marked(source, group, paint)
    return "\n".join([*lines, ""])


class _Lines:
    """The document's lines, the last one kept: findings come in order, and a line may be megabytes long."""

    def __init__(self, document: DocumentAudit) -> None:
        self._source, self._number, self._text = document.source, 0, ""

    def __getitem__(self, number: int) -> str:
        if number != self._number:
            self._number, self._text = number, self._source.line(number)
        return self._text


def _marked(source: _Lines, group: Sequence[Finding], paint: _Paint) -> list[str]:
    line, number = source[group[0].line], str(group[0].line)
    spans = []
    for finding in group:
        first = min(finding.column - 1, max(0, len(line) - 1))
        spans.append((first, max(first + 1, min(len(line), first + finding.stop - finding.start))))
    out = []
    for window in _windows(spans):
        shown, marks = _pieces(line, window)
        out.append(f"  {paint(f'{number} |', 'number')} {shown}")
        out.append(f"  {paint(' ' * len(number) + ' |', 'number')} {_painted(marks, paint, group[0].severity)}")
    return out


def _painted(marks: str, paint: _Paint, severity: str) -> str:
    carets = marks.lstrip()
    return marks[: len(marks) - len(carets)] + paint(carets, severity)


def _windows(spans: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Yield the spans in groups that fit into one shown piece of the line."""
    window: list[tuple[int, int]] = []
    for span in spans:
        if window and span[1] - window[0][0] > 2 * _WIDTH - _BEFORE:
            yield window
            window = []
        window.append(span)
    yield window


def _pieces(line: str, spans: Sequence[tuple[int, int]]) -> tuple[str, str]:
    """Return the part of a line that holds the spans, and carets below them."""
    start = max(0, spans[0][0] - _BEFORE)
    stop = min(len(line), max(start + _WIDTH, min(spans[-1][1] + 4, start + 2 * _WIDTH)))
    shown, marks = "..." * (start > 0), " " * 3 * (start > 0)
    for column in range(start, stop):
        piece = visible(line[column])
        if piece == line[column] and start == column and _width(piece) == 0:
            piece = f"\u25cc{piece}"  # what joins the character before it gets a dotted circle to stand on
        mark = "^" if any(a <= column < b for a, b in spans) else " "
        shown += piece
        marks += mark * sum(map(_width, piece))
    if "^" not in marks:  # a span of nothing but characters without a width of their own
        marks = marks[:-1] + "^"
    return shown + "..." * (stop < len(line)), marks.rstrip()


def _width(character: str) -> int:
    """Return how many columns of a terminal a character takes."""
    # The vowels and final consonants of decomposed Hangul join the consonant before them.
    if "\u1160" <= character <= "\u11ff" or unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
