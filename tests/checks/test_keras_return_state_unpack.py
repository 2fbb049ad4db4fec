"""States unpacked in the wrong number or order, or taken where none are: quiet programs first."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.checks.found import assert_found, assert_silent

RULE = "keras-return-state-unpack"
HEAD = "import keras\nimport tensorflow as tf\nfrom keras import layers\nx = keras.Input((10, 3))\n"

QUIET = {
    "as many as there are": """
        out, h, c = layers.LSTM(8, return_state=True)(x)
        out, h = layers.GRU(8, return_state=True, return_sequences=True)(x)
        out, fh, fc, bh, bc = layers.Bidirectional(layers.LSTM(8, return_state=True))(x)
        out, fh, bh = layers.Bidirectional(layers.GRU(8, return_state=True))(x)
        forward, backward = layers.Bidirectional(layers.LSTM(8), merge_mode=None)(x)
        out, one, other = layers.RNN([layers.LSTMCell(8), layers.LSTMCell(6)], return_state=True)(x)
        out, (h, c), (h2, c2) = layers.RNN([layers.LSTMCell(8), layers.LSTMCell(6)], return_state=True)(x)
        """,
    "a star takes the rest": """
        out, *states = layers.Bidirectional(layers.LSTM(8, return_state=True))(x)
        *states, last = layers.LSTM(8, return_state=True)(x)
        """,
    "kept whole": """
        results = layers.LSTM(8, return_state=True)(x)
        out, states = results[0], results[1:]
        layers.LSTM(8)(x, initial_state=states)
        """,
    "a flag or a layer that nobody knows": """
        def build(kind, state):
            out, h, c = getattr(layers, kind)(8, return_state=True)(x)
            out, h, c = layers.LSTM(8, return_state=state)(x)
        """,
    "each direction on its own, then both": """
        out, fh, fc, bh, bc = layers.Bidirectional(layers.LSTM(8, return_state=True))(x)
        forward = layers.Concatenate()([fh, fc])
        backward = layers.Concatenate()([bh, bc])
        both = layers.Concatenate()([forward, backward])
        """,
    "all four": """
        out, fh, fc, bh, bc = layers.Bidirectional(layers.LSTM(8, return_state=True))(x)
        summary = layers.concatenate([fh, fc, bh, bc])
        """,
    "h and c of the only direction": """
        out, h, c = layers.LSTM(8, return_state=True)(x)
        summary = layers.concatenate([h, c])
        """,
    "the last layer of a Sequential": """
        encoder = keras.Sequential([layers.Dense(4), layers.LSTM(8, return_state=True)])
        out, h, c = encoder(x)
        """,
    "names that say little": """
        a, b, c = layers.Bidirectional(layers.GRU(8, return_state=True))(x)
        layers.Dense(2)(b)
        first, second = layers.GRU(8, return_state=True)(x)
        layers.Dense(2)(first)
        """,
    "a loop over steps": """
        for step in tf.unstack(layers.LSTM(8, return_sequences=True)(x), axis=1):
            layers.Dense(2)(step)
        """,
    "torch's tuple is torch's matter": """
        from torch import nn
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.rnn = nn.LSTM(3, 8, batch_first=True)
            def forward(self, inputs):
                out, (h, c) = self.rnn(inputs)
                return h[-1]
        """,
}

WRONG = {
    "three names from a GRU": """
        out, h, c = layers.GRU(8, return_state=True)(x)  # error
        """,
    "two names from an LSTM": """
        out, state = layers.LSTM(8, return_sequences=True, return_state=True)(x)  # error
        """,
    "torch's nesting": """
        out, (h, c) = layers.LSTM(8, return_sequences=True, return_state=True)(x)  # error
        """,
    "three names from both directions": """
        out, h, c = layers.Bidirectional(layers.LSTM(8, return_state=True))(x)  # error
        """,
    "flat names from cells": """
        cells = [layers.LSTMCell(8), layers.LSTMCell(6)]
        out, h1, c1, h2, c2 = layers.RNN(cells, return_state=True)(x)  # error
        """,
    "no states were asked for": """
        out, h, c = layers.LSTM(8)(x)  # error
        """,
    "in a method, the layer an attribute": """
        class Encoder(keras.Model):
            def __init__(self, units):
                super().__init__()
                self.rnn = layers.GRU(units, return_sequences=True, return_state=True)

            def call(self, tokens):
                output, hidden, cell = self.rnn(tokens)  # error
                return output, hidden
        """,
    "inside a Sequential": """
        keras.Sequential([
            keras.Input((10, 3)),
            layers.Bidirectional(layers.LSTM(8, return_state=True)),  # error
            layers.Dense(2),
        ])
        """,
    "handed on whole": """
        h = layers.LSTM(8, return_sequences=True, return_state=True)(x)
        h = layers.Dropout(0.5)(h)  # error
        """,
    "the second of two directions twice": """
        results = layers.Bidirectional(layers.LSTM(8, return_state=True))(x)
        query = layers.Concatenate()([results[3], results[4]])  # error
        """,
    "h with c as an initial state": """
        results = layers.Bidirectional(layers.LSTM(8, return_state=True))(x)
        h = layers.Concatenate()([results[1], results[2]])  # error
        c = layers.Concatenate()([results[3], results[4]])  # error
        layers.LSTM(16)(x, initial_state=[h, c])
        """,
    "the order of another library": """
        out, fh, bh, fc, bc = layers.Bidirectional(layers.LSTM(8, return_state=True))(x)  # error
        h = layers.Concatenate()([fh, bh])
        c = layers.Concatenate()([fc, bc])
        layers.LSTM(16)(x, initial_state=[h, c])
        """,
    "c before h": """
        out, state_c, state_h = layers.LSTM(8, return_state=True)(x)  # error
        layers.LSTM(8)(x, initial_state=[state_h, state_c])
        """,
    "the output last": """
        h, c, output = layers.LSTM(8, return_sequences=True, return_state=True)(x)  # error
        layers.Dense(2)(output)
        """,
    "a cell state from a GRU in two directions": """
        out, h, c = layers.Bidirectional(layers.GRU(8, return_state=True))(x)  # error
        layers.LSTM(8)(x, initial_state=[h, c])
        """,
    "fitted with states": """
        import numpy as np
        model = keras.Sequential([keras.Input((10, 3)), layers.LSTM(8, return_state=True)])  # error
        model.compile("adam", "mse")
        model.fit(np.zeros((4, 10, 3)), np.zeros((4, 8)))
        """,
}


@pytest.mark.parametrize("text", QUIET.values(), ids=QUIET)
def test_silent(text: str) -> None:
    assert_silent(HEAD + dedent(text), RULE)


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_found(text: str) -> None:
    for finding in assert_found(HEAD + dedent(text), RULE):
        assert finding.because
        assert finding.cure


def test_the_values_are_told_in_order() -> None:
    (finding,) = assert_found(HEAD + WRONG["three names from both directions"].strip(), RULE)
    assert "5 values" in finding.message
    assert "(output, forward h, forward c, backward h, backward c)" in finding.message
    assert "`out, h, c`" in finding.message
