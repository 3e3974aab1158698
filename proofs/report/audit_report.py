r"""An audit as a Markdown page. Renders what it is given and computes nothing.

Whatever comes from the document is shown, never obeyed: control characters become visible escapes, and everything
but names of plain LaTeX is escaped or put in code.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING

from proofs.report.audit_shown import more_digits, visible
from proofs.report.audit_summary import hints, summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofs.audit.findings import DocumentAudit, Finding, PrintedValue, Side

_ORDER = ("exact", "rounded", "tie", "carried", "truncated", "wrong", "undecided", "given")
_MEANING = {
    "exact": "the exact value",
    "rounded": "the exact value, correctly rounded",
    "tie": "half way between two roundings; both are right",
    "carried": "right but for the rounding of the numbers it was computed from",
    "truncated": "cut off instead of rounded",
    "wrong": "not the value",
    "undecided": "too close to call",
    "given": "an input: nothing to compare with",
}
_ABOUT_TABLE = (
    "Every printed number with something to compare it with. *Expected* is the exact value at the printed "
    "precision (in brackets to more digits, where they are not zero): from the numbers printed just before, and from "
    "the inputs. *First mistake* is where the mistake stands that a number is wrong by."
)
_ABOUT_SOME = "The numbers of the findings that were asked for. " + _ABOUT_TABLE.partition(". ")[2]
_ABOUT_CORRECTED = (
    "Every wrong number is replaced by the value in the column *Expected from the inputs* (where that is empty, "
    "*from the numbers before*): computed exactly and rounded once, so the corrected weights of a row may sum to "
    "0.99 or 1.01. A `carried` number is right but for the rounding of the numbers it was computed from, and stays."
)
_TABLE_HEAD = (
    "| Line:column | Name | Component | Printed | Expected from the numbers before "
    "| Expected from the inputs | Verdict | First mistake |\n|---|---|---|---|---|---|---|---|"
)
# Possessive: a long name that fails at its end must not be tried in every other way.
_PLAIN_NAME = re.compile(r"(?:[A-Za-z0-9_^{}()',. +=/-]|\\[A-Za-z]++)++\Z")
_COMMAND = re.compile(r"\\([A-Za-z]+)")
# The commands that names are made of; any other (`\href`, `\def`) shows the name as code.
_LETTERS = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi varpi rho varrho "
    "sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell"
)
_STYLES = (
    "text textbf textit textrm mathrm mathbf mathit mathsf mathtt mathcal mathbb mathfrak boldsymbol bm operatorname "
    "hat widehat tilde widetilde bar overline vec dot ddot prime top intercal dagger star ast cdot times frac sqrt exp "
    "log ln sin cos tan sinh cosh tanh max min sum prod left right"
)
_HARMLESS = frozenset([*_LETTERS.split(), *_STYLES.split()])
# Commands that link, load, define or style: a formula with one is shown as source and not as math.
_ACTIVE = re.compile(
    r"\\(?:href|url|include\w*|input|require|html\w*|class|cssId|style|data|unicode|(?:re|provide)?newcommand\w*|"
    r"renewcommand\w*|(?:g|e|x)?def|let|futurelet|newenvironment|write\w*|openout|catcode|csname|special|bbox|image\w*)"
)
# What Markdown makes a link of by itself, or a forge a mention.
_LINK = re.compile(r"@|://|www\.", re.IGNORECASE)


def audit_markdown(document: DocumentAudit, findings: Sequence[Finding] | None = None) -> str:
    """Return the audit as a Markdown page: outcome, table, findings, counts, the corrected formulas.

    Args:
        document: the audit.
        findings: those to show, all if None. The table then has the numbers of these findings only.
    """
    compared = [v for v in document.values if v.verdict != "given"]
    if findings is not None:
        starts = {finding.start for finding in findings if finding.kind == "value"}
        compared = [v for v in compared if v.start in starts]
    parts = [
        f"# Audit of {_code(PurePath(document.path).name)}",
        bullets([*summary(document), *hints(document), f"Encoding: {document.source.encoding}."]),
        "## Printed numbers",
        _ABOUT_TABLE if findings is None else _ABOUT_SOME,
        _value_table(document, compared),
        "## Other findings",
        _finding_list(document, document.findings if findings is None else findings),
        "## Counts",
        _counts(document),
        "## The formulas as they should have been printed",
        _ABOUT_CORRECTED,
        _corrected(document),
    ]
    return "\n\n".join(parts) + "\n"


def bullets(sentences: Sequence[str]) -> str:
    """Return sentences as a Markdown list; nothing in them is Markdown or HTML."""
    return "\n".join(f"- {_prose(sentence)}" for sentence in sentences)


def _value_table(document: DocumentAudit, values: Sequence[PrintedValue]) -> str:
    if not values:
        return "None."
    rows = [
        f"| {v.line}:{v.column} | {_name(v.name, cell=True)} | {', '.join(map(str, v.component or ()))} "
        f"| {_number(v.printed)} | {_side(v.local)} | {_side(v.exact)} | **{v.verdict}** | {_cause(document, v)} |"
        for v in values
    ]
    return "\n".join([_TABLE_HEAD, *rows])


def _side(side: Side | None) -> str:
    if side is None:
        return "—"
    more = more_digits(side)
    return f"{side.expected or '?'}{f' [{more}]' if more else ''} ({side.verdict})"


def _cause(document: DocumentAudit, value: PrintedValue) -> str:
    if value.cause is None:
        return ""
    line, column = document.source.place(value.cause)
    return "here" if value.cause == value.start else f"{line}:{column}"


def _finding_list(document: DocumentAudit, findings: Sequence[Finding]) -> str:
    """Return the findings that the table of numbers does not show: comparisons and expressions among them."""
    shown = {(value.start, value.stop) for value in document.values}
    others = [f for f in findings if f.kind != "value" or f.remark or (f.start, f.stop) not in shown]
    if not others:
        return "None."
    return "\n".join(
        f"- Line {f.line}, {'note' if f.remark else f.kind}: {_sentence(f.message, f.name)}" for f in others
    )


def _counts(document: DocumentAudit) -> str:
    columns = [
        Counter(v.local.verdict for v in document.values if v.local is not None),
        Counter(v.exact.verdict for v in document.values if v.exact is not None),
        Counter(v.verdict for v in document.values),
    ]
    rows = [
        f"| {verdict} | {' | '.join(str(column[verdict]) for column in columns)} | {_MEANING[verdict]} |"
        for verdict in _ORDER
        if any(column[verdict] for column in columns)
    ]
    head = "| Verdict | Against the numbers before | Against the inputs | Overall (the worse) | Meaning |"
    return "\n".join([head, "|---|---:|---:|---:|---|", *rows])


def _corrected(document: DocumentAudit) -> str:
    blocks = []
    for start, stop in document.formulas:
        if not document.edits_between(start, stop):
            continue
        line, _ = document.source.place(start)
        text = re.sub(r"(\r\n|\r|\n)[ \t>]*", "\n", document.source.decoded(document.corrected(start, stop))).strip()
        safe = "\n".join(visible(part) for part in text.split("\n")).replace("```", "'''")
        blocks.append(f"Line {line}:\n\n```{'tex' if _ACTIVE.search(safe) else 'math'}\n{safe}\n```")
    return "\n\n".join(blocks) if blocks else "Nothing to correct."


def _plain(name: str) -> bool:
    """Return whether a name is LaTeX that can do nothing but be typeset."""
    return _PLAIN_NAME.match(name) is not None and _HARMLESS.issuperset(_COMMAND.findall(name))


def _name(text: str, *, cell: bool = False) -> str:
    """Return a name as math if it is plain LaTeX, else as code."""
    return f"${text}$" if _plain(text) else _code(text, cell=cell)


def _number(text: str) -> str:
    return text if re.fullmatch(r"[-+0-9.,]+", text) else _code(text, cell=True)


def _code(text: str, *, cell: bool = False) -> str:
    """Return text as code; in a table's cell a bar is escaped even there."""
    plain = visible(text).replace("|", "\\|") if cell else visible(text)
    ticks = "`" * (max((len(run) for run in re.findall(r"`+", plain)), default=0) + 1)
    pad = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{ticks}{pad}{plain}{pad}{ticks}"


def _sentence(message: str, name: str) -> str:
    """Return a message with its name as math, or as code, and everything else as prose."""
    if not name:
        return _prose(message)
    if name == "a":  # the one name that the sentences themselves use as a word
        return _name(name) + _prose(message[1:]) if message.startswith("a ") else _prose(message)
    parts = re.split(rf"(?<![\\\w]){re.escape(name)}(?!\w)", message)
    return _name(name).join(_prose(part) for part in parts)


def _prose(text: str) -> str:
    """Return text with everything escaped that Markdown or HTML would act on; links become code."""
    words = re.split(r"(\s+)", visible(text))
    return "".join(_code(word) if _LINK.search(word) else _escaped(word) for word in words)


def _escaped(text: str) -> str:
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]|$~#])", r"\\\1", safe)
