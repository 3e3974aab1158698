"""A chapter from a seed: examples, a style, a mode, and perhaps one planted mistake."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from chapters import container, examples_attention, examples_notations, examples_numbers, examples_vectors
from chapters.page import Page
from chapters.style import Style
from chapters.writer import Writer, places

EXAMPLES = (
    examples_attention.attention,
    examples_attention.softmax_of_a_list,
    examples_attention.softmax_of_a_matrix,
    examples_vectors.cosine,
    examples_vectors.norms,
    examples_vectors.products,
    examples_vectors.statistics,
    examples_vectors.layer,
    examples_numbers.chain,
    examples_numbers.arithmetic,
    examples_numbers.percentages,
    examples_numbers.powers_of_ten,
    examples_numbers.logarithms,
    examples_numbers.sums,
    examples_numbers.rules,
    examples_numbers.functions,
    examples_numbers.waves,
    examples_numbers.comparisons,
    examples_notations.entries,
    examples_notations.pairs,
    examples_notations.later,
    examples_notations.angles,
    examples_notations.counting,
    examples_notations.determinants,
    examples_notations.activations,
    examples_notations.intervals,
)


@dataclass(frozen=True)
class Place:
    """A printed number, or a whole statement, and where it stands in the text."""

    what: object
    start: int
    stop: int
    text: str


@dataclass
class Chapter:
    """A document with known truth.

    Attributes: seed; style; examples (their names); mode; plan (the planted mistake or None); name and data
    (file name and bytes); text (as decoded); spots and statements (every tracked number and every formula, with
    its place); corrected (the bytes that a correction must give, or None where several are right); used (the
    notations that were really written).
    """

    seed: int
    style: Style
    examples: tuple
    mode: str
    plan: object
    name: str
    data: bytes
    text: str
    spots: list
    statements: list
    used: Counter
    corrected: bytes | None = field(default=None)

    @property
    def planted(self):
        """The planted numbers and statements, with their places."""
        return [p for p in (*self.spots, *self.statements) if p.what.planted]

    def __repr__(self):
        return f"chapter({self.seed}): {self.plan}, mode {self.mode!r}, {', '.join(self.examples)}, {self.style}"


def chapter(seed, *, style=None, examples=None, honest=None):
    """Return the chapter of a seed.

    Args:
        seed: a number.
        style: a Style to use instead of a drawn one.
        examples: functions of `EXAMPLES` to use instead of drawn ones.
        honest: True for no mistake, False for one; drawn if None.
    """
    random = Random(seed)  # noqa: S311 - a seed, not a secret
    drawn = Style.drawn(random)
    style = style or drawn
    chosen = tuple(examples or random.sample(EXAMPLES, random.choice((1, 2, 2, 3))))
    mode = random.choice(("exact", "page"))
    mistaken = random.random() < 0.65 if honest is None else not honest
    clean = _page(seed, style, chosen, mode, None)
    if not (mistaken and clean.chances):
        return _written(seed, style, chosen, mode, None, clean)
    kinds = sorted({(m.kind, m.carried) for m in clean.chances})
    rare = [kind for kind in kinds if kind[0] in RARE]
    kind = random.choice(rare if rare and random.random() < 0.5 else kinds)
    plan = random.choice([m for m in clean.chances if (m.kind, m.carried) == kind])
    found = _written(seed, style, chosen, mode, plan, _page(seed, style, chosen, mode, plan))
    right = _written(seed, style, chosen, mode, None, clean)
    if all(isinstance(p.what.planted, str) and p.what.planted in STATEMENTS for p in found.planted):
        found.corrected = found.data
    elif plan.kind != "cut" and all(
        p.what.clear and clean.spots[p.what.ident].clear for p in found.spots if p.what.tainted
    ):
        found.corrected = right.data
    return found


RARE = {"shape", "definition", "inequality"}
STATEMENTS = {"definition", "redefined", "undefined", "shape", "inequality"}


def _page(seed, style, examples, mode, plan):
    page = Page(Random(seed + 1), style, mode, plan)  # noqa: S311 - a seed, not a secret
    for example in examples:
        example(page)
    page.close()
    return page


def _written(seed, style, examples, mode, plan, page):
    page.random = Random(seed + 2)  # noqa: S311 - a seed, not a secret
    writer = Writer(style)
    text, where = places(container.marked_text(writer, page))

    def place(what, ident):
        start, stop = where[ident]
        return Place(what, start, stop, text[start:stop])

    writer.used["encoding", style.encoding] += 1
    for option in ("ties", "zeros", "bound"):
        writer.used[option, getattr(style, option)] += 1
    return Chapter(
        seed,
        style,
        tuple(example.__name__ for example in examples),
        mode,
        plan,
        f"chapter-{seed}.{style.file}",
        container.encoded(text, style.encoding),
        text,
        sorted((place(s, s.ident) for s in page.spots if s.ident in where), key=lambda p: p.start),
        [place(s, container.STATEMENT + i) for i, s in enumerate(page.statements)],
        writer.used,
    )
