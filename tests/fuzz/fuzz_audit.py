"""Fuzzes the auditor with atheris: any bytes, and documents grown from fragments, must be audited or refused.

    export PYTHONPATH=.:tests/audit:tests/fuzz
    python tests/fuzz/seeds.py FOLDER
    python tests/fuzz/fuzz_audit.py -max_total_time=600 -max_len=4096 -dict=FOLDER/math.dict FOLDER/corpus

The options are libFuzzer's.  A failing input is printed as the name and the bytes of a document.  `test_fuzz.py` runs
this for a while, on a corpus of `seeds.py`.
"""

from __future__ import annotations

import sys
import time

import atheris

with atheris.instrument_imports(include=["proofs.audit", "proofs.report"]):
    from inputs import document
    from invariants import assert_sound

SECONDS = 5
"""The promise for one input of a few thousand bytes, several audits and all reports included."""
MARK = "failing input:"


def one_input(data: bytes) -> None:
    """Audit one document; whatever is wrong with the outcome is printed and raised."""
    name, text = document(data)
    start = time.process_time()
    try:
        assert_sound(text, name)
        took = time.process_time() - start
        assert took < SECONDS, f"took {took:.1f} s, promised are {SECONDS}"
    except BaseException:
        sys.stderr.write(f"{MARK} {name!r} {text!r}\n")
        sys.stderr.flush()
        raise


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
