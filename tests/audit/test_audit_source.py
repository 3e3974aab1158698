"""Bytes to text and back: encodings, mojibake, and what is refused."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs.audit import Unreadable
from proofs.audit.limits import MAX_BYTES, MAX_DOLLARS
from proofs.audit.source import read


def mojibake(text, codec="mac_roman"):
    """Read UTF-8 as Mac Roman and save it again, as happened to the chapter."""
    return text.encode().decode(codec).encode()


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (b"a $x$", "a $x$", "utf-8"),
        ("não".encode(), "não", "utf-8"),
        (codecs.BOM_UTF8 + "não".encode(), "não", "utf-8 with byte order mark"),
        ("não \u201cx\u201d".encode("cp1252"), "não \u201cx\u201d", "cp1252"),
        (mojibake("atenção, não"), "atenção, não", "utf-8 read as mac-roman, repaired"),
        (mojibake("x → y, así"), "x → y, así", "utf-8 read as mac-roman, repaired"),
        ("nÃ£o, atenÃ§Ã£o".encode(), "não, atenção", "utf-8 read as cp1252, repaired"),
        ("nÃ£o â‰ˆ 1".encode(), "não ≈ 1", "utf-8 read as cp1252, repaired"),
        ("nÃ£o â\u0080\u009cxâ\u0080\u009d".encode(), "não “x”", "utf-8 read as latin-1, repaired"),
        (codecs.BOM_UTF8 + "nÃ£o".encode(), "não", "utf-8 read as cp1252, repaired"),
        ("nÃ£o Ã\u0081gua".encode(), "não Água", "utf-8 read as cp1252, repaired"),
    ],
)
def test_text_is_read_and_its_encoding_named(data, text, encoding):
    """Each encoding gives the text that was meant, is named, and is written back byte for byte."""
    source = read(data, "d.md")
    assert (source.text, source.encoding) == (text, encoding)
    assert source.encode(source.text) == data


@pytest.mark.parametrize(
    "text",
    [
        "$√2$ não",
        "√£",
        "a ≤ b √£",
        "√± x",
        "日本語",
        "naïve café",
        "√3 ± √5",
        "SÃO, MAÇÃ",
        "“nÃ£o” is não",
        "Ã©",
        "5 Â£",
        "£ à §",
    ],
)
def test_honest_text_is_not_repaired(text):
    """Text that only looks a little like mojibake stays as it is."""
    assert read(text.encode(), "d.md").text == text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x00\x01", "binary"),
        (b"\x7fELF", "binary"),
        (b"a\x1b[31m", "binary"),
        ("x = 1".encode("utf-16"), "UTF-16"),
        (b"a" * (MAX_BYTES + 1), "8,388,609 bytes"),
        (b"$" * (MAX_DOLLARS + 1), "400,001"),
    ],
)
def test_what_is_no_text_is_refused(data, words):
    """The error names the input, what was expected and what came."""
    with pytest.raises(Unreadable, match=r"^d\.md: expected .*, got ") as caught:
        read(data, "d.md")
    assert words in str(caught.value)


def test_places_count_every_kind_of_line_end():
    """Lines end at LF, CRLF and CR; columns count characters from 1."""
    source = read(b"ab\ncd\r\nef\rgh", "d.md")
    assert [source.place(source.text.index(c)) for c in "bdfh"] == [(1, 2), (2, 2), (3, 2), (4, 2)]
    assert [source.line(n) for n in (1, 2, 3, 4)] == ["ab", "cd", "ef", "gh"]


@given(st.binary(max_size=200))
def test_what_is_read_can_be_written_back(data):
    """Any bytes are refused by name or come back unchanged."""
    try:
        source = read(data, "d.md")
    except Unreadable:
        return
    assert source.encode(source.text) == data


@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60),
    st.sampled_from(["mac_roman", "latin-1", "cp1252"]),
)
def test_repair_is_lossless(text, codec):
    """Mojibake of any text is either repaired to that text or left alone."""
    try:
        data = mojibake(text, codec)
    except UnicodeDecodeError:  # Windows-1252 leaves five bytes open
        return
    try:
        source = read(data, "d.md")
    except Unreadable:
        return
    assert source.text in {text, data.decode()}
    assert source.encode(source.text) == data
