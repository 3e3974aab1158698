"""Over a thousand made-up chapters in every notation: planted mistakes are found, right numbers are not accused.

`EVIDENCE=20000` in the environment runs that many.
"""

import os
from collections import Counter
from dataclasses import replace
from functools import lru_cache

import pytest
from chapters import chapter
from chapters.style import OPTIONS
from evidence import assert_found_out, problems

from proofs.audit import audit_bytes

SIZE = 45
CHUNKS = max(24, int(os.environ.get("EVIDENCE", "0")) // SIZE)
MISTAKES = {
    "ulp",
    "swap",
    "sign",
    "cut",
    "put",
    "shape",
    "definition",
    "redefined",
    "undefined",
    "inequality",
}
ENOUGH = 10  # chapters that must have used a notation, of more than a thousand


@lru_cache
def tally(chunk):
    """Return how often each notation and each kind of mistake occurs in a chunk of chapters."""
    counted = Counter()
    for seed in range(chunk * SIZE, (chunk + 1) * SIZE):
        made = chapter(seed)
        counted.update(set(made.used))
        counted["mistake", made.plan.kind if made.plan else "none"] += 1
        counted["carried on", bool(made.plan and made.plan.carried)] += 1
        counted["known correction", made.corrected is not None] += 1
        counted["mode", made.mode] += 1
        counted.update({("example", name) for name in made.examples})
    return counted


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_planted_mistakes_are_found_and_right_numbers_are_not_accused(chunk):
    """Each chapter is judged as it was made; a failure names its seed, style and plan."""
    for seed in range(chunk * SIZE, (chunk + 1) * SIZE):
        assert_found_out(chapter(seed))


def test_every_notation_and_every_mistake_was_used():
    """No choice of a style, no example and no kind of mistake drops out unnoticed."""
    counted = sum((tally(chunk) for chunk in range(24)), Counter())
    wanted = [(name, choice) for name, choices in OPTIONS.items() for choice in dict.fromkeys(choices)]
    wanted += [("mistake", kind) for kind in (*sorted(MISTAKES), "none")]
    wanted += [("carried on", True), ("known correction", True), ("mode", "exact"), ("mode", "page")]
    rare = {what: counted[what] for what in wanted if counted[what] < ENOUGH}
    assert not rare
    assert counted["mode", "exact"] + counted["mode", "page"] == 24 * SIZE > 1000


def accusing(data, name):
    """Audit as usual, but call the last right number wrong."""
    document = audit_bytes(data, name)
    values = list(document.values)
    at = max((i for i, v in enumerate(values) if v.verdict in {"exact", "rounded"}), default=None)
    if at is not None:
        values[at] = replace(values[at], verdict="wrong")
    return replace(document, values=tuple(values))


def blind(data, name):
    """Audit as usual, but call everything rounded and find nothing."""
    document = audit_bytes(data, name)
    values = tuple(replace(v, verdict="rounded") if v.verdict != "given" else v for v in document.values)
    return replace(document, values=values, findings=(), edits=())


def lazy(data, name):
    """Audit as usual, but judge nothing."""
    return replace(audit_bytes(data, name), values=(), findings=(), edits=())


def clumsy(data, name):
    """Audit as usual, but correct a number by one unit too many."""
    document = audit_bytes(data, name)
    edits = tuple(replace(e, text=e.text[:-1] + str((int(e.text[-1]) + 1) % 10)) for e in document.edits)
    return replace(document, edits=edits)


@pytest.mark.parametrize(
    ("broken", "honest", "complaint"),
    [(accusing, True, "accused"), (blind, False, "unfound"), (lazy, True, "missed"), (clumsy, False, "corrected")],
)
def test_a_broken_auditor_is_noticed(broken, honest, complaint):
    """An auditor that accuses, that is blind, that skips and that mends badly fails the same check."""
    from chapters.examples_numbers import arithmetic  # noqa: PLC0415

    seen = set()
    for seed in range(12):
        made = chapter(seed, examples=(arithmetic,), honest=honest)
        if problems(made):
            continue
        seen |= {found.partition(":")[0] for found in problems(made, broken)}
    assert complaint in seen
