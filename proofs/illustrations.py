r"""The numbers behind the figures: exact values of the worked example, Jacobian blocks, Lemma 1's witness."""

from __future__ import annotations

import sympy as sp

from attention import exact, indexed
from attention import notation as N
from attention.exact import ExpQuotient, number
from attention.instances import Evaluator, Instance
from proofs.documents.worked_example import printed
from proofs.verdict import Witness

Rows = list[list[str]]


def example_weights() -> tuple[Rows, Rows]:
    """Return the printed and the exact weights of the worked example (causal, no scale), two decimals."""
    shown = printed()
    tokens = [[cell for (cell,) in shown[f"x_{i}"]] for i in (1, 2, 3)]
    weights = (shown["W^Q"], shown["W^K"], shown["W^V"])
    found = exact.attention(tokens, *weights, allowed=exact.causal)
    table = [[shown[rf"\alpha_{{{i}{j}}}"][0][0] for j in range(1, i + 1)] for i in (1, 2, 3)]
    return table, [[str(found.weights[i][j].round(2)) for j in range(i + 1)] for i in range(3)]


def jacobian_patterns(n: int = 6, d: int = 2) -> tuple[dict[str, list[list[bool]]], dict[str, int]]:
    """Return, causal and unmasked, which blocks d a_i / d x_m are not zero at one exact instance, and the sizes."""
    sizes = {"n": n, "d": d, "d_k": d, "d_v": d}

    def entries(rows: int, seed: int) -> dict[tuple[int, ...], ExpQuotient]:
        return {(i, e): number((seed * i + 3 * e + i * e) % 5 - 2) for i in range(1, rows + 1) for e in range(1, d + 1)}

    data = {"x": entries(n, 7), "W_Q": entries(d, 2), "W_K": entries(d, 3), "W_V": entries(d, 4)}
    instance = Instance(sizes, {"c": number(1)}, data)
    out = {}
    for title, upper in (("Causal", indexed.causal_upper), ("Unmasked", indexed.full_upper)):
        P = indexed.attention(upper=upper)
        at = Evaluator(instance, P.definitions)
        block = indexed.Partial(P.a(N.i, N.g), N.x[N.m, N.e])

        def reacts(i: int, m: int, at: Evaluator = at, block: indexed.Expr = block) -> bool:
            entries = ({"i": i, "m": m, "g": g, "e": e} for g in range(1, d + 1) for e in range(1, d + 1))
            return any(not at(block, indices).is_zero() for indices in entries)

        out[title] = [[reacts(i, m) for m in range(1, n + 1)] for i in range(1, n + 1)]
    return out, {"n": n, "d": d, "d_v": d}


def counterexample_weights(witness: Witness) -> tuple[Rows, Rows]:
    """Return the weights before and after the translation at Lemma 1's witness, three decimals, row by row."""
    at = Evaluator(witness.instance, witness.statement.definitions)
    n = witness.instance.sizes["n"]

    def rows(head: str) -> Rows:
        alpha = sp.Function(head)
        return [[str(at(alpha(N.i, N.j), {"i": i, "j": j}).round(3)) for j in range(1, i + 1)] for i in range(1, n + 1)]

    return rows("alpha"), rows("alpha'")
