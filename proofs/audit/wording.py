"""The sentences of findings. One plain sentence each, nothing of the document in it but names and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofs.audit.findings import SOUND

if TYPE_CHECKING:
    from collections import Counter

    from proofs.audit.findings import PrintedValue, Side

_LONG = 80


def value(found: PrintedValue, origin: tuple[str, int] | None = None) -> str:
    """Say what is printed and what should be; `origin`: name and line of the earlier mistake that is carried on."""
    local, exact = (_decimals(_side(side), found) for side in (found.local, found.exact))
    where = f"{found.label} is printed as {found.printed}"
    if found.verdict == "truncated":
        return f"{where}, cut off instead of rounded: {exact or local}."
    if found.verdict == "undecided":
        return f"{where}, too close to the border of a rounding to be decided."
    if found.local is None or found.exact is None:
        source = "the inputs give" if found.local is None else "the expression before it gives"
        again = f": {_carried(origin)}" if origin else ""
        return f"{where}, but {source} {exact or local}{again}."
    if found.local.verdict in {*SOUND, "truncated"}:
        return (
            f"{found.label} = {found.printed} follows from the numbers printed before it, "
            f"but the inputs give {exact}: {_carried(origin)}."
        )
    if found.exact.verdict in {*SOUND, "truncated"}:
        return (
            f"{found.label} = {found.printed} is right from the inputs, but the numbers printed before it give {local}."
        )
    if local == exact:
        return f"{where}, but it is {exact}."
    return f"{where}, but the numbers before it give {local} and the inputs {exact}."


def _carried(origin: tuple[str, int] | None) -> str:
    if origin is None:
        return "an earlier mistake is carried on"
    name, line = origin
    return (
        f"the mistake in {name} on line {line} is carried on" if name else f"the mistake on line {line} is carried on"
    )


def root(name: str, printed: str, expected: str, line: int) -> str:
    """Say that a number is not the root of what its square was; it may be another one of the same name."""
    return f"{name} is {printed} here; the root of its square on line {line} is {expected}."


def coarse(found: PrintedValue) -> str:
    """Say that a number is right only as a whole number, and what it stands for."""
    side = found.exact or found.local
    return (
        f"{found.label} is printed as {found.printed}; it is {side and side.precise}, and only rounded {found.printed}."
    )


def link(text: str, value: str, before: str, known: str) -> str:
    """Say that an expression is not equal to the member before it; `known`: what that is, if it is no number."""
    if len(text) + len(before) > _LONG:
        return f"this expression is {value}, but the one before it is {known or before[:_LONG]}."
    return f"{text} is {value}, but {before} {f'before it is {known}' if known else 'stands before it'}."


def comparison(text: str, left: str, right: str) -> str:
    """Say that a comparison does not hold."""
    shown = " ".join(text.split())
    return f"{shown if len(shown) <= _LONG else 'this comparison'} does not hold: {left} against {right}."


def truncates(cut: int, up: int) -> str:
    """Say that the text cuts numbers off."""
    others = "none was rounded up" if not up else f"{up} {'was' if up == 1 else 'were'} rounded up"
    return f"{cut} numbers are cut off where rounding goes up, and {others}: this text truncates."


def forced_sum(names: list[str], wrong: PrintedValue, expected: str) -> str:
    """Say that a row of weights was made to sum to 1."""
    row = ", ".join(names) if len(names) <= 4 else f"{names[0]}, ..., {names[-1]}"
    return f"{row} are printed so that they sum to 1, for which {wrong.label} is {wrong.printed} and not {expected}."


def readings(used: str, fits: Counter[str]) -> str:
    """Say which of two readings of impossible products fits the numbers printed for them better."""
    other = "column" if used == "row" else "row"
    better = f": --reading {other} fits better" if fits[other] > fits[used] else ""
    return (
        f"of the {fits['all']} numbers printed for products that do not exist, {fits[used]} are right as read by "
        f"{used}s, {fits[other]} would be by {other}s{better}."
    )


def commas(part: str, wrong: list[int]) -> str:
    """Say what the commas in the numbers were read as."""
    other = f", and {_numbers(wrong[1])} otherwise" if len(wrong) > 1 else ""
    return f"the commas in numbers are read as parting {part}: so {_numbers(wrong[0])} would be wrong or unread{other}."


def logistic() -> str:
    """Say what a sigma was read as."""
    return "\\sigma(x) is read as the logistic function 1/(1 + e^{-x}), since the text does not define it."


def logarithm(base: str, wrong: dict[str, int]) -> str:
    """Say what a logarithm without a base was read as."""
    read = "the natural one" if base == "e" else f"the one to base {base}"
    rivals = {other: count for other, count in wrong.items() if count != wrong[base]}
    why = "".join(f", {_numbers(count)} with base {other}" for other, count in rivals.items())
    return f"a logarithm without a base is read as {read}: {_numbers(wrong[base])} wrong in this document{why}."


def _numbers(count: int) -> str:
    return f"{count} number{'' if count == 1 else 's'}"


def substitution(name: str, put: str, before: str, line: int) -> str:
    """Say that the number put in the place of a name is not the one printed for it."""
    if name == before:
        return f"{put} stands in the place of {before} (line {line})."
    return f"{put} stands in the place of {name}, which is {before} on line {line}."


def redefined(name: str, line: int, *, same: bool) -> str:
    """Say that a name is printed again."""
    if same:
        return f"{name} is printed again, unchanged since line {line}."
    return f"{name} is given other values here than on line {line}."


def not_derived(name: str, head: str, line: int) -> str:
    """Say that a value is printed without a derivation, though a definition gives it."""
    return f"{name} is printed without a derivation; the definition of {head} on line {line} gives its value."


def undefined(name: str, reason: str) -> str:
    """Say that a name has no value."""
    return f"{name} {reason}, so the numbers of this statement cannot be compared with it."


def unread(reason: str) -> str:
    """Say why a formula was not read."""
    return f"not read: {reason}."


def sizes(printed: str, computed: str) -> str:
    """Say that what is printed and what is computed differ in size."""
    return f"{printed} is printed where the computation gives {computed}."


def shape(left: str, right: str, shapes: tuple[str, str], reading: str) -> str:
    """Say which product does not exist and how it was read to go on."""
    how = {
        "row": "read as rows, the vector transposed where it stands",
        "column": "read as columns, the matrix on the left",
        "dot": "read as a dot product",
    }[reading]
    operands = f" ({left} times {right})" if len(left) + len(right) < 40 else ""
    return f"the product of {shapes[0]} and {shapes[1]}{operands} does not exist as printed; {how}."


def definition(name: str, line: int, used: int, why: str) -> str:
    """Say that two definitions of one thing disagree and which one the numbers are judged by."""
    return f"{name} is defined differently on line {line}{why}; the numbers are judged by line {used}."


def _side(side: Side | None) -> str | None:
    return None if side is None else side.expected or "a number too long to print"


def _decimals(text: str | None, found: PrintedValue) -> str | None:
    """Return a number with the decimal mark that the text uses."""
    comma = "," in found.printed.replace("{,}", ",") and "." not in found.printed
    return text.replace(".", ",") if comma and text is not None else text
