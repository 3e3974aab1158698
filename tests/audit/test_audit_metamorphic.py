"""Laws of an audit that need no truth: what means nothing changes nothing, and what is added adds only itself."""

import re
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from random import Random

import pytest
from chapters import chapter
from chapters.style import Style
from hypothesis import given
from hypothesis import strategies as st
from respelling import RESPELLINGS, letters, outcome, said
from textbooks import CASES

from proofs.audit import audit_bytes

PLAIN = {"file": "md", "encoding": "utf-8", "line_end": "lf", "block": "paragraph", "math": "dollar", "exp": "e^"}
SEEDS = range(120)


@lru_cache
def texts():
    """Return the texts that the laws are tried on: worked examples, and chapters between dollars."""
    out = [case.text for case in CASES]
    for seed in SEEDS:
        style = Style.drawn(Random(seed))  # noqa: S311 - a seed, not a secret
        for option, choice in PLAIN.items():
            setattr(style, option, choice)
        style.scientific = "times" if style.scientific == "e" else style.scientific
        style.settle()
        out.append(chapter(seed, style=style).text)
    return out


@lru_cache
def outcomes():
    """Return what is said of each of them."""
    return [outcome(text) for text in texts()]


@pytest.mark.parametrize("spelling", RESPELLINGS)
def test_spelling_changes_nothing(spelling):
    """Each way to write the same gives the same verdicts, findings and corrections, and many texts are changed."""
    changed = 0
    for text, before in zip(texts(), outcomes(), strict=True):
        again = RESPELLINGS[spelling](text)
        changed += again != text
        if again != text:
            assert outcome(again) == before, again
    assert changed >= 20


def verdicts(made):
    """Return the verdicts on a chapter's tracked numbers, by number; inputs may be printed in one statement or two."""
    idents = {place.start: place.what.ident for place in made.spots}
    values = audit_bytes(made.data, made.name).values
    sides = {
        idents[v.start]: (v.verdict, v.local, v.exact) for v in values if v.start in idents and v.verdict != "given"
    }
    return {ident: (verdict, *(x and x.verdict for x in both)) for ident, (verdict, *both) in sides.items()}


@pytest.mark.parametrize("chunk", range(4))
def test_one_chapter_in_two_styles_has_the_same_verdicts(chunk):
    """Files, encodings, blocks and all notations are drawn twice; not one verdict differs."""
    seen = 0
    for seed in range(chunk * 40, chunk * 40 + 40):
        styles = [Style.drawn(Random(seed)), Style.drawn(Random(seed + 1_000_000))]  # noqa: S311 - seeds, not secrets
        for option in ("ties", "zeros", "bound", "language"):  # what is printed, not how
            setattr(styles[1], option, getattr(styles[0], option))
        styles[1].settle()
        for style in styles:
            style.decimal = "{,}" if style.decimal == "," else style.decimal  # a comma may be no mark of decimals
        one, other = (verdicts(chapter(seed, style=style)) for style in styles)
        assert one == other, (seed, styles)
        seen += len(one)
    assert seen > 200


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_right_statement_that_is_added_adds_itself(place):
    """An unrelated right statement has its own verdict and changes no other."""
    for text, (values, *rest) in zip(texts(), outcomes(), strict=True):
        added = "$7 \\cdot 8 = 56$"
        [mine] = outcome(added)[0]
        if place == "before":
            found, *others = outcome(f"{added}\n\n{text}")
            assert found == [mine, *values], text
        else:
            found, *others = outcome(f"{text}\n\n{added}\n")
            assert found == [*values, mine], text
        assert others == rest, text


def test_a_correction_of_a_correction_changes_nothing():
    """What is corrected stays as it is: the second correction is the first."""
    for text in texts():
        fixed = audit_bytes(text.encode(), "a.md").corrected_bytes
        assert audit_bytes(fixed, "a.md").corrected_bytes == fixed, text


def test_names_of_files_change_nothing():
    """A document is what its bytes say, whatever it is called, and it is called what it was given as."""
    for text, before in islice(zip(texts(), outcomes(), strict=True), 0, None, 7):
        for name in ("a.md", "b/c.markdown", "naïve name.txt"):
            document = audit_bytes(text.encode(), name)
            assert said(document) == before
            assert document.path == name


def disjoint():
    """Yield pairs of worked examples that share no letter and no doubt about commas."""
    plain = [case.text for case in CASES if not re.search(r"\d,\d", case.text)]
    random = Random(5)  # noqa: S311 - a seed, not a secret
    while True:
        one, other = random.sample(plain, 2)
        if not (letters(one) & letters(other)) - {"e"} and "\\sigma" not in one + other:
            yield one, other


def test_two_documents_in_one_say_what_both_say():
    """Of two texts without a name in common, one after the other says what each says, in that order."""
    for one, other in islice(disjoint(), 150):
        parts = [outcome(one), outcome(other)]
        whole = outcome(f"{one}\n\n{other}")
        for got, first, second in zip(whole, *parts, strict=True):
            assert got == first + second, (one, other)


NUMBERS = st.integers(-999, 999).map(lambda units: Decimal(units).scaleb(-1))


@given(
    st.lists(st.tuples(st.integers(1, 9), NUMBERS), min_size=1, max_size=4),
    st.integers(1, 9),
    st.integers(0, 2),
    st.integers(-3, 3),
    st.integers(-4, 6),
)
def test_a_power_of_ten_changes_no_verdict(terms, divisor, places, off, shift):
    """The mean of weighted numbers, right or a few units off: all numbers times 10^k get the same verdicts."""
    value = sum(factor * number for factor, number in terms) / divisor
    result = value.quantize(Decimal(1).scaleb(-places)) + Decimal(off).scaleb(-places)

    def written(shift):
        # Decimals are kept, so that the last place of the result is the same place.
        def show(number):
            moved = number.scaleb(shift)
            return f"({moved:f})" if number < 0 else f"{moved:f}"

        given_ = " ".join(f"$x_{i} = {number.scaleb(shift):f}$" for i, (_, number) in enumerate(terms, 1))
        names = " + ".join(f"{factor} x_{i}" for i, (factor, _) in enumerate(terms, 1))
        put = " + ".join(f"{factor} \\cdot {show(number)}" for factor, number in terms)
        return f"{given_}\n\n$m = \\frac{{{names}}}{{{divisor}}} = \\frac{{{put}}}{{{divisor}}} = {show(result)}$"

    if shift > places:  # 12.5 times 1000 is 12500, whose last place is not that of 12.5
        return
    verdicts = [[value.verdict for value in audit_bytes(written(k).encode(), "a.md").values] for k in (0, shift)]
    assert verdicts[0] == verdicts[1]


@given(st.lists(NUMBERS, min_size=2, max_size=4), st.integers(2, 9), st.integers(-3, 3), st.integers(-9, 9))
def test_a_power_of_ten_may_be_written_out(numbers, factor, off, ten):
    """A vector times a number, each entry times 10^k in writing: the same verdicts."""
    shown = [number * factor for number in numbers]
    shown[0] += Decimal(off).scaleb(-1)

    def written(power):
        vectors = ["(" + ", ".join(f"{number:f}{power}" for number in vector) + ")" for vector in (numbers, shown)]
        return f"$x = {vectors[0]}$ and $y = {factor} x = {vectors[1]}$"

    plain, scaled = (
        [value.verdict for value in audit_bytes(written(power).encode(), "a.md").values]
        for power in ("", f" \\times 10^{{{ten}}}")
    )
    assert plain == scaled
