r"""Math text to tokens; each keeps its exact characters and its offsets in the document.

Layout (spacing, sizes, line comments) is dropped here, and the many spellings of one sign become one `value`, so
the parser sees meaning only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from proofs.audit.limits import MAX_SEGMENT, TooLarge, Unread

if TYPE_CHECKING:
    from proofs.audit.markdown import Segment


@dataclass(frozen=True, slots=True)
class Token:
    """One sign. Attributes: kind; value (what it means); text (its characters); start, stop (document offsets)."""

    kind: str
    value: str
    text: str
    start: int
    stop: int


# kind by value; the value "=" stands for every sign that claims equality.
_SIGNS: dict[str, tuple[str, str]] = {
    **dict.fromkeys([":=", "=", "≈", "≃", "≅", "≡", "≐", "≔"], ("relation", "=")),
    **dict.fromkeys(
        [r"\approx", r"\simeq", r"\cong", r"\equiv", r"\doteq", r"\coloneqq", r"\triangleq", r"\eqqcolon"],
        ("relation", "="),
    ),
    **{sign: ("relation", sign) for sign in "<>≤≥≠∈∼∝"},
    **{
        name: ("relation", name)
        for name in (
            r"\le \leq \leqslant \ge \geq \geqslant \lt \gt \ll \gg \ne \neq \in \notin \ni \sim \propto "
            r"\subset \subseteq \perp \parallel \mid"
        ).split()
    },
    **dict.fromkeys(["+"], ("operator", "+")),
    **dict.fromkeys(["-", "\u2212"], ("operator", "-")),
    **dict.fromkeys([r"\pm", r"\mp", "±"], ("operator", "±")),
    **dict.fromkeys([r"\cdot", "·", "⋅", r"\bullet", r"\centerdot"], ("operator", "cdot")),
    **dict.fromkeys([r"\times", "×"], ("operator", "times")),
    **dict.fromkeys(["*", r"\ast", "∗"], ("operator", "*")),
    **dict.fromkeys(["/", r"\div", "÷"], ("operator", "/")),
    **dict.fromkeys([r"\odot", "⊙", r"\otimes", r"\oplus", r"\circ", r"\bmod", r"\oslash"], ("operator", "other")),
    "(": ("open", "("),
    ")": ("close", ")"),
    "[": ("open", "["),
    "]": ("close", "]"),
    r"\lbrack": ("open", "["),
    r"\rbrack": ("close", "]"),
    r"\{": ("open", "set"),
    r"\}": ("close", "set"),
    r"\langle": ("open", "angle"),
    r"\rangle": ("close", "angle"),
    "{": ("group", "{"),
    "}": ("ungroup", "}"),
    "_": ("sub", "_"),
    "^": ("sup", "^"),
    "'": ("prime", "'"),
    "\u2019": ("prime", "'"),
    r"\prime": ("prime", "'"),
    "&": ("align", "&"),
    ",": ("separator", ","),
    ";": ("separator", ";"),
    ":": ("separator", ":"),
    ".": ("separator", "."),
    **dict.fromkeys(
        [r"\quad", r"\qquad", r"\Rightarrow", r"\implies", r"\iff", r"\Leftrightarrow", r"\land", r"\wedge"],
        ("separator", "quad"),
    ),
    **dict.fromkeys([r"\to", r"\rightarrow", r"\mapsto", r"\longrightarrow", "→", "⇒", r"\because", r"\therefore"],
                    ("separator", "quad")),
    **dict.fromkeys([r"\forall", r"\exists", "∀", "∃"], ("quantifier", r"\forall")),
    **dict.fromkeys(["|", r"\vert", r"\lvert", r"\rvert"], ("bar", "|")),
    **dict.fromkeys([r"\|", r"\Vert", r"\lVert", r"\rVert", "‖"], ("bar", "||")),
    **dict.fromkeys([r"\ldots", r"\dots", r"\cdots", r"\dotsc", r"\dotsb", r"\vdots", r"\ddots", "…", "⋯"], ("dots", "…")),
    r"\%": ("percent", "%"),
    "!": ("factorial", "!"),
    **dict.fromkeys([r"\top", r"\intercal", "⊤", "ᵀ"], ("transpose", "T")),
    "√": ("command", r"\sqrt"),
    "Σ": ("command", r"\sum"),
    "∑": ("command", r"\sum"),
    "∏": ("command", r"\prod"),
    "∞": ("command", r"\infty"),
}

_LAYOUT = frozenset(
    r"\, \; \: \! \> \left \right \middle \big \Big \bigg \Bigg \bigl \bigr \Bigl \Bigr \biggl \biggr \Biggl "
    r"\Biggr \displaystyle \textstyle \scriptstyle \limits \nolimits \nonumber \notag \hline \hfill \enspace "
    r"\thinspace \medspace \thickspace \negthinspace \boldmath \allowbreak \mathstrut \strut".split()
) | {"\\ "}

_LETTERS = frozenset(
    r"\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \vartheta \iota \kappa \lambda \mu \nu \xi "
    r"\omicron \pi \varpi \rho \varrho \sigma \varsigma \tau \upsilon \phi \varphi \chi \psi \omega \Gamma \Delta "
    r"\Theta \Lambda \Xi \Pi \Sigma \Upsilon \Phi \Psi \Omega \ell \hbar \imath \jmath \partial \nabla \infty \aleph "
    r"\emptyset \varnothing \star \dagger".split()
)
_FUNCTIONS = frozenset(
    r"\frac \dfrac \tfrac \cfrac \sqrt \sum \prod \exp \ln \log \sin \cos \tan \sinh \cosh \tanh \max \min \det "
    r"\arg \lim \sup \inf \arccos \arcsin \arctan \deg \dim \ker \Pr \gcd \int \binom".split()
)

_TOKEN = re.compile(
    r"""
      (?P<space>[\s~\u00a0\u2009\u202f]+|%[^\n]*)
    | (?P<number>(?:\d+(?:\{,\}\d+|\.\d+)?|\.\d+))
    | (?P<environment>\\(?:begin|end)\s*\{\s*([A-Za-z]+\*?)\s*\})
    | (?P<upright>\\(?:text|textrm|textit|textbf|textsf|texttt|mbox|mathrm|mathsf|mathit|operatorname\*?)\s*\{([^{}\\$]*)\})
    | (?P<styled>\\(?:mathbf|boldsymbol|bm|mathcal|mathbb|mathfrak|mathscr|hat|widehat|bar|overline|tilde|widetilde
        |vec|dot|ddot|underline)\s*(?:\{\s*(\\?[^\W\d_]+)\s*\}|(\\?[^\W\d_]+?(?![a-z])|[^\W\d_])))
    | (?P<aside>\\(?:label|tag\*?|hspace\*?|vspace\*?|phantom|color|ref|eqref)\s*\{[^{}]*\})
    | (?P<newline>\\\\\*?(?:\s*\[[\d.]+\s*[a-z]{2}\])?|\\cr\b|\\newline\b)
    | (?P<command>\\(?:[A-Za-z]+|.))
    | (?P<word>[^\W\d_]+)
    | (?P<sign>:=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_PROSE = frozenset({"text", "textrm", "textit", "textbf", "mbox"})


def tokens(segment: Segment) -> list[Token]:
    """Return the tokens of a math segment. Raises TooLarge (MAX_SEGMENT), Unread (a sign nobody knows)."""
    if len(segment.text) > MAX_SEGMENT:
        raise TooLarge(f"a formula of {len(segment.text):,} characters (at most {MAX_SEGMENT:,} are read)", segment.offset(0))
    out: list[Token] = []
    skip_delimiter = False
    for match in _TOKEN.finditer(segment.text):
        kind, text = match.lastgroup or "", match.group()
        start = segment.offset(match.start())
        stop = segment.offset(match.end() - 1) + 1
        if kind in {"space", "aside"}:
            continue
        if skip_delimiter and text == ".":
            skip_delimiter = False
            continue
        skip_delimiter = text in {r"\left", r"\right"}
        named = _meaning(kind, text, start)
        if named is not None:
            out.append(Token(*named, text, start, stop))
    return out


def _meaning(kind: str, text: str, start: int) -> tuple[str, str] | None:
    """Return the token's kind and value, or None for layout."""
    if kind == "environment":
        command, _, name = text[1:-1].partition("{")
        return command.strip(), name.strip()
    if kind == "upright":
        content = text[text.index("{") + 1 : -1]
        prose = text[1:].partition("{")[0].strip() in _PROSE and (content != content.strip() or " " in content.strip())
        return ("separator", "prose") if prose or not content.strip() else ("upright", content.strip())
    if kind == "styled":
        command = re.match(r"\\[a-z]+", text)
        assert command is not None  # noqa: S101 - the pattern starts so
        return "letter", f"{command.group()}{{{text[command.end() :].strip(' {}')}}}"
    if text in _LAYOUT:
        return None
    if text in _SIGNS:
        return _SIGNS[text]
    if text in _LETTERS:
        return "letter", text
    if text in _FUNCTIONS:
        return "command", text
    if kind in {"number", "word", "newline"}:
        return kind, text
    raise Unread(f"the sign {text!r} is not known here", start)
