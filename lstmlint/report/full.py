"""A finding with the code it is about, every place that speaks against it, and what to do: for people to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from itertools import groupby

from rich.console import Console
from rich.text import Text

from lstmlint.findings import Confidence, Diagnostic, Safety, Severity
from lstmlint.report.snippet import CODE, EVIDENCE, FINDING, GAP, PLAIN, Annotation, Row, snippet, visible

COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
FRAME = "bold blue"
WIDTH = 120
"""Cells for code and labels where no terminal says how wide it is."""
NARROWEST = 60

Lines = Callable[[str], Sequence[str]]
"""Gives the lines of a file by its path; none where it cannot be read."""


def render(diagnostics: Sequence[Diagnostic], lines: Lines, colour: bool, columns: int | None) -> str:
    """The findings one below the other, with a blank line behind each. `columns`: those of the terminal, if any."""
    width = WIDTH if columns is None else max(columns - 8, NARROWEST)
    drawn = [_drawn(diagnostic, lines, width) for diagnostic in diagnostics]
    if not colour:
        return "".join(f"{text.plain}\n" for text in drawn)
    file = StringIO()
    console = Console(file=file, force_terminal=True, color_system="standard", no_color=False, highlight=False)
    for text in drawn:
        console.print(text, soft_wrap=True)
    return file.getvalue()


def _drawn(diagnostic: Diagnostic, lines: Lines, width: int) -> Text:
    colour = COLOURS[diagnostic.severity]
    annotations = [*_annotations(diagnostic)]
    gutter = len(str(max(annotation.span.end_line for annotation in annotations)))
    text = Text()
    text.append(f"{diagnostic.severity.name.lower()}[{diagnostic.rule}]", colour)
    text.append(f": {visible(diagnostic.message)}\n", "bold")
    for position, (path, group) in enumerate(groupby(annotations, key=lambda annotation: annotation.span.path)):
        rows = snippet(here := list(group), lines(path), width)
        text.append(" " * gutter + ("::: " if position else "--> "), FRAME)
        text.append(f"{visible(path)}:{here[0].span.line}:{here[0].span.column}\n")
        for row in [Row("", ()), *rows, Row("", ())] if rows else []:
            _append_row(text, row, gutter, colour)
    for title, note in _notes(diagnostic):
        text.append(f"{'':{gutter}} = ", FRAME)
        text.append(title, "bold")
        text.append(f": {visible(note)}\n")
    return text


def _annotations(diagnostic: Diagnostic) -> Iterator[Annotation]:
    """The finding's own place, then its evidence. Evidence about the very place labels the place itself."""
    own = [reason.text for reason in diagnostic.because if reason.span == diagnostic.span]
    yield Annotation(diagnostic.span, "; ".join(own), primary=True)
    for reason in diagnostic.because:
        if reason.span != diagnostic.span:
            yield Annotation(reason.span, reason.text, primary=False)


def _append_row(text: Text, row: Row, gutter: int, colour: str) -> None:
    styles = {PLAIN: "", CODE: "", FINDING: colour, EVIDENCE: FRAME}
    is_gap = row.number == GAP.number
    text.append(f"{row.number:<{gutter + 2}}" if is_gap else f"{row.number:>{gutter}} |", FRAME)
    text.append(" ")
    for part, style in row.parts:
        text.append(part, styles[style])
    text.rstrip()
    text.append("\n")


def _notes(diagnostic: Diagnostic) -> Iterator[tuple[str, str]]:
    if diagnostic.cure:
        yield "help", diagnostic.cure
    if diagnostic.fix is not None:
        safety = "" if diagnostic.fix.safety is Safety.SAFE else " (unsafe)"
        yield "fix", f"{diagnostic.fix.title}{safety}"
    sure = "" if diagnostic.confidence is Confidence.CERTAIN else f", {diagnostic.confidence.name.lower()}"
    yield "rule", f"{diagnostic.code}{sure}; `lstmlint explain {diagnostic.code}` says more"
