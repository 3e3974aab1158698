r"""Attention at given sizes, fully symbolic: the chapter's four steps, token by token.

    1. Projections.  q_i = x_i W^Q,   k_i = x_i W^K,   v_i = x_i W^V
    2. Scores.       s_ij = c (q_i . k_j)
    3. Weights.      alpha_ij = e^{s_ij} / sum_{l in S(i)} e^{s_il}  for j in S(i), else 0
    4. Outputs.      a_i = sum_{j in S(i)} alpha_ij v_j

Every entry is a SymPy expression in the entries of X, W^Q, W^K, W^V (and t), at sizes n, d, d_k, d_v that
are plain integers.  Same names and argument order as `attention.exact`; written without it, or any other
carrier, so that their agreement says something.  Positions are 0-based, as in every carrier with concrete
sizes; the names of the symbols are 1-based, as in the chapter.

*What SymPy does unasked.*  Building an expression combines equal summands and factors and multiplies powers
of one base; so it may cancel e^s / e^s to 1 (it does for a monomial s, not for every sum).  A divisor here is
a non-empty sum of exponentials, positive at all real data: nothing is cancelled that could be zero.
`simplify`, `doit` and `equals` are not used.

*What this carrier can decide.*  An expression that *is* the number 0 is 0 for all real data of that size.
One that is not may still vanish everywhere; `evaluate` at rational data that gives something else settles
it.  Every entry is written out in full here, which takes long beyond a few tokens: `attention.dependence` decides
which derivatives vanish at sizes up to a few dozen, by sharing what these entries repeat.

Scope: given sizes of a few units.

References: [vaswani2017], eq. 1, whose Q, K, V have the rows q_i, k_j, v_j and whose 1/sqrt(d_k) is `scale`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

import sympy as sp

from attention.errors import DTypeError, EmptyRowError, InputError, RangeError, ShapeError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Expr: TypeAlias = Any  # a SymPy expression; SymPy ships no types
Rational: TypeAlias = "int | str | Fraction | Decimal"
Row: TypeAlias = "list[Expr]"
Matrix: TypeAlias = "list[list[Expr]]"
Rows: TypeAlias = "Sequence[Sequence[Any]]"
Mask: TypeAlias = "Sequence[Sequence[bool]] | Callable[[int, int], bool]"
Values: TypeAlias = "Mapping[Expr, Expr]"


@dataclass(frozen=True, slots=True)
class Inputs:
    """Symbols for one pass: x (n, d), W_Q and W_K (d, d_k), W_V (d, d_v) and a translation t (d,)."""

    x: Matrix
    W_Q: Matrix
    W_K: Matrix
    W_V: Matrix
    t: Row


@dataclass(frozen=True, slots=True)
class Attention:
    """Every intermediate of one attention pass, row by row; shapes as in `attention`."""

    q: Matrix
    k: Matrix
    v: Matrix
    scores: Matrix
    weights: Matrix
    outputs: Matrix


def symbols(n: int, d: int, d_k: int, d_v: int) -> Inputs:
    """Return real symbols under the chapter's names: x_{11}, w^Q_{11}, w^K_{11}, w^V_{11} and t_{1}.

    From the tenth row or column on a comma parts the two indices of an array: x_{1,11} is not x_{11,1}.

    Raises:
        RangeError: a size is not a positive integer.
    """
    for argument, size in (("n", n), ("d", d), ("d_k", d_k), ("d_v", d_v)):
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            raise RangeError(argument=argument, expected="an integer >= 1", received=repr(size))
    return Inputs(
        x=_named("x", n, d),
        W_Q=_named("w^Q", d, d_k),
        W_K=_named("w^K", d, d_k),
        W_V=_named("w^V", d, d_v),
        t=[sp.Symbol(f"t_{{{e}}}", real=True) for e in range(1, d + 1)],
    )


def translate(x: Rows, t: Sequence[Any]) -> Matrix:
    """Return X + 1 t, every token moved by t: (n, d) and (d,) give (n, d).

    Raises:
        ShapeError: t has not d entries, or x is no matrix.
        DTypeError: an entry is a float or no number.

    Source: the chapter's Lemma 1, x'_i = x_i + t.
    """
    X = matrix("x", x)
    (shift,) = matrix("t", [t])
    _match("t", f"d = {len(X[0])} entries, as x has columns", len(shift), len(X[0]), "entries")
    moved: Matrix = []
    for row in X:
        moved.append([])
        for e, entry in enumerate(row):
            moved[-1].append(entry + shift[e])
    return moved


def project(x: Rows, w: Rows) -> Matrix:
    """Return x W, entry (i, b) = sum_e x_ie w_eb: (n, d) by (d, m) gives (n, m).

    Raises:
        ShapeError: the inner sizes differ, or an argument is no matrix.
        DTypeError: an entry is a float or no number.

    Source: the chapter, q_i = x_i W^Q (and k_i, v_i).
    """
    X, W = matrix("x", x), matrix("w", w)
    _match("w", f"{len(X[0])} rows, as x has columns", len(W), len(X[0]), "rows")
    return _product(X, W)


def scores(q: Rows, k: Rows, *, scale: Any = 1) -> Matrix:
    """Return s_ij = scale * (q_i . k_j): (n, d_k) and (m, d_k) give (n, m).

    Args:
        q: queries as rows.
        k: keys as rows.
        scale: the factor c, a number or an expression; 1/sqrt(d_k) in [vaswani2017].

    Raises:
        ShapeError: d_k differs, or an argument is no matrix.
        DTypeError: an entry or the scale is a float or no number.
    """
    Q, K = matrix("q", q), matrix("k", k)
    c = _expression("scale", scale)
    _match("k", f"d_k = {len(Q[0])} columns, as q has", len(K[0]), len(Q[0]), "columns")
    out: Matrix = []
    for query in Q:
        row = []
        for key in K:
            similarity = sp.S.Zero
            for b, component in enumerate(query):
                similarity += component * key[b]
            row.append(c * similarity)
        out.append(row)
    return out


def weights(s: Rows, *, allowed: Mask) -> Matrix:
    """Return alpha_ij = e^{s_ij} / sum over allowed l of e^{s_il}, the number 0 where j is not allowed.

    Args:
        s: (n, m) scores.
        allowed: (n, m) booleans, or a predicate of the 0-based (i, j); True = i may attend to j.

    Raises:
        ShapeError: allowed has not the shape of s, or s is no matrix.
        DTypeError: a score is a float or no number.
        EmptyRowError: a row allows nothing.

    Source: the chapter, step 3; a masked position is left out of the sum, not scored -infinity.
    """
    S = matrix("s", s)
    out: Matrix = []
    for i, permitted in enumerate(allowed_positions(allowed, len(S), len(S[0]))):
        total = sp.S.Zero
        for j in permitted:
            total += sp.exp(S[i][j])
        out.append([sp.exp(S[i][j]) / total if j in permitted else sp.S.Zero for j in range(len(S[i]))])
    return out


def outputs(alpha: Rows, v: Rows) -> Matrix:
    """Return a_i = sum_j alpha_ij v_j: (n, m) and (m, d_v) give (n, d_v).

    Raises:
        ShapeError: m differs, or an argument is no matrix.
        DTypeError: an entry is a float or no number.
    """
    A, V = matrix("alpha", alpha), matrix("v", v)
    _match("v", f"m = {len(A[0])} rows, as alpha has columns", len(V), len(A[0]), "rows")
    return _product(A, V)


def attention(x: Rows, W_Q: Rows, W_K: Rows, W_V: Rows, *, allowed: Mask, scale: Any = 1) -> Attention:
    """Return every intermediate of attention over the allowed sets (DESIGN section 2).

    Args:
        x: (n, d) tokens as rows.
        W_Q: (d, d_k) query weights.
        W_K: (d, d_k) key weights.
        W_V: (d, d_v) value weights.
        allowed: (n, n) booleans, or a predicate of the 0-based (i, j); True = i may attend to j.
        scale: the factor c of the score, a number or an expression.

    Returns:
        q, k (n, d_k); v (n, d_v); scores, weights (n, n); outputs (n, d_v).

    Raises:
        ShapeError: sizes do not match, or an argument is no matrix.
        DTypeError: an entry or the scale is a float or no number.
        EmptyRowError: a row allows nothing.

    Source: the chapter, steps 1 to 4; [vaswani2017], eq. 1, one head.
    """
    X, query, key, value = (matrix(*p) for p in (("x", x), ("W_Q", W_Q), ("W_K", W_K), ("W_V", W_V)))
    for argument, weight in (("W_Q", query), ("W_K", key), ("W_V", value)):
        _match(argument, f"d = {len(X[0])} rows, as x has columns", len(weight), len(X[0]), "rows")
    _match("W_K", f"d_k = {len(query[0])} columns, as W_Q has", len(key[0]), len(query[0]), "columns")
    q, k, v = project(X, query), project(X, key), project(X, value)
    s = scores(q, k, scale=scale)
    alpha = weights(s, allowed=allowed)
    return Attention(q, k, v, s, alpha, outputs(alpha, v))


def jacobian(outputs: Rows, x: Rows) -> list[list[Matrix]]:
    """Return the blocks d a_i / d x_m: entry [i][m][g][e] is the derivative of a_ig by x_me.

    (n, d_v) expressions and (m, d) symbols give an (n, m) arrangement of (d_v, d) blocks.  An entry is the
    number 0 whenever a_ig is built without x_me: then no real data of these sizes give it another value.

    Raises:
        ShapeError: an argument is no matrix.
        DTypeError: an output is a float or no number, or an entry of x is not a symbol.
    """
    A, X = matrix("outputs", outputs), matrix("x", x)
    for row in X:
        for entry in row:
            symbol("x", entry)
    return [[[[sp.diff(a, entry) for entry in token] for a in row] for token in X] for row in A]


def pattern(blocks: Sequence[Sequence[Rows]]) -> list[list[bool]]:
    """Return, for blocks as `jacobian` gives them, whether block (i, m) has an entry other than the number 0.

    False proves that a_i does not depend on x_m at these sizes; True does not prove that it does.
    """
    return [[any(entry != 0 for line in block for entry in line) for block in row] for row in blocks]


def substitution(names: Rows, values: Sequence[Sequence[Rational]]) -> dict[Expr, Expr]:
    """Return the map from the symbols `names` to the rationals `values`, both (n, m); join several with `|`.

    Raises:
        ShapeError: the shapes differ.
        DTypeError: a value is a float or no rational number, or a name is not a symbol.
    """
    symbolic, given = matrix("names", names), matrix("values", values)
    shapes = [[len(row) for row in rows] for rows in (symbolic, given)]
    if shapes[0] != shapes[1]:
        raise ShapeError(
            argument="values",
            expected=f"{len(shapes[0])} rows of {shapes[0][0]}, as names has",
            received=f"{len(shapes[1])} rows of {shapes[1][0]}",
        )
    out: dict[Expr, Expr] = {}
    for name_row, value_row in zip(symbolic, given, strict=True):
        for name, value in zip(name_row, value_row, strict=True):
            if not isinstance(value, sp.Rational):
                raise DTypeError(argument="values", expected="rational numbers", received=str(value))
            out[symbol("names", name)] = value
    return out


def evaluate(rows: Rows, values: Values) -> Matrix:
    """Return `rows` with every symbol replaced by its value, all at once: numbers, exact, not simplified.

    Raises:
        InputError: a symbol has no value.
    """
    out: Matrix = []
    for row in matrix("rows", rows):
        out.append([])
        for expr in row:
            missing = sorted(str(symbol) for symbol in expr.free_symbols - values.keys())
            if missing:
                raise InputError(
                    argument="values", expected="a value for every symbol", received=f"none for {missing[0]}"
                )
            out[-1].append(expr.xreplace(values))
    return out


def matrix(argument: str, rows: Rows) -> Matrix:
    """Return `rows` as SymPy expressions; `argument` is the name that an error gives them.

    Raises:
        ShapeError: they are no matrix of at least one row and one column.
        DTypeError: an entry is a float or no number.
    """
    out = [[_expression(argument, entry) for entry in row] for row in rows]
    lengths = [len(row) for row in out]
    if not out or not out[0] or len(set(lengths)) > 1:
        expected = "rows of one length, at least one row and one column"
        raise ShapeError(argument=argument, expected=expected, received=f"rows of lengths {lengths}")
    return out


def allowed_positions(allowed: Mask, n: int, m: int) -> list[list[int]]:
    """Return S(i) for every one of n rows of m places, in order.

    Raises:
        ShapeError: allowed is not (n, m).
        EmptyRowError: a row allows nothing.
    """
    if callable(allowed):
        sets = [[j for j in range(m) if allowed(i, j)] for i in range(n)]
    else:
        lengths = [len(row) for row in allowed]
        if lengths != [m] * n:
            expected = f"{n} rows of {m}, as s has"
            raise ShapeError(argument="allowed", expected=expected, received=f"rows of lengths {lengths}")
        sets = [[j for j in range(m) if allowed[i][j]] for i in range(n)]
    for i, permitted in enumerate(sets):
        if not permitted:
            raise EmptyRowError(
                argument="allowed",
                expected="at least one allowed position in every row",
                received=f"none in row {i}",
                index=(i,),
            )
    return sets


def symbol(argument: str, entry: Expr) -> Expr:
    """Return `entry` if it is a symbol. Raises DTypeError, with the name `argument`, if it is not."""
    if not isinstance(entry, sp.Symbol):
        raise DTypeError(argument=argument, expected="symbols", received=str(entry))
    return entry


# -- loops and checks ----------------------------------------------------------------------------------------


def _named(letter: str, rows: int, columns: int) -> Matrix:
    comma = "," if max(rows, columns) > 9 else ""
    return [
        [sp.Symbol(f"{letter}_{{{r}{comma}{s}}}", real=True) for s in range(1, columns + 1)] for r in range(1, rows + 1)
    ]


def _product(a: Matrix, b: Matrix) -> Matrix:
    out: Matrix = []
    for row in a:
        line = []
        for column in range(len(b[0])):
            total = sp.S.Zero
            for r, factor in enumerate(row):
                total += factor * b[r][column]
            line.append(total)
        out.append(line)
    return out


def _expression(argument: str, value: Any) -> Expr:
    """Return a number or expression as SymPy has it; decimals keep their value, floats are refused."""
    if isinstance(value, sp.Expr):
        if value.has(sp.Float, sp.nan, sp.oo, -sp.oo, sp.zoo):
            expected = "exact finite numbers and symbols"
            raise DTypeError(argument=argument, expected=expected, received=str(value))
        return value
    if isinstance(value, (int, str, Fraction, Decimal)) and not isinstance(value, bool):
        try:
            fraction = Fraction(value)
        except (ValueError, OverflowError, ZeroDivisionError):
            pass  # "a", Decimal("NaN"), Decimal("Infinity"), "1/0": refused below
        else:
            return sp.Rational(fraction.numerator, fraction.denominator)
    raise DTypeError(
        argument=argument,
        expected="an int, Fraction, Decimal, decimal string or SymPy expression",
        received=f"{type(value).__name__} {value!r}",
    )


def _match(argument: str, expected: str, size: int, wanted: int, noun: str) -> None:
    if size != wanted:
        raise ShapeError(argument=argument, expected=expected, received=f"{size} {noun}")
