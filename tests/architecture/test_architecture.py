"""The arrows of the house: who may import whom, and names that must not dangle."""

import ast
import re
from pathlib import Path

import pytest

from proofs.laws.conformance.catalogue import LAWS
from proofs.laws.registry import registry
from proofs.registry import claims

ROOT = Path(__file__).parents[2]
BIBLIOGRAPHY = (ROOT / "proofs/references.bib").read_text(encoding="utf-8")
SOURCES = sorted([*(ROOT / "attention").rglob("*.py"), *(ROOT / "proofs").rglob("*.py")])


def imports(path):
    """Return the project modules that a file imports, as dotted names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] in {"attention", "proofs", "tests"}}


def violations(path, forbidden):
    """Return the imports of a file that start with a forbidden prefix."""
    return {name for name in imports(path) for prefix in forbidden if name == prefix or name.startswith(prefix + ".")}


RULES = {
    "attention": ("proofs", "tests"),
    "proofs": ("tests",),
    "proofs/audit": ("proofs.laws", "proofs.claims", "proofs.report", "proofs.decide"),
    "proofs/laws": ("proofs.audit", "proofs.claims", "proofs.report", "proofs.decide"),
    "proofs/claims": ("proofs.audit", "proofs.laws", "proofs.report", "proofs.decide"),
    "proofs/rules": ("proofs.claims", "proofs.decide", "proofs.report"),
    "proofs/report": ("proofs.decide", "proofs.search", "proofs.run", "proofs.registry"),
}


@pytest.mark.parametrize("folder", RULES)
def test_imports_run_one_way(folder):
    """No file of a room imports a room above or beside it."""
    files = [path for path in SOURCES if (ROOT / folder) in path.parents]
    assert files
    assert {path.name: bad for path in files if (bad := violations(path, RULES[folder]))} == {}


def test_the_arrow_test_sees_an_import(tmp_path):
    """A planted import against the arrow is found."""
    planted = tmp_path / "planted.py"
    planted.write_text("def f():\n    from proofs.decide import decide\n    return decide\n")
    assert violations(planted, ("proofs.decide",)) == {"proofs.decide", "proofs.decide.decide"}


def test_only_decide_makes_verdicts():
    """The token that builds a verdict is used where it is made and in the one place that decides."""
    users = {p.relative_to(ROOT).as_posix() for p in SOURCES if re.search(r"\bDOOR\b", p.read_text(encoding="utf-8"))}
    assert users <= {"proofs/verdict.py", "proofs/decide.py", "proofs/derivation.py"}


def test_claims_make_no_rules():
    """A rule made in a claim is vouched for by nothing but spot checks."""
    for path in sorted((ROOT / "proofs" / "claims").glob("*.py")):
        assert not re.search(r"\b(Rule|Inference|Step|Fact)\(|FACT_DOOR", path.read_text(encoding="utf-8")), path.name


def test_citations_have_entries():
    """Every [key2020] in a docstring or among the laws of the field is in references.bib, and every entry is cited."""
    entries = set(re.findall(r"^@\w+\{(\w+),", BIBLIOGRAPHY, re.MULTILINE))
    cited = set()
    for path in [*SOURCES, ROOT / "proofs/documents/field.md"]:
        cited |= set(re.findall(r"\[([a-z]+\d{4})\]", path.read_text(encoding="utf-8")))
    assert cited - entries == set()
    assert entries - cited == set()


def test_laws_and_claims_name_one_another():
    """A law's claim exists, and a claim's law exists."""
    laws = {law.id: law.claim for law in registry()}
    assert set(laws.values()) <= set(claims())
    assert {claim.law for claim in claims().values() if claim.law} <= set(laws)
    assert {law.claim for law in LAWS} - {None} <= set(claims())


def test_no_machine_is_named():
    """No path of one machine, and no registry host, stands in the project."""
    pattern = re.compile(r"(?<![\w.])/(work|root|home|tmp)/|pypi\.org|registry\.npm|deb\.debian")
    files = [*SOURCES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "reports").rglob("*.md"), ROOT / "README.md"]
    me = Path(__file__)
    assert [p.name for p in files if p != me and pattern.search(p.read_text(encoding="utf-8"))] == []


def test_modules_have_one_job_and_a_title():
    """No drawer of odds and ends, no module over 400 lines, each with a docstring."""
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        assert path.stem not in {"utils", "helpers", "common", "misc"}
        assert text.count("\n") <= 420, path
        assert ast.get_docstring(ast.parse(text)), path
