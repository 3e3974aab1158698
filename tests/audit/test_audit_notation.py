r"""One line a notation: the last number of each is wrong, and what should stand there was worked out by hand.

A notation that is misread gives another expected value, or none.
"""

import pytest
from auditing import assert_kinds, assert_verdicts, audited


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # numbers
        (r"$x = 12\,345 + 1 = 12\,347$", "12346"),
        (r"$x = 0{,}5 + 0{,}25 = 0{,}76$", "0.75"),
        (r"$x = 1/4 \approx 0,26$", "0.25"),
        (r"$x = 1{,}234.5 + 1 = 1{,}236.5$", "1235.5"),
        (r"$x = 1,234.5 + 1 = 1,236.5$", "1235.5"),
        (r"$x = 1{,}000 + 1 = 1001 = 1{,}002$", "1001"),
        (r"$x = 1.5e-3 \cdot 2 = 3.1e-3$", "3.0"),
        (r"$x = 2e3 + 1 = 2002$", "2001"),
        (r"$x = 2 \times 10^{-3} \cdot 3 = 7 \times 10^{-3}$", "6"),
        (r"$x = 0.5 = 51\%$", "50"),
        (r"$x = 1{.}5 + 1 = 2{.}6$", "2.5"),
        ("$x = 1 - 3 = \u22121$", "-2"),
        (r"$x = 1 - 3 = - 1$", "-2"),
        (r"$x = .5 + .25 = .76$", "0.75"),
        # operations
        (r"$x = \tfrac12 + \dfrac{1}{4} = 0.76$", "0.75"),
        (r"$x = \left( \frac{1}{2} \right)^2 = 0.26$", "0.25"),
        (r"$x = \sqrt[3]{27} = 4$", "3"),
        (r"$x = \sqrt[3]{-8} = 2$", "-2"),
        (r"$x = \log_2 8 = 4$", "3"),
        (r"$x = \log_{10} 100 = 3$", "2"),
        (r"$x = \lg 1000 = 4$", "3"),
        (r"$y = \log 100 = 2$, $x = \log 1000 = 4$", "3"),
        (r"$x = \sin^2 0.5 + \cos^2 0.5 = 1.1$", "1.0"),
        (r"$x = \cos 60^\circ = 0.6$", "0.5"),
        (r"$x = \tan 45° = 2$", "1"),
        (r"$x = \arctan 1 = 0.80$", "0.79"),
        (r"$x = 4! = 25$", "24"),
        (r"$x = \binom{5}{2} = 11$", "10"),
        (r"$x = \lfloor 3.5 \rfloor + \lceil 3.5 \rceil = 8$", "7"),
        (r"$x = \max\{1, 2, 3\} = 4$", "3"),
        (r"$x = \sum_{j \le 3} j = 7$", "6"),
        (r"$x = \sum_{j < 3} j = 4$", "3"),
        (r"$x = \sum_{2 \le j \le 3} j = 6$", "5"),
        (r"$n = 4$, $x = \prod_{k=1}^n k = 25$", "24"),
        (r"$x = \operatorname{ReLU}(-2) = 1$", "0"),
        (r"$x = \text{sigmoid}(0) = 0.6$", "0.5"),
        # vectors and matrices
        (r"$x = \|(3, 4)\|_2 = 6$", "5"),
        (r"$x = \lVert (3, -4) \rVert_1 = 6$", "7"),
        (r"$x = \|(3, -4)\|_\infty = 3$", "4"),
        (r"$x = \langle (1, 2), (3, 4) \rangle = 12$", "11"),
        (r"$u = (1, 2)$, $v = (3, 4)$, $x = u^{\mathsf T} v = 12$", "11"),
        (r"$u = (1, 2)$, $x = u_1 + u_2 = 4$", "3"),
        (r"$A = [[1, 2], [3, 4]]$, $x = A_{21} = 4$", "3"),
        (r"$A = [[1, 2], [3, 4]]$, $x = (AA)_{12} = 11$", "10"),
        (r"$A = [[1, 2], [3, 4]]$, $x = \det A = -1$", "-2"),
        (r"$x = \begin{vmatrix} 1 & 2 \\ 3 & 4 \end{vmatrix} = -1$", "-2"),
        (r"$A = [[1, 2], [3, 4]]$, $x = \operatorname{tr}(A) = 6$", "5"),
        (r"$A = [[2, 0], [0, 4]]$, $B = A^{-1}$, $x = B_{22} = 0.26$", "0.25"),
        (r"$A = [[1, 1], [0, 1]]$, $B = A^3$, $x = B_{12} = 4$", "3"),
        (r"$A = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$, $y = A (1, 1)$, $x = y_2 = 8$", "7"),
        (r"$p = \text{softmax}[0, 0]$, $x = p_1 = 0.6$", "0.5"),
        (r"$x = \operatorname{softmax}(0, 0)_2 = 0.6$", "0.5"),
        (r"$(a, b) = (1, 2)$, $x = a + b = 4$", "3"),
        (r"$a, b = 1, 2$, $x = a + b = 4$", "3"),
        (r"$u^T = [1, 2]$, $x = \|u\|^2 = 6$", "5"),
        # names and rules
        (r"$w^{(1)} = 3$, $y^{(i)} = 2 w^{(i)}$, $y^{(1)} = 7$", "6"),
        (r"$a_1 = 2$, $a_{n+1} = 2 a_n$, $a_3 = 9$", "8"),
        (r"$h^{(0)} = 1$, $h^{(t)} = 2 h^{(t-1)} + 1$, $h^{(2)} = 8$", "7"),
        (r"$x = 2$, $y = x + 1$, then $y = 4$", "3"),
        (r"$a = (1, 0)$, $b = (1, 1)$, $\cos\theta = \frac{a \cdot b}{\|a\| \|b\|}$, so $\cos\theta = 0.72$", "0.71"),
        (r"$f(x) = \begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}$, $f(-3) = 1$", "0"),
        (r"$\hat{y} = 1 + 1 = 3$", "2"),
        (r"$P(A \mid B) = 0.4$, $P(B) = 0.5$, $x = P(A \mid B) P(B) = 0.3$", "0.2"),
        # dress and layout
        (r"$\boxed{x = 1 + 1 = 3}$", "2"),
        (r"$x = \underbrace{1 + 1}_{\text{two?}} = \mathbf{3}$", "2"),
        (r"$x = 1 + 1 \stackrel{?}{=} 3$", "2"),
        (r"$x = \textcolor{red}{1 + 1} = 3$", "2"),
        ("$$\\begin{align} x &= 1 + 1 \\\\ &= 3 \\end{align}$$", "2"),
        ("$$\\begin{alignat}{2} x &= 1 + 1 &&= 3 \\end{alignat}$$", "2"),
        ("$$\\begin{eqnarray} x &=& 1 + 1 \\\\ &=& 3 \\end{eqnarray}$$", "2"),
        (r"$y = 1 + 1 = 2 e x = 2 + 2 = 5$", "4"),
        (r"$y = 1 + 1 = 2 \text{ and } x = 2 + 2 = 5$", "4"),
    ],
)
def test_the_last_number_is_wrong_and_what_it_should_be_is_known(text, expected):
    """The only wrong value of each line is its last, and it is expected to be what a reader computes."""
    document = audited(text)
    wrong = [v for v in document.values if v.verdict == "wrong"]
    assert [v.start for v in wrong] == [max(v.start for v in document.values)], document.findings
    assert (wrong[0].exact or wrong[0].local).expected == expected
    assert document.coverage.unread == 0


@pytest.mark.parametrize(
    "text",
    [
        r"$x = 12\,345 + 1 = 12\,346$ and $\log_2 8 = 3$ and $\sqrt[3]{27} = 3$",
        r"$i = 1, 2, 3$ and $j = 1, \dots, n$ and $k = 1,2$",
        r"$x \in [0, 1]$, $A \in \mathbb{R}^{3 \times 4}$, $3 \times 4$, $x = -\infty$, $30^\circ$",
        r"$\|q\| = 5$, $P(A) = 0.3$, $v^2 = 10$, $|S| = 4$",
        r"$f(x) = \int_0^x g$, no numbers",
        r"$2 < 3 \le 3$, $x = 0.33 < 0.5$, $1 \ne 2$",
        r"$a^{(1)} = 3$, $e^{(1)} = 2.72$",
        r"$x = 3$ or $x > 5$ later",
    ],
)
def test_what_claims_nothing_wrong_is_left_alone(text):
    """No value is wrong; what is only a condition or a count claims nothing."""
    document = audited(text)
    assert [v.label for v in document.values if v.verdict == "wrong"] == []
    assert all(f.remark or f.kind == "unread" for f in document.findings), document.findings


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (r"$2 < 1$", "2 < 1 does not hold: 2 against 1."),
        (r"$x = 1/3 = 0.33 > 0.5$", "0.33 > 0.5 does not hold: 0.33 against 0.5."),
        (r"$3 \ne 3$", r"3 \ne 3 does not hold: 3 against 3."),
        (r"$e^{1} \le 2.7 = x$", r"e^{1} \le 2.7 does not hold: about 2.718282 against 2.7."),
    ],
)
def test_comparisons_are_decided(text, message):
    """A false comparison is a value finding with both sides, and an independent mistake."""
    document = audited(text)
    assert [f.message for f in document.findings if not f.remark] == [message]
    assert document.mistakes == 1


def test_a_comparison_of_names_alone_may_be_a_condition():
    """Said in prose, x > 5 need not be a claim: if it does not hold, that is a remark."""
    assert_kinds(audited(r"$x = 3$; if $x > 5$, stop; if $x < 5$, go on"), ["value?"])


def test_a_part_printed_again_is_compared_with_the_whole():
    """x_2 = 5 beside x = (3, 4) gives x_2 another value."""
    document = audited(r"$x = (3, 4)$ $x_1 = 3$ $x_2 = 5$")
    assert_kinds(document, ["redefined?", "redefined"])


def test_cases_whose_condition_is_not_read_are_unread_only_where_they_are_needed():
    """The definition claims nothing; its instance does."""
    text = r"$f(x) = \begin{cases} 1 & x \text{ is even} \\ 0 & \text{otherwise} \end{cases}$"
    assert_kinds(audited(text), [])
    assert audited(text + " $f(2) = 3$").coverage.unread == 1


@pytest.mark.parametrize(
    "text",
    [
        r"$s = \sum_i x_i = 3$",
        r"$x_0 = 1$, $s = \sum_{j \le 2} x_j = 3$",
        r"$x = 3.0 \pm 0.2$",
        r"$1 + 2 + \dots + 10 = 56$",
        r"$x = \|(1, 2)\|_3 = 2$",
        r"$10 \bmod 3 = 2$",
    ],
)
def test_what_is_not_said_or_known_is_unread_or_undefined(text):
    """Never a silent pass: a finding tells what is missing."""
    document = audited(text)
    assert {f.kind for f in document.findings if not f.remark} <= {"unread", "undefined"}
    assert not document.clean


def test_verdicts_of_a_whole_row_by_rows():
    """Softmax of a matrix goes row by row: e^0/(e^0+e^0) = 1/2 and e/(e+1) = 0.73."""
    document = audited(
        r"$p = \mathrm{softmax}\begin{pmatrix} 0 & 0 \\ 1 & 0 \end{pmatrix} = "
        r"\begin{pmatrix} 0.50 & 0.50 \\ 0.73 & 0.28 \end{pmatrix}$"
    )
    assert_verdicts(document, {"p[1,1]": "exact", "p[1,2]": "exact", "p[2,1]": "rounded", "p[2,2]": "wrong"})
