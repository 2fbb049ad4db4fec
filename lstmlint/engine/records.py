"""What files came to as JSON and back."""

from __future__ import annotations

import json
from dataclasses import astuple
from typing import Any

from lstmlint.findings import Confidence, Diagnostic, Edit, Fix, Found, GivenUp, Reason, Safety, Severity
from lstmlint.source import Span


def stored(found: Found) -> str:
    """What was found as a text that `restored` reads."""
    given_up = [[each.path, each.what, each.bound] for each in found.given_up]
    return json.dumps([[_record(diagnostic) for diagnostic in found.diagnostics], given_up, found.is_steered])


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


def restored(text: str) -> Found:
    """What was found, from its text.

    Raises ValueError, TypeError or KeyError where it is not what `stored` wrote.
    """
    diagnostics, given_up, is_steered = json.loads(text)
    given_up = tuple(GivenUp(*each) for each in given_up)
    return Found(tuple(_diagnostic(*record) for record in diagnostics), given_up, is_steered=bool(is_steered))


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
