"""How a chapter is written: one independent choice for every notation.

`OPTIONS` lists the choices; `Style.drawn` draws one of each and settles what cannot stand together (a minus sign
outside Latin-1, a vertical bar in a table).  The writer counts what it really wrote, so that a notation that
drops out is noticed.
"""

from __future__ import annotations

OPTIONS = {
    # the file
    "file": ("md", "md", "md", "tex", "ipynb"),
    "encoding": ("utf-8", "utf-8", "utf-8", "utf-8-sig", "latin-1", "mac-roman", "cp1252"),
    "line_end": ("lf", "lf", "crlf"),
    "language": ("en", "pt"),
    "block": ("paragraph", "paragraph", "list", "numbered", "quote", "table"),
    "math": (
        "dollar",
        "dollar",
        "dollars",
        "dollars in line",
        "paren",
        "bracket",
        "align",
        "align*",
        "equation",
        "gather",
        "$$aligned",
        "$$align",
        "$$equation",
        "$$gather",
    ),
    "chain": ("one line", "broken"),
    "separator": ("apart", "apart", ";", ",", "\\quad", ",\\quad", "and", "\\qquad"),
    # numbers
    "decimal": ("point", "point", "{,}", ","),
    "minus": ("-", "-", "\u2212"),
    "thousands": ("none", "\\,"),
    "scientific": ("times", "cdot", "e"),
    "ties": ("up", "even"),
    "zeros": ("kept", "trimmed"),
    # signs
    "defined": ("=", "=", ":=", "\\equiv"),
    "rounded": ("=", "\\approx", "\\simeq"),
    "fraction": ("frac", "frac", "tfrac", "dfrac", "short", "short", "slash"),
    "product": ("\\cdot", "\\times", "*", "juxtaposed"),
    "space": ("loose", "tight"),
    "parens": ("(", "\\left(", "[", "\\bigl("),
    "less": ("\\le", "\\leq", "\\leqslant"),
    "emphasis": ("plain", "plain", "plain", "\\boxed", "\\mathbf", "\\underline"),
    "brace": ("none", "none", "\\underbrace", "\\overbrace"),
    # functions
    "exp": ("\\exp", "exp", "e^", "\\exp\\left"),
    "ln": ("\\ln", "\\log", "\\ln bare"),
    "softmax": ("softmax", "\\text", "\\operatorname", "\\mathrm"),
    "bars": ("|", "\\lvert"),
    "norm": ("\\|", "\\lVert", "\\|_2", "\\lVert_2"),
    "bound": ("numbers", "name"),
    "range": ("=1", "=1", "\\le"),
    "angle": ("^\\circ", "^{\\circ}"),
    "applied": ("(", "bare", "\\left("),
    "det": ("\\det", "\\det(", "|", "vmatrix"),
    "inner": ("\\cdot", "\\langle"),
    # vectors, matrices, names
    "vector": ("tuple", "tuple", "list", "pmatrix", "bmatrix", "Bmatrix", "matrix", "smallmatrix", "array"),
    "matrix": ("pmatrix", "bmatrix", "Bmatrix", "matrix", "smallmatrix", "array", "nested"),
    "matmul": ("juxtaposed", "juxtaposed", "\\cdot", "\\,"),
    "transpose": ("^T", "^\\top", "^{\\mathsf T}", "^{T}"),
    "index": ("_1", "_{1}", "^{(1)}"),
    "indices": ("_{21}", "_{2,1}"),
    "label": ("W^Q", "W_Q", "W^{Q}"),
    "bold": ("plain", "plain", "\\mathbf"),
    "word": ("\\text", "\\mathrm", "\\operatorname"),
}
NARROW = {"latin-1"}  # encodings without U+2212


class Style:
    """One choice of each of `OPTIONS`, as attributes."""

    def __init__(self, **choices):
        for name in OPTIONS:
            setattr(self, name, choices[name])

    @classmethod
    def drawn(cls, random):
        """Draw a style and settle what cannot stand together."""
        style = cls(**{name: random.choice(options) for name, options in OPTIONS.items()})
        style.settle()
        return style

    def settle(self):
        """Change what contradicts an earlier choice."""
        if self.file == "ipynb":
            self.encoding, self.line_end = "utf-8", "lf"
        if self.file == "tex" and self.encoding in {"mac-roman", "cp1252"}:
            self.encoding = "latin-1"
        if self.file == "tex" and self.block in {"quote", "table"}:
            self.block = "paragraph"
        if self.encoding in NARROW:
            self.minus = "-"
        if self.encoding not in {"utf-8", "utf-8-sig"}:
            self.language = "pt"  # its accents are what an encoding shows in
        if self.block == "table" and self.math != "dollar":
            self.math = "dollar"
        if self.decimal == "," and self.separator in {",", ",\\quad"}:
            self.separator = ";"
        if self.decimal == ",":
            self.indices = "_{21}"  # {2,1} would be a number
        if self.chain != "one line" and not self.many_lines:
            self.chain = "one line"

    @property
    def many_lines(self):
        """Whether formulas stand in an environment with lines."""
        return self.math in {"align", "align*", "$$aligned", "$$align"}

    @property
    def comma(self):
        """What stands between the entries of a list or the arguments of a function of numbers."""
        return "; " if self.decimal == "," else ", "

    def __repr__(self):
        return "Style(" + ", ".join(f"{name}={getattr(self, name)!r}" for name in OPTIONS) + ")"
