"""A page of worked numbers: what is given, what follows, what is printed, and what is planted.

A page keeps two values of every name: the exact one, from the inputs, and the one that the page shows.  Numbers
are printed as roundings of the one (mode "exact") or worked out from the other (mode "page").  A plan says which
number is printed wrong, and how; everything that depends on it is tainted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from chapters import exact
from chapters import formulas as f

RELATIONS = {"<": lambda a, b: a < b, ">": lambda a, b: a > b, "\\le": lambda a, b: a <= b, "\\ge": lambda a, b: a >= b}


@dataclass
class Entry:
    """What is known of a name: exact value, the spots that print it, and the value used from there on."""

    exact: object
    spots: object  # one Spot, or tuples of them
    used: object
    column: bool = False
    tainted: bool = False


@dataclass
class Statement:
    """One formula: sides and the relations between them ("defined", "rounded", or a sign itself).

    `planted` names a mistake of the statement as a whole: shape, definition, redefined, undefined, inequality;
    `tainted`: it holds numbers that depend on a planted one.
    """

    sides: list
    relations: list
    planted: str = ""
    tainted: bool = False


@dataclass(frozen=True)
class Mistake:
    """What is planted: at which number (or opportunity), of which kind, and how far off."""

    at: int
    kind: str
    off: int = 0
    carried: bool = False


def mapped(function, *trees):
    """Apply a function to the leaves of nested tuples of one shape."""
    if isinstance(trees[0], tuple):
        return tuple(mapped(function, *parts) for parts in zip(*trees, strict=True))
    return function(*trees)


def leaves(tree):
    """Return the leaves of nested tuples."""
    return [leaf for part in tree for leaf in leaves(part)] if isinstance(tree, tuple) else [tree]


class Page:
    """The page: a random source for its choices, a mode, a plan (or None)."""

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
        spot = f.Spot(len(self.spots), kind, form, right, right, tainted=tainted, clear=clear)
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
        swapped = _swapped(spot.right, digits)
        if swapped is not None and far(swapped):
            found["swap", 0] = swapped
        if alone and spot.right and far(-spot.right):
            found["sign", 0] = -spot.right
        shorter = Fraction(exact.cut(true, digits)) * unit
        if (
            not exact.is_tie(true, digits)
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
        pair = self._misfit(inputs)
        if pair and self.chance("shape"):
            sides = [f.Name(self.fresh("z", "y"), bold=True), f.Mul(pair), f.Array((f.ONE, f.TWO))]
            self.say(sides, ["defined", "="], planted="shape")

    @staticmethod
    def _misfit(inputs):
        """Return a vector and a matrix that cannot be multiplied either way, or None."""
        for vector, entry in inputs:
            for matrix, other in inputs:
                x, w = entry.exact, other.exact
                if (
                    isinstance(x, tuple)
                    and not isinstance(x[0], tuple)
                    and isinstance(w, tuple)
                    and isinstance(w[0], tuple)
                ):
                    if len(x) not in {len(w), len(w[0])}:
                        return vector, matrix
        return None

    def numbers(self, formula, *, planting=False):
        """Return a formula with printed numbers put in for its names; with `planting`, perhaps a wrong one."""

        def number(name):
            entry = self.entries[name]
            spots = mapped(lambda x, before: self._put(x, before, entry.tainted, planting), entry.used, entry.spots)
            return self.array(spots, entry.column)

        return f.put(f.written_out(formula, self.exactly), number)

    def _put(self, number, before, tainted, planting):
        spot = f.Spot(len(self.spots), "put", before.form, number, number, tainted=tainted, clear=before.clear)
        self.spots.append(spot)
        if planting and number > 0:
            self.chances += [Mistake(spot.ident, "put", off, carried) for off in (3, 7) for carried in (False, True)]
            if self.plan and self.plan.at == spot.ident and self.plan.kind == "put":
                spot.planted, spot.tainted = "put", True
                spot.shown += self.plan.off * Fraction(1) / Fraction(10) ** before.form.digits
        return spot

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
            sides.append(self.numbers(written or formula, planting=how == "put"))
            if isinstance(sides[-1], (f.Spot, f.Array)):
                sides.pop()  # a name alone is no formula to put numbers into
            elif expand:
                sides[-1] = f.multiplied_out(sides[-1])
            if step:
                sides += self._stepped(sides[-1], places + 1)
        tainted = self.is_tainted(formula) or any(_tainted(side) for side in sides)
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
            tainted = tainted or _tainted(spots)
            used = mapped(lambda s: s.shown if self.carries(s.tainted) else s.right, spots)
            self.entries[name] = Entry(true, spots, used, column, tainted)
        self.say(sides, relations, tainted=tainted or _tainted(spots))
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

    def _stepped(self, numbered, places):
        """Return a sum with each of its terms worked out, or nothing if it is no sum of products."""
        if not isinstance(numbered, f.Add) or not all(isinstance(t, f.Mul) for _, t in numbered.terms):
            return []
        terms = []
        for sign, term in numbered.terms:
            worth, tainted = f.value(term, self.shown), _tainted(term)
            forms = self.formed(worth, places)
            alone = isinstance(worth, tuple)
            spots = mapped(
                lambda x, form: self._spot("step", x, x, x, form, tainted=tainted, alone=alone), worth, forms
            )
            terms.append((sign, self.array(spots)))
        return [f.Add(tuple(terms))]

    def compare(self, left, right):
        """Add a comparison; a plan may turn it round."""
        at = 10_000 + len(self.chances)
        draw = self.random.random()
        values = [f.value(side, self.shown) for side in (left, right)]
        true = [sign for sign, holds in RELATIONS.items() if holds(*exact.both(*values))]
        false = [sign for sign in RELATIONS if sign not in true]
        if any(self.is_tainted(side) for side in (left, right)) or values[0] == values[1]:
            return
        self.chances.append(Mistake(at, "inequality"))
        planted = bool(self.plan and self.plan.at == at)
        sign = true[int(draw * len(true))]
        if planted:
            sign = false[int(draw * len(false))]
        self.say([left, right], [sign], planted="inequality" if planted else "")

    def chance(self, kind):
        """Offer to plant a mistake of a whole statement here; return whether the plan takes it."""
        at = 20_000 + len(self.chances)
        self.chances.append(Mistake(at, kind))
        return bool(self.plan and self.plan.at == at and self.plan.kind == kind)


def _tainted(tree):
    """Whether a formula, or a nest of spots, holds a tainted number."""
    if isinstance(tree, tuple):
        return any(map(_tainted, tree))
    found = []
    f.spots(tree, found)
    return any(spot.tainted for spot in found)


def _swapped(value, digits):
    """Return a number with its last two different digits exchanged, or None."""
    text = str(abs(value * 10**digits).numerator)
    for i in range(len(text) - 2, -1, -1):
        if text[i] != text[i + 1] and not (i == 0 and text[1] == "0"):
            changed = int(text[:i] + text[i + 1] + text[i] + text[i + 2 :])
            return Fraction(changed if value >= 0 else -changed) / Fraction(10) ** digits
    return None
