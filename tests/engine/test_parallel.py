"""Work in several processes: all of it is done, whatever becomes of a worker."""

from __future__ import annotations

import multiprocessing
import os

import pytest

from lstmlint.engine.memory import ROOM, resident
from lstmlint.engine.parallel import spread, start_method

METHODS = sorted({start_method(), "spawn"})


def square(number: int) -> int:
    return number * number


def square_unless_seven(number: int) -> int:
    if number % 10 == 7:
        os._exit(3)
    return number * number


def died(number: int, code: int | None) -> int:
    return -(code or 0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("count", "jobs"), [(0, 2), (1, 4), (3, 2), (200, 3)])
def test_each_item_is_worked_on_once(method: str, count: int, jobs: int) -> None:
    items = list(range(count))
    assert sorted(spread(items, square, died, jobs, method)) == [(number, number * number) for number in items]


@pytest.mark.parametrize("method", METHODS)
def test_a_worker_that_dies_costs_the_item_it_was_on(method: str) -> None:
    found = dict(spread(list(range(60)), square_unless_seven, died, 2, method))
    assert found == {number: -3 if number % 10 == 7 else number * number for number in range(60)}


def growing(number: int) -> tuple[int, int]:
    """Leaves its process larger by a megabyte for each number."""
    HELD.append(bytearray(b"x") * 1_000_000)
    return os.getpid(), len(HELD)


HELD: list[bytearray] = []


def nobody(number: int, code: int | None) -> tuple[int, int]:
    return 0, 0


@pytest.mark.skipif(resident() == 0, reason="the system does not say how large a process is")
@pytest.mark.parametrize("method", METHODS)
def test_a_worker_that_has_grown_is_replaced(method: str) -> None:
    items = list(range(200))
    found = dict(spread(items, growing, nobody, 2, method))
    workers = {process for process, _ in found.values()}
    assert sorted(found) == items and 0 not in workers
    assert 3 <= len(workers) <= 8
    assert max(held for _, held in found.values()) * 1_000_000 <= ROOM + 10_000_000


def test_workers_end_when_nobody_listens_any_more() -> None:
    results = spread(list(range(100)), square, died, 2)
    next(results)
    results.close()
    assert multiprocessing.active_children() == []
