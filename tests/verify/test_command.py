"""The command: which models are run, what becomes of findings, and what the output says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lstmlint.engine.settings import Options, SettingsFinder
from lstmlint.rulebook import rule_book
from lstmlint.verify.configured import advice

ROOT = Path(__file__).resolve().parents[2]

WRONG = """
import torch
from torch import nn


class Last(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.lstm = nn.LSTM(3, hidden)
        self.head = nn.Linear(hidden, 2)

    def forward(self, x):
        output, _ = self.lstm(x)
        return self.head(output[:, -1])


class Other(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.gru = nn.GRU(size, 4, batch_first=True)

    def forward(self, x):
        return self.gru(x)[0]


if __name__ == "__main__":
    print(Last(8)(torch.randn(4, 9, 3)).shape)
"""

DROPPED = """
import json
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate
        self.lstm = nn.LSTM(3, 8, batch_first=True)

    def forward(self, x):
        output, _ = self.lstm(x)
        return F.dropout(output[:, -1], self.rate)


if __name__ == "__main__":
    net = Net(json.loads("0.0"))
    print(net(torch.randn(4, 9, 3)).shape)
"""


def run(folder: Path, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the command on a file model.py in a folder."""
    (folder / "model.py").write_text(text, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "lstmlint", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)


def told(finished: subprocess.CompletedProcess[str]) -> Any:
    """The JSON that a command printed."""
    return json.loads(finished.stdout)


def test_linting_runs_nothing(tmp_path: Path) -> None:
    finished = run(tmp_path, 'open("ran", "w")\nimport torch\ntorch.nn.LSTM(3, 4)\n', "model.py")
    assert finished.returncode == 0 and not (tmp_path / "ran").exists()


def test_verify_wants_a_path(tmp_path: Path) -> None:
    assert run(tmp_path, WRONG, "verify").returncode == 2


def test_a_confirmed_finding_and_a_model_that_cannot_be_built(tmp_path: Path) -> None:
    finished = run(tmp_path, WRONG, "verify", "model.py", "--output-format", "json")
    answer = told(finished)
    assert finished.returncode == 1 and "runs the code" in finished.stderr
    (finding,) = answer["findings"]
    assert finding["code"] == "LST101" and finding["confidence"] == "certain"
    assert finding["observed"]["verdict"] == "confirmed"
    (layer,) = answer["layers"]
    assert layer["layer"] == "Last.lstm (LSTM)" and layer["read_as"] == "(time, batch, feature)"
    assert layer["verdict"] == "confirmed LST101"
    (trouble,) = answer["troubles"]
    assert trouble["model"] == "Other" and "size = ..." in trouble["cure"]


NARROW = """
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, batch_first=True)

    def forward(self, x):
        if x.size(1) != 9:
            raise ValueError("nine steps")
        return self.lstm(x)[0]
"""


@pytest.mark.parametrize(
    ("file", "text", "place"),
    [
        ("lstmlint.toml", "", "in lstmlint.toml, below [verify]: "),
        ("pyproject.toml", "[tool.lstmlint]\n", "in pyproject.toml, below [tool.lstmlint.verify]: "),
        ("pyproject.toml", "", "in pyproject.toml, below [tool.lstmlint.verify]: "),
    ],
)
def test_what_would_help_is_said_for_the_file_that_there_is(file: str, text: str, place: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text(text, encoding="utf-8")
    configuration = SettingsFinder(rule_book(), Options()).inside(str(tmp_path)).configuration
    assert advice(configuration, "m.py::Net", ("size", "depth"), 3) == (
        f'{place}"m.py::Net" = {{ args = {{ size = ..., depth = ... }} }}'
    )


def test_sizes_that_nobody_knows_are_not_suggested(tmp_path: Path) -> None:
    (trouble,) = told(run(tmp_path, NARROW, "verify", "model.py", "--output-format", "json"))["troubles"]
    assert trouble["message"].endswith(" ValueError: nine steps (given an input of shape (5, 7, 9))")
    assert '"model.py::Net" = { input = "B T ..." }' in trouble["cure"]


def test_one_model_of_a_file_and_its_configuration(tmp_path: Path) -> None:
    settings = '[verify]\n"model.py::Other" = { args = { size = 6 }, input = "B T 6" }\n'
    (tmp_path / "lstmlint.toml").write_text(settings, encoding="utf-8")
    answer = told(run(tmp_path, WRONG, "verify", "model.py::Other", "--output-format", "json"))
    assert [layer["layer"] for layer in answer["layers"]] == ["Other.gru (GRU)"]
    assert answer["layers"][0]["verdict"] == "agrees" and answer["troubles"] == []


def test_a_wrong_configuration_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "lstmlint.toml").write_text('[verify]\n"model.py::Other" = { arg = 1 }\n', encoding="utf-8")
    finished = run(tmp_path, WRONG, "verify", "model.py")
    assert finished.returncode == 2 and "args" in finished.stderr


def test_what_running_refutes_is_shown_on_request(tmp_path: Path) -> None:
    assert [each["code"] for each in told(run(tmp_path, DROPPED, "model.py", "--output-format", "json"))] == ["LST306"]
    finished = run(tmp_path, DROPPED, "model.py", "--verify", "--output-format", "json")
    assert told(finished) == [] and finished.returncode == 0
    finished = run(tmp_path, DROPPED, "model.py", "--verify", "--show-refuted", "--output-format", "json")
    (finding,) = told(finished)
    assert finding["observed"]["verdict"] == "refuted" and finished.returncode == 0


def test_the_table_says_what_was_read_as_what(tmp_path: Path) -> None:
    text = run(tmp_path, WRONG, "verify", "model.py::Last").stdout
    (row,) = [line for line in text.splitlines() if line.lstrip().startswith("Last.lstm")]
    assert "(time, batch, feature)" in row and "samples on axis 0" in row and "confirmed LST101" in row


def test_a_model_that_the_file_does_not_define_is_an_error(tmp_path: Path) -> None:
    result = run(tmp_path, WRONG, "verify", "model.py::Lost")
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1] == "lstmlint: error: unknown model `Lost`; did you mean `Last`? in model.py"


LOOSE = "import torch\n\nlayer = torch.nn.LSTM(3, 4)\n"
BUILT_WITH = NARROW.replace("(self)", "(self, size)").replace("3, 4", "3, size")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x = 1\n", "no recurrent layer was found"),
        ("def broken(:\n    nn.LSTM\n", "no recurrent layer was found"),
        (LOOSE, "no model was found that holds one of the recurrent layers"),
        (BUILT_WITH, "no model could be run to its end"),
        (f"import no_such_module\n{NARROW}", "no model could be run to its end"),
    ],
)
def test_a_run_that_verifies_nothing_does_not_pass(text: str, why: str, tmp_path: Path) -> None:
    finished = run(tmp_path, text, "verify", "model.py", "--exit-zero")
    assert finished.returncode == 2
    assert f"\nlstmlint: error: nothing was verified: {why}" in finished.stderr
    assert "in 1 file; nothing was verified\n" in finished.stdout
    finished = run(tmp_path, text, "verify", "model.py", "-q", "--output-format", "json")
    assert finished.returncode == 2
    assert finished.stderr.startswith(f"lstmlint: error: nothing was verified: {why}")


def test_linting_may_come_without_a_model(tmp_path: Path) -> None:
    finished = run(tmp_path, "x = 1\n", "--verify", "model.py")
    assert (finished.returncode, finished.stdout) == (0, "found no problems in 1 file; nothing was verified\n")
    assert "lstmlint: warning: nothing was verified: no recurrent layer was found\n" in finished.stderr


def test_what_could_not_be_run_comes_first_and_is_counted(tmp_path: Path) -> None:
    right = WRONG.replace("nn.LSTM(3, hidden)", "nn.LSTM(3, hidden, batch_first=True)")
    finished = run(tmp_path, right, "verify", "model.py")
    lines = finished.stdout.splitlines()
    assert finished.returncode == 0
    assert lines[0].startswith("model.py:17: `Other` could not be built: ")
    assert "found no problems in 1 file; 1 model could not be run" in lines
