r"""Claims: one reading of one item of a document, as formal parts with derivations, mutants and dependencies.

A claim never says what its verdict is; `proofs.decide` computes that.

Scope: see `Claim`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from attention.instances import Instance
from proofs.derivation import Fact, Proof
from proofs.formula import Statement


@dataclass(frozen=True)
class Part:
    """One universal statement of a claim, and how to derive it.

    Args:
        label: what the part says of the whole, e.g. "if" or "only if"; "" when there is one part.
        statement: the formal content.
        derive: builds the derivation; None where none is known (the part can then only be refuted).
        note: what a reader should know about the part, such as the inputs it chooses.
        needed_at: by assumption, data at which the part fails without it, where a search would take too long.
        unsettled: by assumption, why it is neither shown to be needed nor derived to be needless.
        loose: by letter or size, why the statement does not go as far as it could.
    """

    label: str
    statement: Statement
    derive: Callable[[Proof], Fact] | None = None
    note: str = ""
    needed_at: Mapping[str, Instance] = field(default_factory=dict)
    unsettled: Mapping[str, str] = field(default_factory=dict)
    loose: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mutant:
    """A false variant of a claim: what was changed, and the changed statement; it must be refuted."""

    change: str
    statement: Statement


@dataclass(frozen=True)
class Line:
    """One line of the document's own proof.

    Args:
        label: the line's numeral, as in the document's item.
        content: claims that are the line's mathematical content; empty for a definition.
        supports: claims that the next line needs from this one; a refuted one means: it does not follow.
        note: what the line leans on, or what is missing.
    """

    label: str
    content: tuple[str, ...] = ()
    supports: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Claim:
    """One reading of one item.

    Args:
        id: the module's name.
        title: the conclusion in a few words.
        document: "chapter", "retrieval", or "field" for a law without a text under test.
        item: id of the document's item.
        label: the item's name, as DESIGN section 5 lists them.
        words: what is claimed, in one plain sentence.
        parts: the formal content; all parts must be proved, one refuted part refutes the claim.
        mutants: false variants, each of which must be refuted.
        repair: the claim to put in this one's place if it is refuted.
        uses: claims that the derivation leans on.
        lines: the document's proof of this item, judged line by line.
        law: id of the executable law that corroborates the claim.
        kernel: the theorem of `proofs/kernel` that says the same, or the contrary of a refuted claim.
        cites: keys of `references.bib`, where a source is all that a claim without parts rests on: it is then cited,
            never proved, and what uses it is not proved either.
        trusted: what the derivation takes from outside, beyond the named rules.
        not_formal: why a sentence has no mathematical content to decide; None otherwise.
        remark: what a reader should know about the reading.
        covers: ids of further items of the document that this claim settles.
        supporting: whether it is no reading of the item itself, but what a reading, its proof or its repair needs.
    """

    id: str
    title: str
    document: str
    item: str
    label: str
    words: str
    parts: tuple[Part, ...] = ()
    mutants: tuple[Mutant, ...] = ()
    repair: str | None = None
    uses: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    law: str | None = None
    kernel: str | None = None
    cites: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()
    not_formal: str | None = None
    remark: str = ""
    covers: tuple[str, ...] = ()
    supporting: bool = False
