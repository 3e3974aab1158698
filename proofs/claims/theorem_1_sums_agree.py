r"""Line III of Theorem 1's proof: equal weights and equal values up to i give equal sums; all sizes."""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import ForAll, Formula, Statement, equal, real
from proofs.rules import assume

A, B, V, W = (sp.IndexedBase(name, real=True) for name in ("A", "B", "V", "W"))


def statement(last: I.Expr = N.i, drop: str = "") -> Statement:
    """Return sum_{j <= last} A_ij V_jg = sum_{j <= last} B_ij W_jg, if the factors agree up to i."""
    upto = ((N.l, 1, N.i),)
    assumptions: dict[str, Formula] = {
        "weights": ForAll(upto, equal(A[N.i, N.l], B[N.i, N.l])),
        "values": ForAll(upto, equal(V[N.l, N.g], W[N.l, N.g])),
    }
    assumptions.pop(drop, None)
    left = sp.Sum(A[N.i, N.j] * V[N.j, N.g], (N.j, 1, last))
    right = sp.Sum(B[N.i, N.j] * W[N.j, N.g], (N.j, 1, last))
    return Statement(
        equal(left, right),
        (real(A, N.n, N.n), real(B, N.n, N.n), real(V, N.n, N.d_v), real(W, N.n, N.d_v)),
        ranges=((N.i, 1, N.n), (N.g, 1, N.d_v)),
        assumptions=assumptions,
        sizes={N.n: 1, N.d_v: 1},
    )


def derive(proof: Proof) -> Fact:
    """Term by term."""
    return proof.chain(proof.goal.lhs).by(assume("weights"), assume("values")).done()


CLAIM = Claim(
    id="theorem_1_sums_agree",
    title="Equal weights and values give equal sums",
    document="chapter",
    item="theorem_1",
    label="Theorem 1",
    words="Weighted sums over j <= i agree if the weights and the values agree for all j <= i.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("sum over all tokens", statement(N.n)),
        Mutant("weights may differ", statement(drop="weights")),
        Mutant("values may differ", statement(drop="values")),
    ),
    supporting=True,
    kernel="theorem_1_sums_agree",
)
