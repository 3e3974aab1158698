r"""R2, read literally: the inner product q.k is the scalar projection of q on k. False unless |k| = 1 or q.k = 0."""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Part
from proofs.formula import Datum, Formula, Statement, equal, real

q, k = sp.IndexedBase("q", real=True), sp.IndexedBase("k", real=True)
nu = sp.Symbol("nu", positive=True)
DOT = sp.Sum(q[N.b] * k[N.b], (N.b, 1, N.d_k))
NORM: Formula = equal(nu**2, sp.Sum(k[N.b] ** 2, (N.b, 1, N.d_k)))
DATA = (real(q, N.d_k), real(k, N.d_k), Datum(nu, (), "positive"))


def statement(conclusion: Formula, **assumptions: Formula) -> Statement:
    """Return the statement about q, k and nu = |k| > 0."""
    return Statement(conclusion, DATA, assumptions={"norm": NORM, **assumptions}, sizes={N.d_k: 1})


CLAIM = Claim(
    id="r2_inner_product_is_projection",
    title="The inner product is the scalar projection",
    document="retrieval",
    item="r2_inner_product_as_projection",
    label="R2",
    words="q.k equals the scalar projection q.k/|k| of q on k, for every k other than 0.",
    parts=(Part("", statement(equal(DOT, I.Quotient(DOT, nu)))),),
    repair="r2_inner_product_equals_projection_iff",
    kernel="r2_inner_product_is_projection_refuted",
)
