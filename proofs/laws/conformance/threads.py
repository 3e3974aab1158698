"""Our own matrix products on one thread.

They are small; on a busy machine the threads of a BLAS spend a hundred times longer waiting for one another than
computing.  The implementation under test keeps its threads.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

import numpy as np  # noqa: F401 - its BLAS must be loaded before it is looked for
from threadpoolctl import ThreadpoolController

P = ParamSpec("P")
R = TypeVar("R")


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


def one_thread(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function, during which BLAS uses one thread."""

    @wraps(function)
    def limited(*arguments: P.args, **keywords: P.kwargs) -> R:
        with _controller().limit(limits=1, user_api="blas"):
            return function(*arguments, **keywords)

    return limited
