r"""Deciding: the one place where a verdict is made.

A claim is *refuted* by a certified witness against one of its parts; *proved* if every part's derivation runs,
arrives at the part's conclusion, survives the exact spot checks of every step, has a model of its assumptions and
a reason for each, passes every gate of `proofs.gates`, and every mutant is refuted; *cited* if a source is all that
it rests on; *undecided* in every other case, with what was left open.

References: [avigad2024] for the discipline; the gates are DESIGN section 3's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from attention.exact import NotExact, TooClose
from attention.instances import Evaluator, Instance, Unbounded
from proofs import gates, search
from proofs.claim import Claim, Part
from proofs.derivation import Proof, Step, conclude
from proofs.formula import OPS, Formula, Statement, assignments
from proofs.necessity import need
from proofs.registry import claims, order
from proofs.rules.core import RuleError
from proofs.verdict import DOOR, Kind, LineVerdict, MutantEvidence, PartEvidence, Standing, Verdict, Witness
from proofs.wellformed import require_well_formed

SPOT_MODELS = 3
"""Random models at which every step of a derivation is evaluated exactly."""
MOST_PLACES = 12
"""About how many assignments of the index letters a step is evaluated at, at each model."""
MUTANTS = 3
"""The false variants that a proved claim has at least."""
MOST_SECONDS = 60.0
"""A derivation that takes longer ends undecided."""


class Unsound(ValueError):
    """A step disagrees with exact evaluation at an instance. Attributes: step, instance, indices."""

    def __init__(self, step: Step, instance: Instance, indices: Mapping[str, int]) -> None:
        self.step, self.instance, self.indices = step, instance, indices
        super().__init__(f"the step '{step.rule}' changes the value at {dict(instance.sizes)}, {dict(indices)}")


def decide(claim: Claim, earlier: Mapping[str, Verdict] | None = None) -> Verdict:
    """Decide a claim; `earlier` holds the verdicts of the claims that it uses."""
    verdicts = earlier or {}
    if claim.not_formal is not None:
        return Verdict(claim.id, Kind.NOT_FORMAL, "", residual=claim.not_formal, door=DOOR)
    if claim.cites and not claim.parts:
        return Verdict(claim.id, Kind.CITED, "", residual=_cited(claim), door=DOOR)
    tainted, problems = _taint(claim, verdicts)
    evidence: list[PartEvidence] = []
    for part in claim.parts:
        what = part.label or "the claim"
        try:
            evidence.append(_establish(claim, part) if part.derive is not None else _evaluate(claim, part))
        except _Refused as refusal:
            problems.append(f"{what}: {refusal}")
        except Exception as error:  # noqa: BLE001  # an exception decides nothing: it is shown as the residual
            # A claim whose derivation fails may simply be false: look before giving up.
            found = _witness(part.statement, what, problems)
            if found is not None:
                return Verdict(claim.id, Kind.REFUTED, _refuted_at(part), witness=found, door=DOOR)
            problems.append(f"{what}: {type(error).__name__}: {error}")
    if not claim.parts:
        problems.append("nothing formal was stated")
    problems += gates.conclusions_differ([(part.label, part.statement) for part in claim.parts])
    mutants = tuple(
        MutantEvidence(m.change, m.statement, _witness(m.statement, m.change, problems)) for m in claim.mutants
    )
    problems += [f"the mutant '{m.change}' was not refuted" for m in mutants if m.witness is None]
    if len(mutants) < MUTANTS and not problems:
        problems.append(f"expected at least {MUTANTS} mutants, got {len(mutants)}")
    kind = Kind.UNDECIDED if problems else Kind.PROVED
    scope = "" if problems else _scope(claim)
    residual = "; ".join(problems)
    return Verdict(claim.id, kind, scope, tuple(evidence), None, mutants, residual, tainted, door=DOOR)


def decide_all(
    wanted: Iterable[str] | None = None, *, progress: Callable[[str], None] | None = None
) -> dict[str, Verdict]:
    """Decide the wanted claims (all by default) and whatever they use, each after what it uses."""
    found = claims()
    names = set(found) if wanted is None else _closure(wanted)
    verdicts: dict[str, Verdict] = {}
    for claim in order(found):
        if claim.id in names:
            if progress is not None:
                progress(claim.id)
            verdicts[claim.id] = decide(claim, verdicts)
    return verdicts


def with_kernel(verdicts: Mapping[str, Verdict], refused: Mapping[str, str]) -> dict[str, Verdict]:
    """Withdraw every proof whose kernel theorem is refused (theorem -> why), and every proof that leans on one."""
    found = claims()
    out: dict[str, Verdict] = {}
    for claim in order(found):
        if claim.id not in verdicts:
            continue
        verdict = verdicts[claim.id]
        if verdict.kind is Kind.PROVED:
            tainted, problems = _taint(claim, out)
            if claim.kernel is not None and claim.kernel in refused:
                problems.append(f"the kernel does not accept {claim.kernel}: {refused[claim.kernel]}")
            if problems:
                verdict = Verdict(
                    claim.id,
                    Kind.UNDECIDED,
                    "",
                    verdict.parts,
                    None,
                    verdict.mutants,
                    "; ".join(problems),
                    tainted,
                    door=DOOR,
                )
        out[claim.id] = verdict
    return out


def _taint(claim: Claim, verdicts: Mapping[str, Verdict]) -> tuple[tuple[str, ...], list[str]]:
    """Return the claims that a claim uses and that are not proved, and a sentence about each."""
    tainted = tuple(name for name in claim.uses if name not in verdicts or verdicts[name].kind is not Kind.PROVED)
    return tainted, [f"uses {name}, which is not proved" for name in tainted]


def judge_lines(claim: Claim, verdicts: Mapping[str, Verdict]) -> tuple[LineVerdict, ...]:
    """Judge the document's proof of an item line by line, from the verdicts of what the lines say."""
    out = []
    for line in claim.lines:
        kinds = {name: verdicts[name].kind for name in (*line.content, *line.supports)}
        if any(kinds[name] is Kind.REFUTED for name in line.content):
            verdict = "fails"
        elif any(kinds[name] in {Kind.UNDECIDED, Kind.CITED} for name in kinds):
            verdict = "undecided"
        elif any(kinds[name] is Kind.REFUTED for name in line.supports):
            verdict = "does not follow"
        else:
            verdict = "holds"
        out.append(LineVerdict(line.label, verdict, line.note))
    return tuple(out)


def _closure(wanted: Iterable[str]) -> set[str]:
    found = claims()
    todo, names = list(wanted), set()
    while todo:
        name = todo.pop()
        if name not in names:
            names.add(name)
            claim = found[name]
            todo += [*claim.uses, *(n for line in claim.lines for n in (*line.content, *line.supports))]
            if claim.repair:
                todo.append(claim.repair)
    return names


def _cited(claim: Claim) -> str:
    return f"Rests on a source alone and is not proved here: {', '.join(f'[{key}]' for key in claim.cites)}."


def _refuted_at(part: Part) -> str:
    return "one instance" if part.statement.given is None else "the given example"


def _scope(claim: Claim) -> str:
    given = [part for part in claim.parts if part.statement.given is not None]
    if given:
        return "the given example"
    return "all sizes" if any(part.statement.sizes for part in claim.parts) else "all data"


class _Open(Exception):  # it ends in `undecided`, which is no error
    """Something was left open."""


class _Refused(Exception):  # likewise: what was derived is true, and is not what a claim may say
    """A gate is not passed."""


def _witness(statement: Statement, what: str, problems: list[str]) -> Witness | None:
    """Search for a witness and look at it afresh; a statement that cannot be searched is a problem, and no more."""
    try:
        require_well_formed(statement)
        found = search.witness(statement)
        if found is not None and not search.still_refutes(found):
            problems.append(f"{what}: the witness found does not refute it when evaluated again")
            return None
        return found  # noqa: TRY300  # what an exception means is said below
    except Exception as error:  # noqa: BLE001  # as above
        problems.append(f"{what}: no witness could be sought: {type(error).__name__}: {error}")
        return None


def _evaluate(claim: Claim, part: Part) -> PartEvidence:
    """Decide a part without a derivation: by evaluation if it is about one given example, else not at all."""
    given = part.statement.given
    if given is None:
        raise _Open("no derivation is known and no witness was found")
    require_well_formed(part.statement)
    check = part.statement.check(given)
    if check.broken_at is not None or not check.exercised:
        raise _Open("the given example does not show it")
    _pass_gates(claim, part, (given,))
    return PartEvidence(part.label, part.statement, (), 1, 0, given)


def _establish(claim: Claim, part: Part) -> PartEvidence:
    statement = part.statement

    def known(name: str, label: str) -> Statement:
        if name not in claim.uses:
            raise RuleError(f"a claim not listed in `uses` of {claim.id}", name)
        return next(p.statement for p in claims()[name].parts if p.label == label)

    proof = Proof(statement, known, deadline=time.perf_counter() + MOST_SECONDS)
    derive = part.derive
    if derive is None:
        raise _Open("no derivation is known")
    if gates.assumed(statement):
        raise _Refused("the conclusion is one of the assumptions")
    conclude(statement, derive(proof))
    model = search.first_model(statement)
    if model is None:
        raise _Open("no model of the assumptions was found")
    models = search.models(statement, SPOT_MODELS)
    checked, skipped = _spot_check(statement, proof.steps, models)
    if checked == 0:
        raise _Open("no step could be evaluated at any instance")
    _pass_gates(claim, part, models)

    def arrives(other: Statement) -> bool:
        again = Proof(other, known, deadline=time.perf_counter() + MOST_SECONDS)
        try:
            conclude(other, derive(again))
        except Exception:  # noqa: BLE001  # whatever stops it, it does not arrive
            return False
        return True

    needed = {}
    for name in statement.assumptions:
        why = need(part, name, arrives)
        if why is None:
            raise _Refused(f"the assumption '{name}' is neither shown to be needed nor derived to be needless")
        needed[name] = why
    strays = [n for n, why in needed.items() if why.standing in {Standing.NOT_NEEDED, Standing.GIVES_VALUE}]
    problems = gates.astray(statement, strays, _others(claim, part))
    if problems:
        raise _Refused("; ".join(problems))
    return PartEvidence(part.label, statement, tuple(proof.steps), checked, skipped, model, needed, part.note)


def _others(claim: Claim, part: Part) -> list[Statement]:
    """Return the other statements about the claim's item."""
    siblings = [c for c in claims().values() if (c.document, c.item) == (claim.document, claim.item)]
    mine = [other for other in claim.parts if other is not part]
    return [other.statement for other in (*mine, *(p for c in siblings if c.id != claim.id for p in c.parts))]


def _pass_gates(claim: Claim, part: Part, models: Sequence[Instance]) -> None:
    """Raise _Refused unless the statement is the one meant; see `proofs.gates`."""
    problems = gates.failures(part.statement, part.label, part.loose, models, _others(claim, part))
    if problems:
        raise _Refused("; ".join(problems))


def _spot_check(statement: Statement, steps: Iterable[Step], instances: Sequence[Instance]) -> tuple[int, int]:
    """Evaluate both sides of every rewriting step at models of the assumptions; raise Unsound on a difference."""
    checked = skipped = 0
    evaluators: dict[tuple[int, int], Evaluator] = {}
    places: dict[tuple[int, int], list[dict[str, int]]] = {}
    for step in steps:
        under = step.statement or statement
        for k, instance in enumerate(instances):
            at = evaluators.setdefault((k, id(under.definitions)), Evaluator(instance, under.definitions))
            try:
                if (k, id(under)) not in places:
                    places[k, id(under)] = _places(under, at)
                good = _step_holds(step, places[k, id(under)], at)
            except (NotExact, ZeroDivisionError, Unbounded, TooClose):  # a KeyError is read beyond the data
                skipped += 1
                continue
            checked += good
    return checked, skipped


def _places(under: Statement, at: Evaluator) -> list[dict[str, int]]:
    """Return some index values that meet the assumptions: every so-manieth."""
    met = [
        indices
        for indices in assignments(under.ranges, at, {})
        if all(a.holds(at, indices) for a in under.assumptions.values())
    ]
    # An odd stride, so that the last letter does not stand still where it has two values.
    return met[:: max(1, len(met) // MOST_PLACES) | 1]


def _step_holds(step: Step, places: Sequence[Mapping[str, int]], at: Evaluator) -> int:
    for indices in places:
        if step.relation == "=>":
            premises: tuple[Formula, ...] = step.before
            good = not all(p.holds(at, indices) for p in premises) or step.after.holds(at, indices)
        else:
            good = OPS[step.relation](at(step.before, indices), at(step.after, indices))
        if not good:
            raise Unsound(step, at.instance, indices)
    return len(places)
