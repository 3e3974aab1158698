"""Formulas: deciding at an instance, equality up to bound names, substitution, what an expression reads."""

import hypothesis.strategies as st
import pytest
import sympy as sp
from hypothesis import given, settings
from referee import DEFINITIONS, STATEMENT, D, M, f, g, instance, w, y, z

from attention import indexed as I
from attention import notation as N
from attention.exact import number
from attention.instances import Evaluator, Instance
from proofs.formula import (
    And,
    Datum,
    ForAll,
    Or,
    Reads,
    Relation,
    Statement,
    attention_data,
    equal,
    expressions,
    free_symbols,
    names_read,
    reads,
    real,
    replaced,
    same_formula,
    substitute,
)

i, j, l, m, n = N.i, N.j, N.l, N.m, N.n
S = sp.Sum
AT = Evaluator(Instance({"n": 3}, {"M": number(1)}, {"z": {(k,): number(k) for k in (1, 2, 3)}}), {})


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (equal(z[1], 1), True),
        (equal(z[1], z[2]), False),
        (Relation(z[1], "!=", z[2]), True),
        (Relation(z[1], "!=", M), False),
        (Relation(z[1], "<", z[2]), True),
        (Relation(z[2], "<", z[2]), False),
        (Relation(z[2], "<=", z[2]), True),
        (Relation(z[3], ">", z[2]), True),
        (Relation(z[2], ">=", z[3]), False),
        (ForAll(((l, 1, n),), equal(z[l], l)), True),
        (ForAll(((l, 1, n),), equal(z[l], 1)), False),
        (ForAll(((l, n, 1),), equal(z[l], 7)), True),
        (ForAll(((l, 1, n), (m, 1, l)), Relation(z[m], "<=", z[l])), True),
        (ForAll(((l, 1, n), (m, 1, n)), Relation(z[m], "<=", z[l])), False),
        (And((equal(z[1], 1), equal(z[2], 2))), True),
        (And((equal(z[1], 1), equal(z[2], 1))), False),
        (Or((equal(z[1], 2), equal(z[2], 2))), True),
        (Or((equal(z[1], 2), equal(z[2], 1))), False),
        (And(()), True),
        (Or(()), False),
    ],
)
def test_formulas_are_decided_exactly(formula, expected):
    """Relations, quantifiers (empty ranges included), and, or."""
    assert formula.holds(AT, {}) is expected


SAME = [
    (equal(S(z[l], (l, 1, n)), M), equal(S(z[m], (m, 1, n)), M)),
    (ForAll(((l, 1, n),), equal(z[l], y[l])), ForAll(((m, 1, n),), equal(z[m], y[m]))),
    (
        ForAll(((l, 1, n), (m, 1, l)), equal(w[l, m], 0)),
        ForAll(((m, 1, n), (l, 1, m)), equal(w[m, l], 0)),
    ),
    (And((equal(M, 0), equal(z[1], 0))), And((equal(M, 0), equal(z[1], 0)))),
    (Reads(f(i), frozenset({"w", "z"})), Reads(f(i), frozenset({"w", "z"}))),
]
DIFFERENT = [
    (equal(M, z[1]), equal(z[1], M)),
    (equal(M, z[1]), Relation(M, "<=", z[1])),
    (ForAll(((l, 1, n),), equal(z[l], y[l])), ForAll(((l, 1, n),), equal(z[l], y[m]))),
    # The letter of one is free in the other.
    (ForAll(((i, 1, n),), equal(z[i], y[i])), ForAll(((j, 1, n),), equal(z[j], y[i]))),
    (ForAll(((j, 1, n),), equal(z[j], y[i])), ForAll(((i, 1, n),), equal(z[i], y[i]))),
    (ForAll(((l, 1, n),), equal(z[l], 0)), ForAll(((l, 1, n - 1),), equal(z[l], 0))),
    (ForAll(((l, 1, i),), equal(z[l], 0)), ForAll(((m, 1, j),), equal(z[m], 0))),
    # A range that ends at its own letter's name ends at the outer one.
    (ForAll(((i, 1, i),), equal(z[i], 0)), ForAll(((j, 1, j),), equal(z[j], 0))),
    (ForAll(((l, 1, n), (m, 1, n)), equal(M, 0)), ForAll(((l, 1, n),), equal(M, 0))),
    (And((equal(M, 0),)), Or((equal(M, 0),))),
    (Or((equal(M, 0), equal(z[1], 0))), Or((equal(z[1], 0), equal(M, 0)))),
    (Reads(f(i), frozenset({"w", "z"})), Reads(f(i), frozenset({"w"}))),
    (Reads(f(i), frozenset({"w"})), equal(f(i), 0)),
    (equal(S(M, (l, 1, n)), 0), equal(S(M, (l, 2, n)), 0)),
]


@pytest.mark.parametrize(("p", "q"), SAME)
def test_formulas_that_are_the_same(p, q):
    """Equal up to the names of bound letters."""
    assert same_formula(p, q)
    assert same_formula(q, p)


@pytest.mark.parametrize(("p", "q"), DIFFERENT)
def test_formulas_that_are_not_the_same(p, q):
    """Another relation, order, range, free letter or connective."""
    assert not same_formula(p, q)
    assert not same_formula(q, p)


@st.composite
def quantified(draw):
    """Draw a formula over letters that are free, bound by a quantifier or bound by a sum."""
    letters = st.sampled_from([i, j, l, m])
    p, q, v = draw(letters), draw(letters), draw(letters)
    inner = draw(st.sampled_from([z[p] * w[p, q], S(w[v, p] * z[v], (v, 1, q)), S(z[v], (v, 1, n)) + p]))
    body = Relation(inner, draw(st.sampled_from(["=", "<="])), draw(st.sampled_from([z[q], S(y[v], (v, 1, p)), M])))
    if draw(st.booleans()):
        return body
    bound = draw(letters)
    last = draw(st.sampled_from([n, *{i, j, l, m} - {bound}]))
    return ForAll(((bound, 1, last),), body)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_substitution_is_evaluation_at_the_value(data):
    """substitute(P, v := p) holds at an instance exactly if P holds with v at the value of p: no letter is captured."""
    formula = data.draw(quantified())
    letter, value = data.draw(st.sampled_from([i, j, l, m])), data.draw(st.sampled_from([i, j, l, m, n, sp.Integer(1)]))
    at = Evaluator(instance(data.draw(st.integers(0, 99)), 3), DEFINITIONS)
    indices = {name: data.draw(st.integers(1, 3)) for name in "ijlm"}
    number_of = {**indices, "n": 3}.get(str(value), 1)
    before = formula.holds(at, {**indices, letter.name: number_of})
    assert substitute(formula, {letter: value}).holds(at, indices) is before


@settings(max_examples=150, deadline=None)
@given(quantified(), quantified(), st.integers(0, 99))
def test_same_formulas_hold_together(p, q, seed):
    """What `same_formula` identifies has the same truth at every instance and index."""
    if not same_formula(p, q):
        return
    at = Evaluator(instance(seed, 3), DEFINITIONS)
    for k in range(12):
        indices = {"i": 1 + k % 3, "j": 1 + k % 2, "l": 1 + (k // 3) % 3, "m": 3 - k % 3}
        assert p.holds(at, indices) is q.holds(at, indices)


def test_a_value_is_not_captured():
    """Putting j for i in sum_j w_ij z_j keeps the free j free."""
    out = replaced(S(w[i, j] * z[j], (j, 1, n)), {i: j})
    assert I.same(out, S(w[j, l] * z[l], (l, 1, n)))
    inner = substitute(ForAll(((j, 1, i),), equal(w[i, j], 0)), {i: j})
    assert same_formula(inner, ForAll(((l, 1, j),), equal(w[j, l], 0)))


def test_free_symbols():
    """Quantified letters are not free; letters in a range's ends are."""
    formula = ForAll(((l, 1, i), (m, 1, l)), equal(w[l, m], M))
    assert {s.name for s in free_symbols(formula)} == {"i", "M", "w"}
    assert {s.name for s in free_symbols(And((equal(j, 0), equal(S(z[l], (l, 1, n)), 0))))} == {"j", "z", "n"}


def test_expressions_include_the_ends_of_ranges():
    """A letter that stands in a range's end alone is seen."""
    assert i in list(expressions(ForAll(((l, 1, i),), equal(z[l], 0))))


def test_names_read_look_through_definitions():
    """F reads w and z."""
    assert {"f", "w", "z"} <= names_read(equal(f(i), 0), DEFINITIONS)
    assert "w" not in names_read(equal(f(i), 0), {})


def test_reads():
    """Unfolding ends in data; a definition that uses itself reads nothing, undefined heads are data."""
    assert reads(f(i) + y[1], DEFINITIONS) == {"w", "z", "y"}
    assert reads(sp.Function("unknown")(z[1]), DEFINITIONS) == {"z", "unknown"}
    assert reads(D(1), DEFINITIONS) is None
    at = Evaluator(instance(1), DEFINITIONS)
    assert Reads(f(i), frozenset({"w", "z", "y"})).holds(at, {})
    assert not Reads(f(i), frozenset({"w"})).holds(at, {})
    assert not Reads(D(1), frozenset({"z", "D"})).holds(at, {})
    assert Reads(g(1, 1), frozenset({"w", "y"})).holds(at, {})


def test_a_statement_is_checked_at_all_indices_that_meet_its_assumptions():
    """It counts what it exercised and names the first break."""
    late = Statement(equal(z[i], i), (real(z, n),), ((i, 1, n),), {"late": Relation(i, ">=", 2)}, {}, {n: 1})
    good = Instance({"n": 3}, {}, {"z": {(1,): number(9), (2,): number(2), (3,): number(3)}})
    assert late.check(good).exercised == 2
    assert late.check(good).broken_at is None
    assert late.without("late").check(good).broken_at == {"i": 1}
    assert late.without("late").assumptions == {}


def test_names_of_data():
    """An array goes by its label, a scalar by its symbol, a function by its name."""
    assert [d.name for d in (real(z, n), Datum(M), Datum(sp.Function("h"), (), "function", 1))] == ["z", "M", "h"]
    assert [d.name for d in attention_data("x", "W_Q", "c")] == ["x", "W_Q", "c"]
    assert attention_data("c")[0].kind == "positive"
    assert STATEMENT.sizes[n] == 1
