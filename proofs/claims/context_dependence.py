r"""Under the causal mask every output reacts, generically, to its own token and to every token before; all sizes."""

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

CLAIM = Claim(
    id="context_dependence",
    title="An output depends on its context, not on its token alone",
    document="chapter",
    item="context_dependence",
    label="Context dependence",
    words="For every i and every m <= i there are parameters, hence almost all, for which output i reacts to token m.",
    parts=(
        Part("at W_Q = 0, any W_V", mean_of_values(I.causal_upper, N.i), derive_mean),
        Part("at W_Q = 0, all entries of W_V equal to 1", statement(I.causal_upper, N.i), derive),
    ),
    mutants=(
        Mutant("tokens after i too", statement(I.causal_upper)),
        Mutant("at W_V = 0", statement(I.causal_upper, N.i, values=ZERO)),
        Mutant("the mean over all n tokens", mean_of_values(I.causal_upper, N.i, count=N.n)),
    ),
    trusted=ANALYTIC,
    kernel="context_dependence",
)
