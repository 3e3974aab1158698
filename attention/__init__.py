"""The mathematics of attention over allowed sets, in four carriers that are written separately.

`symbolic` (SymPy at given sizes), `indexed` (SymPy at symbolic sizes), `exact` (rationals and certified exp) and
`numeric` (NumPy).  Import the carrier that is needed: this package imports none of them.
"""
