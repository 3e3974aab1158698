"""Definitions of one thing that disagree: two rules, or a rule and the formula a chain uses in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attention.exact import TooClose
from proofs.audit import reals, wording
from proofs.audit.definitions import Definitions, Statement, has_names, stem
from proofs.audit.failures import NotDefined
from proofs.audit.ledger import FAILURES
from proofs.audit.limits import MAX_RIVALS, TooLarge
from proofs.audit.syntax import canonical, latex, numbers
from proofs.audit.values import Array, Value

if TYPE_CHECKING:
    from proofs.audit.ledger import Ledger
    from proofs.audit.rules import Rule
    from proofs.audit.scopes import Global


def report(known: Definitions, ledger: Ledger, exact: Global) -> None:
    """Add a `definition` finding for each pair of definitions that disagree on a printed value.

    Rules that no printed value is an instance of are left alone: nothing numeric depends on them.
    """
    for rules in known.rules.values():
        stated = known.stated[stem(rules[0].head)] if 1 < len(rules) <= MAX_RIVALS else []
        instances = [s for s in stated if s.printed is not None and _is(rules, s)]
        if instances:
            _rules(known, ledger, exact, rules, instances)
    for statements in known.statements.values():
        for statement in statements:
            _own_formula(known, ledger, exact, statement)


def _is(rules: list[Rule], statement: Statement) -> bool:
    return any(rule.instance(statement.chain.members[0]) is not None for rule in rules)


def _rules(known: Definitions, ledger: Ledger, exact: Global, rules: list[Rule], instances: list[Statement]) -> None:
    first: dict[str, Rule] = {}
    for rule in rules:
        first.setdefault(rule.meaning, rule)
    used = known.followed(rules[0].subject) or next(iter(first.values()))
    for meaning, rule in first.items():
        if meaning == used.meaning:
            continue
        why = _differs(exact, rule, used, instances)
        if why is None:
            continue
        lines = [ledger.source.place(r.offset)[0] for r in (rule, used)]
        later, earlier = max(rule.offset, used.offset), min(rule.offset, used.offset)
        message = wording.definition(latex(used.head), ledger.source.place(earlier)[0], lines[1], why)
        head = rule.head if rule.offset == later else used.head
        ledger.find("definition", latex(head), message, later, max(rule.body.stop, used.body.stop))


def _differs(exact: Global, rule: Rule, used: Rule, instances: list[Statement]) -> str | None:
    """Return why two rules differ, in words to append, or None if they agree on every printed instance."""
    for statement in instances:
        exact.evaluator.refill()
        head = statement.chain.members[0]
        bodies = [r.instance(head) for r in (rule, used)]
        values: list[Value] = []
        for body in bodies:
            if body is None:
                break
            try:
                values.append(exact.value(body, statement.start))
            except NotDefined as error:
                return f", and {latex(error.node)} is given no value"
            except TooLarge:
                break  # nobody knows
            except FAILURES:
                return ""
        if len(values) == 2 and not _equal(*values):
            return ""
    return None


def _own_formula(known: Definitions, ledger: Ledger, exact: Global, statement: Statement) -> None:
    own = statement.derivation
    if own is None or statement.printed is None or not has_names(own) or numbers(own) is not None:
        return
    head = statement.chain.members[0]
    exact.evaluator.refill()
    try:
        ruled = known.rule_for(head, statement.start)
        if ruled is None or canonical(ruled[1]) == canonical(own) or canonical(ruled[0].head) == canonical(head):
            return
        if _equal(exact.value(ruled[1], statement.start), exact.value(own, statement.start)):
            return
    except FAILURES:
        return
    line, here = (ledger.source.place(offset)[0] for offset in (ruled[0].offset, statement.start))
    message = wording.definition(latex(head), line, here, "")
    ledger.find("definition", latex(head), message, statement.start, own.stop)


def _equal(a: Value, b: Value) -> bool:
    left, right = (list(v) if isinstance(v, Array) else [v] for v in (a, b))
    try:
        return len(left) == len(right) and all(reals.equal(x, y) for x, y in zip(left, right, strict=True))
    except TooClose:
        return True
