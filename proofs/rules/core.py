r"""What a rule is, where it applies, and what it may know there.

A rule is a named function from one subexpression, in a context, to another of equal value, or to None where it
does not match.  `rewrite` finds the place; the context carries the ranges of the sums around it, the
statement's facts about indices, and its assumptions.  A rule that matches nowhere is an error, never a no-op.

References: the rules are those of indexed sums, [graham1994], chapter 2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import permutations
from typing import Any, TypeAlias

import sympy as sp

from attention import indexed as I
from proofs.bounds import Facts
from proofs.formula import ForAll, Formula, Relation, Statement, free_symbols, names_read, replaced

Expr: TypeAlias = Any


class RuleError(ValueError):
    """A rule was applied where it does not match. Attributes: rule, expression."""

    def __init__(self, rule: str, expression: object) -> None:
        self.rule, self.expression = rule, expression
        super().__init__(f"the rule '{rule}' does not apply to {expression}")


@dataclass(frozen=True)
class Context:
    """What is known at a subexpression: index facts, assumptions, definitions, and the names in use.

    Args:
        facts: index inequalities that hold here.
        assumptions: the statement's, less those that say nothing here.
        definitions: what the defined heads mean.
        in_use: names that a new bound letter must avoid.
        positive_names: scalars declared positive.
        random_names: arrays that an expectation averages over.
        permutations: arrays declared permutations of 1..n, with n.
        lineage: the statements whose facts stand here.
        bound: letters that mean something else here than in the statement: those of the sums around.
        varied: limit parameters and random arrays that an operator around here lets vary.
        varying: whether a derivative stands around here.
        smooth_names: arbitrary functions of rows declared differentiable.
    """

    facts: Facts
    assumptions: Mapping[str, Formula]
    definitions: I.Definitions
    in_use: frozenset[str]
    positive_names: frozenset[str]
    random_names: frozenset[str]
    permutations: Mapping[str, Expr] = field(default_factory=dict)
    lineage: tuple[Statement, ...] = ()
    bound: frozenset[str] = frozenset()
    varied: frozenset[str] = frozenset()
    varying: bool = False
    smooth_names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, statement: Statement, expr: Expr, lineage: tuple[Statement, ...] = ()) -> Context:
        """Return the context at the top of an expression in a statement that follows those of `lineage`."""
        facts = Facts().plus((least, size) for size, least in statement.sizes.items())
        facts = facts.plus((first, v) for v, first, _ in statement.ranges)
        facts = facts.plus((v, last) for v, _, last in statement.ranges)
        for formula in statement.assumptions.values():
            facts = facts.plus(_order_facts(formula))
        positive = frozenset(datum.name for datum in statement.data if datum.kind == "positive")
        random = frozenset(datum.name for datum in statement.data if datum.kind == "random")
        permutations = {datum.name: datum.shape[0] for datum in statement.data if datum.kind == "permutation"}
        in_use = frozenset(I.names_in(expr))
        known = (statement.assumptions, statement.definitions, in_use, positive, random, permutations)
        smooth = frozenset(datum.name for datum in statement.data if datum.kind == "smooth")
        return cls(facts, *known, (*lineage, statement), smooth_names=smooth)

    def inside(self, v: Expr, first: Expr, last: Expr) -> Context:
        """Return the context in the body of a sum over v = first..last; an outer v is out of sight there."""
        # An end that mentions a v means the outer one.
        lower = [(first, v)] if v.name not in I.names_in(sp.sympify(first)) else []
        upper = [(v, last)] if v.name not in I.names_in(sp.sympify(last)) else []
        return replace(
            self,
            facts=self.facts.without(v).plus([*lower, *upper]),
            bound=self.bound | {v.name},
            positive_names=self.positive_names - {v.name},
        )

    def under_variation(self) -> Context:
        """Return the context inside a derivative: an equation that holds at one point says nothing there."""
        return replace(self, assumptions={}, varying=True)

    def under(self, operator: Expr) -> Context:
        """Return the context in the first argument of an operator that lets something vary, or of any other."""
        if isinstance(operator, I.Partial):
            return self.under_variation()
        if isinstance(operator, I.LimitOf):
            return self.while_varied(frozenset({operator.args[1].name}))
        return self.while_varied(self.random_names) if isinstance(operator, I.Expectation) else self

    def while_varied(self, names: frozenset[str]) -> Context:
        """Return the context where these names vary: what is assumed of their one value says nothing there."""
        silent = {name: a for name, a in self.assumptions.items() if not names_read(a, self.definitions) & names}
        positive = self.positive_names - names
        return replace(self, assumptions=silent, varied=self.varied | names, positive_names=positive)

    def admits(self, formula: Formula) -> bool:
        """Decide whether the formula's free letters mean here what they mean in the statement."""
        return not {symbol.name for symbol in free_symbols(formula)} & self.bound

    def admits_fact(self, formula: Formula, under: Statement) -> bool:
        """Decide whether a fact established under a statement may be used here."""
        if not any(under is statement for statement in self.lineage):
            return False
        if self.varying and under.assumptions:
            return False  # the equation may hold at one point only
        varied = (names_read(a, under.definitions) & self.varied for a in under.assumptions.values())
        return self.admits(formula) and not any(varied)


def _order_facts(formula: Formula) -> Iterator[tuple[Expr, Expr]]:
    if isinstance(formula, Relation):
        lhs, rhs = sp.sympify(formula.lhs), sp.sympify(formula.rhs)
        yield from (
            {
                "<=": [(lhs, rhs)],
                ">=": [(rhs, lhs)],
                "<": [(lhs + 1, rhs)],
                ">": [(rhs + 1, lhs)],
                "=": [(lhs, rhs), (rhs, lhs)],
            }.get(formula.op, [])
            if _is_index(lhs) and _is_index(rhs)
            else []
        )


def _is_index(expr: Expr) -> bool:
    # Facts are about integers: p < q means p + 1 <= q only for them.
    plain = all(s.is_integer for s in expr.free_symbols) and not expr.has(sp.Indexed, sp.Function)
    return plain and bool(expr.free_symbols or expr.is_Integer)


@dataclass(frozen=True)
class Rule:
    """A named rewriting of one subexpression; `says` is the schema shown to readers.

    `uses` is the fact, and `assumption` the name of the assumption, that it rewrites by, if it does.
    One that `bounds` gives an upper bound instead of an equal value: only `rewrite_upwards` may apply it.
    """

    name: str
    says: str
    apply: Callable[[Expr, Context], Expr | None]
    uses: Formula | None = None
    bounds: bool = False
    assumption: str = ""


def rewrite(expr: Expr, rule: Rule, context: Context, *, every: bool = False, at: Expr | None = None) -> Expr:
    """Apply a rule at the first place where it matches, outermost and leftmost first, or at every place.

    Args:
        expr: the expression to rewrite.
        rule: the rule.
        context: what is known at the top of `expr`.
        every: rewrite every outermost match instead of the first.
        at: only where the subexpression is this one, up to bound names.

    Raises:
        RuleError: the rule matches nowhere, or does not keep the value.
    """
    if rule.bounds:
        raise RuleError(f"{rule.name}, as an equation,", expr)
    matched = False
    expr = I.rename_apart(sp.sympify(expr), ())
    context = replace(context, in_use=context.in_use | I.names_in(expr))

    def walk(node: Expr, here: Context) -> Expr:
        nonlocal matched
        if matched and not every:
            return node
        if at is None or I.same(node, at):
            new = rule.apply(node, here)
            if new is not None and new != node:
                matched = True
                return new
        if isinstance(node, (sp.Sum, I.Row)):
            v, first, last, old = I.opened(node)
            body = walk(old, here.inside(v, first, last))
            return node if body == old else I.rebound(node, body, v, first, last)
        if not node.args or isinstance(node, sp.Indexed):
            return node
        if isinstance(node, (I.Partial, I.LimitOf, I.Expectation)):
            # What the operator varies is bound by it: no rule may touch it.
            args = [walk(node.args[0], here.under(node)), *node.args[1:]]
        else:
            args = [walk(arg, here) for arg in node.args]
        return node if tuple(args) == node.args else node.func(*args)

    out = walk(expr, context)
    if not matched:
        raise RuleError(rule.name, expr)
    return I.rename_apart(out, ())


# -- matching -------------------------------------------------------------------------------------------------


def match(pattern: Expr, node: Expr, letters: frozenset[Expr]) -> dict[Expr, Expr] | None:
    """Return values for `letters` that make `pattern` the same as `node` up to bound names, or None."""
    found = next(_match(I.canonical(pattern), I.canonical(node), letters, {}), None)
    if found is None or any(s.name.startswith("_") for value in found.values() for s in value.free_symbols):
        return None
    return found


def _match(p: Expr, q: Expr, letters: frozenset[Expr], known: dict[Expr, Expr]) -> Iterator[dict[Expr, Expr]]:
    if p in letters:
        if p not in known:
            yield {**known, p: q}
        elif known[p] == q:
            yield known
        return
    if not p.args or not q.args or p.func != q.func or len(p.args) != len(q.args):
        if p == q:
            yield known
        return
    orders = permutations(q.args) if isinstance(p, (sp.Add, sp.Mul)) else iter([q.args])
    for order in orders:
        yield from _match_all(list(p.args), list(order), letters, known)


def _match_all(
    ps: list[Expr], qs: list[Expr], letters: frozenset[Expr], known: dict[Expr, Expr]
) -> Iterator[dict[Expr, Expr]]:
    if not ps:
        yield known
        return
    for found in _match(ps[0], qs[0], letters, known):
        yield from _match_all(ps[1:], qs[1:], letters, found)


def instance_of(formula: Formula, node: Expr, context: Context, *, backwards: bool = False) -> Expr | None:
    """Rewrite `node` by an assumed equation whose quantified letters fit it and lie, provably, in range."""
    ranges, body = (formula.ranges, formula.body) if isinstance(formula, ForAll) else ((), formula)
    if not isinstance(body, Relation) or body.op != "=" or not context.admits(formula):
        return None
    lhs, rhs = (sp.sympify(side) for side in (body.lhs, body.rhs))
    if backwards:
        lhs, rhs = rhs, lhs
    found = fitting(ranges, lhs, node, context)
    return None if found is None else replaced(rhs, found, context.in_use)


def fitting(
    ranges: tuple[tuple[Expr, Expr, Expr], ...], pattern: Expr, node: Expr, context: Context
) -> dict[Expr, Expr] | None:
    """Match a pattern whose letters are quantified over `ranges`; the values must provably lie in range."""
    found = match(pattern, node, frozenset(v for v, _, _ in ranges))
    if found is None or any(v not in found for v, _, _ in ranges):
        return None
    for v, first, last in ranges:
        lower, upper = (sp.sympify(bound).xreplace(found) for bound in (first, last))
        at = found[v]
        if not (at.is_integer and context.facts.at_most(lower, at) and context.facts.at_most(at, upper)):
            return None
    return found
