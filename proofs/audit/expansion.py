r"""Puts the meaning of macros in their places, and keeps every character's place in the document.

Characters of arguments stay where they are.  Characters of a macro's body stand for the use of the macro, or for
the part of it between two arguments: such stretches are `fixed` in the segment.  No character comes before
the one on its left, so an argument that is put in again, or out of turn, counts as part of the body there.

As with TeX, a body is put in as it is, without braces around it, and what it means depends on what the names in it mean
at the place of the use.  Unlike TeX, a name inside its own meaning is left alone.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from proofs.audit.limits import MAX_EXPANDED, MAX_MACRO, MAX_MACRO_DEPTH, MAX_SEGMENT
from proofs.audit.macros import Macro, argument, bracketed, definition, skipped
from proofs.audit.segment import Layout, Segment

if TYPE_CHECKING:
    from proofs.audit.macros import Macros, Span
    from proofs.audit.segment import Origins

_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
_SIGN = re.compile(r"\\(?:[A-Za-z]+|.)|%[^\n]*|#[1-9]", re.DOTALL)
_DEFINING = re.compile(r"\\(?:(?:re)?newcommand|providecommand|DeclareRobustCommand|g?def|let)(?![A-Za-z])|\\Declare")
_WORD_END = re.compile(r"(?:\A|[^\\])(?:\\\\)*\\[A-Za-z]+\Z")
_LONGEST_WORD = 80
_NUMBER = re.compile(r"[\d.][\d.,{}]*")
_TWO = ("frac", "dfrac", "tfrac", "cfrac", "binom", "dbinom", "tbinom")
_ONE = (
    *("sqrt", "mathbf", "mathsf", "mathtt", "boldsymbol", "bm", "pmb", "mathcal", "mathbb", "mathfrak", "mathscr"),
    *("mathrm", "mathit", "hat", "widehat", "bar", "overline", "tilde", "widetilde", "vec", "dot", "ddot"),
    *("underline", "overrightarrow"),
)
_TAKING = {f"\\{name}": count for names, count in ((_TWO, 2), (_ONE, 1)) for name in names}
r"""How many arguments the reader's own commands take, which may be bare macros: `\frac\half\third`."""
_TOO_DEEP = f"its macros are nested more than {MAX_MACRO_DEPTH} deep"
_TOO_LONG = f"its macros make it too long (at most {MAX_EXPANDED:,} characters are read)"
_TOO_MUCH = "the macros of the document make it too long"
_FIXED = -1


_Piece = tuple[str, int]
"""Text with its index in the segment, or _FIXED."""


class _Use(NamedTuple):
    """A use of a macro: what it means, its arguments (None for the default), and where it ends."""

    macro: Macro
    arguments: list[Span | None]
    end: int


class _Capped(Exception):
    """A cap was met. Attribute: reason."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def expanded(segment: Segment, macros: Macros) -> Segment:
    """Return a segment with its macros replaced and the definitions in it left out.

    It is the segment itself where there is nothing to do, and the segment with a problem where a cap is met.
    """
    text = segment.text
    if segment.problem or "\\" not in text or len(text) > MAX_SEGMENT:
        return segment
    if not any(sign in macros for sign in _COMMAND.findall(text)) and _DEFINING.search(text) is None:
        return segment
    expansion = _Expansion(segment, macros)
    try:
        return expansion.segment()
    except _Capped as cap:
        return Segment(text, segment.origins, cap.reason)


class _Expansion:
    """The expansion of one segment. What it costs is taken from the document's room."""

    def __init__(self, segment: Segment, macros: Macros) -> None:
        self.whole, self.macros = segment, macros
        self.room = MAX_EXPANDED
        self.place = segment.offset(0)

    def segment(self) -> Segment:
        """Return the expanded segment."""
        text = self.whole.text
        out = _Writer(self.whole)
        at = 0
        for start, stop, pieces in self.uses(text):
            out.keep(at, start)
            out.put(start, stop, pieces)
            at = stop
        out.keep(at, len(text))
        return out.segment()

    def uses(self, text: str) -> list[tuple[int, int, list[_Piece]]]:
        """Return the stretches of the segment that are replaced, in order, with what they become."""
        found: list[tuple[int, int, list[_Piece]]] = []
        at = 0
        while (sign := _SIGN.search(text, at)) is not None:
            at = sign.end()
            self.place = self.whole.offset(sign.start())
            if _DEFINING.match(sign[0]):
                defined = definition(text, sign.start())
                if defined is None or defined.macro is None:
                    self.spend(MAX_MACRO)
                else:
                    found.append((sign.start(), defined.end, []))
                    at = defined.end
                    continue
            use = self.use(text, sign, len(text), frozenset())
            if use is not None:
                pieces = self.replaced(text, sign[0], use, [], frozenset(), 1, own=True)
                found.append((sign.start(), use.end, pieces))
                at = use.end
        return found

    def walk(
        self,
        text: str,
        start: int,
        stop: int,
        given: list[list[_Piece]],
        active: frozenset[str],
        depth: int,
        *,
        own: bool,
    ) -> list[_Piece]:
        """Return a stretch of the segment (`own`) or of a body with everything in it replaced.

        `given` are the arguments of the body; `active` are the names whose meaning this is.
        """
        if depth > MAX_MACRO_DEPTH:
            raise _Capped(_TOO_DEEP)
        self.spend(stop - start + 1)
        out: list[_Piece] = []
        at = written = start

        def literal(end: int) -> None:
            if end > written:
                out.append((text[written:end], written if own else _FIXED))

        while (sign := _SIGN.search(text, at, stop)) is not None:
            at = sign.end()
            if sign[0].startswith("#"):
                number = int(sign[0][1:])
                if not own and number <= len(given):
                    literal(sign.start())
                    self.spend(sum(len(piece) + 1 for piece, _ in given[number - 1]))
                    out += given[number - 1]
                    written = at
                continue
            use = self.use(text, sign, stop, active)
            if use is not None:
                literal(sign.start())
                out += self.replaced(text, sign[0], use, given, active, depth + 1, own=own)
                at = written = use.end
        literal(stop)
        return out

    def replaced(
        self,
        text: str,
        name: str,
        use: _Use,
        given: list[list[_Piece]],
        active: frozenset[str],
        depth: int,
        *,
        own: bool,
    ) -> list[_Piece]:
        """Return what a use becomes: its arguments first, as they stand, then the body with them put in."""
        macro = use.macro
        if macro.final:
            self.spend(len(macro.body) + 1)
            return [(macro.body, _FIXED)]
        arguments = []
        for span in use.arguments:
            if span is None:
                default = macro.default or ""
                arguments.append(self.walk(default, 0, len(default), [], active, depth, own=False))
                continue
            pieces = self.walk(text, span.start, span.stop, given, active, depth, own=own)
            if own and not span.braced:  # no sign around it has a place that the body could take
                pieces = [(piece, _FIXED) for piece, _ in pieces]
            arguments.append(pieces)
        return self.walk(macro.body, 0, len(macro.body), arguments, active | {name}, depth, own=False)

    def use(self, text: str, sign: re.Match[str], stop: int, active: frozenset[str]) -> _Use | None:
        """Return the use of a macro that starts with a sign, None if it is none or is not complete."""
        name = sign[0]
        if name in active:
            return None
        macro = self.macros.meaning(name, self.place)
        if macro is None:
            return self.taking(text, sign, stop) if name in _TAKING else None
        at = sign.end()
        arguments: list[Span | None] = []
        if macro.sized:
            at += text.startswith("*", at, stop)
        if macro.sized or macro.default is not None:
            optional = bracketed(text, at, stop)
            if optional is not None:
                at = self.read(at, optional)
            elif text.startswith("[", skipped(text, at, stop)):
                self.spend(stop - at)
            if not macro.sized:
                arguments.append(optional)
        return self.filled(text, macro, arguments, at, stop)

    def filled(self, text: str, macro: Macro, arguments: list[Span | None], at: int, stop: int) -> _Use | None:
        """Return the use with the rest of its arguments, which start at `at`."""
        while len(arguments) < macro.count:
            span = argument(text, at, stop)
            if span is None:
                self.spend(stop - at)
                return None
            arguments.append(span)
            at = self.read(at, span)
        return _Use(macro, arguments, at)

    def taking(self, text: str, sign: re.Match[str], stop: int) -> _Use | None:
        """Return the use of a command of the reader's own if an argument of it is a bare macro: it needs braces."""
        count = _TAKING[sign[0]]
        if text.startswith("[", skipped(text, sign.end(), stop)):
            return None
        body = sign[0] + "".join(f"{{#{number}}}" for number in range(1, count + 1))
        use = self.filled(text, Macro(body, count), [], sign.end(), stop)
        if use is None:
            return None
        bare = (text[span.start : span.stop] for span in use.arguments if span is not None and not span.braced)
        return use if any(argument in self.macros for argument in bare) else None

    def read(self, at: int, span: Span) -> int:
        """Take note that an argument was searched for; return where it ends."""
        self.spend(span.end - at)
        return span.end

    def spend(self, cost: int) -> None:
        """Take a cost from the room of the segment and of the document."""
        self.room -= cost
        self.macros.room -= cost
        if self.room < 0:
            raise _Capped(_TOO_LONG)
        if self.macros.room < 0:
            raise _Capped(_TOO_MUCH)


class _Writer:
    """Writes the expanded text and its origins, from left to right."""

    def __init__(self, whole: Segment) -> None:
        self.whole = whole
        origins = whole.origins
        self.layout = Layout([index for index, _ in origins], [offset for _, offset in origins])
        self.parts: list[str] = []
        self.length = 0
        self.tail = ""
        self.origins: Origins = []
        self.fixed: dict[int, int] = {}

    def keep(self, start: int, stop: int) -> None:
        """Write a stretch of the segment as it is."""
        if stop > start:
            self.origins += [(self.length + index, offset) for index, offset in self.layout.cut(start, stop)]
            self.write(self.whole.text[start:stop])

    def put(self, start: int, stop: int, pieces: list[_Piece]) -> None:
        """Write what stands for the stretch of the segment from `start` to `stop`."""
        following = self.whole.text[stop : stop + 1]
        at = start
        waiting: list[str] = []
        for text, index in pieces:
            if not text:
                continue
            if index < at:
                waiting.append(self.parted(text))
                self.tail = self.tail_with(waiting[-1])
                continue
            if self.parted(text) != text:
                waiting.append(" ")
            self.fix("".join(waiting), at, index)
            waiting = []
            self.keep(index, index + len(text))
            at = index + len(text)
        if self.parted(following) != following:
            waiting.append(" ")
        self.fix("".join(waiting), at, stop)

    def parted(self, text: str) -> str:
        """Return text with a blank before it where a command would swallow its first letter."""
        merges = text[:1].isalpha() and self.tail[-1:].isalpha() and _WORD_END.search(self.tail)
        return f" {text}" if merges else text

    def fix(self, text: str, start: int, stop: int) -> None:
        """Write text that stands for a stretch of the segment.

        Numbers are known by their offsets: as far as the name of the macro has letters, each has its own.
        """
        if not text:
            return
        end = self.whole.end(max(stop, start + 1) - 1)
        self.fixed[self.length] = end
        self.origins.append((self.length, self.whole.offset(start)))
        place = start
        for number in islice(_NUMBER.finditer(text), 1, None):
            if place + 1 >= stop or not self.whole.text[place + 1].isalpha():
                break
            place += 1
            at = self.length + number.start()
            self.fixed[at] = end
            self.origins.append((at, self.whole.offset(place)))
        self.write(text)

    def write(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)
        self.tail = self.tail_with(text)

    def tail_with(self, text: str) -> str:
        return (self.tail + text[-_LONGEST_WORD:])[-_LONGEST_WORD:]

    def segment(self) -> Segment:
        """Return the segment. Its end is a run of its own, so that the end of a fixed run is not taken for it."""
        if not self.length:
            return Segment("", self.whole.origins)
        if self.fixed:
            self.origins.append((self.length, self.whole.offset(len(self.whole.text))))
        return Segment("".join(self.parts), self.origins, "", self.fixed or None)
