r"""Padding: masking one key is deleting it, for every query and beside any other mask; all sizes.

Of n + 1 positions one, m, goes.  M_ij is any other mask (0 or 1), or indeed any factor such as e^bias.  Masked,
position m has the factor 0; deleted, the keys, the values and the columns of M after m move up by one place.
"""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Chain, Fact, Proof
from proofs.formula import Datum, Range, Relation, Statement, equal, real
from proofs.rules import BRACKET, DELTA_OUTSIDE, DIVIDE, SINGLE_TERM, ZERO_SUM, fold, reindex, split, unfold

q, k, v, M = (sp.IndexedBase(name, real=True) for name in ("q", "k", "v", "M"))
ALL = N.n + 1
"""The last position; the last is n when one is deleted."""
S = I.Definition("s", (N.i, N.j), N.c * sp.Sum(q[N.i, N.b] * k[N.j, N.b], (N.b, 1, N.d_k)))
ALPHA, A = sp.Function("alpha"), sp.Function("a")
SHORT_ALPHA, SHORT_A = sp.Function("alpha'"), sp.Function("a'")
ANY_M = (N.m, 1, ALL)
BEFORE, AFTER = (ANY_M, (N.j, 1, N.m - 1)), ((N.j, 1, N.n), (N.m, 1, N.j))


def masked(at: I.Expr, how: str) -> dict[str, I.Definition]:
    """Return attention with position `at` masked; the wrong ways are "after" the softmax and "by a score" of 0."""

    def power(j: I.Expr, *, kept: bool) -> I.Expr:
        factor = sp.Integer(1) if kept else 1 - sp.KroneckerDelta(j, at)
        score = S.head(N.i, j)
        return M[N.i, j] * (sp.exp(factor * score) if how == "by a score" else factor * sp.exp(score))

    z = I.Definition("z", (N.m, N.i), sp.Sum(power(N.l, kept=how == "after"), (N.l, 1, ALL)))
    weight = I.Quotient(power(N.j, kept=False), z.head(N.m, N.i))
    alpha = I.Definition("alpha", (N.m, N.i, N.j), weight)
    total = sp.Sum(alpha.head(N.m, N.i, N.j) * v[N.j, N.g], (N.j, 1, ALL))
    return I.define(S, z, alpha, I.Definition("a", (N.m, N.i, N.g), total))


def deleted(*, values: bool) -> dict[str, I.Definition]:
    """Return attention over the n positions that are left; `values` says whether the value goes with its key."""

    def left(entry: sp.IndexedBase, j: I.Expr, *rest: I.Expr) -> I.Expr:
        return I.AtMost(j, N.m - 1) * entry[(j, *rest)] + I.AtMost(N.m, j) * entry[(j + 1, *rest)]

    key = I.Definition("k'", (N.m, N.j, N.b), left(k, N.j, N.b))
    value = I.Definition("v'", (N.m, N.j, N.g), left(v, N.j, N.g) if values else v[N.j, N.g])
    column = I.AtMost(N.j, N.m - 1) * M[N.i, N.j] + I.AtMost(N.m, N.j) * M[N.i, N.j + 1]
    other = I.Definition("M'", (N.m, N.i, N.j), column)
    dot = sp.Sum(q[N.i, N.b] * key.head(N.m, N.j, N.b), (N.b, 1, N.d_k))
    score = I.Definition("s'", (N.m, N.i, N.j), N.c * dot)

    def power(j: I.Expr) -> I.Expr:
        return other.head(N.m, N.i, j) * sp.exp(score.head(N.m, N.i, j))

    z = I.Definition("z'", (N.m, N.i), sp.Sum(power(N.l), (N.l, 1, N.n)))
    alpha = I.Definition("alpha'", (N.m, N.i, N.j), I.Quotient(power(N.j), z.head(N.m, N.i)))
    total = sp.Sum(alpha.head(N.m, N.i, N.j) * value.head(N.m, N.j, N.g), (N.j, 1, N.n))
    return I.define(key, value, other, score, z, alpha, I.Definition("a'", (N.m, N.i, N.g), total))


def statement(
    long: I.Expr = A(N.m, N.i, N.g),
    short: I.Expr = SHORT_A(N.m, N.i, N.g),
    places: tuple[Range, ...] = (ANY_M, (N.g, 1, N.d_v)),
    *,
    at: I.Expr = N.m,
    how: str = "excluded",
    values: bool = True,
) -> Statement:
    """Return: masked at `at`, `long` is what `short` is with position m deleted, for the letters' ranges `places`."""
    allowed = Relation(sp.Function("z")(N.m, N.i), ">", sp.Integer(0))
    arrays = (real(q, ALL, N.d_k), real(k, ALL, N.d_k), real(v, ALL, N.d_v), real(M, ALL, ALL))
    return Statement(
        equal(long, short),
        (*arrays, Datum(N.c, (), "positive")),
        ranges=(*places, (N.i, 1, ALL)),
        assumptions={"something is left": allowed},
        definitions={**masked(at, how), **deleted(values=values)},
        sizes={N.n: 1, N.d_k: 1, N.d_v: 1},
    )


def kept(chain: Chain) -> Chain:
    """Read the entries that are left, where the place before or after m is known."""
    return chain.by(unfold("s'"), every=True).by(unfold("M'"), unfold("k'"), BRACKET, fold("s"), every=True)


def divisors(proof: Proof) -> Fact:
    """Both sums split at m; the masked term is 0, and the terms after it are counted from one place earlier."""
    long = proof.chain(sp.Function("z")(N.m, N.i)).by(unfold("z"), split(N.m - 1), split(N.m, until=ALL))
    long.by(SINGLE_TERM).by(DELTA_OUTSIDE, every=True).by(reindex(-1, since=N.m + 1))
    short = proof.chain(sp.Function("z'")(N.m, N.i)).by(unfold("z'"), split(N.m - 1))
    return proof.transitive(long.done(), kept(short).done())


def derive_weight(proof: Proof) -> Fact:
    """Numerators and divisors are the same."""
    long = proof.chain(proof.goal.lhs).by(unfold("alpha"), DELTA_OUTSIDE, proof.using(divisors(proof)))
    return proof.transitive(long.done(), kept(proof.chain(proof.goal.rhs).by(unfold("alpha'"))).done())


def derive(proof: Proof) -> Fact:
    """The sum over positions splits as its divisor does."""
    long = proof.chain(proof.goal.lhs).by(unfold("a"), split(N.m - 1), split(N.m, until=ALL)).by(SINGLE_TERM)
    long.by(unfold("alpha"), every=True).by(DELTA_OUTSIDE, every=True).while_possible(DIVIDE, ZERO_SUM)
    long.by(proof.using(divisors(proof)), every=True).by(reindex(-1, since=N.m + 1))
    short = proof.chain(proof.goal.rhs).by(unfold("a'"), split(N.m - 1)).by(unfold("alpha'"), unfold("v'"), every=True)
    return proof.transitive(long.done(), kept(short).done())


CLAIM = Claim(
    id="masked_key_is_deleted_key",
    title="Masking a key is deleting it",
    document="field",
    item="padding",
    label="Padding",
    words="With one position masked, beside any other mask, every row is the one with that key and value deleted.",
    parts=(
        Part("weights before m", statement(ALPHA(N.m, N.i, N.j), SHORT_ALPHA(N.m, N.i, N.j), BEFORE), derive_weight),
        Part("weights after m", statement(ALPHA(N.m, N.i, N.j + 1), SHORT_ALPHA(N.m, N.i, N.j), AFTER), derive_weight),
        Part("outputs", statement(), derive),
    ),
    mutants=(
        Mutant("masked after the softmax", statement(how="after")),
        Mutant("masked by a score of 0", statement(how="by a score")),
        Mutant("the next position is masked", statement(places=((N.m, 1, N.n), (N.g, 1, N.d_v)), at=N.m + 1)),
        Mutant("the key is deleted, its value stays", statement(values=False)),
    ),
    law="masked_is_deleted",
    kernel="masked_key_is_deleted_key",
    remark="Several keys go one after another, M holding the other masks. A row with nothing left has no softmax.",
)
