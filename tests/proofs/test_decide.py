"""The one door for verdicts, and planted faults: each is caught, and the residual says what was left open."""

import ast
import time
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp
from referee import M, y, z

import proofs
from attention import indexed as I
from attention import notation as N
from attention.exact import number
from attention.instances import Instance
from proofs import decide as deciding
from proofs import gates, registry, search
from proofs.claim import Claim, Line, Mutant, Part
from proofs.decide import decide, decide_all, judge_lines
from proofs.derivation import Proof
from proofs.formula import And, Datum, ForAll, Relation, Statement, equal, real
from proofs.registry import RegistryError
from proofs.rules import CANCEL, CONSTANT_OUT, LINEARITY, Rule, assume
from proofs.verdict import DOOR, Kind, Standing, Verdict

i, l, n = N.i, N.l, N.n
S = sp.Sum


def about(conclusion, **changes):
    """Return a statement about z, y and M for all i from 1 to n."""
    return replace(Statement(conclusion, (real(z, n), real(y, n), Datum(M)), ((i, 1, n),), sizes={n: 1}), **changes)


TOTAL, PARTS = S(z[l] + y[l], (l, 1, n)), S(z[l], (l, 1, n)) + S(y[l], (l, 1, n))
SPLITS = about(equal(TOTAL, PARTS))
MUTANTS = (
    Mutant("one part", about(equal(TOTAL, S(z[l], (l, 1, n))))),
    Mutant("zero", about(equal(TOTAL, 0))),
    Mutant("minus", about(equal(TOTAL, S(z[l], (l, 1, n)) - S(y[l], (l, 1, n))))),
)


def derive(proof):
    """Split the sum."""
    return proof.chain(TOTAL).by(LINEARITY).done()


def claim(statement=SPLITS, derivation=derive, mutants=MUTANTS, **changes):
    """Return a claim; by default a true one with a derivation and three mutants."""
    return Claim(
        "planted",
        "A planted claim",
        "chapter",
        "none",
        "None",
        "",
        (Part("", statement, derivation),),
        mutants,
        **changes,
    )


def undecided(verdict, residual):
    """Assert that a verdict is undecided and says why."""
    __tracebackhide__ = True
    assert verdict.kind is Kind.UNDECIDED
    assert residual in verdict.residual
    assert verdict.scope == ""


def test_a_true_claim_is_proved():
    """With steps, spot checks of each, a model, and refuted mutants."""
    verdict = decide(claim())
    assert (verdict.kind, verdict.scope, verdict.residual) == (Kind.PROVED, "all sizes", "")
    (part,) = verdict.parts
    assert [step.rule for step in part.steps] == ["linearity"]
    assert part.spot_checks > 0
    assert part.model is not None
    assert all(m.witness is not None for m in verdict.mutants)


def test_a_false_claim_is_refuted():
    """With a derivation that fails, or none: a witness settles it."""
    for derivation in (None, derive):
        verdict = decide(claim(MUTANTS[0].statement, derivation))
        assert verdict.kind is Kind.REFUTED
        assert verdict.scope == "one instance"
        assert verdict.witness.statement is MUTANTS[0].statement


def test_a_sentence_is_not_formal():
    """It keeps the reason."""
    verdict = decide(Claim("x", "", "chapter", "none", "None", "", not_formal="Not mathematics."))
    assert (verdict.kind, verdict.residual) == (Kind.NOT_FORMAL, "Not mathematics.")


# -- planted faults ---------------------------------------------------------------------------------------------

HALF = Rule("take half", "f -> f/2", lambda node, _: node / 2 if node == z[i] else None)


def test_an_unsound_rule_is_caught():
    """The derivation arrives, but a step changes the value at a spot check; what it claims is refuted."""

    def halve(proof):
        return proof.chain(z[i]).by(HALF).done()

    verdict = decide(claim(about(equal(z[i], z[i] / 2)), halve))
    assert verdict.kind is Kind.REFUTED
    with pytest.raises(deciding.Unsound, match=r"the step 'take half' changes the value at \{'n': ") as caught:
        deciding._establish(claim(), Part("", about(equal(z[i], z[i] / 2)), halve))
    assert caught.value.step.rule == "take half"


def test_an_unsound_step_on_the_way_to_a_true_conclusion_is_caught():
    """Two wrongs make a right conclusion, and no proof."""
    double = Rule("take twice", "f -> 2 f", lambda node, _: sp.Mul(2, z[i]) if node == z[i] else None)

    def there_and_back(proof):
        return proof.chain(z[i]).by(HALF, double).done()

    undecided(decide(claim(about(equal(z[i], z[i])), there_and_back)), "Unsound: the step 'take half'")


def test_an_unsound_inference_is_caught(monkeypatch):
    """A rule of inference that concludes too much is seen at the spot checks."""
    monkeypatch.setattr("proofs.rules.inference.transitive", lambda first, second: equal(first.lhs, 2 * second.rhs))

    def infer(proof):
        same = proof.chain(M**2).done()
        proof.transitive(same, same)
        return derive(proof)

    undecided(decide(claim(derivation=infer)), "Unsound: the step 'transitivity'")


def test_a_derivation_of_something_else_is_caught():
    """It must arrive at the statement's conclusion."""
    undecided(
        decide(claim(derivation=lambda proof: proof.chain(S(M * z[l], (l, 1, n))).by(CONSTANT_OUT).done())),
        "DerivationError: expected to arrive at",
    )


def test_a_fact_of_another_proof_is_caught():
    """A derivation that assumes what it wants in a proof of its own is refused."""

    def smuggle(proof):
        wished = replace(proof.statement, assumptions={"wish": proof.statement.conclusion})
        return Proof(wished).assumption("wish")

    undecided(decide(claim(derivation=smuggle)), "a fact under other assumptions")


def test_contradictory_assumptions_are_caught():
    """Everything follows from them, and no model is found."""
    absurd = about(SPLITS.conclusion, assumptions={"a": equal(M, 0), "b": equal(M, 1)})
    undecided(decide(claim(absurd)), "no model of the assumptions was found")


WISHES = {
    "itself": SPLITS.conclusion,
    "a conjunct": And((equal(M, M), SPLITS.conclusion)),
    "turned round": equal(PARTS, TOTAL),
    "other bound names": equal(S(z[N.m] + y[N.m], (N.m, 1, n)), S(z[N.e], (N.e, 1, n)) + S(y[l], (l, 1, n))),
}


@pytest.mark.parametrize("wish", sorted(WISHES))
def test_a_conclusion_that_is_assumed_is_caught(wish):
    """It is no proof that the conclusion stands among the assumptions, in whatever dress."""
    undecided(decide(claim(about(SPLITS.conclusion, assumptions={"wish": WISHES[wish]}))), "is one of the assumptions")


def test_a_conclusion_that_is_assumed_for_all_letters_is_caught():
    """What is to be shown at i is assumed at every position, as one of two things, and turned round."""
    goal = equal(z[i], 2 * y[i])
    every = ForAll(((l, 1, n),), And((equal(M, M), equal(2 * y[l], z[l]))))

    def special(proof):
        return proof.chain(z[i]).by(assume("wish")).done()

    undecided(decide(claim(about(goal, assumptions={"wish": every}), special)), "is one of the assumptions")


def test_an_inequality_that_is_assumed_is_caught():
    """Turned round, its relation is turned round too; another relation is another thing."""
    for assumed, wish in ((True, Relation(0, ">=", z[i])), (False, Relation(0, "<=", z[i]))):
        statement = about(Relation(z[i], "<=", 0), assumptions={"wish": wish})
        assert gates.assumed(statement) is assumed


def test_a_true_mutant_is_caught():
    """A variant that is true is no mutant."""
    mutants = (*MUTANTS, Mutant("the other order", about(equal(PARTS, TOTAL))))
    undecided(decide(claim(mutants=mutants)), "the mutant 'the other order' was not refuted")


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_mutants_are_caught(count):
    """Three at least."""
    undecided(decide(claim(mutants=MUTANTS[:count])), f"expected at least 3 mutants, got {count}")


def test_a_mutant_that_cannot_be_evaluated_is_caught():
    """It decides nothing, and raises nothing."""
    broken = Mutant("an unknown array", about(equal(N.x[1, 1], 0)))
    undecided(decide(claim(mutants=(*MUTANTS, broken))), "an unknown array: no witness could be sought: IllFormed")


def test_taint_runs_along_uses():
    """A claim that leans on one that is not proved, or not decided, is not proved."""
    leaning = claim(uses=("base",))
    undecided(decide(leaning), "uses base, which is not proved")
    for kind in (Kind.REFUTED, Kind.UNDECIDED, Kind.NOT_FORMAL, Kind.CITED):
        verdict = decide(leaning, {"base": Verdict("base", kind, "", door=DOOR)})
        undecided(verdict, "uses base, which is not proved")
        assert verdict.tainted_by == ("base",)
    assert decide(leaning, {"base": Verdict("base", Kind.PROVED, "", door=DOOR)}).kind is Kind.PROVED


def test_a_claim_that_is_not_listed_is_not_used():
    """What a derivation takes must be named in `uses`, or taint would miss it."""

    def lean(proof):
        proof.other("softmax_rows_sum_to_one")
        return derive(proof)

    undecided(decide(claim(derivation=lean)), "a claim not listed in `uses` of planted")


def test_a_derivation_that_raises_decides_nothing():
    """The exception is the residual."""

    def fail(proof):  # noqa: ARG001  # a derivation takes a proof
        raise ZeroDivisionError("by hand")

    undecided(decide(claim(derivation=fail)), "the claim: ZeroDivisionError: by hand")


def test_a_derivation_that_takes_too_long_decides_nothing(monkeypatch):
    """A time-out is not a proof."""
    monkeypatch.setattr(deciding, "MOST_SECONDS", 0.01)

    def slow(proof):
        time.sleep(0.02)
        return derive(proof)

    undecided(decide(claim(derivation=slow)), "TimeoutError: the derivation took too long")


def test_a_statement_that_reads_beyond_its_data_decides_nothing():
    """Here z has n entries; a sum to n + 1 has no value, and its derivation no worth."""
    beyond = S(z[l] + y[l], (l, 1, n + 1))
    split = equal(beyond, S(z[l], (l, 1, n + 1)) + S(y[l], (l, 1, n + 1)))
    undecided(decide(claim(about(split), lambda proof: proof.chain(beyond).by(LINEARITY).done())), "KeyError")


def test_a_derivation_without_steps_decides_nothing():
    """Nothing was checked."""
    same = about(equal(z[i], z[i]))
    undecided(decide(claim(same, lambda proof: proof.chain(z[i]).done())), "no step could be evaluated")


def test_no_derivation_and_no_witness_decides_nothing():
    """A true statement without a derivation is not proved by finding no witness."""
    undecided(decide(claim(derivation=None)), "no derivation is known and no witness was found")


def test_a_claim_without_content_decides_nothing():
    """Nothing formal was stated."""
    undecided(decide(replace(claim(), parts=())), "nothing formal was stated")


def test_one_bad_part_spoils_the_claim():
    """All parts must be proved; one refuted part refutes."""
    good, open_part = Part("good", SPLITS, derive), Part("open", SPLITS)
    undecided(decide(replace(claim(), parts=(good, open_part))), "open: ")
    false = Part("false", MUTANTS[0].statement)
    assert decide(replace(claim(), parts=(good, false))).kind is Kind.REFUTED


@pytest.mark.parametrize("units", [-1, 0, 1])
def test_a_witness_off_by_one_unit_is_caught(units):
    """1/3 printed as 0.33 is within half a unit of the last place; 0.32 and 0.34 are refuted."""
    shown = sp.Rational(33 + units, 100)
    given = Instance({"n": 1}, {}, {"z": {(1,): number("1/3")}})
    close = Statement(Relation((z[1] - shown) ** 2, "<=", sp.Rational(1, 4 * 100**2)), sizes={}, given=given)
    verdict = decide(claim(close, None, MUTANTS))
    assert verdict.kind is (Kind.PROVED if units == 0 else Kind.REFUTED)
    assert verdict.scope == "the given example"


@pytest.mark.parametrize("unit", [-1, 1])
def test_a_stored_witness_off_by_one_unit_is_caught(unit):
    """Its data, its values and its indices are those at which the statement fails, or it refutes nothing."""
    only = about(
        equal(z[i] * (z[i] - 1) * (z[i] + 1) * (z[i] - 2) * (2 * z[i] - 1), 0), ranges=((i, 1, 1),), sizes={n: 1}
    )
    entries = {"z": {(1,): number(3)}, "y": {(1,): number(0)}}
    found = search.witness_at(only, Instance({"n": 1}, {"M": number(0)}, entries))
    assert search.still_refutes(found)
    moved = replace(found.instance, arrays={**entries, "z": {(1,): number(3 + unit)}})
    assert not search.still_refutes(replace(found, instance=moved))
    assert not search.still_refutes(replace(found, lhs=found.lhs + "1"))
    assert not search.still_refutes(replace(found, indices={"i": 2}))
    holds = replace(found.instance, arrays={**entries, "z": {(1,): number(2)}})
    assert not search.still_refutes(replace(found, instance=holds))


def test_an_example_that_cannot_be_evaluated_decides_nothing():
    """A division by zero in the printed numbers is neither a proof nor a refutation."""
    given = Instance({"n": 1}, {}, {"z": {(1,): number(0)}})
    divided = Statement(equal(I.Quotient(1, z[1]), 0), sizes={}, given=given)
    undecided(decide(claim(divided, None)), "ZeroDivisionError")


def test_a_needless_assumption_is_reported_and_a_needed_one_has_a_witness():
    """Dropping an assumption breaks the claim, or the evidence says that it did not."""
    zero = about(equal(z[i] * M, 0), assumptions={"zero": equal(M, 0), "spare": Relation(z[i], ">=", 0)})

    def vanish(proof):
        return proof.linear_combination(zero.conclusion, (z[i], proof.assumption("zero")))

    needed = decide(claim(zero, vanish)).parts[0].needed
    assert needed["zero"].standing is Standing.NEEDED
    assert needed["zero"].witness.statement.assumptions.keys() == {"spare"}
    assert needed["spare"].standing is Standing.NOT_NEEDED


# -- what is only cited -----------------------------------------------------------------------------------------


def test_a_claim_that_only_cites_is_cited():
    """A source is no proof, whatever else the claim brings along."""
    verdict = decide(replace(claim(cites=("vaswani2017",)), parts=()))
    assert (verdict.kind, verdict.scope) == (Kind.CITED, "")
    assert verdict.residual == "Rests on a source alone and is not proved here: [vaswani2017]."


def test_a_claim_with_parts_is_not_excused_by_a_citation():
    """What is stated must be derived, source or no source."""
    assert decide(claim(cites=("vaswani2017",))).kind is Kind.PROVED
    undecided(decide(claim(derivation=None, cites=("vaswani2017",))), "no derivation is known")


def test_what_uses_a_cited_claim_is_not_proved():
    """Nor does a line of the text hold that leans on one."""
    cited = decide(replace(claim(cites=("vaswani2017",)), parts=()))
    verdict = decide(claim(uses=("base",)), {"base": cited})
    undecided(verdict, "uses base, which is not proved")
    assert verdict.tainted_by == ("base",)
    lines = (Line("I", ("base",)), Line("II", ("true",), ("base",)))
    verdicts = {"base": cited, "true": decide(claim())}
    assert [line.verdict for line in judge_lines(claim(lines=lines), verdicts)] == ["undecided", "undecided"]


# -- why an assumption stands -----------------------------------------------------------------------------------

BOTH = {"zero": equal(M, 0), "rare": Relation(z[i], "!=", sp.Rational(1, 97))}


def scaled(proof):
    """Derive z_i M (97 z_i - 1) = 0, but not without the assumption that z_i is not 1/97."""
    if "rare" not in proof.statement.assumptions:
        raise LookupError("rare")
    return proof.linear_combination(proof.statement.conclusion, (z[i] * (97 * z[i] - 1), proof.assumption("zero")))


def rare(**changes):
    """Return a claim about z_i, one of whose assumptions no small instance needs and the derivation asks for."""
    statement = about(equal(z[i] * M * (97 * z[i] - 1), 0), assumptions=BOTH)
    base = claim(statement, scaled)
    return replace(base, parts=(replace(base.parts[0], **changes),))


def test_an_assumption_in_limbo_is_caught():
    """Neither a witness nor a derivation without it: the claim is not decided."""
    undecided(decide(rare()), "the assumption 'rare' is neither shown to be needed nor derived to be needless")


def test_an_assumption_may_be_declared_unsettled():
    """With the reason, which the evidence repeats."""
    why = decide(rare(unsettled={"rare": "by hand"})).parts[0].needed["rare"]
    assert (why.standing, why.reason) == (Standing.UNSETTLED, "by hand")


def test_data_given_for_an_assumption_must_show_that_it_is_needed():
    """They are evaluated, not believed."""
    entries = {"z": {(1,): number(1)}, "y": {(1,): number(0)}}
    for M_at, shows in ((number(1), True), (number(0), False)):
        given = Instance({"n": 1}, {"M": M_at}, entries)
        verdict = decide(rare(needed_at={"zero": given}, unsettled={"rare": "by hand"}))
        assert (verdict.kind is Kind.PROVED) is shows
        if shows:
            assert verdict.parts[0].needed["zero"].witness.instance is given


def test_an_assumption_may_give_the_conclusion_its_value():
    """Without it the statement divides by zero: no witness, and yet needed."""
    whole = about(equal(I.Quotient(z[i] * M, M), z[i]), assumptions={"M": Relation(M, ">", 0)})

    def cancel(proof):
        return proof.chain(whole.conclusion.lhs).by(CANCEL).done()

    why = decide(claim(whole, cancel)).parts[0].needed["M"]
    assert why.standing is Standing.GIVES_VALUE
    assert why.instance.scalars["M"] == 0


# -- the door ---------------------------------------------------------------------------------------------------


def test_a_verdict_is_not_built_by_hand():
    """Neither the class nor `replace` makes a verdict."""
    real_one = decide(claim(mutants=()))
    with pytest.raises(TypeError, match=r"a Verdict is made by proofs\.decide alone"):
        Verdict("x", Kind.PROVED, "all sizes")
    with pytest.raises(TypeError, match="a Verdict is made by"):
        Verdict("x", Kind.PROVED, "all sizes", door=object())
    with pytest.raises(TypeError, match="a Verdict is made by"):
        replace(real_one, kind=Kind.PROVED)


def names(tree):
    """Return every name, attribute, import and string in a syntax tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield node.name
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def users(secret):
    """Return the modules of `proofs` that mention a name, or import its module whole."""
    root = Path(proofs.__file__).parent
    found = set()
    for path in root.rglob("*.py"):
        if secret in set(names(ast.parse(path.read_text(encoding="utf-8")))):
            found.add(path.relative_to(root).as_posix())
    return found


def test_only_decide_has_the_key():
    """No other module of `proofs` mentions the key of the door, by name or in a string."""
    assert users("DOOR") == {"verdict.py", "decide.py"}
    assert users("FACT_DOOR") == {"steps.py", "derivation.py"}


def test_the_key_would_be_seen():
    """The search for the key sees every way to write it."""
    for text in ("from proofs.verdict import DOOR as d", "import v\nv.DOOR", "getattr(v, 'DOOR')", "DOOR"):
        assert "DOOR" in set(names(ast.parse(text)))


# -- lines of the document's proof ------------------------------------------------------------------------------


def test_lines_are_judged_by_what_they_say():
    """A refuted content fails, a refuted support does not follow, an open one is open."""
    kinds = {"true": Kind.PROVED, "false": Kind.REFUTED, "open": Kind.UNDECIDED}
    verdicts = {name: Verdict(name, kind, "", door=DOOR) for name, kind in kinds.items()}
    lines = (
        Line("I"),
        Line("II", ("true",)),
        Line("III", ("false",)),
        Line("IV", ("true",), ("false",)),
        Line("V", ("open",)),
        Line("VI", ("true", "false"), ("open",)),
        Line("VII", ("true",), ("open",)),
    )
    judged = [(line.label, line.verdict) for line in judge_lines(claim(lines=lines), verdicts)]
    verdict_of = dict(judged)
    assert verdict_of == {
        "I": "holds",
        "II": "holds",
        "III": "fails",
        "IV": "does not follow",
        "V": "undecided",
        "VI": "fails",
        "VII": "undecided",
    }


# -- registry ---------------------------------------------------------------------------------------------------


def plain_claim(name, **changes):
    """Return a claim that only has a name and what it mentions."""
    return Claim(name, "", "chapter", "none", "None", "", **changes)


DANGLING = {
    "uses": plain_claim("a", uses=("gone",)),
    "repair": plain_claim("a", repair="gone"),
    "line content": plain_claim("a", lines=(Line("I", ("gone",)),)),
    "line support": plain_claim("a", lines=(Line("I", (), ("gone",)),)),
}


@pytest.mark.parametrize("place", sorted(DANGLING))
def test_a_dangling_name_is_an_error(place):
    """Whatever a claim mentions must be a claim."""
    with pytest.raises(RegistryError, match="claim a: names gone, which is no claim"):
        registry.check({"a": DANGLING[place]})


def test_a_circle_is_an_error():
    """Claims do not lean on each other in a circle, nor on themselves."""
    a, b, c = plain_claim("a", uses=("b",)), plain_claim("b", uses=("c",)), plain_claim("c", uses=("a",))
    with pytest.raises(RegistryError, match="claim a: uses itself: a -> b -> c -> a"):
        registry.check({"a": a, "b": b, "c": c})
    with pytest.raises(RegistryError, match="claim a: uses itself: a -> a"):
        registry.check({"a": plain_claim("a", uses=("a",))})


def test_used_claims_come_first():
    """The order of deciding."""
    found = {"a": plain_claim("a", uses=("b",)), "b": plain_claim("b")}
    assert [item.id for item in registry.order(found)] == ["b", "a"]


def planted_package(monkeypatch, folder, modules):
    """Put modules in a package of their own in place of `proofs.claims`, and read the registry afresh."""
    package = folder / f"planted_{folder.name}"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    for name, text in modules.items():
        (package / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    load = registry.import_module
    monkeypatch.setattr(registry, "import_module", lambda name: load(name.replace("proofs.claims", package.name)))
    return registry.claims.__wrapped__


MODULE = "from proofs.claim import Claim\nCLAIM = Claim('{id}', '', 'chapter', 'none', 'None', '')\n"


def test_a_claim_stands_in_a_file_of_its_name(monkeypatch, tmp_path):
    """A claim whose id is not its file's name is an error; with its name it is found."""
    read = planted_package(monkeypatch, tmp_path, {"right": MODULE.format(id="right")})
    assert list(read()) == ["right"]
    wrong = tmp_path / f"planted_{tmp_path.name}" / "wrong.py"
    wrong.write_text(MODULE.format(id="other"), encoding="utf-8")
    with pytest.raises(RegistryError, match=r"claim other: stands in wrong\.py"):
        read()


def test_two_claims_of_one_name_are_an_error(monkeypatch, tmp_path):
    """A list of sentences may not shadow a claim."""
    modules = {
        "right": MODULE.format(id="right"),
        "sentences": MODULE.format(id="right").replace("CLAIM = ", "CLAIMS = (") + ",)\n",
    }
    modules["sentences"] = modules["sentences"].replace("'')\n,)", "''),)")
    read = planted_package(monkeypatch, tmp_path, modules)
    with pytest.raises(RegistryError, match="claim right: stands in two places"):
        read()


def test_wanted_claims_bring_what_they_use():
    """Deciding one claim decides what it uses, its repair and its lines, in order, with progress."""
    seen = []
    verdicts = decide_all(["recurrent_chain_length"], progress=seen.append)
    assert list(verdicts) == seen
    assert {"recurrent_chain_length", "outputs_read_inputs_only"} <= set(seen)
    assert seen.index("outputs_read_inputs_only") < seen.index("recurrent_chain_length")


def test_quantified_conclusions_are_decided():
    """A claim whose conclusion is quantified is proved and refuted like any other."""
    for_all = about(ForAll(((l, 1, n),), equal(2 * z[l], z[l] + z[l])), ranges=((l, 1, n),))

    def derive_all(proof):
        return proof.generalize(proof.linear_combination(equal(2 * z[l], z[l] + z[l])), l)

    assert decide(claim(for_all, derive_all)).kind is Kind.PROVED


def test_a_witness_that_does_not_hold_up_refutes_nothing(monkeypatch):
    """What the search returns is evaluated again before it decides: moved by one unit, it is no evidence."""
    found = search.witness(registry.claims()["lemma_1_weights"].parts[0].statement)
    entries = dict(found.instance.arrays["t"])
    still = replace(
        found.instance, arrays={**found.instance.arrays, "t": {k: v - number(1) for k, v in entries.items()}}
    )
    monkeypatch.setattr(search, "witness", lambda *_, **__: replace(found, instance=still))
    verdict = decide(registry.claims()["lemma_1_weights"], {})
    assert verdict.kind is Kind.UNDECIDED
    assert "the witness found does not refute it when evaluated again" in verdict.residual
