r"""Linear algebra, statistics, probability and numbers."""

from textbooks.cases import Case

MATHEMATICS = (
    # 1*5 + 2*7, 1*6 + 2*8, 3*5 + 4*7, 3*6 + 4*8.
    Case(
        "product of two matrices",
        r"$\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix} \begin{bmatrix} 5 & 6 \\ 7 & 8 \end{bmatrix} ="
        r"\begin{bmatrix} 19 & 22 \\ 43 & 50 \end{bmatrix}$",
        "19 exact, 22 exact, 43 exact, 50 exact",
    ),
    # The same entry by entry instead of row by column: 1*5, 2*6, 3*7, 4*8, each of which is wrong as a product.
    Case(
        "product of two matrices, entry by entry",
        r"$\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix} \begin{bmatrix} 5 & 6 \\ 7 & 8 \end{bmatrix} ="
        r"\begin{bmatrix} 5 & 12 \\ 21 & 32 \end{bmatrix}$",
        "5 wrong 19, 12 wrong 22, 21 wrong 43, 32 wrong 50",
        fixed="19 22 43 50",
    ),
    # 1*4 - 2*3 = -2; 1 + 4; the inverse is (4, -2; -3, 1)/-2.
    Case(
        "determinant, trace and inverse",
        r"""$A = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$, $\det A = 1 \cdot 4 - 2 \cdot 3 = -2$,
$\operatorname{tr} A = 1 + 4 = 5$ and $A^{-1} = \begin{pmatrix} -2 & 1 \\ 1.5 & -0.5 \end{pmatrix}$.""",
        "-2 exact, 5 exact, -2 exact, 1 exact, 1.5 exact, -0.5 exact",
    ),
    # (6, -7; -2, 4)/(24 - 14).
    Case(
        "inverse of (4, 7; 2, 6)",
        r"$\begin{pmatrix} 4 & 7 \\ 2 & 6 \end{pmatrix}^{-1} = \begin{pmatrix} 0.6 & -0.7 \\ -0.2 & 0.4 \end{pmatrix}$",
        "0.6 exact, -0.7 exact, -0.2 exact, 0.4 exact",
    ),
    # 6(-2*7 - 5*8) - 1(4*7 - 5*2) + 1(4*8 + 2*2) = -324 - 18 + 36 = -306.
    Case(
        "determinant of order three",
        r"$\begin{vmatrix} 6 & 1 & 1 \\ 4 & -2 & 5 \\ 2 & 8 & 7 \end{vmatrix} = -306$",
        "-306 exact",
    ),
    # 2 + 1 and 1 + 2: three times the vector.
    Case(
        "an eigenvector",
        r"$\begin{pmatrix} 2 & 1 \\ 1 & 2 \end{pmatrix} \begin{pmatrix} 1 \\ 1 \end{pmatrix} = "
        r"\begin{pmatrix} 3 \\ 3 \end{pmatrix}$",
        "3 exact, 3 exact",
    ),
    # 4 + 10 + 18 = 32; 32/sqrt(14 * 77) = 32/32.83291 = 0.97463.
    Case(
        "cosine of (1, 2, 3) and (4, 5, 6)",
        r"""$a = (1, 2, 3)$, $b = (4, 5, 6)$, $a \cdot b = 4 + 10 + 18 = 32$, $\|a\| = \sqrt{14} = 3.742$,
$\|b\| = \sqrt{77} = 8.775$ and $\frac{a \cdot b}{\|a\| \|b\|} = \frac{32}{3.742 \cdot 8.775} = 0.975$""",
        "32 exact, 3.742 rounded, 8.775 rounded, 32 exact, 3.742 rounded, 8.775 rounded, 0.975 rounded",
    ),
    # 1/(sqrt 2 sqrt 2).
    Case(
        "cosine of 60 degrees",
        r"$u = (1, 1, 0)$, $w = (1, 0, 1)$ and $\frac{u \cdot w}{\|u\| \|w\|} = 0.5 = \cos 60^\circ$",
        "0.5 exact",
    ),
    # 9 + 16 = 25; 1 + 4 + 4 = 9; (4 - 1)^2 + (6 - 2)^2 = 25.
    Case(
        "norms and a distance",
        r"$\|(3, 4)\| = 5$, $\|(1, 2, 2)\| = 3$ and $\sqrt{(4 - 1)^2 + (6 - 2)^2} = 5$",
        "5 exact, 3 exact, 5 exact",
    ),
    # 40/8; 9 + 1 + 1 + 1 + 0 + 0 + 4 + 16 = 32, 32/8; sqrt 4.  32/7 = 4.5714, its root 2.13809.
    Case(
        "mean, variance and deviation of eight numbers",
        r"""$x = (2, 4, 4, 4, 5, 5, 7, 9)$, $m = \frac{1}{8} \sum_{i=1}^{8} x_i = 5$,
$v = \frac{1}{8} \sum_{i=1}^{8} (x_i - m)^2 = \frac{32}{8} = 4$, $s = \sqrt{v} = 2$,
and of a sample $\sqrt{\frac{32}{7}} = 2.14$""",
        "5 exact, 4 exact, 2 exact, 2.14 rounded",
    ),
    # 2.13809 cut off would be 2.13.
    Case("deviation of a sample, cut off", r"$\sqrt{\frac{32}{7}} = 2.13$", "2.13 truncated 2.14"),
    # 30/15; 2/2.
    Case("z-scores", r"$\frac{130 - 100}{15} = 2$ and $\frac{7 - 5}{2} = 1$", "2 exact, 1 exact"),
    # 15/5 = 3; 1.96 * 3 = 5.88.
    Case(
        "a confidence interval",
        r"$h = 1.96 \cdot \frac{15}{\sqrt{25}} = 5.88$, so $(100 - h, 100 + h) = (94.12, 105.88)$",
        "5.88 exact, 94.12 exact, 105.88 exact",
    ),
    # 1/2.506628 = 0.398942; times e^-0.5 = 0.606531: 0.241971.
    Case(
        "normal density",
        r"$\frac{1}{\sqrt{2 \pi}} = 0.3989$ and $\frac{1}{\sqrt{2 \pi}} e^{-1/2} = 0.2420$",
        "0.3989 rounded, 0.2420 rounded",
    ),
    # 0.0099/(0.0099 + 0.0099).
    Case(
        "a test that is right 99 times in 100, one person ill in 100",
        r"$P = \frac{0.99 \cdot 0.01}{0.99 \cdot 0.01 + 0.01 \cdot 0.99} = \frac{0.0099}{0.0198} = 0.5$",
        "0.0099 exact, 0.0198 exact, 0.5 exact",
    ),
    # 0.00495/(0.00495 + 0.00995) = 0.33221.
    Case(
        "one person ill in 200",
        r"$\frac{0.99 \cdot 0.005}{0.99 \cdot 0.005 + 0.01 \cdot 0.995} = 33.2\%$",
        "33.2 rounded",
    ),
    # The famous slip: the test's 99% taken for the answer.
    Case(
        "one person ill in 200, the other way round",
        r"$\frac{0.99 \cdot 0.005}{0.99 \cdot 0.005 + 0.01 \cdot 0.995} = 99.0\%$",
        "99.0 wrong",
        fixed="33.2",
    ),
    # 10/32; 252/1024 = 0.24609.
    Case(
        "tosses of a coin",
        r"$\binom{5}{3} 0.5^3 \cdot 0.5^2 = 0.3125$ and $\binom{10}{5} \cdot 0.5^{10} = 0.246$",
        "0.3125 exact, 0.246 rounded",
    ),
    # 0.492703 and its complement.
    Case(
        "birthdays of 23 people",
        r"$q = \prod_{i=0}^{22} \frac{365 - i}{365} = 0.493$ and $1 - q = 0.507$",
        "0.493 rounded, 0.507 rounded",
    ),
    # 1/6 = 0.1666...: 0.16 is cut off; (5/6)^4 = 625/1296 = 0.48225, its complement 0.51775.
    Case(
        "dice",
        r"$\frac{1}{6} = 0.16$ and $1 - \left(\frac{5}{6}\right)^4 = 0.518$",
        "0.16 truncated 0.17, 0.518 rounded",
    ),
    # 52!/(5! 47!) = 2598960; 10! = 3628800.
    Case("counting", r"$\binom{52}{5} = 2598960$ and $10! = 3628800$", "2598960 exact, 3628800 exact"),
    # 3.14159265, 2.71828183, 3.142857.
    Case(
        "pi and e",
        r"$\pi \approx 3.14159$, $e \approx 2.71828$ and $\frac{22}{7} = 3.142857$",
        "3.14159 rounded, 2.71828 rounded, 3.142857 rounded",
    ),
    # 2.718 cut off after two decimals; 3.14159 cut after four, where 3.1416 is nearer.
    Case("pi and e, cut off", r"$e = 2.71$ and $\pi = 3.1415$", "2.71 truncated 2.72, 3.1415 truncated 3.1416"),
    # 22/7 - 3.14159265 = 0.00126449; 1.01^100 = 2.704814.
    Case(
        "approximations of pi and e",
        r"$\frac{22}{7} - \pi = 0.00126$ and $\left(1 + \frac{1}{100}\right)^{100} = 2.7048$",
        "0.00126 rounded, 2.7048 rounded",
    ),
    # (1 + 2.236068)/2 = 1.618034; plus 1 is its square, less 1 its inverse.
    Case(
        "golden ratio",
        r"$\phi = \frac{1 + \sqrt{5}}{2} = 1.618$, $\phi^2 = \phi + 1 = 2.618$ and "
        r"$\frac{1}{\phi} = \phi - 1 = 0.618$",
        "1.618 rounded, 2.618 rounded, 0.618 rounded",
    ),
    # The root of 1 is 1: 6/2 and 4/2.
    Case(
        "quadratic equation",
        r"""$a = 1$, $b = -5$, $c = 6$, $D = b^2 - 4 a c = 25 - 24 = 1$,
$x_1 = \frac{-b + \sqrt{D}}{2 a} = 3$, $x_2 = \frac{-b - \sqrt{D}}{2 a} = 2$""",
        "25 exact, 24 exact, 1 exact, 3 exact, 2 exact",
    ),
    # -b is 5, not -5: 6/2 = 3.  What was put in is named, and the result is wrong by it: (-5 + 1)/2 = -2.
    Case(
        "quadratic equation, a sign lost",
        r"$b = -5$ and $x_1 = \frac{-b + \sqrt{b^2 - 24}}{2} = \frac{-5 + \sqrt{25 - 24}}{2} = -2$",
        "25 exact, -2 wrong 3",
        kinds="substitution",
        fixed="5 3",
    ),
    # 9 + 16, 25 + 144; 1.41421.
    Case(
        "Pythagoras",
        r"$\sqrt{3^2 + 4^2} = \sqrt{25} = 5$, $\sqrt{5^2 + 12^2} = 13$ and $\sqrt{1^2 + 1^2} = \sqrt{2} = 1.414$",
        "25 exact, 5 exact, 13 exact, 2 exact, 1.414 rounded",
    ),
    # 1.414 is neither rounded nor cut to 1.42.
    Case("root of two, wrong", r"$\sqrt{2} = 1.42$", "1.42 wrong 1.41", fixed="1.41"),
    # 25 + 49 - 70/2 = 39; sqrt 39 = 6.244998.
    Case("law of cosines", r"$\sqrt{5^2 + 7^2 - 2 \cdot 5 \cdot 7 \cdot \cos 60^\circ} = 6.24$", "6.24 rounded"),
    # s = 6: 6 * 3 * 2 * 1 = 36.
    Case(
        "area of a triangle",
        r"$s = \frac{3 + 4 + 5}{2} = 6$ and "
        r"$\sqrt{s (s - 3)(s - 4)(s - 5)} = 6$",
        "6 exact, 6 exact",
    ),
    # 101 * 50; 2.928968; 1023/512 = 1.998047.
    Case(
        "sums",
        r"$\sum_{k=1}^{100} k = 5050$, "
        r"$\sum_{k=1}^{10} \frac{1}{k} = 2.929$ and $\sum_{k=0}^{9} \frac{1}{2^k} = 1.998$",
        "5050 exact, 2.929 rounded, 1.998 rounded",
    ),
    # 3/2, 17/12 = 1.416667, 577/408 = 1.4142157.
    Case(
        "root of two by Newton",
        r"""$x_0 = 1$, $x_1 = \frac{1}{2} \left(x_0 + \frac{2}{x_0}\right) = 1.5$,
$x_2 = \frac{1}{2} \left(x_1 + \frac{2}{x_1}\right) = 1.4167$,
$x_3 = \frac{1}{2} \left(x_2 + \frac{2}{x_2}\right) = 1.4142$""",
        "1.5 exact, 1.4167 rounded, 1.4142 rounded",
    ),
    # (1 + 6.594885 + 2.718282)/6 = 1.718861, against e - 1 = 1.718282.
    Case(
        "area under the exponential",
        r"$\frac{1}{6} (e^0 + 4 e^{0.5} + e^1) = 1.7189$ and $e - 1 = 1.7183$",
        "1.7189 rounded, 1.7183 rounded",
    ),
    # 1.64493.
    Case("sum of the inverse squares", r"$\frac{\pi^2}{6} = 1.645$", "1.645 rounded"),
    # 2^3 = 8; 10^2 = 100; 0.693147; 2.302585.
    Case(
        "logarithms",
        r"$\log_2 8 = 3$, $\log_{10} 100 = 2$, $\ln 2 = 0.693$ and $\ln 10 = 2.303$",
        "3 exact, 2 exact, 0.693 rounded, 2.303 rounded",
    ),
)
