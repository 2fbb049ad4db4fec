"""Lengths behind Keras convolutions and poolings over pictures, held against Keras."""

from __future__ import annotations

import keras
import pytest

from lstmlint.values import Tensor
from tests.interpret.programs import variables_of

LAYERS = {
    "Conv2D(6, 3)": (12, 20, 4),
    "Conv2D(6, (3, 5), strides=2)": (12, 21, 4),
    "Conv2D(6, 3, padding='same', strides=(2, 3))": (12, 20, 4),
    "Conv2D(6, 3, dilation_rate=2)": (12, 20, 4),
    "SeparableConv2D(6, 3)": (12, 20, 4),
    "DepthwiseConv2D(3, strides=2)": (12, 20, 4),
    "MaxPooling2D()": (13, 20, 4),
    "MaxPooling2D((2, 1))": (13, 20, 4),
    "MaxPooling2D((3, 2), padding='same')": (13, 20, 4),
    "MaxPooling2D(3, strides=1)": (13, 20, 4),
    "AveragePooling2D((2, 4))": (13, 20, 4),
    "Conv3D(2, 3, strides=2)": (9, 8, 7, 1),
    "MaxPooling3D(2)": (9, 8, 7, 1),
}
UNKNOWN = {
    "Conv2DTranspose(6, 3, strides=2)": (12, 20, 4),
    "UpSampling2D(2)": (12, 20, 4),
    "Conv2D(6, 3)": (None, 20, 4),
}


def lengths_behind(layer: str, shape: tuple[int | None, ...]) -> list[int | None]:
    text = f"import keras\nx = keras.Input({shape})\ny = keras.layers.{layer}(x)\n"
    found = variables_of(text)["y"]
    assert isinstance(found, Tensor)
    return [axis.size.known for axis in found.axes[1:-1]]


@pytest.mark.parametrize("layer", LAYERS)
def test_a_length_is_that_of_keras(layer: str) -> None:
    made = eval(layer, vars(keras.layers))
    assert lengths_behind(layer, LAYERS[layer]) == list(made(keras.Input(LAYERS[layer])).shape[1:-1])


@pytest.mark.parametrize("layer", UNKNOWN)
def test_a_length_that_is_not_known(layer: str) -> None:
    assert lengths_behind(layer, UNKNOWN[layer])[0] is None
