r"""R6 without a mask: permuting the tokens permutes the outputs, a'_i = a_{pi(i)} for x'_i = x_{pi(i)}; all n."""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, Statement, attention_data, equal
from proofs.rules import fold, permute, unfold

pi = sp.IndexedBase("pi", integer=True, positive=True)


def statement(
    upper: Callable[[I.Expr], I.Expr] = I.full_upper, at: I.Expr = pi[N.i], stays: str | None = None
) -> Statement:
    """Return a'_i = a_at, where a' is the pass over the permuted tokens; the projection `stays` is not permuted."""
    before = I.attention(upper=upper)
    after = I.attention("'", upper=upper, tokens=lambda i, e: N.x[pi[i], e])
    definitions = {**before.definitions, **after.definitions}
    if stays is not None:
        definitions[f"{stays}'"] = I.Definition(f"{stays}'", *_params_and_body(definitions[stays]))
    return Statement(
        equal(after.a(N.i, N.g), before.a(at, N.g)),
        (*attention_data("x", "W_Q", "W_K", "W_V", "c"), Datum(pi, (N.n,), "permutation")),
        ranges=((N.i, 1, N.n), (N.g, 1, N.d_v)),
        definitions=definitions,
    )


def _params_and_body(item: I.Definition) -> tuple[tuple[I.Expr, ...], I.Expr]:
    return item.params, item.body


def derive(proof: Proof) -> Fact:
    """Projections and scores move with the tokens; both sums run over all positions, so pi re-indexes them."""
    chain = proof.chain(proof.goal.lhs).by(unfold("a'"), unfold("alpha'"), unfold("v'"), fold("v"))
    chain.by(unfold("s'"), unfold("q'"), fold("q"), unfold("k'"), fold("k"), fold("s"), every=True)
    return (
        chain.by(permute("pi", N.n), at=denominator(chain.now)).by(fold("alpha"), permute("pi", N.n), fold("a")).done()
    )


def denominator(expr: I.Expr) -> I.Expr:
    """Return the divisor of the weights in the expression."""
    return next(iter(expr.atoms(I.Quotient))).args[1]


CLAIM = Claim(
    id="r6_permutation_equivariance",
    title="Unmasked attention is permutation-equivariant",
    document="retrieval",
    item="r6_content_not_position",
    label="R6",
    words="Without a mask, permuting the tokens permutes the outputs in the same way.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("under the causal mask", statement(I.causal_upper)),
        Mutant("outputs stay in place", statement(at=N.i)),
        Mutant("values stay in place", statement(stays="v")),
    ),
    law="permutation_equivariance",
    kernel="r6_permutation_equivariance",
)
