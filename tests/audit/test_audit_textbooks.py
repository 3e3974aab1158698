"""Worked examples of real texts: every judged number gets the verdict that a reader with a calculator gives it."""

import pytest
from auditing import audited
from textbooks import CASES

FAULTY = {"wrong", "truncated", "tie", "carried"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_number_of_a_worked_example_gets_its_verdict(case):
    """All judged numbers, in the order of the text, and no other finding than those named."""
    document = audited(case.text)
    judged = [value for value in document.values if value.verdict != "given"]
    wanted = [entry.split() for entry in case.verdicts.split(",")]
    assert [[value.printed, value.verdict] for value in judged] == [entry[:2] for entry in wanted]
    for value, entry in zip(judged, wanted, strict=True):
        if len(entry) > 2:
            assert (value.exact or value.local).expected == entry[2]
    kinds = [finding.kind for finding in document.findings if finding.kind != "value" and not finding.remark]
    assert kinds == case.kinds.split()
    assert [edit.text for edit in document.edits] == case.fixed.split()


def test_there_are_enough_examples_of_every_kind():
    """Over forty examples, eight of them printed wrong, cut off, half way or carried; no two of one name."""
    verdicts = [{entry.split()[1] for entry in case.verdicts.split(",")} for case in CASES]
    assert len({case.name for case in CASES}) == len(CASES) > 40
    assert sum(bool(found & FAULTY) for found in verdicts) >= 8
    assert set().union(*verdicts) >= FAULTY


@pytest.mark.parametrize("case", [case for case in CASES if case.fixed and not case.kinds], ids=lambda case: case.name)
def test_a_corrected_example_is_right(case):
    """Once corrected, no number is wrong any more; what stands in the place of another number is another matter."""
    again = audited(audited(case.text).corrected_text)
    assert not {value.verdict for value in again.values} & {"wrong", "undecided"}
    assert again.edits == ()
