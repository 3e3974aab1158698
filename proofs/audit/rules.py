r"""Definitions with index letters, and what they say of one instance.

`\alpha_{ij} = \frac{exp(score(x_i,x_j))}{\sum_{k=1}^i exp(score(x_i,x_k))}` is a rule: its head has letters
that its body uses.  Matching the head with `\alpha_{21}` binds i = 2, j = 1; putting these into the body
gives the formula of that instance, sums written out.  Rules work on formulas alone and compute no values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from proofs.audit.limits import MAX_HEIGHT, MAX_TERMS, TooDeep, TooLarge
from proofs.audit.syntax import (
    Add,
    Call,
    Cases,
    Chain,
    Component,
    Entry,
    Known,
    Name,
    Node,
    Number,
    Opaque,
    Power,
    Product,
    Quotient,
    Repeated,
    Table,
    canonical,
    children,
    height,
)
from proofs.audit.values import printed

Bindings = Mapping[str, Node]
_KEPT_INSTANCES = 64


@dataclass(frozen=True)
class Rule:
    """head = body for every value of the letters. `offset` is where it stands in the document."""

    head: Name | Call
    body: Node
    letters: tuple[str, ...]
    offset: int

    @cached_property
    def subject(self) -> str:
        """What the rule defines, letters apart: the same for `q_i` and `q_j`."""
        return canonical(instantiate(self.head, self._anonymous()))

    @cached_property
    def fixed(self) -> tuple[int, ...]:
        """Which of the head's `places` hold no letter: there an instance has what the head has."""
        return tuple(i for i, part in enumerate(places(self.head)) if _letters(part).isdisjoint(self.letters))

    @cached_property
    def meaning(self) -> str:
        """The body with its letters renamed in the order of the head: equal for rules that say the same."""
        return canonical(instantiate(self.body, self._anonymous()))

    def _anonymous(self) -> Bindings:
        return {letter: Name(-1, -1, f"#{place}") for place, letter in enumerate(self.letters)}

    def instance(self, node: Node) -> Node | None:
        """Return the body for the instance `node` of the head, or None if it is no instance."""
        bindings: dict[str, Node] = {}
        if not _match(self.head, node, self.letters, bindings):
            return None
        indexed = isinstance(node, Name)  # what stands for an index is counted, not printed: its place is nothing
        key = canonical(node) if indexed else ""
        if indexed and key in self._instances:
            return self._instances[key]
        body = instantiate(self.body, bindings, write_out=True)
        if self._height + max(map(height, bindings.values()), default=0) > MAX_HEIGHT and height(body) > MAX_HEIGHT:
            raise TooDeep(f"a formula more than {MAX_HEIGHT} levels tall", self.offset)
        if indexed:
            if len(self._instances) >= _KEPT_INSTANCES:
                self._instances.clear()
            self._instances[key] = body
        return body

    @cached_property
    def _height(self) -> int:
        return height(self.body)

    @cached_property
    def _instances(self) -> dict[str, Node]:
        """The instances asked for last: each is asked for several times while its statement is examined."""
        return {}


def places(head: Node) -> tuple[Node, ...]:
    """Return the arguments of a call, the index of a name."""
    return head.arguments if isinstance(head, Call) else head.index if isinstance(head, Name) else ()


def rule(chain: Chain) -> Rule | None:
    """Return the rule a chain states, if its head is a name or call whose letters its second member uses."""
    head = chain.members[0]
    if len(chain.members) < 2 or chain.relations[0] != "=" or not isinstance(head, (Name, Call)):
        return None
    head, body = _unshifted(head, chain.members[1])
    letters = tuple(dict.fromkeys(_head_letters(head)))
    if not letters or not (_letters(body).intersection(letters) or _leaves_open(body)):
        return None
    return Rule(head, body, letters, head.start)


def _unshifted(head: Name | Call, body: Node) -> tuple[Name | Call, Node]:
    """Return `a_{n+1} = f(n)` as `a_n = f(n-1)`."""
    if not isinstance(head, Name):
        return head, body
    index: list[Node] = []
    back: dict[str, Node] = {}
    for part in head.index:
        match part:
            case Add(terms=((1, Name() as letter), (sign, Number() as step))) if (
                _is_letter(letter) and letter.base not in back and _integer(step) is not None
            ):
                index.append(letter)
                back[letter.base] = Add(part.start, part.stop, ((1, letter), (-sign, step)))
            case _:
                index.append(part)
    return replace(head, index=tuple(index)), instantiate(body, back)


def integer(value: int, where: Node) -> Number:
    """Return the formula of an integer, at the place of another one."""
    return Number(where.start, where.stop, printed(str(value)))


def instantiate(node: Node, bindings: Bindings, *, write_out: bool = False) -> Node:
    """Return a formula with letters replaced and indices such as 2-1 computed.

    Args:
        node: the formula.
        bindings: what each letter is replaced with.
        write_out: whether sums with known bounds become their terms. A sum of sums never does: the
            evaluator adds it up one term at a time, within its budget.

    Raises:
        TooLarge: a sum of more than MAX_TERMS terms.
    """
    if not bindings:
        return node

    def put(part: Node) -> Node:
        return instantiate(part, bindings, write_out=write_out)

    start, stop = node.start, node.stop
    match node:
        case Name():
            if not node.index and not node.label and not node.primes:
                return bindings.get(node.base, node)
            index = tuple(_folded(put(part)) for part in node.index)
            return Name(start, stop, node.base, index, node.label, node.primes)
        case Number() | Opaque():
            return node
        case Call():
            head = put(node.head)
            arguments = tuple(put(part) for part in node.arguments)
            return Call(start, stop, head if isinstance(head, Name) else node.head, arguments)
        case Known():
            return Known(start, stop, node.function, tuple(put(part) for part in node.arguments))
        case Table():
            return Table(start, stop, tuple(tuple(put(cell) for cell in row) for row in node.rows), node.flat)
        case Add():
            return Add(start, stop, tuple((sign, put(term)) for sign, term in node.terms))
        case Product():
            return Product(start, stop, tuple(put(factor) for factor in node.factors), node.operators)
        case Quotient():
            return Quotient(start, stop, put(node.top), put(node.bottom))
        case Power():
            return Power(start, stop, put(node.base), put(node.exponent))
        case Component():
            return replace(node, owner=put(node.owner))
        case Repeated():
            return _repeated(node, bindings, write_out=write_out)
        case Entry():
            return replace(node, owner=put(node.owner), index=tuple(_folded(put(part)) for part in node.index))
        case Cases():
            return replace(node, rows=tuple((put(value), _put_in(chain, put)) for value, chain in node.rows))


def _put_in(chain: Chain | None, put: Callable[[Node], Node]) -> Chain | None:
    return None if chain is None else replace(chain, members=tuple(put(member) for member in chain.members))


def _repeated(node: Repeated, bindings: Bindings, *, write_out: bool) -> Node:
    low, high = (_folded(instantiate(bound, bindings)) for bound in (node.low, node.high))
    inner = {letter: value for letter, value in bindings.items() if letter != node.variable}
    first, last = _integer(low), _integer(high)
    known = write_out and node.kind == "sum" and not has_sum(node.body)
    if not known or first is None or last is None or last < first:
        return replace(node, low=low, high=high, body=instantiate(node.body, inner, write_out=write_out))
    if last - first >= MAX_TERMS:
        raise TooLarge(f"a sum of {last - first + 1:,} terms (at most {MAX_TERMS:,} are added)", node.start)
    terms = [instantiate(node.body, {**inner, node.variable: integer(k, node)}) for k in range(first, last + 1)]
    return terms[0] if len(terms) == 1 else Add(node.start, node.stop, tuple((1, term) for term in terms))


def written_out(node: Node, integer_of: Callable[[Node], int | None]) -> Node:
    """Return a formula with its sums and products of known bounds as their terms and factors.

    `integer_of` returns the value of a bound, None where it has none. Raises TooLarge (MAX_TERMS).
    """

    def out(part: Node) -> Node:
        return written_out(part, integer_of)

    match node:
        case Repeated():
            first, last = integer_of(node.low), integer_of(node.high)
            if first is None or last is None or last < first or has_sum(node.body):
                return node
            if last - first >= MAX_TERMS:
                raise TooLarge(f"a sum of {last - first + 1:,} terms (at most {MAX_TERMS:,} are added)", node.start)
            parts = [instantiate(node.body, {node.variable: integer(k, node)}) for k in range(first, last + 1)]
            if len(parts) == 1:
                return parts[0]
            if node.kind == "sum":
                return Add(node.start, node.stop, tuple((1, part) for part in parts))
            return Product(node.start, node.stop, tuple(parts), ("cdot",) * (len(parts) - 1))
        case Add():
            return replace(node, terms=tuple((sign, out(term)) for sign, term in node.terms))
        case Product():
            return replace(node, factors=tuple(out(factor) for factor in node.factors))
        case Quotient():
            return replace(node, top=out(node.top), bottom=out(node.bottom))
        case Known():
            return replace(node, arguments=tuple(out(argument) for argument in node.arguments))
        case Power():
            return replace(node, base=out(node.base))
        case _:
            return node


def has_sum(node: Node) -> bool:
    """Whether a sum or product sign stands anywhere in a formula."""
    return isinstance(node, Repeated) or any(has_sum(child) for child in children(node))


def _integer(node: Node) -> int | None:
    if isinstance(node, Number) and not node.printed.places and not node.printed.shift:
        return node.printed.units
    return None


def _folded(node: Node) -> Node:
    """Compute an index such as 2-1; leave everything else as it is."""
    if not isinstance(node, Add):
        return node
    terms = [(sign, _integer(term)) for sign, term in node.terms]
    if any(value is None for _, value in terms):
        return node
    return integer(sum(sign * value for sign, value in terms if value is not None), node)


def _head_letters(head: Node) -> list[str]:
    if isinstance(head, Call):
        return [letter for argument in head.arguments for letter in _head_letters(argument)]
    if isinstance(head, Name):
        if head.index:
            return [part.base for part in head.index if isinstance(part, Name) and _is_letter(part)]
        return [head.base] if _is_letter(head) else []
    return []


def _is_letter(name: Name) -> bool:
    single = len(name.base) == 1 or name.base.startswith("\\")
    return single and not (name.index or name.label or name.primes)


def _letters(node: Node) -> set[str]:
    """Return the letters a formula leaves free, those in subscripts included."""
    found: set[str] = set()
    stack: list[tuple[Node, frozenset[str]]] = [(node, frozenset())]
    while stack:
        part, bound = stack.pop()
        if isinstance(part, Name):
            if _is_letter(part) and part.base not in bound:
                found.add(part.base)
            stack.extend((index, bound) for index in part.index)
        elif isinstance(part, Repeated):
            stack.extend([(part.low, bound), (part.high, bound), (part.body, bound | {part.variable})])
        else:
            stack.extend((child, bound) for child in children(part))
    return found


def _leaves_open(node: Node) -> bool:
    """Whether a part of a formula is not understood: it may hold any letter."""
    return isinstance(node, Opaque) or any(_leaves_open(child) for child in children(node))


def _match(pattern: Node, node: Node, letters: tuple[str, ...], bindings: dict[str, Node]) -> bool:
    """Match one side of a head; `bindings` is filled."""
    if isinstance(pattern, Name) and _is_letter(pattern) and pattern.base in letters:
        if pattern.base in bindings:
            return canonical(bindings[pattern.base]) == canonical(node)
        bindings[pattern.base] = node
        return True
    if isinstance(pattern, Call) and isinstance(node, Call):
        same = canonical(pattern.head) == canonical(node.head) and len(pattern.arguments) == len(node.arguments)
        pairs = zip(pattern.arguments, node.arguments, strict=False)
        return same and all(_match(p, n, letters, bindings) for p, n in pairs)
    if isinstance(pattern, Name) and isinstance(node, Name) and pattern.index:
        same = (pattern.base, pattern.label, pattern.primes) == (node.base, node.label, node.primes)
        parts = zip(pattern.index, node.index, strict=False)
        return same and len(pattern.index) == len(node.index) and all(_index(p, n, letters, bindings) for p, n in parts)
    return canonical(pattern) == canonical(node)


def _index(pattern: Node, node: Node, letters: tuple[str, ...], bindings: dict[str, Node]) -> bool:
    """Match one subscript; a letter stands for 0, 1, 2 ... only, so that recursion ends."""
    if isinstance(pattern, Name) and pattern.base in letters:
        value = _integer(node)
        if value is None or value < 0:
            return False
    return _match(pattern, node, letters, bindings)
