"""Where a loss over every pair is told of and how surely, where the page and its cases do not say."""

from __future__ import annotations

import pytest

from lstmlint.findings import Confidence, Finding
from tests.checks.found import assert_silent, assert_well_formed, findings

MODEL = """
import torch
from torch import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(4, 8, batch_first=True)
        self.head = nn.Linear(8, 1)

    def forward(self, x):
        {before}
        return self.head(self.rnn(x)[0][:, -1])


def rmse(prediction, target):
    return error(prediction, target).pow(2).mean().sqrt()


def error(prediction, target):
    return prediction - target


def train(model, x, y):
    prediction = model(x)
    {loss}


{call}
"""
KNOWN = "train(Model(), torch.randn(6, 5, 4), torch.randn(6))"


def found(loss: str, call: str = KNOWN, before: str = "pass") -> list[Finding]:
    """The findings of a training function."""
    text = MODEL.format(loss=loss, call=call, before=before)
    of_rule = [finding for name, finding in findings(text) if name == "torch-loss-broadcast"]
    for finding in of_rule:
        assert_well_formed(finding)
    return of_rule


def test_a_difference_is_told_of_where_both_sides_are_handed_over() -> None:
    [finding] = found("return rmse(prediction, y)")
    assert finding.place.text == "rmse(prediction, y)"
    assert any(evidence.place.text == "prediction - target" for evidence in finding.because)


def test_a_difference_of_something_else_is_told_of_where_it_is_taken() -> None:
    [finding] = found("return error(prediction, y.abs())")
    assert finding.place.text == "error(prediction, y.abs())"
    [finding] = found("return (prediction - y.abs()).mean()")
    assert finding.place.text.strip("()") == "prediction - y.abs"


def test_a_row_of_unknown_length_may_be_a_single_one() -> None:
    call = "train(Model(), load(), load())"
    loss = "return nn.functional.mse_loss(prediction, y.view(-1))"
    assert [finding.confidence for finding in found(loss, call)] == [Confidence.POSSIBLE]
    named = found(loss, call, before="batch_size, steps, _ = x.shape")
    assert [finding.confidence for finding in named] == [Confidence.LIKELY]


@pytest.mark.parametrize(
    "loss",
    [
        "return (prediction - prediction.squeeze(1)).abs().mean()",
        "return (prediction - y[None]).abs().mean()",
        "return (prediction * y).mean()",
        "return (prediction.squeeze() - y).abs().mean()",
        "return nn.functional.mse_loss(prediction, torch.randn(5))",
        "return nn.functional.mse_loss(prediction, torch.tensor(0.5))",
    ],
)
def test_what_is_meant_or_not_known_is_left_alone(loss: str) -> None:
    assert_silent(MODEL.format(loss=loss, call=KNOWN, before="pass"), "torch-loss-broadcast")


def test_a_bare_squeeze_of_unknown_width_is_left_alone() -> None:
    text = MODEL.format(loss="return nn.functional.mse_loss(prediction.squeeze(), y)", call=KNOWN, before="pass")
    assert_silent(text.replace("nn.Linear(8, 1)", "nn.Linear(8, load())"), "torch-loss-broadcast")


def test_what_a_state_is_used_as_belongs_to_another_rule() -> None:
    text = MODEL.format(loss="return nn.functional.mse_loss(prediction, y)", call=KNOWN, before="pass")
    text = text.replace("nn.GRU(4, 8", "nn.GRU(4, 8, 2").replace("self.rnn(x)[0][:, -1]", "self.rnn(x)[1]")
    assert_silent(text, "torch-loss-broadcast")
    assert "torch-hn-layout" in {name for name, _ in findings(text)}
