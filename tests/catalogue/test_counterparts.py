"""The names on the torch side exist in torch, and none of the two sides claims the other's own names."""

from __future__ import annotations

from lstmlint.catalogue.counterparts import KERAS_NAMES, TORCH_NAMES, to_keras, to_torch
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
