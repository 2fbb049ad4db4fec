"""Arguments on Keras layers that belong elsewhere: quiet programs first."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.checks.found import assert_found, assert_silent, lines_of

RULE = "foreign-argument"
HEAD = "import keras\nfrom keras import layers\n"

QUIET = {
    "every layer takes these": """
        layers.LSTM(8, name="one", dtype="float32", trainable=False, input_shape=(5, 3))
        layers.LSTM(units=8, implementation=2, zero_output_for_mask=True)
        layers.SimpleRNN(8, "relu", seed=1)
        layers.Dense(8, "relu")
        layers.Embedding(100, 8, mask_zero=True, input_length=5)
        """,
    "options that nobody knows": """
        def build(**options):
            return layers.LSTM(8, **options)
        """,
    "a layer of the program's own": """
        class LSTM(layers.Layer):
            def __init__(self, units, batch_first=False):
                super().__init__()
        LSTM(4, 8)
        LSTM(8, batch_first=True)
        """,
    "an activation by position": """
        def build(activation, act, units):
            layers.LSTM(8, activation)
            layers.GRU(units, act)
            layers.LSTM(8, keras.activations.tanh)
            layers.Dense(4, lambda t: t)
        """,
    "add takes a layer": """
        model = keras.Sequential()
        model.add(layers.LSTM(24, input_shape=(5, 3)))
        """,
    "a call of the layer": """
        x = keras.Input((5, 3))
        layers.LSTM(24)(x, initial_state=None, mask=None, training=True)
        """,
}

WRONG = {
    "batch_first": ("layers.Bidirectional(layers.GRU(16, batch_first=True))", "batch-first"),
    "hidden_size": ("layers.LSTM(hidden_size=16)", "units"),
    "num_layers": ("layers.LSTM(16, num_layers=2)", "return_sequences"),
    "bidirectional": ("layers.LSTM(16, bidirectional=True)", "Bidirectional"),
    "bias": ("layers.LSTM(16, bias=False)", "use_bias"),
    "p of dropout": ("layers.Dropout(p=0.5)", "rate"),
    "in_features": ("layers.Dense(in_features=4, units=8)", "infers"),
    "embedding_dim": ("layers.Embedding(10, embedding_dim=8)", "output_dim"),
    "a letter missing": ("layers.LSTM(16, return_sequence=True)", "return_sequences"),
    "letters turned round": ("layers.LSTM(16, retrun_sequences=True)", "return_sequences"),
    "an underscore missing": ("layers.GRU(16, recurrentdropout=0.1)", "recurrent_dropout"),
    "an underscore too many": ("layers.GRU(16, drop_out=0.1)", "dropout"),
    "on the wrapper": ("layers.Bidirectional(layers.LSTM(8), return_sequences=True)", "LSTM(..., return_sequences"),
    "on TimeDistributed": ("layers.TimeDistributed(layers.Dense(8), activation='relu')", "Dense(..., activation"),
    "on add": ("keras.Sequential().add(layers.LSTM(24), input_shape=(5, 3))", "LSTM(..., input_shape"),
    "sizes by position": ("layers.LSTM(4, 8)", "LSTM(8)"),
    "sizes by position, in a cell": ("layers.LSTMCell(4, 8)", "LSTMCell(8)"),
    "sizes by position, in a dense layer": ("layers.Dense(64, 10)", "Dense(10)"),
    "a flag by position": ("layers.LSTM(8, True)", ""),
    "layers one by one": ("keras.Sequential(layers.LSTM(8), layers.Dense(1))", "list"),
    "the state by torch's name": ("layers.LSTM(8)(keras.Input((5, 3)), hx=None)", "initial_state"),
}


@pytest.mark.parametrize("text", QUIET.values(), ids=QUIET)
def test_silent(text: str) -> None:
    assert_silent(HEAD + dedent(text), RULE)


@pytest.mark.parametrize("code, cure", WRONG.values(), ids=WRONG)
def test_found(code: str, cure: str) -> None:
    (finding,) = assert_found(f"{HEAD}layer = {code}  # error\n", RULE)
    assert cure in finding.cure


def test_sizes_from_parameters_are_told_by_their_names() -> None:
    program = HEAD + dedent("""
        class Net(keras.Model):
            def __init__(self, n_features, hidden_size):
                super().__init__()
                self.rnn = layers.GRU(n_features, hidden_size)  # error
        """)
    (finding,) = assert_found(program, RULE)
    assert "`hidden_size` lands on `activation`" in finding.message


def test_each_keyword_is_a_finding_of_its_own() -> None:
    found = assert_found(f"{HEAD}layers.LSTM(input_size=4, hidden_size=8)  # error\n", RULE)
    assert len(found) == 2


def test_what_was_removed_is_another_rules_matter() -> None:
    program = HEAD + dedent("""
        layers.LSTM(8, batch_input_shape=(2, 5, 3))
        layers.GRU(8, time_major=True)
        layers.LSTM(output_dim=8, inner_activation="hard_sigmoid")
        layers.Dense(4, init="uniform")
        """)
    assert lines_of(program, RULE) == []
