"""Straight-line programs: what is folded, what is reached, and slopes against SymPy's derivatives."""

from fractions import Fraction

import pytest
import sympy as sp

from attention.errors import InputError, RangeError, ShapeError
from attention.program import BASE, PRIME, Program


def test_equal_steps_are_one_step():
    """A step is written down once, however often it is asked for."""
    program = Program()
    a, b = program.read("a"), program.read("b")
    assert program.read("a") == a
    first = program.exp(program.dot([a], [b]))
    size = len(program)
    assert program.exp(program.dot([a], [b])) == first
    assert len(program) == size
    assert program.names == ["a", "b"]


def test_what_is_folded():
    """Terms with the factor 0, a single term times 1, e^0, and u/u for positive u; nothing else."""
    program = Program()
    zero, one, two = (program.constant(k) for k in (0, 1, 2))
    a, b = program.read("a"), program.read("b")
    assert program.dot([a, b], [zero, one]) == b
    assert program.dot([a, zero], [zero, b]) == program.total([]) == zero
    assert program.exp(zero) == one
    power = program.exp(a)
    assert program.quotient(power, power) == one
    assert program.quotient(zero, power) == zero
    assert program.dot([a], [two]) != a
    assert program.expression(program.dot([a, b], [a, two]), symbols("a", "b")) == sp.sympify("a**2 + 2*b")


def symbols(*names):
    """Return symbols by name."""
    return {name: sp.Symbol(name) for name in names}


@pytest.mark.parametrize("make", [lambda p: p.read("a"), lambda p: p.constant(0), lambda p: p.constant(-1)])
def test_a_divisor_is_positive_by_form(make):
    """What might be zero somewhere is not divided by, and so never cancelled."""
    program = Program()
    with pytest.raises(InputError, match="v: expected a divisor built from exponentials"):
        program.quotient(program.read("b"), make(program))


def test_reached_follows_every_chain_of_steps():
    """Bits stand for names; a step reaches what any step below it reaches."""
    program = Program()
    a, b = program.read("a"), program.read("b")
    both = program.total([program.exp(a), program.exp(b)])
    share = program.quotient(program.exp(a), both)
    bits = program.reached(["a", "b", "c"])
    assert [bits[place] for place in (a, b, both, share)] == [0b001, 0b010, 0b011, 0b011]


def test_terms_that_cancel_are_seen_when_multiplied_out():
    """(a b) + (-1)(b a) is the polynomial 0; without expansion it seems to read both."""
    program = Program()
    a, b = program.read("a"), program.read("b")
    nothing = program.dot([program.dot([a], [b]), program.dot([b], [a])], [program.constant(1), program.constant(-1)])
    assert program.reached(["a", "b"])[nothing] == 0b11
    assert program.reached(["a", "b"], expand=True)[nothing] == 0


def test_slopes_agree_with_sympy_under_the_same_substitution():
    """Every derivative, e^{1/D} replaced by the base modulo the prime: D = 6 here."""
    program = Program()
    a, b, c = (program.read(name) for name in "abc")
    score = program.dot([a, b], [b, program.constant(Fraction(1, 3))])
    power, other = program.exp(score), program.exp(c)
    share = program.quotient(program.dot([power], [a]), program.total([power, other]))
    at = {"a": Fraction(1, 2), "b": 1, "c": -2}
    names = symbols("a", "b", "c")
    z = sp.Symbol("z")
    got = program.slopes([share, power, c], list(names), at)
    for row, place in zip(got, (share, power, c), strict=True):
        for residue, symbol in zip(row, names.values(), strict=True):
            exact = sp.diff(program.expression(place, names), symbol)
            exact = exact.xreplace({names[name]: sp.Rational(str(value)) for name, value in at.items()})
            exact = sp.together(exact.replace(sp.exp, lambda u: z ** (6 * u))).xreplace({z: sp.Integer(BASE)})
            assert residue == int(exact.p) * pow(int(exact.q), -1, PRIME) % PRIME


def test_a_wide_sum_does_not_overflow():
    """A thousand terms of the largest residues: d (sum_k v u_k)/dv = sum u_k with u_k = -1 modulo the prime."""
    program = Program()
    u = [program.read(f"u{k}") for k in range(1000)]
    v = [program.read(f"v{k}") for k in range(1000)]
    total = program.dot(u, v)
    at = {f"{letter}{k}": -1 for letter in "uv" for k in range(1000)}
    shared = program.dot([total], [total])
    assert program.slopes([shared], ["u0", "v7"], at).tolist() == [[-2000 % PRIME, -2000 % PRIME]]


def test_errors():
    """A missing value, lengths that differ, an exponential in an exponent, a divisor that the prime divides."""
    program = Program()
    a = program.read("a")
    power = program.exp(a)
    with pytest.raises(ShapeError, match="v: expected 1 terms, as u has, got 2 terms"):
        program.dot([a], [a, a])
    with pytest.raises(InputError, match="at: expected a value for every input, got none for a"):
        program.slopes([power], ["a"], {})
    with pytest.raises(InputError, match="at: expected exponents that are rational"):
        program.slopes([program.exp(power)], ["a"], {"a": 1})
    share = program.quotient(a, program.total([power, program.constant(PRIME - BASE)]))
    with pytest.raises(RangeError, match="divisors that the prime does not divide"):
        program.slopes([share], ["a"], {"a": 1})
