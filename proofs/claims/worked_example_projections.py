r"""Worked example: the printed q_1, k_1, v_1 are x_1 W^Q, x_1 W^K, x_1 W^V to the printed digits. False."""

from collections.abc import Iterable, Sequence

import sympy as sp

from attention import indexed as I
from attention import notation as N
from attention.duals import Index
from attention.exact import ExpQuotient, number
from attention.instances import Instance
from proofs.claim import Claim, Part
from proofs.documents.worked_example import printed
from proofs.formula import And, ForAll, Formula, Relation, Statement

P = I.attention(scale=sp.Integer(1))
FOUR = sp.Integer(4)


def array(*names: str, start: int = 1) -> dict[Index, ExpQuotient]:
    """Return the printed column vectors as rows start, start + 1, ... of an array."""
    rows = (printed()[name] for name in names)
    return {(i, e): number(cell) for i, row in enumerate(rows, start) for e, (cell,) in enumerate(row, 1)}


def matrix(name: str) -> dict[Index, ExpQuotient]:
    """Return a printed matrix."""
    return {(i, j): number(cell) for i, row in enumerate(printed()[name], 1) for j, cell in enumerate(row, 1)}


def inputs(**extra: dict[Index, ExpQuotient]) -> Instance:
    """Return the printed inputs, and further printed arrays by name."""
    weights = {name: matrix(name.replace("_", "^")) for name in ("W_Q", "W_K", "W_V")}
    return Instance({"n": 3, "d": 4, "d_k": 4, "d_v": 4}, {}, {"x": array("x_1", "x_2", "x_3"), **weights, **extra})


def rounds_to(value: I.Expr, shown: I.Expr, places: int) -> Formula:
    """Return: the exact value lies within half a unit of the last printed place of the printed one."""
    return Relation(I.Absolute(value - shown), "<=", sp.Rational(1, 2 * 10**places))


def given(claims: Iterable[Formula], instance: Instance, definitions: I.Definitions = P.definitions) -> Statement:
    """Return the statement about the printed numbers alone."""
    return Statement(And(tuple(claims)), definitions=definitions, sizes={}, given=instance)


def vectors(rows: Sequence[int]) -> Statement:
    """Return: the printed queries, keys and values of these rows are the projections of the printed inputs."""
    names = {"q": P.q, "k": P.k, "v": P.v}
    shown = {f"{z}_printed": {k: v for i in rows for k, v in array(f"{z}_{i}", start=i).items()} for z in names}
    claims: list[Formula] = [
        ForAll(((N.b, 1, FOUR),), rounds_to(head(i, N.b), sp.IndexedBase(f"{z}_printed", real=True)[i, N.b], 1))
        for i in rows
        for z, head in names.items()
    ]
    return given(claims, inputs(**shown))


CLAIM = Claim(
    id="worked_example_projections",
    title="Printed projections of the first token",
    document="chapter",
    item="worked_example_projections",
    label="Worked example projections",
    words="The printed q_1, k_1 and v_1 are the products of x_1 (read as a row) with the three matrices.",
    parts=(Part("", vectors((1,))),),
    remark="Every component, and what should stand there, is in the audit report.",
)
