"""Which settings apply to which file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lstmlint.engine.errors import UsageError
from lstmlint.engine.settings import Options, Settings, SettingsFinder
from lstmlint.findings import Confidence, Finding, Severity
from lstmlint.rulebook import rule_book
from lstmlint.source import Span
from tests.conftest import FixedPlace

BOOK = rule_book()
Write = Callable[[str, str], Path]
FIRST = "torch-missing-batch-first"


def settings(folder: Path, options: Options | None = None) -> Settings:
    return SettingsFinder(BOOK, options or Options()).inside(str(folder))


def test_without_a_configuration_all_rules_run_and_what_is_likely_is_shown(folder: Path) -> None:
    found = settings(folder)
    assert found.rules == set(BOOK.by_name)
    assert found.min_confidence is Confidence.LIKELY
    assert found.fails(Severity.WARNING)
    assert not found.fails(Severity.INFO)


def test_the_nearest_configuration_applies(write: Write) -> None:
    top = write("lstmlint.toml", "min-confidence = 'possible'").parent
    write("inner/deeper/lstmlint.toml", "min-confidence = 'certain'")
    write("inner/pyproject.toml", "[project]\nname = 'not-about-lstmlint'\n")
    finder = SettingsFinder(BOOK, Options())
    assert finder.inside(str(top)).min_confidence is Confidence.POSSIBLE
    assert finder.inside(str(top / "inner")).min_confidence is Confidence.POSSIBLE
    assert finder.inside(str(top / "inner" / "deeper" / "deepest")).min_confidence is Confidence.CERTAIN


def test_the_own_file_comes_before_the_project_file(write: Write) -> None:
    write("pyproject.toml", "[tool.lstmlint]\nfail-on = 'never'\n")
    folder = write("lstmlint.toml", "fail-on = 'info'").parent
    assert settings(folder).fails(Severity.INFO)


def test_the_command_line_overrides_a_configuration(write: Write) -> None:
    folder = write("lstmlint.toml", "min-confidence = 'certain'\nfail-on = 'never'\nignore = ['LST101']").parent
    options = Options(select=("LST1",), min_confidence=Confidence.POSSIBLE, fail_on="error")
    found = settings(folder, options)
    assert found.min_confidence is Confidence.POSSIBLE
    assert found.fails(Severity.ERROR)
    assert not found.fails(Severity.WARNING)
    assert FIRST in found.rules


def test_one_configuration_can_be_named_for_all_files(write: Write) -> None:
    folder = write("lstmlint.toml", "min-confidence = 'certain'").parent
    other = write("other/settings.toml", "min-confidence = 'possible'")
    assert settings(folder, Options(config=other)).min_confidence is Confidence.POSSIBLE


def test_no_configuration_can_be_asked_for(write: Write) -> None:
    folder = write("lstmlint.toml", "min-confidence = 'certain'").parent
    assert settings(folder, Options(isolated=True)).min_confidence is Confidence.LIKELY


def test_rules_can_be_ignored_in_some_files(write: Write) -> None:
    folder = write("lstmlint.toml", "[per-file-ignores]\n'tests/*' = ['LST1']\n'*_old.py' = ['LST202']").parent
    found = settings(folder)
    assert found.ignored_in(str(folder / "model.py")) == set()
    assert FIRST in found.ignored_in(str(folder / "tests" / "test_model.py"))
    assert "torch-state-unpack" in found.ignored_in(str(folder / "deep" / "model_old.py"))


def test_the_severity_is_the_configurations_the_findings_or_the_pages(write: Write) -> None:
    folder = write("lstmlint.toml", "[severity]\ntorch-hn-layout = 'info'").parent
    place = FixedPlace(Span("model.py", 1, 1, 1, 2))
    milder = Finding(place, "a flaw", severity=Severity.WARNING)
    assert settings(folder).severity("torch-hn-layout", milder) is Severity.INFO
    assert settings(folder).severity(FIRST, milder) is Severity.WARNING
    assert settings(folder).severity(FIRST) is BOOK.by_name[FIRST].severity


def test_patterns_of_the_command_line_and_of_a_configuration_exclude(write: Write) -> None:
    inner = write("inner/lstmlint.toml", "exclude = ['old/', '/generated.py']").parent
    found = settings(inner, Options(exclude=("inner/more.py",)))
    assert found.excludes(f"{inner}/old/")
    assert found.excludes(f"{inner}/deep/old/")
    assert found.excludes(f"{inner}/generated.py")
    assert found.excludes(f"{inner}/more.py")
    assert not found.excludes(f"{inner}/deep/generated.py")
    assert not found.excludes(f"{inner.parent}/old/")


def test_unknown_rules_of_the_command_line_are_refused_at_once() -> None:
    with pytest.raises(UsageError, match="unknown rule `LST1O1`"):
        SettingsFinder(BOOK, Options(ignore=("LST1O1",)))
