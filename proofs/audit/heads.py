r"""Left sides that are more than a name: what such a statement defines.

x^T = [1, 2]             defines x, a column, if nothing else does
(x_1, x_2) = (1, 2)      defines x_1 and x_2
x_1, x_2 = 1, 2          the same, with no brackets
i = 1, 2, ..., n         counts, and claims nothing
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from proofs.audit.limits import Unread
from proofs.audit.syntax import Chain, Known, Name, Node, Number, Power, Table, canonical, numbers

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence


_CONSTANTS = frozenset({"e", r"\pi", "π"})


def names(chains: Iterable[Chain]) -> set[str]:
    """Return the names (canonical) that stand alone on a left side."""
    return {canonical(chain.members[0]) for chain in chains if len(chain.members) > 1 and _is_name(chain.members[0])}


def bases(chains: Iterable[Chain]) -> set[str]:
    """Return the letters and words that have a value in the text, with whatever marks."""
    out: set[str] = set()
    for chain in chains:
        if len(chain.members) > 1:
            head = chain.members[0]
            if isinstance(head, Table):
                out.update(cell.base for row in head.rows for cell in row if isinstance(cell, Name))
            while isinstance(head, Known) and head.function == "transpose":
                head = head.arguments[0]
            if isinstance(head, Name):
                out.add(head.base)
    return out


def is_quantity(head: Node, valued: Container[str]) -> bool:
    r"""Whether a left side is a function of one name that the text gives no value, and so is a name itself.

    `\|q\| = 5` says how long q is, whatever q is.
    """
    if isinstance(head, Known) and len(head.arguments) == 1:
        argument = head.arguments[0]
    elif isinstance(head, Power):
        argument = head.base
    else:
        return False
    return isinstance(argument, Name) and argument.base not in valued and argument.base not in _CONSTANTS


def settled(chains: Sequence[Chain], known: Container[str]) -> list[Chain]:
    """Return the statements of a segment with left sides that are names, where they stand for names.

    Args:
        chains: the statements.
        known: the names (canonical) that the document defines.

    Raises:
        Unread: a list of numbers after an equality that is no count.
    """
    out: list[Chain] = []
    for chain in _enumerated(chains):
        out += _each(_untransposed(_turned(chain, known), known))
    return out


def _turned(chain: Chain, known: Container[str]) -> Chain:
    """Return `3 = x` as `x = 3`, if nothing else defines x."""
    if len(chain.members) != 2 or chain.relations != ("=",):
        return chain
    number, name = chain.members
    if not isinstance(name, Name) or numbers(number) is None or canonical(name) in known:
        return chain
    return replace(chain, members=(name, number))


def runs(chain: Chain) -> list[Chain]:
    """Return a chain, and each stretch of equalities in it that stands behind another relation: `0 < x = 3`."""
    out = [chain]
    start = next((i for i, relation in enumerate(chain.relations) if relation != "="), len(chain.relations)) + 1
    while start < len(chain.members):
        stop = next((i for i in range(start, len(chain.relations)) if chain.relations[i] != "="), len(chain.relations))
        if stop > start:
            out.append(Chain(chain.members[start : stop + 1], chain.relations[start:stop], chain.about[start:stop]))
        start = stop + 1
    return out


def _is_name(node: Node) -> bool:
    return isinstance(node, Name)


def _untransposed(chain: Chain, known: Container[str]) -> Chain:
    """Return `x^T = ...` as `x = ...^T`, if nothing else defines x."""
    head = chain.members[0]
    if not (isinstance(head, Known) and head.function == "transpose" and len(chain.members) > 1):
        return chain
    name = head.arguments[0]
    if not isinstance(name, Name) or canonical(name) in known or set(chain.relations) != {"="}:
        return chain
    rest = (_transposed(member) for member in chain.members[1:])
    return replace(chain, members=(replace(name, start=head.start, stop=head.stop), *rest))


def _transposed(node: Node) -> Node:
    if isinstance(node, Table):
        return replace(node, rows=tuple(zip(*node.rows, strict=True)), flat=False)
    return Known(node.start, node.stop, "transpose", (node,))


def _each(chain: Chain) -> list[Chain]:
    """Return `(x_1, x_2) = (1, 2)` as one statement for each name."""
    head = chain.members[0]
    if not isinstance(head, Table) or len(chain.members) < 2 or set(chain.relations) != {"="}:
        return [chain]
    cells = [cell for row in head.rows for cell in row]
    tables = [member for member in chain.members[1:] if isinstance(member, Table)]
    size = (len(head.rows), len(head.rows[0]))
    if not all(map(_is_name, cells)) or len(tables) != len(chain.members) - 1:
        return [chain]
    if any((len(table.rows), len(table.rows[0])) != size for table in tables):
        return [chain]
    columns = zip(cells, *([cell for row in table.rows for cell in row] for table in tables), strict=True)
    return [replace(chain, members=tuple(column)) for column in columns]


def _enumerated(chains: Sequence[Chain]) -> list[Chain]:
    """Return the statements with `x_1, x_2 = 1, 2` taken apart and counts such as `i = 1, 2, 3` left out."""
    out: list[Chain] = []
    at = 0
    while at < len(chains):
        chain = chains[at]
        stop = at + 1
        while stop < len(chains) and len(chain.members) > 1 and _continues_list(chains[stop]):
            stop += 1
        more = [c.members[0] for c in chains[at + 1 : stop]]
        if not any(isinstance(member, Number) for member in more) or not isinstance(chain.members[-1], Number):
            out.append(chain)
            at += 1
            continue
        before = [c.members[0] for c in out[len(out) - len(more) :]] if len(out) >= len(more) else []
        if (
            len(chain.members) == 2
            and len(before) == len(more)
            and all(len(c.members) == 1 and _is_name(c.members[0]) for c in out[len(out) - len(more) :])
        ):
            del out[len(out) - len(more) :]
            pairs = zip([*before, chain.members[0]], [chain.members[1], *more], strict=True)
            out += [Chain(pair, ("=",), ("",)) for pair in pairs]
        elif len(chain.members) > 2 or numbers(chain.members[1]) is None or not _is_name(chain.members[0]):
            raise Unread("the numbers behind this equality may be a list or decimals", chain.members[-1].start)
        at = stop
    return out


def _continues_list(chain: Chain) -> bool:
    member = chain.members[0]
    return len(chain.members) == 1 and (isinstance(member, Number) or (isinstance(member, Name) and not member.index))
