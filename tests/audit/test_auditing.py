"""The assertions of the audit tests fail when they should."""

import pytest
from auditing import assert_kinds, assert_nothing_wrong, assert_verdicts, audited


def test_verdicts_must_match_and_exist():
    """A verdict that differs and a name that is missing are both failures."""
    document = audited("$x = 1 + 1 = 3$")
    assert_verdicts(document, {"x": "wrong"})
    assert_verdicts(document, {"x": ("wrong", "wrong", "wrong")})
    with pytest.raises(AssertionError, match="expected exact, got wrong"):
        assert_verdicts(document, {"x": "exact"})
    with pytest.raises(AssertionError, match="no value 'y'"):
        assert_verdicts(document, {"y": "exact"})


def test_kinds_must_match_in_full():
    """A finding too many and a finding too few are both failures."""
    document = audited("$x = 1 + 1 = 3$")
    assert_kinds(document, ["value"])
    with pytest.raises(AssertionError, match="expected"):
        assert_kinds(document, [])
    with pytest.raises(AssertionError, match="expected"):
        assert_kinds(document, ["value", "shape"])


def test_nothing_wrong_sees_wrong_and_unread():
    """A wrong value and an unread formula are both failures."""
    assert_nothing_wrong(audited("$x = 1 + 1 = 2$"))
    with pytest.raises(AssertionError, match="called wrong"):
        assert_nothing_wrong(audited("$x = 1 + 1 = 3$"))
    with pytest.raises(AssertionError, match="unread"):
        assert_nothing_wrong(audited("$x = (1$"))
