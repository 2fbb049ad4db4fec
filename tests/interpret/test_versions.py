"""What a program says of versions: the whole file's choice, conditions that ask, attempts that may fail."""

from __future__ import annotations

from textwrap import dedent

import pytest

from lstmlint.events import LibraryName
from lstmlint.interpret.versions import asks_for_keras_2, resetting
from tests.interpret.programs import world_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import tf_keras\n", True),
        ("import tensorflow.compat.v1 as tf\n", True),
        ("def f():\n    from tensorflow.compat.v1.keras import layers\n", True),
        ("import os\nos.environ['TF_USE_LEGACY_KERAS'] = '1'\n", True),
        ("import tensorflow as tf\n", False),
        ("from tensorflow.compat.v2 import keras\n", False),
        ("import tf_keras_vis\n", False),
    ],
)
def test_the_file_chooses_keras_2(text: str, expected: bool) -> None:
    assert asks_for_keras_2(text) == expected
    assert world_of(text).keras_2 == expected


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("from keras.layers import CuDNNLSTM", [False]),
        ("import keras\nlayer = keras.layers.CuDNNLSTM", [False]),
        ("import keras\nfused = keras.layers.CuDNNLSTM if gpu else keras.layers.LSTM", [False]),
        ("try:\n    from keras.layers import CuDNNLSTM\nexcept ImportError:\n    pass", [True]),
        ("try:\n    from keras.layers import CuDNNLSTM\nexcept (ImportError, OSError) as e:\n    pass", [True]),
        ("try:\n    from keras.layers import CuDNNLSTM\nexcept KeyboardInterrupt:\n    pass", [False]),
        ("import keras\nif keras.__version__ < '3':\n    layer = keras.layers.CuDNNLSTM", [True]),
        ("import keras\nif not TF_2:\n    layer = keras.layers.CuDNNLSTM", [True]),
        ("import keras\nif verbose:\n    layer = keras.layers.CuDNNLSTM", [False]),
        (
            "import keras\ndef f():\n  if keras.__version__ >= '3':\n    return 1\n  return keras.layers.CuDNNGRU",
            [True],
        ),
        ("from keras.layers.recurrent import LSTM, GRU", [False]),
        ("from tensorflow.python.keras.layers.recurrent import LSTM", []),
        ("from keras.src.layers.rnn.lstm import LSTM", []),
        ("import tensorflow as tf\nlayer = tf.compat.v1.keras.layers.CuDNNLSTM", []),
        ("from .recurrent import CuDNNLSTM", []),
    ],
)
def test_names_that_are_gone(text: str, guarded: list[bool]) -> None:
    world = world_of(dedent(text) + "\n# LSTM\n")
    found = [event for event in world.events if isinstance(event, LibraryName)]
    assert [any(condition in world.guards for condition, _ in event.path) for event in found] == guarded


def test_states_that_a_file_sets_are_seen_by_their_names() -> None:
    assert not resetting("model.fit(x, y, epochs=3)\nstates = layer(x)[1:]")
    assert resetting("model.layers[0].reset_state()") == {""}
    assert resetting("for layer in stateful: layer.reset_states()") == {""}
    assert resetting("keras.backend.set_value(rnn.states[0], zeros)") == {""}


def test_states_that_are_only_looked_at_are_not_set() -> None:
    assert not resetting("print(float(np.abs(rnn.states[0]).sum()), rnn.states == before)")
    assert not resetting("first, second = memory.states")
    assert resetting("rnn.states[0] = zeros") == resetting("rnn.states = [h, c]") == {""}
    assert resetting("for state in rnn.states:\n    state.assign(zeros)") == {""}
    assert not resetting("self.seen.append(float(np.abs(model.get_layer('rnn').states[0]).sum()))")
    assert resetting("fill(model.layers[0].states)") == resetting("tools.fill(get(1), rnn.states, (2, 3))") == {""}


def test_the_function_that_resets_is_known_by_name() -> None:
    text = "class Fresh(Callback):\n    def on_epoch_end(self, epoch):\n        self.layer.reset_states()\n"
    assert resetting(text) == {"on_epoch_end"}
    assert resetting(text + "\ndef train():\n    layer.reset_states()\n") == {"on_epoch_end", "train"}


def test_what_stands_behind_a_function_is_not_in_it() -> None:
    text = "def build():\n    return layer\n\n\nif True:\n    layer.reset_state()\n"
    assert resetting(text) == {""}
    nested = "def train():\n    def step(\n        x\n    ):\n        fit(x)\n    # so\n    layer.reset_state()\n"
    assert resetting(nested) == {"train"}
    assert resetting(nested.replace("fit(x)", "layer.reset_state()")) == {"train", "step"}


def test_a_reset_in_a_lambda_is_not_in_the_function_around_it() -> None:
    text = "def train():\n    watch = Watch(after=lambda batch: layer.reset_state())\n"
    assert resetting(text) == {"lambda"}
