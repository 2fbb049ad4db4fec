"""What other programs read: JSON and one line per finding."""

from __future__ import annotations

import json

from lstmlint.findings import Confidence, Severity
from lstmlint.report import concise
from lstmlint.report import json as report_json
from lstmlint.source import Span
from tests.report.examples import COMPLETE, diagnostic


def test_json_is_exactly_the_contract() -> None:
    (found,) = json.loads(report_json.render([COMPLETE]))
    assert found == {
        "rule": "torch-missing-batch-first",
        "code": "LST101",
        "severity": "error",
        "confidence": "certain",
        "path": "model.py",
        "line": 7,
        "column": 18,
        "end_line": 7,
        "end_column": 30,
        "cell": None,
        "message": "`self.lstm` reads axis 0 of `x` as time, but it is the batch",
        "because": [
            {"path": "model.py", "line": 3, "column": 21, "text": "built here without batch_first"},
            {"path": "model.py", "line": 6, "column": 9, "text": "names axis 0 `batch`"},
        ],
        "fix": {
            "title": "add batch_first=True",
            "safe": False,
            "edits": [
                {
                    "path": "model.py",
                    "line": 3,
                    "column": 35,
                    "end_line": 3,
                    "end_column": 35,
                    "replacement": ", batch_first=True",
                }
            ],
        },
    }


def test_json_without_evidence_or_fix() -> None:
    bare = diagnostic(Span("é\udcff.py", 1, 1, 1, 1), severity=Severity.INFO, confidence=Confidence.POSSIBLE)
    (found,) = json.loads(report_json.render([bare]))
    assert (found["because"], found["fix"]) == ([], None)
    assert (found["severity"], found["confidence"]) == ("info", "possible")


def test_json_of_nothing_is_an_empty_array() -> None:
    assert json.loads(report_json.render([])) == []


def test_one_line_per_finding() -> None:
    assert concise.render([COMPLETE, COMPLETE]) == 2 * (
        "model.py:7:18: error LST101 [torch-missing-batch-first] "
        "`self.lstm` reads axis 0 of `x` as time, but it is the batch\n"
    )


def test_a_name_does_not_break_the_line() -> None:
    shown = concise.render([diagnostic(Span("a\nb:1:2.py", 3, 4, 3, 5))])
    assert shown.startswith("a\\nb\\x3a1:2.py:3:4: ")
    assert shown.count("\n") == 1
