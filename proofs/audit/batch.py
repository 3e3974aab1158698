"""A function of many tasks, in several processes; the results come in the order of the tasks.

The processes are forked where that is safe: they start with everything imported, and tasks and function need not
be sent.  One task more than it works on waits at each process, so that none waits for the next.  A process that ends
before its time (killed, out of memory) costs the task it was at; the others take over what it had still to do.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.process import BaseProcess

Task = TypeVar("Task")
Result = TypeVar("Result")

_AHEAD = 2
_GRACE = 2.0
"""Seconds that a process gets to clean up when it is told to end."""


@dataclass(frozen=True, slots=True)
class Lost:
    """In the place of a result that does not come. Attributes: reason (None: no process was left to try it)."""

    reason: str | None


def processes(jobs: int, tasks: int) -> int:
    """Return how many processes to use: as many as asked for (0: one for each core), no more than there are tasks."""
    if jobs == 0:
        jobs = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(jobs, tasks))


@contextmanager
def ordered(function: Callable[[Task], Result], tasks: Sequence[Task], jobs: int) -> Iterator[Iterator[Result | Lost]]:
    """Yield an iterator of function(task), in the order of the tasks.

    With more than one job the processes are running when the body begins, and have ended when it is left, however.
    """
    if jobs <= 1:
        yield (function(task) for task in tasks)
        return
    pool = _Pool(function, tasks)
    try:
        pool.start(jobs)
        yield pool.results()
    finally:
        pool.stop()


@dataclass(slots=True)
class _Worker:
    """One process. Attributes: process; pending (what it was given and has not answered)."""

    process: BaseProcess
    pending: deque[int]


class _Pool(Generic[Task, Result]):
    def __init__(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> None:
        self._function, self._tasks = function, tasks
        self._waiting = deque(range(len(tasks)))
        self._workers: dict[Connection[Any, Any], _Worker] = {}
        self._done: dict[int, Result | Lost] = {}

    def start(self, jobs: int) -> None:
        """Start the processes and give each its first tasks."""
        # macOS offers fork, but its libraries do not all survive it.
        fork = "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"
        context = multiprocessing.get_context("fork" if fork else "spawn")
        process_class: Callable[..., BaseProcess] = context.Process  # type: ignore[attr-defined] # of every context
        gc.freeze()  # what is loaded stays shared: no collection in a child touches it
        with _interrupts_held():
            for _ in range(jobs):
                here, there = context.Pipe()
                # A child must not hold the ends of the others open: they would not see this process end.
                inherited = [*self._workers, here] if fork else []
                arguments = (self._function, self._tasks, there, inherited)
                process = process_class(target=_work, args=arguments, daemon=True)
                process.start()
                there.close()
                self._workers[here] = _Worker(process, deque())
        gc.unfreeze()
        for connection in list(self._workers):
            self._feed(connection)

    def results(self) -> Iterator[Result | Lost]:
        for index in range(len(self._tasks)):
            while index not in self._done:
                self._receive(index)
            yield self._done.pop(index)

    def _receive(self, wanted: int) -> None:
        if not self._workers:
            self._done[wanted] = Lost(None)
            return
        for connection in wait(list(self._workers)):
            assert isinstance(connection, Connection)  # noqa: S101 - `wait` is typed for sockets too
            try:
                index, result = connection.recv()
            except Exception:  # noqa: BLE001 - half a message is as good as none, whatever it does to the unpickler
                self._bury(connection)
                continue
            self._done[index] = result
            self._workers[connection].pending.remove(index)
            self._feed(connection)

    def _feed(self, connection: Connection[Any, Any]) -> None:
        pending = self._workers[connection].pending
        while self._waiting and len(pending) < _AHEAD:
            pending.append(self._waiting.popleft())
            with suppress(OSError):  # it has ended: `_receive` will see that
                connection.send(pending[-1])

    def _bury(self, connection: Connection[Any, Any]) -> None:
        """Note what a process that has ended was at, and give the rest of its tasks to the others."""
        worker = self._workers.pop(connection)
        connection.close()
        worker.process.join(_GRACE)
        if worker.pending:
            self._done[worker.pending.popleft()] = Lost(_reason(worker.process.exitcode))
        self._waiting.extendleft(reversed(worker.pending))
        for other in list(self._workers):
            self._feed(other)

    def stop(self) -> None:
        """End every process: those at work are told to, then made to."""
        for connection, worker in self._workers.items():
            connection.close()
            if worker.pending:
                worker.process.terminate()
        for worker in self._workers.values():
            worker.process.join(_GRACE)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()


def _reason(code: int | None) -> str:
    if code is not None and code < 0:
        with suppress(ValueError):
            return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"


def _work(
    function: Callable[[Any], Any],
    tasks: Sequence[Any],
    connection: Connection[Any, Any],
    inherited: Sequence[Connection[Any, Any]],
) -> None:
    """Answer task numbers with results, until the other end is closed."""
    # Ctrl-C reaches every process of a terminal; the one that started this one decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # an exception, so that temporary files are removed
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    for other in inherited:
        other.close()
    with suppress(EOFError, OSError):
        while True:
            index = connection.recv()
            connection.send((index, function(tasks[index])))


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Keep Ctrl-C back while processes start: it would be a traceback in one that does not ignore it yet."""
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
