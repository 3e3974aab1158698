r"""Rules of derivatives, limits and expectations over indexed expressions.

Derivatives are taken entry by entry, d x_{ie} / d x_{mf} = delta_{im} delta_{ef}, or by a real scalar.  Limits are
taken of finite sums, products, quotients and exponentials only, each with its condition.
"""

from __future__ import annotations

import sympy as sp

from attention import indexed as I
from proofs.rules.core import Context, Expr, Rule
from proofs.rules.quotients import nonnegative, positive


def derivative(expr: Expr, entry: Expr, context: Context) -> Expr | None:
    """Return the partial derivative by an entry or a real scalar, that of a defined head left as it is.

    None out of the rules' reach.
    """
    if isinstance(expr, sp.core.function.AppliedUndef):
        name = type(expr).__name__
        return I.Partial(expr, entry) if name in context.definitions else _through_rows(name, expr, entry, context)
    by = entry.base.label.name if isinstance(entry, sp.Indexed) else entry.name
    if by not in I.names_in(expr) and not expr.atoms(sp.core.function.AppliedUndef):
        return sp.Integer(0)
    if expr == entry and isinstance(entry, sp.Symbol):
        return sp.Integer(1)
    if isinstance(expr, sp.Indexed):
        if not isinstance(entry, sp.Indexed) or expr.base != entry.base:
            return None  # the name stands in an index
        pairs = zip(expr.indices, entry.indices, strict=True)
        return sp.Mul(*(sp.KroneckerDelta(p, q) for p, q in pairs))
    if isinstance(expr, sp.Sum):
        v, first, last, body = I.opened(expr)
        inner = derivative(body, entry, context.inside(v, first, last))
        return None if inner is None else sp.Integer(0) if inner == 0 else sp.Sum(inner, (v, first, last))
    if isinstance(expr, sp.Add):
        parts = [derivative(arg, entry, context) for arg in expr.args]
        return None if None in parts else sp.Add(*parts)
    if isinstance(expr, sp.Mul):
        terms = []
        for k, factor in enumerate(expr.args):
            inner = derivative(factor, entry, context)
            if inner is None:
                return None
            terms.append(sp.Mul(inner, *(other for r, other in enumerate(expr.args) if r != k)))
        return sp.Add(*terms)
    if isinstance(expr, sp.exp):
        inner = derivative(expr.args[0], entry, context)
        return None if inner is None else expr * inner
    if isinstance(expr, I.Quotient):
        num, den = expr.args
        d_num, d_den = derivative(num, entry, context), derivative(den, entry, context)
        # Where the divisor vanishes there is nothing to differentiate.
        if d_num is None or d_den is None or not positive(den, context):
            return None
        return I.Quotient(d_num * den - num * d_den, den * den)
    return None


def _through_rows(name: str, expr: Expr, entry: Expr, context: Context) -> Expr | None:
    """The chain rule for a differentiable function of rows: over every entry, its slope there times its derivative."""
    if name not in context.smooth_names:
        return None
    by = entry.base.label.name if isinstance(entry, sp.Indexed) else entry.name
    terms: list[Expr] = []
    for k, argument in enumerate(expr.args):
        if not isinstance(argument, I.Row):
            if by in I.names_in(argument) or argument.atoms(sp.core.function.AppliedUndef):
                return None  # the function need not be differentiable in what is no entry of a row
            continue
        limits: list[tuple[Expr, ...]] = []
        body: Expr = argument
        here = context
        while isinstance(body, I.Row):
            letter, first, last, body = I.opened(body)
            limits.append((letter, first, last))
            here = here.inside(letter, first, last)
        moved = derivative(body, entry, here)
        if moved is None:
            return None
        term = I.slope(name, k)(*expr.args, *(v for v, _, _ in limits)) * moved
        for limit in reversed(limits):
            term = sp.Sum(term, limit)
        terms.append(sp.Integer(0) if moved == 0 else term)
    return sp.Add(*terms)


def _partial(node: Expr, context: Context) -> Expr | None:
    if not isinstance(node, I.Partial) or type(node.args[0]).__name__ in context.definitions:
        return None
    expr, entry = node.args
    if isinstance(entry, sp.Symbol) and entry.is_integer:
        return None  # there is no derivative by a position or a size
    out = derivative(I.rename_apart(expr, context.in_use), entry, context.under_variation())
    return None if out is None else I.rename_apart(out, context.in_use)


PARTIAL = Rule(
    "derivative through sums, products, quotients and exponentials",
    "d(f g) = df g + f dg; d(f/g) = (df g - f dg)/g^2 (g > 0); d e^f = e^f df; "
    "d F(u) = sum_v D_v F(u) du_v for a differentiable function F of rows; "
    "d x_{ie}/d x_{mf} = delta_{im} delta_{ef}; d t/d t = 1",
    _partial,
)


def limit(expr: Expr, parameter: Expr, to: Expr, context: Context) -> Expr | None:
    """Return the limit of `expr`, or None where a condition of the rule is not proved."""
    if not expr.has(parameter):
        return expr
    if isinstance(expr, (sp.Add, sp.Mul)):
        parts = [limit(arg, parameter, to, context) for arg in expr.args]
        return None if None in parts else expr.func(*parts)
    if isinstance(expr, sp.Sum):
        v, first, last, body = I.opened(expr)
        if any(sp.sympify(bound).has(parameter) for bound in (first, last)):
            return None
        inner = limit(body, parameter, to, context.inside(v, first, last))
        return None if inner is None else sp.Sum(inner, (v, first, last))
    if isinstance(expr, I.Quotient):
        num, den = (limit(arg, parameter, to, context) for arg in expr.args)
        return I.Quotient(num, den) if num is not None and den is not None and positive(den, context) else None
    if isinstance(expr, sp.exp):
        return _limit_of_exp(expr.args[0], parameter, to, context)
    return None


def _limit_of_exp(exponent: Expr, parameter: Expr, to: Expr, context: Context) -> Expr | None:
    if to == 0:
        return sp.exp(exponent.xreplace({parameter: sp.Integer(0)})) if _polynomial(exponent, parameter) else None
    free = [part for part in sp.Add.make_args(exponent) if not part.has(parameter)]
    moving = [part for part in sp.Add.make_args(exponent) if part.has(parameter)]
    # e^(r - beta h) with h >= 0 free of beta tends to e^r [h = 0]; with h > 0, to 0.
    if len(moving) != 1:
        return None
    gap = sp.Mul(*(p for p in sp.Mul.make_args(-moving[0]) if p != parameter))
    if gap * parameter != -moving[0] or gap.has(parameter):
        return None
    if positive(gap, context):
        return sp.Integer(0)
    return sp.exp(sp.Add(*free)) * I.IsZero(gap) if nonnegative(gap, context) else None


def _polynomial(expr: Expr, parameter: Expr) -> bool:
    """Decide whether an expression is a polynomial in the parameter: its limit is then its value."""
    if not expr.has(parameter) or expr == parameter:
        return True
    if isinstance(expr, sp.Pow):
        return bool(expr.exp.is_Integer and expr.exp > 0) and _polynomial(expr.base, parameter)
    return isinstance(expr, (sp.Add, sp.Mul)) and all(_polynomial(arg, parameter) for arg in expr.args)


def _limit_rule(node: Expr, context: Context) -> Expr | None:
    if not isinstance(node, I.LimitOf):
        return None
    expr, parameter, to = node.args
    folded = I.reachable([expr], context.definitions).values()
    # A folded head may hide the parameter; limits elsewhere than at oo and 0 are not this rule's.
    if to not in (sp.oo, 0) or any(parameter.name in I.names_in(item.body) for item in folded):
        return None
    return limit(expr, parameter, to, context.under(node))


LIMIT = Rule(
    "limit of a ratio of exponentials",
    "limits pass through finite sums, products, and quotients whose divisor has a positive limit; "
    "e^(-beta h) -> [h = 0] for h >= 0 as beta -> oo; e^(beta h) -> 1 as beta -> 0",
    _limit_rule,
)


def _expectation(node: Expr, context: Context) -> Expr | None:
    if not isinstance(node, I.Expectation):
        return None
    (expr,) = node.args
    if any(context.random_names & I.names_in(item.body) for item in I.reachable([expr], context.definitions).values()):
        return None  # a folded head is random
    entries = {entry for entry in expr.atoms(sp.Indexed) if entry.base.label.name in context.random_names}
    if not entries:
        return expr
    if isinstance(expr, sp.Add):
        return sp.Add(*(I.Expectation(arg) for arg in expr.args))
    if isinstance(expr, sp.Sum):
        v, first, last, body = I.opened(expr)
        return sp.Sum(I.Expectation(body), (v, first, last))
    factors = sp.Mul.make_args(expr)
    constants = [p for p in factors if not p.atoms(sp.Indexed) & entries]
    if constants and len(constants) < len(factors):
        return sp.Mul(*constants, I.Expectation(sp.Mul(*(p for p in factors if p not in constants))))
    return _moment(expr, context)


def _moment(expr: Expr, context: Context) -> Expr | None:
    """E of a product of entries: a product over independent arrays of E[z] = 0, E[z_p z_q] = delta_pq."""
    powers: dict[str, list[Expr]] = {}
    for factor in sp.Mul.make_args(expr):
        base, times = factor.args if isinstance(factor, sp.Pow) else (factor, sp.Integer(1))
        if not isinstance(base, sp.Indexed) or base.base.label.name not in context.random_names or times not in (1, 2):
            return None
        powers.setdefault(base.base.label.name, []).extend([base] * int(times))
    if any(len(entries) > 2 for entries in powers.values()):
        return None  # a third moment may not even exist
    out = sp.Integer(1)
    for entries in powers.values():
        if len(entries) == 1:
            return sp.Integer(0)
        pairs = zip(entries[0].indices, entries[1].indices, strict=True)
        out *= sp.Mul(*(sp.KroneckerDelta(p, q) for p, q in pairs))
    return out


EXPECTATION = Rule(
    "expectation of independent entries",
    "E is linear; E[z_p z_q] = delta_{pq} for entries with mean 0 and variance 1; "
    "E[f g] = E[f] E[g] for independent f, g",
    _expectation,
)
