r"""Worked example: a_2 depends on x_1 and x_2, and a_3 on all three tokens. True at the printed inputs."""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.worked_example_projections import FOUR, P, inputs
from proofs.formula import Relation, Statement


def statement(last: I.Expr = N.i, op: str = ">", rows: tuple[int, int] = (1, 3)) -> Statement:
    """Return: the squared Jacobian entries of a_i by x_m sum to something op 0, for i in `rows`, m <= last."""
    first, final = (sp.Integer(row) for row in rows)
    entry = I.Partial(P.a(N.i, N.g), N.x[N.m, N.e]) ** 2
    total = sp.Sum(sp.Sum(entry, (N.e, 1, FOUR)), (N.g, 1, FOUR))
    return Statement(
        Relation(total, op, sp.Integer(0)),
        ranges=((N.i, first, final), (N.m, 1, last)),
        definitions=P.definitions,
        sizes={},
        given=inputs(),
    )


CLAIM = Claim(
    id="example_dependence",
    title="The example's outputs depend on the tokens named",
    document="chapter",
    item="example_dependence",
    label="Dependence in the worked example",
    words="At the printed inputs a_2 reacts to x_1 and x_2, and a_3 to x_1, x_2 and x_3; a_1 reacts to x_1.",
    parts=(Part("", statement()),),
    mutants=(
        Mutant("a_2 reacts to x_3 too", statement(sp.Integer(3))),
        Mutant("nothing reacts", statement(op="=")),
        Mutant("each reacts to the following token too", statement(N.i + 1, rows=(1, 2))),
    ),
    remark="Decided by exact evaluation of the derivatives at the printed inputs.",
)
