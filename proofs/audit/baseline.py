r"""Known findings: those of an earlier audit, which are accepted and no longer shown.

A baseline is the output of `audit --format json`.  A finding is known if the baseline has one in the same document
with the same kind, name and message; lines do not count, those that messages mention included, so that edits
elsewhere do not matter.  Of findings that are alike, as many are known as the baseline has, the first ones first.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from proofs.audit.limits import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from proofs.audit.findings import Finding

_EXPECTED = "the output of an earlier `audit --format json`"
_LINES = re.compile(r"\blines? \d+(?:(?:, | and |-)\d+)*")


class Identity(NamedTuple):
    """What makes two findings the same one. Attributes: kind; name; message (its line numbers replaced)."""

    kind: str
    name: str
    message: str


Known = Counter[Identity]
"""The known findings of one document, and how often each occurs."""


class Division(NamedTuple):
    """Findings held against a baseline. Attributes: new; known; fixed (in the baseline, and found no more)."""

    new: tuple[Finding, ...]
    known: tuple[Finding, ...]
    fixed: tuple[Identity, ...]


def identity(kind: str, name: str, message: str) -> Identity:
    """Return what a finding is known by."""
    return Identity(kind, name, _LINES.sub("line N", message))


def divide(findings: Iterable[Finding], known: Known | None) -> Division:
    """Return which findings are new, which are known, and which known ones are fixed."""
    left = Counter(known)
    new, accepted = [], []
    for finding in findings:
        key = identity(finding.kind, finding.name, finding.message)
        if left[key] > 0:
            left[key] -= 1
            accepted.append(finding)
        else:
            new.append(finding)
    return Division(tuple(new), tuple(accepted), tuple(left.elements()))


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """Return for each finding of a document a short text that stays the same while lines move."""
    seen: Known = Counter()
    out = []
    for finding in findings:
        key = identity(finding.kind, finding.name, finding.message)
        seen[key] += 1
        text = "\0".join([*key, str(seen[key])])
        out.append(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32])
    return out


class Baseline:
    """The known findings of several documents, by the path they had then."""

    def __init__(self, documents: dict[str, Known], folder: str) -> None:
        self._documents, self._folder = documents, folder

    def known(self, paths: Sequence[str]) -> list[Known | None]:
        """Return the known findings for each path, None where the baseline does not have the document.

        A path of the baseline is looked for from the current folder, then from the baseline's own.  Where neither
        leads to one of `paths`, the baseline may come from another place: then the one path of which it is the end, or
        which is the end of it (`chapters/a.md` and `/build/chapters/a.md`), is the same document.
        """
        real = {os.path.realpath(path): index for index, path in enumerate(paths)}
        taken: dict[int, Known] = {}
        rest = []
        for name, known in self._documents.items():
            index = next((real[place] for place in self._places(name) if place in real), None)
            if index is None:
                rest.append(name)
            else:
                taken.setdefault(index, Counter()).update(known)
        parts = [PurePath(os.path.normpath(path)).parts for path in paths]
        by_name: dict[str, list[int]] = {}
        for index, of_path in enumerate(parts):
            if index not in taken and of_path:
                by_name.setdefault(of_path[-1], []).append(index)
        for name in rest:
            own = PurePath(os.path.normpath(name)).parts
            same = [i for i in by_name.get(own[-1] if own else "", ()) if _end_alike(own, parts[i])]
            if len(same) == 1 and same[0] not in taken:
                taken[same[0]] = self._documents[name]
        return [taken.get(index) for index in range(len(paths))]

    def _places(self, name: str) -> list[str]:
        if "\0" in name:
            return []
        return [os.path.realpath(name), os.path.realpath(Path(self._folder) / name)]


def _end_alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Return whether one path is the end of the other, part by part."""
    length = min(len(one), len(other))
    return one[-length:] == other[-length:]


def read_baseline(path: str) -> Baseline:
    """Return the baseline in a file. Raises Unreadable if it cannot be read, or is no output of `audit`."""
    try:
        data = json.loads(Path(path).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no JSON"
        raise Unreadable(path, _EXPECTED, reason) from None
    try:
        return Baseline(_documents(data), os.path.dirname(os.path.realpath(path)))  # noqa: PTH120
    except (KeyError, TypeError, AttributeError):
        raise Unreadable(path, _EXPECTED, "other JSON") from None


def _documents(data: Any) -> dict[str, Known]:
    """Return the known findings by path. Raises KeyError or TypeError where the data has another form."""
    if data["schema"] != 1:
        raise TypeError
    found: dict[str, Known] = {}
    for document in data["documents"]:
        texts = [(f["kind"], f["name"], f["message"]) for f in document["findings"]]
        if not all(isinstance(text, str) for texts_of in [(document["path"],), *texts] for text in texts_of):
            raise TypeError
        found.setdefault(document["path"], Counter()).update(identity(*three) for three in texts)
    return found
