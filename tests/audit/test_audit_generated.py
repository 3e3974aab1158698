"""Made-up chapters with known truth: planted mistakes are found, right numbers are never called wrong."""

from decimal import Decimal
from fractions import Fraction

from auditing import assert_nothing_wrong, audited
from hypothesis import given
from hypothesis import strategies as st

NUMBERS = st.tuples(st.integers(-99, 99), st.integers(0, 2)).map(lambda t: Decimal(t[0]).scaleb(-t[1]))


def rounded(value, places):
    """Return a fraction rounded half up, as printed text."""
    scaled = abs(value) * 10**places
    units = (scaled.numerator * 2 + scaled.denominator) // (2 * scaled.denominator)
    sign = "-" if value < 0 and units else ""
    digits = str(units).rjust(places + 1, "0")
    return sign + (digits[:-places] + "." + digits[-places:] if places else digits)


@st.composite
def chapters(draw):
    """Draw a worked example: inputs, then names computed from earlier names, printed to a few places.

    Returns (name, formula, numbers put in, exact value, places) for each derived name, and the inputs.
    """
    inputs = {f"a_{i}": draw(NUMBERS) for i in range(1, 4)}
    exact = {name: Fraction(value) for name, value in inputs.items()}
    steps = []
    for i in range(1, draw(st.integers(2, 5))):
        left, right = draw(st.sampled_from(sorted(exact))), draw(st.sampled_from(sorted(exact)))
        operator = draw(st.sampled_from(["+", "-", "\\cdot", "/"]))
        if operator == "/" and exact[right] == 0:
            operator = "+"
        value = {
            "+": lambda a, b: a + b,
            "-": lambda a, b: a - b,
            "\\cdot": lambda a, b: a * b,
            "/": lambda a, b: a / b,
        }[operator](exact[left], exact[right])
        name = f"b_{i}"
        exact[name] = value
        steps.append((name, left, operator, right, value, draw(st.integers(1, 4))))
    return inputs, steps


def written(inputs, steps, *, planted=None, off=0):
    """Write the chapter; the step `planted` is printed `off` units in its last place away from the truth."""
    lines = [f"${name} = {value:f}$" for name, value in inputs.items()]
    for index, (name, left, operator, right, value, places) in enumerate(steps):
        shown = Fraction(rounded(value, places)) + (Fraction(off, 10**places) if index == planted else 0)
        lines.append(f"${name} = {left} {operator} {right} = {rounded(shown, places)}$")
    return "\n\n".join(lines)


@given(chapters())
def test_right_numbers_are_never_called_wrong(chapter):
    """Every number is the rounding of its exact value: rounded, carried, tie or exact, and nothing else."""
    document = audited(written(*chapter))
    assert_nothing_wrong(document)
    assert document.clean
    assert document.corrected_text == document.source.text


@given(chapters(), st.data())
def test_planted_mistakes_are_found_and_undone(chapter, data):
    """One number off by two units or more is wrong at its place, and the correction restores the truth.

    Unless it happens to follow from the rounded numbers before it: then the page does support it.
    """
    inputs, steps = chapter
    planted = data.draw(st.integers(0, len(steps) - 1))
    off = data.draw(st.integers(2, 9)) * data.draw(st.sampled_from([1, -1]))
    name, *_, exact, places = steps[planted]
    document = audited(written(inputs, steps, planted=planted, off=off))
    [value] = [v for v in document.values if v.name == name]
    again = audited(document.corrected_text)
    assert again.edits == ()
    if value.verdict in {"carried", "truncated"}:
        assert value.local.verdict in {"exact", "rounded", "tie", "truncated"}
        return
    assert_nothing_wrong(again)
    assert value.verdict == "wrong"
    assert value.exact.verdict == "wrong"
    [fixed] = [v for v in again.values if v.name == name]
    assert Fraction(fixed.printed) == Fraction(rounded(exact, places)) or fixed.exact.verdict == "tie"


SMALL = st.integers(-9, 9).map(lambda k: Decimal(k).scaleb(-1))
MATRICES = st.tuples(st.integers(2, 3), st.integers(2, 3)).flatmap(
    lambda s: st.tuples(
        st.lists(SMALL, min_size=s[0], max_size=s[0]),
        st.lists(st.lists(SMALL, min_size=s[1], max_size=s[1]), min_size=s[0], max_size=s[0]),
    )
)


def matrix(rows):
    """Write a matrix."""
    body = " \\\\ ".join(" & ".join(f"{x:f}" for x in row) for row in rows)
    return f"\\begin{{bmatrix}} {body} \\end{{bmatrix}}"


@given(MATRICES, st.data())
def test_vector_times_matrix_in_rows(case, data):
    """The product x W of a row: every entry is checked, and the one that is off is the one called wrong."""
    x, w = case
    y = [sum((a * row[j] for a, row in zip(x, w, strict=True)), Decimal(0)) for j in range(len(w[0]))]
    at = data.draw(st.integers(0, len(y) - 1))
    off = data.draw(st.sampled_from([0, 1, -1, 5])) * Decimal("0.01")
    shown = [v + off * (i == at) for i, v in enumerate(y)]
    text = f"$x = {matrix([x])}$ $W = {matrix(w)}$ $y = x W = {matrix([shown])}$"
    verdicts = [v.verdict for v in audited(text).values if v.name == "y"]
    assert verdicts == ["wrong" if i == at and off else "exact" for i in range(len(y))]


@given(st.lists(st.integers(-30, 30), min_size=2, max_size=4), st.integers(1, 5), st.data())
def test_softmax_rows(scores, places, data):
    """Weights from decimal arithmetic at 60 digits: right at every length, wrong when moved by two units."""
    s = [Decimal(k) / 10 for k in scores]
    exps = [x.exp() for x in s]
    weights = [e / sum(exps) for e in exps]
    at = data.draw(st.integers(0, len(s) - 1))
    bottom = " + ".join(f"e^{{{x:f}}}" for x in s)
    for off, verdicts in ((0, {"rounded", "exact", "tie"}), (2, {"wrong"})):
        shown = weights[at].quantize(Decimal(1).scaleb(-places)) + Decimal(off).scaleb(-places)
        text = f"$p = \\frac{{e^{{{s[at]:f}}}}}{{{bottom}}} = {shown:f}$"
        [value] = audited(text).values
        assert value.verdict in verdicts
