"""Made-up chapters with known truth.

exact       the generator's own arithmetic, which shares nothing with the auditor
formulas    what a formula means, and what it is with numbers put in
page        a page of worked numbers: what is given, what follows, what is planted
examples    the worked examples: attention, cosine similarity, percentages, ...
style       one choice for every notation
writer      a formula in a style
container   a page in a file: Markdown, TeX or notebook, encodings, decoys
generator   a chapter from a seed: the front door is `chapter`
"""

from chapters.generator import Chapter, chapter

__all__ = ["Chapter", "chapter"]
