r"""The empty block is the identity of the merge: merging it in, on either side, changes nothing but the reference.

Merging the block of the keys 1 to r and that of r + 1 to n gives the block of the keys 1 to n, for every r from 0 to n
and all references; for r = 0 the first is empty, for r = n the second.  Any reference will do for the empty block.
With maxima for references it has to be one that is not above the other; -infinity is below them all, and as it is
approached, whatever stood in the block is gone.

References: [milakov2018], section 3.1.
"""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.claims.block_merge_associative import merged
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, Formula, Relation, Statement, equal, names_read, real
from proofs.rules import CONSTANT_IN, EXPONENTS, LIMIT, MAXIMUM_ORDERED, split, unfold

s, v = sp.IndexedBase("s", real=True), sp.IndexedBase("v", real=True)
m1, m2, m, beta, z0 = sp.symbols("m_1 m_2 m beta z_0", real=True)
q, r = sp.symbols("q r", integer=True)


def block(names: tuple[str, str], reference: I.Expr, first: I.Expr, last: I.Expr) -> tuple[I.Definition, I.Definition]:
    """Return the denominator and the numerator of a block of keys."""
    power, keys = sp.exp(s[q] - reference), (q, first, last)
    return (
        I.Definition(names[0], (r,), sp.Sum(power, keys)),
        I.Definition(names[1], (r, N.g), sp.Sum(power * v[q, N.g], keys)),
    )


def definitions(first: I.Expr = r + 1) -> dict[str, I.Definition]:
    """Return the sums of the keys 1 to r at the reference m_1, and of those from `first` to n at m_2."""
    return I.define(*block(("z1", "o1"), m1, sp.Integer(1), r), *block(("z2", "o2"), m2, first, N.n))


DEFS = definitions()


def statement(
    lhs: I.Expr, rhs: I.Expr, assumptions: dict[str, Formula] | None = None, defs: I.Definitions = DEFS
) -> Statement:
    """Return lhs = rhs for all scores, values and references, and every place r where the keys are parted."""
    conclusion = equal(lhs, rhs)
    used = names_read(conclusion, defs)
    scalars = tuple(Datum(x) for x in (m1, m2, m, z0))
    data = tuple(d for d in (real(s, N.n), real(v, N.n, N.d_v), *scalars) if d.name in used)
    places = tuple(p for p in ((r, 0, N.n), (N.g, 1, N.d_v)) if p[0] in (lhs - rhs).free_symbols)
    sizes = {size: 1 for size, d in ((N.n, "s"), (N.d_v, "v")) if d in used}
    return Statement(conclusion, data, places, assumptions or {}, I.reachable((lhs, rhs), defs), sizes)


def joined(names: tuple[str, str], *place: I.Expr, mine: I.Expr = m1) -> I.Expr:
    """Return the merge of the two blocks' sums; `mine` is the reference that the first is rescaled from."""
    first, second = (sp.Function(name)(r, *place) for name in names)
    return merged(m, (mine, first), (m2, second))[1]


def whole(value: I.Expr = 1, last: I.Expr = N.n) -> I.Expr:
    """Return the sum over all keys at the reference m."""
    return sp.Sum(sp.exp(s[q] - m) * value, (q, 1, last))


def limit(growth: I.Expr) -> I.Expr:
    """Return the limit of a merged denominator as the other block's reference falls far below: by `growth`."""
    return I.LimitOf(sp.Function("z1")(N.n) + sp.exp(-growth) * z0, beta, sp.oo)


def derive(proof: Proof) -> Fact:
    """Rescaled to m, the two sums are the two parts of the whole; one of them may be of no terms."""
    left = proof.chain(proof.goal.lhs).by(unfold("z1", "o1"), unfold("z2", "o2"))
    left.by(CONSTANT_IN, every=True).by(EXPONENTS, every=True)
    return proof.transitive(left.done(), proof.chain(proof.goal.rhs).by(split(r)).done())


def derive_maximum(proof: Proof) -> Fact:
    """It is assumed to be the smaller one."""
    return proof.chain(proof.goal.lhs).by(MAXIMUM_ORDERED).done()


def derive_limit(proof: Proof) -> Fact:
    """The exponential tends to 0."""
    return proof.chain(proof.goal.lhs).by(LIMIT).done()


DENOMINATORS, NUMERATORS = ("z1", "z2"), ("o1", "o2")
BELOW: dict[str, Formula] = {"below": Relation(m2, "<=", m1)}
CLAIM = Claim(
    id="block_merge_identity",
    title="The empty block is the identity of the merge",
    document="field",
    item="blocks",
    label="Blocks",
    words="Two blocks merge into the block of their keys, also where one is empty: it then changes nothing.",
    parts=(
        Part("denominators", statement(joined(DENOMINATORS), whole()), derive),
        Part("numerators", statement(joined(NUMERATORS, N.g), whole(v[q, N.g])), derive),
        Part("references that are maxima", statement(I.Maximum(m1, m2), m1, BELOW), derive_maximum),
        Part("a reference far below", statement(limit(beta), sp.Function("z1")(N.n)), derive_limit),
    ),
    mutants=(
        Mutant("a key in no block", statement(joined(DENOMINATORS), whole(), defs=definitions(r + 2))),
        Mutant("the first block not rescaled", statement(joined(NUMERATORS, N.g, mine=m), whole(v[q, N.g]))),
        Mutant("the last key is left out", statement(joined(DENOMINATORS), whole(last=N.n - 1))),
        Mutant("any reference for the empty block", statement(I.Maximum(m1, m2), m1)),
        Mutant("a reference that stays", statement(limit(sp.Integer(1)), sp.Function("z1")(N.n))),
    ),
    remark="For r = 0 the first block is empty, for r = n the second. A state's output is its numerator over z.",
    kernel="block_merge_identity",
)
