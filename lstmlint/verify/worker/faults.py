"""An exception as the other process is told of it."""

from __future__ import annotations

import re
import traceback

from lstmlint.verify.contracts import Fault, Place, Request
from lstmlint.verify.worker.places import is_own, own_frames, place_of, text_at

OUT_OF_MEMORY = "out of memory"
"""What stands for an exception's type where memory was not given, whatever it was called."""
WRAPPED = "Exception encountered when calling"
NOISE = re.compile(r"\x1b\[\d*m|\{\{function_node [^}]*\}\} ")
FRAMEWORK = re.compile(r"[/\\\\](torch|keras|tensorflow|numpy|jax|lstmlint)[/\\\\]")
"""What the paths of modules have in them that raise where sizes do not fit; the watch lies around torch's functions."""
KEPT = 6000
"""Characters of a traceback, the last ones."""


class TooOld(Exception):
    """The interpreter has the framework in a version that verify cannot watch."""


def require(framework: str, version: str, least: int) -> None:
    """Raises TooOld for an older version of a framework."""
    if int(version.split(".")[0]) < least:
        raise TooOld(f"verify needs {framework} {least} or newer, and this is {version}")


def fault_of(error: BaseException, stage: str, request: Request) -> Fault:
    """What an exception says, where in the user's files it came from, and at which stage of the run."""
    places: tuple[Place, ...] = own_frames(error, request.root, request.file)
    shown = traceback.format_exception(type(error), error, error.__traceback__)
    name = OUT_OF_MEMORY if isinstance(error, MemoryError) else type(error).__name__
    if "can't allocate memory" in str(error) or "not enough memory" in str(error):
        name = OUT_OF_MEMORY
    return Fault(stage, name, _said(error), places, "".join(shown)[-KEPT:], origin=_origin(error))


def _origin(error: BaseException) -> str:
    """Who raised an exception, by the innermost frame; Keras takes its own frames out, so the statement tells, too."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "other"
    file = trace.tb_frame.f_code.co_filename
    if not is_own(file):
        return "framework" if FRAMEWORK.search(file) else "other"
    place = place_of(trace)
    if text_at(place).strip().startswith(("raise", "assert")):
        return "raise"
    line = text_at(Place(place.file, place.line))
    return "sizes" if ".shape" in line or ".size(" in line else "other"


def _said(error: BaseException) -> str:
    """The line of an exception's message that tells; Keras puts one before it, and TensorFlow a name."""
    lines = [line for line in NOISE.sub("", str(error)).splitlines() if line.strip()]
    if len(lines) > 1 and lines[0].startswith(WRAPPED):
        del lines[0]
    return lines[0].strip()[:300] if lines else ""
