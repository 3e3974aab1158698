r"""Adding r to the queries leaves row i's weights iff r is orthogonal to all key differences of the row."""

from dataclasses import replace

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.weights_unchanged_if_keys_translated import k, r, statement
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, ForAll, Formula, Statement, equal
from proofs.rules import CANCEL, CONSTANT_OUT, DISTRIBUTE, LINEARITY, assume, fold, unfold

rho = sp.Symbol("rho", real=True)


def along(j: I.Expr) -> I.Expr:
    """Return r . k_j."""
    return sp.Sum(r[N.b] * k[j, N.b], (N.b, 1, N.d_k))


def sufficient(last: I.Expr = N.i) -> Statement:
    """Return: if r.k_j is one number rho for all j up to `last`, the weights of row i stay."""
    base = statement(keys=0, queries=1)
    flat = ForAll(((N.l, 1, last),), equal(along(N.l), rho))
    data = (*base.data, Datum(rho))
    return Statement(base.conclusion, data, base.ranges, {"orthogonal": flat}, base.definitions, base.sizes)


def derive_sufficient(proof: Proof) -> Fact:
    """Every score of the row grows by c rho."""
    moved = proof.using(moved_score(proof))
    weight = proof.chain(sp.Function("alpha'")(N.i, N.j)).by(unfold("alpha'")).by(moved, every=True)
    weight.by(assume("orthogonal"), every=True)
    return weight.by(CONSTANT_OUT, CANCEL, fold("alpha")).done()


def moved_score(proof: Proof) -> Fact:
    """Establish s'_ij = s_ij + c r.k_j."""
    chain = proof.chain(sp.Function("s'")(N.i, N.j)).by(unfold("s'"), DISTRIBUTE, LINEARITY, DISTRIBUTE, fold("s"))
    fact = chain.done()
    return proof.generalize(fact, N.j)


def necessary() -> Statement:
    """Return: if row i keeps its weights at j and l, then r.(k_j - k_l) = 0."""
    base = statement(keys=0, queries=1)
    new, old = sp.Function("alpha'"), sp.Function("alpha")
    kept: Formula = ForAll(((N.m, 1, N.i),), equal(new(N.i, N.m), old(N.i, N.m)))
    return Statement(
        equal(along(N.j) - along(N.l), 0),
        base.data,
        (*base.ranges, (N.l, 1, N.i)),
        {"unchanged": kept},
        base.definitions,
        base.sizes,
    )


def derive_necessary(proof: Proof) -> Fact:
    """The ratio of two weights of a row is e to the difference of their scores, before and after."""
    s, z = sp.Function("s"), sp.Sum(sp.exp(sp.Function("s")(N.i, N.l)), (N.l, 1, N.i))
    moved = moved_score(proof)

    def weights(j: I.Expr) -> Fact:
        new = proof.chain(sp.Function("alpha'")(N.i, j)).by(unfold("alpha'"))
        shifted = new.by(proof.using(moved), at=sp.Function("s'")(N.i, j)).done()
        old = proof.chain(sp.Function("alpha")(N.i, j)).by(unfold("alpha")).done()
        kept = proof.assumption("unchanged", m=j)
        return proof.cross_multiply(proof.transitive(proof.transitive(shifted, kept), old))

    first, second = weights(N.j), weights(N.l)
    gap = sp.exp(s(N.i, N.j) + s(N.i, N.l) + N.c * along(N.j)) - sp.exp(s(N.i, N.j) + s(N.i, N.l) + N.c * along(N.l))
    zero = proof.linear_combination(
        equal(z * gap, sp.Integer(0)), (sp.exp(s(N.i, N.l)), first), (-sp.exp(s(N.i, N.j)), second)
    )
    moved_apart = proof.exponential_injective(proof.positive_factor(zero))
    scaled = equal(N.c * (along(N.j) - along(N.l)), sp.Integer(0))
    return proof.positive_factor(proof.linear_combination(scaled, (1, moved_apart)))


ALL_BUT_ONE = {"unchanged": "one weight fewer would do, as a row sums to one; the claim speaks of a row that stays"}
OWN_KEY: dict[str, Formula] = {"orthogonal": equal(along(N.i), 0)}

CLAIM = Claim(
    id="weights_unchanged_iff_query_shift_orthogonal",
    title="Translating the queries keeps a row iff r is orthogonal to its key differences",
    document="chapter",
    item="lemma_1",
    label="Lemma 1",
    words="Adding r to all queries keeps the weights of row i iff r.(k_j - k_l) = 0 for all j, l up to i.",
    parts=(
        Part("if", sufficient(), derive_sufficient),
        Part("only if", necessary(), derive_necessary, loose=ALL_BUT_ONE),
    ),
    mutants=(
        Mutant("no condition", statement(keys=0, queries=1)),
        Mutant("all keys but the last", sufficient(last=N.i - 1)),
        Mutant("orthogonal to the row's own key alone", replace(sufficient(), assumptions=OWN_KEY)),
    ),
    supporting=True,
    kernel="weights_unchanged_iff_query_shift_orthogonal",
)
