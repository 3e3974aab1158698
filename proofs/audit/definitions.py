r"""What the document defines, and the two ways to look a name up.

*Global*: from the definitions, exactly, starting at the inputs (numbers that nothing in the text derives).
*Local*: as last printed.  A name's definition at one place in the text is the last one before that place,
else the first one after it, because texts often state a rule after the example that follows it.  Of one
statement, what defines the name is its first formula with a name in it (`q_1 = x_1W^Q = ...`); then a rule
that the name is an instance of; then a formula of numbers alone; then the number itself, an input.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from proofs.audit.judge import agree
from proofs.audit.limits import MAX_RIVALS
from proofs.audit.rules import Rule, places, rule
from proofs.audit.syntax import Call, Chain, Name, Node, Number, Power, Table, canonical, children, numbers, shape
from proofs.audit.values import Array, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


_T = TypeVar("_T")
_Key: TypeAlias = "tuple[str, int, tuple[tuple[int, str], ...]]"


_NEAR = 400
"""How far behind a formula, in characters, its inputs may be printed."""


class Statement:
    r"""One chain of the document.

    Attributes: chain; start; key (canonical text of its head if that is a name or call, else ""); equal_members (up to
    the first relation that is no equality); formulas (those of them, the head aside, that are no printed numbers);
    derivation (the first formula with a name in it, else the first formula, or None); printed (the last of them that is
    printed numbers, or None); about (whether that is said to be so only roughly, by a sign such as `\approx`).
    """

    __slots__ = ("about", "chain", "derivation", "equal_members", "formulas", "key", "printed", "start")

    def __init__(self, chain: Chain, start: int, key: str) -> None:
        self.chain, self.start, self.key = chain, start, key
        relations = chain.relations
        count = next((i for i, relation in enumerate(relations) if relation != "="), len(relations))
        members = chain.members if count == len(relations) else chain.members[: count + 1]
        self.equal_members: tuple[Node, ...] = members
        self.printed: Node | None = None
        self.about = False
        formulas: list[Node] = []
        for place, member in enumerate(members[1:]):
            if numbers(member) is None:
                formulas.append(member)
            else:
                self.printed = member
                self.about = place < len(chain.about) and chain.about[place] == "roughly"
        self.formulas: tuple[Node, ...] = tuple(formulas)
        self.derivation = next((f for f in formulas if has_names(f)), formulas[0] if formulas else None)


@dataclass(slots=True)
class Record:
    """Numbers printed for a name.

    Attributes: start; numbers; shape; flat; causes (for each number, once judged: where the
    mistake stands that it is wrong by, None if it holds none); implied (put in for the name, and said nowhere else).
    """

    start: int
    numbers: tuple[Number, ...]
    shape: tuple[int, int] | None
    flat: bool = False
    causes: list[int | None] = field(default_factory=list)
    implied: bool = False

    def value(self) -> Value:
        """The numbers as printed."""
        entries = [n.printed.value for n in self.numbers]
        if self.shape is None:
            return entries[0]
        width = self.shape[1]
        return Array(tuple(tuple(entries[i : i + width]) for i in range(0, len(entries), width)), self.flat)

    @property
    def cause(self) -> int | None:
        """Where the first mistake stands that any of the numbers is wrong by."""
        return next((cause for cause in self.causes if cause is not None), None)

    def agrees(self, other: Record) -> bool:
        """Whether two printings of one thing differ at most in their number of digits."""
        return len(self.numbers) == len(other.numbers) and all(
            agree(a.printed, b.printed) for a, b in zip(self.numbers, other.numbers, strict=True)
        )


def record(node: Node) -> Record:
    """Return the record of a member that is printed numbers."""
    found = numbers(node)
    assert found is not None  # noqa: S101 - callers pass such members only
    return Record(node.start, found, shape(node), isinstance(node, Table) and node.flat)


def has_names(node: Node) -> bool:
    """Whether a formula refers to anything by name."""
    return isinstance(node, (Name, Call)) or any(has_names(child) for child in children(node))


class Definitions:
    """Every definition of a document, by name. Build it from all statements, in order.

    Attributes: statements (by canonical head); stated (by stem); rules (by subject); printed (numbers printed
    so far, by canonical name); changes (offsets where something is defined anew); rough (numbers of inputs that
    are said to hold only roughly); squares (statements of the square of a name, by the name).
    """

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.statements: dict[str, list[Statement]] = defaultdict(list)
        self.stated: dict[str, list[Statement]] = defaultdict(list)
        self.rules: dict[str, list[Rule]] = defaultdict(list)
        self.printed: dict[str, list[Record]] = defaultdict(list)
        self.changes: list[int] = []
        self.rough: list[Number] = []
        self.squares: dict[str, Statement] = {}
        for statement in statements:
            found = rule(statement.chain)
            if found is not None:
                self._add_rule(found)
            head = statement.chain.members[0]
            if isinstance(head, Power) and isinstance(head.base, Name) and canonical(head.exponent) == "2":
                self.squares.setdefault(canonical(head.base), statement)
            if statement.about and statement.key and not statement.formulas and statement.printed is not None:
                self.rough.extend(numbers(statement.printed) or ())
            if statement.key and (found is None or statement.printed is not None):
                self.statements[statement.key].append(statement)
                self.stated[stem(statement.chain.members[0])].append(statement)
        # By what every instance of a head shares with it: a text may have a rule for each of a thousand indices.
        self._subjects: dict[_Key, list[tuple[int, str]]] = defaultdict(list)
        self._fixed: dict[tuple[str, int], list[tuple[int, ...]]] = defaultdict(list)
        for order, (subject, rules) in enumerate(self.rules.items()):
            head, fixed = rules[0].head, rules[0].fixed
            alike = self._fixed[stem(head), len(places(head))]
            if fixed not in alike:
                alike.append(fixed)
            self._subjects[_key(head, fixed)].append((order, subject))
        self._followed: dict[str, Rule | None] = {}
        self._find_changes()

    def rule_for(self, node: Node, at: int) -> tuple[Rule, Node] | None:
        """Return the rule for `node`, used at offset `at`, and the rule's body for this instance."""
        if not isinstance(node, (Name, Call)):
            return None
        for _, subject in sorted(
            found
            for fixed in self._fixed.get((stem(node), len(places(node))), ())
            for found in self._subjects.get(_key(node, fixed), ())
        ):
            candidates = self.rules[subject]
            chosen = self.followed(subject) or _nearest(candidates, at, _offset)
            body = chosen.instance(node)
            if body is not None:
                return chosen, body
        return None

    def followed(self, subject: str) -> Rule | None:
        """Return which of several rules for one thing the document's own chains follow, if any."""
        if subject not in self._followed:
            self._followed[subject] = self._most_followed(self.rules[subject])
        return self._followed[subject]

    def _most_followed(self, candidates: Sequence[Rule]) -> Rule | None:
        first: dict[str, Rule] = {}
        for candidate in candidates:
            first.setdefault(candidate.meaning, candidate)
        candidates = list(first.values())  # a text may say two rules in turn, thousands of times
        if not 1 < len(candidates) <= MAX_RIVALS:
            return None
        votes = [0] * len(candidates)
        for statement in self.stated[stem(candidates[0].head)]:
            own = statement.derivation
            if own is None:
                continue
            for place, candidate in enumerate(candidates):
                body = candidate.instance(statement.chain.members[0])
                votes[place] += body is not None and canonical(body) == canonical(own)
        best = max(votes)
        return candidates[votes.index(best)] if best else None

    def defining(self, node: Node, at: int) -> Statement | None:
        """Return the statement that defines `node` for a use at offset `at`; a repetition defines nothing."""
        found = self._defining.get(canonical(node))
        return _nearest(found, at, _start) if found else None

    def input(self, node: Node, at: int) -> Statement | None:
        """Return the statement whose printed numbers are what a name stands for at offset `at`, if there is one.

        Of what is printed later only an input close by counts (`y = x + 1 = 4 with x = 3`), no rounded result.
        """
        statement = self.defining(node, at)
        if statement is None or statement.printed is None:
            return None
        near = statement.start - at <= _NEAR and not statement.about and statement.key not in self.squares
        return statement if statement.start <= at or near else None

    def symbolic(self, node: Node, statement: Statement) -> Node | None:
        """Return the formula without numbers that the text gives for a name before it prints its value alone.

        `y = x + 1`, then `y = 4`: the second statement claims what the first one says, at the x that is printed then.
        """
        found = self._defining.get(canonical(node), [])
        place = bisect_left(found, statement.start, key=_start)
        return self._said.get(found[place - 1].start) if place else None

    def is_defined(self, node: Node) -> bool:
        """Whether a statement or a rule gives a name its value."""
        return canonical(node) in self._defining or self.rule_for(node, 0) is not None

    def epoch(self, at: int) -> int:
        """Return how many definitions were replaced before `at`: within one epoch values stay."""
        return bisect_left(self.changes, at)

    def last_printed(self, node: Node, at: int) -> Record | None:
        """Return the numbers last printed for `node` before offset `at`."""
        found = self.printed.get(canonical(node), [])
        place = bisect_left(found, at, key=_start)
        return found[place - 1] if place else None

    def forget(self, node: Node) -> None:
        """Drop the numbers printed for `node`: another example begins."""
        self.printed.pop(canonical(node), None)

    def print(self, node: Node, printed: Record) -> None:
        """Add numbers printed for `node`."""
        insort(self.printed[canonical(node)], printed, key=_start)

    def _add_rule(self, found: Rule) -> None:
        known = self.rules[found.subject]
        if known and known[-1].meaning == found.meaning:
            return
        if known:
            self.changes.append(found.offset)
        known.append(found)

    def _find_changes(self) -> None:
        self._defining: dict[str, list[Statement]] = {}
        self._said: dict[int, Node] = {}  # by the start of a statement: the formula that `symbolic` returns after it
        for key, statements in self.statements.items():
            kept: list[Statement] = []
            last: Record | None = None
            said: Node | None = None
            for statement in statements:
                given = statement.printed
                repeats = (
                    statement.derivation is None
                    and given is not None
                    and (last is not None and last.agrees(record(given)))
                )
                if given is not None:
                    last = record(given)
                if repeats or (given is None and statement.derivation is None):
                    continue
                if kept:
                    self.changes.append(statement.start)
                kept.append(statement)
                own = statement.derivation
                if own is not None:
                    said = own if given is None and has_names(own) else None
                if said is not None:
                    self._said[statement.start] = said
            self._defining[key] = kept
        self.changes.sort()


def _start(item: Statement | Record) -> int:
    return item.start


def _offset(item: Rule) -> int:
    return item.offset


def _nearest(items: Sequence[_T], at: int, key: Callable[[_T], int]) -> _T:
    """Return the last item before an offset, else the first after it."""
    place = bisect_left(items, at, key=key)
    return items[place - 1] if place else items[0]


def _key(node: Node, fixed: tuple[int, ...]) -> _Key:
    """Return what a head and its instances share, with what stands at the places that the head leaves no choice."""
    parts = places(node)
    return stem(node), len(parts), tuple((place, canonical(parts[place])) for place in fixed)


def stem(node: Node) -> str:
    """Return the name without its index or arguments: what a rule's head and its instances share."""
    match node:
        case Call():
            return stem(node.head) + "()"
        case Name():
            primes = "'" * node.primes
            return f"{node.base}^{node.label}{primes}{'_' * bool(node.index)}"
        case _:
            return ""
