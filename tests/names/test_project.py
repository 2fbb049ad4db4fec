"""Finding the file behind an import: what lies beside the importing file, in its packages, under the roots."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstmlint.names.project import Project


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project: src/app/{__init__,main}.py, src/app/nets/{__init__,rnn}.py, src/tools.py."""
    for name in (
        "src/app/__init__.py",
        "src/app/main.py",
        "src/app/nets/__init__.py",
        "src/app/nets/rnn.py",
        "src/tools.py",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"NAME = {name!r}\n")
    return tmp_path


@pytest.mark.parametrize(
    ("module", "level"), [("torch", 0), ("app.missing", 0), ("missing", 1), ("nets.gone", 1), ("x", 9)]
)
def test_what_is_not_there_is_not_found(tree: Path, module: str, level: int) -> None:
    assert Project((tree / "src",)).find(module, level, str(tree / "src/app/main.py")) is None


@pytest.mark.parametrize(
    ("module", "level", "importer", "expected"),
    [
        ("app.nets.rnn", 0, "src/app/main.py", "src/app/nets/rnn.py"),
        ("nets.rnn", 1, "src/app/main.py", "src/app/nets/rnn.py"),
        ("", 1, "src/app/nets/rnn.py", "src/app/nets/__init__.py"),
        ("main", 2, "src/app/nets/rnn.py", "src/app/main.py"),
        ("tools", 0, "src/app/main.py", "src/tools.py"),
        ("app", 0, "src/tools.py", "src/app/__init__.py"),
        ("main", 0, "src/app/main.py", "src/app/main.py"),
    ],
)
def test_a_module_is_found_from_where_it_is_imported(
    tree: Path, module: str, level: int, importer: str, expected: str
) -> None:
    found = Project((tree / "src",)).find(module, level, str(tree / importer))
    assert found is not None
    assert Path(found.source.path) == tree / expected


def test_a_file_is_read_once(tree: Path) -> None:
    project = Project((tree / "src",))
    first = project.find("tools", 0, str(tree / "src/app/main.py"))
    (tree / "src/tools.py").write_text("changed = 1\n")
    assert project.find("tools", 0, str(tree / "src/app/nets/rnn.py")) is first


def test_of_a_file_that_python_cannot_read_nothing_is_known(tree: Path) -> None:
    (tree / "src/tools.py").write_text("def (:\nnet = 1 1\n")
    found = Project((tree / "src",)).find("tools", 0, str(tree / "src/app/main.py"))
    assert found is not None
    assert found.index.binding("def") is None


def test_files_that_were_not_used_for_long_are_forgotten(tree: Path) -> None:
    project = Project((tree / "src",))
    main = str(tree / "src/app/main.py")
    first, second, third = (project.find(name, 0, main) for name in ("tools", "app.nets", "app.nets.rnn"))
    assert first and second and third
    project.forget()
    assert project.find("tools", 0, main) is first
    project.forget(len(third.source.text) + len(first.source.text))
    assert project.loaded(second.source.path) is None
    assert (project.loaded(first.source.path), project.loaded(third.source.path)) == (first, third)
    again = project.find("app.nets", 0, main)
    assert again is not None and again is not second and again.source == second.source
