"""The lines of the table: what was measured, against what, and whether it is as good as it should be."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from lstmlint import __version__

HEADINGS = ("part", "what", "lstmlint", "beside it", "ratio", "goal")


@dataclass(frozen=True)
class Row:
    """One comparison. What is better is smaller throughout."""

    part: str
    what: str
    ours: str
    other: str = ""
    ratio: float | None = None
    """Ours in terms of the other, or the number itself that has a goal."""
    goal: float | None = None
    """What the ratio is at most, if all is well."""

    @property
    def is_reached(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        return None if self.goal is None or self.ratio is None else self.ratio <= self.goal

    @property
    def cells(self) -> tuple[str, ...]:
        """The texts of the columns."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        goal = "" if self.goal is None else f"{self.goal:g}"
        missed = " (missed)" if self.is_reached is False else ""
        return self.part, self.what, self.ours, self.other, ratio, goal + missed


def seconds(number: float) -> str:
    """`1.25 s`, `340 ms`."""
    return f"{number:.2f} s" if number >= 1 else f"{number * 1000:.0f} ms"


def megabytes(number: float) -> str:
    """`120 MB`."""
    return f"{number / 1e6:.0f} MB"


def machine() -> str:
    """When and where: the date, the processors, and the versions that matter."""
    return (
        f"{date.today().isoformat()}, {platform.system()} on {processors()} processors ({model()}), "
        f"Python {platform.python_version()}, lstmlint {__version__}, libcst {version('libcst')}"
    )


def model() -> str:
    """What the processors are called, as far as the system says."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return f"{next(named, 'unnamed')}, {platform.machine()}"


def processors() -> int:
    """How many processors may be used."""
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def markdown(rows: Iterable[Row]) -> str:
    """The table as it stands in docs/performance.md."""
    lines = [HEADINGS, tuple("---:" if heading in HEADINGS[2:] else "---" for heading in HEADINGS)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (*lines, *(row.cells for row in rows)))


def draw(rows: Iterable[Row]) -> None:
    """Prints the table."""
    from rich.console import Console  # kept out of the way until all is measured: children inherit the peak memory
    from rich.table import Table

    table = Table(title=f"lstmlint beside others: {machine()}", title_justify="left")
    for heading in HEADINGS:
        table.add_column(heading, justify="right" if heading in HEADINGS[2:] else "left")
    part = ""
    for row in rows:
        if part not in ("", row.part):
            table.add_section()
        part = row.part
        table.add_row(*row.cells, style={True: "green", False: "red", None: ""}[row.is_reached])
    console = Console()
    console.print(table)
