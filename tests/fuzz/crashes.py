"""Every input that ever crashed the auditor, hung it or broke a promise, with the name it was read under."""

NINES = b"9" * 5000
CRASHES = (
    # Python refuses to turn thousands of digits into a number.
    ("d.md", b"$x = 1e" + NINES + b"$"),
    ("d.md", b"$x = 1 + 1 = 1e-" + NINES + b"$"),
    ("d.md", b"$x = 1e9999 + 1 = 3$"),
    ("d.md", b"$x = 2^{1e9999} = 3$ $y = x_{1e9999} = \\sum_{i=1}^{1e9999} i$"),
    ("d.md", b"$x_{" + NINES + b"} = 1 + 1 = 3$"),
    # A row of primes was read over and over.
    ("d.md", b"$A = [1, 2]$ $x = A" + b"'" * 1000 + b" = 2$"),
    # A narrow space inside a number that ends the formula.
    ("d.md", b"$x = 12\\thinspace 000 = 12\\thinspace 001$"),
    # Words joined by "e" were searched for equalities each time.
    ("d.md", b"$x = " + b" e x" * 700 + b" = 1$"),
    # Dress that is never closed.
    ("d.md", b"$x = " + b"\\underbrace{" * 300 + b"1 = 1$"),
    # A number with marks, cut in two as TeX does in a script without braces.
    ("d.md", b"$x_10{,}00 = 1$"),
    ("d.md", b"$y = 2^0,5 = 1,414$ $z = 0,25 + 0,5 = 0,75$"),
    ("d.md", b"$y = \\sqrt1\\,000 + \\frac1{.}52 = 2$"),
    # A matrix without entries.
    ("d.md", b"$t = \\begin{pmatrix} \n \\\\ \n \\end{pmatrix}$"),
    ("d.md", b"$0 = \\begin{pmatrix} \n \\\\ \n \\end{pmatrix}$"),
    # A finding that ended before it began.
    ("d.md", b"$0 = x$\n\n$0 = x$"),
    # A digit that a notebook writes as an escape.
    ("d.ipynb", b'{"cells":[{"cell_type":"markdown","source":["$1 + 1 = \\u0033$"]}]}'),
    ("d.ipynb", b'{"cells":[{"cell_type":"markdown","source":["$1 + 1 = \\u0663$"]}]}'),
    # Wrong numbers of more digits than Arb's default precision.
    ("d.md", b"$x = \\sqrt{2} = 1.41421356237309504880168872420969807857$"),
    # A list of numbers with two kinds of comma.
    ("d.md", b"$(0{,}6{,}0,3)$ $x_{6{,}0,3} = 1 + 1$"),
    ("d.tex", b"\\(\\begin{smallmatrix}1{,}0-1{,}4&1{,}3-0{,}6{,}0,3\\)"),
    # The last letter of a space, taken for the mark of a power of ten.
    ("d.md", b"$x = 12\\thinspace000 + 1 = 12\\thinspace002$"),
)
