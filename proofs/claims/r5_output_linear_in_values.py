r"""R5, second half: the output is linear in the values; all sizes, any weights."""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, Statement, equal, real
from proofs.rules import CONSTANT_OUT, DISTRIBUTE, LINEARITY

alpha, v, w = (sp.IndexedBase(name, real=True) for name in ("alpha", "v", "w"))
LAMBDA = sp.Symbol("lambda", real=True)


def output(value: I.Expr, last: I.Expr = N.i) -> I.Expr:
    """Return sum_{j <= last} alpha_ij value_j."""
    return sp.Sum(alpha[N.i, N.j] * value, (N.j, 1, last))


def statement(factor: I.Expr = LAMBDA, second: int = 1, last: I.Expr = N.i) -> Statement:
    """Return: the output of v + lambda w is that of v plus factor times that of w."""
    left = output(v[N.j, N.g] + LAMBDA * w[N.j, N.g])
    right = output(v[N.j, N.g]) + second * factor * output(w[N.j, N.g], last)
    return Statement(
        equal(left, right),
        (real(alpha, N.n, N.n), real(v, N.n, N.d_v), real(w, N.n, N.d_v), Datum(LAMBDA)),
        ranges=((N.i, 1, N.n), (N.g, 1, N.d_v)),
        sizes={N.n: 1, N.d_v: 1},
    )


def derive(proof: Proof) -> Fact:
    """Distribute, split the sum, pull lambda out."""
    return proof.chain(proof.goal.lhs).by(DISTRIBUTE, LINEARITY, CONSTANT_OUT).done()


CLAIM = Claim(
    id="r5_output_linear_in_values",
    title="Values carry the information: outputs are linear in them",
    document="retrieval",
    item="r5_keys_and_values",
    label="R5",
    words="With the weights fixed, the output is linear in the values.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("lambda squared", statement(LAMBDA**2)),
        Mutant("the second values left out", statement(second=0)),
        Mutant("the second values without the mask", statement(last=N.n)),
    ),
    kernel="r5_output_linear_in_values",
)
