r"""Line I of Theorem 1's proof: the scores of row i that the mask keeps read no token after i; any score."""

from dataclasses import replace

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.theorem_1_agreement import DATA, SIZES, X, Y, agree, definitions
from proofs.derivation import Fact, Proof
from proofs.formula import Statement, equal
from proofs.rules import assume, unfold


def statement(last: I.Expr = N.i, head: str = "s", upto: I.Expr = N.i) -> Statement:
    """Return head_ij(X) = head_ij(Y) for j <= last if the inputs agree up to `upto`."""
    return Statement(
        equal(sp.Function(head)(N.i, N.j), sp.Function(head + "'")(N.i, N.j)),
        DATA,
        ranges=((N.i, 1, N.n), (N.j, 1, last)),
        assumptions={"agree": agree(upto)},
        definitions={**definitions(X, "", N.i), **definitions(Y, "'", N.i)},
        sizes={N.n: SIZES[N.n]},
    )


def following_row() -> Statement:
    """Return the false variant for the scores of row i + 1."""
    base = statement()
    row = equal(sp.Function("s")(N.i + 1, N.j), sp.Function("s'")(N.i + 1, N.j))
    return replace(base, conclusion=row, ranges=((N.i, 1, N.n - 1), (N.j, 1, N.i)))


def derive(proof: Proof) -> Fact:
    """Both tokens of the score are at most i."""
    here = proof.chain(sp.Function("s")(N.i, N.j)).by(unfold("s")).by(assume("agree"), every=True)
    there = proof.chain(sp.Function("s'")(N.i, N.j)).by(unfold("s'"))
    return proof.transitive(here.done(), there.done())


CLAIM = Claim(
    id="theorem_1_scores_agree",
    title="Kept scores read the past alone",
    document="chapter",
    item="theorem_1",
    label="Theorem 1",
    words="Scores s_ij with j <= i agree if the inputs agree up to i.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("scores of all columns", statement(N.n)),
        Mutant("scores of the following row", following_row()),
        Mutant("inputs agree up to i - 1 only", statement(upto=N.i - 1)),
    ),
    supporting=True,
    kernel="theorem_1_scores_agree",
)
