"""What the bounds cut off is said: which file, which definition, which bound."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.generate import importing
from lstmlint.events import Called
from lstmlint.findings import GivenUp
from lstmlint.interpret import program, run
from lstmlint.interpret.linted import parts_of
from lstmlint.interpret.program import interpret
from lstmlint.names.project import Project
from lstmlint.source import SourceFile
from lstmlint.syntax.outline import Outline, outline
from lstmlint.world import World

HEADER = "from torch import nn\nlayer = nn.LSTM(3, 5)\n"
LONG = "".join(f"x = x + {number}\n" for number in range(60))
STEPS = 50


def indented(text: str, blanks: int) -> str:
    return "".join(f"{' ' * blanks}{line}\n" for line in text.splitlines())


IN_FUNCTION = f"{HEADER}def f(x):\n{indented(LONG, 4)}    return layer(x)\n"
IN_METHOD = (
    "from torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    f"        self.layer = nn.LSTM(3, 5)\n    def forward(self, x):\n{indented(LONG, 8)}        return self.layer(x)\n"
)
AT_TOP = f"{HEADER}x = 1\n{LONG}"


def worlds(text: str, folder: Path) -> list[World]:
    source, project = SourceFile(str(folder / "file.py"), text), Project((folder,))
    found = outline(source)
    assert isinstance(found, Outline)
    return [interpret(part, project) for part in parts_of(source, found, project)]


def given_up(text: str, folder: Path) -> list[GivenUp]:
    return [each for world in worlds(text, folder) for each in world.given_up]


@pytest.fixture
def bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (program, run):
        monkeypatch.setattr(module, "STEPS", STEPS)


@pytest.mark.parametrize("text", [IN_FUNCTION, IN_METHOD, AT_TOP])
def test_nothing_is_given_up_within_the_bounds(text: str, tmp_path: Path) -> None:
    assert given_up(text, tmp_path) == []


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize(
    ("text", "what"),
    [(IN_FUNCTION, "f"), (IN_METHOD, "Net.forward"), (AT_TOP, "the top level")],
)
def test_the_definition_in_which_the_steps_ran_out(text: str, what: str, tmp_path: Path) -> None:
    found = given_up(text, tmp_path)
    assert found == [GivenUp(str(tmp_path / "file.py"), f"{what}, and what follows it", f"{STEPS} steps")]


def test_calls_into_other_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (program, run):
        monkeypatch.setattr(module, "ABROAD", 10)
    (tmp_path / "other.py").write_text(f"def g(x):\n{indented(LONG, 4)}    return x\n")
    text = f"from other import g\n{HEADER}def f(x):\n    return layer(g(g(x)))\n"
    assert given_up(text, tmp_path) == [GivenUp(str(tmp_path / "file.py"), "calls into other files", "10 steps there")]


def test_further_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (program, run):
        monkeypatch.setattr(module, "FILES", 2)
    for number in range(3):
        (tmp_path / f"other{number}.py").write_text("def g(x):\n    return x\n")
    imports = "".join(f"from other{number} import g as g{number}\n" for number in range(3))
    text = f"{imports}{HEADER}def f(x):\n    return layer(g0(g1(g2(x))))\n"
    assert given_up(text, tmp_path) == [GivenUp(str(tmp_path / "file.py"), "further imports", "2 files")]


def in_a_row(folder: Path, count: int) -> str:
    """A file whose model is made of the model of another, and so on through so many files in all."""
    for number in range(count - 1):
        (folder / f"file{number}.py").write_text(importing(number))
    return importing(count - 1)


@pytest.mark.parametrize("count", [1, 2, run.WAY])
def test_calls_through_a_few_files_are_followed(count: int, tmp_path: Path) -> None:
    *_, found = worlds(in_a_row(tmp_path, count), tmp_path)
    layers = [event.layer.id for event in found.events if isinstance(event, Called)]
    assert (len(set(layers)), found.given_up) == (count, ())


def test_calls_through_many_files(tmp_path: Path) -> None:
    expected = GivenUp(str(tmp_path / "file.py"), "calls into further files", f"{run.WAY} files on the way")
    assert given_up(in_a_row(tmp_path, run.WAY + 1), tmp_path) == [expected]


def test_calls_that_go_to_and_fro_between_two_files_are_followed(tmp_path: Path) -> None:
    for name, other in (("here", "there"), ("there", "here")):
        functions = (
            f"def {name}{n}(x):\n    from {other} import {other}{n + 1}\n    return {other}{n + 1}(x)\n"
            for n in range(8)
        )
        (tmp_path / f"{name}.py").write_text("".join(functions) + f"def {name}8(x):\n    return x\n")
    text = f"from here import here0\n{HEADER}def f(x):\n    return layer(here0(x))\n"
    assert given_up(text, tmp_path) == []


def test_a_file_takes_no_more_steps_for_more_files_behind_its_imports(tmp_path: Path) -> None:
    text = in_a_row(tmp_path, 16)
    few, many = (worlds(each, tmp_path) for each in (importing(run.WAY + 1), text))
    assert [world.steps for world in few] == [world.steps for world in many]
