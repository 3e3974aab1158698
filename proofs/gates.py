r"""Gates against statements that say less, or something else, than they seem to.

A derivation shows that a statement is true.  These gates show that it is the statement meant: its heads are those
of attention, in exact numbers; no index range, sum or size stops short of where it could end; no inequality leaves
room; an equation with 0 is written without an overall sign.  So a sign, a bound or a mask that was changed by
mistake is noticed even where the changed statement is true.

Each function returns what is wrong, in words; nothing if all is well.  A witness decides, never its absence alone.

Scope: statements of `proofs.formula`; sizes of a few units.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice

import sympy as sp

from attention import indexed as I
from attention import notation as N
from attention.instances import Instance
from proofs import search
from proofs.faithful import reached, unfaithful
from proofs.formula import And, ForAll, Formula, Or, Relation, Statement, free_symbols, same_formula
from proofs.loose import cases, guarded, loose_ends, refuted

SMALLEST = 12
"""Instances of the least sizes at which a statement is looked at for data that are not there."""

MARGIN = sp.Rational(1, 2)
"""What every inequality must be unable to give away."""


def failures(
    statement: Statement, label: str, loose: Mapping[str, str], models: Sequence[Instance], others: Sequence[Statement]
) -> list[str]:
    """Return everything that is wrong with a part's statement, cheap questions first.

    Args:
        statement: the part's statement.
        label: the part's label, which may name a mask.
        loose: by letter or size, why the statement does not go as far as it could.
        models: instances that meet the assumptions.
        others: the other statements about the same item.
    """
    found = [*signed(statement), *masks(statement, label), *renamed(statement, others)]
    found = found or [*out_of_domain(statement, models), *unfaithful(statement)]
    return found or [*slack(statement), *loose_ends(statement, loose)]


def assumed(statement: Statement) -> bool:
    """Decide whether the conclusion stands among the assumptions: as a conjunct, for all letters, or turned round."""
    ranges = tuple(r for r in statement.ranges if r[0] in free_symbols(statement.conclusion))
    goals = [statement.conclusion, *([ForAll(ranges, statement.conclusion)] if ranges else [])]
    goals += [turned for goal in tuple(goals) for turned in _turned(goal)]
    parts = [part for assumption in statement.assumptions.values() for part in _conjuncts(assumption)]
    return any(same_formula(part, goal) for part in parts for goal in goals)


_MIRRORED = {"=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _turned(formula: Formula) -> Iterator[Formula]:
    if isinstance(formula, Relation):
        yield Relation(formula.rhs, _MIRRORED[formula.op], formula.lhs)
    elif isinstance(formula, ForAll):
        for body in _turned(formula.body):
            yield ForAll(formula.ranges, body)


def _conjuncts(formula: Formula) -> Iterator[Formula]:
    if isinstance(formula, And):
        for part in formula.parts:
            yield from _conjuncts(part)
    elif isinstance(formula, ForAll):
        for body in _conjuncts(formula.body):
            yield ForAll(formula.ranges, body)
    else:
        yield formula


def out_of_domain(statement: Statement, models: Sequence[Instance]) -> list[str]:
    """Return whether the statement speaks of data or weights that are not there, at models or at the least sizes."""
    guard = guarded(statement)
    least = {str(size): value for size, value in statement.sizes.items()}
    smallest = (p for p in islice(search.instances(statement), SMALLEST) if p.sizes == least)
    try:
        for instance in chain(models, smallest if statement.given is None else ()):
            cases(guard, instance)
    except KeyError:
        return ["it speaks of a weight outside its row, or of data that are not there"]
    return []


# -- as strong as it can be, and written plainly ----------------------------------------------------------------


def slack(statement: Statement) -> list[str]:
    """Return whether an inequality would still hold with a margin between its sides."""
    goal = statement.conclusion
    if not isinstance(goal, Relation) or goal.op in {"=", "!="}:
        return []
    shift = -MARGIN if goal.op in {">", ">="} else MARGIN
    tighter = replace(statement, conclusion=replace(goal, lhs=goal.lhs + shift))
    if refuted(tighter):
        return []
    return [f"the inequality holds with a margin of {MARGIN}: it says less than it could"]


def signed(statement: Statement) -> list[str]:
    """Return the equations with 0 that have an overall minus sign."""
    formulas = (statement.conclusion, *statement.assumptions.values())
    return [f"an overall sign in {p.lhs} = {p.rhs}" for formula in formulas for p in _relations(formula) if _minus(p)]


def _relations(formula: Formula) -> Iterator[Relation]:
    if isinstance(formula, Relation):
        yield formula
    elif isinstance(formula, ForAll):
        yield from _relations(formula.body)
    elif isinstance(formula, (And, Or)):
        for part in formula.parts:
            yield from _relations(part)


def _minus(relation: Relation) -> bool:
    left, right = sp.sympify(relation.lhs), sp.sympify(relation.rhs)
    if relation.op not in {"=", "!="} or 0 not in (left, right):
        return False
    return _negative(left if right == 0 else right)


def _negative(expr: I.Expr) -> bool:
    if isinstance(expr, sp.Sum):
        return _negative(I.opened(expr)[3])
    if isinstance(expr, (I.Expectation, I.LimitOf, I.Partial, I.Quotient)):
        return _negative(expr.args[0])
    if isinstance(expr, sp.Mul):
        return bool(expr.args[0].is_Number and expr.args[0] < 0) or any(map(_negative, expr.args))
    return False


# -- one thing has one name -------------------------------------------------------------------------------------


def renamed(statement: Statement, others: Sequence[Statement]) -> list[str]:
    """Return the heads that mean something else in other statements about the same item.

    The heads of attention are exempt: a claim may speak of them with and without a mask, or for any scores.
    """
    mine = {name: item for name, item in reached(statement).items() if not _of_attention(item)}
    out = []
    for other in others:
        theirs = reached(other)
        for name, item in mine.items():
            known = theirs.get(name)
            if known is not None and known.params == item.params and not I.same(known.body, item.body):
                out.append(f"{name} means something else in another statement about this item")
    return sorted(set(out))


def _of_attention(item: I.Definition) -> bool:
    letters = {"q": (N.i, N.b), "k": (N.i, N.b), "v": (N.i, N.g), "s": (N.i, N.j), "alpha": (N.i, N.j), "a": (N.i, N.g)}
    named = letters.get(item.name.rstrip("'~0123456789")) == item.params
    return item.means is not None or (named and not item.body.has(sp.Sum))


def masks(statement: Statement, label: str) -> list[str]:
    """Return whether a part speaks of two masks at once, or of another one than its label names."""
    weights = [item for name, item in reached(statement).items() if name.startswith("alpha")]
    found = {item.means.domain(N.i) for item in weights if item.means and item.means.domain}
    if len(found) > 1:
        return ["it speaks of weights under different masks"]
    words = label.rsplit(", ", maxsplit=1)[-1].split()
    wanted = [upper for word, upper in (("causal", N.i), ("unmasked", N.n)) if word in words]
    return [f"the mask is not the one of its label, {label}" for upper in wanted if found - {upper}]


def astray(statement: Statement, needless: Sequence[str], others: Sequence[Statement]) -> list[str]:
    """Return the assumptions that say something else in another statement about this item, of those that need not.

    No truth depends on such an assumption: it says what a name stands for, or where a quotient has a value, and
    should say it alike everywhere.
    """
    out = []
    for name in needless:
        elsewhere = [other.assumptions[name] for other in others if name in other.assumptions]
        if not all(same_formula(statement.assumptions[name], formula) for formula in elsewhere):
            out.append(f"the assumption '{name}', which no truth needs, says something else elsewhere")
    return out


def conclusions_differ(parts: Sequence[tuple[str, Statement]]) -> list[str]:
    """Return whether the sufficient conditions of one claim conclude different things."""
    sufficient = [statement.conclusion for label, statement in parts if label.startswith("if")]
    if all(same_formula(sufficient[0], other) for other in sufficient[1:]):
        return []
    return ["the parts that begin with 'if' conclude different things"]
