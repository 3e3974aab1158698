"""What the twin refuses, and in which words."""

import numpy as np
import pytest

from attention import masks, numeric
from attention.errors import (
    DTypeError,
    EmptyRowError,
    InputError,
    NonFiniteError,
    RangeError,
    ShapeError,
)

FULL = masks.full(3)


def ones(*shape, dtype=np.float64):
    """Return an array of ones."""
    return np.ones(shape, dtype=dtype)


def attention(x=None, W_Q=None, W_K=None, W_V=None, *, allowed=FULL, **options):
    """Call the twin on 3 tokens of width 5, with some arguments replaced."""
    given = [ones(3, 5), ones(5, 2), ones(5, 2), ones(5, 7)]
    given = [new if new is not None else old for new, old in zip((x, W_Q, W_K, W_V), given, strict=True)]
    return numeric.attention(*given, allowed=allowed, **options)


def with_entry(value, place, *shape):
    """Return ones with one entry replaced."""
    array = ones(*shape)
    array[place] = value
    return array


CASES = {
    "integer tokens": (
        lambda: attention(x=ones(3, 5, dtype=np.int64)),
        DTypeError,
        "x: expected float16, float32 or float64, got int64",
    ),
    "a list of integers": (
        lambda: attention(x=[[1, 2, 3, 4, 5]] * 3),
        DTypeError,
        "x: expected float16, float32 or float64, got int64",
    ),
    "complex weights": (
        lambda: attention(W_V=ones(5, 7, dtype=complex)),
        DTypeError,
        "W_V: expected float16, float32 or float64, got complex128",
    ),
    "mixed dtypes": (
        lambda: attention(W_K=ones(5, 2, dtype=np.float32)),
        DTypeError,
        "W_K: expected float64, the dtype of x (dtypes are not mixed), got float32",
    ),
    "one dimension": (
        lambda: attention(x=ones(5)),
        ShapeError,
        "x: expected at least 2 dimensions, got shape (5,)",
    ),
    "empty sequence": (
        lambda: attention(x=ones(0, 5)),
        ShapeError,
        "x: expected at least one row and one column, got shape (0, 5)",
    ),
    "no value columns": (
        lambda: attention(W_V=ones(5, 0)),
        ShapeError,
        "W_V: expected at least one row and one column, got shape (5, 0)",
    ),
    "wrong d": (
        lambda: attention(W_V=ones(4, 7)),
        ShapeError,
        "W_V: expected d = 5 rows, as x has columns, got 4 rows",
    ),
    "d_k differs": (
        lambda: attention(W_K=ones(5, 3)),
        ShapeError,
        "W_K: expected d_k = 2 columns, as W_Q has, got 3 columns",
    ),
    "batches differ": (
        lambda: attention(x=ones(2, 3, 5), W_Q=ones(4, 5, 2)),
        ShapeError,
        ("x and W_Q and W_K and W_V: expected batch dimensions that broadcast, got x (2,), W_Q (4,), W_K (), W_V ()"),
    ),
    "NaN in tokens": (
        lambda: attention(x=with_entry(np.nan, (2, 4), 3, 5)),
        NonFiniteError,
        "x: expected finite numbers, got nan at x[2][4]",
    ),
    "infinity in weights": (
        lambda: attention(W_Q=with_entry(-np.inf, (4, 1), 5, 2)),
        NonFiniteError,
        "W_Q: expected finite numbers, got -inf at W_Q[4][1]",
    ),
    "scale is NaN": (
        lambda: attention(scale=float("nan")),
        NonFiniteError,
        "scale: expected a finite float64 number, got nan",
    ),
    "scale overflows the dtype": (
        lambda: numeric.scores(ones(1, 2, dtype=np.float16), ones(1, 2, dtype=np.float16), scale=1e6),
        NonFiniteError,
        "scale: expected a finite float16 number, got 1000000.0",
    ),
    "scale is text": (
        lambda: attention(scale="large"),
        DTypeError,
        "scale: expected a real number, got 'large'",
    ),
    "mask of numbers": (
        lambda: attention(allowed=ones(3, 3)),
        DTypeError,
        "allowed: expected booleans, got float64",
    ),
    "mask of the wrong shape": (
        lambda: attention(allowed=masks.full(3, 2)),
        ShapeError,
        "allowed: expected a shape that broadcasts to (3, 3), got shape (3, 2)",
    ),
    "mask with more batches": (
        lambda: attention(allowed=np.ones((2, 3, 3), dtype=bool)),
        ShapeError,
        "allowed: expected a shape that broadcasts to (3, 3), got shape (2, 3, 3)",
    ),
    "empty row": (
        lambda: attention(allowed=masks.from_sets([{0}, set(), {1}], 3)),
        EmptyRowError,
        "allowed: expected at least one allowed position in every row, got none in row 1",
    ),
    "empty row of a batch": (
        lambda: attention(x=ones(2, 3, 5), allowed=masks.padding([1, 0], 3)),
        EmptyRowError,
        "allowed: expected at least one allowed position in every row, got none in row 0 of batch (1,)",
    ),
    "unknown convention": (
        lambda: attention(empty_row="mean"),
        RangeError,
        "empty_row: expected 'error', 'zero' or 'nan', got 'mean'",
    ),
    "project: inner sizes": (
        lambda: numeric.project(ones(3, 5), ones(4, 2)),
        ShapeError,
        "W: expected 5 rows, as x has columns, got 4 rows",
    ),
    "scores: d_k differs": (
        lambda: numeric.scores(ones(3, 2), ones(4, 3)),
        ShapeError,
        "k: expected d_k = 2 columns, as q has, got 3 columns",
    ),
    "attend: m differs": (
        lambda: numeric.attend(ones(3, 2), ones(4, 2), ones(5, 7), allowed=masks.full(3, 4)),
        ShapeError,
        "v: expected m = 4 rows, as k has, got 5 rows",
    ),
    "weights: infinite score": (
        lambda: numeric.weights(with_entry(np.inf, (0, 2), 3, 3), allowed=FULL),
        NonFiniteError,
        "s: expected finite numbers, got inf at s[0][2]",
    ),
    "outputs: m differs": (
        lambda: numeric.outputs(ones(3, 4), ones(5, 2)),
        ShapeError,
        "v: expected m = 4 rows, as alpha has columns, got 5 rows",
    ),
    "outputs: one NaN": (
        lambda: numeric.outputs(with_entry(np.nan, (1, 0), 2, 2), ones(2, 1)),
        NonFiniteError,
        "alpha: expected finite numbers, got nan at alpha[1][0]",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_refusal_names_the_argument_what_was_expected_and_what_came(name):
    """The message is its three fields; all are ValueErrors, dtype errors TypeErrors as well."""
    call, error, message = CASES[name]
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message
    assert message == f"{caught.value.argument}: expected {caught.value.expected}, got {caught.value.received}"
    assert isinstance(caught.value, (InputError, ValueError))
    assert isinstance(caught.value, TypeError) == (error is DTypeError)


def test_places_are_fields():
    """A caller can go to the entry without parsing the text."""
    with pytest.raises(NonFiniteError) as caught:
        attention(x=with_entry(np.nan, (2, 4), 3, 5))
    assert caught.value.index == (2, 4)
    with pytest.raises(EmptyRowError) as empty:
        attention(x=ones(2, 3, 5), allowed=masks.padding([1, 0], 3))
    assert empty.value.index == (1, 0)
