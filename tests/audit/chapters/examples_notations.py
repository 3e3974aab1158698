"""Worked examples in notations of their own: entries, pairs, angles, binomials, determinants, activations."""

from __future__ import annotations

from fractions import Fraction

from chapters import formulas as f
from chapters.examples_attention import grid, one_of, row, tenths
from chapters.examples_vectors import whole


def literal(number, places=0):
    """Return a number as part of a formula."""
    return f.Lit(Fraction(number) / 10**places, f.Form(places))


def entries(page):
    """Vectors and matrices whose entries are used by their index."""
    random = page.random
    x, a = f.Name(page.fresh("x", "u")), f.Name(page.fresh("A", "M"))
    page.given(x, row(random, 3))
    page.given(a, grid(random, 2, 2, whole), 0)
    i, j = random.sample((1, 2, 3), 2)
    one, other = page.entry(x, i), page.entry(x, j)
    formula = one_of(page, f.total(one, f.Mul((f.TWO, other))), f.Mul((one, other)), f.minus(one, other))
    page.derive(f.Name(page.fresh("d", "r")), formula, 2, how=one_of(page, "put", "formula"))
    corner, opposite = page.entry(a, 1, 2), page.entry(a, 2, 1)
    page.derive(f.Name(page.fresh("t", "s")), f.total(corner, opposite), 1, how=one_of(page, "put", "formula"))


def pairs(page):
    """Several numbers defined as one vector."""
    random = page.random
    x, y = page.fresh("x", "p"), page.fresh("y", "h")
    names = [f.Name(x, (i,)) for i in range(1, random.choice((3, 4)))]
    page.given_together([(name, tenths(random, 1, 60)) for name in names])
    page.derive(f.Name(y), f.total(*(f.Mul((f.TWO, n)) for n in names)), 1, how=one_of(page, "put", "formula"))


def later(page):
    """A formula in one place, and its value alone further on."""
    random = page.random
    x, y, z = (f.Name(page.fresh(*letters)) for letters in ("xu", "yv", "zw"))
    page.given(x, Fraction(random.randint(2, 90), 10))
    formula = one_of(page, f.total(f.Mul((f.TWO, x)), f.ONE), f.Pow(x, f.TWO), f.Div(f.ONE, x), f.Root(x))
    page.say([y, formula], ["defined"])
    page.derive(z, f.minus(x, f.ONE), 1, how=one_of(page, "put", "formula"))
    page.derive(y, formula, 2, how="bare")
    page.derive(f.Name(page.fresh("r", "g")), f.Mul((y, x)), 2, how=one_of(page, "put", "formula"))


def angles(page):
    """Sines and cosines of degrees, and a component of a force."""
    random = page.random
    for _ in range(2):
        at = f.Degrees(literal(random.choice((0, 30, 45, 60, 72, 90, 120, 135))))
        page.derive(None, f.Fn(random.choice(("sin", "cos")), (at,)), random.choice((2, 3)), how="numbers")
    size, side = f.Name(page.fresh("F", "R")), f.Name(page.fresh("G", "r"))
    page.given(size, Fraction(random.randint(20, 90)), 0)
    part = f.Mul((size, f.Fn("cos", (f.Degrees(literal(random.choice((30, 60, 20, 75)))),))))
    page.derive(side, part, 2, how=one_of(page, "put", "formula"))


def counting(page):
    """Factorials, binomial coefficients, floors and ceilings."""
    random = page.random
    n = random.randint(3, 9)
    k = random.randint(1, n - 1)
    page.derive(None, f.Fn("!", (literal(n),)), 0, how="numbers")
    page.derive(None, f.Choose(literal(n), literal(k)), 0, how="numbers")
    ways = f.Div(f.Fn("!", (literal(n),)), f.Mul((f.Fn("!", (literal(k),)), f.Fn("!", (literal(n - k),)))))
    page.derive(f.Name(page.fresh("N", "C")), ways, 0, how="formula")
    page.derive(None, f.Fn(random.choice(("floor", "ceil")), (literal(random.randint(11, 99), 1),)), 0, how="numbers")
    chance = f.Mul((f.Choose(literal(n), literal(k)), f.Pow(literal(5, 1), literal(n))))
    page.derive(f.Name("P", args=(literal(k),)), chance, 3, how="formula")


def determinants(page):
    """A matrix, its determinant and its inverse."""
    random = page.random
    a, d, b = (f.Name(page.fresh(*letters)) for letters in ("AM", "dD", "BN"))
    size = random.choice((2, 2, 3))
    entries_of = grid(random, size, size, whole)
    while not f.value(f.Fn("det", (f.Array(tuple(tuple(map(f.Lit, r)) for r in entries_of)),)), None):
        entries_of = grid(random, size, size, whole)
    page.given(a, entries_of, 0)
    page.derive(d, f.Fn("det", (a,)), 0, how=one_of(page, "put", "formula"))
    if size == 2:
        across = f.minus(
            f.Mul((page.entry(a, 1, 1), page.entry(a, 2, 2))), f.Mul((page.entry(a, 1, 2), page.entry(a, 2, 1)))
        )
        page.derive(f.Name(page.fresh("h", "r")), across, 0, how="put")
    page.derive(b, f.Inverse(a), 2, how="formula")


def activations(page):
    """Sigmoids and rectifiers, by name and by cases."""
    random = page.random
    name = random.choice(("sigmoid", "ReLU"))
    page.derive(None, f.Fn(name, (literal(random.randint(-30, 30), 1),)), 2, how="numbers")
    x = f.Name(page.fresh("x", "u"))
    page.given(x, tenths(random))
    page.derive(f.Name(page.fresh("y", "h")), f.Fn(name, (x,)), 3, how=one_of(page, "put", "formula"))
    g, letter = page.fresh("g", "f"), page.fresh("t", "s")
    page.say([f.Name(g, args=(letter,)), f.Cases(f.Name(letter))], ["defined"])
    for number in random.sample((-3, -2, 2, 4, 5), 2):
        at = literal(number)
        page.derive(f.Name(g, args=(at,)), f.Fn("max", (literal(0), at)), 0, how="bare")


def intervals(page):
    """Chains of comparisons, and names between two bounds."""
    random = page.random
    low, middle, high = sorted(random.sample(range(1, 60), 3))
    page.compare(literal(low, 1), literal(middle, 1), literal(high, 1))
    a = f.Name(page.fresh("a", "p"))
    page.given(a, Fraction(random.randint(1, 99), 100), 2)
    page.compare(literal(0), a, literal(1))
    page.compare(f.Mul((literal(random.randint(2, 9)), literal(random.randint(11, 99), 1))), literal(1000))
    page.compare(f.Root(literal(random.randint(2, 80))), literal(random.randint(1, 99), 1))
