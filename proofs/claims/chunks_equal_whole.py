r"""Caching: a chunk of r queries against p cached keys and its own, causal inside, gives rows p + 1..p + r; all sizes.

The chunk knows its tokens as 1..r and projects them itself; of the p tokens before it reads the cached keys and
values alone.  Row t of the chunk has one softmax over both parts.
"""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Statement, attention_data, equal
from proofs.rules import BRACKET, DIVIDE, ZERO_SUM, fold, reindex, split, unfold

p = sp.Symbol("p", integer=True, nonnegative=True)
r, t, z = sp.symbols("r t z", integer=True, positive=True)
PASS = I.attention()
Mask = Callable[[I.Expr, I.Expr], I.Expr]


def projected(name: str, W: sp.IndexedBase, component: I.Expr) -> I.Definition:
    """Return the projection of token z of the chunk that follows p cached tokens: token p + z of the whole."""
    body = sp.Sum(N.x[p + z, N.e] * W[N.e, component], (N.e, 1, N.d))
    return I.Definition(name, (p, z, component), body)


def chunk(mask: Mask, cached: I.Expr, *, apart: bool) -> dict[str, I.Definition]:
    """Return row t of a chunk of r tokens after p cached ones, of which 1..cached are read.

    `mask` is the one inside the chunk; `apart` gives the cache and the chunk a softmax of its own each (false).
    """
    q, k, v = projected("q'", N.W_Q, N.b), projected("k'", N.W_K, N.b), projected("v'", N.W_V, N.g)
    past = N.c * sp.Sum(q.head(p, t, N.b) * PASS.k(N.j, N.b), (N.b, 1, N.d_k))
    own = N.c * sp.Sum(q.head(p, t, N.b) * k.head(p, z, N.b), (N.b, 1, N.d_k))
    s_past, s_own = I.Definition("s~", (p, t, N.j), past), I.Definition("s~'", (p, t, z), own)
    before, here = sp.exp(s_past.head(p, t, N.j)), mask(t, z) * sp.exp(s_own.head(p, t, z))
    sums = sp.Sum(before, (N.j, 1, cached)), sp.Sum(here, (z, 1, r))
    divisors = sums if apart else (sp.Add(*sums), sp.Add(*sums))
    total = sp.Sum(I.Quotient(before, divisors[0]) * PASS.v(N.j, N.g), (N.j, 1, cached)) + sp.Sum(
        I.Quotient(here, divisors[1]) * v.head(p, z, N.g), (z, 1, r)
    )
    return I.define(q, k, v, s_past, s_own, I.Definition("a'", (p, r, t, N.g), total))


def statement(
    mask: Mask = lambda row, column: I.AtMost(column, row),
    cached: I.Expr = p,
    first: int = 0,
    *,
    apart: bool = False,
) -> Statement:
    """Return: row t of the chunk is row p + t of the causal pass over all tokens, for p from `first`."""
    return Statement(
        equal(sp.Function("a'")(p, r, t, N.g), PASS.a(p + t, N.g)),
        attention_data("x", "W_Q", "W_K", "W_V", "c"),
        ranges=((p, first, N.n - 1), (r, 1, N.n - p), (t, 1, r), (N.g, 1, N.d_v)),
        definitions={**PASS.definitions, **chunk(mask, cached, apart=apart)},
        sizes={N.n: 1 + first, N.d: 1, N.d_k: 1, N.d_v: 1},
    )


def derive(proof: Proof) -> Fact:
    """The whole row splits after p; its second part, counted from p, is what the chunk sees of itself."""
    parts = proof.chain(proof.goal.lhs).by(unfold("a'")).by(split(t, until=r), every=True)
    parts.by(split(t, until=r), every=True).while_possible(BRACKET, DIVIDE, ZERO_SUM)
    parts.by(unfold("s~"), unfold("s~'"), every=True)
    for name in ("q", "k", "v"):
        parts.by(unfold(f"{name}'"), fold(name), every=True)
    parts.by(fold("s"), every=True)
    whole = proof.chain(proof.goal.rhs).by(unfold("a"), unfold("alpha"))
    whole.by(split(p)).by(split(p), every=True).while_possible(reindex(-p, since=p + 1))
    return proof.transitive(parts.done(), whole.done())


CLAIM = Claim(
    id="chunks_equal_whole",
    title="Chunks equal the whole",
    document="field",
    item="caching",
    label="Caching",
    words="Each row of a chunk against the cache and itself, causal inside, is its row of the causal pass over all.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("no mask inside the chunk", statement(lambda row, column: sp.Integer(1))),  # noqa: ARG005
        Mutant("the last cached position is not read", statement(cached=p - 1, first=1)),
        Mutant("a query reads the cache and itself alone", statement(sp.KroneckerDelta)),
        Mutant("one softmax over the cache, one over the chunk", statement(first=1, apart=True)),
    ),
    remark="That the cache holds the keys and values of the pass is the claim on cached steps.",
    kernel="chunks_equal_whole",
)
