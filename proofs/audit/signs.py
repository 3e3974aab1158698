r"""The signs of mathematical notation: many spellings, one kind and value each."""

from __future__ import annotations


def _each(names: str, kind: str, value: str) -> dict[str, tuple[str, str]]:
    return dict.fromkeys(names.split(), (kind, value))


def _itself(names: str, kind: str) -> dict[str, tuple[str, str]]:
    return {name: (kind, name) for name in names.split()}


_COMPARISONS = r"< > ≤ ≥ ≠ \le \leq \leqslant \ge \geq \geqslant \lt \gt \ll \gg \ne \neq"
"""Relations of order, and of being different."""

SIGNS: dict[str, tuple[str, str]] = {
    # Every sign that claims equality has the value "=".
    **_each(r":= = ≈ ≃ ≅ ≡ ≐ ≔ \approx \simeq \cong \equiv \doteq \coloneqq \triangleq \eqqcolon", "relation", "="),
    **_itself(_COMPARISONS, "relation"),
    **_itself(r"∈ ∣ ∼ ∝ \in \notin \ni \sim \propto \subset \subseteq \perp \parallel \mid", "relation"),
    "+": ("operator", "+"),
    **_each("- \u2212", "operator", "-"),
    **_each(r"\pm \mp ±", "operator", "±"),
    **_each(r"\cdot · ⋅ \bullet \centerdot", "operator", "cdot"),
    **_each(r"\times ×", "operator", "times"),
    **_each(r"* \ast ∗", "operator", "*"),
    **_each(r"/ \div ÷", "operator", "/"),
    **_each(r"\odot ⊙", "operator", "odot"),
    **_each(r"\otimes \oplus \circ ∘ ° \bmod \oslash \cup \cap \setminus", "operator", "other"),
    "(": ("open", "("),
    ")": ("close", ")"),
    **_each(r"[ \lbrack", "open", "["),
    **_each(r"] \rbrack", "close", "]"),
    r"\{": ("open", "set"),
    r"\}": ("close", "set"),
    **_each(r"\langle ⟨", "open", "angle"),
    **_each(r"\rangle ⟩", "close", "angle"),
    **_each(r"\lfloor ⌊", "open", "floor"),
    **_each(r"\rfloor ⌋", "close", "floor"),
    **_each(r"\lceil ⌈", "open", "ceil"),
    **_each(r"\rceil ⌉", "close", "ceil"),
    "{": ("group", "{"),
    "}": ("ungroup", "}"),
    "_": ("sub", "_"),
    "^": ("sup", "^"),
    **_each(r"' ’ \prime", "prime", "'"),
    "&": ("align", "&"),
    **_itself(", ; : .", "separator"),
    **_each(
        r"\quad \qquad \Rightarrow \implies \iff \Leftrightarrow \land \wedge \to \rightarrow \mapsto "
        r"\longrightarrow → ⇒ \because \therefore \longmapsto \Longrightarrow "
        r"\Longleftrightarrow \leftarrow \gets \And",
        "separator",
        "quad",
    ),
    **_each(r"\forall \exists ∀ ∃", "quantifier", r"\forall"),
    **_each(r"| \vert \lvert \rvert", "bar", "|"),
    **_each(r"\| \Vert \lVert \rVert ‖", "bar", "||"),
    **_each(r"\ldots \dots \cdots \dotsc \dotsb \vdots \ddots … ⋯", "dots", "…"),
    r"\%": ("percent", "%"),
    "!": ("factorial", "!"),
    **_each(r"€ \euro \texteuro", "upright", "€"),
    **_each(r"£ \pounds", "upright", "£"),
    "¥": ("upright", "¥"),
    r"\$": ("upright", "$"),
    **_each(r"\top \intercal ⊤ ᵀ", "transpose", "T"),
    **_each(r"√ \sqrt", "command", r"\sqrt"),
    **_each(r"Σ ∑ \sum", "command", r"\sum"),
    **_each(r"∏ \prod", "command", r"\prod"),
    **_itself(r"\frac \dfrac \tfrac \cfrac \binom", "command"),
    **_each(r"\dbinom \tbinom", "command", r"\binom"),
    **_itself(r"\exp \ln \lg \log \sin \cos \tan \sinh \cosh \tanh \max \min \det", "command"),
    **_itself(r"\arcsin \arccos \arctan", "command"),
    "∞": ("letter", r"\infty"),
    **_itself(
        r"\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \vartheta \iota \kappa "
        r"\lambda \mu \nu \xi \omicron \pi \varpi \rho \varrho \sigma \varsigma \tau \upsilon \phi \varphi "
        r"\chi \psi \omega \Gamma \Delta \Theta \Lambda \Xi \Pi \Sigma \Upsilon \Phi \Psi \Omega "
        r"\ell \hbar \imath \jmath \partial \nabla \infty \aleph \emptyset \varnothing \star \dagger",
        "letter",
    ),
}
"""(kind, value) by spelling."""

ABOUT = {
    **dict.fromkeys([r"≈", r"≃", r"≅", r"≐", r"\approx", r"\simeq", r"\cong", r"\doteq"], "roughly"),
    **dict.fromkeys([r"≡", r"\equiv"], "congruent"),
}
"""Signs of equality that do not claim two expressions to be exactly equal, and what they claim."""

LAYOUT = frozenset(
    _itself(
        r"\, \; \: \! \> \left \right \middle \big \Big \bigg \Bigg \bigl \bigr \Bigl \Bigr \biggl \biggr "
        r"\Biggl \Biggr \displaystyle \textstyle \scriptstyle \limits \nolimits \nonumber \notag \hline "
        r"\hfill "
        r"\rm \bf \it \sf \tt \cal \left. \right. \hskip \centering \small \large \footnotesize "
        r"\enspace \thinspace \medspace \thickspace \negthinspace \allowbreak \mathstrut \strut",
        "layout",
    )
) | {"\\ "}
"""Signs without meaning."""
