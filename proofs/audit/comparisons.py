r"""Comparisons in chains: `2 < 3 \le x`, decided exactly, from the numbers printed before and from the inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofs.audit import links, wording
from proofs.audit.definitions import has_names
from proofs.audit.evaluator import ORDERS
from proofs.audit.ledger import FAILURES
from proofs.audit.syntax import Chain

if TYPE_CHECKING:
    from proofs.audit.definitions import Statement
    from proofs.audit.ledger import Ledger
    from proofs.audit.scopes import Global, Local
    from proofs.audit.syntax import Node


class Comparisons:
    """Checks the relations of order of one statement after another."""

    def __init__(self, ledger: Ledger, exact: Global, local: Local) -> None:
        self.ledger, self.exact, self.local = ledger, exact, local

    def check(self, statement: Statement) -> bool:
        """Check the comparisons of a chain: those of numbers, and those of names in a chain that gives values.

        A comparison of names alone may be a condition: one that does not hold is a remark.  Return whether anything
        was claimed.
        """
        members, relations = statement.chain.members, statement.chain.relations
        claims = False
        for place, relation in enumerate(relations):
            pair = members[place], members[place + 1]
            if relation not in ORDERS or relation == "=":
                continue
            named = any(has_names(member) for member in pair)
            outcomes = [self._holds(pair, relation, scope, statement) for scope in (self.local, self.exact)]
            failures = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
            if len(failures) == len(outcomes):
                if not named:
                    self.ledger.failure(failures[0], statement)
                    claims = True
                continue
            claims = True
            if True not in outcomes:
                self._report(pair, statement, condition=named and "=" not in relations)
        return claims

    def _report(self, pair: tuple[Node, Node], statement: Statement, *, condition: bool) -> None:
        start, stop = pair[0].start, pair[1].stop
        left, right = (self._shown(member, statement) for member in pair)
        self.ledger.find(
            "value",
            self.ledger.name(statement.chain.members),
            wording.comparison(self.ledger.source.excerpt(start, stop), left, right),
            start,
            stop,
            remark=condition,
            verdict="" if condition else "wrong",
            cause=None if condition else start,
        )

    def _holds(
        self, pair: tuple[Node, Node], relation: str, scope: Local | Global, statement: Statement
    ) -> bool | Exception:
        """Decide a comparison, or return why it cannot be decided."""
        scope.at = statement.start
        try:
            return scope.evaluator.holds(Chain(pair, (relation,)), scope)
        except FAILURES as error:
            return error.with_traceback(None)  # the frames would keep one another alive

    def _shown(self, member: Node, statement: Statement) -> str:
        try:
            return links.shown(self.local.value(member, statement.start))
        except FAILURES:
            return self.ledger.text(member)
