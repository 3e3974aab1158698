r"""The score is symmetric if queries and keys share one projection: W_Q = W_K; all sizes."""

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Statement, attention_data, equal
from proofs.rules import unfold


def statement(sign: int = 1, W_K: I.Expr = N.W_Q, second: I.Expr = N.i) -> Statement:
    """Return s_ij = sign s_j,second for the given key weights."""
    shared = I.attention(W_K=W_K)
    return Statement(
        equal(shared.s(N.i, N.j), sign * shared.s(N.j, second)),
        attention_data("x", "W_Q", "W_K", "c"),
        ranges=((N.i, 1, N.n), (N.j, 1, N.n)),
        definitions=shared.definitions,
        sizes={N.n: 1, N.d: 1, N.d_k: 1},
    )


def derive(proof: Proof) -> Fact:
    """With one projection both sides are the same sum of products."""

    def data(side: I.Expr) -> Fact:
        return proof.chain(side).by(unfold("s"), unfold("q"), unfold("k")).done()

    conclusion = proof.goal
    return proof.transitive(data(conclusion.lhs), data(conclusion.rhs))


CLAIM = Claim(
    id="score_symmetric_if_shared_projection",
    title="The score is symmetric if W_Q = W_K",
    document="chapter",
    item="dot_product_similarity",
    label="Dot product as similarity",
    words="With W_K = W_Q the score of x_i with x_j equals that of x_j with x_i.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("separate projections", statement(W_K=N.W_K)),
        Mutant("antisymmetric", statement(-1)),
        Mutant("the key's own square instead", statement(second=N.j)),
    ),
    kernel="score_symmetric_if_shared_projection",
)
