"""Where imported modules lie: the same files as the project finds for the interpreter."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstmlint.names import locate
from lstmlint.names.locate import Locator, import_roots
from lstmlint.names.project import Project

FILES = (
    "src/app/__init__.py",
    "src/app/main.py",
    "src/app/tools.py",
    "src/app/nets/__init__.py",
    "src/app/nets/rnn.py",
    "src/plain/part.py",
    "src/tools.py",
    "src/twice.py",
    "src/twice/__init__.py",
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project with a package, a folder without `__init__.py`, and names that occur twice."""
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return tmp_path


@pytest.mark.parametrize("importer", ["src/app/main.py", "src/app/nets/rnn.py", "src/tools.py", "src/plain/part.py"])
@pytest.mark.parametrize(
    ("module", "level"),
    [
        ("torch", 0),
        ("app.gone", 0),
        ("gone", 1),
        ("app", 0),
        ("app.nets", 0),
        ("app.nets.rnn", 0),
        ("nets.rnn", 1),
        ("nets", 0),
        ("tools", 0),
        ("tools", 1),
        ("tools", 2),
        ("", 1),
        ("", 2),
        ("x", 9),
        ("plain.part", 0),
        ("plain", 0),
        ("twice", 0),
        ("part", 1),
    ],
)
def test_the_same_file_is_found_as_by_the_project(tree: Path, importer: str, module: str, level: int) -> None:
    path = tree / importer
    known = Project((tree / "src",)).find(module, level, str(path))
    found = Locator((str(tree / "src"),)).find(module, level, str(path.parent))[0]
    assert found == (None if known is None else known.source.path)


def test_a_folder_without_init_is_a_package_with_modules_inside(tree: Path) -> None:
    locator = Locator((str(tree / "src"),))
    found = locator.find("plain", 0, str(tree / "src/app"))
    assert found == (None, str(tree / "src/plain"))
    assert locator.inside(str(tree / "src/plain"), ["part"]) == str(tree / "src/plain/part.py")
    assert locator.inside(str(tree / "src/plain"), ["gone"]) is None


def test_a_run_looks_in_the_folders_of_its_paths_and_the_working_folder(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree)
    expected = (str(tree / "src/app"), str(tree), str(tree / "src"))
    assert import_roots(["src/app/main.py"]) == import_roots(["src/app"]) == expected


def test_of_many_modules_each_is_found_again(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locate, "MOST", 3)
    locator = Locator((str(tree / "src"),))
    folder = str(tree / "src" / "app")
    names = ["tools", "nets", "nets.rnn", "gone", "twice", "app"]
    first = [locator.find(name, 0, folder) for name in names]
    assert [locator.find(name, 0, folder) for name in names] == first
    assert first[3] == (None, None) and first[2][0] == str(tree / "src/app/nets/rnn.py")
