r"""Adding one row r to every key never changes the weights; all sizes, causal and unmasked."""

from collections.abc import Callable

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Datum, Statement, equal, real
from proofs.rules import CANCEL, CONSTANT_OUT, DISTRIBUTE, LINEARITY, fold, unfold

Upper = Callable[[I.Expr], I.Expr]
q, k, r = (sp.IndexedBase(name, real=True) for name in ("q", "k", "r"))


def statement(upper: Upper = I.causal_upper, *, keys: int = 1, queries: int = 0, times: int = 1) -> Statement:
    """Return alpha'_ij = alpha_ij with keys moved by keys * r and queries by queries * r; `times` the keys."""

    def score(name: str, on: int) -> I.Definition:
        def moved_query(i: I.Expr, b: I.Expr) -> I.Expr:
            return q[i, b] + on * queries * r[b]

        def moved_key(j: I.Expr, b: I.Expr) -> I.Expr:
            return (times if on else 1) * k[j, b] + on * keys * r[b]

        return I.scores(name, moved_query, moved_key, N.c)

    plain, moved = score("s", 0), score("s'", 1)
    before, after = I.softmax_over("alpha", plain.head, upper), I.softmax_over("alpha'", moved.head, upper)
    return Statement(
        equal(after.head(N.i, N.j), before.head(N.i, N.j)),
        (real(q, N.n, N.d_k), real(k, N.n, N.d_k), real(r, N.d_k), Datum(N.c, (), "positive")),
        ranges=((N.i, 1, N.n), (N.j, 1, upper(N.i))),
        definitions=I.define(plain, moved, before, after),
        sizes={N.n: 1, N.d_k: 1},
    )


def derive(proof: Proof) -> Fact:
    """Every score of row i grows by c q_i.r, one constant for the row."""
    chain = proof.chain(sp.Function("s'")(N.i, N.j)).by(unfold("s'"), DISTRIBUTE, LINEARITY, DISTRIBUTE, fold("s"))
    moved = proof.using(proof.generalize(chain.done(), N.j))
    weight = proof.chain(sp.Function("alpha'")(N.i, N.j)).by(unfold("alpha'")).by(moved, every=True)
    return weight.by(CONSTANT_OUT, CANCEL, fold("alpha")).done()


CLAIM = Claim(
    id="weights_unchanged_if_keys_translated",
    title="Translating the keys alone changes no weight",
    document="chapter",
    item="lemma_1",
    label="Lemma 1",
    words="Adding the same row to all keys, for instance a key bias, leaves all weights as they were.",
    parts=(
        Part("causal", statement(), derive),
        Part("unmasked", statement(I.full_upper), derive),
    ),
    mutants=(
        Mutant("queries translated instead", statement(keys=0, queries=1)),
        Mutant("queries and keys translated", statement(queries=1)),
        Mutant("keys doubled instead of translated", statement(keys=0, times=2)),
    ),
    law="softmax_shift_invariance",
    kernel="weights_unchanged_if_keys_translated",
    supporting=True,
)
