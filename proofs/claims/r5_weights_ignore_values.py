r"""R5, first half: the weights do not depend on W_V; they read X, W_Q, W_K and the scale c; all sizes."""

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Reads, Statement, attention_data

P = I.attention()
SOURCES = frozenset({"x", "W_Q", "W_K", "c"})


def statement(head: I.Expr, names: frozenset[str] = SOURCES) -> Statement:
    """Return: the expression reads the named data alone."""
    return Statement(
        Reads(head, names),
        attention_data("x", "W_Q", "W_K", "W_V", "c"),
        ranges=((N.i, 1, N.n), (N.j, 1, N.i), (N.g, 1, N.d_v)),
        definitions=P.definitions,
    )


def derive(proof: Proof) -> Fact:
    """Unfold alpha to scores, scores to queries and keys, these to the data."""
    return proof.reads_only(P.alpha(N.i, N.j), *SOURCES)


CLAIM = Claim(
    id="r5_weights_ignore_values",
    title="Keys and queries decide the weights",
    document="retrieval",
    item="r5_keys_and_values",
    label="R5",
    words="The weights are a function of X, W_Q, W_K and the scale c; W_V does not enter.",
    parts=(Part("", statement(P.alpha(N.i, N.j)), derive),),
    mutants=(
        Mutant("the outputs ignore W_V too", statement(P.a(N.i, N.g))),
        Mutant("the weights ignore W_K too", statement(P.alpha(N.i, N.j), SOURCES - {"W_K"})),
        Mutant("the scale does not enter", statement(P.alpha(N.i, N.j), SOURCES - {"c"})),
    ),
    kernel="r5_weights_ignore_values",
)
