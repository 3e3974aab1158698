r"""Rules of quotients, signs and ring identities.

A quotient is cancelled only by a factor that is provably positive; a ring identity is decided by the normal form
of polynomials over the rationals, every other subterm being an indeterminate.
"""

from __future__ import annotations

from math import lcm

import sympy as sp

from attention import indexed as I
from proofs.formula import ForAll, Formula, Relation
from proofs.rules.core import Context, Expr, Rule, fitting


def positive(expr: Expr, context: Context) -> bool:
    """Prove expr > 0 from its form: exponentials, non-empty sums, products, quotients, assumptions."""
    expr = sp.sympify(expr)
    return _positive_by_form(expr, context) or _assumed(expr, ">", context)


def _positive_by_form(expr: Expr, context: Context) -> bool:
    if isinstance(expr, sp.Rational):
        return bool(expr.is_positive)
    if isinstance(expr, sp.Symbol):
        return expr.name in context.positive_names or context.facts.at_most(1, expr)
    if isinstance(expr, sp.exp) or expr is sp.E:
        return True
    if isinstance(expr, sp.Sum):
        v, first, last, body = I.opened(expr)
        inner = context.inside(v, first, last)
        if context.facts.at_most(first, last) and positive(body, inner):
            return True
        # A sum over the places of a set that is not empty: sum_v [v in S] f(v) > 0 if f > 0 and sum_v [v in S] > 0.
        marks = [part for part in _factors(body) if isinstance(part, (I.AtMost, I.IsZero))]
        rest = [part for part in _factors(body) if part not in marks]
        counted = sp.Sum(sp.Mul(*marks), (v, first, last))
        return bool(marks and rest) and _assumed(counted, ">", context) and all(positive(p, inner) for p in rest)
    if isinstance(expr, (sp.Mul, I.Quotient)):
        return all(positive(arg, context) for arg in expr.args)
    if isinstance(expr, sp.Add):
        if all(nonnegative(arg, context) for arg in expr.args) and any(positive(arg, context) for arg in expr.args):
            return True
        return context.facts.at_most(1, expr)  # an index difference such as n - 1
    return isinstance(expr, sp.Pow) and bool(expr.exp.is_Integer) and positive(expr.base, context)


def nonnegative(expr: Expr, context: Context) -> bool:
    """Prove expr >= 0 from its form."""
    expr = sp.sympify(expr)
    if positive(expr, context) or expr == 0:
        return True
    if isinstance(expr, sp.Sum):
        v, first, last, body = I.opened(expr)
        return nonnegative(body, context.inside(v, first, last))
    if isinstance(expr, (I.AtMost, I.IsZero, I.Absolute, sp.KroneckerDelta)):
        return True
    if isinstance(expr, I.Quotient):
        return nonnegative(expr.args[0], context) and positive(expr.args[1], context)
    if isinstance(expr, (sp.Mul, sp.Add)):
        return all(nonnegative(arg, context) for arg in expr.args)
    if isinstance(expr, sp.Pow) and expr.exp.is_Integer and expr.exp % 2 == 0 and expr.exp > 0:
        return True  # an even power of a real
    return _assumed(expr, ">=", context)


def _assumed(expr: Expr, op: str, context: Context) -> bool:
    return any(_asserts(a, expr, op, context) for a in context.assumptions.values())


def _asserts(formula: Formula, expr: Expr, op: str, context: Context) -> bool:
    ranges, body = (formula.ranges, formula.body) if isinstance(formula, ForAll) else ((), formula)
    if not isinstance(body, Relation) or body.op != op or sp.sympify(body.rhs) != 0 or not context.admits(formula):
        return False
    return fitting(ranges, sp.sympify(body.lhs), expr, context) is not None


def _factors(expr: Expr) -> list[Expr]:
    return list(sp.Mul.make_args(expr))


def _repeated(expr: Expr) -> list[Expr]:
    """Return the factors, a positive power's base as often as it stands there."""
    out = []
    for factor in _factors(expr):
        whole = isinstance(factor, sp.Pow) and factor.exp.is_Integer and 0 < factor.exp <= LARGEST_POWER
        out += [factor.base] * int(factor.exp) if whole else [factor]
    return out


LARGEST_POWER = 4
"""A power beyond this is one factor."""


def _cancel(node: Expr, context: Context) -> Expr | None:
    if not isinstance(node, I.Quotient):
        return None
    num, den = node.args
    if I.same(num, den):
        return sp.Integer(1) if positive(den, context) else None
    top, bottom = _repeated(num), _repeated(den)
    for p in list(top):
        twin = next((q for q in bottom if I.same(p, q)), None)
        if twin is not None and p != 1 and positive(p, context):
            top.remove(p)
            bottom.remove(twin)
    # e^(u + r) / (e^r D): the exponential factors of the denominator divide any exponential on top.
    exps = [q for q in bottom if isinstance(q, sp.exp)]
    carriers = [p for p in top if isinstance(p, sp.exp)]
    if exps and carriers:
        for q in exps:
            bottom.remove(q)
        gone = [part for q in exps for part in sp.Add.make_args(q.args[0])]
        top[top.index(carriers[0])] = sp.exp(_without(carriers[0].args[0], gone))
    new_num, new_den = sp.Mul(*top), sp.Mul(*bottom)
    if (new_num, new_den) == (num, den):
        return None
    return new_num if new_den == 1 else I.Quotient(new_num, new_den)


def _without(exponent: Expr, gone: list[Expr]) -> Expr:
    """Subtract terms from an exponent, terms that are the same up to bound names vanishing."""
    kept = list(sp.Add.make_args(exponent))
    for part in gone:
        twin = next((p for p in kept if I.same(p, part)), None)
        if twin is None:
            kept.append(-part)
        else:
            kept.remove(twin)
    return sp.Add(*kept)


CANCEL = Rule("cancel a positive common factor", "(f g)/(f h) -> g/h (f > 0)", _cancel)


def _spread(node: Expr) -> list[Expr]:
    """Return the factors, a square of a quotient counting twice."""
    out = []
    for factor in _factors(node):
        square = isinstance(factor, sp.Pow) and factor.exp == 2 and isinstance(factor.base, I.Quotient)
        out += [factor.base, factor.base] if square else [factor]
    return out


def _merge(node: Expr, _: Context) -> Expr | None:
    if not isinstance(node, sp.Mul) and len(_spread(node)) == 1:
        return None
    quotients = [factor for factor in _spread(node) if isinstance(factor, I.Quotient)]
    if not quotients:
        return None
    others = [factor for factor in _spread(node) if not isinstance(factor, I.Quotient)]
    return I.Quotient(sp.Mul(*others, *(q.args[0] for q in quotients)), sp.Mul(*(q.args[1] for q in quotients)))


MERGE = Rule("multiply quotients", "f (g/h) -> (f g)/h; (f/g)(h/k) -> (f h)/(g k)", _merge)


def _merge_exponents(node: Expr, _: Context) -> Expr | None:
    if not isinstance(node, sp.Mul):
        return None
    powers = [factor for factor in node.args if isinstance(factor, sp.exp)]
    if len(powers) < 2:
        return None
    others = [factor for factor in node.args if not isinstance(factor, sp.exp)]
    return sp.Mul(*others, sp.exp(sp.Add(*(power.args[0] for power in powers))))


EXPONENTS = Rule("exponent of a sum", "e^f e^g -> e^(f + g)", _merge_exponents)


def _divide(node: Expr, _: Context) -> Expr | None:
    if not isinstance(node, I.Quotient):
        return None
    num, den = node.args
    if num == 0:
        return sp.Integer(0)
    if isinstance(den, I.Quotient):
        return I.Quotient(num * den.args[1], den.args[0])
    if isinstance(num, I.Quotient):
        return I.Quotient(num.args[0], num.args[1] * den)
    return num if den == 1 else None


DIVIDE = Rule("divide", "0/g -> 0; f/1 -> f; f/(g/h) -> (f h)/g; (f/g)/h -> f/(g h)", _divide)


def _factor_out(node: Expr, _: Context) -> Expr | None:
    if not isinstance(node, I.Quotient) or not isinstance(node.args[0], sp.Mul):
        return None
    first, *rest = node.args[0].args
    return first * I.Quotient(sp.Mul(*rest), node.args[1])


FACTOR_OUT = Rule("factor of a quotient", "(f g)/h -> f (g/h)", _factor_out)


def polynomial(expr: Expr) -> tuple[sp.Expr, dict[Expr, Expr]]:
    """Return the expression with every non-polynomial subterm replaced by an indeterminate, and the table.

    e^(u + r v) with r rational is e^u (e^v)^r: an exponential's indeterminate may have any rational power.
    """
    table: dict[Expr, Expr] = {}

    def power(part: Expr) -> Expr:
        times, rest = part.as_coeff_Mul()
        key = I.canonical(sp.exp(rest))
        return table.setdefault(key, sp.Symbol(f"z_{len(table)}", positive=True)) ** times

    def walk(node: Expr) -> Expr:
        if isinstance(node, (sp.Add, sp.Mul)):
            return node.func(*(walk(arg) for arg in node.args))
        if isinstance(node, sp.Pow) and node.exp.is_Integer and node.exp > 0:
            return walk(node.base) ** node.exp
        if isinstance(node, sp.Rational):
            return node
        if isinstance(node, sp.exp) or node is sp.E:
            # SymPy merges exponentials in a product, and writes e for e^1; this undoes it on both sides.
            exponent = sp.Integer(1) if node is sp.E else node.args[0]
            return sp.Mul(*(power(part) for part in sp.Add.make_args(exponent)))
        return table.setdefault(I.canonical(node), sp.Symbol(f"z_{len(table)}"))

    return walk(sp.sympify(expr)), table


def ring_equal(p: Expr, q: Expr) -> bool:
    """Decide p = q as polynomials in their non-polynomial subterms: sound in every commutative ring."""
    difference, table = polynomial(sp.sympify(p) - sp.sympify(q))
    if not table:
        return bool(difference == 0)
    letters = list(table.values())
    expanded = sp.expand(difference)
    for letter in letters:
        # Exponentials are positive: a common root of one is a letter too, and its powers may be cleared.
        powers = [node.exp for node in expanded.atoms(sp.Pow) if node.base == letter]
        root = lcm(*(int(power.q) for power in powers))
        least = min([0, *(power * root for power in powers)])
        expanded = sp.expand(sp.expand(expanded.xreplace({letter: letter**root})) * letter ** (-least))
    return bool(sp.Poly(expanded, *letters, domain=sp.QQ).is_zero)


def ring(target: Expr) -> Rule:
    """Replace a subexpression by one that is equal as a polynomial."""

    def apply(node: Expr, _: Context) -> Expr | None:
        return sp.sympify(target) if ring_equal(node, target) else None

    return Rule("ring identity", "f -> g where f - g is the zero polynomial", apply)


def _put_over_one_denominator(node: Expr, context: Context) -> Expr | None:
    if not isinstance(node, sp.Add):
        return None
    pairs = [_fraction(part) for part in node.args]
    if all(den == 1 for _, den in pairs) or not all(positive(den, context) for _, den in pairs):
        return None
    dens: list[Expr] = []
    for _, den in pairs:
        if den != 1 and not any(I.same(den, other) for other in dens):
            dens.append(den)
    total = sp.Add(*(num * sp.Mul(*(o for o in dens if not I.same(o, den))) for num, den in pairs))
    return I.Quotient(total, sp.Mul(*dens))


def _fraction(expr: Expr) -> tuple[Expr, Expr]:
    factors = _spread(expr)
    quotients = [p for p in factors if isinstance(p, I.Quotient)]
    if not quotients:
        return expr, sp.Integer(1)
    rest = [p for p in factors if not isinstance(p, I.Quotient)]
    return sp.Mul(*rest, *(q.args[0] for q in quotients)), sp.Mul(*(q.args[1] for q in quotients))


COMMON_DENOMINATOR = Rule("common denominator", "f/g + h/k -> (f k + h g)/(g k) (g, k > 0)", _put_over_one_denominator)
