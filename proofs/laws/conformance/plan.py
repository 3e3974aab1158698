"""Which calls are tried: a plan fixes sizes, restrictions, options, regime and seed; `drawing` makes arrays of it.

Sizes lie across the edges of tiles (1, 2, 3, 4, 5, 7-9, 15-17, 31-33, 63-65, 127-129, a few above 300); large ones with
few slices, small ones with many, so that one call checks tens of cases.  Every choice follows from the seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np

from proofs.laws.conformance.drawing import PATTERNS, REGIMES
from proofs.laws.conformance.law import ConformanceLaw
from proofs.laws.conformance.trial import Subject

Generator: TypeAlias = np.random.Generator
T = TypeVar("T")

SMALL: tuple[int, ...] = (1, 2, 2, 3, 3, 4, 5, 5, 7, 8, 9)
EDGES: tuple[int, ...] = (15, 16, 17, 31, 32, 33, 63, 64, 65)
LARGE: tuple[int, ...] = (127, 128, 129, 255, 257, 301, 331)
WIDTHS = (1, 2, 3, 4, 5, 8)
WORK = 3_000_000
"""Largest B H L S (E + Ev): beyond it there are fewer batch entries and heads."""
_RANKS: dict[str, tuple[int, ...]] = {"full": (4,), "any": (4, 4, 4, 3, 2), "narrow": (4, 3, 2, 1, 1)}
"""How many axes a mask may keep: one alone, (S,), is left to the law that is about broadcasting."""
EXAMPLES = 100
"""Default number of calls that are planned for each law; each has B x H cases."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What determines a problem.

    Attributes:
        kind: how attention is restricted; one of `law.KINDS`.
        B, H_kv, group, L, S, E, Ev: sizes; H = H_kv group.
        regime, pattern: what the numbers and the mask are like; keys of REGIMES and PATTERNS.
        dtype: of all arrays. scale: "default", "one" or "odd".
        full_axes: which axes of a mask have full length. rank: how many of its axes are left.
        softcap, biased, blocked: whether the optional keywords are set.
        empty_rows: whether some rows of the mask are emptied.
        cut, seed: numbers from which positions and entries follow.
    """

    kind: str = "none"
    B: int = 1
    H_kv: int = 1
    group: int = 1
    L: int = 2
    S: int = 2
    E: int = 1
    Ev: int = 1
    regime: str = "ties"
    pattern: str = "random"
    dtype: str = "float32"
    scale: str = "default"
    full_axes: tuple[bool, bool, bool, bool] = (True, True, True, True)
    rank: int = 4
    softcap: bool = False
    biased: bool = False
    blocked: bool = False
    empty_rows: bool = False
    cut: int = 0
    seed: int = 0

    @property
    def H(self) -> int:
        """How many query heads there are."""
        return self.H_kv * self.group


class NothingToPlanError(NotImplementedError):
    """The implementation offers none of what a law is about."""


def plans(law: ConformanceLaw, subject: Subject, examples: int, seed: int, *, small: bool = False) -> Iterator[Plan]:
    """Yield plans for a law, the same ones for the same seed; with `small`, of small sizes only.

    Raises:
        NothingToPlanError: the implementation lacks a keyword that the law needs.
    """
    for name in law.needs:
        if name not in subject.keywords:
            raise NothingToPlanError(f"no keyword {name}")
    kinds = [kind for kind in law.kinds if _offered(kind, subject)]
    if not kinds:
        raise NothingToPlanError("none of the keywords " + ", ".join(sorted({_keyword(kind) for kind in law.kinds})))
    rng = np.random.default_rng([seed, *law.id.encode()])
    first = int(rng.integers(1 << 16))
    for index in range(examples):
        yield _plan(rng, law, subject, kinds[(first + index) % len(kinds)], small=small)


def _keyword(kind: str) -> str:
    return {"window": "window", "lengths": "key_lengths"}.get(kind.split("+", maxsplit=1)[0], "")


def _offered(kind: str, subject: Subject) -> bool:
    return not _keyword(kind) or _keyword(kind) in subject.keywords


def _plan(rng: Generator, law: ConformanceLaw, subject: Subject, kind: str, *, small: bool) -> Plan:
    traits = subject.traits
    B, H_kv, group, L, S = _sizes(rng, law, small=small)
    lower_right = traits.alignment == "lower_right" and "causal" in kind and not law.empty_rows
    if lower_right and S < L:
        L, S = S, L  # rows before the first key would be empty
    E = max(_pick(rng, WIDTHS if small or rng.random() < 0.85 else (16, 17, 32, 64)), law.least[4])
    Ev = E if traits.equal_widths else _pick(rng, WIDTHS)
    while B * H_kv * group * L * S * (E + Ev) > WORK and B * H_kv > law.least[0] * max(law.least[1] // group, 1):
        B, H_kv = (B - 1, H_kv) if law.least[0] < B else (B, H_kv - 1)

    def sometimes(name: str, chance: float) -> bool:
        wanted = name in law.modifiers and name in subject.keywords and rng.random() < chance
        return name in law.needs or wanted

    masked = "mask" in kind
    return Plan(
        kind=kind,
        B=B,
        H_kv=H_kv,
        group=group,
        L=L,
        S=S,
        E=E,
        Ev=Ev,
        regime=_pick(rng, tuple(REGIMES)),
        pattern=_pick(rng, PATTERNS) if masked else "random",
        dtype=_pick(rng, traits.dtypes),
        scale=_pick(rng, law.scales),
        full_axes=_axes(rng, law.masks),
        rank=_pick(rng, _RANKS[law.masks]),
        softcap=sometimes("softcap", 0.2),
        biased=sometimes("bias", 0.2),
        blocked=sometimes("block_size", 0.4),
        empty_rows=law.empty_rows,
        cut=int(rng.integers(1 << 10)),
        seed=int(rng.integers(1 << 32)),
    )


def _sizes(rng: Generator, law: ConformanceLaw, *, small: bool) -> tuple[int, int, int, int, int]:
    """Return B, H_kv, H / H_kv, L, S."""
    least_B, least_H, least_L, least_S, _ = law.least
    chance = 0.0 if small else rng.random()
    lengths: tuple[int, ...]
    if chance < 0.78:
        B, H_kv, lengths = _pick(rng, (1, 2, 3, 5, 8, 13, 21)), _pick(rng, (1, 2, 3, 4)), SMALL
    elif chance < 0.97:
        B, H_kv, lengths = _pick(rng, (1, 2, 3)), _pick(rng, (1, 2)), EDGES
    else:
        B, H_kv, lengths = 1, _pick(rng, (1, 2)), LARGE
    group = _pick(rng, (2, 3)) if law.grouped else _pick(rng, (1, 1, 1, 2, 3))
    S = max(_pick(rng, lengths), least_S)
    # As many queries as keys, one query, or any other number, each often enough.
    L = S if law.square else (S, 1, _pick(rng, lengths), _pick(rng, SMALL))[int(rng.integers(4))]
    H_kv = max(H_kv, 2 if law.grouped else 1, -(-least_H // group))
    return max(B, least_B), H_kv, group, max(L, least_L, least_S if law.square else 1), S


def _axes(rng: Generator, wanted: str) -> tuple[bool, bool, bool, bool]:
    if wanted == "full":
        return True, True, True, True
    # The last axis is nearly always there: without it a mask allows all keys or none.
    axes = [bool(rng.random() < chance) for chance in (0.5, 0.5, 0.7, 0.95)]
    if wanted == "narrow":
        # The leading axes up to one of them: only then can a mask be given with fewer axes.
        first = int(rng.integers(3))
        axes = [full and axis > first for axis, full in enumerate(axes)]
    return axes[0], axes[1], axes[2], axes[3]


def _pick(rng: Generator, choices: tuple[T, ...]) -> T:
    return choices[int(rng.integers(len(choices)))]
