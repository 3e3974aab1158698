"""What a page is made of: entries, statements, and what may be planted."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from chapters import formulas as f


@dataclass
class Entry:
    """What is known of a name: exact value, the spots that print it, and the value used from there on."""

    exact: object
    spots: object  # one Spot, or tuples of them
    used: object
    column: bool = False
    tainted: bool = False


@dataclass
class Statement:
    """One formula: sides and the relations between them ("defined", "rounded", or a sign itself).

    `planted` names a mistake of the statement as a whole: shape, definition, redefined, undefined, inequality;
    `tainted`: it holds numbers that depend on a planted one.
    """

    sides: list
    relations: list
    planted: str = ""
    tainted: bool = False

    @property
    def named(self):
        """Whether there is a name in it."""
        return any(f.names(side) for side in self.sides)


@dataclass(frozen=True)
class Mistake:
    """What is planted: at which number (or opportunity), of which kind, and how far off."""

    at: int
    kind: str
    off: int = 0
    carried: bool = False


def mapped(function, *trees):
    """Apply a function to the leaves of nested tuples of one shape."""
    if isinstance(trees[0], tuple):
        return tuple(mapped(function, *parts) for parts in zip(*trees, strict=True))
    return function(*trees)


def leaves(tree):
    """Return the leaves of nested tuples."""
    return [leaf for part in tree for leaf in leaves(part)] if isinstance(tree, tuple) else [tree]


def is_stained(tree):
    """Whether a formula, or a nest of spots, holds a tainted number."""
    if isinstance(tree, tuple):
        return any(map(is_stained, tree))
    found = []
    f.spots(tree, found)
    return any(spot.tainted for spot in found)


def swapped(value, digits):
    """Return a number with its last two different digits exchanged, or None."""
    text = str(abs(value * 10**digits).numerator)
    for i in range(len(text) - 2, -1, -1):
        if text[i] != text[i + 1] and not (i == 0 and text[1] == "0"):
            changed = int(text[:i] + text[i + 1] + text[i] + text[i + 2 :])
            return Fraction(changed if value >= 0 else -changed) / Fraction(10) ** digits
    return None
