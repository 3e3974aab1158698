"""Exact reals and the meaning of formulas: products by shape, readings, functions, rules."""

import pytest
from auditing import assert_kinds, assert_verdicts, audited
from flint import fmpq

from attention.exact import TooClose
from proofs.audit import reals
from proofs.audit.evaluator import Evaluator
from proofs.audit.limits import TooLarge


def test_reals_stay_rational_where_they_are():
    """e^a e^b / e^(a+b) is 1 as a rational; square roots of squares are rational."""
    a, b = reals.exponential(fmpq(1, 3)), reals.exponential(fmpq(2, 5))
    assert reals.divide(reals.multiply(a, b), reals.exponential(fmpq(11, 15))) == fmpq(1)
    assert reals.root(fmpq(9, 4)) == fmpq(3, 2)
    assert reals.power(fmpq(4), fmpq(3, 2)) == fmpq(8)
    assert reals.power(fmpq(2), fmpq(-2)) == fmpq(1, 4)
    assert reals.apply("cos", fmpq(0)) == fmpq(1)


def test_reals_beyond_the_field_are_balls():
    """sqrt(2), ln(2) and e^e are ordered against rationals; a difference of nothing is not decided."""
    assert reals.sign(reals.subtract(reals.root(fmpq(2)), fmpq(1414213, 1000000))) == 1
    assert reals.sign(reals.subtract(reals.apply("ln", fmpq(2)), fmpq(693148, 1000000))) == -1
    assert reals.floor(reals.exponential(reals.exponential(fmpq(1)))) == 15
    root = reals.root(fmpq(2))
    assert reals.sign(reals.subtract(root, root)) == 0
    assert reals.multiply(root, reals.root(fmpq(8))) == fmpq(4)
    with pytest.raises(TooClose):
        reals.sign(reals.subtract(reals.apply("ln", fmpq(2)), reals.apply("ln", fmpq(2))))


@pytest.mark.parametrize(
    "compute",
    [
        lambda: reals.divide(fmpq(1), fmpq(0)),
        lambda: reals.divide(fmpq(1), reals.subtract(reals.root(fmpq(2)), reals.root(fmpq(2)))),
        lambda: reals.root(fmpq(-1)),
        lambda: reals.apply("ln", fmpq(0)),
        lambda: reals.power(fmpq(-2), fmpq(1, 3)),
    ],
)
def test_what_has_no_value_says_so(compute):
    """Division by zero, roots and logarithms out of range."""
    with pytest.raises(reals.Undefined):
        compute()


@pytest.mark.parametrize(
    "compute",
    [
        lambda: reals.power(fmpq(9), fmpq(9**9)),
        lambda: reals.power(fmpq(10) ** 300, fmpq(900)),
        lambda: reals.exponential(fmpq(2001)),
        lambda: reals.multiply(fmpq(2) ** 5000, fmpq(2) ** 5000),
    ],
)
def test_growth_has_named_limits(compute):
    """Powers, exponents and digits beyond the caps are refused at once."""
    with pytest.raises(TooLarge):
        compute()


def test_readings_are_checked():
    """An unknown reading is an error of the caller."""
    with pytest.raises(ValueError, match="expected one of"):
        Evaluator("diagonal")


COLUMN = r"$x = \begin{bmatrix} 1 \\ 2 \end{bmatrix}$ $W = \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}$ "


@pytest.mark.parametrize(
    ("reading", "first", "second"),
    [("auto", "7", "10"), ("row", "7", "10"), ("column", "5", "11")],
)
def test_a_column_times_a_matrix_is_read_and_reported(reading, first, second):
    """With x a column, x W is (1, 2) W = (7, 10) by rows and W (1, 2) = (5, 11) by columns."""
    text = COLUMN + rf"$y = xW = \begin{{bmatrix}} {first} \\ {second} \end{{bmatrix}}$"
    document = audited(text, reading=reading)
    assert_verdicts(document, {"y[1]": "exact", "y[2]": "exact"})
    assert_kinds(document, ["shape"])
    assert document.reading == ("column" if reading == "column" else "row")


def test_products_that_exist_need_no_reading():
    """W x, x^T W, dot products, outer products and scalings are what they are."""
    document = audited(
        COLUMN + r"$a = Wx = \begin{bmatrix} 5 \\ 11 \end{bmatrix}$ "
        r"$b = x^T W = \begin{bmatrix} 7 & 10 \end{bmatrix}$ "
        r"$c = x \cdot x = 5$ $d = x^T x = 5$ $f = 2x = \begin{bmatrix} 2 \\ 4 \end{bmatrix}$ "
        r"$g = x x^T = \begin{bmatrix} 1 & 2 \\ 2 & 4 \end{bmatrix}$ $h = \frac{x}{2} = (0.5, 1)$"
    )
    assert_kinds(document, [])
    assert document.reading == ""
    assert {v.verdict for v in document.values} == {"given", "exact"}


def test_sums_of_different_shapes_are_shape_findings():
    """A vector and a matrix have no sum, and a vector of two is not printed as three numbers."""
    assert_kinds(audited(COLUMN + "$y = x + W = 1$"), ["shape"])
    assert_kinds(audited("$x = (1, 2)$ $y = 2x = (2, 4, 6)$"), ["shape"])


def test_functions_of_common_knowledge():
    """Softmax, norms, roots, logarithms, extrema and sums: right numbers are right, the last is wrong."""
    document = audited(
        r"$z = (1, 2, 3)$ $p = \mathrm{softmax}(z) = (0.090, 0.245, 0.665)$ $n = \|(3, 4)\| = 5$ "
        r"$r = \sqrt{2} = 1.414$ $l = \ln 2 = 0.693$ $m = \max(1, 3, 2) = 3$ $t = \tanh(0.5) = 0.462$ "
        r"$s = \sum_{i=1}^{4} i^2 = 30$ $q = \prod_{i=1}^{4} i = 24$ $w = |1 - 3| = 3$"
    )
    assert_kinds(document, ["value"])
    assert_verdicts(document, {"p[1]": "rounded", "n": "exact", "r": "rounded", "l": "rounded", "m": "exact"})
    assert_verdicts(document, {"t": "rounded", "s": "exact", "q": "exact", "w": "wrong"})
