"""Work spread over processes, so that one that dies costs only the item it was on.

`concurrent.futures` gives up all that is left when a worker dies and does not say what it was doing. Here each worker
has a pipe of its own and answers item by item: the first that is unanswered is the one it died on.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import field
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

from lstmlint.engine.memory import ROOM, resident
from lstmlint.lean import dataclass

Item = TypeVar("Item")
Result = TypeVar("Result")

LARGEST_BATCH = 16
"""Items that a worker is given at once."""
BATCHES = 8
"""At least so many batches for each worker, so that none is left alone with the last."""


def start_method() -> str:
    """`fork` where that is safe: what this process has imported then need not be imported again."""
    return "fork" if sys.platform == "linux" else "spawn"


def spread(
    items: Sequence[Item],
    work: Callable[[Item], Result],
    died: Callable[[Item, int | None], Result],
    jobs: int,
    method: str | None = None,
) -> Iterator[tuple[Item, Result]]:
    """Each item with what `work` makes of it, in the order in which they get ready.

    `died` says what comes of an item whose worker ended with this exit code. Where the workers are spawned, `work` and
    the items are pickled. Leaving the loop early ends the workers.
    """
    pool = _Pool(items, work, jobs, method or start_method())
    try:
        while pool.workers:
            for number, result in pool.answers():
                yield items[number], died(items[number], result.code) if isinstance(result, _Died) else result
    finally:
        pool.end()


@dataclass(frozen=True)
class _Died:
    code: int | None


@dataclass(eq=False)
class _Worker:
    process: Any
    connection: Connection
    pending: deque[int] = field(default_factory=deque)


class _Pool(Generic[Item, Result]):
    """The workers and what is left to do."""

    def __init__(self, items: Sequence[Item], work: Callable[[Item], Result], jobs: int, method: str) -> None:
        self.items, self.work = items, work
        self.context: Any = multiprocessing.get_context(method)
        size = max(1, min(LARGEST_BATCH, len(items) // (jobs * BATCHES)))
        numbers = range(len(items))
        self.left = deque(deque(numbers[start : start + size]) for start in numbers[::size])
        self.workers: dict[Connection, _Worker] = {}
        for _ in range(min(jobs, len(self.left))):
            self._start()

    def _start(self) -> None:
        connection, theirs = self.context.Pipe()
        process = self.context.Process(target=_serve, args=(theirs, self.items, self.work), daemon=True)
        process.start()
        theirs.close()
        worker = self.workers[connection] = _Worker(process, connection)
        self._give(worker)

    def _give(self, worker: _Worker) -> None:
        """The next batch, or the end of the work."""
        try:
            if self.left:
                worker.pending = self.left.popleft()
                worker.connection.send(tuple(worker.pending))
            else:
                worker.connection.send(None)
                self._leave(worker)
        except OSError:  # it has died since it last answered, which shows when it is listened to
            pass

    def _leave(self, worker: _Worker) -> None:
        del self.workers[worker.connection]
        worker.process.join()
        worker.connection.close()

    def answers(self) -> Iterator[tuple[int, Result | _Died]]:
        """What the workers have got ready; waits until there is something."""
        for connection in wait(list(self.workers)):
            worker = self.workers[connection]  # type: ignore[index]
            try:
                result = worker.connection.recv()
            except (EOFError, OSError):
                yield from self._bury(worker)
                continue
            answer, is_full = result
            yield worker.pending.popleft(), answer
            if is_full:
                self._replace(worker)
            elif not worker.pending:
                self._give(worker)

    def _bury(self, worker: _Worker) -> Iterator[tuple[int, _Died]]:
        self._leave(worker)
        if worker.pending:
            yield worker.pending.popleft(), _Died(worker.process.exitcode)
        self._follow(worker)

    def _replace(self, worker: _Worker) -> None:
        """Another worker in place of one that has ended."""
        self._leave(worker)
        self._follow(worker)

    def _follow(self, worker: _Worker) -> None:
        """Another worker for what one has left undone."""
        if worker.pending:
            self.left.appendleft(worker.pending)
        if self.left:
            self._start()

    def end(self) -> None:
        """Ends the workers that are still there, whatever they are doing."""
        for worker in self.workers.values():
            worker.process.kill()
        for worker in list(self.workers.values()):
            self._leave(worker)


def _serve(connection: Connection, items: Sequence[Item], work: Callable[[Item], Result]) -> None:
    """A worker's life: batches of numbers come in, results go out one by one, None or being too large is the end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the first process's to answer
    full = resident() + ROOM
    while (batch := _received(connection)) is not None:
        for number in batch:
            result = work(items[number])
            is_full = resident() > full
            with suppress(OSError):  # nobody is left to answer to, which the next batch will show
                connection.send((result, is_full))
            if is_full:
                return


def _received(connection: Connection) -> tuple[int, ...] | None:
    try:
        batch: tuple[int, ...] | None = connection.recv()
    except (EOFError, OSError):
        return None
    return batch
