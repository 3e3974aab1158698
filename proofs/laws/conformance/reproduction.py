"""A failure as a program to copy and paste: plain NumPy, every array written out, every call that the law made.

Below each call stands what came back when the program was written, and, where that is beyond its bound, what the
definition gives in float64.
"""

from __future__ import annotations

import base64
import textwrap
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from proofs.laws.conformance.call import ARRAYS, Array, Call
from proofs.laws.conformance.law import ConformanceLaw
from proofs.laws.conformance.problem import Problem
from proofs.laws.conformance.trial import Subject, Trial, arguments, first_line, limits
from proofs.laws.law import distance

LARGEST = 4096
"""Arrays with more entries are packed, and what comes back in as many is described by its shape."""


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """A call that a law made, and what came of it."""

    call: Call
    result: Array | Exception


@dataclass(frozen=True, eq=False)
class _Recorder(Subject):
    """A subject that keeps the calls that a law makes."""

    made: list[_Made] = field(default_factory=list)

    def raw(
        self, arrays: tuple[Array, Array, Array], keywords: dict[str, Any], call: Call, *, copied: bool = True
    ) -> Array:
        """Call, and keep what came back."""
        try:
            out = Subject.raw(self, arrays, keywords, call, copied=copied)
        except Exception as error:
            self.made.append(_Made(call, error))
            raise
        self.made.append(_Made(call, out.copy()))
        return out


def reproduction(law: ConformanceLaw, subject: Subject, problem: Problem, name: str) -> Mapping[str, Any]:
    """Return the problem as plain data: `code` is a program, `calls` its arguments and what came back.

    Args:
        law: the law that the problem breaks.
        subject: the implementation.
        problem: the case.
        name: how the implementation is found: a built-in name, `module:callable` or an ONNX file; may be empty.
    """
    recorder = _Recorder(subject.function, subject.traits, subject.keywords, subject.lacks)
    try:
        with np.errstate(all="ignore"):
            law.check(Trial(recorder, problem))
    except Exception as error:  # noqa: BLE001 - the failure that is shown
        if not recorder.made:
            recorder.made.append(_Made(problem.call, error))
    with np.errstate(all="ignore"):
        code = _Program(law, subject, name).written(recorder.made)
    return {"code": code, "calls": [_as_data(made) for made in recorder.made]}


class _Program:
    """The lines of a program, and the arrays that it has named so far."""

    def __init__(self, law: ConformanceLaw, subject: Subject, name: str) -> None:
        self.subject = subject
        self.head = [f"# {law.title}", *(f"# {line}" for line in textwrap.wrap(law.statement, 100))]
        self.imports = ["import numpy as np"]
        self.found = _found(name)
        self.lines: list[str] = []
        self.known: list[tuple[str, Array]] = []

    def written(self, made: list[_Made]) -> str:
        """Return the program for these calls."""
        for index, each in enumerate(made, 1):
            (q, k, v), keywords = arguments(each.call, self.subject.traits)
            given = [self.named(name, array) for name, array in (("q", q), ("k", k), ("v", v))]
            for key, value in keywords.items():
                given.append(f"{key}={self.named(key, value) if isinstance(value, np.ndarray) else repr(value)}")
            self.lines += [f"out_{index} = f({', '.join(given)})", *self.shown(each), ""]
        outputs = [f"out_{index}" for index, each in enumerate(made, 1) if not isinstance(each.result, Exception)]
        seen = [f'print({", ".join(outputs)}, sep="\\n")'] if outputs else []
        return "\n".join([*self.head, *self.imports, *self.found, "", *self.lines, *seen])

    def named(self, argument: str, array: Array) -> str:
        """Return a name for the array, written out where it is new."""
        for name, other in self.known:
            same = other.dtype == array.dtype and other.shape == array.shape and other.strides == array.strides
            if same and other.tobytes() == array.tobytes():
                return name
        taken = {name for name, _ in self.known}
        name, number = argument, 1
        while name in taken:
            number += 1
            name = f"{argument}_{number}"
        self.known.append((name, array))
        self.lines.append(f"{name} = {self.literal(array)}")
        return name

    def literal(self, array: Array) -> str:
        """Return an expression for the array, of the same strides."""
        if array.ndim == 4 and not array.flags.c_contiguous:
            return f"{self.literal(np.ascontiguousarray(array.swapaxes(1, 2)))}.swapaxes(1, 2)"
        kind = "bool" if array.dtype == np.bool_ else f"np.{array.dtype.name}"
        values = np.ascontiguousarray(array).reshape(-1)
        if array.size > 1 and values.tobytes() == values[:1].tobytes() * array.size:
            return f"np.full({array.shape}, {_spelled(repr(values[0].item()))}, dtype={kind})"
        if array.size > LARGEST:
            self.imports = ["import base64", "import zlib", "", "import numpy as np"]
            packed = base64.b64encode(zlib.compress(values.tobytes(), 9)).decode()
            data = f'zlib.decompress(base64.b64decode("{packed}"))'
            return f"np.frombuffer({data}, dtype={kind}).reshape({array.shape}).copy()"
        return f"np.array({_spelled(repr(array.tolist()))}, dtype={kind})"

    def shown(self, made: _Made) -> list[str]:
        """Return comments: what came back, and what the definition gives where that differs by more than its bound."""
        out = made.result
        if isinstance(out, Exception):
            return [f"#   raises {type(out).__name__}: {first_line(out)}"]
        if out.size > LARGEST:
            return [f"#   an array of shape {out.shape}"]
        lines = [f"#   {out.tolist()!r}"]
        bound = limits(self.subject.traits, made.call)
        live = bound.live[..., None]
        off = live & bound.in_scope[..., None, None] & ~(distance(out, bound.exact) <= 2 * bound.outputs)
        if off.any():
            lines.append(f"#   by the definition, in float64: {np.where(live, bound.exact, 0).tolist()!r}")
        return lines


def _found(name: str) -> list[str]:
    """Return lines after which `f` is the implementation."""
    module, _, attribute = name.rpartition(":")
    if module and not module.endswith(".py"):
        first, _, rest = attribute.partition(".")
        return (
            [f"from {module} import {first}", "", f"f = {attribute}"]
            if rest
            else [f"from {module} import {first} as f"]
        )
    if name:
        return ["from proofs.laws import target", "", f"f = target({name!r})"]
    return ["", "# f is the implementation under test"]


def _spelled(text: str) -> str:
    """Return the text of numbers with names for those that Python has no literal for."""
    return text.replace("nan", "np.nan").replace("inf", "np.inf")


def _as_data(made: _Made) -> dict[str, Any]:
    """Return a call as plain data."""
    call, out = made.call, made.result
    arrays = {"q": _listed(call.q), "k": _listed(call.k), "v": _listed(call.v)}
    data: dict[str, Any] = {"dtype": call.q.dtype.name, **arrays}
    for key, value in call.keywords().items():
        data[key] = _listed(value) if key in ARRAYS else value
    if isinstance(out, Exception):
        return {**data, "raised": f"{type(out).__name__}: {out}"}
    return {**data, "returned": _listed(out)}


def _listed(array: Array) -> Any:
    return array.tolist() if array.size <= LARGEST else {"shape": list(array.shape)}
