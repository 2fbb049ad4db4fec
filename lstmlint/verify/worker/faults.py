"""An exception as the other process is told of it."""

from __future__ import annotations

import traceback

from lstmlint.verify.contracts import Fault, Place, Request
from lstmlint.verify.worker.places import own_frames

OUT_OF_MEMORY = "out of memory"
"""What stands for an exception's type where memory was not given, whatever it was called."""
KEPT = 6000
"""Characters of a traceback, the last ones."""


def fault_of(error: BaseException, stage: str, request: Request) -> Fault:
    """What an exception says, where in the user's files it came from, and at which stage of the run."""
    places: tuple[Place, ...] = own_frames(error, request.root, request.file)
    shown = traceback.format_exception(type(error), error, error.__traceback__)
    name = OUT_OF_MEMORY if isinstance(error, MemoryError) else type(error).__name__
    if "can't allocate memory" in str(error) or "not enough memory" in str(error):
        name = OUT_OF_MEMORY
    lines = str(error).strip().splitlines()
    return Fault(stage, name, lines[0][:300] if lines else "", places, "".join(shown)[-KEPT:])
