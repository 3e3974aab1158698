"""Which findings are asked for: by verdict (`wrong`) or by kind (`shape`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from proofs.audit.findings import KINDS, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from proofs.audit.findings import Finding

CHOICES = (*VERDICTS, *KINDS)


@dataclass(frozen=True, slots=True)
class Selection:
    """A set of verdicts and kinds; `finding in selection` tells. Attributes: names (of CHOICES; none: everything)."""

    names: frozenset[str] = frozenset()

    def __contains__(self, finding: Finding) -> bool:
        return not self.names or finding.kind in self.names or finding.verdict in self.names


def selection(words: Iterable[str]) -> Selection:
    """Return the selection that words name, each one name or several with commas between.

    Raises ValueError, with the words that were expected, for a name that is none of CHOICES.
    """
    names = [name.strip() for word in words for name in word.split(",")]
    for name in names:
        if name not in CHOICES:
            import difflib  # noqa: PLC0415 - for this message alone

            near = difflib.get_close_matches(name, CHOICES, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ValueError(f"{name or repr(name)}: expected one of {', '.join(CHOICES)}{hint}")
    return Selection(frozenset(names))
