r"""The record: what Rocq found about the theories when it last ran, for machines without it.

It counts only while its digest is that of the theories as they are now.

Scope: `record.json` beside this file, written by `python -m proofs.kernel`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PLACE = Path(__file__).parent / "record.json"


@dataclass(frozen=True)
class Record:
    """The digest of the theories that were checked, the version that checked them, and what each theorem assumes."""

    digest: str
    version: str
    assumes: Mapping[str, tuple[str, ...]]


def read(place: Path = PLACE) -> Record | None:
    """Return the record, or None where there is none that can be read."""
    try:
        data = json.loads(place.read_text(encoding="utf-8"))
        assumes = {str(name): tuple(map(str, axioms)) for name, axioms in data["theorems"].items()}
        return Record(str(data["digest"]), str(data["version"]), assumes)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write(record: Record, place: Path = PLACE) -> None:
    """Write the record, theorems in alphabetical order."""
    theorems = {name: list(record.assumes[name]) for name in sorted(record.assumes)}
    data = {"digest": record.digest, "version": record.version, "theorems": theorems}
    place.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8", newline="\n")
