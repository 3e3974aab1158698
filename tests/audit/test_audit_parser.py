"""Math text to formulas: precedence, names, numbers, and named refusals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs.audit import lexer, parser
from proofs.audit.limits import MAX_DEPTH, TooDeep, TooLarge, Unread
from proofs.audit.markdown import Segment
from proofs.audit.syntax import Number, canonical, latex
from proofs.audit.vocabulary import vocabulary


def tokens(text):
    """Return the tokens of math that is a document of its own."""
    return lexer.tokens(Segment(text, [(0, 0)]))


def parsed(text, document=""):
    """Return the canonical members of each chain, with the notation of `document` known."""
    line = tokens(text)
    words = vocabulary([tokens(part) for part in document.split("|")] + [line])
    return [[canonical(member) for member in chain.members] for chain in parser.chains(line, words)]


def formula(text, document=""):
    """Return the canonical text of one formula."""
    [[member]] = parsed(text, document)
    return member


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a+b*c", "a + (b*c)"),
        ("a b \\cdot c d", "(a b) \\cdot (c d)"),
        ("a*b/c", "\\frac{a*b}{c}"),
        ("a/b*c", "\\frac{a}{b} c"),
        ("a--b", "a+b"),
        ("e^{x}", "\\exp(x)"),
        ("exp(x)", "\\mathrm{exp}\\left(x\\right)"),
        ("\\frac12", "\\frac{1}{2}"),
        ("x^T", "x^{\\top}"),
        ("x^\\mathsf{T}", "x^{T}"),
        ("2\\times 3", "2*3"),
        ("\\left[ a \\right] b", "a b"),
        ("0{,}5", "0.5"),
        ("1.50", "1.5"),
        ("x_{12}", "x_{12}"),
        ("a\\,b\\;c\\!", "a b c"),
        ("\\sqrt{x}", "\\sqrt x"),
        ("{\\displaystyle a}", "a"),
    ],
)
def test_spellings_of_one_formula(text, same):
    """Precedence, juxtaposition, signs and spellings give the same formula as their explicit form."""
    assert formula(text) == formula(same)


@pytest.mark.parametrize(
    ("text", "different"),
    [
        ("a-b-c", "a-(b-c)"),
        ("ab^2", "(ab)^2"),
        ("x_1", "x_2"),
        ("x'", "x"),
        ("-x^2", "(-x)^2"),
        ("a/b c", "(a/b) c"),
    ],
)
def test_different_formulas_differ(text, different):
    """What associates or binds differently is a different formula."""
    assert formula(text) != formula(different)


def test_notation_comes_from_the_document():
    """Words, labelled names and pairs of indices are what the document's left sides say they are."""
    assert formula("score(a)") == "score(a)"
    assert formula("xW^Q", "W^Q = 1") == "(x*W^{Q})"
    assert formula("x^n", "W^Q = 1") == "(x**n)"
    assert formula("\\alpha_{21}", "\\alpha_{ij} = 1") == "\\alpha_{2,1}"
    assert formula("\\alpha_{21}") == "\\alpha_{21}"
    assert formula("f(x)", "f(t) = t") == "f(x)"
    assert formula("f(x)") == "(f*x)"
    assert formula("e^x", "e = 2") == "(e**x)"
    assert formula("loss", "loss = 1") == "loss"
    assert formula("ab", "a = 1|b = 2|ab = 2") == "(a*b)"


def test_statements_and_chains():
    """Separators split statements, relations make chains, a display continues over its lines."""
    assert parsed("a = b; \\quad c = d") == [["a", "b"], ["c", "d"]]
    assert parsed("a = b, \\forall j \\leq i") == [["a", "b"]]
    assert parsed("\\begin{aligned} a &= b \\\\ &= c \\\\ d &= e \\end{aligned}") == [
        ["a", "b", "c"],
        ["d", "e"],
    ]
    assert parsed("a \\approx b \\text{ and } c := d.") == [["a", "b"], ["c", "d"]]
    assert parsed("(1, 2), f(a, b)", "f(x,y) = 1") == [["[1,2]"], ["f(a,b)"]]


def test_matrices():
    """Environments with rows, columns, signs, a trailing line end, and a column specification."""
    assert formula("\\begin{bmatrix} 1 & -2 \\\\ a+b & 4 \\\\ \\end{bmatrix}") == "[1,-2;(+a+b),4]"
    assert formula("\\left(\\begin{array}{cc} 1 & 2 \\end{array}\\right)") == "[1,2]"


@pytest.mark.parametrize(
    ("text", "printed", "units", "places", "shift"),
    [
        ("0.50", "0.50", 50, 2, 0),
        ("-0.5", "-0.5", -5, 1, 0),
        ("- 0.5", "-0.5", -5, 1, 0),
        ("\u22123", "\u22123", -3, 0, 0),
        (".5", ".5", 5, 1, 0),
        ("47\\%", "47", 47, 0, 2),
        ("1.2 \\times 10^{-3}", "1.2", 12, 1, 3),
        ("1.2 \\cdot 10^4", "1.2", 12, 1, -4),
        ("12", "12", 12, 0, 0),
    ],
)
def test_numbers_keep_their_digits_and_places(text, printed, units, places, shift):
    """A printed number is one formula with its characters, its value and the place of its last digit."""
    [[member]] = [chain.members for chain in parser.chains(tokens(text), vocabulary([]))]
    assert isinstance(member, Number)
    p = member.printed
    assert (p.text, p.units, p.places, p.shift) == (printed, units, places, shift)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("(a", "closing bracket"),
        ("a)", "end of the statement"),
        ("\\frac{1}{2", "expected '}'"),
        ("a = ", "a number, a name or a bracket"),
        ("a = = b", "after the relation"),
        ("1 2", "side by side"),
        ("\\foo", "not known"),
        ("\\begin{bmatrix} 1 \\end{pmatrix}", "ends with"),
        ("\\begin{bmatrix} 1 & 2 \\\\ 3 \\end{bmatrix}", "rows of lengths"),
        ("|a", "closing |"),
        ("a \\pm b", "operator without"),
        ("\\sum_{(k, l)} x_k", "expected the index letter"),
    ],
)
def test_what_is_not_understood_says_why(text, reason):
    """Unread carries a reason."""
    with pytest.raises(Unread) as caught:
        parsed(text)
    assert reason in caught.value.reason


@pytest.mark.parametrize("around", ["({})", "{{{}}}", "\\frac{{{}}}{{2}}", "x^{{{}}}", "|{}|", "f({})", "\\sqrt{{{}}}"])
def test_depth_has_a_named_limit(around):
    """Nesting is read up to the limit and refused by name beyond it, in every kind of bracket."""
    shallow = deep = "1"
    for _ in range(MAX_DEPTH // 8):
        shallow = around.format(shallow)
    for _ in range(MAX_DEPTH + 1):
        deep = around.format(deep)
    assert parsed(shallow, "f(x) = 1")
    with pytest.raises(TooDeep, match="nesting deeper than 32 levels"):
        parsed(deep, "f(x) = 1")


def test_size_has_named_limits():
    """Long formulas, long numbers and large matrices are refused by name."""
    with pytest.raises(TooLarge, match="characters"):
        tokens("x" * 50_001)
    with pytest.raises(TooLarge, match="digits"):
        parsed("9" * 301)
    with pytest.raises(TooLarge, match="matrix of more than"):
        parsed("\\begin{bmatrix}" + "&".join("1" * 10_001) + "\\end{bmatrix}")


@given(st.text(alphabet="ab1.2+-*/=(){}[]_^|\\&, 'xTfracqtbeginmd\u00e9", max_size=40))
def test_any_text_is_read_or_refused_by_name(text):
    """Tokens keep their characters, and nothing but Unread escapes."""
    try:
        line = tokens(text)
        assert all(text[t.start : t.stop] == t.text for t in line)
        parser.chains(line, vocabulary([line]))
    except Unread:
        pass


def test_names_are_written_as_latex():
    """A name made from a rule reads like one of the text."""
    [[member]] = [
        chain.members for chain in parser.chains(tokens("\\alpha_{21}"), vocabulary([tokens("\\alpha_{ij} = 1")]))
    ]
    assert latex(member) == "\\alpha_{21}"
