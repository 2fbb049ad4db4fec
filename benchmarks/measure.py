"""What a command costs: processor seconds of the process and its children, seconds on the clock, peak memory.

Processor seconds hardly move when a machine has other work; the clock does. Whatever is compared is run in turns, round
by round, so that what disturbs one disturbs the other, and the median of the rounds counts.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
LSTMLINT = (sys.executable, "-c", "from lstmlint.__main__ import run; run()")
"""What the installed program does, for this checkout."""
KIBIBYTES = 1024 if sys.platform != "darwin" else 1
"""The unit in which the system counts peak memory, in bytes."""

Result = TypeVar("Result")


class BenchmarkError(Exception):
    """Something that is measured did not run, so that its seconds mean nothing."""


@dataclass(frozen=True)
class Cost:
    """What a command cost."""

    processor: float
    """Seconds of all processors, of the process and all its children."""
    clock: float
    """Seconds that went by."""
    peak: int
    """Bytes that the largest of the processes held at most."""

    @classmethod
    def median(cls, costs: Sequence[Cost]) -> Cost:
        """The middle of each number."""
        return cls(
            statistics.median(cost.processor for cost in costs),
            statistics.median(cost.clock for cost in costs),
            int(statistics.median(cost.peak for cost in costs)),
        )


def cost_of(command: Sequence[str], folder: Path | None = None, repeat: int = 1) -> Cost:
    """Runs a command so many times in a folder, and says what one of them cost. It ends with 0 or 1."""
    costs = [_once(command, folder) for _ in range(repeat)]
    return Cost(
        sum(cost.processor for cost in costs) / repeat,
        sum(cost.clock for cost in costs) / repeat,
        max(cost.peak for cost in costs),
    )


def _once(command: Sequence[str], folder: Path | None) -> Cost:
    with tempfile.TemporaryFile() as errors:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        clock = time.perf_counter() - begun
        if process.returncode not in (0, 1):
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip()[-500:]
            raise BenchmarkError(f"{Path(command[0]).name} ended with {process.returncode}: {said}")
    return Cost(usage.ru_utime + usage.ru_stime, clock, usage.ru_maxrss * KIBIBYTES)


def in_turns(contestants: Mapping[str, Callable[[], Cost]], rounds: int) -> dict[str, Cost]:
    """The median cost of each contestant over rounds in which each of them runs once, in this order."""
    costs: dict[str, list[Cost]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            costs[name].append(contestant())
    return {name: Cost.median(measured) for name, measured in costs.items()}


def compared(commands: Mapping[str, Sequence[str]], rounds: int, repeat: int = 1) -> dict[str, Cost]:
    """The median costs of some commands that run in turns, in an empty folder outside every project."""
    with tempfile.TemporaryDirectory() as folder:
        return in_turns(
            {name: partial(cost_of, command, Path(folder), repeat) for name, command in commands.items()}, rounds
        )


def apart(function: Callable[..., Result], *arguments: object) -> Result:
    """What a function returns in a process of its own, so that this one stays small: children inherit its peak."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)
