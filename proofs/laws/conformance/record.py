"""What released packages did under the laws, as it was written down, with what their documentation promises.

`record.json` is written by `tests/replays/replay.py`, `promises.toml` by hand.  Only the runs need the packages: the
page that shows them is rendered from these files.
"""

from __future__ import annotations

import json
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from proofs.laws.conformance.catalogue import LAWS

RECORD = Path(__file__).with_name("record.json")
"""Where the record lies in a checkout."""

FORMER: tuple[tuple[str, str], ...] = ()
"""Id and title of laws that a record may still name although there are no more such laws."""


def record() -> dict[str, Any]:
    """Return the record as plain data: `runs`, `replays`, `promises`, and `laws` with titles, in order."""
    folder = resources.files(__package__)
    found: dict[str, Any] = json.loads(folder.joinpath("record.json").read_text(encoding="utf-8"))
    promises = tomllib.loads(folder.joinpath("promises.toml").read_text(encoding="utf-8"))
    laws = [{"id": law.id, "title": law.title, "statement": law.statement} for law in LAWS]
    laws += [{"id": name, "title": title, "statement": "No law any more."} for name, title in FORMER]
    named = {law["id"] for run in found["runs"] for law in run["laws"]} | {each["law"] for each in found["replays"]}
    return {**found, "promises": promises.get("promises", []), "laws": [law for law in laws if law["id"] in named]}
