"""A failure as a program to copy and paste: plain NumPy, every array written out, every call that the law made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from proofs.laws.conformance.call import ARRAYS, Array, Call
from proofs.laws.conformance.law import ConformanceLaw
from proofs.laws.conformance.problem import Problem
from proofs.laws.conformance.trial import Subject, Trial, arguments

LARGEST = 4096
"""Arrays with more entries are described, not written out."""


class _Recorder(Subject):
    """A subject that keeps the calls that a law makes, and what came of them."""

    made: list[tuple[Call, Array | Exception]]

    def __call__(self, call: Call) -> Array:
        try:
            out = Subject.__call__(self, call)
        except Exception as error:
            _MADE.append((call, error))
            raise
        _MADE.append((call, out))
        return out


_MADE: list[tuple[Call, Array | Exception]] = []


def reproduction(law: ConformanceLaw, subject: Subject, problem: Problem, name: str) -> Mapping[str, Any]:
    """Return the problem as plain data: `code` is a program, `calls` its arguments and what came back."""
    recorder = _Recorder(subject.function, subject.traits, subject.keywords)
    _MADE.clear()
    try:
        with np.errstate(all="ignore"):
            law.check(Trial(recorder, problem))
    except Exception as error:  # noqa: BLE001 - the failure that is shown
        if not _MADE:
            arrays = Trial(subject, problem).call
            _MADE.append((arrays, error))
    made = list(_MADE)
    _MADE.clear()
    if not made:
        made = [(problem.call, problem.call.q)]
    return {
        "code": _code(law, subject, made, name),
        "calls": [_as_data(subject, call, out) for call, out in made],
    }


def _code(law: ConformanceLaw, subject: Subject, made: list[tuple[Call, Array | Exception]], name: str) -> str:
    lines = [f"# {law.title}", *_wrapped(law.statement), "import numpy as np", *_imported(name), ""]
    known: list[tuple[str, Array]] = []
    for index, (call, out) in enumerate(made, 1):
        (q, k, v), keywords = arguments(call, subject.traits)
        given = []
        for argument, array in (("q", q), ("k", k), ("v", v)):
            given.append(_named(argument, array, known, lines))
        for key, value in keywords.items():
            written = _named(key, value, known, lines) if isinstance(value, np.ndarray) else repr(value)
            given.append(f"{key}={written}")
        lines.append(f"out_{index} = f({', '.join(given)})")
        lines += _shown(out)
        lines.append("")
    return "\n".join(lines)


def _imported(name: str) -> list[str]:
    if ":" in name:
        module, _, attribute = name.partition(":")
        return [f"from {module} import {attribute} as f"]
    if name:
        return ["from proofs.laws import target", "", f"f = target({name!r})"]
    return ["", "# f is the implementation under test"]


def _named(argument: str, array: Array, known: list[tuple[str, Array]], lines: list[str]) -> str:
    """Return a name for the array, written out where it is new."""
    for name, other in known:
        if other.dtype == array.dtype and other.shape == array.shape and other.tobytes() == array.tobytes():
            return name
    taken = {name for name, _ in known}
    name, number = argument, 1
    while name in taken:
        number += 1
        name = f"{argument}_{number}"
    known.append((name, array))
    lines.append(f"{name} = {_literal(array)}")
    return name


def _literal(array: Array) -> str:
    kind = "bool" if array.dtype == np.bool_ else f"np.{array.dtype.name}"
    if array.size > LARGEST:
        return f"...  # {kind} of shape {array.shape}: too large to print"
    values = array.reshape(-1)
    if (
        array.size > 1
        and (values == values[0]).all()
        and not (array.dtype.kind == "f" and values[0] == 0 and np.signbit(values).any())
    ):
        return f"np.full({array.shape}, {values[0].item()!r}, dtype={kind})"
    if array.ndim >= 2 and array.shape[-1] == array.shape[-2] > 2 and (array == np.eye(array.shape[-1])).all():
        return f"np.broadcast_to(np.eye({array.shape[-1]}, dtype={kind}), {array.shape})"
    return f"np.array({array.tolist()!r}, dtype={kind})".replace("nan", "np.nan").replace("inf", "np.inf")


def _shown(out: Array | Exception) -> list[str]:
    if isinstance(out, Exception):
        return [f"#   raises {type(out).__name__}: {(str(out).splitlines() or [''])[0]}"]
    if out.size > LARGEST:
        return [f"#   shape {out.shape}"]
    return [f"#   {line}" for line in f"{out.tolist()!r}".splitlines()]


def _wrapped(text: str) -> list[str]:
    import textwrap  # noqa: PLC0415

    return [f"# {line}" for line in textwrap.wrap(text, 100)]


def _as_data(subject: Subject, call: Call, out: Array | Exception) -> dict[str, Any]:
    """Return a call as plain data."""
    del subject
    data: dict[str, Any] = {
        "dtype": call.q.dtype.name,
        "q": _listed(call.q),
        "k": _listed(call.k),
        "v": _listed(call.v),
    }
    for key, value in call.keywords().items():
        data[key] = _listed(value) if key in ARRAYS else value
    data["raised" if isinstance(out, Exception) else "returned"] = (
        f"{type(out).__name__}: {out}" if isinstance(out, Exception) else _listed(out)
    )
    return data


def _listed(array: Array) -> Any:
    return array.tolist() if array.size <= LARGEST else {"shape": list(array.shape)}
