"""One line per finding, as editors and other tools read it."""

from __future__ import annotations

from collections.abc import Iterable

from lstmlint.findings import Diagnostic
from lstmlint.report.escaping import escaped, in_front_of_position


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """`path:line:column: severity CODE [rule] message`, a line each."""
    return "".join(f"{_line(diagnostic)}\n" for diagnostic in diagnostics)


def _line(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    severity = diagnostic.severity.name.lower()
    place = f"{in_front_of_position(span.path)}:{span.line}:{span.column}"
    return f"{place}: {severity} {diagnostic.code} [{diagnostic.rule}] {escaped(diagnostic.message)}"
