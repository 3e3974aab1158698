r"""Finite scores exclude nothing: at every finite penalty M every weight is positive; all sizes."""

from dataclasses import replace

import sympy as sp

from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.additive_mask_limit import DEFS, SOFT, M, s
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, Formula, Relation, Statement
from proofs.rules import unfold


def statement(op: str = ">", bound: int = 0) -> Statement:
    """Return beta_ij op bound for all i, j."""
    conclusion: Formula = Relation(SOFT.head(N.i, N.j), op, sp.Integer(bound))
    return Statement(
        conclusion,
        (Datum(s, (N.n, N.n)), Datum(M)),
        ranges=((N.i, 1, N.n), (N.j, 1, N.n)),
        definitions=DEFS,
        sizes={N.n: 1},
    )


def lighter_than_own() -> Statement:
    """Return the false variant: a penalised token always weighs less than the token itself."""
    own = Relation(SOFT.head(N.i, N.j), "<", SOFT.head(N.i, N.i))
    return replace(statement(), conclusion=own, ranges=((N.i, 1, N.n - 1), (N.j, N.i + 1, N.n)), sizes={N.n: 2})


def later_tokens() -> Statement:
    """Return the false variant: the weight of the last token, seen from an earlier one, is zero."""
    ranges = ((N.i, 1, N.n - 1), (N.j, N.i + 1, N.n))
    return replace(statement("="), ranges=ranges, sizes={N.n: 2})


def derive(proof: Proof) -> Fact:
    """An exponential over a non-empty sum of exponentials."""
    chain = proof.chain(SOFT.head(N.i, N.j)).by(unfold("beta"))
    return proof.signed(chain.done(), proof.positive(chain.now))


CLAIM = Claim(
    id="additive_mask_leaks",
    title="A finite mask always leaks",
    document="chapter",
    item="proposition_1",
    label="Proposition 1",
    words="At every finite penalty every weight is positive: no position is excluded exactly.",
    remark="A positive weight is not yet a dependence (see Corollary 1.1): with W_V = 0 nothing depends on anything.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("weights of later tokens vanish", later_tokens()),
        Mutant("weights exceed one", statement(">", 1)),
        Mutant("a later token weighs less than the token itself", lighter_than_own()),
    ),
    supporting=True,
    kernel="additive_mask_leaks",
)
