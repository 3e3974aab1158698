"""Definitions of one thing that disagree: two rules, or a rule and the formula a chain uses in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attention.exact import TooClose
from proofs.audit import reals, wording
from proofs.audit.definitions import Definitions, Statement, has_names
from proofs.audit.evaluator import NotDefined, ShapesDiffer
from proofs.audit.limits import Unread
from proofs.audit.syntax import canonical, latex, numbers
from proofs.audit.values import Array, Value

if TYPE_CHECKING:
    from proofs.audit.examiner import Examiner
    from proofs.audit.rules import Rule

_FAILURES = (NotDefined, ShapesDiffer, reals.Undefined, TooClose, Unread)


def report(known: Definitions, examiner: Examiner) -> None:
    """Add a `definition` finding for each pair of definitions that disagree on a printed value.

    Rules that no printed value is an instance of are left alone: nothing numeric depends on them.
    """
    instances = {
        subject: [
            s for group in known.statements.values() for s in group if s.printed is not None and _is(rules, s)
        ]
        for subject, rules in known.rules.items()
    }
    for subject, rules in known.rules.items():
        if instances[subject]:
            _rules(known, examiner, rules, instances[subject])
    for statements in known.statements.values():
        for statement in statements:
            _own_formula(known, examiner, statement)


def _is(rules: list[Rule], statement: Statement) -> bool:
    return any(rule.instance(statement.chain.members[0]) is not None for rule in rules)


def _rules(known: Definitions, examiner: Examiner, rules: list[Rule], instances: list[Statement]) -> None:
    first: dict[str, Rule] = {}
    for rule in rules:
        first.setdefault(rule.meaning, rule)
    used = known.followed(rules[0].subject) or next(iter(first.values()))
    for meaning, rule in first.items():
        if meaning == used.meaning:
            continue
        why = _differs(examiner, rule, used, instances)
        if why is None:
            continue
        lines = [examiner.source.place(r.offset)[0] for r in (rule, used)]
        later, earlier = max(rule.offset, used.offset), min(rule.offset, used.offset)
        message = wording.definition(latex(used.head), examiner.source.place(earlier)[0], lines[1], why)
        head = rule.head if rule.offset == later else used.head
        examiner.find("definition", latex(head), message, later, max(rule.body.stop, used.body.stop))


def _differs(examiner: Examiner, rule: Rule, used: Rule, instances: list[Statement]) -> str | None:
    """Return why two rules differ, in words to append, or None if they agree on every printed instance."""
    for statement in instances:
        head = statement.chain.members[0]
        bodies = [r.instance(head) for r in (rule, used)]
        values: list[Value] = []
        for body in bodies:
            if body is None:
                break
            try:
                values.append(examiner.exact.value(body, statement.start))
            except NotDefined as error:
                return f", and {latex(error.node)} is given no value"
            except _FAILURES:
                return ""
        if len(values) == 2 and not _equal(*values):
            return ""
    return None


def _own_formula(known: Definitions, examiner: Examiner, statement: Statement) -> None:
    own = statement.derivation
    if own is None or statement.printed is None or not has_names(own) or numbers(own) is not None:
        return
    head = statement.chain.members[0]
    try:
        ruled = known.rule_for(head, statement.start)
        if (
            ruled is None
            or canonical(ruled[1]) == canonical(own)
            or canonical(ruled[0].head) == canonical(head)
        ):
            return
        if _equal(
            examiner.exact.value(ruled[1], statement.start), examiner.exact.value(own, statement.start)
        ):
            return
    except _FAILURES:
        return
    line, here = (examiner.source.place(offset)[0] for offset in (ruled[0].offset, statement.start))
    message = wording.definition(latex(head), line, here, "")
    examiner.find("definition", latex(head), message, statement.start, own.stop)


def _equal(a: Value, b: Value) -> bool:
    left, right = (list(v) if isinstance(v, Array) else [v] for v in (a, b))
    try:
        return len(left) == len(right) and all(reals.equal(x, y) for x, y in zip(left, right, strict=True))
    except TooClose:
        return True
