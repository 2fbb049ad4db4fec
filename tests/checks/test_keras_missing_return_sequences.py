"""A last step where a sequence is wanted: quiet programs first, then the mistake as real code hides it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.checks.found import assert_found, assert_silent

RULE = "keras-missing-return-sequences"
HEAD = "import keras\nimport numpy as np\nimport tensorflow as tf\nfrom keras import layers\n"

QUIET = {
    "the flag is misspelt, of which foreign-argument tells": """
        keras.Sequential([keras.Input((12, 3)), layers.LSTM(32, return_sequence=True), layers.LSTM(32)])
        """,
    "a vector repeated": """
        keras.Sequential([
            keras.Input((12, 3)), layers.LSTM(32), layers.RepeatVector(12),
            layers.LSTM(32, return_sequences=True), layers.TimeDistributed(layers.Dense(3)),
        ])
        """,
    "a reshape between": """
        x = keras.Input((12, 4))
        h = layers.LSTM(8)(x)
        layers.LSTM(4)(layers.Reshape((4, 2))(h))
        """,
    "the flag depends on the position": """
        model = keras.Sequential([keras.Input((20, 3))])
        units = [16, 12, 8]
        for number, width in enumerate(units):
            model.add(layers.GRU(width, return_sequences=number < len(units) - 1))
        model.add(layers.Dense(1))
        """,
    "a flag that nobody knows": """
        def block(x, units, many):
            h = layers.LSTM(units, return_sequences=many)(x)
            return layers.LSTM(units)(h)
        """,
    "a default that a caller overrides": """
        def block(x, units, sequences=False):
            x = layers.LSTM(units, return_sequences=sequences)(x)
            return layers.Conv1D(units, 3)(x)
        """,
    "branches that go together": """
        def build(deep: bool):
            x = keras.Input((10, 3))
            h = layers.LSTM(8, return_sequences=deep)(x)
            if deep:
                h = layers.LSTM(8)(h)
            return keras.Model(x, layers.Dense(1)(h))
        """,
    "the state as a query with a step of its own": """
        x = keras.Input((10, 8))
        steps, h, c = layers.LSTM(8, return_sequences=True, return_state=True)(x)
        query = keras.ops.expand_dims(h, 1)
        layers.Attention()([query, steps])
        """,
    "a module of sentences": """
        word = keras.Input((20,))
        sentence = keras.Model(word, layers.GRU(12)(layers.Embedding(50, 8)(word)))
        document = keras.Input((6, 20))
        layers.GRU(5)(layers.TimeDistributed(sentence)(document))
        """,
    "a vector that meets vectors": """
        model = keras.Sequential([keras.Input((20, 4)), layers.LSTM(8), layers.Dense(20)])
        model.compile("adam", "mse")
        model.fit(np.zeros((6, 20, 4)), np.zeros((6, 20)))
        """,
    "one step is one step": """
        model = keras.Sequential([keras.Input((1, 4)), layers.LSTM(8), layers.Dense(3)])
        model.compile("adam", "mse")
        model.fit(np.zeros((6, 1, 4)), np.zeros((6, 1, 3)))
        """,
    "an LSTM of the program's own": """
        class LSTM(layers.Layer):
            def call(self, x):
                return x
        keras.Sequential([LSTM(), LSTM(), layers.Conv1D(3, 3)])
        """,
}

WRONG = {
    "two of three": """
        model = keras.Sequential()
        model.add(keras.Input((20, 3)))
        model.add(layers.LSTM(64))  # error
        model.add(layers.Dropout(0.2))
        model.add(layers.LSTM(32))  # error
        model.add(layers.LSTM(16))
        model.add(layers.Dense(1))
        """,
    "inside Bidirectional": """
        x = keras.Input((None,))
        h = layers.Embedding(100, 8)(x)
        h = layers.Bidirectional(layers.LSTM(16))(h)  # error
        h = layers.Bidirectional(layers.LSTM(16))(h)
        """,
    "before TimeDistributed": """
        model = keras.Sequential([
            layers.GRU(8, input_shape=(12, 3)),  # error
            layers.TimeDistributed(layers.Dense(2)),
        ])
        """,
    "before pooling": """
        def build(steps, width):
            x = keras.Input((steps, width))
            h = layers.LSTM(24, dropout=0.1)(x)  # error
            h = layers.BatchNormalization()(h)
            return keras.Model(x, layers.Dense(2)(layers.GlobalAveragePooling1D()(h)))
        """,
    "a flag that says so": """
        DEEP = False
        x = keras.Input((9, 3))
        h = layers.SimpleRNN(8, return_sequences=DEEP)(x)  # error
        layers.SpatialDropout1D(0.2)(h)
        """,
    "in a class": """
        class Net(keras.Model):
            def __init__(self, units):
                super().__init__()
                self.rnns = [layers.LSTM(units) for _ in range(2)]  # error
                self.head = layers.Dense(1)

            def call(self, x):
                for rnn in self.rnns:
                    x = rnn(x)
                return self.head(x)
        """,
    "attention, which does not object": """
        ids = keras.Input((30,))
        e = layers.Embedding(100, 16)(ids)
        h = layers.Bidirectional(layers.GRU(8))(e)  # error
        layers.Dense(2)(layers.Attention()([h, h]))
        """,
    "multi-head attention": """
        x = keras.Input((30, 16))
        h = layers.LSTM(8)(x)  # error
        layers.MultiHeadAttention(num_heads=2, key_dim=4)(h, h)
        """,
    "a cell": """
        x = keras.Input((30, 16))
        h = layers.RNN(layers.GRUCell(8))(x)  # error
        layers.GRU(4)(h)
        """,
    "a model inside a model": """
        encoder = keras.Sequential([keras.Input((12, 3)), layers.LSTM(16)])  # error
        keras.Sequential([encoder, layers.LSTM(8), layers.Dense(1)])
        """,
    "the class chosen by name": """
        def build(kind="lstm"):
            rnn = layers.LSTM if kind == "lstm" else layers.GRU
            x = keras.Input((12, 3))
            h = rnn(16)(x)  # error
            return layers.Conv1D(4, 3)(h)
        build("gru")
        """,
    "a target for each step": """
        model = keras.Sequential([keras.Input((20, 4)), layers.LSTM(8), layers.Dense(1)])  # error
        model.compile("adam", keras.losses.Huber())
        model.fit(np.zeros((6, 20, 4)), np.random.rand(6, 20, 1))
        """,
    "labels for each step": """
        model = keras.Sequential([keras.Input((20, 4)), layers.LSTM(8), layers.Dense(5)])  # error
        model.compile("adam", "sparse_categorical_crossentropy")
        model.fit(np.zeros((6, 20, 4)), np.random.randint(0, 5, (6, 20)))
        """,
}


@pytest.mark.parametrize("text", QUIET.values(), ids=QUIET)
def test_silent(text: str) -> None:
    assert_silent(HEAD + dedent(text), RULE)


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_found(text: str) -> None:
    for finding in assert_found(HEAD + dedent(text), RULE):
        assert "last step only" in finding.message
        assert finding.because


def test_a_query_of_one_vector_is_told_how_to_become_a_sequence() -> None:
    program = HEAD + dedent("""
        x = keras.Input((10, 8))
        steps = layers.LSTM(8, return_sequences=True)(x)
        query = layers.LSTM(8)(x)  # error
        layers.AdditiveAttention()([query, steps])
        """)
    (finding,) = assert_found(program, RULE)
    assert "expand_dims" in finding.cure


def test_many_consumers_are_one_finding() -> None:
    program = HEAD + dedent("""
        x = keras.Input((10, 8))
        h = layers.LSTM(8)(x)  # error
        a, b = layers.Conv1D(3, 3)(h), layers.GlobalMaxPooling1D()(h)
        """)
    assert len(assert_found(program, RULE)) == 1
