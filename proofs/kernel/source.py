r"""The theories as text: their theorems, statements and definitions, their order, and what they must not contain.

Only the layout is read here; what a sentence means is for Rocq to say.  Sentences end in a full stop before white
space; comments nest.

Scope: the folder `theories/`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

FOLDER = Path(__file__).parent / "theories"
ROOT = "SelfAttention"
"""The logical name of the folder."""

FORBIDDEN = (
    "Admitted",
    "admit",
    "give_up",
    "Axiom",
    "Axioms",
    "Conjecture",
    "Conjectures",
    "Parameter",
    "Parameters",
    "Primitive",
    "Module",
    "Declare",
    "Load",
    "Register",
    "Admit",
    "bypass_check",
    "Guard",
    "Positivity",
    "Universe",
)
"""Words that open a hole, switch a check off, or hide what a name means; in a theory they are errors."""

ONLY_IN_SECTIONS = ("Hypothesis", "Hypotheses", "Variable", "Variables", "Context")
"""Words that are axioms outside a section."""

BEGINNING = (
    "From",
    "Import",
    "Open",
    "Section",
    "End",
    *ONLY_IN_SECTIONS,
    "Definition",
    "Fixpoint",
    "Inductive",
    "Record",
    "Lemma",
    "Corollary",
    "Theorem",
    "Proof",
    "Qed",
)
"""Words that a sentence may begin with, tactics aside: no notation, coercion, attribute or second end of a proof."""

WHOLE = {
    "From": rf"From\s+(?:Coq\s+Require\s+Import(?:\s+(?:{{}}))+|{ROOT}\s+Require\s+Import\s+[\w\s]+)",
    "Import": r"Import\s+ListNotations",
    "Open": r"Open\s+Scope\s+R_scope",
    "Qed": r"Qed",
}
"""What sentences that change the meaning of what follows, or end a proof, look like."""

LIBRARIES = ("Reals", "List", "Arith", "Bool", "Lra", "Lia", "Permutation", "FunctionalExtensionality")
"""What is used of the standard library: other parts of it redefine names and signs, or assume more."""

_FOCUS = re.compile(r"(?:[-+*{}\s]|[\w,\s\[\]-]+:\s*\{)+")
_PARTS = re.compile(r"(?:[|{;]|:=)\s*([A-Za-z_][\w']*)")
_MUTUAL = re.compile(r"\bwith\s+([A-Za-z_][\w']*)\s*(?=[({:])")
_WORD = re.compile(r"[A-Za-z_][\w']*")
_STOP = re.compile(r"\.(?=\s|$)")
_REQUIRE = re.compile(rf"From\s+{ROOT}\s+Require\s+(?:Import\s+|Export\s+)?(.*)", re.DOTALL)
_NAMED = re.compile(
    r"(?:Local\s+|Global\s+)?(Theorem|Lemma|Definition|Fixpoint|Inductive|Record|Corollary|Remark|Fact|Proposition|"
    r"Example|Notation|Infix|Let|CoFixpoint|CoInductive|Variant|Structure|Instance|Coercion|Canonical)\s+"
    r"\"?([A-Za-z_][\w']*)?",
)
DEFINING = ("Definition", "Fixpoint", "Inductive", "Record", "Variant")


class TheoryError(ValueError):
    """The theories do not fit together. Attributes: theory, problem."""

    def __init__(self, theory: str, problem: str) -> None:
        self.theory, self.problem = theory, problem
        super().__init__(f"theory {theory}: {problem}")


@dataclass(frozen=True)
class Sentence:
    """One sentence of a theory: its text without comments, its line, and the comment right before it."""

    text: str
    line: int
    comment: str = ""


@dataclass(frozen=True)
class Named:
    """A theorem or definition: keyword, name, source text, what its comment says, and where it stands."""

    keyword: str
    name: str
    theory: str
    text: str
    says: str
    line: int


Theorem = Named


@dataclass(frozen=True)
class Theory:
    """One file: its name without suffix, its text, the theories it requires, and what it names."""

    name: str
    text: str
    requires: tuple[str, ...]
    named: tuple[Named, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Theories:
    """All theories, each after those it requires."""

    theories: Mapping[str, Theory] = field(default_factory=dict)

    @cached_property
    def theorems(self) -> Mapping[str, Theorem]:
        """Every `Theorem` by name; lemmas are steps on the way and no claim names them."""
        return {n.name: n for t in self.theories.values() for n in t.named if n.keyword == "Theorem"}

    @cached_property
    def definitions(self) -> Mapping[str, Named]:
        """Every definition by name, in the order in which they are made."""
        return {n.name: n for t in self.theories.values() for n in t.named if n.keyword in DEFINING}

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the names and texts of all theories."""
        out = hashlib.sha256()
        for name in sorted(self.theories):
            text = self.theories[name].text.encode()
            out.update(f"{name} {len(text)}\n".encode() + text)
        return out.hexdigest()

    @property
    def problems(self) -> tuple[str, ...]:
        """What stands in the theories that must not: one line each."""
        return tuple(problem for theory in self.theories.values() for problem in theory.problems)

    def used_by(self, theorem: Theorem) -> list[Named]:
        """Return the definitions that a theorem's statement speaks of, and those that they speak of."""
        wanted, todo = set(), [theorem.text]
        while todo:
            text = todo.pop()
            for word in set(_WORD.findall(text)) - _bound(text):
                if word in self.definitions and word not in wanted:
                    wanted.add(word)
                    todo.append(self.definitions[word].text)
        return [item for name, item in self.definitions.items() if name in wanted]


def _bound(text: str) -> set[str]:
    """Return the names that a sentence binds itself: `(a b : T)`, `{a : T}`, `forall a b, ...`, `fun a => ...`."""
    groups = re.findall(r"[({]([\w' ]+):", text) + re.findall(
        r"\b(?:forall|exists|fun)\s+([\w' ]+?)\s*(?:,|:|=>)", text
    )
    return {name for group in groups for name in group.split()}


@cache
def load(folder: Path = FOLDER) -> Theories:
    """Read every theory of a folder. Raises TheoryError on a circle, a missing file or a name used twice."""
    found = {path.stem: _theory(path.stem, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.v"))}
    for theory in found.values():
        for name in theory.requires:
            if name not in found:
                raise TheoryError(theory.name, f"requires {name}, which is not there")
    try:
        order = list(TopologicalSorter({t.name: t.requires for t in found.values()}).static_order())
    except CycleError as error:
        raise TheoryError(error.args[1][0], "requires itself: " + " -> ".join(error.args[1])) from None
    # A second definition of a name would change what the theorems after it say.
    seen: dict[str, str] = {}
    for name in order:
        for item in found[name].named:
            if item.name in seen:
                raise TheoryError(name, f"names {item.name}, which {seen[item.name]} names too")
            seen[item.name] = name
    return Theories({name: found[name] for name in order})


def _theory(name: str, text: str) -> Theory:
    requires: list[str] = []
    named: list[Named] = []
    problems: list[str] = []
    depth = 0
    for sentence in sentences(text):
        words = _WORD.findall(sentence.text)
        if words[:1] == ["Section"]:
            depth += 1
        elif words[:1] == ["End"]:
            depth -= 1
        match = _REQUIRE.match(sentence.text)
        if match:
            requires += match.group(1).split()
        bad = [w for w in words if w in FORBIDDEN or (w in ONLY_IN_SECTIONS and depth == 0)]
        problems += [f"{name}.v:{sentence.line}: {word} is not allowed here" for word in bad]
        said = _FOCUS.sub("", sentence.text, count=1) if _FOCUS.match(sentence.text) else sentence.text
        problems += [f"{name}.v:{sentence.line}: {what}" for what in _unreadable(said)]
        match = _NAMED.match(said)
        if match and match.group(2):
            if match.group(1) == "Theorem" and depth:
                problems.append(f"{name}.v:{sentence.line}: the theorem {match.group(2)} hides hypotheses in a section")
            item = Named(match.group(1), match.group(2), name, f"{sentence.text}.", sentence.comment, sentence.line)
            named.append(item)
            others = _MUTUAL.findall(said) + (_PARTS.findall(said) if match.group(1) in {"Inductive", "Record"} else [])
            named += [replace(item, keyword="part", name=other) for other in others if other != item.name]
    return Theory(name, text, tuple(dict.fromkeys(requires)), tuple(named), tuple(problems))


def _unreadable(sentence: str) -> list[str]:
    """Return why a sentence may mean something else to Rocq than to a reader, or to this module."""
    out = []
    if '"' in sentence or ":>" in sentence or not sentence.isascii():
        out.append("a string, a coercion, or a letter that is not ASCII is not allowed here")
    found = re.match(r"#|[A-Z]\w*", sentence)
    first = found.group() if found else ""
    if first and first not in (*BEGINNING, *FORBIDDEN):
        out.append(f"{first} is not allowed here")
    if first in WHOLE and not re.fullmatch(WHOLE[first].format("|".join(LIBRARIES)), sentence):
        out.append(f"{' '.join(sentence.split())} is not allowed here")
    return out


def sentences(text: str) -> Iterator[Sentence]:
    """Yield the sentences of a theory, comments taken out; the comment right before one goes with it."""
    bare, comments = _without_comments(text)
    start = 0
    for stop in _STOP.finditer(bare):
        body = bare[start : stop.start()]
        first = start + len(body) - len(body.lstrip())
        before = [said for end, said in comments if start <= end <= first]
        yield Sentence(body.strip(), text.count("\n", 0, first) + 1, before[-1] if before else "")
        start = stop.end()


def _without_comments(text: str) -> tuple[str, list[tuple[int, str]]]:
    """Return the text with comments blanked, and each outermost comment with the place where it ends.

    As for Rocq, a string may hold the signs of a comment, inside comments too.
    """
    out: list[str] = []
    comments: list[tuple[int, str]] = []
    depth = opened = at = 0
    while at < len(text):
        pair = text[at : at + 2]
        if pair[0] == '"':
            end = (text.find('"', at + 1) + 1) or len(text)
            out.append(text[at:end] if depth == 0 else re.sub(r"[^\n]", " ", text[at:end]))
            at = end
        elif pair == "(*":
            opened, depth = (at if depth == 0 else opened), depth + 1
            out.append("  ")
            at += 2
        elif pair == "*)" and depth:
            depth -= 1
            out.append("  ")
            at += 2
            if depth == 0:
                comments.append((at, " ".join(text[opened + 2 : at - 2].lstrip("*").split())))
        else:
            out.append(text[at] if depth == 0 or text[at] == "\n" else " ")
            at += 1
    return "".join(out), comments
