r"""Caching: a causal run over the first m tokens is the first m rows of the run over all n; any scores and values.

Both runs are written with the mask over all of their positions, 1..m and 1..n, so that the later tokens stand in the
formula of the longer run and drop out because the mask is 0 there.
"""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, ForAll, Statement, equal
from proofs.rules import BRACKET, DIVIDE, ZERO_SUM, assume, split, unfold

X, Y = (sp.IndexedBase(name) for name in ("x", "y"))
score, value = sp.Function("score"), sp.Function("value")
FUNCTIONS = (Datum(score, (), "function", 2), Datum(value, (), "function", 1))
Allowed = Callable[[I.Expr, I.Expr], I.Expr]


def causal(i: I.Expr, j: I.Expr) -> I.Expr:
    """Return [j <= i]."""
    return I.AtMost(j, i)


def run(mark: str, token: sp.IndexedBase, length: I.Expr, allowed: Allowed) -> dict[str, I.Definition]:
    """Return weights and outputs of a masked run over tokens 1..length; m is the length that both runs know."""

    def power(j: I.Expr) -> I.Expr:
        return allowed(N.i, j) * sp.exp(score(token[N.i], token[j]))

    weight = I.Quotient(power(N.j), sp.Sum(power(N.l), (N.l, 1, length)))
    alpha = I.Definition(f"alpha{mark}", (N.m, N.i, N.j), weight)
    total = sp.Sum(alpha.head(N.m, N.i, N.j) * value(token[N.j]), (N.j, 1, length))
    return I.define(alpha, I.Definition(f"a{mark}", (N.m, N.i), total))


def statement(allowed: Allowed = causal, upto: I.Expr = N.m, row: I.Expr = N.i) -> Statement:
    """Return: row i of the run over y_1..y_m is row `row` of the run over x_1..x_n, if x and y agree up to `upto`."""
    return Statement(
        equal(sp.Function("a'")(N.m, N.i), sp.Function("a")(N.m, row)),
        (Datum(X, (N.n,), "token"), Datum(Y, (N.n,), "token"), *FUNCTIONS),
        ranges=((N.m, 1, N.n), (N.i, 1, N.m)),
        assumptions={"agree": ForAll(((N.l, 1, upto),), equal(X[N.l], Y[N.l]))},
        definitions={**run("", X, N.n, allowed), **run("'", Y, N.m, allowed)},
        sizes={N.n: 1},
    )


def derive(proof: Proof) -> Fact:
    """After position i every term of both runs is 0; up to i they are the same."""

    def kept(mark: str, length: I.Expr) -> Fact:
        chain = proof.chain(sp.Function(f"a{mark}")(N.m, N.i)).by(unfold(f"a{mark}")).by(split(N.i, until=length))
        chain.by(unfold(f"alpha{mark}"), every=True).by(split(N.i, until=length), every=True)
        chain.while_possible(BRACKET, DIVIDE, ZERO_SUM)
        return chain.done() if mark else chain.by(assume("agree"), every=True).done()

    return proof.transitive(kept("'", N.m), kept("", N.n))


CLAIM = Claim(
    id="prefix_run_is_prefix_of_run",
    title="A prefix run is the prefix of the run",
    document="field",
    item="caching",
    label="Caching",
    words="The causal run over the first m tokens gives the first m rows of the run over all tokens, for every m.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("no mask", statement(lambda i, j: sp.Integer(1))),  # noqa: ARG005
        Mutant("each row sees one token more", statement(lambda i, j: I.AtMost(j, i + 1))),
        Mutant("the tokens need to agree up to m - 1 only", statement(upto=N.m - 1)),
        Mutant("the first rows are all the same", statement(row=sp.Integer(1))),
    ),
    law="prefix",
    kernel="prefix_run_is_prefix_of_run",
    remark="The value map stands for one component of the values: it is an arbitrary one.",
)
