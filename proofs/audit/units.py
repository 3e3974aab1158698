r"""Units of measurement: read only where they cannot matter.

`2\,\mathrm{m} + 3\,\mathrm{m} = 6\,\mathrm{m}` is arithmetic with one unit, and the unit is left out.  Two units in one
formula may be converted into each other (90 km/h are 25 m/s), and a name may have been given in another one: such
formulas are not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofs.audit.definitions import has_names
from proofs.audit.limits import Unread
from proofs.audit.syntax import Chain, Name
from proofs.audit.vocabulary import KNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofs.audit.lexer import Token
    from proofs.audit.syntax import Node
    from proofs.audit.vocabulary import Vocabulary

CURRENCIES = frozenset({"€", "£", "¥", "$"})
_MEASURED = frozenset({"number", "close", "ungroup"})
_BESIDE = 4
NOT_READ = "units are not read"


def places(tokens: Sequence[Token], words: Vocabulary) -> list[int]:
    """Return where the units of a formula stand: upright text behind a number, signs of currencies, ohms."""
    out: list[int] = []
    for place, token in enumerate(tokens):
        if token.value in CURRENCIES or (
            place and tokens[place - 1].kind in _MEASURED and is_unit(tokens, place, words)
        ):
            out.append(place)
    return out


def is_unit(tokens: Sequence[Token], place: int, words: Vocabulary) -> bool:
    r"""Whether upright text or `\Omega` is no name that the text defines, and no function."""
    token = tokens[place]
    if token.value == r"\Omega":
        return r"\Omega" not in words.letters
    after = tokens[place + 1].text if place + 1 < len(tokens) else ""
    return token.kind == "upright" and token.value not in {*KNOWN, *words.upright, "e"} and after != "("


def _leads(member: Node, found: Sequence[int]) -> bool:
    r"""Whether a unit stands right before a member, as in `\$ 5`."""
    return any(0 < member.start - offset <= _BESIDE for offset in found)


def without(tokens: Sequence[Token], found: Sequence[int]) -> list[Token] | None:
    """Return the tokens without their unit, if there is but one, and nothing is made of it (a power, a quotient)."""
    if not found or len({tokens[place].value for place in found}) > 1:
        return None
    if any(place + 1 < len(tokens) and tokens[place + 1].kind in {"sup", "sub"} for place in found):
        return None
    left_out = set(found)
    return [token for place, token in enumerate(tokens) if place not in left_out]


def bare(chains: Sequence[Chain], found: Sequence[int]) -> list[Chain]:
    r"""Return what chains of numbers with a unit claim, names aside.

    `found` says where the units stand in the document.  Raises Unread where a name is computed with, or a member has no
    unit: `3 \cdot 500 = 1.5\,\mathrm{km}` is right.
    """
    out: list[Chain] = []
    for chain in chains:
        members, start = chain.members, 0
        if len(members) > 1 and isinstance(members[0], Name) and chain.relations[0] == "=":
            start = 1
        if len(members) - start < 2:
            continue
        if any(has_names(member) for member in members[start:]):
            raise Unread(NOT_READ, members[start].start)
        ends = [member.start for member in members[start + 1 :]] + [max(members[-1].stop, *found) + 1]
        for member, end in zip(members[start:], ends, strict=True):
            if not any(member.start <= offset < end for offset in found) and not _leads(member, found):
                raise Unread(NOT_READ, member.start)
        out.append(Chain(members[start:], chain.relations[start:], chain.about[start:]))
    return out
