r"""The macros that a text defines: `\newcommand`, `\def`, `\let`, `\DeclareMathOperator` and their kin.

Nothing is executed: a definition is a name, a number of arguments and a body.  Definitions of another form
(delimited parameters) are kept as names without a meaning, so that an older meaning does not outlive them.  A text
may define a name again: each definition keeps its place.
"""

from __future__ import annotations

import re
from bisect import bisect_right, insort
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from proofs.audit.limits import MACRO_GROWTH, MAX_EXPANSIONS, MAX_MACRO, MAX_MACROS

if TYPE_CHECKING:
    from collections.abc import Callable

_MARKS = (r"\newcommand", r"\renewcommand", r"\providecommand", r"\def", r"\gdef", r"\let", r"\Declare")
_HEAD = re.compile(
    r"""(?<!\\)\\(?:
      (?P<new>(?:re)?newcommand|providecommand|DeclareRobustCommand)
    | (?P<operator>DeclareMathOperator) | (?P<pair>DeclarePairedDelimiter) | (?P<let>let) | (?P<def>g?def)
    )(?![A-Za-z])\s*(?P<star>\*?)\s*""",
    re.VERBOSE,
)
_NAME = r"\\(?:[A-Za-z@]+|.)"
_NAMED = re.compile(rf"\{{\s*({_NAME})\s*\}}|({_NAME})", re.DOTALL)
_COUNT = re.compile(r"\s*\[\s*([0-9])\s*\]")
_PARAMETERS = re.compile(r"\s*((?:#[1-9]\s*)*)(?=\{)")
_OTHER = re.compile(rf"\s*=?\s*({_NAME})", re.DOTALL)
_BRACE = re.compile(r"\\.|%[^\n]*|[{}]", re.DOTALL)
_BRACKET = re.compile(r"\\.|%[^\n]*|[{}\]]", re.DOTALL)
_SINGLE = re.compile(r"\s*(\\(?:[A-Za-z]+|.)|#[1-9]|[^\s{}%])", re.DOTALL)
_SPACE = re.compile(r"\s*")
_COMMENT = re.compile(r"(\\.)|%[^\n]*\n?", re.DOTALL)
_IDLE = re.compile(r"\\(?:xspace|relax|protect)(?![A-Za-z])")
_THIN = re.compile(r"\\[,!;:> ]|~")


class Span(NamedTuple):
    """One argument: where it starts and stops, where the text goes on after it, whether braces enclose it."""

    start: int
    stop: int
    end: int
    braced: bool


@dataclass(frozen=True, slots=True)
class Macro:
    r"""What stands for a name.

    Attributes: body; count (of its arguments); default (of the first one, if that is optional); sized (whether
    `*` or a size in brackets may follow the name, as with paired delimiters); final (whether the body is the
    name of a command as the reader knows it, in which nothing is to be replaced).
    """

    body: str
    count: int = 0
    default: str | None = None
    sized: bool = False
    final: bool = False


class Definition(NamedTuple):
    """One definition: the name, its meaning (None if it is not read), and where it ends in its text."""

    name: str
    macro: Macro | None
    end: int


class Macros:
    """The definitions of a document of some length, each with its place, and what expanding them may still cost."""

    def __init__(self, length: int = 0) -> None:
        self._found: dict[str, list[tuple[int, int, Macro | None]]] = {}
        self._count = 0
        self.room = MAX_EXPANSIONS + MACRO_GROWTH * length

    def __contains__(self, name: object) -> bool:
        return name in self._found

    def __bool__(self) -> bool:
        return bool(self._found)

    def collect(self, text: str, place: Callable[[int], int] = int) -> None:
        """Add the definitions found in a text; `place` turns its indexes into offsets of the document."""
        at = 0
        while self._count < MAX_MACROS and (head := _HEAD.search(text, at)) is not None:
            self._count += 1
            found = definition(text, head.start(), self._last)
            at = head.end() if found is None else found.end
            if found is not None and not (head["new"] == "providecommand" and found.name in self):
                offset = place(max(at - 1, 0))
                insort(self._found.setdefault(found.name, []), (offset, self._count, found.macro))

    def meaning(self, name: str, offset: int) -> Macro | None:
        """Return what a name stands for at an offset: its last definition before, else the first one after."""
        found = self._found.get(name)
        if found is None:
            return None
        return found[max(bisect_right(found, offset, key=_place) - 1, 0)][2]

    def _last(self, name: str) -> Macro | None:
        found = self._found.get(name)
        return found[-1][2] if found else None


def _place(found: tuple[int, int, Macro | None]) -> int:
    return found[0]


def defines(text: str) -> bool:
    """Whether a text may define macros: a cheap question, asked of every document."""
    return any(mark in text for mark in _MARKS)


def definition(text: str, at: int, known: Callable[[str], Macro | None] | None = None) -> Definition | None:
    r"""Return the definition that starts at `at`, None if none does or it is not complete.

    `known` tells what a name means so far: `\let` gives that meaning, not the name, to another name.
    """
    head = _HEAD.match(text, at)
    named = None if head is None else _NAMED.match(text, head.end())
    if head is None or named is None:
        return None
    name, at = named[1] or named[2], named.end()
    if head["let"]:
        return _alias(text, name, at, known)
    if head["def"]:
        return _plain(text, name, at)
    if head["new"]:
        return _command(text, name, at)
    first = argument(text, at, min(len(text), at + MAX_MACRO))
    if first is None:
        return None
    opening = _cleaned(text[first.start : first.stop])
    if head["operator"]:
        return Definition(name, Macro(_operator(opening, head["star"])), first.end)
    second = argument(text, first.end, min(len(text), first.end + MAX_MACRO))
    if second is None:
        return None
    closing = _cleaned(text[second.start : second.stop])
    return Definition(name, Macro(f"{opening} #1 {closing}", 1, sized=True), second.end)


def _alias(text: str, name: str, at: int, known: Callable[[str], Macro | None] | None) -> Definition:
    other = _OTHER.match(text, at)
    if other is None:
        return Definition(name, None, at)
    meaning = known(other[1]) if known is not None else None
    return Definition(name, meaning or Macro(_IDLE.sub("", other[1]), final=True), other.end())


def _plain(text: str, name: str, at: int) -> Definition:
    parameters = _PARAMETERS.match(text, at)
    body = None if parameters is None else argument(text, parameters.end(), min(len(text), at + MAX_MACRO))
    if parameters is None or body is None:
        return Definition(name, None, at)
    numbers = "".join(parameters[1].split())
    count = len(numbers) // 2
    if numbers != "".join(f"#{number}" for number in range(1, count + 1)):
        return Definition(name, None, body.end)
    return Definition(name, Macro(_cleaned(text[body.start : body.stop]), count), body.end)


def _command(text: str, name: str, at: int) -> Definition:
    count, default = 0, None
    counted = _COUNT.match(text, at)
    if counted is not None:
        count, at = int(counted[1]), counted.end()
        optional = bracketed(text, at, min(len(text), at + MAX_MACRO))
        if optional is not None:
            default, at = _cleaned(text[optional.start : optional.stop]), optional.end
    body = argument(text, at, min(len(text), at + MAX_MACRO))
    if body is None or (default is not None and not count):
        return Definition(name, None, at)
    return Definition(name, Macro(_cleaned(text[body.start : body.stop]), count, default), body.end)


def _operator(text: str, star: str) -> str:
    r"""Return the name of an operator as `\operatorname`, which takes letters: `arg\,max` is argmax.

    Other commands in it, as in `\mathbb{E}`, say themselves how they look.
    """
    bare = _THIN.sub("", text)
    return bare if "\\" in bare else f"\\operatorname{star}{{{bare}}}"


def _cleaned(body: str) -> str:
    """Return a body on one line, without comments and without commands that do nothing."""
    if "%" in body:
        body = _COMMENT.sub(lambda found: found[1] or "", body)
    body = " ".join(body.split()) if body.strip() else ""
    return _IDLE.sub("", body) if "\\" in body else body


def argument(text: str, at: int, stop: int) -> Span | None:
    """Return the group or the single sign that starts at `at`, None if there is none before `stop`."""
    start = skipped(text, at, stop)
    if not text.startswith("{", start) or start >= stop:
        single = _SINGLE.match(text, start, stop)
        return None if single is None else Span(single.start(1), single.end(), single.end(), braced=False)
    closed = _closing(_BRACE, text, start + 1, stop)
    return None if closed is None else Span(start + 1, closed, closed + 1, braced=True)


def bracketed(text: str, at: int, stop: int) -> Span | None:
    """Return the optional argument, in square brackets, that starts at `at`, None if there is none."""
    start = skipped(text, at, stop)
    if not text.startswith("[", start) or start >= stop:
        return None
    closed = _closing(_BRACKET, text, start + 1, stop)
    return None if closed is None else Span(start + 1, closed, closed + 1, braced=True)


def skipped(text: str, at: int, stop: int) -> int:
    """Return where the blanks that start at `at` end."""
    blanks = _SPACE.match(text, at, stop)
    return at if blanks is None else blanks.end()


def _closing(signs: re.Pattern[str], text: str, at: int, stop: int) -> int | None:
    depth = 0
    for sign in signs.finditer(text, at, stop):
        match sign[0]:
            case "{":
                depth += 1
            case "}" if depth or signs is _BRACKET:
                depth -= 1
                if depth < 0:
                    return None
            case "}" | "]" if not depth:
                return sign.start()
            case _:
                pass
    return None
