r"""The converse embedding: with every position allowed, general attention is unmasked attention; all sizes."""

from collections.abc import Callable
from dataclasses import replace

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.proposition_1_restriction import causal, masked, restricted, statement
from proofs.derivation import Fact, Proof
from proofs.formula import ForAll, Statement, equal, real
from proofs.rules import assume, fold, unfold

Upper = Callable[[I.Expr], I.Expr]
mask = sp.IndexedBase("mask", real=True)


def all_true(upper: Upper = I.full_upper, last: I.Expr = N.n) -> Statement:
    """Return: a mask whose entries up to `last` are all 1 gives the outputs of attention over {1..upper(i)}."""
    base, general = statement(upper=upper), masked(lambda i, j: mask[i, j], "~")
    ones = ForAll(((N.j, 1, last),), equal(mask[N.i, N.j], 1))
    # Only under the assumption are the entries an indicator: the weights do not claim to be a softmax before.
    weight = replace(general["alpha~"], means=None)
    return replace(
        base,
        data=(*base.data, real(mask, N.n, N.n)),
        assumptions={"all true": ones},
        conclusion=equal(sp.Function("a~")(N.i, N.g), sp.Function("a")(N.i, N.g)),
        definitions={**restricted(upper), **general, "alpha~": weight},
    )


def derive(proof: Proof) -> Fact:
    """A factor 1 everywhere."""
    chain = proof.chain(proof.goal.lhs).by(unfold("a~"), unfold("alpha~"))
    return chain.by(assume("all true"), every=True).by(fold("alpha"), fold("a")).done()


CLAIM = Claim(
    id="all_true_mask_is_no_mask",
    title="An all-true mask is no mask",
    document="chapter",
    item="proposition_1",
    label="Proposition 1",
    words="General attention with every position allowed is unmasked attention.",
    parts=(Part("", all_true(), derive),),
    mutants=(
        Mutant("the causal mask is no mask", statement(causal, I.full_upper)),
        Mutant("no mask is the causal mask", all_true(I.causal_upper)),
        Mutant("all positions but the last", all_true(last=N.n - 1)),
    ),
    supporting=True,
    kernel="all_true_mask_is_no_mask",
)
