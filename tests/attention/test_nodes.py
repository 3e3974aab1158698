"""Nodes as Python functions: made once, used at every instance, and never for another node."""

import gc

import pytest
import sympy as sp

from attention import indexed as I
from attention import nodes
from attention import notation as N
from attention.exact import NotExact, number
from attention.instances import Evaluator, Instance

z = sp.IndexedBase("z", real=True)


def at(*entries, **sizes):
    """Return an evaluator at z = entries and n = their number."""
    array = {(k,): number(entry) for k, entry in enumerate(entries, 1)}
    return Evaluator(Instance({"n": len(entries), **sizes}, arrays={"z": array}), {})


def test_a_node_is_made_once_and_serves_every_instance():
    """The function knows the expression alone."""
    expr = sp.Sum(N.i * z[N.j], (N.j, 1, N.n))
    assert nodes.code(expr) is nodes.code(expr)
    assert at(1, 2)(expr, {"i": 3}) == 9
    assert at(5, 0, -1)(expr, {"i": 2}) == 8
    assert nodes.code(expr) is not nodes.code(sp.Sum(N.i * z[N.j], (N.j, 2, N.n)))


def test_what_is_forgotten_is_made_again(monkeypatch):
    """With room for a few functions every value is still right, whatever address a new expression gets."""
    monkeypatch.setattr(nodes, "MOST_CODES", 3)
    for store in ("_CODES", "_INDEX_CODES"):
        monkeypatch.setattr(nodes, store, {})
    for k in range(200):
        expr = sp.Sum(z[N.j] * sp.Integer(k) + N.j, (N.j, 1, N.n + k - k))
        assert at(1, 2, 3)(expr) == 6 * k + 6
        del expr
        gc.collect(0)
    # The parts of one expression are made after the room was looked at; hundreds would be kept otherwise.
    assert len(nodes._CODES) <= 3 + 10
    assert len(nodes._INDEX_CODES) <= 3 + 10


def test_an_index_may_be_any_integer_expression():
    """Letters and sizes at once, products by way of the field; what is no integer is refused."""
    here = at(1, 2, 3, 4, w=2)
    assert here(z[N.i + N.n - 3], {"i": 2}) == 3
    assert here(z[2 * N.i], {"i": 2}) == 4
    assert here.integer(7, {}) == 7
    assert here.integer(N.n - 1, {}) == 3
    assert here.integer(sp.Symbol("w", integer=True) ** 2, {}) == 4
    with pytest.raises(NotExact, match="an index"):
        here(z[N.i / 2], {"i": 1})


def test_brackets_compare_indices_and_numbers():
    """Letters as integers, anything else in the field."""
    here = at(1, "1/2")
    assert here(sp.KroneckerDelta(N.i, N.n), {"i": 2}) == 1
    assert here(sp.KroneckerDelta(N.i, N.n), {"i": 1}) == 0
    assert here(I.AtMost(N.i, N.n - 1), {"i": 2}) == 0
    assert here(I.AtMost(z[2], z[1])) == 1
    assert here(I.AtMost(z[1], z[2])) == 0
    assert here(sp.KroneckerDelta(2 * z[2], z[1])) == 1


def test_a_node_that_is_not_known_is_refused_where_it_is_evaluated():
    """In a branch that is not taken, or a sum without terms, it does no harm."""
    odd = sp.sin(z[1])
    with pytest.raises(NotExact, match="evaluation"):
        at(1)(1 + odd)
    assert at(1)(I.Cases(sp.Integer(0), z[1], odd)) == 1
    assert at(1)(sp.Sum(odd, (N.j, 2, N.n))) == 0


def test_a_row_that_is_bound_does_not_leak_its_letter():
    """The letter of a sum hides one outside, and the one outside is as before afterwards."""
    expr = N.j + sp.Sum(N.j * z[N.j], (N.j, 1, N.n)) + N.j
    assert at(1, 2)(expr, {"j": 10}) == 25
