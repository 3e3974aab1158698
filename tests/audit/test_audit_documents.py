"""Small documents, judged by hand: what follows from what, and what is a finding."""

import pytest
from auditing import assert_kinds, assert_nothing_wrong, assert_verdicts, audited


def test_local_and_global_are_told_apart():
    """A mistake is wrong once from the expression before it and then carried on to what follows from it."""
    document = audited("$a = 2$ $b = 3a = 7$ $c = b + 1 = 8$ $d = b + 1 = 7$")
    assert_verdicts(
        document,
        {
            "a": (None, None, "given"),
            "b": ("wrong", "wrong", "wrong"),
            "c": ("exact", "wrong", "wrong"),
            "d": ("wrong", "exact", "wrong"),
        },
    )
    assert [f.message for f in document.findings] == [
        "b is printed as 7, but it is 6.",
        (
            "c = 8 follows from the numbers printed before it, but the inputs give 7: "
            "the mistake in b on line 1 is carried on."
        ),
        "d = 7 is right from the inputs, but the numbers printed before it give 8.",
    ]
    assert document.mistakes == 1
    assert [f.cause for f in document.findings] == [document.findings[0].start] * 3


def test_rounding_on_the_way_is_carried_and_no_mistake():
    """1/3 is 0.33 to two places, and three times that 0.99 from the page, 1.00 from the inputs."""
    document = audited("$a = 1/3 = 0.33$ $b = 3a = 0.99$ $c = 3a = 1.00$ $d = 3a = 0.98$")
    assert_verdicts(
        document,
        {
            "a": ("rounded", "rounded", "rounded"),
            "b": ("exact", "carried", "carried"),
            "c": ("carried", "exact", "carried"),
            "d": ("wrong", "wrong", "wrong"),
        },
    )
    assert_kinds(document, ["value"])


def test_numbers_put_for_names_are_compared_with_what_was_printed():
    """A number in a formula stands for a name: it must be the one printed, and it is corrected with it."""
    document = audited("$a = 2 + 3 = 6$ $b = 4$ $c = a b = 6 \\cdot 5 = 30$")
    assert_kinds(document, ["value", "substitution", "value"])
    assert document.findings[1].message == "5 stands in the place of b, which is 4 on line 1."
    assert document.corrected_text == "$a = 2 + 3 = 5$ $b = 4$ $c = a b = 5 \\cdot 4 = 20$"


def test_entries_of_a_dot_product_are_followed():
    """The product u . v written out is laid beside the vectors, from names and from printed vectors."""
    vectors = "$u = (1, 2)$ $v = (3, 4)$ "
    text = "$s = u \\cdot v = (1, 2) \\cdot (3, 4) = 1*3 + 2*5 = 13$ $t = u \\cdot v = 1*3 + 3*4 = 15$"
    document = audited(vectors + text)
    assert_kinds(document, ["substitution", "value", "substitution", "value"])
    assert "1*3 + 2*4 = 11" in document.corrected_text
    assert document.corrected_text.endswith("1*3 + 2*4 = 11$")


def test_steps_inside_a_formula_are_values():
    """A number that stands where a part had to be computed is judged like any other."""
    document = audited("$s = 0.2*0.7 + 0.8*0.6 = 0.14 + 0.49 = 0.63$")
    assert [(v.printed, v.verdict) for v in document.values] == [
        ("0.14", "exact"),
        ("0.49", "wrong"),
        ("0.63", "wrong"),
    ]
    assert document.corrected_text == "$s = 0.2*0.7 + 0.8*0.6 = 0.14 + 0.48 = 0.62$"


def test_rules_define_instances_before_and_after():
    """A rule with an index letter is the reference of every instance, wherever the rule stands."""
    document = audited("$x_1 = 2$ $x_2 = 5$ $y_1 = 5$ $y_2 = 12$ and $y_i = 2x_i + 1$, $z_2 = \\sum_{j=1}^2 y_j = 17$")
    assert_verdicts(document, {"y_1": (None, "exact", "exact"), "y_2": (None, "wrong", "wrong")})
    assert_verdicts(document, {"z_2": ("exact", "wrong", "wrong")})
    assert_kinds(document, ["undefined?", "undefined?", "value", "value"])


def test_a_rule_gives_what_numbers_stand_for():
    """The rule alone tells what 3.3 and 5.5 are in y_1 = 3.3 / 5.5."""
    document = audited("$x_1 = 3$ $x_2 = 5$ $y_i = \\frac{x_i}{x_1 + x_2}$ $y_1 = \\frac{3}{3 + 6} = 0.33$")
    assert_kinds(document, ["substitution", "value"])
    assert document.corrected_text.endswith("$y_1 = \\frac{3}{3 + 5} = 0.38$")


def test_recurrences_end_at_their_first_value():
    """h_i = 2 h_{i-1} + 1 from h_0 = 1."""
    document = audited("$h_i = 2h_{i-1} + 1$ $h_0 = 1$ $h_1 = 3$ $h_3 = 15$ $h_2 = 8$")
    assert_verdicts(document, {"h_0": "given", "h_1": "exact", "h_3": "exact", "h_2": "wrong"})


def test_functions_of_a_variable():
    """f(x) defines f(3); the number put for x must be 3."""
    document = audited("$f(x) = x^2 + 1$ $f(3) = 3^2 + 1 = 10$ $f(2) = 3^2 + 1 = 10$")
    assert_verdicts(document, {"f(3)": ("exact", "exact", "exact"), "f(2)": ("exact", "wrong", "wrong")})
    assert_kinds(document, ["substitution", "value"])


def test_a_name_defined_anew_counts_from_there():
    """Two examples may use one letter; the second value is a finding and holds from its place on."""
    document = audited("$x = 3$ $y = x + 1 = 4$\n\n$x = 5$ $y = x + 1 = 6$")
    assert_nothing_wrong(document)
    assert_kinds(document, ["redefined"])
    assert not document.clean


def test_remarks_leave_a_document_clean():
    """Printing a value again, and leaving a derivation to the reader, are no faults."""
    document = audited("$x_1 = 3$ $y_i = 2x_i$ $y_1 = 6$ $y_1 = 6$")
    assert_kinds(document, ["undefined?", "redefined?"])
    assert document.clean


def test_what_is_not_defined_is_a_fault_once():
    """A missing input is a fault where it is first used, then a remark, and what depends on it is given."""
    document = audited("$y = x + 1 = 3$ $z = x + 2 = 4$")
    assert_verdicts(document, {"y": "given", "z": "given"})
    assert_kinds(document, ["undefined", "undefined?"])
    assert document.findings[0].message.startswith("x is not defined")


@pytest.mark.parametrize(
    "text", ["$x = x + 1 = 2$", "$x = y + 1$ $y = x - 1 = 3$", "$g_i = g_i + 1$ $g_1 = g_1 + 1 = 2$"]
)
def test_circles_are_named(text):
    """What is defined through itself has no value and ends no run."""
    document = audited(text)
    assert any("defined through itself" in f.message for f in document.findings)


def test_two_definitions_that_disagree():
    """The rule that the chains follow is used, the other one is the finding, and it says so."""
    text = "$s_i = 2x_i$\n\n$x_1 = 3$ $s_1 = 2x_1 = 6$ $x_2 = 4$ $s_2 = 8$\n\n$s_i = \\frac{2x_i}{3}$"
    document = audited(text)
    assert_nothing_wrong(document)
    found = [f for f in document.findings if f.kind == "definition"]
    assert [(f.line, f.name) for f in found] == [(5, "s_i")]
    assert found[0].message == "s_i is defined differently on line 1; the numbers are judged by line 1."


def test_definitions_that_say_the_same_are_no_finding():
    """Renamed letters and equal values do not disagree; nor do rules that no number depends on."""
    assert_kinds(audited("$s_i = 2x_i$ $s_j = 2x_j$ $x_1 = 3$ $s_1 = 2x_1 = 6$"), [])
    assert_kinds(audited("$s_i = 2x_i$ $s_i = x_i + x_i$ $x_1 = 3$ $s_1 = 2x_1 = 6$"), [])
    assert_kinds(audited("$s_i = 2x_i$ $s_i = 3x_i$"), [])


def test_a_chain_that_leaves_its_rule_is_a_finding():
    """The chain's own formula is used; that it is not the rule's is said."""
    document = audited("$x_1 = 1$ $x_2 = 2$ $a_i = \\sum_{j=1}^i x_j$ $a_2 = x_2 = 2$")
    assert_kinds(document, ["definition"])


def test_coverage_counts_every_segment_once():
    """Audited, symbolic and unread add up; unread is never silent."""
    document = audited("$x$ $x = 1$ $y = x \\pm x$ $y = x + 1 = 2$ $a < b$ $\\unknown$ $z = (1$")
    c = document.coverage
    assert (c.segments, c.numeric, c.audited, c.symbolic, c.unread) == (7, 3, 2, 3, 2)
    assert sum(f.kind == "unread" for f in document.findings) == 2


def test_findings_point_at_their_number():
    """Line and column are those of the number, sign included, in quotations and after tabs."""
    document = audited("a\n> $x = 2$,\n> $y = x - 3 = -2$\n")
    [finding] = document.findings
    assert (finding.line, finding.column) == (3, 16)
    assert document.source.text[finding.start : finding.stop] == "-2"


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("$x = 1/3 = 0{,}34$", "$x = 1/3 = 0{,}33$"),
        ("$x = 1 - 3 = \u22121$", "$x = 1 - 3 = \u22122$"),
        ("$x = 1 - 3 = 2$", "$x = 1 - 3 = -2$"),
        ("$x = 3 - 1 = -2$", "$x = 3 - 1 = 2$"),
        ("$x = 0.5 \\cdot 1.25 = 0.5$", "$x = 0.5 \\cdot 1.25 = 0.6$"),
        (
            "$x = 3 \\times 10^{-3} \\cdot 2 = 5.0 \\times 10^{-3}$",
            "$x = 3 \\times 10^{-3} \\cdot 2 = 6.0 \\times 10^{-3}$",
        ),
        ("$x = 1/4 = 24\\%$", "$x = 1/4 = 25\\%$"),
        ("a\r\n$x = 1+1 = 3$\r\n\ufefftail", "a\r\n$x = 1+1 = 2$\r\n\ufefftail"),
    ],
)
def test_corrections_keep_precision_and_style(text, fixed):
    """Only digits and sign change; the corrected document has nothing left to correct."""
    document = audited(text)
    assert document.corrected_text == fixed
    again = audited(fixed)
    assert_nothing_wrong(again)
    assert again.edits == ()


def test_a_divisor_rounded_to_zero_is_no_fault():
    """0.01 to one place is 0.0: from the page 2 / 0.0 has no value, from the inputs it is 200."""
    document = audited("$a = 0.01$ $b = 1a = 0.0$ $c = 2 / b = 200$ $d = 2 / b = 100$")
    assert_verdicts(document, {"b": "rounded", "c": (None, "exact", "exact"), "d": (None, "wrong", "wrong")})
    assert_kinds(document, ["value"])
