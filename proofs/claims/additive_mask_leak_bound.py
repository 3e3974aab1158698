r"""How much a finite penalty M leaks: the weight after i is at most (n - i) e^(mu - M) / sum_{l <= i} e^{s_il}.

mu is any upper bound of the scores s_ij with j > i, so the largest of them; all sizes.
"""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.additive_mask_limit import DEFS, SOFT, M, s
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, ForAll, Relation, Statement
from proofs.rules import BRACKET, CONSTANT_OUT, CONSTANT_SUM, SHRINK_DIVISOR, bound_by, split, unfold

mu = sp.Symbol("mu", real=True)


def statement(count: I.Expr = N.n - N.i, power: I.Expr = mu - M, last: I.Expr = N.i) -> Statement:
    """Return sum_{j > i} beta_ij <= count e^power / sum_{l <= last} e^{s_il}."""
    leak = sp.Sum(SOFT.head(N.i, N.j), (N.j, N.i + 1, N.n))
    kept = sp.Sum(sp.exp(s[N.i, N.l]), (N.l, 1, last))
    largest = ForAll(((N.j, N.i + 1, N.n),), Relation(s[N.i, N.j], "<=", mu))
    return Statement(
        Relation(leak, "<=", I.Quotient(count * sp.exp(power), kept)),
        (Datum(s, (N.n, N.n)), Datum(mu), Datum(M)),
        ranges=((N.i, 1, N.n),),
        assumptions={"largest": largest},
        definitions=DEFS,
        sizes={N.n: 1},
    )


def derive(proof: Proof) -> Fact:
    """Drop the penalised part of the divisor; bound each of the n - i terms of the numerator."""
    chain = proof.chain(proof.goal.lhs).by(unfold("beta"), CONSTANT_OUT)
    chain.by(split(N.i, until=N.n), at=chain.now.args[1]).by(unfold("z"), every=True).by(BRACKET, every=True)
    return chain.at_most(SHRINK_DIVISOR).at_most(bound_by("largest")).by(CONSTANT_SUM).done()


CLAIM = Claim(
    id="additive_mask_leak_bound",
    title="A finite mask leaks at most (n - i) e^(mu - M) / sum of the kept exponentials",
    document="chapter",
    item="proposition_1",
    label="Proposition 1",
    words="With a finite penalty M the weight on later tokens is at most (n - i) e^(mu - M) over the kept sum.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("M counted twice", statement(power=mu - 2 * M)),
        Mutant("one term fewer", statement(count=N.n - N.i - 1)),
        Mutant("no leak at all", statement(count=sp.Integer(0))),
    ),
    supporting=True,
    kernel="additive_mask_leak_bound",
)
