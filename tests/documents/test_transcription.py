"""Our restatements against the originals: no equation, number or layout changed, and no sentence taken over.

The originals stand beside the repository and are not part of it; where they are absent the comparison is
skipped. That it would notice a change is tested without them, on our own text and changed copies of it.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from proofs.documents import text

SEEDS = Path(__file__).parents[2].parent / "shared" / "seeds"
ORIGINALS = {"chapter": "002_aae51668d9b66461.txt", "retrieval": "000_ab48a6bf4dc03880.txt"}
SEGMENT = re.compile(r"\$\$.+?\$\$|\$[^$]+\$", re.DOTALL)
NUMBER = re.compile(r"\d+(?:\.\d+)*")


def original(document_id: str) -> str:
    """Return the original as it was meant: the chapter was once UTF-8 read as Mac Roman."""
    path = SEEDS / ORIGINALS[document_id]
    if not path.is_file():
        pytest.skip(f"the original of {document_id!r} is not part of the repository and not beside it")
    raw = path.read_text(encoding="utf-8")
    return raw.encode("mac_roman").decode("utf-8") if document_id == "chapter" else raw


# --- What is compared -------------------------------------------------------------------------------------


def unquoted(markdown: str) -> str:
    """Return the text without its block-quote marks, which would otherwise end up inside equations."""
    return re.sub(r"^>[ ]?", "", markdown, flags=re.MULTILINE)


def segments(markdown: str) -> list[str]:
    """Return the math segments in order, delimiters included, whitespace aside."""
    return [re.sub(r"\s+", "", segment) for segment in SEGMENT.findall(unquoted(markdown))]


def numbers_in_math(markdown: str) -> list[str]:
    """Return every number in the math, in order, as printed."""
    return [number for segment in segments(markdown) for number in NUMBER.findall(segment)]


def prose(markdown: str) -> str:
    """Return the words around the math, without references, footnote marks, addresses and comments."""
    body = re.split(r"^(?:### )?Referências", unquoted(markdown), flags=re.MULTILINE)[0]
    return re.sub(r"\[\^\d+\]|https?://\S+|<!--.*?-->", " ", SEGMENT.sub(" ", body))


def numbers_in_prose(markdown: str) -> list[str]:
    """Return every number outside the math, labels included, in order; not our marks R1 to R6."""
    return re.findall(r"(?<![\w.])\d+(?:\.\d+)*", prose(markdown))


def worked_example_lines(markdown: str) -> list[str]:
    """Return the lines of the block quote that holds the worked example."""
    quotes = re.findall(r"(?:^>.*\n)+", markdown, flags=re.MULTILINE)
    (example,) = [quote for quote in quotes if "score(x_1, x_1)" in quote]
    return str(example).splitlines()


def worked_example(markdown: str) -> list[tuple[str, ...]]:
    """Return the block quote of the worked example as one tuple of math segments per line."""
    return [tuple(segments(line)) for line in worked_example_lines(markdown)]


def shape_of_lines(markdown: str) -> list[str]:
    """Return what each line of the worked example is: blank, indented or flush, behind its quote mark."""
    behind = (line.removeprefix(">").removeprefix(" ") for line in worked_example_lines(markdown))
    return ["blank" if not line.strip() else "indented" if line[0] == " " else "flush" for line in behind]


def first_difference(expected: Sequence[object], received: Sequence[object]) -> str | None:
    """Return where two sequences part, in words; ``None`` if they are equal."""
    for index, (left, right) in enumerate(zip(expected, received, strict=False)):
        if left != right:
            return f"number {index}: expected {left!r}, got {right!r}"
    if len(expected) != len(received):
        return f"expected {len(expected)}, got {len(received)}"
    return None


COMPARED = (segments, numbers_in_math, numbers_in_prose, worked_example, shape_of_lines)


def differences(theirs: str, ours: str) -> dict[str, str]:
    """Return, for everything that is compared, the first difference where there is one."""
    found = {part.__name__: first_difference(part(theirs), part(ours)) for part in COMPARED}
    return {name: difference for name, difference in found.items() if difference is not None}


# --- The comparison ---------------------------------------------------------------------------------------


def test_the_chapter_keeps_every_equation_number_and_line_of_the_original():
    """Segments, their numbers, the numbers around them and the worked example's layout are the original's."""
    theirs = original("chapter")
    assert len(segments(theirs)) == 143
    assert differences(theirs, text("chapter")) == {}


def test_the_worked_example_keeps_every_number_of_the_original():
    """The example is compared on its own too, so that no error elsewhere can hide one here."""
    theirs, ours = worked_example(original("chapter")), worked_example(text("chapter"))
    assert first_difference(theirs, ours) is None
    numbers = [number for line in ours for segment in line for number in NUMBER.findall(segment)]
    assert len(numbers) > 300


def test_the_retrieval_text_keeps_the_numbers_of_the_original():
    """It has no equations, and its few numbers are carried over."""
    theirs, ours = original("retrieval"), text("retrieval")
    assert segments(theirs) == segments(ours) == []
    assert numbers_in_prose(theirs) == numbers_in_prose(ours) == ["87", "2", "2"]


# --- The comparison notices -------------------------------------------------------------------------------

PLANTED = {
    "a digit altered in the example": (
        "= 0.47$",
        "= 0.48$",
        {"segments", "numbers_in_math", "worked_example"},
    ),
    "a right number in place of a wrong one": (
        r"= \begin{bmatrix} 0.2 \\ 0.8 \\ 0.6 \\ 0.8 \end{bmatrix}$",
        r"= \begin{bmatrix} 0.2 \\ 0.6 \\ 0.4 \\ 0.7 \end{bmatrix}$",
        {"segments", "numbers_in_math", "worked_example"},
    ),
    "a digit dropped that changes no value": (
        r"\\ 1.0 \end",
        r"\\ 1 \end",
        {"segments", "numbers_in_math", "worked_example"},
    ),
    "a letter altered": (r"tW^Q \cdot k_j + ", r"tW^K \cdot k_j + ", {"segments"}),
    "a prime dropped": ("$$q_i' = x_i'W^Q", "$$q_i' = x_iW^Q", {"segments"}),
    "a sign altered": ("& -0.1 & 0.3", "& 0.1 & 0.3", {"segments", "worked_example"}),
    "a segment omitted": (
        r"$score(x_3, x_2) = q_3 \cdot k_2 = 0.89$",
        "",
        {"segments", "numbers_in_math", "worked_example", "shape_of_lines"},
    ),
    "two segments swapped": (
        "$W^Q$ and $W^K$ not been",
        "$W^K$ and $W^Q$ not been",
        {"segments"},
    ),
    "two lines of the example joined": (
        "= 1.22 $\n>  $score",
        "= 1.22 $  $score",
        {"worked_example", "shape_of_lines"},
    ),
    "a label altered": ("**Corollary 1.1.**", "**Corollary 1.**", {"numbers_in_prose"}),
    "a dimension altered": ("dimension 4", "dimension 3", {"numbers_in_prose"}),
}


@pytest.mark.parametrize(("old", "new", "noticed"), PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_change_is_noticed(old, new, noticed):
    """Each kind of slip in transcription is seen by the parts of the comparison that should see it."""
    ours = text("chapter")
    assert old in ours
    changed = ours.replace(old, new, 1)
    assert set(differences(ours, changed)) == noticed


def test_two_neighbouring_equations_swapped_anywhere_are_noticed():
    """Whatever two different neighbours change places, the order of the segments tells."""
    ours = text("chapter")
    spans = [match.span() for match in SEGMENT.finditer(ours)]
    tried = 0
    for (a, b), (c, d) in pairwise(spans):
        swapped = ours[:a] + ours[c:d] + ours[b:c] + ours[a:b] + ours[d:]
        if segments(ours[a:b]) != segments(ours[c:d]):
            assert "segments" in differences(ours, swapped)
            tried += 1
    assert tried > 100


def test_whitespace_and_wording_are_not_differences():
    """What is ours to change may change: spaces in equations, and the words around them."""
    ours = text("chapter")
    changed = ours.replace("= 1.22 $", "=  1.22$").replace("Worked example", "An illustration")
    assert changed != ours
    assert differences(ours, changed) == {}


# --- The sentences are ours -------------------------------------------------------------------------------


def word_runs(markdown: str, length: int) -> set[tuple[str, ...]]:
    """Return all runs of ``length`` words outside the math; a segment or a number interrupts a run."""
    body = SEGMENT.sub(" | ", unquoted(markdown))
    runs: set[tuple[str, ...]] = set()
    for stretch in re.split(r"[|\d]", body.lower()):
        words = re.findall(r"[^\W\d_]+", stretch)
        runs.update(tuple(words[k : k + length]) for k in range(len(words) - length + 1))
    return runs


# Frequent in Portuguese and no English words; "a", "as", "do", "no", "e" and the like would not tell.
PORTUGUESE = """
uma um de da dos das na nas ao aos que para com por pela são não é cada entre sobre isso
palavra palavras pesos peso vetor vetores matrizes atenção autoatenção modelo sequência entrada saída
representação representações prova lema teorema proposição corolário passo exemplo consulta chave valores
"""


@pytest.mark.parametrize("document_id", sorted(ORIGINALS))
def test_no_sentence_of_the_original_is_taken_over(document_id):
    """No run of eight words is shared; the original has such runs, so the check is not empty."""
    theirs = word_runs(original(document_id), 8)
    assert len(theirs) > 200
    assert not theirs & word_runs(text(document_id), 8)


@pytest.mark.parametrize("document_id", sorted(ORIGINALS))
def test_no_portuguese_is_left(document_id):
    """Neither a frequent Portuguese word nor an accented letter stands in our text."""
    ours = prose(text(document_id)).lower()
    assert not set(PORTUGUESE.split()) & set(re.findall(r"[^\W\d_]+", ours))
    assert not re.findall(r"[áâãàçéêíóôõúü]", ours)


@pytest.mark.parametrize("document_id", sorted(ORIGINALS))
def test_the_check_for_portuguese_recognises_it(document_id):
    """The list of words is of use: the originals contain many of them."""
    theirs = set(re.findall(r"[^\W\d_]+", prose(original(document_id)).lower()))
    assert len(theirs.intersection(PORTUGUESE.split())) >= 15
