"""What the defaults of a definition alone say of it is not reported where somebody uses it with other values."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lstmlint.engine.lint import Means, lint
from lstmlint.engine.settings import Options, SettingsFinder
from lstmlint.rulebook import rule_book

Write = Callable[[str, str], Path]

MODEL = """
from torch import nn

class Encoder(nn.Module):
    def __init__(self, width, layers=1, dropout=0.5):
        super().__init__()
        self.gru = nn.GRU(width, width, layers, dropout=dropout)
"""
TRAIN = "import torch\n\nfrom model import Encoder\n\nencoder = Encoder({})\n"


def messages(*paths: str, **means: object) -> list[str]:
    finder = SettingsFinder(rule_book(), Options(select=("LST303",)))
    outcome = lint(paths, finder, Means(**means))  # type: ignore[arg-type]
    assert not outcome.failures
    return [found.message for found in outcome.diagnostics]


def test_by_itself_a_default_is_told_of(write: Write) -> None:
    write("model.py", MODEL)
    (message,) = messages("model.py")
    assert "by default" in message


@pytest.mark.parametrize("given", ["8, 2", "8, layers=3", "8, dropout=0", "8, layers=depth"])
def test_a_use_with_other_values_takes_it_back(write: Write, given: str) -> None:
    write("model.py", MODEL)
    write("train.py", TRAIN.format(given))
    assert messages(".") == []


def test_a_use_with_the_defaults_makes_it_sure(write: Write) -> None:
    write("model.py", MODEL)
    write("train.py", TRAIN.format("8"))
    (message,) = messages(".")
    assert "by default" not in message


def test_of_two_uses_the_wrong_one_is_told_of(write: Write) -> None:
    write("model.py", MODEL)
    write("deep.py", TRAIN.format("8, 2"))
    write("flat.py", TRAIN.format("8, 1, 0.3"))
    (message,) = messages(".")
    assert "dropout=0.3" in message


def test_kept_results_take_it_back_as_well(write: Write, tmp_path: Path) -> None:
    write("model.py", MODEL)
    write("train.py", TRAIN.format("8, 2"))
    for _ in range(2):
        assert messages(".", cache_folder=str(tmp_path / "cache")) == []
