"""The verdicts, computed once for all tests of this folder."""

import pytest

from proofs.decide import decide_all


@pytest.fixture(scope="session")
def verdicts():
    """Return the verdict of every claim."""
    return decide_all()
