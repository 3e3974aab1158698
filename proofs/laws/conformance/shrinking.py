"""From a problem that breaks a law to a minimal one: smallest shapes and small integers first.

First the smallest shapes are searched with small integers; if none breaks the law, the failing problem itself is taken.
Then batch entries, heads, queries, keys and features are taken away, in halves and one at a time, keywords dropped, and
numbers made simpler, as long as the law stays broken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from proofs.laws.conformance.call import Array
from proofs.laws.conformance.drawing import draw
from proofs.laws.conformance.law import ConformanceLaw
from proofs.laws.conformance.plan import Plan
from proofs.laws.conformance.problem import Problem
from proofs.laws.conformance.trial import Subject, Trial
from proofs.laws.narrowing import complexity

Test: TypeAlias = Callable[[Problem], bool]

CHECKS = 1500
WORK = 50_000
"""Limits of one search, by checks and multiplications, so that it ends the same way on every machine; what is not
minimal by then is shown as it is. A tenth where every new shape is compiled anew."""
NUMBERS = ("q", "k", "v", "bias", "other_k", "other_v", "shift")
OWN = ("other_k", "other_v", "shift")


def shrunk(
    law: ConformanceLaw, subject: Subject, problem: Problem, *, raises: type[Exception] | None = None
) -> Problem:
    """Return a minimal problem that breaks the law, or on which its check raises that exception."""
    left = float(CHECKS // 10 if subject.traits.few_shapes else CHECKS)

    def failing(candidate: Problem) -> bool:
        nonlocal left
        call = candidate.call
        left -= 1 + call.q.size * call.k.shape[2] / WORK
        if left < 0:
            return False
        try:
            with np.errstate(all="ignore"):
                return bool(law.check(Trial(subject, candidate)).broken.any()) and raises is None
        except Exception as error:  # noqa: BLE001 - an implementation may refuse a smaller case
            return raises is not None and type(error) is raises

    smallest = _smallest(law, subject, problem, failing) or problem
    for _ in range(20):
        simpler = smallest
        for step in (_smaller, _plainer, _simpler):
            simpler = step(law, simpler, failing)
        if simpler is smallest:
            break
        smallest = simpler
    return smallest


def _smallest(law: ConformanceLaw, subject: Subject, problem: Problem, failing: Test) -> Problem | None:
    """Search small integers in the smallest shapes."""
    least_B, least_H, least_L, least_S, least_E = law.least
    call = problem.call
    square = law.square or (law.kinds == ("none",) and call.sizes[2] == call.sizes[3])
    group = 2 if law.grouped else 1
    base = Plan(
        kind=problem.kind,
        B=max(least_B, 4),
        H_kv=max(-(-least_H // group), 2 if law.grouped else 1),
        group=group,
        dtype=call.q.dtype.name,
        scale="default" if call.scale is None else "one",
        softcap=call.softcap is not None,
        biased=call.bias is not None,
        blocked=call.block_size is not None,
        empty_rows=law.empty_rows,
        full_axes=(True, True, True, True) if law.masks != "narrow" else (False, False, True, True),
        rank=4 if law.masks == "full" else 2,
    )
    for S in range(least_S, 5):
        for L in [S] if square else range(least_L, 5):
            if subject.traits.alignment == "lower_right" and L > S:
                continue
            for E in range(least_E, 3):
                for seed in range(3):
                    plan = replace(base, L=max(L, least_L), S=S, E=E, Ev=E, seed=seed, cut=seed)
                    candidate = draw(plan, subject.traits)
                    if failing(candidate):
                        return candidate
    return None


# -- smaller shapes ----------------------------------------------------------------------------------------------


def _smaller(law: ConformanceLaw, problem: Problem, failing: Test) -> Problem:
    """Return the problem with as little of every axis as still fails."""
    for axis in ("B", "H", "L", "S", "E", "Ev"):
        problem = _thinned(law, problem, axis, failing)
    return problem


def _thinned(law: ConformanceLaw, problem: Problem, axis: str, failing: Test) -> Problem:
    size = _length(problem, axis)
    chunk = size // 2
    while chunk >= 1:
        start = 0
        while start < (size := _length(problem, axis)):
            kept = np.delete(np.arange(size), slice(start, start + chunk))
            smaller = _kept(law, problem, axis, kept)
            if smaller is not None and failing(smaller):
                problem = smaller
            else:
                start += chunk
        chunk //= 2
    return problem


def _length(problem: Problem, axis: str) -> int:
    call = problem.call
    array, place = {
        "B": (call.q, 0),
        "H": (call.k, 1),
        "L": (call.q, 2),
        "S": (call.k, 2),
        "E": (call.q, 3),
        "Ev": (call.v, 3),
    }[axis]
    return int(array.shape[place])


def _kept(law: ConformanceLaw, problem: Problem, axis: str, kept: Array) -> Problem | None:
    """Return the problem with part of one axis, or None where the law or the problem needs all of it."""
    call = problem.call
    least_B, least_H, least_L, least_S, least_E = law.least
    heads = call.groups
    least = {"B": least_B, "H": -(-least_H // heads), "L": least_L, "S": least_S, "E": least_E, "Ev": 1}[axis]
    if axis == "H" and law.grouped:
        least = max(least, 2)
    if kept.size < max(least, 1):
        return None
    if axis == "B":
        return _with(problem, call.batches(kept), lambda array: array[kept])
    if axis == "H":
        queries = (kept[:, None] * heads + np.arange(heads)).reshape(-1)
        smaller = call.heads(queries, kept)
        return _with(problem, smaller, lambda array: array[:, kept])
    if axis in {"L", "S"}:
        return _tokens(law, problem, axis, kept)
    if axis == "E":
        smaller = call.but(q=call.q[..., kept], k=call.k[..., kept])
        return problem.but(call=smaller, other_k=problem.other_k[..., kept], shift=problem.shift[..., kept])
    return problem.but(call=call.but(v=call.v[..., kept]), other_v=problem.other_v[..., kept])


def _tokens(law: ConformanceLaw, problem: Problem, axis: str, kept: Array) -> Problem | None:
    call = problem.call
    both = law.square
    if both and axis == "S":
        return None  # goes with L
    smaller = call.at(queries=kept if axis == "L" else slice(None), keys=kept if axis == "S" or both else slice(None))
    if axis == "L" and not both:
        return problem.but(call=smaller)
    size = kept.size
    rank = {int(old): new for new, old in enumerate(kept)}
    order = np.array([rank[int(j)] for j in problem.order if int(j) in rank], dtype=problem.order.dtype)
    if smaller.key_lengths is not None:
        smaller = smaller.but(key_lengths=np.minimum(smaller.key_lengths, size))
    return problem.but(
        call=smaller, order=order, other_k=problem.other_k[:, :, kept], other_v=problem.other_v[:, :, kept]
    )


def _with(problem: Problem, call: Any, part: Callable[[Array], Array]) -> Problem:
    return problem.but(call=call, **{name: part(getattr(problem, name)) for name in OWN})


# -- fewer keywords ----------------------------------------------------------------------------------------------


def _plainer(law: ConformanceLaw, problem: Problem, failing: Test) -> Problem:
    """Return the problem without the keywords that the failure does not need, and with a small cut."""
    for candidate in _fewer_keywords(law, problem):
        if failing(candidate):
            return _plainer(law, candidate, failing)
    for cut in range(min(problem.cut, 4)):
        if failing(problem.but(cut=cut)):
            return problem.but(cut=cut)
    return problem


def _fewer_keywords(law: ConformanceLaw, problem: Problem) -> Iterator[Problem]:
    call, parts = problem.call, problem.kind.split("+")
    if len(parts) > 1:
        for part in parts:
            rest = "+".join(name for name in parts if name != part)
            if rest in law.kinds:
                dropped = {"mask": "mask", "causal": "is_causal", "window": "window", "lengths": "key_lengths"}[part]
                value = False if dropped == "is_causal" else None
                yield problem.but(call=call.but(**{dropped: value}), kind=rest)
    for name in ("bias", "softcap", "block_size"):
        if getattr(call, name) is not None and name not in law.needs:
            yield problem.but(call=call.but(**{name: None}))
    if call.scale is not None and "default" in law.scales:
        yield problem.but(call=call.but(scale=None))


# -- simpler numbers ---------------------------------------------------------------------------------------------


def _simpler(law: ConformanceLaw, problem: Problem, failing: Test) -> Problem:
    """Return the problem with simpler numbers, whole arrays first, then halves, then single entries."""
    del law
    for name in NUMBERS:
        array = getattr(problem if name in OWN else problem.call, name)
        if array is None:
            continue
        chunk = array.size
        while chunk >= 1:
            for start in range(0, array.size, chunk):
                for simple in _simple_parts(array.reshape(-1)[start : start + chunk]):
                    edited = array.copy()
                    edited.reshape(-1)[start : start + chunk] = simple
                    candidate = _put(problem, name, edited)
                    if failing(candidate):
                        problem, array = candidate, edited
                        break
            chunk = chunk // 2 if chunk > 1 else 0
    return problem


def _put(problem: Problem, name: str, array: Array) -> Problem:
    if name in OWN:
        return problem.but(**{name: array})
    return problem.but(call=problem.call.but(**{name: array}))


def _simple_parts(part: Array) -> Iterator[Array]:
    """Yield simpler contents for a part of an array, the simplest first."""
    cost = complexity(part)
    with np.errstate(all="ignore"):
        numbers = np.zeros_like(part), *(np.full_like(part, value) for value in (1, -1, 2, -2, 4, -4))
        parts = *numbers, np.rint(part) + 0.0, np.ceil(part) + 0.0, np.floor(part) + 0.0, np.rint(part / 2) + 0.0
    yield from (each for each in parts if complexity(each) < cost)
