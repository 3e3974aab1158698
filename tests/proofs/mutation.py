"""Small changes of a statement, one place at a time: a sign, an end of a range, a mask, a relation."""

from collections.abc import Iterator
from dataclasses import replace

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.formula import And, ForAll, Formula, Or, Relation, Statement, expressions

OTHER_OPS = {"=": ("!=", "<"), "<=": (">",), ">=": ("<",), "<": (">=",), ">": ("<=",), "!=": ("=",)}


def changed_expressions(expr: I.Expr) -> Iterator[tuple[str, I.Expr]]:
    """Yield (what was changed, the expression) for every place in an expression."""
    if isinstance(expr, sp.Sum):
        v, first, last, body = I.opened(expr)
        for name, new in (
            ("last + 1", (first, last + 1)),
            ("last - 1", (first, last - 1)),
            ("first + 1", (first + 1, last)),
        ):
            yield f"{name} in {expr}", sp.Sum(body, (v, *new))
        if last in (N.i, N.n):
            yield f"mask of {expr}", sp.Sum(body, (v, first, N.n if last == N.i else N.i))
        for what, new_body in changed_expressions(body):
            yield what, sp.Sum(new_body, (v, first, last))
        return
    if expr.args and not isinstance(expr, sp.Indexed):
        for k, arg in enumerate(expr.args):
            others = list(expr.args)
            if isinstance(expr, (sp.Add, sp.exp)) or isinstance(arg, sp.Indexed):
                others[k] = -arg
                yield f"sign of {arg} in {expr}", expr.func(*others)
            if k > 0 and isinstance(expr, (I.Partial, I.LimitOf)):
                continue  # what an operator binds
            if isinstance(expr, sp.Pow):
                continue
            for what, new in changed_expressions(arg):
                others[k] = new
                yield what, expr.func(*others)


def changed_formulas(formula: Formula) -> Iterator[tuple[str, Formula]]:
    """Yield (what was changed, the formula) for every place in a formula."""
    if isinstance(formula, Relation):
        for op in OTHER_OPS[formula.op]:
            yield f"{formula.op} becomes {op}", Relation(formula.lhs, op, formula.rhs)
        for side in ("lhs", "rhs"):
            old = sp.sympify(getattr(formula, side))
            yield f"sign of {old}", replace(formula, **{side: -old})
            yield f"{old} + 1", replace(formula, **{side: old + 1})
            for what, new in changed_expressions(old):
                yield what, replace(formula, **{side: new})
    elif isinstance(formula, ForAll):
        for what, body in changed_formulas(formula.body):
            yield what, ForAll(formula.ranges, body)
    elif isinstance(formula, (And, Or)):
        for k, part in enumerate(formula.parts):
            for what, new in changed_formulas(part):
                yield what, replace(formula, parts=(*formula.parts[:k], new, *formula.parts[k + 1 :]))


def changed_statements(statement: Statement) -> Iterator[tuple[str, Statement]]:
    """Yield (what was changed, the statement) for its conclusion, its definitions and its assumptions' ranges."""
    for what, conclusion in changed_formulas(statement.conclusion):
        yield f"conclusion: {what}", replace(statement, conclusion=conclusion)
    reached = I.reachable(expressions(statement.conclusion), statement.definitions)
    for name, item in reached.items():
        for what, body in changed_expressions(item.body):
            yield (
                f"{name}: {what}",
                replace(statement, definitions={**statement.definitions, name: replace(item, body=body)}),
            )
    for name, formula in statement.assumptions.items():
        if isinstance(formula, ForAll):
            for k, (v, first, last) in enumerate(formula.ranges):
                shorter = (*formula.ranges[:k], (v, first, last - 1), *formula.ranges[k + 1 :])
                weaker = {**statement.assumptions, name: ForAll(shorter, formula.body)}
                yield f"assumption {name}: up to {last - 1}", replace(statement, assumptions=weaker)
    for k, (v, first, last) in enumerate(statement.ranges):
        if last not in statement.sizes:
            wider = (*statement.ranges[:k], (v, first, last + 1), *statement.ranges[k + 1 :])
            yield f"range of {v}: up to {last + 1}", replace(statement, ranges=wider)
