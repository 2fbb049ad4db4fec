"""Names that star imports bring, by many ways or in a circle: each file is asked once."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstmlint.names.project import Project
from lstmlint.syntax.sketch import Sketch
from lstmlint.values import Const
from tests.interpret.programs import run_of

DEPTH = 10


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The files that were asked for a name, and the names."""
    found: list[tuple[str, str]] = []
    binding = Sketch.binding

    def noted(sketch: Sketch, name: str) -> object:
        found.append((Path(sketch.source.path).name, name))
        return binding(sketch, name)

    monkeypatch.setattr(Sketch, "binding", noted)
    return found


def value_of(name: str, text: str, folder: Path) -> object:
    run = run_of(text, Project((folder,)), str(folder / "main.py"))
    return next(iter(run.modules.values())).variables.get(name)


def test_a_name_that_no_file_has_is_looked_for_once_in_each(tmp_path: Path, asked: list[tuple[str, str]]) -> None:
    """Two files import all of the two below them, and so on: a thousand ways lead to the lowest."""
    for level in range(DEPTH):
        for side in "ab":
            stars = f"from a{level + 1} import *\nfrom b{level + 1} import *\n" if level < DEPTH - 1 else "low = 7\n"
            (tmp_path / f"{side}{level}.py").write_text(stars)
    value_of("x", "from a0 import *\nfrom b0 import *\nx = missing\n", tmp_path)
    files = [file for file, name in asked if name == "missing"]
    assert len(files) == len(set(files)) == 2 * DEPTH


def test_a_name_is_found_behind_a_circle(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("from two import *\n")
    (tmp_path / "two.py").write_text("from one import *\nfrom three import *\n")
    (tmp_path / "three.py").write_text("from main import *\nwidth = 5\n")
    assert value_of("x", "from one import *\nx = width\n", tmp_path) == Const(5)


def test_of_several_star_imports_that_bring_a_name_the_last_counts(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"part{number}.py").write_text(f"width = {number}\n")
    found = value_of("found", "from part1 import *\nfrom part2 import *\nfound = width\n", tmp_path)
    assert isinstance(found, Const) and found.value == 2
