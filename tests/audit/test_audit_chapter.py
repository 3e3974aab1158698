"""The audit of the real chapter, and of its transcription, against numbers worked out by hand."""

from collections import Counter

import pytest
from auditing import CHAPTER, TRANSCRIPTION, assert_nothing_wrong

from proofs.audit import audit_bytes, audit_file

original = pytest.mark.skipif(not CHAPTER.exists(), reason="the original chapter (../shared/seeds) is not here")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(CHAPTER, marks=original, id="original"),
        pytest.param(TRANSCRIPTION, id="transcription"),
    ],
)
def chapter(request):
    """The audit of one of the two documents."""
    return audit_file(request.param)


def printed(document, name):
    """Return what is expected from the inputs for each component of a name, where it is first judged."""
    values = [v for v in document.values if v.name == name and v.exact is not None]
    first = {}
    for value in values:
        first.setdefault(value.component, value.exact.expected)
    return list(first.values())


def test_every_component_with_a_local_reference_is_judged(chapter):
    """12 projections, 6 scores, 6 weights, 12 outputs: 36."""
    local = [v for v in chapter.values if v.local is not None]
    kinds = Counter(v.name.strip("\\")[0] for v in local)
    assert kinds == {"q": 4, "k": 4, "v": 4, "s": 6, "a": 18}
    assert sum(v.name.startswith("\\alpha") for v in local) == 6
    assert len(local) == 36
    assert Counter(v.local.verdict for v in local) == {
        "exact": 10,
        "rounded": 1,
        "tie": 3,
        "truncated": 4,
        "wrong": 18,
    }


def test_the_exact_values_are_those_worked_out_by_hand(chapter):
    """Row reading, no scale: projections, then the outputs at their printed two places."""
    assert printed(chapter, "q_1") == ["0.2", "0.6", "0.4", "0.7"]
    assert printed(chapter, "k_1") == ["0.7", "0.4", "0.7", "0.1"]
    assert printed(chapter, "v_1") == ["0.2", "0.7", "0.7", "0.4"]
    assert printed(chapter, "a_2") == ["0.35", "0.40", "0.59", "0.59"]
    assert printed(chapter, "a_3") == ["0.54", "0.38", "0.43", "0.56"]
    assert printed(chapter, "score(x_2, x_1)") == ["0.88"]


def test_the_first_score(chapter):
    """0.14 + 0.48 + 0.54 + 0.16 = 1.32 from the page and 0.74 from the inputs, printed as 1.4."""
    [score] = [v for v in chapter.values if v.name == "score(x_1, x_1)"]
    assert (score.printed, score.local.expected, score.exact.expected, score.verdict) == (
        "1.4",
        "1.3",
        "0.7",
        "wrong",
    )


def test_ties_and_truncations_are_told_from_mistakes(chapter):
    """0.47*0.2 + 0.53*0.7 = 0.465 is a tie; e^1.22/(e^1.22 + e^1.32) = 0.4750 was cut to 0.47."""
    local = {(v.label): v.local.verdict for v in chapter.values if v.local is not None}
    assert [k for k, verdict in local.items() if verdict == "tie"] == ["a_2[1]", "a_2[4]", "a_3[1]"]
    truncated = ["\\alpha_{21}", "\\alpha_{31}", "\\alpha_{32}", "a_2[3]"]
    assert [k for k, verdict in local.items() if verdict == "truncated"] == truncated


def test_shape_definition_and_missing_derivations_are_found(chapter):
    """Three impossible products, two score definitions, six values without derivation, three repetitions."""
    assert Counter(f.kind for f in chapter.findings) == {
        "value": 58,
        "shape": 3,
        "undefined": 6,
        "redefined": 3,
        "definition": 1,
    }
    [definition] = [f for f in chapter.findings if f.kind == "definition"]
    assert definition.name == "score(x_i, x_j)"
    assert "d_k is given no value" in definition.message
    assert [f.name for f in chapter.findings if f.kind == "shape"] == ["x_1W^Q", "x_1W^K", "x_1W^V"]
    assert [f.name for f in chapter.findings if f.kind == "undefined"] == [
        "q_2",
        "k_2",
        "q_3",
        "k_3",
        "v_2",
        "v_3",
    ]
    assert not chapter.clean
    assert chapter.reading == "row"


def test_nothing_is_left_unread(chapter):
    """Every formula of the chapter is audited or symbolic."""
    c = chapter.coverage
    assert c.unread == 0
    assert c.segments == c.audited + c.symbolic
    assert c.numeric == c.audited == 31


@pytest.mark.parametrize("reading", ["row", "column"])
def test_the_corrected_chapter_has_nothing_wrong(chapter, reading):
    """Under either reading nothing but numbers changes, and a second audit has nothing to correct."""
    data = chapter.source.encode(chapter.source.text)
    document = audit_bytes(data, "chapter.md", reading=reading)
    again = audit_bytes(document.corrected_bytes, "fixed.md", reading=reading)
    assert_nothing_wrong(again)
    assert again.edits == ()
    assert again.source.encoding == document.source.encoding
    kept, at = [], 0
    for edit in document.edits:
        kept.append(document.source.text[at : edit.start])
        at = edit.stop
    kept.append(document.source.text[at:])
    rest = document.corrected_text
    for part in kept:
        assert part in rest
        rest = rest[rest.index(part) + len(part) :]
    assert not rest


@original
def test_the_original_is_repaired_and_says_so():
    """The encoding is named, and offsets refer to the repaired text."""
    document = audit_file(CHAPTER)
    assert document.source.encoding == "utf-8 read as mac-roman, repaired"
    assert document.source.text.isascii() is False
    for value in document.values:
        assert document.source.text[value.start :].startswith(value.printed)


@original
def test_the_transcription_has_the_same_values():
    """Name, component, printed number and verdicts agree one by one with the original."""
    rows = [
        [(v.name, v.component, v.printed, v.local, v.exact, v.verdict) for v in audit_file(path).values]
        for path in (CHAPTER, TRANSCRIPTION)
    ]
    assert rows[0] == rows[1]
    assert len(rows[0]) == 132
