"""Diagnostics as JSON and back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import astuple
from typing import Any

from lstmlint.findings import Confidence, Diagnostic, Edit, Fix, Reason, Safety, Severity
from lstmlint.source import Span


def stored(diagnostics: Iterable[Diagnostic]) -> str:
    """Diagnostics as a text that `restored` reads."""
    return json.dumps([_record(diagnostic) for diagnostic in diagnostics])


def _record(diagnostic: Diagnostic) -> list[Any]:
    fix = diagnostic.fix
    return [
        astuple(diagnostic.span),
        diagnostic.rule,
        diagnostic.code,
        int(diagnostic.severity),
        int(diagnostic.confidence),
        diagnostic.message,
        [[astuple(reason.span), reason.text] for reason in diagnostic.because],
        diagnostic.cure,
        fix and [fix.title, fix.safety.value, [[astuple(edit.span), edit.replacement] for edit in fix.edits]],
    ]


def restored(text: str) -> tuple[Diagnostic, ...]:
    """The diagnostics in a text.

    Raises ValueError, TypeError or KeyError where it is not what `stored` wrote.
    """
    return tuple(_diagnostic(*record) for record in json.loads(text))


def _diagnostic(
    span: list[Any],
    rule: str,
    code: str,
    severity: int,
    confidence: int,
    message: str,
    because: list[Any],
    cure: str,
    fix: list[Any] | None,
) -> Diagnostic:
    return Diagnostic(
        Span(*span),
        rule,
        code,
        Severity(severity),
        Confidence(confidence),
        message,
        tuple(Reason(Span(*place), text) for place, text in because),
        cure,
        None if fix is None else _fix(*fix),
    )


def _fix(title: str, safety: str, edits: list[Any]) -> Fix:
    return Fix(title, Safety(safety), tuple(Edit(Span(*place), replacement) for place, replacement in edits))
