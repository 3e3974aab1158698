r"""What lecturers write: texts in foreign styles that two readers of the README alone made up to break the audit.

The right ones stay untouched; in the wrong ones the number that is wrong is named, and what should stand there.
"""

import pytest
from auditing import audited

from proofs.audit import audit_bytes

RIGHT = [
    # two examples of one formula: the numbers put in belong to one example each
    r"$F = ma = 5 \cdot 2 = 10$. Second: $F = ma = 3 \cdot 4 = 12$.",
    r"$c = \sqrt{a^2+b^2} = \sqrt{3^2+4^2} = 5$. Then $c = \sqrt{a^2+b^2} = \sqrt{5^2+12^2} = 13$.",
    r"$E = mc^2 = 1 \cdot 3^2 = 9$. Later: $K = \frac{1}{2} m v^2 = \frac12 \cdot 2 \cdot 3^2 = 9$.",
    # inputs and results printed later
    r"$x^2 = \frac42 = 2$, so $x \approx 1.4142$.",
    r"$\sigma^2=\frac{26}{3}\approx 8.67$, so $\sigma\approx 2.94$",
    r"Size: $n + 2p = 4 + 0 = 4$. Later $p = 2$.",
    r"$x^2 = 4$... Next: let $x = 3$, so $x^2 = 9$.",
    r"Try $x = 1$: $x^2 = 1$. Try $x = -2$: $x^2 = 4$.",
    r"$\alpha \approx 0.8930$, $\beta \approx 0.1070$, so $-0.5\alpha+2\beta \approx -0.2324$",
    r"$f(x) = x^2 - 2$. $x_2 = \frac{17}{12} = 1.4167$. $f(x_2) = 0.00704$.",
    # products that look like calls
    r"$P = 1000$, $r = 0.05$, $P(1+r) = 1050$, $P(1+r)^2 = 1102.5$.",
    r"$n = 5$. $\frac{n(n+1)}{2} = 15$, $n(n-1) = 20$.",
    # numbers as they are written elsewhere
    r"$12.000 \cdot 1{,}05 = 12.600{,}00$",
    r"$12.000 \cdot 0{,}035 = 420$",
    r"$1.234.567 + 12.000 = 1.246.567$",
    r"$1.234,5 \cdot 2 = 2.469$",
    r"$v = (0,5; 1,5)$ e $2v = (1; 3)$",
    r"$12\thinspace 000 + 1 = 12~001$",
    r"$2^{10} = 1024 \approx 1000$ and $N = 6371 \approx 6400$ and $98 \approx 100$",
    r"$20 : 4 = 5$ and $1.000.000 : 4 = 250.000$",
    # masks, products of vectors
    (
        r"$A = \text{softmax}\begin{pmatrix} 1 & -\infty \\ 1 & 1 \end{pmatrix}"
        r" = \begin{pmatrix} 1 & 0 \\ 0.5 & 0.5 \end{pmatrix}$"
    ),
    r"$u = (1, 0, 0)$, $v = (0, 1, 0)$, $u \times v = (0, 0, 1)$",
    r"$u = (2, 1)^T$, $u u^T = \begin{pmatrix} 4 & 2 \\ 2 & 1 \end{pmatrix}$",
    # units
    r"$12\,€ \cdot 3 = 36\,€$ and $\$ 100 + \$ 5 = \$ 105$",
]


@pytest.mark.parametrize("text", RIGHT)
def test_right_texts_stay_as_they_are(text):
    """Nothing is called wrong, nothing is corrected, and what is found is a remark at most."""
    document = audited(text)
    faults = [f.message for f in document.findings if not f.remark and f.kind not in {"redefined", "undefined"}]
    assert faults == []
    assert document.corrected_text == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (r"$m = 2$, $v = 3$, $E = 1/2 m v^2 = 9$.", "a slash before factors"),
        (r"$S = \{2, 4, 9\}$ has $|S| = 3$ elements.", "sets are not read"),
        (r"$0.\overline{3} \cdot 3 = 1$", "repeating decimals"),
        (r"$12 \cdot 12 \cdot 768^2 \approx 85\text{M}$", "units are not read"),
        (r"$d = 3 \cdot 500 = 1.5\,\mathrm{km}$", "units are not read"),
        (r"$I = [[1, 2], [3, 4]]$, $K = [[1, 0, 1], [0, 1, 0], [1, 1, 1]]$, $I * K = 3$", "a convolution"),
        (r"$2^1.5 = 2.83$", "not read"),
    ],
)
def test_what_may_mean_something_else_is_said_not_to_be_read(text, reason):
    """No accusation and no correction where a notation has two meanings."""
    document = audited(text)
    assert reason in " ".join(f.message for f in document.findings if f.kind == "unread")
    assert document.corrected_text == text


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        (r"$13 \le 3\sqrt{26} \approx 19.297$", r"$13 \le 3\sqrt{26} \approx 15.297$"),
        (r"$\theta = \arccos(0.8498) \approx 55.81^\circ$", r"$\theta = \arccos(0.8498) \approx 31.81^\circ$"),
        (r"$3 \cdot 10^5 \cdot 2 = 6 \cdot 10^{6}$", r"$3 \cdot 10^5 \cdot 2 = 6 \cdot 10^{5}$"),
        (r"$390\,625 \approx 3{,}9\cdot 10^6$", r"$390\,625 \approx 3{,}9\cdot 10^5$"),
        (r"$n = 5$. $n(n+1) = 31$.", r"$n = 5$. $n(n+1) = 30$."),
        (r"$x_{\max} = 3$, $y = 2 x_{\max} = 7$", r"$x_{\max} = 3$, $y = 2 x_{\max} = 6$"),
        (r"$b = -5$, $y = 2b = 2 \cdot 5 = 10$", r"$b = -5$, $y = 2b = 2 \cdot (-5) = -10$"),
        (r"$\sigma(0.64) = 0.9$", r"$\sigma(0.64) = 0.7$"),
        ("$a = 5$, $b = 4$, $d = b \u2212 a = 1$", "$a = 5$, $b = 4$, $d = b \u2212 a = \u22121$"),
        (
            (
                "$$\\begin{align} x &= 1 + 1 && \\text{by $a$}\\\\ &= "
                "3 \\\\ y &= 3 \\pm 1 = 2 \\\\ z &= 2 + 2 = 5\\end{align}$$"
            ),
            (
                "$$\\begin{align} x &= 1 + 1 && \\text{by $a$}\\\\ &= "
                "2 \\\\ y &= 3 \\pm 1 = 2 \\\\ z &= 2 + 2 = 4\\end{align}$$"
            ),
        ),
    ],
)
def test_wrong_numbers_are_put_right(text, fixed):
    """And the corrected text holds nothing wrong."""
    assert audited(text).corrected_text == fixed
    assert not [v for v in audited(fixed).values if v.verdict == "wrong"]


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        (r"$\frac{5}{2} = 3$", "it is 2.500000, and only rounded 3"),
        (r"$2/3 = 1$", "it is 0.666667"),
        (r"$s^2 = \frac{39}{3} = 13$, $s = 3.7$", "the root of its square on line 1 is about 3.605551"),
        (r"$s = x + 1 = 3$, $t = x + 2 = 4$", "x is not defined"),
    ],
)
def test_doubts_are_remarks(text, remark):
    """Worth knowing, and no accusation."""
    document = audited(text)
    assert remark in " ".join(f.message for f in document.findings if f.remark)
    assert document.corrected_text == text


def test_a_notebook_shows_and_keeps_what_its_author_typed():
    """Corrections are JSON again, and names in messages are free of its escapes."""
    data = (
        b'{"cells": [{"cell_type": "markdown", "metadata": {}, "source": '
        b'["$12\\\\,288 \\\\times 2 = 24\\\\,577$\\n"]}],'
        b' "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    )
    document = audit_bytes(data, "n.ipynb")
    assert [f.message for f in document.findings] == [r"12\,288 \times 2 is printed as 24\,577, but it is 24576."]
    assert document.corrected_bytes == data.replace(b"24\\\\,577", b"24\\\\,576")
