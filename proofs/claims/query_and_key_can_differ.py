r"""Separate matrices let one token have different query and key; for all sizes there is an example."""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Relation, Statement
from proofs.rules import CONSTANT_SUM, ZERO_SUM, unfold

ONE, ZERO = I.Entries(lambda e, b: sp.Integer(1)), I.Entries(lambda e, b: sp.Integer(0))  # noqa: ARG005


def statement(W_K: I.Entries = ZERO, op: str = ">") -> Statement:
    """Return q_ib - k_ib op 0 for tokens of ones, W_Q of ones and the given W_K."""
    P = I.attention(tokens=lambda i, e: sp.Integer(1), W_Q=ONE, W_K=W_K)  # noqa: ARG005
    return Statement(
        Relation(P.q(N.i, N.b) - P.k(N.i, N.b), op, sp.Integer(0)),
        ranges=((N.i, 1, N.n), (N.b, 1, N.d_k)),
        definitions=P.definitions,
        sizes={N.n: 1, N.d: 1, N.d_k: 1},
    )


def derive(proof: Proof) -> Fact:
    """The query is d, the key 0."""
    chain = proof.chain(proof.goal.lhs).by(unfold("q"), unfold("k"))
    return proof.signed(chain.by(ZERO_SUM, CONSTANT_SUM).done(), proof.positive(chain.now))


CLAIM = Claim(
    id="query_and_key_can_differ",
    title="Query and key of one token can differ",
    document="chapter",
    item="role_specific_representations",
    label="Role-specific representations",
    words="For all sizes there are tokens and weights with q_i different from k_i.",
    parts=(Part("at X = 1, W_Q = 1, W_K = 0", statement(), derive),),
    mutants=(Mutant("with W_K = W_Q", statement(ONE)), Mutant("they are equal", statement(op="="))),
)
