"""Worked examples of vectors and matrices: cosine similarity, norms, products, layer normalisation."""

from __future__ import annotations

from fractions import Fraction

from chapters import formulas as f
from chapters.examples_attention import grid, one_of, row


def whole(random):
    """Return a random small whole number."""
    return Fraction(random.randint(-4, 9))


def cosine(page):
    """Two vectors, their product, norms and the cosine between them."""
    random = page.random
    u, v = f.Name(page.fresh("u", "a"), bold=True), f.Name(page.fresh("v", "b"), bold=True)
    size, draw = random.choice((2, 3)), random.choice((whole, whole, None))
    for name in (u, v):
        page.given(name, row(random, size, draw) if draw else row(random, size), 0 if draw else 1)
    places = random.choice((2, 3))
    page.derive(f.Name(page.fresh("d", "p")), f.Dot(u, v), places, how="put", expand=random.random() < 0.6)
    page.say_chain([f.Size(u, vector=True)], f.Size(u, vector=True), places)
    cosines = f.Div(f.Dot(u, v), f.Mul((f.Size(u, vector=True), f.Size(v, vector=True))))
    name = f.Name("sim", args=(u, v)) if random.random() < 0.5 else f.Name(page.fresh("c", "h"))
    page.derive(name, cosines, places, how="formula", more=one_of(page, 0, 2))


def norms(page):
    """Norms, a distance, and a vector made to length one."""
    random = page.random
    u, v, n = (f.Name(page.fresh(*letters), bold=True) for letters in ("ux", "vy", "nm"))
    page.given(u, row(random, 3))
    page.given(v, row(random, 3))
    size = f.Size(u, vector=True)
    squares = f.Root(f.total(*(f.Pow(f.Lit(abs(x), page.form(x, 1)), f.TWO) for x in page.exactly(u))))
    page.say_chain([size, squares], size, 3)
    page.derive(f.Name(page.fresh("d", "r")), f.Size(f.minus(u, v), vector=True), 3, how="formula")
    page.derive(n, f.Div(u, size), 3, how="formula")


def products(page):
    """Products of matrices, a transpose, a multiple, a matrix times an upright vector."""
    random = page.random
    a, b, c, x = (page.fresh(*letters) for letters in ("AM", "BN", "CP", "xu"))
    rows, inner, columns = one_of(page, (2, 3, 2), (2, 2, 3), (3, 2, 2))
    draw, places = one_of(page, (whole, 0), (None, 2))
    make = (lambda r, k: grid(random, r, k, draw)) if draw else (lambda r, k: grid(random, r, k))
    A, B, C = (f.Name(letter, bold=True) for letter in (a, b, c))
    page.given(A, make(rows, inner), min(places, 1))
    page.given(B, make(inner, columns), min(places, 1))
    page.derive(C, f.Mul((A, B)), places, how=one_of(page, "put", "formula"))
    if random.random() < 0.5:
        turned = f.Name(page.fresh("D", "R"), bold=True)
        page.derive(turned, f.Turned(A), min(places, 1), how="formula")
    if random.random() < 0.5:
        gram = f.Name(page.fresh("G", "H"), bold=True)
        page.derive(gram, f.Mul((f.Turned(A), A)), places, how=one_of(page, "put", "formula"))
    if random.random() < 0.5:
        half = f.Name(page.fresh("E", "L"), bold=True)
        page.derive(half, f.Mul((f.TWO, A)), places, how=one_of(page, "put", "formula"))
    vector, image = f.Name(x, bold=True), f.Name(page.fresh("y", "w"), bold=True)
    page.given(vector, row(random, columns, draw) if draw else row(random, columns), min(places, 1), column=True)
    page.derive(image, f.Mul((B, vector)), places, how=one_of(page, "put", "formula"), column=True)
    if random.random() < 0.6:
        page.given(f.Name(page.fresh("t", "g"), bold=True), row(random, 5), 1)  # what shape mistakes are made of


def statistics(page):
    """Mean, variance and deviation of some numbers, then layer normalisation."""
    random = page.random
    count = random.choice((3, 4, 5))
    x, n, v, s, z = (page.fresh(*letters) for letters in ("xt", "nN", ("v", "V"), ("\\sigma", "s"), "zy"))
    for i in range(1, count + 1):
        page.given(f.Name(x, (i,)), Fraction(random.randint(1, 90), 10))
    high = f.Lit(Fraction(count))
    if page.style.bound == "name":
        page.given(f.Name(n), Fraction(count), 0)
        high = f.Name(n)
    mean = f.Name(*((page.fresh("m", "\\mu"),) if random.random() < 0.5 else (x, (), "", "bar")))
    places = random.choice((2, 3))
    one = f.Name(x, ("i",))
    sum_of = lambda body: f.Big("sum", "i", f.ONE, high, body)  # noqa: E731
    page.derive(mean, f.Mul((f.Div(f.ONE, high), sum_of(one))), places, how="formula", more=one_of(page, 0, 1))
    spread = sum_of(f.Pow(f.minus(one, mean), f.TWO))
    page.derive(f.Name(v), f.Div(spread, high), places, how="formula")
    page.derive(f.Name(s), f.Root(f.Name(v)), places, how=one_of(page, "put", "formula"))
    for i in (1, 2):
        top = f.minus(f.Name(x, (i,)), mean)
        page.derive(f.Name(z, (i,)), f.Div(top, f.Name(s)), places, how=one_of(page, "put", "formula"))


def layer(page):
    """A linear layer, a rectifier, a prediction, its loss and one step of descent."""
    random = page.random
    w, x, b, y, loss = (page.fresh(*letters) for letters in ("wu", "xt", "bc", "yg", "Lh"))
    page.given(f.Name(w, bold=True), row(random, 3))
    page.given(f.Name(x, bold=True), row(random, 3))
    page.given(f.Name(b), Fraction(random.randint(1, 9), 10))
    page.given(f.Name(y), Fraction(random.randint(1, 30), 10))
    guess = f.Name(y, accent="hat")
    linear = f.total(f.Dot(f.Name(w, bold=True), f.Name(x, bold=True)), f.Name(b))
    page.derive(guess, linear, 2, how="put", expand=random.random() < 0.5)
    page.derive(f.Name(loss), f.Pow(f.minus(guess, f.Name(y)), f.TWO), 3, how=one_of(page, "put", "formula"))
    page.derive(f.Name(page.fresh("r", "p")), f.Fn("max", (f.Lit(Fraction(0)), guess)), 2, how="formula")
    rate = f.Lit(Fraction(1, 10), f.Form(1))
    moved = f.minus(f.Name(b), f.Mul((rate, f.Name(y))))
    page.derive(f.Name(b, accent="prime"), moved, 2, how=one_of(page, "put", "formula"))
