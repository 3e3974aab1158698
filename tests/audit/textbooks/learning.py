r"""Attention, networks, losses and retrieval."""

from textbooks.cases import Case

LEARNING = (
    # e = 2.71828, e^2 = 7.38906, e^3 = 20.08554, their sum 31.19288: 0.08714, 0.23688... divided by e:
    # 1/11.10734 = 0.09003, 2.71828/11.10734 = 0.24473, 7.38906/11.10734 = 0.66524.
    Case(
        "softmax of (1, 2, 3)",
        r"$\text{softmax}(1, 2, 3) = (0.09, 0.24, 0.67)$",
        "0.09 rounded, 0.24 rounded, 0.67 rounded",
    ),
    # The same: 0.66524 cut off is 0.66, which also spoils the sum.
    Case(
        "softmax of (1, 2, 3), cut off",
        r"$\text{softmax}(1, 2, 3) = (0.09, 0.24, 0.66)$",
        "0.09 rounded, 0.24 rounded, 0.66 truncated 0.67",
    ),
    # 7.38906 + 2.71828 + 1.10517 = 11.21251; the quotients are 0.65900, 0.24243, 0.09857.
    Case(
        "softmax of three logits",
        r"The logits $z = (2.0, 1.0, 0.1)$ become $p = \text{softmax}(z) = (0.7, 0.2, 0.1)$.",
        "0.7 rounded, 0.2 rounded, 0.1 rounded",
    ),
    # The same to three places: 0.659, 0.242, 0.099.
    Case(
        "softmax of three logits, step by step",
        r"""$e^{2.0} = 7.389$, $e^{1.0} = 2.718$, $e^{0.1} = 1.105$ and $7.389 + 2.718 + 1.105 = 11.212$, so

$$\frac{7.389}{11.212} = 0.659 \qquad \frac{2.718}{11.212} = 0.242 \qquad \frac{1.105}{11.212} = 0.099$$""",
        "7.389 rounded, 2.718 rounded, 1.105 rounded, 11.212 exact, 0.659 rounded, 0.242 rounded, 0.099 rounded",
    ),
    # sqrt(64) = 8, 112/8 = 14, 96/8 = 12; 1/(1 + e^-2) = 1/1.13534 = 0.88080 and 0.11920.
    Case(
        "scores 112 and 96",
        r"""$d_k = 64$, $s_1 = \frac{112}{\sqrt{d_k}} = \frac{112}{8} = 14$ and $s_2 = \frac{96}{\sqrt{d_k}} = 12$.

$$w = \text{softmax}(s_1, s_2) = \text{softmax}(14, 12) = (0.88, 0.12)$$""",
        "8 exact, 14 exact, 12 exact, 0.88 rounded, 0.12 rounded",
    ),
    # x_1 W^K = row 1 + row 3, x_2 W^K = 2 (row 2 + row 4), x_3 W^K = the sum of the rows, and so on: all exact.
    # q_1 . k_i = 0+0+2, 4+0+0, 2+0+2.  softmax(2, 4, 4): 1/(1 + 2 e^2) = 1/15.77811 = 0.06338 and 0.46831, so 0.0 is
    # cut off (0.1), 0.5 is rounded.  0.0 v_1 + 0.5 v_2 + 0.5 v_3 = (2, 7, 1.5); from the inputs
    # 0.06338 + 0.46831*4 = 1.93662, 0.12676 + 0.46831*14 = 6.68311, 0.19014 + 0.46831*3 = 1.59507: rounding carried on.
    Case(
        "self-attention with three inputs",
        r"""$x_1 = (1, 0, 1, 0)$, $x_2 = (0, 2, 0, 2)$, $x_3 = (1, 1, 1, 1)$ and

$$
W_K = \begin{bmatrix} 0 & 0 & 1 \\ 1 & 1 & 0 \\ 0 & 1 & 0 \\ 1 & 1 & 0 \end{bmatrix} \quad
W_Q = \begin{bmatrix} 1 & 0 & 1 \\ 1 & 0 & 0 \\ 0 & 0 & 1 \\ 0 & 1 & 1 \end{bmatrix} \quad
W_V = \begin{bmatrix} 0 & 2 & 0 \\ 0 & 3 & 0 \\ 1 & 0 & 3 \\ 1 & 1 & 0 \end{bmatrix}
$$

$k_1 = x_1 W_K = (0, 1, 1)$, $k_2 = x_2 W_K = (4, 4, 0)$, $k_3 = x_3 W_K = (2, 3, 1)$,
$v_1 = x_1 W_V = (1, 2, 3)$, $v_2 = x_2 W_V = (2, 8, 0)$, $v_3 = x_3 W_V = (2, 6, 3)$,
$q_1 = x_1 W_Q = (1, 0, 2)$, $q_2 = x_2 W_Q = (2, 2, 2)$, $q_3 = x_3 W_Q = (2, 1, 3)$.

$s_1 = q_1 \cdot k_1 = 2$, $s_2 = q_1 \cdot k_2 = 4$, $s_3 = q_1 \cdot k_3 = 4$, and the weights are
$w = \text{softmax}(s_1, s_2, s_3) = (0.0, 0.5, 0.5)$.

$$y_1 = w_1 v_1 + w_2 v_2 + w_3 v_3 = 0.0 (1, 2, 3) + 0.5 (2, 8, 0) + 0.5 (2, 6, 3) = (2.0, 7.0, 1.5)$$""",
        "0 exact, 1 exact, 1 exact, 4 exact, 4 exact, 0 exact, 2 exact, 3 exact, 1 exact,"
        "1 exact, 2 exact, 3 exact, 2 exact, 8 exact, 0 exact, 2 exact, 6 exact, 3 exact,"
        "1 exact, 0 exact, 2 exact, 2 exact, 2 exact, 2 exact, 2 exact, 1 exact, 3 exact,"
        "2 exact, 4 exact, 4 exact, 0.0 truncated 0.1, 0.5 rounded, 0.5 rounded,"
        "2.0 carried 1.9, 7.0 carried 6.7, 1.5 carried 1.6",
    ),
    # softmax(2, 4, 4) in words of e: 7.38906 + 54.59815*2 = 116.58536; 0.06338, 0.46831, 0.46831.
    Case(
        "the same weights to four places",
        r"$\text{softmax}(2, 4, 4) = (0.0634, 0.4683, 0.4683)$",
        "0.0634 rounded, 0.4683 rounded, 0.4683 rounded",
    ),
    # e^0 = 1: 1/(1 + e) = 0.26894.
    Case("softmax of (0, 1)", r"$\text{softmax}(0, 1) = (0.27, 0.73)$", "0.27 rounded, 0.73 rounded"),
    # sqrt(512) = 22.62742; 22.62 cuts it off.
    Case("scale", r"$\sqrt{512} = 22.63$ and $\sqrt{64} = 8$", "22.63 rounded, 8 exact"),
    Case("scale, cut off", r"$\sqrt{512} = 22.62$", "22.62 truncated 22.63"),
    # sin(1) = 0.84147, cos(1) = 0.54030, sin(0.1) = 0.09983, cos(0.1) = 0.99500.
    Case(
        "positional encoding, base 100",
        r"""$\sin\frac{1}{100^{0}} = 0.84$, $\cos\frac{1}{100^{0}} = 0.54$,
$\sin\frac{1}{100^{1/2}} = 0.10$, $\cos\frac{1}{100^{1/2}} = 1.0$""",
        "0.84 rounded, 0.54 rounded, 0.10 rounded, 1.0 rounded",
    ),
    # 10000^(2/4) = 100: sin(0.01) = 0.0099998, cos(0.01) = 0.99995, which is 1.0000 to four places.
    Case(
        "positional encoding, base 10000",
        r"$\sin(1 / 10000^{2/4}) = 0.0100$ and $\cos(1 / 10000^{2/4}) = 1.0000$",
        "0.0100 rounded, 1.0000 rounded",
    ),
    # 0.99995 printed to four places as 0.9999 is cut off.
    Case("positional encoding, cut off", r"$\cos\frac{1}{100} = 0.9999$", "0.9999 truncated 1.0000"),
    # 12288^2 = 150,994,944; times 1,152 is 173,946,175,488.
    Case(
        "parameters of a large model",
        r"$12 \cdot 96 \cdot 12288^2 = 173946175488 \approx 1.74 \times 10^{11}$",
        "173946175488 exact, 1.74 rounded",
    ),
    # 1/(1 + e^-2) = 0.880797, 1/(1 + e^2) = 0.119203, 1/(1 + 1) = 0.5, and the slope there is 0.5 * 0.5.
    # The exponents 0, -2 and 2 stand where -x was, and are judged too.
    Case(
        "sigmoid",
        r"""$\sigma(x) = \frac{1}{1 + e^{-x}}$, so $\sigma(0) = \frac{1}{1 + e^{0}} = 0.5$,
$\sigma(2) = \frac{1}{1 + e^{-2}} = 0.8808$, $\sigma(-2) = \frac{1}{1 + e^{2}} = 0.1192$,
and the slope is $\sigma(0) (1 - \sigma(0)) = 0.25$.""",
        "0 exact, 0.5 exact, -2 exact, 0.8808 rounded, 2 exact, 0.1192 rounded, 0.25 exact",
    ),
    # (e - 1/e)/(e + 1/e) = 2.35040/3.08616 = 0.761594; tanh(0.5) = 0.462117.
    Case("tanh", r"$\tanh(1) = 0.7616$ and $\tanh(0.5) = 0.4621$", "0.7616 rounded, 0.4621 rounded"),
    # ln 0.7 = -0.356675.
    Case("cross-entropy", r"$L = -\ln 0.7 = 0.357$", "0.357 rounded"),
    # Two digits exchanged.
    Case("cross-entropy, digits exchanged", r"$L = -\ln 0.7 = 0.375$", "0.375 wrong 0.357", fixed="0.357"),
    # 1/2 * 1 + 1/4 * 2 + 1/4 * 2 = 1.5; 2^1.5 = 2 * 1.41421 = 2.82843.
    Case(
        "entropy and perplexity",
        r"""$H = -\frac12 \log_2 \frac12 - \frac14 \log_2 \frac14 - \frac14 \log_2 \frac14 = 1.5$
and $2^{H} = 2^{1.5} = 2.83$""",
        "1.5 exact, 2.83 rounded",
    ),
    # 0.5 * ln(5/9) + 0.5 * ln 5 = 0.5 * (-0.587787 + 1.609438) = 0.510826.
    Case(
        "relative entropy of two coins",
        r"$D = 0.5 \ln\frac{0.5}{0.9} + 0.5 \ln\frac{0.5}{0.1} = 0.511$",
        "0.511 rounded",
    ),
    # (32 ln 2 + 55 ln 3 - 50 ln 5)/25 = (22.18071 + 60.42368 - 80.47190)/25 = 2.13249/25 = 0.0853.
    Case(
        "relative entropy of three outcomes",
        r"$\frac{9}{25} \ln\frac{9/25}{1/3} + \frac{12}{25} \ln\frac{12/25}{1/3} + "
        r"\frac{4}{25} \ln\frac{4/25}{1/3} = 0.0853$",
        "0.0853 rounded",
    ),
    # 0.03 * log10(10^4) = 0.03 * 4.
    Case(
        "term frequency and document frequency",
        r"$\frac{3}{100} = 0.03$, $\log_{10}\frac{10,000,000}{1,000} = 4$ and $0.03 \cdot 4 = 0.12$",
        "0.03 exact, 4 exact, 0.12 exact",
    ),
    # f' = 2w = 6; 3 - 0.1 * 6 = 2.4; then 2.4 - 0.1 * 4.8 = 1.92.
    Case(
        "gradient steps",
        r"""$\eta = 0.1$, $w_0 = 3$, $w_1 = w_0 - \eta \cdot 2 w_0 = 3 - 0.1 \cdot 6 = 2.4$,
$w_2 = w_1 - \eta \cdot 2 w_1 = 2.4 - 0.1 \cdot 4.8 = 1.92$""",
        "6 exact, 2.4 exact, 4.8 exact, 1.92 exact",
    ),
    # mean 10/4, variance (2.25 + 0.25 + 0.25 + 2.25)/4; 1.5/1.118034 = 1.341641, 0.5/1.118034 = 0.447214.
    Case(
        "layer normalisation",
        r"""$\mu = \frac{1 + 2 + 3 + 4}{4} = 2.5$,
$v = \frac{(1 - 2.5)^2 + (2 - 2.5)^2 + (3 - 2.5)^2 + (4 - 2.5)^2}{4} = 1.25$,
$y_1 = \frac{1 - \mu}{\sqrt{v}} = -1.3416$, $y_2 = \frac{2 - \mu}{\sqrt{v}} = -0.4472$""",
        "2.5 exact, 1.25 exact, -1.3416 rounded, -0.4472 rounded",
    ),
    # 1 + 0 + 1 + 0 + 1 + 0 + 0 + 0 + 1.
    Case(
        "convolution of a patch",
        r"""$1 \cdot 1 + 1 \cdot 0 + 1 \cdot 1 + 0 \cdot 0 + 1 \cdot 1 + 1 \cdot 0 + 0 \cdot 1 + 0 \cdot 0 +
1 \cdot 1 = 4$""",
        "4 exact",
    ),
    # 216/4 + 1 = 55; 55^2 * 96 = 290400; 363 weights and a shift each: 364 * 290400 = 105705600.
    Case(
        "sizes of a convolution",
        r"""$\frac{227 - 11}{4} + 1 = 55$, $55 \cdot 55 \cdot 96 = 290400$, $11 \cdot 11 \cdot 3 = 363$ and
$290400 \cdot 364 = 105705600$""",
        "55 exact, 290400 exact, 363 exact, 105705600 exact",
    ),
    # 0.0075 + 0.02 + 0.35; 1/(1 + e^-0.3775) = 0.5932699921 (5932699921|07), 0.0125 + 0.03 + 0.35 = 0.3925 and
    # 0.5968843783; 0.4 * 0.593269992 + 0.45 * 0.596884378 + 0.6 = 1.1059059669 (from the inputs ...59671);
    # 0.7513650696 from the inputs, 0.7513650695 from the page; (0.74136507)^2/2 = 0.2748110835 and ...0832.
    Case(
        "a network of two layers",
        r"""$n_1 = 0.15 \cdot 0.05 + 0.2 \cdot 0.1 + 0.35 = 0.3775$ and $h_1 = \frac{1}{1 + e^{-n_1}} = 0.593269992$;
$n_2 = 0.25 \cdot 0.05 + 0.3 \cdot 0.1 + 0.35 = 0.3925$ and $h_2 = \frac{1}{1 + e^{-n_2}} = 0.596884378$.

$$n_3 = 0.4 h_1 + 0.45 h_2 + 0.6 = 0.4 \cdot 0.593269992 + 0.45 \cdot 0.596884378 + 0.6 = 1.105905967$$

$$o_1 = \frac{1}{1 + e^{-n_3}} = \frac{1}{1 + e^{-1.105905967}} = 0.75136507$$

$$E_1 = \frac{1}{2} (0.01 - o_1)^2 = \frac{1}{2} (0.01 - 0.75136507)^2 = 0.274811083$$""",
        "0.3775 exact, 0.593269992 rounded, 0.3925 exact, 0.596884378 rounded, 1.105905967 rounded,"
        "0.75136507 rounded, 0.274811083 carried 0.274811083",
    ),
    # 0.741365070 * 0.186815602 * 0.593269992 = 0.08216704068; 0.4 - 0.5 * 0.082167041 = 0.3589164795: exactly a tie to
    # nine places.
    Case(
        "one weight of it is changed",
        r"""$0.74136507 \cdot 0.186815602 \cdot 0.593269992 = 0.082167041$ and
$0.4 - 0.5 \cdot 0.082167041 = 0.358916480$""",
        "0.082167041 rounded, 0.358916480 tie",
    ),
    # 2 * 0.4/1.3 = 0.61538.
    Case("F1 of 0.8 and 0.5", r"$F_1 = \frac{2 \cdot 0.8 \cdot 0.5}{0.8 + 0.5} = 0.615$", "0.615 rounded"),
    # R = 0.5556 is printed as 0.56; 0.896/1.36 = 0.65882 from the page, 0.88889/1.35556 = 0.65574 from the inputs.
    Case(
        "F1 of a rounded recall",
        r"$R = \frac{5}{9} = 0.56$ and "
        r"$F = \frac{2 \cdot 0.8 R}{0.8 + R} = \frac{2 \cdot 0.8 \cdot 0.56}{0.8 + 0.56} = 0.659$",
        "0.56 rounded, 0.659 carried 0.656",
    ),
    # e^(-1/6) = 0.84648.
    Case("brevity penalty", r"$e^{1 - 7/6} = 0.846$", "0.846 rounded"),
)
