"""Built-in targets with most of what they offer refused, so that one bug is seen and not its neighbours.

An old release has several bugs at once, and a law stops at the first.  `attention-proofs conform narrowed:NAME`, run in
this folder, holds a target to the laws for one dtype and few ways of masking.  The target's answers go through as they
are; what lies outside is "not offered".
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace

from proofs.laws import target

ALWAYS = ("mask", "is_causal", "scale")


@dataclass(frozen=True)
class Slice:
    """What is left of a target.

    Attributes:
        target: its built-in name.
        restrictions: which of mask, is_causal and window may be given; the rest is refused.
        grouped: whether there may be fewer key heads than query heads.
        whole_masks: whether a mask must come with all of its axes at full length.
        dtypes: what is tried.
    """

    target: str
    restrictions: frozenset[str] = frozenset()
    grouped: bool = False
    whole_masks: bool = False
    dtypes: tuple[str, ...] = ("float32",)

    def says(self) -> str:
        """Return in words what is left."""
        given = " and ".join(sorted(self.restrictions)) or "no mask"
        whole = " of full shape" if self.whole_masks else ""
        heads = ", grouped heads" if self.grouped else ""
        return f"{', '.join(self.dtypes)}, {given}{whole}{heads}"


SLICES = {
    "ort_grouped": Slice("onnxruntime", grouped=True),
    "ort_empty_row": Slice("onnxruntime", frozenset({"mask"}), whole_masks=True),
    "ort_shape": Slice("onnxruntime", dtypes=("float64",)),
    "reference_grouped": Slice("onnx-reference", grouped=True),
    "reference_past": Slice("onnx-reference-past", frozenset({"is_causal"})),
    "reference_mask_and_causal": Slice("onnx-reference", frozenset({"mask", "is_causal"}), whole_masks=True),
    "jax_window": Slice("jax", frozenset({"window"})),
    "flax_decode": Slice("flax-decode", frozenset({"is_causal"})),
}


class Narrowed:
    """A target behind a slice."""

    def __init__(self, part: Slice) -> None:
        self.part = part
        self.inner = target(part.target)
        self.versions = self.inner.versions
        self.traits = replace(self.inner.traits, dtypes=part.dtypes)
        # The laws plan for the keywords that a signature has.
        names = ["q", "k", "v"], dict.fromkeys((*ALWAYS, *sorted(part.restrictions)))
        positional = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in names[0]]
        keywords = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None) for name in names[1]]
        self.__signature__ = inspect.Signature([*positional, *keywords])

    def __call__(self, q, k, v, **keywords):
        """Return what the target does, or refuse."""
        asked = {name for name, value in keywords.items() if value is not None and value is not False}
        outside = asked - self.part.restrictions - {"scale"}
        if outside:
            raise NotImplementedError(f"outside of the slice: {', '.join(sorted(outside))}")
        if q.shape[1] != k.shape[1] and not self.part.grouped:
            raise NotImplementedError("outside of the slice: grouped heads")
        mask = keywords.get("mask")
        if mask is not None and self.part.whole_masks and mask.shape != (*q.shape[:3], k.shape[2]):
            raise NotImplementedError("outside of the slice: masks that broadcast")
        return self.inner(q, k, v, **keywords)


def __getattr__(name: str) -> Narrowed:
    """Build a target when it is asked for: each needs a package that need not be here."""
    if name not in SLICES:
        raise AttributeError(name)
    return Narrowed(SLICES[name])
