r"""Loose ends: index ranges, sums and sizes of a statement that could go further without making it false.

An end is tight if one step outwards leaves the data or a head's domain, is refuted by a witness, or adds no case.
What is loose says less than could be said, and is where a changed bound would go unnoticed.

Scope: statements of `proofs.formula`; sizes of a few units.  A witness decides, never its absence alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice

import sympy as sp

from attention import indexed as I
from attention import notation as N
from attention.exact import number
from attention.instances import Evaluator, Instance
from proofs import search
from proofs.faithful import NO_VALUE, SIZE_OF, atoms
from proofs.formula import And, ForAll, Formula, Or, Reads, Relation, Statement, assignments, free_symbols
from proofs.wellformed import IllFormed, require_well_formed

TRIED = 80
"""Instances, of all shapes, that are tried against a statement that is wider than it should be able to be."""

FEW = 6
"""Instances at which an end leads out of the data, and at none into it, after which it is taken to do so always."""

ENOUGH = 2000
"""Cases that hold, after which a wider statement is taken to hold."""

_INSIDE = "(inside)"

Case = Callable[[Mapping[str, int], Evaluator], bool]


def loose_ends(statement: Statement, excused: Mapping[str, str]) -> list[str]:
    """Return the ends of ranges, sums and sizes that could be moved by one without making the statement false.

    Outwards, that is; and inwards for the ranges of assumptions that do not end where the data do. `excused` names
    ends that are meant to be loose, by letter, size or assumption, each with the reason; one that is not loose is
    reported too.
    """
    found: dict[str, str] = {}
    for name, what, wider, new in chain(_wider_ranges(statement), _wider_sums(statement), _smaller_sizes(statement)):
        if name not in found and not _stops(wider, new):
            found[name] = f"{what} would be true as well, and is not said"
    for name, what, weaker in _weaker_assumptions(statement):
        if name not in found and not refuted(weaker):
            found[name] = f"the assumption '{name}' for {what} alone would do"
    stale = [f"{name} is excused as loose, and is not" for name in excused if name not in found]
    return [text for name, text in found.items() if name not in excused] + stale


def auxiliary(statement: Statement) -> set[str]:
    """Return the letters with a range that the statement itself never mentions: derivations alone use them."""
    used = {s for p in (statement.conclusion, *statement.assumptions.values()) for s in free_symbols(p)}
    for v, first, last in reversed(statement.ranges):
        if v in used:
            used |= {s for end in (first, last) for s in sp.sympify(end).free_symbols}
    return {v.name for v, _, _ in statement.ranges if v not in used}


def _wider_ranges(statement: Statement) -> Iterator[tuple[str, str, Statement, Case]]:
    unused = auxiliary(statement)
    for k, (v, first, last) in enumerate(statement.ranges):
        if v.name in unused:
            continue
        for low, high in ((first - 1, last), (first, last + 1)):
            if v.is_positive and low == 0:
                continue
            ranges = (*statement.ranges[:k], (v, low, high), *statement.ranges[k + 1 :])
            yield v.name, f"{low} <= {v} <= {high}", replace(statement, ranges=ranges), _outside(v, first, last)


def _outside(v: I.Expr, first: I.Expr, last: I.Expr) -> Case:
    return lambda at, values: not values.integer(first, at) <= at[v.name] <= values.integer(last, at)


def _weaker_assumptions(statement: Statement) -> Iterator[tuple[str, str, Statement]]:
    for name, formula in statement.assumptions.items():
        if not isinstance(formula, ForAll):
            continue
        for k, (v, first, last) in enumerate(formula.ranges):
            # An end at 1 or at a size is where the data end: it cannot have been moved outwards unseen.
            ends = [(first + 1, last)] if first != 1 else []
            if last not in statement.sizes:
                ends.append((first, last - 1))
            elif last == N.n and any(r[0] == N.i for r in statement.ranges):
                ends.append((first, N.i))
            for low, high in ends:
                ranges = (*formula.ranges[:k], (v, low, high), *formula.ranges[k + 1 :])
                weaker = {**statement.assumptions, name: ForAll(ranges, formula.body)}
                yield name, f"{low} <= {v} <= {high}", replace(statement, assumptions=weaker)


def _wider_sums(statement: Statement) -> Iterator[tuple[str, str, Statement, Case]]:
    for name, what, conclusion in _formulas_with_wider_sums(statement.conclusion):
        yield name, what, replace(statement, conclusion=conclusion), lambda at, values: True  # noqa: ARG005


def _formulas_with_wider_sums(formula: Formula) -> Iterator[tuple[str, str, Formula]]:
    if isinstance(formula, Relation):
        for side in ("lhs", "rhs"):
            for name, what, new in _with_wider_sums(sp.sympify(getattr(formula, side))):
                yield name, what, replace(formula, **{side: new})
    elif isinstance(formula, ForAll):
        for name, what, body in _formulas_with_wider_sums(formula.body):
            yield name, what, ForAll(formula.ranges, body)


def _with_wider_sums(expr: I.Expr) -> Iterator[tuple[str, str, I.Expr]]:
    if isinstance(expr, sp.Sum):
        v, first, last, body = I.opened(expr)
        for low, high in ((first - 1, last), (first, last + 1)):
            if not (v.is_positive and low == 0):
                yield v.name, f"the same with a sum over {low} <= {v} <= {high}", sp.Sum(body, (v, low, high))
        for name, what, new in _with_wider_sums(body):
            yield name, what, sp.Sum(new, (v, first, last))
    elif isinstance(expr, (sp.Add, sp.Mul, sp.Pow, I.Expectation, I.Quotient)):
        for k, arg in enumerate(expr.args):
            for name, what, new in _with_wider_sums(arg):
                yield name, what, expr.func(*expr.args[:k], new, *expr.args[k + 1 :])


def _smaller_sizes(statement: Statement) -> Iterator[tuple[str, str, Statement, Case]]:
    for size, least in statement.sizes.items():
        # A size that is not declared positive, such as a window, may be 0.
        if least > (1 if size.is_positive else 0):
            sizes = {**statement.sizes, size: least - 1}
            yield str(size), f"the case {size} = {least - 1}", replace(statement, sizes=sizes), _below(str(size), least)


def _below(size: str, least: int) -> Case:
    return lambda at, values: values.instance.sizes[size] < least  # noqa: ARG005


def _stops(wider: Statement, new: Case) -> bool:
    """Decide whether the new cases of a wider statement are refuted, or all lie outside the data or a head's domain."""
    try:
        require_well_formed(wider)
    except IllFormed:
        return True
    wide = guarded(wider)
    left = unmet = held = 0
    for instance in search.shapes(wider, TRIED):
        found = _new_cases(wide, instance, new)
        if found is None:
            return True
        left, unmet, held = left + found[0], unmet + found[1], held + found[2]
        if held > ENOUGH or (left == FEW and held == 0):
            return held == 0
    if held == 0 and unmet:  # the assumptions are too rare for draws of all shapes
        smallest = (_new_cases(wide, instance, new) for instance in islice(search.instances(wider), 4 * TRIED))
        return all(found is None or found[2] == 0 for found in smallest)
    return held == 0


def _new_cases(wide: Statement, instance: Instance, new: Case) -> tuple[int, int, int] | None:
    """Count the new cases at an instance: 1 if some lead out of the data, those not meant, and those that hold.

    Return None if one is false.
    """
    at, outside, unmet, held = Evaluator(inside(instance), wide.definitions), 0, 0, 0
    for indices in assignments(wide.ranges, at, {}):
        try:
            if not new(indices, at):
                continue
            if not all(a.holds(at, indices) for a in wide.assumptions.values()):
                unmet += 1
            elif _holds(wide.conclusion, at, indices):
                held += 1
            else:
                return None
        except (KeyError, RecursionError):
            outside = 1
        except NO_VALUE:
            continue
    return outside, unmet, held


def _holds(formula: Formula, at: Evaluator, indices: Mapping[str, int]) -> bool:
    """Decide a formula, and look at every part of it: one that reads beyond the data must not go unseen."""
    if isinstance(formula, (And, Or)):
        parts = [_holds(part, at, indices) for part in formula.parts]
        return all(parts) if isinstance(formula, And) else any(parts)
    return formula.holds(at, indices)


def refuted(statement: Statement) -> bool:
    """Look for a witness among instances of all shapes, then among the smallest."""
    found = any(cases(statement, instance) is None for instance in search.shapes(statement, TRIED))
    return found or search.witness(statement, most=4 * TRIED) is not None


def cases(statement: Statement, instance: Instance) -> int | None:
    """Return how many index values meet the assumptions at an instance; None if the statement fails there."""
    try:
        check = statement.check(inside(instance))
    except NO_VALUE:
        return 0
    return None if check.broken_at is not None else check.exercised


def guarded(statement: Statement) -> Statement:
    """Return the statement with heads of attention, and derivatives, that have no value where they make no sense."""
    definitions = {name: _guarded_head(item) for name, item in statement.definitions.items()}
    conclusion = statement.conclusion
    if isinstance(conclusion, Reads):
        conclusion = Relation(conclusion.expr, "=", conclusion.expr)
    partials = {p: p + I.Quotient(sp.Integer(0), 1 + p.args[1] ** 2) for p in atoms(conclusion, I.Partial)}
    return replace(statement, definitions=definitions, conclusion=_exchanged(conclusion, partials))


def _guarded_head(item: I.Definition) -> I.Definition:
    if item.means is None:
        return item
    first, *rest = item.params
    within = I.AtMost(first, SIZE_OF[first])
    for letter in rest:
        last = SIZE_OF[letter] if item.means.domain is None else item.means.domain(first)
        within *= I.AtMost(letter, last)
    return replace(item, body=item.body + sp.IndexedBase(_INSIDE, real=True)[within])


def _exchanged(formula: Formula, mapping: Mapping[I.Expr, I.Expr]) -> Formula:
    """Exchange whole terms; what they bind or mention stays as it is."""
    if not mapping or isinstance(formula, Reads):
        return formula
    if isinstance(formula, Relation):
        left, right = (sp.sympify(side).xreplace(dict(mapping)) for side in (formula.lhs, formula.rhs))
        return Relation(left, formula.op, right)
    if isinstance(formula, ForAll):
        return ForAll(formula.ranges, _exchanged(formula.body, mapping))
    return type(formula)(tuple(_exchanged(part, mapping) for part in formula.parts))


def inside(instance: Instance) -> Instance:
    """Return the instance with the entry that a guarded weight reads inside its domain, and no other."""
    return replace(instance, arrays={**instance.arrays, _INSIDE: {(1,): number(0)}})
