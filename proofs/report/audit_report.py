r"""An audit as text for a terminal and as Markdown for a page. Renders what it is given and computes nothing.

Whatever comes from the document is shown, never obeyed: control characters become visible escapes, and in
Markdown everything but names of plain LaTeX is escaped or put in code.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import groupby
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from proofs.audit.findings import DocumentAudit, Finding, PrintedValue, Side

_RIGHT = ("exact", "rounded", "tie", "carried")
_ORDER = ("exact", "rounded", "tie", "carried", "truncated", "wrong", "undecided", "given")
_MEANING = {
    "exact": "the exact value",
    "rounded": "the exact value, correctly rounded",
    "tie": "half way between two roundings; both are right",
    "carried": "right but for the rounding of the numbers it was computed from",
    "truncated": "cut off instead of rounded",
    "wrong": "not the value",
    "undecided": "too close to call",
    "given": "an input: nothing to compare with",
}
_WIDTH = 96
_ABOUT_TABLE = (
    "Every printed number with something to compare it with. *Expected* is the exact value at the printed "
    "precision: from the numbers printed just before, and from the inputs."
)
_ABOUT_CORRECTED = (
    "Every wrong number is replaced by the value in the column *Expected from the inputs* (where that is empty, "
    "*from the numbers before*): computed exactly and rounded once, so the corrected weights of a row may sum to "
    "0.99 or 1.01. A `carried` number is right but for the rounding of the numbers it was computed from, and stays."
)
_TABLE_HEAD = (
    "| Line:column | Name | Component | Printed | Expected from the numbers before "
    "| Expected from the inputs | Verdict |\n|---|---|---|---|---|---|---|"
)
_PLAIN_NAME = re.compile(r"(?:[A-Za-z0-9_^{}()',. +=/-]|\\[A-Za-z]+)+\Z")
_READINGS = {
    "row": "Products that do not exist as printed were read row-wise: "
    "a vector printed as a column and multiplied from the left stands for its transpose.",
    "column": "Products that do not exist as printed were read column-wise: "
    "the vector stays a column and the matrix goes to its left.",
    "dot": "Products of two vectors that do not exist as printed were read as dot products.",
}


# -- what both have in common


def summary(document: DocumentAudit) -> list[str]:
    """Return the outcome in plain sentences."""
    values = document.values
    local = [v.local.verdict for v in values if v.local is not None]
    exact = [v.exact.verdict for v in values if v.exact is not None]
    given = sum(v.verdict == "given" for v in values)
    inputs = "1 is an input" if given == 1 else f"{given} are inputs"
    c = document.coverage
    out = [
        f"{_count(len(values), 'printed number')} with a claim; {inputs}, with nothing to compare.",
        f"Against what is printed just before them: {_tally(local)}.",
        f"Against the inputs, with nothing rounded on the way: {_tally(exact)}.",
    ]
    if document.reading:
        out.append(_READINGS[document.reading])
    out.append(
        f"{_count(c.segments, 'formula')}: {c.audited} audited, {c.symbolic} with no number to check, "
        f"{c.unread} unread."
    )
    return out


def _tally(verdicts: Sequence[str]) -> str:
    if not verdicts:
        return "nothing to compare"
    counts = Counter(verdicts)
    right = sum(counts[verdict] for verdict in _RIGHT)
    parts = [f"{right} of {len(verdicts)} right"]
    parts += [f"{counts[verdict]} {verdict}" for verdict in ("truncated", "wrong", "undecided") if counts[verdict]]
    return ", ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def visible(text: str) -> str:
    r"""Return text without control, format and bidirectional characters: each becomes its escape, `\x1b`."""
    return "".join(
        " " if character == "\t" else character if unicodedata.category(character)[0] != "C" else _escape(character)
        for character in text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )


def _escape(character: str) -> str:
    return (
        character.encode("ascii", "backslashreplace").decode("ascii")
        if ord(character) > 0x7E
        else repr(character)[1:-1]
    )


# -- text


def audit_text(document: DocumentAudit) -> str:
    """Return the audit for a terminal: the outcome, then each finding with its source line and carets."""
    name = visible(document.path)
    lines = [f"{name} ({document.source.encoding})", *(f"  {sentence}" for sentence in summary(document))]
    for group in _groups(document.findings):
        lines.append("")
        for finding in group:
            kind = "note" if finding.remark else finding.kind
            lines.append(f"{name}:{finding.line}:{finding.column}: {kind}: {visible(finding.message)}")
        lines += _marked(document, group)
    return "\n".join([*lines, ""])


def _groups(findings: Iterable[Finding]) -> Iterator[list[Finding]]:
    """Yield findings together that point into one printed vector or matrix."""
    for (_, kind, *_rest), group in groupby(findings, key=lambda f: (f.line, f.kind, f.name)):
        if kind == "value":
            yield list(group)
        else:
            yield from ([finding] for finding in group)


def _marked(document: DocumentAudit, group: Sequence[Finding]) -> list[str]:
    line = document.source.line(group[0].line)
    spans = []
    for finding in group:
        first = finding.column - 1
        spans.append((first, max(first + 1, min(len(line), first + finding.stop - finding.start))))
    start = max(0, spans[0][0] - _WIDTH // 3)
    stop = min(len(line), max(start + _WIDTH, min(spans[-1][1] + 4, start + 2 * _WIDTH)))
    shown, marks = "..." * (start > 0), " " * 3 * (start > 0)
    for column in range(start, stop):
        piece = visible(line[column])
        mark = "^" if any(a <= column < b for a, b in spans) else " "
        shown += piece
        marks += mark * sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in piece)
    number = str(group[0].line)
    return [f"  {number} | {shown}{'...' * (stop < len(line))}", f"  {' ' * len(number)} | {marks.rstrip()}"]


# -- Markdown


def audit_markdown(document: DocumentAudit) -> str:
    """Return the audit as a Markdown page: outcome, table, findings, counts, the corrected formulas."""
    parts = [
        f"# Audit of {_code(PurePath(document.path).name)}",
        "\n".join(
            f"- {_prose(sentence)}" for sentence in [*summary(document), f"Encoding: {document.source.encoding}."]
        ),
        "## Printed numbers",
        _ABOUT_TABLE,
        _value_table([v for v in document.values if v.verdict != "given"]),
        "## Other findings",
        _finding_list(document),
        "## Counts",
        _counts(document),
        "## The formulas as they should have been printed",
        _ABOUT_CORRECTED,
        _corrected(document),
    ]
    return "\n\n".join(parts) + "\n"


def _value_table(values: Sequence[PrintedValue]) -> str:
    if not values:
        return "None."
    rows = [
        f"| {v.line}:{v.column} | {_name(v.name)} | {', '.join(map(str, v.component or ()))} "
        f"| {_number(v.printed)} | {_side(v.local)} | {_side(v.exact)} | **{v.verdict}** |"
        for v in values
    ]
    return "\n".join([_TABLE_HEAD, *rows])


def _side(side: Side | None) -> str:
    return "—" if side is None else f"{side.expected or '?'} ({side.verdict})"


def _finding_list(document: DocumentAudit) -> str:
    others = [f for f in document.findings if f.kind != "value"]
    if not others:
        return "None."
    return "\n".join(
        f"- Line {f.line}, {'note' if f.remark else f.kind}: {_sentence(f.message, f.name)}" for f in others
    )


def _counts(document: DocumentAudit) -> str:
    columns = [
        Counter(v.local.verdict for v in document.values if v.local is not None),
        Counter(v.exact.verdict for v in document.values if v.exact is not None),
        Counter(v.verdict for v in document.values),
    ]
    rows = [
        f"| {verdict} | {' | '.join(str(column[verdict]) for column in columns)} | {_MEANING[verdict]} |"
        for verdict in _ORDER
        if any(column[verdict] for column in columns)
    ]
    head = "| Verdict | Against the numbers before | Against the inputs | Overall (the worse) | Meaning |"
    return "\n".join([head, "|---|---:|---:|---:|---|", *rows])


def _corrected(document: DocumentAudit) -> str:
    blocks = []
    for start, stop in document.formulas:
        if not any(start <= edit.start < stop for edit in document.edits):
            continue
        line, _ = document.source.place(start)
        text = re.sub(r"(\r\n|\r|\n)[ \t>]*", "\n", document.corrected(start, stop)).strip()
        safe = "\n".join(visible(part) for part in text.split("\n")).replace("```", "'''")
        blocks.append(f"Line {line}:\n\n```math\n{safe}\n```")
    return "\n\n".join(blocks) if blocks else "Nothing to correct."


def _name(text: str) -> str:
    """Return a name as math if it is plain LaTeX, else as code."""
    return f"${text.replace('|', '')}$" if _PLAIN_NAME.match(text) else _code(text)


def _number(text: str) -> str:
    return text if re.fullmatch(r"[-+0-9.,]+", text) else _code(text)


def _code(text: str) -> str:
    plain = visible(text).replace("|", "\\|")
    ticks = "`" * (max((len(run) for run in re.findall(r"`+", plain)), default=0) + 1)
    pad = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{ticks}{pad}{plain}{pad}{ticks}"


def _sentence(message: str, name: str) -> str:
    """Return a message with its name as math and everything else as prose."""
    if not name or not _PLAIN_NAME.match(name):
        return _prose(message)
    return _name(name).join(_prose(part) for part in message.split(name))


def _prose(text: str) -> str:
    """Return text with everything escaped that Markdown or HTML would act on."""
    escaped = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]|$~#])", r"\\\1", escaped)
