"""One implementation on one problem: its outputs, and how far they may be from the exact ones."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from attention.arithmetic import Arithmetic
from attention.rounding import ErrorBound, attend_error_bound, hull_margin
from proofs.laws.conformance.call import ARRAYS, OPTIONAL, Array, Call, Truths
from proofs.laws.conformance.problem import Problem
from proofs.laws.conformance.threads import one_thread
from proofs.laws.conformance.traits import Traits, traits_of

Function: TypeAlias = Callable[..., Any]


class OutputError(ValueError):
    """An implementation returned something that is not an array of the expected shape."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An implementation under test.

    Attributes:
        function: f(q, k, v, *, mask=None, is_causal=False, scale=None, ...).
        traits: what it declares.
        keywords: which of the optional keywords its signature has.
        lacks: which of mask, is_causal and scale it has not, where that is known.
    """

    function: Function
    traits: Traits
    keywords: frozenset[str]
    lacks: frozenset[str] = frozenset()

    @classmethod
    def of(cls, function: Function, traits: Any = None) -> Subject:
        """Return the subject for a callable, with the traits given, else those it carries."""
        if not callable(function):
            raise TypeError(f"implementation: expected a callable, got {type(function).__name__}")
        return cls(function, traits_of(function, traits), *_keywords(function))

    def __call__(self, call: Call) -> Array:
        """Return the outputs (B, H, L, Ev) of a call; the arguments are copies, which may be spoiled.

        Raises:
            NotImplementedError: the implementation does not offer what the call asks for.
            OutputError: what comes back has another shape or is no array of numbers.
        """
        return self.raw(*arguments(call, self.traits), call)

    def raw(
        self, arrays: tuple[Array, Array, Array], keywords: dict[str, Any], call: Call, *, copied: bool = True
    ) -> Array:
        """Return the outputs for arguments in the layout of the implementation, which may use its buffer again."""
        for name in keywords:
            if name not in self.keywords and (name in OPTIONAL or name in self.lacks):
                raise NotImplementedError(f"no keyword {name}")
        try:
            with np.errstate(all="ignore"):  # the law judges results
                found = self.function(*arrays, **keywords)
        except SystemExit as error:
            raise OutputError(f"expected an array, but the call exits with {error.code!r}") from None
        try:
            out = np.array(found) if copied else np.asarray(found)
        except (TypeError, ValueError, RuntimeError) as error:
            raise OutputError(f"expected an array, got {type(found).__name__}: {error}") from None
        if self.traits.layout == "BLHE" and out.ndim == 4:
            out = out.swapaxes(1, 2)
        wanted = (*call.q.shape[:3], call.v.shape[3])
        if out.dtype == object:
            raise OutputError(f"expected an array, got {type(found).__name__}")
        if out.shape != wanted:
            raise OutputError(f"expected an output of shape {wanted} (B, H, L, Ev), got {out.shape}")
        if out.dtype.kind != "f":
            raise OutputError(f"expected floating-point outputs, got {out.dtype}")
        return out


def probe(subject: Subject) -> str | None:
    """Return what is wrong with an implementation that cannot even take two queries and two keys, or None.

    Without this, one and the same mistake would be reported for every law.
    """
    ones = np.ones((1, 1, 2, 2), dtype=subject.traits.dtypes[0])
    try:
        subject(Call(ones, ones, ones))
    except NotImplementedError:
        return None  # it may want a mask, say: the laws find out what is offered
    except OutputError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - whatever a foreign implementation raises
        hint = "; it is a class: name an instance" if isinstance(subject.function, type) else ""
        return f"a call with q, k and v of shape (1, 1, 2, 2) raises {type(error).__name__}: {first_line(error)}{hint}"
    return None


def first_line(error: Exception) -> str:
    """Return the first line of what an exception says."""
    return (str(error).strip().splitlines() or [""])[0]


def arguments(call: Call, traits: Traits) -> tuple[tuple[Array, Array, Array], dict[str, Any]]:
    """Return fresh positional and keyword arguments for a call, in the declared layout."""
    arrays = call.q, call.k, call.v
    if traits.layout == "BLHE":
        arrays = tuple(array.swapaxes(1, 2) for array in arrays)  # type: ignore[assignment]
    # Now and then as views of (batch, length, heads, width), which is how many frameworks keep them.
    strided = (call.q.shape[2] + call.k.shape[2]) % 3 == 2
    q, k, v = (_laid_out(array, strided) for array in arrays)
    keywords = call.keywords()
    keywords.update({name: np.array(keywords[name]) for name in ARRAYS if name in keywords})
    return (q, k, v), keywords


def _laid_out(array: Array, strided: bool) -> Array:
    if strided:
        return np.array(array.swapaxes(1, 2), order="C").swapaxes(1, 2)
    return np.array(array, order="C")


def _keywords(function: Function) -> tuple[frozenset[str], frozenset[str]]:
    """Return which optional keywords a signature has, and which of the others it lacks.

    Nothing is known of a builtin without a signature.  **kwargs promises no optional keyword, since an unknown one may
    be swallowed silently, but the others may well be among them.
    """
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return frozenset(), frozenset()
    named = {each.name for each in parameters}
    anything = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters)
    always = frozenset({"mask", "is_causal", "scale"})
    return frozenset(OPTIONAL) & named, frozenset() if anything else always - named


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """Bounds for one call, (B, H, ...) throughout.

    Attributes:
        bound: of scores, weights and outputs; rows that allow nothing are bounded as if they allowed everything.
        allowed: (B, H, L, S). live: (B, H, L) rows that allow something.
        in_scope, informative: (B, H) as in `ErrorBound`.
    """

    bound: ErrorBound
    allowed: Truths
    live: Truths

    @property
    def in_scope(self) -> Truths:
        """Where no intermediate can overflow."""
        return self.bound.in_scope

    @property
    def informative(self) -> Truths:
        """Where the bound of every weight is below 1/2."""
        return self.bound.informative

    @property
    def outputs(self) -> Array:
        """The bound of each output, (B, H, L, Ev)."""
        return self.bound.outputs

    @property
    def exact(self) -> Array:
        """Float64 outputs, within `outputs` of the exact ones."""
        return self.bound.reference.outputs

    @property
    def hull(self) -> Array:
        """How far each output may be outside the hull of its allowed values."""
        return hull_margin(self.bound)

    @property
    def busy(self) -> Truths:
        """(B, H) where some row has a choice between keys."""
        return np.asarray((self.allowed.sum(axis=-1) >= 2).any(axis=-1))


class Trial:
    """An implementation on a problem. What a law needs is computed when it is asked for."""

    def __init__(self, subject: Subject, problem: Problem) -> None:
        self.subject, self.problem = subject, problem

    @property
    def traits(self) -> Traits:
        """What the implementation declares."""
        return self.subject.traits

    @property
    def call(self) -> Call:
        """The arguments of the problem."""
        return self.problem.call

    def outputs(self, call: Call | None = None) -> Array:
        """Return what the implementation makes of a call, the problem's own by default."""
        return self.subject(self.call if call is None else call)

    def limits(self, call: Call | None = None) -> Limits:
        """Return the bounds of a call, the problem's own by default."""
        return limits(self.traits, self.call if call is None else call)


def limits(traits: Traits, call: Call) -> Limits:
    """Return the bounds of a call for what the traits say of its arithmetic; see `attention.rounding`."""
    return _bounded(call, call.allowed(traits), arithmetic(traits, call))


def double_limits(traits: Traits, call: Call) -> Limits:
    """Return the bounds of a float64 computation of the call, in the order of operations of the reference."""
    return _bounded(call, call.allowed(traits), Arithmetic.of(np.float64))


def arithmetic(traits: Traits, call: Call) -> Arithmetic:
    """Return the arithmetic that the traits declare for the dtype of a call."""
    name = call.q.dtype.name
    S = call.k.shape[2]
    block = traits.block if call.block_size is None else min(call.block_size, traits.block or S)
    return Arithmetic.of(
        traits.compute_dtype(name),
        exp_ulps=traits.exp_ulps,
        rescalings=0 if block is None else -(-S // block),
        flush_to_zero=traits.flush_to_zero,
        prescribed=False,
        logarithmic=traits.logsumexp,
        storage=name,
    )


@one_thread
def _bounded(call: Call, allowed: Truths, model: Arithmetic) -> Limits:
    live = np.asarray(allowed.any(axis=-1))
    bound = attend_error_bound(
        call.q,
        call.expanded("k"),
        call.expanded("v"),
        allowed=allowed | ~live[..., None],
        scale=call.factor,
        softcap=call.softcap,
        bias=call.bias,
        arithmetic=model,
    )
    return Limits(bound, allowed, live)
