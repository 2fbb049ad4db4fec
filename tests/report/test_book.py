"""The rule book on the screen."""

from __future__ import annotations

import json

import pytest

from lstmlint.report import rules
from lstmlint.report.book import page, table
from lstmlint.rulebook import Rule, rule_book

BOOK = rule_book()


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.name)
def test_every_page_can_be_shown(rule: Rule) -> None:
    text = page(rule, BOOK, False, None)
    assert text.startswith(rule.code)
    assert rule.name in text
    assert "\x1b" not in text
    assert all(len(line) <= 88 for line in text.split("\n"))


def test_a_page_can_be_shown_in_colour() -> None:
    assert "\x1b[" in page(BOOK.rules[0], BOOK, True, 100)


def test_the_list_names_every_rule_with_its_summary() -> None:
    text = table(BOOK, False, None)
    for rule in BOOK.rules:
        (line,) = (line for line in text.split("\n") if rule.code in line)
        assert rule.name in line


def test_the_list_as_json() -> None:
    found = json.loads(rules.render(BOOK))
    assert [rule["code"] for rule in found] == sorted(rule.code for rule in BOOK.rules)
    assert set(found[0]) == {"rule", "code", "summary", "severity", "frameworks", "fix", "confidence", "since"}
