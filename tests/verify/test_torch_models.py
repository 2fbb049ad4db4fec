"""Models that do on purpose what looks like a mistake, next to such that make it: only the latter are reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstmlint.engine.settings import Options as Lint
from lstmlint.engine.settings import SettingsFinder
from lstmlint.findings import Diagnostic
from lstmlint.rulebook import rule_book
from lstmlint.source import SourceFile
from lstmlint.verify.process import Limits, default_python
from lstmlint.verify.running import Options, Verified, verify

HEAD = """
import random

import torch
import torch.nn.functional as F
from torch import nn
"""
MODEL = """

class {name}(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(3, 8, batch_first=True)
        {built}

    def forward(self, x):
        {line}
        return {result}
"""
LAST = "self.rnn(x)[1][-1]"
QUIET = {
    "Pairs": ("self.other = nn.Linear(3, 8)", "seen = self.other(x[:, 0])", f"seen @ {LAST}.t()"),
    "Chance": ("pass", "steps = x if random.random() < 0.5 else x + 1.0", "self.rnn(steps)[1][-1]"),
    "Meant": ("pass", "x = F.dropout(x, 0.5, True)", LAST),
    "MonteCarlo": ("pass", "x = F.dropout(x, 0.5)", LAST),
    "Lazy": ("self.head = nn.LazyLinear(2)", "pass", f"self.head({LAST})"),
    "Streaming": (
        "self.state = torch.zeros(1, 4, 8)",
        "output, self.state = self.rnn(x, self.state.detach())",
        "output[:, -1]",
    ),
}
"""What is built, one statement, and what is returned, of models that are right."""
REFUSING = {
    "Checked": ("pass", 'raise ValueError("expected a size that is licensed")', LAST),
    "Parsed": ("pass", 'steps = int("expected size")', LAST),
    "Unpacked": ("pass", 'one, two = "expected size of shape".split()', LAST),
    "Precise": ("self.rnn = self.rnn.double()", "pass", LAST),
}
"""Models that raise, but not for want of sizes that fit."""
WRONG = {
    "Kept": ("self.kept = torch.zeros(1, 4, 8)", "output, self.kept = self.rnn(x, self.kept)", "output[:, -1]"),
    "Ranked": ("pass", "batch, steps = x.shape", LAST),
    "Sized": ("pass", "y = torch.bmm(x, x)", LAST),
    "Tokens": (
        "self.words = nn.Embedding(20, 3)",
        "seen = self.rnn(self.words(x))[1][-1]",
        "seen - seen.mean(dim=0)",
    ),
}
REPORTED = {"Kept": "state-leak", "Ranked": "shape-error", "Sized": "shape-error", "Tokens": "batch-mixing"}
TRAINING = """

torch.manual_seed(0)
trained = Pairs()
for x in [torch.randn(4, 9, 3)]:
    loss = trained(x).sum()
    loss.backward()
print("loss", loss.item())


def rolled(model):
    model.state = torch.zeros(1, 4, 8)
    return model


if __name__ == "__main__":
    x = torch.randn(4, 9, 3)
    ids = torch.zeros(4, 9, dtype=torch.long)
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    """The verified run over all models, in one process."""
    models = {**QUIET, **REFUSING, **WRONG}
    texts = (MODEL.format(name=name, built=b, line=line, result=r) for name, (b, line, r) in models.items())
    file = tmp_path_factory.mktemp("torch") / "models.py"
    calls = "".join(f"    {name}()({'ids' if name == 'Tokens' else 'x'})\n" for name in models)
    file.write_text(HEAD + "".join(texts) + TRAINING + calls, encoding="utf-8")
    return verify([str(file)], SettingsFinder(rule_book(), Lint(isolated=True)), Options(default_python(), Limits()))


def inside(found: Verified, name: str) -> list[Diagnostic]:
    """What running alone reports within a class of the file."""
    (path,) = found.outcome.interpreted
    source = found.outcome.source(path)
    assert isinstance(source, SourceFile)
    start = next(number for number, line in enumerate(source.lines, 1) if line.startswith(f"class {name}("))
    end = start + MODEL.strip().count("\n")
    shown = [each for each in found.outcome.diagnostics if start <= each.span.line <= end]
    return [each for each in shown if each.code.startswith("LST8")]


@pytest.mark.parametrize("name", QUIET)
def test_what_is_meant_is_not_reported(name: str, found: Verified) -> None:
    assert inside(found, name) == []
    (observations,) = found.observations.values()
    (observation,) = [each for each in observations if each.name == name]
    assert observation.ran and observation.own_input


@pytest.mark.parametrize("name", REFUSING)
def test_an_exception_that_is_not_about_sizes_is_no_shape_error(name: str, found: Verified) -> None:
    assert inside(found, name) == []
    (trouble,) = [each for each in found.troubles if each.model == name]
    assert "could not be run" in trouble.message


@pytest.mark.parametrize("name", REPORTED)
def test_a_mistake_is_reported(name: str, found: Verified) -> None:
    (diagnostic,) = inside(found, name)
    assert diagnostic.rule == REPORTED[name]


BIDIRECTIONAL = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(3, 8, num_layers=2, batch_first=True, bidirectional=True)
        self.drop = nn.Dropout(0.5)

    def forward(self, x):
        output, h_n = self.rnn(x)
        return self.drop(torch.tanh(output))[:, -1]


if __name__ == "__main__":
    Net()(torch.randn(4, 9, 3))
"""


def test_the_last_step_of_two_directions_is_known_behind_what_leaves_steps_in_place(tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    file.write_text(BIDIRECTIONAL, encoding="utf-8")
    run = verify([str(file)], SettingsFinder(rule_book(), Lint(isolated=True)), Options(default_python(), Limits()))
    (judged,) = run.judged
    assert (judged.diagnostic.rule, judged.verdict.value) == ("torch-hn-bidirectional", "confirmed")


GIVEN = """
import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(3, 8)

    def forward(self, x):
        return self.rnn(x)[0]


class Intent(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, batch):
        return self.encoder(batch.transpose(0, 1))[:, -1]


if __name__ == "__main__":
    Intent(Encoder())(torch.randn(4, 9, 3))
"""


def test_a_model_that_is_given_its_encoder_is_run(tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    file.write_text(GIVEN, encoding="utf-8")
    run = verify([str(file)], SettingsFinder(rule_book(), Lint(isolated=True)), Options(default_python(), Limits()))
    assert "Intent" in {each.name for each in run.observations[str(file)] if each.own_input}
    (judged,) = run.judged
    assert (judged.diagnostic.rule, judged.verdict.value) == ("torch-last-step-wrong-axis", "confirmed")
