"""The names on the torch side exist in torch, and none of the two sides claims the other's own names."""

from __future__ import annotations

import inspect
import os
from types import ModuleType

import pytest

from lstmlint.catalogue.counterparts import KERAS_NAMES, OF_KERAS, OF_TORCH, TORCH_NAMES, to_keras, to_torch
from lstmlint.catalogue.lookup import layer_spec


def test_nothing_is_said_of_names_that_are_in_neither_framework() -> None:
    assert to_torch("colour") is None
    assert to_keras("colour") is None


def test_renamed_arguments_go_both_ways() -> None:
    assert {torch: keras for keras, torch in TORCH_NAMES.items()} == KERAS_NAMES
    assert to_torch("units") == "the argument is `hidden_size` in torch"
    assert to_keras("hidden_size") == "the argument is `units` in Keras"


def test_every_foreign_argument_of_the_lstm_has_a_cure() -> None:
    lstm, keras = layer_spec("torch.nn.LSTM"), layer_spec("keras.layers.LSTM")
    assert lstm is not None
    own = {parameter.name for parameter in lstm.parameters}
    assert all(to_keras(name) for name in own - {"dropout", "dtype"})
    if keras is not None:
        common = {parameter.name for parameter in keras.parameters} & own
        assert common <= {"dropout"}


def taken(module: ModuleType) -> set[str]:
    """The names of all parameters of everything in a module that can be called."""
    found: set[str] = set()
    for name in dir(module):
        if inspect.isclass(getattr(module, name)):
            found |= set(inspect.signature(getattr(module, name).__init__).parameters)
        elif callable(getattr(module, name)):
            found |= set(inspect.signature(getattr(module, name)).parameters)
    return found


def test_no_layer_of_keras_takes_what_is_of_torch_alone() -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    keras = pytest.importorskip("keras")
    known = taken(keras.layers)
    assert "return_sequences" in known and not OF_TORCH & known
    for name in OF_TORCH:  # what a layer's **kwargs let through, the base of all layers refuses
        assert to_keras(name)
        with pytest.raises((TypeError, ValueError)):
            keras.layers.Dropout(0.1, **{name: 1})


def test_no_layer_of_torch_takes_what_is_of_keras_alone() -> None:
    torch = pytest.importorskip("torch")
    known = taken(torch.nn)
    assert "activation" in known and not OF_KERAS & known
    for name in OF_KERAS:
        assert to_torch(name)
        with pytest.raises(TypeError):
            torch.nn.RNN(2, 3, **{name: 1})
