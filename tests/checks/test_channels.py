"""Where channels are looked for: what makes a finding sure, and which other rules leave it to this one."""

from __future__ import annotations

import pytest

from lstmlint.findings import Confidence
from tests.checks.found import assert_silent, assert_well_formed, findings

RULE = "torch-channels-axis"


def model(parameters: str, layers: str, forward: str) -> str:
    """A module with some layers, each as written, and the lines of its forward."""
    indented = "\n                ".join(layers.split("; "))
    lines = "\n                ".join(forward.split("; "))
    return f"""
        import torch
        from torch import nn

        class Model(nn.Module):
            def __init__(self, {parameters}):
                super().__init__()
                {indented}

            def forward(self, x):
                {lines}
        """


LSTM = "self.rnn = nn.LSTM(4, hidden, batch_first=True); "


@pytest.mark.parametrize(
    ("layers", "forward"),
    [
        (LSTM + "self.conv = nn.Conv1d(other, 8, 3)", "return self.conv(self.rnn(x)[0])"),
        (LSTM + "self.conv = nn.Conv1d(hidden, 8, 3)", "return self.conv(self.rnn(x)[0].mT)"),
        ("self.conv = nn.Conv1d(hidden, 8, 3)", "return self.conv(x)"),
        ("self.fc = nn.Linear(4, hidden); self.conv = nn.Conv1d(hidden, 8, 3)", "return self.conv(self.fc(x))"),
        (LSTM + "self.pool = nn.MaxPool1d(2)", "return self.pool(self.rnn(x)[0])"),
        (
            "self.conv = nn.Conv1d(4, hidden, 3); self.rnn = nn.GRU(other, 8, batch_first=flag)",
            "return self.rnn(self.conv(x))",
        ),
    ],
)
def test_what_may_be_meant_is_silent(layers: str, forward: str) -> None:
    assert_silent(model("hidden, other, flag", layers, forward))


@pytest.mark.parametrize(
    ("layers", "forward"),
    [
        (LSTM + "self.norm = nn.BatchNorm1d(hidden)", "return self.norm(self.rnn(x)[0])"),
        ("self.conv = nn.Conv1d(4, hidden, 3); self.rnn = nn.GRU(hidden, 8)", "return self.rnn(self.conv(x))"),
        (
            LSTM + "self.pool = nn.AvgPool1d(2); self.head = nn.Linear(hidden, 2)",
            "return self.head(self.pool(self.rnn(x)[0]))",
        ),
    ],
)
def test_no_other_rule_speaks_of_it(layers: str, forward: str) -> None:
    ((rule, found),) = findings(model("hidden", layers, forward))
    assert rule == RULE and found.confidence is Confidence.LIKELY
    assert_well_formed(found)


def test_another_known_length_is_certain() -> None:
    layers = "self.rnn = nn.LSTM(8, 8); self.conv = nn.Conv1d(6, 8, 3)"
    text = (
        model("", layers, "return self.rnn(self.conv(x).permute(2, 0, 1))") + "\n        Model()(torch.ones(3, 9, 6))"
    )
    ((rule, found),) = findings(text)
    assert (rule, found.confidence) == (RULE, Confidence.CERTAIN)
