"""Another interpreter: the worker needs the framework, and nothing that lstmlint needs."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import venv
from pathlib import Path

import pytest

from lstmlint.engine.settings import Options as Lint
from lstmlint.engine.settings import SettingsFinder
from lstmlint.rulebook import rule_book
from lstmlint.verify.process import Limits
from lstmlint.verify.running import Options, verify

MODEL = """
import torch
from torch import nn


class Last(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 8)

    def forward(self, x):
        output, _ = self.lstm(x)
        return output[:, -1]


if __name__ == "__main__":
    print(Last()(torch.randn(4, 9, 3)).shape)
"""
IMPORTABLE = "import importlib.util as u, sys; print([name for name in sys.argv[1:] if u.find_spec(name)])"
WANTED_HERE = ("libcst", "rich", "lstmlint", "numpy", "pytest", "yaml")


def required_by(name: str, found: dict[str, importlib.metadata.Distribution]) -> None:
    """A distribution and all that it requires, as far as they are installed, by name."""
    name = re.sub(r"[-_.]+", "-", name).lower()
    try:
        distribution = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return
    if name not in found:
        found[name] = distribution
        for requirement in distribution.requires or ():
            if "extra ==" not in requirement:
                required_by(re.split(r"[^\w.-]", requirement)[0], found)


@pytest.fixture
def python(tmp_path: Path) -> str:
    """An interpreter of a new environment that has torch, what torch requires, and nothing else."""
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False, symlinks=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    distributions: dict[str, importlib.metadata.Distribution] = {}
    required_by("torch", distributions)
    for distribution in distributions.values():
        tops = {file.parts[0] for file in distribution.files or ()} - {"..", "__pycache__", "/"}
        for top in tops:
            (packages / top).symlink_to(Path(str(distribution.locate_file(top))))
    return str(environment / "bin" / "python")


def test_the_worker_needs_torch_alone(python: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    folder = tmp_path / "project"
    folder.mkdir()
    file = folder / "model.py"
    file.write_text(MODEL, encoding="utf-8")
    monkeypatch.chdir(folder)
    command = [python, "-c", IMPORTABLE, "torch", *WANTED_HERE]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "['torch']\n"
    found = verify([str(file)], SettingsFinder(rule_book(), Lint(isolated=True)), Options(python, Limits()))
    assert found.troubles == ()
    ((observation,),) = found.observations.values()
    assert observation.ran and observation.own_input and observation.parameters > 0
    assert [(each.diagnostic.code, each.verdict.value) for each in found.judged] == [("LST101", "confirmed")]


@pytest.fixture
def dated(tmp_path: Path) -> str:
    """An interpreter of a new environment in which torch is of an old version."""
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False, symlinks=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "torch").mkdir()
    text = "__version__ = '1.12.1'\nclass Tensor: ...\nclass nn:\n    Module = Tensor\n"
    (packages / "torch" / "__init__.py").write_text(text, encoding="utf-8")
    return str(environment / "bin" / "python")


def test_an_old_version_is_a_clear_line(dated: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    file = tmp_path / "model.py"
    file.write_text(MODEL, encoding="utf-8")
    found = verify([str(file)], SettingsFinder(rule_book(), Lint(isolated=True)), Options(dated, Limits()))
    (trouble,) = found.troubles
    said = "the file could not be run: TooOld: verify needs torch 2 or newer, and this is 1.12.1"
    assert trouble.message == said
