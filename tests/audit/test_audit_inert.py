"""Nothing of a document becomes markup, a command or an escape sequence in any report."""

import json
import re

import pytest
from auditing import audited
from commanding import run, write
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from proofs.audit.findings import Hint
from proofs.report.audit_output import STYLES
from proofs.report.audit_report import audit_markdown
from proofs.report.audit_shown import visible
from proofs.report.audit_text import audit_text

NAMES = [
    r"\text{<script>alert(1)</script>}",
    r"\text{](http://evil.example)[x}",
    r"\text{![x](y)}",
    r"\text{`code` ``more`` ```}",
    r"\text{a|b}",
    r"\text{**b** _i_ ~~s~~ # h}",
    r"\text{https://evil.example and www.evil.example}",
    r"\text{@everyone me@evil.example #1}",
    r"\text{::error::x}",
    r"\text{%0A::error::x}",
    r"\text{&lt;b&gt; &#60;}",
    r"\href{//evil.example}{x}",
    r"\text{$x$ $$y$$}",
    "\\text{a\u202eb\u2066c\u200bd}",
    "\\text{a\ufeffb\u061cc}",
    "\\text{a\u2028b\u2029c}",
    "\\text{\U000e0041\ue000}",
]
# A document with these is refused as binary; a file's name may hold them all the same.
CONTROLS = "\x1b]0;x\x07 \x1b[31m \x9b31m \x7f"
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u061c]")


def document(name):
    """Return a document that prints a wrong number for a name, in several ways, with any line end."""
    return (
        f"${name} = 1 + 1 = 3$\r\n\r\n${name} = 4$\n\n$y = {name} + q = 7$\n\n$y = {name} \\cdot \\frac{{1}}{{ = 3$\n"
    )


def tokens(page):
    """Return the kinds of all Markdown tokens of a page, read with all that might be switched on."""
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).use(dollarmath_plugin)
    out = []
    for token in reader.parse(page):
        out.append(token)
        out += token.children or []
    return out


def assert_inert(page):
    """The page has no HTML, no link, no image, and no math but plain names; nothing that a forge makes a link of."""
    __tracebackhide__ = True
    found = tokens(page)
    kinds = {token.type for token in found}
    assert not kinds & {"html_inline", "html_block", "link_open", "image", "s_open", "math_block"}, page
    for token in found:
        if token.type == "text":
            assert not re.search(r"https?://|www\.|\w@\w", token.content), token.content
        if token.type == "math_inline":
            assert not re.search(r"\\(href|url|def|html|class|require)|[<>|$]", token.content), token.content
        if token.type == "fence" and token.info == "math":
            assert not re.search(r"\\(href|url|def|html|class|require)", token.content), token.content


def assert_tables_are_whole(page):
    """Each row has the cells of its head."""
    __tracebackhide__ = True
    for block in page.split("\n\n"):
        rows = [line for line in block.split("\n") if line.startswith("|")]
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) <= 1, block


@pytest.mark.parametrize("name", NAMES)
def test_markdown_is_inert(name):
    """Read by a Markdown reader that obeys everything."""
    page = audit_markdown(audited(document(name)))
    assert_inert(page)
    assert_tables_are_whole(page)


def test_the_reader_of_this_test_obeys():
    """The same names, not escaped, are found."""
    for text in ("<script>", "[x](http://y)", "![x](y)", "~~s~~", "$$x$$"):
        with pytest.raises(AssertionError):
            assert_inert(text)
    with pytest.raises(AssertionError):
        assert_inert("see https://x.example")
    with pytest.raises(AssertionError):
        assert_tables_are_whole("| a | b |\n|---|---|\n| a | b | c |")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", NAMES)
def test_no_control_character_reaches_any_report(tmp_path, name, style):
    """Not from the text and not from the file's name, on standard output and standard error."""
    path = tmp_path / f"d{CONTROLS}\n::error::\u202e.md"
    write(tmp_path, {path.name: document(name), f"bad{CONTROLS}\n::error::.md": b"\0"})
    result = run(path, tmp_path / f"bad{CONTROLS}\n::error::.md", "--format", style)
    assert result.exit_code == 2
    for out in (result.stdout, result.stderr):
        assert not RAW.search(out), repr(RAW.search(out))
    assert len(result.stderr.splitlines()) == 1
    diff = run(path, "--diff").stdout
    assert not RAW.search(diff.replace("\r\n", "\n"))


@pytest.mark.parametrize("name", NAMES)
def test_github_lines_are_one_command_each(tmp_path, name):
    """No line starts a command that is not ours, and what is in a property stays in it."""
    path = tmp_path / "a,b:c%0A\r\n::error::x.md"
    write(tmp_path, {path.name: document(name)})
    out = run(path, "--format", "github").stdout
    for line in out.splitlines():
        head, _, message = line.removeprefix("::").partition("::")
        assert re.fullmatch(
            r"(error|warning|notice) file=[^,:]+(,(line|endLine|col|endColumn)=\d+)*,title=[a-z]+", head
        )
        assert message
        assert not re.search(r"%(?!25|0A|0D)", message)


def test_github_groups_what_stands_in_one_vector(tmp_path):
    """One annotation with a line for each number, from the first to the last."""
    write(tmp_path, {"d.md": "$u = (1, 2)$ $v = 2u = (3, 5)$"})
    [line] = run(tmp_path / "d.md", "--format", "github").stdout.splitlines()
    assert line.split("::", 2)[1].endswith(",line=1,endLine=1,col=25,endColumn=29,title=value")
    assert line.endswith("::v[1] is printed as 3, but it is 2.%0Av[2] is printed as 5, but it is 4.")


def test_json_and_sarif_can_be_read_back(tmp_path):
    """The message is the one that was found; a page is what escapes it."""
    write(tmp_path, {"d.md": document(NAMES[0])})
    data = json.loads(run(tmp_path / "d.md", "--format", "json").stdout)
    assert any("<script>" in f["name"] for f in data["documents"][0]["findings"])


def test_hints_are_shown_and_inert():
    """In every format that has a place for them."""
    found = audited("$x = 1 + 1 = 2$")
    object.__setattr__(found, "hints", (Hint("logarithm", "log <b>\x1b[1m</b> @x was read as ln.", 1),))
    assert "  Hint (line 1): log <b>\\x1b[1m</b> @x was read as ln." in audit_text(found).splitlines()
    page = audit_markdown(found)
    assert "- Hint (line 1): log &lt;b&gt;" in page
    assert_inert(page)


@given(
    st.text(alphabet=st.sampled_from("`$|\\_*[](){}<>&#~!@:/.w h\n\u202e")), st.sampled_from(["x", "\\text{a}", "a"])
)
def test_any_message_is_inert(text, name):
    """Names of findings are followed by anything at all."""
    found = audited("$x = 1 + 1 = 3$ $y = q + 1 = 4$")
    for finding in found.findings:
        object.__setattr__(finding, "message", text)
        object.__setattr__(finding, "name", name)
        object.__setattr__(finding, "kind", "shape")
    assert_inert(audit_markdown(found))
    assert not RAW.search(audit_text(found))


@given(st.text())
def test_visible_text_is_visible(text):
    """One line, no control characters; text without any is left alone."""
    shown = visible(text)
    assert not RAW.search(shown)
    assert len(shown.splitlines()) <= 1
    if text.isascii() and text.isprintable():
        assert shown == text


def test_a_long_name_costs_little():
    """A name that fails to be plain at its end is not tried in every other way."""
    name = "\\text{" + "\\alpha" * 60 + "!}"
    assert audit_markdown(audited(f"${name} = 1 + 1 = 3$"))
