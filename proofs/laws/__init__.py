"""Claims made executable: laws that any attention implementation can be held to, over whole batches of cases.

`law` says what a law and an outcome are, `batch` draws cases from a small structure, `running` judges and
runs, `narrowing` reduces a failure to one minimal case, `registry` lists the laws.  `strategies` needs
Hypothesis and is for tests; nothing else here does.

A passing law corroborates; it proves nothing.
"""
