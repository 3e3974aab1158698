r"""Physics and chemistry, money, everyday shares."""

from textbooks.cases import Case

SCIENCE = (
    # 1.05^3 = 1.157625: a tie at two places, up to 63 or to the even 62.
    Case("compound interest", r"$1000 \cdot 1.05^3 = 1157.63$", "1157.63 tie"),
    Case("compound interest, to even", r"$1000 \cdot 1.05^3 = 1157.62$", "1157.62 tie"),
    # 1050, 1102.50, 1157.625 year by year; simple interest would be 1150.
    Case(
        "compound interest, year by year",
        r"""$K_0 = 1000$, $K_1 = 1.05 K_0 = 1050$, $K_2 = 1.05 K_1 = 1102.50$,
$K_3 = 1.05 K_2 = 1.05 \cdot 1102.50 = 1157.63$""",
        "1050 exact, 1102.50 exact, 1157.63 tie",
    ),
    Case(
        "simple interest for compound interest",
        r"$1000 \cdot 1.05^3 = 1150.00$",
        "1150.00 wrong",
        fixed="1157.63",
    ),
    # e^0.15 = 1.161834.
    Case("continuous interest", r"$1000 e^{0.05 \cdot 3} = 1161.83$", "1161.83 rounded"),
    # 72/7 = 10.2857 for ln 2/ln 1.07 = 0.693147/0.067659 = 10.2448.
    Case(
        "years to double",
        r"$\frac{72}{7} = 10.3$ and $\frac{\ln 2}{\ln 1.07} = 10.2$",
        "10.3 rounded, 10.2 rounded",
    ),
    # 100/1.1 = 90.909; plus 10%: 100.
    Case("present value", r"$\frac{100}{1 + 10\%} = 90.91$", "90.91 rounded"),
    # 0.2 * 150; 20/80.
    Case("shares", r"$20\% \cdot 150 = 30$ and $\frac{100 - 80}{80} = 25\%$", "30 exact, 25 exact"),
    # 1/3 = 33.33 and 2/3 = 66.67 in percent: 66 is cut off.
    Case("thirds in percent", r"$\frac{1}{3} = 33\%$ and $\frac{2}{3} = 66\%$", "33 rounded, 66 truncated"),
    # 100 * 0.8 * 1.2 = 96, not 100.
    Case("down and up again", r"$100 \cdot (1 - 20\%) \cdot (1 + 20\%) = 100$", "100 wrong 96", fixed="96"),
    # 66.6 + 32; -72 + 32; 66.6 * 5/9.
    Case(
        "Fahrenheit",
        r"""$\frac{9}{5} \cdot 37 + 32 = 98.6$, $\frac{9}{5} \cdot (-40) + 32 = -40$ and
$\frac{5}{9} (98.6 - 32) = 37$""",
        "98.6 exact, -40 exact, 37 exact",
    ),
    # 3e8 * 500 = 1500e8; 2.998 * 4.99 = 14.96002.
    Case(
        "light from the sun",
        r"""$3 \times 10^8 \cdot 500 = 1.5 \times 10^{11}$ and
$2.998 \times 10^8 \cdot 499 = 1.496 \times 10^{11}$""",
        "1.5 exact, 1.496 rounded",
    ),
    # 3 * 3.156 = 9.468, times 10^15.
    Case(
        "a light year",
        r"$3 \times 10^8 \cdot 3.156 \times 10^7 = 9.47 \times 10^{15}$",
        "9.47 rounded",
    ),
    # 8 + 7 is 15, not 14: thirty times 10^14.
    Case(
        "metres in a year of light, the exponent wrong",
        r"$c = 3 \times 10^8$ and $c \cdot 10^7 = 3 \times 10^{14}$",
        "3 wrong",
        fixed="15",
    ),
    # 9.8 * 9/2 = 44.1; 343 * 3 = 1029.
    Case("free fall", r"$\frac{1}{2} \cdot 9.8 \cdot 3^2 = 44.1$ and $343 \cdot 3 = 1029$", "44.1 exact, 1029 exact"),
    # 6.2831853 * sqrt(0.1019368) = 6.2831853 * 0.3192754 = 2.006067.
    Case("pendulum", r"$T = 2 \pi \sqrt{\frac{1}{9.81}} = 2.01$", "2.01 rounded"),
    # 6.674 * 5.972 = 39.857128, over 6.371^2 = 40.589641: 0.981953, times 10^(-11 + 24 - 12).
    Case(
        "weight on the earth",
        r"$g = \frac{6.674 \times 10^{-11} \cdot 5.972 \times 10^{24}}{(6.371 \times 10^6)^2} = 9.82$",
        "9.82 rounded",
    ),
    # 12/8; 12 * 1.5; 1/(1/6 + 1/3) = 2.
    Case(
        "circuit",
        r"$I = \frac{12}{8} = 1.5$, $P = 12 I = 12 \cdot 1.5 = 18$ and $R = \frac{1}{\frac{1}{6} + \frac{1}{3}} = 2$",
        "1.5 exact, 18 exact, 2 exact",
    ),
    # e^-0.693 = 0.500074; 100/2^3.
    Case(
        "half-life",
        r"$e^{-0.693} = 0.500$ and "
        r"$100 \cdot \left(\frac12\right)^3 = 12.5$",
        "0.500 rounded, 12.5 exact",
    ),
    # log10 2.5 = 0.39794: 4 - 0.39794; 10 * 0.30103.
    Case(
        "pH and decibels",
        r"$-\log_{10}(2.5 \times 10^{-4}) = 3.60$ and $10 \log_{10} 2 = 3.01$",
        "3.60 rounded, 3.01 rounded",
    ),
    # 70/3.0625 = 22.857.
    Case("body mass", r"$\frac{70}{1.75^2} = 22.9$", "22.9 rounded"),
    Case("body mass, cut off", r"$\frac{70}{1.75^2} = 22.8$", "22.8 truncated 22.9"),
    # 78.5398; 31.4159.
    Case("circle", r"$\pi \cdot 5^2 = 78.54$ and $2 \pi \cdot 5 = 31.4$", "78.54 rounded, 31.4 rounded"),
    # 0.14 + 0.48 + 0.54 + 0.16 = 1.32.
    Case(
        "a score",
        r"$0.2 \cdot 0.7 + 0.6 \cdot 0.8 + 0.6 \cdot 0.9 + 0.4 \cdot 0.4 = 1.4$",
        "1.4 wrong 1.3",
        fixed="1.3",
    ),
    # 240/2.5 = 96 km/h; 96/3.6 = 26.67; from a rounded 26.7 back 96.12, which is 96.1 on the page and 96.0 exactly.
    Case(
        "speed and back",
        r"$v = \frac{240}{2.5} = 96$, $u = \frac{v}{3.6} = 26.7$ and $w = 3.6 u = 3.6 \cdot 26.7 = 96.1$",
        "96 exact, 26.7 rounded, 96.1 carried 96.0",
    ),
    # 10.8/4 = 2.7 and 2.5^2 = 6.25: to one place a tie.
    Case("a square", r"$\frac{10.8}{4} = 2.7$ and $2.5^2 = 6.3$", "2.7 exact, 6.3 tie"),
)
