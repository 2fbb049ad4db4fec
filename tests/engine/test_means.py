"""However a run goes about it, it finds the same: with kept results and without, in one process and in several, part by
part and not, for the first time and again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lstmlint.engine import lint as engine
from lstmlint.engine.lint import Means, Outcome, lint, lint_bytes
from lstmlint.engine.settings import Options, SettingsFinder
from lstmlint.findings import Confidence, Severity
from lstmlint.interpret import linted
from lstmlint.interpret.linted import Linted, whole
from lstmlint.names.project import Project
from lstmlint.rulebook import RuleBook, rule_book
from lstmlint.source import SourceFile
from lstmlint.syntax.outline import Outline
from tests.rules.linting import save
from tests.rules.pages import examples

ROOT = Path(__file__).resolve().parents[2]
SEVERAL = 3


def run(means: Means, book: RuleBook | None = None) -> Outcome:
    finder = SettingsFinder(book or rule_book(), Options(isolated=True, min_confidence=Confidence.POSSIBLE))
    return lint(["."], finder, means)


@pytest.fixture
def programs(folder: Path) -> int:
    """The wrong programs of all rules, each in a folder of its own; how many there are."""
    found = [program for page in sorted((ROOT / "rules").glob("*.md")) for program in examples(page, "bad")]
    for number, program in enumerate(found):
        save(program, folder / f"program{number}")
    return len(found)


def test_every_means_finds_the_same(programs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compared whole: places, reasons, cures, fixes and their order."""
    monkeypatch.setattr(engine, "PATIENCE", 0.0)
    plain = run(Means())
    assert len(plain.diagnostics) >= programs // 2
    for means in (
        Means(cache_folder="kept"),
        Means(cache_folder="kept"),
        Means(jobs=SEVERAL),
        Means(jobs=SEVERAL, cache_folder="kept by several"),
        Means(jobs=SEVERAL, cache_folder="kept by several"),
    ):
        found = run(means)
        assert found.diagnostics == plain.diagnostics
        assert (found.failures, found.failed, found.files) == (plain.failures, plain.failed, plain.files)


@pytest.mark.usefixtures("programs")
def test_results_are_not_older_than_the_rule_book() -> None:
    book = rule_book()
    milder = RuleBook(book.folder, tuple(replace(rule, severity=Severity.INFO) for rule in book.rules))
    run(Means(cache_folder="kept"))
    assert run(Means(cache_folder="kept"), milder).diagnostics == run(Means(), milder).diagnostics


@pytest.mark.usefixtures("programs")
def test_files_in_parts_come_to_what_they_come_to_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    by_parts = run(Means())
    divided: list[int] = []

    def undivided(source: SourceFile, outline: Outline, project: Project) -> list[Linted]:
        divided.append(len(parts_of(source, outline, project)))
        return [whole(source, outline, project)]

    parts_of = linted.parts_of
    monkeypatch.setattr(linted, "parts_of", undivided)
    assert run(Means()).diagnostics == by_parts.diagnostics
    assert max(divided) > 1


@pytest.mark.usefixtures("programs")
def test_a_process_that_lives_on_finds_the_same_each_time(folder: Path) -> None:
    options = Options(isolated=True, min_confidence=Confidence.POSSIBLE)
    finder = SettingsFinder(rule_book(), options)
    for file in sorted(folder.rglob("*.py"))[::2]:
        path, data = str(file), file.read_bytes()
        anew = lint([path], finder).diagnostics
        assert lint_bytes(data, path, finder).diagnostics == anew
        moved = lint_bytes(b"\n\n" + data, path, finder).diagnostics
        assert [each.span.line - 2 for each in moved] == [each.span.line for each in anew]
        assert lint_bytes(data, path, finder).diagnostics == anew
