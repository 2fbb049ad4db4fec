"""Answers of earlier runs: the same words and the same end, and never those of a run over something else."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from lstmlint import answers
from lstmlint.cli import main
from lstmlint.quick import answer

Write = Callable[[str, str], Path]
Capture = pytest.CaptureFixture[str]

HELPER = "from torch import nn\n\n\ndef layer():\n    return nn.LSTM(3, 5, batch_first={})\n"
MODEL = """# an LSTM
from torch import nn
from helper import layer


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = layer()

    def forward(self, x):
        outputs, _ = self.lstm(x)
        return outputs[-1]
"""
COMMANDS = [
    ["model.py"],
    ["check", "--force-exclude", "model.py", "plain.py"],
    ["model.py", "--output-format", "json", "--exit-zero"],
    ["--output-format=concise", "-q", "model.py"],
    ["--select", "LST2", "model.py"],
]


@pytest.fixture
def project(write: Write, folder: Path) -> Path:
    write("helper.py", HELPER.format(True))
    write("plain.py", "import torch\n")
    write("model.py", MODEL)
    return folder


def lint(arguments: list[str], capsys: Capture) -> tuple[int, str]:
    """What the long way ends with and prints."""
    return main(arguments), capsys.readouterr().out


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("arguments", COMMANDS)
def test_the_same_run_says_the_same(arguments: list[str], capsys: Capture) -> None:
    assert answer(arguments) is None
    said = lint(arguments, capsys)
    assert answer(arguments) == said
    assert lint(arguments, capsys) == said


@pytest.mark.usefixtures("project")
def test_what_is_found_is_said_again(capsys: Capture) -> None:
    status, said = lint(["model.py"], capsys)
    assert status == 1 and "torch-last-step-wrong-axis" in said


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    "arguments",
    [
        ["."],
        ["--no-cache", "model.py"],
        ["--statistics", "model.py"],
        ["--color=always", "model.py"],
        ["--config", "lstmlint.toml", "model.py"],
        ["--show-refuted", "model.py"],
        ["user.py", "model.py"],
    ],
)
def test_what_is_not_kept(arguments: list[str], write: Write, capsys: Capture) -> None:
    write("user.py", MODEL.replace("LSTM", "model of ours"))
    if "--config" in arguments:
        write("lstmlint.toml", "")
    lint(arguments, capsys)
    assert answer(arguments) is None


def change_model(project: Path) -> None:
    (project / "model.py").write_text(MODEL.replace("outputs[-1]", "outputs[:, -1]"))


def change_helper(project: Path) -> None:
    (project / "helper.py").write_text(HELPER.format(False))


def lose_helper(project: Path) -> None:
    (project / "helper.py").unlink()


def hide_helper(project: Path) -> None:
    """A package of the name is found no sooner than the module, but a `src` beside is a root of its own."""
    lose_helper(project)
    (project / "src").mkdir()
    (project / "src" / "helper.py").write_text(HELPER.format(True))


def configure(project: Path) -> None:
    (project / "lstmlint.toml").write_text('ignore = ["LST103"]\n')


def configure_nothing(project: Path) -> None:
    """An empty configuration hides those above it."""
    (project / "lstmlint.toml").write_text("")


def make_plain_file_a_model(project: Path) -> None:
    (project / "plain.py").write_text(MODEL)


@pytest.mark.parametrize(
    "change",
    [
        change_model,
        change_helper,
        lose_helper,
        hide_helper,
        configure,
        configure_nothing,
        make_plain_file_a_model,
    ],
)
def test_what_changes_the_answer(change: Callable[[Path], None], project: Path, capsys: Capture) -> None:
    arguments = ["model.py", "plain.py"]
    lint(arguments, capsys)
    assert answer(arguments) is not None
    change(project)
    assert answer(arguments) is None
    said = lint(arguments, capsys)
    assert answer(arguments) == said


@pytest.mark.usefixtures("project")
def test_another_lstmlint_is_asked_anew(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    lint(["model.py"], capsys)
    monkeypatch.setattr(answers, "program", lambda: "another")
    assert answer(["model.py"]) is None


def test_another_folder_is_another_run(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    arguments = [str(project / "model.py"), f"--cache-dir={project / 'kept'}"]
    lint(arguments, capsys)
    (project / "elsewhere").mkdir()
    monkeypatch.chdir(project / "elsewhere")
    assert answer(arguments) is None


def test_a_terminal_is_drawn_for_anew(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    lint(["model.py"], capsys)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert answer(["model.py"]) is None


def test_a_file_that_changes_under_way_is_not_kept(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    from lstmlint import cli

    linted = cli._linted

    def edited(*arguments):  # type: ignore[no-untyped-def]
        outcome = linted(*arguments)
        change_model(project)
        return outcome

    monkeypatch.setattr(cli, "_linted", edited)
    lint(["model.py"], capsys)
    assert answer(["model.py"]) is None


@pytest.mark.parametrize("damage", [b"", b"no database at all, but long enough to be taken for one" * 40])
def test_a_damaged_cache_leaves_it_to_the_long_way(project: Path, damage: bytes, capsys: Capture) -> None:
    lint(["model.py"], capsys)
    (project / ".lstmlint_cache" / answers.FILE).write_bytes(damage)
    assert answer(["model.py"]) is None


@pytest.mark.parametrize("change", ["status = 'x'", "said = NULL", "lookups = 'a'"])
def test_damaged_answers_do_no_harm(project: Path, change: str, capsys: Capture) -> None:
    said = lint(["model.py"], capsys)
    with sqlite3.connect(project / ".lstmlint_cache" / answers.FILE) as database:
        database.execute(f"UPDATE answers SET {change}")
    assert answer(["model.py"]) in (None, said)


def test_a_name_that_a_uri_would_read_otherwise(project: Path, capsys: Capture) -> None:
    arguments = ["model.py", "--cache-dir=a#b?c%20d"]
    said = lint(arguments, capsys)
    assert answer(arguments) == said
