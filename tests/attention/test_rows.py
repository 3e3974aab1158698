"""Rows: they bind their letter, and functions of rows are evaluated and differentiated exactly."""

import pytest
import sympy as sp

from attention import indexed as I
from attention import notation as N
from attention.duals import Polynomial
from attention.exact import NotExact, exp, number
from attention.instances import Evaluator, Instance

z = sp.IndexedBase("z", real=True)
F = sp.Function("F")
v, w = (sp.Symbol(letter, integer=True, positive=True) for letter in "vw")

DATA = {(p, q): number(10 * p + q) for p in (1, 2) for q in (1, 2, 3)}


def written(fixed, places):  # noqa: ARG001
    """Return the coefficients of F = 5 + sum of all entries + 3 (first entry of the first row) (second of the last)."""
    if len(places) == 2:
        return number(3 if places == ((0, 1), (1, 2)) else 0)
    return number(1 if places else 5)


def at(**functions):
    """Return an evaluator at n = 2, d = 3, z_pq = 10 p + q."""
    smooth = {"F": Polynomial(written)} if not functions else {}
    return Evaluator(Instance({"n": 2, "d": 3}, arrays={"z": DATA}, functions=functions, smooth=smooth), {})


def line(p, letter=v, last=N.d):
    """Return row p of z."""
    return I.row(z[p, letter], letter, last)


# -- a row is a binder ----------------------------------------------------------------------------------------


def test_what_is_free_in_a_row():
    """The letter is not; the rest of the entries and the ends are."""
    assert line(N.i).free_symbols >= {N.i, N.d}
    assert v not in line(N.i).free_symbols
    assert v in F(line(v, w)).free_symbols
    assert I.Row(z[v, v], v, v, N.n).free_symbols >= {v}  # an end stands outside


def test_rows_are_the_same_up_to_their_letter():
    """As with sums; the order of arguments and the ends count."""
    assert I.same(F(line(1, v)), F(line(1, w)))
    assert not I.same(F(line(1)), F(line(2)))
    assert not I.same(F(line(1)), F(line(1, last=N.n)))
    assert not I.same(F(line(1), line(2)), F(line(2), line(1)))
    assert not I.same(I.Row(z[1, v], v, 1, N.d), sp.Sum(z[1, v], (v, 1, N.d)))


def test_unfolding_does_not_capture_a_rows_letter():
    """h(v) := F(row of z[v, w] over w), unfolded at w, still runs along the second index."""
    head = I.Definition("h", (v,), F(line(v, w)))
    unfolded = I.unfold(sp.Function("h")(w), I.define(head))
    assert I.same(unfolded, F(line(w, v)))
    assert w in unfolded.free_symbols


def test_rows_in_sums_are_renamed_apart():
    """No letter is bound twice, and nothing else changes."""
    nested = sp.Sum(F(line(v, v)), (v, 1, N.d))  # the inner v hides the outer one
    apart = I.rename_apart(nested, {"v"})
    assert I.same(apart, nested)
    outer, _, _, body = I.opened(apart)
    inner = I.opened(body.args[0])[0]
    assert len({outer.name, inner.name, "v"}) == 3


def test_the_name_of_a_slope_is_read_back():
    """And no other name is taken for one."""
    assert I.sloped(type(I.slope("score", 1)(v)).__name__) == ("score", 1)
    assert [I.sloped(name) for name in ("d1", "d", "score", "dx score", "d 1", "alpha'")] == [None] * 6


# -- evaluation -----------------------------------------------------------------------------------------------


def test_a_function_of_rows_by_hand():
    """F(z_1, z_2) = 5 + (11 + 12 + 13) + (21 + 22 + 23) + 3 * 11 * 22; shorter rows are rows too."""
    assert at()(F(line(1), line(2))) == 5 + 36 + 66 + 726
    assert at()(F(line(1, last=sp.Integer(1)), line(2, last=sp.Integer(2)))) == 5 + 11 + 43 + 726
    assert at()(F(line(1, last=sp.Integer(0)))) == 5


def test_entries_of_a_row_are_computed():
    """Any expression in the letter and in what is around: here i z_iv + e^0."""
    body = I.row(N.i * z[N.i, v] + sp.exp(0), v, N.d)
    assert at()(F(body), {"i": 2}) == 5 + 2 * 66 + 3


def test_an_arbitrary_function_sees_rows_as_tuples():
    """Nested ones as tuples of tuples, and numbers as numbers."""
    seen = []

    def record(*arguments):
        seen.append(arguments)
        return number(0)

    matrix = I.row(I.row(z[v, w], w, sp.Integer(2)), v, N.n)
    at(G=record)(sp.Function("G")(N.i, line(1), matrix), {"i": 2})
    [(index, row, rows)] = seen
    assert index == 2
    assert [int(entry.rational()) for entry in row] == [11, 12, 13]
    assert [[int(entry.rational()) for entry in r] for r in rows] == [[11, 12], [21, 22]]


def test_slopes_by_hand():
    """By an entry of the first row 1 + 3 z_22 at its first place, else 1; by the last row's second, 1 + 3 z_11."""
    arguments = (line(1), line(2))
    values = {(k, p): at()(I.slope("F", k)(*arguments, sp.Integer(p))) for k in (0, 1) for p in (1, 2, 3)}
    assert values == {(0, 1): 67, (0, 2): 1, (0, 3): 1, (1, 1): 1, (1, 2): 34, (1, 3): 1}


def test_slopes_by_an_entry_of_a_matrix():
    """A row of rows has two indices, in the order of the rows."""
    squares = Polynomial(lambda _, places: number(1 if places and places[0] == places[-1] else 0))
    here = Evaluator(Instance({"n": 2, "d": 3}, arrays={"z": DATA}, smooth={"F": squares}), {})
    matrix = I.row(I.row(z[v, w], w, N.d), v, N.n)
    assert here(F(matrix)) == sum(int(u.rational()) * (int(u.rational()) + 1) for u in DATA.values())
    assert here(I.slope("F", 0)(matrix, sp.Integer(2), sp.Integer(3))) == 2 * 23 + 1


def test_a_derivative_goes_through_the_rows():
    """By hand d F(z_1, z_2)/d z_22 = 1 + 3 z_11; an entry in both rows counts twice; exponentials on the way."""
    assert at()(I.Partial(F(line(1), line(2)), z[2, 2])) == 34
    assert at()(I.Partial(F(line(1), line(1)), z[1, 1])) == 2 + 3 * 12
    assert at()(I.Partial(F(I.row(sp.exp(z[1, v]), v, N.d)), z[1, 2])) == exp(12)


def test_what_has_no_derivative():
    """A second derivative, an arbitrary function, an entry that is not there."""
    with pytest.raises(NotExact, match="a derivative of a derivative"):
        at()(I.Partial(I.slope("F", 0)(line(1), sp.Integer(1)), z[1, 1]))
    with pytest.raises(NotExact, match="a comparison"):
        at(G=lambda *_: number(0))(I.Partial(sp.Function("G")(line(1)), z[1, 1]))
    for missing in (z[3, 1], z[1, 4]):
        with pytest.raises(KeyError):
            at()(I.Partial(F(line(1)), missing))
    with pytest.raises(KeyError):
        at()(I.slope("F", 0)(line(1), sp.Integer(4)))


def test_a_row_is_no_number():
    """It cannot be evaluated by itself, nor be an argument of a defined head."""
    with pytest.raises(NotExact):
        at()(line(1))
