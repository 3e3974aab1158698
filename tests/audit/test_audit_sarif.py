"""SARIF logs: valid by the published schema, stable, and silent about the machine."""

import json
from pathlib import Path

import pytest
from auditing import TRANSCRIPTION
from commanding import CARRIED, RIGHT, WRONG, run, write
from jsonschema import Draft4Validator

SCHEMA = json.loads((Path(__file__).parent / "sarif" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))


def errors(log):
    """Return what the schema finds wrong with a log."""
    return [error.message for error in Draft4Validator(SCHEMA).iter_errors(log)]


def log_of(*arguments):
    """Return the log, which must be valid, and its only run."""
    result = run(*arguments, "--format", "sarif")
    log = json.loads(result.stdout)
    assert errors(log) == []
    [one] = log["runs"]
    assert one["invocations"][0]["exitCode"] == result.exit_code
    return one


def test_the_schema_is_one():
    """And it is the one of SARIF 2.1.0."""
    Draft4Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["version"]["enum"] == ["2.1.0"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda run: run["results"][0].pop("message"),
        lambda run: run["results"][0].update(level="fatal"),
        lambda run: run["results"][0]["locations"][0]["physicalLocation"]["region"].update(startLine=0),
        lambda run: run["results"][0].update(extra=1),
        lambda run: run.pop("tool"),
        lambda run: run["invocations"][0].pop("executionSuccessful"),
        lambda run: run["results"][0].update(partialFingerprints={"a": 1}),
    ],
)
def test_a_broken_log_is_refused(spoil):
    """The validator sees what it should."""
    log = json.loads(run(TRANSCRIPTION, "--format", "sarif").stdout)
    assert errors(log) == []
    spoil(log["runs"][0])
    assert errors(log)


def test_logs_of_every_kind_are_valid(tmp_path):
    """Nothing found, all kinds of findings, unreadable files, standard input, a selection, a baseline."""
    write(tmp_path, {"ok.md": RIGHT, "d.md": WRONG, "bad.md": b"\0", "odd name#%.md": "$z = \\frac{1}{ = 2$"})
    assert log_of(tmp_path / "ok.md")["results"] == []
    assert len(log_of(TRANSCRIPTION)["results"]) > 60
    assert log_of(tmp_path / "none.md")["results"] == []
    assert len(log_of(tmp_path)["results"]) == 2
    assert log_of(tmp_path / "odd name#%.md", "--only", "wrong")["results"] == []
    (tmp_path / "known.json").write_text(run(tmp_path, "--format", "json").stdout)
    assert log_of(tmp_path, "--baseline", tmp_path / "known.json")["results"] == []
    standard = json.loads(run("-", "--format", "sarif", stdin=WRONG).stdout)
    assert errors(standard) == []
    [result] = standard["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "stdin"}


def test_a_result(tmp_path, monkeypatch):
    """Rule, level, place, fingerprint, and where the mistake was made that is carried on."""
    write(tmp_path, {"sub/d e.md": CARRIED})
    monkeypatch.chdir(tmp_path)
    one = log_of("sub/d e.md")
    first, second = one["results"]
    artifact = {"uri": "sub/d%20e.md", "uriBaseId": "SRCROOT"}
    assert first["message"]["text"] == "x is printed as 0.35, but it is 0.33. More exactly: 0.33333333."
    assert (first["ruleId"], first["level"]) == ("value", "error")
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": artifact,
                "region": {"startLine": 1, "startColumn": 12, "endLine": 1, "endColumn": 16},
            }
        }
    ]
    assert "relatedLocations" not in first
    [related] = second["relatedLocations"]
    assert related["physicalLocation"] == first["locations"][0]["physicalLocation"]
    assert first["partialFingerprints"].keys() == {"attentionProofs/v1"}
    rules = one["tool"]["driver"]["rules"]
    assert rules[first["ruleIndex"]]["id"] == "value"
    assert all("helpUri" not in rule for rule in rules)


def test_levels(tmp_path):
    """A certain mistake is an error, what is not certain a warning, a remark a note."""
    write(tmp_path, {"d.md": "$x = 1 + 1 = 3$ $y = 2/3 = 0.66$ $x = 3$ $z = \\frac{1}{ = 2$ $w = f(2) = 3$"})
    levels = {(r["ruleId"], r["level"]) for r in log_of(tmp_path / "d.md")["results"]}
    assert {("value", "error"), ("unread", "warning"), ("redefined", "note")} <= levels


def test_fingerprints_survive_edits_elsewhere(tmp_path):
    """A paragraph before and a selection change none."""

    def marks(*more):
        return [r["partialFingerprints"]["attentionProofs/v1"] for r in log_of(tmp_path / "d.md", *more)["results"]]

    write(tmp_path, {"d.md": CARRIED})
    before = marks()
    write(tmp_path, {"d.md": "One more.\n\n" + CARRIED})
    assert marks() == before == marks("--only", "wrong")
    assert len(set(before)) == 2


def test_invocations(tmp_path):
    """Whether it worked, the exit code, and a notification for each file that could not be read."""
    write(tmp_path, {"d.md": WRONG, "bad.md": b"\0"})
    assert log_of(tmp_path / "d.md")["invocations"] == [
        {
            "executionSuccessful": True,
            "exitCode": 1,
            "exitCodeDescription": "findings",
            "toolExecutionNotifications": [],
        }
    ]
    [invocation] = log_of(tmp_path)["invocations"]
    assert not invocation["executionSuccessful"]
    [told] = invocation["toolExecutionNotifications"]
    assert told["level"] == "error"
    assert "binary data" in told["message"]["text"]


def test_no_machine_is_named(tmp_path, monkeypatch):
    """Files below the current folder are named from there, however they were given."""
    write(tmp_path, {"sub/d.md": WRONG})
    monkeypatch.chdir(tmp_path)
    for name in ("sub/d.md", "./sub/d.md", tmp_path / "sub" / "d.md", "sub/../sub/d.md"):
        result = run(name, "--format", "sarif")
        assert str(tmp_path) not in result.stdout
        assert '"uri": "sub/d.md"' in result.stdout
    base = log_of("sub/d.md")["originalUriBaseIds"]
    assert "uri" not in base["SRCROOT"]
    monkeypatch.chdir(tmp_path / "sub")
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    [result] = log_of("../sub/d.md")["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "../sub/d.md"}
