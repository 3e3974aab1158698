"""What counts as checked, where Rocq runs and where only a record is there; planted holes are found."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from proofs import kernel
from proofs.decide import decide_all, with_kernel
from proofs.kernel import How, check, record, rocq
from proofs.kernel.source import Theories, load
from proofs.registry import RegistryError, check_kernel, claims
from proofs.verdict import Kind

ROOT = Path(__file__).parents[2]
TOOL = rocq.find()
needs_rocq = pytest.mark.skipif(TOOL is None, reason="Rocq is not installed here: coqc and coqchk were not found")

GOOD = "Theorem fine : forall a : nat, a = a.\nProof. reflexivity. Qed.\n"
BELOW = "From SelfAttention Require Import A.\nTheorem below : forall a : nat, a = a.\nProof. exact fine. Qed.\n"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Keep made-up theories out of the user's cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def theories(tmp_path):
    """Return a maker of theories from texts; what the text reader finds wrong is left out on purpose."""

    def make(**texts):
        folder = tmp_path / f"theories{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        for name, text in texts.items():
            (folder / f"{name}.v").write_text(text)
        found = load(folder)
        return Theories({name: replace(theory, problems=()) for name, theory in found.theories.items()})

    return make


# -- the project's own theories --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real_outcome():
    """Return what Rocq says here about the project's theories, unchanged ones not compiled again."""
    return check()


@needs_rocq
def test_every_theorem_is_checked_and_on_record(real_outcome):
    """Rocq accepts all theories, nothing but the listed axioms is assumed, and the record says the same."""
    assert real_outcome.failed == {}
    assert set(real_outcome.assumes) == set(load().theorems)
    assert {axiom for axioms in real_outcome.assumes.values() for axiom in axioms} <= set(kernel.ALLOWED)
    assert real_outcome.recorded, "run `python -m proofs.kernel` to record it"


def test_the_record_is_about_the_theories_as_they_are():
    """On a machine without Rocq every theorem counts as checked, on record."""
    outcome = check(run=False)
    assert outcome.how is How.RECORD, "run `python -m proofs.kernel` to record the theories"
    assert all(outcome.checked(name) for name in load().theorems)
    assert all(outcome.standing(name).endswith("on record") for name in load().theorems)


def test_claims_and_theorems_name_one_another():
    """No dangling name in either direction; each of the two planted ones is an error."""
    check_kernel(claims(), load().theorems)
    with pytest.raises(RegistryError, match="is a theorem of the kernel that no claim names"):
        check_kernel(claims(), [*load().theorems, "planted"])
    gone = next(iter(load().theorems))
    with pytest.raises(RegistryError, match=f"names the theorem {gone}, which is in no theory"):
        check_kernel(claims(), [name for name in load().theorems if name != gone])


def test_every_general_claim_names_a_theorem():
    """Every claim with a part that is about more than one given example, that is, refuted ones too."""
    general = [claim for claim in claims().values() if any(part.statement.given is None for part in claim.parts)]
    assert len(general) > 80
    assert [claim.id for claim in general if claim.kernel is None] == []


# -- verdicts --------------------------------------------------------------------------------------------------


def test_a_refused_theorem_takes_the_proof_and_what_leans_on_it():
    """The claim is undecided and says why; so is the claim that uses it, and no other."""
    leaning = next(c for c in claims().values() if c.uses and c.kernel and claims()[c.uses[0]].kernel)
    victim = claims()[leaning.uses[0]]
    verdicts = decide_all([leaning.id, "softmax_shift_invariance"])
    assert {verdict.kind for verdict in verdicts.values()} == {Kind.PROVED}
    after = with_kernel(verdicts, {victim.kernel: "planted"})
    assert after[victim.id].kind is Kind.UNDECIDED
    assert after[victim.id].residual == f"the kernel does not accept {victim.kernel}: planted"
    assert after[leaning.id].kind is Kind.UNDECIDED
    assert f"uses {victim.id}, which is not proved" in after[leaning.id].residual
    assert after["softmax_shift_invariance"].kind is Kind.PROVED
    assert with_kernel(verdicts, {}) == verdicts


def test_the_json_tells_what_the_kernel_says():
    """A claim's theorem, whether it was checked, and its axioms."""
    run = subprocess.run(
        [sys.executable, "-m", "proofs", "verify", "--json", "--kernel", "record", "softmax_shift_invariance"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    (claim,) = json.loads(run.stdout)["claims"]
    assert claim["kernel"]["theorem"] == "softmax_shift_invariance"
    assert claim["kernel"]["checked"] is True
    assert "ClassicalDedekindReals.sig_forall_dec" in claim["kernel"]["assumptions"]


def test_without_rocq_the_record_is_named(tmp_path):
    """A machine on whose path there is no Rocq still works, and says where its answer comes from."""
    run = subprocess.run(
        [sys.executable, "-m", "proofs", "verify", "softmax_shift_invariance"],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert re.search(r"kernel: theorem softmax_shift_invariance, checked with Rocq [\d.]+ on record", run.stdout)


# -- without Rocq ----------------------------------------------------------------------------------------------


@pytest.fixture
def no_rocq(monkeypatch):
    """Make this a machine without Rocq."""
    monkeypatch.setattr(rocq, "find", lambda: None)


@pytest.mark.usefixtures("no_rocq")
def test_a_record_about_other_theories_does_not_count(monkeypatch, tmp_path, theories):
    """One changed byte, and nothing is checked; nothing has failed either."""
    monkeypatch.setattr(record, "PLACE", tmp_path / "record.json")
    made = theories(A=GOOD)
    record.write(record.Record(made.digest, "8.16.1", {"fine": ()}), tmp_path / "record.json")
    monkeypatch.setattr(record.read, "__defaults__", (tmp_path / "record.json",))
    assert check(made).standing("fine") == "checked with Rocq 8.16.1 on record"
    other = check(theories(A=GOOD + " "))
    assert (other.how, other.standing("fine"), other.failed) == (How.NONE, "not checked here", {})
    assert not other.checked("fine")
    assert other.summary == "not checked here: Rocq did not run, and no record is about these theories"


@pytest.mark.usefixtures("no_rocq")
@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"digest": 1, "version": 2, "theorems": 3}', "\udcff"])
def test_a_record_that_cannot_be_read_is_no_record(tmp_path, content):
    """Missing, empty, of another form."""
    place = tmp_path / "record.json"
    if content is not None:
        place.write_bytes(content.encode("utf-8", "surrogateescape"))
    assert record.read(place) is None


@pytest.mark.usefixtures("no_rocq")
def test_a_word_that_opens_a_hole_fails_every_theorem_even_without_rocq(tmp_path):
    """The text alone is enough to refuse."""
    (tmp_path / "A.v").write_text(GOOD + "Axiom wrong : 0 = 1.\n")
    outcome = check(load(tmp_path))
    assert outcome.failed == {"fine": "A.v:3: Axiom is not allowed here"}
    assert not outcome.checked("fine")


# -- planted holes, found by Rocq itself: the text reader is switched off --------------------------------------


@needs_rocq
def test_a_proved_theorem_counts(theories):
    """The control: nothing planted, nothing found."""
    outcome = check(theories(A=GOOD, B=BELOW))
    assert outcome.failed == {}
    assert outcome.assumes == {"fine": (), "below": ()}
    assert (outcome.how, outcome.recorded) == (How.HERE, "")
    assert outcome.standing("below") == f"checked with Rocq {outcome.version}"
    assert outcome.summary == f"2 theorems checked here with Rocq {outcome.version}, not on record"


@needs_rocq
@pytest.mark.parametrize(
    ("planted", "why"),
    [
        ("Theorem planted : 0 = 1.\nAdmitted.\n", "planted assumes A.planted"),
        ("Axiom wrong : 0 = 1.\nTheorem planted : 0 = 1.\nProof. exact wrong. Qed.\n", "planted assumes A.wrong"),
        (
            """Require Import ProofIrrelevance.
Theorem planted : forall (P : Prop) (p q : P), p = q.
Proof. exact proof_irrelevance. Qed.
""",
            "planted assumes",
        ),
        ("Theorem planted : 0 = 1.\nProof. reflexivity. Qed.\n", "A.v does not compile: line 4: Error"),
        ("Theorem planted : 0 = 1.\nProof.\n", "A.v does not compile"),
        (
            """Unset Guard Checking.
Fixpoint loop (a : nat) : False := loop a.
Theorem planted : 0 = 1.
Proof. destruct (loop 0). Qed.
""",
            "unsafe",
        ),
    ],
)
def test_a_planted_hole_is_found(theories, planted, why):
    """An admitted theorem, an axiom, an axiom of no list, a wrong and an open proof, a check switched off."""
    outcome = check(theories(A=GOOD + planted))
    assert why in outcome.failed["planted"]
    assert not outcome.checked("planted")
    assert outcome.standing("planted").startswith("not accepted: ")
    # `coqchk` sees it by itself: its neighbours do not count either while it stands there.
    if "ProofIrrelevance" not in planted:
        assert re.match("coqchk: |A.v does not compile", outcome.failed["fine"])


@needs_rocq
def test_a_theory_above_a_broken_one_fails_too(theories):
    """Its theorems were not checked, and it says which theory is to blame."""
    outcome = check(theories(A=GOOD.replace("a = a", "a = 0"), B=BELOW, C="Theorem apart : True. Proof. exact I. Qed."))
    assert outcome.failed["below"] == "requires A.v, which fails"
    assert outcome.checked("apart")
    assert set(outcome.failed) == {"fine", "below"}


@needs_rocq
def test_unchanged_theories_are_not_compiled_again(theories, monkeypatch):
    """The same theories: nothing runs; a changed one: it and what requires it; `fresh`: everything."""
    compiled = []
    run = rocq._run

    def spy(command, folder):
        compiled.extend(word for word in command if re.fullmatch(r"\w+\.v", word) and not word.startswith("Ask"))
        return run(command, folder)

    monkeypatch.setattr(rocq, "_run", spy)

    def built(**texts):
        compiled.clear()
        outcome = check(theories(**texts), **options)
        assert outcome.failed == {}
        return sorted(compiled)

    options = {}
    apart = "Theorem apart : True. Proof. exact I. Qed."
    assert built(A=GOOD, B=BELOW, C=apart) == ["A.v", "B.v", "C.v"]
    assert built(A=GOOD, B=BELOW, C=apart) == []
    assert built(A=GOOD, B=BELOW + "\n", C=apart) == ["B.v"]
    assert built(A=GOOD + "\n", B=BELOW + "\n", C=apart) == ["A.v", "B.v"]
    assert len(list((rocq.cache_folder() / TOOL.version / rocq.MAKER).iterdir())) == rocq.KEPT
    options["fresh"] = True
    assert built(A=GOOD, B=BELOW, C=apart) == ["A.v", "B.v", "C.v"]


@needs_rocq
def test_a_cache_that_cannot_be_written_is_done_without(theories, monkeypatch, tmp_path):
    """The check runs in a temporary folder."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert check(theories(A=GOOD)).checked("fine")


# -- reading what the tools print ------------------------------------------------------------------------------


SUMMARY = """
CONTEXT SUMMARY
===============

* Theory: Set is predicative

* Axioms:
    Coq.Logic.Classical_Prop.classic
    {axiom}

* Constants/Inductives relying on type-in-type: {types}

* Inductives whose positivity is assumed: <none>
"""


@pytest.mark.parametrize(
    ("axiom", "types", "expected"),
    [
        ("", "<none>", []),
        ("SelfAttention.A.wrong", "<none>", ["coqchk: SelfAttention.A.wrong is an axiom"]),
        ("", "Top.x", ["coqchk: Constants/Inductives relying on type-in-type: Top.x"]),
    ],
)
def test_the_checkers_summary_is_read(axiom, types, expected):
    """Axioms of our own and checks that were switched off are problems; the standard library's are not."""
    assert rocq.checker_problems(SUMMARY.format(axiom=axiom, types=types)) == expected


def test_a_checker_that_prints_no_summary_has_checked_nothing():
    """Silence is no consent."""
    assert rocq.checker_problems("") == ["coqchk: no summary was printed"]


def test_printed_assumptions_are_read():
    """Names alone on their line or followed by their type; an answer of another form is missing."""
    text = (
        "@@ one\nAxioms:\nA.long_name\n  : forall P : nat -> Prop,\n    P 0\nB.c : Prop\n"
        "@@ two\nClosed under the global context\n@@ three\nsomething else\n"
    )
    assert rocq.printed_assumptions(text) == {"one": ("A.long_name", "B.c"), "two": ()}
