"""Which calls are tried: a plan fixes sizes, restrictions, options, regime and seed; `drawing` makes arrays of it.

Sizes lie across the edges of tiles (1, 2, 3, 4, 5, 7-9, 15-17, 31-33, 63-65, 127-129, a few above 300); large ones with
few slices, small ones with many, so that one call checks tens of cases.  Every choice follows from the seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np

from proofs.laws.conformance.drawing import PATTERNS, REGIMES
from proofs.laws.conformance.law import ConformanceLaw
from proofs.laws.conformance.trial import Subject

T = TypeVar("T")

SMALL: tuple[int, ...] = (1, 2, 2, 3, 3, 4, 5, 5, 7, 8, 9)
EDGES: tuple[int, ...] = (15, 16, 17, 31, 32, 33, 63, 64, 65)
LARGE: tuple[int, ...] = (127, 128, 129, 255, 256, 257, 331, 513)
BATCHES = (1, 2, 3, 5, 8, 13, 21)
WIDTHS = (1, 2, 3, 4, 5, 8)
WIDE = (16, 17, 32, 64, 80, 96, 128, 128)
WORK = 3_000_000
"""Largest B H L S (E + Ev): beyond it there are fewer batch entries and heads, and queries."""
_RANKS: dict[str, tuple[int, ...]] = {"full": (4,), "any": (4, 4, 4, 3, 2), "narrow": (4, 3, 2, 1, 1)}
"""How many axes a mask may keep: one alone, (S,), is left to the law that is about broadcasting."""
EXAMPLES = 100
"""Default number of calls that are planned for each law; each has B x H cases."""
EXAMPLES_COMPILED = 20
"""The same where every new shape is compiled anew."""
LONG, LONG_EXAMPLE = 1025, 49
"""How many keys one call of a run has, and which one."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What determines a problem.

    Attributes:
        kind: how attention is restricted; one of `law.KINDS`.
        B, H_kv, group, L, S, E, Ev: sizes; H = H_kv group.
        regime, pattern: what the numbers and the mask are like; keys of REGIMES and PATTERNS.
        dtype: of all arrays. scale: "default", "one", "odd" or "large".
        full_axes: which axes of a mask have full length. rank: how many of its axes are left.
        softcap, biased, blocked: whether the optional keywords are set.
        empty_rows: whether some rows of the mask are emptied.
        few_windows: whether a window is one of few.
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
    few_windows: bool = False
    seed: int = 0

    @property
    def H(self) -> int:
        """How many query heads there are."""
        return self.H_kv * self.group


class NothingToPlanError(NotImplementedError):
    """The implementation offers none of what a law is about."""


class Choices(Protocol):
    """Where a plan's choices come from: a generator of random numbers, or Hypothesis."""

    def pick(self, choices: tuple[T, ...]) -> T:
        """Return one of them; the first is the simplest."""

    def chance(self, share: float) -> bool:
        """Return True in about this share of all cases."""

    def below(self, number: int) -> int:
        """Return an integer from 0 to number - 1."""


class Random:
    """Choices that follow from a seed."""

    def __init__(self, *seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def pick(self, choices: tuple[T, ...]) -> T:
        """Return one of them, each as likely."""
        return choices[int(self.rng.integers(len(choices)))]

    def chance(self, share: float) -> bool:
        """Return True with this probability."""
        return bool(self.rng.random() < share)

    def below(self, number: int) -> int:
        """Return an integer from 0 to number - 1, each as likely."""
        return int(self.rng.integers(number))


def plans(law: ConformanceLaw, subject: Subject, examples: int, seed: int, *, small: bool = False) -> Iterator[Plan]:
    """Yield plans for a law, every kind of restriction in turn, the same ones for the same seed.

    With `small`, sizes are small.

    Raises:
        NothingToPlanError: the implementation lacks a keyword that the law needs.
    """
    kinds = offered_kinds(law, subject)
    choices = Random(seed, *law.id.encode())
    first = choices.below(1 << 16)
    for index in range(examples):
        long = index == LONG_EXAMPLE and not (small or subject.traits.few_shapes)
        kind = "none" if long and "none" in kinds else kinds[(first + index) % len(kinds)]
        plan = choose(choices, law, subject, kind, small=small)
        yield _longer(plan, law) if long else plan


def _longer(plan: Plan, law: ConformanceLaw) -> Plan:
    """Return the plan with more keys than any block or tile is likely to hold, all of them of some weight."""
    L = LONG if law.square else 3
    return replace(plan, B=law.least[0], L=L, S=LONG, E=2, Ev=2, regime="unit", pattern="dense")


def offered_kinds(law: ConformanceLaw, subject: Subject) -> list[str]:
    """Return the ways of restricting attention that the law is about and the implementation has keywords for.

    Raises:
        NothingToPlanError: the implementation lacks a keyword that the law needs, or all of these.
    """
    for name in law.needs:
        if name not in subject.keywords:
            raise NothingToPlanError(f"no keyword {name}")
    kinds = [kind for kind in law.kinds if _keywords(kind) <= subject.keywords]
    if not kinds:
        wanted = sorted({name for kind in law.kinds for name in _keywords(kind)})
        raise NothingToPlanError(f"none of the keywords {', '.join(wanted)}")
    return kinds


def _keywords(kind: str) -> set[str]:
    """Return the optional keywords that a kind of restriction needs."""
    return {{"window": "window", "lengths": "key_lengths"}.get(part, "") for part in kind.split("+")} - {""}


def choose(choices: Choices, law: ConformanceLaw, subject: Subject, kind: str, *, small: bool = False) -> Plan:
    """Return a plan for a law and a kind of restriction."""
    traits = subject.traits
    few = traits.few_shapes
    B, H_kv, group, L, S, E = _few_sizes(choices, law) if few else _sizes(choices, law, small=small)
    lower_right = traits.alignment == "lower_right" and "causal" in kind and not law.empty_rows
    if lower_right and S < L:
        L, S = S, L  # rows before the first key would be empty
    Ev = E if traits.equal_widths else E + 1 if few else choices.pick(WIDTHS if choices.chance(0.75) else WIDE)
    while B * H_kv * group * L * S * (E + Ev) > WORK and B * H_kv > law.least[0] * max(law.least[1] // group, 1):
        B, H_kv = (B - 1, H_kv) if law.least[0] < B else (B, H_kv - 1)

    def sometimes(name: str, share: float) -> bool:
        wanted = name in law.modifiers and name in subject.keywords and choices.chance(share)
        return name in law.needs or wanted

    return Plan(
        kind=kind,
        B=B,
        H_kv=H_kv,
        group=group,
        L=L,
        S=S,
        E=E,
        Ev=Ev,
        regime=choices.pick(law.regimes or tuple(REGIMES)),
        pattern=choices.pick((*PATTERNS, "left_padding", "right_padding")) if "mask" in kind else PATTERNS[0],
        dtype=choices.pick(traits.dtypes),
        scale=choices.pick(law.scales),
        full_axes=choices.pick(_FEW_AXES[law.masks]) if few else _axes(choices, law.masks),
        rank=choices.pick((4, 2) if few and law.masks == "narrow" else (4,) if few else _RANKS[law.masks]),
        softcap=sometimes("softcap", 0.2),
        biased=sometimes("bias", 0.2),
        blocked=sometimes("block_size", 0.4),
        empty_rows=law.empty_rows,
        cut=choices.below(4 if few else 1 << 10),
        few_windows=few,
        seed=choices.below(1 << 32),
    )


def _sizes(choices: Choices, law: ConformanceLaw, *, small: bool) -> tuple[int, int, int, int, int, int]:
    """Return B, H_kv, H / H_kv, L, S, E."""
    least_B, least_H, least_L, least_S, least_E = law.least
    if small or choices.chance(0.78):
        B, H_kv, lengths = choices.pick(BATCHES), choices.pick((1, 2, 3, 4)), SMALL
    elif choices.chance(0.86):
        B, H_kv, lengths = choices.pick((1, 2, 3)), choices.pick((1, 2)), EDGES
    else:
        B, H_kv, lengths = choices.pick((1, 1, 2, 4)), choices.pick((1, 2, 8)), LARGE
    group = choices.pick((2, 3, 4, 8)) if law.grouped else choices.pick((1, 1, 1, 1, 2, 3, 4, 8))
    S = max(choices.pick(lengths), least_S)
    # As many queries as keys, one query, or any other number, each often enough.
    L = S if law.square else choices.pick((S, 1, choices.pick(lengths), choices.pick(SMALL)))
    H_kv = max(H_kv, 2 if law.grouped else 1, -(-least_H // group))
    E = choices.pick(WIDTHS if small or choices.chance(0.75) else WIDE)
    return max(B, least_B), H_kv, group, max(L, least_L, least_S if law.square else 1), S, max(E, least_E)


FEW_SIZES = ((3, 2, 1, 3, 3, 2), (2, 3, 2, 5, 7, 5), (5, 2, 1, 1, 4, 3), (2, 2, 1, 17, 17, 4), (1, 2, 1, 33, 65, 8))
"""B, H_kv, H / H_kv, L, S, E for implementations that compile for each shape."""
_FEW_AXES = {
    "full": ((True, True, True, True),),
    "any": ((True, True, True, True), (False, False, True, True), (True, False, False, True)),
    "narrow": ((False, False, True, True), (True, False, False, True), (False, False, False, True)),
}


def _few_sizes(choices: Choices, law: ConformanceLaw) -> tuple[int, int, int, int, int, int]:
    """Return B, H_kv, H / H_kv, L, S, E from few that suit the law."""
    least_B, least_H, least_L, least_S, _ = law.least

    def suits(sizes: tuple[int, int, int, int, int, int]) -> bool:
        B, H_kv, group, L, S, _ = sizes
        enough = least_B <= B and H_kv * group >= least_H and least_L <= L and least_S <= S
        return enough and (L == S or not law.square) and (not law.grouped or min(H_kv, group) > 1)

    return choices.pick(tuple(sizes for sizes in FEW_SIZES if suits(sizes)))


def _axes(choices: Choices, wanted: str) -> tuple[bool, bool, bool, bool]:
    if wanted == "full":
        return True, True, True, True
    # The last axis is nearly always there: without it a mask allows all keys or none.
    axes = [choices.chance(share) for share in (0.5, 0.5, 0.7, 0.95)]
    if wanted == "narrow":
        # The leading axes up to one of them: only then can a mask be given with fewer axes.
        first = choices.below(3)
        axes = [full and axis > first for axis, full in enumerate(axes)]
    return axes[0], axes[1], axes[2], axes[3]
