r"""Rules of indexed sums: definitions, linearity, constants, order, ranges, deltas.

Notation: f, g are terms; v, w bound letters; p, q, r index expressions.
"""

from __future__ import annotations

import sympy as sp

from attention import indexed as I
from proofs.rules.core import Context, Expr, Rule, instance_of, match


def unfold(*names: str) -> Rule:
    """Replace a defined head by its definition."""

    def apply(node: Expr, context: Context) -> Expr | None:
        name = type(node).__name__
        if not isinstance(node, sp.Function) or name not in names or name not in context.definitions:
            return None
        return I.unfold(node, context.definitions, context.in_use)

    return Rule("expand a definition", "h(p) -> its definition at p", apply)


def fold(name: str) -> Rule:
    """Replace an instance of a definition's body by its head."""

    def apply(node: Expr, context: Context) -> Expr | None:
        definition = context.definitions[name]
        found = match(definition.body, node, frozenset(definition.params))
        if found is None or any(p not in found for p in definition.params):
            return None
        return definition.head(*(found[p] for p in definition.params))

    return Rule("fold a definition", "a definition's body at p -> h(p)", apply)


def _linearity(node: Expr, _: Context) -> Expr | None:
    if not isinstance(node, sp.Sum):
        return None
    v, first, last, body = I.opened(node)
    return sp.Add(*(sp.Sum(part, (v, first, last)) for part in body.args)) if isinstance(body, sp.Add) else None


LINEARITY = Rule("linearity", "sum (f + g) -> sum f + sum g", _linearity)


def _constant_out(node: Expr, _: Context) -> Expr | None:
    if not isinstance(node, sp.Sum):
        return None
    v, first, last, body = I.opened(node)
    if isinstance(body, I.Quotient) and not body.args[1].has(v):
        return I.Quotient(sp.Sum(body.args[0], (v, first, last)), body.args[1])
    constant, rest = _separate(body, v)
    if constant == 1 or rest == 1:
        return None
    return constant * sp.Sum(rest, (v, first, last))


def _separate(body: Expr, v: Expr) -> tuple[Expr, Expr]:
    """Split body into (factor free of v, rest), through products and exponents."""
    if isinstance(body, sp.exp) and isinstance(body.args[0], sp.Add):
        free = [part for part in body.args[0].args if not part.has(v)]
        bound = [part for part in body.args[0].args if part.has(v)]
        return sp.exp(sp.Add(*free)), sp.exp(sp.Add(*bound))
    constant, rest = sp.Integer(1), sp.Integer(1)
    for factor in sp.Mul.make_args(body):
        if not factor.has(v):
            constant *= factor
        elif isinstance(factor, sp.exp) and isinstance(factor.args[0], sp.Add):
            free, bound = _separate(factor, v)
            constant, rest = constant * free, rest * bound
        else:
            rest *= factor
    return constant, rest


CONSTANT_OUT = Rule(
    "pull a constant out of a sum", "sum_v (f g(v)) -> f sum_v g(v); e^(f + g(v)) = e^f e^g(v)", _constant_out
)


def _constant_in(node: Expr, _: Context) -> Expr | None:
    if not isinstance(node, sp.Mul):
        return None
    sums = [factor for factor in node.args if isinstance(factor, sp.Sum)]
    if not sums:
        return None
    total, others = sums[0], list(node.args)
    others.remove(total)
    v, first, last, body = I.opened(total)
    if any(other.has(v) for other in others):
        return None
    return sp.Sum(sp.Mul(body, *others), (v, first, last))


CONSTANT_IN = Rule("move a factor into a sum", "f sum_v g(v) -> sum_v (f g(v))", _constant_in)


def _swap(node: Expr, _: Context) -> Expr | None:
    if not isinstance(node, sp.Sum):
        return None
    v, first, last, total = I.opened(node)
    if not isinstance(total, sp.Sum):
        return None
    w, low, high, body = I.opened(total)
    if any(sp.sympify(bound).has(v) for bound in (low, high)):
        return None
    return sp.Sum(sp.Sum(body, (v, first, last)), (w, low, high))


SWAP = Rule("exchange two sums", "sum_v sum_w f -> sum_w sum_v f (independent ranges)", _swap)


def _distribute(node: Expr, _: Context) -> Expr | None:
    if isinstance(node, I.Quotient) and isinstance(node.args[0], sp.Add):
        return sp.Add(*(I.Quotient(part, node.args[1]) for part in node.args[0].args))
    if isinstance(node, sp.Pow) and node.exp == 2 and isinstance(node.base, sp.Add):
        return sp.Add(*(p * q for p in node.base.args for q in node.base.args))
    if not isinstance(node, sp.Mul):
        return None
    for factor in node.args:
        if isinstance(factor, sp.Add):
            others = list(node.args)
            others.remove(factor)
            return sp.Add(*(sp.Mul(part, *others) for part in factor.args))
    return None


DISTRIBUTE = Rule("distribute", "f (g + h) -> f g + f h; (f + g)/h -> f/h + g/h", _distribute)


def _product_of_sums(node: Expr, context: Context) -> Expr | None:
    if isinstance(node, sp.Pow) and node.exp == 2 and isinstance(node.base, sp.Sum):
        pair, others = [node.base, node.base], []
    elif isinstance(node, sp.Mul):
        sums = [factor for factor in node.args if isinstance(factor, sp.Sum)]
        if len(sums) < 2:
            return None
        pair, others = sums[:2], [factor for factor in node.args if factor not in sums[:2]]
    else:
        return None
    left = pair[0]
    right = I.rename_apart(pair[1], context.in_use | I.names_in(left) | I.names_in(node))
    v, *outer, f = I.opened(left)
    w, *inner, g = I.opened(right)
    return sp.Mul(sp.Sum(sp.Sum(f * g, (w, *inner)), (v, *outer)), *others)


PRODUCT_OF_SUMS = Rule("product of sums", "(sum_v f)(sum_w g) -> sum_v sum_w f g", _product_of_sums)


def _constant_sum(node: Expr, context: Context) -> Expr | None:
    if not isinstance(node, sp.Sum):
        return None
    v, first, last, body = I.opened(node)
    if body.has(v) or not context.facts.at_most(first - 1, last):
        return None
    return (last - first + 1) * body


CONSTANT_SUM = Rule("sum of a constant", "sum_{v=p}^{q} f -> (q - p + 1) f (p <= q + 1)", _constant_sum)


def _zero_sum(node: Expr, _: Context) -> Expr | None:
    return sp.Integer(0) if isinstance(node, sp.Sum) and node.function == 0 else None


ZERO_SUM = Rule("sum of zeros", "sum 0 -> 0", _zero_sum)


def _empty_sum(node: Expr, context: Context) -> Expr | None:
    if not isinstance(node, sp.Sum):
        return None
    _, first, last, _ = I.opened(node)
    return sp.Integer(0) if context.facts.less(last, first) else None


EMPTY_SUM = Rule("sum of no terms", "sum_{v=p}^{q} f -> 0 (q < p)", _empty_sum)


def _single_term(node: Expr, _: Context) -> Expr | None:
    if not isinstance(node, sp.Sum):
        return None
    v, first, last, body = I.opened(node)
    return body.xreplace({v: first}) if first == last else None


SINGLE_TERM = Rule("sum of one term", "sum_{v=p}^{p} f(v) -> f(p)", _single_term)


def split(at: Expr, *, until: Expr | None = None) -> Rule:
    """Split a range (the first that ends at `until`, if given) at a place that is provably inside it."""

    def apply(node: Expr, context: Context) -> Expr | None:
        if not isinstance(node, sp.Sum):
            return None
        v, first, last, body = I.opened(node)
        inside = context.facts.at_most(first - 1, at) and context.facts.at_most(at, last)
        if not inside or at in (first - 1, last) or until not in (None, last):
            return None
        other = I.fresh(v, context.in_use | I.names_in(node))
        tail = I.rename_apart(sp.Sum(body.xreplace({v: other}), (other, at + 1, last)), context.in_use)
        return sp.Sum(body, (v, first, at)) + tail

    return Rule("split a range", "sum_{v=p}^{q} f -> sum_{v=p}^{r} f + sum_{v=r+1}^{q} f (p - 1 <= r <= q)", apply)


def permute(letter: str, n: Expr) -> Rule:
    """Re-index a full range by a permutation of it, given as data `letter` and declared as one."""

    def apply(node: Expr, context: Context) -> Expr | None:
        if not isinstance(node, sp.Sum):
            return None
        v, first, last, body = I.opened(node)
        image = sp.Indexed(sp.IndexedBase(letter, integer=True, positive=True), v)
        if (first, last) != (1, n) or not body.has(image) or context.permutations.get(letter) != n:
            return None
        # f(pi(v)) re-indexes only if v enters through pi(v) alone.
        if body.xreplace({image: sp.Symbol("#")}).has(v):
            return None
        return sp.Sum(body.xreplace({image: v}), (v, first, last))

    return Rule("re-index by a permutation", "sum_{v=1}^{n} f(pi(v)) -> sum_{v=1}^{n} f(v)", apply)


def _delta_picks(node: Expr, context: Context) -> Expr | None:
    if not isinstance(node, sp.Sum):
        return None
    v, first, last, body = I.opened(node)
    for factor in sp.Mul.make_args(body):
        if isinstance(factor, sp.KroneckerDelta) and v in factor.args:
            other = factor.args[1] if factor.args[0] == v else factor.args[0]
            if not other.has(v) and context.facts.at_most(first, other) and context.facts.at_most(other, last):
                return (body / factor).xreplace({v: other})
    return None


DELTA_PICKS = Rule("delta picks a term", "sum_{v=p}^{q} delta_{v r} f(v) -> f(r) (p <= r <= q)", _delta_picks)


def _delta_outside(node: Expr, context: Context) -> Expr | None:
    if isinstance(node, sp.KroneckerDelta) and context.facts.different(*node.args):
        return sp.Integer(0)
    return None


DELTA_OUTSIDE = Rule("delta outside its range", "delta_{p q} -> 0 (p < q or q < p)", _delta_outside)


def _bracket(node: Expr, context: Context) -> Expr | None:
    if isinstance(node, I.AtMost):
        p, q = node.args
        if context.facts.at_most(p, q):
            return sp.Integer(1)
        if context.facts.less(q, p):
            return sp.Integer(0)
    if isinstance(node, I.IsZero) and isinstance(node.args[0], sp.Rational):
        return sp.Integer(int(node.args[0] == 0))
    if isinstance(node, sp.Pow) and isinstance(node.base, (I.AtMost, I.IsZero)) and node.exp.is_Integer:
        return node.base if node.exp > 0 else None
    return None


BRACKET = Rule("decide a bracket", "[p <= q] -> 1 if p <= q, 0 if q < p; [0 = 0] -> 1; [P]^2 -> [P]", _bracket)


def _cases(node: Expr, context: Context) -> Expr | None:
    if not isinstance(node, I.Cases):
        return None
    at, base, step = node.args
    if at == 0:
        return base
    return step if context.facts.at_most(1, at) else None


CASES = Rule("recursion", "case 0 -> base; case p -> step (p >= 1)", _cases)


def assume(name: str, *, backwards: bool = False) -> Rule:
    """Rewrite by an assumed equation, inside sums too: congruence."""

    def apply(node: Expr, context: Context) -> Expr | None:
        formula = context.assumptions.get(name)
        return None if formula is None else instance_of(formula, node, context, backwards=backwards)

    return Rule("congruence", f"rewrite by the assumption '{name}' where its range holds", apply, assumption=name)
