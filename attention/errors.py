"""What can be wrong with the arguments of a numeric function, by name.

Every message reads: argument, what was expected, what came.  The three parts are keyword fields too, so
that a caller can act on them without reading the text.
"""

from __future__ import annotations


class InputError(ValueError):
    """An argument is not what the function needs. Attributes: argument, expected, received."""

    def __init__(self, *, argument: str, expected: str, received: str) -> None:
        self.argument, self.expected, self.received = argument, expected, received
        super().__init__(f"{argument}: expected {expected}, got {received}")


class ShapeError(InputError):
    """An array has too few dimensions, an empty one, or a size that does not match another's."""


class DTypeError(InputError, TypeError):
    """An array, or a number, has a type that the function does not compute in."""


class NonFiniteError(InputError):
    """An input holds NaN or an infinity. Attribute: index, the place of the first one."""

    def __init__(self, *, argument: str, expected: str, received: str, index: tuple[int, ...] = ()) -> None:
        self.index = index
        super().__init__(argument=argument, expected=expected, received=received)


class EmptyRowError(InputError):
    """A row of the mask allows no position: its softmax is undefined. Attribute: index, of the first."""

    def __init__(self, *, argument: str, expected: str, received: str, index: tuple[int, ...]) -> None:
        self.index = index
        super().__init__(argument=argument, expected=expected, received=received)


class RangeError(InputError):
    """A size, length, reach, position or option lies outside what is allowed."""
