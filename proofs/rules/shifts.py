r"""Re-indexing a sum by a shift of its letter: the second half of "split and re-index a range".

Splitting is in `proofs.rules.sums`; a range is moved as a whole here, so a tail p+1..p+r of a long sum becomes a
sum over 1..r of its own.

References: [graham1994], section 2.4.
"""

from __future__ import annotations

import sympy as sp

from attention import indexed as I
from proofs.combinations import form
from proofs.formula import replaced
from proofs.rules.core import Context, Expr, Rule, RuleError


def reindex(shift: Expr, *, since: Expr | None = None) -> Rule:
    """Move a range (the first that starts at `since`, if given) up by an integer `shift`: v becomes v - shift.

    Raises RuleError if the shift is no polynomial in index letters with integer coefficients, or is 0.
    """
    by = sp.sympify(shift)
    if not form(by):
        raise RuleError("a shift by an integer that is not 0", by)

    def apply(node: Expr, context: Context) -> Expr | None:
        if not isinstance(node, sp.Sum) or since not in (None, node.limits[-1][1]):
            return None
        # A scalar of the data may have any value, whatever its symbol says.
        scalars = {datum.name for statement in context.lineage for datum in statement.data}
        if scalars & I.names_in(by):
            return None
        v, first, last, body = I.opened(node)
        moved = I.fresh(_starting(v, first + by), context.in_use | I.names_in(node) | I.names_in(by))
        return sp.Sum(replaced(body, {v: moved - by}, context.in_use), (moved, first + by, last + by))

    return Rule("re-index by a shift", "sum_{v=p}^{q} f(v) -> sum_{v=p+r}^{q+r} f(v - r) (r an integer)", apply)


def _starting(letter: Expr, first: Expr) -> Expr:
    """Return a letter of this name that has a declared sign only if SymPy knows that it starts with it."""
    if first.is_positive or not letter.is_nonnegative or (first.is_nonnegative and not letter.is_positive):
        return letter
    return sp.Symbol(letter.name, integer=True)
