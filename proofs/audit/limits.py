"""Caps of the auditor, each with a name, and the errors that say which one was met.

Those on nesting keep the recursive rooms (parser, rules, evaluator) inside Python's default recursion limit,
with space to spare for the program that calls them.

A hostile or broken document must cost little: every cap turns into one `unread` finding, or into one line and
exit 2 when the whole input is concerned.  The values are far above what a text for people needs.
"""

from __future__ import annotations

MAX_BYTES = 8 << 20
"""Largest document, in bytes."""
MAX_DOLLARS = 400_000
"""Most dollar signs in one document: each costs a token of the Markdown reader, and memory."""
MAX_SEGMENT = 50_000
"""Longest math segment, in characters."""
MAX_MACROS = 2_000
"""Most definitions of macros that are looked for in one document."""
MAX_MACRO = 2_000
"""Longest definition of a macro, in characters."""
MAX_MACRO_DEPTH = 16
"""Deepest nesting of macros: in each other's definitions and in each other's arguments."""
MAX_EXPANDED = 50_000
"""Longest segment with its macros replaced, in characters; each replacement counts for one, and so does each
character that is looked at for one."""
MAX_EXPANSIONS = 2_000_000
"""As MAX_EXPANDED, for all segments of a document together: this, and MACRO_GROWTH for each of its characters."""
MACRO_GROWTH = 4
"""See MAX_EXPANSIONS: a long document may replace more, and costs its length."""
MAX_QUOTES = 40
"""Deepest nesting of quotations and lists."""
MAX_NESTING = 100
"""Deepest nesting of a notebook's JSON."""
MAX_DEPTH = 32
"""Deepest nesting of groups, fractions, scripts and environments inside one segment."""
MAX_HEIGHT = 64
"""Tallest formula, counted in parts inside parts."""
MAX_CELLS = 10_000
"""Most entries of one matrix."""
MAX_DIGITS = 300
"""Most digits of one printed number."""
MAX_BITS = 8_192
"""Most bits of a numerator or denominator met during evaluation (about 2,400 digits)."""
MAX_POWER = 1_000
"""Largest integer power, in absolute value."""
MAX_EXPONENT = 2_000
"""Largest |r| in e^r."""
MAX_TERMS = 1_000
"""Most terms of an expanded sum or product sign."""
MAX_EVALUATION = 90
"""Deepest nesting of formulas and names while a value is computed: a name's definition counts inside the
name."""
MAX_RIVALS = 20
"""Most different rules for one thing that are compared with each other."""
MAX_WORK = 400_000
"""Arithmetic steps allowed while one segment is judged."""
MAX_DOCUMENT_WORK = 25 * MAX_WORK
"""Arithmetic steps allowed in all the segments of a document that take more than FREE_WORK."""
FREE_WORK = 500
"""Arithmetic steps that every segment is allowed, whatever the others took: a plain formula takes twenty."""


class Unreadable(Exception):
    """The input as a whole cannot be audited; the command line prints `str(error)` and exits 2.

    Attributes: name (of the input), expected, received.
    """

    def __init__(self, name: str, expected: str, received: str) -> None:
        self.name, self.expected, self.received = name, expected, received
        super().__init__(f"{name}: expected {expected}, got {received}")


class Unread(Exception):
    """A math segment that was not understood. Attributes: reason, offset (in the document, or None)."""

    def __init__(self, reason: str, offset: int | None = None) -> None:
        self.reason, self.offset = reason, offset
        super().__init__(reason)


class TooLarge(Unread):
    """A cap of this module was met."""


class TooDeep(TooLarge):
    """MAX_DEPTH, MAX_HEIGHT or MAX_EVALUATION was met: something stands too deep inside something else."""
