r"""Softmax is 1/2-Lipschitz in l_inf: if no score moves by more than b, no weight moves by more than b/2.

Along the segment from s' to s, theta from 0 to 1, with E_j = e^{s'_j + theta h_j}, h_j = s_j - s'_j and Z = sum_l E_l:

    |d p_i / d theta| = E_i |sum_l E_l (h_i - h_l)| / Z^2 <= E_i sum_{l != i} E_l (|h_i| + |h_l|) / Z^2
                     <= 2 b E_i (Z - E_i) / Z^2 <= b/2,   for Z^2 - 4 E_i (Z - E_i) = (Z - 2 E_i)^2,

and the mean value inequality does the rest.

References: [nair2025]; [gao2017]; [rudin1976] for the mean value theorem.
"""

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Chain, Fact, Proof
from proofs.formula import Datum, ForAll, Formula, Relation, Statement, equal, real
from proofs.rules import (
    ABSOLUTE,
    ABSOLUTE_PRODUCT,
    CONSTANT_OUT,
    DISTRIBUTE,
    LINEARITY,
    PARTIAL,
    SINGLE_TERM,
    TRIANGLE,
    bound_by,
    divided,
    fold,
    mean_value,
    split,
    unfold,
    weighted,
)

s, s2 = sp.IndexedBase("s", real=True), sp.IndexedBase("s'", real=True)
b, theta = sp.symbols("b theta", real=True)
p, p2, h = sp.Function("p"), sp.Function("p'"), sp.Function("h")
HALF = sp.Rational(1, 2)


def softmax(name: str, scores: sp.IndexedBase) -> I.Definition:
    """Return the weights of a row of scores."""
    return I.Definition(name, (N.i,), I.Quotient(sp.exp(scores[N.i]), sp.Sum(sp.exp(scores[N.l]), (N.l, 1, N.n))))


DEFS = I.define(softmax("p", s), softmax("p'", s2), I.Definition("h", (N.i,), s[N.i] - s2[N.i]))
PLACES = ((N.i, 1, N.n), (N.j, 1, N.n))
MOVED = I.Absolute(p(N.i) - p2(N.i))


def power(j: I.Expr) -> I.Expr:
    """Return E_j: the exponential of a score on the segment from s' to s."""
    return sp.exp(s2[j] + theta * h(j))


Z = sp.Sum(power(N.l), (N.l, 1, N.n))
SLOPE = I.Absolute(I.Partial(I.Quotient(power(N.i), Z), theta))


def statement(factor: I.Expr = HALF, *, op: str = "<=", last: I.Expr = N.n) -> Statement:
    """Return |p_i - p'_i| op factor b if |s_j - s'_j| <= b for all j up to `last`."""
    close = ForAll(((N.j, 1, last),), Relation(I.Absolute(h(N.j)), "<=", b))
    assumptions: dict[str, Formula] = {"close": close}
    data = (real(s, N.n), real(s2, N.n), Datum(b), Datum(theta))
    return Statement(Relation(MOVED, op, factor * b), data, PLACES, assumptions, DEFS, {N.n: 1})


def slope_bound(proof: Proof) -> Chain:
    """Bound |d p_i / d theta| by E_i times the sum over l != i of E_l (|h_i| + |h_l|), over Z^2."""
    still = proof.chain(I.Partial(h(N.j), theta)).by(unfold("h"), PARTIAL).ends(0)
    chain = proof.chain(SLOPE).by(PARTIAL).by(proof.using(proof.generalize(still, N.j)), every=True)
    apart = sp.Sum(power(N.l) * (h(N.i) - h(N.l)), (N.l, 1, N.n))
    terms = proof.chain(apart).by(DISTRIBUTE, LINEARITY).by(CONSTANT_OUT, every=True).done()
    top = chain.now.args[0].args[0]
    whole = proof.linear_combination(equal(top, power(N.i) * apart), (-power(N.i), terms))
    chain.by(proof.using(whole), split(N.i - 1), split(N.i), SINGLE_TERM)
    chain.while_possible(ABSOLUTE_PRODUCT, ABSOLUTE)
    chain.at_most(TRIANGLE).at_most(TRIANGLE).at_most(TRIANGLE).while_possible(ABSOLUTE_PRODUCT, ABSOLUTE)
    return chain.at_most(TRIANGLE).at_most(TRIANGLE).while_possible(ABSOLUTE_PRODUCT, ABSOLUTE)


def around(proof: Proof) -> Fact:
    """Establish Z = the sum before i + E_i + the sum after i."""
    return proof.chain(Z).by(split(N.i - 1), split(N.i), SINGLE_TERM).done()


def at_the_ends(proof: Proof, bound: Fact) -> Fact:
    """Pass from the bound on the slope to one on the difference of the values at theta = 1 and 0, and fold them."""
    difference = proof.infer(mean_value(theta), bound)
    ends = proof.chain(difference.relation.lhs).by(unfold("h"), every=True).by(fold("p"), fold("p'")).done()
    return proof.infer(weighted(proof.goal, 1, -1), difference, ends)


def derive(proof: Proof) -> Fact:
    """Bound every |h| by b; then 2 E_i (Z - E_i) <= Z^2 / 2, and b is not negative."""
    chain = slope_bound(proof)
    for _ in range(4):
        chain.at_most(bound_by("close"))
    slope = chain.while_possible(CONSTANT_OUT).done()
    first = proof.assumption("close", j=N.i)
    positive = proof.infer(weighted(Relation(0, "<=", b), 1, 1), first, proof.nonnegative(I.Absolute(h(N.i))))
    parts = around(proof)
    rest, here = parts.relation.rhs - power(N.i), power(N.i)
    square = weighted(
        Relation(2 * b * rest * here, "<=", HALF * b * Z**2), HALF * (rest - here) ** 2, -HALF * b * (Z + rest + here)
    )
    top = proof.infer(square, positive, parts)
    half = proof.infer(divided(Relation(slope.relation.rhs, "<=", HALF * b)), top)
    return at_the_ends(proof, proof.infer(weighted(Relation(SLOPE, "<=", HALF * b), 1, 1), slope, half))


CLAIM = Claim(
    id="softmax_half_lipschitz_linf",
    title="Softmax is 1/2-Lipschitz in the greatest absolute component",
    document="field",
    item="softmax_lipschitz",
    label="Softmax Lipschitz",
    words="If no score of a row moves by more than b, no weight moves by more than b/2.",
    parts=(
        Part(
            "",
            statement(),
            derive,
            note="In the derivation theta runs from 0 to 1 on the way from the one row of scores to the other.",
        ),
    ),
    mutants=(
        Mutant("a quarter", statement(HALF / 2)),
        Mutant("the last score may move freely", statement(last=N.n - 1)),
        Mutant("strictly", statement(op="<")),
        Mutant("slightly less than one half", statement(sp.Rational(2, 5))),
    ),
    trusted=("the mean value theorem, in the rule of that name",),
    kernel="softmax_half_lipschitz_linf",
)
