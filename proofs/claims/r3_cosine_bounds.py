r"""R3: the normalised inner product lies in [-1, 1]: Cauchy-Schwarz by Lagrange's identity; any d_k.

|q|^2 |k|^2 - (q.k)^2 = 1/2 sum_b sum_b' (q_b k_b' - q_b' k_b)^2 >= 0
"""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, Relation, Statement, equal, real
from proofs.rules import COMMON_DENOMINATOR, CONSTANT_OUT, DISTRIBUTE, LINEARITY, MERGE

q, k = sp.IndexedBase("q", real=True), sp.IndexedBase("k", real=True)
m, nu = sp.Symbol("m_q", positive=True), sp.Symbol("nu", positive=True)
DOT = sp.Sum(q[N.b] * k[N.b], (N.b, 1, N.d_k))
QQ, KK = sp.Sum(q[N.b] ** 2, (N.b, 1, N.d_k)), sp.Sum(k[N.b] ** 2, (N.b, 1, N.d_k))
CROSS = (q[N.b] * k[N.b2] - q[N.b2] * k[N.b]) ** 2
LAGRANGE = sp.Rational(1, 2) * sp.Sum(sp.Sum(CROSS, (N.b2, 1, N.d_k)), (N.b, 1, N.d_k))
COSINE = I.Quotient(DOT, m * nu)


def schwarz(op: str = ">=") -> Statement:
    """Return |q|^2 |k|^2 - (q.k)^2 op 0."""
    conclusion = Relation(QQ * KK - DOT**2, op, sp.Integer(0))
    return Statement(conclusion, (real(q, N.d_k), real(k, N.d_k)), sizes={N.d_k: 1})


def bounded(most: int = 1, norms: bool = True) -> Statement:
    """Return most - cos^2 >= 0 for m_q = |q| > 0 and nu = |k| > 0."""
    lengths = {"|q|": equal(m**2, QQ), "|k|": equal(nu**2, KK)} if norms else {}
    positive = (Datum(m, (), "positive"), Datum(nu, (), "positive"))
    conclusion = Relation(most - COSINE * COSINE, ">=", sp.Integer(0))
    return Statement(conclusion, (real(q, N.d_k), real(k, N.d_k), *positive), assumptions=lengths, sizes={N.d_k: 1})


def lagrange(proof: Proof) -> Fact:
    """Establish Lagrange's identity."""
    chain = proof.chain(LAGRANGE).by(DISTRIBUTE).while_possible(LINEARITY, CONSTANT_OUT)
    chain.ring(QQ * KK - DOT**2)
    return proof.transitive(chain.done(), proof.chain(LAGRANGE).done())


def derive_schwarz(proof: Proof) -> Fact:
    """A sum of squares is not negative."""
    return proof.signed(lagrange(proof), proof.nonnegative(LAGRANGE))


def derive_bounded(proof: Proof) -> Fact:
    """1 - cos^2 = (|q|^2 |k|^2 - (q.k)^2) / (|q|^2 |k|^2)."""
    chain = proof.chain(proof.goal.lhs).by(MERGE, COMMON_DENOMINATOR)
    over = chain.now.args[1]
    squares = proof.linear_combination(
        equal(chain.now.args[0], QQ * KK - DOT**2),
        (nu**2, proof.assumption("|q|")),
        (QQ, proof.assumption("|k|")),
    )
    identity = proof.transitive(squares, proof.transitive(lagrange(proof), proof.chain(LAGRANGE).done()))
    chain.by(proof.using(identity))
    return proof.signed(chain.done(), proof.nonnegative(I.Quotient(LAGRANGE, over)))


CLAIM = Claim(
    id="r3_cosine_bounds",
    title="The normalised inner product lies in [-1, 1]",
    document="retrieval",
    item="r3_normalised_inner_product",
    label="R3",
    words="(q.k)^2 <= |q|^2 |k|^2, so q.k/(|q||k|) lies in [-1, 1], in any dimension.",
    parts=(
        Part("Cauchy-Schwarz", schwarz(), derive_schwarz),
        Part("1 - cos^2 >= 0", bounded(), derive_bounded),
    ),
    mutants=(
        Mutant("strictly", schwarz(">")),
        Mutant("the other way", schwarz("<=")),
        Mutant("not normalised", bounded(norms=False)),
    ),
    kernel="r3_cosine_bounds",
)
