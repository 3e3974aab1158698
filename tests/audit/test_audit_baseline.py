"""Which findings are shown: those selected, and not those known from a baseline."""

import json

import pytest
from auditing import audited
from commanding import CARRIED, RIGHT, WRONG, assert_one_line, run, write

from proofs.audit.baseline import divide, fingerprints, identity
from proofs.audit.findings import KINDS, VERDICTS
from proofs.audit.selection import CHOICES, selection

MIXED = (
    "$x = 1 + 1 = 3$\n\n$y = 2/3 = 0.66$\n\n$z = \\frac{1}{ = 2$\n\n$u = (1, 2)$ $v = (1, 2, 3)$ $w = u + v = (2, 4)$\n"
)


@pytest.fixture
def baseline(tmp_path, monkeypatch):
    """Return a function that writes the baseline of the current folder."""
    monkeypatch.chdir(tmp_path)

    def make(*files, name="known.json"):
        (tmp_path / name).write_text(run(*files, "--format", "json").stdout)
        return name

    return make


def kinds(result):
    """Return the kinds in a JSON output."""
    return [f["kind"] for document in json.loads(result.stdout)["documents"] for f in document["findings"]]


def test_only_selects_by_verdict_and_by_kind(tmp_path):
    """Comma separated or repeated; the exit code speaks of what is selected."""
    write(tmp_path, {"d.md": MIXED})
    path = tmp_path / "d.md"
    everything = kinds(run(path, "--format", "json"))
    assert set(everything) >= {"value", "shape", "unread"}
    for names, expected in [
        (["wrong"], {"value"}),
        (["shape,unread"], {"shape", "unread"}),
        (["shape", "truncated"], {"shape", "value"}),
    ]:
        result = run(path, "--format", "json", *[word for name in names for word in ("--only", name)])
        assert set(kinds(result)) == expected
        assert result.exit_code == 1
    assert run(path, "--only", "redefined").exit_code == 0


@pytest.mark.parametrize("words", [["wrng"], ["wrong,"], [""], ["wrong", "values"], ["\x1b[31m"]])
def test_an_unknown_name_is_one_line(tmp_path, words):
    """It names the choices."""
    write(tmp_path, {"d.md": WRONG})
    result = run(tmp_path / "d.md", *[word for name in words for word in ("--only", name)])
    assert_one_line(result, "--only", "expected one of wrong, truncated, undecided, value, shape")
    assert "\x1b" not in result.stderr


def test_every_verdict_and_kind_can_be_selected():
    """Nothing can be found that cannot be asked for."""
    assert set(CHOICES) == {*VERDICTS, *KINDS}
    document = audited(MIXED)
    assert {f for name in CHOICES for f in document.findings if f in selection([name])} == set(document.findings)


def test_unread_formulas_stay_in_sight(tmp_path):
    """A selection that leaves them out says so, in every format that people read and in those for forges."""
    write(tmp_path, {"d.md": "$z = \\frac{1}{ = 2$\n"})
    path = tmp_path / "d.md"
    text = run(path, "--only", "wrong")
    assert text.exit_code == 0
    assert "1 unread." in text.stdout
    assert text.stdout.endswith("\n1 other finding not shown: not selected by --only.\n")
    assert "1 unread." in run(path, "--only", "wrong", "--format", "markdown").stdout
    assert "1 of 1 formula not read." in run(path, "--only", "wrong", "--format", "github").stdout
    [run_] = json.loads(run(path, "--only", "wrong", "--format", "sarif").stdout)["runs"]
    [told] = run_["invocations"][0]["toolExecutionNotifications"]
    assert (told["level"], told["message"]["text"]) == ("note", "1 of 1 formula not read.")


def test_known_findings_are_accepted(baseline, tmp_path):
    """Not shown, counted, exit 0."""
    write(tmp_path, {"a.md": MIXED, "b.md": WRONG})
    known = baseline("a.md", "b.md")
    count = len(kinds(run("a.md", "b.md", "--format", "json")))
    result = run("a.md", "b.md", "--baseline", known)
    assert result.exit_code == 0
    assert ": value:" not in result.stdout
    assert result.stdout.splitlines()[-1] == f"{count} known findings accepted."
    for style in ("json", "github", "sarif"):
        result = run("a.md", "b.md", "--baseline", known, "--format", style)
        assert result.exit_code == 0
        assert result.stderr == f"attention-proofs: {count} known findings accepted.\n"


def test_edits_elsewhere_do_not_matter(baseline, tmp_path):
    """Lines move, those that messages name too."""
    write(tmp_path, {"a.md": CARRIED})
    known = baseline("a.md")
    write(tmp_path, {"a.md": "A new paragraph.\n\n" * 7 + CARRIED.replace("\n\n", "\n\nmore\n\n")})
    assert run("a.md", "--baseline", known).exit_code == 0


def test_a_new_finding_is_shown_and_a_fixed_one_is_named(baseline, tmp_path):
    """One of each."""
    write(tmp_path, {"a.md": WRONG + "\n$y = 2 + 2 = 5$\n"})
    known = baseline("a.md")
    write(tmp_path, {"a.md": RIGHT + "\n$y = 2 + 2 = 5$\n\n$z = 3 + 3 = 7$\n"})
    result = run("a.md", "--baseline", known)
    assert result.exit_code == 1
    assert [line for line in result.stdout.splitlines() if ": value:" in line and "Fixed" not in line] == [
        "a.md:5:14: value: z is printed as 7, but it is 6."
    ]
    assert result.stdout.splitlines()[-2:] == [
        "1 known finding accepted, 1 fixed.",
        "Fixed: a.md: value: x is printed as 3, but it is 2.",
    ]


def test_of_findings_that_are_alike_as_many_are_known_as_there_were(baseline, tmp_path):
    """A copy of a known mistake is a new mistake."""
    write(tmp_path, {"a.md": WRONG})
    known = baseline("a.md")
    write(tmp_path, {"a.md": WRONG + "\n# Again\n\n" + WRONG})
    once, twice = (len(kinds(run("a.md", *more, "--format", "json"))) for more in ([], ["--baseline", known]))
    assert twice == once - 1


def test_a_baseline_from_another_folder(baseline, tmp_path, monkeypatch):
    """Paths are looked for from the current folder, then from the baseline's, then by their end."""
    write(tmp_path, {"ch/a.md": WRONG, "other/a.md": WRONG})
    known = baseline("ch/a.md")
    monkeypatch.chdir(tmp_path / "ch")
    assert run("a.md", "--baseline", f"../{known}").exit_code == 0
    assert run(tmp_path / "ch" / "a.md", "--baseline", f"../{known}").exit_code == 0
    assert run("../other/a.md", "--baseline", f"../{known}").exit_code == 1
    monkeypatch.chdir(tmp_path)
    data = json.loads((tmp_path / known).read_text())
    data["documents"][0]["path"] = "/build/7/ch/a.md"
    (tmp_path / "moved.json").write_text(json.dumps(data))
    assert run("ch/a.md", "--baseline", "moved.json").exit_code == 0
    data["documents"][0]["path"] = "a.md"  # the end of two: it may be neither
    (tmp_path / "moved.json").write_text(json.dumps(data))
    assert run("ch/a.md", "other/a.md", "--baseline", "moved.json").exit_code == 1


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"schema": 2, "documents": []}',
        b'{"schema": 1, "documents": [{"path": 3, "findings": []}]}',
        b'{"schema": 1, "documents": [{"path": "a", "findings": [{"kind": "value", "name": "x"}]}]}',
        b'{"schema": 1, "documents": [{"path": "a", "findings": [{"kind": [], "name": "x", "message": "m"}]}]}',
        b"[" * 100_000,
    ],
)
def test_a_broken_baseline_is_one_line(tmp_path, content):
    """Exit 2 before anything is audited."""
    write(tmp_path, {"d.md": WRONG} | ({} if content is None else {"known.json": content}))
    result = run(tmp_path / "d.md", "--baseline", tmp_path / "known.json")
    assert_one_line(result, "--baseline", "expected the output of an earlier `audit --format json`")


def test_a_path_in_a_baseline_may_be_anything(tmp_path):
    """A null character, nothing, a folder: no document, no traceback."""
    write(tmp_path, {"d.md": RIGHT})
    documents = [{"path": path, "findings": []} for path in ("\0", "", "/", "..")]
    write(tmp_path, {"known.json": json.dumps({"schema": 1, "documents": documents})})
    assert run(tmp_path / "d.md", "--baseline", tmp_path / "known.json").exit_code == 0


def test_documents_that_are_not_audited_now_are_not_called_fixed(baseline, tmp_path):
    """Nobody has looked at them."""
    write(tmp_path, {"a.md": WRONG, "b.md": WRONG})
    known = baseline("a.md", "b.md")
    assert run("a.md", "--baseline", known).stdout.splitlines()[-1] == "1 known finding accepted."


def test_selection_and_baseline_together(baseline, tmp_path):
    """Known findings that are not asked for are not counted."""
    write(tmp_path, {"a.md": MIXED})
    known = baseline("a.md")
    assert run("a.md", "--baseline", known, "--only", "shape").stdout.splitlines()[-1] == "1 known finding accepted."


def test_identity_has_no_line_numbers():
    """One line, several, and none where no number follows."""
    assert identity("k", "n", "on line 12, lines 3 and 4, inline 5").message == "on line N, line N, inline 5"


def test_fingerprints_are_stable_and_distinct():
    """Lines do not count; findings that are alike are told apart by their order."""
    first = audited(CARRIED + "\n# B\n\n" + CARRIED)
    moved = audited("text\n\n" * 3 + CARRIED + "\n# B\n\n" + CARRIED)
    assert fingerprints(first.findings) == fingerprints(moved.findings)
    assert len(set(fingerprints(first.findings))) == len(first.findings)


def test_without_a_baseline_everything_is_new():
    """And nothing is fixed."""
    findings = audited(MIXED).findings
    assert divide(findings, None) == (findings, (), ())
