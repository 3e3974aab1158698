r"""Laying a formula beside the one it became: which printed number was put in the place of what.

`q_1 \cdot k_1 = \begin{bmatrix}..\end{bmatrix} \cdot \begin{bmatrix}..\end{bmatrix}` pairs each vector with a
name; `= 0.2*0.7 + 0.8*0.6` then pairs each factor with an entry of those vectors.  A pair is made only where
everything around it is the same formula, so a text that rearranges is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from proofs.audit.syntax import (
    Add,
    Call,
    Component,
    Known,
    Name,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Table,
    canonical,
    negated,
    numbers,
)


@dataclass(frozen=True, slots=True)
class Pair:
    """`put` (printed numbers) stands where `formula` stood."""

    formula: Node
    put: Node


def pairs(before: Node, after: Node) -> list[Pair] | None:
    """Return what was put in for what between two formulas, or None if they are not laid out alike."""
    found: list[Pair] = []
    return found if _lay(before, after, found) else None


def _lay(before: Node, after: Node, found: list[Pair]) -> bool:
    if isinstance(before, Table) and isinstance(after, Table) and _same_size(before, after):
        cells = ((b, a) for rows in zip(before.rows, after.rows, strict=True) for b, a in zip(*rows, strict=True))
        return all(_lay(b, a, found) for b, a in cells)
    if numbers(after) is not None:
        found.append(Pair(before, after))
        return True
    return _lay_parts(before, after, found) or _lay_dot(before, after, found) or _lay_sums(before, after, found)


def _lay_parts(before: Node, after: Node, found: list[Pair]) -> bool:
    mark = len(found)
    match before, after:
        case (Add(), Add()) if [s for s, _ in before.terms] == [s for s, _ in after.terms]:
            parts = [(b, a) for (_, b), (_, a) in zip(before.terms, after.terms, strict=True)]
        case (Product(), Product()) if len(before.factors) == len(after.factors):
            parts = list(zip(before.factors, after.factors, strict=True))
        case Quotient(), Quotient():
            parts = [(before.top, after.top), (before.bottom, after.bottom)]
        case Power(), Power():
            parts = [(before.base, after.base), (before.exponent, after.exponent)]
        case Known(), Known() if before.function == after.function and len(before.arguments) == 1 < len(
            after.arguments
        ):
            vector = Table(after.arguments[0].start, after.arguments[-1].stop, (after.arguments,), flat=True)
            parts = [(before.arguments[0], vector)]
        case (Known(), Known()) if len(before.arguments) == len(after.arguments) and (
            before.function == after.function or {before.function, after.function} == {"abs", "det"}
        ):
            parts = list(zip(before.arguments, after.arguments, strict=True))
        case _:
            return canonical(before) == canonical(after)
    if all(_lay(b, a, found) for b, a in parts):
        return True
    del found[mark:]
    return False


def _lay_sums(before: Node, after: Node, found: list[Pair]) -> bool:
    r"""Lay `u \cdot v + b` beside `u_1 v_1 + u_2 v_2 + b`, and `a + b` beside `3 - 4` where b is negative."""
    if not (isinstance(before, Add) and isinstance(after, Add)):
        return False
    products = [term for sign, term in before.terms if sign > 0 and _is_dot(term)]
    more = len(after.terms) - len(before.terms)
    if more < 0 or (more and (not products or more % len(products))):
        return False
    each = 1 + more // len(products) if more else 1
    mark, rest = len(found), list(after.terms)
    for sign, term in before.terms:
        own = rest[: each if more and sign > 0 and _is_dot(term) else 1]
        del rest[: len(own)]
        if not _lay_term(sign, term, own, found):
            del found[mark:]
            return False
    return True


def _dot_factors(node: Node) -> tuple[Node, Node] | None:
    r"""Return the two factors of `u \cdot v`, `u^T v` or `\langle u, v \rangle`, None for anything else."""
    if isinstance(node, Known) and node.function == "inner" and len(node.arguments) == 2:
        return node.arguments[0], node.arguments[1]
    if not isinstance(node, Product) or len(node.factors) != 2:
        return None
    left, right = node.factors
    if isinstance(left, Known) and left.function == "transpose":
        left = left.arguments[0]
    return left, right


def _is_dot(term: Node) -> bool:
    factors = _dot_factors(term)
    return factors is not None and all(map(_may_be_vector, factors))


def _may_be_vector(factor: Node) -> bool:
    return isinstance(factor, (Name, Call)) or (
        isinstance(factor, Table) and 1 in (len(factor.rows), len(factor.rows[0]))
    )


def _lay_term(sign: int, term: Node, own: list[tuple[int, Node]], found: list[Pair]) -> bool:
    if len(own) > 1:
        return _lay_dot(term, Add(own[0][1].start, own[-1][1].stop, tuple(own)), found)
    other, put = own[0]
    if sign == other:
        return _lay(term, put, found)
    if not isinstance(put, Number):
        return False
    if sign < 0:  # the number stands for -b, whatever its own sign
        found.append(Pair(Add(term.start, term.stop, ((-1, term),)), put))
        return True
    return _lay(term, negated(put), found)


def _lay_dot(before: Node, after: Node, found: list[Pair]) -> bool:
    r"""Lay `u \cdot v` beside `u_1 v_1 + u_2 v_2 + ...`: factors are entries of u and v, in this order."""
    factors = _dot_factors(before)
    if factors is None or not isinstance(after, Add):
        return False
    if any(sign < 0 or not isinstance(term, Product) or len(term.factors) != 2 for sign, term in after.terms):
        return False
    mark = len(found)
    for position, (_, term) in enumerate(after.terms):
        assert isinstance(term, Product)  # noqa: S101 - looked at above
        for owner, factor in zip(factors, term.factors, strict=True):
            entry = _entry(owner, position, len(after.terms))
            if entry is None or numbers(factor) is None:
                del found[mark:]
                return False
            found.append(Pair(entry, factor))
    return True


def _entry(owner: Node, position: int, length: int) -> Node | None:
    if isinstance(owner, (Name, Call)):
        return Component(owner.start, owner.stop, owner, position)
    if isinstance(owner, Table) and 1 in (len(owner.rows), len(owner.rows[0])):
        cells = [cell for row in owner.rows for cell in row]
        return cells[position] if len(cells) == length else None
    return None


def _same_size(a: Table, b: Table) -> bool:
    return (len(a.rows), len(a.rows[0])) == (len(b.rows), len(b.rows[0]))
