"""The last line of a run, and its statistics."""

from __future__ import annotations

from dataclasses import replace

from lstmlint.findings import GivenUp
from lstmlint.report.summary import statistics, summary
from lstmlint.source import Span
from tests.report.examples import COMPLETE, diagnostic


def test_nothing_found() -> None:
    assert summary([], 0) == "found no problems in 0 files\n"
    assert summary([], 1) == "found no problems in 1 file\n"


def test_found() -> None:
    other = diagnostic(Span("other.py", 1, 1, 1, 2))
    assert summary([COMPLETE], 9) == "found 1 problem in 1 file\n"
    assert summary([COMPLETE, COMPLETE, other], 9) == "found 3 problems in 2 files\n"


def test_statistics_count_rules_the_most_frequent_first() -> None:
    rare = replace(COMPLETE, rule="torch-hn-layout", code="LST104")
    assert statistics([]) == ""
    assert statistics([rare] + [COMPLETE] * 10) == (
        "10  LST101  torch-missing-batch-first\n 1  LST104  torch-hn-layout\n"
    )


def test_statistics_say_what_was_not_followed_to_its_end() -> None:
    given_up = [GivenUp("a.py", "Net.forward, and what follows it", "80,000 steps")]
    assert statistics([], given_up) == "a.py: gave up Net.forward, and what follows it, after 80,000 steps\n"
    assert statistics([COMPLETE], given_up).splitlines()[0] == "1  LST101  torch-missing-batch-first"
    strange = (GivenUp("a\nb.py", "f", "80,000 steps"),)
    assert statistics([], strange) == "a\\nb.py: gave up f, after 80,000 steps\n"
