"""A big source tree, few of whose files have recurrent layers, for the first and the second time, beside ruff."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.inputs import lines_of
from benchmarks.measure import LSTMLINT, Cost, cost_of, in_turns
from benchmarks.rows import Row, megabytes, processors, seconds
from benchmarks.setup import Setup

COLD, WARM = 0.8, 0.5
"""What a first and a second run cost at most, in terms of ruff's."""
ROUNDS = 3
"""Of the second run and of ruff. The first takes so long that what disturbs a part of it evens out: one is enough."""
MEMORY = 200.0
"""Megabytes at most."""


def lint(tree: Path, *options: str) -> list[str]:
    """A command that lints a tree."""
    return [*LSTMLINT, "--isolated", "--quiet", "--output-format=concise", *options, str(tree)]


def measure(setup: Setup) -> Iterator[Row]:
    """Seconds of all processors, and seconds on the clock; both programs use all processors."""
    tree, ruff = setup.inputs.tree, setup.tools.ruff
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder, "cache")
        command = lint(tree, f"--cache-dir={kept}")

        cold = cost_of(command, Path(folder))
        contestants: dict[str, Callable[[], Cost]] = {"warm": partial(cost_of, command, Path(folder))}
        if ruff is not None:
            contestants["ruff"] = partial(cost_of, setup.tools.ruff_on(tree), Path(folder))
        costs = {"cold": cold, **in_turns(contestants, min(ROUNDS, setup.rounds))}
    what = f"{len(setup.files):,} files of {setup.inputs.what}, {lines_of(setup.files):,} lines"
    for name, text, goal in (("cold", f"{what}, first run", COLD), ("warm", "second run", WARM)):
        yield from _rows(text, costs[name], costs.get("ruff"), goal)
    what = "the largest process of the first run"
    yield Row("Memory", what, megabytes(cold.peak), "in MB", cold.peak / 1e6, MEMORY)


def _rows(what: str, ours: Cost, ruff: Cost | None, goal: float) -> Iterator[Row]:
    if ruff is None:
        yield Row("Tree", what, seconds(ours.processor), "ruff is not there")
        return
    ratio = ours.processor / ruff.processor
    yield Row("Tree", what, seconds(ours.processor), f"ruff: {seconds(ruff.processor)}", ratio, goal)
    what, ratio = f"the same by the clock, {processors()} processors", ours.clock / ruff.clock
    yield Row("Tree", what, seconds(ours.clock), f"ruff: {seconds(ruff.clock)}", ratio)
