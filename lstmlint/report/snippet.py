"""Source lines with the stretches of interest marked under them: which characters go where, without any colour.

Columns of a file are characters; columns of a terminal are cells. A wide character takes two, a combining one none, and
a tab is drawn as blanks, so every position is worked out from the text in front of it. What would steer the terminal
(escape sequences, the direction of writing) is drawn as a visible stand-in.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from rich.cells import cell_len

from lstmlint.lean import dataclass
from lstmlint.source import Span

TAB = " " * 4
LEAD = 24
"""Characters kept before a mark where a long line is cut."""
TALLEST = 5
"""Lines of a stretch that are all shown; of a longer one, the first two and the last."""

_STEERING: dict[int, str] = {
    **{code: chr(0x2400 + code) for code in range(0x20)},
    **dict.fromkeys(range(0x80, 0xA0), "\N{REPLACEMENT CHARACTER}"),
    **dict.fromkeys((0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)), "\N{REPLACEMENT CHARACTER}"),
    **dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}"),
    0x7F: "\N{SYMBOL FOR DELETE}",
    ord("\t"): TAB,
}


@dataclass(frozen=True)
class Annotation:
    """A stretch to mark and what to say about it; the finding's own is the primary one."""

    span: Span
    label: str
    primary: bool


PLAIN, CODE, FINDING, EVIDENCE = "plain", "code", "finding", "evidence"
"""The names of the styles that pieces of a row have."""


@dataclass(frozen=True)
class Row:
    """A row of a snippet: the line's number (empty beside marks), then pieces of text with their styles' names."""

    number: str
    parts: tuple[tuple[str, str], ...]


GAP = Row("...", ())


def visible(text: str) -> str:
    """Text as it is drawn: tabs as blanks, nothing that steers a terminal."""
    return text.translate(_STEERING)


def snippet(annotations: Sequence[Annotation], lines: Sequence[str], width: int) -> list[Row]:
    """The rows for annotations of one file, in the order given. Neighbours on one line share it.

    `width` is in cells; a line that is longer is cut, a label is wrapped.
    """
    rows: list[Row] = []
    following = 0
    for _, group in groupby(enumerate(annotations), key=lambda item: _line_shared(*item)):
        block = [annotation for _, annotation in group]
        drawn = _block(block, lines, width)
        rows += [GAP, *drawn] if rows and drawn and block[0].span.line != following else drawn
        following = block[0].span.end_line + 1
    return rows


def _line_shared(position: int, annotation: Annotation) -> tuple[int, int]:
    """What annotations that share a line have in common; one of several lines shares nothing."""
    span = annotation.span
    return (span.line, -1) if span.line == span.end_line else (span.line, position)


def _block(annotations: list[Annotation], lines: Sequence[str], width: int) -> list[Row]:
    span = annotations[0].span
    if span.line > len(lines):
        return []
    if span.end_line > span.line:
        return list(_tall(annotations[0], lines, width))
    window = _window(lines[span.line - 1], span, width)
    rows = [Row(str(span.line), ((window.text, CODE),))]
    for annotation in annotations:
        first = window.cell(annotation.span.column)
        last = max(window.cell(annotation.span.end_column), first + 1)
        rows += _marked(" " * first, _mark(annotation) * (last - first), annotation, width)
    return rows


def _mark(annotation: Annotation) -> str:
    return "^" if annotation.primary else "-"


def _marked(before: str, mark: str, annotation: Annotation, width: int) -> Iterator[Row]:
    """A mark with its label beside it, or under it where there is no room."""
    style = FINDING if annotation.primary else EVIDENCE
    label = visible(annotation.label)
    start = len(before) + len(mark) + 1
    if not label or start + cell_len(label) <= width:
        yield Row("", ((before, PLAIN), (mark, style), (f" {label}" if label else "", style)))
        return
    yield Row("", ((before, PLAIN), (mark, style)))
    indent = min(len(before), width // 2)
    for line in textwrap.wrap(label, width - indent):
        yield Row("", ((" " * indent, PLAIN), (line, style)))


def _tall(annotation: Annotation, lines: Sequence[str], width: int) -> Iterator[Row]:
    """A stretch over several lines, with a bracket in two columns of its own beside it."""
    span, style = annotation.span, FINDING if annotation.primary else EVIDENCE
    last = min(span.end_line, len(lines))
    for number in _chosen(span.line, last):
        if number is None:
            yield replace(GAP, parts=(("|", style),))
            continue
        opening = number == span.line
        window = _window(lines[number - 1], span if opening else replace(span, column=1), width - 2)
        yield Row(str(number), (("  " if opening else "| ", style), (window.text, CODE)))
        if opening:
            before = " " + "_" * (window.cell(span.column) + 1)
            yield Row("", ((before + _mark(annotation), style),))
        elif number == last:
            across = "_" * max(window.cell(span.end_column) - 1, 0)
            yield from _marked("", f"|_{across}{_mark(annotation)}", annotation, width)


def _chosen(first: int, last: int) -> list[int | None]:
    """The lines of a stretch that are shown; None stands for those left out."""
    if last - first < TALLEST:
        return list(range(first, last + 1))
    return [first, first + 1, None, last]


@dataclass(frozen=True)
class _Window:
    """The part of a line that is drawn."""

    line: str
    start: int
    end: int

    @property
    def text(self) -> str:
        before = "…" if self.start else ""
        behind = "…" if self.end < len(self.line) else ""
        return before + visible(self.line[self.start : self.end]).rstrip() + behind

    def cell(self, column: int) -> int:
        """The cell, from 0, at which a character of the line (by its column, from 1) is drawn."""
        inside = min(max(column - 1, self.start), self.end)
        return (1 if self.start else 0) + cell_len(visible(self.line[self.start : inside]))


def _window(line: str, span: Span, width: int) -> _Window:
    """All of a line, or as much of it, from a little before the span, as fits between two ellipses."""
    if len(line) <= width and cell_len(visible(line)) <= width:
        return _Window(line, 0, len(line))
    start = max(0, min(span.column - 1 - LEAD, len(line) - width))
    end = min(len(line), start + width - 2)
    while end > start + 1 and cell_len(visible(line[start:end])) > width - 2:
        end -= 1
    return _Window(line, start, end)
