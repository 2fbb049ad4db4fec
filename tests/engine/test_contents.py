"""What is remembered of files by their size and times: nothing is opened twice, and no change is overlooked."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from lstmlint.engine import contents, surroundings
from lstmlint.engine import lint as engine
from lstmlint.engine.lint import Means, Outcome, lint
from lstmlint.engine.settings import Options, SettingsFinder
from lstmlint.rulebook import rule_book
from tests.engine.test_cache import ALONE, HELPER, MODEL

Write = Callable[[str, str], Path]

MADE = MODEL.replace("from helper import last", "from part.encoders import make")
USER = MADE.replace("nn.LSTM(3, 5, batch_first=True)", "make()").replace("last(outputs)", "outputs[-1]")
"""Names nothing recurrent: what it imports does."""
LATE = USER.replace("part.encoders", "late")
ENCODERS = "from torch import nn\ndef make():\n    return nn.{}(3, 5, batch_first=True)\n"
FILES = {
    "model.py": MODEL,
    "helper.py": HELPER.format(-1),
    "user.py": USER,
    "late_user.py": LATE,
    "part/encoders.py": ENCODERS.format("LSTM"),
    "dense_user.py": USER.replace("part.encoders", "dense"),
    "dense.py": ENCODERS.format("Tanh"),
    "plain.py": "x = 1\n",
}
WITH_FINDINGS = ["helper.py", "user.py"]


SPIES: list[Callable[[object], None]] = []
"""Whom to tell of each file that is opened, by whatever way."""


def _tell(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open":
        for spy in SPIES:
            spy(arguments[0])


sys.addaudithook(_tell)


class Runs:
    """Runs over the working folder; says which of its Python files were opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.opened: list[str] = []
        self.warnings: list[str] = []
        monkeypatch.setattr(f"{__name__}.SPIES", [self._note])

    def _note(self, file: object) -> None:
        if str(file).endswith(".py") and os.path.abspath(str(file)).startswith(os.getcwd()):
            self.opened.append(os.path.relpath(str(file)))

    def __call__(self, *paths: str, cache_folder: str | None = "kept", jobs: int = 1) -> Outcome:
        self.opened.clear()
        finder = SettingsFinder(rule_book(), Options(isolated=True))
        return lint(paths or ["."], finder, Means(jobs, cache_folder, warn=self.warnings.append))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Runs:
    """With files that count as old enough to be remembered, few as they are."""
    monkeypatch.setattr(surroundings, "MANY", 0)
    monkeypatch.setattr(contents, "TICK", -(10**15))
    return Runs(monkeypatch)


@pytest.fixture
def tree(write: Write, folder: Path) -> Path:
    for name, text in FILES.items():
        write(name, text)
    return folder


def later(file: Path, text: str | None = None) -> None:
    """Writes a file, at a time that is another one for certain."""
    told = file.stat().st_mtime_ns
    if text is not None:
        file.write_text(text)
    os.utime(file, ns=(told, told + 10**9))


@pytest.mark.usefixtures("tree")
def test_of_unchanged_files_only_those_with_findings_are_opened(run: Runs) -> None:
    first = run()
    assert set(run.opened) == set(FILES)
    again = run()
    assert (again.diagnostics, again.files) == (first.diagnostics, first.files)
    assert run.opened == [found.span.path for found in first.diagnostics] == WITH_FINDINGS


def test_comments_are_obeyed_in_unchanged_files(run: Runs, write: Write) -> None:
    unused = "  # lstmlint: ignore[LST101]"
    write("model.py", ALONE.replace("outputs[-1]", f"outputs[-1]{unused}"))
    first = run()
    assert [found.code for found in first.diagnostics] == ["LST103", "LST903"]
    assert run().diagnostics == first.diagnostics
    write("model.py", ALONE.replace("outputs[-1]", "outputs[-1]  # lstmlint: ignore[LST103]"))
    assert run().diagnostics == run().diagnostics == ()


def equal_size(tree: Path) -> None:
    later(tree / "helper.py", HELPER.format(":,"))


def other_layer(tree: Path) -> None:
    later(tree / "part" / "encoders.py", ENCODERS.format("Tanh"))


def recurrent_import(tree: Path) -> None:
    later(tree / "dense.py", ENCODERS.format("LSTM"))


def becomes_recurrent(tree: Path) -> None:
    later(tree / "plain.py", ALONE)


def deleted_import(tree: Path) -> None:
    (tree / "part" / "encoders.py").unlink()


def added_import(tree: Path) -> None:
    (tree / "late.py").write_text(ENCODERS.format("LSTM"))


def added_package(tree: Path) -> None:
    (tree / "late").mkdir()
    (tree / "late" / "__init__.py").write_text("from part.encoders import make\n")


def renamed_file(tree: Path) -> None:
    (tree / "plain.py").rename(tree / "gone.py")
    (tree / "user.py").rename(tree / "plain.py")


def moved_folder(tree: Path) -> None:
    (tree / "part").rename(tree / "other")


def replaced_by_a_link(tree: Path) -> None:
    (tree / "helper.py").unlink()
    (tree / "helper.py").symlink_to(tree / "plain.py")


def turned_link(tree: Path) -> None:
    """What a link leads to, as package managers do it."""
    (tree / "one").mkdir()
    (tree / "one" / "encoders.py").write_text(ENCODERS.format("Tanh"))
    (tree / "part").rename(tree / "two")
    (tree / "part").symlink_to(tree / "one")


CHANGES = [
    equal_size,
    other_layer,
    recurrent_import,
    becomes_recurrent,
    deleted_import,
    added_import,
    added_package,
    renamed_file,
    moved_folder,
    replaced_by_a_link,
    turned_link,
]


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_changed_is_looked_at_again(
    change: Callable[[Path], None], jobs: int, run: Runs, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "PATIENCE", 0.0)
    monkeypatch.setattr(engine, "FEWEST", 1)
    before = run(jobs=jobs).diagnostics
    change(tree)
    after = run(jobs=jobs).diagnostics
    assert after != before
    assert after == run(cache_folder=None).diagnostics == run(jobs=jobs).diagnostics


def test_where_one_file_changed_the_others_stay_closed(run: Runs, tree: Path) -> None:
    """But for those that define what is recurrent: which files use it may depend on all of what they say."""
    run()
    later(tree / "dense.py", ENCODERS.format("ReLU"))
    assert [found.span.path for found in run().diagnostics] == WITH_FINDINGS
    assert set(run.opened) == {"dense.py", "part/encoders.py", *WITH_FINDINGS}
    later(tree / "part" / "encoders.py", ENCODERS.format("ReLU"))
    assert [found.span.path for found in run().diagnostics] == ["helper.py"]
    assert set(run.opened) == {"part/encoders.py", "helper.py"}


def test_a_touched_file_is_opened_and_means_the_same(run: Runs, tree: Path) -> None:
    first = run()
    later(tree / "plain.py")
    assert run().diagnostics == first.diagnostics
    assert set(run.opened) == {"plain.py", *WITH_FINDINGS}
    assert (run().diagnostics, run.opened) == (first.diagnostics, WITH_FINDINGS)


def test_a_file_that_has_just_been_written_is_opened_again(
    run: Runs, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its times may not tell a second change from the first."""
    monkeypatch.setattr(contents, "TICK", 3_600 * 10**9)
    run()
    times = (tree / "helper.py").stat()
    (tree / "helper.py").write_text(HELPER.format(":,"))
    os.utime(tree / "helper.py", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert [found.span.path for found in run().diagnostics] == ["user.py"]
    assert set(run.opened) == set(FILES)


@pytest.mark.usefixtures("tree")
def test_another_version_believes_nothing(run: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    monkeypatch.setattr(surroundings, "program", lambda: "another one altogether")
    run()
    assert set(run.opened) == set(FILES)


def rewritten(folder: Path, *statements: str) -> None:
    with sqlite3.connect(folder / "kept" / "results.sqlite") as database:
        for statement in statements:
            database.execute(statement)


def test_without_a_cache_nothing_of_it_is_used(run: Runs, tree: Path) -> None:
    first = run()
    rewritten(tree, f"UPDATE contents SET kind = {contents.PLAIN}")
    assert run().diagnostics == ()
    assert run(cache_folder=None).diagnostics == first.diagnostics


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE contents SET kind = 'x', digest = 7",
        "UPDATE contents SET kind = 9",
        "UPDATE contents SET mark = NULL",
        "UPDATE reached SET what = 'no json'",
        "UPDATE reached SET what = '[1, 2, 3]'",
        "UPDATE reached SET what = NULL",
        "UPDATE reached SET what = '[{\"helper.py\": \"\"}, {}, {}]', facts = 'no json'",
        "UPDATE reached SET what = '[{\"helper.py\": \"\"}, {}, {}]', facts = '[[1], [[0, 1, [0, 0, 0]]]]'",
        'UPDATE reached SET what = \'[{"helper.py": ""}, {}, {}]\', facts = \'[["helper.py"], [[9, 0, null]]]\'',
        "DELETE FROM reached",
    ],
)
def test_damaged_rows_do_no_harm(statement: str, run: Runs, tree: Path) -> None:
    first = run()
    rewritten(tree, statement)
    assert (run().diagnostics, run.warnings) == (first.diagnostics, [])


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize("damage", ["DROP TABLE contents", "DROP TABLE reached"])
def test_a_damaged_file_is_warned_of_once(damage: str, run: Runs, folder: Path) -> None:
    first = run()
    rewritten(folder, damage)
    assert run().diagnostics == first.diagnostics
    assert len(run.warnings) == 1


@pytest.mark.usefixtures("tree")
def test_a_cache_that_another_process_writes_to_is_warned_of(
    run: Runs, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run()
    later(folder / "plain.py", "x = 2\n")
    monkeypatch.setattr("lstmlint.engine.store._PATIENCE", 0.01)
    other = sqlite3.connect(folder / "kept" / "results.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert run().diagnostics == first.diagnostics
    assert len(run.warnings) == 1 and "locked" in run.warnings[0]
    other.close()


def test_rows_are_dropped_where_they_are_old(run: Runs, tree: Path, write: Write) -> None:
    run()
    rewritten(tree, "UPDATE contents SET made = 0")
    write("new.py", "")
    run()
    with sqlite3.connect(tree / "kept" / "results.sqlite") as database:
        assert {path for (path,) in database.execute("SELECT path FROM contents")} == {str(tree / "new.py")}


def test_of_few_files_nothing_is_remembered(run: Runs, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "MANY", len(FILES) + 1)
    run()
    run()
    assert set(run.opened) == set(FILES)
    with sqlite3.connect(tree / "kept" / "results.sqlite") as database:
        assert list(database.execute("SELECT * FROM contents")) == []


def test_names_that_are_no_text_are_not_remembered(run: Runs, folder: Path) -> None:
    (folder / os.fsdecode(b"model\xff.py")).write_text(ALONE)
    first = run()
    assert len(first.diagnostics) == 1
    assert (run().diagnostics, run.warnings) == (first.diagnostics, [])


def test_a_pipe_is_read_once(run: Runs, folder: Path) -> None:
    os.mkfifo(folder / "pipe.py")
    writer = threading.Thread(target=lambda: (folder / "pipe.py").write_text(ALONE))
    writer.start()
    found = run("pipe.py")
    writer.join()
    assert [each.code for each in found.diagnostics] == ["LST103"]
    assert list(found.lines("pipe.py")) == ALONE.split("\n")
