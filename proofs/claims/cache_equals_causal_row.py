r"""Caching: row i of the causal pass is one query against the first i cached keys and values; all sizes.

A cache is filled step by step: before step 1 every slot is empty (0); at step r slot r is written with k_r (v_r), and
every other slot keeps what it held.  Step i reads slots 1..i, its own just written.
"""

from dataclasses import replace

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Relation, Statement, attention_data, equal
from proofs.rules import CASES, fold, unfold

r, t = sp.symbols("r t", integer=True)
PASS = I.attention()
KEYS, VALUES = sp.Function("k~"), sp.Function("v~")


def cache(name: str, written: I.Expr, component: I.Expr, slot: I.Expr = r) -> I.Definition:
    """Return slot j of the cache after r steps: empty at first; step r writes to one slot, the others are kept."""
    kept = sp.Function(name)(r - 1, N.j, component)
    return I.Definition(name, (r, N.j, component), I.Cases(r, sp.Integer(0), I.Cases(slot - N.j, written, kept)))


def cached(slot: I.Expr = r, step: I.Expr = N.i, query: I.Expr = N.i, read: I.Expr = N.i) -> dict[str, I.Definition]:
    """Return query `query` against slots 1..read of the caches after `step` steps."""
    k = cache("k~", PASS.k(r, N.b), N.b, slot)
    v = cache("v~", PASS.v(r, N.g), N.g, slot)
    score = PASS.q(query, N.b) * KEYS(step, N.j, N.b)
    s = I.Definition("s'", (N.i, N.j), N.c * sp.Sum(score, (N.b, 1, N.d_k)))
    weight = I.softmax_over("alpha'", s.head, lambda i: read.xreplace({N.i: i}))
    total = sp.Sum(weight.head(N.i, N.j) * VALUES(step, N.j, N.g), (N.j, 1, read))
    return I.define(k, v, s, weight, I.Definition("a'", (N.i, N.g), total))


def statement(**changes: I.Expr) -> Statement:
    """Return: the output of step i from the caches is row i of the causal pass."""
    return Statement(
        equal(sp.Function("a'")(N.i, N.g), PASS.a(N.i, N.g)),
        attention_data("x", "W_Q", "W_K", "W_V", "c"),
        ranges=((N.i, 1, N.n), (N.j, 1, N.i), (t, 0, N.n), (N.b, 1, N.d_k), (N.g, 1, N.d_v)),
        definitions={**PASS.definitions, **cached(**changes)},
    )


def from_second(base: Statement) -> Statement:
    """Return a statement for steps from the second on."""
    return replace(base, ranges=((N.i, 2, N.n), *base.ranges[1:]), sizes={**base.sizes, N.n: 2})


def kept(proof: Proof, name: str, written: I.Expr, component: I.Expr) -> Fact:
    """Slot j holds what step j wrote, at step j and, by induction, t steps after: so at step i >= j."""
    head = sp.Function(name)

    def goal(after: I.Expr) -> Relation:
        return equal(head(N.j + after, N.j, component), written)

    def step(inner: Proof) -> Fact:
        chain = inner.chain(head(N.j + t + 1, N.j, component)).by(unfold(name)).while_possible(CASES)
        return chain.by(inner.using(inner.assumption("induction"))).done()

    def base(inner: Proof) -> Fact:
        return inner.chain(head(N.j, N.j, component)).by(unfold(name)).while_possible(CASES).done()

    every = proof.generalize(proof.induction(t, goal, base, step), t)
    return proof.generalize(proof.specialize(every, t=N.i - N.j), N.j, component)


def derive(proof: Proof) -> Fact:
    """What is read is what the causal pass computes from the tokens."""
    keys = proof.using(kept(proof, "k~", PASS.k(N.j, N.b), N.b))
    values = proof.using(kept(proof, "v~", PASS.v(N.j, N.g), N.g))
    chain = proof.chain(proof.goal.lhs).by(unfold("a'"), values, unfold("alpha'")).by(unfold("s'"), keys, every=True)
    return chain.by(fold("s"), every=True).by(fold("alpha"), fold("a")).done()


CLAIM = Claim(
    id="cache_equals_causal_row",
    title="A cached step is a row of the causal pass",
    document="field",
    item="caching",
    label="Caching",
    words="One query against keys and values that were cached step by step gives its row of the causal pass.",
    parts=(Part("", statement(), derive),),
    mutants=(
        Mutant("the new key and value are not yet written", statement(step=N.i - 1)),
        Mutant("every step writes the first slot", statement(slot=sp.Integer(1))),
        Mutant("the last slot is not read", from_second(statement(read=N.i - 1))),
        Mutant("the query of the step before", from_second(statement(query=N.i - 1))),
    ),
    remark="The keys and values of a layer are projections of its inputs, so a step computes those of its token alone.",
    kernel="cache_equals_causal_row",
)
