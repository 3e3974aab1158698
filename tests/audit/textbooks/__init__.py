"""Worked examples that many texts print, in our own words: their numbers, and the verdict that each deserves.

learning     attention, networks, losses, retrieval
mathematics  linear algebra, statistics, probability, numbers
science      physics, finance, everyday shares, and the same examples printed wrong

A `Case` is a document and its verdicts in the order of the text: "2.1 wrong 2.0" is the printed number, its verdict
and, where it matters, what the inputs give to that many places.  The verdicts are derived in the comment above each
case, by hand or by a calculator, never by the auditor.
"""

from textbooks.cases import Case
from textbooks.learning import LEARNING
from textbooks.mathematics import MATHEMATICS
from textbooks.science import SCIENCE

CASES = (*LEARNING, *MATHEMATICS, *SCIENCE)

__all__ = ["CASES", "Case"]
