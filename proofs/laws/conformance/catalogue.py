"""The conformance laws, in the order in which they are reported."""

from __future__ import annotations

from proofs.laws.conformance import contract, invariances, isolation, options, resizing, weights
from proofs.laws.conformance.law import ConformanceLaw

LAWS: tuple[ConformanceLaw, ...] = (
    isolation.CAUSALITY,
    isolation.MASKED_KEYS,
    isolation.ANY_SIZE,
    isolation.HEADS,
    isolation.MASKS_APART,
    weights.UNIT_INTERVAL,
    weights.ROW_SUMS,
    weights.SCORE_DIFFERENCES,
    weights.CONVEX_HULL,
    invariances.DEFAULT_SCALE,
    invariances.SCALE_SIGN,
    invariances.ALL_TRUE,
    invariances.MASK_AND_CAUSAL,
    invariances.BROADCAST,
    invariances.SHIFT,
    invariances.LARGE_LOGITS,
    resizing.TRUNCATION,
    resizing.CACHE_STEP,
    resizing.CHUNKS,
    resizing.DELETED,
    resizing.ZERO_PADDING,
    resizing.BATCH_SLICE,
    resizing.KEY_PERMUTATION,
    resizing.TOKEN_PERMUTATION,
    resizing.GROUPED_HEADS,
    resizing.BLOCKS,
    options.WINDOW_EDGES,
    options.SOFTCAP,
    options.BIAS,
    options.KEY_LENGTHS,
    contract.EMPTY_ROW,
    contract.FINITE,
    contract.DETERMINISM,
    contract.UNCHANGED,
    contract.KEPT,
    contract.DTYPE_AND_SHAPE,
    contract.ACCURACY,
    isolation.NOT_A_NUMBER,
)


class UnknownLawError(KeyError):
    """There is no law of this name. Attribute: name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)

    def __str__(self) -> str:
        """Name the law, and the nearest one that exists."""
        import difflib  # noqa: PLC0415 - only a typing error needs it

        near = difflib.get_close_matches(self.name, [law.id for law in LAWS], 1)
        hint = f"; did you mean {near[0]}?" if near else "; `attention-proofs list` shows them, under conform"
        return f"{self.name or repr(self.name)}: expected the id of a law{hint}"


def laws(wanted: tuple[str, ...] | None = None) -> tuple[ConformanceLaw, ...]:
    """Return the laws of these ids in that order; without ids, all that need not be asked for by name.

    Raises:
        UnknownLawError: there is no law of that id.
    """
    if wanted is None:
        return tuple(law for law in LAWS if not law.opt_in)
    known = {law.id: law for law in LAWS}
    for name in wanted:
        if name not in known:
            raise UnknownLawError(name)
    return tuple(known[name] for name in dict.fromkeys(wanted))
