"""One run of the whole job, shared by every test that looks at its verdicts or its reports."""

import pytest

from proofs import run


@pytest.fixture(scope="session")
def results():
    """Return what `attention-proofs verify` finds."""
    return run.verify()


@pytest.fixture(scope="session")
def verdicts(results):
    """Return the verdict of every claim."""
    return results.verdicts
