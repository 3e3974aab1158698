"""What an audit of a made-up chapter must say, and what it must not.

`problems` lists everything that an audit got wrong about a chapter; `assert_found_out` fails with that list.  The
auditor is a function from (bytes, name) to a DocumentAudit, so that a broken one can be put in its place.
"""

from __future__ import annotations

from chapters import container

from proofs.audit import audit_bytes

RIGHT = {"exact", "rounded", "tie", "carried"}
BAD = {"wrong", "truncated", "undecided"}  # a truncated number is found, but need not be corrected
KINDS = {"put": "substitution", "inequality": "value"}  # else a value, or the statement's own kind


def assert_found_out(chapter, auditor=audit_bytes):
    """Every planted mistake is found at its place, no right number is accused, and the correction restores."""
    __tracebackhide__ = True
    found = problems(chapter, auditor)
    assert not found, "\n".join([repr(chapter), *found])


def problems(chapter, auditor=audit_bytes):
    """Return what an audit got wrong about a chapter, a sentence each."""
    document = auditor(chapter.data, chapter.name)
    if document.source.text != chapter.text:
        return [f"text: it was read as {document.source.text[:60]!r}, not {chapter.text[:60]!r}"]
    view = _View(chapter, document)
    return [
        *view.unread(),
        *view.numbers(),
        *view.planted(),
        *view.causes(),
        *view.alarms(),
        *view.correction(auditor),
    ]


class _View:
    """A chapter beside its audit."""

    def __init__(self, chapter, document):
        self.chapter = chapter
        self.document = document
        self.values = {}
        for value in document.values:
            self.values.setdefault(value.start, []).append(value)
        self.stained = [p for p in (*chapter.spots, *chapter.statements) if p.what.planted]
        self.stained += [p for p in chapter.spots if p.what.tainted]

    def unread(self):
        """Say what was not read."""
        for finding in self.document.findings:
            if finding.kind == "unread":
                yield f"unread: {self._around(finding)}: {finding.message}"

    def numbers(self):
        """Say which numbers were not judged, and which right ones were accused."""
        whole = [p for p in self.chapter.statements if p.what.planted]
        known = {place.start: place for place in self.chapter.spots}
        for value in self.document.values:
            place = known.get(value.start)
            if not any(p.start <= value.start < p.stop for p in self.chapter.statements):
                yield f"decoy: {value.printed} at {value.start} is no formula"
            elif any(p.start <= value.start < p.stop for p in whole) or (place and place.what.tainted):
                continue
            elif value.verdict not in RIGHT and (value.verdict != "given" or (place and place.what.kind != "given")):
                kind = place.what.kind if place else "constant"
                what = f"{kind} {value.label} = {value.printed}"
                yield f"accused: {what} is called {value.verdict}: {self._around(value)}"
        for place in self.chapter.spots:
            if place.what.kind in {"result", "again", "step"} and place.start not in self.values:
                yield f"missed: {place.what.kind} {place.text} was not judged: {self._around(place)}"

    def planted(self):
        """Say which planted mistakes were not found, or more than once."""
        for place in self.chapter.planted:
            mistake = place.what.planted
            kind = KINDS.get(mistake, "value" if mistake in {"ulp", "swap", "sign", "cut"} else mistake)
            found = [f for f in self.document.findings if f.kind == kind and _meet(f, place)]
            if mistake != "inequality" or not place.what.named:  # a comparison of names may be a condition
                found = [f for f in found if not f.remark]
            if not found:
                yield f"unfound: {mistake} {place.text!r} is no {kind} finding: {self._around(place)}"
            if kind == "value" and mistake != "inequality":
                verdicts = {v.verdict for v in self.values.get(place.start, ())}
                wanted = "truncated" if mistake == "cut" else "wrong"
                if verdicts != {wanted}:
                    yield f"unfound: {mistake} {place.text!r} is {verdicts}, not {wanted}: {self._around(place)}"
        plan = self.chapter.plan
        for place in self.chapter.spots:
            for value in self.values.get(place.start, ()) if place.what.tainted and not place.what.planted else ():
                if plan.carried and plan.kind != "put" and value.local is not None and value.local.verdict == "wrong":
                    yield f"twice: {value.label} = {value.printed} only carries a mistake on: {self._around(value)}"

    def causes(self):
        """Say where a mistake that is carried on is counted again, or carried from elsewhere."""
        plan = self.chapter.plan
        if not plan or not plan.carried or plan.kind not in {"ulp", "swap", "sign", "put"}:
            return
        start = self.chapter.planted[0].start
        if self.document.mistakes != 1:
            yield f"causes: {self.document.mistakes} mistakes, for one that is carried on"
        for value in self.document.values:
            if value.verdict == "wrong" and value.cause != start:
                yield f"causes: {value.label} = {value.printed} is wrong by {value.cause}, not {start}"

    def alarms(self):
        """Say which findings concern nothing that was planted."""
        for finding in self.document.findings:
            if not finding.remark and finding.kind != "unread" and not any(_meet(finding, p) for p in self.stained):
                yield f"alarm: {finding.kind}: {self._around(finding)}: {finding.message}"

    def correction(self, auditor):
        """Say where the corrected document is not what it should be."""
        chapter, document = self.chapter, self.document
        text, at = [], 0
        for edit in document.edits:
            if not any(_meet(edit, p) for p in self.stained):
                yield f"edit: {self._around(edit)} becomes {edit.text!r}"
            text += [chapter.text[at : edit.start], edit.text]
            at = edit.stop
        fixed = document.corrected_bytes
        if fixed != container.encoded("".join([*text, chapter.text[at:]]), chapter.style.encoding):
            yield "corrected: the bytes differ outside the edits"
        if not document.edits:
            again = document
        else:
            again = auditor(fixed, chapter.name)
            bad = [f"{v.label} = {v.printed} ({v.verdict})" for v in again.values if v.verdict in BAD - {"truncated"}]
            if bad:
                yield f"corrected: still {', '.join(bad)}"
            if again.corrected_bytes != fixed:
                yield "corrected: a second correction changes it again"
        if chapter.corrected is not None and fixed != chapter.corrected:
            wanted = container.decoded(chapter.corrected, chapter.style.encoding)
            got = container.decoded(fixed, chapter.style.encoding)
            i = next(
                (i for i, (a, b) in enumerate(zip(got, wanted, strict=False)) if a != b), min(len(got), len(wanted))
            )
            yield f"corrected: ...{got[max(0, i - 40) : i + 30]!r}, not ...{wanted[max(0, i - 40) : i + 30]!r}"

    def _around(self, place):
        text = self.document.source.text
        return repr(text[max(0, place.start - 70) : place.stop + 20])


def _meet(one, other):
    return one.start < other.stop and other.start < one.stop
