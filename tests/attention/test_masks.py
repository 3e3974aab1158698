"""Masks are the sets they say they are, and refuse what is not a set."""

import numpy as np
import pytest

from attention import masks
from attention.errors import DTypeError, RangeError, ShapeError


def test_causal_is_upper_left_aligned_also_when_sizes_differ():
    """Query i sees keys 0..i, whatever m is."""
    assert masks.allowed_sets(masks.causal(3)) == [{0}, {0, 1}, {0, 1, 2}]
    assert masks.allowed_sets(masks.causal(2, 5)) == [{0}, {0, 1}]
    assert masks.allowed_sets(masks.causal(5, 2)) == [{0}, {0, 1}, {0, 1}, {0, 1}, {0, 1}]


def test_full_allows_everything():
    """No mask."""
    assert masks.allowed_sets(masks.full(2, 3)) == [{0, 1, 2}] * 2
    assert masks.full(3).shape == (3, 3)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (0, 0, [{0}, {1}, {2}, {3}]),
        (1, 0, [{0}, {0, 1}, {1, 2}, {2, 3}]),
        (0, 2, [{0, 1, 2}, {1, 2, 3}, {2, 3}, {3}]),
        (-1, 0, [{0}, {0, 1}, {0, 1, 2}, {0, 1, 2, 3}]),
        (1, -1, [{0, 1, 2, 3}, {0, 1, 2, 3}, {1, 2, 3}, {2, 3}]),
    ],
)
def test_window_edges_are_inclusive_on_both_sides(left, right, expected):
    """Key j is allowed for i - left <= j <= i + right; -1 has no edge."""
    assert masks.allowed_sets(masks.window(4, 4, left, right)) == expected


def test_window_without_bounds_is_full_and_left_unbounded_is_causal():
    """The named masks are windows."""
    assert np.array_equal(masks.window(3, 5, -1, -1), masks.full(3, 5))
    assert np.array_equal(masks.window(5, 3, -1, 0), masks.causal(5, 3))


def test_window_beyond_the_last_key_is_empty():
    """A query far to the right of all keys has nothing left."""
    assert masks.allowed_sets(masks.window(4, 2, 0, 0)) == [{0}, {1}, set(), set()]


def test_padding_hides_keys_for_every_query():
    """Lengths are batch dimensions; the query axis broadcasts."""
    mask = masks.padding([2, 0, 3], 3)
    assert mask.shape == (3, 1, 3)
    assert mask[:, 0].tolist() == [[True, True, False], [False, False, False], [True, True, True]]
    assert masks.padding(1, 2).tolist() == [[True, False]]


def test_masks_combine_as_sets_intersect():
    """Composition is &."""
    both = masks.causal(3) & masks.padding(2, 3)
    assert masks.allowed_sets(both) == [{0}, {0, 1}, {0, 1}]


def test_sets_and_masks_are_inverse():
    """Any family of sets is a mask."""
    sets = [{0, 4}, set(), {2}]
    assert masks.allowed_sets(masks.from_sets(sets, 5)) == sets


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: masks.causal(0), RangeError, "n: expected an integer >= 1, got 0"),
        (lambda: masks.full(3, -2), RangeError, "m: expected an integer >= 1, got -2"),
        (lambda: masks.causal(2.0), RangeError, "n: expected an integer >= 1, got 2.0"),
        (lambda: masks.causal(True), RangeError, "n: expected an integer >= 1, got True"),
        (
            lambda: masks.window(3, 3, -2, 0),
            RangeError,
            "left: expected an integer >= 0, or -1 for no bound, got -2",
        ),
        (
            lambda: masks.window(3, 3, 0, 1.5),
            RangeError,
            "right: expected an integer >= 0, or -1 for no bound, got 1.5",
        ),
        (lambda: masks.padding([1, 4], 3), RangeError, "lengths: expected lengths from 0 to m = 3, got 4"),
        (lambda: masks.padding([-1], 3), RangeError, "lengths: expected lengths from 0 to m = 3, got -1"),
        (lambda: masks.padding([1.0], 3), DTypeError, "lengths: expected integers, got float64"),
        (
            lambda: masks.from_sets([{0}, {3}], 3),
            RangeError,
            "sets: expected positions from 0 to m - 1 = 2, got 3 in the set of query 1",
        ),
        (
            lambda: masks.from_sets([], 3),
            ShapeError,
            "sets: expected one set for each query, at least one, got none",
        ),
        (
            lambda: masks.allowed_sets(np.ones((2, 2))),
            DTypeError,
            "mask: expected booleans, got float64",
        ),
        (
            lambda: masks.allowed_sets(np.ones((1, 2, 2), dtype=bool)),
            ShapeError,
            "mask: expected shape (n, m), got shape (1, 2, 2)",
        ),
    ],
)
def test_wrong_arguments_are_named(call, error, message):
    """Which argument, what was expected, what came."""
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message
    assert message == f"{caught.value.argument}: expected {caught.value.expected}, got {caught.value.received}"
