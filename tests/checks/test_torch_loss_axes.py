"""How sure a loss's axes are, where the page and its cases do not say."""

from __future__ import annotations

from lstmlint.findings import Confidence, Finding
from tests.checks.found import assert_well_formed, findings

MODEL = """
import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(4, 8, batch_first=True)
        self.head = nn.Linear(8, {classes})

    def forward(self, x):
        {before}
        return self.head(self.rnn(x)[0])

    def training_step(self, batch, number):
        x, y = batch
        return F.cross_entropy(self(x), {target})
"""


def found(before: str = "pass", target: str = "y", classes: int = 5) -> list[Finding]:
    """The findings of a training step."""
    text = MODEL.format(before=before, target=target, classes=classes)
    of_rule = [finding for name, finding in findings(text) if name == "torch-loss-axes"]
    for finding in of_rule:
        assert_well_formed(finding)
    return of_rule


def test_scores_that_may_be_those_of_one_sequence_are_only_possibly_wrong() -> None:
    assert [finding.confidence for finding in found()] == [Confidence.POSSIBLE]


def test_what_says_that_there_is_a_batch_makes_it_likely() -> None:
    named = "batch_size, steps, _ = x.shape"
    assert [finding.confidence for finding in found(before=named)] == [Confidence.LIKELY]


def test_positions_are_chosen_by_scores_of_two() -> None:
    assert found(before="batch_size, steps, _ = x.shape", classes=2) == []


def test_a_target_sized_by_the_steps_makes_it_certain() -> None:
    target = "torch.zeros(x.size(0), x.size(1), dtype=torch.long)"
    [finding] = found(target=target)
    assert finding.confidence is Confidence.CERTAIN
    assert finding.message.startswith("`F.cross_entropy` reads axis 1 of its prediction as classes, but it is time")


def test_soft_targets_of_one_sequence_are_left_alone() -> None:
    assert found(target="torch.zeros(len(y), 5)") == []


def test_soft_targets_with_the_classes_last_are_likely_wrong() -> None:
    named = "batch_size, steps, _ = x.shape"
    target = "self(x).detach().softmax(-1)"
    assert {finding.confidence for finding in found(before=named, target=target)} == {Confidence.LIKELY}
