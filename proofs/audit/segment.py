"""One piece of math, and where each of its characters stands in the document."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Origins = list[tuple[int, int]]
_LAST = 1 << 62


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of math, without its delimiters (an environment keeps them: its name matters).

    Attributes: text; origins, pairs (index in text, offset in the document): from each index on, both run in
    step; problem: why it cannot be read, if its place alone says so; fixed: of the runs whose text does not stand
    in the document, by their index, where the stretch ends that they stand for (a macro's use, or a part of it; an
    escape).  All characters of such a run are at its offset.
    """

    text: str
    origins: Origins
    problem: str = ""
    fixed: dict[int, int] | None = None

    def offset(self, index: int) -> int:
        """Return the document offset of the character at `index` (the end is allowed)."""
        origins = self.origins
        at, offset = origins[0] if len(origins) == 1 else origins[bisect_right(origins, (index, _LAST)) - 1]
        return offset if self.fixed is not None and at in self.fixed else offset + index - at

    def end(self, index: int) -> int:
        """Return the document offset after the character at `index`, or after what it stands for."""
        if self.fixed is not None:
            at, _ = self.origins[bisect_right(self.origins, (index, _LAST)) - 1]
            if at in self.fixed:
                return self.fixed[at]
        return self.offset(index) + 1


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the characters of a text stand: from each of `indexes` on, text and document run in step.

    Two sequences of numbers, not pairs: a text may hold one run for every second character.  `ends` says of offsets
    where one character stands as several (an escape) where these end, if that matters.
    """

    indexes: Sequence[int]
    offsets: Sequence[int]
    ends: Mapping[int, int] = field(default_factory=dict)

    def offset(self, index: int) -> int:
        """Return where the character at `index` stands."""
        run = max(bisect_right(self.indexes, index) - 1, 0)
        return self.offsets[run] + index - self.indexes[run]

    def cut(self, start: int, stop: int) -> Origins:
        """Return the origins of a stretch of the text, counted from its start."""
        indexes, offsets = self.indexes, self.offsets
        first = max(bisect_right(indexes, start) - 1, 0)
        last = max(bisect_left(indexes, stop), first + 1)
        out = [(0, offsets[first] + start - indexes[first])]
        out.extend((indexes[run] - start, offsets[run]) for run in range(first + 1, last))
        return out

    def through(self, segment: Segment) -> Segment:
        """Return a segment of the text as a segment of the document that the text was taken from."""
        ends = [index for index, _ in segment.origins[1:]]
        ends.append(len(segment.text))
        out = [
            (index + step, far)
            for (index, near), end in zip(segment.origins, ends, strict=True)
            for step, far in self.cut(near, near + max(end - index, 1))
        ]
        fixed = {index: self.ends[far] for index, far in out if far in self.ends} if self.ends else None
        return Segment(segment.text, out, segment.problem, fixed or None)
