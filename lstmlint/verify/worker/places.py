"""Where in the user's files something happens: the innermost frame that is the user's own, to the column."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from types import CodeType, FrameType, TracebackType
from typing import Any

from lstmlint.verify.contracts import Place

FOREIGN = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}", f"{os.sep}lib{os.sep}python")
_HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_state: dict[str, str] = {"root": "", "file": ""}


def remember(root: str, file: str) -> None:
    """Says which files are the user's own."""
    _state.update(root=root.rstrip(os.sep) + os.sep, file=file)
    is_own.cache_clear()


@lru_cache(maxsize=4096)
def is_own(name: str) -> bool:
    """True for a file of the user's project, no installed package and nothing of lstmlint."""
    if name == _state["file"]:
        return True
    if name.startswith(_HERE) or not name.startswith(_state["root"]):
        return False
    inside = os.sep + name[len(_state["root"]) :]
    return not any(part in inside for part in FOREIGN)


def own_place() -> Place | None:
    """The innermost place of the user's own that is being executed."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if is_own(frame.f_code.co_filename):
            return _place(frame.f_code, frame.f_lasti, frame.f_lineno)
        frame = frame.f_back
    return None


def places_around() -> tuple[Place, ...]:
    """Where the functions were called in which the innermost place of the user's own lies, the innermost first."""
    found = []
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if is_own(frame.f_code.co_filename):
            found.append(_place(frame.f_code, frame.f_lasti, frame.f_lineno))
        frame = frame.f_back
    return tuple(found[1:])


def _place(code: CodeType, instruction: int, line: int | None) -> Place:
    positions: Any = getattr(code, "co_positions", None)
    if positions is not None:
        found = next(itertools.islice(positions(), instruction // 2, None), None)
        if found and None not in found:
            start, end, column, end_column = found
            return _in_characters(code.co_filename, start, column, end, end_column)
    return Place(code.co_filename, line or 0)


@lru_cache(maxsize=8192)
def _in_characters(file: str, line: int, column: int, end_line: int, end_column: int) -> Place:
    first = _characters(file, line, column)
    last = _characters(file, end_line, end_column)
    return Place(file, line, first + 1, end_line, last + 1)


def _characters(file: str, line: int, column: int) -> int:
    lines = _lines(file)
    text = lines[line - 1] if line <= len(lines) else ""
    return len(text.encode(errors="replace")[:column].decode(errors="ignore"))


@lru_cache(maxsize=64)
def _lines(file: str) -> tuple[str, ...]:
    try:
        with open(file, encoding="utf-8", errors="replace") as opened:
            return tuple(opened.read().split("\n"))
    except OSError:
        return ()


def text_at(place: Place) -> str:
    """The source text of a place, or its lines where the columns are not known."""
    lines = [*_lines(place.file)[place.line - 1 : max(place.end_line, place.line)]]
    if lines and place.column:
        lines[-1] = lines[-1][: place.end_column - 1]
        lines[0] = lines[0][place.column - 1 :]
    return "\n".join(lines)


def own_frames(error: BaseException, root: str, file: str) -> tuple[Place, ...]:
    """The user's own frames that an exception went through, the innermost last."""
    remember(root, file)
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return (*_frames(error), Place(error.filename, error.lineno))
    return tuple(_frames(error))


def _frames(error: BaseException) -> Iterator[Place]:
    trace = error.__traceback__
    while trace is not None:
        if is_own(trace.tb_frame.f_code.co_filename):
            yield place_of(trace)
        trace = trace.tb_next


def place_of(trace: TracebackType) -> Place:
    """What a frame of a traceback was executing."""
    return _place(trace.tb_frame.f_code, trace.tb_lasti, trace.tb_lineno)
