"""The list of all rules as JSON, for other programs."""

from __future__ import annotations

import json

from lstmlint.rulebook import RuleBook


def render(book: RuleBook) -> str:
    """An array of objects, one per rule, by code."""
    rules = [
        {
            "rule": rule.name,
            "code": rule.code,
            "summary": rule.summary,
            "severity": rule.severity.name.lower(),
            "frameworks": list(rule.frameworks),
            "fix": rule.fix,
            "confidence": rule.confidence.name.lower(),
            "since": rule.since,
        }
        for rule in book.rules
    ]
    return json.dumps(rules, indent=2) + "\n"
