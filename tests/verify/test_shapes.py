"""Shapes are seen before anything is run, so that a model too large or too slow to be run shows them all the same."""

from __future__ import annotations

from pathlib import Path

from lstmlint.engine.settings import Options as Lint
from lstmlint.engine.settings import SettingsFinder
from lstmlint.rulebook import rule_book
from lstmlint.verify.agreement import LayerRow, rows
from lstmlint.verify.process import Limits, default_python
from lstmlint.verify.running import Options, Verified, verify

PROGRAM = """
import functools
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(3, {hidden}, batch_first=True)
        {built}

    def forward(self, x):
        {line}
        return self.rnn(x)[0][:, -1]


{decorated}def make():
    return Net().to(DEVICE)


if __name__ == "__main__":
    print(make()(torch.randn(2, 5, 3, device=DEVICE)).shape)
"""


def ran(folder: Path, limits: Limits, **parts: object) -> tuple[Verified, list[LayerRow]]:
    """A verified run over the program, and the rows of its table."""
    file = folder / "model.py"
    known = {"hidden": 8, "built": "pass", "line": "pass", "decorated": ""}
    file.write_text(PROGRAM.format(**{**known, **parts}), encoding="utf-8")
    finder = SettingsFinder(rule_book(), Lint(isolated=True))
    found = verify([str(file)], finder, Options(default_python(), limits))
    return found, list(rows(found, str(file)))


def test_what_meta_tensors_cannot_do_is_run_without_a_word(tmp_path: Path) -> None:
    found, (row,) = ran(tmp_path, Limits(), line="assert int(x.sum()) == int(x.sum())")
    assert found.troubles == () and row.observed.endswith("samples on axis 0")


def test_a_small_model_is_run(tmp_path: Path) -> None:
    found, (row,) = ran(tmp_path, Limits())
    assert found.troubles == () and row.observed.endswith("samples on axis 0") and row.verdict == "agrees"


def test_a_model_too_large_for_the_limit_shows_its_shapes_and_is_not_built(tmp_path: Path) -> None:
    built = 'if self.rnn.weight_hh_l0.device.type == "cpu": raise MemoryError("it was built")'
    found, (row,) = ran(tmp_path, Limits(), hidden=20_000, built=built)
    assert found.troubles == ()
    assert row.observed == "(2, 5, 3) (shapes only: too large for the memory limit)"


def test_a_model_that_takes_too_long_shows_its_shapes(tmp_path: Path) -> None:
    found, (row,) = ran(tmp_path, Limits(seconds=5.0), line='while x.device.type == "cpu": pass')
    assert ["took more than 5 seconds" in each.message for each in found.troubles] == [True]
    assert row.observed == "(2, 5, 3) (shapes only)" and row.verdict == "the model did not run to its end"


def test_a_model_that_takes_long_on_the_meta_device_is_run(tmp_path: Path) -> None:
    line = 'while x.device.type == "meta": pass'
    found, (row,) = ran(tmp_path, Limits(), line=line)
    assert found.troubles == () and row.observed.endswith("samples on axis 0")


def test_a_model_that_the_program_keeps_is_not_taken_for_one_with_numbers(tmp_path: Path) -> None:
    found, (row,) = ran(tmp_path, Limits(), decorated="@functools.cache\n")
    assert found.troubles == () and row.observed.startswith("(2, 5, 3) (shapes only")
