"""What a worked example is."""

from typing import NamedTuple


class Case(NamedTuple):
    """A document and the verdicts on its judged numbers ("printed verdict [value from the inputs]", by commas)."""

    name: str
    text: str
    verdicts: str
    kinds: str = ""  # findings other than those on numbers, in order
    fixed: str = ""  # what the correction puts in the place of each wrong number, in order
