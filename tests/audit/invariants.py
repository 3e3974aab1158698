"""What holds for every document whatever, for tests that make documents by chance."""

from __future__ import annotations

import json
import re

from commanding import rendered
from markdown_it import MarkdownIt

from proofs.audit import Unreadable, audit_bytes
from proofs.audit.findings import KINDS, VERDICTS
from proofs.report.audit_output import STYLES

_DIGITS = re.compile(r"\d")
_ELSEWHERE = re.compile(r"\\(?:re)?newcommand|\\providecommand|\\def|\\let|\\Declare|\\u[0-9a-fA-F]{4}")
"""A number may be printed by a macro, whose body stands elsewhere, or written as an escape."""
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
_MARKUP = re.compile("[<>!&]|\\]\\(")
_PAGE = MarkdownIt("commonmark", {"html": True})
_OBEYED = {"html_inline", "html_block", "link_open", "image"}


def assert_sound(data, name):
    """The document is refused in one line, or audited: every part of the outcome holds together. Return the audit."""
    __tracebackhide__ = True
    try:
        document = audit_bytes(data, name)
    except Unreadable as refusal:
        assert_refused(str(refusal), name)
        return None
    assert_adds_up(document)
    assert_stands_where_it_says(document)
    assert_reports(document)
    assert_corrects(document)
    return document


def assert_refused(sentence, name):
    """A refusal is one line that names the document and says what was expected."""
    __tracebackhide__ = True
    assert sentence.startswith(f"{name}: expected "), sentence
    assert "\n" not in sentence, sentence


def assert_adds_up(document):
    """Every segment is counted once, and every unread one has its finding."""
    __tracebackhide__ = True
    c = document.coverage
    assert c.segments == c.audited + c.symbolic + c.unread, c
    assert 0 <= c.audited <= c.numeric <= c.segments, c
    unread = sum(finding.kind == "unread" for finding in document.findings)
    assert unread >= c.unread, (unread, c)
    assert document.clean == all(finding.remark for finding in document.findings)
    assert {finding.kind for finding in document.findings} <= set(KINDS)
    judged = sum(finding.kind == "value" and not finding.remark for finding in document.findings)
    assert judged >= sum(value.verdict in VERDICTS for value in document.values), "a wrong number without a finding"


def assert_stands_where_it_says(document):
    """Offsets, lines and columns agree; the characters of every value are those that are printed there."""
    __tracebackhide__ = True
    source = document.source
    for thing in (*document.values, *document.findings):
        assert 0 <= thing.start < thing.stop <= len(source.text), thing
        assert source.place(thing.start) == (thing.line, thing.column), thing
    elsewhere = _ELSEWHERE.search(source.text) is not None
    for value in document.values:
        there = source.excerpt(value.start, value.stop)
        stands = _DIGITS.findall(there) == _DIGITS.findall(value.printed)
        stands = stands and (there[0] in "-\u2212") == (value.printed[0] in "-\u2212")
        edited = any(value.start <= edit.start < value.stop for edit in document.edits)
        assert stands or (elsewhere and not edited), (there, value)
    assert list(document.values) == sorted(document.values, key=lambda value: value.start)
    for before, after in zip(document.edits, document.edits[1:], strict=False):
        assert before.stop <= after.start, (before, after)
    assert all(0 <= edit.start < edit.stop <= len(source.text) and edit.text for edit in document.edits)


def assert_reports(document):
    """Every report can be made; none holds a control character, and the one that may become a page no markup."""
    __tracebackhide__ = True
    for style in STYLES:
        report = rendered([document], style)
        control = _CONTROLS.search(report)
        assert control is None, f"{style}: {control.group()!r} in {report[control.start() - 40 : control.end() + 40]!r}"
        if style in {"json", "sarif"}:
            json.loads(report)
        if style == "markdown" and _MARKUP.search(report):
            assert not _OBEYED & _kinds(_PAGE.parse(report)), report


def _kinds(tokens):
    return {token.type for token in tokens} | {inner.type for token in tokens for inner in token.children or []}


def assert_corrects(document):
    """The corrected document is one: it can be audited and corrected again, and its lines are the same.

    That nothing is left to correct holds for texts that people write, and is tested on those: in a chain that
    contradicts itself (`x = 5 = 2 = 2`) a number is right beside its neighbour until that one is corrected.
    """
    __tracebackhide__ = True
    if not document.edits:
        assert document.corrected_text == document.source.text
        return
    again = audit_bytes(document.corrected_bytes, document.source.name)
    assert len(again.source.starts) == len(document.source.starts)
    assert_adds_up(again)
    assert_stands_where_it_says(again)
    audit_bytes(again.corrected_bytes, document.source.name)
