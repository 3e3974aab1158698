"""Exact arithmetic: numbers by hand, equality by Lindemann-Weierstrass, order by balls, rounding, limits."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from itertools import pairwise

import mpmath
import pytest
from flint import fmpq, fmpz
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from attention import exact, exponentials
from attention.exact import NotExact, TooClose, exp, number

e = exp(1)
mpmath.iv.prec = 400  # bits; used here alone

SMALL = st.fractions(min_value=-6, max_value=6, max_denominator=8)
TERMS = st.lists(st.tuples(SMALL, st.fractions(min_value=-3, max_value=3, max_denominator=4)), max_size=3)


def exponential_sum(terms):
    """Return sum c e^r over the terms (c, r)."""
    return sum((number(c) * exp(r) for c, r in terms), number(0))


def enclosure(terms):
    """Return mpmath's interval around the same sum: another library's, and rigorous like Arb's balls."""
    total = mpmath.iv.mpf(0)
    for c, r in terms:
        base = mpmath.iv.exp(mpmath.iv.mpf(r.numerator) / r.denominator)
        total += mpmath.iv.mpf(c.numerator) / c.denominator * base
    return total


def fraction_of(mantissa, exponent):
    """Return mantissa * 2^exponent exactly."""
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def ends(ball):
    """Return the end points of an Arb ball, exactly."""
    middle, radius = (fraction_of(*part.man_exp()) for part in (ball.mid(), ball.rad()))
    return middle - radius, middle + radius


@st.composite
def quotients(draw):
    """Draw a quotient of exponential sums; its denominator is not 0."""
    bottom = exponential_sum(draw(TERMS))
    assume(not bottom.is_zero())
    return exponential_sum(draw(TERMS)) / bottom


# -- equality: Lindemann and Weierstrass ---------------------------------------------------------------------


def test_equality_sees_through_products():
    """Distinct exponents are independent: (e + 1)(e - 1) = e^2 - 1 holds coefficient by coefficient."""
    assert (e + 1) * (e - 1) == exp(2) - 1
    assert exp("0.5") * exp("0.5") == e
    assert exp(Fraction(1, 3)) ** 3 == e
    assert e ** (-2) == 1 / exp(2)
    assert (exp(2) - 1) / (e + 1) == e - 1
    assert not (e + 1) * (e - 1) == exp(2) - Fraction(10**40 + 1, 10**40)  # noqa: SIM201  # == is under test
    assert e != exp(Fraction(10**40 + 1, 10**40))


def test_a_ratio_of_proportional_sums_is_rational():
    """N = q D term by term is the only way for N / D to be rational."""
    assert ((2 * e + 4) / (3 * e + 6)).rational() == Fraction(2, 3)
    assert ((e + 1) / (e + 1)).rational() == 1
    assert ((exp(3) + exp(2)) / (e + 1) / exp(2)).rational() == 1
    assert (e - e).rational() == 0
    assert (e / (e + 1)).rational() is None
    assert ((2 * e + 4) / (3 * e + 5)).rational() is None
    assert (e / exp(2)).rational() is None
    assert ((e + exp(2)) / (e + exp(3))).rational() is None


def test_a_rational_in_disguise_is_recognised():
    """As (e^2 - 1)/(e + 1) - e is -1, it may stand in an exponent, and 1 over its sum with 1 is refused."""
    hidden = (exp(2) - 1) / (e + 1) - e
    assert hidden.rational() == -1
    assert exp(hidden) == 1 / e
    with pytest.raises(ZeroDivisionError, match="exactly zero"):
        1 / (hidden + 1)
    with pytest.raises(ZeroDivisionError):
        (hidden + 1) ** (-1)


def test_equality_with_every_exact_type():
    """Whatever `number` accepts can be compared; equal numbers have no hash, having many representations."""
    half = number("0.5")
    assert half == Fraction(1, 2) == half
    assert half == Decimal("0.50")
    assert half == "1/2"
    assert half == fmpq(1, 2)
    assert number(3) == fmpz(3)
    assert number(3) == 3
    assert number(3) != 4
    assert number(3) != None  # noqa: E711  # the comparison itself is under test
    with pytest.raises(TypeError, match="unhashable"):
        hash(half)


def test_text_shows_the_number():
    """Reports print it."""
    assert str(number("-0.75")) == "-3/4"
    assert str(2 * e) == "2*e^(1)"
    assert str(e / (e + 1)) == "(1)/(e^(-1) + 1)"
    assert str(exp(0, beta=2) + exp(1, beta=-1)) == "e^(-1*beta + 1) + e^(2*beta)"
    assert (number(1) / 3).separation() == "1/3"
    assert e.separation().startswith("[2.7182818284")


# -- order ---------------------------------------------------------------------------------------------------


def test_signs_of_tiny_differences():
    """The precision rises until the ball excludes 0: e^h - 1 - h is h^2/2 = 5e-61 here, far below 64 bits."""
    h = Fraction(1, 10**30)
    gap = exp(h) - 1 - h
    assert gap.sign() == 1
    assert (-gap).sign() == -1
    assert (gap - h * h / 2).sign() == 1  # h^3/6
    assert 1 + h < exp(h)
    assert not exp(h) <= 1 + h
    assert exp(h) > 1 + h
    assert exp(h) >= exp(h)
    assert exp(h) <= exp(h)
    assert not exp(h) < exp(h)


def test_extreme_magnitudes_have_signs():
    """Arb's exponents do not overflow where a float's do."""
    assert exp(10**9) > 10**400
    assert exp(-(10**9)) > 0
    assert -exp(-(10**9)) < 0


def test_giving_up_says_so(monkeypatch):
    """A separation that needs more than MAX_BITS is an error, not a guess."""
    monkeypatch.setattr(exponentials, "MAX_BITS", 128)
    h = Fraction(1, 10**30)
    with pytest.raises(TooClose, match="not separated from zero with 128 bits"):
        (exp(h) - 1 - h).sign()
    with pytest.raises(TooClose):
        (exp(h * h) * 10**30).floor()


def test_floor_of_negative_and_of_nearly_integral_numbers():
    """The largest integer not above."""
    assert [number(q).floor() for q in ("3.5", "-3.5", "-3", "0", "-0.1")] == [3, -4, -3, 0, -1]
    assert e.floor() == 2
    assert (-e).floor() == -3
    near = 10**40 * exp(Fraction(1, 10**45))
    assert near.floor() == 10**40
    assert (10**40 * exp(Fraction(-1, 10**45))).floor() == 10**40 - 1
    assert ((exp(2) - 1) / (e + 1) - e + 5).floor() == 4


# -- rounding ------------------------------------------------------------------------------------------------

E_50_CUT = Decimal("2.71828182845904523536028747135266249775724709369995")
"""The constant's first fifty decimals; ...95749 follows, so rounding ends in 6."""


def test_rounding_ties_by_the_rule_asked_for():
    """Ties go to even or away from zero, also below zero; cut goes towards zero."""
    table = {
        "0.125": ("0.12", "0.13", "0.12"),
        "-0.125": ("-0.12", "-0.13", "-0.12"),
        "0.135": ("0.14", "0.14", "0.13"),
        "-0.135": ("-0.14", "-0.14", "-0.13"),
        "-0.131": ("-0.13", "-0.13", "-0.13"),
        "-0.139": ("-0.14", "-0.14", "-0.13"),
        "-0.004": ("0.00", "0.00", "0.00"),
        "2": ("2.00", "2.00", "2.00"),
        "-2": ("-2.00", "-2.00", "-2.00"),
    }
    for text, expected in table.items():
        rounded = tuple(str(number(text).round(2, half)) for half in ("even", "up", "cut"))
        assert rounded == expected, text


def test_rounding_irrational_numbers_of_both_signs():
    """No tie can occur."""
    assert [str(e.round(2, half)) for half in ("even", "up", "cut")] == ["2.72", "2.72", "2.71"]
    assert [str((-e).round(2, half)) for half in ("even", "up", "cut")] == ["-2.72", "-2.72", "-2.71"]


def test_rounding_is_not_limited_by_the_decimal_context():
    """Python's decimals keep 28 digits unless told; a report may want more."""
    assert e.round(50, "cut") == E_50_CUT
    assert str(e.round(50)) == str(E_50_CUT)[:-1] + "6"
    assert str(number("1/3").round(30)) == "0." + "3" * 30
    assert str(number(10**40 + 1).round(0)) == str(10**40 + 1)
    assert number(12350).round(-2) == 12400
    assert number(12350).round(-2, "cut") == 12300


@given(
    st.integers(-(10**6), 10**6),
    st.integers(1, 1000) | st.sampled_from([2, 8, 10, 16, 80, 1000]),
    st.integers(0, 5),
    st.sampled_from([("even", ROUND_HALF_EVEN), ("up", ROUND_HALF_UP), ("cut", ROUND_DOWN)]),
)
def test_rounding_agrees_with_decimal(p, q, places, rule):
    """With 80 digits a quotient keeps its side of a tie, which is at least 1/(2 q 10^5) away or exact."""
    half, name = rule
    context = Context(prec=80)
    wanted = context.divide(Decimal(p), Decimal(q)).quantize(Decimal(1).scaleb(-places), name, context)
    got = number(Fraction(p, q)).round(places, half)
    assert got == wanted
    assert got.as_tuple().exponent == -places


# -- limits --------------------------------------------------------------------------------------------------


def test_softmax_of_beta_s_tends_to_uniform_on_the_maxima():
    """The leading exponents decide: two maxima share, the rest vanish."""
    tops = [exp(0, beta=s) for s in (3, 1, 3)]
    total = sum(tops, number(0))
    assert [(top / total).limit() for top in tops] == [Fraction(1, 2), 0, Fraction(1, 2)]


def test_limits_keep_constants_and_refuse_growth():
    """A constant factor of the leading term stays; a larger exponent above than below has no limit."""
    assert (exp(2, beta=1) / exp("0.5", beta=1)).limit() == exp("1.5")
    assert ((exp(1, beta=2) + exp(0, beta=1)) / (3 * exp(0, beta=2) + 7)).limit() == e / 3
    assert exp(5, beta="-0.001").limit() == 0
    assert (4 - exp(5, beta=-1)).limit() == 4
    assert number(0).limit() == 0
    assert e.limit() == e
    assert exp(0, beta="0.001").limit() is None
    assert (exp(0, beta=2) / (exp(0, beta=1) + 1)).limit() is None
    assert (exp(0, beta=1) - exp(0, beta=1) + 2).limit() == 2


def test_a_number_with_a_formal_parameter_has_no_ball():
    """It may be compared for equality, not for order."""
    assert exp(0, beta=1) * exp(0, beta=-1) == 1
    with pytest.raises(NotExact, match="ball of a number with a formal parameter"):
        exp(0, beta=1).sign()


# -- errors --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "use",
    [
        number,
        exact.rational,
        exp,
        lambda v: number(1) + v,
        lambda v: v * number(2),
        lambda v: number(1) < v,
        lambda v: number(1) == v,
        lambda v: exact.matrix([[v]]),
    ],
)
def test_floats_and_booleans_are_refused_everywhere(use):
    """A float's digits are not those that a text printed; a comparison with one is not silently False."""
    with pytest.raises(TypeError, match=r"^expected an int, Fraction, Decimal or decimal string, got float 0\.5$"):
        use(0.5)
    with pytest.raises(TypeError, match="got bool True"):
        use(True)


def test_what_leaves_the_field_is_refused():
    """e^e is no quotient of exponential sums at rational exponents."""
    with pytest.raises(NotExact, match=r"^exp of e\^\(1\) is not a quotient of exponential sums$") as caught:
        exp(e)
    assert caught.value.operation == "exp"
    assert caught.value.value == e


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: exact.matrix([[1, 2], [3]]), "expected rows of one length, got lengths [2, 1]"),
        (
            lambda: exact.project(exact.matrix([[1, 2]]), exact.matrix([[1]])),
            "x has 2 columns but W has 1 rows: x W is not defined",
        ),
        (
            lambda: exact.scores(exact.matrix([[1, 2]]), exact.matrix([[1, 2, 3]])),
            "q has 2 columns but k has 3: q_i . k_j is not defined",
        ),
        (
            lambda: exact.weights(exact.matrix([[1, 2], [3, 4]]), allowed=[[True, True], [False, False]]),
            "row 2 of the mask allows no position: its softmax is not defined",
        ),
        (
            lambda: exact.weights(exact.matrix([[1, 2]]), allowed=[[True]]),
            "allowed: expected rows of lengths [2], as s has, got [1]",
        ),
        (
            lambda: exact.weights(exact.matrix([[1, 2]]), allowed=[[True, False, True]]),
            "allowed: expected rows of lengths [2], as s has, got [3]",
        ),
        (lambda: number(1).round(2, "down"), "half: expected 'even', 'up' or 'cut', got 'down'"),
    ],
)
def test_errors_are_one_clear_line(call, message):
    """They say what was expected and what came."""
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message


# -- attention -----------------------------------------------------------------------------------------------


def test_two_scalar_tokens_by_hand():
    """For x = (1, 2) and unit weights a_2 = (1 e^2 + 2 e^4)/(e^2 + e^4), and a_1 = 1 only under the mask."""
    one = [[1]]
    masked = exact.attention([[1], [2]], one, one, one, allowed=exact.causal)
    assert masked.scores == [[1, 2], [2, 4]]
    assert masked.weights == [[1, 0], [1 / (1 + exp(2)), exp(2) / (1 + exp(2))]]
    assert masked.outputs == [[1], [(1 + 2 * exp(2)) / (1 + exp(2))]]
    unmasked = exact.attention([[1], [2]], one, one, one, allowed=exact.full)
    assert unmasked.outputs[0][0] == (1 + 2 * e) / (1 + e)
    assert unmasked.outputs[1][0] == masked.outputs[1][0]
    halved = exact.attention([[1], [2]], one, one, one, allowed=exact.causal, scale="0.5")
    assert halved.weights[1] == [1 / (1 + e), e / (1 + e)]


def test_equal_scores_share_equally():
    """Ties give exact rationals, and the mask may be any booleans."""
    s = exact.matrix([["0.1", "0.1", "0.1"], [5, 7, 5]])
    alpha = exact.weights(s, allowed=[[True, True, True], [True, False, True]])
    assert alpha == [[Fraction(1, 3)] * 3, [Fraction(1, 2), 0, Fraction(1, 2)]]


def test_the_worked_example_of_the_chapter():
    """The first projections by hand; the outputs to three places, as the chapter should have printed them."""
    out = exact.attention(
        [[1, 0, 2, 1], [0, 2, 1, 1], [1, 1, 0, 2]],
        [
            ["0.1", "0.2", "-0.1", "0.3"],
            ["0.2", "0.1", "0.1", "-0.2"],
            ["-0.1", "0.3", "0.2", "0.1"],
            ["0.3", "-0.2", "0.1", "0.2"],
        ],
        [
            ["0.2", "-0.1", "0.3", "0.1"],
            ["0.1", "0.2", "-0.2", "0.3"],
            ["0.3", "0.1", "0.1", "-0.1"],
            ["-0.1", "0.3", "0.2", "0.2"],
        ],
        [
            ["0.1", "0.3", "0.2", "-0.1"],
            ["0.2", "-0.2", "0.1", "0.3"],
            ["-0.1", "0.1", "0.3", "0.2"],
            ["0.3", "0.2", "-0.1", "0.1"],
        ],
        allowed=exact.causal,
    )
    assert out.q[0] == ["0.2", "0.6", "0.4", "0.7"]
    assert out.k[0] == ["0.7", "0.4", "0.7", "0.1"]
    assert out.v[0] == out.outputs[0] == ["0.2", "0.7", "0.7", "0.4"]
    rounded = [[str(a.round(3)) for a in row] for row in out.outputs[1:]]
    assert rounded == [["0.349", "0.402", "0.588", "0.586"], ["0.535", "0.383", "0.426", "0.561"]]


# -- properties ----------------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(quotients(), quotients(), quotients())
def test_field_laws(a, b, c):
    """Addition and multiplication are commutative and associative, distribute, and invert."""
    assert a + b == b + a
    assert a * b == b * a
    assert (a + b) + c == a + (b + c)
    assert (a * b) * c == a * (b * c)
    assert a * (b + c) == a * b + a * c
    assert a - b == -(b - a)
    assert a + 0 == a * 1 == a
    assert (a - a).is_zero()
    if not b.is_zero():
        assert a / b * b == a
        assert b * b ** (-1) == 1


@settings(max_examples=40)
@given(quotients(), quotients())
def test_order_is_total_and_agrees_with_equality(a, b):
    """Exactly one of <, =, > holds, and adding 1 moves up."""
    assert [a < b, a == b, a > b].count(True) == 1
    assert (a <= b) == (not a > b)
    assert (a >= b) == (not a < b)
    assert a < a + 1
    assert a.floor() <= a < a.floor() + 1


@given(SMALL, SMALL)
def test_rationals_compute_like_fractions(p, q):
    """The rationals are a subfield, by the same operators."""
    a, b = number(p), number(q)
    assert (a + b).rational() == p + q
    assert (a - b).rational() == p - q
    assert (a * b).rational() == p * q
    assert (a < b, a <= b, a == b) == (p < q, p <= q, p == q)
    assert a.floor() == p // 1
    if q:
        assert (a / b).rational() == p / q
        assert (p / b).rational() == p / q


@settings(max_examples=60)
@given(TERMS, TERMS)
def test_balls_contain_the_number(top, bottom):
    """Arb's ball and mpmath's interval both enclose the number, so they meet; and the signs agree."""
    below, above = enclosure(bottom), enclosure(top)
    assume(0 not in below)
    value = exponential_sum(top) / exponential_sum(bottom)
    quotient = above / below
    low, high = (fraction_of(-man if sign else man, power) for sign, man, power, _ in quotient._mpi_)
    for bits in (64, 256):
        left, right = ends(value.ball(bits))
        assert left <= high
        assert low <= right
    if 0 not in quotient:
        assert value.sign() == (1 if low > 0 else -1)


@given(TERMS)
def test_balls_shrink_with_precision(terms):
    """A sum of 3 terms below 6 e^3 < 2^7 is good to about 2^(9 - 256) < 10^-74 at 256 bits."""
    left, right = ends(exponential_sum(terms).ball(256))
    assert right - left < Fraction(1, 10**70)


@given(SMALL, SMALL, SMALL, SMALL)
def test_exponents_add(p, q, beta, gamma):
    """Constants and multiples of the formal parameter alike; every exponent has one form."""
    product = exp(p, beta=beta) * exp(q, beta=gamma)
    assert product == exp(p + q, beta=beta + gamma)
    assert product / exp(q, beta=gamma) == exp(p, beta=beta)
    assert (exp(p, beta=beta) * exp(-p, beta=-beta)).rational() == 1


@given(st.lists(SMALL, min_size=1, max_size=4), SMALL)
def test_softmax_sums_to_one_and_ignores_a_shift(row, shift):
    """Exactly, whatever the scores; and larger scores get larger weights."""
    (alpha,) = exact.weights(exact.matrix([row]), allowed=exact.full)
    (moved,) = exact.weights(exact.matrix([[s + shift for s in row]]), allowed=exact.full)
    assert sum(alpha, number(0)) == 1
    assert alpha == moved
    ranked = sorted(zip(row, alpha, strict=True), key=lambda pair: pair[0])
    assert all((s < r) == (a < b) and (s == r) == (a == b) for (s, a), (r, b) in pairwise(ranked))
