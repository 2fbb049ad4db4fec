"""What the configured versions change: what was not removed yet, what is read in another order, what is refused."""

from __future__ import annotations

import pytest

from lstmlint.versions import NEWEST, Version, Versions
from tests.checks.found import assert_found, assert_silent

KERAS_2_15 = Versions(keras=Version((2, 15)))
OLD_TORCH = Versions(torch=Version((2, 2)))
TIME_MAJOR = """
import tensorflow as tf
from tensorflow.keras import layers

x = tf.keras.Input((5, 7))
"""
STATES = """
from tensorflow.keras import Input, layers

x = Input((5, 7))
output, h, c = layers.LSTM(4, return_sequences=True, return_state=True)(x)
"""


@pytest.mark.parametrize(
    ("line", "since"),
    [
        ("from keras.layers import CuDNNLSTM", (2, 13)),
        ("from keras.layers.recurrent import LSTM", (2, 9)),
        ("from keras.layers import LSTM\nLSTM(4, batch_input_shape=(3, 5, 7))", (3,)),
        ("from keras.layers import GRU\nGRU(4, inner_activation='sigmoid')", (2, 4)),
        ("import keras\nkeras.Sequential([keras.layers.LSTM(4)]).reset_states()", (3,)),
        ("import keras\nkeras.Sequential([keras.layers.LSTM(4)]).predict_classes(0)", (2, 6)),
    ],
)
def test_a_name_is_missed_since_its_version(line: str, since: tuple[int, ...]) -> None:
    before = (*since[:-1], since[-1] - 1)
    assert_silent(line, "keras-removed-api", Versions(keras=Version(before)))
    for versions in (Versions(keras=Version(since)), NEWEST):
        found = assert_found(f"{line}  # error", "keras-removed-api", versions)
        assert f"removed in Keras {Version(since)}" in found[0].message


def test_of_two_arguments_the_one_that_is_gone() -> None:
    line = "from keras.layers import GRU\nGRU(4, init='ones', batch_input_shape=(3, 5, 7))  # error"
    assert "`init` was removed" in assert_found(line, "keras-removed-api", KERAS_2_15)[0].message
    assert "`init`, `batch_input_shape` were removed" in assert_found(line, "keras-removed-api")[0].message


def test_keras_2_can_read_time_first() -> None:
    turned = "layers.LSTM(4, time_major=True)(tf.transpose(x, [1, 0, 2]))"
    assert_silent(TIME_MAJOR + turned, versions=KERAS_2_15)
    assert_found(f"{TIME_MAJOR}{turned}  # error", "keras-time-major")
    assert_silent(f"{TIME_MAJOR}layers.LSTM(4, time_major=False)(x)", versions=KERAS_2_15)


@pytest.mark.parametrize(
    "layer",
    [
        "layers.LSTM(4, time_major=True)",
        "layers.Bidirectional(layers.GRU(4, time_major=True))",
        "layers.RNN(layers.LSTMCell(4), time_major=True)",
    ],
)
def test_time_first_is_not_what_an_input_has(layer: str) -> None:
    found = assert_found(f"{TIME_MAJOR}{layer}(x)  # error", "keras-time-major", KERAS_2_15)
    assert "runs along the batch" in found[0].message


def test_time_first_comes_out_time_first() -> None:
    text = f"{TIME_MAJOR}y = layers.LSTM(4, time_major=True, return_sequences=True)(tf.transpose(x, [1, 0, 2]))\n"
    assert_silent(f"{text}layers.GRU(4)(tf.transpose(y, [1, 0, 2]))", versions=KERAS_2_15)


def test_two_states_are_ignored_or_refused() -> None:
    text = f"{STATES}layers.GRU(4)(x, initial_state=[h, c])  # error"
    assert "silently ignores" in assert_found(text, "keras-initial-state")[0].message
    assert "ignores" not in assert_found(text, "keras-initial-state", KERAS_2_15)[0].message


def test_keras_2_takes_what_a_layer_returned_for_its_states() -> None:
    text = f"{STATES}layers.LSTM(4)(layers.LSTM(4, return_sequences=True, return_state=True)(x))"
    assert_silent(text, versions=KERAS_2_15)
    assert_found(f"{text}  # error", "keras-return-state-unpack")


def test_the_only_state_of_a_cell_is_flat_in_keras_2() -> None:
    text = "rnn = layers.RNN([layers.GRUCell(4), layers.GRUCell(6)], return_state=True)\noutput, first, second = rnn(x)"
    assert_silent(f"{STATES}{text}\nlayers.GRU(4)(x, initial_state=first)", versions=KERAS_2_15)


def test_the_kernel_of_keras_2_is_its_own_matter() -> None:
    text = "from tensorflow.keras import layers\nlayers.LSTM(4, recurrent_dropout=0.2)"
    assert_found(f"{text}  # error", "keras-cudnn")
    assert_silent(text, versions=KERAS_2_15)


def test_the_fourth_of_an_rnn_was_its_bias() -> None:
    rule = "torch-positional-argument"
    assert_silent("from torch import nn\nnn.RNN(4, 8, 1, 'relu')", rule)
    found = assert_found("from torch import nn\nnn.RNN(4, 8, 1, 'relu')  # error", rule, OLD_TORCH)
    assert found[0].message.startswith("`'relu'` lands on `bias`")
    assert found[0].cure == "give it by name: `nonlinearity='relu'`"
    for line in ("nn.RNN(4, 8, 1, True, True)", "nn.RNN(4, 8, nonlinearity='relu')"):
        assert_silent(f"from torch import nn\n{line}", rule, OLD_TORCH)
    assert_found("from torch import nn\nnn.RNN(4, 8, 1, True, True)  # error", rule)
