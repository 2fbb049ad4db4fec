"""One process beside all processors, where there is much to do and where there is little."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import BenchmarkError, compared
from benchmarks.parts.dense import lint
from benchmarks.rows import Row, processors, seconds
from benchmarks.setup import Setup

ROUNDS = 3
FEW = 4
"""Files that are too few to be shared out."""


def measure(setup: Setup) -> Iterator[Row]:
    """Seconds on the clock, which is what other processes are for."""
    cores = processors()
    for files in (setup.dense, setup.dense[:FEW]):
        alone = lint(files, "--output-format=json")
        shared = [*alone[:3], f"--jobs={cores}", *(part for part in alone[3:] if part != "--jobs=1")]
        if _said(alone) != _said(shared):
            raise BenchmarkError("one process finds something else than several")
        costs = compared({"alone": alone, "shared": shared}, min(ROUNDS, setup.rounds))
        ours, other = costs["shared"].clock, costs["alone"].clock
        what = f"{len(files)} files, {cores} processes, by the clock; the same findings"
        yield Row("Parallel", what, seconds(ours), f"one process: {seconds(other)}", ours / other)


def _said(command: list[str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(folder)).stdout
