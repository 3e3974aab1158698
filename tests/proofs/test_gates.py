"""Gates against statements that say less than they seem to: each is shown a planted fault, and its honest twin."""

from dataclasses import replace

import pytest
import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs import gates, search
from proofs.derivation import Proof
from proofs.faithful import unfaithful
from proofs.formula import And, ForAll, Relation, Statement, attention_data, equal, real
from proofs.loose import auxiliary, loose_ends
from proofs.rules.core import RuleError

z, y = sp.IndexedBase("z", real=True), sp.IndexedBase("y", real=True)
P = I.attention()
OUTPUT = Statement(
    equal(P.a(N.i, N.g), P.a(N.i, N.g)),
    attention_data("x", "W_Q", "W_K", "W_V", "c"),
    ranges=((N.i, 1, N.n), (N.g, 1, N.d_v)),
    definitions=P.definitions,
)


def body(name, change):
    """Return the statement about outputs with the body of one head changed."""
    item = P.definitions[name]
    return replace(OUTPUT, definitions={**P.definitions, name: replace(item, body=change(item.body))})


def numbers(conclusion, ranges=((N.i, 1, N.n),), **assumptions):
    """Return a statement about z and y, of n entries each."""
    return Statement(conclusion, (real(z, N.n), real(y, N.n)), ranges, assumptions, sizes={N.n: 1})


FAULTS = {
    "query, sign": ("q", lambda e: -e),
    "key, one component fewer": ("k", lambda e: e.func(e.function, (N.e, 1, N.d - 1))),
    "value, from the second component": ("v", lambda e: e.func(e.function, (N.e, 2, N.d))),
    "score without its scale": ("s", lambda e: e / N.c),
    "weight, sign of one score": ("alpha", lambda e: e.func(sp.exp(-P.s(N.i, N.j)), e.args[1])),
    "weight, divisor over all tokens": ("alpha", lambda e: e.xreplace({sp.Tuple(N.l, 1, N.i): sp.Tuple(N.l, 1, N.n)})),
    "output, one token fewer": ("a", lambda e: e.func(e.function, (N.j, 1, N.i - 1))),
    "output, no mask": ("a", lambda e: e.func(e.function, (N.j, 1, N.n))),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_head_that_is_not_what_it_says_is_seen(fault):
    """Every sign, bound and mask in the six definitions; and nothing is said of the definitions as they are."""
    name, change = FAULTS[fault]
    assert body(name, change) != OUTPUT
    assert unfaithful(OUTPUT) == []
    assert unfaithful(body(name, change)) == [f"{name} is not what it says it is"]


def test_a_fault_is_seen_where_it_changes_no_value():
    """With W_Q = 0 all scores are 0, and so are their negatives; the head alone is looked at."""
    flat = I.attention(W_Q=I.Entries(lambda e, b: sp.Integer(0)))  # noqa: ARG005
    alpha = flat.definitions["alpha"]
    turned = replace(alpha, body=alpha.body.func(sp.exp(-flat.s(N.i, N.j)), alpha.body.args[1]))
    statement = replace(OUTPUT, definitions={**flat.definitions, "alpha": turned})
    assert unfaithful(statement) == ["alpha is not what it says it is"]


def test_a_range_that_stops_short_is_seen():
    """2 z_i = z_i + z_i holds up to n; said up to n - 1 or from 2 it says less. An excuse must be true."""
    twice = equal(2 * z[N.i] * y[N.i], y[N.i] * z[N.i] * 2)
    assert loose_ends(numbers(twice), {}) == []
    for ranges in (((N.i, 1, N.n - 1),), ((N.i, 2, N.n),)):
        (said,) = loose_ends(numbers(twice, ranges), {})
        assert "would be true as well, and is not said" in said
        assert loose_ends(numbers(twice, ranges), {"i": "by hand"}) == []
    assert loose_ends(numbers(twice), {"i": "by hand"}) == ["i is excused as loose, and is not"]


def test_a_sum_that_stops_short_is_seen():
    """Nothing but zeros is added, so all of them may be."""
    zeros = ForAll(((N.l, 1, N.n),), equal(z[N.l], 0))
    for last, found in ((N.n, 0), (N.n - 1, 1)):
        statement = numbers(equal(sp.Sum(z[N.l], (N.l, 1, last)), 0), (), zero=zeros)
        assert len(loose_ends(statement, {})) == found


def test_a_size_that_starts_late_is_seen():
    """The case n = 1 is true, and left out."""
    statement = numbers(equal(z[N.i] * 2, z[N.i] + z[N.i]))
    assert len(loose_ends(replace(statement, sizes={N.n: 2}), {})) == 1


def test_an_assumption_that_asks_too_much_is_seen():
    """Agreement up to i is enough for z_i = y_i, agreement everywhere is more."""
    for last, found in ((N.i, []), (N.n, ["the assumption 'agree' for 1 <= l <= i alone would do"])):
        agree = ForAll(((N.l, 1, last),), equal(z[N.l], y[N.l]))
        total = equal(sp.Sum(z[N.l], (N.l, 1, N.i)), sp.Sum(y[N.l], (N.l, 1, N.i)))
        assert loose_ends(numbers(total, agree=agree), {}) == found


def test_letters_of_the_derivation_alone_are_known():
    """Such a letter stands in no formula and in no range of a letter that does."""
    statement = numbers(equal(z[N.i], z[N.i]), ((N.i, 1, N.n), (N.j, 1, N.n), (N.l, 1, N.i)))
    assert auxiliary(statement) == {"j", "l"}


def test_an_inequality_with_room_is_seen():
    """z_i^2 >= 0 is tight, z_i^2 + 1 >= 0 is not."""
    for more, found in ((0, 0), (1, 1)):
        assert len(gates.slack(numbers(Relation(z[N.i] ** 2 + more, ">=", 0)))) == found
        assert len(gates.slack(numbers(Relation(-(z[N.i] ** 2) - more, "<", sp.Rational(1, 10**9))))) == found


@pytest.mark.parametrize(
    "wrap", [lambda p: p, lambda p: ForAll(((N.l, 1, N.n),), p), lambda p: And((p, equal(z[1], 1)))]
)
def test_an_overall_sign_is_seen(wrap):
    """An equation with 0 is written without one, in whatever surroundings."""
    total = sp.Sum(z[N.j] * y[N.j], (N.j, 1, N.n))
    for term in (total, I.Partial(total, z[1]), I.LimitOf(z[1] * y[1], N.c, sp.oo)):
        assert gates.signed(numbers(wrap(equal(term, 0)))) == []
        assert len(gates.signed(numbers(wrap(equal(-term, 0))))) == 1
    turned = sp.Sum(-z[N.j] * y[N.j], (N.j, 1, N.n))
    assert len(gates.signed(numbers(wrap(equal(0, turned))))) == 1


def test_one_name_for_two_things_is_seen():
    """A head of one's own means the same in every statement about an item; attention may have two masks."""

    def about(f):
        return replace(numbers(equal(sp.Function("f")(N.i), 1)), definitions=I.define(I.Definition("f", (N.i,), f)))

    assert gates.renamed(about(z[N.i]), [about(z[N.i])]) == []
    assert gates.renamed(about(z[N.i]), [about(-z[N.i])]) == [
        "f means something else in another statement about this item"
    ]
    full = replace(OUTPUT, definitions=I.attention(upper=I.full_upper).definitions)
    assert gates.renamed(OUTPUT, [full]) == []


def test_a_label_with_another_mask_is_seen():
    """A part labelled causal speaks of the causal mask."""
    for label, found in (("causal", 0), ("if t A = 0, causal", 0), ("unmasked", 1), ("only if, unmasked", 1), ("", 0)):
        assert len(gates.masks(OUTPUT, label)) == found


def test_two_masks_in_one_statement_are_seen():
    """Both passes of a statement have one mask."""
    for upper, found in ((I.causal_upper, 0), (I.full_upper, 1)):
        other = I.attention("'", upper=upper)
        both = replace(
            OUTPUT,
            conclusion=equal(P.a(N.i, N.g), other.a(N.i, N.g)),
            definitions={**P.definitions, **other.definitions},
        )
        assert len(gates.masks(both, "")) == found


def test_a_row_that_is_not_there_is_seen():
    """Row 2 exists from n = 2 on."""
    second = replace(OUTPUT, conclusion=equal(P.a(2, N.g), 0), ranges=((N.g, 1, N.d_v),))
    for least, found in ((1, 1), (2, 0)):
        statement = replace(second, sizes={**OUTPUT.sizes, N.n: least})
        assert len(gates.out_of_domain(statement, ())) == found


def test_sufficient_conditions_of_two_things_are_seen():
    """The parts that begin with "if" conclude one thing."""
    one, other = numbers(equal(z[N.i], 0)), numbers(equal(y[N.i], 0))
    assert gates.conclusions_differ([("if a", one), ("if b", one), ("only if", other)]) == []
    assert len(gates.conclusions_differ([("if a", one), ("if b", other)])) == 1


def test_a_needless_assumption_that_strays_is_seen():
    """What it says of a name it says everywhere."""
    here, there = numbers(equal(z[1], z[1]), norm=equal(z[1], 1)), numbers(equal(z[1], z[1]), norm=equal(z[1], 2))
    assert gates.astray(here, ["norm"], [here]) == []
    assert len(gates.astray(here, ["norm"], [here, there])) == 1
    assert gates.astray(here, [], [there]) == []


def test_a_weight_outside_its_row_is_seen():
    """alpha(i, j) is meant for j <= i alone."""
    for last, found in ((N.i, 0), (N.n, 1)):
        ranges = ((N.i, 1, N.n), (N.j, 1, last))
        statement = replace(OUTPUT, conclusion=Relation(P.alpha(N.i, N.j), ">", 0), ranges=ranges)
        assert len(gates.out_of_domain(statement, search.models(statement, 3))) == found


def test_a_cut_uses_an_established_fact():
    """It may be used like an assumption, under a name of its own, and nothing leaks from a proof of something else."""
    statement = numbers(equal(z[N.i], 0), zero=equal(z[N.i], 0))
    proof = Proof(statement)
    known = proof.linear_combination(equal(2 * z[N.i], 0), (2, proof.assumption("zero")))
    fact = proof.having("twice", known, lambda inner: inner.assumption("twice"))
    assert fact.formula == equal(2 * z[N.i], 0)
    with pytest.raises(RuleError):
        proof.having("zero", known, lambda inner: inner.assumption("zero"))
    stranger = Proof(numbers(equal(y[N.i], 0), wish=equal(y[N.i], 0)))
    with pytest.raises(RuleError):
        proof.having("wish", stranger.assumption("wish"), lambda inner: inner.assumption("wish"))
    with pytest.raises(RuleError):
        proof.having("twice", known, lambda inner: stranger.assumption("wish"))  # noqa: ARG005
