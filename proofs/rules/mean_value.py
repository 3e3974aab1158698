r"""The mean value inequality: a bound on a derivative, at every point, is one on the difference of the values.

    sum_v |d f_v(t) / dt| <= K for all real t   =>   sum_v |f_v(1) - f_v(0)| <= K

Proof: with e_v the sign of f_v(1) - f_v(0), the function h = sum_v e_v f_v is differentiable, h(1) - h(0) is the
left side of the conclusion, and by the mean value theorem it is h'(t) for some t between 0 and 1; and h'(t) is at
most sum_v |f_v'(t)|, for each e_v is 1, 0 or -1.

The conditions: t is a real scalar of the data that nothing assumes anything about, so that the bound holds for all
t; the bound and the range do not read it; each f_v is a composition of sums, products, quotients with a positive
divisor and exponentials, and so differentiable everywhere; and t stands in f_v in plain sight, in no definition.

References: [rudin1976], theorem 5.10.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sympy as sp

from attention import indexed as I
from proofs.formula import Formula, Relation, Statement, names_read, replaced
from proofs.rules.calculus import derivative
from proofs.rules.core import Context, Expr, RuleError
from proofs.rules.inequalities import Inference

NAME = "mean value inequality"


def mean_value(parameter: Expr) -> Inference:
    """From |df/dt| <= K, or sum_v |df_v/dt| <= K, at an arbitrary t conclude |f(1) - f(0)| <= K, or the sum."""

    def conclude(premises: Sequence[Formula], context: Context) -> Formula:
        (premise,) = premises
        if not isinstance(premise, Relation) or premise.op != "<=" or not _arbitrary(parameter, context):
            raise RuleError(NAME, premise)
        # Bound letters apart from all others: a value that is put in meets none of them.
        lhs, bound = I.rename_apart(premise.lhs, context.in_use), sp.sympify(premise.rhs)
        limits: list[tuple[Expr, Expr, Expr]] = []
        while isinstance(lhs, sp.Sum):
            v, first, last, lhs = I.opened(lhs)
            limits.append((v, first, last))
            context = context.inside(v, first, last)
        if not isinstance(lhs, I.Absolute) or not isinstance(lhs.args[0], I.Partial):
            raise RuleError(NAME, premise)
        f, by = lhs.args[0].args
        still = [bound, *(end for _, *ends in limits for end in ends)]
        if by != parameter or any(_reads(expr, parameter, context) for expr in still):
            raise RuleError(NAME, premise)
        if any(_reads(part, parameter, context) for part in _heads(f)):
            raise RuleError(f"{NAME} of an unfolded function", f)
        if derivative(f, parameter, context.under_variation()) is None:
            raise RuleError(f"{NAME} of a differentiable function", f)
        ends = (replaced(f, {parameter: sp.Integer(at)}) for at in (1, 0))
        out: Expr = I.Absolute(next(ends) - next(ends))
        for limit in reversed(limits):
            out = sp.Sum(out, limit)
        return Relation(out, "<=", bound)

    return Inference(NAME, "sum_v |df_v/dt| <= K for all t => sum_v |f_v(1) - f_v(0)| <= K", conclude)


def _arbitrary(parameter: Expr, context: Context) -> bool:
    """Decide whether the parameter is a real scalar about which no statement here assumes anything."""
    return (
        isinstance(parameter, sp.Symbol)
        and bool(context.lineage)
        and not {parameter.name} & (context.bound | context.varied | context.positive_names)
        and all(_free_in(parameter, statement) for statement in context.lineage)
    )


def _free_in(parameter: Expr, statement: Statement) -> bool:
    declared = any(d.name == parameter.name and d.kind == "real" and d.shape == () for d in statement.data)
    read = (names_read(a, statement.definitions) for a in statement.assumptions.values())
    return declared and statement.given is None and not any(parameter.name in names for names in read)


def _heads(expr: Expr) -> Iterator[Expr]:
    yield from expr.atoms(sp.core.function.AppliedUndef)


def _reads(expr: Expr, parameter: Expr, context: Context) -> bool:
    """Decide whether the parameter stands in an expression or in a definition that it unfolds to."""
    return parameter.name in names_read(Relation(expr, "=", sp.Integer(0)), context.definitions)
