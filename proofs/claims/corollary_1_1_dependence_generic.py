r"""Corollary 1.1, generic dependence: for all sizes, i, m, g, e some parameters make d a_ig / d x_me positive.

With W_Q = 0 the derivative is (W_V)_eg / n for every W_V, so 1/n > 0 where the entries of W_V are 1.  The
derivative is analytic in X and the weights; what is analytic and not zero everywhere vanishes on a null set only.
"""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Chain, Fact, Proof
from proofs.formula import Relation, Statement, attention_data, equal
from proofs.rules import CONSTANT_SUM, DELTA_PICKS, DIVIDE, MERGE, PARTIAL, ZERO_SUM, unfold

Upper = Callable[[I.Expr], I.Expr]
ZERO, ONE = I.Entries(lambda e, b: sp.Integer(0)), I.Entries(lambda e, g: sp.Integer(1))  # noqa: ARG005


def statement(upper: Upper = I.full_upper, last: I.Expr = N.n, values: I.Entries = ONE, op: str = ">") -> Statement:
    """Return d a_ig / d x_me op 0 at W_Q = 0 and the given W_V, for m up to `last`."""
    P = I.attention(upper=upper, W_Q=ZERO, W_V=values)
    return Statement(
        Relation(I.Partial(P.a(N.i, N.g), N.x[N.m, N.e]), op, sp.Integer(0)),
        attention_data("x", "W_K", "c"),
        ranges=((N.i, 1, N.n), (N.m, 1, last), (N.g, 1, N.d_v), (N.e, 1, N.d)),
        definitions=P.definitions,
        sizes={N.n: 1, N.d: 1, N.d_k: 1, N.d_v: 1},
    )


def mean_of_values(
    upper: Upper = I.full_upper, last: I.Expr = N.n, times: int = 1, count: I.Expr | None = None
) -> Statement:
    """Return d a_ig / d x_me = times (W_V)_eg / |S(i)| at W_Q = 0, for m up to `last`; `count` in place of |S(i)|."""
    P = I.attention(upper=upper, W_Q=ZERO)
    return Statement(
        equal(I.Partial(P.a(N.i, N.g), N.x[N.m, N.e]), I.Quotient(times * N.W_V[N.e, N.g], count or upper(N.i))),
        attention_data("x", "W_K", "W_V", "c"),
        ranges=((N.i, 1, N.n), (N.m, 1, last), (N.g, 1, N.d_v), (N.e, 1, N.d)),
        definitions=P.definitions,
        sizes={N.n: 1, N.d: 1, N.d_k: 1, N.d_v: 1},
    )


def derive_mean(proof: Proof) -> Fact:
    """Equal weights: the output is the mean of the values, whose derivative is W_V over the row's length."""
    return differentiated(proof).by(MERGE).done()


def differentiated(proof: Proof) -> Chain:
    """Unfold, with all scores zero, and differentiate."""
    chain = proof.chain(proof.goal.lhs).by(unfold("a"), unfold("alpha"), unfold("v"))
    chain.by(unfold("s"), every=True).by(unfold("q"), every=True).while_possible(ZERO_SUM).by(CONSTANT_SUM)
    return chain.by(PARTIAL).while_possible(DELTA_PICKS, DIVIDE, ZERO_SUM)


def derive(proof: Proof) -> Fact:
    """Equal weights: the output is the mean of the tokens' sums, whose derivative is one over the row's length."""
    chain = differentiated(proof)
    return proof.signed(chain.done(), proof.positive(chain.now))


ANALYTIC = (
    "the derivative is an analytic function of X and the weights",
    "an analytic function that is not identically zero vanishes on a null set only [mityagin2020]",
)

CLAIM = Claim(
    id="corollary_1_1_dependence_generic",
    title="Without the mask every output reacts to every token, generically",
    document="chapter",
    item="corollary_1_1",
    label="Corollary 1.1",
    words="For all sizes and positions there are parameters, hence almost all, for which output i reacts to token m.",
    parts=(
        Part("at W_Q = 0, any W_V", mean_of_values(), derive_mean),
        Part("at W_Q = 0, all entries of W_V equal to 1", statement(), derive),
    ),
    mutants=(
        Mutant("under the causal mask, later tokens included", statement(I.causal_upper)),
        Mutant("at W_V = 0", statement(values=ZERO)),
        Mutant("twice as much", mean_of_values(times=2)),
    ),
    law="unmasked_reacts",
    kernel="corollary_1_1_dependence_generic",
    trusted=ANALYTIC,
)
