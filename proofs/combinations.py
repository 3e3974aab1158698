r"""Which inequalities follow from others by adding them up, each with a factor that is not negative.

A polynomial in index letters with integer coefficients is linear in its monomials; p >= 0 follows from f_1 >= 0,
f_2 >= 0, ... if p = k + sum_r c_r f_r with k >= 0 and every c_r >= 0, which linear programming decides exactly.
Where there are products of letters, a known inequality may also be multiplied by one of these letters, if that is
known not to be negative; of what follows by other products nothing is found.

Scope: index letters and sizes.  Entries of arrays, fractions and functions are in no polynomial.

References: [boyd2004], section 5.8, for theorems of alternatives, of which this is the easy direction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import sympy as sp
from flint import fmpq

Monomial: TypeAlias = "tuple[str, ...]"  # the names of its letters, sorted; () is the constant one
Form: TypeAlias = "tuple[tuple[Monomial, int], ...]"  # monomials with coefficients that are not 0, sorted


@lru_cache(maxsize=4096)
def form(expr: Any) -> Form | None:
    """Return the monomials of a polynomial in integer symbols with integer coefficients; None for anything else."""
    if not _is_polynomial(expr):
        return None
    found: dict[Monomial, int] = {}
    for part in sp.Add.make_args(sp.expand(expr)):
        names: list[str] = []
        times = 1
        for factor in sp.Mul.make_args(part):
            base, power = factor.args if isinstance(factor, sp.Pow) else (factor, sp.Integer(1))
            if isinstance(factor, sp.Integer):
                times *= int(factor)
            else:
                names += [base.name] * int(power)
        key = tuple(sorted(names))
        found[key] = found.get(key, 0) + times
    return tuple(sorted((key, times) for key, times in found.items() if times))


def _is_polynomial(expr: Any) -> bool:
    if isinstance(expr, (sp.Add, sp.Mul)):
        return all(map(_is_polynomial, expr.args))
    if isinstance(expr, sp.Pow):
        return isinstance(expr.exp, sp.Integer) and bool(expr.exp > 0) and _is_polynomial(expr.base)
    return isinstance(expr, sp.Integer) or (isinstance(expr, sp.Symbol) and bool(expr.is_integer))


def difference(high: Form, low: Form) -> Form:
    """Return high - low."""
    found = dict(high)
    for key, times in low:
        found[key] = found.get(key, 0) - times
    return tuple(sorted((key, times) for key, times in found.items() if times))


def times_letter(known: Form, letter: str) -> Form:
    """Return a form multiplied by a letter."""
    return tuple(sorted((tuple(sorted((*key, letter))), times) for key, times in known))


def follows(goal: Form, known: Iterable[Form], nonnegative: Callable[[str], bool]) -> bool:
    """Decide whether goal >= 0 is found to follow from `known`, forms that are at least 0.

    Args:
        goal: the form in question.
        known: forms that are at least 0.
        nonnegative: whether a letter is known to be at least 0.
    """
    facts = list(dict.fromkeys(known))
    products = {key for known_form in (goal, *facts) for key, _ in known_form if len(key) > 1}
    for letter in sorted({name for key in products for name in key}):
        # Only a fact about what the letter is multiplied by somewhere can be of use there.
        partners = {tuple(_without(key, letter)) for key in products if letter in key}
        if nonnegative(letter):
            facts += [times_letter(f, letter) for f in facts if any(key in partners for key, _ in f)]
    return _combination(goal, facts)


def _without(key: Monomial, letter: str) -> list[str]:
    rest = list(key)
    rest.remove(letter)
    return rest


def _combination(goal: Form, facts: Sequence[Form]) -> bool:
    """Decide whether goal = k + sum_r c_r facts_r with k >= 0 and c_r >= 0, by the simplex method (exact, complete)."""
    usable = _usable(goal, [dict(fact) for fact in facts])
    if usable is None:
        return False
    keys = sorted({key for fact in (dict(goal), *usable) for key in fact if key})
    wanted = dict(goal)
    rows = [[fmpq(fact.get(key, 0)) for fact in usable] + [fmpq(0), fmpq(wanted.get(key, 0))] for key in keys]
    rows.append([fmpq(fact.get((), 0)) for fact in usable] + [fmpq(1), fmpq(wanted.get((), 0))])
    return _feasible([row if row[-1] >= 0 else [-entry for entry in row] for row in rows])


def _usable(goal: Form, facts: list[dict[Monomial, int]]) -> list[dict[Monomial, int]] | None:
    """Leave out facts with a monomial that nothing cancels; None if a monomial of the goal cannot be had."""
    wanted = dict(goal)
    while True:
        had: dict[Monomial, set[bool]] = {}
        for fact in facts:
            for key, times in fact.items():
                had.setdefault(key, set()).add(times > 0)
        if any(key and (times > 0) not in had.get(key, ()) for key, times in wanted.items()):
            return None
        stuck = {key for key, signs in had.items() if key and key not in wanted and len(signs) == 1}
        kept = [fact for fact in facts if not stuck & fact.keys()]
        if len(kept) == len(facts):
            return facts
        facts = kept


def _feasible(rows: list[list[fmpq]]) -> bool:
    """Decide whether the equations (last column: right sides, none negative) have a solution that is not negative."""
    width = len(rows[0]) - 1
    # What is missing from each equation at 0: it is to be driven out, the first possible column first (Bland's rule).
    basis = [-1] * len(rows)
    cost = [sum((row[c] for row in rows), fmpq(0)) for c in range(width + 1)]
    while cost[width] > 0:
        column = next((c for c in range(width) if cost[c] > 0), None)
        if column is None:
            return False
        ratios = [(row[width] / row[column], basis[k], k) for k, row in enumerate(rows) if row[column] > 0]
        pivot = min(ratios)[2]
        scale = rows[pivot][column]
        rows[pivot] = [entry / scale for entry in rows[pivot]]
        basis[pivot] = column
        for k, row in enumerate(rows):
            if k != pivot and row[column] != 0:
                rows[k] = _minus(row, row[column], rows[pivot])
        cost = _minus(cost, cost[column], rows[pivot])
    return True


def _minus(row: list[fmpq], times: fmpq, other: list[fmpq]) -> list[fmpq]:
    return [entry - times * taken for entry, taken in zip(row, other, strict=True)]
