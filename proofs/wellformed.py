r"""What a statement may be made of: every name declared once, and no operation that SymPy would simplify unasked.

Rules look at names and at free letters; SymPy looks at its own symbols.  The two agree only if one name is one
symbol, definitions read nothing but their parameters and declared names, and a letter that SymPy takes to be
positive (or not negative) starts at 1 (or 0).  Inside the vocabulary SymPy's automatic arithmetic holds for all
reals; outside it (x/x = 1, sqrt(x**2) = x for a positive x) it does not, so the rest is refused.

Scope: statements of `proofs.formula`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import sympy as sp

from attention import indexed as I
from attention import notation as N
from proofs.formula import And, ForAll, Formula, Or, Statement, expressions, free_symbols

Expr = Any
AppliedUndef = sp.core.function.AppliedUndef
_SIGNS = (I.AtMost, I.IsZero, I.Absolute, I.Maximum, sp.KroneckerDelta)
_HEADS = (I.Quotient, I.Partial, I.LimitOf, I.Expectation, I.Cases, sp.exp, *_SIGNS)
_WORDS = (sp.Add, sp.Mul, sp.Rational, sp.Symbol, sp.Indexed, sp.Sum, AppliedUndef, *_HEADS)


_PLAIN: tuple[dict[str, bool], ...] = ({}, {"real": True}, {"positive": True}, {"integer": True})
_SIGNED = ({"integer": True, "positive": True}, {"integer": True, "nonnegative": True})
_KINDS = frozenset(frozenset(sp.Symbol("a", **known).assumptions0.items()) for known in (*_PLAIN, *_SIGNED))


class IllFormed(ValueError):  # it is said of a statement
    """A statement or an expression that may mean two things. Attributes: expression, problem."""

    def __init__(self, expression: object, problem: str) -> None:
        self.expression, self.problem = expression, problem
        super().__init__(f"{expression}: {problem}")


def require_words(expr: Expr, known: dict[str, Expr] | None = None) -> None:
    """Raise IllFormed if an expression has a part whose automatic simplification nothing vouches for.

    With `known`, the symbols met so far by name, also if a free symbol is not the one that is known by its name.
    """
    for symbol in I.free_symbols(sp.sympify(expr)) if known is not None else ():
        if known is not None and known.setdefault(symbol.name, symbol) != symbol:
            raise IllFormed(symbol, "two symbols have this name")
    todo = [sp.sympify(expr)]
    while todo:
        node = todo.pop()
        if isinstance(node, sp.Pow) and not isinstance(node, sp.exp):
            if not (node.exp.is_Integer and node.exp > 0):
                raise IllFormed(node, "a power that is no positive integer; divide with Quotient")
            todo.append(node.base)
        elif isinstance(node, sp.Indexed):
            _require_plain(node.base.label)
            todo += node.indices
        elif isinstance(node, sp.Sum):
            v, first, last, body = I.opened(node)
            _require_letter(v, first, last)
            todo += [first, last, body]
        elif isinstance(node, I.LimitOf):
            _require_parameter(node.args[1])
            todo.append(node.args[0])
        elif isinstance(node, AppliedUndef):
            if node.func != sp.Function(node.func.__name__):
                raise IllFormed(node, "a head of which SymPy assumes something")
            todo += [part for arg in node.args for part in _components(arg)]
        elif isinstance(node, I.Partial):
            _require_entry(node.args[1])
            todo += node.args
        elif isinstance(node, sp.Symbol):
            _require_plain(node)
        elif isinstance(node, _WORDS) or node is sp.E:
            todo += node.args
        else:
            raise IllFormed(node, f"{type(node).__name__} is not in the vocabulary of statements")


def _components(argument: Expr) -> Iterable[Expr]:
    """Yield what stands in an argument of a function: itself, or the ends and the entries of a row."""
    if not isinstance(argument, I.Row):
        yield argument
        return
    v, first, last, body = I.opened(argument)
    _require_letter(v, first, last)
    yield from (first, last)
    yield from _components(body)


@lru_cache(maxsize=I.REMEMBERED)
def _require_plain(symbol: Expr) -> None:
    """SymPy would decide by what it takes a symbol to be: an odd letter is never 2, an array of zeros has e^z = 1."""
    if type(symbol) is not sp.Symbol or frozenset(symbol.assumptions0.items()) not in _KINDS:
        raise IllFormed(symbol, "a symbol of which SymPy assumes more than that it is real, positive or an integer")


def _require_parameter(parameter: Expr) -> None:
    # What is known of a letter or a size holds at its one value; in a limit it would have others.
    if not isinstance(parameter, sp.Symbol) or parameter.is_integer:
        raise IllFormed(parameter, "a limit is one in a real parameter")


def _require_letter(letter: Expr, *ends: Expr) -> None:
    if not isinstance(letter, sp.Symbol) or not letter.is_integer:
        raise IllFormed(letter, "an index letter is an integer symbol")
    _require_plain(letter)
    for end in map(sp.sympify, ends):
        if not end.is_integer:
            raise IllFormed(end, "a range ends at integers")
    first = ends[0]
    if letter.is_positive and not sp.sympify(first).is_positive:
        raise IllFormed(letter, f"a letter declared positive starts at {first}")
    if letter.is_nonnegative and not sp.sympify(first).is_nonnegative:
        raise IllFormed(letter, f"a letter declared non-negative starts at {first}")


def _require_entry(by: Expr) -> None:
    if not isinstance(by, sp.Indexed) and not (isinstance(by, sp.Symbol) and not by.is_integer):
        raise IllFormed(by, "a derivative is one by an entry of an array or by a real scalar")


def require_well_formed(statement: Statement) -> None:
    """Raise IllFormed unless every name of a statement is declared, once, and every part is in the vocabulary."""
    formulas = (statement.conclusion, *statement.assumptions.values())
    found = [e for formula in formulas for e in expressions(formula)]
    bodies = [item.body for item in statement.definitions.values()]
    unfolded = [item.body for item in I.reachable(found, statement.definitions).values()]
    for expr in (*found, *bodies, *(end for _, *ends in statement.ranges for end in ends)):
        require_words(expr)
    for v, *ends in (*statement.ranges, *(r for formula in formulas for r in _ranges(formula))):
        _require_letter(v, *ends)
    for size, least in statement.sizes.items():
        _require_letter(size, least)
    for datum in statement.data:
        if datum.kind == "permutation" and datum.shape != (N.n,):
            raise IllFormed(datum.symbol, "a permutation is one of 1..n")
        if not datum.shape and datum.kind in {"real", "positive"} and datum.symbol.is_integer:
            raise IllFormed(datum.symbol, "a scalar of the data has any value, and may not be declared an integer")
        if datum.kind == "random" and not datum.shape:
            raise IllFormed(datum.symbol, "what is random is the entries of an array")
        label = getattr(datum.symbol, "label", datum.symbol)
        if datum.kind in {"real", "random"} and isinstance(label, sp.Symbol) and label.is_positive:
            raise IllFormed(datum.symbol, "it is not declared positive, and SymPy takes it to be")
    _require_order(statement)
    _require_one_symbol_a_name((*found, *bodies), statement)
    _require_closed(statement)
    _require_declared((*found, *unfolded), statement)
    _require_meaning(formulas, (*found, *unfolded), statement)


def _ranges(formula: Formula) -> Iterable[tuple[Expr, Expr, Expr]]:
    if isinstance(formula, ForAll):
        yield from formula.ranges
        yield from _ranges(formula.body)
    elif isinstance(formula, (And, Or)):
        for part in formula.parts:
            yield from _ranges(part)


def _require_order(statement: Statement) -> None:
    """Every letter has one range, which ends at sizes and earlier letters; every head has one meaning."""
    taken = {str(size) for size in statement.sizes} | {datum.name for datum in statement.data}
    for k, (v, *ends) in enumerate(statement.ranges):
        later = {w.name for w, _, _ in statement.ranges[k:]}
        if v.name in taken:
            raise IllFormed(v, "a letter with two ranges, or that is something else as well")
        if later & {s.name for end in ends for s in I.free_symbols(sp.sympify(end))}:
            raise IllFormed(v, "its range ends at a letter that is not known before it")
        taken.add(v.name)
    given = {datum.name for datum in statement.data if datum.kind in {"function", "smooth"}}
    for name, item in statement.definitions.items():
        derived = I.sloped(name)
        if name != item.name or name in given or (derived is not None and derived[0] in given):
            raise IllFormed(name, "a definition of what has a meaning already")


def _require_one_symbol_a_name(exprs: Iterable[Expr], statement: Statement) -> None:
    known: dict[str, Expr] = {}
    bases: dict[str, Expr] = {}
    letters = [v for v, _, _ in statement.ranges]
    for expr in (*exprs, *letters, *statement.sizes):
        labels = {entry.base.label for entry in I.atoms(expr, sp.Indexed)}
        for entry in I.atoms(expr, sp.Indexed):
            if bases.setdefault(entry.base.label.name, entry.base) != entry.base:
                raise IllFormed(entry.base, "two arrays have this name")
        for symbol in I.atoms(expr, sp.Symbol) - labels:
            if known.setdefault(symbol.name, symbol) != symbol:
                raise IllFormed(symbol, "two symbols have this name")
    both = sorted(known.keys() & bases.keys())
    if both:
        raise IllFormed(both[0], "a symbol and an array have this name")


def _require_closed(statement: Statement) -> None:
    """A definition that read a letter of its surroundings would be captured where it is unfolded."""
    sizes = set(statement.given.sizes) if statement.given else {str(size) for size in statement.sizes}
    for item in statement.definitions.values():
        free = {s for s in I.free_symbols(item.body) if s.is_integer}
        labels = {entry.base.label for entry in I.atoms(item.body, sp.Indexed)}
        loose = {s for s in free - labels - set(item.params) if s.name not in sizes}
        if loose:
            raise IllFormed(item.name, f"its definition reads the letter {min(loose, key=str)}, which is no parameter")


def require_descent(statement: Statement) -> None:
    """Raise IllFormed if a definition uses itself otherwise than at an earlier first argument.

    A head defined by itself at the same argument is an equation, and perhaps a false one: D(r) = D(r) + 1.
    """
    known = statement.definitions
    for name, item in known.items():
        if name not in I.reachable([item.body], known):
            continue
        calls = I.atoms(item.body, AppliedUndef)
        names = {call.func.__name__ for call in calls}
        through = any(name in I.reachable([known[n].body], known) for n in names & known.keys() - {name})
        down = all((item.params[0] - c.args[0]).is_positive for c in calls if c.func.__name__ == name)
        if not isinstance(item.body, I.Cases) or item.body.args[0] != item.params[0] or through or not down:
            raise IllFormed(name, "defined by itself otherwise than by recursion on its first argument")


def _require_meaning(formulas: Iterable[Formula], exprs: Iterable[Expr], statement: Statement) -> None:
    """A free symbol must be a letter with a range, a size, a scalar that is declared, or a limit's parameter."""
    known = {str(size) for size in statement.sizes} | {datum.name for datum in statement.data}
    known |= {v.name for v, _, _ in statement.ranges}
    if statement.given is not None:
        known |= {*statement.given.sizes, *statement.given.scalars, *statement.given.arrays}
    known |= {limit.args[1].name for expr in exprs for limit in I.atoms(expr, I.LimitOf)}
    free = {s for formula in formulas for s in free_symbols(formula)}
    for item in I.reachable([e for f in formulas for e in expressions(f)], statement.definitions).values():
        free |= {s for s in I.free_symbols(item.body) if s not in item.params}
    for _, *ends in statement.ranges:
        free |= {s for end in ends for s in I.free_symbols(sp.sympify(end))}
    for symbol in sorted(free, key=str):
        if symbol.name not in known:
            raise IllFormed(symbol, "neither a size, a scalar of the data, nor a letter with a range")


def _require_declared(exprs: Iterable[Expr], statement: Statement) -> None:
    declared = {datum.name for datum in statement.data} | set(statement.given.arrays if statement.given else ())
    smooth = {datum.name for datum in statement.data if datum.kind == "smooth"}
    for expr in exprs:
        for entry in I.atoms(expr, sp.Indexed):
            if entry.base.label.name not in declared:
                raise IllFormed(entry.base, "an array that the statement does not declare")
        for head in I.atoms(expr, AppliedUndef):
            derived = I.sloped(head.func.__name__)
            if derived is not None and derived[0] in smooth:
                continue
            if head.func.__name__ not in declared and head.func.__name__ not in statement.definitions:
                raise IllFormed(head.func.__name__, "neither defined nor declared as a function")
