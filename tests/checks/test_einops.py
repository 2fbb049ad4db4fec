"""States and outputs that einops takes apart and puts together, right and wrong."""

from __future__ import annotations

import pytest

from tests.checks.found import findings

MODEL = """
import torch
from einops import rearrange, reduce, repeat
from torch import nn


class Net(nn.Module):
    def __init__(self, layers=3):
        super().__init__()
        self.gru = nn.GRU(4, 8, layers, bidirectional=True, batch_first=True)
        self.head = nn.Linear(16, 2)

    def forward(self, x):
        output, h = self.gru(x)
        return {result}


Net()(torch.randn(7, 5, 4))
"""


def rules_of(result: str) -> list[str]:
    """The rules that find something in a model with this result."""
    return [rule for rule, _ in findings(MODEL.format(result=result))]


@pytest.mark.parametrize(
    "result",
    [
        'self.head(rearrange(h[-2:], "d b h -> b (d h)"))',
        'self.head(rearrange(h, "(l d) b h -> l b (d h)", d=2)[-1])',
        'self.head(rearrange(h, "(l d) b h -> b l (d h)", l=3)[:, -1])',
        'rearrange(h, "s b h -> b (s h)")',
        'self.head(reduce(output, "b t f -> b f", "max"))',
        'self.head(rearrange(output, "b t f -> (b t) f")).view(x.size(0), -1, 2)',
        'rearrange(self.head(rearrange(output, "b t f -> (b t) f")), "(b t) c -> b t c", b=x.size(0))',
        'rearrange(output, "b t (d h) -> d b t h", d=2)[0]',
        'self.gru(x, rearrange(rearrange(h, "s b h -> b (s h)"), "b (s h) -> s b h", s=6))[0]',
        'repeat(output.mean(1), "b h -> b t h", t=5)',
    ],
)
def test_what_is_right(result: str) -> None:
    assert not rules_of(result)


@pytest.mark.parametrize(
    ("result", "rule"),
    [
        ('self.head(rearrange(h[-2:], "b d h -> b (d h)"))', "torch-hn-layout"),
        ('rearrange(h, "b s h -> b (s h)")', "torch-hn-layout"),
        ('self.head(rearrange(h, "(d l) b h -> l b (d h)", d=2)[-1])', "torch-hn-bidirectional"),
        ('rearrange(rearrange(output, "b t f -> (b t) f"), "(t b) c -> b t c", b=7)', "torch-view-as-permute"),
        ('rearrange(rearrange(h, "s b h -> (s b) h"), "(b s) h -> b (s h)", s=6)', "torch-view-as-permute"),
    ],
)
def test_what_is_wrong(result: str, rule: str) -> None:
    assert rule in rules_of(result)
