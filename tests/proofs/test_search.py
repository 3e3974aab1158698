"""The search for models and witnesses: fixed order, certified, shrunk without losing the failure."""

from dataclasses import replace
from itertools import islice

import pytest
import sympy as sp
from referee import STATEMENT, M, pi, power, w, y, z

from attention import indexed as I
from attention import notation as N
from attention.exact import number
from attention.instances import Evaluator, Instance
from proofs import search
from proofs.formula import And, Datum, ForAll, Or, Reads, Relation, Statement, equal, real

i, j, l, n, c = N.i, N.j, N.l, N.n, N.c
S, E, Q = sp.Sum, sp.exp, I.Quotient
h = sp.Function("h")


def about(conclusion, *data, **changes):
    """Return a statement for all i from 1 to n."""
    return replace(Statement(conclusion, data, ((i, 1, n),), sizes={n: 1}), **changes)


FALSE = {
    "a relation": about(equal(z[i], 0), real(z, n)),
    "for all": about(ForAll(((l, 1, n),), Relation(z[l], "<=", 1)), real(z, n)),
    "and": about(And((equal(z[i], z[i]), equal(z[i], 1))), real(z, n)),
    "or": about(Or((equal(z[i], 0), equal(z[i], 1))), real(z, n)),
    "at one size": about(Relation(n, "<=", 2)),
    "under an assumption": about(equal(z[i], 1), real(z, n), assumptions={"positive": Relation(z[i], ">", 0)}),
    "exponentials": about(equal(E(z[i]), 1 + z[i]), real(z, n)),
    "a permutation": about(equal(pi[i], i), Datum(pi, (n,), "permutation")),
    "a positive scalar": about(Relation(c, "<=", 1), Datum(c, (), "positive")),
    "a function": about(equal(h(z[i]), h(0)), real(z, n), Datum(h, (), "function", 1)),
    "tokens": about(equal(z[i], z[1]), Datum(z, (n,), "token")),
    "circular": about(Reads(h(1), frozenset()), definitions=I.define(I.Definition("h", (i,), h(i)))),
}


@pytest.mark.parametrize("kind", sorted(FALSE))
def test_a_witness_breaks_the_statement(kind):
    """What is found fails when it is checked afresh, at the indices named, where the assumptions hold."""
    statement = FALSE[kind]
    found = search.witness(statement)
    assert found is not None
    check = statement.check(found.instance)
    assert check.exercised
    assert check.broken_at is not None
    at = Evaluator(found.instance, statement.definitions)
    assert not found.relation.holds(at, found.indices)
    assert all(a.holds(at, found.indices) for a in statement.assumptions.values())
    if not isinstance(found.relation, Reads):
        # An irrational side is followed by its decimals.
        assert found.lhs.split(" = ")[0] == str(at(found.relation.lhs, found.indices))
        assert found.rhs.split(" = ")[0] == str(at(found.relation.rhs, found.indices))
        ball = (at(found.relation.lhs, found.indices) - at(found.relation.rhs, found.indices)).ball(128)
        assert not ball.contains(0) or found.relation.op in {"<", ">", "!="}


@pytest.mark.parametrize("kind", sorted(FALSE))
def test_the_search_is_the_same_every_time(kind):
    """Two searches find the same instance after the same number of tries."""
    first, second = search.witness(FALSE[kind]), search.witness(FALSE[kind])
    shown = [
        (str(f.instance.sizes), str(f.instance.scalars), str(f.instance.arrays), f.indices, f.lhs, f.rhs, f.tried)
        for f in (first, second)
    ]
    assert shown[0] == shown[1]


def test_instances_come_smallest_first():
    """Sizes never go down; data are the same for the same seed."""
    sums = [sum(p.sizes.values()) for p in search.instances(STATEMENT)]
    assert sums == sorted(sums)
    assert len(sums) > 100
    shown = [[str(p.arrays) for p in islice(search.instances(STATEMENT, seed=3), 40)] for _ in range(2)]
    assert shown[0] == shown[1]
    assert shown[0] != [str(p.arrays) for p in islice(search.instances(STATEMENT, seed=4), 40)]


def test_a_true_statement_has_no_witness():
    """Nothing is found, and nothing follows from that."""
    assert search.witness(about(Relation(z[i] ** 2, ">=", 0), real(z, n)), most=100) is None


def test_shrinking_keeps_the_failure():
    """Entries go to 0, else to 1, while the statement still fails; positions that matter stay."""
    statement = Statement(Relation(S(z[l] * y[l], (l, 1, n)), "<=", 0), (real(z, n), real(y, n)), (), sizes={n: 3})
    big = Instance({"n": 3}, {}, {k: {(p,): number(p + 1) for p in (1, 2, 3)} for k in ("z", "y")})
    small = search._shrunk(statement, big)
    assert statement.check(small).broken_at is not None
    entries = [str(v) for k in ("z", "y") for v in small.arrays[k].values()]
    assert sorted(entries) == ["0", "0", "0", "0", "1", "1"]


def test_a_given_example_is_not_shrunk():
    """The statement is about its own numbers alone."""
    given = Instance({"n": 1}, {}, {"z": {(1,): number(7)}})
    found = search.witness(about(equal(z[i], 0), given=given))
    assert found.instance is given
    assert found.lhs == "7"
    assert found.tried == 1


def test_a_certified_difference_excludes_zero():
    """The ball printed with a witness against an equation does not contain 0."""
    found = search.witness(about(equal(E(z[i]) * Q(1, 1 + E(z[i])), z[i]), real(z, n)))
    centre, radius = (
        found.difference.strip("[]").split(" +/- ") if "+/-" in found.difference else (found.difference, "0")
    )
    assert abs(float(sp.Rational(centre))) > float(radius)


MODELLED = {
    "none": STATEMENT,
    "an equation": replace(STATEMENT, assumptions={"zero": ForAll(((l, 1, n),), equal(z[l], 0))}),
    "an order": replace(STATEMENT, assumptions={"order": Relation(z[j], "<", z[i])}),
}


@pytest.mark.parametrize("kind", sorted(MODELLED))
def test_models_meet_the_assumptions(kind):
    """Every model meets them at some index, and so does the first."""
    statement = MODELLED[kind]
    found = search.models(statement, 3)
    assert found
    for model in (*found, search.first_model(statement)):
        assert search.met(statement, model)
        assert statement.check(model).exercised
    if kind == "none":
        assert len(found) == 3
        assert max(model.sizes["n"] for model in found) > 1


def test_contradictory_assumptions_have_no_model():
    """Neither a model nor a witness: such a statement holds of nothing."""
    absurd = about(equal(z[i], 1), real(z, n), assumptions={"a": equal(z[i], 0), "b": equal(z[i], 2)})
    assert search.first_model(absurd) is None
    assert search.models(absurd, 3) == []
    assert search.witness(absurd) is None


def test_what_cannot_be_evaluated_is_no_witness():
    """A division by zero, a value outside the field: the instance is passed over."""
    assert search.witness(about(equal(Q(1, z[i] - z[i] ** 2), 7), real(z, n)), most=30) is not None
    assert search.witness(about(equal(Q(1, z[i] - z[i]), 0), real(z, n)), most=30) is None
    assert search.witness(about(equal(E(E(1 + z[i] ** 2)), 0), real(z, n)), most=30) is None


def test_a_drawn_function_is_one():
    """Equal arguments give equal values, however an irrational argument is written."""
    value = search._function(Datum(h, (), "function", 1), 5)
    ratio = number(1) / (power(1) + power(2))
    same = (power(1) - power(3)) / ((power(1) + power(2)) * (power(1) - power(3)))
    assert ratio == same
    assert str(ratio) != str(same)
    values = [search._function(Datum(h, (), "function", 1), seed) for seed in range(20)]
    assert all(v(ratio) == v(same) for v in values)
    assert len({str(v(number(1))) for v in values}) > 1
    assert value(number(1)) == value(number(1))


def test_permutations_are_permutations():
    """Each drawn permutation takes every position once."""
    for drawn in islice(search.instances(STATEMENT, exhaustive=False), 30):
        images = sorted(int(str(v)) for v in drawn.arrays["pi"].values())
        assert images == list(range(1, drawn.sizes["n"] + 1))


def test_data_start_where_they_say():
    """An array may start at 0."""
    offset = replace(about(equal(w[0], w[0])), data=(Datum(w, (n,), "real", 0, 0),))
    drawn = next(iter(search.instances(offset)))
    assert set(drawn.arrays["w"]) == {(0,), (1,)}
    assert M.name not in drawn.scalars
