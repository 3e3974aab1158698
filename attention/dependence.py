r"""Which outputs depend on which inputs, decided exactly at given sizes: causality among them.

For every output a_ig and every entry x_me of a token it is decided whether d a_ig / d x_me is 0 for all real data.
The four steps of attention are written down once as a straight-line program (`attention.program`) instead of being
copied into every output:

- an entry that no chain of steps reaches vanishes, at all real data;
- an entry whose derivative is shown not to be 0 at one rational point does not vanish;
- what neither settles is tried at more points and with polynomials multiplied out (scores whose terms cancel);
  if that does not settle it either, it stays open and is never counted as vanishing.

The mask enters through the sums that are built and through nothing else: a softmax that leaks a future key, in its
divisor alone or anywhere, is found.

Scope: sizes up to a few dozen.  Positions are 0-based.

References: [vaswani2017], section 3.2.3, for causality.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import sympy as sp

from attention import symbolic
from attention.errors import DTypeError, InputError, RangeError
from attention.program import Program, Step

Entries: TypeAlias = "npt.NDArray[np.bool_]"
Rows: TypeAlias = "Sequence[Sequence[Any]]"
Steps: TypeAlias = "list[list[Step]]"

POINTS = 3
"""Rational points tried; an entry that does not vanish is missed by one of them about once in 10^8."""
REACH = 5
"""Entries of a point are integers from -REACH to REACH, without 0."""


@dataclass(frozen=True, slots=True)
class Dependence:
    """What is known of d a_ig / d x_me, entry [i, g, m, e] of two arrays of shape (n, d_v, n, d).

    `vanishes`: it is 0 at all real data.  `differs`: at one rational point it is not 0.  Never both.
    """

    vanishes: Entries
    differs: Entries

    @property
    def undecided(self) -> set[tuple[int, int]]:
        """The pairs (i, m) of which it is not known whether a_i depends on x_m."""
        return _places(~self.vanishes.all(axis=(1, 3)) & ~self.differs.any(axis=(1, 3)))

    @property
    def pairs(self) -> set[tuple[int, int]]:
        """The pairs (i, m) for which a_i depends on x_m, certified."""
        return _places(self.differs.any(axis=(1, 3)))

    @property
    def causal(self) -> bool | None:
        """Whether no output depends on a later token; None if that is open."""
        if any(m > i for i, m in self.pairs):
            return False
        return None if any(m > i for i, m in self.undecided) else True


def _places(grid: Any) -> set[tuple[int, int]]:
    return {(int(i), int(m)) for i, m in np.argwhere(grid)}


def dependence(x: Rows, W_Q: Rows, W_K: Rows, W_V: Rows, *, allowed: symbolic.Mask, scale: Any = 1) -> Dependence:
    """Decide which entries of the outputs of one attention pass depend on which entries of x.

    Args:
        x: (n, d) symbols, as `symbolic.symbols` gives them.
        W_Q: (d, d_k) symbols or rational numbers.
        W_K: (d, d_k) symbols or rational numbers.
        W_V: (d, d_v) symbols or rational numbers.
        allowed: (n, n) booleans, or a predicate of the 0-based (i, j); True = i may attend to j.
        scale: the factor c of the score: a symbol or a rational number.

    Raises:
        ShapeError: sizes do not match, or an argument is no matrix.
        DTypeError: an entry is neither a symbol nor rational, or one of x is no symbol.
        EmptyRowError: a row allows nothing.
        InputError: a symbol stands twice in x, or two symbols have one name.
    """
    program = Program()
    given = [sp.sympify(entry) for rows in (x, W_Q, W_K, W_V, [[scale]]) for row in rows for entry in row]
    symbols = {entry for entry in given if isinstance(entry, sp.Symbol)}
    if len({entry.name for entry in symbols}) < len(symbols):
        raise InputError(argument="x", expected="symbols of different names", received="two of one name")
    X = symbolic.matrix("x", x)
    tokens = [[symbolic.symbol("x", entry).name for entry in row] for row in X]
    built = [entries(program, name, rows) for name, rows in (("x", X), ("W_Q", W_Q), ("W_K", W_K), ("W_V", W_V))]
    (((c,),),) = (entries(program, "scale", [[scale]]),)
    return decide(program, attention(program, *built, allowed=allowed, scale=c), tokens)


def entries(program: Program, argument: str, rows: Rows) -> Steps:
    """Return the steps that read a matrix of symbols and rational numbers.

    Raises:
        ShapeError: rows is no matrix.
        DTypeError: an entry is neither a symbol nor rational.
    """
    out: Steps = []
    for row in symbolic.matrix(argument, rows):
        out.append([])
        for entry in row:
            if isinstance(entry, sp.Rational):
                out[-1].append(program.constant(Fraction(int(entry.p), int(entry.q))))
            elif isinstance(entry, sp.Symbol):
                out[-1].append(program.read(entry.name))
            else:
                expected = "symbols and rational numbers"
                raise DTypeError(argument=argument, expected=expected, received=str(entry))
    return out


def attention(
    program: Program, x: Steps, W_Q: Steps, W_K: Steps, W_V: Steps, *, allowed: symbolic.Mask, scale: Step
) -> Steps:
    """Return the steps of the outputs a_i = sum_{j in S(i)} alpha_ij v_j: (n, d_v).

    Arguments as for `dependence`, each entry a step.  Raises ShapeError if sizes do not match.
    """
    q, k, v = (project(program, x, w) for w in (W_Q, W_K, W_V))
    out: Steps = []
    for i, permitted in enumerate(symbolic.allowed_positions(allowed, len(x), len(x))):
        scores = [program.dot([scale], [program.dot(q[i], k[j])]) for j in permitted]
        alpha = softmax(program, scores)
        out.append([program.dot(alpha, [v[j][g] for j in permitted]) for g in range(len(v[0]))])
    return out


def project(program: Program, x: Steps, w: Steps) -> Steps:
    """Return the steps of x W: (n, d) and (d, m) give (n, m). Raises ShapeError if the inner sizes differ."""
    return [[program.dot(row, [line[column] for line in w]) for column in range(len(w[0]))] for row in x]


def softmax(program: Program, scores: Sequence[Step]) -> list[Step]:
    """Return the steps of e^{s_j} / sum_l e^{s_l}."""
    powers = [program.exp(score) for score in scores]
    total = program.total(powers)
    return [program.quotient(power, total) for power in powers]


def decide(program: Program, outputs: Steps, x: Sequence[Sequence[str]]) -> Dependence:
    """Decide which output steps depend on which inputs of a program, whatever it computes.

    Args:
        program: the program.
        outputs: (n, d_v) steps.
        x: (m, d) names of inputs.

    Returns:
        Arrays of shape (n, d_v, m, d).

    Raises:
        InputError: a name stands twice in x, or an exponent contains an exponential.
    """
    wanted, names = [step for row in outputs for step in row], [name for row in x for name in row]
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise InputError(argument="x", expected="every name once", received=f"{twice[0]} twice")
    vanishes = _unreached(program, wanted, names)
    differs = np.zeros_like(vanishes)
    rng = random.Random(0)  # noqa: S311  # a fixed order of points, no secret
    for _ in range(POINTS):
        try:
            differs |= program.slopes(wanted, names, _point(program.names, rng)) != 0
        except RangeError:  # an unlucky point: a divisor is a multiple of the prime
            continue
        if (vanishes | differs).all():
            break
    else:
        vanishes |= _unreached(program, wanted, names, expand=True)
    shape = (len(outputs), len(outputs[0]), len(x), len(x[0]))
    return Dependence(vanishes.reshape(shape), differs.reshape(shape))


def _unreached(program: Program, wanted: Sequence[Step], names: Sequence[str], *, expand: bool = False) -> Entries:
    """Return, for every wanted step and every name, whether no chain of steps leads from one to the other."""
    reached = program.reached(names, expand=expand)
    size = -(-len(names) // 8)
    rows = [np.frombuffer(reached[place].to_bytes(size, "little"), dtype=np.uint8) for place in wanted]
    bits = np.unpackbits(np.array(rows), axis=1, count=len(names), bitorder="little")
    return np.asarray(bits == 0)


def _point(names: Sequence[str], rng: random.Random) -> Mapping[str, int]:
    return {name: rng.choice((-1, 1)) * rng.randint(1, REACH) for name in names}
