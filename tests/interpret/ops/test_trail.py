"""The notes about a tensor's entries: what keeps them, what ends them."""

from __future__ import annotations

import pytest

from lstmlint.events import LossTaken
from lstmlint.values import Tensor
from tests.interpret.programs import world_of

PROGRAM = """
import torch
from torch import nn
from torch.nn import functional as F

scores = torch.zeros(3, 4)
flag = int(input())
F.l1_loss({prediction}, scores)
"""


def kinds(prediction: str) -> set[str]:
    """The notes of an expression that is given to a loss."""
    (taken,) = [e for e in world_of(PROGRAM.format(prediction=prediction)).events if isinstance(e, LossTaken)]
    assert isinstance(taken.prediction, Tensor)
    return {note.kind for note in taken.prediction.trail} & {"softmax", "sigmoid", "dense"}


@pytest.mark.parametrize(
    "prediction",
    [
        "scores",
        "F.log_softmax(scores, 1)",
        "F.softmax(scores, 1).log()",
        "F.softmax(scores, 1) + scores",
        "F.softmax(scores, 1) / 2",
        "F.softmax(scores, 1) @ torch.zeros(4, 5)",
        "nn.ReLU()(nn.Linear(4, 5)(scores))",
        "F.logsigmoid(scores)",
        "scores.softmax(1) if flag else scores",
        "torch.cat([scores.softmax(1), scores])",
        "scores.softmax(1).max(1).values",
        "nn.Dropout(0.5)(scores.sigmoid())",
    ],
)
def test_new_entries_have_any_range(prediction: str) -> None:
    assert kinds(prediction) == set()


@pytest.mark.parametrize(
    "prediction, kind",
    [
        ("F.softmax(scores, 1)", "softmax"),
        ("nn.Softmax(dim=1)(scores)[:, None].squeeze(1)", "softmax"),
        ("scores.softmax(1).detach().float().reshape(-1)", "softmax"),
        ("torch.stack([scores.softmax(1), scores.softmax(0)])", "softmax"),
        ("scores.softmax(1) if flag else scores.softmax(0)", "softmax"),
        ("torch.sigmoid(nn.Linear(4, 5)(scores))", "sigmoid"),
        ("nn.Sequential(nn.Linear(4, 5), nn.Sigmoid())(scores)", "sigmoid"),
        ("nn.Linear(4, 5)(scores.sigmoid()).t()", "dense"),
    ],
)
def test_moved_entries_keep_their_range(prediction: str, kind: str) -> None:
    assert kinds(prediction) == {kind}
