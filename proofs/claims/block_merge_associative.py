r"""Merging the states of blocks is associative, whatever the references: blocks may be grouped in any way.

A state is (m, z, o): a reference, the denominator sum_j e^{s_j - m} and the numerator sum_j e^{s_j - m} v_j of a
block.  The merge at a reference m is z = e^{m_1 - m} z_1 + e^{m_2 - m} z_2, and likewise o; with outputs y = o / z in
place of numerators it is y = (e^{m_1 - m} z_1 y_1 + e^{m_2 - m} z_2 y_2) / z.

Exactly, any real numbers serve as references, so all parts but the first are stated for any; in practice
m = max(m_1, m_2), the greatest score so far, for then no exponential overflows.

References: [milakov2018], section 3.1; [dao2022], section 3.1.
"""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Chain, Fact, Proof
from proofs.formula import Datum, Statement, equal, real
from proofs.rules import CANCEL, DISTRIBUTE, EXPONENTS, MAXIMUM_ASSOCIATIVE, MERGE

m1, m2, m3, left, right, m = REFERENCES = sp.symbols("m_1 m_2 m_3 m_12 m_23 m", real=True)
ZS = sp.symbols("z_1 z_2 z_3", positive=True)
O1, O2, O3 = OS = tuple(sp.IndexedBase(f"o{k}", real=True) for k in (1, 2, 3))
Y1, Y2, Y3 = YS = tuple(sp.IndexedBase(f"y{k}", real=True) for k in (1, 2, 3))


def merged(to: I.Expr, first: tuple[I.Expr, I.Expr], second: tuple[I.Expr, I.Expr]) -> tuple[I.Expr, I.Expr]:
    """Return the reference, and the denominator or numerator, of two blocks merged at the reference `to`."""
    return to, sp.exp(first[0] - to) * first[1] + sp.exp(second[0] - to) * second[1]


def sides(parts: tuple[I.Expr, ...], told: I.Expr = left) -> tuple[I.Expr, I.Expr]:
    """Return what (1 2) 3 and 1 (2 3) have for denominator or numerator; `told` is what (1 2) gives as reference."""
    one, two, three = zip((m1, m2, m3), parts, strict=True)
    first = merged(m, (told, merged(left, one, two)[1]), three)[1]
    return first, merged(m, one, merged(right, two, three))[1]


def output_sides() -> tuple[I.Expr, I.Expr]:
    """Return what (1 2) 3 and 1 (2 3) have for output, each output weighted by its denominator."""

    def output(to: I.Expr, *states: tuple[I.Expr, I.Expr, I.Expr]) -> tuple[I.Expr, I.Expr, I.Expr]:
        over = sp.Add(*(sp.exp(r - to) * z for r, z, _ in states))
        return to, over, I.Quotient(sp.Add(*(sp.exp(r - to) * z * y for r, z, y in states)), over)

    one, two, three = zip((m1, m2, m3), ZS, (y[N.g] for y in YS), strict=True)
    return output(m, output(left, one, two), three)[2], output(m, one, output(right, two, three))[2]


def statement(lhs: I.Expr, rhs: I.Expr) -> Statement:
    """Return lhs = rhs for all states and all references."""
    arrays = tuple(real(array, N.d_v) for array in (*OS, *YS))
    scalars = (*(Datum(r) for r in REFERENCES), *(Datum(z, (), "positive") for z in ZS))
    used = {s.name for side in (lhs, rhs) for s in side.free_symbols}
    data = tuple(d for d in (*scalars, *arrays) if d.name in used)
    indexed = any(d.shape for d in data)
    places = ((N.g, 1, N.d_v),) if indexed else ()
    return Statement(equal(lhs, rhs), data, places, sizes={N.d_v: 1} if indexed else {})


def derive_maximum(proof: Proof) -> Fact:
    """The greatest of three numbers is the greatest of any two of them and the third."""
    return proof.chain(proof.goal.lhs).by(MAXIMUM_ASSOCIATIVE).ends(proof.goal.rhs)


def derive_sum(proof: Proof) -> Fact:
    """Both sides rescale each block once: e^{m_1 - m_12} e^{m_12 - m} = e^{m_1 - m}."""

    def flat(side: I.Expr) -> Fact:
        return proof.chain(side).by(DISTRIBUTE).by(EXPONENTS, every=True).done()

    return proof.transitive(flat(proof.goal.lhs), flat(proof.goal.rhs))


def derive_output(proof: Proof) -> Fact:
    """A block's output times its denominator is its numerator."""

    def flat(side: I.Expr) -> Fact:
        chain: Chain = proof.chain(side).by(MERGE, every=True).by(CANCEL, every=True)
        return chain.while_possible(DISTRIBUTE, EXPONENTS).done()

    return proof.transitive(flat(proof.goal.lhs), flat(proof.goal.rhs))


NUMERATORS = tuple(o[N.g] for o in OS)
MAXIMA = I.Maximum(I.Maximum(m1, m2), m3), I.Maximum(m1, I.Maximum(m2, m3))
CLAIM = Claim(
    id="block_merge_associative",
    title="Merging blocks is associative",
    document="field",
    item="blocks",
    label="Blocks",
    words="Merging the states of three blocks gives the same in both orders, for any choice of references.",
    parts=(
        Part("references that are maxima", statement(*MAXIMA), derive_maximum),
        Part("denominators", statement(*sides(ZS)), derive_sum),
        Part("numerators", statement(*sides(NUMERATORS)), derive_sum),
        Part("outputs", statement(*output_sides()), derive_output),
    ),
    mutants=(
        Mutant("the inner merge keeps the first reference", statement(*sides(ZS, m1))),
        Mutant("a maximum of two", statement(MAXIMA[0], I.Maximum(m1, m2))),
        Mutant("the blocks in another order", statement(sides(NUMERATORS)[0], sides(NUMERATORS[::-1])[1])),
        Mutant("denominators for numerators", statement(sides(NUMERATORS)[0], sides(ZS)[1])),
    ),
    kernel="block_merge_associative",
)
