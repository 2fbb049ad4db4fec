"""Kept results: the same findings with and without, and never older than what they came from."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from lstmlint.engine import lint as engine
from lstmlint.engine.lint import Means, Outcome, lint
from lstmlint.engine.settings import Options, SettingsFinder
from lstmlint.rulebook import rule_book

Write = Callable[[str, str], Path]

HELPER = "def last(outputs):\n    return outputs[{}]\n"
MODEL = """
import torch
from torch import nn
from helper import last


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 5, batch_first=True)

    def forward(self, x):
        outputs, _ = self.lstm(x)
        return last(outputs)
"""


ALONE = MODEL.replace("from helper import last", HELPER.format(-1))


class Runs:
    """Runs over the working folder with results kept; says what was found, and which files were interpreted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from lstmlint.interpret import program

        self.interpreted: list[str] = []
        self.warnings: list[str] = []
        interpret = program.interpret

        def noted(part, *rest):  # type: ignore[no-untyped-def]
            name = Path(part.source.path).name
            if name not in self.interpreted:
                self.interpreted.append(name)
            return interpret(part, *rest)

        monkeypatch.setattr(program, "interpret", noted)

    def __call__(self, **options: object) -> Outcome:
        self.interpreted.clear()
        finder = SettingsFinder(rule_book(), Options(isolated=True, **options))  # type: ignore[arg-type]
        return lint(["."], finder, Means(cache_folder="kept", warn=self.warnings.append))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Runs:
    return Runs(monkeypatch)


@pytest.fixture
def model(write: Write) -> Path:
    write("helper.py", HELPER.format(-1))
    return write("model.py", MODEL)


@pytest.mark.usefixtures("model")
def test_an_unchanged_file_is_not_interpreted_again(run: Runs) -> None:
    first = run()
    assert (run.interpreted, len(first.diagnostics)) == (["model.py"], 1)
    assert run().diagnostics == first.diagnostics
    assert run.interpreted == []


def test_a_changed_file_is(run: Runs, model: Path) -> None:
    run()
    model.write_text(MODEL.replace("last(outputs)", "outputs[:, -1]"))
    assert run().diagnostics == ()
    assert run.interpreted == ["model.py"]


@pytest.mark.usefixtures("model")
def test_a_file_whose_import_changed_is(run: Runs, write: Write) -> None:
    assert len(run().diagnostics) == 1
    write("helper.py", HELPER.format(":, -1"))
    assert run().diagnostics == ()


@pytest.mark.usefixtures("model")
def test_a_file_whose_import_came_or_went_is(run: Runs, write: Write, folder: Path) -> None:
    (folder / "helper.py").unlink()
    assert run().diagnostics == ()
    write("helper.py", HELPER.format(-1))
    assert len(run().diagnostics) == 1
    (folder / "helper.py").unlink()
    assert run().diagnostics == ()


def test_a_file_that_imports_what_has_become_recurrent_is(run: Runs, write: Write) -> None:
    own, user = MODEL.replace("from helper import last", "from encoder import make").split("class Net")
    user = user.replace("nn.LSTM(3, 5, batch_first=True)", "make()").replace("last(outputs)", "outputs[-1]")
    write("model.py", f"{own}unused = nn.LSTM(3, 5)\n\n\nclass Net{user}")
    write("encoder.py", "from torch import nn\ndef make():\n    return nn.Linear(3, 5)\n")
    assert run().diagnostics == ()
    write("encoder.py", "from torch import nn\ndef make():\n    return nn.LSTM(3, 5, batch_first=True)\n")
    assert len(run().diagnostics) == 1


@pytest.mark.usefixtures("model")
def test_other_rules_are_other_results(run: Runs) -> None:
    assert len(run().diagnostics) == 1
    assert run(ignore=("LST103",)).diagnostics == ()
    assert len(run().diagnostics) == 1


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("damage", [b"no database at all, but long enough to be taken for one" * 40, b""])
def test_a_damaged_cache_is_of_no_use_and_does_no_harm(run: Runs, folder: Path, damage: bytes) -> None:
    found = run().diagnostics
    (folder / "kept" / "results.sqlite").write_bytes(damage)
    assert run().diagnostics == found
    assert len(run.warnings) == bool(damage)


@pytest.mark.usefixtures("model")
def test_damaged_results_are_worked_out_again(run: Runs, folder: Path) -> None:
    found = run().diagnostics
    with sqlite3.connect(folder / "kept" / "results.sqlite") as database:
        database.execute("UPDATE results SET found = '[[1, 2]]'")
    assert run().diagnostics == found
    assert (run.interpreted, run.warnings) == (["model.py"], [])


@pytest.mark.usefixtures("model")
def test_a_folder_that_cannot_be_made_is_warned_of_once(run: Runs, write: Write) -> None:
    write("kept", "a file")
    assert len(run().diagnostics) == 1
    assert len(run.warnings) == 1


@pytest.mark.usefixtures("folder")
def test_several_runs_at_once(write: Write) -> None:
    for number in range(12):
        write(f"model{number}.py", ALONE)
    found: list[int] = []
    warnings: list[str] = []

    def look() -> None:
        finder = SettingsFinder(rule_book(), Options(isolated=True))
        found.append(len(lint(["."], finder, Means(cache_folder="kept", warn=warnings.append)).diagnostics))

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found, warnings) == ([12, 12, 12], [])


@pytest.mark.usefixtures("model")
def test_old_results_are_dropped(run: Runs, folder: Path, write: Write) -> None:
    run()
    with sqlite3.connect(folder / "kept" / "results.sqlite") as database:
        database.execute("UPDATE results SET made = 0")
    write("other.py", MODEL)
    run()
    with sqlite3.connect(folder / "kept" / "results.sqlite") as database:
        kept = [path for (path,) in database.execute("SELECT path FROM results")]
    assert kept == [str(folder / "other.py")]


def test_the_same_is_found_with_several_processes(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PATIENCE", 0.0)
    write("helper.py", HELPER.format(-1))
    write("model.py", MODEL)
    for number in range(20):
        write(f"model{number}.py", ALONE)
    finder = SettingsFinder(rule_book(), Options(isolated=True))
    done: list[int] = []
    alone = lint(["."], finder)
    shared = lint(["."], finder, Means(jobs=3, progress=lambda number, total: done.append(number)))
    assert len(alone.diagnostics) == 21
    assert shared.diagnostics == alone.diagnostics
    assert shared.files == alone.files == max(done)
