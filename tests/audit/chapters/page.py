"""A page of worked numbers: what is given, what follows, what is printed, and what is planted.

A page keeps two values of every name: the exact one, from the inputs, and the one that the page shows.  Numbers
are printed as roundings of the one (mode "exact") or worked out from the other (mode "page").  A plan says which
number is printed wrong, and how; everything that depends on it is tainted.
"""

from __future__ import annotations

import operator
from fractions import Fraction
from functools import partial
from itertools import pairwise

from chapters import exact
from chapters import formulas as f
from chapters.pieces import Entry, Mistake, Statement, is_stained, leaves, mapped
from chapters.printing import Printing

RELATIONS = {"<": operator.lt, ">": operator.gt, "\\le": operator.le, "\\ge": operator.ge, "\\ne": operator.ne}


class Page(Printing):
    """The page: a random source for its choices, a mode, a plan (or None)."""

    # statements

    def say(self, sides, relations, **marks):
        """Add a statement."""
        statement = Statement(list(sides), list(relations), **marks)
        self.statements.append(statement)
        return statement

    def given(self, name, value, places=1, *, column=False, show=True):
        """Add an input: a name and its value (fractions, exactly as printed)."""
        forms = self.formed(value, places)
        spots = mapped(lambda x, form: self._spot("given", x, x, x, form), value, forms)
        self.entries[name] = Entry(value, spots, value, column)
        if show:
            self.say([name, self.array(spots, column)], ["defined"])
        return name

    def given_together(self, pairs, places=1):
        """Add several inputs as one vector: (x_1, x_2) = (3, 4)."""
        spots = []
        for name, x in pairs:
            spots.append(self._spot("given", x, x, x, self.form(x, places)))
            self.entries[name] = Entry(x, spots[-1], x)
        self.say([f.Array(tuple(name for name, _ in pairs)), f.Array(tuple(spots))], ["defined"])

    def given_ten(self, name, value, places, ten):
        """Add an input that is printed times a power of ten."""
        spot = self._spot("given", value, value, value, f.Form(places, ten=ten))
        self.entries[name] = Entry(value, spot, value)
        self.say([name, spot], ["defined"])

    def say_chain(self, sides, formula, places):
        """Add a chain of formulas that are all one number, and the number."""
        true, shown = f.value(formula, self.exactly), self._worth(formula, f.value(formula, self.exactly))
        reference = true if self.mode == "exact" else shown
        tainted = self.is_tainted(formula)
        spot = self._spot("result", true, reference, shown, self.form(true, places), tainted=tainted)
        relations = ["="] * (len(sides) - 1)
        self.say([*sides, spot], [*relations, "rounded"], tainted=tainted or spot.tainted)

    @staticmethod
    def array(spots, column=False):
        """Return printed numbers as a formula."""
        return f.Array(spots, column) if isinstance(spots, tuple) else spots

    def rule(self, name, formula):
        """Add a definition with index letters, or of a function: no numbers."""
        self.rules.append((name, formula))
        return self.say([name, formula], ["defined"])

    def close(self):
        """End the page; a plan may add a mistake of a whole statement: a contradiction, an impossible product."""
        if self.rules and self.chance("definition"):
            name, formula = self.rules[0]
            self.say([name, f.Div(formula, f.Root(f.TWO))], ["defined"], planted="definition")
        inputs = [(name, entry) for name, entry in self.entries.items() if leaves(entry.spots)[0].kind == "given"]
        if inputs and self.chance("redefined"):
            name, entry = inputs[0]
            moved = mapped(lambda x, s: f.Lit(x + Fraction(3) / 10**s.form.digits, s.form), entry.exact, entry.spots)
            self.say([name, self.array(moved, entry.column)], ["defined"], planted="redefined")
        if self.chance("undefined"):
            name, other = f.Name(self.fresh("z", "y")), f.Name(self.fresh("w", "t"))
            self.say([name, f.total(other, f.ONE), f.Lit(Fraction(3))], ["defined", "="], planted="undefined")
        misfits = self._misfits(inputs)
        if misfits and self.chance("shape"):
            sides = [f.Name(self.fresh("z", "y"), bold=True), self.random.choice(misfits), f.Array((f.ONE, f.TWO))]
            self.say(sides, ["defined", "="], planted="shape")

    @staticmethod
    def _misfits(inputs):
        """Return products and sums that do not exist, whether vectors are rows or columns."""
        found = []
        for one, entry in inputs:
            for other, entry2 in inputs:
                x, y = _shape(entry.exact), _shape(entry2.exact)
                if (len(x), len(y)) == (1, 2) and x[0] not in y:
                    found.append(f.Mul((one, other)))
                elif len(x) == len(y) == 1 and x != y:
                    found += [f.Dot(one, other), f.total(one, other)]
                elif len(x) == len(y) == 2 and x[1] != y[0]:
                    found.append(f.Mul((one, other)))
        return found

    def derive(
        self,
        name,
        formula,
        places=2,
        *,
        how="put",
        written=None,
        step=False,
        more=0,
        column=False,
        expand=False,
        **look,
    ):
        """Add a name that follows from earlier ones.

        Args:
            name: the name, or None for a formula that stands for itself.
            formula: what it is.
            places: decimals of the result.
            how: "put" (formula, then numbers put in), "numbers" (the numbers alone), "formula" or "bare" (the
                result alone, where a rule says what it is).
            written: the formula that numbers are put into, if it is written differently from `formula`.
            expand: whether dot products of printed vectors are written entry by entry.
            step: whether the terms of a sum are worked out before the sum.
            more: print the result with so many more decimals first, then rounded.
            column: whether a vector is written upright.
            look: percent or ten, how the result is printed.
        """
        true = f.value(formula, self.exactly)
        sides = [name] if name else []
        if how in {"put", "formula"}:
            sides.append(formula)
        if how in {"put", "numbers"}:
            whole = f.written_out(written or formula, self.exactly)
            alone = isinstance(whole, (f.Name, f.Array))  # a name alone is no formula to put numbers into
            sides.append(self.numbers(whole, planting=how == "put" and not alone))
            if alone:
                sides.pop()
            elif expand:
                sides[-1] = f.multiplied_out(sides[-1])
            if step:
                sides += self._stepped(sides[-1], places + 1, column)
        tainted = self.is_tainted(formula) or any(is_stained(side) for side in sides)
        shown = self._worth(formula, true)
        last = self._worth(sides[-1], shown) if len(sides) > 1 or not name else shown
        reference = last if self.carries(tainted) else true if self.mode == "exact" else shown if tainted else last
        forms = self.formed(true, places + more, **look)
        spots = mapped(lambda *x: self._spot("result", *x, tainted=tainted), true, reference, last, forms)
        relations = ["defined"] * (name is not None) + ["="] * len(sides)
        relations = relations[: len(sides) - 1]
        sides.append(self.array(spots, column))
        precise = all(
            exact.decimals(x, form.digits) is not None for x, form in zip(leaves(true), leaves(forms), strict=True)
        )
        relations.append(("defined" if name and len(sides) == 2 else "=") if precise else "rounded")
        if more and not precise:
            spots = mapped(lambda x, s: self._again(x, s, s.form.places - more, **look), true, spots)
            sides.append(self.array(spots, column))
            relations.append("rounded")
        if name:
            tainted = tainted or is_stained(spots)
            used = mapped(lambda s: s.shown if self.carries(s.tainted) else s.right, spots)
            self.entries[name] = Entry(true, spots, used, column, tainted)
        self.say(sides, relations, tainted=tainted or is_stained(spots))
        return name

    def carries(self, tainted):
        """Whether what is printed wrong is what the page goes on with."""
        return bool(tainted and self.plan and self.plan.carried)

    def _worth(self, formula, otherwise):
        """Return what a formula comes to from the page, where it comes to anything."""
        try:
            return f.value(formula, self.shown)
        except exact.NoValue:
            return otherwise

    def _again(self, true, spot, places, **look):
        """Print a number again, rounded to fewer places."""
        form = f.Form(places, **look)
        return self._spot("again", true, spot.shown, spot.shown, form, tainted=spot.tainted)

    def _stepped(self, numbered, places, column):
        """Return a sum with each of its terms worked out, or nothing if it is no sum of products."""
        if not isinstance(numbered, f.Add) or not all(isinstance(t, f.Mul) for _, t in numbered.terms):
            return []
        terms = []
        for sign, term in numbered.terms:
            worth, true, tainted = f.value(term, self.shown), f.value(f.truth(term), self.exactly), is_stained(term)
            forms = self.formed(worth, places)
            alone = isinstance(worth, tuple)
            print_step = partial(self._spot, "step", tainted=tainted, alone=alone)
            terms.append((sign, self.array(mapped(print_step, true, worth, worth, forms), column)))
        return [f.Add(tuple(terms))]

    def compare(self, *sides):
        """Add a comparison, or a chain of them; a plan may turn one round."""
        at = 10_000 + len(self.chances)
        draw = self.random.random()
        values = [f.value(side, self.shown) for side in sides]
        relations = []
        for left, right in pairwise(values):
            pair = exact.both(left, right)
            relations.append(self._picked(draw, [sign for sign, holds in RELATIONS.items() if holds(*pair)]))
        if any(self.is_tainted(side) for side in sides) or len(set(values)) < len(values):
            return
        self.chances.append(Mistake(at, "inequality"))
        planted = bool(self.plan and self.plan.at == at)
        if planted:
            pair = exact.both(*values[-2:])
            relations[-1] = self._picked(draw, [sign for sign, holds in RELATIONS.items() if not holds(*pair)])
        self.say(sides, relations, planted="inequality" if planted else "")

    @staticmethod
    def _picked(draw, choices):
        return choices[int(draw * len(choices))]

    def chance(self, kind):
        """Offer to plant a mistake of a whole statement here; return whether the plan takes it."""
        at = 20_000 + len(self.chances)
        self.chances.append(Mistake(at, kind))
        return bool(self.plan and self.plan.at == at and self.plan.kind == kind)


def _shape(value):
    """Return the lengths of a vector or matrix; nothing for a number."""
    return (len(value), *_shape(value[0])) if isinstance(value, tuple) else ()
