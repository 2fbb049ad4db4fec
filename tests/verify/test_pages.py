"""The pages of rules about runs: each wrong program is found by running it, where it says, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstmlint.rulebook import rule_book
from tests.rules.linting import Found, lint
from tests.rules.pages import PAGES, Program, examples

OBSERVED = [page for page in PAGES if rule_book().by_name[page.stem].is_observed]


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> dict[Program, list[Found]]:
    """What a verified run finds in every program of the pages."""
    programs = [program for page in OBSERVED for kind in ("bad", "good") for program in examples(page, kind)]
    return lint(programs, tmp_path_factory.mktemp("programs"), "--verify")


@pytest.mark.parametrize("page", OBSERVED, ids=lambda page: page.stem)
def test_running_finds_nothing_in_right_code(page: Path, findings: dict[Program, list[Found]]) -> None:
    assert [found for program in examples(page, "good") for found in findings[program]] == []


@pytest.mark.parametrize("page", OBSERVED, ids=lambda page: page.stem)
def test_running_finds_the_mistake_where_it_stands(page: Path, findings: dict[Program, list[Found]]) -> None:
    for program in examples(page, "bad"):
        assert [(found.file, found.line) for found in findings[program]] == program.marked
        assert {found.rule for found in findings[program]} == {page.stem}
