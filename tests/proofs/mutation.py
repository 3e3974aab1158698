"""Small changes of a statement, one place at a time: a sign, an end of a range, a mask, a relation.

Every change gives a statement of its own; what it was is said in words. Changes that lead to the same statement, or
back to the one that was changed, are given once or not at all.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from operator import ge

import sympy as sp

from attention import indexed as I
from attention import notation as N
from attention.instances import Evaluator, Instance
from proofs.formula import (
    And,
    ForAll,
    Formula,
    Or,
    Relation,
    Statement,
    assignments,
    expressions,
    same_formula,
    substitute,
)
from proofs.loose import auxiliary

OTHER_OPS = {"=": ("!=", "<"), "<=": (">",), ">=": ("<",), "<": (">=",), ">": ("<=",), "!=": ("=",)}
OTHER_MASK = {N.i: N.n, N.n: N.i}


def changed_ends(first: I.Expr, last: I.Expr) -> Iterator[tuple[str, I.Expr, I.Expr]]:
    """Yield the range with one of its ends moved by one, or to the other mask."""
    yield "last + 1", first, last + 1
    yield "last - 1", first, last - 1
    yield "first + 1", first + 1, last
    yield "first - 1", first - 1, last
    if last in OTHER_MASK:
        yield "mask", first, OTHER_MASK[last]


def changed_expressions(expr: I.Expr) -> Iterator[tuple[str, I.Expr]]:
    """Yield (what was changed, the expression) for every place in an expression."""
    if isinstance(expr, sp.Sum):
        v, first, last, body = I.opened(expr)
        if body == 0:
            return  # a sum of zeros has no ends
        for name, low, high in changed_ends(first, last):
            yield f"{name} in {expr}", sp.Sum(body, (v, low, high))
        for what, new_body in changed_expressions(body):
            yield what, sp.Sum(new_body, (v, first, last))
        return
    if isinstance(expr, I.AtMost):
        first, second = expr.args
        yield f"mask {expr} turned round", I.AtMost(second, first)
        yield f"mask {expr} one further", I.AtMost(first, second + 1)
        yield f"mask {expr} one less", I.AtMost(first, second - 1)
        return
    if expr.args and not isinstance(expr, sp.Indexed):
        for k, arg in enumerate(expr.args):
            others = list(expr.args)
            if isinstance(expr, (sp.Add, sp.exp, I.Quotient)) or isinstance(arg, sp.Indexed):
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
        for k, (v, first, last) in enumerate(formula.ranges):
            for name, low, high in changed_ends(first, last):
                moved = (*formula.ranges[:k], (v, low, high), *formula.ranges[k + 1 :])
                yield f"{name} of {v}", ForAll(moved, formula.body)
        for what, body in changed_formulas(formula.body):
            yield what, ForAll(formula.ranges, body)
    elif isinstance(formula, (And, Or)):
        for k, part in enumerate(formula.parts):
            for what, new in changed_formulas(part):
                yield what, replace(formula, parts=(*formula.parts[:k], new, *formula.parts[k + 1 :]))


def _changes(statement: Statement) -> Iterator[tuple[str, Statement]]:
    for what, conclusion in changed_formulas(statement.conclusion):
        yield f"conclusion: {what}", replace(statement, conclusion=conclusion)
    for name, formula in statement.assumptions.items():
        for what, other in changed_formulas(formula):
            yield f"assumption {name}: {what}", replace(statement, assumptions={**statement.assumptions, name: other})
    formulas = (statement.conclusion, *statement.assumptions.values())
    reached = I.reachable([e for p in formulas for e in expressions(p)], statement.definitions)
    for name, item in reached.items():
        for what, body in changed_expressions(item.body):
            definitions = {**statement.definitions, name: replace(item, body=body)}
            yield f"{name}: {what}", replace(statement, definitions=definitions)
    for mark in sorted(name.removeprefix("alpha") for name in reached if name.startswith("alpha")):
        other = other_mask(statement.definitions, mark)
        if other is not None:
            yield f"mask of the whole pass {mark or 'without a mark'}", replace(statement, definitions=other)
    for k, (v, first, last) in enumerate(statement.ranges):
        for name, low, high in changed_ends(first, last):
            moved = (*statement.ranges[:k], (v, low, high), *statement.ranges[k + 1 :])
            yield f"range of {v}: {name}", replace(statement, ranges=moved)
    for size, least in statement.sizes.items():
        for other_least in (least - 1, least + 1):
            yield f"{size} >= {other_least}", replace(statement, sizes={**statement.sizes, size: other_least})


def other_mask(definitions: I.Definitions, mark: str) -> I.Definitions | None:
    """Return the definitions with the other mask in the weights and outputs of one pass, in body and meaning."""
    weight, output = definitions.get(f"alpha{mark}"), definitions.get(f"a{mark}")
    if weight is None or weight.means is None or weight.means.domain is None:
        return None
    last = OTHER_MASK[weight.means.domain(N.i)]

    def upper(i: I.Expr) -> I.Expr:
        return N.n if last == N.n else i

    changed = dict(definitions)
    changed[weight.name] = I.softmax_over(weight.name, weight.means.left, upper)
    if output is not None and output.means is not None:
        changed[output.name] = I.weighted(output.name, output.means.left, output.means.right, upper)
    return changed


def changed_statements(statement: Statement) -> Iterator[tuple[str, Statement]]:
    """Yield (what was changed, the statement) for every place, each other statement once."""
    seen: list[Statement] = [statement]
    keys = {_key(statement)}
    for what, changed in _changes(statement):
        key = _key(changed)
        if key not in keys and not as_it_was(statement, changed):
            keys.add(key)
            seen.append(changed)
            yield what, changed


def _key(statement: Statement) -> tuple[object, ...]:
    return (
        repr(statement.conclusion),
        repr(statement.assumptions),
        tuple(sorted((name, item.params, str(item.body)) for name, item in statement.definitions.items())),
        statement.ranges,
        tuple(statement.sizes.items()),
        tuple(str(d.means.domain(N.i)) for d in statement.definitions.values() if d.means and d.means.domain),
    )


def as_it_was(old: Statement, new: Statement) -> bool:
    """Decide whether a change left the statement as it was, such as the sign of 0."""
    return (
        same_formula(old.conclusion, new.conclusion)
        and old.assumptions.keys() == new.assumptions.keys()
        and all(same_formula(old.assumptions[name], new.assumptions[name]) for name in old.assumptions)
        and (old.definitions, old.ranges, old.sizes) == (new.definitions, new.ranges, new.sizes)
    )


def equivalent(old: Statement, new: Statement) -> str | None:
    """Return why a change only says the same again, if that is seen mechanically; None otherwise.

    A range of a letter that the statement never mentions is scaffolding of its derivation. A datum that ranges over
    all reals may be replaced by its negative, or by itself and 1.
    """
    unused = auxiliary(old)
    if unused == auxiliary(new):
        rest = [tuple(r for r in s.ranges if r[0].name not in unused) for s in (old, new)]
        if rest[0] == rest[1] and as_it_was(replace(old, ranges=()), replace(new, ranges=())):
            return "a letter of the derivation alone"
    if as_it_was(replace(old, ranges=(), sizes={}), replace(new, ranges=(), sizes={})) and _same_cases(old, new):
        return "the same cases at all sizes"
    for datum in old.data:
        if datum.kind != "real" or datum.shape:
            continue
        for other in (-datum.symbol, datum.symbol + 1):
            if as_it_was(_replaced(old, datum.symbol, other), new):
                return f"{datum.name} ranges over all reals"
    return None


def _same_cases(old: Statement, new: Statement) -> bool:
    """Decide whether the two ranges give the same values of the letters, at every size from 0 to 6."""
    names = [str(size) for size in old.sizes]
    for values in product(range(7), repeat=len(names)):
        at = Evaluator(Instance(dict(zip(names, values, strict=True))), {})
        cases = [
            list(assignments(s.ranges, at, {})) if all(map(ge, values, s.sizes.values())) else [] for s in (old, new)
        ]
        if cases[0] != cases[1]:
            return False
    return True


def _replaced(statement: Statement, symbol: I.Expr, other: I.Expr) -> Statement:
    turned = {symbol: other}
    return replace(
        statement,
        conclusion=substitute(statement.conclusion, turned),
        assumptions={name: substitute(p, turned) for name, p in statement.assumptions.items()},
        definitions={
            name: replace(item, body=item.body.xreplace(turned)) for name, item in statement.definitions.items()
        },
    )
