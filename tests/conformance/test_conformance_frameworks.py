"""Released implementations: what is known to be broken is listed, all else holds or is not offered.

The list is what was observed (reports/conformance.md shows each with its reproduction); a few calls need not meet every
one of them, so a listed law may hold here.  What must hold is said too: an adapter that refused everything would pass
otherwise.
"""

from importlib.util import find_spec

import pytest

from proofs.laws.conformance.catalogue import laws
from proofs.laws.conformance.running import Options, run
from proofs.laws.conformance.targets import BUILT_IN, TargetError, target
from proofs.laws.conformance.trial import Subject

OVERFLOW = {"masked_keys_of_any_size"}
ONE_ROW = {
    "accuracy",
    "all_true_mask",
    "bias_before_mask",
    "broadcast_masks",
    "cache_step",
    "chunks",
    "default_scale",
    "empty_row",
    "mask_and_causal",
    "score_differences",
    "softcap_before_mask",
}
"""What is_causal beside a mask or bias with one row breaks in the reference evaluator."""
KNOWN = {
    "numeric": set(),
    "torch": OVERFLOW | {"scale_sign", "broadcast_masks"},
    "torch-math": OVERFLOW,
    "torch-flash": OVERFLOW | {"scale_sign", "broadcast_masks"},
    "torch-mha": OVERFLOW,
    "torch-mha-fused": OVERFLOW,
    "torch-flex": set(),
    "onnxruntime": OVERFLOW,
    "onnxruntime-past": OVERFLOW,
    "onnx-reference": OVERFLOW | ONE_ROW,
    "onnx-reference-past": OVERFLOW | ONE_ROW,
    "transformers-eager": OVERFLOW | {"empty_row"},
}
"""Target -> the laws that are known to be broken by the versions that were tried."""

MUST_HOLD = {"row_sums", "heads_independent", "determinism", "inputs_unchanged", "dtype_and_shape"}
EXAMPLES = 20


@pytest.mark.parametrize("name", KNOWN)
def test_only_known_laws_are_broken(name):
    """On the CPU, with few calls for each law."""
    package = {"onnx-reference": "onnx", "numeric": "numpy"}.get(name, name.split("-", maxsplit=1)[0])
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    subject = Subject.of(target(name))
    found = {law.id: run(law, subject, Options(examples=EXAMPLES, shrink=False)) for law in laws()}
    wrong = {each: outcome for each, outcome in found.items() if outcome.outcome == "broken"}
    raised = {each: found[each] for each in found if found[each].outcome == "error" and "only " not in found[each].note}
    assert (set(wrong) | set(raised)) - KNOWN[name] == set(), (wrong, raised)
    assert {each for each, outcome in found.items() if outcome.outcome == "holds"} >= MUST_HOLD


@pytest.mark.parametrize("name", ["jax", "flax", "keras"])
def test_compiled_targets_obey_a_few_laws(name):
    """Each shape is compiled, so only laws that keep the shape, with few calls."""
    if find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    subject = Subject.of(target(name))
    for law in laws(("row_sums", "determinism", "inputs_unchanged", "masked_keys_do_not_count")):
        found = run(law, subject, Options(examples=8, shrink=False))
        # Compiled by jax 0.10.2 for the CPU, weights are NaN where scores lie some 1e10 apart: reports/conformance.md.
        assert found.outcome == "holds" or found.max_error == float("inf"), found


def test_every_built_in_name_leads_to_a_factory():
    """A name is in the table if and only if its adapter has it; nothing of a framework is needed to look."""
    from importlib import import_module  # noqa: PLC0415

    for name, (module, _) in BUILT_IN.items():
        assert name in import_module(f"proofs.laws.conformance.adapters.{module}").TARGETS
    modules = {module for module, _ in BUILT_IN.values()}
    offered = {
        each for module in modules for each in import_module(f"proofs.laws.conformance.adapters.{module}").TARGETS
    }
    assert offered == set(BUILT_IN)


def test_a_missing_framework_is_one_clear_line(monkeypatch):
    """What is missing, and how to get it."""
    import importlib  # noqa: PLC0415

    real = importlib.import_module

    def without(name, package=None):
        if name.split(".")[0] == "torch":
            raise ModuleNotFoundError(f"No module named {name!r}", name="torch")
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(TargetError, match=r"torch: torch is not installed here; expected the extra torch"):
        target("torch")
