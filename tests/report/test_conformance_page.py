"""The page about released packages: what it says of a record, and that the record and the page belong together."""

import ast
import importlib.util
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from proofs.laws.conformance.catalogue import LAWS
from proofs.laws.conformance.record import FORMER, RECORD, record
from proofs.laws.conformance.targets import BUILT_IN
from proofs.laws.conformance.trial import Subject
from proofs.report.conformance_page import UNKNOWN, conformance_page, state
from proofs.run import MARK

ROOT = Path(__file__).parents[2]
REPLAYS = ROOT / "tests" / "replays"


def law(name, outcome, **more):
    """Return an outcome as the record has it."""
    return {"id": name, "outcome": outcome, "cases": 10, "exercised": 7, "max_error": 0.0, "bound": 0.0, **more}


def run(target, *laws, **more):
    """Return a run as the record has it."""
    about = {"versions": {"package": "1.2"}, "device": "cpu", "python": "3.11.1", "numpy": "2.0.0"}
    made = {"date": "2024-02-29", "examples": 5, "seed": 0, "family": "Family"}
    return {"target": target, **about, **made, "laws": list(laws), **more}


SMALL = {
    "laws": [
        {"id": name, "title": f"Title of {name}", "statement": "a | b"} for name in ("first", "second", "third", "last")
    ],
    "runs": [
        run(
            "one",
            law("first", "broken", code="long_program()\n" * 3),
            law("second", "broken", code="short()"),
            law("third", "error", note="only 1 of 10"),
            law("last", "error", code="raising()", note="TypeError: no"),
        ),
        run("two", law("first", "holds"), law("second", "unsupported"), law("third", "holds")),
        {"family": "Other", "target": "three", "laws": [], "failed": "no wheel"},
    ],
    "replays": [
        {
            "package": "package",
            "thread": "owner/package#12",
            "about": "heads are mixed",
            "law": "first",
            "target": "one",
            "narrowed_to": "float32",
            "found": {"version": "1.0", "outcome": "broken", "code": "found()"},
            "gone": {"version": "1.1", "outcome": "holds"},
            "as_expected": True,
        },
        {
            "package": "package",
            "thread": "found here",
            "about": "heads are lost",
            "law": "second",
            "target": "one",
            "narrowed_to": "float32",
            "found": {"version": "1.0", "outcome": "holds"},
            "gone": None,
            "as_expected": False,
        },
    ],
    "promises": [
        {
            "title": "Something moves",
            "targets": ["one", "two"],
            "laws": ["second", "first"],
            "promise": "Nothing is changed.",
            "source": "its manual",
            "observed": "It is.",
        }
    ],
}


@pytest.fixture(scope="module")
def page():
    """Return the page of the made-up record."""
    return conformance_page(SMALL)


@pytest.mark.parametrize(
    "line",
    [
        "| law | one | two |",
        "| `first` | ✗ | ✓ |",
        "| `second` | ✗ | – |",
        "| `third` | ? | ✓ |",
        "| `last` | ! |   |",
        "- `three` could not be run: no wheel",
        "| `one` | package 1.2 | 3.11.1 | 2.0.0 | 2024-02-29 | 5, 0 | 40 | 28 |",
        "| `first` | Title of first | a \\| b |",
    ],
)
def test_the_page_has_the_line(page, line):
    """Outcomes become symbols, runs become rows, and a bar in a cell does not end it."""
    assert line in page.splitlines()


def test_replays_say_where_a_bug_was_and_where_it_is_gone(page):
    """An expectation that failed is said, not hidden."""
    assert "| 1.0 | 1.1 | yes |" in page
    assert "| 1.0: **holds** | no release known | **no** |" in page
    assert "[owner/package#12](https://github.com/owner/package/issues/12)" in page
    assert "```python\nfound()\n```" in page


def test_one_behaviour_is_told_once(page):
    """Laws with the same promise stand together, with the shortest program; of the rest nothing is known."""
    told = page[page.index("### Something moves") : page.index("### `one`: Title of last")]
    assert "Targets: `one` (package 1.2).\n\nLaws:\n\n- `first`: Title of first\n- `second`: Title of second" in told
    assert "Promised: Nothing is changed. (its manual)\n\nObserved: It is." in told
    assert "short()" in told
    assert "long_program()" not in page
    assert page.count(UNKNOWN) == 1
    assert "Raised: `TypeError: no`" in page


def test_a_law_of_some_targets_names_them():
    """Where a behaviour breaks different laws in different targets, each law says in which."""
    runs = [*SMALL["runs"][:1], run("two", law("first", "broken", code="f()"))]
    page = conformance_page({**SMALL, "runs": runs})
    assert "- `first`: Title of first\n- `second`: Title of second (`one`)" in page


def test_counts_are_those_of_the_runs(page):
    """Three runs were asked for, two came about, with ten cases a law."""
    assert "2 targets, on 2024-02-29, on a CPU, 70 cases in all" in page


# -- the record -----------------------------------------------------------------------------------------------------


def test_the_record_names_laws_that_exist():
    """Every law of the record is in the catalogue, or is named as a former one."""
    found = json.loads(RECORD.read_text(encoding="utf-8"))
    named = {each["id"] for each in [each for run in found["runs"] for each in run["laws"]]}
    named |= {each["law"] for each in found["replays"]}
    assert named
    assert named - {each.id for each in LAWS} - {name for name, _ in FORMER} == set()


def test_the_record_is_of_built_in_targets_and_says_what_was_run():
    """Every run has versions and a date, and code stands with what is wrong, and only there."""
    for each in record()["runs"]:
        assert each["target"] in BUILT_IN
        assert "failed" not in each, each["target"]
        assert each["versions"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", each["date"])
        for outcome in each["laws"]:
            assert ("code" in outcome) == (state(outcome) in {"broken", "raised"}), (each["target"], outcome["id"])


def test_programs_of_the_record_are_programs():
    """What is shown to be copied can be parsed, unless it was cut off and says so."""
    found = record()
    shown = [(run["target"], outcome) for run in found["runs"] for outcome in run["laws"]]
    shown += [(each["name"], each["found"]) for each in found["replays"]]
    codes = [(name, outcome["code"]) for name, outcome in shown if "code" in outcome and "..." not in outcome["code"]]
    assert codes
    for name, code in codes:
        assert ast.parse(code), name


def test_the_record_names_no_machine():
    """No path of one machine stands in the record or in the promises."""
    for path in (RECORD, RECORD.with_name("promises.toml")):
        assert not re.search(r"(?<![\w.])/(work|root|home|tmp|usr)/", path.read_text(encoding="utf-8"))


def test_promises_are_of_laws_and_targets():
    """No entry is about something that does not exist, and no law of a target has two."""
    laws = {each.id for each in LAWS} | {name for name, _ in FORMER}
    pairs = []
    for each in record()["promises"]:
        assert set(each) == {"title", "targets", "laws", "promise", "source", "observed"}
        assert set(each["targets"]) <= set(BUILT_IN)
        assert set(each["laws"]) <= laws
        pairs += [(target, name) for target in each["targets"] for name in each["laws"]]
    assert sorted(pairs) == sorted(set(pairs))


def test_the_page_is_that_of_the_record():
    """reports/conformance.md is what the record renders to."""
    written = (ROOT / "reports" / "conformance.md").read_text(encoding="utf-8")
    assert written == f"{conformance_page(record())}\n{MARK}\n"


# -- the replays ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def script():
    """Return tests/replays/replay.py as a module."""
    before = list(sys.path)
    spec = importlib.util.spec_from_file_location("replay", REPLAYS / "replay.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["replay"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    sys.path[:] = before
    del sys.modules["replay"], sys.modules["narrowed"]


def test_replays_are_not_collected():
    """They need the network: no file there has a name that pytest looks for."""
    assert [path.name for path in REPLAYS.rglob("*.py") if re.match(r"test_|.*_test\.py", path.name)] == []


def test_replays_name_laws_and_targets_that_exist(script):
    """A law or target that is renamed is noticed here, and not in the next replay."""
    assert {replay.law for replay in script.REPLAYS} <= {each.id for each in LAWS}
    assert {replay.part for replay in script.REPLAYS} == set(script.narrowed.SLICES)
    assert {part.target for part in script.narrowed.SLICES.values()} <= set(BUILT_IN)
    assert set(script.TARGETS) <= set(BUILT_IN)
    for replay in script.REPLAYS:
        assert replay.package in {each.split("==")[0] for each in replay.found}


def test_every_replay_is_recorded_and_came_out_as_expected(script):
    """The record has each replay: the law is broken where the bug was and holds where it is gone."""
    found = {each["name"]: each for each in record()["replays"]}
    assert set(found) == {replay.name for replay in script.REPLAYS}
    for name, each in found.items():
        assert each["found"]["outcome"] == "broken", name
        assert each["gone"] is None or each["gone"]["outcome"] == "holds", name
        assert each["as_expected"]


def test_a_narrowed_target_refuses_what_lies_outside(script):
    """What is left answers as the target does; the rest is not offered, so no law counts it as a pass."""
    narrowed = script.narrowed
    part = narrowed.Narrowed(narrowed.Slice("numeric", frozenset({"mask"}), whole_masks=True))
    assert Subject.of(part).keywords == frozenset()
    assert part.traits.dtypes == ("float32",)
    q = np.ones((1, 2, 1, 3), dtype=np.float32)
    whole = np.ones((1, 2, 1, 1), dtype=np.bool_)
    assert part(q, q, q, mask=whole).tolist() == q.tolist()
    with pytest.raises(NotImplementedError, match="is_causal"):
        part(q, q, q, is_causal=True)
    with pytest.raises(NotImplementedError, match="grouped heads"):
        part(q, q[:, :1], q[:, :1])
    with pytest.raises(NotImplementedError, match="masks that broadcast"):
        part(q, q, q, mask=whole[:, :1])


def test_paths_do_not_reach_the_record(script):
    """A message of a foreign package keeps its file names and loses the folders of this machine."""
    assert script.clean("at /somewhere/deep/in-it/attention.cc:78 a/b") == "at attention.cc:78 a/b"
    kept = script.compact(law("first", "error", note="x", counterexample={"code": "f()\n", "calls": []}))
    assert kept == {**law("first", "error"), "note": "x", "code": "f()"}


def test_the_record_is_laid_out_line_by_line(script):
    """What is written is the JSON that was meant, also of a run without laws."""
    data = {"schema": 1, "runs": SMALL["runs"], "replays": SMALL["replays"]}
    text = script.laid_out(data)
    assert json.loads(text) == data
    assert len([line for line in text.splitlines() if '"id": ' in line]) == 7


def test_an_error_with_a_program_was_raised():
    """Too few cases and an exception are both errors; only the second has something to show."""
    assert state({"outcome": "error"}) == "few"
    assert state({"outcome": "error", "code": "f()"}) == "raised"
