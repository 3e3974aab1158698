"""The numbers of a page: how each is printed, and what could be planted there."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from chapters import exact
from chapters import formulas as f
from chapters.pieces import Entry, Mistake, mapped, swapped


class Printing:
    """The names that a page knows and the numbers on it."""

    def __init__(self, random, style, mode, plan=None):
        self.random = random
        self.style = style
        self.mode = mode
        self.plan = plan
        self.entries = {}
        self.spots = []
        self.statements = []
        self.chances = []  # (ident, kind) of what could be planted
        self.letters = set()
        self.rules = []

    # names

    def fresh(self, *wanted):
        """Return the first letter that no earlier example has taken."""
        for letter in (*wanted, *"rbcghzpmtuw", "\\beta", "\\gamma", "\\rho", "\\mu", "\\tau", "\\phi", "\\psi"):
            if letter not in self.letters:
                self.letters.add(letter)
                return letter
        raise LookupError(wanted)

    def exactly(self, name):
        """Return the exact value of a name."""
        return self.entries[name].exact

    def shown(self, name):
        """Return the value of a name that the page goes on with."""
        return self.entries[name].used

    def entry(self, vector, *at):
        """Return the name of an entry of a vector or matrix that is already on the page."""
        whole = self.entries[vector]
        name = f.Name(vector.letter, at, entry=True)
        parts = [whole.exact, whole.spots, whole.used]
        for i in at:
            parts = [part[i - 1] for part in parts]
        self.entries[name] = Entry(*parts, tainted=whole.tainted)
        return name

    def is_tainted(self, tree):
        """Whether a formula depends on a planted number."""
        return any(self.entries[name].tainted for name in f.names(f.written_out(tree, self.exactly)))

    # numbers

    def _spot(self, kind, true, reference, last, form, *, tainted=False, alone=True):
        """Print a number: exactly `true`, rounded from `reference`, where the page before it comes to `last`."""
        digits, even = form.digits, self.style.ties == "even"
        right = Fraction(exact.units(reference, digits, even=even)) / Fraction(10) ** digits
        clear = not any(exact.is_tie(x, digits) for x in (true, reference, last))
        clear = clear and len({exact.units(x, digits) for x in (true, reference, last)}) == 1
        spot = f.Spot(len(self.spots), kind, form, right, right, tainted=tainted, clear=clear, true=true)
        self.spots.append(spot)
        if kind in {"result", "step"} and not tainted:
            self._offer(spot, true, last, alone=alone)
        return spot

    def _offer(self, spot, true, reference, *, alone):
        """Note what could be planted at a spot, and plant it if the plan says so."""
        digits = spot.form.digits
        unit = Fraction(1) / Fraction(10) ** digits
        near = [Fraction(exact.units(x, digits)) * unit for x in (true, reference)]

        def far(shown):
            """Whether a number is two units or more from both values, so that nothing supports it."""
            return all(abs(exact.real(shown) - exact.real(x)) >= 2 * exact.real(unit) for x in (true, reference))

        found = {}
        for off in (*range(2, 10), *range(-9, -1)):
            if far(spot.right + off * unit):
                found["ulp", off] = spot.right + off * unit
        turned = swapped(spot.right, digits)
        if turned is not None and far(turned):
            found["swap", 0] = turned
        if alone and spot.right and far(-spot.right):
            found["sign", 0] = -spot.right
        shorter = Fraction(exact.cut(true, digits)) * unit
        if (
            not any(exact.is_tie(x, digits) for x in (true, reference))
            and shorter not in near
            and shorter == Fraction(exact.cut(reference, digits)) * unit
        ):
            found["cut", 0] = shorter
        if not alone:  # a sign in the middle of a sum would be another formula
            found = {k: v for k, v in found.items() if (v < 0) == (spot.right < 0) and v and k[0] != "cut"}
        self.chances += [Mistake(spot.ident, kind, off, c) for kind, off in found for c in (False, True)]
        plan = self.plan
        if plan and plan.at == spot.ident and (plan.kind, plan.off) in found:
            spot.planted, spot.shown, spot.tainted = plan.kind, found[plan.kind, plan.off], True

    def form(self, value, places, **how):
        """Return a form of `places` decimals, fewer where the value is exact and the style trims zeros."""
        form = f.Form(places, **how)
        if self.style.zeros == "trimmed" and form.ten is None:
            needed = exact.decimals(value, form.digits)
            if needed is not None:
                return replace(form, places=max(0, needed - 2 * form.percent))
        return form

    def formed(self, value, places, **how):
        """Return the forms of a result: of a number, or of each entry."""
        return mapped(lambda x: self.form(x, places, **how), value)

    def numbers(self, formula, *, planting=False):
        """Return a formula with printed numbers put in for its names; with `planting`, perhaps a wrong one."""

        def number(name):
            entry = self.entries[name]
            put = lambda x, true, before: self._put(x, true, before, entry.tainted, planting)  # noqa: E731
            spots = mapped(put, entry.used, entry.exact, entry.spots)
            return self.array(spots, entry.column)

        return f.put(f.written_out(formula, self.exactly), number)

    def _put(self, number, true, before, tainted, planting):
        ident, form = len(self.spots), before.form
        spot = f.Spot(ident, "put", form, number, number, tainted=tainted, clear=before.clear, true=true)
        self.spots.append(spot)
        if planting and number > 0:
            self.chances += [Mistake(spot.ident, "put", off, carried) for off in (3, 7) for carried in (False, True)]
            if self.plan and self.plan.at == spot.ident and self.plan.kind == "put":
                spot.planted, spot.tainted = "put", True
                spot.shown += self.plan.off * Fraction(1) / Fraction(10) ** before.form.digits
        return spot
