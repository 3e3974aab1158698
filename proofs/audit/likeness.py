r"""Whether text that may be math looks like it: for signs that mean something else in prose.

`\(` is an escaped parenthesis as often as it opens math, and `$` is money.  These are the only questions asked;
what is certainly math is never asked.
"""

from __future__ import annotations

import re

_EQUALITY = re.compile(r"[=≈≃≡]|\\(?:approx|simeq|equiv)(?![A-Za-z])")
_COMPARISON = re.compile(r"[<>≤≥≠]")
_DIGIT = re.compile(r"\d")
_COMMAND = re.compile(r"\\[A-Za-z]")
_SCRIPT = re.compile(r"(?:(?<![^\W_])[^\W\d_]|[})\]'])[_^]")
# Words in \text{...} and names of operators are part of a formula, so they do not make it prose.
_UPRIGHT = re.compile(r"\\[A-Za-z]+\*?\s*\{[^{}\\]*\}|\\[A-Za-z]+")
# The look-behind and the possessive repeats start the search once per word: it is linear.
_WORDS = re.compile(r"(?<![^\W_])[^\W\d_]{2,}+\s++[^\W\d_]{2}")


def claims(text: str) -> bool:
    """Return whether text holds an equality and a digit: what a claimed number needs."""
    return _EQUALITY.search(text) is not None and _DIGIT.search(text) is not None


def prose(text: str) -> bool:
    """Return whether two words stand side by side outside commands and their arguments."""
    return _WORDS.search(_UPRIGHT.sub(" \\\\ ", text)) is not None


def before_prose(text: str) -> str:
    """Return text up to the first two words that stand side by side."""
    words = _WORDS.search(text)
    return text if words is None else text[: words.start()]


def formula(text: str) -> bool:
    r"""Return whether text between escaped brackets is math.

    Math has an equality, a comparison with a digit, a command of TeX, or a script at a single letter, and is no
    prose; but what claims a
    number with a command of TeX in it is math whatever its words.
    """
    command = _COMMAND.search(text) is not None
    if command and claims(text):
        return True
    compared = _COMPARISON.search(text) is not None and _DIGIT.search(text) is not None
    signs = command or compared or _EQUALITY.search(text) is not None or _SCRIPT.search(text) is not None
    return signs and not prose(text)


def money(text: str, start: int, stop: int) -> bool:
    """Return whether the dollars at `start` and `stop` are two prices or names of variables, not a pair.

    Pandoc's rule (no blank after the opening dollar, none before the closing one, no digit after that) with
    one grain of salt: people do write `$x = 1.22 $`.  So a blank before the closing dollar is suspicious only
    if what follows it looks opened by it, and then only if a price comes first or nothing is claimed between.
    """
    first, last, after = text[start + 1], text[stop - 1], text[stop + 1 : stop + 2]
    if after.isdigit() and first.isdigit():
        return True
    if first.isspace() or not last.isspace() or not (after.isalnum() or after == "\\"):
        return False
    between = text[start + 1 : stop]
    return first.isdigit() or not claims(between) or prose(between)
