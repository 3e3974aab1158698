"""Difference constraints: what `Facts` decides is what holds for all integers, by brute force."""

from itertools import product

import hypothesis.strategies as st
import pytest
import sympy as sp
from hypothesis import given, settings

from attention import notation as N
from proofs.bounds import Facts, term

LETTERS = (N.i, N.j, N.n)
BOX = range(-6, 7)
SMALL = st.integers(-1, 1)
INDICES = st.builds(lambda letter, k: letter + k, st.sampled_from([sp.Integer(0), *LETTERS]), SMALL)


def entailed(pairs, p, q):
    """Decide p <= q by trying every assignment in a box that no small shift of a counterexample leaves."""
    for values in product(BOX, repeat=len(LETTERS)):
        at = dict(zip(LETTERS, values, strict=True))
        if all(u.xreplace(at) <= v.xreplace(at) for u, v in pairs) and not p.xreplace(at) <= q.xreplace(at):
            return False
    return True


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(INDICES, INDICES), max_size=3), INDICES, INDICES)
def test_what_is_decided_holds_for_all_integers(pairs, p, q):
    """Sound always; complete where no bound runs out of the box, as here."""
    decided = Facts().plus(pairs).at_most(p, q)
    assert not decided or entailed(pairs, p, q)
    if entailed(pairs, p, q) and entailable(pairs):
        assert decided


def entailable(pairs):
    """Decide whether the facts have a model; from facts without one everything follows, and need not be found."""
    models = product(BOX, repeat=len(LETTERS))
    ways = (dict(zip(LETTERS, values, strict=True)) for values in models)
    return any(all(u.xreplace(at) <= v.xreplace(at) for u, v in pairs) for at in ways)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(INDICES, INDICES), max_size=4), INDICES, INDICES)
def test_a_forgotten_letter_takes_nothing_but_itself(pairs, p, q):
    """Without a letter, the same follows between the others, and nothing about the letter."""
    facts = Facts().plus(pairs)
    less = facts.without(N.j)
    assert not any("j" in edge[:2] for edge in less.edges)
    if not (p.has(N.j) or q.has(N.j)):
        assert facts.at_most(p, q) == less.at_most(p, q)
    elif not (p.has(N.j) and q.has(N.j)):
        assert not less.at_most(p, q)


def test_a_chain_of_facts():
    """J <= i and i + 1 <= n give j < n and j != n, and nothing about n <= i + 1."""
    facts = Facts().plus([(N.j, N.i), (N.i + 1, N.n)])
    assert facts.at_most(N.j, N.n - 1)
    assert facts.less(N.j, N.n)
    assert facts.different(N.n, N.j)
    assert not facts.less(N.j, N.n - 1)
    assert not facts.at_most(N.n, N.i + 1)
    assert not facts.different(N.i, N.j)


@pytest.mark.parametrize("expr", [2 * N.i, N.i + N.j, N.i**2, N.i * N.j - 1])
def test_other_polynomials_are_added_up(expr):
    """Outside letter + integer there is no edge; polynomials with integer coefficients are kept beside the graph."""
    assert term(expr) is None
    facts = Facts().plus([(expr, N.n), (N.n, expr)])
    assert facts.edges == ()
    assert facts.at_most(expr, expr)
    assert facts.at_most(expr, N.n)
    assert facts.at_most(N.n - 1, expr)
    assert not facts.less(expr, N.n)
    assert facts.without(N.i).forms == ()


@pytest.mark.parametrize("expr", [N.i / 2, N.i + sp.Rational(1, 2), N.x[N.i, 1], sp.pi, sp.Symbol("u", real=True) ** 2])
def test_other_terms_are_not_entailed(expr):
    """Outside polynomials in letters there is nothing to add up, and only a term itself is at most itself."""
    assert term(expr) is None
    facts = Facts().plus([(expr, N.n), (N.n, expr)])
    assert facts.edges == ()
    assert facts.at_most(expr, expr)
    assert not facts.at_most(expr, N.n)


def test_terms():
    """A letter, an integer, their sum."""
    assert [term(e) for e in (N.i, 3, N.i - 2, 0)] == [("i", 0), ("0", 3), ("i", -2), ("0", 0)]
