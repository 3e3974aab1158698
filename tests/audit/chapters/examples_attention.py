"""Worked examples of attention: projections, scores, weights, outputs; softmax of lists and of matrices."""

from __future__ import annotations

from fractions import Fraction

from chapters import formulas as f


def tenths(random, low=-15, high=20):
    """Return a random number of one decimal."""
    return Fraction(random.randint(low, high), 10)


def row(random, size, draw=tenths):
    """Return a random vector that is not zero."""
    return tuple(draw(random) or Fraction(1) for _ in range(size))


def grid(random, rows, columns, draw=tenths):
    """Return a random matrix."""
    return tuple(row(random, columns, draw) for _ in range(rows))


def one_of(page, *choices):
    """Return a random choice."""
    return page.random.choice(choices)


def attention(page):
    """Inputs, projections q, k, v, scores, weights and outputs, with rules or without, causal or not."""
    random = page.random
    count, wide, narrow = one_of(page, (2, 3, 2), (3, 2, 3), (2, 2, 2), (3, 3, 2))
    letters = [page.fresh(*p) for p in ("xu", "WU", "q", "k", "v", ("s", "h"), ("\\alpha", "A"), ("a", "z"))]
    x, w, q, k, v, s, alpha, a = letters
    causal, ruled, upright = random.random() < 0.5, random.random() < 0.6, random.random() < 0.25
    places = random.choice((2, 2, 3))
    labels = dict(zip((q, k, v), "QKV", strict=True))

    def projection(letter, i):
        vector, matrix = f.Name(x, (i,), bold=True), f.Name(w, label=labels[letter], bold=True)
        return f.Mul((matrix, vector) if upright else (vector, matrix))

    for i in range(1, count + 1):
        page.given(f.Name(x, (i,), bold=True), row(random, wide), column=upright)
    for letter in (q, k, v):
        shape = (narrow, wide) if upright else (wide, narrow)
        page.given(f.Name(w, label=labels[letter], bold=True), grid(random, *shape))
    for letter in (q, k, v):
        if ruled:
            page.rule(f.Name(letter, ("i",), bold=True), projection(letter, "i"))
        for i in range(1, count + 1):
            how = random.choice(("put", "put", "formula", "bare" if ruled else "put"))
            page.derive(f.Name(letter, (i,), bold=True), projection(letter, i), places, how=how, column=upright)

    worded, scaled = random.random() < 0.3, random.random() < 0.5

    def score(i, j):
        if worded:
            return f.Name("score", args=(f.Name(x, (i,), bold=True), f.Name(x, (j,), bold=True)))
        return f.Name(s, (i, j))

    def product(i, j):
        dot = f.Dot(f.Name(q, (i,), bold=True), f.Name(k, (j,), bold=True))
        return f.Div(dot, f.Root(f.Lit(Fraction(narrow)))) if scaled else dot

    if ruled:
        page.rule(score("i", "j"), product("i", "j"))
    pairs = [(i, j) for i in range(1, count + 1) for j in range(1, (i if causal else count) + 1)]
    expand = random.random() < 0.5
    for i, j in pairs:
        how = random.choice(("put", "put", "formula"))
        step = expand and not scaled and random.random() < 0.5
        page.derive(score(i, j), product(i, j), places, how=how, expand=expand, step=step)

    def weight(i, j, end):
        body = f.Fn("exp", (score(i, "l"),))
        bottom = f.Big("sum", "l", f.ONE, f.Idx("i") if end is None else f.Lit(Fraction(end)), body)
        return f.Div(f.Fn("exp", (score(i, j),)), bottom)

    if ruled:
        page.rule(f.Name(alpha, ("i", "j")), weight("i", "j", None if causal else count))
    for i, j in pairs:
        formula = weight(i, j, i if causal else count)
        if random.random() < 0.7:
            formula = f.written_out(formula, page.exactly)
        how = random.choice(("put", "numbers" if ruled else "put", "formula"))
        page.derive(f.Name(alpha, (i, j)), formula, places, how=how)  # numbers alone, without a rule, say less

    def output(i, end):
        body = f.Mul((f.Name(alpha, (i, "j")), f.Name(v, ("j",), bold=True)))
        return f.Big("sum", "j", f.ONE, f.Idx("i") if end is None else f.Lit(Fraction(end)), body)

    if ruled:
        page.rule(f.Name(a, ("i",), bold=True), output("i", None if causal else count))
    for i in range(1, count + 1):
        formula = output(i, i if causal else count)
        if random.random() < 0.5:
            formula = f.written_out(formula, page.exactly)
        how, step = random.choice(("put", "put", "formula")), random.random() < 0.5
        page.derive(f.Name(a, (i,), bold=True), formula, places, how=how, step=step, column=upright)


def softmax_of_a_list(page):
    """Weights of scores written as a list, of a named vector, and at a temperature."""
    random = page.random
    size = random.choice((2, 3, 5))
    scores = row(random, size)
    places = random.choice((2, 3, 4))
    z, p = page.fresh("z", "s"), page.fresh("p", "w")
    page.given(f.Name(z, bold=True), scores)
    page.derive(f.Name(p, bold=True), f.Softmax(f.Name(z, bold=True)), places, how=one_of(page, "put", "formula"))
    if random.random() < 0.5:
        r, tau = page.fresh("r", "h"), page.fresh("\\tau", "T")
        page.given(f.Name(tau), Fraction(random.choice((5, 20, 25)), 10))
        cold = f.Softmax(f.Div(f.Name(z, bold=True), f.Name(tau)))
        page.derive(f.Name(r, bold=True), cold, places, how="formula")
    literal = f.Array(tuple(f.Lit(Fraction(random.randint(-2, 4))) for _ in range(3)))
    page.derive(None, f.Softmax(literal), places, how="formula")


def softmax_of_a_matrix(page):
    """Scores as one matrix, weights by rows, and the weighted values."""
    random = page.random
    q, k, v = (page.fresh(letter) for letter in ("Q", "K", "V"))
    s, a, o = (page.fresh(*letters) for letters in ("SG", "AP", "OY"))
    names = [f.Name(letter, bold=True) for letter in (q, k, v, s, a, o)]
    rows, wide = one_of(page, (2, 3), (3, 2))
    page.given(names[0], grid(random, rows, wide))
    page.given(names[1], grid(random, rows, wide))
    page.given(names[2], grid(random, rows, 2))
    product = f.Mul((names[0], f.Turned(names[1])))
    if random.random() < 0.5:
        product = f.Div(product, f.Root(f.Lit(Fraction(wide))))
    page.derive(names[3], product, 2, how=one_of(page, "put", "formula"))
    page.derive(names[4], f.Softmax(names[3]), 2, how=one_of(page, "put", "formula"))
    page.derive(names[5], f.Mul((names[4], names[2])), 2, how=one_of(page, "put", "formula"))
