"""Hints on the whole of a document: found where they are planted, silent where a text is honest."""

import math
from fractions import Fraction
from math import floor

import pytest
from auditing import audited
from chapters import chapter
from hypothesis import given
from hypothesis import strategies as st

from proofs.audit import audit_bytes

HONEST = range(360)  # seeds of chapters without a mistake
LEAST = 3  # numbers cut off that make a hint


def hints(document):
    """Return {kind: message}; no kind may come twice."""
    found = {hint.kind: hint.message for hint in document.hints}
    assert len(found) == len(document.hints)
    return found


def printed(units, places):
    """Return a whole number of units as decimal text."""
    return f"{units // 10**places}.{units % 10**places:0{places}d}"


def nearest(value, places):
    """Return a positive fraction in units of its last place, halves up."""
    return floor(value * 10**places + Fraction(1, 2))


# cut off instead of rounded

# A denominator of 7, 9 or 11 leaves no tie and no exact decimals.
QUOTIENTS = st.tuples(st.integers(1, 60), st.sampled_from([7, 9, 11]), st.integers(1, 3)).filter(lambda q: q[0] % q[1])


@given(st.lists(st.tuples(QUOTIENTS, st.booleans()), min_size=1, max_size=9))
def test_a_text_that_cuts_off_is_told_from_one_that_rounds(quotients):
    """The hint comes with three numbers cut where rounding goes up, and twice as many as were rounded up."""
    lines, cut, up = [], 0, 0
    for (top, bottom, places), cuts in quotients:
        value = Fraction(top, bottom)
        lower, right = floor(value * 10**places), nearest(value, places)
        cut += cuts and lower != right
        up += not cuts and lower != right
        lines.append(f"$\\frac{{{top}}}{{{bottom}}} = {printed(lower if cuts else right, places)}$")
    found = hints(audited("\n\n".join(lines)))
    assert set(found) == ({"truncates"} if cut >= LEAST and cut >= 2 * up else set())
    if found:
        assert found["truncates"].startswith(f"{cut} numbers are cut off")


@pytest.mark.parametrize("bottom", [7, 9, 11, 13, 17, 19, 21, 23, 27, 29])
def test_a_text_in_which_everything_is_cut_off_truncates(bottom):
    """Of forty quotients, none of them a tie, about half are cut off: the hint does not fail to come."""
    shown = {top: printed(floor(Fraction(top, bottom) * 100), 2) for top in range(1, 41)}
    lines = [f"$\\frac{{{top}}}{{{bottom}}} = {text}$" for top, text in shown.items()]
    assert set(hints(audited(" ".join(lines)))) == {"truncates"}


# weights made to sum to one


@given(st.lists(st.integers(1, 40), min_size=2, max_size=6), st.integers(1, 3), st.sampled_from(["vector", "names"]))
def test_a_forced_sum_is_found(parts, places, how):
    """Weights rounded but the last, which is what is left of 1: a hint exactly if that one is wrong."""
    total, unit = sum(parts), Fraction(1, 10**places)
    units = [nearest(Fraction(part, total), places) for part in parts[:-1]]
    units.append(10**places - sum(units))
    if units[-1] < 0:
        return
    weights = [printed(u, places) for u in units]
    formulas = [f"\\frac{{{part}}}{{{total}}}" for part in parts]
    if how == "vector":
        text = f"Weights:\n\n$w = ({', '.join(formulas)}) = ({', '.join(weights)})$"
    else:
        text = "Weights:\n\n" + " ".join(
            f"$w_{{{i}}} = {formula} = {weight}$"
            for i, (formula, weight) in enumerate(zip(formulas, weights, strict=True), 1)
        )
    error = Fraction(parts[-1], total) - units[-1] * unit
    cut = 0 < error < unit  # a number above what is printed by less than a unit is cut off, not forced
    wrong = abs(error) > unit / 2 and not cut
    document = audited(text)
    assert ("forced_sum" in hints(document)) == wrong
    if wrong:
        [hint] = [hint for hint in document.hints if hint.kind == "forced_sum"]
        right = nearest(Fraction(parts[-1], total), places)
        assert f"is {weights[-1]} and not {printed(right, places)}" in hint.message
        assert hint.line == 3


@pytest.mark.parametrize(
    ("weights", "forced"),
    [("0.33, 0.33, 0.34", True), ("0.33, 0.33, 0.33", False), ("0.33, 0.33, 0.35", False), ("0.3, 0.3, 0.4", True)],
)
def test_thirds(weights, forced):
    """Three equal weights are forced only where they are 1 in sum: wrong alone is no hint."""
    found = hints(audited(f"$w = \\text{{softmax}}(2, 2, 2) = ({weights})$"))
    assert set(found) == ({"forced_sum"} if forced else set())


def test_numbers_that_are_not_one_in_sum_are_no_weights():
    """What is printed is 1 in sum, but the exact numbers are not: a mistake, and no hint."""
    assert hints(audited(r"$v = (\frac{1}{3}, \frac{1}{2}) = (0.33, 0.67)$")) == {}


# products that do not exist as printed

COLUMN = r"$x = \begin{pmatrix} 1 \\ 2 \end{pmatrix}$, $W = \begin{pmatrix} 1 & 3 \\ 2 & 4 \end{pmatrix}$"


@pytest.mark.parametrize(
    ("result", "rows", "columns"),
    [("(5, 11)", 2, 0), ("(7, 10)", 0, 2), ("(5, 10)", 1, 1), ("(0, 0)", 0, 0)],  # (1, 2) W = (5, 11), W x = (7, 10)
)
@pytest.mark.parametrize("reading", ["auto", "row", "column"])
def test_the_reading_that_fits_better_is_named(result, rows, columns, reading):
    """The hint counts what either reading makes right, and recommends the other only if it is better."""
    message = hints(audited(f"{COLUMN} and $y = x W = {result}$.", reading=reading))["reading"]
    used, other, mine, its = (
        ("column", "row", columns, rows) if reading == "column" else ("row", "column", rows, columns)
    )
    assert f"of the 2 numbers printed for products that do not exist, {mine} are right as read by {used}s" in message
    assert f", {its} would be by {other}s" in message
    assert (f"--reading {other} fits better" in message) == (its > mine)


def test_products_that_exist_need_no_reading():
    """No hint where every product exists as printed."""
    assert hints(audited(f"{COLUMN} and $y = W x = (7, 10)$.")) == {}


# logarithms without a base

BASES = {"e": "the natural one", "10": "the one to base 10", "2": "the one to base 2"}


@given(st.sampled_from(sorted(BASES)), st.lists(st.integers(3, 999), min_size=1, max_size=4), st.integers(2, 5))
def test_the_base_of_a_logarithm_is_what_fits(base, numbers, places):
    """Logarithms to one of three bases, printed without it: the hint names it, and no number is wrong."""
    lines = []
    for number in numbers:
        value = {"e": math.log, "10": math.log10, "2": math.log2}[base](number)
        lines.append(f"$\\log {number} = {value:.{places}f}$")
    document = audited(" ".join(lines))
    assert f"is read as {BASES[base]}: 0 numbers wrong" in hints(document)["logarithm"]
    assert document.clean


def test_a_logarithm_that_fits_no_base_is_natural():
    """Without a base that fits better the natural logarithm is meant, and the number is wrong."""
    document = audited(r"$\log 7 = 5.0$")
    assert hints(document)["logarithm"] == (
        "a logarithm without a base is read as the natural one: 1 number wrong in this document."
    )
    assert [value.verdict for value in document.values] == ["wrong"]


def test_a_logarithm_with_its_base_needs_no_hint():
    """Written out, a base is not guessed."""
    assert hints(audited(r"$\ln 7 = 1.95$, $\log_{10} 7 = 0.845$ and $\log_2 7 = 2.807$")) == {}


# unclear commas


@given(st.integers(1, 99), st.integers(10, 999), st.sampled_from([",", "{,}"]))
def test_a_comma_that_parts_thousands_or_decimals_is_what_fits(a, b, comma):
    """A product of four to six digits with a comma before three of them, and a thousandth of it."""
    product = a * b
    if not 1000 <= product < 10**6:
        return
    shown = f"{product:,}".replace(",", comma)
    for text, part in (
        (f"${a} \\cdot {b} = {shown}$", "thousands"),
        (f"$\\frac{{{product}}}{{1000}} = {shown}$", "decimals"),
    ):
        document = audited(text)
        assert f"are read as parting {part}:" in hints(document)["numerals"]
        assert document.clean


@pytest.mark.parametrize(
    "text", ["$12 \\cdot 12.5 = 150$", "$a = 3$ and $2 a = 6$", "$x = (1, 2)$", "$0.5 + 0.25 = 0.75$"]
)
def test_numbers_without_unclear_commas_need_no_hint(text):
    """Nothing is said on commas that are plain."""
    assert hints(audited(text)) == {}


# honest documents


@pytest.mark.parametrize("chunk", range(0, len(HONEST), 40))
def test_honest_chapters_get_no_hint_that_doubts_them(chunk):
    """No chapter without a mistake is said to cut off or to force a sum; what is guessed is guessed right."""
    for seed in HONEST[chunk : chunk + 40]:
        made = chapter(seed, honest=True)
        found = hints(audit_bytes(made.data, made.name))
        assert not {"truncates", "forced_sum"} & set(found), (made, found)
        if "logarithm" in found:
            assert made.style.ln == "\\log", made
            assert "read as the natural one: 0 numbers wrong" in found["logarithm"], made
        if "numerals" in found:
            assert made.style.decimal != "point", made
            assert "read as parting decimals" in found["numerals"], made
