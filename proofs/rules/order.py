r"""Rules of order: steps of a chain that give an upper bound instead of an equal value.

A bound of a subexpression bounds the whole only in a *monotone* place; `rewrite_upwards` walks through sums,
added terms, factors whose co-factors are non-negative, numerators over positive divisors, and exponents.
"""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from attention import indexed as I
from proofs.formula import ForAll, Relation, replaced
from proofs.rules.core import Context, Expr, Rule, RuleError, fitting
from proofs.rules.quotients import nonnegative, positive


def rewrite_upwards(expr: Expr, rule: Rule, context: Context) -> Expr:
    """Apply a bounding rule (node <= new node) at the first monotone place where it matches.

    Raises RuleError if there is none.
    """
    done = False
    expr = I.rename_apart(sp.sympify(expr), ())
    context = replace(context, in_use=context.in_use | I.names_in(expr))

    def walk(node: Expr, here: Context) -> Expr:
        nonlocal done
        if done:
            return node
        new = rule.apply(node, here)
        if new is not None:
            done = True
            return new
        if isinstance(node, sp.Sum):
            v, first, last, body = I.opened(node)
            return sp.Sum(walk(body, here.inside(v, first, last)), (v, first, last))
        if isinstance(node, sp.exp):
            return sp.exp(walk(node.args[0], here))
        if isinstance(node, I.Quotient) and positive(node.args[1], here):
            return I.Quotient(walk(node.args[0], here), node.args[1])
        if isinstance(node, sp.Add):
            return sp.Add(*(walk(arg, here) for arg in node.args))
        if isinstance(node, sp.Mul):
            out = []
            for k, arg in enumerate(node.args):
                others = [other for r, other in enumerate(node.args) if r != k]
                out.append(walk(arg, here) if all(nonnegative(other, here) for other in others) else arg)
            return sp.Mul(*out)
        return node

    out = walk(expr, context)
    if not done:
        raise RuleError(rule.name, expr)
    return I.rename_apart(out, ())


def _shrink_divisor(node: Expr, context: Context) -> Expr | None:
    if not isinstance(node, I.Quotient) or not isinstance(node.args[1], sp.Add):
        return None
    num, den = node.args
    kept = [part for part in den.args if positive(part, context)]
    if not kept or not nonnegative(num, context):
        return None
    dropped = [part for part in den.args if part is not kept[0]]
    if not all(nonnegative(part, context) for part in dropped):
        return None
    return I.Quotient(num, kept[0])


SHRINK_DIVISOR = Rule(
    "drop a non-negative part of a divisor",
    "f/(g + h) <= f/g (f >= 0, g > 0, h >= 0)",
    _shrink_divisor,
    bounds=True,
)


def bound_by(name: str) -> Rule:
    """Replace a term by its assumed upper bound, the quantified letters being in range."""

    def apply(node: Expr, context: Context) -> Expr | None:
        formula = context.assumptions.get(name)
        ranges, body = (formula.ranges, formula.body) if isinstance(formula, ForAll) else ((), formula)
        if formula is None or not isinstance(body, Relation) or body.op != "<=" or not context.admits(formula):
            return None
        found = fitting(ranges, sp.sympify(body.lhs), node, context)
        return None if found is None else replaced(body.rhs, found, context.in_use)

    return Rule("bound a term", f"replace by the upper bound of the assumption '{name}'", apply, bounds=True)
