"""What an implementation is called with, and which keys each query may then attend to."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from proofs.laws.conformance.traits import Traits

Array: TypeAlias = "npt.NDArray[Any]"
Truths: TypeAlias = "npt.NDArray[np.bool_]"

OPTIONAL = ("window", "softcap", "bias", "key_lengths", "block_size")
"""Keywords that an implementation may have beyond mask, is_causal and scale."""


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """The arguments of one call; DESIGN section 6.

    Attributes:
        q: (B, H, L, E) queries. k: (B, H_kv, S, E) keys. v: (B, H_kv, S, Ev) values.
        mask: booleans that broadcast to (B, H, L, S), True = may attend; or None.
        is_causal: whether the causal mask is asked for.
        scale: the factor c, or None for the implementation's own, 1/sqrt(E).
        window: (left, right), key j allowed for i - left <= j <= i + right, -1 = unbounded; or None.
        softcap: t, scores become t tanh(s / t); or None.
        bias: finite numbers that broadcast to (B, H, L, S), added to the scores; or None.
        key_lengths: (B,) how many keys are real; or None.
        block_size: how many keys are taken at a time; or None.
    """

    q: Array
    k: Array
    v: Array
    mask: Truths | None = None
    is_causal: bool = False
    scale: float | None = None
    window: tuple[int, int] | None = None
    softcap: float | None = None
    bias: Array | None = None
    key_lengths: Array | None = None
    block_size: int | None = None

    @property
    def sizes(self) -> tuple[int, int, int, int]:
        """B, H, L, S."""
        return self.q.shape[0], self.q.shape[1], self.q.shape[2], self.k.shape[2]

    @property
    def groups(self) -> int:
        """How many query heads read one key head."""
        return int(self.q.shape[1] // max(self.k.shape[1], 1))

    @property
    def factor(self) -> float:
        """The scale c that is meant."""
        return 1 / math.sqrt(self.q.shape[3]) if self.scale is None else self.scale

    def but(self, **changes: Any) -> Self:
        """Return the call with some arguments replaced."""
        return replace(self, **changes)

    def keywords(self) -> dict[str, Any]:
        """Return the keywords that an implementation is given: those that are not the default."""
        return {
            name: value
            for name in ("mask", "is_causal", "scale", *OPTIONAL)
            if (value := getattr(self, name)) is not None and value is not False
        }

    def allowed(self, traits: Traits) -> Truths:
        """Return (B, H, L, S): what all restrictions together allow."""
        B, H, L, S = self.sizes
        i, j = np.arange(L)[:, None], np.arange(S)[None, :]
        allowed = np.ones((B, H, L, S), dtype=np.bool_)
        if self.mask is not None:
            allowed &= self.mask
        if self.is_causal:
            allowed &= j <= i + self.causal_offset(traits)
        if self.window is not None:
            left, right = self.window
            if left >= 0:
                allowed &= j >= i - left
            if right >= 0:
                allowed &= j <= i + right
        if self.key_lengths is not None:
            allowed &= j < np.asarray(self.key_lengths)[:, None, None, None]
        return allowed

    def causal_offset(self, traits: Traits) -> int:
        """Return how many keys beyond its own index a query sees when `is_causal` is set."""
        return int(self.k.shape[2] - self.q.shape[2]) if traits.alignment == "lower_right" else 0

    def expanded(self, name: str) -> Array:
        """Return k or v with one head for each query head."""
        array: Array = getattr(self, name)
        return array if self.groups == 1 else np.repeat(array, self.groups, axis=1)

    def batches(self, which: Any) -> Self:
        """Return the call for some of its batch entries, an index array or a slice."""
        B = self.q.shape[0]

        def some(array: Array | None) -> Array | None:
            if array is None or array.ndim < 4 or array.shape[0] != B or (B == 1 and array.shape[0] == 1):
                return array
            part: Array = array[which]
            return part

        lengths = None if self.key_lengths is None else np.asarray(self.key_lengths)[which]
        return self.but(
            q=self.q[which],
            k=self.k[which],
            v=self.v[which],
            mask=some(self.mask),
            bias=some(self.bias),
            key_lengths=lengths,
        )

    def heads(self, queries: Array, keys: Array) -> Self:
        """Return the call for some query heads and the key heads that they read, as index arrays."""
        H = self.q.shape[1]

        def some(array: Array | None) -> Array | None:
            if array is None or array.ndim < 3 or array.shape[-3] != H or H == 1:
                return array
            return np.take(array, queries, axis=array.ndim - 3)

        return self.but(
            q=self.q[:, queries],
            k=self.k[:, keys],
            v=self.v[:, keys],
            mask=some(self.mask),
            bias=some(self.bias),
        )

    def at(self, *, queries: Any = slice(None), keys: Any = slice(None)) -> Self:
        """Return the call for some queries and some keys; positions close up. Key lengths are for whole runs only."""
        L, S = self.q.shape[2], self.k.shape[2]

        def some(array: Array | None) -> Array | None:
            if array is None:
                return None
            taken = array
            if array.ndim >= 2 and array.shape[-2] == L and L > 1:
                taken = taken[..., queries, :]
            return taken[..., keys] if array.ndim >= 1 and array.shape[-1] == S and S > 1 else taken

        return self.but(
            q=self.q[:, :, queries],
            k=self.k[:, :, keys],
            v=self.v[:, :, keys],
            mask=some(self.mask),
            bias=some(self.bias),
        )


ARRAYS = ("q", "k", "v", "mask", "bias", "key_lengths")

assert {field.name for field in fields(Call)} == {*ARRAYS, *OPTIONAL, "is_causal", "scale"}  # noqa: S101
