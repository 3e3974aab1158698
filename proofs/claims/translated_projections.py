r"""Line III of Lemma 1's proof: queries, keys and values of translated tokens; all sizes."""

from attention import notation as N
from attention.translation import passes, tk, tq, tv
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Statement, attention_data, equal
from proofs.rules import DISTRIBUTE, LINEARITY, fold, unfold

P, Q, DEFS = passes()
KINDS = {"q": (Q.q, P.q, tq, N.b, N.d_k), "k": (Q.k, P.k, tk, N.b, N.d_k), "v": (Q.v, P.v, tv, N.g, N.d_v)}


def statement(kind: str, times: int = 1, by: str | None = None) -> Statement:
    """Return z'_i = z_i + times t W for z = q, k or v; with the W of z, or of another kind."""
    after, before, shift, letter, size = KINDS[kind]
    shift = KINDS[by][2] if by else shift
    return Statement(
        equal(after(N.i, letter), before(N.i, letter) + times * shift(letter)),
        attention_data("x", "t", "W_Q", "W_K", "W_V"),
        ranges=((N.i, 1, N.n), (letter, 1, size)),
        definitions=DEFS,
    )


def derive(proof: Proof) -> Fact:
    """The projection of a sum is the sum of the projections."""
    head = proof.goal.lhs
    name = type(head).__name__
    chain = proof.chain(head).by(unfold(name), DISTRIBUTE, LINEARITY, fold(name.rstrip("'")))
    return chain.by(fold(f"t{name[0]}")).done()


CLAIM = Claim(
    id="translated_projections",
    title="Projections of translated tokens",
    document="chapter",
    item="lemma_1",
    label="Lemma 1",
    words="Translating a token by t adds t W_Q, t W_K and t W_V to its query, key and value.",
    parts=tuple(Part(kind, statement(kind), derive) for kind in KINDS),
    mutants=(
        Mutant("query does not move", statement("q", 0)),
        Mutant("key moves by the query's shift", statement("k", by="q")),
        Mutant("value moves twice", statement("v", 2)),
    ),
    supporting=True,
    kernel="translated_projections",
)
