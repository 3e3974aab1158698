r"""The shape of a formula: what the parser builds and everything after it reads.

Every node keeps `start` and `stop`, offsets in the document, so a finding can point and a correction can
replace. `canonical` is the same text for two formulas exactly when they differ in place and spelling alone
(`\cdot` or `*` or nothing, `e^{x}` or `\exp(x)`), which is how names are found and definitions compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeAlias

from proofs.audit.values import Printed, decimal


@dataclass(frozen=True, slots=True)
class Number:
    """A printed number, sign included where it is a lone signed number.

    `stop` is the end of its digits (of the mantissa, before a percent sign or a power of ten); `digits` is where they
    begin, behind the sign and what stands between.
    """

    start: int
    stop: int
    printed: Printed
    digits: int = -1


NUMBERED = frozenset({"()", "[]"})
"""Labels of names that are numbered by a superscript in brackets; the number is the first part of the index."""


@dataclass(frozen=True, slots=True)
class Name:
    r"""A letter or word with its marks: `W^Q`, `x_1`, `\alpha_{ij}`, `x_i'`, `x^{(1)}_2`.

    Attributes: base; index (the subscript's parts); label (a superscript that is part of the name); primes; key (its
    canonical text, once asked for).
    """

    start: int
    stop: int
    base: str
    index: tuple[Node, ...] = ()
    label: str = ""
    primes: int = 0
    key: str = field(default="", init=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A named function of arguments: `score(x_1, x_2)`, `f(3)`."""

    start: int
    stop: int
    head: Name
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A function every reader knows, by its name: exp, sqrt, ln, sin, max, abs, norm, softmax, transpose."""

    start: int
    stop: int
    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A matrix, or a tuple or list read as a vector (`flat`)."""

    start: int
    stop: int
    rows: tuple[tuple[Node, ...], ...]
    flat: bool = False


@dataclass(frozen=True, slots=True)
class Add:
    """Signed terms: ((+1 or -1, term), ...)."""

    start: int
    stop: int
    terms: tuple[tuple[int, Node], ...]


@dataclass(frozen=True, slots=True)
class Product:
    """Factors from left to right; operators[i] is "", "cdot", "times" or "*", between factors i and i+1."""

    start: int
    stop: int
    factors: tuple[Node, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quotient:
    """top / bottom."""

    start: int
    stop: int
    top: Node
    bottom: Node


@dataclass(frozen=True, slots=True)
class Power:
    """base ^ exponent."""

    start: int
    stop: int
    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Repeated:
    """A sum or product sign: kind "sum" or "prod", its index letter, its two bounds, its body."""

    start: int
    stop: int
    kind: str
    variable: str
    low: Node
    high: Node
    body: Node


@dataclass(frozen=True, slots=True)
class Component:
    """One entry (0-based) of a named vector: made when a product is laid beside its written-out terms."""

    start: int
    stop: int
    owner: Node
    position: int


@dataclass(frozen=True, slots=True)
class Entry:
    r"""One entry (1-based) of a formula that is a vector or a matrix: `(AB)_{12}`, `\mathrm{softmax}(z)_1`."""

    start: int
    stop: int
    owner: Node
    index: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Cases:
    r"""Values by condition (`\begin{cases}`): rows of a value and the chain that must hold, None for "otherwise"."""

    start: int
    stop: int
    rows: tuple[tuple[Node, Chain | None], ...]


@dataclass(frozen=True, slots=True)
class Opaque:
    """What a formula leaves unsaid or is not understood: to need its value is to be unread, for this reason."""

    start: int
    stop: int
    reason: str


Node: TypeAlias = (
    "Number | Name | Call | Known | Table | Add | Product | Quotient | Power | Repeated | Component | Entry | Cases"
    " | Opaque"
)


@dataclass(frozen=True, slots=True)
class Chain:
    r"""Formulas joined by relations: members[0] relations[0] members[1] ...

    Relations are "=" for every sign that claims equality, the sign itself for the others; about[i] says what
    relations[i] claims that is less than equality: "roughly" (`\approx`), "congruent" (`\equiv`), else "".
    """

    members: tuple[Node, ...]
    relations: tuple[str, ...]
    about: tuple[str, ...] = ()


def negated(number: Number) -> Number:
    """Return a number with the minus sign that stands before it in a sum: `4` of `3 - 4` as `-4`."""
    p = number.printed
    text = p.text[1:] if p.units < 0 else "-" + p.text
    return replace(number, printed=replace(p, text=text, units=-p.units), digits=number.start)


def numbers(node: Node) -> tuple[Number, ...] | None:
    """Return the printed numbers of a lone number or of a table of lone numbers, else None."""
    if isinstance(node, Number):
        return (node,)
    if isinstance(node, Table):
        cells = tuple(cell for row in node.rows for cell in row)
        if all(isinstance(cell, Number) for cell in cells):
            return cells  # type: ignore[return-value]  # narrowed by the line above
    return None


def shape(node: Node) -> tuple[int, int] | None:
    """Return (rows, columns) of a table, None for anything else."""
    return (len(node.rows), len(node.rows[0])) if isinstance(node, Table) else None


def children(node: Node) -> tuple[Node, ...]:
    """Return the direct parts of a formula, from left to right (a name's index is no part of it)."""
    match node:
        case Call() | Known():
            return node.arguments
        case Table():
            return tuple(cell for row in node.rows for cell in row)
        case Add():
            return tuple(term for _, term in node.terms)
        case Product():
            return node.factors
        case Quotient():
            return node.top, node.bottom
        case Power():
            return node.base, node.exponent
        case Repeated():
            return node.low, node.high, node.body
        case Entry():
            return node.owner, *node.index
        case Cases():
            conditions = (member for _, chain in node.rows if chain is not None for member in chain.members)
            return *(value for value, _ in node.rows), *conditions
        case _:
            return ()


def height(node: Node) -> int:
    """Return how many parts stand one inside the other, at most. Not recursive: the answer may be large."""
    tallest, level = 0, [node]
    while level:
        tallest += 1
        level = [child for part in level for child in (*children(part), *_index(part))]
    return tallest


def _index(node: Node) -> tuple[Node, ...]:
    return node.index if isinstance(node, Name) else ()


def canonical(node: Node) -> str:
    """Return the same text for formulas that differ only in place and spelling."""
    match node:
        case Number():
            return _plain(node.printed) + "°" * node.printed.degrees
        case Name():
            if node.key:
                return node.key
            label = f"^{{{node.label}}}" if node.label else ""
            index = f"_{{{','.join([canonical(part) for part in node.index])}}}" if node.index else ""
            object.__setattr__(node, "key", node.base + label + index + "'" * node.primes)  # asked for again and again
            return node.key
        case Call():
            return f"{canonical(node.head)}({','.join(canonical(a) for a in node.arguments)})"
        case Known():
            return f"\\{node.function}({','.join(canonical(a) for a in node.arguments)})"
        case Table():
            return f"[{';'.join(','.join(canonical(cell) for cell in row) for row in node.rows)}]"
        case Add():
            return f"({''.join('+-'[sign < 0] + canonical(term) for sign, term in node.terms)})"
        case Product():
            return f"({'*'.join(canonical(factor) for factor in node.factors)})"
        case Quotient():
            return f"({canonical(node.top)}/{canonical(node.bottom)})"
        case Power():
            return f"({canonical(node.base)}**{canonical(node.exponent)})"
        case Repeated():
            bounds = f"{canonical(node.low)},{canonical(node.high)}"
            return f"{node.kind}[{node.variable},{bounds}]{canonical(node.body)}"
        case Component():
            return f"{canonical(node.owner)}[{node.position}]"
        case Entry():
            return f"{canonical(node.owner)}_{{{','.join(canonical(part) for part in node.index)}}}"
        case Cases():
            return f"{{{';'.join(canonical(value) + ',' + _condition(chain) for value, chain in node.rows)}}}"
        case Opaque():
            return f"?{node.start}"


def _condition(chain: Chain | None) -> str:
    if chain is None:
        return ""
    relations = (*chain.relations, "")
    return "".join(canonical(member) + sign for member, sign in zip(chain.members, relations, strict=True))


def _plain(number: Printed) -> str:
    units, places = number.units, number.places + number.shift
    if not places:
        return str(units)
    while places > 0 and units % 10 == 0:
        units, places = units // 10, places - 1
    return decimal(units, places) if places >= 0 else f"{units}e{-places}"


def latex(node: Node) -> str:
    r"""Return a name or call as LaTeX: `\alpha_{21}`, `score(x_2, x_1)`."""
    match node:
        case Name():
            parts = [latex(part) for part in node.index]
            text = node.label
            if text in NUMBERED:
                text = text[0] + parts.pop(0) + text[1]
            label = f"^{{{text}}}" if len(text) > 1 else f"^{text}" if text else ""
            index = ("" if all(len(part) == 1 for part in parts) else ",").join(parts)
            marks = "" if not parts else f"_{index}" if len(index) == 1 else f"_{{{index}}}"
            return node.base + label + marks + "'" * node.primes
        case Call():
            return f"{latex(node.head)}({', '.join(latex(argument) for argument in node.arguments)})"
        case Component():
            return f"{latex(node.owner)}[{node.position + 1}]"
        case _:
            return canonical(node)
