"""Translating every token by t: the definitions tq, tk, tv and u against direct computation."""

from fractions import Fraction

import pytest
import sympy as sp

from attention import exact, indexed, notation, translation
from attention.exact import number
from attention.instances import Evaluator, Instance

N, D, D_K, D_V = 2, 3, 5, 7
T = [Fraction(1, 2), Fraction(-2), Fraction(3)]
X = [[Fraction(1), Fraction(0), Fraction(2)], [Fraction(-1, 3), Fraction(1), Fraction(1)]]
W_Q = [[Fraction(e * b - 4, 3) for b in range(1, D_K + 1)] for e in range(1, D + 1)]
W_K = [[Fraction(e - b, 2) for b in range(1, D_K + 1)] for e in range(1, D + 1)]
W_V = [[Fraction(e * e - g, 4) for g in range(1, D_V + 1)] for e in range(1, D + 1)]


def table(rows):
    """Return rows as 1-based entries."""
    return {(r, s): number(entry) for r, row in enumerate(rows, 1) for s, entry in enumerate(row, 1)}


INSTANCE = Instance(
    {"n": N, "d": D, "d_k": D_K, "d_v": D_V},
    {"c": number(1)},
    {
        "x": table(X),
        "W_Q": table(W_Q),
        "W_K": table(W_K),
        "W_V": table(W_V),
        "t": {(e,): number(entry) for e, entry in enumerate(T, 1)},
    },
)


def times(row, matrix):
    """Return row times matrix, in plain fractions."""
    return [sum(a * line[s] for a, line in zip(row, matrix, strict=True)) for s in range(len(matrix[0]))]


def test_images_of_t_by_hand():
    """With t = (1/2, -2, 3), column 1 of W_Q = (-1, -2/3, -1/3) gives tq(1) = -1/2 + 4/3 - 1 = -1/6."""
    at = Evaluator(INSTANCE, translation.SHIFT)
    assert at(translation.tq(1)) == Fraction(-1, 6)


@pytest.mark.parametrize(("head", "W"), [(translation.tq, W_Q), (translation.tk, W_K), (translation.tv, W_V)])
def test_images_of_t_under_the_projections(head, W):
    """Each of tq, tk, tv is the row t times its weights."""
    at = Evaluator(INSTANCE, translation.SHIFT)
    assert [at(head(s)).rational() for s in range(1, len(W[0]) + 1)] == times(T, W)


def test_u_is_t_times_the_matrix_of_the_score():
    """With A = W_Q W_K^T, u = t A; A t^T would be another vector."""
    at = Evaluator(INSTANCE, translation.SHIFT)
    A = [times(row, list(zip(*W_K, strict=True))) for row in W_Q]
    u = [at(translation.u(s)).rational() for s in range(1, D + 1)]
    assert u == times(T, A)
    assert u != times(T, list(zip(*A, strict=True)))


def test_the_shifted_score_expands_with_u():
    """s'_ij - s_ij = x_i A t^T + u . x_j + u . t: the middle term is the one that varies along a row."""
    before, after, definitions = translation.passes()
    at = Evaluator(INSTANCE, definitions)
    for r in (1, 2):
        for s in (1, 2):
            u = [at(translation.u(e)) for e in range(1, D + 1)]
            tk = [at(translation.tk(b)) for b in range(1, D_K + 1)]
            along_row = sum((p * number(q) for p, q in zip(u, X[s - 1], strict=True)), number(0))
            constant = sum((at(before.q(r, b)) * tk[b - 1] for b in range(1, D_K + 1)), number(0))
            constant += sum((p * number(q) for p, q in zip(u, T, strict=True)), number(0))
            assert at(after.s(r, s)) - at(before.s(r, s)) == constant + along_row


def test_passes_share_nothing_but_the_data():
    """The pass over x and the pass over x + t have heads of their own, each with the shift's definitions."""
    before, after, definitions = translation.passes(indexed.full_upper, mark="2")
    assert set(definitions) == {
        *("q2", "k2", "v2", "s2", "alpha2", "a2"),
        *("q2'", "k2'", "v2'", "s2'", "alpha2'", "a2'"),
        *("tq", "tk", "tv", "u"),
    }
    at = Evaluator(INSTANCE, definitions)
    plain = exact.attention(X, W_Q, W_K, W_V, allowed=exact.full)
    moved = [[a + b for a, b in zip(row, T, strict=True)] for row in X]
    shifted = exact.attention(moved, W_Q, W_K, W_V, allowed=exact.full)
    for r in (1, 2):
        for g in range(1, D_V + 1):
            assert at(before.a(r, g)) == plain.outputs[r - 1][g - 1]
            assert at(after.a(r, g)) == shifted.outputs[r - 1][g - 1]


def test_only_the_first_token_is_not_zero():
    """The witness of the only-if directions: x_1 is the given row, the others are 0."""
    tokens = translation.only_first(lambda e: notation.W_V[e, 1])
    at = Evaluator(INSTANCE, {})
    first = [at(tokens(sp.Integer(1), e)).rational() for e in (1, 2, 3)]
    second = [at(tokens(sp.Integer(2), e)).rational() for e in (1, 2, 3)]
    assert first == [row[0] for row in W_V]
    assert second == [0, 0, 0]
    before, _, definitions = translation.passes(entry=tokens)
    value = Evaluator(INSTANCE, definitions)
    assert [value(before.v(2, g)) for g in (1, 2)] == [0, 0]
    assert value(before.v(1, 1)) == sum(row[0] ** 2 for row in W_V)
