r"""R1: softmax(beta s) tends, as beta -> infinity, to the uniform distribution on the positions of maximal score.

Written with gaps: s_j = mu - gap_j, gap_j >= 0, some gap 0; the limit at j is [gap_j = 0] / #{l : gap_l = 0}.
It is one-hot exactly when one gap alone is zero; all n, ties included.
"""

from dataclasses import replace

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, ForAll, Formula, Relation, Statement, equal, real
from proofs.rules import BRACKET, CANCEL, CONSTANT_OUT, DISTRIBUTE, DIVIDE, LIMIT, assume, unfold

mu, beta = sp.Symbol("mu", real=True), sp.Symbol("beta", real=True)
gap = sp.IndexedBase("gap", real=True)
SCORE = I.Definition("s", (N.j,), mu - gap[N.j])
SOFT = I.Definition(
    "p",
    (N.j,),
    I.Quotient(sp.exp(beta * SCORE.head(N.j)), sp.Sum(sp.exp(beta * SCORE.head(N.l)), (N.l, 1, N.n))),
)
ATTAINED = Relation(sp.Sum(I.IsZero(gap[N.l]), (N.l, 1, N.n)), ">", sp.Integer(0))
BELOW = ForAll(((N.l, 1, N.n),), Relation(gap[N.l], ">=", sp.Integer(0)))


def statement(value: I.Expr, to: I.Expr = sp.oo, assumptions: dict[str, Formula] | None = None) -> Statement:
    """Return lim softmax(beta s)_j = value as beta tends to `to`."""
    given: dict[str, Formula] = {"below": BELOW, "attained": ATTAINED} if assumptions is None else assumptions
    return Statement(
        equal(I.LimitOf(SOFT.head(N.j), beta, to), value),
        (real(gap, N.n), Datum(mu)),
        ranges=((N.j, 1, N.n),),
        assumptions=given,
        definitions=I.define(SCORE, SOFT),
        sizes={N.n: 1},
    )


UNIFORM_ON_TIES = I.Quotient(I.IsZero(gap[N.j]), sp.Sum(I.IsZero(gap[N.l]), (N.l, 1, N.n)))


def derive(proof: Proof) -> Fact:
    """Take e^(beta mu) out; e^(-beta gap) tends to 1 where the gap is 0 and to 0 elsewhere."""
    chain = proof.chain(I.LimitOf(SOFT.head(N.j), beta, sp.oo)).by(unfold("p")).by(unfold("s"), every=True)
    return chain.by(DISTRIBUTE, every=True).by(CONSTANT_OUT, CANCEL, LIMIT).done()


COUNT = sp.Sum(I.IsZero(gap[N.l]), (N.l, 1, N.n))
BASE: dict[str, Formula] = {"below": BELOW, "attained": ATTAINED}


def one_hot() -> Statement:
    """Return: if the maximum is unique, the limit is 1 at its position and 0 elsewhere."""
    return statement(I.IsZero(gap[N.j]), assumptions={"below": BELOW, "unique": equal(COUNT, 1)})


def derive_one_hot(proof: Proof) -> Fact:
    """Divide by the number of positions of maximal score, which is one; so it is attained."""
    some = proof.signed(proof.assumption("unique"), proof.positive(sp.Integer(1)))
    limit = proof.having("attained", some, derive)
    chain = proof.chain(UNIFORM_ON_TIES).by(assume("unique"), DIVIDE)
    return proof.transitive(limit, chain.done())


def only_if_unique() -> Statement:
    """Return: if the limit is 1 somewhere, the maximum is unique."""
    base = statement(sp.Integer(1))
    return replace(base, conclusion=equal(COUNT, 1), assumptions={**BASE, "one-hot": base.conclusion})


def derive_only_if_unique(proof: Proof) -> Fact:
    """The number m of positions of maximal score is [gap_j = 0], so m^2 = m, and m > 0."""
    here = I.IsZero(gap[N.j])
    crossed = proof.cross_multiply(proof.transitive(derive(proof), proof.assumption("one-hot")))
    square = proof.chain(here**2).by(BRACKET).done()
    zero = equal(COUNT * (COUNT - 1), sp.Integer(0))
    whole = proof.linear_combination(zero, (1, square), (1 - here - COUNT, crossed))
    return proof.linear_combination(equal(COUNT, 1), (1, proof.positive_factor(whole)))


CLAIM = Claim(
    id="r1_soft_retrieval_limit",
    title="Soft retrieval tends to hard retrieval, shared among ties",
    document="retrieval",
    item="r1_soft_retrieval",
    label="R1",
    words="As beta grows, softmax(beta s) tends to the uniform distribution on the positions of maximal score.",
    parts=(
        Part("beta to infinity", statement(UNIFORM_ON_TIES), derive),
        Part("one-hot if the maximum is unique", one_hot(), derive_one_hot),
        Part("one-hot only if the maximum is unique", only_if_unique(), derive_only_if_unique),
    ),
    mutants=(
        Mutant("one-hot in spite of ties", statement(I.IsZero(gap[N.j]))),
        Mutant("uniform on all positions", statement(I.Quotient(sp.Integer(1), N.n))),
        Mutant("mu is no upper bound of the scores", statement(UNIFORM_ON_TIES, assumptions={"attained": ATTAINED})),
    ),
    kernel="r1_soft_retrieval_limit",
)
