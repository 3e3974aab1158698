"""Indexed expressions: equality up to bound names, renaming without capture, unfolding, definitions."""

from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from attention import indexed as I
from attention import notation as N
from attention.exact import number
from attention.instances import Evaluator, Instance

i, j, l, b, b2, n = N.i, N.j, N.l, N.b, N.b2, N.n
z = sp.IndexedBase("z", real=True)
f = sp.Function("f")

LETTERS = (i, j, b, b2)
AT = {"i": 1, "j": 2, "b": 3, "b_2": 2}
"""Values of the letters where they are free: a captured letter changes the value."""

ENTRIES = {(p, q): number(Fraction(p**3 - 2 * q, 1 + p * q)) for p in range(1, 4) for q in range(1, 4)}
SMALL = Instance({"n": 3}, arrays={"z": ENTRIES})


def value(expr, definitions=None):
    """Return the exact value at the small instance."""
    return Evaluator(SMALL, definitions or {})(expr, AT)


def bound(expr):
    """Return the names that sums in `expr` bind, one for each sum."""
    return [limit[0].name for node in sp.preorder_traversal(expr) if isinstance(node, sp.Sum) for limit in node.limits]


@st.composite
def expressions(draw, depth=3):
    """Draw nested sums over four letters that clash with one another and with the free ones."""
    letter = st.sampled_from(LETTERS)
    kind = draw(st.sampled_from(["entry", "delta", "sum", "sum", "add", "times"] if depth else ["entry", "delta"]))
    if kind == "entry":
        return z[draw(letter), draw(letter)]
    if kind == "delta":
        return sp.KroneckerDelta(draw(letter), draw(letter)) + z[draw(letter), draw(letter)]
    part = expressions(depth=depth - 1)
    if kind == "sum":
        last = draw(letter | st.sampled_from([sp.Integer(2), n]))
        return sp.Sum(draw(part), (draw(letter), 1, last))
    left, right = draw(part), draw(part)
    return left + right if kind == "add" else left * right


# -- equality up to bound names ------------------------------------------------------------------------------


def test_bound_names_do_not_matter_and_free_names_do():
    """A sum over b is the same sum over b_2; what it leaves free is not."""
    assert I.same(sp.Sum(z[i, b], (b, 1, n)), sp.Sum(z[i, b2], (b2, 1, n)))
    assert not I.same(sp.Sum(z[i, b], (b, 1, n)), sp.Sum(z[j, b], (b, 1, n)))
    assert not I.same(sp.Sum(z[i, b], (b, 1, n)), sp.Sum(z[b, i], (b, 1, n)))
    assert not I.same(sp.Sum(z[i, b], (b, 1, n)), sp.Sum(z[i, b], (b, 1, i)))
    assert not I.same(z[i, b], z[i, b2])


def test_nested_sums_keep_their_order_and_their_dependent_ranges():
    """Only names are identified: exchanging sums is a rule of its own."""
    lower = sp.Sum(sp.Sum(z[i, j], (j, 1, i)), (i, 1, n))
    assert I.same(lower, sp.Sum(sp.Sum(z[j, i], (i, 1, j)), (j, 1, n)))
    assert I.same(lower, sp.Sum(sp.Sum(z[b, b2], (b2, 1, b)), (b, 1, n)))
    assert not I.same(lower, sp.Sum(sp.Sum(z[i, j], (j, 1, n)), (i, 1, n)))
    assert not I.same(lower, sp.Sum(sp.Sum(z[j, i], (j, 1, i)), (i, 1, n)))
    square = sp.Sum(sp.Sum(z[i, j], (j, 1, n)), (i, 1, n))
    assert not I.same(square, sp.Sum(sp.Sum(z[i, j], (i, 1, n)), (j, 1, n)))


def test_equality_reaches_inside_heads_and_quotients():
    """Bound names differ under exp, a quotient and a defined head as well."""

    def softmax(letter):
        return I.Quotient(sp.exp(f(i, j)), sp.Sum(sp.exp(f(i, letter)), (letter, 1, n)))

    assert I.same(softmax(l), softmax(b))
    assert not I.same(softmax(l), I.Quotient(sp.exp(f(i, j)), sp.Sum(sp.exp(f(j, l)), (l, 1, n))))


def test_a_sum_may_shadow_an_outer_letter():
    """In sum_b z_bb sum_{b <= b} z_bb the inner range reads the outer b, the inner body its own."""
    shadowed = sp.Sum(z[b, b] * sp.Sum(z[b, b], (b, 1, b)), (b, 1, n))
    plain = sp.Sum(z[i, i] * sp.Sum(z[j, j], (j, 1, i)), (i, 1, n))
    assert I.same(shadowed, plain)
    assert value(I.rename_apart(shadowed, {"b"})) == value(shadowed) == value(plain)


def test_sums_from_zero_keep_their_first_term():
    """A letter that may be 0 stays so: as a positive symbol it would make [v = 0] the number 0."""
    v = sp.Symbol("v", integer=True, nonnegative=True)
    total = sp.Sum(sp.KroneckerDelta(v, 0), (v, 0, n))
    for renamed in (I.canonical(total), I.rename_apart(total, {"v"})):
        assert value(renamed) == value(total) == 1
    assert I.fresh(v, {"v"}).is_positive is None
    assert I.fresh(N.b, {"b"}).is_positive


@settings(max_examples=60)
@given(expressions())
def test_canonical_form_keeps_the_value_and_forgets_the_names(expr):
    """Renaming apart is undone by it, and it is its own canonical form."""
    form = I.canonical(expr)
    assert value(form) == value(expr)
    assert I.canonical(form) == form
    assert I.canonical(I.rename_apart(expr, {"b", "i"})) == form


# -- renaming and unfolding ----------------------------------------------------------------------------------


def test_fresh_names_count_up_from_the_letter():
    """`b`, b_2, b_3: as one would on paper."""
    assert I.fresh(b, set()) == b
    assert I.fresh(b, {"b"}) == b2
    assert I.fresh(b, {"b", "b_2"}).name == "b_3"
    assert I.fresh(b2, {"b_2"}).name == "b_3"


def test_renaming_apart_never_captures():
    """With b taken, the outer b must not become the inner b_2, nor the inner the outer's new name."""
    nested = sp.Sum(z[b, b] * sp.Sum(z[b, b2], (b2, 1, n)), (b, 1, n))
    renamed = I.rename_apart(nested, {"b"})
    assert len(set(bound(renamed)) - {"b"}) == 2
    assert I.same(renamed, nested)
    assert value(renamed) == value(nested)
    free = z[b2, b] * sp.Sum(z[b2, b], (b, 1, n))
    assert bound(I.rename_apart(free, {"b"})) == ["b_3"]
    assert value(I.rename_apart(free, {"b"})) == value(free)


@settings(max_examples=100)
@given(expressions(), st.sets(st.sampled_from(["b", "b_2", "b_3", "i", "j", "i_2"])))
def test_renaming_apart_keeps_the_value_and_separates_the_names(expr, avoid):
    """No bound name is avoided, free, or used twice; nothing else changes."""
    renamed = I.rename_apart(expr, avoid)
    names = bound(renamed)
    assert value(renamed) == value(expr)
    assert not set(names) & avoid
    assert not set(names) & {symbol.name for symbol in expr.free_symbols}
    assert len(names) == len(set(names)) == len(bound(expr))


def test_unfolding_puts_arguments_in_without_capture():
    """With f(i) := sum_j z_ij, f(j) is sum over another letter of z_j."""
    definitions = I.define(I.Definition("f", (i,), sp.Sum(z[i, j], (j, 1, n))))
    assert I.same(I.unfold(f(j), definitions), sp.Sum(z[j, l], (l, 1, n)))
    assert not I.same(I.unfold(f(j), definitions), sp.Sum(z[j, j], (j, 1, n)))
    assert bound(I.unfold(f(l), definitions, avoid={"j"})) == ["j_2"]


def test_unfolding_substitutes_all_parameters_at_once():
    """With g(i, j) := z_ij, g(j, i) is z_ji, not z_ii or z_jj."""
    g = sp.Function("g")
    definitions = I.define(I.Definition("g", (i, j), z[i, j]))
    assert I.unfold(g(j, i), definitions) == z[j, i]
    assert I.unfold(g(i + 1, i), definitions) == z[i + 1, i]
    with pytest.raises(ValueError, match="shorter"):
        I.unfold(g(i), definitions)
    with pytest.raises(KeyError):
        I.unfold(f(i), definitions)


@settings(max_examples=100)
@given(expressions(), st.tuples(*[st.sampled_from(LETTERS)] * 4), st.sampled_from(LETTERS))
def test_unfolding_keeps_the_value_also_under_a_sum(body, arguments, outer):
    """The definition at the arguments' values and the unfolded body are one number; also summed up."""
    definitions = I.define(I.Definition("f", LETTERS, body))
    applied = f(*arguments)
    assert value(I.unfold(applied, definitions)) == value(applied, definitions)
    total = sp.Sum(applied * z[outer, i], (outer, 1, n))
    unfolded = total.xreplace({applied: I.unfold(applied, definitions, I.names_in(total))})
    assert value(unfolded) == value(total, definitions)


# -- reading expressions -------------------------------------------------------------------------------------


def test_opening_peels_the_outermost_sum_of_a_flattened_node():
    """SymPy merges nested sums into one node whose last limit is the outermost."""
    nested = sp.Sum(sp.Sum(z[i, j], (j, 1, i)), (i, 2, n))
    assert len(nested.limits) == 2
    letter, first, last, body = I.opened(nested)
    assert (letter, first, last) == (i, 2, n)
    assert body == sp.Sum(z[i, j], (j, 1, i))
    assert I.opened(body) == (j, 1, i, z[i, j])
    three = sp.Sum(sp.Sum(sp.Sum(z[i, j], (b, 1, j)), (j, 1, i)), (i, 1, n))
    assert I.opened(three)[3] == sp.Sum(z[i, j], (b, 1, j), (j, 1, i))


def test_names_include_bound_ones():
    """Freshness must avoid both."""
    assert I.names_in(sp.Sum(z[i, j], (j, 1, n))) == {"z", "i", "j", "n"}


def test_reachable_follows_definitions_and_nothing_else():
    """Only what unfolding would use, each once, recursion included."""
    g, h = sp.Function("g"), sp.Function("h")
    definitions = I.define(
        I.Definition("f", (i,), g(i) + h(i)),
        I.Definition("g", (i,), z[i, i]),
        I.Definition("unused", (i,), f(i)),
        I.Definition("r", (i,), I.Cases(i - 1, 0, sp.Function("r")(i - 1))),
    )
    assert set(I.reachable([sp.exp(f(j))], definitions)) == {"f", "g"}
    assert set(I.reachable([z[i, j], 1], definitions)) == set()
    assert set(I.reachable([sp.Function("r")(j)], definitions)) == {"r"}


def test_a_name_has_one_definition():
    """Two would make unfolding ambiguous."""
    one = I.Definition("f", (i,), z[i, i])
    assert I.define(one)["f"].head(j) == f(j)
    with pytest.raises(ValueError, match=r"^f is defined twice$"):
        I.define(one, one)


def test_entries_are_a_matrix_given_by_a_formula():
    """It stands where an IndexedBase stands, as a weight matrix of a pass."""
    identity = I.Entries(sp.KroneckerDelta)
    assert identity[i, j] == sp.KroneckerDelta(i, j)
    assert I.Entries(lambda p, q: 3)[i, j] == sp.Integer(3)  # noqa: ARG005
    definition = I.projection("f", lambda p, q: z[p, q], identity, N.g)
    at = Evaluator(Instance({"n": 3, "d": 3}, arrays={"z": ENTRIES}), I.define(definition))
    assert at(f(2, 3)) == ENTRIES[2, 3]


def test_a_quotient_is_never_cancelled_unasked():
    """SymPy makes S/S the number 1, for a sum S that may be 0; the head keeps it."""
    S = sp.Sum(z[i, i], (i, 1, n))
    assert S / S == 1
    assert I.Quotient(S, S) != 1
    assert I.Quotient(S, S).args == (S, S)


# -- the definition of attention -----------------------------------------------------------------------------


def test_a_pass_has_six_definitions_and_a_mark():
    """The heads carry the mark, so two passes do not share a name."""
    plain, marked = I.attention(), I.attention("'")
    assert list(plain.definitions) == ["q", "k", "v", "s", "alpha", "a"]
    assert list(marked.definitions) == ["q'", "k'", "v'", "s'", "alpha'", "a'"]
    used = I.reachable([marked.a(i, N.g)], {**plain.definitions, **marked.definitions})
    assert set(used) == set(marked.definitions)


def test_the_definitions_read_as_on_paper():
    """Spelt out with other bound letters; upper ends by the mask, the scale a factor of the score."""
    e, c = N.e, N.c
    causal = I.attention()
    defs = causal.definitions
    assert I.same(defs["q"].body, sp.Sum(N.x[i, l] * N.W_Q[l, b], (l, 1, N.d)))
    assert I.same(defs["k"].body, sp.Sum(N.x[i, e] * N.W_K[e, b], (e, 1, N.d)))
    assert I.same(defs["v"].body, sp.Sum(N.x[i, e] * N.W_V[e, N.g], (e, 1, N.d)))
    assert I.same(defs["s"].body, c * sp.Sum(causal.q(i, b2) * causal.k(j, b2), (b2, 1, N.d_k)))
    total = sp.Sum(sp.exp(causal.s(i, b)), (b, 1, i))
    assert I.same(defs["alpha"].body, I.Quotient(sp.exp(causal.s(i, j)), total))
    assert I.same(defs["a"].body, sp.Sum(causal.alpha(i, l) * causal.v(l, N.g), (l, 1, i)))
    full = I.attention(upper=I.full_upper, scale=1, tokens=lambda p, q: N.y[p, q]).definitions
    assert I.same(full["a"].body, sp.Sum(causal.alpha(i, l) * causal.v(l, N.g), (l, 1, n)))
    assert I.same(full["s"].body, sp.Sum(causal.q(i, b2) * causal.k(j, b2), (b2, 1, N.d_k)))
    assert I.same(full["q"].body, sp.Sum(N.y[i, l] * N.W_Q[l, b], (l, 1, N.d)))


def test_masked_softmax_with_the_causal_bracket_is_the_causal_softmax():
    """The factors [j <= i] and the range 1..i say one thing; so do [true] and 1..n."""
    score = sp.Function("f")
    rational_score = I.Definition("f", (i, j), 2 * i - j * j)
    for allowed, upper in ((lambda p, q: I.AtMost(q, p), I.causal_upper), (lambda *_: 1, I.full_upper)):
        definitions = I.define(
            rational_score, I.masked_softmax("masked", score, allowed), I.softmax_over("ranged", score, upper)
        )
        at = Evaluator(SMALL, definitions)
        for p in range(1, 4):
            for q in range(1, p + 1 if upper is I.causal_upper else 4):
                assert at(sp.Function("masked")(p, q)) == at(sp.Function("ranged")(p, q))
        if upper is I.causal_upper:
            assert at(sp.Function("masked")(1, 2)) == 0
