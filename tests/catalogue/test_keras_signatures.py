"""The catalogue's parameters against the signatures and the strictness of the installed Keras."""

from __future__ import annotations

import inspect
import os

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
keras = pytest.importorskip("keras")

from lstmlint.catalogue import keras_layers, keras_losses, keras_recurrent  # noqa: E402
from lstmlint.catalogue.spec import REQUIRED, LayerSpec  # noqa: E402

REMOVED = ("CuDNNLSTM", "CuDNNGRU")
PRESENT = [spec for spec in (*keras_recurrent.LAYERS, *keras_layers.LAYERS) if spec.name not in REMOVED]
SAMPLES = {
    "units": 3,
    "filters": 3,
    "kernel_size": 2,
    "rate": 0.5,
    "stddev": 0.5,
    "input_dim": 7,
    "output_dim": 3,
    "n": 3,
    "target_shape": (3,),
    "dims": (2, 1),
    "axes": 1,
    "num_heads": 2,
    "key_dim": 2,
    "pool_size": 2,
    "activation": "relu",
}
VALUES = {
    "name": "one",
    "dtype": "float32",
    "trainable": True,
    "autocast": True,
    "activity_regularizer": None,
    "input_dim": 4,
    "input_shape": (5, 4),
    "batch_input_shape": (2, 5, 4),
    "implementation": 2,
    "zero_output_for_mask": True,
    "input_length": 5,
    "alpha": 0.1,
}


def arguments(spec: LayerSpec) -> dict[str, object]:
    """The least a layer can be built with."""
    special = {
        "layer": lambda: keras.layers.LSTM(3) if spec.name == "Bidirectional" else keras.layers.Dense(3),
        "cell": lambda: keras.layers.LSTMCell(3),
        "cells": lambda: [keras.layers.LSTMCell(3)],
        "function": lambda: abs,
    }
    names = [parameter.name for parameter in spec.parameters if parameter.default is REQUIRED]
    return {name: special[name]() if name in special else SAMPLES[name] for name in names}


@pytest.mark.parametrize("spec", PRESENT, ids=lambda spec: spec.name)
def test_parameters_are_those_of_keras(spec: LayerSpec) -> None:
    signature = inspect.signature(getattr(keras.layers, spec.name).__init__)
    expected = [
        (name, REQUIRED if parameter.default is inspect.Parameter.empty else parameter.default)
        for name, parameter in list(signature.parameters.items())[1:]
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    assert [(parameter.name, parameter.default) for parameter in spec.parameters] == expected


@pytest.mark.parametrize("spec", keras_losses.LAYERS, ids=lambda spec: spec.name)
def test_loss_parameters_are_those_of_keras(spec: LayerSpec) -> None:
    signature = inspect.signature(getattr(keras.losses, spec.name).__init__)
    expected = [(name, parameter.default) for name, parameter in list(signature.parameters.items())[1:]]
    assert [(parameter.name, parameter.default) for parameter in spec.parameters] == expected


@pytest.mark.parametrize("spec", PRESENT, ids=lambda spec: spec.name)
@pytest.mark.filterwarnings("ignore")
def test_every_accepted_keyword_is_accepted(spec: LayerSpec) -> None:
    cls = getattr(keras.layers, spec.name)
    for keyword in spec.accepts:
        given = arguments(spec) | {keyword: VALUES[keyword]}
        if spec.family == "input" and not keyword.endswith("shape"):
            given["shape"] = (5, 4)
        cls(**given)


@pytest.mark.parametrize("spec", [spec for spec in PRESENT if spec.family != "input"], ids=lambda spec: spec.name)
@pytest.mark.parametrize("keyword", ["batch_first", "return_sequence", "time_major", "hidden_size"])
@pytest.mark.filterwarnings("ignore")
def test_a_keyword_that_is_not_accepted_is_refused(spec: LayerSpec, keyword: str) -> None:
    assert not spec.takes(keyword)
    with pytest.raises((ValueError, TypeError)):
        getattr(keras.layers, spec.name)(**arguments(spec), **{keyword: 1})


@pytest.mark.parametrize("short, name", keras_losses.SHORT_NAMES.items())
def test_short_names_of_losses(short: str, name: str) -> None:
    assert keras.losses.get(short) is getattr(keras.losses, name)().fn


def test_cudnn_layers_are_removed_and_have_no_activation() -> None:
    for spec in keras_recurrent.LAYERS:
        if spec.name in REMOVED:
            assert not hasattr(keras.layers, spec.name)
            assert not spec.takes("activation")
            assert spec.parameters[-4].name == "return_sequences"
