"""Worked examples of plain numbers: chains, percentages, powers of ten, logarithms, sums, rules, functions."""

from __future__ import annotations

from fractions import Fraction

from chapters import exact
from chapters import formulas as f
from chapters.examples_attention import one_of, tenths


def decimal(random, low=1, high=99, places=2):
    """Return a random positive number as part of a formula."""
    places = random.randint(0, places)
    number = Fraction(random.randint(low, high)) / 10**places
    return f.Lit(number, f.Form(places))


def chain(page):
    """Names from names, by the four operations and powers."""
    random = page.random
    a, b = page.fresh("a", "c"), page.fresh("b", "g")
    known = []
    for i in (1, 2, 3):
        places = random.choice((0, 1, 2))
        page.given(f.Name(a, (i,)), Fraction(random.randint(1, 99), 10**places), places)
        known.append(f.Name(a, (i,)))
    for i in range(1, random.randint(3, 5)):
        left, right = random.sample(known, 2)
        formula = one_of(
            page,
            f.total(left, right),
            f.minus(left, right),
            f.Mul((left, right)),
            f.Div(left, right),
            f.Pow(left, f.TWO),
            f.total(f.Mul((f.Lit(Fraction(3)), left)), right),
            f.Mul((f.TWO, f.minus(left, right))),
            f.Div(f.total(left, right), f.TWO),
            f.Size(f.minus(left, right)),
        )
        how = one_of(page, "put", "put", "formula")
        name = f.Name(b, (i,))
        try:
            page.derive(name, formula, random.randint(1, 3), how=how, step=random.random() < 0.3)
        except exact.NoValue:
            continue
        known.append(name)


def arithmetic(page):
    """Formulas of numbers alone, with steps."""
    random = page.random
    for _ in range(random.randint(2, 4)):
        a, b, c, d = (decimal(random) for _ in range(4))
        p, q = (f.Lit(Fraction(random.randint(1, 9))) for _ in range(2))
        formula = one_of(
            page,
            f.Mul((a, b)),
            f.total(a, b, c),
            f.minus(f.Mul((a, b)), f.Mul((c, d))),
            f.total(f.Mul((a, b)), f.Mul((c, d))),
            f.Div(a, b),
            f.total(f.Div(p, q), f.Div(q, f.Lit(Fraction(7)))),
            f.Mul((f.Div(p, q), f.total(a, b))),
            f.Mul((p, f.total(a, b))),
            f.Div(f.total(a, b), f.total(c, d)),
            f.Pow(f.Lit(Fraction(random.randint(2, 12))), f.Lit(Fraction(random.choice((2, 3))))),
            f.Root(a, random.choice((2, 3))),
            f.Pow(f.minus(a, b), f.TWO),
            f.Size(f.minus(a, b)),
            f.Fn(random.choice(("max", "min")), (a, b, c)),
        )
        page.derive(
            None, formula, random.randint(1, 3), how="numbers", step=random.random() < 0.4, more=one_of(page, 0, 0, 2)
        )


def percentages(page):
    """Shares of a whole, in percent."""
    random = page.random
    whole = random.randint(21, 400)
    part = random.randint(5, whole)
    p, r = page.fresh("p", "h"), page.fresh("r", "g")
    share = f.Div(f.Lit(Fraction(part)), f.Lit(Fraction(whole)))
    page.derive(f.Name(p), share, random.choice((0, 1)), how="formula", percent=True)
    rest = f.minus(f.ONE, f.Name(p))
    page.derive(f.Name(r), rest, random.choice((0, 1)), how=one_of(page, "put", "formula"), percent=True)
    of = f.Mul(
        (f.Lit(Fraction(random.randint(5, 95), 100), f.Form(0, percent=True)), f.Lit(Fraction(random.randint(20, 900))))
    )
    page.derive(None, of, 2, how="numbers")


def powers_of_ten(page):
    """Rates and parameter counts: powers of ten, thousands."""
    random = page.random
    a, b = page.fresh("\\eta", "a"), page.fresh("g", "b")
    low = -random.randint(2, 5)
    rate = Fraction(random.randint(11, 99), 10) * Fraction(10) ** low
    page.given_ten(f.Name(a), rate, 1, low)
    factor = f.Lit(Fraction(random.randint(2, 9)))
    true = rate * factor.number
    ten = low + (abs(true) >= Fraction(10) ** (low + 1))
    page.derive(f.Name(b), f.Mul((factor, f.Name(a))), 2, how=one_of(page, "put", "formula"), ten=ten)
    wide, deep = random.choice((768, 1024, 4096, 12288)), random.choice((4, 12, 96, 3072))
    page.derive(None, f.Mul((f.Lit(Fraction(wide)), f.Lit(Fraction(deep)))), 0, how="numbers")


def logarithms(page):
    """Cross-entropy, its mean, perplexity, and logarithms of other bases."""
    random = page.random
    p, h, s = page.fresh("p", "y"), page.fresh("H", "h"), page.fresh("L", "\\ell")
    for i in (1, 2):
        page.given(f.Name(p, (i,)), Fraction(random.randint(3, 97), 100), 2)
        loss = f.Add(((-1, f.Fn("ln", (f.Name(p, (i,)),))),))
        page.derive(f.Name(s, (i,)), loss, random.choice((2, 3, 4)), how=one_of(page, "put", "formula"))
    mean = f.Div(f.total(f.Name(s, (1,)), f.Name(s, (2,))), f.TWO)
    page.derive(f.Name(h), mean, 3, how=one_of(page, "put", "formula"))
    page.derive(f.Name("PPL"), f.Fn("exp", (f.Name(h),)), 2, how=one_of(page, "put", "formula"))
    base = random.choice(("log10", "log2"))
    page.derive(None, f.Fn(base, (decimal(random, 2, 900, 1),)), 3, how="numbers")
    page.derive(None, f.Fn("ln", (decimal(random, 2, 900, 1),)), 3, how="numbers")


def sums(page):
    """Sums and products over an index."""
    random = page.random
    top = random.randint(3, 6)
    i = f.Idx("i")
    body = one_of(page, i, f.Pow(i, f.TWO), f.Mul((f.TWO, i)), f.Div(f.ONE, i), f.Pow(f.TWO, i))
    op = random.choice(("sum", "prod"))
    page.derive(
        None, f.Big(op, "i", f.ONE, f.Lit(Fraction(top)), body), 3 if isinstance(body, f.Div) else 0, how="formula"
    )
    w = page.fresh("w", "g")
    for j in (1, 2, 3):
        page.given(f.Name(w, (j,)), Fraction(random.randint(1, 30), 10))
    high = f.Lit(Fraction(3))
    if page.style.bound == "name":
        n = f.Name(page.fresh("n", "N"))
        page.given(n, Fraction(3), 0)
        high = n
    name = f.Name(page.fresh("S", "t"))
    page.derive(name, f.Big(op, "j", f.ONE, high, f.Name(w, ("j",))), 2, how=one_of(page, "put", "formula"))


def rules(page):
    """A rule with an index letter, its instances, and running totals."""
    random = page.random
    x, y, c = page.fresh("x", "u"), page.fresh("y", "h"), page.fresh("c", "S")
    slope, shift = Fraction(random.randint(2, 9)), f.Lit(Fraction(random.randint(1, 9)))
    count = random.choice((2, 3))
    for i in range(1, count + 1):
        page.given(f.Name(x, (i,)), tenths(random, 1, 60))

    def line(i):
        return f.total(f.Mul((f.Lit(slope), f.Name(x, (i,)))), shift)

    page.rule(f.Name(y, ("i",)), line("i"))
    for i in range(1, count + 1):
        page.derive(f.Name(y, (i,)), line(i), 1, how=one_of(page, "put", "formula", "bare"))
    page.rule(f.Name(c, ("i",)), f.Big("sum", "j", f.ONE, f.Idx("i"), f.Name(y, ("j",))))
    for i in range(1, count + 1):
        running = f.Big("sum", "j", f.ONE, f.Lit(Fraction(i)), f.Name(y, ("j",)))
        page.derive(f.Name(c, (i,)), running, 1, how=one_of(page, "put", "numbers", "bare"))


def functions(page):
    """A function by its formula, and its values."""
    random = page.random
    g = page.fresh("f", "g")
    letter = page.fresh("x", "t")
    variable = f.Name(letter)
    body = one_of(
        page,
        f.total(f.Pow(variable, f.TWO), f.ONE),
        f.Div(f.ONE, f.total(f.ONE, f.Fn("exp", (f.Add(((-1, variable),)),)))),
        f.minus(f.Mul((f.Lit(Fraction(3)), variable)), f.TWO),
        f.Fn("tanh", (variable,)),
        f.Root(f.total(variable, f.ONE)),
    )
    name = f.Name(g, args=(letter,))
    page.rule(name, body)
    for number in random.sample(range(1, 9), 2):
        at = (
            f.Lit(Fraction(number))
            if random.random() < 0.6 or page.style.decimal == ","
            else f.Lit(Fraction(number, 2), f.Form(1))
        )
        here = f.put(body, lambda _name, at=at: at)
        page.derive(f.Name(g, args=(at,)), here, 3, how=one_of(page, "formula", "bare"))


def waves(page):
    """Sines, cosines and hyperbolic tangents: an encoding of positions."""
    random = page.random
    for _ in range(2):
        at = decimal(random, 1, 50, 1)
        page.derive(None, f.Fn(random.choice(("sin", "cos", "tanh")), (at,)), random.choice((2, 3, 4)), how="numbers")
    name = f.Name("PE", args=(f.Lit(Fraction(random.randint(1, 9))),))
    scale = f.Pow(f.Lit(Fraction(10)), f.Lit(Fraction(random.choice((1, 2)))))
    inside = f.Div(f.Lit(Fraction(random.randint(1, 40))), scale)
    page.derive(name, f.Fn("sin", (inside,)), 3, how="formula")


def comparisons(page):
    """Comparisons of numbers, and of names with known values."""
    random = page.random
    page.compare(decimal(random), decimal(random))
    page.compare(f.Mul((decimal(random), decimal(random))), decimal(random))
    a = page.fresh("a", "m")
    for i in (1, 2):
        page.given(f.Name(a, (i,)), tenths(random, 1, 90))
    page.compare(f.Name(a, (1,)), f.Name(a, (2,)))
    page.compare(f.Fn("max", (decimal(random), decimal(random))), f.Lit(Fraction(100)))
