"""Verdicts on single printed numbers, against hand-made cases and an independent definition."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from proofs.audit import judge, reals
from proofs.audit.values import decimal, printed


def rational(text):
    """Return a fraction such as "93/200" as an exact real."""
    q = Fraction(text)
    return fmpq(q.numerator, q.denominator)


@pytest.mark.parametrize(
    ("text", "exact", "verdict"),
    [
        ("0.5", "1/2", "exact"),
        ("0.50", "1/2", "exact"),
        ("1", "1", "exact"),
        ("-0.3", "-3/10", "exact"),
        ("0.33", "1/3", "rounded"),
        ("0.67", "2/3", "rounded"),
        ("0.66", "2/3", "truncated"),
        ("0.46", "93/200", "tie"),
        ("0.47", "93/200", "tie"),
        ("0.48", "93/200", "wrong"),
        ("-0.66", "-2/3", "truncated"),
        ("-0.67", "-2/3", "rounded"),
        ("-0.68", "-2/3", "wrong"),
        ("0", "7/10", "truncated"),
        ("0", "-7/10", "truncated"),
        ("1", "-7/10", "wrong"),
        ("0.4", "0", "wrong"),
        ("-0.0", "0", "exact"),
        ("2", "3/2", "tie"),
        ("1", "3/2", "tie"),
        ("1.4", "1.32", "wrong"),
        ("1.3", "1.32", "rounded"),
    ],
)
def test_hand_made_verdicts(text, exact, verdict):
    """Each verdict at the borders where it begins and ends."""
    assert judge.verdict(printed(text), rational(exact)) == verdict


def test_transcendental_values():
    """E = 2.71828182845904523536...: rounding and cutting are told apart at every length."""
    e = reals.exponential(fmpq(1))
    for text, verdict in {
        "2.718": "rounded",
        "2.72": "rounded",
        "2.71": "truncated",
        "2.7182": "truncated",
        "2.73": "wrong",
    }.items():
        assert judge.verdict(printed(text), e) == verdict
    assert judge.expected(printed("0.0000000000"), e) == "2.7182818285"
    assert judge.verdict(printed("1"), reals.divide(e, e)) == "exact"


def test_a_ball_about_the_printed_number_is_right_but_not_known_to_be_exact():
    """(sqrt(2) + 1)(sqrt(2) - 1) is 1; the ball cannot prove it, and says rounded."""
    one = hidden_one()
    assert judge.verdict(printed("1"), one) == "rounded"
    assert judge.verdict(printed("2"), reals.add(one, fmpq(1))) == "rounded"


def test_a_ball_about_a_tie_is_undecided():
    """Half of (sqrt(2) + 1)(sqrt(2) - 1): a border that no finite precision decides, and no loop tries to."""
    assert judge.verdict(printed("1"), reals.divide(hidden_one(), fmpq(2))) == "undecided"


def test_ties_of_roots_are_decided():
    """The cosine between (1, 1, 0) and (1, 0, 1) is 1 / (sqrt(2) sqrt(2)) = 1/2 exactly: half way between 0 and 1."""
    root = reals.root(fmpq(2))
    half = reals.divide(fmpq(1), reals.multiply(root, root))
    assert [judge.verdict(printed(text), half) for text in ("0", "1", "0.5")] == ["tie", "tie", "exact"]


def test_precision_is_raised_until_it_decides():
    """ln(1 + x) is x - x^2/2 + x^3/3 - ...: with x = 10^-60 it takes 600 bits to see that x^2/2 is not reached."""
    x = fmpq(1, 10**60)
    below = reals.subtract(x, reals.logarithm(fmpq(1) + x))
    zeros = "0." + "0" * 119
    assert [judge.verdict(printed(zeros + digit), below) for digit in "01"] == ["rounded", "wrong"]


def hidden_one():
    """Return (sqrt(2) + 1)(sqrt(2) - 1), which is 1, as a ball."""
    root = reals.root(fmpq(2))
    return reals.multiply(reals.add(root, fmpq(1)), reals.subtract(root, fmpq(1)))


@given(
    st.integers(-10_000, 10_000),
    st.integers(0, 4),
    st.fractions(max_denominator=400).filter(lambda q: abs(q) < 50),
)
def test_verdicts_agree_with_decimal_arithmetic(units, places, exact):
    """Against Python's decimal module: right exactly when half-up or half-even rounding gives the number."""
    text = decimal(units, places)
    quantum = Decimal(1).scaleb(-places)
    long = Decimal(exact.numerator * 10**40 // exact.denominator).scaleb(-40)
    is_short = (exact * 10**40).denominator == 1
    verdict = judge.verdict(printed(text), fmpq(exact.numerator, exact.denominator))
    if is_short:
        right = {long.quantize(quantum, mode) for mode in (ROUND_HALF_UP, ROUND_HALF_EVEN)}
        cut = long.quantize(quantum, ROUND_DOWN)
        if Decimal(text) in right:
            assert verdict in judge.RIGHT
        elif verdict == "tie":  # the third neighbour of a tie: half down
            assert abs(long - Decimal(text)) * 2 == quantum
        else:
            assert verdict == ("truncated" if Decimal(text) == cut else "wrong")
    assert (verdict == "exact") == (Fraction(text) == exact)
    if verdict in {"rounded", "exact"}:
        assert judge.expected(printed(text), fmpq(exact.numerator, exact.denominator)).lstrip("-") == text.lstrip("-")


@given(st.integers(-(10**30), 10**30), st.integers(0, 30), st.sampled_from([".", ",", "{,}"]))
def test_numbers_are_read_as_they_are_written(units, places, mark):
    """Writing units and places and reading them back changes nothing, at any length and in any style."""
    text = decimal(units, places, mark)
    number = printed(text)
    assert (number.units, number.places) == (units, places)
    assert number.rewritten(units) == text.replace("-", "", units == 0)
    assert number.value == fmpq(units, 10**places)


@pytest.mark.parametrize(
    ("local", "exact", "sound", "expected"),
    [
        ("exact", "rounded", True, ("exact", "rounded", "rounded")),
        ("rounded", "wrong", True, ("rounded", "carried", "carried")),
        ("rounded", "wrong", False, ("rounded", "wrong", "wrong")),
        ("wrong", "exact", True, ("carried", "exact", "carried")),
        ("wrong", "exact", False, ("wrong", "exact", "wrong")),
        ("wrong", "wrong", True, ("wrong", "wrong", "wrong")),
        ("truncated", "wrong", True, ("truncated", "carried", "truncated")),
        ("truncated", "exact", True, ("carried", "exact", "carried")),
        ("rounded", "truncated", True, ("rounded", "carried", "carried")),
        ("truncated", "exact", False, ("truncated", "exact", "truncated")),
        ("undecided", "wrong", True, ("undecided", "wrong", "wrong")),
        ("undecided", "exact", True, ("undecided", "exact", "undecided")),
        (None, "tie", True, (None, "tie", "tie")),
        ("exact", None, True, ("exact", None, "exact")),
        (None, None, True, (None, None, "given")),
    ],
)
def test_two_verdicts_become_one(local, exact, sound, expected):
    """The worse side counts; a side is excused only where rounding alone can explain it."""
    assert judge.both(local, exact, sound=sound) == expected


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("0.47", "0.47", True),
        ("0.47", "0.4667", True),
        ("0.46", "0.4667", True),
        ("0.48", "0.4667", False),
        ("1", "1.00", True),
    ],
)
def test_one_number_at_two_lengths(a, b, same):
    """A shorter printing agrees if it is the longer one rounded or cut."""
    assert judge.agree(printed(a), printed(b)) is same
    assert judge.agree(printed(b), printed(a)) is same
