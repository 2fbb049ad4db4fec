"""A run in several processes: whatever becomes of one of them, and whenever it is interrupted."""

from __future__ import annotations

import itertools
import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from lstmlint.cli import INTERRUPTED, main
from lstmlint.engine import lint as engine
from lstmlint.engine.lint import Means, lint
from lstmlint.engine.memory import ROOM
from lstmlint.engine.parallel import spread, start_method
from lstmlint.engine.settings import Options, SettingsFinder
from lstmlint.report import progress
from lstmlint.rulebook import rule_book
from tests.conftest import FlawedWorld

Write = Callable[[str, str], Path]
FLAW = 'LSTM\nflaw("torch-hn-layout")\n'
DEADLY = {3: 7, 11: 9}
"""The numbers of the files that end the process that looks at them, and with what."""

pytestmark = pytest.mark.skipif(start_method() != "fork", reason="a spawned process has not what a test puts in place")


@pytest.fixture
def files(write: Write, flaws: None, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(engine, "PATIENCE", 0.0)
    for number in range(20):
        write(f"file{number:02}.py", FLAW)
    return 20


def test_a_process_that_dies_is_named_with_its_file_and_the_rest_is_linted(
    files: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = os.getpid()

    def interpret(part, *_):  # type: ignore[no-untyped-def]
        number = int(Path(part.source.path).stem[4:])
        if number in DEADLY and os.getpid() != here:
            os._exit(DEADLY[number])
        return FlawedWorld(part.source)

    monkeypatch.setattr("lstmlint.interpret.program.interpret", interpret)
    found = lint(["."], SettingsFinder(rule_book(), Options(isolated=True)), Means(jobs=2))
    assert [(each.path, each.what) for each in found.failures] == [
        (f"file{number:02}.py", f"the process that analysed it ended with {code}") for number, code in DEADLY.items()
    ]
    paths = [diagnostic.span.path for diagnostic in found.diagnostics]
    assert paths == [f"file{number:02}.py" for number in range(files) if number not in DEADLY]


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("growth", "expected"), [(0, []), (1_000_000, []), (ROOM, [(18, 1)])])
def test_one_process_that_has_grown_leaves_the_rest_to_another(
    growth: int, expected: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    held, left = itertools.count(0, growth), []

    def noted(items, work, died, jobs):  # type: ignore[no-untyped-def]
        left.append((len(items), jobs))
        return spread(items, work, died, jobs)

    monkeypatch.setattr(engine, "resident", lambda: next(held))
    monkeypatch.setattr("lstmlint.engine.parallel.spread", noted)
    found = lint(["."], SettingsFinder(rule_book(), Options(isolated=True)), Means(jobs=1))
    assert left == expected
    assert [diagnostic.span.path for diagnostic in found.diagnostics] == [f"file{number:02}.py" for number in range(20)]


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("jobs", ["1", "3"])
def test_an_interrupt_ends_the_run_and_its_processes(
    jobs: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Interrupted(progress.Bar):
        def __call__(self, done: int, total: int) -> None:
            if done > 4:
                raise KeyboardInterrupt

    monkeypatch.setattr("lstmlint.cli.Bar", Interrupted)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert main([".", "--isolated", "--no-cache", "--jobs", jobs]) == INTERRUPTED
    assert multiprocessing.active_children() == []
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("terminal", "arguments"), [(False, []), (True, ["--quiet"])])
def test_no_bar_is_drawn_where_nobody_looks(
    terminal: bool, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(progress, "INTERVAL", 0.0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    main([".", "--isolated", "--no-cache", *arguments])
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("files")
def test_a_bar_says_how_many_files_are_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(progress, "INTERVAL", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    main([".", "--isolated", "--no-cache", "--jobs", "1", "--output-format", "concise"])
    out, err = capsys.readouterr()
    assert out.endswith("found 20 problems in 20 files\n")
    assert "linting" in err and "20/20" in err


def test_nothing_is_drawn_before_it_takes_long(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.Bar() as bar:
        for done in range(1000):
            bar(done, 1000)
    assert capsys.readouterr().err == ""
