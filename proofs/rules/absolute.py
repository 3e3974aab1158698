r"""Rules of absolute values and maxima of real expressions.

`TRIANGLE` bounds from above and is for monotone places alone; the others keep the value.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from attention import indexed as I
from proofs.formula import Formula, Relation
from proofs.rules.core import Context, Expr, Rule, RuleError
from proofs.rules.inequalities import Inference, ordered
from proofs.rules.quotients import nonnegative, positive


def _absolute(node: Expr, context: Context) -> Expr | None:
    if not isinstance(node, I.Absolute):
        return None
    (inside,) = node.args
    if nonnegative(inside, context):
        return inside
    return -inside if nonnegative(-inside, context) else None


ABSOLUTE = Rule("absolute value of a known sign", "|f| -> f (f >= 0); |f| -> -f (-f >= 0)", _absolute)


def _absolute_product(node: Expr, context: Context) -> Expr | None:
    if not isinstance(node, I.Absolute):
        return None
    (inside,) = node.args
    if isinstance(inside, sp.Mul):
        return sp.Mul(*(I.Absolute(factor) for factor in inside.args))
    if isinstance(inside, I.Quotient) and positive(inside.args[1], context):
        return I.Quotient(I.Absolute(inside.args[0]), inside.args[1])
    return None


ABSOLUTE_PRODUCT = Rule("absolute value of a product", "|f g| -> |f| |g|; |f/g| -> |f|/g (g > 0)", _absolute_product)


def _triangle(node: Expr, _: Context) -> Expr | None:
    if not isinstance(node, I.Absolute):
        return None
    (inside,) = node.args
    if isinstance(inside, sp.Add):
        return sp.Add(*(I.Absolute(part) for part in inside.args))
    if isinstance(inside, sp.Sum):
        v, first, last, body = I.opened(inside)
        return sp.Sum(I.Absolute(body), (v, first, last))
    return None


TRIANGLE = Rule("triangle inequality", "|f + g| <= |f| + |g|; |sum f| <= sum |f|", _triangle, bounds=True)


def below_absolute(expr: Expr, sign: int = 1) -> Inference:
    """Bound a real expression, or with sign = -1 its negative, by its absolute value."""
    name = "nothing exceeds its absolute value"

    def conclude(premises: Sequence[Formula], _: Context) -> Formula:
        if premises or sign not in {1, -1}:
            raise RuleError(name, (premises, sign))
        return Relation(sign * sp.sympify(expr), "<=", I.Absolute(expr))

    return Inference(name, "f <= |f|; -f <= |f|", conclude)


def _maximum_associative(node: Expr, _: Context) -> Expr | None:
    if not isinstance(node, I.Maximum) or not isinstance(node.args[0], I.Maximum):
        return None
    (f, g), h = node.args[0].args, node.args[1]
    return I.Maximum(f, I.Maximum(g, h))


def _maximum_ordered(node: Expr, context: Context) -> Expr | None:
    if not isinstance(node, I.Maximum):
        return None
    f, g = node.args
    if I.same(f, g):
        return f
    for low, high in ((f, g), (g, f)):
        if any(_at_most(formula, low, high, context) for formula in context.assumptions.values()):
            return high
    return None


def _at_most(formula: Formula, low: Expr, high: Expr, context: Context) -> bool:
    if not isinstance(formula, Relation) or not context.admits(formula) or formula.op not in {"<=", "<", ">=", ">"}:
        return False
    p, _, q = ordered(formula, "an assumed order")
    return I.same(p, low) and I.same(q, high)


MAXIMUM_ORDERED = Rule(
    "maximum of two in order", "max(f, g) -> g where f <= g is assumed; max(f, f) -> f", _maximum_ordered
)
MAXIMUM_ASSOCIATIVE = Rule("the maximum is associative", "max(max(f, g), h) -> max(f, max(g, h))", _maximum_associative)
