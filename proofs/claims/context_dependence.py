r"""Under the causal mask every output after the first reacts, generically, to every token before it; all sizes."""

from dataclasses import replace

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.corollary_1_1_dependence_generic import (
    ANALYTIC,
    ZERO,
    derive,
    derive_mean,
    mean_of_values,
    statement,
)
from proofs.formula import Statement


def earlier(base: Statement) -> Statement:
    """Return the statement for tokens m before i alone, so for i >= 2."""
    ranges = tuple((N.m, 1, N.i - 1) if r[0] == N.m else r for r in base.ranges)
    return replace(base, ranges=((N.i, 2, N.n), *ranges[1:]), sizes={**base.sizes, N.n: 2})


CLAIM = Claim(
    id="context_dependence",
    title="An output depends on its context, not on its token alone",
    document="chapter",
    item="context_dependence",
    label="Context dependence",
    words="For i >= 2 and every m < i there are parameters, hence almost all, for which output i reacts to token m.",
    parts=(
        Part("at W_Q = 0, any W_V", earlier(mean_of_values(I.causal_upper)), derive_mean),
        Part("at W_Q = 0, all entries of W_V equal to 1", earlier(statement(I.causal_upper)), derive),
    ),
    mutants=(
        Mutant("tokens after i too", statement(I.causal_upper)),
        Mutant("at W_V = 0", earlier(statement(I.causal_upper, values=ZERO))),
    ),
    trusted=ANALYTIC,
)
