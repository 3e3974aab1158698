r"""Rules of inference: from established formulas to a new one.

Each function checks that the conclusion follows from the premises and returns it, or raises `RuleError`.

Scope: equations over the reals.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from attention import indexed as I
from proofs.formula import Or, Relation, equal, replaced
from proofs.rules.core import Context, Expr, RuleError
from proofs.rules.quotients import positive, ring_equal


def transitive(first: Relation, second: Relation, *, name: str = "transitivity") -> Relation:
    """From p = q and p = r, or p = q and q = r, conclude the equation of the other two sides."""
    if first.op == second.op == "=":
        if I.same(first.lhs, second.lhs):
            return equal(first.rhs, second.rhs)
        if I.same(first.rhs, second.lhs):
            return equal(first.lhs, second.rhs)
        if I.same(first.rhs, second.rhs):
            return equal(first.lhs, second.lhs)
    raise RuleError(name, (first, second))


def linear_combination(premises: Sequence[tuple[Expr, Relation]], conclusion: Relation) -> Relation:
    """From p_k = q_k conclude p = q if p - q = sum_k f_k (p_k - q_k) as polynomials."""
    if conclusion.op != "=" or any(p.op != "=" for _, p in premises):
        raise RuleError("linear combination", conclusion)
    total = sp.Add(*(factor * (p.lhs - p.rhs) for factor, p in premises))
    if not ring_equal(total, conclusion.lhs - conclusion.rhs):
        raise RuleError("linear combination", conclusion)
    return conclusion


def cross_multiply(premise: Relation, context: Context) -> Relation:
    """From f/g = h/k with g, k > 0 conclude f k = h g; a side that is no quotient has divisor 1."""
    if premise.op == "=":
        (f, g), (h, k) = (
            side.args if isinstance(side, I.Quotient) else (side, sp.Integer(1))
            for side in map(sp.sympify, (premise.lhs, premise.rhs))
        )
        if positive(g, context) and positive(k, context):
            return equal(f, h) if I.same(g, k) else equal(f * k, h * g)
    raise RuleError("cross multiplication", premise)


def exponential_injective(premise: Relation) -> Relation:
    """From f (e^u - e^v) = 0 conclude f (u - v) = 0 (e^0 is written 1)."""
    lhs = sp.sympify(premise.lhs)
    if premise.op == "=" and premise.rhs == 0:
        for factor in sp.Mul.make_args(lhs):
            found = [_exponent(part) for part in sp.Add.make_args(factor)]
            exponents = [pair for pair in found if pair is not None]
            if len(exponents) == len(found) == 2:
                (k, p), (r, q) = exponents
                if k == -r:
                    return equal(k * sp.Mul(lhs / factor, p - q), sp.Integer(0))
    raise RuleError("the exponential is injective", premise)


def _exponent(part: Expr) -> tuple[Expr, Expr] | None:
    """Write part as k e^p with k = 1 or -1; None if it has another form."""
    if part in {1, -1}:
        return part, sp.Integer(0)
    for k in (1, -1):
        if isinstance(k * part, sp.exp):
            return sp.Integer(k), (k * part).args[0]
    return None


def positive_factor(premise: Relation, context: Context) -> Relation:
    """From f g = 0 with f > 0 conclude g = 0; from f/g = 0 with g > 0 conclude f = 0."""
    if premise.op == "=" and premise.rhs == 0:
        if isinstance(premise.lhs, I.Quotient) and positive(premise.lhs.args[1], context):
            return equal(premise.lhs.args[0], sp.Integer(0))
        factors = sp.Mul.make_args(premise.lhs)
        rest = [p for p in factors if not positive(p, context)]
        if len(rest) < len(factors):
            return equal(sp.Mul(*rest), sp.Integer(0))
    raise RuleError("a positive factor is not zero", premise)


def product_zero(premise: Relation) -> Or:
    """From f g = 0 conclude f = 0 or g = 0; f^k counts as f."""
    factors = sp.Mul.make_args(sp.sympify(premise.lhs))
    if premise.op != "=" or premise.rhs != 0 or len(factors) < 2:
        raise RuleError("a product is zero iff a factor is", premise)
    bases = [p.base if isinstance(p, sp.Pow) and p.exp.is_Integer and p.exp > 0 else p for p in factors]
    return Or(tuple(equal(p, sp.Integer(0)) for p in bases))


def squares_zero(premise: Relation, letter: Expr, context: Context) -> Relation:
    """From sum_v f(v)^2 = 0 conclude f(letter) = 0, for any letter in the range of v."""
    lhs = sp.sympify(premise.lhs)
    if premise.op == "=" and premise.rhs == 0 and isinstance(lhs, sp.Sum):
        v, first, last, body = I.opened(lhs)
        inside = context.facts.at_most(first, letter) and context.facts.at_most(letter, last)
        if inside and isinstance(body, sp.Pow) and body.exp == 2:
            return equal(replaced(body.base, {v: letter}), sp.Integer(0))
    raise RuleError("a sum of squares is zero iff every term is", premise)
