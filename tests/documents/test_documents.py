"""The loader of the documents under test: what it gives, and what it refuses."""

import re
from collections import Counter
from pathlib import Path

import pytest

from proofs import documents as package
from proofs.documents import Document, DocumentError, Kind, UnknownDocumentError, documents, load, read, text
from proofs.registry import claims

MARKDOWN = """\
# A text

All squares are round.
It is $x = y$ that matters.

**Lemma 1.** *All is one.*

I. Let it be.

II. Then it is.
So all is one.

**Theorem 1.** *One is all.*

I. By the lemma.
"""

HEADER = """\
file = "made_up.md"
id = "made_up"
title = "A text"
"""

SENTENCE = """
[[items]]
anchor = "All squares are round."
content = 'Squares are round.'
id = "round_squares"
kind = "sentence"
label = "Round squares"
"""

LEMMA = """
[[items]]
anchor = "**Lemma 1.**"
content = 'All is one.'
id = "lemma_1"
kind = "lemma"
label = "Lemma 1"

[[items.proof]]
content = 'An assumption.'
equations = []
label = "I"

[[items.proof]]
content = 'A consequence.'
equations = ['x = y']
label = "II.1"

[[items.proof]]
anchor = "So all is one."
content = 'The conclusion.'
equations = []
label = "II.2"
"""

THEOREM = """
[[items]]
anchor = "**Theorem 1.**"
content = 'One is all.'
id = "theorem_1"
kind = "theorem"
label = "Theorem 1"

[[items.proof]]
content = 'The lemma is used.'
equations = []
label = "I"
"""

# What the chapter and the retrieval text must be decided on at least, whatever else they say.
EXPECTED_LABELS = {
    "chapter": {
        "Corollary 1.1",
        "First output",
        "Lemma 1",
        "Matrix form",
        "Parallel computation",
        "Projections are linear",
        "Proposition 1",
        "Recurrent chain",
        "Scaling by sqrt(d_k)",
        "Score definitions",
        "Softmax is not linear",
        "Softmax rows",
        "Softmax shift invariance",
        "Theorem 1",
        "Training speed",
        "Worked example outputs",
        "Worked example projections",
        "Worked example scores",
        "Worked example shapes",
        "Worked example values without derivation",
        "Worked example weights",
    },
    "field": {
        "Blocks",
        "Caching",
        "Convex hull",
        "Head groups",
        "Padding",
        "Rotary positions",
        "Softmax Jacobian",
        "Softmax Lipschitz",
        "Windows",
        "Zero-padding",
    },
    "retrieval": {"R1", "R2", "R3", "R4", "R5", "R6"},
}
TEXTS = [document for document in documents() if document.id != "field"]


def read_made_up(folder: Path, toml: str, markdown: str | None = MARKDOWN) -> Document:
    """Write the two files of a made-up document, and read it."""
    (folder / "made_up.toml").write_text(toml, encoding="utf-8")
    if markdown is not None:
        (folder / "made_up.md").write_text(markdown, encoding="utf-8")
    return read(folder, "made_up")


def without_spaces(latex: str) -> str:
    """Return the LaTeX without its whitespace."""
    return re.sub(r"\s+", "", latex)


# --- The documents there are ------------------------------------------------------------------------------


def test_there_are_two_texts_and_the_laws_in_the_order_of_their_ids():
    """Both source texts and the laws of the field are there, and ``documents`` gives what ``load`` gives."""
    assert [document.id for document in documents()] == ["chapter", "field", "retrieval"]
    assert documents() == (load("chapter"), load("field"), load("retrieval"))


@pytest.mark.parametrize("document", documents(), ids=lambda document: document.id)
def test_every_item_that_has_to_be_decided_is_there(document):
    """The labels that claims refer to exist; the JSON contract fixes the numbered ones."""
    labels = {item.label for item in document.items}
    assert EXPECTED_LABELS[document.id] <= labels


@pytest.mark.parametrize("document", documents(), ids=lambda document: document.id)
def test_the_line_of_an_item_is_the_line_of_its_anchor(document):
    """A reader who follows a line number finds the anchor there, and nowhere else."""
    lines = text(document.id).split("\n")
    for item in document.items:
        where = [number for number, line in enumerate(lines, start=1) if item.anchor in line]
        assert where == [item.line], item.id


@pytest.mark.parametrize("document", documents(), ids=lambda document: document.id)
def test_the_equations_of_a_proof_line_are_printed_in_its_document(document):
    """An equation in the list of items is the document's, whitespace aside."""
    printed = without_spaces(text(document.id))
    steps = [step for item in document.items for step in item.proof]
    for step in steps:
        for equation in step.equations:
            assert without_spaces(equation) in printed, equation


@pytest.mark.parametrize(
    ("label", "steps"),
    [
        ("Lemma 1", ["I", "II", "III", "IV", "V", "VI", "VII.1", "VII.2", "VII.3"]),
        ("Theorem 1", ["I", "II", "III", "IV", "V"]),
        ("Proposition 1", ["I", "II", "III"]),
        ("Corollary 1.1", ["I", "II", "III"]),
    ],
)
def test_every_result_of_the_chapter_comes_with_its_proof(label, steps):
    """The chapter's own proofs are there, line by line, and below their statements in reading order."""
    item = load("chapter").item(label)
    assert [step.label for step in item.proof] == steps
    numbers = [item.line, *(step.line for step in item.proof)]
    assert numbers == sorted(set(numbers))


def test_the_lemma_s_displayed_equations_all_belong_to_a_step():
    """Between the lemma and the theorem no displayed equation is left without a step that claims it."""
    lines = text("chapter").split("\n")
    lemma, theorem = load("chapter").item("Lemma 1"), load("chapter").item("Theorem 1")
    displayed = [line for line in lines[lemma.line : theorem.line - 1] if line.startswith("$$")]
    claimed = [without_spaces(equation) for step in lemma.proof for equation in step.equations]
    assert len(displayed) == 6
    for line in displayed:
        assert without_spaces(line).strip("$") in claimed, line


@pytest.mark.parametrize("document", TEXTS, ids=lambda document: document.id)
def test_a_text_says_that_it_is_under_test(document):
    """Nobody who opens the file can take its errors for ours."""
    opening = "\n".join(text(document.id).split("\n")[:6])
    assert "restatement" in opening
    assert "under test" in opening
    assert "errors are kept on purpose" in opening


def test_the_laws_say_that_no_text_stands_behind_them():
    """Nobody takes the page for a text that was checked, or its sentences for somebody else's."""
    opening = "\n".join(text("field").split("\n")[:6])
    assert "No text under test stands behind this page" in opening
    assert "in our own words" in opening
    assert {item.kind for item in load("field").items} == {Kind.LAW}
    assert not any(item.kind is Kind.LAW for document in TEXTS for item in document.items)


def test_every_law_names_its_source():
    """From its heading to the next there is a citation; that it has an entry is tested with the architecture."""
    starts = [item.line for item in load("field").items]
    lines = text("field").split("\n")
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        assert re.search(r"\[[a-z]+\d{4}\]", "\n".join(lines[start - 1 : end - 1])), lines[start - 1]


def test_laws_that_stand_with_the_texts_are_claims_about_them():
    """The page names claims that exist, and lists as its own no law that a text states."""
    named = re.findall(r"`(\w+)`", text("field"))
    assert len(named) == len(set(named)) == 4
    assert {claims()[name].document for name in named} == {"chapter"}


@pytest.mark.parametrize("document", documents(), ids=lambda document: document.id)
def test_no_item_says_the_same_as_another(document):
    """One place, one content: what the text repeats is listed once."""
    contents = Counter(item.content for item in document.items)
    anchors = Counter(item.anchor for item in document.items)
    assert max(contents.values()) == 1
    assert max(anchors.values()) == 1


def test_an_item_is_found_by_its_label():
    """Claims name an item as its document does."""
    assert load("chapter").item("Corollary 1.1").id == "corollary_1_1"
    with pytest.raises(KeyError, match=r"document 'retrieval' has no item labelled 'Lemma 1'"):
        load("retrieval").item("Lemma 1")


@pytest.mark.parametrize("name", ["", "chapters", "../chapter", "chapter.toml"])
def test_an_unknown_document_is_named_with_those_there_are(name):
    """Whatever was asked for, the answer says what could have been asked for."""
    message = rf"^no document {re.escape(repr(name))}; expected one of: chapter, field, retrieval$"
    with pytest.raises(UnknownDocumentError, match=message) as caught:
        load(name)
    assert caught.value.known == ("chapter", "field", "retrieval")
    with pytest.raises(UnknownDocumentError, match=message):
        text(name)


# --- What the loader gives, on a made-up document ---------------------------------------------------------


def test_a_document_is_read_with_its_lines(tmp_path):
    """Items and proof lines carry the line numbers a person would count."""
    document = read_made_up(tmp_path, HEADER + SENTENCE + LEMMA + THEOREM)
    assert (document.id, document.title, document.file) == ("made_up", "A text", "made_up.md")
    assert [(item.id, item.kind, item.line) for item in document.items] == [
        ("round_squares", Kind.SENTENCE, 3),
        ("lemma_1", Kind.LEMMA, 6),
        ("theorem_1", Kind.THEOREM, 13),
    ]
    assert document.items[0].proof == ()
    assert [(step.label, step.line) for step in document.items[1].proof] == [
        ("I", 8),
        ("II.1", 10),
        ("II.2", 11),
    ]
    assert document.items[1].proof[1].equations == ("x = y",)
    assert [(step.label, step.line) for step in document.items[2].proof] == [("I", 15)]


# --- What it refuses --------------------------------------------------------------------------------------

ONCE = "must occur exactly once in the text, found {} times"
REFUSALS = {
    "duplicate id": (
        HEADER + SENTENCE + LEMMA.replace('"lemma_1"', '"round_squares"'),
        "document: item id 'round_squares' is used twice",
    ),
    "duplicate label": (
        HEADER + SENTENCE + LEMMA.replace('"Lemma 1"', '"Round squares"'),
        "document: item label 'Round squares' is used twice",
    ),
    "duplicate proof label": (
        HEADER + LEMMA.replace("II.1", "I"),
        "item lemma_1: proof label 'I' is used twice",
    ),
    "anchor missing": (
        HEADER + SENTENCE.replace("All squares", "Some squares"),
        "item round_squares: anchor 'Some squares are round.' " + ONCE.format(0),
    ),
    "anchor not unique": (
        HEADER + SENTENCE.replace('"All squares are round."', '"is"'),
        "item round_squares: anchor 'is' " + ONCE.format(5),
    ),
    "unknown kind": (
        HEADER + SENTENCE.replace('"sentence"', '"axiom"'),
        f"item round_squares: unknown kind 'axiom'; expected one of: {', '.join(Kind)}",
    ),
    "id not in snake_case": (
        HEADER + SENTENCE.replace("round_squares", "Round-squares"),
        "item Round-squares: id must be in snake_case, got 'Round-squares'",
    ),
    "key missing": (
        HEADER + SENTENCE.replace('kind = "sentence"\n', ""),
        "item round_squares: 'kind' is missing",
    ),
    "key unknown": (
        HEADER + SENTENCE + 'verdict = "proved"\n',
        "item round_squares: unknown key 'verdict'; expected one of: anchor, content, id, kind, label, proof",
    ),
    "content of two lines": (
        HEADER + SENTENCE.replace("'Squares are round.'", '"Squares\\nare round."'),
        "item round_squares: 'content' must be one line of text, got 'Squares\\nare round.'",
    ),
    "content empty": (
        HEADER + SENTENCE.replace("'Squares are round.'", "''"),
        "item round_squares: 'content' must be one line of text, got ''",
    ),
    "label not text": (
        HEADER + SENTENCE.replace('"Round squares"', "1"),
        "item round_squares: 'label' must be a str, got 1",
    ),
    "equations not text": (
        HEADER + LEMMA.replace("['x = y']", "[1]"),
        "item lemma_1, proof line II.1: 'equations' must be a list of strings, got [1]",
    ),
    "items not tables": (
        HEADER + "items = [1]",
        "document: 'items' must be a list of tables, got [1]",
    ),
    "proof label not a numeral": (
        HEADER + LEMMA.replace('"II.1"', '"2"'),
        "item lemma_1, proof line 2: label must be a Roman numeral, as 'IV' or 'VII.2', got '2'",
    ),
    "proof line not in the text": (
        HEADER + LEMMA.replace('"II.1"', '"IX"'),
        "item lemma_1, proof line IX: no line below line 6 of the text starts with 'IX. '",
    ),
    "anchor of a proof line missing": (
        HEADER + LEMMA.replace("So all is one.", "So all is two."),
        "item lemma_1, proof line II.2: anchor 'So all is two.' " + ONCE.format(0),
    ),
    "items out of order": (
        HEADER + LEMMA + SENTENCE,
        "document: items must be in the order of the text: {} stands before {}".format(
            "'round_squares' (line 3)", "'lemma_1' (line 6)"
        ),
    ),
    "no items": (HEADER + "items = []", "document: has no items"),
    "other id than its file": (
        HEADER.replace('id = "made_up"', 'id = "other"') + SENTENCE,
        "document: id is 'other', expected 'made_up', the name of its file",
    ),
}


@pytest.mark.parametrize(("toml", "problem"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_malformed_list_of_items_is_refused(tmp_path, toml, problem):
    """The message names the document, the item and what is wrong with it."""
    with pytest.raises(DocumentError) as caught:
        read_made_up(tmp_path, toml)
    assert str(caught.value) == f"document 'made_up': {problem}"
    assert (caught.value.document, caught.value.problem) == ("made_up", problem)


def test_missing_and_unreadable_files_are_refused(tmp_path):
    """A file that is absent, is not TOML or is not UTF-8 is a document error, with the file named."""
    with pytest.raises(DocumentError, match=r"^document 'made_up': cannot read made_up\.toml: "):
        read(tmp_path, "made_up")
    with pytest.raises(DocumentError, match=r"cannot read made_up\.toml: "):
        read_made_up(tmp_path, "id = ")
    (tmp_path / "made_up.md").unlink()
    with pytest.raises(DocumentError, match=r"document: cannot read its text 'made_up\.md': "):
        read_made_up(tmp_path, HEADER + SENTENCE, markdown=None)
    (tmp_path / "made_up.md").write_bytes(b"\xff\xfe")
    with pytest.raises(DocumentError, match=r"document: cannot read its text 'made_up\.md': "):
        read(tmp_path, "made_up")


def test_everything_exported_exists():
    """What ``__all__`` promises is there."""
    assert all(hasattr(package, name) for name in package.__all__)
