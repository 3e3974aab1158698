r"""Small instances of a statement: models of its assumptions, and witnesses against its conclusion.

Instances come in a fixed order, smallest sizes and entries first, so that a witness is small and the same on
every machine.  Finding none proves nothing.

Scope: sizes up to `MOST` beyond their least value.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Any

from attention.duals import Index, Polynomial
from attention.exact import ExpQuotient, NotExact, TooClose, number
from attention.instances import Evaluator, Instance, Unbounded
from proofs.formula import Datum, ForAll, Formula, Reads, Relation, Statement, assignments, reads
from proofs.verdict import Witness

MOST = 2
POOL = tuple(number(entry) for entry in ("0", "1", "0", "1", "-1", "2", "1/2"))
SCALES = tuple(number(entry) for entry in ("1", "1", "2", "1/2"))
EXHAUSTIVE = 6
DRAWS = 720
MOST_TRIED = 3000
SPREAD = 12


@dataclass(frozen=True)
class _Slot:
    """One entry to fill: an array's entry, or a scalar (index None)."""

    name: str
    index: Index | None
    kind: str


def instances(statement: Statement, *, seed: int = 0, exhaustive: bool = True) -> Iterator[Instance]:
    """Yield instances, smallest first; entries 0 and 1 exhaustively where there are few, then seeded draws.

    Without `exhaustive` the sizes come in a seeded order, a few draws each: models of all shapes, not the least ones.
    """
    if statement.given is not None:
        yield statement.given
        return
    rng = random.Random(seed)  # noqa: S311  # a fixed order of test data, no secret
    names = [str(size) for size in statement.sizes]
    ranges = [range(least, least + MOST + 1) for least in statement.sizes.values()]
    every = sorted(product(*ranges), key=lambda s: (sum(s), s))
    count = len(every)
    if not exhaustive:
        rng.shuffle(every)
    for sizes in every:
        at = dict(zip(names, sizes, strict=True))
        slots = list(_slots(statement.data, at))
        free = [slot for slot in slots if slot.kind == "real"]
        if exhaustive and len(free) <= EXHAUSTIVE:
            for bits in sorted(product((0, 1), repeat=len(free)), key=lambda b: (sum(b), b)):
                values = {(s.name, s.index): number(k) for s, k in zip(free, bits, strict=True)}
                yield _fill(statement, at, slots, values, rng)
        for _ in range(max(24, DRAWS // count) if exhaustive else SPREAD):
            yield _fill(statement, at, slots, {}, rng)


def shapes(statement: Statement, most: int, *, seed: int = 3) -> Iterator[Instance]:
    """Yield instances of all sizes in a seeded order, one of each size at first; the assumptions apart."""
    if statement.given is not None:
        yield statement.given
        return
    rng = random.Random(seed)  # noqa: S311  # a fixed order of test data, no secret
    names = [str(size) for size in statement.sizes]
    every = list(product(*(range(least, least + MOST + 1) for least in statement.sizes.values())))
    rng.shuffle(every)
    for k in range(most):
        yield filled(statement, dict(zip(names, every[k % len(every)], strict=True)), rng)


def filled(statement: Statement, sizes: dict[str, int], rng: random.Random) -> Instance:
    """Return data drawn for the given sizes, the assumptions apart."""
    return _fill(statement, sizes, list(_slots(statement.data, sizes)), {}, rng)


def _slots(data: Sequence[Datum], sizes: dict[str, int]) -> Iterator[_Slot]:
    at = Evaluator(Instance(sizes), {})
    for datum in data:
        if datum.kind in {"function", "smooth"}:
            continue
        if not datum.shape:
            yield _Slot(datum.name, None, datum.kind)
            continue
        lengths = [at.integer(length, {}) for length in datum.shape]
        for index in product(*(range(datum.first, length + 1) for length in lengths)):
            yield _Slot(datum.name, index, datum.kind)


def _fill(
    statement: Statement,
    sizes: dict[str, int],
    slots: list[_Slot],
    values: dict[tuple[str, Index | None], ExpQuotient],
    rng: random.Random,
) -> Instance:
    scalars: dict[str, ExpQuotient] = {}
    arrays: dict[str, dict[Index, ExpQuotient]] = {d.name: {} for d in statement.data if d.shape}
    permutations: dict[str, list[int]] = {}
    for slot in slots:
        value = values.get((slot.name, slot.index))
        if value is None:
            value = _draw(slot, sizes, permutations, rng, plain=bool(values))
        if slot.index is None:
            scalars[slot.name] = value
        else:
            arrays[slot.name][slot.index] = value
    functions = {d.name: _function(d, rng.randrange(1 << 30)) for d in statement.data if d.kind == "function"}
    smooth = {d.name: _polynomial(d, rng.randrange(1 << 30)) for d in statement.data if d.kind == "smooth"}
    randoms = tuple(d.name for d in statement.data if d.kind == "random")
    return Instance(sizes, scalars, arrays, functions, randoms, smooth)


def _draw(
    slot: _Slot, sizes: dict[str, int], permutations: dict[str, list[int]], rng: random.Random, *, plain: bool
) -> ExpQuotient:
    if slot.kind == "positive":
        return number(1) if plain else rng.choice(SCALES)
    if slot.kind == "token":
        return number(rng.randrange(3))
    if slot.kind == "permutation" and slot.index is not None:
        if slot.name not in permutations:
            order = list(range(1, sizes["n"] + 1))
            rng.shuffle(order)
            permutations[slot.name] = order
        return number(permutations[slot.name][slot.index[0] - 1])
    return rng.choice(POOL)


def _polynomial(datum: Datum, seed: int) -> Polynomial:
    """Return a differentiable function of rows: small coefficients, most products of entries left out."""

    def coefficient(fixed: Index, places: tuple[Index, ...]) -> ExpQuotient:
        rng = random.Random(f"{seed}{datum.name}{fixed}{places}")  # noqa: S311
        return number(0) if len(places) == 2 and rng.randrange(3) else rng.choice(POOL)

    return Polynomial(cache(coefficient))


def _function(datum: Datum, seed: int) -> Callable[..., ExpQuotient]:
    """Return an arbitrary function of its arguments: a table of small rationals filled on demand."""
    table: dict[tuple[str, ...], ExpQuotient] = {}
    irrational: list[tuple[tuple[ExpQuotient, ...], tuple[str, ...]]] = []

    def name(arguments: tuple[ExpQuotient, ...]) -> tuple[str, ...]:
        """Return one key for equal arguments: an irrational number has many representations."""
        shown = tuple(str(a) for a in arguments)
        if all(a.rational() is not None for a in arguments):
            return shown
        for known, key in irrational:
            if len(arguments) == len(known) and all(a == b for a, b in zip(arguments, known, strict=True)):
                return key
        irrational.append((arguments, shown))
        return shown

    def value(*arguments: Any) -> ExpQuotient:
        # A row counts by its length and its entries.
        key = name(tuple(_flat(arguments)))
        if key not in table:
            table[key] = random.Random(f"{seed}{datum.name}{key}").choice(POOL)  # noqa: S311
        return table[key]

    return value


def _flat(arguments: tuple[Any, ...]) -> Iterator[ExpQuotient]:
    for argument in arguments:
        if isinstance(argument, tuple):
            yield number(len(argument))
            yield from _flat(argument)
        else:
            yield argument


def models(statement: Statement, count: int, *, seed: int = 1, tries: int = 400) -> list[Instance]:
    """Return up to `count` instances that meet the assumptions at some index, of all shapes."""
    found: list[Instance] = []
    candidates = instances(statement, seed=seed, exhaustive=False)
    pool = [instance for _, instance in zip(range(tries), candidates, strict=False)]
    # Spread over the sizes instead of taking the smallest: a step that holds at n = 1 alone must not pass.
    random.Random(seed).shuffle(pool)  # noqa: S311
    for instance in pool:
        if met(statement, instance):
            found.append(instance)
            if len(found) == count:
                break
    if not found:
        found = [p for p in (first_model(statement),) if p is not None]
    return found


def first_model(statement: Statement) -> Instance | None:
    """Return the smallest instance found that meets the assumptions, or None."""
    candidates = zip(range(MOST_TRIED), instances(statement), strict=False)
    return next((instance for _, instance in candidates if met(statement, instance)), None)


def met(statement: Statement, instance: Instance) -> bool:
    """Decide whether the assumptions hold at the instance for some index values."""
    at = Evaluator(instance, statement.definitions)
    try:
        return any(
            all(a.holds(at, indices) for a in statement.assumptions.values())
            for indices in assignments(statement.ranges, at, {})
        )
    except (NotExact, ZeroDivisionError, Unbounded):
        return False


def witness(statement: Statement, *, most: int = MOST_TRIED) -> Witness | None:
    """Return the first instance in the fixed order at which the statement fails, certified, or None."""
    for tried, instance in zip(range(1, most + 1), instances(statement), strict=False):
        if _broken(statement, instance) is not None:
            small = _shrunk(statement, instance)
            return _certified(statement, small, dict(_broken(statement, small) or {}), tried)
    return None


def witness_at(statement: Statement, instance: Instance) -> Witness | None:
    """Return a certified witness if the statement fails at a given instance, or None; nothing is simplified."""
    broken = _broken(statement, instance)
    return None if broken is None else _certified(statement, instance, dict(broken), 1)


def still_refutes(witness: Witness) -> bool:
    """Decide afresh whether a stored witness refutes its statement, there and with the values that it shows."""
    broken = _broken(witness.statement, witness.instance)
    if broken is None:
        return False
    again = _certified(witness.statement, witness.instance, dict(broken), witness.tried)
    return (again.indices, again.lhs, again.rhs, again.difference) == (
        witness.indices,
        witness.lhs,
        witness.rhs,
        witness.difference,
    )


def without_value(statement: Statement, dropped: Formula, *, most: int) -> Instance | None:
    """Return an instance that meets the assumptions but not the dropped one, where the conclusion divides by zero."""
    for _, instance in zip(range(most), instances(statement), strict=False):
        at = Evaluator(instance, statement.definitions)
        for indices in assignments(statement.ranges, at, {}):
            try:
                meant = all(a.holds(at, indices) for a in statement.assumptions.values())
                if not meant or dropped.holds(at, indices):
                    continue
            except (NotExact, ZeroDivisionError, Unbounded, TooClose):
                continue
            try:
                statement.conclusion.holds(at, indices)
            except ZeroDivisionError:
                return instance
            except (NotExact, Unbounded, TooClose):
                continue
    return None


def _broken(statement: Statement, instance: Instance) -> Mapping[str, int] | None:
    """Return the index values at which the statement fails at the instance, or None."""
    try:
        return statement.check(instance).broken_at
    except (NotExact, ZeroDivisionError, Unbounded, TooClose):
        return None


def _shrunk(statement: Statement, instance: Instance) -> Instance:
    """Replace entries by 0, or else by 1, one after another, while the statement still fails."""
    if statement.given is not None:
        return instance
    plain = {datum.name for datum in statement.data if datum.kind in {"real", "token"}}
    for name in [name for name in instance.arrays if name in plain]:
        for index in instance.arrays[name]:
            for simpler in (0, 1):
                if instance.arrays[name][index] == simpler:
                    break
                row = {**instance.arrays[name], index: number(simpler)}
                smaller = replace(instance, arrays={**instance.arrays, name: row})
                if _broken(statement, smaller) is not None:
                    instance = smaller
                    break
    return instance


def _certified(statement: Statement, instance: Instance, indices: dict[str, int], tried: int) -> Witness:
    at = Evaluator(instance, statement.definitions)
    relation, where = _first_broken(statement.conclusion, at, indices)
    if isinstance(relation, Reads):
        found = reads(relation.expr, statement.definitions)
        text = "itself" if found is None else ", ".join(sorted(found))
        return Witness(instance, where, statement, relation, text, ", ".join(sorted(relation.names)), "", tried)
    lhs, rhs = at(relation.lhs, where), at(relation.rhs, where)
    difference = lhs - rhs
    # `holds` has decided the relation exactly; the ball shows the distance to a reader.
    shown = difference.separation()
    return Witness(instance, where, statement, relation, _shown(lhs), _shown(rhs), shown, tried)


def _shown(value: ExpQuotient) -> str:
    """Return the exact value, and six decimals of it where it is irrational."""
    return str(value) if value.rational() is not None else f"{value} = {value.round(8)}..."


def _first_broken(formula: Formula, at: Evaluator, indices: dict[str, int]) -> tuple[Relation | Reads, dict[str, int]]:
    if isinstance(formula, (Relation, Reads)):
        return formula, indices
    if isinstance(formula, ForAll):
        inner = next(k for k in assignments(formula.ranges, at, indices) if not formula.body.holds(at, k))
        return _first_broken(formula.body, at, inner)
    return _first_broken(next(p for p in formula.parts if not p.holds(at, indices)), at, indices)
