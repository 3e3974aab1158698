r"""Symbols, index letters and sizes, and how they map to the texts.

| here | meaning | chapter | Vaswani et al. 2017 |
|---|---|---|---|
| `n`, `d` | tokens, width of a token | n, d | n, d_model |
| `d_k`, `d_v` | width of queries and keys, of values | d_k, d | d_k, d_v |
| `i`, `j`, `l`, `m` | positions, 1-based | i, j, k (bound) | row, column |
| `e`, `f` | components of a token, 1..d | | |
| `b`, `b2` | components of a query or key, 1..d_k | | |
| `g` | component of a value or output, 1..d_v | | |
| `x[i, e]`, `t[e]` | tokens as rows, a translation | x_i, t | rows of X |
| `W_Q`, `W_K`, `W_V` | weights that multiply from the right | W^Q, W^K, W^V | W^Q, W^K, W^V |
| `c` | scale of the score, positive | 1 (first formula), 1/sqrt(d_k) (step 2) | 1/sqrt(d_k) |
| `s(i, j)` | score | score(x_i, x_j) | (Q K^T)_ij / sqrt(d_k) |
| `alpha(i, j)` | weight | alpha_ij | softmax(...)_ij |
| `a(i, g)` | output | a_i | Attention(Q, K, V)_i |

References: [vaswani2017], [jurafsky2024].
"""

from __future__ import annotations

import sympy as sp

n, d, d_k, d_v = sp.symbols("n d d_k d_v", integer=True, positive=True)
i, j, l, m = sp.symbols("i j l m", integer=True, positive=True)
e, f, b, b2, g = sp.symbols("e f b b_2 g", integer=True, positive=True)
c = sp.Symbol("c", positive=True)

x, y, t, W_Q, W_K, W_V = (sp.IndexedBase(name, real=True) for name in ("x", "y", "t", "W_Q", "W_K", "W_V"))
