r"""Straight-line programs: a computation as a list of steps, each of them written down once.

A step is an input, a rational constant, sum_k u_k v_k, e^u or u/v of earlier steps; equal steps are one step.
Derivatives go through the steps by the chain rule, so what SymPy would copy into every entry is worked out once.

    d sum_k u_k v_k = sum_k (du_k v_k + u_k dv_k),   d e^u = e^u du,   d(u/v) = (du v - u dv)/v^2

*What is folded while building, and why.*  A term with the factor 0 is left out, a sum of one term times 1 is that
term, and u/u is 1.  A divisor must be positive by its form (built from exponentials), so nothing that could be zero
is cancelled.

*What a program shows.*  A step that does not reach an input, through all the steps below it, does not depend on
it: its derivative is 0 at all real data (`reached`).  Conversely `slopes` shows that derivatives are not 0.  At
rational data whose exponents are rational, with common denominator D, every value is R(e^{1/D}) with a rational
function R over the rationals.  e^{1/D} is transcendental (Hermite 1873), so R(e^{1/D}) = 0 only if R is 0.
Sending its variable to a number modulo a prime that divides no divisor respects sums, products and quotients; an
image that is not 0 therefore certifies a derivative that is not 0.  No float and no rounding is involved.

Scope: no exponential inside an exponent; inputs are real.

Reference: [baker1990], theorem 1.4 (Lindemann), for e^{1/D}.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import sympy as sp

from attention.errors import InputError, RangeError, ShapeError

Step: TypeAlias = int  # the place of a step in its program
Residues: TypeAlias = "npt.NDArray[np.int64]"

PRIME = 67_108_859
"""The largest prime below 2^26: a product of residues has 52 bits, and 1024 such products still fit in 63."""
BASE = 3_141_593
"""What e^{1/D} is sent to."""
WIDEST = 256
"""Terms summed before the next reduction modulo the prime."""


class Program:
    """Steps in the order of their making; the methods that make a step return its place."""

    def __init__(self) -> None:
        self._steps: list[tuple[Any, ...]] = []
        self._known: dict[tuple[Any, ...], Step] = {}
        self._positive: set[Step] = set()

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def names(self) -> list[str]:
        """The names of all inputs, in the order in which they were first read."""
        return [step[1] for step in self._steps if step[0] == "input"]

    # -- building ----------------------------------------------------------------------------------------------

    def read(self, name: str) -> Step:
        """Return the input of this name."""
        return self._step("input", name)

    def constant(self, value: Fraction | int) -> Step:
        """Return a rational constant."""
        return self._step("constant", Fraction(value), positive=value > 0)

    def dot(self, u: Sequence[Step], v: Sequence[Step]) -> Step:
        """Return sum_k u_k v_k.

        Raises:
            ShapeError: u and v differ in length.
        """
        if len(u) != len(v):
            raise ShapeError(argument="v", expected=f"{len(u)} terms, as u has", received=f"{len(v)} terms")
        zero, one = self.constant(0), self.constant(1)
        terms = [(p, q) for p, q in zip(u, v, strict=True) if zero not in {p, q}]
        if not terms:
            return zero
        if len(terms) == 1 and one in terms[0]:
            return terms[0][0] if terms[0][1] == one else terms[0][1]
        positive = all(p in self._positive and q in self._positive for p, q in terms)
        return self._step("dot", tuple(p for p, _ in terms), tuple(q for _, q in terms), positive=positive)

    def total(self, u: Sequence[Step]) -> Step:
        """Return sum_k u_k."""
        return self.dot(u, [self.constant(1)] * len(u))

    def exp(self, u: Step) -> Step:
        """Return e^u."""
        return self.constant(1) if u == self.constant(0) else self._step("exp", u, positive=True)

    def quotient(self, u: Step, v: Step) -> Step:
        """Return u/v.

        Raises:
            InputError: v is not positive by its form.
        """
        if v not in self._positive:
            raise InputError(argument="v", expected="a divisor built from exponentials", received=self._steps[v][0])
        if u == v:
            return self.constant(1)
        return u if u == self.constant(0) else self._step("quotient", u, v, positive=u in self._positive)

    def _step(self, *step: Any, positive: bool = False) -> Step:
        place = self._known.setdefault(step, len(self._steps))
        if place == len(self._steps):
            self._steps.append(step)
            if positive:
                self._positive.add(place)
        return place

    # -- what a step reads -------------------------------------------------------------------------------------

    def reached(self, names: Sequence[str], *, expand: bool = False) -> list[int]:
        """Return, for every step, the set of `names` that it reaches, as bits: bit c is set if it reaches names[c].

        With `expand`, polynomial steps are multiplied out first, so that terms which cancel are seen to; this takes
        long where the polynomials are.
        """
        bit = {self.read(name): 1 << column for column, name in enumerate(names)}
        polynomials = self._polynomials() if expand else {}
        found: list[int] = []
        for place, step in enumerate(self._steps):
            bits = bit.get(place, 0)
            if place in polynomials:
                for monomial in polynomials[place]:
                    for factor in monomial:
                        bits |= bit.get(factor, 0)
            else:
                for below in _below(step):
                    bits |= found[below]
            found.append(bits)
        return found

    def _polynomials(self) -> dict[Step, dict[tuple[Step, ...], Fraction]]:
        """Return every step without an exponential as monomial -> coefficient; a monomial is its inputs in order."""
        out: dict[Step, dict[tuple[Step, ...], Fraction]] = {}
        for place, step in enumerate(self._steps):
            if step[0] == "input":
                out[place] = {(place,): Fraction(1)}
            elif step[0] == "constant":
                out[place] = {(): step[1]} if step[1] else {}
            elif step[0] == "dot" and all(below in out for below in _below(step)):
                total: dict[tuple[Step, ...], Fraction] = {}
                for p, q in zip(step[1], step[2], strict=True):
                    for left, a in out[p].items():
                        for right, b in out[q].items():
                            monomial = tuple(sorted(left + right))
                            total[monomial] = total.get(monomial, Fraction(0)) + a * b
                out[place] = {monomial: k for monomial, k in total.items() if k}
        return out

    # -- exact values ------------------------------------------------------------------------------------------

    def slopes(self, wanted: Sequence[Step], names: Sequence[str], at: Mapping[str, Fraction | int]) -> Residues:
        """Return the derivatives of the `wanted` steps by the inputs `names` at rational data, modulo the prime.

        An entry other than 0 certifies that the derivative there is not 0 (see the module's text); 0 says nothing.

        Args:
            wanted: steps.
            names: names of inputs.
            at: a value for every input.

        Returns:
            Residues, shape (len(wanted), len(names)).

        Raises:
            InputError: an input has no value, or an exponent contains an exponential.
            RangeError: the prime divides a divisor at this data; take other data.
        """
        column = {self.read(name): k for k, name in enumerate(names)}
        live, exact = self._live(wanted), self._exact(at)
        exponents = {step[1] for place, step in enumerate(self._steps) if live[place] and step[0] == "exp"}
        if not exponents <= exact.keys():
            raise InputError(argument="at", expected="exponents that are rational", received="an exponential in one")
        common = lcm(*(exact[place].denominator for place in exponents))
        bits = self.reached(names)
        values: list[int] = []
        tangents: dict[Step, Residues] = {}
        for place, step in enumerate(self._steps):
            value = 0
            if not live[place]:
                pass
            elif step[0] in {"input", "constant"}:
                value = exact[place].numerator * _inverse(exact[place].denominator) % PRIME
            elif step[0] == "dot":
                value = sum(values[p] * values[q] for p, q in zip(step[1], step[2], strict=True)) % PRIME
            elif step[0] == "exp":
                value = pow(BASE, int(exact[step[1]] * common), PRIME)
            else:
                value = values[step[1]] * _inverse(values[step[2]]) % PRIME
            values.append(value)
            if place in column:
                tangents[place] = np.eye(1, len(names), column[place], dtype=np.int64).reshape(-1)
            elif live[place] and bits[place]:
                tangents[place] = self._tangent(step, value, values, tangents, len(names))
        zero = np.zeros(len(names), dtype=np.int64)
        return np.array([tangents.get(place, zero) for place in wanted])

    @staticmethod
    def _tangent(
        step: tuple[Any, ...],
        value: int,
        values: list[int],
        tangents: dict[Step, Residues],
        size: int,
    ) -> Residues:
        out = np.zeros(size, dtype=np.int64)
        if step[0] == "dot":
            pairs = [(values[q], tangents[p]) for p, q in zip(step[1], step[2], strict=True) if p in tangents]
            pairs += [(values[p], tangents[q]) for p, q in zip(step[1], step[2], strict=True) if q in tangents]
        elif step[0] == "exp":
            pairs = [(value, tangents[step[1]])]
        else:
            # d(u/v) = du/v - (u/v) dv/v, with 1/v known to exist.
            over = _inverse(values[step[2]])
            factors = ((step[1], over), (step[2], -value * over % PRIME))
            pairs = [(factor, tangents[below]) for below, factor in factors if below in tangents]
        for start in range(0, len(pairs), WIDEST):
            chunk = pairs[start : start + WIDEST]
            factors_of = np.array([factor for factor, _ in chunk], dtype=np.int64)
            out = (out + factors_of @ np.array([tangent for _, tangent in chunk])) % PRIME
        return out

    def _live(self, wanted: Sequence[Step]) -> list[bool]:
        live = [False] * len(self._steps)
        for place in wanted:
            live[place] = True
        for place in range(len(self._steps) - 1, -1, -1):
            if live[place]:
                for below in _below(self._steps[place]):
                    live[below] = True
        return live

    def _exact(self, at: Mapping[str, Fraction | int]) -> dict[Step, Fraction]:
        """Return the rational value of every step without an exponential."""
        out: dict[Step, Any] = {}
        for place, step in enumerate(self._steps):
            if step[0] == "input":
                if step[1] not in at:
                    received = f"none for {step[1]}"
                    raise InputError(argument="at", expected="a value for every input", received=received)
                out[place] = _plain(Fraction(at[step[1]]))
            elif step[0] == "constant":
                out[place] = _plain(step[1])
            elif step[0] == "dot" and all(below in out for below in _below(step)):
                out[place] = sum(out[p] * out[q] for p, q in zip(step[1], step[2], strict=True))
        return out

    # -- reading -----------------------------------------------------------------------------------------------

    def expression(self, wanted: Step, symbols: Mapping[str, Any]) -> Any:
        """Return a step as a SymPy expression in the given symbols (name -> symbol)."""
        out: dict[Step, Any] = {}
        live = self._live([wanted])
        for place, step in enumerate(self._steps):
            if not live[place]:
                continue
            if step[0] == "input":
                out[place] = symbols[step[1]]
            elif step[0] == "constant":
                out[place] = sp.Rational(step[1].numerator, step[1].denominator)
            elif step[0] == "dot":
                out[place] = sp.Add(*(out[p] * out[q] for p, q in zip(step[1], step[2], strict=True)))
            else:
                out[place] = sp.exp(out[step[1]]) if step[0] == "exp" else out[step[1]] / out[step[2]]
        return out[wanted]


def _below(step: tuple[Any, ...]) -> tuple[Step, ...]:
    """Return the steps that a step reads directly."""
    if step[0] == "dot":
        return (*step[1], *step[2])
    return step[1:] if step[0] in {"exp", "quotient"} else ()


def _plain(value: Fraction) -> Fraction | int:
    # Most data are integers, and these are far quicker than fractions; both have a numerator and a denominator.
    return value.numerator if value.denominator == 1 else value


def _inverse(value: int) -> int:
    if value % PRIME == 0:
        raise RangeError(argument="at", expected="divisors that the prime does not divide", received=str(value))
    return pow(value, -1, PRIME)
