r"""Fragments of every notation that is read, and of some that are not, for tests that put them together by chance.

A `SIGN` stands for itself.  A `TEMPLATE` has holes, written □, which take signs or other templates; a `STATEMENT`
is one with a relation, so that there is something to judge; a `PAGE` takes statements and is a document or a part
of one.
"""

HOLE = "□"
NUMBERS = r"""
0 1 2 3 7 10 12 0.5 .5 2.50 -0.3 −4 0,47 0{,}47 1,000 1{,}234 1,234.5 1.234,5 1.234.567,8 1{.}5 12\,345
12\thinspace345 12~000 1e3 2.5e-3 2E+4 1e99 1e301 1.2\times10^{-3} 5\cdot10^{4} 10^{300} 50\% 12.5\% 30° 30^\circ
30^{\circ} 3! \infty -\infty ∞ \pi π \frac12 \tfrac13 ½ ٣ 007 1_000 1..2
"""
NAMES = r"""
x y e n i j x_1 x_2 y_i y_{i+1} x_{12} x_{1,2} x_{i,j} A A_{21} A^T W^Q W_Q W^{(1)} x^{(2)} x^{(i)}_1 a_n \alpha
\alpha_{ij} \sigma \hat{y} \bar{x} \vec{v} \mathbf{x} \mathbf{W} \mathrm{loss} \text{sim} \operatorname{sim} x' x''
f(x) f(2) f_1(x) g(1,2) \mathrm{ReLU} softmax \text{softmax} \mathrm{mean} \mathrm{tr} \lambda_{max} x_{\text{out}}
q_\ell Ω \partial ç
"""
MARKS = r"""
= = = \approx ≈ \equiv := < \le > \ge \neq \in \to \Rightarrow + - − \pm * \cdot · \times / ÷ : \odot ⊙ \otimes
\circ \bmod , ; . \quad \, ~ \\ & | \| \mid ( ) [ ] \{ \} \langle \rangle \lfloor \rceil { } _ ^ ' ! % \% \left
\right \left. ^T ^\top ᵀ ° \ldots … \forall \text{and} \text{if} \text{km} \label{a} \tag{1} \big \displaystyle
\hline \limits \mathbf \hat \boxed \underbrace \overset \frac \sqrt \sum \prod \max \log \ln \exp \det \binom
\color{red} \unknown \newcommand \def \begin{bmatrix} \end{bmatrix} \begin{cases} \end{cases} \begin{aligned}
\end{aligned} \begin{array}{cc} \end{array}
"""
SIGNS = (
    *NUMBERS,
    *NAMES,
    *MARKS,
    "\n",
    " ",
    "%c\n",
    "\u202e",
    "\u200b",
    r"\text{<script>alert(1)</script>}",
    r"\text{a|b`}",
)

TEMPLATES = (
    r"□ + □",
    r"□ - □",
    r"□ \cdot □",
    r"□ \times □",
    r"□ □",
    r"□ / □",
    r"□ : □",
    r"□ \odot □",
    r"-□",
    r"(□)",
    r"\left(□\right)",
    r"[□]",
    r"{□}",
    r"(□, □)",
    r"[□; □]",
    r"[[□, □], [□, □]]",
    r"\frac{□}{□}",
    r"\sqrt{□}",
    r"\sqrt[□]{□}",
    r"□^{□}",
    r"□^2",
    r"□_{□}",
    r"□^T",
    r"□'",
    r"□!",
    r"□\%",
    r"□^\circ",
    r"e^{□}",
    r"\exp(□)",
    r"\ln □",
    r"\log_{□} □",
    r"\log(□)",
    r"\sin □",
    r"\arctan(□)",
    r"\max(□, □)",
    r"|□|",
    r"\|□\|",
    r"\|□\|_1",
    r"\lVert □ \rVert_F",
    r"\lfloor □ \rfloor",
    r"\langle □, □ \rangle",
    r"\binom{□}{□}",
    r"\det(□)",
    r"\sum_{i=1}^{□} □",
    r"\sum_{j \le □} □",
    r"\sum_{1 \le j < □} □",
    r"\sum_i □",
    r"\sum_{i=□}^{□} □",
    r"\prod_{k=0}^{□} □",
    r"\mathrm{softmax}(□)",
    r"\text{softmax}(□, □)",
    r"\text{softmax}\left(\frac{□}{\sqrt{□}}\right)",
    r"\mathrm{ReLU}(□)",
    r"\sigma(□)",
    r"\operatorname{mean}(□, □)",
    r"\mathrm{tr}(□)",
    r"f(□)",
    r"x_{□}",
    r"A_{□,□}",
    r"W^{(□)}",
    r"\begin{bmatrix} □ & □ \\ □ & □ \end{bmatrix}",
    r"\begin{pmatrix} □ \\ □ \end{pmatrix}",
    r"\begin{vmatrix} □ & □ \\ □ & □ \end{vmatrix}",
    r"\begin{bmatrix*}[r] □ & □ \end{bmatrix*}",
    r"\left[\begin{array}{c|c} □ & □ \\ \hline □ & □ \end{array}\right]",
    r"\begin{cases} □ & □ > 0 \\ □ & \text{otherwise} \end{cases}",
    r"\begin{cases} □ & x = □ \\ □ & \text{if } □ \le □ \end{cases}",
    r"\boxed{□}",
    r"\mathbf{□}",
    r"\underbrace{□}_{\text{a caption}}",
    r"\overbrace{□}^{□}",
    r"\textcolor{red}{□}",
    r"\text{□}",
)
STATEMENTS = (
    r"□ = □",
    r"□ = □ = □",
    r"□ \approx □",
    r"□ = □ \approx □",
    r"□ \overset{!}{=} □",
    r"x = □, \quad y = □",
    r"x = □ \text{ and } y = □",
    r"f(x) = □ = □",
    r"f(x) = \begin{cases} □ & x > □ \\ □ & \text{otherwise} \end{cases}",
    r"x_i = □",
    r"x_1 = □ \\ x_2 = □",
    r"A = □ = □ \cdot □ = □",
    r"□ < □ \le □",
    r"(x_1, x_2) = □",
    r"□ &= □ \\ &= □",
    r"\frac{□}{□} = \frac{□}{□} = □",
    r"□ = □ \text{ remark} \\ = □",
    r"\begin{aligned} □ &= □ \\ □ &\approx □ \end{aligned}",
    r"\begin{array}{rcl} □ & = & □ \end{array}",
)
PAGES = (
    "$□$",
    "$□$ and $□$.",
    "$x = 2$, $A = [[1, 2], [3, 4]]$, $v = (1, 2)$. $□$",
    "$$□$$",
    "$$\n□ \\\\\n□\n$$",
    r"\(□\)",
    r"\[□\]",
    "\\begin{align}\n□\n\\end{align}",
    "\\begin{equation*}□\\end{equation*}",
    "> $$\n> □\n> $$",
    "- $□$\n- $□$",
    "1. a\n\n   $$□$$",
    "| a | b |\n|---|---|\n| $□$ | $□$ |",
    "# $□$\n\n$□$\r\n\r\n$□$",
    "`$□$` $□$",
    "```\n$□$\n```\n$□$",
    "<!-- $□$ --> $□$",
    "\\begin{verbatim}$□$\\end{verbatim} $□$",
    "A price of $5 and $□$, \\$□$",
    "não, $□$",
    "□",
)
