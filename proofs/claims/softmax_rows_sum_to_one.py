r"""Softmax rows sum to one: sum_{j <= i} alpha_ij = 1, for the causal weights and all sizes."""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Statement, attention_data, equal
from proofs.rules import CANCEL, CONSTANT_OUT, unfold

P = I.attention()


def statement(first: int = 1, last: I.Expr = N.i) -> Statement:
    """Return: the weights of row i, summed from `first` to `last`, give 1."""
    total = sp.Sum(P.alpha(N.i, N.j), (N.j, first, last))
    return Statement(
        equal(total, 1),
        attention_data("x", "W_Q", "W_K", "c"),
        ranges=((N.i, 1, N.n),),
        definitions=P.definitions,
        sizes={N.n: 1, N.d: 1, N.d_k: 1},
    )


def derive(proof: Proof) -> Fact:
    """Pull the divisor, which no longer depends on j, out of the sum; it is the numerator."""
    chain = proof.chain(proof.goal.lhs)
    return chain.by(unfold("alpha"), CONSTANT_OUT, CANCEL).ends(1)


CLAIM = Claim(
    id="softmax_rows_sum_to_one",
    title="Softmax weights of a row sum to one",
    document="chapter",
    item="softmax_rows",
    label="Softmax rows",
    words="The weights that a token gives to itself and its predecessors sum to one.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("sum starts at j = 2", statement(first=2)),
        Mutant("sum stops at j = i - 1", statement(last=N.i - 1)),
        Mutant("sum over the first token only", statement(last=sp.Integer(1))),
    ),
    law="rows_sum_to_one",
    kernel="softmax_rows_sum_to_one",
    covers=("contextual_representation",),
)
