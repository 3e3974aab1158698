r"""Expressions, formulas and statements as LaTeX that GitHub renders.

GitHub's Markdown eats backslashes before punctuation and reads `<` and `|` its own way, so braces are written
\lbrace, inequalities \lt and \le, and no line breaks `\\` occur.  Bound letters lose the numbers that kept them
apart where nothing clashes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter

from attention import indexed as I
from attention.indexed import same
from proofs.formula import And, Datum, ForAll, Formula, Range, Reads, Relation, Statement, expressions, names_read

OPS = {"=": "=", "!=": r"\neq", "<": r"\lt", "<=": r"\le", ">": r"\gt", ">=": r"\ge"}
_NAMES = {
    "alpha": r"\alpha",
    "beta": r"\beta",
    "delta": r"\delta",
    "eta": r"\eta",
    "theta": r"\theta",
    "kappa": r"\kappa",
    "rho": r"\rho",
    "lo": r"\underline{v}",
    "hi": r"\overline{v}",
    "mu": r"\mu",
    "sigma": r"\sigma",
    "nu": r"\lvert k \rvert",
    "pi": r"\pi",
    "lambda": r"\lambda",
    "W_Q": "W^Q",
    "W_K": "W^K",
    "W_V": "W^V",
    "tq": r"(tW^Q)",
    "tk": r"(tW^K)",
    "tv": r"(tW^V)",
    "yw": r"(yW^V)",
    "yu": r"(y\cdot tA)",
    "u": r"(tA)",
    "y1": r"y^{(1)}",
    "y2": r"y^{(2)}",
    "yw1": r"(y^{(1)}W^V)",
    "yw2": r"(y^{(2)}W^V)",
    "yu1": r"(y^{(1)}\cdot tA)",
    "yu2": r"(y^{(2)}\cdot tA)",
    "p2": r"\tilde p",
    "m_q": r"\lvert q \rvert",
    "KT": r"(K^{\mathsf T})",
    "layers": r"\Lambda",
    "gap": r"\delta",
    "q_printed": r"\bar q",
    "k_printed": r"\bar k",
    "v_printed": r"\bar v",
    "a_printed": r"\bar a",
    "score": r"\mathrm{score}",
    "value": r"\mathrm{value}",
    "combine": r"\mathrm{combine}",
    "loss": r"\mathrm{loss}",
    "probe": r"\mathrm{probe}",
    "mean": r"\mathrm{mean}",
    "share": r"\mathrm{share}",
    "pairs": r"\mathrm{pairs}",
    "heads": r"\mathrm{heads}",
    "columns": r"\mathrm{columns}",
    "rows": r"\mathrm{rows}",
}
_ARGUMENTS = {"score", "value", "combine", "loss", "probe"}  # arbitrary functions keep their arguments in brackets


def name(text: str) -> str:
    r"""Return a name with its marks: alpha' -> \alpha', s~ -> \tilde s, d_k -> d_k."""
    core = text.rstrip("'~")
    marks = text[len(core) :]
    numbered = re.fullmatch(r"(alpha|[a-z])([123])", core)
    if numbered and core not in _NAMES:
        primes = r"\prime" * marks.count("'")
        return f"{_NAMES.get(numbered[1], numbered[1])}^{{({numbered[2]}){primes}}}"
    out = _NAMES.get(core, core)
    if out == core and "_" in core:
        head, _, tail = core.partition("_")
        below = tail if len(tail) == 1 else f"{{{tail}}}"
        out = f"{_NAMES.get(head, head)}_{below}"
    if "~" in marks:
        out = rf"\tilde {out}"
    return out + "'" * marks.count("'")


def _index(parts: Iterable[str]) -> str:
    items = list(parts)
    separator = "" if all(re.fullmatch(r"[a-z0-9]'*|\\[a-z]+ ?", item) for item in items) else ","
    return separator.join(items)


class _Printer(LatexPrinter):  # type: ignore[misc]
    """LaTeX of indexed expressions."""

    def _print_Symbol(self, expr: Any, style: str = "plain") -> str:  # noqa: ARG002
        return name(expr.name)

    def _print_Indexed(self, expr: Any) -> str:
        label = name(expr.base.label.name)
        below = _index(self._print(k) for k in expr.indices)
        return f"{label}_{{{below}}}" if "_" not in label else f"{{{label}}}_{{{below}}}"

    def _print_Function(self, expr: Any, exp: str | None = None) -> str:
        head = type(expr).__name__
        custom = getattr(self, f"_head_{head}", None)
        derived = I.sloped(head)
        if custom is not None:
            out = custom(expr)
        elif derived is not None:
            out = self._slope(*derived, expr)
        elif head in _ARGUMENTS:
            out = rf"{name(head)}\left({', '.join(self._print(a) for a in expr.args)}\right)"
        elif not expr.args:
            out = name(head)
        else:
            label, below = name(head), _index(self._print(k) for k in expr.args)
            out = f"{label}_{{{below}}}"
        return rf"\left({out}\right)^{{{exp}}}" if exp else out

    def _slope(self, function: str, k: int, expr: Any) -> str:
        """Print D_{2,f} score(...): the derivative by entry f of the second argument."""
        depth, inner = 0, expr.args[k]
        while isinstance(inner, I.Row):
            depth, inner = depth + 1, inner.args[0]
        split = len(expr.args) - depth
        arguments = ", ".join(self._print(arg) for arg in expr.args[:split])
        below = ",".join([str(k + 1), *(self._print(at) for at in expr.args[split:])])
        return rf"D_{{{below}}}{name(function)}\left({arguments}\right)"

    def _head_Row(self, expr: Any) -> str:
        letter, first, last, body = I.opened(expr)
        start = f"{self._print(letter)}={self._print(first)}"
        return rf"\left({self._print(body)}\right)_{{{start}}}^{{{self._print(last)}}}"

    def _head_Quotient(self, expr: Any) -> str:
        return rf"\frac{{{self._print(expr.args[0])}}}{{{self._print(expr.args[1])}}}"

    def _head_AtMost(self, expr: Any) -> str:
        return rf"[{self._print(expr.args[0])} \le {self._print(expr.args[1])}]"

    def _head_IsZero(self, expr: Any) -> str:
        # [u - v = 0] is read more easily as [u = v].
        terms = sp.Add.make_args(expr.args[0])
        right = [-term for term in terms if term.could_extract_minus_sign()]
        left = [term for term in terms if not term.could_extract_minus_sign()]
        return f"[{self._print(sp.Add(*left))} = {self._print(sp.Add(*right))}]"

    def _head_Absolute(self, expr: Any) -> str:
        return rf"\lvert {self._print(expr.args[0])} \rvert"

    def _head_Maximum(self, expr: Any) -> str:
        return rf"\max\left({', '.join(self._print(arg) for arg in expr.args)}\right)"

    def _head_Partial(self, expr: Any) -> str:
        top, below = (self._print(arg) for arg in expr.args)
        if isinstance(expr.args[0], (sp.Function, sp.Indexed)) and not isinstance(expr.args[0], I.Quotient):
            return rf"\frac{{\partial {top}}}{{\partial {below}}}"
        return rf"\frac{{\partial}}{{\partial {below}}}\left({top}\right)"

    def _head_LimitOf(self, expr: Any) -> str:
        inner, parameter, to = (self._print(arg) for arg in expr.args)
        if isinstance(expr.args[0], sp.Add):
            inner = rf"\left({inner}\right)"
        return rf"\lim_{{{parameter} \to {to}}} {inner}"

    def _head_Expectation(self, expr: Any) -> str:
        return rf"\mathbb{{E}}\left[{self._print(expr.args[0])}\right]"

    def _head_Cases(self, expr: Any) -> str:
        at, base, step = (self._print(arg) for arg in expr.args)
        return rf"\left({base}\text{{ if }}{at} = 0\text{{, else }}{step}\right)"

    def _print_KroneckerDelta(self, expr: Any, exp: str | None = None) -> str:
        out = rf"\delta_{{{_index(self._print(arg) for arg in expr.args)}}}"
        return f"{out}^{{{exp}}}" if exp else out

    def _print_Sum(self, expr: Any) -> str:
        v, first, last, body = I.opened(expr)
        inner = self._print(body)
        if isinstance(body, sp.Add):
            inner = rf"\left({inner}\right)"
        return rf"\sum_{{{self._print(v)}={self._print(first)}}}^{{{self._print(last)}}} {inner}"

    def _print_exp(self, expr: Any, exp: str | None = None) -> str:
        power = self._print(expr.args[0])
        return f"e^{{{exp} ({power})}}" if exp else f"e^{{{power}}}"


def pretty(expr: Any) -> Any:
    """Rename bound letters to the plainest ones that clash with nothing in scope."""

    def walk(node: Any, outer: frozenset[str]) -> Any:
        if isinstance(node, (sp.Sum, I.Row)):
            v, first, last, body = I.opened(node)
            base = re.sub(r"(_?\d+|')+$", "", v.name)
            taken = outer | ({s.name for s in body.free_symbols if isinstance(s, sp.Symbol)} - {v.name})
            fresh = next(base + "'" * k for k in range(9) if base + "'" * k not in taken)
            letter = sp.Symbol(fresh, integer=True, positive=True)
            inner = walk(_relabelled(body, v, letter), outer | {fresh})
            return I.rebound(node, inner, letter, first, last)
        if node.args and not isinstance(node, sp.Indexed):
            args = [walk(arg, outer) for arg in node.args]
            return node.func(*args) if tuple(args) != node.args else node
        return node

    return walk(sp.sympify(expr), frozenset())


def _relabelled(body: Any, old: Any, new: Any) -> Any:
    """Rename a bound letter, first moving an inner sum out of the way that binds the new one."""
    if any(s.name == new.name for s in body.atoms(sp.Symbol)):
        body = I.rename_apart(body, {new.name, old.name})
    return body.xreplace({old: new})


def latex(expr: Any) -> str:
    """Return an expression as LaTeX."""
    return _latex(sp.sympify(expr))


@lru_cache(maxsize=50_000)  # a step prints what the one before it arrived at, and facts stand on many pages
def _latex(expr: Any) -> str:
    out = _Printer({"mul_symbol": None, "fold_short_frac": False}).doprint(pretty(expr))
    return str(out).replace(r"\limits", "").replace("\\ ", " ")


def formula(item: Formula) -> str:
    """Return a formula as LaTeX."""
    if isinstance(item, Relation):
        return f"{latex(item.lhs)} {OPS[item.op]} {latex(item.rhs)}"
    if isinstance(item, ForAll):
        return f"{formula(item.body)} \\quad\\text{{for all }} {ranges(item.ranges)}"
    if isinstance(item, Reads):
        names = ", ".join(name(entry) for entry in sorted(item.names))
        return rf"{latex(item.expr)} \text{{ is a function of }} {names} \text{{ alone}}"
    word = r"\text{ and }" if isinstance(item, And) else r"\text{ or }"
    return rf" \;{word}\; ".replace(r"\;", "").join(formula(part) for part in item.parts)


def ranges(items: Iterable[Range]) -> str:
    """Return index ranges as LaTeX."""
    return r",\ ".replace(r"\ ", " ").join(rf"{latex(a)} \le {latex(v)} \le {latex(b)}" for v, a, b in items)


def quantifiers(statement: Statement) -> Iterator[str]:
    """Yield, in reading order, the Markdown phrases for sizes, data and index ranges."""
    if statement.given is not None:
        yield "the printed inputs"
        if statement.ranges:
            yield f"all indices ${ranges(statement.ranges)}$"
        return
    if statement.sizes:
        by_least: dict[int, list[str]] = {}
        for size, least in statement.sizes.items():
            by_least.setdefault(least, []).append(latex(size))
        for least, sizes in sorted(by_least.items()):
            yield rf"all sizes ${', '.join(sizes)} \ge {least}$"
    read = _names_read(statement)
    plain = [_datum(d) for d in statement.data if d.kind in {"real", "positive"} and (d.shape or d.name in read)]
    if plain:
        yield f"all ${', '.join(plain)}$"
    yield from (_set(datum) for datum in statement.data if datum.kind not in {"real", "positive"})
    shown = _mentioned(statement)
    if shown:
        yield f"all indices ${ranges(shown)}$"


def _names_read(statement: Statement) -> set[str]:
    """Return every name that the statement reads; derivations may use further scalars, such as a path's parameter."""
    formulas = (statement.conclusion, *statement.assumptions.values())
    return {name for item in formulas for name in names_read(item, statement.definitions)}


def _mentioned(statement: Statement) -> list[Range]:
    """Return the ranges of the letters that the statement mentions; derivations may use further ones."""
    formulas = (statement.conclusion, *statement.assumptions.values())
    names = {s.name for item in formulas for e in expressions(item) for s in e.free_symbols}
    for v, first, last in reversed(statement.ranges):
        if v.name in names:
            names |= {s.name for bound in (first, last) for s in sp.sympify(bound).free_symbols}
    return [r for r in statement.ranges if r[0].name in names]


def _datum(datum: Datum) -> str:
    label = name(datum.name)
    shape = r" \times ".join(latex(k + 1 - datum.first) for k in datum.shape)
    if datum.kind == "positive":
        return rf"{label} \gt 0"
    return rf"{label} \in \mathbb{{R}}^{{{shape}}}" if shape else rf"{label} \in \mathbb{{R}}"


def _counted(arity: int) -> str:
    return "1 argument" if arity == 1 else f"{arity} arguments"


def _set(datum: Datum) -> str:
    label = name(datum.name)
    shape = r" \times ".join(latex(k) for k in datum.shape)
    if datum.kind == "function":
        return f"every function ${label}$ of {_counted(datum.arity)}"
    if datum.kind == "smooth":
        return f"every function ${label}$ of {_counted(datum.arity)} that is differentiable in the entries of its rows"
    if datum.kind == "permutation":
        return rf"every permutation ${label}$ of $1, \dots, n$"
    if datum.kind == "random":
        return rf"independent random ${label} \in \mathbb{{R}}^{{{shape}}}$ with mean 0 and variance 1"
    return rf"every sequence ${label}$ of ${shape}$ tokens of any kind"


def definitions(statement: Statement) -> Iterator[str]:
    """Yield the definitions that the statement uses, as LaTeX equations, in the order of their definition."""
    formulas = (statement.conclusion, *statement.assumptions.values())
    used = I.reachable((e for item in formulas for e in expressions(item)), statement.definitions)
    for key, definition in statement.definitions.items():
        left, right = latex(definition.head(*definition.params)), latex(definition.body)
        if key in used and left != right:
            yield f"{left} = {right}"


__all__ = ["definitions", "formula", "latex", "name", "pretty", "quantifiers", "ranges", "same"]
