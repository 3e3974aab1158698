r"""The Jacobian of softmax: d p_i / d s_j = p_i (delta_ij - p_j), for any number of scores.

References: [gao2017].
"""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Statement, equal, real
from proofs.rules import CANCEL, CONSTANT_OUT, DELTA_PICKS, DISTRIBUTE, MERGE, PARTIAL, unfold

s = sp.IndexedBase("s", real=True)
p = sp.Function("p")
Z = sp.Sum(sp.exp(s[N.l]), (N.l, 1, N.n))
SOFTMAX = I.Definition("p", (N.i,), I.Quotient(sp.exp(s[N.i]), Z))
DATA = (real(s, N.n),)
PLACES = ((N.i, 1, N.n), (N.j, 1, N.n))


def statement(value: I.Expr) -> Statement:
    """Return d p_i / d s_j = value."""
    conclusion = equal(I.Partial(p(N.i), s[N.j]), value)
    return Statement(conclusion, DATA, PLACES, definitions=I.define(SOFTMAX), sizes={N.n: 1})


def derive(proof: Proof) -> Fact:
    """The quotient rule, with e^{s_j} for the derivative of the divisor; the right side multiplied out is the same."""
    left = proof.chain(proof.goal.lhs).by(unfold("p"), PARTIAL, DELTA_PICKS, DISTRIBUTE, CANCEL)
    right = proof.chain(proof.goal.rhs).by(unfold("p"), every=True).by(DISTRIBUTE).by(MERGE, every=True)
    return proof.transitive(left.done(), right.done())


def sum_to_one(proof: Proof) -> Fact:
    """Establish that the weights sum to one."""
    return proof.chain(sp.Sum(p(N.j), (N.j, 1, N.n))).by(unfold("p"), CONSTANT_OUT, CANCEL).ends(1)


delta = sp.KroneckerDelta(N.i, N.j)
CLAIM = Claim(
    id="softmax_jacobian",
    title="The Jacobian of softmax is diag(p) - p p^T",
    document="field",
    item="softmax_jacobian",
    label="Softmax Jacobian",
    words="The derivative of the weight p_i by the score s_j is p_i (delta_ij - p_j).",
    parts=(Part("", statement(p(N.i) * (delta - p(N.j))), derive),),
    mutants=(
        Mutant("the other sign", statement(p(N.i) * (delta + p(N.j)))),
        Mutant("diagonal alone", statement(p(N.i) * delta)),
        Mutant("p_i in place of p_j", statement(p(N.i) * (delta - p(N.i)))),
        Mutant("the logarithm's derivative", statement(delta - p(N.j))),
    ),
    kernel="softmax_jacobian",
)
