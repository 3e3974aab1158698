r"""What a document's own notation is, found before anything is parsed.

Mathematics overloads: `score(x)` is one word and `ab` two letters; `W^Q` may be a name and `x^2` is a power;
`\alpha_{21}` is entry (2, 1) where the text also writes `\alpha_{ij}`; `f(x)` is a call and `a(b+c)` a
product; `e` is Euler's number unless the text defines it.  The left sides of the document's equalities tell
which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from proofs.audit.lexer import Token

KNOWN = {
    **{
        name: name
        for name in [
            *("exp", "ln", "log", "lg", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan"),
            *("max", "min", "sqrt", "softmax", "abs", "norm", "sum", "transpose", "mean", "det", "relu", "sigmoid"),
        ]
    },
    "Softmax": "softmax",
    "SoftMax": "softmax",
    "ReLU": "relu",
    "Sigmoid": "sigmoid",
    "tr": "trace",
    "Tr": "trace",
    "tg": "tan",
    "sen": "sin",
}
"""Words that are functions of common knowledge, when followed by an argument and not defined by the text."""

LAYOUTS = frozenset(
    name + star
    for name in (
        *("align", "aligned", "alignat", "alignedat", "flalign", "gather", "gathered", "equation", "split", "multline"),
        *("eqnarray", "math", "displaymath", "subequations"),
    )
    for star in ("", "*")
)
"""Environments that only lay statements out."""
_OPENERS, _CLOSERS = {"open", "group", "begin"}, {"close", "ungroup", "end"}


@dataclass(frozen=True)
class Vocabulary:
    r"""The document's notation.

    Attributes:
        words: runs of letters that are one name.
        functions: names that the text defines with arguments.
        labelled: (base, superscript) pairs that are one name.
        pairs: bases whose subscript holds two index letters somewhere (`\alpha_{ij}`).
        letters: single letters that the text defines.
        upright: upright words that the text defines.
        from_zero: whether the text has an index 0 anywhere (`x_0`): then `j \le i` says not where a sum starts.
    """

    words: frozenset[str]
    functions: frozenset[str]
    labelled: frozenset[tuple[str, str]]
    pairs: frozenset[str]
    letters: frozenset[str]
    upright: frozenset[str] = frozenset()
    from_zero: bool = False


def vocabulary(segments: Iterable[Sequence[Token]]) -> Vocabulary:
    """Return the notation of a document, given the tokens of its segments."""
    words: set[str] = set()
    functions: set[str] = set()
    labelled: set[tuple[str, str]] = set()
    pairs: set[str] = set()
    letters: set[str] = set()
    upright: set[str] = set()
    from_zero = False
    for tokens in segments:
        pairs.update(_two_letter_subscripts(tokens))
        from_zero = from_zero or _has_zero_index(tokens)
        for at in _statement_starts(tokens):
            head = tokens[at]
            if head.kind not in {"word", "letter", "upright"}:
                continue
            label, after = _past_marks(tokens, at + 1)
            arguments = after < len(tokens) and tokens[after].text == "("
            end = _past_parenthesis(tokens, after) if arguments else after
            if end is None or end >= len(tokens) or tokens[end].kind not in {"relation", "align"}:
                continue
            if label:
                labelled.add((head.value[-1] if head.kind == "word" else head.value, label))
            meant = head.value in KNOWN or head.value == r"\sigma"  # unless the text says what it means by it
            computed = any(token.kind == "operator" for token in tokens[after:end]) and len(head.text) == 1
            if computed:  # P(1 + r) is a product: a function is introduced at a plain argument
                continue
            if arguments and end > after and (not meant or _is_own(head.value, tokens, after, end)):
                functions.add(head.value)
            elif arguments and meant:
                continue
            if head.kind == "upright":
                upright.add(head.value)
            if len(head.value) == 1 or head.kind == "letter":
                letters.add(head.value)
            elif head.kind == "word" and (arguments or len(head.value) > 2 or after == at + 1):
                words.add(head.value)
    bases = {base for base, _ in labelled}
    compound = {word for word in words if set(word) <= letters | bases and word not in functions}
    return Vocabulary(
        words=frozenset(words - compound),
        functions=frozenset(functions),
        labelled=frozenset(labelled),
        pairs=frozenset(pairs),
        letters=frozenset(letters),
        upright=frozenset(upright),
        from_zero=from_zero,
    )


def _is_own(function: str, tokens: Sequence[Token], after: int, end: int) -> bool:
    """Whether the text defines a function of common knowledge itself: by a formula of its argument, not by itself."""
    stop = next((i for i in range(end, len(tokens)) if tokens[i].kind in {"separator", "newline"}), len(tokens))
    arguments, used = (
        {
            tokens[i].value
            for i in places
            if tokens[i].kind in {"word", "letter", "upright"} and (i < 2 or tokens[i - 2].value != "array")
        }  # behind \begin{array}{ stands a layout
        for places in (range(after, end), range(end, stop))
    )
    return len(arguments) == 1 and arguments <= used and function not in used


def _statement_starts(tokens: Sequence[Token]) -> Iterator[int]:
    depth, fresh = 0, True
    for at, token in enumerate(tokens):
        if fresh and token.kind == "begin" and token.value in LAYOUTS:
            continue
        if fresh and token.kind not in {"align", "separator", "newline"}:
            yield at
            fresh = False
        if token.kind in _OPENERS:
            depth += 1
        elif token.kind in _CLOSERS:
            depth -= 1
        if depth <= 1 and token.kind in {"separator", "newline"}:
            fresh = True


def _past_marks(tokens: Sequence[Token], at: int) -> tuple[str, int]:
    """Return the superscript label, if it is one letter, and the position after all scripts and primes."""
    label = ""
    while at < len(tokens) and tokens[at].kind in {"sub", "sup", "prime"}:
        kind = tokens[at].kind
        at += 1
        if kind == "prime" or at >= len(tokens):
            continue
        content, at = _script(tokens, at)
        if kind == "sup" and len(content) == 1 and content[0].kind in {"word", "letter", "upright"}:
            label = content[0].value
    return label, at


def _script(tokens: Sequence[Token], at: int) -> tuple[Sequence[Token], int]:
    if tokens[at].kind != "group":
        return tokens[at : at + 1], at + 1
    stop = at + 1
    while stop < len(tokens) and tokens[stop].kind != "ungroup":
        stop += 1
    return tokens[at + 1 : stop], stop + 1


def _past_parenthesis(tokens: Sequence[Token], at: int) -> int | None:
    depth = 0
    for position in range(at, min(len(tokens), at + 60)):
        depth += (tokens[position].text == "(") - (tokens[position].text == ")")
        if depth == 0:
            return position + 1
    return None


def _has_zero_index(tokens: Sequence[Token]) -> bool:
    return any(
        token.kind == "sub"
        and at + 1 < len(tokens)
        and tokens[at + 1 + (tokens[at + 1].kind == "group") :][:1]
        and tokens[at + 1 + (tokens[at + 1].kind == "group")].text == "0"
        for at, token in enumerate(tokens)
    )


def _two_letter_subscripts(tokens: Sequence[Token]) -> Iterator[str]:
    for at, token in enumerate(tokens):
        if token.kind != "sub" or not at or tokens[at + 1 : at + 2] == [] or tokens[at + 1].kind != "group":
            continue
        inner = tokens[at + 2 : at + 5]
        kinds = [one.kind for one in inner]
        word = kinds[:2] == ["word", "ungroup"] and len(inner[0].value) == 2
        mixed = kinds in (["word", "number", "ungroup"], ["number", "word", "ungroup"])
        if word or (mixed and len(inner[0].value) == len(inner[1].value) == 1):
            base = tokens[at - 1]
            yield base.value[-1] if base.kind == "word" else base.value
