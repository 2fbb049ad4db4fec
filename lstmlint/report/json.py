"""Findings as a JSON array of objects: a contract with other programs. Exactly these keys, positions from 1."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from lstmlint.findings import Diagnostic, Fix, Safety
from lstmlint.source import Span


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """The array, one finding per object, in the order given."""
    return json.dumps([as_object(diagnostic) for diagnostic in diagnostics], indent=2) + "\n"


def as_object(diagnostic: Diagnostic) -> dict[str, Any]:
    """A finding as JSON knows it."""
    return {
        "rule": diagnostic.rule,
        "code": diagnostic.code,
        "severity": diagnostic.severity.name.lower(),
        "confidence": diagnostic.confidence.name.lower(),
        "path": diagnostic.span.path,
        **_stretch(diagnostic.span),
        "cell": None,
        "message": diagnostic.message,
        "because": [
            {"path": reason.span.path, "line": reason.span.line, "column": reason.span.column, "text": reason.text}
            for reason in diagnostic.because
        ],
        "fix": diagnostic.fix and _fix(diagnostic.fix),
    }


def _stretch(span: Span) -> dict[str, int]:
    return {
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "title": fix.title,
        "safe": fix.safety is Safety.SAFE,
        "edits": [
            {"path": edit.span.path, **_stretch(edit.span), "replacement": edit.replacement} for edit in fix.edits
        ],
    }
