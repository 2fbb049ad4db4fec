"""Files that build recurrent layers: linting them, beside parsing them whole with libcst, and beside TorchFix."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.inputs import lines_of
from benchmarks.measure import LSTMLINT, compared
from benchmarks.rows import Row, seconds
from benchmarks.setup import Setup

GOAL = 0.6
PARSE = (
    "import sys\nimport libcst\n"
    "for path in sys.argv[1:]:\n    with open(path, 'rb') as stream:\n        libcst.parse_module(stream.read())\n"
)
"""What libcst has to do with the files named."""
EVERY = 4
"""TorchFix, which takes many times as long, looks at every fourth of the files, once."""


def parse_with_libcst(files: list[Path]) -> list[str]:
    """A command that parses files whole."""
    return [sys.executable, "-c", PARSE, *map(str, files)]


def lint(files: list[Path], *options: str) -> list[str]:
    """A command that lints files in one process and keeps nothing."""
    return [*LSTMLINT, "--no-cache", "--isolated", "--jobs=1", "--quiet", *options, *map(str, files)]


def measure(setup: Setup) -> Iterator[Row]:
    """lstmlint in one process, everything included from the start of Python to the report."""
    files = setup.dense
    commands = {"lstmlint": lint(files, "--output-format=concise"), "libcst": parse_with_libcst(files)}
    costs = compared(commands, setup.rounds)
    ours, parsed = costs["lstmlint"].processor, costs["libcst"].processor
    what = f"{len(files):,} files of {setup.inputs.what} that build recurrent layers, {lines_of(files):,} lines"
    yield Row("Dense", what, seconds(ours), f"libcst parses: {seconds(parsed)}", ours / parsed, GOAL)
    if setup.tools.torchfix is not None:
        some = files[::EVERY]
        commands = {"lstmlint": lint(some, "--output-format=concise"), "TorchFix": setup.tools.torchfix_on(some)}
        costs = compared(commands, rounds=1)
        ours, theirs = costs["lstmlint"].processor, costs["TorchFix"].processor
        yield Row("Dense", f"{len(some)} of these files", seconds(ours), f"TorchFix: {seconds(theirs)}", ours / theirs)
