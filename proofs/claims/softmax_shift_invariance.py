r"""Softmax does not see one constant added to all scores of a row: all sizes, any scores."""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, Statement, equal, real
from proofs.rules import CANCEL, CONSTANT_OUT, fold, unfold

s = sp.IndexedBase("s", real=True)
r = sp.IndexedBase("r", real=True)
plain, shifted = sp.Function("p"), sp.Function("p'")


def statement(shift: I.Expr = r[N.i], *, last: I.Expr = N.i, below: I.Expr | None = None) -> Statement:
    """Return: softmax of s_i1 + shift, ..., s_in + shift equals softmax of s_i1, ..., s_in; `below`: of the divisor."""

    def softmax(name: str, score: I.Expr, divided: I.Expr | None = None) -> I.Definition:
        plain = I.softmax_over(name, lambda i, j: score.xreplace({N.i: i, N.j: j}), lambda i: last.xreplace({N.i: i}))
        if divided is None:
            return plain
        total = sp.Sum(sp.exp(divided.xreplace({N.j: N.l})), (N.l, 1, last))
        return I.Definition(name, (N.i, N.j), I.Quotient(sp.exp(score), total))

    return Statement(
        equal(shifted(N.i, N.j), plain(N.i, N.j)),
        (Datum(s, (N.n, N.n)), real(r, N.n)),
        ranges=((N.i, 1, N.n), (N.j, 1, last)),
        definitions=I.define(softmax("p", s[N.i, N.j]), softmax("p'", s[N.i, N.j] + shift, below)),
        sizes={N.n: 1},
    )


def derive(proof: Proof) -> Fact:
    """Take e^r out of the sum; it cancels."""
    return proof.chain(shifted(N.i, N.j)).by(unfold("p'"), CONSTANT_OUT, CANCEL, fold("p")).done()


CLAIM = Claim(
    id="softmax_shift_invariance",
    title="Softmax ignores a constant added to a row",
    document="chapter",
    item="softmax_shift_invariance",
    label="Softmax shift invariance",
    words="Adding one number to all scores of a row does not change the weights of that row.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("the number depends on the column", statement(r[N.j])),
        Mutant("scores multiplied by two instead", statement(s[N.i, N.j])),
        Mutant("added in the numerator alone", statement(below=s[N.i, N.j])),
    ),
    law="softmax_shift_invariance",
    kernel="softmax_shift_invariance",
)
