"""Theories read as text: sentences, statements, order, and the words that open a hole."""

import pytest

from proofs.kernel.source import FORBIDDEN, ONLY_IN_SECTIONS, TheoryError, load, sentences

SMALL = """(** * A title *)
From Coq Require Import Reals.
Open Scope R_scope.
(** Twice a number. *)
Definition twice (a : R) : R := a + a.
Definition four_times (a : R) : R := twice (twice a).
Definition unused (a : R) : R := a.
(** Four times is
    (* a comment (* in a comment. *) *) twice twice. *)
Theorem four_is_twice_twice : forall a, four_times a = twice (twice a).
Proof. reflexivity. Qed.
Lemma on_the_way : True. Proof. exact I. Qed.
"""


def write(folder, **theories):
    """Write theories to a folder and read them."""
    for name, text in theories.items():
        (folder / f"{name}.v").write_text(text)
    return load(folder)


def test_sentences_end_at_full_stops_outside_comments():
    """A comment's full stops end nothing, nested ones neither; `0.5` is no end."""
    text = "(* One. (* Two. *) Three. *) Check 0.5.\nCheck a.b. (** Says. *)\n\nCheck c."
    found = list(sentences(text))
    assert [s.text for s in found] == ["Check 0.5", "Check a.b", "Check c"]
    assert [s.line for s in found] == [1, 2, 4]
    assert [s.comment for s in found] == ["One. (* Two. *) Three.", "", "Says."]


def test_a_theorem_comes_with_its_words_and_its_place(tmp_path):
    """Statement, comment and line of a theorem; lemmas are not listed."""
    theories = write(tmp_path, Small=SMALL)
    assert list(theories.theorems) == ["four_is_twice_twice"]
    theorem = theories.theorems["four_is_twice_twice"]
    assert theorem.text == "Theorem four_is_twice_twice : forall a, four_times a = twice (twice a)."
    assert theorem.says == "Four times is (* a comment (* in a comment. *) *) twice twice."
    assert SMALL.splitlines()[theorem.line - 1].startswith("Theorem four_is_twice_twice")
    assert theories.problems == ()


def test_a_statement_comes_with_the_definitions_it_speaks_of(tmp_path):
    """Those that definitions speak of are among them, others are not."""
    theories = write(tmp_path, Small=SMALL)
    used = theories.used_by(theories.theorems["four_is_twice_twice"])
    assert [item.name for item in used] == ["twice", "four_times"]


@pytest.mark.parametrize("word", FORBIDDEN + ONLY_IN_SECTIONS)
def test_a_word_that_opens_a_hole_is_a_problem(tmp_path, word):
    """The file and the line are named; in a comment, or as a part of a name, the word is harmless."""
    harmless = write(tmp_path, Fine=f"(* {word}. *)\nLemma {word}_of_a_name : True. Proof. exact I. Qed.")
    assert harmless.problems == ()
    load.cache_clear()
    assert write(tmp_path, Fine=f"Lemma a : True.\nProof.\n  {word}.").problems == (
        f"Fine.v:3: {word} is not allowed here",
    )


def test_a_variable_is_allowed_in_a_section_but_a_theorem_is_not(tmp_path):
    """What a section assumes does not stand in the theorem's text."""
    text = "Section S.\nVariable k : nat.\nLemma a : k = k. Proof. reflexivity. Qed.\nEnd S.\n"
    assert write(tmp_path, A=text).problems == ()
    load.cache_clear()
    hidden = write(tmp_path, A=text.replace("Lemma", "Theorem"))
    assert hidden.problems == ("A.v:3: the theorem a hides hypotheses in a section",)


def test_theories_come_after_what_they_require(tmp_path):
    """The order is that of the requirements, not of the names."""
    theories = write(tmp_path, A="From SelfAttention Require Import B C.", B="From SelfAttention Require C.", C="")
    assert list(theories.theories) == ["C", "B", "A"]


@pytest.mark.parametrize(
    ("theories", "message"),
    [
        ({"A": "From SelfAttention Require Import B."}, "theory A: requires B, which is not there"),
        (
            {"A": "From SelfAttention Require Import B.", "B": "From SelfAttention Require Import A."},
            "theory .: requires itself: . -> . -> .",
        ),
        (
            {"A": "Definition weight := 1.", "B": "From SelfAttention Require Import A. Definition weight := 2."},
            "theory B: names weight, which A names too",
        ),
        ({"A": "Lemma a : True. Proof. exact I. Qed. Lemma a : True."}, "theory A: names a, which A names too"),
    ],
)
def test_theories_that_do_not_fit_together_are_refused(tmp_path, theories, message):
    """A missing theory, a circle, and a name that would mean two things."""
    with pytest.raises(TheoryError, match=f"^{message}$"):
        write(tmp_path, **theories)


def test_the_digest_is_of_names_and_texts(tmp_path):
    """Any change of a text or a name changes it; the order of reading does not."""
    first = write(tmp_path, A="Check nat.", B="").digest
    load.cache_clear()
    assert write(tmp_path, B="", A="Check nat.").digest == first
    load.cache_clear()
    assert write(tmp_path, A="Check nat. ").digest != first


def test_the_theories_of_the_project_have_no_hole_and_say_what_they_state():
    """No forbidden word; every theorem has a plain sentence before it and a statement that fits on a page."""
    theories = load()
    assert theories.problems == ()
    assert theories.theorems
    for theory in theories.theories.values():
        assert "\nOpen Scope R_scope.\n" in theory.text, theory.name  # 1 / 2 would be 0 among natural numbers
    for theorem in theories.theorems.values():
        assert len(theorem.says) > 20, theorem.name
        assert theorem.text.count("\n") <= 40, theorem.name


@pytest.mark.parametrize(
    "statement",
    [
        "forall (twice : R) a, twice = a",
        "forall twice a, twice = a",
        "(fun twice => twice) = id",
        "exists twice : R, twice = 0",
    ],
)
def test_a_name_that_a_statement_binds_is_not_the_definition(tmp_path, statement):
    """A bound `twice` is another thing than the definition of that name."""
    theories = write(tmp_path, Small=f"{SMALL}\nTheorem bound : {statement}.")
    assert theories.used_by(theories.theorems["bound"]) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('Notation "x = y" := (x <= y).', "a string, a coercion, or a letter that is not ASCII is not allowed here"),
        ("Notation twice := thrice.", "Notation is not allowed here"),
        ("#[local] Definition twice := 0.", "# is not allowed here"),
        ("Time Section S.", "Time is not allowed here"),
        ("Lemma a : 0 = 1. Abort.", "Abort is not allowed here"),
        ("Lemma a : True. Proof. - + { Coercion f : A >-> B.", "Coercion is not allowed here"),
        ("Lemma a : True. Proof. exact I. Qed b.", "Qed b is not allowed here"),
        ("Goal True. exact I. Save a.", "Goal is not allowed here"),
        ("Record a := { b :> nat }.", "a string, a coercion, or a letter that is not ASCII is not allowed here"),
        ("Definition twic\N{LATIN SMALL LETTER E WITH ACUTE} := 0.", "a string, a coercion, or a letter that is not"),
        ("Require Import Other.Library.", "Require is not allowed here"),
        ("From Coq Require Import QArith.", "From Coq Require Import QArith is not allowed here"),
        ("From Other Require Import A.", "From Other Require Import A is not allowed here"),
        ("Import Nat.", "Import Nat is not allowed here"),
        ("Open Scope nat_scope.", "Open Scope nat_scope is not allowed here"),
        ("Close Scope R_scope.", "Close is not allowed here"),
    ],
)
def test_what_changes_the_meaning_of_a_statement_is_a_problem(tmp_path, text, problem):
    """With notations, coercions, attributes, other scopes or names given to other proofs, 0 = 1 may be checked."""
    assert any(found.startswith(f"A.v:1: {problem}") for found in write(tmp_path, A=text).problems)


def test_a_string_in_a_comment_holds_no_sign_of_a_comment(tmp_path):
    """As Rocq reads it: what it takes for a comment states nothing, and what it does not is seen."""
    text = '(* "(*" *)\nTheorem a : True. Proof. exact I. Qed.\n(* "*)" *)\n(* "*)\nTheorem a : 0 = 1.\n(*" *)\n'
    theories = write(tmp_path, A=text)
    assert theories.theorems["a"].text == "Theorem a : True."
    assert theories.theorems["a"].line == 2


@pytest.mark.parametrize("text", ["Inductive b := a : b.", "Record b := B { c : nat; a : nat }.", "Record b := a { }."])
def test_a_constructor_or_a_field_is_a_name_too(tmp_path, text):
    """A constructor called like a theorem would be what Rocq is asked about."""
    with pytest.raises(TheoryError, match="theory A: names a, which A names too"):
        write(tmp_path, A=f"Theorem a : 0 = 1.\n{text}")


def test_a_name_given_beside_another_is_a_name_too(tmp_path):
    """`with` introduces one."""
    with pytest.raises(TheoryError, match="theory A: names a, which A names too"):
        write(tmp_path, A="Lemma a : True.\nFixpoint b (n : nat) := n with a (n : nat) := n.")
