"""What an implementation declares about itself, where correct implementations rightly differ.

A law that meets a difference of convention follows the declaration (alignment, empty rows, the compute type);
what is not declared has the default of DESIGN section 6.  Every declaration should name its source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeAlias, cast, get_args

Alignment: TypeAlias = Literal["upper_left", "lower_right"]
EmptyRow: TypeAlias = Literal["zero", "nan", "mean", "error", "unstated"]
Layout: TypeAlias = Literal["BHLE", "BLHE"]

DTYPES = ("float16", "float32", "float64")


class TraitError(ValueError):
    """A declared trait does not exist or has a value that it cannot have."""


@dataclass(frozen=True, slots=True)
class Traits:
    """Declared differences of an implementation.

    Attributes:
        alignment: where `is_causal` starts when L != S: query i sees keys 0..i ("upper_left"), or keys
            0..i + S - L ("lower_right").
        empty_row: the output of a row that may attend to nothing: zeros, NaN, the mean of all S values, or an
            exception; "unstated" accepts zeros or NaN, one of them throughout a call, or an exception.
        dtypes: names of the NumPy dtypes that are tried.
        compute: dtype name -> name of the least precise dtype that an input of that dtype is computed in; itself by
            default.
        exp_ulps: how accurate the exponential is, in units in the last place of the compute dtype.
        block: keys that are folded into a running softmax at a time, at least; None where the whole row is seen at
            once.
        logsumexp: True where separately computed blocks are merged by the logarithms of their sums.
        flush_to_zero: whether subnormal numbers may be replaced by 0.
        layout: order of the axes that the callable takes and returns; "BLHE" for (batch, length, heads, width).
        equal_widths: True where v must have as many features as q and k.
        few_shapes: True where every new shape is compiled anew, which takes longer than all else: the same few shapes,
            masks and windows are then tried again and again.
        sources: name of a trait -> where it is documented or how it was observed.
    """

    alignment: Alignment = "upper_left"
    empty_row: EmptyRow = "unstated"
    dtypes: tuple[str, ...] = ("float32", "float64")
    compute: Mapping[str, str] = field(default_factory=dict)
    exp_ulps: float = 4.0
    block: int | None = None
    logsumexp: bool = False
    flush_to_zero: bool = False
    layout: Layout = "BHLE"
    equal_widths: bool = False
    few_shapes: bool = False
    sources: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check every value; raises TraitError."""
        _one_of("alignment", self.alignment, get_args(Alignment))
        _one_of("empty_row", self.empty_row, get_args(EmptyRow))
        _one_of("layout", self.layout, get_args(Layout))
        if not self.dtypes:
            raise TraitError("dtypes: expected at least one name, got none")
        for name in self.dtypes:
            _one_of("dtypes", name, DTYPES)
        for name in (*self.compute, *self.compute.values()):
            _one_of("compute", name, DTYPES)
        for name in self.sources:
            _one_of("sources", name, tuple(each.name for each in fields(self)))
        if not self.exp_ulps > 0:
            raise TraitError(f"exp_ulps: expected a number above 0, got {self.exp_ulps!r}")
        if self.block is not None and self.block < 1:
            raise TraitError(f"block: expected an integer >= 1 or None, got {self.block!r}")

    def compute_dtype(self, dtype: str) -> str:
        """Return the name of the least precise dtype in which inputs of this dtype are computed."""
        return self.compute.get(dtype, dtype)

    def as_data(self) -> dict[str, Any]:
        """Return the traits as plain data."""
        return {
            each.name: dict(value) if isinstance(value := getattr(self, each.name), Mapping) else value
            for each in fields(self)
        }


def traits_of(implementation: object, declared: Traits | Mapping[str, Any] | None = None) -> Traits:
    """Return the traits that are given, else those that the implementation carries as `traits`, else the defaults.

    Raises:
        TraitError: a name is no trait, or a value is not one that it can have.
    """
    found: object = declared if declared is not None else getattr(implementation, "traits", None)
    if found is None:
        return Traits()
    if isinstance(found, Traits):
        return found
    if not isinstance(found, Mapping):
        raise TraitError(f"traits: expected a mapping or Traits, got {type(found).__name__}")
    known = {each.name for each in fields(Traits)}
    for name in found:
        if name not in known:
            raise TraitError(f"traits: expected names among {', '.join(sorted(known))}, got {name!r}")
    values = dict(cast("Mapping[str, Any]", found))
    if "dtypes" in values:
        values["dtypes"] = tuple(values["dtypes"])
    return Traits(**values)


def _one_of(name: str, value: object, allowed: tuple[object, ...]) -> None:
    if value not in allowed:
        raise TraitError(f"{name}: expected one of {', '.join(map(str, allowed))}, got {value!r}")
