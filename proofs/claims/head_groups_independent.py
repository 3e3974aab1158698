r"""Head groups: with H query heads on H_kv key heads, a head reads its own group's keys and values alone; all sizes.

G = H / H_kv query heads share a key head: head h reads the key head z with (z - 1) G < h <= z G, which is
floor((h - 1) / G) + 1; counted from 0, h // G.  Every head h is (z - 1) G + r for one z and one r from 1 to G.

References: [ainslie2023], [shazeer2019].
"""

from dataclasses import replace

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, ForAll, Statement, equal, real
from proofs.rules import BRACKET, SINGLE_TERM, ZERO_SUM, assume, split, unfold

q, k, v, k2, v2 = (sp.IndexedBase(name, real=True) for name in ("q", "k", "v", "k'", "v'"))
h, r, z = sp.symbols("h r z", integer=True, positive=True)
G, heads = sp.symbols("G heads", integer=True, positive=True)
HEAD = (z - 1) * G + r
"""The r-th query head of the group that reads key head z."""
LOW = (z - 1) * G
KEY, A = sp.Function("k~"), sp.Function("a")


def read(name: str, array: sp.IndexedBase, component: I.Expr, low: I.Expr) -> I.Definition:
    """Return what head h reads of an array with a row for each key head: that of the z with low < h <= z G."""
    chosen = I.AtMost(low + 1, h) * I.AtMost(h, z * G)
    return I.Definition(name, (h, N.j, component), sp.Sum(chosen * array[z, N.j, component], (z, 1, heads)))


def attention(mark: str, keys: sp.IndexedBase, values: sp.IndexedBase, low: I.Expr) -> dict[str, I.Definition]:
    """Return the causal outputs of every query head from these keys and values."""
    key, value = read("k~" + mark, keys, N.b, low), read("v~" + mark, values, N.g, low)
    dot = sp.Sum(q[h, N.i, N.b] * key.head(h, N.j, N.b), (N.b, 1, N.d_k))
    s = I.Definition("s" + mark, (h, N.i, N.j), N.c * dot)
    weight = I.Quotient(sp.exp(s.head(h, N.i, N.j)), sp.Sum(sp.exp(s.head(h, N.i, N.l)), (N.l, 1, N.i)))
    alpha = I.Definition("alpha" + mark, (h, N.i, N.j), weight)
    total = sp.Sum(alpha.head(h, N.i, N.j) * value.head(h, N.j, N.g), (N.j, 1, N.i))
    return I.define(key, value, s, alpha, I.Definition("a" + mark, (h, N.i, N.g), total))


def statement(agree: I.Expr = z, low: I.Expr = LOW) -> Statement:
    """Return: head h has the same outputs from two sets of keys and values that agree at key head `agree`, up to i."""
    same_keys = ForAll(((N.l, 1, N.i), (N.b, 1, N.d_k)), equal(k[agree, N.l, N.b], k2[agree, N.l, N.b]))
    same_values = ForAll(((N.l, 1, N.i), (N.g, 1, N.d_v)), equal(v[agree, N.l, N.g], v2[agree, N.l, N.g]))
    keys, values = (heads, N.n, N.d_k), (heads, N.n, N.d_v)
    arrays = (real(q, G * heads, N.n, N.d_k), real(k, *keys), real(k2, *keys), real(v, *values), real(v2, *values))
    return Statement(
        equal(A(HEAD, N.i, N.g), sp.Function("a'")(HEAD, N.i, N.g)),
        (*arrays, Datum(N.c, (), "positive")),
        ranges=((z, 1, heads), (r, 1, G), (N.i, 1, N.n), (N.g, 1, N.d_v), (N.j, 1, N.n), (N.b, 1, N.d_k)),
        assumptions={"same keys": same_keys, "same values": same_values},
        definitions={**attention("", k, v, low), **attention("'", k2, v2, low)},
        sizes={N.n: 1, N.d_k: 1, N.d_v: 1, G: 1, heads: 1},
    )


def reading(low: I.Expr = LOW) -> Statement:
    """Return: what head (z - 1) G + r reads as its keys is key head z."""
    conclusion = equal(KEY(HEAD, N.j, N.b), k[z, N.j, N.b])
    ranges = ((z, 1, heads), (r, 1, G), (N.j, 1, N.n), (N.b, 1, N.d_k))
    return replace(statement(low=low), conclusion=conclusion, assumptions={}, ranges=ranges)


def own(proof: Proof, head: I.Expr) -> Fact:
    """Of the key heads before z and after it nothing is read."""
    chain = proof.chain(head).by(unfold(type(head).__name__), split(z - 1), split(z, until=heads), SINGLE_TERM)
    return chain.by(BRACKET, every=True).by(ZERO_SUM, every=True).done()


def derive(proof: Proof) -> Fact:
    """Queries are the same for both, and the keys and values that are read agree."""

    def side(mark: str) -> Fact:
        keys = proof.using(proof.generalize(own(proof, sp.Function("k~" + mark)(HEAD, N.j, N.b)), N.j, N.b))
        values = proof.using(proof.generalize(own(proof, sp.Function("v~" + mark)(HEAD, N.j, N.g)), N.j, N.g))
        chain = proof.chain(sp.Function("a" + mark)(HEAD, N.i, N.g)).by(unfold("a" + mark), unfold("alpha" + mark))
        chain.by(unfold("s" + mark), keys, values, every=True)
        return chain.done() if mark else chain.by(assume("same keys"), assume("same values"), every=True).done()

    return proof.transitive(side(""), side("'"))


CLAIM = Claim(
    id="head_groups_independent",
    title="A head depends on its own group's keys and values alone",
    document="field",
    item="head_groups",
    label="Head groups",
    words="If two sets of keys and values agree at a group's key head, the outputs of the group's heads are the same.",
    parts=(
        Part("the keys that are read", reading(), lambda proof: own(proof, KEY(HEAD, N.j, N.b))),
        Part("outputs", statement(), derive),
    ),
    mutants=(
        Mutant("groups overlap by one head", reading(LOW - 1)),
        Mutant("the first key head agrees", statement(agree=sp.Integer(1))),
        Mutant("the keys need not agree", statement().without("same keys")),
        Mutant("the values need not agree", statement().without("same values")),
    ),
    remark="Written under the causal mask, so agreement up to i is enough; without it, put n for i.",
    kernel="head_groups_independent",
)
