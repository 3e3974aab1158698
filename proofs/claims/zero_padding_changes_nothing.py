r"""Zero-padding: queries and keys with z zeros appended have the same scores, at the same explicit scale; all sizes."""

from collections.abc import Callable
from dataclasses import replace

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, Statement, equal, real
from proofs.rules import BRACKET, CASES, ZERO_SUM, fold, split, unfold

q, k, v = (sp.IndexedBase(name, real=True) for name in ("q", "k", "v"))
z = sp.Symbol("z", integer=True, nonnegative=True)
s, padded_s, a, padded_a = (sp.Function(name) for name in ("s", "s'", "a", "a'"))
Upper = Callable[[I.Expr], I.Expr]


def padded(name: str, array: sp.IndexedBase, kept: I.Expr, filling: int) -> I.Definition:
    """Return the rows of an array up to component `kept`, and `filling` after it."""
    inside = 1 - I.AtMost(N.b, kept)
    return I.Definition(name, (N.i, N.b), I.Cases(inside, array[N.i, N.b], sp.Integer(filling)))


def outputs(mark: str, upper: Upper) -> dict[str, I.Definition]:
    """Return the weights and outputs from the scores of the same mark; the values are not padded."""
    alpha = I.softmax_over("alpha" + mark, sp.Function("s" + mark), upper)
    return I.define(alpha, I.weighted("a" + mark, alpha.head, lambda j, g: v[j, g], upper))


def statement(upper: Upper = I.causal_upper, kept: I.Expr = N.d_k, filling: int = 0, scale: I.Expr = N.c) -> Statement:
    """Return: the outputs from padded queries and keys are those from the queries and keys."""
    wide = padded("q'", q, kept, filling), padded("k'", k, kept, filling)
    dot = sp.Sum(wide[0].head(N.i, N.b) * wide[1].head(N.j, N.b), (N.b, 1, N.d_k + z))
    plain = I.scores("s", lambda i, b: q[i, b], lambda j, b: k[j, b], N.c)
    both = I.define(plain, *wide, I.Definition("s'", (N.i, N.j), scale * dot))
    return Statement(
        equal(padded_a(N.i, N.g), a(N.i, N.g)),
        (real(q, N.n, N.d_k), real(k, N.n, N.d_k), real(v, N.n, N.d_v), Datum(N.c, (), "positive")),
        ranges=((N.i, 1, N.n), (N.j, 1, N.n), (N.g, 1, N.d_v)),
        definitions={**both, **outputs("", upper), **outputs("'", upper)},
        sizes={N.n: 1, N.d_k: 1, N.d_v: 1, z: 0},
    )


def scores(base: Statement) -> Statement:
    """Return the same about the scores."""
    ranges = ((N.i, 1, N.n), (N.j, 1, N.n))
    return replace(base, conclusion=equal(padded_s(N.i, N.j), s(N.i, N.j)), ranges=ranges)


def derive_scores(proof: Proof) -> Fact:
    """The sum splits at d_k, and every term after it is 0."""
    chain = proof.chain(padded_s(N.i, N.j)).by(unfold("s'"), split(N.d_k))
    chain.by(unfold("q'"), unfold("k'"), BRACKET, CASES, every=True)
    return chain.by(ZERO_SUM, fold("s")).done()


def derive(proof: Proof) -> Fact:
    """Equal scores, so equal weights."""
    equal_scores = proof.using(proof.generalize(derive_scores(proof), N.i, N.j))
    chain = proof.chain(padded_a(N.i, N.g)).by(unfold("a'"), unfold("alpha'")).by(equal_scores, every=True)
    return chain.by(fold("alpha"), fold("a")).done()


CLAIM = Claim(
    id="zero_padding_changes_nothing",
    title="Zeros appended to queries and keys change nothing",
    document="field",
    item="zero_padding",
    label="Zero-padding",
    words="Queries and keys padded with zeros to a greater width have the same scores and outputs at the same scale.",
    parts=(
        Part("scores", scores(statement()), derive_scores),
        Part("outputs, causal", statement(), derive),
        Part("outputs, unmasked", statement(I.full_upper), derive),
    ),
    mutants=(
        Mutant("padded with ones", scores(statement(filling=1))),
        Mutant("the scale shrinks as the width grows", scores(statement(scale=I.Quotient(N.c * N.d_k, N.d_k + z)))),
        Mutant("the last component is overwritten", statement(kept=N.d_k - 1)),
    ),
    remark="A scale of 1/sqrt(width) would change with the width: it must be given as that of the true width.",
    kernel="zero_padding_changes_nothing",
)
