r"""A weighted sum moves with its values: weights that sum to one carry a common row through; all sizes."""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Statement, equal, real
from proofs.rules import CANCEL, CONSTANT_OUT, DISTRIBUTE, LINEARITY, unfold

s, v, r = (sp.IndexedBase(name, real=True) for name in ("s", "v", "r"))
SCORE = I.Definition("s", (N.i, N.j), s[N.i, N.j])
WEIGHT = I.softmax_over("alpha", SCORE.head, I.causal_upper)
DEFS = I.define(SCORE, WEIGHT)
UNMASKED = I.define(SCORE, I.softmax_over("alpha", SCORE.head, I.full_upper))


def statement(moves_by: I.Expr = r[N.g], definitions: I.Definitions = DEFS) -> Statement:
    """Return sum_j alpha_ij (v_jg + r_g) = sum_j alpha_ij v_jg + moves_by."""
    alpha = WEIGHT.head(N.i, N.j)

    def total(value: I.Expr) -> I.Expr:
        return sp.Sum(alpha * value, (N.j, 1, N.i))

    return Statement(
        equal(total(v[N.j, N.g] + r[N.g]), total(v[N.j, N.g]) + moves_by),
        (real(s, N.n, N.n), real(v, N.n, N.d_v), real(r, N.d_v)),
        ranges=((N.i, 1, N.n), (N.g, 1, N.d_v)),
        definitions=definitions,
        sizes={N.n: 1, N.d_v: 1},
    )


def derive(proof: Proof) -> Fact:
    """Split the sum; the weights of a row sum to one."""
    row = proof.chain(sp.Sum(WEIGHT.head(N.i, N.j), (N.j, 1, N.i))).by(unfold("alpha"), CONSTANT_OUT, CANCEL)
    chain = proof.chain(proof.goal.lhs).by(DISTRIBUTE, LINEARITY, CONSTANT_OUT)
    return chain.by(proof.using(row.done())).done()


CLAIM = Claim(
    id="weighted_sum_equivariant",
    title="Weighted sum moves with a translation of the values",
    document="chapter",
    item="lemma_1",
    label="Lemma 1",
    words="Adding the same row to every value adds exactly that row to the weighted sum.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("does not move", statement(sp.Integer(0))),
        Mutant("moves i times", statement(N.i * r[N.g])),
        Mutant("softmax over all n positions, the sum over i of them", statement(definitions=UNMASKED)),
    ),
    supporting=True,
    kernel="weighted_sum_equivariant",
)
