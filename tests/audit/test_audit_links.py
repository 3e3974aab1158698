"""Chains of expressions: each is compared with the member before it, and right arithmetic is left alone."""

import pytest
from auditing import assert_kinds, audited


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (r"$2 \cdot 3 = 2 + 3 = 5$", "2 + 3", r"2 + 3 is 5, but 2 \cdot 3 before it is 6."),
        (r"$(1+2)^2 = 1^2 + 2^2 = 5$", "1^2", "1^2 + 2^2 is 5, but (1+2)^2 before it is 9."),
        (
            r"$\frac{1}{2}+\frac{1}{3} = \frac{2}{5} = 0.4$",
            r"\frac{2}{5}",
            r"\frac{2}{5} is 0.4, but \frac{1}{2}+\frac{1}{3} before it is 5/6.",
        ),
        (r"$x=2$, $y=3$; $xy = x + y = 5$", "x + y", "x + y is 5, but xy before it is 6."),
        (r"$2+2=4=2\cdot 3$", r"2\cdot 3", r"2\cdot 3 is 6, but 4 stands before it."),
        (r"$12 = 3 \cdot 4 = 2 \cdot 7$", r"2 \cdot 7", r"2 \cdot 7 is 14, but 3 \cdot 4 before it is 12."),
        (r"$2 \cdot 3 = 2 + 3$", "2 + 3", r"2 + 3 is 5, but 2 \cdot 3 before it is 6."),
        (r"$1/3 = 0.33 = 3/10$", "3/10", "3/10 is 0.3, but 0.33 stands before it."),
        (r"$7 \cdot 8 = 7 \cdot 9 = 63$", r"7 \cdot 9", r"7 \cdot 9 is 63, but 7 \cdot 8 before it is 56."),
        (
            r"$2 \cdot 3 + 4 = 5 + 6 = 11$",
            "5 + 6",
            r"5 + 6 is 11, but 2 \cdot 3 + 4 before it is 10.",
        ),
    ],
)
def test_an_expression_that_is_not_the_one_before_it_is_a_finding(text, place, message):
    """A value finding at the expression's first character; nothing is corrected, for nobody knows which is meant."""
    document = audited(text)
    first = document.findings[0]
    assert (first.kind, first.start, first.message) == ("value", text.index(place), message)
    assert document.edits == ()


@pytest.mark.parametrize(
    "text",
    [
        r"$7 \cdot 8 = 8 \cdot 7 = 56$",
        r"$\frac{6}{4} = \frac{3}{2} = 1.5$",
        r"$0.5 = \frac{1}{2} = \frac{2}{4}$",
        r"$4^2 = 2^4 = 16$",
        r"$12 = 3 \cdot 4 = 2 \cdot 6$",
        r"$|{-2}| = 2 = |2|$",
        r"$2^{10} = 1024 \approx 10^3$",
        r"$1/3 = 0.33 = 33/100$",
        r"$1/3 = 0.33 = 1/3$",
        r"$\sqrt{2} = 1.41 = 2 \cdot 0.71$",
        r"$1/3 + 1/3 = 2 \cdot 0.333 = 0.667$",
        r"$a = 2$ $b = 3$ $ab = 3 \cdot 2 = 6$",
        r"$2 \cdot 3 + 4 = 5 + 5 = 10$",
        r"$p = \frac{3}{7} = 0.43$, $q = 1 - p = \frac{4}{7} = 0.57$",
        r"$2(3 + 4) = 2 \cdot 7 = 14 = 6 + 8 = 2 \cdot 3 + 2 \cdot 4$",
        r"$\frac{2}{3} + \frac{1}{7} = 0.67 + 0.14 = 0.81$",
        r"$2x + 1 = x + 4$",
    ],
)
def test_right_arithmetic_is_left_alone(text):
    """Numbers at other places, rounded steps and approximations are no mistakes, and nothing is edited."""
    document = audited(text)
    assert_kinds(document, [])
    assert document.corrected_text == text


def test_a_wrong_number_does_not_accuse_the_right_expression_after_it():
    """5 is wrong, and 4 * 1 is what should stand there."""
    document = audited(r"$2+2=5=4 \cdot 1$")
    assert_kinds(document, ["value"])
    assert document.corrected_text == r"$2+2=4=4 \cdot 1$"


def test_numbers_put_for_names_are_still_compared():
    """The substitution reading is for names: 3 stands for a."""
    document = audited(r"$a = 2$ $b = 3$ $ab = 3 \cdot 4 = 12$")
    assert [f.kind for f in document.findings] == ["substitution", "substitution", "value"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (r"$x = 1{,}500 + 1{,}000 = 2{,}500$", "the comma in a number"),
        (r"$1,000 + 1 = 1,002$", "the comma in a number"),
        (r"$2e-1 + 1 = 1.2$", "Euler's number or a power of ten"),
        (r"$1\frac{1}{2} + 1 = 2.5$", "a mixed number"),
        (r"$x = 0.5 + 1 = 1.5$, $y = 1 + 1 = 0,25$", "decimals or the entries of a list"),
        (r"$20\% \text{ of } 50 = 11$", "an operator without a known meaning"),
        (r"$2\text{km} + 3\text{m} = 6\text{km}$", "units are not read"),
        (r"$v = 90\,\mathrm{km/h} = 25\,\mathrm{m/s}$", "units are not read"),
        (r"$m = 3$, $F = \frac12 m = 1.6\,\mathrm{N}$", "units are not read"),
        (r"$2\,\mathrm{m} \cdot 3\,\mathrm{m} = 7\,\mathrm{m}^2$", "units are not read"),
        (r"$2\text{ km} + 3\text{ km} = 6\text{ km}$", "words inside arithmetic"),
        (r"$10 \bmod 3 = 2$", "an operator without a known meaning"),
        ("> " * 60 + "$2+2=5$", "too deep in quotations"),
    ],
)
def test_what_may_be_misread_is_unread(text, reason):
    """One unread finding with its reason instead of a wrong verdict or silence."""
    document = audited(text)
    assert_kinds(document, ["unread"])
    assert reason in document.findings[0].message
    assert document.edits == ()
    assert document.coverage.unread == 1


@pytest.mark.parametrize(
    "text",
    [
        r"$10{,}000$ words, $(100,200)$, $f(1,100)$, $5\,\text{km}$, $i \le n$",
        r"$0{,}125 + 1 = 1{,}125$",
        r"`\(2+2=5\)` and \(see\)",
        "> " * 30 + "$2+2=4$",
    ],
)
def test_what_claims_nothing_or_is_clear_is_not_unread(text):
    """No noise: a grouped number or a unit alone, a decimal comma that is clear from the formula, code."""
    assert_kinds(audited(text), [])


def test_known_functions_and_constants_are_evaluated():
    """Arguments in a list, and pi, unless the letter is a name of its own."""
    assert [v.verdict for v in audited("$softmax(1, 2) = (0.9, 0.1)$").values] == ["wrong", "wrong"]
    assert audited(r"$\text{softmax}([1, 2]) = [0.27, 0.73]$").clean
    assert [v.verdict for v in audited(r"$\pi = 3.15$").values] == ["wrong"]
    assert audited(r"$\pi \approx 3.14$").clean
    assert audited(r"$\pi = 0.3$").clean


def test_numbers_of_an_unread_statement_are_no_inputs():
    """Nothing was compared, so nothing is said of them."""
    document = audited("$9^{9^{9}} = 1$")
    assert_kinds(document, ["unread"])
    assert document.values == ()


def test_an_unnamed_chain_is_named_by_its_first_member():
    """As printed, brackets included."""
    assert [v.name for v in audited("$(-2)^2 = 5$").values] == ["(-2)^2"]
    assert [v.name for v in audited(r"$2 \cdot (-3) = 5$").values] == [r"2 \cdot (-3)"]
