r"""Derivations: steps that each name a rule and show what stood before and after.

A `Proof` is the one door through which facts come: a chain of rewritings, an assumption, a fact of another
claim, or an inference from facts.  It records every step for the report and for the spot checks.  A chain that
does not arrive where it said is an error.

Scope: statements of `proofs.formula`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import sympy as sp

from attention import indexed as I
from proofs.formula import (
    ForAll,
    Formula,
    Or,
    Range,
    Reads,
    Relation,
    Statement,
    expressions,
    free_symbols,
    reads,
    same_formula,
    substitute,
)
from proofs.rules import core, inequalities, inference, order, quotients
from proofs.rules.core import Context, Rule, RuleError
from proofs.steps import FACT_DOOR, FORMULAS, DerivationError, Fact, Step, as_relation, closed, conclude
from proofs.wellformed import require_descent, require_well_formed, require_words

Expr: TypeAlias = Any

__all__ = ["Chain", "DerivationError", "Fact", "Proof", "Step", "closed", "conclude"]


class Chain:
    """A run of rewritings from one expression; every step keeps the value (or bounds it from above)."""

    def __init__(self, proof: Proof, start: Expr) -> None:
        self.proof, self._start, self._now = proof, sp.sympify(start), sp.sympify(start)
        self._bounds = False
        proof.require_words(self.start)

    @property
    def start(self) -> Expr:
        """The expression that the chain starts from."""
        return self._start

    @property
    def now(self) -> Expr:
        """The expression where the chain stands; rules alone move it."""
        return self._now

    def by(self, *rules: Rule, every: bool = False, at: Expr | None = None, note: str = "") -> Chain:
        """Apply rules in turn, each at its first match (every=True: at every outermost match; at: there only)."""
        for rule in rules:
            after = core.rewrite(self.now, rule, self.proof.context(self.now), every=every, at=at)
            self._record(rule, "=", after, note)
        return self

    def while_possible(self, *rules: Rule) -> Chain:
        """Apply the rules at every place until none matches; at least one must match once."""
        applied = False
        for _ in range(200):
            context = self.proof.context(self.now)
            for rule in rules:
                try:
                    after = core.rewrite(self.now, rule, context, every=True)
                except RuleError:
                    continue
                self._record(rule, "=", after, "")
                applied = True
                break
            else:
                if not applied:
                    raise RuleError(" / ".join(rule.name for rule in rules), self.now)
                return self
        raise RuleError("rules that come to rest", self.now)

    def at_most(self, rule: Rule, note: str = "") -> Chain:
        """Apply a bounding rule at its first monotone place; the chain then proves <=."""
        after = order.rewrite_upwards(self.now, rule, self.proof.context(self.now))
        self._bounds = True
        self._record(rule, "<=", after, note)
        return self

    def ring(self, target: Expr, *, at: Expr | None = None, note: str = "") -> Chain:
        """Replace the whole (or the part `at`) by a polynomially equal expression."""
        return self.by(quotients.ring(target), at=self.now if at is None else at, note=note)

    def ends(self, target: Expr) -> Fact:
        """Close the chain at `target`, which must be the same up to bound names."""
        if not I.same(self.now, sp.sympify(target)):
            raise DerivationError(target, self.now)
        return self.done()

    def done(self) -> Fact:
        """Close the chain where it stands."""
        return Fact(Relation(self.start, "<=" if self._bounds else "=", self.now), self.proof.statement, FACT_DOOR)

    def _record(self, rule: Rule, relation: str, after: Expr, note: str) -> None:
        statement = self.proof.statement
        uses = statement.assumptions.get(rule.assumption, rule.uses)
        step = Step(rule.name, rule.says, relation, self.now, after, note, statement, uses, self.start)
        self.proof.record(step)
        self._now = after


class Proof:
    """Collects steps towards a statement's conclusion. `known` gives access to other claims' statements.

    Raises IllFormed if the statement does not say what each of its names means.
    """

    def __init__(
        self,
        statement: Statement,
        known: Callable[[str, str], Statement] | None = None,
        *,
        deadline: float = float("inf"),
    ) -> None:
        require_well_formed(statement)
        require_descent(statement)
        self.statement = statement
        self._steps: list[Step] = []
        self._letters: dict[str, Expr] = {v.name: v for v in (*statement.sizes, *(r[0] for r in statement.ranges))}
        self.used: list[str] = []
        self._known = known
        self._deadline = deadline
        self._lineage: tuple[Statement, ...] = (statement,)

    def record(self, step: Step) -> None:
        """Append a step. Raises TimeoutError after the deadline (a time of `time.perf_counter`)."""
        if time.perf_counter() > self._deadline:
            raise TimeoutError(f"the derivation took too long; it stands at {step.after}")
        for expr in expressions(step.after) if isinstance(step.after, FORMULAS) else [step.after]:
            self.require_words(expr)
        self._steps.append(step)

    def require_words(self, expr: Expr) -> None:
        """Raise IllFormed if an expression is outside the vocabulary, or a name in it was another symbol before."""
        require_words(expr, self._letters)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps so far, in order; `record` alone adds to them."""
        return tuple(self._steps)

    def context(self, expr: Expr) -> Context:
        """Return what is known at the top of an expression here."""
        return Context.of(self.statement, expr, self._lineage)

    @property
    def goal(self) -> Relation:
        """The conclusion as an equation or inequality. Raises RuleError if it is none."""
        return as_relation(self.statement.conclusion)

    # -- sources of facts ----------------------------------------------------------------------------------

    def chain(self, start: Expr) -> Chain:
        """Start a chain of rewritings."""
        return Chain(self, start)

    def assumption(self, name: str, **values: Expr) -> Fact:
        """Return an assumption of the statement; a quantified one at the given letters' values."""
        fact = Fact(self.statement.assumptions[name], self.statement, FACT_DOOR)
        return self.specialize(fact, **values) if values else fact

    def specialize(self, fact: Fact, **values: Expr) -> Fact:
        """Return a quantified fact at the given values of all its letters, which must provably be in range."""
        self._accept(fact)
        formula = fact.formula
        if not isinstance(formula, ForAll):
            raise RuleError("a fact about all values of a letter", formula)
        named = {v.name: v for v, _, _ in formula.ranges}
        mapping = {named[key]: sp.sympify(value) for key, value in values.items()}
        facts = Context.of(self.statement, sp.Integer(0)).facts
        for v, first, last in formula.ranges:
            low, high = (sp.sympify(bound).xreplace(mapping) for bound in (first, last))
            at = mapping.get(v, sp.nan)
            if not (at.is_integer and facts.at_most(low, at) and facts.at_most(at, high)):
                raise RuleError(f"a quantified fact at {v} in its range", values)
        says = "P(v) for all v in a range => P(u) for a u in it"
        return self._infer("specialise", substitute(formula.body, mapping), fact, says=says)

    # -- inference -----------------------------------------------------------------------------------------

    def _infer(self, rule: str, conclusion: Formula, *premises: Fact, says: str = "") -> Fact:
        for premise in premises:
            self._accept(premise)
        before = tuple(p.formula for p in premises)
        self.record(Step(rule, says, "=>", before, conclusion, "", self.statement))
        return Fact(conclusion, self.statement, FACT_DOOR)

    def _accept(self, fact: Fact) -> None:
        """Refuse a fact that was established under assumptions which do not stand here."""
        if not any(fact.under is statement for statement in self._lineage):
            raise RuleError("a fact under its own assumptions only", fact.formula)

    def infer(self, rule: inequalities.Inference, *premises: Fact) -> Fact:
        """Apply a rule of inference to established facts."""
        conclusion = rule.conclude([p.formula for p in premises], self.context(sp.Integer(0)))
        return self._infer(rule.name, conclusion, *premises, says=rule.says)

    def transitive(self, first: Fact, second: Fact) -> Fact:
        """From p = q and p = r (or q = r, or r = q) conclude the remaining equation."""
        out = inference.transitive(first.relation, second.relation)
        return self._infer("transitivity", out, first, second, says="p = q, q = r => p = r")

    def linear_combination(self, conclusion: Relation, *terms: tuple[Expr, Fact]) -> Fact:
        """Conclude an equation that is a combination, with polynomial factors, of established ones."""
        out = inference.linear_combination([(sp.sympify(k), p.relation) for k, p in terms], conclusion)
        says = "p_k = q_k => p = r where p - r = sum f_k (p_k - q_k)"
        return self._infer("linear combination", out, *(p for _, p in terms), says=says)

    def exponential_injective(self, premise: Fact) -> Fact:
        """From f (e^u - e^v) = 0 conclude f (u - v) = 0."""
        out = inference.exponential_injective(premise.relation)
        return self._infer("the exponential is injective", out, premise, says="f (e^u - e^v) = 0 => f (u - v) = 0")

    def cross_multiply(self, premise: Fact) -> Fact:
        """From f/g = h/k with positive divisors conclude f k = h g."""
        relation = premise.relation
        out = inference.cross_multiply(relation, Context.of(self.statement, relation.lhs))
        return self._infer("cross multiplication", out, premise, says="f/g = h/k, g > 0, k > 0 => f k = h g")

    def positive_factor(self, premise: Fact) -> Fact:
        """Drop a positive factor or divisor from an expression that is zero."""
        relation = premise.relation
        out = inference.positive_factor(relation, Context.of(self.statement, relation.lhs))
        return self._infer("a positive factor is not zero", out, premise, says="f g = 0, f > 0 => g = 0")

    def product_zero(self, premise: Fact) -> Fact:
        """From f g = 0 conclude f = 0 or g = 0."""
        out = inference.product_zero(premise.relation)
        return self._infer("a product is zero iff a factor is", out, premise, says="f g = 0 => f = 0 or g = 0")

    def squares_zero(self, premise: Fact, *letters: Expr) -> Fact:
        """From a sum of squares that is zero conclude that the term at a letter is; through `or`, part by part."""
        formula = premise.formula
        parts = formula.parts if isinstance(formula, Or) else (formula,)
        out = []
        for part, letter in zip(parts, letters, strict=True):
            context = Context.of(self.statement, sp.Integer(0))
            out.append(inference.squares_zero(as_relation(part), letter, context))
        conclusion: Formula = Or(tuple(out)) if isinstance(formula, Or) else out[0]
        return self._infer(
            "a sum of squares is zero iff every term is", conclusion, premise, says="sum f(v)^2 = 0 => f(p) = 0"
        )

    def positive(self, expr: Expr) -> Fact:
        """Establish expr > 0 from its form."""
        return self._sign(expr, ">", quotients.positive, "positive by form")

    def nonnegative(self, expr: Expr) -> Fact:
        """Establish expr >= 0 from its form."""
        return self._sign(expr, ">=", quotients.nonnegative, "non-negative by form")

    def _sign(self, expr: Expr, op: str, prove: Callable[[Expr, Context], bool], name: str) -> Fact:
        expr = sp.sympify(expr)
        if not prove(expr, Context.of(self.statement, expr)):
            raise RuleError(name, expr)
        says = "exponentials, squares, non-empty sums, products and quotients of such"
        return self._infer(name, Relation(expr, op, sp.Integer(0)), says=says)

    def reads_only(self, expr: Expr, *names: str) -> Fact:
        """Establish, from the definitions alone, that an expression reads the named data and nothing else."""
        found = reads(sp.sympify(expr), self.statement.definitions)
        if found is None or not found <= set(names):
            raise RuleError("unfolding to data", (expr, found))
        out = Reads(sp.sympify(expr), frozenset(names))
        return self._infer("unfolding to data", out, says="the definitions, unfolded, end in the named data")

    def signed(self, equation: Fact, sign: Fact) -> Fact:
        """From p = q and q > 0 (or q >= 0) conclude p > 0 (or p >= 0)."""
        left, right = equation.relation, sign.relation
        if left.op != "=" or right.op not in {">", ">="} or not I.same(left.rhs, right.lhs):
            raise RuleError("substitution of equals", (left, right))
        out = Relation(left.lhs, right.op, right.rhs)
        return self._infer("substitution of equals", out, equation, sign, says="p = q, q > 0 => p > 0")

    # -- hypothetical reasoning ----------------------------------------------------------------------------

    def induction(
        self,
        letter: Expr,
        goal: Callable[[Expr], Formula],
        base: Callable[[Proof], Fact],
        step: Callable[[Proof], Fact],
        *,
        first: int = 0,
    ) -> Fact:
        """Prove goal(letter) for all letter >= first: goal(first), and goal(letter) => goal(letter + 1).

        The step's proof may use the assumption "induction" (goal at `letter`). `letter` must have a range, from
        `first` or later, and be arbitrary: no assumption and no other range may mention it.
        """
        facts = self.context(sp.Integer(0)).facts
        lasts = [last for v, low, last in self.statement.ranges if v == letter and facts.at_most(first, low)]
        if not lasts or not self._arbitrary(letter):
            raise RuleError("induction on an arbitrary letter with a range", letter)
        there = goal(letter)
        bottom, above = (substitute(there, {letter: at}) for at in (sp.Integer(first), letter + 1))
        if not (same_formula(goal(sp.Integer(first)), bottom) and same_formula(goal(letter + 1), above)):
            raise RuleError("induction on one property of a letter", there)
        self._close(base, self._inner(self.statement), bottom)
        assumptions = {**self.statement.assumptions, "induction": there}
        here = (letter, sp.Integer(first), lasts[0] - 1)
        ranges = tuple(here if r[0] == letter else r for r in self.statement.ranges)
        # What was established here need not hold at values that the letter has in the step alone.
        wider = not all(facts.at_most(low, first) for v, low, _ in self.statement.ranges if v == letter)
        inner = self._inner(replace(self.statement, assumptions=assumptions, ranges=ranges), apart=wider)
        self._close(step, inner, above)
        says = "P(0), P(r) => P(r + 1) give P(r) for all r"
        return self._infer("induction", there, says=says)

    def _arbitrary(self, *letters: Expr) -> bool:
        """Decide whether no assumption and no other letter's range mentions the letters."""
        free = {symbol for a in self.statement.assumptions.values() for symbol in free_symbols(a)}
        for v, *ends in self.statement.ranges:
            free |= {symbol for end in ends for symbol in sp.sympify(end).free_symbols if v not in letters}
        return not free & set(letters)

    def _inner(self, statement: Statement, *, apart: bool = False) -> Proof:
        inner = Proof(statement, self._known, deadline=self._deadline)
        inner._steps, inner.used = self._steps, self.used
        for letter in inner._letters.values():
            self.require_words(letter)
        inner._letters = self._letters
        inner._lineage = (statement,) if apart else (*self._lineage, statement)
        return inner

    @staticmethod
    def _close(derive: Callable[[Proof], Fact], inner: Proof, goal: Formula) -> None:
        fact = Proof._run(derive, inner)
        if not same_formula(fact.formula, goal):
            raise DerivationError(goal, fact.formula)

    @staticmethod
    def _run(derive: Callable[[Proof], Fact], inner: Proof) -> Fact:
        fact = derive(inner)
        inner._accept(fact)  # a fact of some other proof proves nothing here
        return fact

    def other(self, claim: str, part: str = "") -> Fact:
        """Return the conclusion of another claim, or of one part of it.

        This statement must have the other's data, sizes and assumptions; the other must be about all instances, and
        its assumptions about none of the letters that it quantifies.
        """
        if self._known is None:
            raise RuleError("another claim", claim)
        theirs = self._known(claim, part)
        mine = self.statement
        formulas = (theirs.conclusion, *theirs.assumptions.values())
        needed = I.reachable((e for p in formulas for e in expressions(p)), theirs.definitions)
        fixed = {symbol for a in theirs.assumptions.values() for symbol in free_symbols(a)}
        fits = (
            theirs.given is None
            and not fixed & {v for v, _, _ in theirs.ranges}
            and all(mine.definitions.get(name) == definition for name, definition in needed.items())
            and all(datum in mine.data for datum in theirs.data)
            and all(any(same_formula(a, b) for b in mine.assumptions.values()) for a in theirs.assumptions.values())
            and all(mine.sizes.get(size, 0) >= least for size, least in theirs.sizes.items())
        )
        if not fits:
            raise RuleError(f"the claim '{claim}' under these assumptions", claim)
        self.used.append(claim)
        formula = closed(theirs)
        self.record(Step("another claim", claim, "=>", (), formula, claim, self.statement))
        return Fact(formula, self.statement, FACT_DOOR)

    def generalize(self, fact: Fact, *letters: Expr) -> Fact:
        """Quantify free letters over their ranges; no assumption and no other range may mention them."""
        ranges = tuple(r for r in self.statement.ranges if r[0] in letters)
        if len(ranges) != len(letters) or not self._arbitrary(*letters):
            raise RuleError("generalisation over letters that are arbitrary", letters)
        return self._infer("generalise", ForAll(ranges, fact.formula), fact, says="P(r) for arbitrary r => for all r")

    def for_all(self, ranges: Sequence[Range], derive: Callable[[Proof], Fact]) -> Fact:
        """Prove a property of new letters in ranges whose ends may mention the letters there are."""
        mine, ranges = self.statement, tuple(map(tuple, ranges))
        taken = {str(name) for name in (*mine.sizes, *(v for v, _, _ in mine.ranges), *(d.name for d in mine.data))}
        taken |= {v.name for p in (mine.conclusion, *mine.assumptions.values()) for v in free_symbols(p)}
        if taken & {v.name for v, _, _ in ranges} or len({v.name for v, _, _ in ranges}) < len(ranges):
            raise RuleError("generalisation over new letters", ranges)
        fact = self._run(derive, self._inner(replace(mine, ranges=(*mine.ranges, *ranges))))
        return self._infer("generalise", ForAll(tuple(ranges), fact.formula), says="P(r) for arbitrary r => for all r")

    def having(self, name: str, fact: Fact, derive: Callable[[Proof], Fact]) -> Fact:
        """Prove something with an established fact as one more assumption, under a new name (a cut)."""
        self._accept(fact)
        mine = self.statement
        if name in mine.assumptions:
            raise RuleError("an assumption under a new name", name)
        out = self._run(derive, self._inner(replace(mine, assumptions={**mine.assumptions, name: fact.formula})))
        return self._infer("cut", out.formula, fact, says="P, and P => Q, give Q")

    def using(self, fact: Fact, *, backwards: bool = False) -> Rule:
        """Return the rule that rewrites by an established equation, its letters matched and in range."""
        self._accept(fact)

        def apply(node: Expr, context: Context) -> Expr | None:
            if not context.admits_fact(fact.formula, fact.under):
                return None
            return core.instance_of(fact.formula, node, context, backwards=backwards)

        return Rule("rewrite by an established equation", "p = q: f(p) -> f(q)", apply, fact.formula)
