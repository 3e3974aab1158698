r"""Theorem 1, causality as agreement: if x_j = y_j for all j <= i, then a_i(X) = a_i(Y).

For every score function and every value map, all n: nothing about dot products is used.
"""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Line, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, ForAll, Statement, equal
from proofs.rules import assume, unfold

X, Y = (sp.IndexedBase(name) for name in ("x", "y"))
score, value = sp.Function("score"), sp.Function("value")
DATA = (Datum(X, (N.n,), "token"), Datum(Y, (N.n,), "token"), Datum(score, (), "function", 2))
SIZES = {N.n: 1, N.d_v: 1}


def definitions(token: sp.IndexedBase, mark: str, last: I.Expr) -> dict[str, I.Definition]:
    """Return s, alpha and a of one pass with any score and value functions; S(i) = {1..last}."""
    s = I.Definition(f"s{mark}", (N.i, N.j), score(token[N.i], token[N.j]))
    weight = I.softmax_over(f"alpha{mark}", s.head, lambda i: last.xreplace({N.i: i}))

    def values(j: I.Expr, g: I.Expr) -> I.Expr:
        return value(token[j], g)

    return I.define(s, weight, I.weighted(f"a{mark}", weight.head, values, lambda i: last.xreplace({N.i: i})))


def agree(last: I.Expr = N.i) -> ForAll:
    """Return: the two inputs agree at all positions up to `last`."""
    return ForAll(((N.l, 1, last),), equal(X[N.l], Y[N.l]))


def statement(allowed: I.Expr = N.i, upto: I.Expr = N.i) -> Statement:
    """Return: agreement up to `upto` gives a_i(X) = a_i(Y), with S(i) = {1..allowed}."""
    both = {**definitions(X, "", allowed), **definitions(Y, "'", allowed)}
    return Statement(
        equal(sp.Function("a")(N.i, N.g), sp.Function("a'")(N.i, N.g)),
        (*DATA, Datum(value, (), "function", 2)),
        ranges=((N.i, 1, N.n), (N.g, 1, N.d_v)),
        assumptions={"agree": agree(upto)},
        definitions=both,
        sizes=SIZES,
    )


def derive(proof: Proof) -> Fact:
    """Only x_j with j <= i occurs, so each is replaced by y_j."""
    chain = proof.chain(sp.Function("a")(N.i, N.g)).by(unfold("a"), unfold("alpha")).by(unfold("s"), every=True)
    here = chain.by(assume("agree"), every=True).done()
    there = proof.chain(sp.Function("a'")(N.i, N.g)).by(unfold("a'"), unfold("alpha'"))
    return proof.transitive(here, there.by(unfold("s'"), every=True).done())


CLAIM = Claim(
    id="theorem_1_agreement",
    title="Masked attention is causal: equal pasts give equal outputs",
    document="chapter",
    item="theorem_1",
    label="Theorem 1",
    words="Two inputs that agree up to token i have the same output at i, whatever score and value functions are used.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("no mask: S(i) = {1..n}", statement(allowed=N.n)),
        Mutant("inputs agree up to i - 1 only", statement(upto=N.i - 1)),
        Mutant("inputs agree at the first token only", statement(upto=sp.Integer(1))),
    ),
    lines=(
        Line("I", ("theorem_1_scores_agree",), note="Scores of row i read tokens up to i."),
        Line("II", ("theorem_1_weights_agree",), note="Weights are a function of these scores."),
        Line("III", ("theorem_1_sums_agree",), note="The output reads these weights and values."),
        Line("IV", ("theorem_1_agreement",), note="Agreement of pasts is dependence on the past alone."),
        Line("V", ("theorem_1_agreement", "proposition_1_restriction"), note="The same, in terms of the mask."),
    ),
    law="causality",
    kernel="theorem_1_agreement",
    covers=("mask_for_autoregression", "mask_prevents_cheating"),
)
