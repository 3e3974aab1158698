r"""A derivation as a numbered list: each step's rule, what it leans on by number, and where it arrives."""

from __future__ import annotations

from collections.abc import Sequence

from proofs.derivation import Step
from proofs.formula import Formula, Relation, Statement
from proofs.report import latex as L

SIGNS = {"=": "=", "<=": r"\le"}


def step_list(steps: Sequence[Step]) -> list[str]:
    """Return the steps as Markdown list items; a step that changes letters alone is left out."""
    rows: list[str] = []
    known: dict[str, int] = {}  # what was established -> at which step
    previous: object = None
    bounded: set[object] = set()  # chains that hold a step which only bounds
    for step in steps:
        if step.relation == "=" and (step.start, step.before) == previous and L.same(step.before, step.after):
            previous = step.start, step.after
            continue
        number = len(rows) + 1
        if step.relation == "=>":
            result = f"${L.formula(step.after)}$"
            leaning = [_place(premise, known, step.statement) for premise in step.before]
            known.setdefault(L.formula(step.after), number)
            previous = None
        else:
            # By value, never by identity: SymPy may or may not hand out the same object twice.
            continues = (step.start, step.before) == previous
            shown = "" if continues else f"${L.latex(step.before)}$ "
            if step.relation == "<=":
                bounded.add(step.start)
            result = f"{shown}${SIGNS[step.relation]} {L.latex(step.after)}$"
            leaning = [_place(step.uses, known, step.statement)] if step.uses is not None else []
            known[L.formula(Relation(step.start, "<=" if step.start in bounded else "=", step.after))] = number
            previous = step.start, step.after
        by = ", ".join(place for place in leaning if place)
        notes = "; ".join(text for text in (step.note, f"from {by}" if by else "") if text)
        rows.append(f"{number}. *{step.rule}*{f' ({notes})' if notes else ''}: {result}")
    return rows


def _place(formula: Formula, known: dict[str, int], statement: Statement | None) -> str:
    """Return the number of the step that established a formula, or the name of the assumption that it is."""
    text = L.formula(formula)
    if text in known:
        return str(known[text])
    assumed = statement.assumptions if statement is not None else {}
    names = [name for name, assumption in assumed.items() if L.formula(assumption) == text]
    return f"*{names[0]}*" if names else "an assumption" if assumed else ""
