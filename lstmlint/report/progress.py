"""How far a run has got, drawn on the terminal where it takes longer than one cares to wait."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any

PATIENCE = 1.0
"""Seconds before anything is drawn."""
INTERVAL = 0.1
"""Seconds between two drawings."""


class Bar:
    """A progress bar on standard error: call it with the files done and all files."""

    def __init__(self) -> None:
        self._begun = self._drawn = time.monotonic()
        self._progress: Any = None
        self._task: Any = None

    def __enter__(self) -> Bar:
        return self

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._begun < PATIENCE or now - self._drawn < INTERVAL:
            return
        self._drawn = now
        if self._progress is None:
            self._open(total)
        self._progress.update(self._task, completed=done, refresh=True)

    def _open(self, total: int) -> None:
        from rich.console import Console  # only a run that takes long draws
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("linting"), BarColumn(), MofNCompleteColumn(), TextColumn("files"), TimeElapsedColumn())
        # No thread of its own: other processes may be forked while it is there.
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
        self._progress.start()
        self._task = self._progress.add_task("", total=total)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()
