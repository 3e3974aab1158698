"""How fast an audit is: a chapter as a whole process, a segment beside another parser of LaTeX, and a long document."""

import json
import logging
import os
import subprocess
import sys
from statistics import median
from time import process_time

import pytest
from auditing import CHAPTER, TRANSCRIPTION
from chapters import chapter
from commanding import ROOT, environment, whole_process

from proofs.audit import audit_bytes
from proofs.audit.containers import segments
from proofs.audit.source import read

ROUNDS = 5
SECONDS = 0.5
"""Promised for the chapter as a whole process, start-up and report included; it takes half of that."""
FREE = 1.2
"""A process that takes longer than this many times its processor time had no core for itself."""
LEAST_RATIO = 25
"""How many times the other parser's time for a segment an audit of it takes less than; about 40 on a quiet machine."""
GENERATED = 80
SEGMENTS = int(os.environ.get("AUDIT_SEGMENTS", "20000"))
LONG_SECONDS, LONG_BYTES = 60, 500e6
"""For 100,000 segments: of processor time, and of memory; shorter ones in proportion, beside the program itself."""
PROGRAM_BYTES = 60e6
EXAMPLE = r"""# Example {n}

Let $x_1 = ({a}, {b})$, $x_2 = ({b}, 1)$ and

$$W = \begin{{bmatrix}} 0.1 & 0.2 \\ 0.3 & 0.4 \end{{bmatrix}}$$

Then $q_1 = x_1 W = ({c}, {d})$ and $q_2 = x_2 W = (0.5, 0.9)$.

The scores are $s_1 = {a} \cdot 0.5 + {b} = {e}$ and $s_2 = \frac{{{a}}}{{{b}}} = 0.333$, so

$$\alpha = \frac{{e^{{s_1}}}}{{e^{{s_1}} + e^{{s_2}}}} = 0.5 \qquad \beta = 1 - \alpha = 0.5$$

and the output is $a = \alpha \cdot {a} + \beta \cdot {b} = 3.1$.

"""
IN_EXAMPLE = 9
MEASURED = """
import json, resource, sys
from pathlib import Path
from proofs.audit import audit_bytes
document = audit_bytes(Path(sys.argv[1]).read_bytes(), "long.md")
used = resource.getrusage(resource.RUSAGE_SELF)
most = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
status = Path("/proc/self/status")
if status.exists():  # what getrusage says is not less than what the process took that started this one
    most = next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM:")) * 1024
print(json.dumps({"segments": document.coverage.segments, "unread": document.coverage.unread,
    "seconds": used.ru_utime + used.ru_stime, "bytes": most}))
"""


@pytest.fixture(scope="module")
def original():
    """The chapter: the original where it is, else its transcription."""
    return CHAPTER if CHAPTER.exists() else TRANSCRIPTION


@pytest.fixture(scope="module")
def parse():
    """Another parser of LaTeX, silent; it writes what it cannot read to a log and to standard error."""
    other = pytest.importorskip(
        "latex2sympy2_extended", reason="needs latex2sympy2_extended to compare with: pip install '.[bench]'"
    )
    logging.getLogger("latex2sympy2_extended").setLevel(logging.CRITICAL)
    return other.latex2sympy


def test_the_chapter_takes_half_a_second(original, record_property):
    """From the command line to the report, start-up included: by the work always, by the clock where a core is free."""
    walls, works = [], []
    for _ in range(ROUNDS):
        before = os.times()
        done, wall = whole_process(original)
        after = os.times()
        assert done.returncode == 1, done.stderr
        walls.append(wall)
        works.append(sum(after[2:4]) - sum(before[2:4]))  # user and system time of children
    wall, work = median(walls), min(works)
    figures = f"{wall:.3f} s, of which {work:.3f} s of processor time"
    record_property("the chapter as a process", figures)
    assert work < SECONDS, figures
    assert wall < SECONDS or wall > FREE * work, figures


def parsed(parse, texts):
    """Return those texts that the other parser reads. This also warms it up: it learns while it parses."""
    out = []
    for text in texts:
        try:
            parse(text)
        except Exception:  # noqa: BLE001, S112 - it raises what it likes
            continue
        out.append(text)
    return out


def seconds(function, *calls):
    """Return the processor time of some calls together, median of three rounds."""
    rounds = []
    for _ in range(3):
        start = process_time()
        for arguments in calls:
            function(*arguments)
        rounds.append(process_time() - start)
    return median(rounds)


def assert_faster(parse, documents, record_property):
    """Audit the formulas that the other parser reads, as one document; it only parses them, one by one."""
    __tracebackhide__ = True
    every = [segment.text for name, data in documents for segment in segments(read(data, name))]
    texts = parsed(parse, every)
    page = "\n\n".join(f"\\[{text}\\]" for text in texts).encode()
    document = audit_bytes(page, "d.tex")  # warms up this side
    coverage = document.coverage
    assert coverage.segments == len(texts)
    assert coverage.unread <= len(texts) / 10
    assert coverage.audited
    ours = seconds(audit_bytes, (page, "d.tex")) / len(texts)
    theirs = seconds(parse, *[(text,) for text in texts]) / len(texts)
    ratio = theirs / ours
    figures = (
        f"{ratio:.0f} times as fast: {ours * 1e6:.0f} us to audit a segment, {theirs * 1e6:.0f} us to parse it; "
        f"{len(texts)} of {len(every)} segments are parsed, {coverage.audited} of them hold numbers"
    )
    record_property("beside latex2sympy2_extended", figures)
    assert ratio >= LEAST_RATIO, figures


def test_beside_another_parser_on_the_chapter(parse, original, record_property):
    """Reading and judging the chapter's formulas takes a small part of the time of parsing them alone."""
    assert_faster(parse, [("d.md", original.read_bytes())], record_property)


def test_beside_another_parser_on_made_up_chapters(parse, record_property):
    """The same on chapters in many notations, those with decimal points: one document has one decimal mark."""
    made = [chapter(number) for number in range(GENERATED)]
    pointed = [(one.name, one.data) for one in made if b"," not in one.data.replace(b", ", b"")]
    assert_faster(parse, pointed, record_property)


def test_long_documents(tmp_path, record_property):
    """A document of 20,000 segments (AUDIT_SEGMENTS says how many), in a process of its own."""
    path = tmp_path / "long.md"
    with path.open("w", encoding="utf-8") as out:
        for n in range(SEGMENTS // IN_EXAMPLE):
            a, b = 1 + n % 7, 2 + n % 5
            out.write(EXAMPLE.format(n=n, a=a, b=b, c=a + b, d=b, e=a))
    command = [sys.executable, "-c", MEASURED, path]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=True, timeout=600)
    found = json.loads(done.stdout)
    share = found["segments"] / 100_000
    figures = f"{found['segments']:,} segments: {found['seconds']:.1f} s, {found['bytes'] / 1e6:.0f} MB"
    record_property("a long document", figures)
    assert abs(found["segments"] - SEGMENTS) < IN_EXAMPLE
    assert found["unread"] == 0
    assert found["seconds"] <= LONG_SECONDS * share, figures
    assert found["bytes"] <= LONG_BYTES * share + PROGRAM_BYTES * max(0, 1 - share), figures
