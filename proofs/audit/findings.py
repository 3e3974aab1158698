"""What an audit found: values, findings, coverage, and the document they belong to (DESIGN section 5)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from proofs.audit.source import Source

MORE_DIGITS = 6
"""How many digits beyond the printed ones an expected value is also given to."""
VERDICTS = ("wrong", "truncated", "undecided")
"""The verdicts that are findings."""
SOUND = ("exact", "rounded", "tie", "carried")
"""The verdicts of a number that holds, in one way or another."""
KINDS = ("value", "shape", "undefined", "redefined", "definition", "substitution", "unread")
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Side:
    """One comparison.

    Attributes: expected (at the printed precision; None if undecided); verdict; precise (to MORE_DIGITS more digits).
    """

    expected: str | None
    verdict: str
    precise: str | None = None


@dataclass(frozen=True, slots=True)
class PrintedValue:
    """One printed number that the text claims to be equal to something.

    Attributes: line, column (1-based); name; component (1-based, None in a scalar); printed; verdict; local;
    exact (`global` in JSON); note; start, stop (document offsets); cause (where the mistake stands that this number
    is wrong by: its own start if the mistake is made here, None if it is not wrong).
    """

    line: int
    column: int
    name: str
    component: tuple[int, ...] | None
    printed: str
    verdict: str
    local: Side | None
    exact: Side | None
    note: str
    start: int
    stop: int
    cause: int | None = None

    @property
    def label(self) -> str:
        """Name and component: `q_1[2]`."""
        index = "" if self.component is None else f"[{','.join(map(str, self.component))}]"
        return self.name + index


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at.

    Attributes: line, column (1-based); kind (one of KINDS); name; message; start, stop (document offsets); verdict
    (of the value it is about, else ""); cause (where the mistake stands that is found here: its own start, or that of
    an earlier mistake which is carried on; None for findings that are no mistakes in numbers).

    A `remark` is worth knowing but no fault: a value printed again unchanged, a value that the text leaves to
    the reader to derive.  Remarks do not make a document unclean.
    """

    line: int
    column: int
    kind: str
    name: str
    message: str
    start: int
    stop: int
    remark: bool = False
    verdict: str = ""
    cause: int | None = None

    @property
    def severity(self) -> str:
        """How much it matters: "error", "warning" (not certain, or nobody looked) or "note" (a remark)."""
        if self.remark:
            return "note"
        return "warning" if self.kind == "unread" or self.verdict in {"truncated", "undecided"} else "error"


@dataclass(frozen=True, slots=True)
class Hint:
    """Something about the document as a whole.

    Attributes: kind (reading, numerals, truncates, forced_sum, logarithm or logistic); message; line (1-based or None).
    """

    kind: str
    message: str
    line: int | None = None


@dataclass(slots=True)
class Coverage:
    """How many math segments were read how.

    Every segment is audited (it claims numbers and all of them were looked at), symbolic (it claims none) or
    unread; `numeric` counts the segments that hold claimed numbers or, being unread, may hold some.
    """

    segments: int = 0
    numeric: int = 0
    audited: int = 0
    symbolic: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Edit:
    """A correction: source text from start to stop becomes `text`."""

    start: int
    stop: int
    text: str


@dataclass(frozen=True)
class DocumentAudit:
    """The audit of one document.

    Attributes: source; reading ("row", "column", or "" where no product needed one); coverage; values and
    findings in the order of the text; edits (every wrong number, to be replaced); formulas (start and stop of each
    audited segment); hints (on the document as a whole).
    """

    source: Source
    reading: str
    coverage: Coverage
    values: tuple[PrintedValue, ...]
    findings: tuple[Finding, ...]
    edits: tuple[Edit, ...] = ()
    formulas: tuple[tuple[int, int], ...] = field(default=())
    hints: tuple[Hint, ...] = ()

    @property
    def path(self) -> str:
        """The document's name as it was given."""
        return self.source.name

    @property
    def clean(self) -> bool:
        """Whether nothing was found but remarks."""
        return all(finding.remark for finding in self.findings)

    @property
    def mistakes(self) -> int:
        """How many mistakes in numbers there are, those not counted that only carry an earlier one on."""
        return len({finding.cause for finding in self.findings if finding.cause is not None})

    @property
    def corrected_text(self) -> str:
        """The document with every wrong number replaced and not a character changed outside them."""
        return self.corrected(0, len(self.source.text))

    @property
    def corrected_bytes(self) -> bytes:
        """The corrected document in the original's encoding, line ends and other bytes."""
        return self.source.encode(self.corrected_text)

    def corrected(self, start: int, stop: int) -> str:
        """Return the corrected text of one stretch of the document (offsets of the original)."""
        parts = []
        for edit in self.edits_between(start, stop):
            parts += [self.source.text[start : edit.start], edit.text]
            start = edit.stop
        return "".join([*parts, self.source.text[start:stop]])

    def edits_between(self, start: int, stop: int) -> tuple[Edit, ...]:
        """Return the edits inside one stretch of the document; they stand in the order of the text."""
        first = bisect_left(self.edits, start, key=lambda edit: edit.start)
        last = bisect_right(self.edits, stop, key=lambda edit: edit.stop)
        return self.edits[first:last]

    def to_json(self) -> dict[str, Any]:
        """Return the document's entry in `audit --format json`."""
        c = self.coverage
        return {
            "path": self.path,
            "sha256": self.source.sha256,
            "encoding": self.source.encoding,
            "coverage": {
                "segments": c.segments,
                "numeric": c.numeric,
                "audited": c.audited,
                "symbolic": c.symbolic,
                "unread": c.unread,
            },
            "values": [
                {
                    "line": v.line,
                    "column": v.column,
                    "name": v.name,
                    "component": None if v.component is None else list(v.component),
                    "printed": v.printed,
                    "verdict": v.verdict,
                    "local": _side(v.local),
                    "global": _side(v.exact),
                    "note": v.note,
                    "cause": self._cause(v.cause),
                }
                for v in self.values
            ],
            "findings": [
                {
                    "line": f.line,
                    "column": f.column,
                    "kind": f.kind,
                    "name": f.name,
                    "message": f.message,
                    "remark": f.remark,
                    "cause": self._cause(f.cause),
                }
                for f in self.findings
            ],
            "mistakes": self.mistakes,
            "hints": [{"kind": h.kind, "message": h.message, "line": h.line} for h in self.hints],
        }

    def _cause(self, offset: int | None) -> dict[str, int] | None:
        if offset is None:
            return None
        line, column = self.source.place(offset)
        return {"line": line, "column": column}


def _side(side: Side | None) -> dict[str, str | None] | None:
    return None if side is None else {"expected": side.expected, "verdict": side.verdict, "precise": side.precise}
