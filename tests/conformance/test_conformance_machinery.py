"""Plans, problems, outcomes and reproductions: what the laws stand on."""

import contextlib
import io

import numpy as np
import pytest
from conformance_correct import CORRECT
from conformance_mutants import MUTANTS
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.laws.conformance.adapters.numeric_twin import NumericTwin
from proofs.laws.conformance.catalogue import LAWS, UnknownLawError, laws
from proofs.laws.conformance.drawing import REGIMES, draw
from proofs.laws.conformance.law import KINDS
from proofs.laws.conformance.plan import NothingToPlanError, plans
from proofs.laws.conformance.running import Options, run
from proofs.laws.conformance.traits import TraitError, Traits, traits_of
from proofs.laws.conformance.trial import OutputError, Subject, Trial, arguments
from proofs.laws.strategies import plans as drawn_plans

TWIN = Subject.of(NumericTwin())
ALL = Subject.of(CORRECT["blocked"])


def law(name):
    """Return the law of this id."""
    return laws((name,))[0]


def outcome_of(name, function, traits=None, **options):
    """Return the outcome of a law on a function."""
    return run(law(name), Subject.of(function, traits), Options(**options))


# -- plans and problems --------------------------------------------------------------------------------------------


def every_plan(seeds=3):
    """Yield the plans of all laws for the blocked implementation, which offers every keyword."""
    for each in LAWS:
        for seed in range(seeds):
            for plan in plans(each, ALL, 100, seed):
                yield each, plan


def test_plans_cross_the_edges_of_tiles():
    """Every size that the issue of tiles is about is met, L != S, one query, unequal batch and heads too."""
    met = [plan for _, plan in every_plan()]
    lengths = {plan.S for plan in met}
    assert {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129} <= lengths
    assert max(lengths) > 300
    assert {plan.kind for plan in met} == set(KINDS)
    assert {plan.regime for plan in met} == set(REGIMES)
    assert any(plan.L != plan.S for plan in met)
    assert any(plan.L == 1 < plan.S for plan in met)
    assert any(1 < plan.B != plan.H > 1 for plan in met)
    assert {plan.rank for plan in met} == {1, 2, 3, 4}
    assert len({plan.full_axes for plan in met}) > 10


def test_plans_and_problems_follow_from_the_seed():
    """The same seed gives the same calls, another seed others."""
    one, again, other = (list(plans(law("causality"), ALL, 20, seed)) for seed in (3, 3, 4))
    assert one == again != other
    first, second = draw(one[0], ALL.traits), draw(again[0], ALL.traits)
    assert first.call.q.tobytes() == second.call.q.tobytes()
    assert first.other_v.tobytes() == second.other_v.tobytes()


def test_drawn_calls_leave_no_row_empty_unless_asked():
    """Only the law of empty rows meets one; there many calls do."""
    emptied = 0
    for each, plan in every_plan(seeds=1):
        problem = draw(plan, ALL.traits)
        empty = ~problem.call.allowed(ALL.traits).any(axis=-1)
        assert each.empty_rows or not empty.any(), (each.id, plan)
        emptied += each.empty_rows and empty.any()
    assert emptied > 10


def test_drawn_numbers_are_finite_and_span_the_regimes():
    """Logits from 1e-30 to 1e30; replacements up to a quarter of the largest number."""
    sizes = []
    for _, plan in every_plan(seeds=1):
        problem = draw(plan, ALL.traits)
        for array in (problem.call.q, problem.call.k, problem.call.v, problem.other_k, problem.other_v):
            assert np.isfinite(array).all()
        with np.errstate(all="ignore"):
            scores = problem.call.q.astype(float) @ problem.call.expanded("k").astype(float).swapaxes(-1, -2)
        sizes.append(np.abs(scores).max())
    assert min(size for size in sizes if size) < 1e-29
    assert max(sizes) > 1e29


@settings(max_examples=30)
@given(st.data())
def test_hypothesis_draws_plans(data):
    """The twin obeys a law on whatever plan Hypothesis makes."""
    each = data.draw(st.sampled_from([each for each in laws() if not set(each.needs) - TWIN.keywords]))
    plan = data.draw(drawn_plans(each, TWIN, small=True))
    assert not each.check(Trial(TWIN, draw(plan, TWIN.traits))).broken.any()


def test_nothing_to_plan_without_the_keyword():
    """A law about windows has no plan for an implementation without them."""
    with pytest.raises(NothingToPlanError, match="no keyword window"):
        list(plans(law("window_edges"), Subject.of(CORRECT["minimal"]), 1, 0))


# -- outcomes ------------------------------------------------------------------------------------------------------


def refusing(q, k, v, *, mask=None, is_causal=False, scale=None):
    """Attention without masks."""
    if mask is not None:
        raise NotImplementedError("masks are not offered")
    return CORRECT["minimal"](q, k, v, is_causal=is_causal, scale=scale)


def test_a_refusal_is_never_a_pass():
    """What is not offered is unsupported; where part of it is, the note says what was not."""
    assert outcome_of("broadcast_masks", refusing).outcome == "unsupported"
    assert outcome_of("broadcast_masks", refusing).note == "masks are not offered"
    partly = outcome_of("causality", refusing)
    assert partly.outcome == "holds"
    assert partly.note == "not offered: masks are not offered"


def test_a_law_that_saw_too_little_is_an_error():
    """An implementation whose outputs say nothing does not pass a law that compares them."""

    def blind(q, k, v, *, mask=None, is_causal=False, scale=None):
        del k, mask, is_causal, scale
        if v.shape[2] > 1:
            raise NotImplementedError("one key only")
        return np.broadcast_to(v.repeat(q.shape[1] // v.shape[1], 1), (*q.shape[:3], v.shape[3])).copy()

    found = outcome_of("row_sums", blind)
    assert found.outcome in {"error", "unsupported"}
    assert found.exercised == 0


def test_an_exception_is_an_error_with_a_reproduction():
    """The call that raised is shown, as small as it goes."""

    def picky(q, k, v, *, mask=None, is_causal=False, scale=None):
        if k.shape[2] > 2:
            raise RuntimeError("too many keys\nsecond line")
        return CORRECT["minimal"](q, k, v, mask=mask, is_causal=is_causal, scale=scale)

    found = outcome_of("row_sums", picky)
    assert (found.outcome, found.note) == ("error", "RuntimeError: too many keys")
    assert len(found.counterexample["calls"][0]["k"][0][0]) == 3
    assert "raises RuntimeError: too many keys" in found.counterexample["code"]


@pytest.mark.parametrize("returned", [np.zeros(3), None, {}, "x"])
def test_outputs_of_a_wrong_kind_are_named(returned):
    """Another shape, nothing at all, other things."""
    subject = Subject.of(lambda q, k, v, *, mask=None, is_causal=False, scale=None: returned)  # noqa: ARG005
    problem = draw(next(plans(law("row_sums"), subject, 1, 0)), subject.traits)
    with pytest.raises(OutputError, match=r"expected an (output of shape|array, got)"):
        subject(problem.call)


def test_truths_are_no_outputs():
    """An array of the right shape that holds no floating-point numbers."""

    def truths(q, k, v, *, mask=None, is_causal=False, scale=None):
        return CORRECT["minimal"](q, k, v, mask=mask, is_causal=is_causal, scale=scale) > 0

    assert outcome_of("dtype_and_shape", truths).outcome == "broken"
    assert "expected floating-point outputs, got bool" in outcome_of("row_sums", truths).note


def test_unknown_keywords_are_not_promised_by_kwargs():
    """**kwargs may swallow a window silently: only named keywords count."""

    def swallowing(q, k, v, *, mask=None, is_causal=False, scale=None, **others):
        del others
        return CORRECT["minimal"](q, k, v, mask=mask, is_causal=is_causal, scale=scale)

    assert Subject.of(swallowing).keywords == frozenset()
    assert outcome_of("window_edges", swallowing).outcome == "unsupported"


def test_keywords_that_are_not_there_are_not_offered():
    """A function of q, k and v alone is held to the laws that need no more."""

    def unmasked(q, k, v):
        return CORRECT["minimal"](q, k, v)

    assert outcome_of("row_sums", unmasked).outcome == "holds"
    assert "no keyword is_causal" in outcome_of("causality", unmasked).note
    assert outcome_of("broadcast_masks", unmasked).outcome == "unsupported"


def test_only_empty_rows_may_raise():
    """An exception is a convention for them only if the same call without them goes well."""

    def raising(q, k, v, **options):
        raise ValueError(f"always: {q.shape}, {k.shape}, {v.shape}, {len(options)}")

    assert outcome_of("empty_row", raising).outcome == "error"


def test_arguments_are_copies_in_the_declared_layout():
    """What an implementation does to its arguments does not reach the next call."""
    problem = draw(next(plans(law("causality"), ALL, 1, 0)), ALL.traits)
    (q, _, _), _ = arguments(problem.call, Traits(layout="BLHE"))
    assert q.shape == tuple(np.array(problem.call.q.shape)[[0, 2, 1, 3]])
    q[...] = 7
    assert not (problem.call.q == 7).all()


def test_the_masked_nan_law_is_on_request():
    """It is no default law; an implementation that leaves masked values out obeys it, one that multiplies does not."""
    assert "masked_nan" not in {each.id for each in laws()}
    assert outcome_of("masked_nan", CORRECT["loops"]).outcome == "holds"
    assert outcome_of("masked_nan", CORRECT["textbook"]).outcome == "broken"


def test_unknown_law_names_the_nearest():
    """A typing error gets a hint."""
    with pytest.raises(UnknownLawError, match="did you mean causality"):
        laws(("causalty",))


def test_laws_are_described():
    """Ids are unique, titles and statements are sentences of their own."""
    assert len({each.id for each in LAWS}) == len(LAWS)
    assert len({each.title for each in LAWS}) == len(LAWS)
    assert all(each.statement.endswith(".") for each in LAWS)


# -- declared traits -----------------------------------------------------------------------------------------------


def test_a_declared_difference_is_needed():
    """Without its declaration, each of these correct implementations is found to differ."""
    plain = Traits()
    assert outcome_of("causality", CORRECT["lower_right"], plain, shrink=False).outcome == "broken"
    assert outcome_of("empty_row", CORRECT["mean_rows"], plain, shrink=False).outcome == "broken"
    assert outcome_of("accuracy", CORRECT["float32_inside"], plain, shrink=False).outcome == "broken"
    assert outcome_of("empty_row", CORRECT["nan_rows"], Traits(empty_row="zero"), shrink=False).outcome == "broken"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"colour": "red"}, "traits: expected names among .*, got 'colour'"),
        ({"alignment": "middle"}, "alignment: expected one of upper_left, lower_right, got 'middle'"),
        ({"dtypes": ["float8"]}, "dtypes: expected one of .*, got 'float8'"),
        ({"dtypes": []}, "dtypes: expected at least one"),
        ({"compute": {"float32": "int8"}}, "compute: .* got 'int8'"),
        ({"sources": {"colour": "x"}}, "sources: .* got 'colour'"),
        ({"exp_ulps": 0}, "exp_ulps: expected a number above 0"),
        ({"block": 0}, "block: expected an integer >= 1"),
        ([1], "traits: expected a mapping or Traits, got list"),
    ],
)
def test_wrong_traits_get_one_clear_line(given, message):
    """Name, expected, received."""
    with pytest.raises(TraitError, match=message):
        traits_of(None, given)


def test_traits_are_carried_by_the_function():
    """A dictionary or an instance on the function counts, an argument more."""

    def function(q, k, v):
        return q, k, v

    function.traits = {"alignment": "lower_right"}
    assert traits_of(function).alignment == "lower_right"
    assert traits_of(function, {"alignment": "upper_left"}).alignment == "upper_left"
    assert traits_of(function, {"dtypes": ["float16"]}).dtypes == ("float16",)


# -- reproductions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["causal_sees_one_ahead", "window_one_long_at_the_left", "bias_scaled", "key_lengths_one_more"]
)
def test_a_reproduction_is_a_program(name):
    """It runs as it is printed, and what it computes is what the comment says."""
    mutant = MUTANTS[name]
    found = run(law(mutant.laws[0]), Subject.of(mutant.implementation), Options(name=f"conformance_mutants:{name}"))
    code = found.counterexample["code"]
    shown = [line[1:].strip() for line in code.splitlines() if line.startswith("#   [")]
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(code, "reproduction", "exec"), names)  # noqa: S102 - what we print for people to run
    outputs = [names[f"out_{index}"] for index in range(1, len(shown) + 1)]
    assert shown
    assert [repr(out.tolist()) for out in outputs] == shown
