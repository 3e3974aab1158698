r"""The Jacobian of softmax is positive semidefinite: h^T J h is the variance of h under the weights p.

sum_i sum_j h_i (d p_i / d s_j) h_j = sum_i p_i (h_i - sum_l p_l h_l)^2 >= 0

References: [gao2017].
"""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.softmax_jacobian import DATA, SOFTMAX, p, s, sum_to_one
from proofs.derivation import Fact, Proof
from proofs.formula import Relation, Statement, real
from proofs.rules import CONSTANT_OUT, DELTA_PICKS, DISTRIBUTE, LINEARITY, unfold

h = sp.IndexedBase("h", real=True)
MEAN = sp.Sum(p(N.l) * h[N.l], (N.l, 1, N.n))
VARIANCE = sp.Sum(p(N.i) * (h[N.i] - MEAN) ** 2, (N.i, 1, N.n))
SQUARES = sp.Sum(p(N.i) * h[N.i] ** 2, (N.i, 1, N.n))


def form(first: int = 1) -> I.Expr:
    """Return h^T J h."""
    entry = h[N.i] * I.Partial(p(N.i), s[N.j]) * h[N.j]
    return sp.Sum(sp.Sum(entry, (N.j, first, N.n)), (N.i, 1, N.n))


def statement(lhs: I.Expr, op: str = ">=", rhs: I.Expr = 0) -> Statement:
    """Return lhs op rhs for all scores s and all h."""
    data = (*DATA, real(h, N.n))
    return Statement(Relation(lhs, op, rhs), data, definitions=I.define(SOFTMAX), sizes={N.n: 1})


def derive_variance(proof: Proof) -> Fact:
    """Both sides are sum_i p_i h_i^2 - (sum_l p_l h_l)^2."""
    left = proof.chain(form()).by(proof.using(proof.other("softmax_jacobian")))
    left.while_possible(DISTRIBUTE, LINEARITY, DELTA_PICKS, CONSTANT_OUT).ring(SQUARES - MEAN**2)
    right = proof.chain(VARIANCE).while_possible(DISTRIBUTE, LINEARITY, CONSTANT_OUT)
    right.by(proof.using(sum_to_one(proof))).ring(SQUARES - MEAN**2)
    return proof.transitive(left.done(), right.done())


def derive(proof: Proof) -> Fact:
    """Weights are positive and squares are not negative."""
    shown = proof.chain(VARIANCE).by(unfold("p"), every=True).done()
    variance = proof.signed(shown, proof.nonnegative(shown.relation.rhs))
    return proof.signed(derive_variance(proof), variance)


CLAIM = Claim(
    id="softmax_jacobian_positive_semidefinite",
    title="The Jacobian of softmax is positive semidefinite",
    document="field",
    item="softmax_jacobian",
    label="Softmax Jacobian",
    words="h^T J h is the variance of h under the weights, which is not negative, for every h.",
    parts=(
        Part("the form is a variance", statement(form(), "=", VARIANCE), derive_variance),
        Part("it is not negative", statement(form()), derive),
    ),
    mutants=(
        Mutant("positive definite", statement(form(), ">")),
        Mutant("negative semidefinite", statement(form(), "<=")),
        Mutant("without the first column", statement(form(first=2))),
    ),
    uses=("softmax_jacobian",),
    kernel="softmax_jacobian_positive_semidefinite",
)
