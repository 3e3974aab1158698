"""The referee: small random instances of one statement, at which both sides of a rule are evaluated exactly."""

import random
from dataclasses import replace

import hypothesis.strategies as st
import sympy as sp
from hypothesis import assume as require

from attention import indexed as I
from attention import notation as N
from attention.exact import NotExact, exp, number
from attention.instances import Evaluator, Instance, Unbounded
from proofs.formula import OPS, Datum, ForAll, Relation, Statement, assignments, equal, real
from proofs.rules import Context, rewrite

z, y, w = (sp.IndexedBase(name, real=True) for name in ("z", "y", "w"))
noise, other_noise = (sp.IndexedBase(name, real=True) for name in ("noise", "other_noise"))
pi = sp.IndexedBase("pi", integer=True, positive=True)
M, beta = sp.Symbol("M", real=True), sp.Symbol("beta", real=True)
r = sp.Symbol("r", integer=True)
f, g, D = sp.Function("f"), sp.Function("g"), sp.Function("D")

DEFINITIONS = I.define(
    I.Definition("f", (N.i,), sp.Sum(w[N.i, N.j] * z[N.j], (N.j, 1, N.n))),
    I.Definition("g", (N.j, N.l), sp.exp(w[N.j, N.l]) * sp.Sum(y[N.i], (N.i, 1, N.l))),
    I.Definition("D", (r,), I.Cases(r, sp.Integer(1), 2 * D(r - 1) + z[1])),
)
"""Heads whose bodies bind and take the very letters that the random terms use."""

STATEMENT = Statement(
    equal(0, 0),
    (
        real(z, N.n),
        real(y, N.n),
        real(w, N.n, N.n),
        Datum(pi, (N.n,), "permutation"),
        Datum(noise, (N.d_k,), "random"),
        Datum(other_noise, (N.d_k,), "random"),
        Datum(M),
        Datum(N.c, (), "positive"),
    ),
    ranges=((N.i, 1, N.n), (N.j, 1, N.i)),
    definitions=DEFINITIONS,
    sizes={N.n: 1, N.d_k: 1},
)
"""Free letters 1 <= j <= i <= n; data z, y, w, pi, noise; a positive scalar c and a real one M."""

ENTRIES = ("0", "1", "-1", "2", "1/2", "-3", "3/2")


def under(**assumptions):
    """Return the statement with assumptions."""
    return replace(STATEMENT, assumptions=assumptions)


AGREE = under(agree=ForAll(((N.l, 1, N.i),), equal(z[N.l], y[N.l])))
SIGNS = under(signs=ForAll(((N.l, 1, N.i),), Relation(z[N.l], ">=", sp.Integer(0))))
BELOW = under(below=ForAll(((N.l, 1, N.i),), Relation(z[N.l], "<=", y[N.l])))


def instance(seed, n=3, d_k=2, statement=STATEMENT):
    """Return seeded data that meet the statement's assumption up to some position, and break it after."""
    rng = random.Random(seed)  # noqa: S311  # test data, no secret

    def entry():
        return number(rng.choice(ENTRIES))

    def row(length):
        return {(k,): entry() for k in range(1, length + 1)}

    order = rng.sample(range(1, n + 1), n)
    arrays = {
        "z": row(n),
        "y": row(n),
        "w": {(p, q): entry() for p in range(1, n + 1) for q in range(1, n + 1)},
        "pi": {(k,): number(image) for k, image in enumerate(order, 1)},
        "noise": row(d_k),
        "other_noise": row(d_k),
    }
    good = rng.randint(1, n)
    for k in range(1, good + 1):
        if "agree" in statement.assumptions:
            arrays["z"][k,] = arrays["y"][k,]
        if "signs" in statement.assumptions:
            arrays["z"][k,] = number(rng.choice(("0", "1", "1/2", "2")))
        if "below" in statement.assumptions:
            arrays["z"][k,] = arrays["y"][k,] - number(rng.choice(("0", "1", "1/2")))
    scalars = {"M": entry(), "c": number(rng.choice(("1", "2", "1/2")))}
    return Instance({"n": n, "d_k": d_k}, scalars, arrays, {}, ("noise", "other_noise"))


def compare(before, after, statement, at, op="="):
    """Assert `before op after` at every index assignment that meets the assumptions; return how many there were."""
    __tracebackhide__ = True
    evaluator = Evaluator(at, statement.definitions)
    count = 0
    for indices in assignments(statement.ranges, evaluator, {}):
        if not all(a.holds(evaluator, indices) for a in statement.assumptions.values()):
            continue
        try:
            left = evaluator(before, indices)
        except (NotExact, ZeroDivisionError, Unbounded):
            continue
        right = evaluator(after, indices)
        assert OPS[op](left, right), f"not {op} at {at}, {indices}:\n  {before}\n  = {left}\n  {after}\n  = {right}"
        count += 1
    return count


def check(before, after, statement, draw, op="=", largest=5):
    """Compare both sides at two drawn instances with sizes from 1 to `largest`; reject what nowhere has a value."""
    __tracebackhide__ = True
    counted = 0
    for _ in range(2):
        seed, n = draw(st.integers(0, 10**6)), draw(st.integers(1, largest))
        d_k = draw(st.integers(1, min(2, largest)))
        counted += compare(before, after, statement, instance(seed, n, d_k, statement), op)
    require(counted)


def applied(expr, rule, statement=STATEMENT, **options):
    """Return the expression after one application of a rule in the statement."""
    return rewrite(expr, rule, Context.of(statement, sp.sympify(expr)), **options)


# -- random terms -----------------------------------------------------------------------------------------------

LETTERS = (N.i, N.j, N.l, N.m)
FREE = (N.i, N.j)
NUMBERS = st.sampled_from([sp.Integer(k) for k in (1, 2, -1, 3)] + [sp.Rational(1, 2)])


@st.composite
def positions(draw, scope):
    """Draw an index expression with a value from 1 to n."""
    return draw(st.sampled_from([*scope, sp.Integer(1), N.n]))


@st.composite
def atoms(draw, scope):
    """Draw an entry, a scalar, a delta, a bracket or a number; letters of `scope` may occur."""
    p, q = draw(positions(scope)), draw(positions(scope))
    choices = [z[p], y[p], w[p, q], M, N.c, draw(NUMBERS), sp.KroneckerDelta(p, q), I.AtMost(p, q), z[pi[p]]]
    return draw(st.sampled_from(choices))


@st.composite
def linear(draw, scope):
    """Draw a term with rational values at rational data: a small combination of atoms."""
    parts = [draw(NUMBERS) * draw(atoms(scope)) for _ in range(draw(st.integers(1, 2)))]
    return sp.Add(*parts)


@st.composite
def bounds(draw, scope):
    """Draw a range inside 1..n, perhaps empty."""
    first = draw(st.sampled_from([sp.Integer(1), *scope, *(p + 1 for p in scope)]))
    last = draw(st.sampled_from([N.n, *scope, *(p - 1 for p in scope)]))
    return first, last


@st.composite
def full_bounds(draw, scope):
    """Draw a range that is provably not empty."""
    return sp.Integer(1), draw(st.sampled_from([N.n, *scope]))


@st.composite
def sums(draw, scope, body, ranges=bounds):
    """Draw a sum whose letter may be one of those in sight, with a body drawn in the larger scope."""
    v = draw(st.sampled_from(LETTERS))
    first, last = draw(ranges(scope))
    inner = tuple(dict.fromkeys([v, *scope]))
    return sp.Sum(draw(body(inner)), (v, first, last))


@st.composite
def terms(draw, scope, depth=1):
    """Draw a term: an atom, an exponential, a sum, a product, a defined head."""
    kind = draw(st.sampled_from(["linear", "exp", "head"] + ["sum", "product", "plus"] * (depth > 0)))
    if kind == "linear":
        return draw(linear(scope))
    if kind == "exp":
        return sp.exp(draw(linear(scope)))
    if kind == "head":
        p, q = draw(positions(scope)), draw(positions(scope))
        return draw(st.sampled_from([f(p), g(p, q)]))
    if kind == "sum":
        return draw(sums(scope, lambda inner: terms(inner, depth - 1)))
    left, right = draw(terms(scope, depth - 1)), draw(terms(scope, depth - 1))
    return left * right if kind == "product" else left + right


@st.composite
def positives(draw, scope):
    """Draw a term that is positive by its form."""
    kind = draw(st.sampled_from(["exp", "sum", "scalar", "plus"]))
    if kind == "exp":
        return sp.exp(draw(linear(scope)))
    if kind == "sum":
        return draw(sums(scope, lambda inner: linear(inner).map(sp.exp), full_bounds))
    if kind == "scalar":
        return N.c
    return N.c + I.AtMost(draw(positions(scope)), draw(positions(scope)))


@st.composite
def surrounded(draw, node):
    """Draw a place for a node: alone, in a sum, beside other terms, in a numerator. `node` is drawn in a scope."""
    kind = draw(st.sampled_from(["alone", "sum", "plus", "product", "quotient"]))
    if kind == "sum":
        return draw(sums(FREE, node, full_bounds))
    inside = draw(node(FREE))
    if kind == "plus":
        return inside + draw(terms(FREE, 0))
    if kind == "product":
        return inside * draw(terms(FREE, 0))
    return I.Quotient(inside, draw(positives(FREE))) if kind == "quotient" else inside


def power(value):
    """Return e^value, exactly."""
    return exp(number(value))
