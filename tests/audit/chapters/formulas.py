"""Formulas of a worked example: what they mean, and what they are with numbers put in.

A formula is a tree of the classes below.  `value` works it out from the values of names; `put` replaces names
by printed numbers; `instance` replaces index letters by numbers.  How a tree is written is another matter
(`writer`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction
from typing import Any

from chapters import exact


@dataclass(frozen=True)
class Name:
    """A name: letter or word, indices (numbers or letters), label (`W^Q`), accent, bold, arguments; or an entry."""

    letter: str
    subs: tuple[int | str, ...] = ()
    label: str = ""
    accent: str = ""
    bold: bool = False
    args: tuple[Any, ...] = ()
    entry: bool = False


@dataclass(frozen=True)
class Form:
    """How precisely a number is printed: decimals, in percent, or times a power of ten."""

    places: int
    percent: bool = False
    ten: int | None = None

    @property
    def digits(self):
        """Decimals of the value itself: 47% has two, 1.2e-3 has four."""
        return self.places + 2 * self.percent - (self.ten or 0)


@dataclass(frozen=True)
class Lit:
    """A number that belongs to the formula (the 2 of 2x)."""

    number: Fraction
    form: Form = Form(0)


@dataclass(eq=False)
class Spot:
    """A printed number: its kind (given, put, step, result), what it is exactly, and what is printed.

    `right` is what honest rounding prints; `planted` names the mistake if another number is printed; `tainted`
    says that the number depends on a planted one; `clear` that nothing but `right` could be printed;
    `true` is what it would be from exact numbers.
    """

    ident: int
    kind: str
    form: Form
    shown: Fraction
    right: Fraction
    planted: str = ""
    tainted: bool = False
    clear: bool = True
    true: Any = None


@dataclass(frozen=True)
class Add:
    """A sum of (sign, term)."""

    terms: tuple[tuple[int, Any], ...]


@dataclass(frozen=True)
class Mul:
    """A product, as the shapes say."""

    factors: tuple[Any, ...]


@dataclass(frozen=True)
class Dot:
    """The dot product of two vectors."""

    left: Any
    right: Any


@dataclass(frozen=True)
class Div:
    """A quotient."""

    top: Any
    bottom: Any


@dataclass(frozen=True)
class Pow:
    """A power."""

    base: Any
    exponent: Any


@dataclass(frozen=True)
class Root:
    """A root."""

    inside: Any
    degree: int = 2


@dataclass(frozen=True)
class Size:
    """An absolute value or a norm."""

    inside: Any
    vector: bool = False


@dataclass(frozen=True)
class Fn:
    """A function of one thing (exp, ln, log10, log2, sin, cos, tanh, sigmoid, ReLU, floor, ceil, !, det); max, min."""

    name: str
    args: tuple[Any, ...]


@dataclass(frozen=True)
class Degrees:
    """An angle in degrees."""

    inside: Any


@dataclass(frozen=True)
class Choose:
    """A binomial coefficient."""

    n: Any
    k: Any


@dataclass(frozen=True)
class Cases:
    """What a variable is if it is positive, and zero otherwise."""

    inside: Any


@dataclass(frozen=True)
class Inverse:
    """An inverse matrix."""

    inside: Any


@dataclass(frozen=True)
class Softmax:
    """The weights of a vector, or of a matrix by rows."""

    inside: Any


@dataclass(frozen=True)
class Array:
    """A vector (a tuple of formulas) or a matrix (a tuple of tuples)."""

    items: tuple[Any, ...]
    column: bool = False

    @property
    def matrix(self):
        """Whether it has rows and columns."""
        return isinstance(self.items[0], tuple)


@dataclass(frozen=True)
class Turned:
    """A transpose."""

    inside: Any


@dataclass(frozen=True)
class Big:
    """A sum or product over an index letter."""

    op: str
    letter: str
    low: Any
    high: Any
    body: Any


@dataclass(frozen=True)
class Idx:
    """An index letter that stands as a number."""

    letter: str


ONE, TWO = Lit(Fraction(1)), Lit(Fraction(2))


def minus(left, right):
    """Return the difference of two formulas."""
    return Add(((1, left), (-1, right)))


def total(*terms):
    """Return the sum of formulas."""
    return Add(tuple((1, t) for t in terms))


def instance(tree, letters):
    """Return a formula with index letters replaced by numbers, except where they are bound inside."""
    if isinstance(tree, Idx):
        return Lit(Fraction(letters[tree.letter])) if tree.letter in letters else tree
    if isinstance(tree, Big):
        inner = {k: v for k, v in letters.items() if k != tree.letter}
        return Big(
            tree.op, tree.letter, instance(tree.low, letters), instance(tree.high, letters), instance(tree.body, inner)
        )
    if isinstance(tree, Name):
        subs = tuple(letters.get(s, s) for s in tree.subs)
        return replace(tree, subs=subs, args=tuple(instance(a, letters) for a in tree.args))
    return _mapped(tree, lambda part: instance(part, letters))


def written_out(tree, look):
    """Return a formula with every sum and product over an index written out term by term."""
    if isinstance(tree, Big):
        low, high = (int(value(bound, look)) for bound in (tree.low, tree.high))
        parts = tuple(written_out(instance(tree.body, {tree.letter: k}), look) for k in range(low, high + 1))
        if len(parts) == 1:
            return parts[0]
        return total(*parts) if tree.op == "sum" else Mul(parts)
    return _mapped(tree, lambda part: written_out(part, look))


def put(tree, number):
    """Return a formula with each name replaced by number(name)."""
    return number(tree) if isinstance(tree, Name) else _mapped(tree, lambda part: put(part, number))


def _mapped(tree, change):
    if isinstance(tree, tuple):
        return tuple(_mapped(t, change) if isinstance(t, tuple) else change(t) for t in tree)
    if not is_dataclass(tree) or isinstance(tree, (Lit, Spot, Form)):
        return tree
    changed = {}
    for f in fields(tree):
        part = getattr(tree, f.name)
        if isinstance(part, tuple):
            changed[f.name] = _mapped(part, change)
        elif is_dataclass(part):
            changed[f.name] = change(part)
    return replace(tree, **changed) if changed else tree


def names(tree):
    """Return the names in a formula, in order."""
    found = []
    put(tree, lambda name: found.append(name) or name)
    return found


def truth(tree):
    """Return a formula with each printed number replaced by what it would be from exact numbers."""
    return Lit(tree.true) if isinstance(tree, Spot) else _mapped(tree, truth)


def multiplied_out(tree):
    """Return a formula with dot products of printed vectors written as sums of products."""
    if isinstance(tree, Dot) and isinstance(tree.left, Array) and isinstance(tree.right, Array):
        return total(*(Mul(pair) for pair in zip(tree.left.items, tree.right.items, strict=True)))
    return _mapped(tree, multiplied_out)


def spots(tree, found):
    """Collect the printed numbers in a formula."""
    if isinstance(tree, Spot):
        found.append(tree)
    elif isinstance(tree, tuple):
        for part in tree:
            spots(part, found)
    elif is_dataclass(tree) and not isinstance(tree, (Name, Form)):
        for f in fields(tree):
            spots(getattr(tree, f.name), found)


def value(tree, look):
    """Return what a formula is, where look(name) is what a name is.  Raises NoValue."""
    match tree:
        case Lit():
            return tree.number
        case Spot():
            return tree.shown
        case Name():
            return look(tree)
        case Add():
            out = None
            for sign, term in tree.terms:
                part = exact.scaled(Fraction(sign), value(term, look))
                out = part if out is None else exact.plus(out, part)
            return out
        case Mul():
            out = value(tree.factors[0], look)
            for factor in tree.factors[1:]:
                out = exact.times(out, value(factor, look))
            return out
        case Dot():
            return exact.dot(value(tree.left, look), value(tree.right, look))
        case Div():
            return exact.divided(value(tree.top, look), value(tree.bottom, look))
        case Pow():
            return exact.power(value(tree.base, look), value(tree.exponent, look))
        case Root():
            return exact.root(value(tree.inside, look), tree.degree)
        case Size():
            return exact.size(value(tree.inside, look))
        case Fn():
            args = [value(a, look) for a in tree.args]
            if tree.name in {"max", "min"}:
                return (max if tree.name == "max" else min)(args, key=exact.real)
            return exact.function(tree.name, args[0])
        case Degrees():
            return exact.radians(value(tree.inside, look))
        case Choose():
            return exact.choose(value(tree.n, look), value(tree.k, look))
        case Cases():
            return max(value(tree.inside, look), Fraction(0), key=exact.real)
        case Inverse():
            return exact.inverse(value(tree.inside, look))
        case Softmax():
            return exact.softmax(value(tree.inside, look))
        case Array():
            return tuple(tuple(value(c, look) for c in r) if tree.matrix else value(r, look) for r in tree.items)
        case Turned():
            return exact.turned(value(tree.inside, look))
        case Big():
            return value(written_out(tree, look), look)
    raise TypeError(tree)
