"""The laws for anyone's attention code: an implementation is a black box f(q, k, v, *, mask, is_causal, scale).

`traits` says what implementations may declare, `call` what they are given, `plan` and `drawing` which calls are tried,
`law` what a law is, `catalogue` lists them, `running` judges, `shrinking` and `reproduction` make a failure small and
printable, `targets` finds implementations by name.  Nothing here needs Hypothesis.

A passing law corroborates; it proves nothing.
"""
