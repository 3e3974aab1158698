r"""The Jacobian of softmax has row sums 0, and column sums 0: it sees differences of scores, and keeps the sum 1.

References: [gao2017].
"""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.softmax_jacobian import DATA, PLACES, SOFTMAX, p, s, sum_to_one
from proofs.derivation import Fact, Proof
from proofs.formula import Statement, equal
from proofs.rules import CONSTANT_OUT, DELTA_PICKS, DISTRIBUTE, LINEARITY

ENTRY = I.Partial(p(N.i), s[N.j])


def statement(over: I.Expr = N.j, value: int = 0, first: int = 1, last: I.Expr = N.n) -> Statement:
    """Return sum d p_i / d s_j = value, over j (a row) or over i (a column)."""
    total = sp.Sum(ENTRY, (over, first, last))
    place = tuple(p for p in PLACES if p[0] != over)
    return Statement(equal(total, value), DATA, place, definitions=I.define(SOFTMAX), sizes={N.n: 1})


def derive(proof: Proof) -> Fact:
    """The weights sum to one."""
    chain = proof.chain(proof.goal.lhs).by(proof.using(proof.other("softmax_jacobian")))
    chain.by(DISTRIBUTE, LINEARITY, DELTA_PICKS, CONSTANT_OUT)
    return chain.by(proof.using(sum_to_one(proof))).ends(0)


CLAIM = Claim(
    id="softmax_jacobian_row_sums_zero",
    title="The Jacobian of softmax has row and column sums 0",
    document="field",
    item="softmax_jacobian",
    label="Softmax Jacobian",
    words="The derivatives of a weight by all scores sum to 0, and so do those of all weights by a score.",
    parts=(
        Part("rows", statement(), derive),
        Part("columns", statement(N.i), derive),
    ),
    mutants=(
        Mutant("row sums 1", statement(value=1)),
        Mutant("without the first score", statement(first=2)),
        Mutant("columns without the last weight", statement(N.i, last=N.n - 1)),
    ),
    uses=("softmax_jacobian",),
    kernel="softmax_jacobian_row_sums_zero",
)
