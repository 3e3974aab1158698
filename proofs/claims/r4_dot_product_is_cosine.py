r"""R4: the dot product is the cosine of the angle. False as soon as |q||k| is not 1 and q.k is not 0."""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Part
from proofs.formula import Datum, Formula, Statement, equal, real

q, k = sp.IndexedBase("q", real=True), sp.IndexedBase("k", real=True)
m, nu = sp.Symbol("m_q", positive=True), sp.Symbol("nu", positive=True)
DOT = sp.Sum(q[N.b] * k[N.b], (N.b, 1, N.d_k))
COSINE = I.Quotient(DOT, m * nu)
LENGTHS: dict[str, Formula] = {
    "|q|": equal(m**2, sp.Sum(q[N.b] ** 2, (N.b, 1, N.d_k))),
    "|k|": equal(nu**2, sp.Sum(k[N.b] ** 2, (N.b, 1, N.d_k))),
}


def statement(conclusion: Formula, **assumptions: Formula) -> Statement:
    """Return the statement about q, k, m_q = |q| > 0 and nu = |k| > 0."""
    data = (real(q, N.d_k), real(k, N.d_k), Datum(m, (), "positive"), Datum(nu, (), "positive"))
    return Statement(conclusion, data, assumptions={**LENGTHS, **assumptions}, sizes={N.d_k: 1})


CLAIM = Claim(
    id="r4_dot_product_is_cosine",
    title="The dot product is the cosine",
    document="retrieval",
    item="r4_dot_product_is_cosine",
    label="R4",
    words="q.k equals the cosine q.k/(|q||k|) of the angle between q and k.",
    parts=(Part("", statement(equal(DOT, COSINE))),),
    repair="r4_dot_product_is_cosine_iff",
    kernel="r4_dot_product_is_cosine_refuted",
)
