r"""Under the causal mask every output reacts, generically, to every token up to its own; all sizes."""

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.corollary_1_1_dependence_generic import ZERO, derive, statement

CLAIM = Claim(
    id="context_dependence",
    title="An output depends on its context, not on its token alone",
    document="chapter",
    item="context_dependence",
    label="Context dependence",
    words="For all i and m <= i there are parameters, hence almost all, for which output i reacts to token m.",
    parts=(Part("at W_Q = 0, W_V = 1", statement(I.causal_upper, N.i), derive),),
    mutants=(
        Mutant("tokens after i too", statement(I.causal_upper)),
        Mutant("at W_V = 0", statement(I.causal_upper, N.i, ZERO)),
    ),
    trusted=("an analytic function that is not identically zero vanishes on a null set only [mityagin2020]",),
)
