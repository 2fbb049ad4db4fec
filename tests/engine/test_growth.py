"""What a file costs grows with its size, and no faster: counted in calls of functions, from the text to the report."""

from __future__ import annotations

from collections.abc import Callable
from cProfile import Profile
from pathlib import Path
from pstats import Stats

import pytest

from benchmarks.generate import SHAPES, Shape
from lstmlint.engine.lint import Means, lint
from lstmlint.engine.settings import Options, SettingsFinder
from lstmlint.rulebook import rule_book

Write = Callable[[str, str], Path]
EXPONENT = 1.25
"""Of the calls as a power of the size; 1 is linear, and 2 quadratic."""


def calls(write: Write, text: str) -> int:
    """How many calls it takes to lint a file."""
    write("file.py", text)
    profile = Profile()
    profile.runcall(lint, ["file.py"], SettingsFinder(rule_book(), Options(isolated=True)), Means())
    return int(Stats(profile).total_calls)  # type: ignore[attr-defined]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_four_times_the_size_costs_about_four_times_as_much(shape: Shape, write: Write) -> None:
    calls(write, shape.text(shape.sizes[0]))  # what the first file of a process brings in
    smaller, larger = (calls(write, shape.text(size)) for size in shape.sizes[-3::2])
    assert larger < 4**EXPONENT * smaller
