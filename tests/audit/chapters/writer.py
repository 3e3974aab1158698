"""Writes formulas in a style.

Every tracked number is written between two marks of the private use area that carry its number, so that the
container may quote, indent and escape what it likes and the places are still known in the end (`places`).
"""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

from chapters import formulas as f

OPEN, CLOSE, BASE = "\ue000", "\ue001", 0xE100
SUM, PRODUCT, SIGN, ATOM = range(4)
OTHERWISE = {"en": "otherwise", "pt": "caso contrário"}
PART = {"en": "part", "pt": "parte"}


def marked(ident, text):
    """Return text between marks that carry a number."""
    return OPEN + chr(BASE + ident) + text + CLOSE


def places(text):
    """Return the text without marks, and {ident: (start, stop)} of every marked piece."""
    parts, found, waiting, size = [], {}, [], 0
    for piece in re.split(f"({OPEN}.|{CLOSE})", text):
        if piece[:1] == OPEN:
            waiting.append((ord(piece[1]) - BASE, size))
        elif piece == CLOSE:
            ident, start = waiting.pop()
            found[ident] = (start, size)
        else:
            parts.append(piece)
            size += len(piece)
    return "".join(parts), found


class Writer:
    """Writes formulas in one style; `used` counts the choices that were really written."""

    def __init__(self, style):
        self.style = style
        self.used = Counter()
        self.braced = False  # whether a brace may be put under a part of the next sum

    def chosen(self, option):
        """Return the style's choice, and count it."""
        choice = getattr(self.style, option)
        self.used[option, choice] += 1
        return choice

    # numbers

    def number(self, value, form, *, sign=True):
        """Write a number in a form."""
        shown = abs(value) * (100 if form.percent else 1) * Fraction(10) ** -(form.ten or 0)
        units = shown * 10**form.places
        assert units.denominator == 1, (value, form)
        digits = str(units.numerator).rjust(form.places + 1, "0")
        whole, rest = (digits[: -form.places], digits[-form.places :]) if form.places else (digits, "")
        if len(whole) > 4 and self.chosen("thousands") == "\\,":
            whole = f"{int(whole):,}".replace(",", "\\,")
        text = whole
        if rest:
            text += {"point": "."}.get(self.chosen("decimal"), self.style.decimal) + rest
        if value < 0 and sign:
            text = self.chosen("minus") + text
        if form.percent:
            text += "\\%"
        if form.ten is not None:
            ten = f"{{{form.ten}}}"
            how = self.chosen("scientific")
            text += {"times": f" \\times 10^{ten}", "cdot": f"\\cdot10^{ten}", "e": f"e{form.ten}"}[how]
        return text

    def spot(self, spot, *, sign=True):
        """Write a tracked number between its marks."""
        return marked(spot.ident, self.number(spot.shown, spot.form, sign=sign))

    # names

    def name(self, name):
        """Write a name with its decorations."""
        letter = name.letter
        if len(letter) > 1 and not letter.startswith("\\"):
            letter = f"{self.chosen('word')}{{{letter}}}"
        elif name.bold and self.chosen("bold") == "\\mathbf":
            letter = f"\\mathbf{{{letter}}}"
        if name.accent in {"hat", "bar"}:
            letter = f"\\{name.accent}{{{letter}}}"
        text = letter
        if len(name.subs) == 1:
            how = "_1" if name.entry else self.chosen("index")
            text += {"_1": "_{}", "_{1}": "_{{{}}}", "^{(1)}": "^{{({})}}"}[how].format(name.subs[0])
        elif name.subs:
            between = "," if self.chosen("indices") == "_{2,1}" and not name.entry else ""
            text += "_{" + between.join(map(str, name.subs)) + "}"
        if name.label:
            how = self.chosen("label")
            text += {"W^Q": "^{}", "W_Q": "_{}", "W^{Q}": "^{{{}}}"}[how].format(name.label)
        if name.accent == "prime":
            text += "'"
        if name.args:
            text += "(" + ", ".join(self.write(a) if not isinstance(a, str) else a for a in name.args) + ")"
        return text

    # formulas

    def write(self, tree, level=SUM):
        """Write a formula, in brackets if it binds less than `level`."""
        text, bound = self._written(tree)
        return self.enclosed(text) if bound < level else text

    def enclosed(self, text):
        """Write brackets around a part of a formula."""
        how = self.chosen("parens")
        if how == "[" and "(" not in text:
            how = "("
        left, right = {
            "(": "()",
            "[": "[]",
            "\\left(": ("\\left(", "\\right)"),
            "\\bigl(": ("\\bigl(", "\\bigr)"),
        }[how]
        return left + text + right

    def _written(self, tree):
        match tree:
            case f.Lit():
                return self.number(tree.number, tree.form), self._bound(tree.number, tree.form)
            case f.Spot():
                return self.spot(tree), self._bound(tree.shown, tree.form)
            case f.Name():
                return self.name(tree), ATOM
            case f.Idx():
                return tree.letter, ATOM
            case f.Add():
                return self._sum(tree), SUM
            case f.Mul():
                return self._product(tree), PRODUCT
            case f.Dot():
                return self._dot(tree), PRODUCT if self.style.inner == "\\cdot" else ATOM
            case f.Div():
                return self._quotient(tree)
            case f.Pow():
                return f"{self.write(tree.base, ATOM)}^{self._script(tree.exponent)}", SIGN
            case f.Root():
                degree = f"[{tree.degree}]" if tree.degree != 2 else ""
                return f"\\sqrt{degree}{{{self.write(tree.inside)}}}", ATOM
            case f.Size():
                return self._size(tree), ATOM
            case f.Fn():
                return self._function(tree), ATOM
            case f.Degrees():
                return f"{self.write(tree.inside, ATOM)}{self.chosen('angle')}", ATOM
            case f.Choose():
                return f"\\binom{{{self.write(tree.n)}}}{{{self.write(tree.k)}}}", ATOM
            case f.Cases():
                x = self.write(tree.inside)
                return (
                    f"\\begin{{cases}} {x} & {x} > 0 \\\\ 0 & \\text{{{self._said(OTHERWISE)}}} \\end{{cases}}",
                    SUM,
                )
            case f.Inverse():
                return f"{self.write(tree.inside, ATOM)}^{{{self.style.minus}1}}", SIGN
            case f.Softmax():
                return self._softmax(tree), ATOM
            case f.Array():
                return self._array(tree), ATOM
            case f.Turned():
                return self.write(tree.inside, ATOM) + self.chosen("transpose"), SIGN
            case f.Big():
                return self._big(tree), PRODUCT
        raise TypeError(tree)

    @staticmethod
    def _bound(number, form):
        if number < 0:
            return SUM
        return PRODUCT if form.ten is not None else ATOM

    def _script(self, tree):
        text = self.write(tree)
        return text if len(text) == 1 and self.style.space == "tight" else f"{{{text}}}"

    def _sum(self, tree):
        parts = []
        braced, self.braced = self.braced, False
        loose = self.chosen("space") == "loose"
        for sign, term in tree.terms:
            drop = False
            if isinstance(term, f.Spot) and sign < 0 and term.shown < 0:
                text = self.enclosed(self.spot(term))
            else:
                bare = isinstance(term, f.Spot) and sign > 0 and term.shown < 0 and parts
                drop = bool(bare)
                text = self.write(term, SUM if sign > 0 and not parts else PRODUCT)
            if drop:
                text = self.enclosed(self.spot(term))
            elif parts and not isinstance(term, f.Spot) and text[:1] in {"-", "\u2212"}:
                text = self.enclosed(text)
            if braced and isinstance(term, (f.Mul, f.Dot)) and text[:1] not in {"-", "\u2212"}:
                text, braced = self._embraced(text), False
            operator = ("+" if sign > 0 else self.chosen("minus")) if parts or sign < 0 else ""
            if not parts:
                parts.append(operator + text)
            else:
                parts.append(f" {operator} {text}" if loose else f"{operator}{text}")
        return "".join(parts)

    def _said(self, words):
        return words[self.style.language]

    def _embraced(self, text):
        """Put a brace with a word under or over a part of a sum, if the style does."""
        how = self.chosen("brace")
        if how == "none":
            return text
        script = "_" if how == "\\underbrace" else "^"
        return f"{how}{{{text}}}{script}{{\\text{{{self._said(PART)}}}}}"

    def _product(self, tree):
        text = self.write(tree.factors[0], PRODUCT)
        for left, right in zip(tree.factors, tree.factors[1:], strict=False):
            after = self.write(right, SIGN)
            text += self._between(left, right, after) + after
        return text

    def _between(self, left, right, after):
        arrays = (f.Array, f.Turned)
        if isinstance(left, arrays) or isinstance(right, arrays) or (_upper(left) or _upper(right)):
            return {"juxtaposed": " ", "\\cdot": " \\cdot ", "\\,": "\\,"}[self.chosen("matmul")]
        how = self.style.product
        if how == "juxtaposed":
            named = isinstance(right, f.Name) and isinstance(left, (f.Name, f.Lit, f.Spot))
            bracketed = isinstance(left, (f.Lit, f.Spot)) and after[:1] in {"(", "\\"} and after.endswith(")")
            scientific = isinstance(left, (f.Lit, f.Spot)) and left.form.ten is not None
            if scientific or not (named or bracketed):
                how = "\\cdot"
        self.used["product", how] += 1
        if how == "juxtaposed":
            return "" if isinstance(left, f.Lit) or bracketed else " "
        return f" {how} " if self.style.space == "loose" or how[0] == "\\" else how

    def _dot(self, tree):
        if self.chosen("inner") == "\\langle":
            return f"\\langle {self.write(tree.left)}{self.style.comma}{self.write(tree.right)} \\rangle"
        return f"{self.write(tree.left, SIGN)} \\cdot {self.write(tree.right, SIGN)}"

    def _quotient(self, tree):
        how = self.style.fraction
        if how == "short":
            short = all(
                isinstance(t, f.Lit) and 0 <= t.number < 10 and not t.form.places for t in (tree.top, tree.bottom)
            )
            if short:
                self.used["fraction", how] += 1
                return f"\\frac{self.write(tree.top)}{self.write(tree.bottom)}", SIGN
            how = "frac"
        self.used["fraction", how] += 1
        if how == "slash":
            return f"{self.write(tree.top, SIGN)} / {self.write(tree.bottom, ATOM)}", PRODUCT
        return f"\\{how}{{{self.write(tree.top)}}}{{{self.write(tree.bottom)}}}", SIGN

    def _size(self, tree):
        inside = self.write(tree.inside)
        if not tree.vector:
            return {"|": f"|{inside}|", "\\lvert": f"\\lvert {inside} \\rvert"}[self.chosen("bars")]
        how = self.chosen("norm")
        left, right = ("\\|", "\\|") if how[1] == "|" else ("\\lVert ", " \\rVert")
        return left + inside + right + ("_2" if how.endswith("_2") else "")

    def _function(self, tree):
        args = self.style.comma.join(self.write(a) for a in tree.args)
        if tree.name == "exp":
            how = self.chosen("exp")
            return {
                "\\exp": f"\\exp({args})",
                "exp": f"exp({args})",
                "e^": f"e^{{{args}}}",
                "\\exp\\left": f"\\exp\\left({args}\\right)",
            }[how]
        if tree.name == "ln":
            how = self.chosen("ln")
            simple = isinstance(tree.args[0], (f.Lit, f.Spot, f.Name)) and not args.startswith(("-", "\u2212"))
            if how == "\\ln bare":
                return f"\\ln {args}" if simple else f"\\ln({args})"
            return f"{how}({args})"
        match tree.name:
            case "det":
                return self._determinant(tree.args[0])
            case "!":
                return self.write(tree.args[0], ATOM) + "!"
            case "floor" | "ceil":
                return f"\\l{tree.name} {args} \\r{tree.name}"
        sign = {"log10": "\\log_{10}", "log2": "\\log_2"}.get(tree.name, "\\" + tree.name)
        if tree.name in {"sigmoid", "ReLU"}:
            sign = f"{self.chosen('word')}{{{tree.name}}}"
        how = "(" if tree.name in {"sigmoid", "ReLU", "max", "min"} else self.chosen("applied")
        if how == "bare" and isinstance(tree.args[0], (f.Lit, f.Degrees)) and not args.startswith(("-", "\u2212")):
            return f"{sign} {args}"
        return f"{sign}\\left({args}\\right)" if how == "\\left(" else f"{sign}({args})"

    def _determinant(self, tree):
        how = self.chosen("det")
        if how in {"|", "vmatrix"} and isinstance(tree, f.Array):
            return self._rows([[self.write(t) for t in row] for row in tree.items], "vmatrix")
        text = self.write(tree)
        return f"|{text}|" if how in {"|", "vmatrix"} else f"\\det({text})" if how == "\\det(" else f"\\det {text}"

    def _softmax(self, tree):
        how = self.chosen("softmax")
        word = how if how == "softmax" else f"{how}{{softmax}}"
        inside = tree.inside
        if isinstance(inside, f.Array) and not inside.matrix and self.style.vector in {"tuple", "matrix"}:
            return f"{word}({self.style.comma.join(self.write(t) for t in inside.items)})"
        return f"{word}({self.write(inside)})"

    def _array(self, tree):
        if tree.matrix:
            return self._rows([[self.write(t) for t in row] for row in tree.items], self.chosen("matrix"))
        entries = [self.write(t) for t in tree.items]
        how = self.chosen("vector")
        if how in {"tuple", "list"}:
            left, right = "()" if how == "tuple" else "[]"
            return left + self.style.comma.join(entries) + right
        return self._rows([[e] for e in entries] if tree.column else [entries], how)

    def _rows(self, rows, how):
        if how == "nested":
            inner = ["[" + self.style.comma.join(row) + "]" for row in rows]
            return "[" + self.style.comma.join(inner) + "]"
        body = " \\\\ ".join(" & ".join(row) for row in rows)
        if how == "array":
            return f"\\left[\\begin{{array}}{{{'c' * len(rows[0])}}} {body} \\end{{array}}\\right]"
        text = f"\\begin{{{how}}} {body} \\end{{{how}}}"
        if how in {"matrix", "smallmatrix"}:
            left, right = ("(", ")") if how == "matrix" else ("[", "]")
            text = f"\\left{left}{text}\\right{right}"
        return text

    def _big(self, tree):
        sign = {"sum": "\\sum", "prod": "\\prod"}[tree.op]
        body, high = self.write(tree.body, PRODUCT), self.write(tree.high)
        if tree.low == f.ONE and self.chosen("range") == "\\le":
            return f"{sign}_{{{tree.letter} {self.chosen('less')} {high}}} {body}"
        return f"{sign}_{{{tree.letter}={self.write(tree.low)}}}^{{{high}}} {body}"


def _upper(tree):
    """Whether a tree is a name of a matrix or a vector, whose products are written side by side."""
    return isinstance(tree, f.Name) and (tree.bold or tree.letter.isupper())
