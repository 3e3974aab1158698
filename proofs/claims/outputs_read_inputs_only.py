r"""Every output is a function of the inputs alone, never of another output: rows can be computed in any order."""

from collections.abc import Callable

from attention import indexed as I
from attention import notation as N
from proofs.claim import Claim, Mutant, Part
from proofs.derivation import Fact, Proof
from proofs.formula import Reads, Statement, attention_data

P = I.attention()
INPUTS = frozenset({"x", "W_Q", "W_K", "W_V", "c"})


def statement(
    names: frozenset[str] = INPUTS,
    extra: I.Definition | None = None,
    upper: Callable[[I.Expr], I.Expr] = I.causal_upper,
) -> Statement:
    """Return: unfolding a_ig ends in the named data."""
    definitions = {**I.attention(upper=upper).definitions, **({extra.name: extra} if extra else {})}
    return Statement(
        Reads(P.a(N.i, N.g), names),
        attention_data("x", "W_Q", "W_K", "W_V", "c"),
        ranges=((N.i, 1, N.n), (N.g, 1, N.d_v)),
        definitions=definitions,
    )


def derive(proof: Proof) -> Fact:
    """Unfold a to alpha and v, alpha to s, s to q and k, these to the data; nothing refers back."""
    return proof.reads_only(P.a(N.i, N.g), *INPUTS)


RECURRENT = I.Definition("a", (N.i, N.g), I.Cases(N.i - 1, P.v(1, N.g), P.a(N.i - 1, N.g) + P.v(N.i, N.g)))

CLAIM = Claim(
    id="outputs_read_inputs_only",
    title="Outputs are functions of the inputs alone",
    document="chapter",
    item="parallel_computation",
    label="Parallel computation",
    words="No output is defined through another output, so all rows can be computed in any order.",
    parts=(
        Part("causal", statement(), derive),
        Part("unmasked", statement(upper=I.full_upper), derive),
    ),
    mutants=(
        Mutant("a recurrent output", statement(extra=RECURRENT)),
        Mutant("outputs that read no values", statement(INPUTS - {"W_V"})),
        Mutant("outputs that do not see the scale", statement(INPUTS - {"c"})),
    ),
    law="matrix_form",
    kernel="outputs_read_inputs_only",
)
