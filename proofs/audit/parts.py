r"""Names that are parts of what another name stands for: x_2 of x, A_{21} of A, A' of A (its transpose).

They count only where the text gives the part no value of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from proofs.audit.definitions import Record
from proofs.audit.syntax import NUMBERED, Name, Number
from proofs.audit.values import Array, Value, position

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofs.audit.definitions import Definitions
    from proofs.audit.syntax import Node

Part: TypeAlias = "tuple[int, ...] | None"
"""The 1-based index of an entry; None for the transpose."""


def wholes(node: Node) -> Iterator[tuple[Name, Part]]:
    """Yield the names that a name may be a part of."""
    if not isinstance(node, Name):
        return
    if node.primes:
        yield replace(node, primes=node.primes - 1), None
    index = [part.printed.units for part in node.index if isinstance(part, Number)]
    kept = int(node.label in NUMBERED)
    if len(index) > kept and len(index) == len(node.index):
        yield replace(node, index=node.index[:kept]), tuple(index[kept:])


def of_value(value: Value, part: Part) -> Value | None:
    """Return a part of a value, None if it has no such part."""
    if not isinstance(value, Array):
        return None
    if part is None:
        return value.transposed()
    place = position(value.shape, part)
    return None if place is None else list(value)[place]


def printed(known: Definitions, node: Node, at: int) -> Record | None:
    """Return the numbers last printed for a name before offset `at`, as such or as a part of another one."""
    last = known.last_printed(node, at)
    return last if last is not None or known.is_defined(node) else beside(known, node, at)


def beside(known: Definitions, node: Node, at: int) -> Record | None:
    """Return the numbers last printed for a part before offset `at`, as they stand in the whole."""
    for whole, part in wholes(node):
        owner = known.last_printed(whole, at)
        found = None if owner is None else _of_record(owner, part)
        if found is not None:
            return found
    return None


def _of_record(owner: Record, part: Part) -> Record | None:
    if owner.shape is None:
        return None
    rows, columns = owner.shape
    if part is not None:
        place = position(owner.shape, part)
        return None if place is None else _picked(owner, [place], None)
    return _picked(owner, [row * columns + column for column in range(columns) for row in range(rows)], (columns, rows))


def _picked(owner: Record, places: list[int], shape: tuple[int, int] | None) -> Record:
    causes = [owner.causes[place] for place in places] if owner.causes else []
    return Record(owner.start, tuple(owner.numbers[place] for place in places), shape, causes=causes)
