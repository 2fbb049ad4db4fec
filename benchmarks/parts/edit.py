"""The editor's case: a process that lives on lints a file of a thousand lines after each edit inside a method."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from benchmarks import generate
from benchmarks.measure import apart
from benchmarks.rows import Row, seconds
from benchmarks.setup import Setup

GOAL = 50.0
"""Milliseconds that 95 of 100 edits take at most."""
MODELS = 31
"""Of 33 lines each."""


def measure(setup: Setup) -> Iterator[Row]:
    """Processor seconds from the edited bytes to the findings."""
    text = generate.models(1, MODELS)
    times = apart(lint_edits, text, 10 if setup.is_quick else 40)
    centiles = statistics.quantiles(times, n=20)
    what = f"{text.count(chr(10)):,} lines with {MODELS} models, {len(times)} edits, each in one method"
    yield Row("Edit", f"{what}: p95", seconds(centiles[-1]), "in ms", centiles[-1] * 1000, GOAL)
    yield Row("Edit", "median", seconds(statistics.median(times)))


def lint_edits(text: str, edits: int) -> list[float]:
    """How many seconds each edit takes to lint; what comes before the first is not counted."""
    from lstmlint.engine.lint import lint_bytes
    from lstmlint.engine.settings import Options, SettingsFinder
    from lstmlint.rulebook import rule_book

    finder = SettingsFinder(rule_book(), Options(isolated=True))
    times = []
    for number in range(-1, edits):
        data = generate.edited(text, number).encode() if number >= 0 else text.encode()
        begun = time.process_time()
        lint_bytes(data, "models.py", finder)
        times.append(time.process_time() - begun)
    return times[1:]
