"""One run of the whole job, shared by every test that looks at its verdicts or its reports."""

import pytest
from hypothesis import settings

from proofs import run

if settings.get_current_profile_name() != "ci":  # there Hypothesis itself switches deadlines and chance off
    settings.register_profile("suite", deadline=None)  # a busy machine is no failure
    settings.load_profile("suite")


@pytest.fixture(scope="session")
def results():
    """Return what `attention-proofs verify` finds."""
    return run.verify()


@pytest.fixture(scope="session")
def verdicts(results):
    """Return the verdict of every claim."""
    return results.verdicts
