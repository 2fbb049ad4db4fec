"""Which files a run looks at."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lstmlint.engine.discover import Target, discover
from lstmlint.engine.errors import UsageError
from lstmlint.engine.settings import Options, SettingsFinder
from lstmlint.rulebook import rule_book
from lstmlint.source import ReadProblem

Write = Callable[[str, str], Path]


def found(*paths: str, **options: object) -> list[str]:
    finder = SettingsFinder(rule_book(), Options(**options))  # type: ignore[arg-type]
    return [target.path for target in discover(paths or (".",), finder) if isinstance(target, Target)]


def test_python_files_below_a_folder(write: Write) -> None:
    for path in ("b.py", "a.py", "sub/deep/c.py", "notes.txt", "stub.pyi", "model.ipynb", ".hidden.py"):
        write(path, "")
    assert found() == [".hidden.py", "a.py", "b.py", "sub/deep/c.py"]


@pytest.mark.parametrize(
    "path",
    [
        ".git/a.py",
        ".tox/a.py",
        "build/a.py",
        "sub/dist/a.py",
        "node_modules/a.py",
        "lib/site-packages/a.py",
    ],
)
def test_folders_that_are_skipped(write: Write, path: str) -> None:
    write(path, "")
    assert found() == []


def test_environments_are_skipped_whatever_their_name(write: Write) -> None:
    write("mine/pyvenv.cfg", "")
    write("mine/lib/a.py", "")
    assert found() == []


def test_what_is_named_is_taken_as_it_is(write: Write) -> None:
    write("build/a.py", "")
    write("build/script", "")
    assert found("build") == ["build/a.py"]
    assert found("build/script", "build/a.py") == ["build/script", "build/a.py"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (".", "src/a.py"),
        ("src", "src/a.py"),
        ("src/", "src/a.py"),
        ("./src", "./src/a.py"),
        ("src/../src", "src/../src/a.py"),
    ],
)
def test_paths_are_shown_as_given(write: Write, given: str, shown: str) -> None:
    write("src/a.py", "")
    assert found(given) == [shown]


def test_absolute_paths_stay_absolute(write: Write) -> None:
    path = write("src/a.py", "")
    assert found(str(path.parent)) == [str(path)]


def test_a_file_given_twice_is_looked_at_once(write: Write) -> None:
    write("src/a.py", "")
    write("src/b.py", "")
    assert found("src/b.py", "src", "./src/a.py") == ["src/b.py", "src/a.py"]


def test_gitignore_is_honoured_nested_and_taken_back(write: Write) -> None:
    write(".gitignore", "# a comment\n*_old.py\n/top.py\nscratch/\n")
    write("sub/.gitignore", "!keep_old.py\nlocal.py\n")
    for path in ("top.py", "a_old.py", "scratch/a.py", "sub/top.py", "sub/keep_old.py", "sub/b_old.py", "sub/local.py"):
        write(path, "")
    write("local.py", "")
    assert found() == ["local.py", "sub/keep_old.py", "sub/top.py"]


def test_gitignore_agrees_with_git(write: Write, folder: Path) -> None:
    write(".gitignore", "a/**/x.py\n*.gen.py\n!b/*.gen.py\n[cd].py\n\\#e.py\nf.py \n/g/*\n!/g/h.py\n")
    write("b/.gitignore", "/y.py\n")
    for path in ("a/x.py", "a/1/2/x.py", "b/z.gen.py", "z.gen.py", "c.py", "b/d.py", "#e.py", "f.py"):
        write(path, "")
    for path in ("g/h.py", "g/i.py", "b/y.py", "b/s/y.py"):
        write(path, "")
    subprocess.run(["git", "init", "-q"], check=True)
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard", "*.py"], check=True, capture_output=True, text=True
    )
    assert sorted(found()) == sorted(listed.stdout.split())


def test_a_repositorys_gitignore_counts_for_its_subfolders(write: Write, folder: Path) -> None:
    write(".gitignore", "*_old.py\n/build_scripts/\n")
    write("src/a_old.py", "")
    write("src/b.py", "")
    write("build_scripts/c.py", "")
    subprocess.run(["git", "init", "-q"], check=True)
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "exclude").write_text("private.py\n")
    write("src/private.py", "")
    assert found("src") == ["src/b.py"]
    assert found("build_scripts") == ["build_scripts/c.py"]


def test_a_repository_inside_another_begins_anew(write: Write) -> None:
    write(".gitignore", "*.py\n")
    write("inner/.git/HEAD", "")
    write("inner/a.py", "")
    assert found() == ["inner/a.py"]


def test_a_line_of_gitignore_that_is_no_pattern_is_left_out(write: Write) -> None:
    write(".gitignore", "!\n///\n***\na.py\n")
    write("a.py", "")
    write("b.py", "")
    assert "a.py" not in found()


def test_excluded_files(write: Write) -> None:
    write("lstmlint.toml", "exclude = ['old', 'sub/*.py']")
    for path in ("old/a.py", "sub/b.py", "sub/deep/c.py", "d.py", "e.py"):
        write(path, "")
    assert found(exclude=("e.py",)) == ["d.py", "sub/deep/c.py"]


def test_named_files_are_excluded_only_by_force(write: Write) -> None:
    write("old/a.py", "")
    assert found("old/a.py", exclude=("old/",)) == ["old/a.py"]
    assert found("old/a.py", exclude=("old/",), force_exclude=True) == []
    assert found("old", exclude=("old/",), force_exclude=True) == []


def test_a_path_that_does_not_exist(write: Write) -> None:
    write("a.py", "")
    with pytest.raises(UsageError, match=r"none\.py: no such file or folder"):
        found("a.py", "none.py")


def test_links_are_survived(write: Write, folder: Path) -> None:
    write("real/a.py", "")
    os.symlink(folder, folder / "real" / "up")
    os.symlink("loop.py", folder / "loop.py")
    os.symlink("nowhere.py", folder / "broken.py")
    os.symlink("real/a.py", folder / "link.py")
    os.symlink("real", folder / "folder.py")
    assert found() == ["link.py", "real/a.py"]


def test_what_is_no_regular_file_is_not_read(write: Write, folder: Path) -> None:
    os.mkfifo(folder / "pipe.py")
    write("folder.py/a.py", "")
    assert found() == ["folder.py/a.py"]


def test_a_folder_that_cannot_be_listed_is_reported(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("locked/a.py", "")
    write("b.py", "")
    scandir = os.scandir

    def refusing(path: str) -> object:
        if path.endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    targets = list(discover(["."], SettingsFinder(rule_book(), Options())))
    assert [target.path for target in targets] == ["b.py", "locked"]
    assert targets[1] == ReadProblem("locked", "cannot list the folder: Permission denied")
