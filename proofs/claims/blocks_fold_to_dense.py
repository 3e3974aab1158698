r"""Folding the blocks of a row gives the dense row: any partition of the keys, any references, any number of blocks.

kappa_j is the number of the block that key j is in; blocks may be empty, and need not be of neighbouring keys.  Block
q has the sums of its keys at its reference m_q; the fold after q blocks has the reference mu_q (in practice the
greatest score so far) and merges:

    Z_0 = 0,   Z_q = e^{mu_{q-1} - mu_q} Z_{q-1} + e^{m_q - mu_q} z_q,   and likewise O.

By induction Z_q = sum over the keys of the first q blocks of e^{s_j - mu_q}.  With kappa_j = j a block is one key:
softmax in one pass.

References: [milakov2018]; [dao2022].
"""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.block_merge_associative import merged
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, ForAll, Formula, Relation, Statement, equal, names_read, real
from proofs.rules import (
    CANCEL,
    CASES,
    CONSTANT_IN,
    CONSTANT_OUT,
    DISTRIBUTE,
    EMPTY_SUM,
    EXPONENTS,
    LINEARITY,
    MERGE,
    SINGLE_TERM,
    ZERO_SUM,
    assume,
    split,
    unfold,
)

s, v, kappa = (sp.IndexedBase(name, real=True) for name in ("s", "v", "kappa"))
own, mu = sp.IndexedBase("m", real=True), sp.IndexedBase("mu", real=True)
q, r = sp.symbols("q r", integer=True)
B = sp.Symbol("B", integer=True, positive=True)
z, o, Z, O, p = (sp.Function(name) for name in ("z", "o", "Z", "O", "p"))


def definitions(rescaled: bool = True) -> dict[str, I.Definition]:
    """Return the sums of block r, their fold, and the dense weights."""
    here = I.IsZero(kappa[N.j] - r) * sp.exp(s[N.j] - own[r])
    keys = (N.j, 1, N.n)
    before = mu[r - 1] if rescaled else mu[r]

    def fold(head: I.Expr, block: I.Expr, *place: I.Expr) -> I.Expr:
        step = merged(mu[r], (before, head(r - 1, *place)), (own[r], block(r, *place)))[1]
        return I.Cases(r, sp.Integer(0), step)

    return I.define(
        I.Definition("z", (r,), sp.Sum(here, keys)),
        I.Definition("o", (r, N.g), sp.Sum(here * v[N.j, N.g], keys)),
        I.Definition("Z", (r,), fold(Z, z)),
        I.Definition("O", (r, N.g), fold(O, o, N.g)),
        I.Definition("p", (N.j,), I.Quotient(sp.exp(s[N.j]), sp.Sum(sp.exp(s[N.l]), (N.l, 1, N.n)))),
    )


DEFS = definitions()
MEMBER = sp.Sum(I.IsZero(kappa[N.j] - q), (q, 1, B))
PARTITION: dict[str, Formula] = {"one block each": ForAll(((N.j, 1, N.n),), equal(MEMBER, 1))}


def statement(
    lhs: I.Expr, rhs: I.Expr, assumptions: dict[str, Formula] = PARTITION, defs: I.Definitions = DEFS
) -> Statement:
    """Return lhs = rhs for all scores, partitions and references."""
    arrays = (real(s, N.n), real(v, N.n, N.d_v), real(kappa, N.n), real(own, B), Datum(mu, (B,), first=0))
    used = names_read(equal(lhs, rhs), defs)
    with_values = "v" in used
    places = ((N.g, 1, N.d_v),) if with_values else ()
    sizes = {N.n: 1, B: 1, **({N.d_v: 1} if with_values else {})}
    data = tuple(array for array in arrays if array.name in used)
    return Statement(equal(lhs, rhs), data, places, assumptions, I.reachable((lhs, rhs), defs), sizes)


def whole(top: I.Expr = 1) -> I.Expr:
    """Return the sum over all keys at the last reference."""
    return sp.Sum(sp.exp(s[N.j] - mu[B]) * top, (N.j, 1, N.n))


def so_far(level: I.Expr, value: I.Expr) -> I.Expr:
    """Return the sum over the keys of the first blocks, at their reference."""
    member = sp.Sum(I.IsZero(kappa[N.j] - q), (q, 1, level))
    return sp.Sum(member * sp.exp(s[N.j] - mu[level]) * value, (N.j, 1, N.n))


def derive_fold(head: str, block: str, value: I.Expr, *place: I.Expr) -> Callable[[Proof], Fact]:
    """Return the derivation that the fold of one of the sums, at the last block, is the sum over all keys."""
    folded = sp.Function(head)

    def goal(level: I.Expr) -> Relation:
        return equal(folded(level, *place), so_far(level, value))

    def base(inner: Proof) -> Fact:
        nothing = inner.chain(goal(sp.Integer(0)).rhs).by(EMPTY_SUM, ZERO_SUM).done()
        return inner.transitive(inner.chain(folded(0, *place)).by(unfold(head), CASES).done(), nothing)

    def step(inner: Proof) -> Fact:
        left = inner.chain(folded(r + 1, *place)).by(unfold(head), CASES).by(assume("induction"), unfold(block))
        left.by(CONSTANT_IN, every=True).by(EXPONENTS, every=True)
        right = inner.chain(goal(r + 1).rhs).by(split(r), SINGLE_TERM, DISTRIBUTE, LINEARITY)
        return inner.transitive(left.done(), right.done())

    def derive(proof: Proof) -> Fact:
        every = proof.for_all(((r, 0, B),), lambda inner: inner.induction(r, goal, base, step))
        last = proof.specialize(every, r=B)
        return proof.chain(folded(B, *place)).by(proof.using(last)).by(assume("one block each"), every=True).done()

    return derive


derive_denominator = derive_fold("Z", "z", sp.Integer(1))
derive_numerator = derive_fold("O", "o", v[N.j, N.g], N.g)


def derive_output(proof: Proof) -> Fact:
    """The last reference cancels."""
    top, below = proof.using(derive_numerator(proof)), proof.using(derive_denominator(proof))
    folded = proof.chain(proof.goal.lhs).by(top, below).by(CONSTANT_OUT, every=True).by(CANCEL)
    dense = proof.chain(proof.goal.rhs).by(unfold("p"), MERGE, CONSTANT_OUT)
    return proof.transitive(folded.done(), dense.done())


DENSE = sp.Sum(p(N.j) * v[N.j, N.g], (N.j, 1, N.n))
OUTPUT = I.Quotient(O(B, N.g), Z(B))
AT_MOST_ONE: dict[str, Formula] = {"one block each": ForAll(((N.j, 1, N.n),), Relation(MEMBER, "<=", sp.Integer(1)))}
CLAIM = Claim(
    id="blocks_fold_to_dense",
    title="Folding the blocks of a row gives the dense row",
    document="field",
    item="blocks",
    label="Blocks",
    words="Split the keys into blocks in any way and merge them one by one: the result is the row without blocks.",
    remark="kappa_j is the block that key j is in; z_r and o_r are the sums of block r at its reference m_r; Z_r and "
    "O_r are what is merged after r blocks, at the reference mu_r. In practice a reference is the greatest score yet.",
    parts=(
        Part("denominator", statement(Z(B), whole()), derive_denominator),
        Part("numerator", statement(O(B, N.g), whole(v[N.j, N.g])), derive_numerator),
        Part("output", statement(OUTPUT, DENSE), derive_output),
    ),
    mutants=(
        Mutant("a key in no block", statement(Z(B), whole(), AT_MOST_ONE)),
        Mutant("the fold is not rescaled", statement(Z(B), whole(), defs=definitions(rescaled=False))),
        Mutant("the numerator for the output", statement(O(B, N.g), DENSE)),
        Mutant("the last block is left out", statement(I.Quotient(O(B - 1, N.g), Z(B - 1)), DENSE)),
    ),
    kernel="blocks_fold_to_dense",
)
