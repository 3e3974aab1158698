"""What is named on the command line and what is audited: files, patterns, folders, standard input."""

import os

import pytest
from commanding import RIGHT, WRONG, assert_one_line, run, write

from proofs.audit.gathering import gather

DOCUMENTS = ("b.md", "a.md", "sub/z.markdown", "sub/deep/y.TEX", "sub/deep/n.ipynb")
OTHERS = ("sub/picture.png", ".hidden.md", ".git/notes.md", "plain.txt")


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A folder with documents and other files, which is the current one."""
    write(tmp_path, dict.fromkeys([*DOCUMENTS, *OTHERS], RIGHT))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["b.md", "a.md"], ["b.md", "a.md"]),
        (["."], ["a.md", "b.md", "sub/deep/n.ipynb", "sub/deep/y.TEX", "sub/z.markdown"]),
        (["sub"], ["sub/deep/n.ipynb", "sub/deep/y.TEX", "sub/z.markdown"]),
        (["*.md"], ["a.md", "b.md"]),
        (["**/*.TEX"], ["sub/deep/y.TEX"]),
        (["sub/**"], ["sub/deep/n.ipynb", "sub/deep/y.TEX", "sub/z.markdown"]),
        (["*.txt"], ["plain.txt"]),
        (["[ab].md"], ["a.md", "b.md"]),
        (["b.md", "*.md"], ["b.md", "a.md"]),
        (["a.md", "./a.md", "sub/../a.md"], ["a.md"]),
        (["-", "a.md", "-"], ["-", "a.md"]),
        (["none.md"], ["none.md"]),
    ],
)
def test_what_is_meant(tree, names, found):
    """In the order of the names, sorted below a folder or pattern, each file once, hidden files never."""
    assert tree.exists()
    assert gather(names) == (found, [])


def test_a_name_with_brackets_is_itself_first(tree):
    """`a[1].md` is a file if there is one."""
    (tree / "a[1].md").write_text(RIGHT)
    (tree / "a1.md").write_text(RIGHT)
    assert gather(["a[1].md"])[0] == ["a[1].md"]


def test_the_same_file_by_another_name_is_audited_once(tree):
    """A link and its target."""
    (tree / "link.md").symlink_to("a.md")
    assert gather(["a.md", "link.md"])[0] == ["a.md"]


def test_links_to_folders_are_not_followed(tree):
    """A link to the folder itself is no endless tree."""
    (tree / "sub" / "loop").symlink_to(tree)
    assert len(gather(["."])[0]) == len(DOCUMENTS)


def test_what_leads_nowhere_is_told_and_the_rest_is_audited(tree):
    """A pattern without a match, a folder without documents: a line each, exit 2, the others are audited."""
    (tree / "empty").mkdir()
    result = run("no*.md", "empty", "a.md", "none.md")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "attention-proofs: no*.md: expected a file, got a pattern that matches none",
        "attention-proofs: empty: expected a folder with documents (.md, .markdown, .tex, .ipynb), got one without any",
        "attention-proofs: none.md: expected a document, got no such file",
    ]
    assert result.stdout.startswith("a.md (utf-8)\n")
    assert result.stdout.splitlines()[-1] == "4 files: 1 clean, 3 with an error."


def test_a_null_character_is_one_line(tree):
    """No traceback from the system's own complaint."""
    assert tree.exists()
    assert_one_line(run("a\0b*"), "a\\x00b*: expected the name of a file, got one with a null character")
    assert_one_line(run("a\0b"), "expected the name of a file")


def test_standard_input():
    """`-` is audited under a name that no file has."""
    result = run("-", stdin=WRONG)
    assert result.exit_code == 1
    assert "<stdin>:1:14: value: x is printed as 3, but it is 2." in result.stdout
    assert_one_line(run("-", stdin="\0"), "<stdin>: expected a text file")


def test_a_name_that_is_no_text(tmp_path):
    """The bytes of a file name need not be UTF-8, in any format."""
    path = os.fsencode(tmp_path) + b"/\xff.md"
    with open(path, "w", encoding="utf-8") as stream:  # noqa: PTH123 - bytes
        stream.write(WRONG)
    for style in ("text", "markdown", "json", "github", "sarif"):
        result = run(os.fsdecode(path), "--format", style)
        assert result.exit_code == 1, result.output
        assert "\\udcff" in result.stdout or "%FF" in result.stdout


def test_several_files_have_one_summary(tree):
    """How many of which kind, and the mistakes of all."""
    (tree / "b.md").write_text(WRONG)
    (tree / "a.md").write_text("$x = 1/3 = 0.35$ $y = x + 1 = 1.35$")
    result = run("a.md", "b.md", "sub/z.markdown")
    assert result.stdout.splitlines()[-2:] == [
        "",
        "3 files: 1 clean, 2 with findings; 3 numbers wrong, from 2 independent mistakes.",
    ]
    assert "3 files" not in run("a.md").stdout
    page = run("a.md", "b.md", "--format", "markdown").stdout
    assert page.endswith("# All files\n\n- 2 files: 2 with findings; 3 numbers wrong, from 2 independent mistakes.\n")
