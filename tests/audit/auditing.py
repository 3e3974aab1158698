"""What the audit tests share: a way to audit text and assertions that name what differs."""

from __future__ import annotations

from pathlib import Path

from proofs.audit import audit_bytes

ROOT = Path(__file__).parents[2]
CHAPTER = ROOT.parent / "shared" / "seeds" / "002_aae51668d9b66461.txt"
TRANSCRIPTION = ROOT / "proofs" / "documents" / "chapter.md"


def audited(text, *, reading="auto"):
    """Audit text as a UTF-8 document."""
    return audit_bytes(text.encode(), "document.md", reading=reading)


def assert_verdicts(document, expected):
    """Every value in `expected`, {label: overall or (local, global, overall)}, has its verdict."""
    __tracebackhide__ = True
    found = {}
    for value in document.values:
        sides = tuple(None if side is None else side.verdict for side in (value.local, value.exact))
        found[value.label] = (*sides, value.verdict)
    for label, verdict in expected.items():
        assert label in found, f"no value {label!r}; there are {sorted(found)}"
        got = found[label] if isinstance(verdict, tuple) else found[label][-1]
        assert got == verdict, f"{label}: expected {verdict}, got {got}"


def assert_kinds(document, expected):
    """The findings are of exactly these kinds, in order of the text; remarks carry a trailing "?"."""
    __tracebackhide__ = True
    found = [f.kind + "?" * f.remark for f in document.findings]
    assert found == list(expected), f"expected {list(expected)}, got {[(f.kind, f.message) for f in document.findings]}"


def assert_nothing_wrong(document):
    """No value is wrong, truncated or undecided, and nothing was left unread."""
    __tracebackhide__ = True
    bad = [(v.label, v.printed, v.verdict) for v in document.values if v.verdict in {"wrong", "truncated", "undecided"}]
    unread = [f.message for f in document.findings if f.kind == "unread"]
    assert not bad, f"called wrong: {bad}"
    assert not unread, f"unread: {unread}"
