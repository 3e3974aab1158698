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
)
