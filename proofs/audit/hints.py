r"""What the numbers of a document say about how it was made, as a whole. Hints accuse nobody and correct nothing.

truncates    numbers are cut off where they should have been rounded up, again and again
forced_sum   weights that are 1 in sum are printed as 1 in sum, at the price of a wrong one among them
reading      the other reading of products that do not exist as printed would fit more numbers, or fewer
numerals     what the commas in numbers were read as, where nothing but the numbers themselves tells
logistic     that sigma was read as the logistic function
logarithm    what a logarithm without a base was read as
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import reduce
from typing import TYPE_CHECKING

from attention.exact import TooClose
from proofs.audit import reals, wording
from proofs.audit.findings import Hint
from proofs.audit.limits import TooLarge
from proofs.audit.reals import real

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from proofs.audit.ledger import Judged
    from proofs.audit.reals import Real

LEAST_CUT = 3
"""Fewest numbers cut off that say anything."""
MOST_WEIGHTS = 64
"""Most weights of one row that are added up."""
_INDEXED = re.compile(r"(.*?)\d\}?$", re.DOTALL)


def truncation(cut: int, up: int) -> Iterator[Hint]:
    """Yield a hint if the text cuts numbers off, given how many are cut where rounding goes up, and are rounded up."""
    if cut >= LEAST_CUT and cut >= 2 * up:
        yield Hint("truncates", wording.truncates(cut, up))


def forced_sums(judged: Sequence[Judged]) -> Iterator[Hint]:
    """Yield a hint for each row of weights that was made to sum to 1."""
    for row in _rows(judged):
        for values in ([one.local for one in row], [one.exact for one in row]):
            known = [value for value in values if value is not None]
            if len(known) != len(row) or not _is_one(known):
                continue
            if not _is_one([one.number.value for one in row]):
                break
            sides = [one.value.local if values[0] is row[0].local else one.value.exact for one in row]
            wrong = [one for one, side in zip(row, sides, strict=True) if side is not None and side.verdict == "wrong"]
            if wrong:
                names = [one.value.label for one in row]
                side = sides[row.index(wrong[-1])]
                assert side is not None  # noqa: S101 - it is one of those with a verdict
                message = wording.forced_sum(names, wrong[-1].value, side.expected or "another number")
                yield Hint("forced_sum", message, row[0].value.line)
            break


def _rows(judged: Sequence[Judged]) -> Iterator[list[Judged]]:
    """Yield what may be a row of weights: entries of a vector or of a row, and names that differ in the last index."""
    rows: dict[tuple[object, ...], list[Judged]] = defaultdict(list)
    times: Counter[str] = Counter()
    for one in judged:
        value = one.value
        if value.verdict == "given":
            continue
        if value.component is None:
            found = _INDEXED.match(value.name)
            key: tuple[object, ...] = (found[1] if found else value.name, times[value.name])
            times[value.name] += 1
        else:
            key = (one.statement, value.name, value.component[:-1])
        rows[key].append(one)
    yield from (row for row in rows.values() if 1 < len(row) <= MOST_WEIGHTS)


def _is_one(numbers: Sequence[Real]) -> bool:
    try:
        return reals.equal(reduce(reals.add, numbers), real(1))
    except (TooClose, TooLarge):
        return False


def reading(used: str, fits: Counter[str]) -> Hint:
    """Return how many of the numbers printed for impossible products fit the reading used, and how many the other."""
    return Hint("reading", wording.readings(used, fits))


def commas(part: str, wrong: list[int]) -> Hint:
    """Return what the commas in the numbers were read as ("decimals" or "thousands"), and why."""
    return Hint("numerals", wording.commas(part, wrong))


def logistic() -> Hint:
    """Return what a sigma was read as that the text does not define."""
    return Hint("logistic", wording.logistic())


def logarithm(base: str, wrong: dict[str, int]) -> Hint:
    """Return what a logarithm without a base was read as, and why."""
    return Hint("logarithm", wording.logarithm(base, wrong))


__all__ = ["commas", "forced_sums", "logarithm", "logistic", "reading", "truncation"]
