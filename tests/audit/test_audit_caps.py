r"""Every cap at its edge: what stands just below is audited, and what stands just above is refused by name."""

import json
from math import isqrt

import pytest
from auditing import assert_nothing_wrong, assert_verdicts, audited

from proofs.audit import Unreadable, audit_bytes, limits
from proofs.audit.matrices import MAX_POWER as MAX_MATRIX_POWER

SOUND = {"exact", "rounded", "tie"}


def root(number, places):
    """Return the square root of a number as decimal text with so many places, rounded."""
    units = (isqrt(4 * number * 100**places) + 1) // 2
    digits = str(units)
    return f"{digits[:-places]}.{digits[-places:]}"


def matrix(rows, columns):
    """Return a matrix of zeros."""
    return "\\begin{bmatrix}" + "\\\\".join(["&".join(["0"] * columns)] * rows) + "\\end{bmatrix}"


def nested(before, inside, after, depth):
    """Return something in itself."""
    return before * depth + inside + after * depth


def chain(length):
    """Return names that each need the one before, and the value of the last."""
    steps = "".join(f"$y_{{{i + 1}}} = y_{{{i}}} + 1$ " for i in range(length))
    return f"$y_0 = 1$ {steps}$z = y_{{{length}}} = {length + 1}$"


def sums(depth):
    """Return a sum of sums of one term each."""
    signs = "".join(f"\\sum_{{{letter}=1}}^{{1}} " for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"[:depth])
    return f"$x = {signs}1 = 1$"


def softmax(length):
    """Return the softmax of as many zeros."""
    return f"$x = \\mathrm{{softmax}}({', '.join(['0'] * length)}) = ({', '.join([f'{1 / length:.8f}'] * length)})$"


def spaced(length):
    """Return a formula of as many characters."""
    return f"$x = 1 + 1 = 2{' ' * (length - len('x = 1 + 1 = 2'))}$"


FRACTION, ROOT = r"\frac{1}{", r"\sqrt{"
NINES = "9" * limits.MAX_DIGITS
# The document below the cap, the one above, and what the refusal says.
EDGES = {
    "digits": (f"$x = {NINES} + 1 - 1 = {NINES}$", f"$x = {NINES}9 + 1 - 1 = {NINES}9$", "number of 301 digits"),
    "decimals": (f"$x = 0.{NINES[1:]} = 0.{NINES[1:]}$", f"$x = 0.{NINES} = 0.{NINES}$", "number of 301 digits"),
    "power of ten": ("$x = 1e300 / 1e299 = 10$", "$x = 1e301 / 1e300 = 10$", "power of ten beyond 10^300"),
    "small power of ten": ("$x = 1e-300 / 1e-299 = 0.1$", "$x = 1e-301 / 1e-300 = 0.1$", "power of ten beyond 10^300"),
    "e to a power": (
        r"$x = e^{2000} / e^{1999} = 2.718$",
        r"$x = e^{2001} / e^{2000} = 2.718$",
        "e to a power beyond 2000",
    ),
    "e to a negative power": (
        r"$x = \exp(-2000) \cdot e^{2000} = 1$",
        r"$x = \exp(-2001) \cdot e^{2000} = 0.368$",
        "e to a power beyond 2000",
    ),
    "e to a power that is no fraction": (
        r"$x = e^{1414 \sqrt{2}} / e^{1999} = 2.01$",
        r"$x = e^{1415 \sqrt{2}} / e^{2000} = 3.0$",
        "e to a power beyond 2000",
    ),
    "power": ("$x = 2^{1000} / 2^{999} = 2$", "$x = 2^{1001} / 2^{1000} = 2$", "a power with exponent 1001"),
    "negative power": ("$x = 2^{-1000} 2^{1000} = 1$", "$x = 2^{-1001} 2^{1000} = 0.5$", "a power with exponent -1001"),
    "digits of a power": (
        f"$x = {2**16}^{{481}} / {2**16}^{{480}} = {2**16}$",
        f"$x = {2**16}^{{482}} / {2**16}^{{481}} = {2**16}$",
        "a power with too many digits",
    ),
    "power of a matrix": (
        f"$x = [[1, 1], [0, 1]]^{{{MAX_MATRIX_POWER}}} = [[1, 64], [0, 1]]$",
        f"$x = [[1, 1], [0, 1]]^{{{MAX_MATRIX_POWER + 1}}} = [[1, 65], [0, 1]]$",
        "a matrix to a power beyond 64",
    ),
    "negative power of a matrix": (
        "$x = [[1, 1], [0, 1]]^{-64} = [[1, -64], [0, 1]]$",
        "$x = [[1, 1], [0, 1]]^{-65} = [[1, -65], [0, 1]]$",
        "a matrix to a power beyond 64",
    ),
    "factorial": ("$x = 1000!/999! = 1000$", "$x = 1001!/1000! = 1001$", "the factorial of more than 1000"),
    "binomial": (r"$x = \binom{1000}{1} = 1000$", r"$x = \binom{1001}{1} = 1001$", "the factorial of more than 1000"),
    "sum": (
        r"$x = \sum_{i=1}^{1000} i = 500500$",
        r"$x = \sum_{i=1}^{1001} i = 501501$",
        "a sum of 1,001 terms (at most 1,000",
    ),
    "product": (r"$x = \prod_{i=0}^{999} 1 = 1$", r"$x = \prod_{i=0}^{1000} 1 = 1$", "of 1,001 terms (at most 1,000"),
    "sum of a named length": (
        r"$n = 1000$ $x = \sum_{i=1}^{n} 1 = 1000$",
        r"$n = 1001$ $x = \sum_{i=1}^{n} 1 = 1001$",
        "a sum of 1,001 terms",
    ),
    "parentheses": (
        f"$x = {nested('(', '1', ')', 31)} = 1$",
        f"$x = {nested('(', '1', ')', 32)} = 1$",
        "nesting deeper than 32 levels",
    ),
    "fractions": (
        f"$x = {nested(FRACTION, '1', '}', 31)} = 1$",
        f"$x = {nested(FRACTION, '1', '}', 32)} = 1$",
        "nesting deeper than 32 levels",
    ),
    "roots": (
        f"$x = {nested(ROOT, '1', '}', 31)} = 1$",
        f"$x = {nested(ROOT, '1', '}', 32)} = 1$",
        "nesting deeper than 32 levels",
    ),
    "sums in sums": (sums(31), sums(32), "nesting deeper than 32 levels"),
    "height": ("$x = 1" + "/1" * 62 + " = 1$", "$x = 1" + "/1" * 64 + " = 1$", "a formula more than 64 levels tall"),
    "names": (chain(43), chain(60), "more than 90 formulas and names to compute one inside the other"),
    "softmax": (softmax(400), softmax(700), "more than 400,000 arithmetic steps in one formula"),
    "length": (spaced(limits.MAX_SEGMENT), spaced(limits.MAX_SEGMENT + 1), "a formula of 50,001 characters"),
    "entries of a matrix": (
        f"$A = {matrix(100, 100)} = {matrix(100, 100)}$",
        f"$A = {matrix(1, 10_001)} = {matrix(1, 10_001)}$",
        "a matrix of more than 10,000 entries",
    ),
    "entries of a vector": (
        f"$x = ({'0,' * 9_999} 0) = ({'0,' * 9_999} 0)$",
        f"$x = ({'0,' * 10_000} 0)$ $y = 1 + 1 = 2$",
        "a vector of more than 10,000 entries",
    ),
}


@pytest.mark.parametrize("below", [edge[0] for edge in EDGES.values()], ids=EDGES.keys())
def test_below_a_cap_all_is_judged(below):
    """The last document that is small enough is read whole, and its numbers are right."""
    document = audited(below)
    assert_nothing_wrong(document)
    assert document.coverage.unread == 0
    assert any(value.verdict in SOUND for value in document.values)


@pytest.mark.parametrize(("above", "reason"), [edge[1:] for edge in EDGES.values()], ids=EDGES.keys())
def test_above_a_cap_the_refusal_names_it(above, reason):
    """The first document that is too much for one formula says so in a finding, and is not clean."""
    document = audited(above)
    found = [finding.message for finding in document.findings if finding.kind == "unread"]
    assert any(reason in message for message in found), found
    assert document.coverage.unread >= 1
    assert not document.clean


def test_the_longest_number_is_judged_to_its_last_digit():
    """The root of 2 to 300 digits: right as it is, wrong with another last digit, and corrected to the right one."""
    right = root(2, limits.MAX_DIGITS - 1)
    wrong = right[:-1] + str((int(right[-1]) + 2) % 10)
    assert_verdicts(audited(f"$x = \\sqrt{{2}} = {right}$"), {"x": "rounded"})
    document = audited(f"$x = \\sqrt{{2}} = {wrong}$")
    assert_verdicts(document, {"x": "wrong"})
    assert document.corrected_text == f"$x = \\sqrt{{2}} = {right}$"


@pytest.mark.parametrize("formula", [r"\sqrt{2}", r"\sqrt[4]{4}", r"2^{0.5}", r"e^{\ln 2 / 2}", r"2 \cos 45^\circ"])
def test_long_numbers_are_corrected_however_they_are_computed(formula):
    """Forty digits with a wrong last one: roots, powers and functions give the right one to put there."""
    right = root(2, 39)
    wrong = right[:-1] + str((int(right[-1]) + 5) % 10)
    document = audited(f"$x = {formula} = {wrong}$")
    assert_verdicts(document, {"x": "wrong"})
    assert document.corrected_text == f"$x = {formula} = {right}$"
    assert document.values[0].exact.precise == root(2, 45)


def test_a_digit_more_is_too_long_a_number():
    """One more digit is refused."""
    (finding,) = audited(f"$x = \\sqrt{{2}} = {root(2, limits.MAX_DIGITS)}$").findings
    assert "a number of 301 digits (at most 300 are read)" in finding.message


def test_a_document_has_work_for_so_many_long_formulas_and_all_the_short_ones():
    """Long formulas are judged until the document's budget is spent; plain ones are judged to the end."""
    heavy = f"$x = \\max(\\mathrm{{softmax}}({', '.join(['0'] * 400)})) = 0.0025$\n\n"
    plain = "$y = 1 + 1 = 2$\n\n"
    few, many = audited((heavy + plain) * 30), audited((heavy + plain) * 60)
    assert_nothing_wrong(few)
    assert len(few.values) == 60
    assert 0 < many.coverage.unread < 30
    assert [value.verdict for value in many.values if value.name == "y"] == ["exact"] * 60
    reasons = {finding.message for finding in many.findings}
    assert reasons == {f"not read: more than {limits.MAX_DOCUMENT_WORK:,} arithmetic steps in one document."}


@pytest.mark.parametrize(
    ("size", "refused"), [(limits.MAX_BYTES, False), (limits.MAX_BYTES + 1, True)], ids=["8 MiB", "a byte more"]
)
def test_bytes(size, refused):
    """The longest document is read; one byte more is refused as a whole."""
    text = b"$x = 1 + 1 = 2$\n"
    data = text + b"a" * (size - len(text))
    if refused:
        with pytest.raises(Unreadable, match=r"at most 8 MiB .* got 8,388,609 bytes"):
            audit_bytes(data, "d.md")
    else:
        assert_verdicts(audit_bytes(data, "d.md"), {"x": "exact"})


def test_dollars():
    """The most dollars are read; two more are refused as a whole."""
    most = b"\\$" * (limits.MAX_DOLLARS - 2) + b" $x = 1 + 1 = 2$"
    assert_verdicts(audit_bytes(most, "d.md"), {"x": "exact"})
    with pytest.raises(Unreadable, match="at most 400,000 dollar signs"):
        audit_bytes(most + b" \\$", "d.md")


def notebook(depth):
    """Return a notebook whose metadata is nested; the notebook itself is a level."""
    text = json.dumps({"cells": [{"cell_type": "markdown", "source": "$x = 1 + 1 = 2$"}], "metadata": 0})
    return text.replace('"metadata": 0', f'"metadata": {"[" * (depth - 1)}{"]" * (depth - 1)}').encode()


def test_nesting_of_a_notebook():
    """The deepest notebook is read; one level more is refused as a whole."""
    assert_verdicts(audit_bytes(notebook(limits.MAX_NESTING), "d.ipynb"), {"x": "exact"})
    with pytest.raises(Unreadable, match="JSON nested more than 100 deep"):
        audit_bytes(notebook(limits.MAX_NESTING + 1), "d.ipynb")
    with pytest.raises(Unreadable, match="JSON nested more than 100 deep"):
        audit_bytes(notebook(100_000), "d.ipynb")


def test_nesting_of_quotations():
    """A formula in a quotation deeper than the reader follows is unread, not lost."""
    assert_verdicts(audited("> " * (limits.MAX_QUOTES - 2) + "$x = 1 + 1 = 2$"), {"x": "exact"})
    deep = audited("> " * (limits.MAX_QUOTES + 5) + "$x = 1 + 1 = 2$")
    assert deep.coverage.unread == 1
    assert not deep.clean
