r"""A recurrent model h_i = f(h_{i-1}, x_i) has a chain of n dependent evaluations; by induction, for all n.

The depth D of h_i is the number of evaluations that must be made one after another: D_0 = 0, D_i = D_{i-1} + 1.
"""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Relation, Statement, equal
from proofs.rules import CASES, unfold

r = sp.Symbol("r", integer=True)
D = sp.Function("D")


def statement(length: I.Expr = N.n, step: int = 1, start: int = 0) -> Statement:
    """Return D_n = length, with D_0 = start and D_r = D_{r-1} + step; the letter r is for the induction."""
    depth = I.Definition("D", (r,), I.Cases(r, sp.Integer(start), D(r - 1) + step))
    return Statement(equal(D(N.n), length), ranges=((r, 0, N.n),), definitions=I.define(depth), sizes={N.n: 1})


def derive(proof: Proof) -> Fact:
    """One evaluation more than the state before."""

    def goal(level: I.Expr) -> Relation:
        return equal(D(level), level)

    def step(inner: Proof) -> Fact:
        chain = inner.chain(D(r + 1)).by(unfold("D"), CASES)
        return chain.by(inner.using(inner.assumption("induction"))).done()

    each = proof.induction(r, goal, lambda inner: inner.chain(D(0)).by(unfold("D"), CASES).done(), step)
    return proof.specialize(proof.generalize(each, r), r=N.n)


CLAIM = Claim(
    id="recurrent_chain_length",
    title="A recurrent definition nests n evaluations",
    document="chapter",
    item="recurrent_chain",
    label="Recurrent chain",
    words="Unfolded, h_n = f(h_{n-1}, x_n) is a chain of n nested evaluations of f; no attention output is nested so.",
    remark=(
        "The depth of the definition, no lower bound for every algorithm: for special f (affine, say) a parallel scan "
        "is shorter. That attention nests nothing is the claim it uses."
    ),
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("one step fewer", statement(N.n - 1)),
        Mutant("two states at a time", statement(step=2)),
        Mutant("the given state counted as an evaluation", statement(start=1)),
    ),
    uses=("outputs_read_inputs_only",),
    kernel="recurrent_chain_length",
)
