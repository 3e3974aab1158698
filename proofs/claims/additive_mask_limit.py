r"""The additive mask: scores s_ij - M for j > i tend, as M -> infinity, to the masked weights; all sizes."""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Chain, Fact, Proof
from proofs.formula import Datum, Statement, equal
from proofs.rules import BRACKET, DIVIDE, LIMIT, ZERO_SUM, split, unfold

M = sp.Symbol("M", real=True)
s = sp.IndexedBase("s", real=True)
SCORE = I.Definition("s", (N.i, N.j), s[N.i, N.j])
PENALISED = I.Definition("z", (N.i, N.j), s[N.i, N.j] - M * (1 - I.AtMost(N.j, N.i)))
SOFT = I.softmax_over("beta", PENALISED.head, I.full_upper)
HARD = I.softmax_over("alpha", SCORE.head, I.causal_upper)
DEFS = I.define(SCORE, PENALISED, SOFT, HARD)
DATA = (Datum(s, (N.n, N.n)),)


def statement(value: I.Expr, first: I.Expr, last: I.Expr, penalty: I.Definition = PENALISED) -> Statement:
    """Return lim beta_ij = value for first <= j <= last."""
    return Statement(
        equal(I.LimitOf(SOFT.head(N.i, N.j), M, sp.oo), value),
        DATA,
        ranges=((N.i, 1, N.n), (N.j, first, last)),
        definitions={**DEFS, "z": penalty},
        sizes={N.n: 1},
    )


KEPT = statement(HARD.head(N.i, N.j), sp.Integer(1), N.i)
MASKED = statement(sp.Integer(0), N.i + 1, N.n)
REWARD = I.Definition("z", (N.i, N.j), s[N.i, N.j] + M * (1 - I.AtMost(N.j, N.i)))
STRICT = I.Definition("z", (N.i, N.j), s[N.i, N.j] - M * I.AtMost(N.i, N.j))


def through(proof: Proof) -> Chain:
    """Split the divisor at i; after it every term is e^(s - M), which tends to 0; before it M does not occur."""
    chain = proof.chain(proof.goal.lhs).by(unfold("beta")).by(split(N.i, until=N.n))
    return chain.by(unfold("z"), every=True).by(BRACKET, every=True).by(LIMIT).by(ZERO_SUM, every=True)


def derive_kept(proof: Proof) -> Fact:
    """What is left is the softmax over {1..i}."""
    masked = proof.chain(HARD.head(N.i, N.j)).by(unfold("alpha")).by(unfold("s"), every=True)
    return proof.transitive(through(proof).done(), masked.done())


def derive_masked(proof: Proof) -> Fact:
    """The numerator tends to zero as well."""
    return through(proof).by(DIVIDE).done()


CLAIM = Claim(
    id="additive_mask_limit",
    title="Additive masks tend to the mask",
    document="chapter",
    item="proposition_1",
    label="Proposition 1",
    words="Subtracting M from the scores of later tokens gives the masked weights in the limit of large M.",
    parts=(Part("kept positions", KEPT, derive_kept), Part("masked positions", MASKED, derive_masked)),
    mutants=(
        Mutant("M added instead", statement(HARD.head(N.i, N.j), sp.Integer(1), N.i, REWARD)),
        Mutant("the token itself penalised too", statement(HARD.head(N.i, N.j), sp.Integer(1), N.i, STRICT)),
        Mutant("masked weights tend to one", statement(sp.Integer(1), N.i + 1, N.n)),
    ),
    supporting=True,
    kernel="additive_mask_limit",
)
