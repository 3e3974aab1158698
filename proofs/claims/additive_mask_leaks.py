r"""Finite scores never give exact causality: at every finite penalty M every weight is positive."""

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
    words="With finite scores every weight is positive, so a finite additive mask is never exactly causal.",
    parts=(Part("", statement(), derive),),
    mutants=(Mutant("weights vanish", statement("=")), Mutant("weights exceed one", statement(">", 1))),
    supporting=True,
)
