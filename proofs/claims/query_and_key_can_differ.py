r"""Separate matrices let one token have different query and key; for all sizes there is an example."""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Statement, equal
from proofs.rules import CONSTANT_SUM, unfold

ONE, TWO = I.Entries(lambda e, b: sp.Integer(1)), I.Entries(lambda e, b: sp.Integer(2))  # noqa: ARG005


def statement(W_K: I.Entries = ONE, gap: I.Expr = N.d) -> Statement:
    """Return q_ib - k_ib = gap for tokens of ones, W_Q of twos and the given W_K."""
    P = I.attention(tokens=lambda i, e: sp.Integer(1), W_Q=TWO, W_K=W_K)  # noqa: ARG005
    return Statement(
        equal(P.q(N.i, N.b) - P.k(N.i, N.b), gap),
        ranges=((N.i, 1, N.n), (N.b, 1, N.d_k)),
        definitions=P.definitions,
        sizes={N.n: 1, N.d: 1, N.d_k: 1},
    )


def derive(proof: Proof) -> Fact:
    """The query is 2 d, the key d."""
    return proof.chain(proof.goal.lhs).by(unfold("q"), unfold("k")).by(CONSTANT_SUM, every=True).done()


CLAIM = Claim(
    id="query_and_key_can_differ",
    title="Query and key of one token can differ",
    document="chapter",
    item="role_specific_representations",
    label="Role-specific representations",
    words="For all sizes there are tokens and weights with q_i different from k_i.",
    parts=(Part("at X = 1, W_Q = 2, W_K = 1", statement(), derive),),
    mutants=(
        Mutant("with W_K = W_Q", statement(TWO)),
        Mutant("they are equal", statement(gap=sp.Integer(0))),
        Mutant("they differ by 1 in every width", statement(gap=sp.Integer(1))),
    ),
    remark="In the example every component of the query exceeds that of the key by d, which is never 0.",
    kernel="query_and_key_can_differ",
)
