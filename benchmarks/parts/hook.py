"""What a pre-commit hook runs: one file without recurrent layers, one with a model, and one that is unchanged."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import generate
from benchmarks.measure import LSTMLINT, ROOT, Cost, compared
from benchmarks.parts.dense import parse_with_libcst
from benchmarks.rows import Row, seconds
from benchmarks.setup import Setup

PLAIN, MODEL = 4.0, 1.5
"""What a hook costs at most: in terms of bare Python, and in terms of libcst's import and parse."""
REPEAT = 5
"""Runs that are measured as one: each takes a few hundredths of a second."""
HOOK = (*LSTMLINT, "check", "--force-exclude")
EXAMPLES = ROOT / "examples" / "forecast"


def measure(setup: Setup) -> Iterator[Row]:
    """Plain files first, then models without and with findings, of which the latter are also drawn."""
    with tempfile.TemporaryDirectory() as folder:
        plain, large = Path(folder, "plain.py"), Path(folder, "models.py")
        plain.write_text(generate.plain(5), encoding="utf-8")
        large.write_text(generate.models(1, 8), encoding="utf-8")
        bare = [sys.executable, "-c", "pass"]
        costs = compared({"ours": [*HOOK, str(plain)], "other": bare}, setup.rounds, repeat=REPEAT)
        yield _row("one file without recurrent layers", costs, "python -c pass", PLAIN)
        for file, what, goal in (
            (EXAMPLES / "torch_corrected.py", "one file with a small model", MODEL),
            (large, "one file with 8 models", MODEL),
            (EXAMPLES / "torch_port.py", "one file with findings, which are drawn", None),
        ):
            lines = f", {file.read_text(encoding='utf-8').count(chr(10))} lines"
            commands = {"ours": [*HOOK, "--no-cache", str(file)], "other": parse_with_libcst([file])}
            yield _row(what + lines, compared(commands, setup.rounds, repeat=2), "import libcst and parse", goal)


def measure_again(setup: Setup) -> Iterator[Row]:
    """A file with models that has not changed since the last run."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "models.py")
        file.write_text(generate.models(1, 8), encoding="utf-8")
        again = [*HOOK, f"--cache-dir={folder}/cache", str(file)]
        compared({"first": again}, rounds=1)
        for name, other in (
            ("import libcst and parse", parse_with_libcst([file])),
            ("python -c pass", [sys.executable, "-c", "pass"]),
        ):
            costs = compared({"ours": again, "other": other}, setup.rounds, repeat=2)
            yield _row("one unchanged file with 8 models", costs, name, None, part="Again")


def _row(what: str, costs: dict[str, Cost], other: str, goal: float | None, part: str = "Hook") -> Row:
    ours, theirs = costs["ours"].processor, costs["other"].processor
    return Row(part, what, seconds(ours), f"{other}: {seconds(theirs)}", ours / theirs, goal)
