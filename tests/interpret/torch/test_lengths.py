"""Lengths behind convolutions and poolings, held against torch."""

from __future__ import annotations

import pytest
import torch

from lstmlint.sizes import Size
from lstmlint.values import Tensor
from tests.interpret.programs import variables_of

LAYERS = {
    "nn.Conv1d(4, 6, 3)": (5, 4, 20),
    "nn.Conv1d(4, 6, 3, padding=1)": (5, 4, 20),
    "nn.Conv1d(4, 6, kernel_size=5, stride=3, padding=2, dilation=2)": (5, 4, 20),
    "nn.Conv1d(4, 6, 3, padding='same')": (5, 4, 20),
    "nn.Conv1d(4, 6, 3, padding='valid')": (5, 4, 20),
    "nn.Conv2d(1, 6, (10, 3), padding=(0, 1))": (8, 1, 10, 25),
    "nn.Conv2d(1, 6, kernel_size=(3, 5), stride=(2, 1))": (8, 1, 10, 25),
    "nn.Conv3d(1, 2, 3, stride=2)": (2, 1, 9, 8, 7),
    "nn.MaxPool1d(2)": (5, 4, 21),
    "nn.MaxPool1d(3, stride=2, padding=1)": (5, 4, 21),
    "nn.MaxPool2d((2, 1))": (5, 4, 21, 8),
    "nn.MaxPool2d(3, 2, dilation=2)": (5, 4, 21, 8),
    "nn.AvgPool1d(4)": (5, 4, 21),
    "nn.AdaptiveAvgPool1d(7)": (5, 4, 21),
    "nn.AdaptiveMaxPool2d((1, 6))": (5, 4, 21, 8),
}


def shape_behind(layer: str, shape: tuple[int, ...]) -> list[Size]:
    text = f"import torch\nfrom torch import nn\nlayer = {layer}\nx = layer(torch.zeros({shape}))\n"
    found = variables_of(text)["x"]
    assert isinstance(found, Tensor)
    return [axis.size for axis in found.axes]


@pytest.mark.parametrize("layer", LAYERS)
def test_a_length_is_that_of_torch(layer: str) -> None:
    made = eval(layer, {"nn": torch.nn})
    assert shape_behind(layer, LAYERS[layer]) == [Size.of(each) for each in made(torch.zeros(LAYERS[layer])).shape]


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        ("nn.MaxPool1d(2, ceil_mode=True)", (5, 4, 21)),
        ("nn.ConvTranspose1d(4, 6, 3)", (5, 4, 20)),
        ("nn.Conv1d(4, 6, width)", (5, 4, 20)),
        ("nn.Conv1d(4, 6, 30)", (5, 4, 20)),
        ("nn.AdaptiveAvgPool1d(None)", (5, 4, 21)),
    ],
)
def test_a_length_that_is_not_known(layer: str, shape: tuple[int, ...]) -> None:
    assert shape_behind(layer, shape)[-1].known is None


WHOLE = """
import torch
from torch import nn


def longest(x):
    x = x.view(4, 6, -1)
    return {made}(x)


found = longest(read())
"""


@pytest.mark.parametrize(
    ("made", "length"),
    [
        ("nn.MaxPool1d(x.shape[2])", 1),
        ("nn.AvgPool1d(kernel_size=x.size(-1))", 1),
        ("nn.MaxPool1d(x.shape[2], padding=1)", None),
        ("nn.MaxPool1d(x.shape[1])", None),
        ("nn.Conv1d(6, 6, x.shape[2])", 1),
    ],
)
def test_a_window_as_long_as_an_axis_of_unknown_length_leaves_one_entry(made: str, length: int | None) -> None:
    found = variables_of(WHOLE.replace("{made}", made))["found"]
    assert isinstance(found, Tensor)
    assert found.axes[2].size.known == length
