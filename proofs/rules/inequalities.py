r"""Inferences about order: from established inequalities to a new one, every condition checked.

An `Inference` is to formulas what a `Rule` is to expressions: named, with a schema, and an error where it does not
match.  Each function here makes one, for the conclusion that a derivation wants.

Scope: relations between real expressions; sums are finite.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import sympy as sp

from attention import indexed as I
from proofs.formula import ForAll, Formula, Relation
from proofs.rules.core import Context, Expr, RuleError
from proofs.rules.quotients import nonnegative, positive, ring_equal


@dataclass(frozen=True)
class Inference:
    """A named step from established formulas to a new one; `conclude` raises RuleError where it does not follow."""

    name: str
    says: str
    conclude: Callable[[Sequence[Formula], Context], Formula]


def ordered(formula: Formula, rule: str) -> tuple[Expr, str, Expr]:
    """Return an equation or inequality as (p, op, q) with op one of = <= <, sides exchanged if need be."""
    if not isinstance(formula, Relation) or formula.op == "!=":
        raise RuleError(rule, formula)
    lhs, rhs = sp.sympify(formula.lhs), sp.sympify(formula.rhs)
    return (rhs, {">": "<", ">=": "<="}[formula.op], lhs) if formula.op in {">", ">="} else (lhs, formula.op, rhs)


def weighted(conclusion: Relation, *factors: Expr, rest: Expr = 0) -> Inference:
    """Add up inequalities with non-negative factors (equations with any), and a non-negative rest.

    The conclusion p < q is strict if the rest is positive, or a strict premise has a positive factor.
    """
    name = "weighted inequalities"

    def conclude(premises: Sequence[Formula], context: Context) -> Formula:
        low, op, high = ordered(conclusion, name)
        total, strict = sp.sympify(rest), positive(rest, context)
        if op == "=" or not (strict or nonnegative(rest, context)):
            raise RuleError(name, (conclusion, rest))
        for premise, factor in zip_longest(premises, map(sp.sympify, factors)):
            if premise is None or factor is None:
                raise RuleError(name, "a factor for every premise")
            p, relation, q = ordered(premise, name)
            if relation != "=" and not nonnegative(factor, context):
                raise RuleError(name, factor)
            strict = strict or (relation == "<" and positive(factor, context))
            total += factor * (q - p)
        if not ring_equal(total, high - low) or (op == "<" and not strict):
            raise RuleError(name, conclusion)
        return conclusion

    says = "p_k <= q_k, f_k >= 0, r >= 0 => p <= q where q - p = sum f_k (q_k - p_k) + r"
    return Inference(name, says, conclude)


def _summed(premises: Sequence[Formula], _: Context) -> Formula:
    (premise,) = premises
    if not isinstance(premise, ForAll) or not isinstance(premise.body, Relation):
        raise RuleError("sum of inequalities", premise)
    body = premise.body
    if body.op not in {"=", "<=", ">="}:
        raise RuleError("sum of inequalities", body)  # an empty sum is strictly less than none
    lhs, rhs = sp.sympify(body.lhs), sp.sympify(body.rhs)
    for limits in reversed(premise.ranges):
        lhs, rhs = (side if side == 0 else sp.Sum(side, limits) for side in (lhs, rhs))
    return Relation(lhs, body.op, rhs)


SUMMED = Inference("sum of inequalities", "f(v) <= g(v) for all v => sum_v f(v) <= sum_v g(v)", _summed)


def divided(conclusion: Relation) -> Inference:
    """From f <= g h with h > 0 conclude f/h <= g, or from g h <= f that g <= f/h; strictly where the premise is."""
    name = "divide an inequality"

    def conclude(premises: Sequence[Formula], context: Context) -> Formula:
        (premise,) = premises
        low, op, high = ordered(premise, name)
        p, wanted, q = ordered(conclusion, name)
        side = p if isinstance(p, I.Quotient) else q
        if not isinstance(side, I.Quotient) or op != wanted or not positive(side.args[1], context):
            raise RuleError(name, (premise, conclusion))
        f, h = side.args
        gap = q * h - f if side is p else f - p * h
        if not ring_equal(high - low, gap):
            raise RuleError(name, (premise, conclusion))
        return conclusion

    return Inference(name, "f <= g h, h > 0 => f/h <= g; g h <= f, h > 0 => g <= f/h", conclude)


def above_tangent(exponent: Expr) -> Inference:
    """The exponential lies above its tangent at 0: 1 + u <= e^u, for every real u."""
    name = "the exponential lies above its tangent"

    def conclude(premises: Sequence[Formula], _: Context) -> Formula:
        if premises:
            raise RuleError(name, premises)
        return Relation(1 + sp.sympify(exponent), "<=", sp.exp(exponent))

    return Inference(name, "1 + u <= e^u", conclude)
