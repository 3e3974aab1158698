"""Powers, inverses and determinants of square matrices, exactly, within the evaluator's budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofs.audit import reals
from proofs.audit.limits import TooLarge
from proofs.audit.reals import Real, Undefined, real
from proofs.audit.values import Array

if TYPE_CHECKING:
    from proofs.audit.known import Arithmetic

MAX_POWER = 64
"""Largest power of a matrix, in absolute value."""


def power(a: Array, exponent: int, use: Arithmetic) -> Array:
    """Return the power of a square matrix. Raises Undefined (no inverse), TooLarge (MAX_POWER)."""
    if abs(exponent) > MAX_POWER:
        raise TooLarge(f"a matrix to a power beyond {MAX_POWER}")
    base = inverse(a, use) if exponent < 0 else a
    out = identity(a.shape[0])
    for _ in range(abs(exponent)):
        product = use.matmul(out, base)
        out = product if isinstance(product, Array) else Array(((product,),))
    return out


def identity(size: int) -> Array:
    """Return the identity matrix."""
    return Array(tuple(tuple(real(int(i == j)) for j in range(size)) for i in range(size)))


def inverse(a: Array, use: Arithmetic) -> Array:
    """Return the inverse of a square matrix. Raises Undefined if it has none."""
    size = a.shape[0]
    rows = [[*row, *unit] for row, unit in zip(a.rows, identity(size).rows, strict=True)]
    if _eliminated(rows, use) is None:
        raise Undefined("the matrix has no inverse")
    return Array(tuple(tuple(row[size:]) for row in rows))


def determinant(a: Array, use: Arithmetic) -> Real:
    """Return the determinant of a square matrix."""
    found = _eliminated([list(row) for row in a.rows], use)
    return real(0) if found is None else found


def _eliminated(rows: list[list[Real]], use: Arithmetic) -> Real | None:
    """Bring the left square of the rows to the identity; return its determinant, None if that is 0."""
    total: Real = real(1)
    for column in range(len(rows)):
        place = next((i for i in range(column, len(rows)) if reals.sign(rows[i][column]) != 0), None)
        if place is None:
            return None
        if place != column:
            rows[place], rows[column] = rows[column], rows[place]
            total = reals.subtract(real(0), total)
        pivot = rows[column][column]
        total = use.multiply(total, pivot)
        rows[column] = [use.divide(x, pivot) for x in rows[column]]
        for i, row in enumerate(rows):
            if i != column and reals.sign(row[column]) != 0:
                factor = row[column]
                rows[i] = [reals.subtract(x, use.multiply(factor, y)) for x, y in zip(row, rows[column], strict=True)]
    return total
