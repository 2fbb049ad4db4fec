"""The rule book: reading pages, finding rules, refusing what is no book."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstmlint.findings import Confidence, Severity
from lstmlint.rulebook import RuleBookError, nearest, read_book, rule_book

PAGE = """---
code: LST999
summary: something is amiss: truly
severity: warning
frameworks: torch, keras
fix: safe
confidence: likely
since: 0.1.0
---

# amiss (LST999)

---
Not front matter.
"""


def test_a_page(tmp_path: Path) -> None:
    (tmp_path / "amiss.md").write_text(PAGE)
    book = read_book(tmp_path)
    (rule,) = book.rules
    assert (rule.name, rule.code, rule.summary) == ("amiss", "LST999", "something is amiss: truly")
    assert (rule.severity, rule.confidence) == (Severity.WARNING, Confidence.LIKELY)
    assert rule.frameworks == ("torch", "keras")
    assert rule.is_tool
    assert book.page(rule) == "# amiss (LST999)\n\n---\nNot front matter.\n"


def test_an_empty_book_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuleBookError, match="empty"):
        read_book(tmp_path)


@pytest.mark.parametrize(
    "page",
    [
        "",
        "# no front matter\n",
        PAGE.replace("severity: warning", "severity: awful"),
        PAGE.replace("fix: safe", "fix: perhaps"),
        PAGE.replace("code: LST999\n", ""),
        "---\ncode: LST999\n",
    ],
)
def test_a_broken_page_is_named(tmp_path: Path, page: str) -> None:
    (tmp_path / "amiss.md").write_text(page)
    with pytest.raises(RuleBookError, match=r"amiss\.md"):
        read_book(tmp_path)


def test_rules_are_found_by_name_and_code_and_prefix() -> None:
    book = rule_book()
    rule = book.by_name["torch-missing-batch-first"]
    assert book.find("torch-missing-batch-first") is rule
    assert book.find("lst101") is rule
    assert book.find("LST1") is None
    assert rule in book.begins_with("LST1")
    assert rule not in book.begins_with("LST5")


def test_the_nearest_name() -> None:
    assert rule_book().nearest("torch-missing-batchfirst") == "torch-missing-batch-first"
    assert rule_book().nearest("LST1O1") == "LST101"
    assert rule_book().nearest("pineapple") is None
    assert nearest("selct", ["select", "ignore"]) == "select"


def test_the_book_is_read_once() -> None:
    assert rule_book() is rule_book()
