r"""Dress: what stands around a formula and says nothing, such as `\boxed{...}` or a brace with a caption.

\boxed{x}                 x
\underbrace{x}_{words}    {x}      also \overbrace{x}^{words}
\overset{words}{=}        =        also \stackrel, \underset
\textcolor{red}{x}        {x}      (its colour is an aside to the lexer)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proofs.audit.lexer import Token

_BOXES = frozenset(
    {r"\boxed", r"\fbox", r"\mathrel", r"\mathop", r"\mathbin", r"\mathord", r"\ensuremath", r"\mathstrut"}
)
_BRACES = {r"\underbrace": "sub", r"\overbrace": "sup", r"\underbracket": "sub", r"\overbracket": "sup"}
_CAPTIONS = frozenset({r"\overset", r"\underset", r"\stackrel"})
COMMANDS = _BOXES | frozenset(_BRACES) | _CAPTIONS
"""The commands that are dress."""
_WORN = re.compile("|".join(re.escape(command) + "(?![A-Za-z])" for command in sorted(COMMANDS)))


def worn(text: str) -> bool:
    """Whether a formula holds any dress."""
    return _WORN.search(text) is not None


def undressed(tokens: list[Token]) -> list[Token]:
    """Return the tokens without dress. What is not closed is left to the parser to refuse."""
    out: list[Token] = []
    ends = _ends(tokens)
    closes: dict[int, str] = {}  # the places of braces that go, and the script that goes with each
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind == "dress":
            at = _opened(tokens, at, ends, closes)
            continue
        at += 1
        if at - 1 not in closes:
            out.append(token)
            continue
        script = closes[at - 1]
        if script:
            out.append(token)
            if at < len(tokens) and tokens[at].kind == script:
                at = ends.get(at + 1, at + 2)
    return out


def _opened(tokens: list[Token], at: int, ends: dict[int, int], closes: dict[int, str]) -> int:
    """Return the place after a command of dress and what goes with its opening brace."""
    command, at = tokens[at].value, at + 1
    if command in _CAPTIONS:
        at = ends.get(at, at + 1)
    if at >= len(tokens) or tokens[at].kind != "group":
        return at
    closes[ends[at] - 1] = _BRACES.get(command, "")
    return at if command in _BRACES else at + 1


def _ends(tokens: list[Token]) -> dict[int, int]:
    """Return the place after each group by the place where it opens; one that is never closed ends with the formula."""
    out: dict[int, int] = {}
    opened: list[int] = []
    for place, token in enumerate(tokens):
        if token.kind == "group":
            out[place] = len(tokens)
            opened.append(place)
        elif token.kind == "ungroup" and opened:
            out[opened.pop()] = place + 1
    return out
