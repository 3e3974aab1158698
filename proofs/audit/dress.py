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
    closes: dict[int, str] = {}  # the places of braces that go, and the script that goes with each
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind == "dress":
            at = _opened(tokens, at, closes)
            continue
        at += 1
        if at - 1 not in closes:
            out.append(token)
            continue
        script = closes[at - 1]
        if script:
            out.append(token)
            if at < len(tokens) and tokens[at].kind == script:
                at = _past(tokens, at + 1)
    return out


def _opened(tokens: list[Token], at: int, closes: dict[int, str]) -> int:
    """Return the place after a command of dress and what goes with its opening brace."""
    command, at = tokens[at].value, at + 1
    if command in _CAPTIONS:
        at = _past(tokens, at)
    if at >= len(tokens) or tokens[at].kind != "group":
        return at
    closes[_past(tokens, at) - 1] = _BRACES.get(command, "")
    return at if command in _BRACES else at + 1


def _past(tokens: list[Token], at: int) -> int:
    """Return the place after the group or sign at `at`."""
    depth = 0
    for place in range(at, len(tokens)):
        depth += (tokens[place].kind == "group") - (tokens[place].kind == "ungroup")
        if depth <= 0:
            return place + 1
    return len(tokens)
